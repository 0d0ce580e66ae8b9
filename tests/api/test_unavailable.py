"""What callers are told when the database does not answer, and what they are not."""

from __future__ import annotations

import asyncio
import logging

import pytest

from rili.app import build
from rili.config import Settings
from rili.errors import Unavailable
from rili.store.migrations import migrate
from rili.store.open import open_database
from tests.asgi import call

TOKEN = {"x-acs-dingtalk-access-token": "0" * 32}
NEW = {"code": "system.busy", "message": "系统错误"}
OLD = {"errcode": -1, "errmsg": "系统繁忙"}


class Gone:
    """A database that nobody reaches."""

    cache_ms = 0

    async def write(self, action):
        raise Unavailable(description="no way to db.internal as user rili")

    read = write


@pytest.mark.parametrize(
    ("method", "target", "status", "expected"),
    [
        pytest.param("GET", "/healthz", 503, NEW, id="health"),
        pytest.param("GET", "/v1.0/contact/users/x", 503, NEW, id="new family"),
        pytest.param("GET", "/gettoken?appkey=a&appsecret=b", 200, OLD, id="gettoken"),
        pytest.param("POST", "/topapi/v2/user/get?access_token=a", 200, OLD, id="old family"),
    ],
)
def test_unavailable(caplog, method, target, status, expected):
    app = build(Settings(database="sqlite:unused"), Gone(), clock=lambda: 0)

    with caplog.at_level(logging.ERROR):
        answer = asyncio.run(call(app, method, target, headers=TOKEN))

    assert answer.status == status
    assert answer.json | expected == answer.json
    assert b"db.internal" not in answer.body
    assert "db.internal" in caplog.text


def test_health_is_the_databases(tmp_path):
    path = tmp_path / "rili.db"
    url = f"sqlite:{path}"
    migrate(url)
    db = open_database(url)
    app = build(Settings(database=url), db, clock=lambda: 0)

    async def scenario():
        before = await call(app, "GET", "/healthz")
        for file in tmp_path.iterdir():
            with file.open("r+b") as opened:
                opened.write(b"\xff" * file.stat().st_size)
        after = await call(app, "GET", "/healthz")
        await db.close()
        return before.status, after.status

    assert asyncio.run(scenario()) == (200, 503)
