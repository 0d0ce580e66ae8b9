"""Stream push over real sockets: the vendor's client and SDK, and the dialects of the others."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from rili.actions import authorizations, register
from rili.testing import Rili
from tests.conformance.clients import HOUR, App, call, refused
from tests.conformance.firm import Firm
from tests.conformance.streaming import (
    DIALECTS,
    Credentials,
    Dialect,
    answered,
    failed,
    next_event,
    open_by_sdk,
    python_client,
    stream,
    subscribe,
    subscriber,
    ticketed,
    waiting,
)
from tests.conformance.vendor import make_vendor
from tests.people import SharedDatabase


@pytest.fixture
def hearing(server: Rili, database: SharedDatabase) -> Iterator[Credentials]:
    server.deliver()  # what other tests changed is not told to who subscribes now
    with subscriber(server, database) as app:
        yield app


@pytest.mark.parametrize("dialect", [pytest.param(one, id=name) for name, one in DIALECTS.items()])
def test_dialects(app: App, database: SharedDatabase, hearing: Credentials, dialect: Dialect) -> None:
    """A change arrives; LATER brings it again after ten seconds, a success does not."""
    with stream(app.server.endpoint, hearing, dialect) as connection:
        made = app.create()
        first = next_event(connection)
        assert first["headers"]["eventType"] == "calendar_event_change"
        assert first["headers"]["eventCorpId"] == app.server.corp_id
        assert all(isinstance(value, str) for value in first["headers"].values())
        data = json.loads(first["data"])
        assert (data["calendarEventId"], data["changeType"]) == (made["id"], "created")
        connection.send(json.dumps(dialect.later(first)))
        app.server.deliver()
        assert waiting(database, hearing.app_key) == 1
        app.server.clock.advance(seconds=10)
        again = next_event(connection)
        assert (again["data"], again["headers"]["eventId"]) == (data_of(first), first["headers"]["eventId"])
        assert connection.ping(b"alive").wait(20)  # answered at once, with an event unanswered
        connection.send(json.dumps(dialect.success(again)))
        app.server.deliver()
        assert waiting(database, hearing.app_key) == 0


def data_of(frame: Any) -> str:
    text: str = frame["data"]
    return text


def test_the_vendors_client(app: App, database: SharedDatabase, hearing: Credentials) -> None:
    """Every change made through the SDK arrives, in order; what was changed before it came, too."""
    subscribe(database, hearing)
    early = app.create()["id"]
    with python_client(app.server.base_url, hearing) as client:
        event_id = app.create({"attendees": [{"id": app.colleague.union_id}]})["id"]
        app.patch(event_id, {"summary": "例会 'Q3'"})
        app.ask("respond_event", app.colleague.union_id, "primary", event_id, response_status="accepted")
        app.ask("delete_event", app.organizer.union_id, "primary", event_id)
        got = [client.next() for _ in range(5)]
        app.server.deliver()
        assert waiting(database, hearing.app_key) == 0
    told = {
        one: [g["data"]["changeType"] for g in got if g["data"]["calendarEventId"] == one]
        for one in (early, event_id)
    }
    assert told == {early: ["created"], event_id: ["created", "updated", "updated", "cancelled"]}
    assert len({one["id"] for one in got}) == 5
    assert {one["corp"] for one in got} == {app.server.corp_id}
    assert {type(one["born"]) for one in got} == {int}


def test_opened_through_the_sdk(app: App, hearing: Credentials) -> None:
    endpoint, ticket = open_by_sdk(app.server.endpoint, hearing)
    assert endpoint == f"ws://{app.server.endpoint}/connect"
    with connect(ticketed(endpoint, ticket)):
        pass
    with pytest.raises(InvalidStatus) as again:
        connect(ticketed(endpoint, ticket), legacy=True)
    assert again.value.response.status_code == 401
    assert json.loads(again.value.response.body)["code"] == "authFailed"
    with refused(401, "authFailed", "no app has these", "鉴权失败"):
        open_by_sdk(app.server.endpoint, Credentials(hearing.app_key, "wrong"))


def test_never_answered(app: App, database: SharedDatabase, hearing: Credentials) -> None:
    """Failures end in the list of what was given up; what follows in the same event goes on."""
    with stream(app.server.endpoint, hearing) as connection:
        event_id = app.create()["id"]
        app.update(event_id, {"summary": "After"})
        for wait_s in (10, 30, 0):
            frame = next_event(connection)
            connection.send(json.dumps(DIALECTS["java"].success(frame) | {"code": 500}))
            app.server.deliver() if wait_s else None
            app.server.clock.advance(seconds=wait_s)
        last = next_event(connection)
        assert json.loads(last["data"])["changeType"] == "updated"
        connection.send(json.dumps(DIALECTS["java"].success(last)))
        app.server.deliver()
    [given_up] = failed(database, app.server.corp_id, hearing.app_key)
    assert (given_up.attempts, given_up.error) == (3, "the client answered 500")


def test_a_connection_breaks_with_an_event_unanswered(
    app: App, database: SharedDatabase, hearing: Credentials
) -> None:
    """It is told again at once, over another connection or the next, and no attempt is counted."""
    with stream(app.server.endpoint, hearing) as first:
        app.create()
        frame = next_event(first)
        first.socket.close()
    with stream(app.server.endpoint, hearing) as second:
        again = next_event(second)
        assert again["headers"]["eventId"] == frame["headers"]["eventId"]
        [(attempts,)] = database.read(
            lambda tx: tx.all("SELECT attempts FROM deliveries WHERE receiver = :key", key=hearing.app_key)
        )
        assert attempts == 0
        second.send(json.dumps(DIALECTS["go"].success(again)))
        app.server.deliver()
        assert waiting(database, hearing.app_key) == 0


def test_two_apps_and_two_connections(app: App, database: SharedDatabase, hearing: Credentials) -> None:
    """Each app is told of everything, over any one of its connections."""
    with (
        subscriber(app.server, database) as other,
        stream(app.server.endpoint, hearing) as one,
        stream(app.server.endpoint, hearing, DIALECTS["go"]) as two,
        stream(app.server.endpoint, other) as theirs,
    ):
        ids = sorted(app.create()["id"] for _ in range(12))
        [heard] = answered([theirs], 12)
        ours = answered([one, two], 12)
        assert sorted(heard) == sorted(ours[0] + ours[1]) == ids
        app.server.deliver()
        assert waiting(database, hearing.app_key) == waiting(database, other.app_key) == 0


def test_organisations(app: App, database: SharedDatabase, hearing: Credentials) -> None:
    """An enterprise app is told over one stream of all that authorised it, an internal app of its own."""
    vendor = make_vendor(app, database)
    suite = Credentials(vendor.enterprise.app_key, vendor.suite_secret)
    customer, stranger = (Firm(app.server, database, name) for name in ("customer", "stranger"))
    now_ms = app.server.clock()
    database.write(
        lambda tx: authorizations.authorize(tx, suite.app_key, customer.corp_id, None, now_ms=now_ms)
    )
    with (
        stream(app.server.endpoint, suite) as theirs,
        stream(app.server.endpoint, hearing) as own,
    ):
        stranger.create()
        ids = {customer.create(), app.create()["id"]}
        frames: list[dict[str, Any]] = []
        for connection, count in ((theirs, 2), (own, 3)):
            while len(frames) < count:
                frame = next_event(connection)
                connection.send(json.dumps(DIALECTS["java"].success(frame)))
                if frame["headers"]["eventType"] == "calendar_event_change":  # and not of its authorisation
                    frames.append(frame)
        app.server.deliver()
        assert waiting(database, hearing.app_key) == 0
    assert {json.loads(one["data"])["calendarEventId"] for one in frames[:2]} == ids
    corps = [one["headers"]["eventCorpId"] for one in frames]
    assert (set(corps[:2]), corps[2]) == ({customer.corp_id, app.server.corp_id}, app.server.corp_id)
    database.write(lambda tx: register.remove_app(tx, vendor.corp_id, suite.app_key))


HOSTILE = [
    "", "null", "[]", "{}", '{"code":200}', '{"code":200,"headers":{"messageId":"x"}}', "[" * 50_000,
    '{"headers":{"messageId":"\\ud800"},"code":200}', '{"code":1e999,"headers":{"messageId":"x"}}',
    "\0" * 1000, '{"code":200,"headers":{"messageId":"' + "x" * 900_000 + '"}}',
]  # fmt: skip


def test_whatever_a_client_says(app: App, database: SharedDatabase, hearing: Credentials) -> None:
    """It is passed over; the connection, and everybody else's, go on."""
    with stream(app.server.endpoint, hearing) as connection:
        app.create()
        frame = next_event(connection)
        for text in HOSTILE:
            connection.send(text)
            connection.send(text.encode("utf-8", "surrogatepass") + b"\xff")
        connection.send(os.urandom(1000))
        assert connection.ping(b"alive").wait(20)
        connection.send(json.dumps(DIALECTS["node"].success(frame)))
        app.server.deliver()
        assert waiting(database, hearing.app_key) == 0
    assert call(app.server.endpoint, "GET", "/healthz").status == 200
    assert app.call("POST", app.path(), HOUR).status == 200
