"""The connection that migrates: one at a time, whichever process asks."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal, Protocol

from rili.errors import Unavailable
from rili.store import sqlite
from rili.store.db import Tx
from rili.store.open import kind_of

# Any number that nothing else takes as an advisory lock's key: claims use hashes.
POSTGRES_LOCK = 8470


class MigrationSession(Protocol):
    """Runs whole scripts. A transaction of one excludes those of every other."""

    kind: Literal["sqlite", "postgres"]

    @contextmanager
    def transaction(self) -> Generator[Tx]:
        """Commits at the end of the block, unless it raised."""
        ...

    def script(self, text: str, /) -> None:
        """Run every statement of *text* in the transaction."""
        ...

    def has_table(self, tx: Tx, name: str, /) -> bool: ...


@contextmanager
def open_session(url: str) -> Generator[MigrationSession]:
    """A session that the end of the block closes. Raises Unavailable."""
    session = _Sqlite(url) if kind_of(url) == "sqlite" else _Postgres(url)
    try:
        yield session
    finally:
        session.close()


class _Sqlite:
    kind: Literal["sqlite", "postgres"] = "sqlite"

    def __init__(self, url: str) -> None:
        self._connection = sqlite.connect(url)
        self.close = self._connection.close

    @contextmanager
    def transaction(self) -> Generator[Tx]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            raise Unavailable(description=f"the database stays locked: {error}") from error
        try:
            yield sqlite.SqliteTx(self._connection)
            self._connection.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")

    def script(self, text: str, /) -> None:
        # `executescript` would commit first.
        statement = ""
        for part in text.split(";")[:-1]:
            statement += part + ";"
            if sqlite3.complete_statement(statement):
                self._connection.execute(statement)
                statement = ""
        if statement:
            raise ValueError(f"not a whole statement: {statement}")

    def has_table(self, tx: Tx, name: str, /) -> bool:
        return (
            tx.one("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name", name=name) is not None
        )


class _Postgres:
    kind: Literal["sqlite", "postgres"] = "postgres"

    def __init__(self, url: str) -> None:
        from rili.store.libpq import Session  # a driver that SQLite's users need not wait for

        self._session = Session(url)
        self.script = self._session.script
        self.close = self._session.close

    @contextmanager
    def transaction(self) -> Generator[Tx]:
        tx = self._session.begin()
        try:
            tx.one("SELECT pg_advisory_xact_lock(:key)", key=POSTGRES_LOCK)
            yield tx
            self._session.commit()
        except BaseException:
            self._session.leave()
            raise

    def has_table(self, tx: Tx, name: str, /) -> bool:
        return tx.one("SELECT 1 WHERE to_regclass(:name) IS NOT NULL", name=name) is not None
