"""uvicorn's WebSocket protocol, with what it leaves to chance: bytes that come early, ends that do not come."""

from __future__ import annotations

from math import inf
from typing import Any

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

FRAME_BYTES = 1024 * 1024
"""A whole message of a client's."""
FRAGMENTS = 1024
EARLY_BYTES = 64 * 1024
"""Of what a client sends before it is told that it may."""
PING_SECONDS = 20
PONG_SECONDS = 20
"""A client that does not answer is gone. Every WebSocket library answers by itself."""
WRITE_SECONDS = 60
CLOSE_SECONDS = 10
"""How long the other end may take to answer a close; when the process stops, a second."""


class Socket(WebSocketsSansIOProtocol):
    """One connection, after its HTTP request. `Server.on_tick` calls `expire` every second."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.close_timeout = CLOSE_SECONDS
        self._early = b""
        self._stuck_from = inf
        self._closing_from = inf

    def begin(self, head: bytes, early: bytes) -> None:
        """Take the connection over. *head* is the request, *early* what came behind it."""
        super().data_received(head)
        self._take_early(early)

    def data_received(self, data: bytes) -> None:
        if self.handshake_complete:
            super().data_received(data)
        else:
            self._take_early(data)

    def _take_early(self, data: bytes) -> None:
        """Keep *data* until the app has accepted: until then the parser takes nothing for a frame."""
        self._early += data
        if len(self._early) > EARLY_BYTES:
            self.transport.abort()

    async def send(self, message: Any) -> None:
        await self.writable.wait()
        if self.close_sent:
            raise ClientDisconnected
        await super().send(message)
        if self.close_sent:
            self.handshake_complete = True  # by a refusal
        if message["type"] == "websocket.accept":
            if not self.handshake_complete:
                raise ClientDisconnected
            early, self._early = self._early, b""
            if early:
                super().data_received(early)

    def handle_cont(self, event: Any) -> None:
        if len(self.frames) >= FRAGMENTS:
            self.transport.abort()
            return
        super().handle_cont(event)

    def shutdown(self) -> None:
        """The app says goodbye, and closes; then the other end has a second more."""
        if self.close_sent:
            super().shutdown()
        else:
            self.close_timeout = 1.0

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck_from = self.loop.time()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stuck_from = inf

    def expire(self) -> None:
        """End what cannot come to its end: closing waits for bytes that the other end does not take."""
        now = self.loop.time()
        if self.transport.is_closing() and self._closing_from == inf:
            self._closing_from = now
        if now - self._stuck_from > WRITE_SECONDS or now - self._closing_from > CLOSE_SECONDS:
            self.transport.abort()
