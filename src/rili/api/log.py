"""Around the app: the request's id, its one log line, CORS, and an answer when the app has none.

The log never holds what a caller sent: no path, query, header, body or exception text. What it may hold is
the route's template, the error's code, and names that the server itself gave.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import re
import traceback
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from time import perf_counter_ns

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rili.api.shape import CONTENT_TYPE, error_body, request_id
from rili.metrics import Metrics

Header = tuple[bytes, bytes]

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"})

_requests = logging.getLogger("rili.request")
_failures = logging.getLogger("rili.failure")

# As the real service sends them, and behind that what a browser needs for our extensions (decisions 18, 19).
_CORS: list[Header] = [
    (b"access-control-allow-methods", b"POST, GET, OPTIONS, PUT, DELETE"),
    (b"access-control-max-age", b"172800"),
    (
        b"access-control-allow-headers",
        (
            b"X-Requested-With, X-Sequence, _aop_secret, _aop_signature, x-acs-dingtalk-access-token, "
            b"Content-Type, x-client-token, If-Match"
        ),
    ),
    (b"access-control-expose-headers", b"x-acs-request-id, x-acs-trace-id, ETag"),
]


class Line(msgspec.Struct, omit_defaults=True):
    """One request in the log."""

    time: str
    level: str
    requestid: str
    method: str
    route: str
    status: int
    duration_ms: float
    network: str
    bytes_in: int
    bytes_out: int
    code: str | None = None
    app_key: str | None = None
    action: str | None = None


class Stamp:
    """What every answer carries, whoever gives it: its request's ids, and CORS for *cors_origins*."""

    def __init__(self, new_bytes: Callable[[int], bytes], cors_origins: Sequence[str]) -> None:
        self._new_bytes = new_bytes
        self._origins = frozenset(origin.encode() for origin in cors_origins)
        self._any_origin = [(b"access-control-allow-origin", b"*"), *_CORS] if "*" in cors_origins else None

    def headers(self, scope: Scope) -> list[Header]:
        """The headers. Puts `rili.request_id` into *scope*, or keeps the one that is there."""
        raw = self._new_bytes(32)
        requestid = scope.setdefault("rili.request_id", request_id(raw))
        return [
            (b"x-acs-request-id", requestid.encode()),
            (b"x-acs-trace-id", raw[16:].hex().encode()),
            *(self._any_origin or self._cors(scope)),
        ]

    def _cors(self, scope: Scope) -> list[Header]:
        if not self._origins:
            return []
        for name, value in scope["headers"]:
            if name == b"origin" and value in self._origins:
                return [(b"access-control-allow-origin", value), (b"vary", b"Origin"), *_CORS]
        return [(b"vary", b"Origin")]


class RequestLog:
    """Wraps the app, and counts requests. Puts `rili.request_id` into the scope; reads `rili.route`, `rili.code` and
    `rili.app_key` from it when the app has answered."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        clock: Callable[[], int],
        new_bytes: Callable[[int], bytes] = os.urandom,
        cors_origins: Sequence[str] = ("*",),
        metrics: Metrics | None = None,
    ) -> None:
        self._app = app
        self._metrics = metrics or Metrics()
        self._clock = clock
        self._stamp = Stamp(new_bytes, cors_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._open(scope, receive, send)
            return
        started_ns = perf_counter_ns()
        exchange = _Exchange(receive, send, self._stamp.headers(scope))
        try:
            # Decision 22. It names no resource, so it needs no token and reaches no handler.
            if scope["method"] == "OPTIONS":
                await exchange.answer(204)
            else:
                await self._app(scope, exchange.receive, exchange.send)
            if exchange.status == 0 and not exchange.gone:
                raise RuntimeError("the app returned without an answer")
        except asyncio.CancelledError:
            # The server stops, and has waited as long as it may.
            await exchange.fail(scope, 503, "system.busy", "系统错误")
        except Exception as e:  # noqa: BLE001 - nobody after this one can answer
            if not exchange.gone:
                _failures.error("request %s: %s", scope["rili.request_id"], describe(e))
                await exchange.fail(scope, 500, "unknownError", "未知错误")
        finally:
            # What the server itself refused halfway (rili.server) is in the log already.
            if "rili.refused" not in scope:
                # The client left before an answer: nothing was sent, so the number is ours; it is nginx's.
                status = exchange.status or 499
                duration_ns = perf_counter_ns() - started_ns
                route = scope.get("rili.route", "-")
                self._metrics.request(_method(scope["method"]), route, status, duration_ns / 1e9)
                write_line(
                    scope,
                    now_ms=self._clock(),
                    status=status,
                    duration_ns=duration_ns,
                    bytes_in=exchange.bytes_in,
                    bytes_out=exchange.bytes_out,
                )

    async def _open(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A WebSocket, which may stay for hours: its line says how it was opened, or refused."""
        started_ns = perf_counter_ns()
        scope["method"] = "GET"
        stamp = self._stamp.headers(scope)

        async def tell(message: Message) -> None:
            status = 101 if message["type"] == "websocket.accept" else message.get("status")
            if status is not None:
                message["headers"] = [*message.get("headers", ()), *stamp]
                duration_ns = perf_counter_ns() - started_ns
                self._metrics.request("GET", scope.get("rili.route", "-"), status, duration_ns / 1e9)
                write_line(scope, now_ms=self._clock(), status=status, duration_ns=duration_ns)
            await send(message)

        try:
            await self._app(scope, receive, tell)
        except Exception as e:  # noqa: BLE001 - nobody after this one can end it
            _failures.error("request %s: %s", scope["rili.request_id"], describe(e))
            await send({"type": "websocket.close", "code": 1011})


