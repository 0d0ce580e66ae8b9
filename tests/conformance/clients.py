"""The two clients of these tests: the vendor's SDK, and plain HTTP."""

from __future__ import annotations

import http.client
import inspect
import json
import re
import socket
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, get_args, get_type_hints

import pytest
from alibabacloud_dingtalk.calendar_1_0 import models as calendar_models
from alibabacloud_dingtalk.calendar_1_0.client import Client as CalendarClient
from alibabacloud_dingtalk.contact_1_0.client import Client as ContactClient
from alibabacloud_dingtalk.oauth2_1_0 import models as oauth2_models
from alibabacloud_dingtalk.oauth2_1_0.client import Client as OAuth2Client
from alibabacloud_tea_openapi.models import Config
from alibabacloud_tea_util.models import RuntimeOptions
from Tea.model import TeaModel

from rili.testing import Rili

TOKEN = "x-acs-dingtalk-access-token"
ZONE = "Asia/Shanghai"
Json = dict[str, Any]


class Reply(NamedTuple):
    """An answer over plain HTTP; the names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def call(
    endpoint: str, method: str, target: str, headers: Mapping[str, str] | None = None, body: Any = None
) -> Reply:
    """One request on a connection of its own. A *body* that is no bytes goes out as JSON, as the SDKs write it."""
    headers = dict(headers or {})
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers.setdefault("content-type", "application/json; charset=utf-8")
    connection = http.client.HTTPConnection(endpoint, timeout=20)
    try:
        connection.request(method, target, body, headers)
        return _reply(connection.getresponse())
    finally:
        connection.close()


def send(endpoint: str, request: bytes, method: str) -> Reply:
    """The answer to *request*, put on the wire byte for byte."""
    host, _, port = endpoint.partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(request)
        response = http.client.HTTPResponse(connection, method=method)
        response.begin()
        return _reply(response)


def _reply(response: http.client.HTTPResponse) -> Reply:
    headers = {name.lower(): value for name, value in response.getheaders()}
    if headers.get("content-type") == "text/event-stream":  # which does not end: its first block
        return Reply(response.status, headers, b"".join(block_of(response)))
    return Reply(response.status, headers, response.read())


def config(endpoint: str) -> Config:
    """How the SDKs are pointed at a server of one's own."""
    return Config(protocol="http", region_id="central", endpoint=endpoint)


def model(kind: type[TeaModel], body: Json) -> Any:
    """The SDK's model of *body*, made by keyword as a caller makes it: its own `from_map` would send empty lists."""
    hints = _hints(kind)
    return kind(**{_snake(name): _member(hints[_snake(name)], value) for name, value in body.items()})


def _member(hint: Any, value: Any) -> Any:
    if isinstance(value, list):
        (item,) = get_args(hint)
        return [_member(item, one) for one in value]
    if isinstance(value, dict) and inspect.isclass(hint) and issubclass(hint, TeaModel):
        return model(hint, value)
    return value


@cache
def _hints(kind: type[TeaModel]) -> dict[str, Any]:
    return get_type_hints(kind.__init__)


def _snake(name: str) -> str:
    return re.sub("([A-Z])", lambda match: "_" + match[1].lower(), name)


def block_of(response: http.client.HTTPResponse) -> list[bytes]:
    """The lines of the next block of a stream of events; none at its end."""
    lines: list[bytes] = []
    while (line := response.readline()) not in (b"", b"\n"):
        lines.append(line)
    return lines


