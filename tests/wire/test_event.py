"""DingTalk's JSON on its way in: names, `null`, empty members, and the vendor's own samples (decisions 1 and 2)."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from msgspec.structs import fields

from rili.api.body import decode_json
from rili.errors import InvalidParameter
from rili.model.event import (
    AttendeeRights,
    Card,
    Category,
    Event,
    EventChange,
    Reminder,
    UiConfig,
    change_event,
)
from rili.model.people import GivenAttendee
from rili.model.recurrence import GivenPattern, GivenRange, GivenRecurrence, Pattern, Range, Recurrence
from rili.model.rules import Rules
from rili.model.when import GivenTime, GivenWhen
from rili.wire.event import CreateEvent, PatchEvent
from tests.model.make import CHANGED_MS, ORGANIZER, all_day, given_time, single, timed

BOTH: tuple[Rules, Rules] = ("documented", "lenient")
both_rules = pytest.mark.parametrize("rules", BOTH)


def read(body: object, rules: Rules = "documented") -> EventChange:
    return decode_json(json.dumps(body).encode(), PatchEvent).to_change(rules)


def update(event: Event, body: object, rules: Rules) -> Event:
    return change_event(
        event, read(body, rules), by=ORGANIZER, rules=rules, conference_id="new-meeting", now_ms=CHANGED_MS
    )


@both_rules
@pytest.mark.parametrize(
    ("body", "change"),
    [
        pytest.param({}, EventChange(), id="nothing"),
        pytest.param({"id": "e1", "unknown": [1, {}]}, EventChange(), id="members that say nothing"),
        pytest.param({"summary": "S"}, EventChange(summary="S"), id="summary"),
        pytest.param({"summary": ""}, EventChange(summary=""), id="summary, empty: for the model to refuse"),
        pytest.param({"description": ""}, EventChange(description=""), id="description, empty: emptied"),
        pytest.param(
            {"start": {"dateTime": "2026-03-10T14:00:00+08:00", "timeZone": "Asia/Shanghai"}},
            EventChange(when=GivenWhen(start=given_time("2026-03-10T14:00:00+08:00", "Asia/Shanghai"))),
            id="start",
        ),
        pytest.param(
            {"end": {"date": "2026-03-10", "dateTime": "", "timeZone": ""}},
            EventChange(when=GivenWhen(end=given_time(day="2026-03-10"))),
            id="decision 1: an empty string is empty",
        ),
        pytest.param(
            {"start": {"date": "", "dateTime": "2026-03-10T14:00", "timeZone": None}},
            EventChange(when=GivenWhen(start=given_time("2026-03-10T14:00"))),
            id="and so is null",
        ),
        pytest.param({"start": {}}, EventChange(when=GivenWhen(start=GivenTime())), id="start, empty"),
        pytest.param({"isAllDay": False}, EventChange(when=GivenWhen(all_day=False)), id="isAllDay"),
        pytest.param(
            {
                "recurrence": {
                    "pattern": {
                        "type": "weekly", "dayOfMonth": 14, "daysOfWeek": "monday,friday", "index": "first",
                        "interval": 2, "firstDayOfWeek": "monday",
                    },
                    "range": {"type": "numbered", "endDate": "", "numberOfOccurrences": 9},
                }
            },
            EventChange(
                recurrence=GivenRecurrence(
                    GivenPattern("weekly", 2, "monday,friday", 14, "first", "monday"),
                    GivenRange("numbered", None, 9),
                )
            ),
            id="recurrence",
        ),
        pytest.param({"recurrence": {}}, EventChange(recurrence=GivenRecurrence()), id="recurrence, empty"),
        pytest.param(
            {"recurrence": {"pattern": {}, "range": {}}},
            EventChange(recurrence=GivenRecurrence(GivenPattern(), GivenRange())),
            id="recurrence of empty objects",
        ),
        pytest.param(
            {"recurrence": {"pattern": {"type": "", "daysOfWeek": "", "index": "", "firstDayOfWeek": ""}}},
            EventChange(recurrence=GivenRecurrence(GivenPattern())),
            id="recurrence of empty strings",
        ),
        pytest.param(
            {"recurrence": {"pattern": {"interval": 0, "dayOfMonth": 0}, "range": {"numberOfOccurrences": 0}}},
            EventChange(
                recurrence=GivenRecurrence(
                    GivenPattern(interval=0, day_of_month=0), GivenRange(number_of_occurrences=0)
                )
            ),
            id="zero is a number, not an absence",
        ),
        pytest.param({"attendees": []}, EventChange(attendees=()), id="attendees, none"),
        pytest.param(
            {
                "attendees": [
                    {"id": "u1"},
                    {"id": "u2", "isOptional": True},
                    {"email": "eve@example.com", "isOptional": False},
                    {"id": "", "email": "", "isOptional": None},
                ]
            },
            EventChange(
                attendees=(
                    GivenAttendee("u1"),
                    GivenAttendee("u2", is_optional=True),
                    GivenAttendee(email="eve@example.com"),
                    GivenAttendee(),
                )
            ),
            id="attendees",
        ),
        pytest.param({"location": {"displayName": "A"}}, EventChange(location="A"), id="location"),
        pytest.param({"location": {}}, EventChange(location=None), id="location {} clears"),
        pytest.param({"location": {"displayName": ""}}, EventChange(location=None), id="an empty name clears"),
        pytest.param({"reminders": []}, EventChange(reminders=()), id="reminders, none"),
        pytest.param(
            {"reminders": [{"method": "dingtalk", "minutes": 15}, {"minutes": 0}]},
            EventChange(reminders=(Reminder(15), Reminder(0))),
            id="reminders",
        ),
        pytest.param(
            {"reminders": [{"method": "dingtalk", "minutes": "15"}], "extra": {"noPushNotification": None}},
            EventChange(reminders=(Reminder(15),)),
            id="decision 40: as answers say it",
        ),
        pytest.param(
            {"onlineMeetingInfo": {"type": "dingtalk"}}, EventChange(online_meeting="dingtalk"), id="a meeting"
        ),
        pytest.param({"onlineMeetingInfo": {}}, EventChange(online_meeting=None), id="no meeting"),
        pytest.param({"richTextDescription": {"text": "<b>"}}, EventChange(rich_text="<b>"), id="rich text"),
        pytest.param({"richTextDescription": {}}, EventChange(rich_text=None), id="rich text {} clears"),
        pytest.param({"uiConfigs": []}, EventChange(ui_configs=()), id="uiConfigs, none"),
        pytest.param(
            {"uiConfigs": [{"uiName": "comment", "uiStatus": "hide"}, {"uiName": "newOne", "uiStatus": "enable"}]},
            EventChange(ui_configs=(UiConfig("comment", "hide"), UiConfig("newOne", "enable"))),
            id="uiConfigs: the list of names grows",
        ),
        pytest.param(
            {"extra": {"noPushNotification": "true", "of our own": "x"}},
            EventChange(switches={"noPushNotification": "true", "of our own": "x"}),
            id="extra, any text",
        ),
        pytest.param(
            {"categories": [{"categoryId": "1", "displayName": "weekly"}, {}]},
            EventChange(categories=(Category("1", "weekly"), Category())),
            id="categories",
        ),
        pytest.param(
            {"cardInstances": [{"outTrackId": "t", "scenario": "s"}]},
            EventChange(cards=(Card("t", "s"),)),
            id="cardInstances",
        ),
        pytest.param({"freeBusyStatus": "free"}, EventChange(free_busy="free"), id="freeBusyStatus"),
        pytest.param(
            {"eventConfig": {"allowAttendeeAddConference": True, "allowAttendeeCreateComment": False}},
            EventChange(attendee_rights=AttendeeRights(add_conference=True, create_comment=False)),
            id="eventConfig",
        ),
        pytest.param({"eventConfig": {}}, EventChange(attendee_rights=None), id="eventConfig {} clears"),
    ],
)  # fmt: skip
def test_what_a_body_says(body: object, change: EventChange, rules: Rules) -> None:
    assert read(body, rules) == change


FIELDS = [field.encode_name for field in fields(PatchEvent)]


@both_rules
@pytest.mark.parametrize("field", FIELDS)
def test_decision_2_null_is_not_sent(field: str, rules: Rules) -> None:
    assert read({field: None}, rules) == EventChange()


def test_create_and_update_read_the_same() -> None:
    body = json.dumps({"summary": "S", "isAllDay": True, "reminders": []}).encode()

    assert decode_json(body, CreateEvent).to_change("documented") == read(json.loads(body))


@both_rules
@pytest.mark.parametrize(
    ("body", "described"),
    [
        pytest.param({"summary": 1}, "summary: expected string, got integer", id="a number for a text"),
        pytest.param(
            {"isAllDay": "true"}, "isAllDay: expected boolean, got string", id="a text for a boolean"
        ),
        pytest.param(
            {"start": "2026-03-10"}, "start: expected object, got string", id="a text for an object"
        ),
        pytest.param({"start": []}, "start: expected object, got array", id="an array for an object"),
        pytest.param({"attendees": {}}, "attendees: expected array, got object", id="an object for an array"),
        pytest.param(
            {"attendees": ["u1"]}, "attendees[0]: expected object, got string", id="a text in an array"
        ),
        pytest.param({"attendees": [None]}, "attendees[0]: expected object, got null", id="null in an array"),
        pytest.param(
            {"attendees": [{"id": "u1"}, {"id": 7}]},
            "attendees[1].id: expected string, got integer",
            id="deep inside",
        ),
        pytest.param(
            {"recurrence": {"pattern": {"interval": "2"}}},
            "recurrence.pattern.interval: expected integer, got string",
            id="a text for a number",
        ),
        pytest.param(
            {"recurrence": {"pattern": {"interval": 1.5}}},
            "recurrence.pattern.interval: expected integer, got number",
            id="a fraction",
        ),
        pytest.param(
            {"recurrence": {"pattern": {"daysOfWeek": ["monday"]}}},
            "recurrence.pattern.daysOfWeek: expected string, got array",
            id="days as an array",
        ),
        pytest.param(
            {"recurrence": {"range": {"numberOfOccurrences": 2**63}}},
            "recurrence.range.numberOfOccurrences: expected integer",
            id="a number beyond 64 bits",
        ),
        pytest.param(
            {"extra": {"noPushNotification": True}}, "extra[...]: expected string, got boolean", id="no text"
        ),
        pytest.param(
            {"freeBusyStatus": "away"}, "freeBusyStatus: expected one of busy, free", id="no such status"
        ),
        pytest.param(
            {"reminders": [{"minutes": "-1"}]},
            "reminders[0].minutes: ",
            id="minutes, a text that is no number",
        ),
        pytest.param(
            {"reminders": [{"method": "sms", "minutes": 5}]}, "reminders[0].method: ", id="no such method"
        ),
        pytest.param(
            {"reminders": [{"method": "dingtalk"}]}, "reminders[0].minutes: it is missing", id="no minutes"
        ),
        pytest.param(
            {"onlineMeetingInfo": {"type": "zoom"}}, "onlineMeetingInfo.type: ", id="no such meeting"
        ),
        pytest.param(
            {"uiConfigs": [{"uiName": "comment"}]}, "uiConfigs[0]: ", id="uiConfigs without a status"
        ),
        pytest.param({"uiConfigs": [{"uiStatus": "hide"}]}, "uiConfigs[0]: ", id="uiConfigs without a name"),
        pytest.param(
            {"uiConfigs": [{"uiName": "comment", "uiStatus": "hidden"}]},
            "uiConfigs[0].uiStatus: ",
            id="no such uiStatus",
        ),
        pytest.param({"start": {"dateTime": "tomorrow"}}, "start.dateTime: ", id="no date-time"),
        pytest.param({"end": {"date": "2026-02-30"}}, "end.date: ", id="no date"),
        pytest.param({"end": {"timeZone": "../../etc/passwd"}}, "end.timeZone: ", id="no zone"),
    ],
)
def test_a_wrong_body_is_told_its_member_and_rule(body: object, described: str, rules: Rules) -> None:
    with pytest.raises(InvalidParameter) as refused:
        read(body, rules)

    assert (refused.value.description or "").startswith(described)


@pytest.mark.parametrize(
    "items",
    [
        pytest.param([{}], id="an empty item"),
        pytest.param([{"uiName": "", "uiStatus": None}], id="an item of empty members"),
        pytest.param([{}, {"uiName": "comment", "uiStatus": "hide"}], id="beside a whole one"),
    ],
)
def test_decision_1_an_empty_item_of_ui_configs(items: list[Any]) -> None:
    whole = tuple(UiConfig(one["uiName"], one["uiStatus"]) for one in items if one.get("uiName"))

    assert read({"uiConfigs": items}, "lenient") == EventChange(ui_configs=whole)
    with pytest.raises(InvalidParameter, match='rules = "lenient"'):
        read({"uiConfigs": items}, "documented")


VENDOR_REQUEST: dict[str, Any] = {
    "summary": "test event",
    "id": "cnNTbW1YbU9sL2p6aFJZdEgvdlQrQT09",
    "description": "something about this event",
    "start": {"date": "2020-01-01", "dateTime": "2021-09-20T10:15:30+08:00", "timeZone": "Asia/Shanghai"},
    "end": {"date": "2020-01-01", "dateTime": "2021-09-20T10:15:30+08:00", "timeZone": "Asia/Shanghai"},
    "isAllDay": False,
    "recurrence": {
        "pattern": {
            "type": "daily",
            "dayOfMonth": 14,
            "daysOfWeek": "sunday,monday,wednesday",
            "index": "first",
            "interval": 7,
        },
        "range": {"type": "endDate", "endDate": "2021-12-31T10:15:30+08:00", "numberOfOccurrences": 1},
    },
    "attendees": [{"id": "iiiP35sJadba8aBSgjrwPRKgiEiF", "isOptional": True}],
    "location": {"displayName": "room 1-2-3"},
    "reminders": [{"method": "dingtalk", "minutes": 15}],
    "onlineMeetingInfo": {"type": "dingtalk"},
    "richTextDescription": {},
    "uiConfigs": [{}],
}
"""The request sample on the reference page of Update event: it breaks four of the page's own rules."""

