"""PostgreSQL: each action is a transaction of its own, on the connection of one of a few threads."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from rili.errors import Stale, Unavailable
from rili.store.db import ATTEMPTS, Tx
from rili.store.libpq import Lost, Session

T = TypeVar("T")

PAUSE_SECONDS = 0.002
"""Between attempts, times the number of the attempt: those who met go on apart."""


class PostgresDatabase:
    """A server, or whatever speaks its protocol. May be used from several event loops."""

    cache_ms = 5_000

    def __init__(self, url: str, connections: int) -> None:
        self._url = url
        self._jobs: SimpleQueue[Callable[[_Connection], None] | None] = SimpleQueue()
        self._closed = False
        # Connects once now, so that a wrong address is noticed at the start.
        first = _Connection(url)
        first.session()
        self._threads = [
            Thread(target=self._work, args=(each,), name=f"rili-postgres-{number}", daemon=True)
            for number, each in enumerate([first, *(_Connection(url) for _ in range(connections - 1))])
        ]
        for thread in self._threads:
            thread.start()

    async def write(self, action: Callable[[Tx], T], /) -> T:
        return await self._do(_write, action)

    async def read(self, query: Callable[[Tx], T], /) -> T:
        return await self._do(_read, query)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        for _ in self._threads:
            self._jobs.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._join)

    async def _do(self, how: Callable[[_Connection, Callable[[Tx], T]], T], action: Callable[[Tx], T]) -> T:
        if self._closed:
            raise Unavailable(description="the database is closed")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[T] = loop.create_future()
        self._jobs.put(partial(_serve, how, action, loop, answer))
        return await answer

    def _work(self, connection: _Connection) -> None:
        while (job := self._jobs.get()) is not None:
            job(connection)
        connection.close()

    def _join(self) -> None:
        for thread in self._threads:
            thread.join()


class _Connection:
    """One thread's way to the server; connects again when the last session broke."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._session: Session | None = None

    def session(self) -> Session:
        """The session, new if need be. Raises Lost."""
        if self._session is None or self._session.broken:
            self.close()
            self._session = Session(self._url)
        return self._session

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None


def _serve(
    how: Callable[[_Connection, Callable[[Tx], T]], T],
    action: Callable[[Tx], T],
    loop: asyncio.AbstractEventLoop,
    answer: asyncio.Future[T],
    connection: _Connection,
) -> None:
    """In a thread: run one job and tell the loop. Whatever it raises, the thread goes on."""
    if answer.cancelled():
        return
    value: Any = None
    failure: BaseException | None = None
    try:
        value = how(connection, action)
    except BaseException as error:  # noqa: BLE001 - the caller gets it
        failure = (
            error if not isinstance(error, StopIteration) else RuntimeError("an action raised StopIteration")
        )
    try:
        loop.call_soon_threadsafe(_settle, answer, value, failure)
    except RuntimeError:
        if not loop.is_closed():  # else nobody is left to tell
            raise


def _settle(answer: asyncio.Future[Any], value: Any, failure: BaseException | None) -> None:
    if answer.done():
        return  # its caller was cancelled
    if failure is None:
        answer.set_result(value)
    else:
        answer.set_exception(failure)


def _write(connection: _Connection, action: Callable[[Tx], T]) -> T:
    """Run *action* and commit; again when rows moved on, and once when the connection broke before the commit."""
    lost = False
    for attempt in range(ATTEMPTS):
        time.sleep(PAUSE_SECONDS * attempt)
        session = connection.session()
        try:
            answer = action(session.begin())
        except Stale:
            session.leave()
            continue
        except Lost:
            session.close()
            if lost:
                raise
            lost = True
            continue
        except BaseException:
            # Who is told that it failed may ask again at once, and must find it ended.
            session.leave(wait=True)
            raise
        try:
            session.commit()
        except Stale:
            session.leave()
            continue
        except Lost:
            session.close()  # committed or not: only who asked can find out
            raise
        except BaseException:
            session.leave(wait=True)
            raise
        return answer
    raise Unavailable(description="the row changed again and again")


def _read(connection: _Connection, query: Callable[[Tx], T]) -> T:
    """Run *query*; once more when the connection had broken."""
    try:
        return _read_once(connection.session(), query)
    except Lost:
        return _read_once(connection.session(), query)


def _read_once(session: Session, query: Callable[[Tx], T]) -> T:
    try:
        return query(session.begin(read_only=True))
    finally:
        session.leave()
