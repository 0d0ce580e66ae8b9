"""DingTalk's JSON on its way out: exact text of the contract's answers."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from rili.model.event import AttendeeRights, Card, Category, Event, Reminder, UiConfig
from rili.model.people import Attendee, organizer_only
from rili.model.recurrence import Pattern, Range, Recurrence
from rili.wire.event_view import event_view
from tests.model.make import ORGANIZER, all_day, single, timed

LI = organizer_only(ORGANIZER, "Li Wei")
CHEN = Attendee("Xk7t", "Chen An", place=1)
EVE = Attendee("g1", "eve@example.com", True, "declined", "eve@example.com", place=2)


def view(
    event: Event, people: tuple[Attendee, ...] = (LI,), viewer: str = ORGANIZER, shown: int = 500
) -> Any:
    answer = event_view(
        event, people, viewer_id=viewer, shown=shown, meeting_url=lambda id_: f"https://meet.example/{id_}"
    )
    return json.loads(msgspec.json.encode(answer))


ALWAYS = {
    "id": "M1Z3SEEyOHBkZjlMemxhTFpSSFR2QT09",
    "summary": "Budget review",
    "status": "confirmed",
    "start": {"dateTime": "2026-03-10T14:00:00+08:00", "timeZone": "Asia/Shanghai"},
    "end": {"dateTime": "2026-03-10T15:00:00+08:00", "timeZone": "Asia/Shanghai"},
    "isAllDay": False,
    "attendees": [
        {
            "id": ORGANIZER,
            "displayName": "Li Wei",
            "responseStatus": "accepted",
            "self": True,
            "isOptional": False,
        }
    ],
    "organizer": {"id": ORGANIZER, "displayName": "Li Wei", "responseStatus": "accepted", "self": True},
    "reminders": [],
    "createTime": "2026-03-02T01:15:04Z",
    "updateTime": "2026-03-02T01:15:04Z",
    "extendedProperties": {"sharedProperties": {"belongCorpId": "ding8f2c4b7a91d3e605"}},
    "freeBusyStatus": "busy",
}


def test_members_without_a_value_are_left_out() -> None:
    assert view(single()) == ALWAYS


def test_every_member() -> None:
    event = single(
        description="Bring the Q3 figures",
        recurrence=Recurrence(Pattern("daily", 2), Range("endDate", "2026-12-31T10:15:30+0800")),
        location="Building A, floor 9",
        reminders=(Reminder(15), Reminder(0)),
        conference_id="7d1e2b64",
        rich_text="<p>Bring</p>",
        ui_configs=(UiConfig("transferEventButton", "hide"),),
        categories=(Category("1", "weekly"), Category("2")),
        cards=(Card("track", "scene"),),
        free_busy="free",
        attendee_rights=AttendeeRights(add_conference=True, create_comment=False),
    )

    assert view(event) == ALWAYS | {
        "description": "Bring the Q3 figures",
        "recurrence": {
            "pattern": {"type": "daily", "interval": 2},
            "range": {"type": "endDate", "endDate": "2026-12-31T10:15:30+0800"},
        },
        "location": {"displayName": "Building A, floor 9"},
        "reminders": [{"method": "dingtalk", "minutes": "15"}, {"method": "dingtalk", "minutes": "0"}],
        "onlineMeetingInfo": {
            "type": "dingtalk",
            "conferenceId": "7d1e2b64",
            "url": "https://meet.example/7d1e2b64",
        },
        "richTextDescription": {"text": "<p>Bring</p>"},
        "uiConfigs": [{"uiName": "transferEventButton", "uiStatus": "hide"}],
        "categories": [{"categoryId": "1", "displayName": "weekly"}, {"categoryId": "2"}],
        "cardInstances": [{"outTrackId": "track", "scenario": "scene"}],
        "freeBusyStatus": "free",
        "eventConfig": {"allowAttendeeAddConference": True, "allowAttendeeCreateComment": False},
    }


@pytest.mark.parametrize(
    ("when", "times"),
    [
        pytest.param(
            all_day("2024-06-01", "2024-06-02"),
            {"start": {"date": "2024-06-01"}, "end": {"date": "2024-06-02"}, "isAllDay": True},
            id="all-day: the end is the day after",
        ),
        pytest.param(
            timed("2026-03-25T02:00:00.000Z", "2026-03-25T03:00:00.000Z", "UTC"),
            {
                "start": {"dateTime": "2026-03-25T02:00:00Z", "timeZone": "UTC"},
                "end": {"dateTime": "2026-03-25T03:00:00Z", "timeZone": "UTC"},
            },
            id="UTC: Z, and no fractions",
        ),
        pytest.param(
            timed("2026-11-01T01:30-04:00", "2026-11-01T01:30-05:00", "America/New_York"),
            {
                "start": {"dateTime": "2026-11-01T01:30:00-04:00", "timeZone": "America/New_York"},
                "end": {"dateTime": "2026-11-01T01:30:00-05:00", "timeZone": "America/New_York"},
            },
            id="decision 6: the offset tells the passes of an hour apart",
        ),
        pytest.param(
            timed("2026-03-08T02:30", "2026-03-08T03:30", "America/New_York"),
            {
                "start": {"dateTime": "2026-03-08T03:30:00-04:00", "timeZone": "America/New_York"},
                "end": {"dateTime": "2026-03-08T03:30:00-04:00", "timeZone": "America/New_York"},
            },
            id="decision 6: a skipped time is printed as the instant it is",
        ),
    ],
)
def test_times(when: Any, times: dict[str, Any]) -> None:
    assert view(single(when=when)) == ALWAYS | times


@pytest.mark.parametrize(
    ("pattern", "printed"),
    [
        pytest.param(Pattern("daily"), {"type": "daily", "interval": 1}, id="daily"),
        pytest.param(
            Pattern("weekly", 2, days_of_week=(0, 3), first_day_of_week=0),
            {"type": "weekly", "interval": 2, "daysOfWeek": "monday,thursday", "firstDayOfWeek": "monday"},
            id="weekly, where Monday counts though it is 0",
        ),
        pytest.param(
            Pattern("absoluteMonthly", day_of_month=31),
            {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 31},
            id="absoluteMonthly",
        ),
        pytest.param(
            Pattern("relativeMonthly", days_of_week=(6,), index="last"),
            {"type": "relativeMonthly", "interval": 1, "daysOfWeek": "sunday", "index": "last"},
            id="relativeMonthly",
        ),
        pytest.param(
            Pattern("absoluteYearly"),
            {"type": "absoluteYearly", "interval": 1, "dayOfMonth": 10},
            id="absoluteYearly: the day is the start's",
        ),
    ],
)
def test_patterns(pattern: Pattern, printed: dict[str, Any]) -> None:
    assert view(single(recurrence=Recurrence(pattern, Range())))["recurrence"] == {
        "pattern": printed,
        "range": {"type": "noEnd"},
    }


@pytest.mark.parametrize(
    ("range_", "printed"),
    [
        pytest.param(
            Range("numbered", number_of_occurrences=99),
            {"type": "numbered", "numberOfOccurrences": 99},
            id="99",
        ),
        pytest.param(
            Range("endDate", "2026-12-31"), {"type": "endDate", "endDate": "2026-12-31"}, id="as sent"
        ),
    ],
)
def test_ranges(range_: Range, printed: dict[str, Any]) -> None:
    assert view(single(recurrence=Recurrence(Pattern("daily"), range_)))["recurrence"]["range"] == printed


@pytest.mark.parametrize(
    ("viewer", "selves"),
    [
        pytest.param(ORGANIZER, [True, False, False], id="the organizer"),
        pytest.param("Xk7t", [False, True, False], id="an attendee"),
        pytest.param("another", [False, False, False], id="who is not on it"),
    ],
)
def test_self_is_whom_the_call_is_made_for(viewer: str, selves: list[bool]) -> None:
    answer = view(single(), (LI, CHEN, EVE), viewer)

    assert [one["self"] for one in answer["attendees"]] == selves
    assert answer["organizer"]["self"] is selves[0]


def test_a_guest_has_a_mail_address_and_a_colleague_has_none() -> None:
    assert view(single(), (LI, CHEN, EVE))["attendees"][1:] == [
        {
            "id": "Xk7t",
            "displayName": "Chen An",
            "responseStatus": "needsAction",
            "self": False,
            "isOptional": False,
        },
        {
            "id": "g1",
            "displayName": "eve@example.com",
            "responseStatus": "declined",
            "self": False,
            "isOptional": True,
            "email": "eve@example.com",
        },
    ]


@pytest.mark.parametrize(
    ("shown", "ids"),
    [
        pytest.param(0, [], id="none"),
        pytest.param(1, [ORGANIZER], id="the organizer is the first"),
        pytest.param(2, [ORGANIZER, "Xk7t"], id="the first of them"),
        pytest.param(500, [ORGANIZER, "Xk7t", "g1"], id="more than there are"),
    ],
)
def test_decision_15_no_more_attendees_than_asked_for(shown: int, ids: list[str]) -> None:
    answer = view(single(), (LI, CHEN, EVE), shown=shown)

    assert [one["id"] for one in answer["attendees"]] == ids
    assert answer["organizer"]["id"] == ORGANIZER


def test_times_of_making_and_changing_are_utc() -> None:
    answer = view(single(updated_ms=1_772_500_000_999))

    assert (answer["createTime"], answer["updateTime"]) == ("2026-03-02T01:15:04Z", "2026-03-03T01:06:40Z")
