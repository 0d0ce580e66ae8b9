"""Streams and the processes behind them: one that dies, two that share, one that is relieved, one with TLS."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.request import Request, urlopen

from websockets.sync.client import connect

from rili.sandbox.demo import DemoSecrets, describe, seed
from rili.store.db import Tx
from rili.store.migrations import migrate
from rili.store.open import open_database
from tests.certificates import make_certificate
from tests.conformance.clients import HOUR, TOKEN, Json, call
from tests.conformance.streaming import (
    DIALECTS,
    OPEN,
    Credentials,
    answered,
    next_event,
    poll,
    python_client,
    stream,
)
from tests.soak.process import RiliServe, ServerProcess

SECRETS = DemoSecrets(app_secret=os.urandom(16).hex(), password=os.urandom(16).hex())
DEMO = describe(SECRETS)
APP = Credentials(DEMO.app_key, DEMO.app_secret)


def prepare(url: str) -> None:
    """The demo organisation in a new database."""
    migrate(url)

    def act(tx: Tx) -> None:
        seed(tx, SECRETS, password_hash="", now_ms=0)

    async def write() -> None:
        db = open_database(url, 1)
        await db.write(act)
        await db.close()

    asyncio.run(write())


class Organizer:
    """Makes events, wherever the server is."""

    def __init__(self, endpoint: str) -> None:
        body = {"appKey": APP.app_key, "appSecret": APP.secret}
        self._token = call(endpoint, "POST", "/v1.0/oauth2/accessToken", body=body).json["accessToken"]

    def create(self, endpoint: str) -> str:
        path = f"/v1.0/calendar/users/{DEMO.users[0].union_id}/calendars/primary/events"
        reply = call(endpoint, "POST", path, {TOKEN: self._token}, HOUR)
        assert reply.status == 200, reply.body
        made: str = reply.json["id"]
        return made


def endpoint(server: ServerProcess) -> str:
    return f"127.0.0.1:{server.port}"


def stop(server: ServerProcess) -> None:
    """SIGTERM, which ends it within five seconds, with 0."""
    began = time.monotonic()
    assert server.stop() == 0
    assert time.monotonic() - began < 5


def test_a_server_that_is_killed(tmp_path: Path) -> None:
    """Its clients come back to the next one, and every change arrives at least once."""
    url = f"sqlite:{tmp_path / 'rili.db'}"
    prepare(url)
    server = RiliServe(url, stream_ack_seconds="5")
    with server, python_client(server.base_url, APP, hurried=True) as client:
        organizer = Organizer(endpoint(server))
        with stream(endpoint(server), APP):  # so that the app is told by stream, whoever comes first
            pass
        made = {organizer.create(endpoint(server))}
        seen = {told(client.next())}
        made |= {organizer.create(endpoint(server)) for _ in range(3)}
        server.kill()
        server.start()
        made.add(organizer.create(endpoint(server)))
        while seen != made:
            seen.add(told(client.next()))
        stop(server)


def told(event: Json) -> str:
    event_id: str = event["data"]["calendarEventId"]
    return event_id


class Front:
    """A balancer with one address, before one server at a time."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.to = 0
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                return
            for one, other in ((client, server), (server, client)):
                Thread(target=_pass_on, args=(one, other), daemon=True).start()

    def close(self) -> None:
        self._listener.close()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        source.close()
        target.close()


@contextmanager
def front() -> Iterator[Front]:
    balancer = Front()
    try:
        yield balancer
    finally:
        balancer.close()


def test_two_processes(postgres_server: Any) -> None:
    """They share what is to be told, once; when one is told to stop, the vendor's client goes over to the other at
    once. The first leaves to the other what is not pushing, and pushes what is for its own streams all the same.
    """
    url = postgres_server.create_database()
    prepare(url)
    with front() as balancer, ExitStack() as stack:
        public_url = f"http://127.0.0.1:{balancer.port}"
        old, new = (
            RiliServe(url, public_url=public_url, worker="apart"),
            RiliServe(url, public_url=public_url),
        )
        for server in (old, new):
            stack.enter_context(server)
        organizer = Organizer(endpoint(new))
        balancer.to = old.port
        body = {"clientId": APP.app_key, "clientSecret": APP.secret} | DIALECTS["node"].body
        ticket = call(endpoint(new), "POST", OPEN, body=body).json["ticket"]
        with (
            connect(f"ws://{endpoint(old)}/connect?ticket={ticket}", ping_interval=None) as there,
            stream(endpoint(new), APP) as here,
        ):
            made = {organizer.create(endpoint(new)) for _ in range(30)}
            heard = answered([here, there], 30)
        assert sorted(heard[0] + heard[1]) == sorted(made)

        client = stack.enter_context(python_client(public_url, APP))
        lazy = stack.enter_context(stream(endpoint(old), APP))
        made, seen = set(), set()
        while (frame := poll(lazy)) is None:  # until one comes to the stream that does not answer
            made.add(organizer.create(endpoint(new)))
        balancer.to = new.port
        stop(old)
        made |= {organizer.create(endpoint(new)) for _ in range(5)}
        while seen != made:
            seen.add(told(client.next()))
        assert json.loads(frame["data"])["calendarEventId"] in seen
        stop(new)
    postgres_server.drop_database(url)


def test_over_tls(tmp_path: Path) -> None:
    """As Java's client does it: it knows `wss` alone, and the path /connect alone."""
    certificate, key = make_certificate(tmp_path)
    trust = ssl.create_default_context(cafile=str(certificate))
    url = f"sqlite:{tmp_path / 'rili.db'}"
    prepare(url)

    class TlsServe(RiliServe):
        def healthy(self) -> bool:
            try:
                return urlopen(f"https://127.0.0.1:{self.port}/healthz", context=trust).status == 200
            except OSError:
                return False

    with TlsServe(url, tls_certificate=str(certificate), tls_key=str(key)) as server:

        def post(path: str, body: Json, token: str = "") -> Json:
            headers = {"content-type": "application/json", TOKEN: token}
            request = Request(f"https://127.0.0.1:{server.port}{path}", json.dumps(body).encode(), headers)
            answer: Json = json.loads(urlopen(request, context=trust).read())
            return answer

        credentials = {"clientId": APP.app_key, "clientSecret": APP.secret}
        opened = post(OPEN, credentials | DIALECTS["java"].body)
        assert opened["endpoint"] == f"wss://127.0.0.1:{server.port}/connect"
        with connect(f"{opened['endpoint']}?ticket={opened['ticket']}", ssl=trust) as connection:
            signed_in = {"appKey": APP.app_key, "appSecret": APP.secret}
            token = post("/v1.0/oauth2/accessToken", signed_in)["accessToken"]
            path = f"/v1.0/calendar/users/{DEMO.users[0].union_id}/calendars/primary/events"
            event_id = post(path, HOUR, token)["id"]
            frame = next_event(connection)
            assert json.loads(frame["data"])["calendarEventId"] == event_id
            connection.send(json.dumps(DIALECTS["java"].success(frame)))
            server.process.send_signal(signal.SIGTERM)  # type: ignore[union-attr]
            said = json.loads(connection.recv(timeout=20))
            assert (said["type"], said["headers"]["topic"]) == ("SYSTEM", "disconnect")
            assert json.loads(said["data"]) == {"reason": "the server stops"}
        assert server.process.wait(10) == 0  # type: ignore[union-attr]
