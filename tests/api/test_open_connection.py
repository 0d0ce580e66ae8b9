"""Opening a stream: key and secret become a ticket, the ticket a connection, once and soon."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest

from rili.actions import push_settings as actions
from rili.actions import register
from rili.actions.push_settings import Push
from rili.actions.streams import open_stream as open_in
from rili.api.stream import endpoint_of
from rili.app import build
from rili.config import Settings
from rili.delivery.streams import MOST_OF_APP, Pace, Streams
from rili.errors import InvalidParameter
from rili.store import push_settings, suite_events
from rili.store.db import Tx
from rili.store.push_settings import PushSettings
from tests.api.vendor import Vendor
from tests.asgi import Answered, call
from tests.people import KEY, SECRET_KEY, SharedDatabase
from tests.store.conftest import go_on_when

OPEN = "/v1.0/gateway/connections/open"
EVENTS = {"type": "EVENT", "topic": "*"}
BOT = {"type": "CALLBACK", "topic": "/v1.0/im/bot/messages/get"}
NO_AUTH = (401, "authFailed", "鉴权失败")


@pytest.fixture
def vendor(shared_database: SharedDatabase) -> Vendor:
    return Vendor(shared_database)


def open_stream(
    vendor: Vendor, kind: Any = "internal", client: str = "127.0.0.1", **changed: Any
) -> Answered:
    """*changed* members of the body, None for left out."""
    body = {
        "clientId": vendor.apps[kind].app_key,
        "clientSecret": vendor.secrets[kind],
        "subscriptions": [EVENTS],
        "ua": "dingtalk-sdk-python/v0.24.3-union",
        "localIp": "10.0.0.7",
    } | changed
    sent = {name: value for name, value in body.items() if value is not None}
    return vendor.call("POST", OPEN, json=sent, client=client)


class Socket:
    """A WebSocket straight into the app, without a server."""

    def __init__(self, app: Any, query: str) -> None:
        self.sent: list[dict[str, Any]] = []
        self._said = asyncio.Event()
        self._hears: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._hears.put_nowait({"type": "websocket.connect"})
        scope = {
            "type": "websocket", "raw_path": b"/connect", "query_string": query.encode(), "headers": [],
            "client": ("127.0.0.1", 50000),
        }  # fmt: skip
        self.task = asyncio.create_task(app(scope, self._hears.get, self._send))

    async def _send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)
        self._said.set()

    async def until(self, kind: str) -> None:
        """Return when the server has sent a message of that kind."""
        while not any(one["type"] == kind for one in self.sent):
            self._said.clear()
            await self._said.wait()

    async def leave(self) -> None:
        self._hears.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await self.task


def connect(vendor: Vendor, ticket: str, app: Any = None) -> tuple[int, str]:
    """What the answer is: 101, or an error's status and its body."""

    async def try_it() -> tuple[int, str]:
        socket = Socket(app or vendor.http, f"ticket={ticket}" if ticket else "")
        await socket.leave()
        first = socket.sent[0]
        if first["type"] == "websocket.accept":
            return 101, ""
        return first["status"], socket.sent[1]["body"].decode()

    return vendor.db.run(try_it())


