"""Every field of Update event, alone and together: sent through the SDK, read back, and nothing else touched."""

from __future__ import annotations

from http.client import HTTPConnection
from typing import Any
from uuid import UUID

import pytest

from tests.conformance.backdoor import outbox
from tests.conformance.clients import FULL, ZONE, App, Json, timed
from tests.people import SharedDatabase

NOT_IN_SDK = {"status", "freeBusyStatus"}
"""Members of our answer that the SDK's model of this answer does not have."""

GONE = object()

NEW_YORK = "America/New_York"
# A change as it is sent, and what it makes of the event's members. One that is GONE is not answered any more.
CHANGES = [
    pytest.param({}, {}, id="nothing but the id"),
    pytest.param({"summary": "标题 é 😀"}, {"summary": "标题 é 😀"}, id="summary"),
    pytest.param({"summary": "x" * 2048}, {"summary": "x" * 2048}, id="longest summary"),
    pytest.param({"description": "Q4"}, {"description": "Q4"}, id="description"),
    pytest.param({"description": ""}, {"description": ""}, id="empty description"),
    pytest.param({"description": "x" * 5000}, {"description": "x" * 5000}, id="longest description"),
    pytest.param(
        {"start": {"dateTime": "2026-03-10T13:30:00+08:00", "timeZone": ZONE}},
        {"start": {"dateTime": "2026-03-10T13:30:00+08:00", "timeZone": ZONE}},
        id="start alone",
    ),
    pytest.param(
        {"start": {"dateTime": "2026-03-10T13:30:00"}},
        {"start": {"dateTime": "2026-03-10T13:30:00+08:00", "timeZone": ZONE}},
        id="start without offset and zone",
    ),
    pytest.param(
        {"start": {"dateTime": "2026-03-10T05:30:00.000Z", "timeZone": ZONE, "date": ""}},
        {"start": {"dateTime": "2026-03-10T13:30:00+08:00", "timeZone": ZONE}},
        id="start in another offset, with milliseconds",
    ),
    pytest.param(
        {"end": {"dateTime": "2026-03-10T18:00:00+08:00", "timeZone": ZONE}},
        {"end": {"dateTime": "2026-03-10T18:00:00+08:00", "timeZone": ZONE}},
        id="end alone",
    ),
    pytest.param(
        timed("2026-03-11T09:00:00+08:00", "2026-03-11T09:00:00+08:00"),
        timed("2026-03-11T09:00:00+08:00", "2026-03-11T09:00:00+08:00"),
        id="start and end, the same",
    ),
    pytest.param(
        timed("2026-03-10T09:00:00-04:00", "2026-03-10T10:00:00-04:00", NEW_YORK),
        timed("2026-03-10T09:00:00-04:00", "2026-03-10T10:00:00-04:00", NEW_YORK),
        id="another zone",
    ),
    pytest.param(
        timed("2026-03-10T14:00:00+08:00", "2026-03-10T15:00:00+08:00", NEW_YORK),
        timed("2026-03-10T02:00:00-04:00", "2026-03-10T03:00:00-04:00", NEW_YORK),
        id="another zone, the same instants",
    ),
    pytest.param(
        timed("2026-11-01T01:30:00-05:00", "2026-11-01T01:45:00-05:00", NEW_YORK),
        timed("2026-11-01T01:30:00-05:00", "2026-11-01T01:45:00-05:00", NEW_YORK),
        id="second pass of an autumn hour",
    ),
    pytest.param(
        timed("2026-03-08T02:30:00", "2026-03-08T04:00:00", NEW_YORK),
        timed("2026-03-08T03:30:00-04:00", "2026-03-08T04:00:00-04:00", NEW_YORK),
        id="an hour that spring skips",
    ),
    pytest.param(
        timed("2026-03-25T02:00:00Z", "2026-03-25T03:00Z", "UTC"),
        timed("2026-03-25T02:00:00Z", "2026-03-25T03:00:00Z", "UTC"),
        id="UTC",
    ),
    pytest.param(
        {"isAllDay": True, "start": {"date": "2026-03-10"}, "end": {"date": "2026-03-12"}},
        {"isAllDay": True, "start": {"date": "2026-03-10"}, "end": {"date": "2026-03-12"}},
        id="all day",
    ),
    pytest.param(
        {
            "isAllDay": True,
            "start": {"date": "2026-03-10", "dateTime": "", "timeZone": ""},
            "end": {"date": "2026-03-10"},
        },
        {"isAllDay": True, "start": {"date": "2026-03-10"}, "end": {"date": "2026-03-11"}},
        id="all day, end on the day of start",
    ),
    pytest.param({"isAllDay": False}, {}, id="isAllDay as it is"),
    pytest.param(
        {"location": {"displayName": "Room 2"}}, {"location": {"displayName": "Room 2"}}, id="location"
    ),
    pytest.param({"location": {}}, {"location": GONE}, id="empty location"),
    pytest.param({"reminders": []}, {"reminders": []}, id="no reminders"),
    pytest.param(
        {"reminders": [{"method": "dingtalk", "minutes": 0}, {"method": "dingtalk", "minutes": 1440}]},
        {"reminders": [{"method": "dingtalk", "minutes": "0"}, {"method": "dingtalk", "minutes": "1440"}]},
        id="reminders",
    ),
    pytest.param(
        {"richTextDescription": {"text": "<p>Q4</p>"}},
        {"richTextDescription": {"text": "<p>Q4</p>"}},
        id="rich text",
    ),
    pytest.param({"richTextDescription": {}}, {"richTextDescription": GONE}, id="empty rich text"),
    pytest.param(
        {
            "uiConfigs": [
                {"uiName": "updateEventButton", "uiStatus": "disable"},
                {"uiName": "deleteEventButton", "uiStatus": "enable"},
                {"uiName": "attendee", "uiStatus": "hide"},
                {"uiName": "aNewOne", "uiStatus": "hide"},
            ]
        },
        {
            "uiConfigs": [
                {"uiName": "updateEventButton", "uiStatus": "disable"},
                {"uiName": "deleteEventButton", "uiStatus": "enable"},
                {"uiName": "attendee", "uiStatus": "hide"},
                {"uiName": "aNewOne", "uiStatus": "hide"},
            ]
        },
        id="uiConfigs",
    ),
    pytest.param({"uiConfigs": []}, {"uiConfigs": GONE}, id="no uiConfigs"),
    pytest.param(
        {"categories": [{"categoryId": "review", "displayName": "Review"}]},
        {"categories": [{"categoryId": "review", "displayName": "Review"}]},
        id="categories",
    ),
    pytest.param({"categories": []}, {"categories": GONE}, id="no categories"),
    pytest.param(
        {"cardInstances": [{"outTrackId": "card-2", "scenario": "s"}]},
        {"cardInstances": [{"outTrackId": "card-2", "scenario": "s"}]},
        id="cardInstances",
    ),
    pytest.param({"cardInstances": []}, {"cardInstances": GONE}, id="no cardInstances"),
    pytest.param({"freeBusyStatus": "free"}, {"freeBusyStatus": "free"}, id="freeBusyStatus"),
    pytest.param({"extra": {"noChatNotification": "true"}}, {}, id="extra"),
    pytest.param(
        {
            "summary": "All",
            "description": "of it",
            **timed("2026-03-12T09:00:00+01:00", "2026-03-12T09:30:00+01:00", "Europe/Berlin"),
            "isAllDay": False,
            "recurrence": {
                "pattern": {"type": "weekly", "daysOfWeek": "thursday,monday", "interval": 2},
                "range": {"type": "endDate", "endDate": "2026-06-30"},
            },
            "location": {"displayName": "Berlin"},
            "extra": {"noPushNotification": "true", "noChatNotification": "false"},
            "reminders": [{"method": "dingtalk", "minutes": 5}],
            "richTextDescription": {"text": "<i>of it</i>"},
            "uiConfigs": [{"uiName": "comment", "uiStatus": "disable"}],
            "categories": [{"categoryId": "all", "displayName": "All hands"}],
            "cardInstances": [{"outTrackId": "card-3", "scenario": "all"}],
            "freeBusyStatus": "free",
        },
        {
            "summary": "All",
            "description": "of it",
            **timed("2026-03-12T09:00:00+01:00", "2026-03-12T09:30:00+01:00", "Europe/Berlin"),
            "recurrence": {
                "pattern": {
                    "type": "weekly",
                    "daysOfWeek": "monday,thursday",
                    "interval": 2,
                    "firstDayOfWeek": "sunday",
                },
                "range": {"type": "endDate", "endDate": "2026-06-30"},
            },
            "location": {"displayName": "Berlin"},
            "reminders": [{"method": "dingtalk", "minutes": "5"}],
            "richTextDescription": {"text": "<i>of it</i>"},
            "uiConfigs": [{"uiName": "comment", "uiStatus": "disable"}],
            "categories": [{"categoryId": "all", "displayName": "All hands"}],
            "cardInstances": [{"outTrackId": "card-3", "scenario": "all"}],
            "freeBusyStatus": "free",
        },
        id="all together",
    ),
]


