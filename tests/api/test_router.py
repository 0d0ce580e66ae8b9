"""From a raw path to a handler: what is split, decoded, refused."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from starlette.responses import Response
from starlette.types import Message

from rili.api.http import Request, Service, json_answer
from rili.api.router import Route, Router
from rili.config import Settings
from rili.delivery.bell import Bell
from rili.delivery.streams import Streams
from rili.metrics import Metrics
from rili.store.db import Database
from tests.asgi import Answered

NO_DATABASE = cast(Database, None)
"""No route here asks who is calling."""


async def echo(request: Request) -> Response:
    return json_answer({"route": request.scope["rili.route"], "method": request.method, "path": request.path})


async def stranger(request: Request) -> Response:
    return json_answer({"stranger": request.scope["path"], "path": request.path})


def route(method: str, path: str) -> Route:
    return Route(method, path, echo, "Name", "Summary. 概述。")


EVENTS = "/v1.0/calendar/users/{userId}/calendars/{calendarId}/events"
ROUTER = Router(
    Service(
        Settings(database="sqlite:none"), NO_DATABASE, lambda: 0, bytes, Bell(), Metrics(), Streams(bytes)
    ),
    [
        route("POST", EVENTS),
        route("PUT", EVENTS + "/{eventId}"),
        route("GET", EVENTS + "/{eventId}"),
        route("DELETE", EVENTS + "/{eventId}"),
        route("POST", "/v1.0/oauth2/accessToken"),
        route("POST", "/v1.0/oauth2/{corpId}/token"),
        route("GET", "/healthz"),
    ],
    {"/topapi/": stranger},
)


def call(method: str, raw_path: str | bytes) -> Answered:
    """What the router answers to that target, as it stands on the wire."""
    raw = raw_path if isinstance(raw_path, bytes) else raw_path.encode()
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": raw.decode("latin-1"),
        "raw_path": raw,
        "query_string": b"",
        "headers": [],
        "rili.request_id": "01A08FE7-CD6B-49BB-8B2E-35D8768AD457",
    }
    asyncio.run(ROUTER(scope, receive, send))
    start, *parts = sent
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return Answered(start["status"], headers, b"".join(part["body"] for part in parts))


def event(segment: str | bytes) -> bytes:
    """The path of an event whose id is written as *segment*."""
    raw = segment if isinstance(segment, bytes) else segment.encode()
    return b"/v1.0/calendar/users/u1/calendars/primary/events/" + raw


@pytest.mark.parametrize(
    ("segment", "value"),
    [
        pytest.param("M1Z3SEEyOHBkZjlMemxhTFpSSFR2QT09", "M1Z3SEEyOHBkZjlMemxhTFpSSFR2QT09", id="an id"),
        pytest.param("a%2Fb", "a/b", id="a slash inside, as 1.x clients escape it"),
        pytest.param("a%2fb", "a/b", id="in lower case"),
        pytest.param("%2E%2E", "..", id="dots are a name here"),
        pytest.param("..", "..", id="written plainly too"),
        pytest.param("a+b%2B", "a+b+", id="plus is plus"),
        pytest.param("a%20b", "a b", id="space"),
        pytest.param("a%3D%3D", "a==", id="equals signs"),
        pytest.param("a==", "a==", id="equals signs, as they are"),
        pytest.param("100%25", "100%", id="percent"),
        pytest.param("%252F", "%2F", id="decoded once"),
        pytest.param("a;b,c:d@e!$&'()*~", "a;b,c:d@e!$&'()*~", id="marks that need no escape"),
        pytest.param("%E6%97%A5", "日", id="UTF-8"),
        pytest.param("日", "日", id="UTF-8, not escaped"),
        pytest.param("%F0%9F%93%85", "📅", id="beyond the basic plane"),
        pytest.param("%3Fq%23f", "?q#f", id="question mark and hash"),
        pytest.param("events", "events", id="a name of the path"),
        pytest.param("{eventId}", "{eventId}", id="the template's own braces"),
        pytest.param("%0A%7F", "\n\x7f", id="control characters other than NUL"),
        pytest.param("", "", id="empty: the handler's to refuse"),
        pytest.param("%20", " ", id="blank: the handler's to refuse"),
        pytest.param("x" * 50_000, "x" * 50_000, id="long"),
    ],
)
def test_a_segment_is_decoded_after_the_path_is_split(segment: str, value: str) -> None:
    answer = call("PUT", event(segment))

    assert answer.status == 200
    assert answer.json["path"] == {"userId": "u1", "calendarId": "primary", "eventId": value}


def test_every_named_segment_has_its_own_value() -> None:
    answer = call("PUT", "/v1.0/calendar/users/a%2Fb/calendars/c%2Fd/events/e%2Ff")

    assert answer.json["route"] == EVENTS + "/{eventId}"
    assert answer.json["path"] == {"userId": "a/b", "calendarId": "c/d", "eventId": "e/f"}


def test_empty_segments_count() -> None:
    assert call("PUT", "/v1.0/calendar/users//calendars//events/e1").json["path"] == {
        "userId": "",
        "calendarId": "",
        "eventId": "e1",
    }


@pytest.mark.parametrize(
    "segment",
    [
        pytest.param("%00", id="NUL"),
        pytest.param("a%00b", id="NUL inside"),
        pytest.param(b"\x00", id="NUL, not escaped"),
        pytest.param("100%", id="a percent sign at the end"),
        pytest.param("%2", id="half an escape"),
        pytest.param("%zz", id="no digits"),
        pytest.param("%u0041", id="an escape of JavaScript"),
        pytest.param("%２F", id="a full-width digit"),
        pytest.param("%+1", id="a sign for a digit"),
        pytest.param("%FF", id="no UTF-8"),
        pytest.param("%C0%AF", id="overlong UTF-8"),
        pytest.param("%ED%A0%80", id="a surrogate"),
        pytest.param(b"\xff", id="no UTF-8, not escaped"),
        pytest.param("%E6%97", id="UTF-8 cut short"),
    ],
)
def test_a_segment_that_cannot_be_read(segment: str | bytes) -> None:
    answer = call("PUT", event(segment))

    assert answer.status == 400
    assert answer.json["code"] == "invalidParameter"
    assert answer.json["description"].startswith("eventId: ")


UNKNOWN = [
    pytest.param("/", id="root"),
    pytest.param("", id="nothing"),
    pytest.param("*", id="asterisk"),
    pytest.param("//", id="slashes"),
    pytest.param("/v1.0", id="the beginning of a path"),
    pytest.param("/v1.0/calendar/users/u1/calendars/primary", id="the middle of a path"),
    pytest.param("/v1.0/calendar/users/u1/calendars/primary/events/e1/more", id="more than a path"),
    pytest.param("/v1.0/calendar/users/u1/calendars/primary/events/e1/", id="a slash after it"),
    pytest.param("/v1.0/calendar/users/u1/calendars/primary/Events", id="another case"),
    pytest.param("/V1.0/calendar/users/u1/calendars/primary/events", id="another case at the beginning"),
    pytest.param("//v1.0/calendar/users/u1/calendars/primary/events", id="a slash before it"),
    pytest.param("/v2.0/calendar/users/u1/calendars/primary/events", id="another version"),
    pytest.param("/healthz/", id="a slash after a fixed path"),
    pytest.param("/healthz%2F", id="an escaped slash after it"),
    pytest.param("/topapi", id="a prefix without its slash"),
    pytest.param("/{userId}", id="a template"),
    pytest.param("/%zz", id="a bad escape where nothing is"),
    pytest.param("/日", id="Chinese"),
    pytest.param("/" * 50_000, id="long"),
]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", UNKNOWN)
def test_decision_17_an_unknown_path(path: str, method: str) -> None:
    answer = call(method, path)

    assert answer.status == 404
    assert answer.headers["content-type"] == "application/json;charset=utf-8"
    assert answer.json == {
        "code": "InvalidAction.NotFound",
        "requestid": "01A08FE7-CD6B-49BB-8B2E-35D8768AD457",
        "message": "请求的URI地址不存在",
        "description": "No operation has this path; /openapi.json lists those there are.",
    }


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        pytest.param("PATCH", event("e1"), "DELETE, GET, HEAD, OPTIONS, PUT", id="PATCH an event: it is PUT"),
        pytest.param("POST", event("e1"), "DELETE, GET, HEAD, OPTIONS, PUT", id="POST an event"),
        pytest.param("GET", b"/v1.0/oauth2/accessToken", "OPTIONS, POST", id="GET a token"),
        pytest.param("HEAD", b"/v1.0/oauth2/accessToken", "OPTIONS, POST", id="HEAD where there is no GET"),
        pytest.param("POST", b"/healthz", "GET, HEAD, OPTIONS", id="POST what is only read"),
        pytest.param("put", event("e1"), "DELETE, GET, HEAD, OPTIONS, PUT", id="methods have a case"),
        pytest.param("PROPFIND", b"/healthz", "GET, HEAD, OPTIONS", id="a method of WebDAV"),
        pytest.param("PATCH", event(""), "DELETE, GET, HEAD, OPTIONS, PUT", id="an event without an id"),
    ],
)
def test_decision_17_a_known_path_and_another_method(method: str, path: bytes, allowed: str) -> None:
    answer = call(method, path)

    assert answer.status == 405
    assert answer.headers["allow"] == allowed
    assert answer.headers["content-type"] == "application/json;charset=utf-8"
    assert answer.json["requestid"] == "01A08FE7-CD6B-49BB-8B2E-35D8768AD457"
    assert answer.json["description"] == f"This path answers to {allowed}"


def test_head_is_answered_as_get() -> None:
    answer = call("HEAD", event("e1"))

    assert answer.status == 200
    assert answer.json["route"] == EVENTS + "/{eventId}"


@pytest.mark.parametrize(
    ("path", "named"),
    [
        pytest.param("/v1.0/oauth2/accessToken", {}, id="a fixed name wins"),
        pytest.param("/v1.0/oauth2/ding123/token", {"corpId": "ding123"}, id="over one that may be anything"),
        pytest.param("/v1.0/oauth2/accesstoken/token", {"corpId": "accesstoken"}, id="in its own case only"),
    ],
)
def test_fixed_names_and_others_side_by_side(path: str, named: dict[str, str]) -> None:
    answer = call("POST", path)

    assert answer.status == 200
    assert answer.json["path"] == named


def test_an_unknown_path_below_a_prefix_is_a_strangers() -> None:
    assert call("POST", "/topapi/no/such%2Fmethod").json == {
        "stranger": "/topapi/no/such%2Fmethod",
        "path": {},
    }


def test_only_http_and_websocket_are_served() -> None:
    with pytest.raises(RuntimeError, match="lifespan"):
        asyncio.run(ROUTER({"type": "lifespan"}, cast(Any, None), cast(Any, None)))


def test_websocket_where_nobody_speaks_it() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "raw_path": b"/connect", "rili.request_id": "R"}
    asyncio.run(ROUTER(scope, cast(Any, None), send))

    assert (sent[0]["type"], sent[0]["status"]) == ("websocket.http.response.start", 404)
    assert b"InvalidAction.NotFound" in sent[1]["body"]