def test_a_ticket_is_good_once(vendor: Vendor) -> None:
    answers = [open_stream(vendor) for _ in range(2)]
    assert [sorted(one.json) for one in answers] == [["endpoint", "ticket"]] * 2
    tickets = [one.json["ticket"] for one in answers]
    assert answers[0].json["endpoint"] == "wss://rili.example:443/connect"
    assert all(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", one) for one in tickets)
    assert tickets[0] != tickets[1]

    for ticket in tickets:
        assert connect(vendor, ticket)[0] == 101
        status, body = connect(vendor, ticket)
        assert (status, "authFailed" in body, "ticket: " in body) == (401, True, True)


def test_any_process_takes_it(vendor: Vendor) -> None:
    settings = Settings(database="sqlite:unused", secret_key=SECRET_KEY)
    other = build(settings, vendor.db.db, clock=lambda: vendor.now_ms)
    ticket = open_stream(vendor).json["ticket"]
    assert connect(vendor, ticket, other)[0] == 101
    assert connect(vendor, ticket)[0] == 401


def test_a_ticket_is_good_for_ninety_seconds(vendor: Vendor) -> None:
    first, second = open_stream(vendor).json["ticket"], open_stream(vendor).json["ticket"]
    vendor.now_ms += 89_999
    assert connect(vendor, first)[0] == 101
    vendor.now_ms += 1
    assert connect(vendor, second)[0] == 401


def test_what_expired_is_deleted(vendor: Vendor) -> None:
    for _ in range(3):
        open_stream(vendor)
    vendor.now_ms += 90_000
    open_stream(vendor)
    key = vendor.apps["internal"].app_key
    rows = vendor.db.read(
        lambda tx: tx.all("SELECT expires_ms FROM stream_tickets WHERE app_key = :key", key=key)
    )
    assert rows == [(vendor.now_ms + 90_000,)]


@pytest.mark.parametrize("ticket", ["", "x", "00000000-0000-0000-0000-000000000000", "%00", "%ff", "票"])
def test_tickets_that_are_none(vendor: Vendor, ticket: str) -> None:
    status, body = connect(vendor, ticket)
    assert (status, '"code":"authFailed"' in body) == (401, True)


def test_a_new_secret_ends_tickets(vendor: Vendor) -> None:
    ticket = open_stream(vendor).json["ticket"]
    key = vendor.apps["internal"].app_key
    vendor.db.write(lambda tx: register.set_app(tx, vendor.corp_id, key, new_secret="another" * 6))
    assert connect(vendor, ticket)[0] == 401
    assert open_stream(vendor).status == 401
    assert open_stream(vendor, clientSecret="another" * 6).status == 200


def test_an_app_is_removed_with_what_it_has(vendor: Vendor) -> None:
    ticket = open_stream(vendor).json["ticket"]
    key = vendor.apps["internal"].app_key
    vendor.db.write(lambda tx: register.remove_app(tx, vendor.corp_id, key))
    assert connect(vendor, ticket)[0] == 401
    assert vendor.db.read(lambda tx: push_settings.get(tx, key)) is None


@pytest.mark.parametrize(
    ("kind", "changed", "expected", "says"),
    [
        pytest.param("internal", {"clientSecret": "wrong"}, NO_AUTH, "no app has these", id="wrong secret"),
        pytest.param("internal", {"clientId": "dingnobody"}, NO_AUTH, "no app has these", id="unknown"),
        pytest.param("internal", {"clientId": "no key\ud7ff"}, NO_AUTH, "no app has these", id="no key"),
        pytest.param("enterprise", {"clientSecret": "wrong"}, NO_AUTH, "no app has these", id="suite"),
        pytest.param("personal", {}, NO_AUTH, "personal", id="a personal app"),
    ],
)
def test_who_may_not(vendor: Vendor, kind: Any, changed: Any, expected: Any, says: str) -> None:
    answer = open_stream(vendor, kind, **changed)
    assert (answer.status, answer.json["code"], answer.json["message"]) == expected
    assert says in answer.json["description"]
    assert vendor.db.read(lambda tx: push_settings.get(tx, vendor.apps[kind].app_key)) is None


def test_another_apps_secret(vendor: Vendor) -> None:
    """Whosever it is."""
    for one, other in (("internal", "enterprise"), ("enterprise", "internal")):
        assert open_stream(vendor, one, clientSecret=vendor.secrets[other]).status == 401  # type: ignore[index]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        pytest.param({"clientId": None}, "clientId: it is missing", id="no key"),
        pytest.param({"clientSecret": ""}, "clientSecret: it is missing", id="an empty secret"),
        pytest.param({"clientId": 7}, "clientId: expected string", id="a number"),
        pytest.param({"subscriptions": None}, "subscriptions: it is missing", id="no subscriptions"),
        pytest.param({"subscriptions": "*"}, "subscriptions: expected array", id="subscriptions are no list"),
        pytest.param({"subscriptions": ["*"]}, "subscriptions[0]: expected object", id="of texts"),
        pytest.param({"subscriptions": [EVENTS] * 101}, "subscriptions: more than 100", id="too many"),
        pytest.param(
            {"subscriptions": [{"type": "EVENTS", "topic": "*"}]}, "subscriptions[0].type: ", id="type"
        ),
        pytest.param({"subscriptions": [{}]}, "subscriptions[0].type: ", id="an empty subscription"),
        pytest.param(
            {"subscriptions": [BOT, {"type": "EVENT", "topic": "calendar_event_change"}]},
            "subscriptions[1].topic: ",
            id="some events",
        ),
    ],
)
def test_bad_input(vendor: Vendor, changed: Any, says: str) -> None:
    answer = open_stream(vendor, **changed)
    assert (answer.status, answer.json["code"]) == (400, "invalidParameter")
    assert says in answer.json["description"]


