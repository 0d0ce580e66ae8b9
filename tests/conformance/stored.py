"""Where a text lies in a server's database: in every column of every table, and in the bytes of SQLite's files."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import psycopg


class _Cell(NamedTuple):
    """A column of a table, and one value of it as text."""

    column: str
    text: str


def where_stored(url: str, wanted: Iterable[str]) -> set[tuple[str, str]]:
    """Each of *wanted* that is there, with its column, or "files". The files of PostgreSQL are its own."""
    wanted = list(wanted)
    found = _found_in_tables(url, wanted)
    if url.startswith("sqlite:"):
        files = _database_bytes(Path(url.removeprefix("sqlite:")))
        found |= {("files", one) for one in wanted if any(text in files for text in _spelled(one))}
    return found


def _found_in_tables(url: str, wanted: Iterable[str]) -> set[tuple[str, str]]:
    """Each of *wanted* that some value holds, with its column."""
    pattern = re.compile("|".join(map(re.escape, wanted)))
    return {(cell.column, text) for cell in _cells(url) for text in pattern.findall(cell.text)}


def _cells(url: str) -> Iterator[_Cell]:
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
                    yield _Cell(column, value.decode("latin-1") if isinstance(value, bytes) else str(value))


def _database_bytes(path: Path) -> bytes:
    """The file, its log and its index of the log, as they lie on disk while the server runs."""
    parts = [path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm")]
    assert all(part.exists() for part in parts)
    return b"\0".join(part.read_bytes() for part in parts)


def _spelled(secret: str) -> list[bytes]:
    """How *secret* may lie in a file: as text, or where it is hexadecimal as what that says."""
    if re.fullmatch("([0-9a-f]{2}){8,}", secret):
        return [secret.encode(), bytes.fromhex(secret)]
    return [secret.encode()]
