"""SIGTERM and SIGINT: finish what runs, close, exit 0."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.conftest import Client

HALF = b"PUT /x HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel"
WHOLE = HALF + b"lo"


class Program:
    """tests/server/stopping.py, running."""

    def __init__(self, stop_seconds: float) -> None:
        script = Path(__file__).with_name("stopping.py")
        self.process = subprocess.Popen(
            [sys.executable, str(script), str(stop_seconds)], stdout=subprocess.PIPE, text=True
        )
        self.port = int(self.line())

    def line(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def client(self, request: bytes) -> Client:
        """A client whose *request* the app is busy with."""
        client = Client(self.port)
        client.send(request)
        assert self.line() == "asked"
        return client

    def wait_until_closed(self) -> None:
        """Until nobody listens any more."""
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=10).close()
            except OSError:
                return


@pytest.fixture
def program() -> Iterator[Any]:
    programs: list[Program] = []

    def start(stop_seconds: float) -> Program:
        programs.append(Program(stop_seconds))
        return programs[-1]

    yield start
    for one in programs:
        one.process.kill()
        one.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_finishes_what_runs(program: Any, number: signal.Signals) -> None:
    running = program(4)
    idle = running.client(WHOLE)
    assert idle.reply().status == 200
    busy = running.client(HALF)
    began = time.monotonic()
    running.process.send_signal(number)
    running.wait_until_closed()

    assert idle.ended()
    busy.send(b"lo")
    reply = busy.reply()
    assert (reply.status, reply.body, reply.headers["connection"]) == (200, b"hello", "close")
    assert busy.ended()
    assert running.line() == "closed"
    assert running.process.wait(5) == 0
    assert time.monotonic() - began < 5


def test_does_not_wait_for_ever(program: Any) -> None:
    running = program(0.1)
    stuck = running.client(HALF)
    running.process.send_signal(signal.SIGTERM)

    reply = stuck.reply()
    assert (reply.status, reply.json()["code"]) == (503, "system.busy")
    assert running.process.wait(5) == 0