def test_no_body(vendor: Vendor) -> None:
    assert vendor.call("POST", OPEN).json["code"] == "Missingbody"
    assert vendor.call("POST", OPEN, raw=b"[]").json["code"] == "invalidParameter"


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"ua": "", "localIp": None}, id="Node"),
        pytest.param({"extras": {"a": [1]}, "subscriptions": [
            EVENTS, BOT, {"type": "SYSTEM", "topic": "ping"}, {"type": "SYSTEM", "topic": "disconnect"}
        ]}, id="Go"),
        pytest.param({"extras": None, "ua": 7, "more": {}}, id="whatever else"),
    ],
)  # fmt: skip
def test_what_clients_send(vendor: Vendor, changed: Any) -> None:
    assert open_stream(vendor, **changed).status == 200


def settings_of(vendor: Vendor, kind: Any = "internal") -> PushSettings | None:
    return vendor.db.read(lambda tx: push_settings.get(tx, vendor.apps[kind].app_key))


@pytest.mark.parametrize("kind", ["internal", "enterprise"])
def test_asking_for_events_subscribes(vendor: Vendor, kind: Any) -> None:
    """Decision 99."""
    assert open_stream(vendor, kind, subscriptions=[]).status == 200
    assert open_stream(vendor, kind, subscriptions=[BOT]).status == 200
    assert settings_of(vendor, kind) is None
    assert open_stream(vendor, kind).status == 200
    found = settings_of(vendor, kind)
    assert found is not None
    assert (found.channel, found.event_types, found.created_ms) == ("stream", frozenset(), vendor.now_ms)


def test_an_app_that_subscribes_is_told_its_ticket(vendor: Vendor) -> None:
    """Once."""

    def tickets() -> int:
        found = vendor.db.read(lambda tx: suite_events.first(tx, vendor.corp_id, 9))
        return [(one.app_key, one.event_type) for one in found].count((vendor.suite_key, "suite_ticket"))

    before = tickets()
    for _ in range(2):
        assert open_stream(vendor, "enterprise").status == 200
        assert tickets() == before + 1


@pytest.mark.parametrize("shared_database", ["postgres"], indirect=True)
def test_what_an_administrator_says_meanwhile_stays(vendor: Vendor) -> None:
    """PostgreSQL: an app opens a stream while `rili app push --http` is about to commit."""
    key = vendor.apps["internal"].app_key
    by_http = Push(app_key=key, mode="http", url="https://app.example/", token="t" * 10, aes_key="a" * 43)
    said, go_on = asyncio.Event(), asyncio.Event()

    def say(tx: Tx) -> None:
        actions.set_push(tx, by_http, KEY, now_ms=vendor.now_ms)
        tx.one("SELECT 1")
        said.set()
        go_on_when(go_on, tx)

    def open_it(tx: Tx) -> None:
        secret = vendor.secrets["internal"]
        open_in(tx, key, secret, events=True, address="127.0.0.1", new_ticket="t", now_ms=vendor.now_ms)

    async def both() -> None:
        saying = asyncio.create_task(vendor.db.db.write(say))
        await said.wait()
        opening = asyncio.create_task(vendor.db.db.write(open_it))
        await asyncio.sleep(0.2)
        go_on.set()
        await saying
        with pytest.raises(InvalidParameter):
            await opening

    vendor.db.run(both())
    found = settings_of(vendor)
    assert found is not None
    assert found.channel == "http"


