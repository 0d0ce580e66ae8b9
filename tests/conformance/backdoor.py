"""What tests do behind the server's back, in its database: for what no operation can set, show or hold up."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from typing import Any

import msgspec
import psycopg

from rili.actions import derived, directory, register
from rili.actions.sign_in import issue_token
from rili.model.directory import App as StoredApp
from rili.model.directory import User, new_agent_id, new_app_key, new_app_secret, new_union_id
from rili.model.ids import opaque_id
from rili.model.secrets import hash_secret
from rili.sandbox.demo import DemoUser
from rili.store.db import Tx
from rili.testing import Rili
from tests.conformance.clients import App, Json, call
from tests.people import SharedDatabase


def outbox(app: App, database: SharedDatabase, event_id: str) -> list[Json]:
    """What was announced of the event, in order."""
    rows = database.read(
        lambda tx: tx.all(
            "SELECT body FROM outbox WHERE corp_id = :corp_id AND event_id = :event_id ORDER BY change_no",
            corp_id=app.server.corp_id,
            event_id=event_id,
        )
    )
    return [msgspec.json.decode(body) for (body,) in rows]


def findings(database: SharedDatabase, event_id: str) -> list[str]:
    """What `rili doctor` says of the event."""
    return [line for line in database.read(derived.check) if event_id in line]


def sign_in_other_app(app: App, database: SharedDatabase, granted: frozenset[str]) -> str:
    """The token of another app of the organisation."""
    secret = new_app_secret(os.urandom)
    stored = StoredApp(
        app_key=new_app_key(os.urandom),
        corp_id=app.server.corp_id,
        agent_id=new_agent_id(os.urandom),
        name="other",
        scopes=granted,
        created_ms=app.server.clock(),
    )
    database.write(lambda tx: register.add_app(tx, stored, secret))
    body = {"appKey": stored.app_key, "appSecret": secret}
    token: str = call(app.server.endpoint, "POST", "/v1.0/oauth2/accessToken", body=body).json["accessToken"]
    return token


def add_people(app: App, database: SharedDatabase) -> None:
    """Give *app* an organizer, a colleague and another who are new: their calendars are empty."""
    people = [
        User(
            corp_id=app.server.corp_id,
            userid=opaque_id(os.urandom, 12),
            union_id=new_union_id(os.urandom),
            name=name,
            created_ms=app.server.clock(),
        )
        for name in ("Organizer", "Colleague", "Other")
    ]

    def add(tx: Tx) -> None:
        for one in people:
            directory.add_user(tx, one, [], new_calendar_id=opaque_id(os.urandom))

    database.write(add)
    app.organizer, app.colleague, app.other = (
        DemoUser(one.userid, one.union_id, one.name, mobile="", email="", password="") for one in people
    )


def user_token(app: App, database: SharedDatabase, union_id: str) -> str:
    """A token of that person's, through the app."""
    token = opaque_id(os.urandom)

    def issue(tx: Tx) -> None:
        issue_token(tx, app.server.app_key, new_token=token, now_ms=app.server.clock())
        give_to_user(tx, token, union_id)

    database.write(issue)
    return token


def answer_all(
    app: App, database: SharedDatabase, event_id: str, response: str, occurrence: str = ""
) -> None:
    """Make everybody's answer *response*, for the whole event; *occurrence* is the key of a slot."""
    changed = database.write(
        lambda tx: tx.run(
            """
            UPDATE attendees SET response = :response
             WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = :occurrence
            """,
            corp_id=app.server.corp_id,
            event_id=event_id,
            occurrence=occurrence,
            response=response,
        )
    )
    assert changed > 0


def give_to_user(tx: Tx, token: str, union_id: str) -> None:
    """Make an app's *token* one of a person's, as sign-in will."""
    tx.run(
        "UPDATE tokens SET union_id = :union_id WHERE token_hash = :token_hash",
        union_id=union_id,
        token_hash=hash_secret(token),
    )


def first_of(both: list[Future[Any]]) -> tuple[Future[Any], Future[Any]]:
    """Which of two is done first, and the other."""
    done, running_still = wait(both, 20, FIRST_COMPLETED)
    assert len(done) == len(running_still) == 1
    return done.pop(), running_still.pop()


@contextmanager
def held(server: Rili) -> Iterator[Callable[[], object]]:
    """Lock what a change of the demo organisation's events needs, as another connection's transaction.

    Gives what releases it; the end of the block does too.
    """
    if server.database.startswith("sqlite:"):
        connection: Any = sqlite3.connect(server.database.removeprefix("sqlite:"), isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
    else:
        connection = psycopg.connect(server.database)
        for table in ("calendars", "events"):
            connection.execute(f"SELECT 1 FROM {table} FOR UPDATE")
    released: list[bool] = []

    def release() -> None:
        if not released:
            released.append(True)
            connection.rollback()
            connection.close()

    try:
        yield release
    finally:
        release()