@pytest.mark.parametrize(("change", "expected"), CHANGES)
def test_field(app: App, change: Json, expected: Json) -> None:
    before = app.full_event()
    app.server.clock.advance(minutes=1)

    answer = app.patch(before["id"], change)

    after = app.get(before["id"]).json
    wanted = before | expected | {"updateTime": "2026-03-02T01:01:00Z"}
    assert after == {name: value for name, value in wanted.items() if value is not GONE}
    assert_same(answer.body.to_map(), after)


@pytest.mark.parametrize(("change", "expected"), [CHANGES[-1]])
def test_answer_is_what_get_says(app: App, change: Json, expected: Json) -> None:
    event_id = app.full_event()["id"]

    answer = app.update(event_id, change)

    read = app.get(event_id)
    assert (answer.status, answer.body, answer.headers["etag"]) == (200, read.body, read.headers["etag"])


def test_what_get_answers_can_be_sent_back(app: App) -> None:
    """Read, change one member, send all: members that Update does not know are passed over.

    But reminders, whose minutes are text in answers, and the meeting, of which each mention makes a new one.
    """
    read = app.full_event()
    whole = {name: value for name, value in read.items() if name not in ("reminders", "onlineMeetingInfo")}

    assert app.update(read["id"], whole | {"summary": "Changed"}).status == 200

    assert app.get(read["id"]).json == read | {"summary": "Changed"}