def test_what_an_administrator_said_stays(vendor: Vendor) -> None:
    key = vendor.apps["internal"].app_key
    some = PushSettings(
        app_key=key, channel="stream", event_types=frozenset({"calendar_event_change"}), created_ms=7
    )
    vendor.db.write(lambda tx: push_settings.put(tx, some))
    assert open_stream(vendor).status == 200
    assert settings_of(vendor) == some

    told_by_http = PushSettings(app_key=key, channel="http", url="https://app.example/", created_ms=7)
    vendor.db.write(lambda tx: push_settings.put(tx, told_by_http))
    refused = open_stream(vendor)
    assert (refused.status, refused.json["code"]) == (400, "invalidParameter")
    assert "by HTTP, and so not by stream" in refused.json["description"]
    assert settings_of(vendor) == told_by_http
    assert open_stream(vendor, subscriptions=[BOT]).status == 200  # which is no event


@pytest.mark.parametrize("kind", ["internal", "enterprise"])
@pytest.mark.parametrize("told_before", [False, True])
def test_an_app_that_was_turned_off_stays_off(vendor: Vendor, kind: Any, told_before: bool) -> None:
    key = vendor.apps[kind].app_key
    if told_before:
        assert open_stream(vendor, kind).status == 200
    vendor.db.write(lambda tx: actions.turn_off(tx, key, now_ms=vendor.now_ms))
    refused = open_stream(vendor, kind)
    assert (refused.status, refused.json["code"]) == (400, "invalidParameter")
    assert f"rili app push {key} --stream" in refused.json["description"]
    assert open_stream(vendor, kind, subscriptions=[BOT]).status == 200
    assert settings_of(vendor, kind) is None
    corp_id = vendor.corp_id if kind == "internal" else vendor.customer
    assert vendor.db.read(lambda tx: push_settings.subscribers(tx, corp_id)) == []

    by_stream = Push(app_key=key, mode="stream")
    vendor.db.write(lambda tx: actions.set_push(tx, by_stream, KEY, now_ms=vendor.now_ms))
    assert open_stream(vendor, kind).status == 200


def test_an_app_that_was_turned_off_may_register(vendor: Vendor) -> None:
    """Decision 95."""
    key = vendor.apps["internal"].app_key
    vendor.db.write(lambda tx: actions.turn_off(tx, key, now_ms=vendor.now_ms))
    push = Push(
        app_key=key, mode="http", event_types=frozenset({"user_add_org"}), url="https://app.example/",
        token="mytoken123", aes_key="a" * 43, legacy=True,
    )  # fmt: skip
    vendor.db.write(lambda tx: actions.register(tx, push, KEY, now_ms=vendor.now_ms))
    found = settings_of(vendor)
    assert found is not None
    assert found.channel == "http"


def test_from_where(vendor: Vendor) -> None:
    key = vendor.apps["internal"].app_key
    vendor.db.write(lambda tx: register.set_app(tx, vendor.corp_id, key, networks=["10.0.0.0/8"]))
    assert open_stream(vendor, client="10.1.2.3").status == 200
    refused = open_stream(vendor)
    assert (refused.status, refused.json["code"]) == (403, "Forbidden.AccessDenied.IpNotInWhiteList")


@pytest.fixture
def streams() -> Iterator[Streams]:
    streams = Streams(os.urandom, Pace(ping_s=0.01, leave_s=0))
    yield streams
    assert not streams._of_app


