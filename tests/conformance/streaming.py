"""Stream clients: the vendor's for Python in a process of its own, and what others put on the wire."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import quote_plus

from alibabacloud_dingtalk.gateway_1_0 import models
from alibabacloud_dingtalk.gateway_1_0.client import Client as GatewayClient
from websockets.sync.client import ClientConnection, connect

from rili.actions import register
from rili.model.directory import App as StoredApp
from rili.store import deliveries, delivery_list, push_settings
from rili.store.db import Tx
from rili.store.delivery_list import Which
from rili.testing import Rili
from tests.conformance.clients import Json, call, config
from tests.people import SharedDatabase, add_app
from tests.postgres import die_with_parent

EVENTS = {"type": "EVENT", "topic": "*"}
OPEN = "/v1.0/gateway/connections/open"


class Credentials(NamedTuple):
    app_key: str
    secret: str


@contextmanager
def subscriber(server: Rili, database: SharedDatabase) -> Iterator[Credentials]:
    """An app of the demo organisation's that lasts as long as the block: what nobody hears is not to pile up."""

    def add(tx: Tx) -> tuple[StoredApp, str]:
        return add_app(tx, server.corp_id)

    app, secret = database.write(add)
    yield Credentials(app.app_key, secret)
    database.write(lambda tx: register.remove_app(tx, server.corp_id, app.app_key))


def waiting(database: SharedDatabase, app_key: str) -> int:
    """How much is still to be told to the app."""
    found = database.read(
        lambda tx: tx.one("SELECT COUNT(*) FROM deliveries WHERE receiver = :app_key", app_key=app_key)
    )
    assert found
    return int(found[0])


def open_by_sdk(endpoint: str, app: Credentials) -> tuple[str, str]:
    """Endpoint and ticket, through the vendor's SDK."""
    subscription = models.OpenConnectionRequestSubscriptions(type="EVENT", topic="*")
    request = models.OpenConnectionRequest(
        client_id=app.app_key,
        client_secret=app.secret,
        subscriptions=[subscription],
        local_ip="10.0.0.7",
    )
    body = GatewayClient(config(endpoint)).open_connection(request).body
    return body.endpoint, body.ticket


class Dialect(NamedTuple):
    """How one client speaks."""

    body: Json
    """Of the request that opens, besides key and secret."""
    quoted: bool
    """Whether the ticket is percent-encoded."""
    pong: Callable[[Json], Json]
    success: Callable[[Json], Json]
    later: Callable[[Json], Json]


def _said(
    code: int, data: Any, frame: Json, message: str = "OK", *, all_headers: bool = False, **more: str
) -> Json:
    headers = {"messageId": frame["headers"]["messageId"], "contentType": "application/json"}
    headers = frame["headers"] if all_headers else headers | more
    return {"code": code, "headers": headers, "message": message, "data": data}


SUCCESS, LATER = '{"status":"SUCCESS","message":"success"}', '{"status":"LATER","message":"later"}'

DIALECTS = {
    "python": Dialect(
        {"subscriptions": [EVENTS], "ua": "dingtalk-sdk-python/v0.24.3-union", "localIp": "10.0.0.7"},
        True,
        lambda ping: _said(200, json.dumps(json.loads(ping["data"])), ping),
        lambda event: _said(200, json.dumps(json.loads(event["data"])), event),
        lambda event: _said(500, json.dumps(json.loads(event["data"])), event, "later"),
    ),
    "node": Dialect(
        {"subscriptions": [EVENTS, {"type": "CALLBACK", "topic": "/v1.0/im/bot/messages/get"}], "ua": ""},
        False,
        lambda ping: _said(200, ping["data"], ping, all_headers=True),
        lambda event: _said(200, SUCCESS, event),
        lambda event: _said(200, LATER, event),
    ),
    "go": Dialect(
        {
            "subscriptions": [
                EVENTS,
                {"type": "SYSTEM", "topic": "ping"},
                {"type": "SYSTEM", "topic": "disconnect"},
            ],
            "ua": "dingtalk-sdk-go/v0.9.2",
            "localIp": "10.0.0.7",
            "extras": {"k": "v"},
        },
        False,
        lambda ping: _said(200, ping["data"], ping, "ok"),
        lambda event: _said(200, SUCCESS, event, "ok"),
        lambda event: _said(500, LATER, event, "later"),
    ),
    "java": Dialect(
        {"subscriptions": [EVENTS], "ua": "java/1.3.13-union", "localIp": "10.0.0.7"},
        False,
        lambda ping: _said(200, ping["data"], ping, time="1767225600123"),
        lambda event: _said(200, SUCCESS, event, time="1767225600123"),
        lambda event: _said(200, LATER, event, time="1767225600123"),
    ),
}


