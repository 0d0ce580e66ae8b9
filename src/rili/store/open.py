"""From the setting `database` to a Database."""

from __future__ import annotations

from typing import Literal

from rili.store.db import Database
from rili.store.sqlite import SqliteDatabase


def open_database(url: str, connections: int = 16) -> Database:
    """The database at *url*; *connections* is for PostgreSQL. The schema is not looked at: see `migrations`.

    Raises:
        ValueError: *url* is neither form of `kind_of`.
        Unavailable: there is no such database, or it does not answer.
    """
    if kind_of(url) == "sqlite":
        return SqliteDatabase(url)
    from rili.store.postgres import PostgresDatabase  # a driver that SQLite's users need not wait for

    return PostgresDatabase(url, connections)


def kind_of(url: str) -> Literal["sqlite", "postgres"]:
    """Which database *url* leads to: `sqlite:PATH` or `postgresql://...`. Raises ValueError."""
    if url.startswith("sqlite:") and url != "sqlite:":
        return "sqlite"
    if url.startswith(("postgresql://", "postgres://")):
        return "postgres"
    raise ValueError("a database is given as sqlite:PATH or as postgresql://...")
