"""The schema's history: NNNN_name.sql, applied in order, each in one transaction.

One text serves both databases. PostgreSQL reads INTEGER as BIGINT, and a comment that opens with the name of a
database is read by that database alone.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from importlib import resources
from typing import Literal

import tzdata

from rili.store import cluster, facts, sqlite
from rili.store.db import Tx
from rili.store.migrations.session import open_session
from rili.store.open import kind_of

HISTORY = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    name TEXT NOT NULL PRIMARY KEY,
    applied_ms INTEGER NOT NULL
) /*sqlite STRICT, WITHOUT ROWID*/;
"""


class UnknownMigration(Exception):
    """The database was migrated by a newer Rili than this one."""


def migrate(
    url: str,
    progress: Callable[[str], object] = lambda name: None,
    *,
    now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
) -> list[str]:
    """Bring the schema at *url* up to date; answer the names that were applied. Two processes may do so at once.

    Raises:
        UnknownMigration: nothing was changed.
        Unavailable: the database cannot be reached, or another migration runs for long.
    """
    applied: list[str] = []
    with open_session(url) as session:
        with session.transaction() as tx:
            session.script(text_for(session.kind, HISTORY))
            waiting = _pending(tx)
        for name in waiting:
            with session.transaction() as tx:
                if name not in _pending(tx):
                    continue  # another process was faster
                session.script(text_for(session.kind, _files()[name]))
                tx.run(
                    "INSERT INTO schema_migrations (name, applied_ms) VALUES (:name, :now_ms)",
                    name=name,
                    now_ms=now_ms(),
                )
            applied.append(name)
            progress(name)
        with session.transaction() as tx:
            if facts.get(tx, "tzdata") is None:  # a new database; `actions.derived` alone may change it
                facts.put(tx, "tzdata", tzdata.IANA_VERSION)
            if session.kind == "postgres":
                cluster.settle(tx)
    return applied


def pending(url: str) -> list[str]:
    """The names that `migrate` would apply. Makes no file and no table. Raises UnknownMigration, Unavailable."""
    if kind_of(url) == "sqlite" and sqlite.is_new(url):
        return sorted(_files())
    with open_session(url) as session, session.transaction() as tx:
        return _pending(tx) if session.has_table(tx, "schema_migrations") else sorted(_files())


def moved(url: str) -> bool:
    """Whether the database came here as a dump of another PostgreSQL, which `migrate` has not settled yet."""
    if kind_of(url) == "sqlite":
        return False
    with open_session(url) as session, session.transaction() as tx:
        return session.has_table(tx, "facts") and cluster.moved(tx)


def text_for(kind: Literal["sqlite", "postgres"], text: str) -> str:
    """A migration as the database *kind* reads it."""
    text = re.sub(rf"/\*{kind}\b(.*?)\*/", r"\1", text, flags=re.DOTALL)
    return text if kind == "sqlite" else re.sub(r"\bINTEGER\b", "BIGINT", text)


def _files() -> dict[str, str]:
    """Name to text, of every migration this Rili knows."""
    found = (file for file in resources.files(__name__).iterdir() if file.name.endswith(".sql"))
    return {file.name.removesuffix(".sql"): file.read_text("utf-8") for file in found}


def _pending(tx: Tx) -> list[str]:
    known = set(_files())
    applied = {name for (name,) in tx.all("SELECT name FROM schema_migrations")}
    if unknown := sorted(applied - known):
        raise UnknownMigration(
            f"The database has migrations that this Rili does not know ({', '.join(unknown)}): "
            "it was used by a newer one. Run that, or a newer one."
        )
    return sorted(known - applied)
