"""Who is within the range of an app is found by index, however large the directory is."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rili.store import app_ranges
from rili.store.migrations import migrate


class Asking:
    """A transaction that answers how SQLite goes about a query."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.read: set[str] = set()
        """How each stored table is read: `SCAN users`, `SEARCH users`."""

    def all(self, sql: str, /, **params: Any) -> list[Any]:
        for _, _, _, step in self._connection.execute("EXPLAIN QUERY PLAN " + sql, params):
            how = re.match(r"(SCAN|SEARCH) (\w+)", step)
            if how and how[2] in ("users", "memberships", "departments", "search_keys"):
                whole = step.endswith("(corp_id=?)")  # of an organisation is as good as a scan
                self.read.add(f"SCAN {how[2]}" if whole else how[0])
        return []

    def one(self, sql: str, /, **params: Any) -> None:
        self.all(sql, **params)


@pytest.mark.parametrize(
    ("ask", "read"),
    [
        pytest.param(
            lambda tx: app_ranges.has_person(tx, "corp", "app", "u"),
            {"SEARCH users", "SEARCH memberships", "SEARCH departments"},
            id="a person",
        ),
        pytest.param(
            lambda tx: app_ranges.people_within(tx, "corp", "app", ["u", "v"]),
            {"SEARCH users", "SEARCH memberships", "SEARCH departments"},
            id="people",
        ),
        pytest.param(
            lambda tx: app_ranges.has_department(tx, "corp", "app", 7),
            {"SEARCH departments"},
            id="department",
        ),
        pytest.param(
            lambda tx: app_ranges.find(tx, "corp", "app", "user", "w", whole=False),
            {"SEARCH departments", "SEARCH search_keys", "SEARCH memberships"},
            id="search for people",
        ),
        pytest.param(
            lambda tx: app_ranges.find(tx, "corp", "app", "department", "w", whole=False),
            {"SEARCH departments", "SEARCH search_keys"},
            id="search for departments",
        ),
    ],
)
def test_by_index(tmp_path: Path, ask: Callable[[Any], object], read: set[str]) -> None:
    path = tmp_path / "rili.db"
    migrate(f"sqlite:{path}", lambda _: None)
    connection = sqlite3.connect(path)

    tx = Asking(connection)
    ask(tx)

    connection.close()
    assert tx.read == read
