from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from rili.store.db import Database, Tx
from rili.store.open import open_database
from tests.conftest import KINDS, migrated

migrated_url = pytest.fixture(migrated, scope="session", params=KINDS, name="migrated_url")


@pytest.fixture
def url(migrated_url: str) -> Iterator[str]:
    """The address of a database with the schema and an empty table `notes`, on which `answers` depend."""
    with outside(migrated_url) as other:
        other.execute("CREATE TABLE notes (name TEXT NOT NULL PRIMARY KEY, value BIGINT)")
        # A rule that is looked at on commit only.
        other.execute(
            "CREATE TABLE answers (name TEXT REFERENCES notes (name) DEFERRABLE INITIALLY DEFERRED)"
        )
    yield migrated_url
    with outside(migrated_url) as other:
        other.execute("DROP TABLE answers")
        other.execute("DROP TABLE notes")


@pytest.fixture
def db(url: str, run: Callable[..., Any]) -> Iterator[Database]:
    """The database at `url`, open."""
    database = open_database(url, 4)
    yield database
    run(database.close())


@contextmanager
def outside(url: str) -> Iterator[Any]:
    """A connection without Rili, as another process has it; commits each statement unless told to BEGIN."""
    if url.startswith("sqlite:"):
        connection = sqlite3.connect(url.removeprefix("sqlite:"), isolation_level=None, timeout=0)
    else:
        connection = psycopg.connect(url, autocommit=True)
    try:
        yield connection
    finally:
        connection.close()


def note(name: str, value: int | None = None) -> Callable[..., str]:
    """An action that adds a row to `notes` and answers its name."""

    def add(tx):
        assert tx.run("INSERT INTO notes (name, value) VALUES (:name, :value)", name=name, value=value) == 1
        return name

    return add


def go_on_when(event: asyncio.Event, tx: Tx) -> None:
    """In an action on PostgreSQL: wait with the transaction open. The loop goes on where the server is asked."""
    while not event.is_set():
        tx.one("SELECT 1")


def names(url: str) -> set[str]:
    """What another process sees in `notes`."""
    with outside(url) as other:
        return {name for (name,) in other.execute("SELECT name FROM notes").fetchall()}
