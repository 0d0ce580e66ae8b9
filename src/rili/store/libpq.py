"""PostgreSQL on the wire: one connection, its pipeline, and the transaction on it.

psycopg connects; from there on its libpq wrapper, `psycopg.pq`, is used directly. What Rili needs of it (text and
integers, every statement prepared, statements sent together) takes half the time so: measured with 16 callers,
2,800 updates a second instead of 1,500 through cursors, or through cursors in psycopg's own pipelines.
"""

from __future__ import annotations

import re
import select
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import cache
from hashlib import blake2b
from typing import Any, Protocol

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from rili.errors import Stale, Unavailable
from rili.store.db import Refused, Row, Value

# What an address may say otherwise. Seconds; milliseconds for tcp_user_timeout.
CONNECTING = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "tcp_user_timeout": 10_000,
    "client_encoding": "UTF8",
}
LOCK_WAIT_MS = 5_000

# Seconds, and probes. For the server's end: a machine that went away without a word loses its transaction, with its
# locks and claims, after half a minute, not after the two hours of the kernel. (idle_in_transaction_session_timeout
# would not serve: between two flushes of a pipeline the server does not count as idle.)
KEEPALIVE = {"tcp_keepalives_idle": 10, "tcp_keepalives_interval": 5, "tcp_keepalives_count": 4}

PREPARED = 1_000
"""Statements a connection prepares before it begins anew, about. The texts are few, but each pattern of NULLs is one
of its own, and what a failure left unconfirmed is prepared again."""

GOOD = {pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK}

# Object ids of types, from PostgreSQL's pg_type.dat: bool, int8, int2, int4, numeric (what sum() answers).
# A text goes untyped, as a literal in SQL would: the statement says what it is, text or (json_each) JSON.
UNTYPED, INT8 = 0, 20
DECODE: dict[int, Callable[[bytes], Any]] = {16: b"t".__eq__, INT8: int, 21: int, 23: int, 1700: int}

# Codes and classes of https://www.postgresql.org/docs/current/errcodes-appendix.html
RUN_AGAIN = {"40001", "40P01"}  # serialization failure, deadlock
DIVISION_BY_ZERO = "22012"
CONSTRAINT = "23"
UNAVAILABLE = ("08", "53", "55P03", "57", "58")  # connection, resources, lock timeout, intervention, system


class Lost(Unavailable):
    """The connection broke. After `commit` nobody knows whether the transaction was committed."""


class _Awaited(Enum):
    """What is to be done with the result of a message that was sent."""

    NOTHING = 0  # but raise its error
    ROWS = 1
    CHANGE_NO = 2
    SYNC = 3
    TOUCHED = 4  # of `run_one`: a division by zero is a row that was not there
    ANYTHING = 5  # of a transaction that was left; errors too


class Wait(Protocol):
    """How a session waits until it can read, or, *to_write*, read or write."""

    def __call__(self, *, to_write: bool) -> None: ...