def _method(method: str) -> str:
    """A label; what a stranger makes up is none."""
    return method if method in _METHODS else "-"


class _Exchange:
    """What goes in and out of the app during one request."""

    __slots__ = ("_headers", "_receive", "_send", "bytes_in", "bytes_out", "gone", "status")

    def __init__(self, receive: Receive, send: Send, headers: list[Header]) -> None:
        self._receive = receive
        self._send = send
        self._headers = headers
        self.status = 0
        self.bytes_in = 0
        self.bytes_out = 0
        self.gone = False

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self.bytes_in += len(message.get("body", b""))
        else:
            self.gone = True
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), *self._headers]
        else:
            self.bytes_out += len(message.get("body", b""))
        await self._send(message)

    async def answer(self, status: int, body: bytes = b"", *headers: Header) -> None:
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})

    async def fail(self, scope: Scope, status: int, code: str, message: str) -> None:
        """Answer an error, unless an answer has begun: then it can only end short."""
        if self.status:
            return
        scope["rili.code"] = code
        body = error_body(scope["rili.request_id"], code, message)
        length = str(len(body)).encode()
        await self.answer(status, body, (b"content-type", CONTENT_TYPE), (b"content-length", length))


def write_line(
    scope: Scope, *, now_ms: int, status: int, duration_ns: int, bytes_in: int = 0, bytes_out: int = 0
) -> None:
    """Log one request. Also for what the server refused before the app saw it."""
    level = logging.ERROR if status >= 500 else logging.INFO
    if not _requests.isEnabledFor(level):
        return
    client = scope.get("client")
    line = Line(
        time=utc(now_ms),
        level="error" if level == logging.ERROR else "info",
        requestid=scope["rili.request_id"],
        method=scope.get("method", "-"),
        route=scope.get("rili.route", "-"),
        status=status,
        duration_ms=round(duration_ns / 1e6, 3),
        network=network(client[0]) if client else "-",
        bytes_in=bytes_in,
        bytes_out=bytes_out,
        code=scope.get("rili.code"),
        app_key=scope.get("rili.app_key"),
        action=_action(scope["headers"]),
    )
    # Not _requests.info(): looking for the calling line costs more than all the rest.
    text = msgspec.json.encode(line).decode()
    _requests.handle(_requests.makeRecord(_requests.name, level, "", 0, text, (), None))


def utc(now_ms: int) -> str:
    """ISO 8601 to the millisecond, with Z."""
    return f"{_second(now_ms // 1000)}.{now_ms % 1000:03d}Z"


@lru_cache(4)
def _second(now_s: int) -> str:
    return f"{datetime.fromtimestamp(now_s, UTC):%Y-%m-%dT%H:%M:%S}"


@lru_cache(1024)
def network(address: str) -> str:
    """The network of *address*, wide enough to be nobody's: /24, or /48 of IPv6."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "-"
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False))


_action_name = re.compile(rb"[A-Za-z]{1,64}").fullmatch


def _action(headers: Sequence[Header]) -> str | None:
    """The operation as the 1.x SDKs name it, when it is a name and nothing else."""
    for name, value in headers:
        if name == b"x-acs-action":
            return value.decode() if _action_name(value) else None
    return None


def describe(exc: BaseException | None) -> str:
    """Types and places of *exc* and of what it came from. No texts: they may repeat what a caller sent."""
    parts: list[str] = []
    while exc is not None and len(parts) < 5:
        parts.append(type(exc).__qualname__ + "\n" + "".join(traceback.format_tb(exc.__traceback__)))
        exc = exc.__cause__ or (None if exc.__suppress_context__ else exc.__context__)
    return "from ".join(parts)
