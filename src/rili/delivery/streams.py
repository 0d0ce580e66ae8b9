"""The streams that are open in this process: connections over which apps are told of events."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from msgspec import Struct

from rili.errors import TooManyStreams
from rili.model.ids import NewBytes
from rili.wire.stream import Answer, read_answer, system_frame

MOST = 10_000
MOST_OF_APP = 100
"""Connections in one process."""


class Pace(Struct, frozen=True):
    """When what is said, in seconds."""

    ping_s: float = 60
    age_s: float = 12 * 3600
    """How old a connection gets: so that those of several processes are spread anew now and then."""
    leave_s: float = 10
    """How long a client has, once it was told to go: Node waits for the server to close."""
    stop_s: float = 2
    """The same, when the process stops."""


class Lost(Exception):
    """The connection ended before the answer came."""


class Stream:
    """One open connection."""

    def __init__(
        self,
        app_key: str,
        send: Callable[[str], Awaitable[None]],
        *,
        events: bool,
        clock: Callable[[], int],
        new_bytes: NewBytes,
    ) -> None:
        """*send* puts a text frame on the wire; it raises OSError when the connection is gone. *events*: whether the
        client asked for them.
        """
        self.app_key = app_key
        self.id = new_bytes(16).hex()
        self.events = events
        self.leaving = False
        """Whether the client was told to go: it gets nothing new."""
        self._send = send
        self._clock = clock
        self._new_bytes = new_bytes
        self._awaited: dict[str, asyncio.Future[Answer | None]] = {}

    def new_message_id(self) -> str:
        """`<hex>_<hex>_<hex>_<hex>`, as they are seen."""
        raw = self._new_bytes(16).hex()
        return "_".join(raw[start : start + 8] for start in range(0, 32, 8))

    async def ask(self, message_id: str, frame: str) -> Answer:
        """Send *frame* and wait for the answer to it. Raises Lost."""
        awaited: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self._awaited[message_id] = awaited
        try:
            await self._send(frame)
            answer = await awaited
        except OSError:
            raise Lost from None
        finally:
            del self._awaited[message_id]
        if answer is None:
            raise Lost
        return answer

    def receive(self, raw: str | bytes) -> None:
        """Take what the client sent. What answers nothing that is waited for is passed over."""
        answer = read_answer(raw)
        awaited = self._awaited.get(answer.message_id) if answer else None
        if answer and awaited and not awaited.done():
            awaited.set_result(answer)

    def end(self) -> None:
        """The connection is gone: nobody answers any more."""
        self.leaving = True
        for awaited in self._awaited.values():
            if not awaited.done():
                awaited.set_result(None)

    async def keep(
        self, stopping: asyncio.Event, is_still_good: Callable[[], Awaitable[bool]], pace: Pace
    ) -> None:
        """Ping now and then. Return when the connection is to be closed, the client having been told so, and given
        time. Raises OSError when it is gone.
        """
        reason = await self._until_it_must_end(stopping, is_still_good, pace)
        self.leaving = True
        await self._say("disconnect", {"reason": reason})
        if not await _set_within(stopping, pace.leave_s):
            return
        await asyncio.sleep(pace.stop_s)

    async def _until_it_must_end(
        self, stopping: asyncio.Event, is_still_good: Callable[[], Awaitable[bool]], pace: Pace
    ) -> str:
        loop = asyncio.get_running_loop()
        ends = loop.time() + pace.age_s
        while True:
            if await _set_within(stopping, min(pace.ping_s, ends - loop.time())):
                return "the server stops"
            if loop.time() >= ends:
                return "connection is expired"
            if not await is_still_good():
                return "the app has another secret or another channel now"
            await self._say("ping", {"opaque": self._new_bytes(16).hex()})

    async def _say(self, topic: str, content: dict[str, str]) -> None:
        await self._send(
            system_frame(
                topic,
                content,
                message_id=self.new_message_id(),
                connection_id=self.id,
                now_ms=self._clock(),
            )
        )


class Streams:
    """Those that are open in this process."""

    def __init__(self, new_bytes: NewBytes, pace: Pace | None = None) -> None:
        self.stopping = asyncio.Event()
        """Set before the process stops: everybody is told to go elsewhere."""
        self.pace = pace or Pace()
        self._new_bytes = new_bytes
        self._count = 0
        self._of_app: dict[str, list[Stream]] = {}

    def require_room(self, app_key: str) -> None:
        """Raises TooManyStreams, also when the process is about to stop."""
        if self.stopping.is_set():
            raise TooManyStreams(description="The server stops; another one may answer.")
        if self._count >= MOST:
            raise TooManyStreams(description=f"{MOST} streams are open here, and no more can be.")
        if len(self._of_app.get(app_key, ())) >= MOST_OF_APP:
            raise TooManyStreams(description=f"The app has {MOST_OF_APP} streams here, and no more may be.")

    def add(self, stream: Stream) -> None:
        self._count += 1
        self._of_app.setdefault(stream.app_key, []).append(stream)

    def remove(self, stream: Stream) -> None:
        """It ended."""
        self._count -= 1
        of_app = self._of_app[stream.app_key]
        of_app.remove(stream)
        if not of_app:
            del self._of_app[stream.app_key]
        stream.end()

    def reaches(self, app_key: str) -> bool:
        """Whether events can be told to the app from here."""
        return any(stream.events and not stream.leaving for stream in self._of_app.get(app_key, ()))

    def apps(self) -> list[str]:
        """The apps that can be told over a stream that is open here."""
        return [app_key for app_key in self._of_app if self.reaches(app_key)]

    def pick(self, app_key: str) -> Stream | None:
        """Any one of the app's, each as likely. Source: the protocol page, "one of them at random"."""
        found = [one for one in self._of_app.get(app_key, ()) if one.events and not one.leaving]
        return found[int.from_bytes(self._new_bytes(4)) % len(found)] if found else None

    def close(self) -> None:
        """Tell everybody to go elsewhere."""
        self.stopping.set()


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