def test_null_is_not_sent(app: App) -> None:
    before = app.full_event()

    app.update(before["id"], dict.fromkeys(FULL | {"summary": 0, "start": 0, "attendees": 0}))

    assert app.get(before["id"]).json == before


def test_create_takes_the_same_fields(app: App) -> None:
    shown = app.full_event()

    for name in FULL.keys() - {"reminders", "onlineMeetingInfo", "recurrence", "extra"}:
        assert shown[name] == FULL[name]
    assert shown["reminders"] == [
        {"method": "dingtalk", "minutes": "15"},
        {"method": "dingtalk", "minutes": "60"},
    ]


@pytest.mark.parametrize(
    ("draft", "reminders"),
    [
        pytest.param({}, [{"method": "dingtalk", "minutes": "15"}], id="timed"),
        pytest.param(
            {"isAllDay": True, "start": {"date": "2026-03-10"}, "end": {"date": "2026-03-11"}},
            [{"method": "dingtalk", "minutes": "900"}],
            id="all day: 09:00 the day before",
        ),
        pytest.param({"reminders": []}, [], id="none wanted"),
    ],
)
def test_default_reminders(app: App, draft: Json, reminders: list[Json]) -> None:
    assert app.create(draft)["reminders"] == reminders


def test_each_online_meeting_is_new(app: App) -> None:
    before = app.full_event()
    ask = {"onlineMeetingInfo": {"type": "dingtalk"}}

    changed = [app.patch(before["id"], ask).body.to_map() for _ in range(2)]

    seen = [one["onlineMeetingInfo"] for one in (before, *changed)]
    after = app.get(before["id"]).json
    assert after["onlineMeetingInfo"] == seen[-1]
    assert after == before | {"onlineMeetingInfo": seen[-1]}
    assert len({UUID(one["conferenceId"]) for one in seen}) == 3
    assert {one["type"] for one in seen} == {"dingtalk"}


def test_online_meeting_can_be_reached(app: App) -> None:
    meeting = app.full_event()["onlineMeetingInfo"]
    prefix = f"{app.server.base_url}/meet/"
    assert meeting["url"] == prefix + meeting["conferenceId"]

    connection = HTTPConnection(app.server.endpoint, timeout=10)
    connection.request("GET", meeting["url"].removeprefix(app.server.base_url))
    answer = connection.getresponse()
    connection.close()

    assert answer.status == 302
    assert answer.headers["location"] == "https://meet.jit.si/" + meeting["conferenceId"]


def test_empty_online_meeting_ends_it(app: App) -> None:
    before = app.full_event()

    app.patch(before["id"], {"onlineMeetingInfo": {}})

    assert "onlineMeetingInfo" not in app.get(before["id"]).json


def test_extra_reaches_the_outbox(app: App, database: SharedDatabase) -> None:
    """It says whom this one change is announced to, so that is where it goes."""
    event_id = app.full_event()["id"]

    app.patch(event_id, {"extra": {"noPushNotification": "false", "noChatNotification": "true", "own": "x"}})
    app.patch(event_id, {"summary": "quietly"})

    assert [row.get("switches", {}) for row in outbox(app, database, event_id)] == [
        {"noPushNotification": "true"},
        {"noPushNotification": "false", "noChatNotification": "true", "own": "x"},
        {},
    ]


def test_outbox_holds_before_and_after(app: App, database: SharedDatabase) -> None:
    event_id = app.full_event()["id"]

    app.patch(event_id, {"summary": "After"})

    created, updated = outbox(app, database, event_id)
    assert updated["before"] == created["after"]
    assert (updated["before"]["summary"], updated["after"]["summary"]) == ("Budget review", "After")
    assert updated["operator_id"] == app.organizer.union_id
    assert updated["app_key"] == app.server.app_key


def assert_same(sdk: Json, answered: Json) -> None:
    """The SDK read every member of *answered* that it has a place for."""
    read = {name: value for name, value in sdk.items() if value != []}
    answered = {name: value for name, value in answered.items() if value != []}
    assert answered.keys() - read.keys() <= NOT_IN_SDK
    assert _filled(read) == {name: _filled(answered[name]) for name in read}


def _filled(value: Any) -> Any:
    """Without what the SDK's models fill in: empty lists."""
    if isinstance(value, dict):
        return {name: _filled(one) for name, one in value.items() if one != []}
    return [_filled(one) for one in value] if isinstance(value, list) else value
