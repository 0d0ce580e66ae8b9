"""The HTTP server around the app: uvicorn, stopped by its own means and with a protocol of its own."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Generator
from types import FrameType
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from rili.api.log import Stamp
from rili.config import Settings
from rili.server.logs import log_loop_failure
from rili.server.protocol import Protocol
from rili.server.websocket import FRAME_BYTES, PING_SECONDS, PONG_SECONDS, Socket

STOP_SECONDS = 4
"""How long running requests may take after a signal. What is left of 5 s is for the database."""
_GIVE_UP_SECONDS = 4.8

_log = logging.getLogger("rili.server")


class Server(uvicorn.Server):
    """`await Server(...).serve(sockets=[bind(...)])` serves until a signal, or until `should_exit` is set.

    *on_ready* is called once connections are answered, *on_stop* before what still runs is waited for.
    """

    def __init__(
        self,
        app: ASGIApp,
        settings: Settings,
        *,
        clock: Callable[[], int],
        new_bytes: Callable[[int], bytes] = os.urandom,
        on_ready: Callable[[], None] | None = None,
        on_stop: Callable[[], None] | None = None,
    ) -> None:
        if settings.trusted_proxies:
            app = cast(ASGIApp, ProxyHeadersMiddleware(cast(Any, app), settings.trusted_proxies))
        stamp = Stamp(new_bytes, settings.cors_origins)
        super().__init__(
            uvicorn.Config(
                app,
                http=cast(Any, functools.partial(Protocol, stamp=stamp, clock=clock)),
                ws=Socket,
                ws_max_size=FRAME_BYTES,
                ws_ping_interval=PING_SECONDS,
                ws_ping_timeout=PONG_SECONDS,
                ws_per_message_deflate=False,
                lifespan="off",
                interface="asgi3",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=STOP_SECONDS,
                ssl_certfile=settings.tls_certificate,
                ssl_keyfile=settings.tls_key,
            )
        )
        self._on_ready = on_ready
        self._on_stop = on_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().set_exception_handler(log_loop_failure)
        await super().startup(sockets)
        if self._on_ready:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        if self._on_stop:
            self._on_stop()
        await super().shutdown(sockets)

    async def on_tick(self, counter: int) -> bool:
        if counter % 10 == 0:  # once a second
            for connection in list(self.server_state.connections):
                cast(Protocol | Socket, connection).expire()
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """In place of uvicorn's, which ends the process by the signal that stopped it, not with 0."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        signals = (signal.SIGTERM, signal.SIGINT)
        for number in signals:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in signals:
                loop.remove_signal_handler(number)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.should_exit:
            watchdog = threading.Timer(_GIVE_UP_SECONDS, _give_up)
            watchdog.daemon = True
            watchdog.start()
        super().handle_exit(sig, frame)


def _give_up() -> None:
    """What is answered is durable, what is not was never promised: leaving now loses nothing."""
    _log.warning("stopped without waiting for what still runs")
    os._exit(0)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. IPv4 where a name has both. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, address = min(found, key=lambda info: info[0] != socket.AF_INET)
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind(address)
        # Here, not only when the server starts: of two that bind, this is where the second one fails.
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


def base_url(listener: socket.socket, *, tls: bool) -> str:
    """How this machine reaches *listener*."""
    host, port = str(listener.getsockname()[0]), int(listener.getsockname()[1])
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"
