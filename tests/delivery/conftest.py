from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rili.model.directory import Organisation
from rili.store import organisations
from rili.store.db import Database
from rili.store.migrations import migrate
from rili.store.open import open_database

CORP = "dingdelivery"
NOW_MS = 1_800_000_000_000


@pytest.fixture
def run() -> Iterator[Callable[..., Any]]:
    """Runs coroutines, all on one event loop."""
    with asyncio.Runner() as runner:
        yield runner.run


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def delivery_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    if request.param == "sqlite":
        url = f"sqlite:{tmp_path_factory.mktemp('delivery') / 'rili.db'}"
    else:
        url = request.getfixturevalue("postgres_server").create_database()
    migrate(url)
    return url


@pytest.fixture
def db(delivery_url: str, run: Callable[..., Any]) -> Iterator[Database]:
    """A database with one organisation, CORP, which is erased afterwards."""
    database = open_database(delivery_url, 4)
    organisation = Organisation(
        corp_id=CORP, name="Delivery", zone="Asia/Shanghai", language="en", created_ms=0
    )
    run(database.write(lambda tx: organisations.add(tx, organisation)))
    yield database
    run(database.write(lambda tx: organisations.erase(tx, CORP)))
    run(database.close())