STORED = single(when=timed("2021-09-20T10:15:30", "2021-09-20T11:15:30"))


def vendor_request(**offences: bool) -> dict[str, Any]:
    """The sample with all its offences mended but the ones named."""
    body = copy.deepcopy(VENDOR_REQUEST)
    if "date" not in offences:
        del body["start"]["date"], body["end"]["date"]
    if "end_and_number" in offences:
        body["recurrence"]["range"] = {"type": "numbered", "numberOfOccurrences": 1}
    elif "end_date_and_number" in offences:
        del body["end"]
    else:
        del body["recurrence"]["range"]["numberOfOccurrences"]
    if "ui_configs" not in offences:
        del body["uiConfigs"]
    return body


def test_vendor_sample_of_update_is_accepted_in_lenient_mode() -> None:
    event = update(STORED, VENDOR_REQUEST, "lenient")

    assert event.when == timed("2021-09-20T10:15:30", "2021-09-20T10:15:30")
    assert event.recurrence == Recurrence(
        Pattern("daily", 7), Range("endDate", end_date="2021-12-31T10:15:30+08:00")
    )
    assert (event.location, event.reminders, event.conference_id) == (
        "room 1-2-3",
        (Reminder(15),),
        "new-meeting",
    )
    assert (event.rich_text, event.ui_configs) == (None, ())


