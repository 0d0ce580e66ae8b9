"""The setting `rules`: what the page forbids, though the vendor's own samples do it (decision 1)."""

from __future__ import annotations

import pytest

from tests.conformance.clients import ZONE, App, Json, assert_refused, timed

VENDOR_SAMPLE: Json = {
    "summary": "test event",
    "description": "something about this event",
    "start": {"date": "2026-03-20", "dateTime": "2026-03-20T10:15:30+08:00", "timeZone": ZONE},
    "end": {"date": "2026-03-20", "dateTime": "2026-03-20T10:15:30+08:00", "timeZone": ZONE},
    "isAllDay": False,
    "recurrence": {
        "pattern": {
            "type": "daily", "dayOfMonth": 14, "daysOfWeek": "sunday", "index": "first", "interval": 1,
        },
        "range": {"type": "endDate", "endDate": "2026-12-31T10:15:30+08:00", "numberOfOccurrences": 1},
    },
    "attendees": [{"id": "{colleague}", "isOptional": True}],
    "location": {"displayName": "room 1"},
    "reminders": [{"method": "dingtalk", "minutes": 15}],
    "onlineMeetingInfo": {"type": "dingtalk"},
    "richTextDescription": {},
    "uiConfigs": [{}],
}  # fmt: skip
"""The request of the page's sample, its masked values filled in."""

ALL_DAY_TUTORIAL: Json = {
    "isAllDay": True,
    "start": {"date": "2026-03-20"},
    "end": {"date": "2026-03-20"},
    "recurrence": {"pattern": {"type": "daily"}, "range": {"type": "numbered", "numberOfOccurrences": 1}},
    "extra": {"noPushNotification": "false", "noChatNotification": "false"},
}
"""The request of the tutorial on changing an event."""

ROWS = [
    pytest.param(
        {
            "recurrence": {
                "pattern": {"type": "daily"},
                "range": {"type": "endDate", "endDate": "2026-12-31", "numberOfOccurrences": 5},
            }
        },
        {"recurrence": {
            "pattern": {"type": "daily", "interval": 1}, "range": {"type": "endDate", "endDate": "2026-12-31"},
        }},
        id="endDate and numberOfOccurrences, endDate",
    ),
    pytest.param(
        {
            "recurrence": {
                "pattern": {"type": "daily"},
                "range": {"type": "numbered", "endDate": "2026-12-31", "numberOfOccurrences": 5},
            }
        },
        {"recurrence": {
            "pattern": {"type": "daily", "interval": 1}, "range": {"type": "numbered", "numberOfOccurrences": 5},
        }},
        id="endDate and numberOfOccurrences, numbered",
    ),
    pytest.param(
        {
            **timed("2026-03-10T14:00:00+08:00", "2026-03-10T16:00:00+08:00"),
            "recurrence": {"pattern": {"type": "daily"}, "range": {"numberOfOccurrences": 5}},
        },
        {
            **timed("2026-03-10T14:00:00+08:00", "2026-03-10T16:00:00+08:00"),
            "recurrence": {
                "pattern": {"type": "daily", "interval": 1}, "range": {"type": "numbered", "numberOfOccurrences": 5},
            },
        },
        id="end and numberOfOccurrences",
    ),
    pytest.param(
        {"start": {"date": "2026-03-09", "dateTime": "2026-03-10T13:00:00+08:00", "timeZone": ZONE}},
        {"start": {"dateTime": "2026-03-10T13:00:00+08:00", "timeZone": ZONE}},
        id="date on a timed event",
    ),
    pytest.param(
        {
            "isAllDay": True,
            "start": {"date": "2026-03-10", "dateTime": "2026-03-11T13:00:00+08:00"},
            "end": {"date": "2026-03-11", "timeZone": ZONE},
        },
        {"isAllDay": True, "start": {"date": "2026-03-10"}, "end": {"date": "2026-03-11"}},
        id="dateTime and timeZone on an all-day event",
    ),
    pytest.param({"uiConfigs": [{}]}, {}, id="empty uiConfigs item"),
    pytest.param({"id": None, "summary": "no id"}, {"summary": "no id"}, id="no id"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), ROWS)
def test_documented(app: App, change: Json, expected: Json) -> None:
    event = app.create()

    reply = app.update(event["id"], change)

    no_id = "id" in change
    message = "Event id summary cannot be blank" if no_id else reply.json["message"]
    assert_refused(reply, 400, "invalidParameter", message, 'rules = "lenient"')
    assert app.get(event["id"]).json == event


@pytest.mark.parametrize(("change", "expected"), ROWS)
def test_lenient(lenient_app: App, change: Json, expected: Json) -> None:
    event = lenient_app.create()

    assert lenient_app.update(event["id"], change).status == 200

    assert lenient_app.get(event["id"]).json == event | expected


def test_the_vendors_sample_by_the_documented_rules(app: App) -> None:
    event = app.create()

    reply = app.update(event["id"], _sample(app))

    assert_refused(reply, 400, "invalidParameter", reply.json["message"], 'rules = "lenient"')
    assert app.get(event["id"]).json == event


def test_the_vendors_sample_leniently(lenient_app: App) -> None:
    event_id = lenient_app.create()["id"]

    answer = lenient_app.patch(event_id, _sample(lenient_app)).body

    assert answer.start.to_map() == {"dateTime": "2026-03-20T10:15:30+08:00", "timeZone": ZONE}
    assert answer.end.to_map() == answer.start.to_map()
    assert answer.recurrence.to_map() == {
        "pattern": {"type": "daily", "interval": 1},
        "range": {"type": "endDate", "endDate": "2026-12-31T10:15:30+08:00"},
    }
    assert (answer.rich_text_description, answer.ui_configs) == (None, [])
    assert [one.is_optional for one in answer.attendees] == [False, True]


def test_the_vendors_tutorial_by_the_documented_rules(app: App) -> None:
    reply = app.update(app.create()["id"], ALL_DAY_TUTORIAL)

    assert_refused(reply, 400, "invalidParameter", reply.json["message"], "numberOfOccurrences")


def test_the_vendors_tutorial_leniently(lenient_app: App) -> None:
    """`end` with `numberOfOccurrences`, and an end on the day of the start."""
    answer = lenient_app.patch(lenient_app.create()["id"], ALL_DAY_TUTORIAL).body

    assert (answer.start.date, answer.end.date) == ("2026-03-20", "2026-03-21")


RULE: Json = {
    "pattern": {"type": "daily", "interval": 1},
    "range": {"type": "numbered", "numberOfOccurrences": 5},
}


def test_create_may_have_end_and_number(app: App) -> None:
    """Also by the documented rules: Create requires `end`."""
    assert app.create({"recurrence": RULE})["recurrence"] == RULE


def test_create_may_have_end_and_number_leniently(lenient_app: App) -> None:
    assert lenient_app.create({"recurrence": RULE})["recurrence"] == RULE


def _sample(app: App) -> Json:
    return VENDOR_SAMPLE | {"attendees": [{"id": app.colleague.union_id, "isOptional": True}]}