class App:
    """An app that has signed in to *server*, with the SDK, and may also speak HTTP by itself."""

    def __init__(self, server: Rili) -> None:
        self.server = server
        self.calendar = CalendarClient(config(server.endpoint))
        self.contact = ContactClient(config(server.endpoint))
        self.oauth2 = OAuth2Client(config(server.endpoint))
        self.token = self.sign_in()
        self.organizer, self.colleague, self.other = server.users[:3]

    def sign_in(self) -> str:
        request = oauth2_models.GetAccessTokenRequest(
            app_key=self.server.app_key, app_secret=self.server.app_secret
        )
        return self.oauth2.get_access_token(request).body.access_token

    # Through the SDK

    def patch(self, event_id: str, change: Json, *, user: str | None = None, **headers: Any) -> Any:
        """Update event. *change* is its JSON, without the id; *headers* are keywords of the SDK's model."""
        return self.calendar.patch_event_with_options(
            user or self.organizer.union_id,
            "primary",
            event_id,
            model(calendar_models.PatchEventRequest, {"id": event_id} | change),
            calendar_models.PatchEventHeaders(**self._token(headers)),
            RuntimeOptions(),
        )

    def ask(self, operation: str, *path: str, **query: Any) -> Any:
        """The body that any operation of the SDK answers; *query* are keywords of its request."""
        name = "".join(part.title() for part in operation.split("_"))
        kind = getattr(calendar_models, f"{name}Request", None)  # some have neither query nor body
        assert kind or not query
        requests = [kind(**query)] if kind else []
        headers = getattr(calendar_models, f"{name}Headers")(**self._token({}))
        method = getattr(self.calendar, f"{operation}_with_options")
        return getattr(method(*path, *requests, headers, RuntimeOptions()), "body", None)

    def list_events(self, *, user: str | None = None, calendar: str = "primary", **query: Any) -> Any:
        return self.ask("list_events", user or self.organizer.union_id, calendar, **query)

    def view(self, *, user: str | None = None, **query: Any) -> Any:
        return self.ask("list_events_view", user or self.organizer.union_id, "primary", **query)

    def instances(self, event_id: str, *, user: str | None = None, **query: Any) -> Any:
        return self.ask("list_instances", user or self.organizer.union_id, "primary", event_id, **query)

    def series_instances(self, *, user: str | None = None, **query: Any) -> Any:
        return self.ask("list_events_instances", user or self.organizer.union_id, "primary", **query)

    def _token(self, headers: Mapping[str, Any]) -> Json:
        return {"x_acs_dingtalk_access_token": self.token} | dict(headers)

    # Over HTTP

    def call(self, method: str, target: str, body: Any = None, **headers: str) -> Reply:
        """Any request with the app's token. `if_match` is the header If-Match, and so on."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return call(self.server.endpoint, method, target, {TOKEN: self.token} | named, body)

    def path(self, event_id: str | None = None, *, user: str | None = None, calendar: str = "primary") -> str:
        events = f"/v1.0/calendar/users/{user or self.organizer.union_id}/calendars/{calendar}/events"
        return events if event_id is None else f"{events}/{event_id}"

    def create(self, draft: Json | None = None, **headers: str) -> Json:
        """A new event; *draft* is added to a title and an hour."""
        reply = self.call("POST", self.path(), HOUR | (draft or {}), **headers)
        assert reply.status == 200, reply.body
        return reply.json

    def full_event(self) -> Json:
        """A new event with every member set, as Get shows it."""
        people = [{"id": self.colleague.union_id}, {"id": self.other.union_id, "isOptional": True}]
        made = self.create(FULL | {"attendees": people})
        shown: Json = self.get(made["id"]).json
        assert made == shown
        return shown

    def update(self, event_id: str, change: Json, *, query: str = "", **headers: str) -> Reply:
        return self.call("PUT", self.path(event_id) + query, {"id": event_id} | change, **headers)

    def make_series(self, draft: Json | None = None) -> tuple[str, list[str]]:
        """A new series, five days from Sunday, 2026-03-01, 10:00 unless *draft* says otherwise; its occurrences."""
        series_id = self.create(DAILY | (draft or {}))["id"]
        return series_id, self.occurrence_ids(series_id)

    def occurrence_ids(self, series_id: str, *, user: str | None = None) -> list[str]:
        """In the order of their starts, from 2026 on."""
        reply = self.call("GET", self.path(series_id, user=user) + "/instances?timeMin=2026-01-01T00:00:00Z")
        assert reply.status == 200, reply.body
        return [one["id"] for one in reply.json["events"]]

    def get(self, event_id: str, *, user: str | None = None, query: str = "") -> Reply:
        return self.call("GET", self.path(event_id, user=user) + query)

    def delete(self, event_id: str, *, user: str | None = None, query: str = "", **headers: str) -> Reply:
        return self.call("DELETE", self.path(event_id, user=user) + query, **headers)


def timed(start: str, end: str, zone: str = ZONE) -> Json:
    """`start` and `end` of a timed event."""
    return {
        "start": {"dateTime": start, "timeZone": zone},
        "end": {"dateTime": end, "timeZone": zone},
    }


HOUR: Json = {
    "summary": "Budget review",
    **timed("2026-03-10T14:00:00+08:00", "2026-03-10T15:00:00+08:00"),
    "isAllDay": False,
}


DAILY: Json = {
    **timed("2026-03-01T10:00:00+08:00", "2026-03-01T11:00:00+08:00"),
    "recurrence": {"pattern": {"type": "daily"}, "range": {"type": "numbered", "numberOfOccurrences": 5}},
}


FULL: Json = {
    "description": "Bring the Q3 figures",
    "location": {"displayName": "Building A, floor 9"},
    "reminders": [{"method": "dingtalk", "minutes": 15}, {"method": "dingtalk", "minutes": 60}],
    "recurrence": {"pattern": {"type": "daily"}, "range": {"type": "noEnd"}},
    "onlineMeetingInfo": {"type": "dingtalk"},
    "richTextDescription": {"text": "<p>Bring the <b>Q3</b> figures</p>"},
    "uiConfigs": [{"uiName": "transferEventButton", "uiStatus": "hide"}],
    "categories": [{"categoryId": "weekly", "displayName": "Weekly meeting"}],
    "cardInstances": [{"outTrackId": "card-1", "scenario": "calendar"}],
    "freeBusyStatus": "busy",
    "extra": {"noPushNotification": "true"},
}
"""Every member of an event set, so that one that is lost shows."""


def legacy_id(event_id: str) -> str:
    """The id that the event has in the API before 2021 (decision 59)."""
    return b64decode(b64decode(event_id)).hex().upper()


def at(text: str) -> Json:
    """`start` and `end` of an hour; *text* is like 03-10T14:00, of 2026."""
    start = datetime.fromisoformat(f"2026-{text}:00+08:00")
    return timed(start.isoformat(), (start + timedelta(hours=1)).isoformat())


def starts(events: Any) -> list[str]:
    """When *events*, the SDK's or JSON, start: 03-10T14:00, or 03-10 of an all-day one, without year and offset."""
    shown = [one if isinstance(one, dict) else one.to_map() for one in events or []]
    return [(one["start"].get("dateTime") or one["start"]["date"])[5:16] for one in shown]


@contextmanager
def refused(status: int, code: str, description: str = "", message: str | None = None) -> Iterator[None]:
    """What the SDK raises in the block is that error, and its description holds *description*."""
    with pytest.raises(Exception, match=rf"^Error: {re.escape(code)}|code: {status}") as raised:
        yield
    error: Any = raised.value
    assert (error.data["statusCode"], error.code) == (status, code)
    assert message in (None, error.data["message"])
    assert description in error.data.get("description", "")


def assert_refused(reply: Reply, status: int, code: str, message: str, description: str = "") -> None:
    """*reply* is the documented error, and its description holds *description*."""
    body = reply.json
    assert (reply.status, body["code"], body["message"]) == (status, code, message)
    assert reply.headers["content-type"] == "application/json;charset=utf-8"
    assert body["requestid"] == reply.headers["x-acs-request-id"]
    assert re.fullmatch(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", body["requestid"])
    assert description in body.get("description", "")
