"""Organisations with people, for tests that need some."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from rili.actions import directory, register
from rili.auth.sealing import SecretKey
from rili.model import scopes
from rili.model.app_kinds import INTERNAL, AppKind
from rili.model.directory import (
    App,
    Organisation,
    User,
    new_agent_id,
    new_app_key,
    new_app_secret,
    new_corp_id,
    new_suite_ticket,
    new_union_id,
)
from rili.model.ids import opaque_id
from rili.store.db import Database, Tx

T = TypeVar("T")
NOW_MS = 1_767_225_600_000
SECRET_KEY = os.urandom(32).hex()
KEY = SecretKey(SECRET_KEY, os.urandom)
"""What the databases that tests share are encrypted under."""


class SharedDatabase:
    """One migrated database for many tests: each works in an organisation of its own, and they do not mix."""

    def __init__(self, db: Database, runner: asyncio.Runner) -> None:
        self.db = db
        self._runner = runner

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def write(self, action: Callable[[Tx], T]) -> T:
        return self.run(self.db.write(action))

    def read(self, query: Callable[[Tx], T]) -> T:
        return self.run(self.db.read(query))


def add_organisation(tx: Tx) -> str:
    organisation = Organisation(corp_id=new_corp_id(os.urandom), name="公司", created_ms=NOW_MS)
    return register.add_organisation(tx, organisation).corp_id


def add_user(tx: Tx, corp_id: str, userid: str, *places: directory.Place, **members: Any) -> User:
    """A person named as the userid, unless *members* says otherwise."""
    user = User(
        corp_id=corp_id,
        userid=userid,
        union_id=members.pop("union_id", None) or new_union_id(os.urandom),
        name=members.pop("name", userid),
        created_ms=NOW_MS,
        **members,
    )
    return directory.add_user(tx, user, places, new_calendar_id=opaque_id(os.urandom))


def add_app(
    tx: Tx,
    corp_id: str,
    granted: frozenset[str] = scopes.ALL,
    kind: AppKind = INTERNAL,
    key: SecretKey = KEY,
) -> tuple[App, str]:
    """An app, and its secret."""
    secret = new_app_secret(os.urandom)
    app = App(
        app_key=new_app_key(os.urandom, kind),
        corp_id=corp_id,
        kind=kind,
        agent_id=new_agent_id(os.urandom),
        name="应用",
        scopes=granted,
        created_ms=NOW_MS,
    )
    return register.add_app(tx, app, secret, key, new_ticket=new_suite_ticket(os.urandom)), secret
