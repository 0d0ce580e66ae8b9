"""SQLite: one writer whose commits are shared.

Actions run on the event loop, one after the other, in one transaction for all that wait, each in a savepoint.
Only COMMIT, which waits for the disk, runs in a thread, while the loop reads the next requests; then everybody
of that batch is answered at once. With actions in a writer thread the interpreter's lock would change hands at
every statement: measured with 16 callers on two idle cores, 4,100 updates a second instead of 5,800 (on busy cores
both come to the same). The price: an action of many rows (5,000 attendees, some 75 ms) holds up the loop.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from rili.errors import Stale, Unavailable
from rili.store.db import ATTEMPTS, Refused, Row, Tx, Value
from rili.store.worker import Worker

T = TypeVar("T")

BATCH = 64
"""Actions that share a commit, at most: about what the loop may be held up for."""

TURNS = 3
"""Of the loop between batches: answers go out, requests come in and reach `write`. Who asks again at once is on
board then; without, one was early and had a commit to itself. Measured: with 16 callers a tenth more updates a second,
with 4 a fifth."""

LOCK_WAIT_MS = 5_000
CHECKPOINT_WAIT_MS = 100
"""How long a restart of the log may keep writers waiting for readers of other processes."""

CHECKPOINT_ROWS = 1_000
"""Changed rows between checkpoints."""

LONG_LOG_PAGES = 4_000
"""From here on a checkpoint makes writers begin the log anew (16 MB), which they cannot do by themselves under load."""

# Primary result codes for which another try, or an administrator, may help. https://sqlite.org/rescode.html
UNAVAILABLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
}


def is_new(url: str) -> bool:
    """Whether `connect` would make the file."""
    path = Path(url.removeprefix("sqlite:"))
    return path.parent.is_dir() and not path.exists()


def connect(url: str, *, wait_ms: int = LOCK_WAIT_MS, cache_kib: int = 2_048) -> sqlite3.Connection:
    """A connection that begins transactions only when told to. A new file belongs to its owner alone."""
    path = Path(url.removeprefix("sqlite:"))
    try:
        path.touch(0o600)
        connection = sqlite3.connect(
            path, isolation_level=None, check_same_thread=False, cached_statements=512
        )
        for pragma in (
            f"busy_timeout = {LOCK_WAIT_MS}",
            "synchronous = FULL",
            "foreign_keys = ON",
            "temp_store = MEMORY",
            "wal_autocheckpoint = 0",
            f"cache_size = -{cache_kib}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        _keep_a_log(connection)
        connection.execute(f"PRAGMA busy_timeout = {wait_ms}")
    except (OSError, sqlite3.Error) as error:
        raise Unavailable(description=f"cannot open the database {path}: {error}") from error
    return connection


def _keep_a_log(connection: sqlite3.Connection) -> None:
    """Switch a new file to WAL. SQLite does not wait when two processes do so at once."""
    for attempts_left in reversed(range(ATTEMPTS)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if _primary(error) != sqlite3.SQLITE_BUSY or not attempts_left:
                raise
        connection.execute("BEGIN IMMEDIATE")  # this does wait
        connection.execute("ROLLBACK")


class SqliteTx:
    """A transaction, or a savepoint in it. *numbers* counts the changes of the whole transaction."""

    def __init__(self, connection: sqlite3.Connection, numbers: ChangeNumbers | None = None) -> None:
        self._execute = connection.execute
        self._connection = connection
        self._numbers = numbers or ChangeNumbers(connection)
        self._writes = numbers is not None
        self._change_no: int | None = None

    def run(self, sql: str, /, **params: Value) -> int:
        try:
            return self._execute(sql, params).rowcount
        except sqlite3.IntegrityError as error:
            raise Refused(str(error)) from error

    def queue(self, sql: str, /, **params: Value) -> None:
        self.run(sql, **params)

    def run_one(self, sql: str, /, **params: Value) -> None:
        if self.run(sql, **params) == 0:
            raise Stale

    def run_many(self, sql: str, rows: Iterable[Mapping[str, Value]], /) -> None:
        try:
            self._connection.executemany(sql, rows)
        except sqlite3.IntegrityError as error:
            raise Refused(str(error)) from error

    def one(self, sql: str, /, **params: Value) -> Row | None:
        return self._execute(sql, params).fetchone()

    def all(self, sql: str, /, **params: Value) -> list[Row]:
        return self._execute(sql, params).fetchall()

    def lock(self, sql: str, /, **params: Value) -> None:
        return

    def take(self, sql: str, /, **params: Value) -> list[Row]:
        return self.all(sql, **params)

    def claim(self, key: str, /) -> bool:
        return True

    def change_no(self) -> int:
        if self._change_no is None:
            self._change_no = self._numbers.take()
        return self._change_no

    def seen(self) -> object:
        return object() if self._writes else self.known_below()

    def known_below(self) -> int:
        row = self.one("SELECT value FROM counters WHERE name = 'change_no'")
        assert row is not None
        return row[0] + 1


class ChangeNumbers:
    """The counter of one transaction: read when the first number is taken, written before the commit."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._last: int | None = None

    def take(self) -> int:
        if self._last is None:
            sql = "SELECT value FROM counters WHERE name = 'change_no'"
            self._last = int(self._connection.execute(sql).fetchone()[0])
        self._last += 1
        return self._last

    def keep(self) -> None:
        if self._last is not None:
            self._connection.execute("UPDATE counters SET value = ? WHERE name = 'change_no'", (self._last,))


