"""A server around an app of a few lines, in a thread, and clients that speak raw bytes."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import uvloop
from starlette.types import ASGIApp

from rili.config import Settings
from rili.server import Server, bind

NOW_MS = 1_767_225_600_123


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """One connection."""

    def __init__(self, port: int, tls: ssl.SSLContext | None = None) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        if tls:
            self._socket = tls.wrap_socket(self._socket, server_hostname="127.0.0.1")
        self._file = self._socket.makefile("rb")

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def line(self) -> bytes:
        return self._file.readline().strip()

    def reply(self) -> Reply:
        """The next answer, interim ones aside."""
        status = int(self.line().split(b" ")[1])
        headers: dict[str, str] = {}
        while line := self.line().decode():
            name, _, value = line.partition(": ")
            headers[name] = value
        if status == 100:
            return self.reply()
        return Reply(status, headers, self._file.read(int(headers.get("content-length", 0))))

    def ended(self) -> bool:
        """Whether the server has closed the connection, with nothing more to say."""
        return self._file.read() == b""

    def close(self) -> None:
        self._file.close()
        self._socket.close()


class Running:
    """The server while it runs."""

    def __init__(self, app: ASGIApp, **settings: Any) -> None:
        self._listener = bind("127.0.0.1", 0)
        self.port: int = self._listener.getsockname()[1]
        self._clients: list[Client] = []
        ready = threading.Event()
        given = Settings(database="sqlite:unused", **settings)
        self._server = Server(app, given, clock=lambda: NOW_MS, on_ready=ready.set)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        assert ready.wait(10)

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self._server.serve(sockets=[self._listener]))

    def client(self, tls: ssl.SSLContext | None = None) -> Client:
        client = Client(self.port, tls)
        self._clients.append(client)
        return client

    def ask(self, request: bytes) -> Reply:
        client = self.client()
        client.send(request)
        return client.reply()

    def stop(self) -> None:
        for client in self._clients:
            client.close()
        self._server.should_exit = True
        self._thread.join()


def _servers() -> Iterator[Any]:
    running: list[Running] = []

    def start(app: ASGIApp, **settings: Any) -> Running:
        running.append(Running(app, **settings))
        return running[-1]

    yield start
    for one in running:
        one.stop()


# `serve(app, **settings)` gives a Running, for one test or for those of a module.
serve = pytest.fixture(_servers, name="serve")
serve_module = pytest.fixture(_servers, scope="module", name="serve_module")


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    """`lines()` gives the request log so far."""
    caplog.set_level(logging.INFO, "rili.request")

    def read() -> list[dict[str, Any]]:
        return [json.loads(r.message) for r in caplog.records if r.name == "rili.request"]

    return read
