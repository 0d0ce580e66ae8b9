"""Every documented refusal, by status, code and message: over HTTP, and as the SDK raises it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conformance.clients import HOUR, ZONE, App, Json, Reply, assert_refused, timed

FREE = None
"""A text that the reference leaves open: it repeats the description."""

INVALID = (400, "invalidParameter")
OCCURRENCES = "Recurrence range numberOfOccurrences must between [1, 99]"
INTERVAL = "Recurrence interval must between [1, 365]"


def daily(interval: int = 1, **range_: Any) -> Json:
    return {"recurrence": {"pattern": {"type": "daily", "interval": interval}, "range": range_}}


def _refused(reply: Reply, status: int, code: str, message: str | None, description: str) -> None:
    free = reply.json.get("description") if message is FREE else message
    assert_refused(reply, status, code, str(free), description)


# The table of the page, and what besides it a body can get wrong

UPDATES = [
    pytest.param({"summary": 7}, FREE, "summary: expected string, got integer", id="a number for a text"),
    pytest.param(
        {"isAllDay": "true"}, FREE, "isAllDay: expected boolean, got string", id="a text for a boolean"
    ),
    pytest.param(
        {"attendees": {}}, FREE, "attendees: expected array, got object", id="an object for an array"
    ),
    pytest.param({"reminders": [{"method": "dingtalk"}]}, FREE, "reminders[0].minutes", id="no minutes"),
    pytest.param({"reminders": [{"minutes": -1}]}, FREE, "reminders[0].minutes", id="negative minutes"),
    pytest.param(
        {"reminders": [{"method": "sms", "minutes": 5}]}, FREE, "reminders[0].method", id="no such method"
    ),
    pytest.param(
        {"onlineMeetingInfo": {"type": "zoom"}}, FREE, "onlineMeetingInfo.type", id="no such meeting"
    ),
    pytest.param({"freeBusyStatus": "tentative"}, FREE, "freeBusyStatus", id="no such status"),
    pytest.param({"extra": {"noPushNotification": True}}, FREE, "extra[...]", id="extra that is no text"),
    pytest.param({"summary": " "}, "Event summary cannot be blank", "summary", id="blank summary"),
    pytest.param({"summary": "x" * 2049}, FREE, "summary: 2049 characters", id="long summary"),
    pytest.param({"description": "x" * 5001}, FREE, "description: 5001 characters", id="long description"),
    pytest.param(
        {"uiConfigs": [{"uiName": "comment"}]},
        FREE,
        "uiConfigs[0]: an item needs uiName",
        id="half a uiConfig",
    ),
    pytest.param(
        {"uiConfigs": [{"uiName": "comment", "uiStatus": "gone"}]},
        FREE,
        "uiConfigs[0].uiStatus",
        id="no such uiStatus",
    ),
    pytest.param(daily(numberOfOccurrences=100), OCCURRENCES, "numberOfOccurrences", id="100 occurrences"),
    pytest.param(daily(numberOfOccurrences=0), OCCURRENCES, "numberOfOccurrences", id="0 occurrences"),
    pytest.param(daily(366), INTERVAL, "interval", id="interval 366"),
    pytest.param(daily(0), INTERVAL, "interval", id="interval 0"),
    pytest.param(
        {"start": {"dateTime": "2026-03-10 14:00", "timeZone": ZONE}},
        FREE,
        "start.dateTime",
        id="no ISO 8601",
    ),
    pytest.param(
        {"start": {"dateTime": "2026-02-30T14:00:00+08:00"}}, FREE, "start.dateTime", id="no such day"
    ),
    pytest.param(
        {"start": {"dateTime": "2026-03-10T14:00:00+08:00", "timeZone": "Mars"}},
        FREE,
        "start.timeZone",
        id="no such zone",
    ),
    pytest.param(
        {"start": {"timeZone": ZONE}}, "Event start time not set.", "start.dateTime", id="no start time"
    ),
    pytest.param({"end": {}}, "Event end time not set.", "end.dateTime", id="no end time"),
    pytest.param(
        {"start": {"dateTime": "2026-03-10T14:00:00Z", "timeZone": "UTC"}},
        FREE,
        "start.timeZone: end must be sent with it",
        id="zone without end",
    ),
    pytest.param(
        {"start": {"dateTime": "2026-03-10T15:00:01+08:00", "timeZone": ZONE}},
        FREE,
        "end: it lies before start",
        id="end first",
    ),
    pytest.param(
        {
            "start": {"dateTime": "2026-03-10T09:00:00+08:00", "timeZone": ZONE},
            "end": {"dateTime": "2026-03-10T10:00:00+08:00", "timeZone": "Asia/Tokyo"},
        },
        FREE,
        "end.timeZone: it must be the zone of start",
        id="two zones",
    ),
    pytest.param(
        {"isAllDay": True}, FREE, "isAllDay: start and end must be sent with it", id="all day alone"
    ),
    pytest.param(
        {"isAllDay": True, "start": {"date": "2026-03-10"}, "end": {"date": "2026-03-09"}},
        FREE,
        "end.date: it lies before start.date",
        id="all day, end first",
    ),
    pytest.param({"id": "another"}, FREE, "id: it is not the event id of the path", id="another id"),
    pytest.param({"id": None}, "Event id summary cannot be blank", "id", id="null id"),
    pytest.param({"id": ""}, "Event id summary cannot be blank", "id", id="empty id"),
]


@pytest.mark.parametrize(("change", "message", "description"), UPDATES)
def test_update(app: App, change: Json, message: str | None, description: str) -> None:
    event = app.create()

    _refused(app.update(event["id"], change), *INVALID, message, description)

    assert app.get(event["id"]).json == event


@pytest.mark.parametrize(
    ("target", "body", "status", "code", "message", "description"),
    [
        pytest.param("{event}", None, *INVALID, "Event must be provided.", "body", id="no body"),
        pytest.param("{event}", b" ", *INVALID, "Event must be provided.", "body", id="white space"),
        pytest.param("{event}", {}, *INVALID, "Event id summary cannot be blank", "id", id="empty object"),
        pytest.param("{event}", b"{", *INVALID, FREE, "body", id="no JSON"),
        pytest.param("{event}", b"[]", *INVALID, FREE, "body: expected object, got array", id="an array"),
        pytest.param("{event}", b"null", *INVALID, FREE, "body: expected object", id="null"),
        pytest.param("{event}", b'{"id":"\xff"}', *INVALID, FREE, "body", id="no UTF-8"),
        pytest.param(
            "{user}/calendars/%20/events/{id}",
            {},
            *INVALID,
            "CalendarId cannot be blank",
            "calendarId",
            id="blank calendar",
        ),
        pytest.param(
            "{user}/calendars//events/{id}",
            {},
            *INVALID,
            "CalendarId cannot be blank",
            "calendarId",
            id="empty calendar",
        ),
        pytest.param(
            "{user}/calendars/team/events/{id}",
            {"id": "{id}"},
            404,
            "itemNotFound",
            "Calendar does not exist.",
            "team",
            id="unknown calendar",
        ),
        pytest.param(
            "{user}/calendars/primary/events/x",
            {"id": "x"},
            404,
            "itemNotFound",
            "Event does not exist.",
            "has no event x",
            id="unknown event",
        ),
        pytest.param(
            "me/calendars/primary/events/{id}",
            {"id": "{id}"},
            *INVALID,
            FREE,
            "me needs a user token",
            id="me with an app token",
        ),
    ],
)
def test_update_of_something_else(
    app: App, target: str, body: Any, status: int, code: str, message: str | None, description: str
) -> None:
    event_id = app.create()["id"]
    target = target.replace("{event}", "{user}/calendars/primary/events/{id}")
    target = target.replace("{user}", app.organizer.union_id).replace("{id}", event_id)
    if isinstance(body, dict):
        body = {name: value.replace("{id}", event_id) for name, value in body.items()}

    reply = app.call("PUT", f"/v1.0/calendar/users/{target}", body)

    _refused(reply, status, code, message, description)


CREATES = [
    pytest.param({"summary": ""}, "Event summary cannot be blank", "summary", id="blank summary"),
    pytest.param({"summary": None}, "Event summary cannot be blank", "summary", id="no summary"),
    pytest.param({"start": None}, "Event start time not set.", "start", id="no start"),
    pytest.param(
        {"start": {"date": "2026-03-10"}}, "Event start time not set.", "isAllDay", id="a date, not all day"
    ),
    pytest.param({"end": None}, "Event end time not set.", "end", id="no end"),
    pytest.param(daily(numberOfOccurrences=100), OCCURRENCES, "numberOfOccurrences", id="100 occurrences"),
    pytest.param(daily(0), INTERVAL, "interval", id="interval 0"),
    pytest.param({"start": {"dateTime": "2026-03-10T14:00:00+08:00"}}, FREE, "start.timeZone", id="no zone"),
    pytest.param(
        timed("2026-03-10T14:00:00+08:00", "2026-03-10T13:00:00+08:00"),
        FREE,
        "end: it lies before start",
        id="end first",
    ),
]


@pytest.mark.parametrize(("draft", "message", "description"), CREATES)
def test_create(app: App, draft: Json, message: str | None, description: str) -> None:
    _refused(app.call("POST", app.path(), HOUR | draft), *INVALID, message, description)


def test_create_of_nothing(app: App) -> None:
    assert_refused(app.call("POST", app.path()), *INVALID, "Event must be provided.")
    assert_refused(app.call("POST", app.path(), {}), *INVALID, "Event summary cannot be blank")
    blank = app.path(calendar="%20")
    assert_refused(app.call("POST", blank, HOUR), *INVALID, "CalendarId cannot be blank")


@pytest.mark.parametrize(
    ("body", "message", "description"),
    [
        pytest.param({"summary": ""}, "Event summary cannot be blank", "summary", id="blank summary"),
        pytest.param({"description": "x" * 5001}, FREE, "description", id="a long text"),
        pytest.param({"reminders": [{"minutes": -1}]}, FREE, "reminders[0].minutes", id="negative minutes"),
        pytest.param({"attendees": [{"id": "x"}] * 501}, FREE, "attendees", id="501 people"),
        pytest.param(daily(366), INTERVAL, "interval", id="interval"),
        pytest.param(daily(numberOfOccurrences=0), OCCURRENCES, "numberOfOccurrences", id="occurrences"),
    ],
)
def test_a_wrong_body_comes_before_who_and_where(
    app: App, body: Json, message: str | None, description: str
) -> None:
    """Members, formats and limits, then existence, then permission."""
    event_id = app.create({"attendees": [{"id": app.colleague.union_id}]})["id"]
    unknown = app.path("unknown"), {"id": "unknown"} | body
    not_the_organizers = app.path(event_id, user=app.colleague.union_id), {"id": event_id} | body

    for target, sent in (unknown, not_the_organizers):
        _refused(app.call("PUT", target, sent), *INVALID, message, description)
    _refused(app.call("POST", app.path(user="nobody"), HOUR | body), *INVALID, message, description)


def test_a_missing_member_comes_before_an_unknown_user(app: App) -> None:
    reply = app.call("POST", app.path(user="nobody"), {"summary": "S"})

    assert_refused(reply, *INVALID, "Event start time not set.")


@pytest.mark.parametrize(
    ("kind", "description"),
    [
        pytest.param("nobody", "nobody here has the unionId nobody", id="nobody"),
        pytest.param("userid", "it is a userid, and /topapi/v2/user/get tells its unionId", id="userid"),
        pytest.param("email", "it is a mail address, and a unionId is needed", id="mail address"),
        pytest.param(
            "mobile", "it is a mobile number, and /topapi/v2/user/getbymobile tells whose", id="mobile number"
        ),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "GET", "DELETE"])
def test_unknown_path_user(app: App, method: str, kind: str, description: str) -> None:
    """Which kind of id was given instead of a unionId (decision 8)."""
    user = getattr(app.colleague, kind, kind)
    event_id = app.create()["id"]
    target = app.path(None if method == "POST" else event_id, user=user)
    body = {"POST": HOUR, "PUT": {"id": event_id}}.get(method)

    assert_refused(app.call(method, target, body), 404, "itemNotFound", "User does not exist.", description)


# As the SDK raises them

Act = Callable[[App, str], Any]


@pytest.mark.parametrize(
    ("act", "status", "code", "message"),
    [
        pytest.param(
            lambda app, id_: app.patch(id_, {"summary": "x" * 2049}), *INVALID, FREE, id="free text"
        ),
        pytest.param(
            lambda app, id_: app.patch(id_, {"id": ""}),
            *INVALID,
            "Event id summary cannot be blank",
            id="no id",
        ),
        pytest.param(lambda app, id_: app.patch(id_, daily(0)), *INVALID, INTERVAL, id="interval"),
        pytest.param(
            lambda app, id_: app.patch(id_, daily(numberOfOccurrences=100)),
            *INVALID,
            OCCURRENCES,
            id="occurrences",
        ),
        pytest.param(
            lambda app, _: app.patch("unknown", {}),
            404,
            "itemNotFound",
            "Event does not exist.",
            id="unknown event",
        ),
        pytest.param(
            lambda app, id_: app.patch(id_, {}, user=app.colleague.union_id),
            403,
            "permissionDenied",
            "permission denied",
            id="not the organizer",
        ),
        pytest.param(
            lambda app, id_: app.patch(id_, {}, x_acs_dingtalk_access_token="wrong"),
            400,
            "InvalidAuthentication",
            "不合法的access_token",
            id="wrong token",
        ),
    ],
)
def test_what_the_sdk_raises(app: App, act: Act, status: int, code: str, message: str | None) -> None:
    event_id = app.create({"attendees": [{"id": app.colleague.union_id}]})["id"]

    with pytest.raises(Exception) as raised:
        act(app, event_id)

    error: Any = raised.value
    text = error.data["description"] if message is FREE else message
    assert (error.code, error.data["statusCode"], error.data["message"]) == (code, status, text)
    assert error.message == f"code: {status}, {text} request id: {error.data['requestid']}"