class SqliteDatabase:
    """The database in a file. Belongs to one event loop at a time; other processes may write too."""

    cache_ms = 0

    def __init__(self, url: str) -> None:
        # The loop must not wait for another process's lock: it tries, and lets the thread wait.
        self._writer = connect(url, wait_ms=0, cache_kib=16_384)
        self._reader = connect(url, cache_kib=8_192)
        self._reader.execute("PRAGMA query_only = ON")
        self._cleaner = connect(url, wait_ms=CHECKPOINT_WAIT_MS)
        self._committing = Worker("rili-commit")
        self._cleaning = Worker("rili-checkpoint")
        self._waiting: deque[_Job] = deque()
        # The loop that runs batches, until nothing waits.
        self._loop: asyncio.AbstractEventLoop | None = None
        self._idle: asyncio.Future[None] | None = None
        self._closed = False
        self._cleaned_at = 0

    async def write(self, action: Callable[[Tx], T], /) -> T:
        if self._closed:
            raise Unavailable(description="the database is closed")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        self._waiting.append((action, answer))
        if self._loop is None:
            self._loop = loop
            loop.call_soon(self._begin, loop)
        return await answer

    async def read(self, query: Callable[[Tx], T], /) -> T:
        if self._closed:
            raise Unavailable(description="the database is closed")
        try:
            self._reader.execute("BEGIN")
            try:
                return query(SqliteTx(self._reader))
            finally:
                self._reader.execute("COMMIT")
        except sqlite3.Error as error:
            raise _translated(error) from error

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        loop = asyncio.get_running_loop()
        # A loop that ended with actions waiting took their callers with it.
        if self._loop is loop:
            self._idle = loop.create_future()
            await self._idle
        await loop.run_in_executor(None, self._shut)

    def _shut(self) -> None:
        self._committing.stop()
        self._cleaning.stop()
        with suppress(sqlite3.Error):  # full or broken: nothing is lost, the next start finds a longer log
            self._cleaner.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for connection in (self._writer, self._reader, self._cleaner):
            connection.close()

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin a batch with what waits, or rest."""
        if not self._waiting:
            self._loop = None
            if self._idle is not None:
                self._idle.set_result(None)
            return
        try:
            self._writer.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            if _primary(error) == sqlite3.SQLITE_BUSY:
                self._committing.do(partial(self._wait_for_lock, loop))
            else:
                self._begun(loop, error)
            return
        self._begun(loop, None)

    def _wait_for_lock(self, loop: asyncio.AbstractEventLoop) -> None:
        """In the thread: begin as soon as the other process is done."""
        failure: Exception | None = None
        try:
            self._writer.execute(f"PRAGMA busy_timeout = {LOCK_WAIT_MS}")
            self._writer.execute("BEGIN IMMEDIATE")
        except Exception as error:  # noqa: BLE001 - the callers get it
            failure = error
        finally:
            self._writer.execute("PRAGMA busy_timeout = 0")
        _tell(loop, self._begun, loop, failure)

    def _begun(self, loop: asyncio.AbstractEventLoop, failure: Exception | None) -> None:
        if failure is None:
            self._run(loop)
            return
        answers = [answer for _, answer in self._waiting]
        self._waiting.clear()
        self._settle(loop, [(answer, None, failure) for answer in answers])

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        """Run a batch up to its commit. What an action raises is its own caller's affair, unless it ended the batch."""
        batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
        numbers = ChangeNumbers(self._writer)
        try:
            outcomes = [
                (answer, *self._attempt(action, numbers)) for action, answer in batch if not answer.done()
            ]
            numbers.keep()
        except BaseException as error:
            failure = error if isinstance(error, Exception) else Unavailable(description="stopped")
            self._undo_all()
            self._settle(loop, [(answer, None, failure) for _, answer in batch])
            if failure is not error:
                raise
            return
        self._committing.do(partial(self._commit, loop, outcomes))

    def _attempt(self, action: Callable[[Tx], Any], numbers: ChangeNumbers) -> tuple[Any, Exception | None]:
        """One action in its savepoint: its answer, or what it raised."""
        for _ in range(ATTEMPTS):
            self._writer.execute("SAVEPOINT action")
            try:
                answer = action(SqliteTx(self._writer, numbers))
            except Exception as error:
                # A full disk, for one, makes SQLite roll back everything.
                if not self._writer.in_transaction:
                    raise
                self._writer.execute("ROLLBACK TO action")
                self._writer.execute("RELEASE action")
                if not isinstance(error, Stale):
                    return None, error
            else:
                self._writer.execute("RELEASE action")
                return answer, None
        return None, Unavailable(description="the row changed again and again")

    def _commit(self, loop: asyncio.AbstractEventLoop, outcomes: list[_Outcome]) -> None:
        """In the thread: make the batch durable; the loop stays away from the writer until it is told."""
        failure: Exception | None = None
        try:
            self._writer.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - the callers get it
            failure = error
            self._undo_all()
        changes = self._writer.total_changes
        _tell(loop, self._committed, loop, outcomes, failure)
        if changes - self._cleaned_at > CHECKPOINT_ROWS:
            self._cleaned_at = changes
            self._cleaning.do(self._checkpoint)

    def _committed(
        self, loop: asyncio.AbstractEventLoop, outcomes: list[_Outcome], failure: Exception | None
    ) -> None:
        if failure is not None:
            outcomes = [(answer, None, failure) for answer, _, _ in outcomes]
        self._settle(loop, outcomes)

    def _settle(self, loop: asyncio.AbstractEventLoop, outcomes: list[_Outcome]) -> None:
        """Answer the callers of a batch, then see what came meanwhile."""
        for answer, value, failure in outcomes:
            if answer.done():
                continue  # its caller was cancelled
            if failure is None:
                answer.set_result(value)
            else:
                answer.set_exception(_translated(failure))
        _in_turns(TURNS, loop, self._begin, loop)

    def _undo_all(self) -> None:
        if self._writer.in_transaction:
            self._writer.execute("ROLLBACK")

    def _checkpoint(self) -> None:
        """In its thread: bring the log's pages home, so that no request ever does."""
        try:
            _, pages, _ = self._cleaner.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if pages > LONG_LOG_PAGES:
                self._cleaner.execute("PRAGMA wal_checkpoint(RESTART)")
        except sqlite3.Error:
            # Busy, full or broken: nothing is lost, the log stays longer until the next one.
            return