def test_vendor_sample_of_update_is_refused_in_documented_mode() -> None:
    with pytest.raises(InvalidParameter, match='rules = "lenient"'):
        update(STORED, VENDOR_REQUEST, "documented")


@pytest.mark.parametrize(
    ("offence", "named"),
    [
        pytest.param("date", "start.date", id="date on a timed event"),
        pytest.param("end_and_number", "end and recurrence.range.numberOfOccurrences", id="end and number"),
        pytest.param(
            "end_date_and_number", "recurrence.range: endDate and numberOf", id="endDate and number"
        ),
        pytest.param("ui_configs", "uiConfigs[0]", id="an empty item of uiConfigs"),
    ],
)
def test_each_offence_of_the_vendor_sample(offence: str, named: str) -> None:
    body = vendor_request(**{offence: True})

    with pytest.raises(InvalidParameter) as refused:
        update(STORED, body, "documented")

    assert refused.value.code == "invalidParameter"
    assert refused.value.status == 400
    assert named in (refused.value.description or "")
    assert 'rules = "lenient"' in (refused.value.description or "")
    assert update(STORED, body, "lenient").version == STORED.version + 1


@both_rules
def test_the_vendor_sample_without_its_offences(rules: Rules) -> None:
    assert update(STORED, vendor_request(), rules).conference_id == "new-meeting"


TUTORIAL: dict[str, Any] = {
    "id": "cnNTbW1YbU9sL2p6aFJZdEgvdlQrQT09",
    "summary": "test event",
    "start": {"date": "2021-09-20"},
    "end": {"date": "2021-09-20"},
    "isAllDay": True,
    "recurrence": {
        "pattern": {"type": "daily", "interval": 1},
        "range": {"type": "numbered", "numberOfOccurrences": 1},
    },
    "attendees": [{"id": "iiiP35sJadba8aBSgjrwPRKgiEiF", "isOptional": False}],
    "extra": {"noPushNotification": "false", "noChatNotification": "false"},
}
"""The vendor's tutorial on changing an event: one day that ends on the day it starts, and end beside a number."""


def test_vendor_tutorial_of_update() -> None:
    event = update(single(when=all_day("2021-09-20", "2021-09-21")), TUTORIAL, "lenient")

    assert event.when == all_day("2021-09-20", "2021-09-21")
    assert event.recurrence == Recurrence(Pattern("daily"), Range("numbered", number_of_occurrences=1))
    with pytest.raises(InvalidParameter, match='rules = "lenient"'):
        update(single(), TUTORIAL, "documented")