def test_connections_that_end_by_themselves(vendor: Vendor, streams: Streams) -> None:
    """With a new secret, when the app is told by another channel, and when it has as many as may be."""
    settings = Settings(database="sqlite:unused", secret_key=SECRET_KEY)
    app = build(settings, vendor.db.db, clock=lambda: vendor.now_ms, streams=streams)
    suite = vendor.suite_key

    async def opened(ticket: str) -> Socket:
        socket = Socket(app, f"ticket={ticket}")
        await socket.until("websocket.send")  # the first ping
        return socket

    async def closed(socket: Socket) -> str:
        await socket.until("websocket.close")
        await socket.leave()
        assert socket.sent[-1] == {"type": "websocket.close", "code": 1001}
        text: str = socket.sent[-2]["text"]
        return text

    own, theirs, bot = (
        open_stream(vendor, kind, subscriptions=asked).json["ticket"]
        for kind, asked in (("internal", [EVENTS]), ("enterprise", [EVENTS]), ("enterprise", [BOT]))
    )
    sockets = [vendor.db.run(opened(ticket)) for ticket in (own, theirs, bot)]
    key = vendor.apps["internal"].app_key
    vendor.db.write(lambda tx: register.set_app(tx, vendor.corp_id, key, new_secret="another" * 6))
    assert "another secret or another channel" in vendor.db.run(closed(sockets[0]))
    by_http = PushSettings(app_key=suite, channel="http", url="https://a.example/", created_ms=7)
    vendor.db.write(lambda tx: push_settings.put(tx, by_http))
    assert "another secret or another channel" in vendor.db.run(closed(sockets[1]))
    vendor.db.write(lambda tx: register.set_app(tx, vendor.corp_id, suite, new_secret="another" * 6, key=KEY))
    assert "another secret or another channel" in vendor.db.run(closed(sockets[2]))


def test_as_many_as_may_be(vendor: Vendor) -> None:
    streams = Streams(os.urandom)
    settings = Settings(database="sqlite:unused", secret_key=SECRET_KEY)
    app = build(settings, vendor.db.db, clock=lambda: vendor.now_ms, streams=streams)
    tickets = [open_stream(vendor).json["ticket"] for _ in range(MOST_OF_APP + 2)]

    async def try_it() -> None:
        sockets = [Socket(app, f"ticket={one}") for one in tickets[:MOST_OF_APP]]
        for one in sockets:
            await one.until("websocket.accept")
        refused = Socket(app, f"ticket={tickets[-2]}")
        await refused.task
        assert refused.sent[0]["status"] == 503
        assert b'"code":"system.busy"' in refused.sent[1]["body"]
        await sockets[0].leave()
        again = Socket(app, f"ticket={tickets[-1]}")
        await again.leave()
        assert again.sent[0]["type"] == "websocket.accept"
        for one in sockets[1:]:
            await one.leave()

    vendor.db.run(try_it())


def test_without_websocket(vendor: Vendor) -> None:
    answer = vendor.db.run(call(vendor.http, "GET", "/connect?ticket=x"))
    assert (answer.status, answer.json["code"]) == (426, "invalidParameter")
    assert (answer.headers["upgrade"], answer.headers["sec-websocket-version"]) == ("websocket", "13")


@pytest.mark.parametrize(
    ("public_url", "endpoint"),
    [
        ("http://127.0.0.1:8470", "ws://127.0.0.1:8470/connect"),
        ("http://rili.example", "ws://rili.example:80/connect"),
        ("https://rili.example", "wss://rili.example:443/connect"),
        ("https://rili.example:8443/rili", "wss://rili.example:8443/rili/connect"),
        ("http://[::1]:8470", "ws://[::1]:8470/connect"),
    ],
)
def test_endpoint(public_url: str, endpoint: str) -> None:
    assert endpoint_of(public_url) == endpoint


def test_of_two_that_take_a_ticket_one_gets_it(vendor: Vendor) -> None:
    ticket = open_stream(vendor).json["ticket"]

    async def both() -> list[int]:
        sockets = [Socket(vendor.http, f"ticket={ticket}") for _ in range(2)]
        for one in sockets:
            await one.leave()
        return sorted(one.sent[0].get("status", 101) for one in sockets)

    assert vendor.db.run(both()) == [101, 401]