_Job = tuple[Callable[[Tx], Any], "asyncio.Future[Any]"]
_Outcome = tuple["asyncio.Future[Any]", Any, Exception | None]


def _in_turns(
    turns: int, loop: asyncio.AbstractEventLoop, function: Callable[..., None], *args: object
) -> None:
    """Call *function* after so many turns of the loop."""
    if turns:
        loop.call_soon(_in_turns, turns - 1, loop, function, *args)
    else:
        function(*args)


def _tell(loop: asyncio.AbstractEventLoop, function: Callable[..., None], *args: object) -> None:
    """Call *function* on the loop, unless it was closed: then nobody is left to tell."""
    try:
        loop.call_soon_threadsafe(function, *args)
    except RuntimeError:
        if not loop.is_closed():
            raise


def _primary(error: sqlite3.Error) -> int:
    """The primary result code: the low byte of the extended one."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _translated(error: Exception) -> Exception:
    if isinstance(error, StopIteration):
        return RuntimeError("an action raised StopIteration")  # a future cannot carry it
    if isinstance(error, sqlite3.IntegrityError):
        return Refused(str(error))  # of a constraint that is looked at on commit
    if isinstance(error, sqlite3.Error) and _primary(error) in UNAVAILABLE:
        unavailable = Unavailable(description=str(error))
        unavailable.__cause__ = error
        return unavailable
    return error
