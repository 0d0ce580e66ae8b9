"""PostgreSQL: each action is a transaction of its own, on one of a few connections.

Actions run on the event loop. Each connection has a greenlet, which goes on as soon as the server has answered, and
meanwhile lets the loop run. Threads instead wake each other for every answer and fight for the interpreter's lock:
measured with 16 callers on two cores, 1,300 updates a second instead of 1,900, at 680 µs of CPU each instead of 400.
The price: what an action does between two questions to the server holds up the loop.
"""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from greenlet import GreenletExit, getcurrent, greenlet

from rili.errors import Stale, Unavailable
from rili.store.db import ATTEMPTS, Tx
from rili.store.libpq import Lost, Session

T = TypeVar("T")

PAUSE_SECONDS = 0.002
"""Between attempts, times the number of the attempt: those who met go on apart."""


class PostgresDatabase:
    """A server, or whatever speaks its protocol. Belongs to one event loop at a time."""

    cache_ms = 5_000

    def __init__(self, url: str, connections: int) -> None:
        self._url = url
        self._count = connections
        # Connects once now, so that a wrong address is noticed at the start.
        self._first: Session | None = Session(url)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connections: list[_Connection] = []
        self._free: list[_Connection] = []
        self._waiting: deque[_Job] = deque()
        self._idle: asyncio.Future[None] | None = None
        self._connecting = ThreadPoolExecutor(connections, "rili-connect")
        self._closed = False

    async def write(self, action: Callable[[Tx], T], /) -> T:
        return await self._do(_write, action)

    async def read(self, query: Callable[[Tx], T], /) -> T:
        return await self._do(_read, query)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._move_to(asyncio.get_running_loop())
        if len(self._free) < self._count:
            self._idle = asyncio.get_running_loop().create_future()
            await self._idle
        for connection in self._connections:
            connection.close()
        self._connecting.shutdown()

    async def _do(self, how: Callable[[_Connection, Callable[[Tx], T]], T], action: Callable[[Tx], T]) -> T:
        if self._closed:
            raise Unavailable(description="the database is closed")
        loop = asyncio.get_running_loop()
        self._move_to(loop)
        answer: asyncio.Future[T] = loop.create_future()
        self._waiting.append((how, action, answer))
        if self._free:
            greenlet(self._work).switch(self._free.pop())
        return await answer

    def _work(self, connection: _Connection) -> None:
        """In a greenlet: do what waits. Whatever a job raises, the next one is done."""
        while self._waiting:
            how, action, answer = self._waiting.popleft()
            if answer.done():
                continue  # its caller was cancelled
            value: Any = None
            failure: BaseException | None = None
            try:
                value = how(connection, action)
            except StopIteration:
                failure = RuntimeError("an action raised StopIteration")  # a future cannot carry it
            except GreenletExit:
                raise  # the loop has ended, with whoever asked
            except BaseException as error:  # noqa: BLE001 - the caller gets it
                failure = error
            if answer.done():
                continue
            if failure is None:
                answer.set_result(value)
            else:
                answer.set_exception(failure)
        self._free.append(connection)
        if self._idle is not None and len(self._free) == self._count:
            self._idle.set_result(None)

    def _move_to(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin anew on a new loop: the one before has ended, with the callers of whatever ran or waited."""
        if loop is self._loop:
            return
        for connection in self._connections:
            connection.close()
        self._waiting.clear()
        self._loop = loop
        self._connections = [_Connection(self._url, loop, self._connecting) for _ in range(self._count)]
        self._free = self._connections.copy()
        if self._first is not None:
            self._free[-1].use(self._first)
            self._first = None


class _Connection:
    """A way to the server, for one greenlet at a time; connects again when the last session broke."""

    def __init__(self, url: str, loop: asyncio.AbstractEventLoop, connecting: ThreadPoolExecutor) -> None:
        self._url = url
        self._loop = loop
        self._connecting = connecting
        self._session: Session | None = None
        self._socket = -1
        self._waiting: greenlet | None = None  # for the server

    def session(self) -> Session:
        """The session, new if need be. Raises Lost."""
        if self._session is not None and not self._session.broken:
            return self._session
        self.close()
        session = self._loop.run_in_executor(self._connecting, Session, self._url)
        me = getcurrent()
        session.add_done_callback(lambda _: me.switch())
        _loops_turn()
        return self.use(session.result())

    def use(self, session: Session) -> Session:
        """Have *session* wait on the loop."""
        self._session = session
        # The number stays ours also when libpq closes its own.
        self._socket = os.dup(session.socket)
        self._loop.add_reader(self._socket, self._go_on)
        session.wait = self._wait
        return session

    def pause(self, seconds: float) -> None:
        """Let the loop run for so long."""
        self._loop.call_later(seconds, getcurrent().switch)
        _loops_turn()

    def close(self) -> None:
        if self._session is None:
            return
        if not self._loop.is_closed():
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)
        os.close(self._socket)
        self._session.close()
        self._session = None

    def _wait(self, *, to_write: bool) -> None:
        """Let the loop run until the server has sent something, or, *to_write*, takes more."""
        self._waiting = getcurrent()
        if to_write:
            self._loop.add_writer(self._socket, self._go_on)
        try:
            _loops_turn()
        except GreenletExit:  # nobody will come back: what is to be undone must not wait
            self.close()
            raise
        finally:
            self._waiting = None
            if to_write and self._session is not None:
                self._loop.remove_writer(self._socket)

    def _go_on(self) -> None:
        """The loop says that the server did."""
        if self._waiting is not None:
            self._waiting.switch()
        elif self._session is not None:
            self._session.take_in()
            if self._session.broken:
                self.close()


_Job = tuple[Callable[[_Connection, Callable[[Tx], Any]], Any], Callable[[Tx], Any], "asyncio.Future[Any]"]


def _loops_turn() -> None:
    """In a greenlet: let the loop, which is its parent, run until something switches back."""
    loop = getcurrent().parent
    assert loop is not None
    loop.switch()


def _write(connection: _Connection, action: Callable[[Tx], T]) -> T:
    """Run *action* and commit; again when rows moved on, and once when the connection broke before the commit."""
    lost = False
    for attempt in range(ATTEMPTS):
        if attempt:
            connection.pause(PAUSE_SECONDS * attempt)
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
