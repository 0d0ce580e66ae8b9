"""uvicorn's protocol, with bounds on size and time, and errors that the SDKs can read.

What HTTP itself refuses never reaches the app, so it is answered here: JSON of the documented shape.
"""

from __future__ import annotations

import http
from collections.abc import Callable
from math import inf
from typing import Any

import httptools
from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from rili.api.log import Stamp, write_line
from rili.api.shape import CONTENT_TYPE, error_body
from rili.server.upgrade import upgrade_of
from rili.server.websocket import Socket

HEAD_BYTES = 64 * 1024
"""The request line and the headers together."""
MESSAGE_BYTES = 16 * 1024 * 1024
"""A whole request on the wire. The app refuses bodies far smaller; past this nobody reads on."""
HEAD_SECONDS = 15
BODY_SECONDS = 60
IDLE_SECONDS = 75
WRITE_SECONDS = 60
LINGER_SECONDS = 2

# What is being read now.
_NOTHING, _HEAD, _BODY = range(3)


class Refused(Exception):
    """A request that HTTP allows no answer but this for."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.description = description


class Protocol(HttpToolsProtocol):
    """One connection. `Server.on_tick` calls `expire` every second: one deadline serves head, body and idling."""

    def __init__(self, *args: Any, stamp: Stamp, clock: Callable[[], int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stamp = stamp
        self._clock = clock
        self._reading = _NOTHING
        self._deadline = self.loop.time() + HEAD_SECONDS
        self._stuck_from = inf
        self._closing = False
        self._refused = False
        self._upgrade: bytes | None = None
        self._chunk = 0
        self._fresh = True
        # Bytes of the present message; of the chunk in which it began, all or none: never too many.
        self._received = 0

    def data_received(self, data: bytes) -> None:
        parser = self.parser
        if self._refused or parser is None:
            return
        self._chunk = len(data)
        self._fresh = self._reading == _NOTHING
        self._received += self._chunk
        try:
            while data:
                try:
                    parser.feed_data(data)
                    data = b""
                except httptools.HttpParserUpgrade as upgrade:
                    # The parser stopped behind the request. To what is not spoken here, such as h2c, which Java's
                    # client offers: not a reason to refuse (RFC 9110, 7.8).
                    data = data[upgrade.args[0] :]
                    if self._upgrade is not None:
                        self._become_socket(self._upgrade, data)
                        return
            if self._received > HEAD_BYTES:
                self._check_size()
        except Refused as refused:
            self._refuse(refused)
        except httptools.HttpParserError as error:
            self._refuse(_meaning(error))

    def _check_size(self) -> None:
        if self._reading == _HEAD:
            raise Refused(431, f"The request line and the headers must not exceed {HEAD_BYTES} bytes.")
        if self._received > MESSAGE_BYTES:
            raise Refused(413, f"A request must not exceed {MESSAGE_BYTES} bytes.")

    # The parser's callbacks

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._reading = _HEAD
        self._received = self._chunk if self._fresh else 0
        self._fresh = False
        self._deadline = self.loop.time() + HEAD_SECONDS

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._reading != _HEAD:
            return  # a trailer: by now the headers have been acted on
        name = name.lower()
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        if self._received + self._chunk > HEAD_BYTES:
            size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
            if size > HEAD_BYTES:
                raise Refused(431, f"The request line and the headers must not exceed {HEAD_BYTES} bytes.")
        if not self.url.startswith(b"/"):
            self.url = _origin_form(self.url)
        self._upgrade = self._asked_upgrade()
        self._reading = _BODY
        self._deadline = self.loop.time() + BODY_SECONDS
        super().on_headers_complete()

    def _asked_upgrade(self) -> bytes | None:
        parser = self.parser
        if parser is None or not parser.should_upgrade() or parser.get_http_version() != "1.1":
            return None
        if self.cycle and not self.cycle.response_complete:
            return None  # an answer is still to come on this connection
        return upgrade_of(parser.get_method(), self.url, self.headers)

    def _should_upgrade(self) -> bool:
        return self._upgrade is not None

    def on_message_complete(self) -> None:
        if self._upgrade is not None:
            return
        super().on_message_complete()
        self._reading = _NOTHING
        # Answered before it was read: the connection idles from now on.
        self._deadline = self.loop.time() + IDLE_SECONDS if self.cycle.response_complete else inf

    def on_response_complete(self) -> None:
        # In place of the parent's, which starts and cancels a timer for every request.
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        elif self._reading == _NOTHING:
            self._deadline = self.loop.time() + IDLE_SECONDS
        elif self._reading == _BODY and self.expect_100_continue and self._received <= self._chunk:
            # The client was never told to send its body: what it sends next could be taken for that body.
            self.transport.close()

    def _become_socket(self, head: bytes, early: bytes) -> None:
        """Let WebSocket have the connection."""
        self.connections.discard(self)
        socket = Socket(config=self.config, server_state=self.server_state, app_state=self.app_state)
        socket.connection_made(self.transport)
        self.transport.set_protocol(socket)
        socket.begin(head, early)

    # The transport's callbacks

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck_from = self.loop.time()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stuck_from = inf

    # Time

    def expire(self) -> None:
        """End what has taken longer than it may."""
        now = self.loop.time()
        if now - self._stuck_from > WRITE_SECONDS:
            self.transport.abort()
        elif self.transport.is_closing():
            # Closed, but for bytes that the other end does not take.
            if not self._closing:
                self._closing, self._stuck_from = True, now
        elif now < self._deadline:
            return
        elif self.flow.read_paused:
            self._deadline = now + BODY_SECONDS  # it is we who do not read
        elif self._reading == _NOTHING or self._refused:
            self.transport.close()
        else:
            part = "head" if self._reading == _HEAD else "body"
            seconds = HEAD_SECONDS if self._reading == _HEAD else BODY_SECONDS
            self._refuse(Refused(408, f"The {part} of the request did not arrive within {seconds} seconds."))

    def shutdown(self) -> None:
        if self._refused and not self.pipeline:
            self.transport.close()
        else:
            super().shutdown()

    # Refusals

    def _refuse(self, refused: Refused) -> None:
        self._refused = True
        begun = self._reading == _BODY  # the app has been called for it
        cycle = self.cycle
        answering = bool(cycle) and not cycle.response_complete
        if answering and (self.pipeline or not begun):
            # Earlier requests are being answered, and this answer must not overtake theirs.
            cycle.keep_alive = False
            if begun:
                cycle.disconnected = True
            return
        if begun and cycle.response_started:
            self.transport.close()
            return
        scope: Scope = self.scope if begun else {"headers": [], "client": self.client}  # type: ignore[assignment]
        scope["rili.refused"] = True
        scope["rili.code"] = "invalidParameter"
        self._write_refusal(refused, self._stamp.headers(scope), scope["rili.request_id"])
        write_line(scope, now_ms=self._clock(), status=refused.status, duration_ns=0)
        if answering:
            cycle.disconnected = True
            cycle.message_event.set()

    def _write_refusal(self, refused: Refused, stamp: list[tuple[bytes, bytes]], requestid: str) -> None:
        phrase = http.HTTPStatus(refused.status).phrase
        body = error_body(requestid, "invalidParameter", phrase, description=refused.description)
        headers = [
            *self.server_state.default_headers,
            (b"content-type", CONTENT_TYPE),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
            *stamp,
        ]
        head = f"HTTP/1.1 {refused.status} {phrase}\r\n".encode()
        lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
        self.transport.write(head + lines + b"\r\n" + body)
        if self.transport.can_write_eof():
            # Closing with bytes unread would reset the connection, and the answer could be lost with it.
            self.transport.write_eof()
            self._deadline = self.loop.time() + LINGER_SECONDS
        else:
            self.transport.close()


def _origin_form(target: bytes) -> bytes:
    """*target* as a path. Clients that take this server for a proxy send the whole address (RFC 9112, 3.2.2)."""
    if target == b"*":
        return target
    try:
        url = httptools.parse_url(target)
    except httptools.HttpParserInvalidURLError:
        url = None
    if url is None or url.schema not in (b"http", b"https"):
        raise Refused(400, "The request target must be a path, or an http or https address.")
    return (url.path or b"/") + (b"?" + url.query if url.query else b"")


def _meaning(error: httptools.HttpParserError) -> Refused:
    """What to tell the client. The parser's own words are constants, they repeat nothing."""
    if isinstance(error.__context__, Refused):
        return error.__context__
    if isinstance(error, httptools.HttpParserInvalidURLError):
        return Refused(400, "The request target must be ASCII: percent-encode what is not (RFC 3986).")
    if isinstance(error, httptools.HttpParserInvalidMethodError):
        return Refused(400, "The request does not begin with an HTTP method. TLS, on a port without it?")
    if isinstance(error, httptools.HttpParserCallbackError):
        return Refused(400, "The request target cannot be read.")
    return Refused(400, f"Not HTTP/1.1: {error}.")
