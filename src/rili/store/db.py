"""The two databases behind one interface. What truly differs between them lives in `sqlite.py` and `postgres.py`.

SQL is written once, in the dialect both share: `:name` parameters, TEXT and INTEGER columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar

Value = str | int | None
Row = tuple[Any, ...]
T = TypeVar("T")

ATTEMPTS = 10
"""How often an action runs, at most, before its caller is told that the system is busy."""


class Refused(Exception):
    """A constraint of the schema refused a row. The transaction cannot go on."""


class Tx(Protocol):
    """One transaction. Store functions take it; nobody else sees SQL."""

    def run(self, sql: str, /, **params: Value) -> int:
        """Execute a statement; answer how many rows it touched. Raises Refused."""
        ...

    def queue(self, sql: str, /, **params: Value) -> None:
        """Execute a statement whose outcome nobody asks for: PostgreSQL sends it with the next one, or with the commit.

        It is done before whatever follows it; what it raises (Refused), the next call or the commit raises.
        """
        ...

    def run_one(self, sql: str, /, **params: Value) -> None:
        """Queue a statement that must touch a row. Raises Stale when there is none: now, or with the next answer, or
        at the commit.
        """
        ...

    def run_many(self, sql: str, rows: Iterable[Mapping[str, Value]], /) -> None:
        """Queue one statement for each of *rows*."""
        ...

    def one(self, sql: str, /, **params: Value) -> Row | None:
        """The first row of a query, or None."""
        ...

    def all(self, sql: str, /, **params: Value) -> list[Row]:
        """Every row of a query."""
        ...

    def lock(self, sql: str, /, **params: Value) -> None:
        """From here on nobody else changes the rows that this query finds, until the transaction ends.

        What is to be known of them is asked for afterwards. PostgreSQL: the query with FOR UPDATE, queued; read in
        the same statement, other tables would be as they were before the wait. SQLite: nothing, there is one writer.
        """
        ...

    def take(self, sql: str, /, **params: Value) -> list[Row]:
        """The rows of a query that no other transaction holds, held from here on; the others are left out.

        PostgreSQL: FOR UPDATE SKIP LOCKED. SQLite: every row, there is one writer.
        """
        ...

    def claim(self, key: str, /) -> bool:
        """Whether no other transaction runs under *key* now; ends with this transaction, also in a crash."""
        ...

    def change_no(self) -> int:
        """The number of this change, the same for the whole transaction (design, "Change numbers")."""
        ...

    def seen(self) -> object:
        """What is equal for two reads between which nothing was committed under a number of `change_no`.

        Of a transaction that writes it equals nothing.
        """
        ...

    def known_below(self) -> int:
        """Every change with a number below it is in this snapshot; PostgreSQL may have some of the others too."""
        ...


class Database(Protocol):
    """Runs actions. Each is one transaction, and answered only when it is durable.

    Lost connections, locks that stay taken and a full disk raise Unavailable; so does everything after `close`.
    """

    cache_ms: int
    """How long an answer read here may be kept: 0 where reading again costs nothing."""

    async def write(self, action: Callable[[Tx], T], /) -> T:
        """Run *action* in a transaction and commit it; run it again when it raises Stale.

        What *action* raises rolls back its own changes and is raised here. A caller that is cancelled learns
        nothing: the action may have been committed.
        """
        ...

    async def read(self, query: Callable[[Tx], T], /) -> T:
        """Run *query* on a snapshot; it must not write."""
        ...

    async def close(self) -> None:
        """Finish what runs, then let go of every connection and thread."""
        ...