def ticketed(endpoint: str, ticket: str, *, quoted: bool = False) -> str:
    return f"{endpoint}?ticket={quote_plus(ticket) if quoted else ticket}"


@contextmanager
def stream(server: str, app: Credentials, dialect: Dialect = DIALECTS["node"]) -> Iterator[ClientConnection]:
    """A connection as *dialect*'s client opens it; *server* is host and port."""
    credentials = {"clientId": app.app_key, "clientSecret": app.secret}
    reply = call(server, "POST", OPEN, body=credentials | dialect.body)
    assert reply.status == 200, reply.body
    with connect(ticketed(**reply.json, quoted=dialect.quoted), ping_interval=None) as connection:
        yield connection


def next_event(connection: ClientConnection) -> Json:
    """The next frame, which is an event."""
    frame: Json = json.loads(connection.recv(timeout=20))
    assert frame["type"] == "EVENT", frame
    return frame


def poll(connection: ClientConnection) -> Json | None:
    """The next frame, unless none comes in a moment."""
    try:
        frame: Json = json.loads(connection.recv(timeout=0.1))
    except TimeoutError:
        return None
    return frame


def answered(connections: Sequence[ClientConnection], count: int) -> list[list[str]]:
    """The ids of the events that come to each of *connections*, all answered, until there are so many together."""
    found: list[list[str]] = [[] for _ in connections]
    deadline = time.monotonic() + 20
    while sum(map(len, found)) < count:
        assert time.monotonic() < deadline, found
        for ids, connection in zip(found, connections, strict=True):
            if frame := poll(connection):
                connection.send(json.dumps(DIALECTS["node"].success(frame)))
                ids.append(json.loads(frame["data"])["calendarEventId"])
    return found


class PythonClient:
    """`stream_client.py`, running."""

    def __init__(self, base_url: str, app: Credentials, *, hurried: bool = False) -> None:
        environment = os.environ | {
            "DINGTALK_OPENAPI_ENDPOINT": base_url,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "RILI_TEST_HURRY": "1" if hurried else "",
        }
        self._process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("stream_client.py"), *app],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
            preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - it calls nothing that takes a lock
        )
        self._lines: Queue[str] = Queue()
        Thread(target=self._read, daemon=True).start()
        assert self._lines.get(timeout=20) == "0.24.3"

    def next(self) -> Json:
        """The next event that it got."""
        found: Json = json.loads(self._lines.get(timeout=30))
        return found

    def stop(self) -> None:
        self._process.kill()
        self._process.communicate()

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            self._lines.put(line.strip())


@contextmanager
def python_client(base_url: str, app: Credentials, *, hurried: bool = False) -> Iterator[PythonClient]:
    client = PythonClient(base_url, app, hurried=hurried)
    try:
        yield client
    finally:
        client.stop()


def subscribe(database: SharedDatabase, app: Credentials) -> None:
    """As opening a stream does: what changes from now on waits for it."""
    settings = push_settings.PushSettings(app_key=app.app_key, channel="stream", created_ms=0)
    database.write(lambda tx: push_settings.put(tx, settings))


def failed(database: SharedDatabase, corp_id: str, app_key: str) -> list[deliveries.Delivery]:
    return database.read(
        lambda tx: delivery_list.find(tx, corp_id, Which(receiver=app_key, state="failed"), 100)
    )