class Session:
    """One connection, in pipeline mode. `begin`, use the transaction, then `commit` or `leave`."""

    def __init__(self, url: str) -> None:
        """Connect. Raises Lost."""
        try:
            parts = conninfo_to_dict(url)
        except psycopg.Error:
            # Its text repeats a part of the address, which may be the password.
            raise Lost(description="the setting database is not the address of a PostgreSQL") from None
        try:
            self._connection = psycopg.connect(make_conninfo("", **{**CONNECTING, **parts}), autocommit=True)
            for name, value in {"lock_timeout": LOCK_WAIT_MS, **KEEPALIVE}.items():
                self._connection.execute(f"SET {name} = {value}".encode())
            self.change_offset = _change_offset(self._connection)
        except psycopg.Error as error:
            raise Lost(description=f"PostgreSQL does not answer: {error}") from error
        self._libpq = self._connection.pgconn
        self._libpq.nonblocking = 1
        self._libpq.enter_pipeline_mode()
        self.socket = self._libpq.socket
        self.wait: Wait = self._block
        self._prepared: dict[tuple[str, tuple[int, ...]], bytes] = {}
        self._unconfirmed: list[tuple[str, tuple[int, ...]]] = []  # prepared, unless the pipeline breaks off
        self._names = 0
        self._awaited: list[_Awaited] = []
        self._clean = True  # whether all that was sent has succeeded
        self.change_no: int | None = None  # of the transaction, once the server has said it

    @property
    def broken(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._libpq.status != pq.ConnStatus.OK

    def begin(self, *, read_only: bool = False) -> PostgresTx:
        """A transaction: READ COMMITTED, or one snapshot that cannot write. Sent with its first statement."""
        if self._names > PREPARED:
            self.send("DEALLOCATE ALL", {})
            self._prepared.clear()
            self._unconfirmed.clear()
            self._names = 0
        self.change_no = None
        if read_only:
            self.send("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", {})
        else:
            # Asked for here because whatever changes something needs it, and here it costs no round trip.
            self.send("BEGIN", {})
            self.send("SELECT pg_current_xact_id()::text::bigint", {}, _Awaited.CHANGE_NO)
        return PostgresTx(self)

    def send(self, sql: str, params: Mapping[str, Value], awaited: _Awaited = _Awaited.NOTHING) -> None:
        """Put a statement into the pipeline, prepared before if this connection has not seen it yet. Raises Lost."""
        text, names = _numbered(sql)
        types: list[int] = []
        values: list[bytes | None] = []
        for name in names:
            value = params[name]
            if value is None:
                types.append(UNTYPED)
                values.append(None)
            elif isinstance(value, str):
                if "\0" in value:
                    raise ValueError(f"{name} holds a NUL character")  # libpq would cut the text there
                types.append(UNTYPED)
                values.append(value.encode())
            else:
                types.append(INT8)
                values.append(b"%d" % value)
        key = (sql, tuple(types))
        try:
            if (statement := self._prepared.get(key)) is None:
                self._names += 1
                statement = self._prepared[key] = b"rili%d" % self._names
                self._unconfirmed.append(key)
                self._libpq.send_prepare(statement, text, types)
                self._awaited.append(_Awaited.NOTHING)
            self._libpq.send_query_prepared(statement, values)
        except psycopg.OperationalError as error:
            raise Lost(description=str(error)) from error
        self._awaited.append(awaited)
        self._clean = False

    def fetch(self, sql: str, params: Mapping[str, Value]) -> pq.abc.PGresult:
        """Send a statement and everything before it; answer its result. Raises what any of them did."""
        self.send(sql, params, _Awaited.ROWS)
        result = self.collect()
        assert result is not None
        return result

    def collect(self) -> pq.abc.PGresult | None:
        """Wait for all that was sent; answer the last result that was awaited."""
        answer: pq.abc.PGresult | None = None
        failure: Exception | None = None
        awaited, self._awaited = self._awaited, []
        try:
            if awaited and awaited[-1] is not _Awaited.SYNC:  # that sends by itself
                self._libpq.send_flush_request()
            self._push()
            for what in awaited:
                result = self._next()
                if what is _Awaited.SYNC or result is None:
                    continue
                if what is not _Awaited.ANYTHING:
                    if result.status not in GOOD:
                        failure = failure or _failure(result, what)
                    elif what is _Awaited.ROWS:
                        answer = result
                    elif what is _Awaited.CHANGE_NO:
                        self.change_no = int(result.get_value(0, 0) or 0) + self.change_offset
                self._next()  # the None that ends the results of a message
        except psycopg.OperationalError as error:
            raise Lost(description=str(error)) from error
        if self.broken:
            raise Lost(description=self._libpq.get_error_message())
        if failure is not None:
            raise failure
        self._unconfirmed.clear()
        self._clean = True
        return answer

    def commit(self) -> None:
        """Commit, with what is still queued. Raises what a queued statement did; Lost: perhaps committed."""
        self.send("COMMIT", {})
        self._sync()
        self.collect()

    def leave(self, *, wait: bool = False) -> None:
        """End the transaction, also one that failed, and keep nothing of it. Never raises.

        *wait* until it has ended: its locks and claims hold as long.
        """
        self._awaited = [one if one is _Awaited.SYNC else _Awaited.ANYTHING for one in self._awaited]
        for key in self._unconfirmed:
            del self._prepared[key]
        self._unconfirmed.clear()
        try:
            if not self._clean:
                self._sync()  # after an error the server reads on from here
            self.send("ROLLBACK", {}, _Awaited.ANYTHING)
            self._sync()
            self._push()
            if wait:
                self.collect()
        except (psycopg.OperationalError, Lost):
            self.close()

    def script(self, text: str) -> None:
        """Run statements without parameters, as many as *text* holds, in the transaction."""
        self._sync()
        self.collect()
        self._libpq.exit_pipeline_mode()
        result = self._libpq.exec_(text.encode())
        self._libpq.enter_pipeline_mode()
        if result.status not in GOOD:
            raise _failure(result)

    def take_in(self) -> None:
        """Read what came while nobody waited: the rest of a transaction that was left, or the server's farewell."""
        try:
            self._libpq.consume_input()
        except psycopg.OperationalError:
            self.close()

    def close(self) -> None:
        """Let go of the connection. Its server ends what was open."""
        self._connection.close()

    def _sync(self) -> None:
        self._libpq.pipeline_sync()
        self._awaited.append(_Awaited.SYNC)

    def _push(self) -> None:
        """Send what is buffered. Reads meanwhile: a server that cannot answer would stop reading."""
        while self._libpq.flush():
            self.wait(to_write=True)
            self._libpq.consume_input()

    def _next(self) -> pq.abc.PGresult | None:
        while self._libpq.is_busy():
            self.wait(to_write=False)
            self._libpq.consume_input()
        return self._libpq.get_result()

    def _block(self, *, to_write: bool) -> None:
        connection = select.poll()
        connection.register(self.socket, select.POLLIN | select.POLLOUT if to_write else select.POLLIN)
        connection.poll()


class PostgresTx:
    """A transaction on *session*, which its owner ends."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def run(self, sql: str, /, **params: Value) -> int:
        return self._session.fetch(sql, params).command_tuples or 0

    def queue(self, sql: str, /, **params: Value) -> None:
        self._session.send(sql, params)

    def run_one(self, sql: str, /, **params: Value) -> None:
        # Counted by the server, so that nobody has to wait for the count: no row is a division by zero.
        counted = f"WITH touched AS ({sql} RETURNING 1) SELECT 1 / COUNT(*) FROM touched"
        self._session.send(counted, params, _Awaited.TOUCHED)

    def run_many(self, sql: str, rows: Iterable[Mapping[str, Value]], /) -> None:
        for params in rows:
            self._session.send(sql, params)

    def one(self, sql: str, /, **params: Value) -> Row | None:
        result = self._session.fetch(sql, params)
        return _row(result, 0, _decoders(result)) if result.ntuples else None

    def all(self, sql: str, /, **params: Value) -> list[Row]:
        result = self._session.fetch(sql, params)
        decoders = _decoders(result)
        return [_row(result, row, decoders) for row in range(result.ntuples)]

    def lock(self, sql: str, /, **params: Value) -> None:
        self._session.send(f"{sql} FOR UPDATE", params)

    def take(self, sql: str, /, **params: Value) -> list[Row]:
        return self.all(f"{sql} FOR UPDATE SKIP LOCKED", **params)

    def claim(self, key: str, /) -> bool:
        digest = blake2b(key.encode(), digest_size=8, person=b"rili.claim").digest()
        number = int.from_bytes(digest, signed=True)
        row = self.one("SELECT pg_try_advisory_xact_lock(:number)", number=number)
        return row is not None and bool(row[0])

    def change_no(self) -> int:
        if self._session.change_no is None:
            self._session.collect()
        assert self._session.change_no is not None
        return self._session.change_no

    def seen(self) -> object:
        row = self.one("SELECT pg_current_snapshot()::text")
        assert row is not None
        return row[0] if self._session.change_no is None else object()

    def known_below(self) -> int:
        # A transaction that still runs commits with the number that it has now.
        row = self.one("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        assert row is not None
        return row[0] + self._session.change_offset


def _change_offset(connection: psycopg.Connection[Any]) -> int:
    """What is added to transaction ids to number changes: `store/cluster.py` says why."""
    if connection.execute("SELECT to_regclass('facts')").fetchone() == (None,):
        return 0
    row = connection.execute("SELECT value FROM facts WHERE name = 'change_offset'").fetchone()
    return 0 if row is None else int(row[0])


def _decoders(result: pq.abc.PGresult) -> list[Callable[[bytes], Any]]:
    return [DECODE.get(result.ftype(column), bytes.decode) for column in range(result.nfields)]


def _row(result: pq.abc.PGresult, row: int, decoders: list[Callable[[bytes], Any]]) -> Row:
    values = (result.get_value(row, column) for column in range(len(decoders)))
    return tuple(
        [None if value is None else decode(value) for value, decode in zip(values, decoders, strict=True)]
    )


def _failure(result: pq.abc.PGresult, awaited: _Awaited = _Awaited.NOTHING) -> Exception:
    """What a result that is an error raises."""
    if result.status == pq.ExecStatus.PIPELINE_ABORTED:
        return psycopg.errors.InFailedSqlTransaction("the transaction failed before")
    code = (result.error_field(pq.DiagnosticField.SQLSTATE) or b"").decode()
    # The detail beside it quotes rows, which are people's.
    message = (result.error_field(pq.DiagnosticField.MESSAGE_PRIMARY) or b"").decode()
    if result.error_field(pq.DiagnosticField.SEVERITY_NONLOCALIZED) in (b"FATAL", b"PANIC"):
        return Lost(description=message)
    if code in RUN_AGAIN or (awaited is _Awaited.TOUCHED and code == DIVISION_BY_ZERO):
        return Stale(message)
    if code.startswith(CONSTRAINT):
        return Refused(message)
    if code.startswith(UNAVAILABLE):
        return Unavailable(description=message)
    try:
        return psycopg.errors.lookup(code)(message)
    except KeyError:
        return psycopg.DatabaseError(message)


_PARAMETER = re.compile(
    r"""
    ' (?: [^'] | '' )* ' | " (?: [^"] | "" )* " | -- [^\n]* | /\* .*? \*/ | ::  # not ours
    | : (?P<name> [a-z_] [a-z0-9_]* )
    """,
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)


@cache
def _numbered(sql: str) -> tuple[bytes, tuple[str, ...]]:
    """`:name` as PostgreSQL's `$1`, and the names in the order of their numbers."""
    numbers: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        name = match["name"]
        return match[0] if name is None else f"${numbers.setdefault(name, len(numbers) + 1)}"

    return _PARAMETER.sub(number, sql).encode(), tuple(numbers)
