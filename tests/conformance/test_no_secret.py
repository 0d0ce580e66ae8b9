"""Of every secret that a life with this server makes, nothing is in its database in clear (decision 25)."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from rili.actions import directory, register
from rili.auth.passwords import hash_password
from rili.model.directory import new_app_secret
from rili.testing import Rili
from tests.conformance.clients import Reply, call
from tests.conformance.firm import Firm
from tests.people import SharedDatabase


class Cell(NamedTuple):
    """A column of a table, and one value of it as text."""

    column: str
    text: str


def live(firm: Firm, database: SharedDatabase, summary: str) -> None:
    """Make a secret of every kind, and do with it whatever can be done."""
    firm.issue_token()
    pair = {
        "client_id": firm.app_key,
        "client_secret": firm.app_secret,
        "grant_type": "client_credentials",
    }
    newer = call(firm.endpoint, "POST", f"/v1.0/oauth2/{firm.corp_id}/token", body=pair)
    older = call(firm.endpoint, "GET", f"/gettoken?appkey={firm.app_key}&appsecret={firm.app_secret}")
    firm.keep("token of an organisation", newer.json["access_token"])
    firm.keep("token of the old family", older.json["access_token"])

    for name in (firm.ann.userid, firm.ann.mobile or "", firm.keep("wrong name", os.urandom(8).hex())):
        wrong = firm.keep("wrong password", os.urandom(8).hex())
        assert firm.sign_in(firm.consent_path(), name, wrong).status == 403
    tokens = done(firm.exchange(code=firm.code())).json
    done(firm.exchange(refreshToken=tokens["refreshToken"]))
    firm.code()  # which nobody redeems
    firm.consent()  # and nobody decides

    opened = {"code": firm.login_code()}
    target = f"/topapi/v2/user/getuserinfo?access_token={firm.token}"
    assert done(firm.send("POST", target, opened)).json["errcode"] == 0

    event_id = firm.create(summary=summary)
    assert firm.post(firm.guest_link(event_id), {"answer": "accepted"}).status == 200
    for kind in ("In", "Out"):
        assert firm.sign_in(firm.sign_link(event_id, kind), firm.bob.userid).status == 200

    another, secret = os.urandom(8).hex(), new_app_secret(os.urandom)
    hashed = hash_password(firm.keep("password", another))
    database.write(lambda tx: directory.set_password(tx, firm.corp_id, firm.bob.userid, hashed))
    firm.password = another
    firm.consent(firm.bob.userid)
    database.write(lambda tx: register.set_app(tx, firm.corp_id, firm.app_key, new_secret=secret))
    body = {"appKey": firm.app_key, "appSecret": firm.keep("app secret", secret)}
    signed_in = done(call(firm.endpoint, "POST", "/v1.0/oauth2/accessToken", body=body))
    firm.keep("access token", signed_in.json["accessToken"])


def done(reply: Reply) -> Reply:
    assert reply.status == 200, reply.body
    return reply


KINDS = {
    "access token",
    "app secret",
    "code",
    "consent cookie",
    "consent proof",
    "guest link",
    "issued token",
    "login code",
    "password",
    "refresh token",
    "sign-in link",
    "sign-out link",
    "token of an organisation",
    "token of the old family",
    "user token",
    "wrong name",
    "wrong password",
}


def test_no_secret_is_stored(server: Rili, database: SharedDatabase) -> None:
    """Every column of every table; on SQLite every byte of its files too."""
    firm = Firm(server, database)
    summary = f"Board {os.urandom(8).hex()}"
    live(firm, database, summary)
    assert firm.made.keys() == KINDS
    kind_of = {secret: kind for kind, secrets in firm.made.items() for secret in secrets}

    stored = found_in_tables(server.database, [*kind_of, summary, firm.app_key])
    assert ("events.body", summary) in stored
    assert ("apps.app_key", firm.app_key) in stored, "what is there is found"
    assert [(column, kind_of[text]) for column, text in sorted(stored) if text in kind_of] == []

    if server.database.startswith("sqlite:"):
        files = database_bytes(Path(server.database.removeprefix("sqlite:")))
        assert summary.encode() in files
        assert [kind for secret, kind in kind_of.items() for one in spelled(secret) if one in files] == []


def found_in_tables(url: str, wanted: Iterable[str]) -> set[tuple[str, str]]:
    """Each of *wanted* that some value holds, with its column."""
    pattern = re.compile("|".join(map(re.escape, wanted)))
    return {(cell.column, text) for cell in cells(url) for text in pattern.findall(cell.text)}


def cells(url: str) -> Iterator[Cell]:
    """Everything that the database holds, table by table."""
    connection: Any
    if url.startswith("sqlite:"):
        connection = sqlite3.connect(url.removeprefix("sqlite:"))
        tables = "SELECT name FROM sqlite_schema WHERE type = 'table'"
    else:
        connection = psycopg.connect(url)
        tables = """
            SELECT table_name FROM information_schema.tables
             WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
        """
    with closing(connection):
        names = [name for (name,) in connection.execute(tables).fetchall()]
        assert len(names) >= 20
        for name in names:
            rows = connection.execute(f'SELECT * FROM "{name}"')
            columns = [f"{name}.{column[0]}" for column in rows.description]
            for row in rows:
                for column, value in zip(columns, row, strict=True):
                    yield Cell(column, value.decode("latin-1") if isinstance(value, bytes) else str(value))


def database_bytes(path: Path) -> bytes:
    """The file, its log and its index of the log, as they lie on disk while the server runs."""
    parts = [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm")]
    assert all(part.exists() for part in parts)
    return b"\0".join(part.read_bytes() for part in parts)


def spelled(secret: str) -> list[bytes]:
    """How *secret* may lie in a file: as text, or where it is hexadecimal as what that says."""
    if re.fullmatch("([0-9a-f]{2}){8,}", secret):
        return [secret.encode(), bytes.fromhex(secret)]
    return [secret.encode()]
