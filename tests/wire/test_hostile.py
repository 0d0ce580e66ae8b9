"""Whatever a body holds, only a Failure comes of it, or an event that can be stored, read and answered."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rili.api.body import decode_json
from rili.errors import Failure
from rili.model.event import Event, Origin, asks_again, change_event, new_event
from rili.model.people import check_given, organizer_only
from rili.model.rules import Rules
from rili.wire.event import PatchEvent
from rili.wire.event_view import event_view
from tests.model.make import CHANGED_MS, ORGANIZER, all_day, series, single, timed
from tests.properties import everyday

HARMLESS = st.text("abc 日\n", max_size=4)
TEXT = st.one_of(
    HARMLESS,
    st.text(max_size=8),
    st.sampled_from(
        ["", " ", "\0", "\ud800", "\U0001f4c5", "null", "../../etc/passwd", "%s{}", "x" * 5001, "- at `$"]
    ),
)
NUMBER = st.one_of(
    st.integers(-3, 400),
    st.sampled_from(
        [2**31, 2**53, 2**63 - 1, 2**63, -(2**63) - 1, 10**400, 1.0, 0.5, 1e308, float("nan"), float("inf")]
    ),
)
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBER, TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=6,
)


def member(likely: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly what fits; now and then null, another type, or anything."""
    return st.integers(0, 30).flatmap(
        lambda roll: (st.none(), TEXT, NUMBER, ANYTHING)[roll] if roll < 4 else likely
    )


def body_of(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional={name: member(likely) for name, likely in members.items()})


DATE = st.one_of(
    st.sampled_from(
        ["", "2026-03-10", "2026-03-11", "1000-01-01", "9000-12-31", "0001-01-01", "9999-12-31", "2026-02-30"]
    ),
    st.dates(date(1890, 1, 1), date(2090, 1, 1)).map(str),
)
DATE_TIME = st.one_of(
    st.sampled_from([
        "2026-03-10T14:00", "2026-03-10T15:00:00+08:00", "2026-03-08T02:30", "1000-01-01T00:00+23:59",
        "9000-12-31T23:59:59-23:59", "0001-01-01T00:00Z", "9999-12-31T23:59:59Z", "2026-03-10T14:00:00.000Z", "T",
    ]),
    st.datetimes(datetime(1890, 1, 1), datetime(2090, 1, 1)).map(lambda wall: wall.isoformat("T", "seconds")),
    st.datetimes().map(lambda wall: wall.strftime("%Y-%m-%dT%H:%M-2359")),
)  # fmt: skip
ZONE = st.sampled_from(
    ["Asia/Shanghai", "America/New_York", "Pacific/Apia", "UTC", "Factory", "asia/shanghai", ""]
)
TIME = st.one_of(
    st.fixed_dictionaries({"dateTime": DATE_TIME, "timeZone": ZONE}),
    st.fixed_dictionaries({"date": DATE}),
    body_of(date=DATE, dateTime=DATE_TIME, timeZone=ZONE),
)
PATTERN = body_of(
    type=st.sampled_from(
        ["daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly"]
    ),
    dayOfMonth=st.integers(-1, 33),
    daysOfWeek=st.sampled_from(["monday", "sunday, MONDAY", ",", "someday"]),
    index=st.sampled_from(["first", "last", "fifth"]),
    interval=st.integers(-1, 367),
    firstDayOfWeek=st.sampled_from(["monday", "SUNDAY", "x"]),
)
RANGE = body_of(
    type=st.sampled_from(["noEnd", "endDate", "numbered", "never"]),
    endDate=st.one_of(DATE, DATE_TIME),
    numberOfOccurrences=st.integers(-1, 101),
)
WHEN = st.one_of(
    body_of(start=TIME, end=TIME, isAllDay=st.booleans()),
    st.builds(
        lambda start, end, zone: {
            "start": {"dateTime": start, "timeZone": zone}, "end": {"dateTime": end, "timeZone": zone},
        },
        st.sampled_from(["2026-03-08T02:30", "2011-12-29T10:00", "2026-11-01T01:30-04:00", "1000-01-01T00:00"]),
        st.sampled_from(["2026-11-01T01:30-05:00", "2026-11-01T01:30", "9000-12-31T23:59:59Z"]),
        st.sampled_from(["Asia/Shanghai", "America/New_York", "Pacific/Apia", "UTC", "Factory"]),
    ),
    st.builds(
        lambda start, end: {"start": {"date": start}, "end": {"date": end}, "isAllDay": True},
        st.sampled_from(["2026-03-10", "2024-02-29", "1000-01-01"]),
        st.sampled_from(["2026-03-10", "2026-03-11", "9000-12-31"]),
    ),
)  # fmt: skip
REST = body_of(
    id=HARMLESS,
    description=HARMLESS,
    recurrence=body_of(pattern=PATTERN, range=RANGE),
    attendees=st.lists(body_of(id=HARMLESS, email=HARMLESS, isOptional=st.booleans()), max_size=3),
    location=body_of(displayName=HARMLESS),
    reminders=st.lists(body_of(method=st.just("dingtalk"), minutes=st.integers(-1, 100)), max_size=6),
    onlineMeetingInfo=body_of(type=st.just("dingtalk")),
    richTextDescription=body_of(text=HARMLESS),
    uiConfigs=st.lists(body_of(uiName=HARMLESS, uiStatus=st.sampled_from(["hide", "x"])), max_size=3),
    extra=st.dictionaries(HARMLESS, HARMLESS, max_size=2),
    categories=st.lists(body_of(categoryId=HARMLESS, displayName=HARMLESS), max_size=2),
    cardInstances=st.lists(body_of(outTrackId=HARMLESS, scenario=HARMLESS), max_size=2),
    freeBusyStatus=st.sampled_from(["busy", "free"]),
    eventConfig=body_of(allowAttendeeAddConference=st.booleans()),
)
REPEATS = st.fixed_dictionaries(
    {
        "recurrence": st.fixed_dictionaries(
            {
                "pattern": st.fixed_dictionaries(
                    {"type": st.sampled_from(["daily", "weekly", "absoluteMonthly", "absoluteYearly"])},
                    optional={"interval": st.integers(1, 365), "dayOfMonth": st.integers(1, 31)},
                )
            },
            optional={"range": RANGE},
        )
    }
)
BODY = st.builds(
    lambda summary, when, rest: {"summary": summary} | when | rest,
    member(st.just("S")),
    WHEN,
    st.one_of(REST, REPEATS, st.just({})),
)

STORED = [
    pytest.param(single(), id="timed"),
    pytest.param(single(when=all_day("2026-03-10", "2026-03-11")), id="all-day"),
    pytest.param(single(recurrence=series(end_date="2026-12-31T10:00Z")), id="series"),
    pytest.param(
        single(when=timed("2026-11-01T01:30-05:00", "2026-11-02T00:00", "America/New_York")), id="fold"
    ),
]


def refused(failure: Failure) -> None:
    """A failure of the caller's, which can be written into an answer."""
    assert failure.status == 400
    assert failure.message
    msgspec.json.encode([failure.message, failure.description])


def answered(event: Event) -> None:
    """Do with *event* all that is done between its making and the end of its answer."""
    assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event
    assert event.when.starts_ms <= event.when.ends_ms
    assert event.until_ms is None or event.until_ms >= event.when.ends_ms
    view = event_view(
        event,
        (organizer_only(ORGANIZER, "Li Wei"),),
        viewer_id=ORGANIZER,
        shown=500,
        meeting_url=lambda conference_id: conference_id,
    )
    assert "\0" not in msgspec.json.encode(view).decode()


@pytest.mark.parametrize("rules", ["documented", "lenient"])
@settings(everyday, max_examples=everyday.max_examples * 3)
@given(body=BODY)
def test_only_a_failure_comes_of_making_an_event(rules: Rules, body: object) -> None:
    try:
        change = decode_json(json.dumps(body).encode(), PatchEvent).to_change(rules)
        if change.attendees:
            check_given(change.attendees)
        event = new_event(
            Origin("corp", "calendar", ORGANIZER),
            change,
            rules=rules,
            event_id="e1",
            conference_id="c",
            now_ms=0,
        )
    except Failure as failure:
        refused(failure)
    else:
        answered(event)


@pytest.mark.parametrize("rules", ["documented", "lenient"])
@pytest.mark.parametrize("stored", STORED)
@everyday
@given(body=BODY)
def test_only_a_failure_comes_of_changing_an_event(stored: Event, rules: Rules, body: object) -> None:
    try:
        change = decode_json(json.dumps(body).encode(), PatchEvent).to_change(rules)
        event = change_event(stored, change, by=ORGANIZER, rules=rules, conference_id="c", now_ms=CHANGED_MS)
    except Failure as failure:
        refused(failure)
    else:
        assert event.version == stored.version + 1
        asks_again(stored, event)
        answered(event)


@pytest.mark.parametrize("rules", ["documented", "lenient"])
@everyday
@given(body=BODY)
def test_a_change_that_was_accepted_changes_nothing_the_second_time(rules: Rules, body: object) -> None:
    try:
        change = decode_json(json.dumps(body).encode(), PatchEvent).to_change(rules)
        once = change_event(single(), change, by=ORGANIZER, rules=rules, conference_id="c", now_ms=CHANGED_MS)
        twice = change_event(once, change, by=ORGANIZER, rules=rules, conference_id="c", now_ms=CHANGED_MS)
    except Failure:
        return
    assert twice == msgspec.structs.replace(once, version=once.version + 1)
    assert not asks_again(once, twice)


@everyday
@given(
    st.one_of(
        st.binary(max_size=64),
        ANYTHING.map(lambda value: json.dumps(value, ensure_ascii=False).encode(errors="replace")),
    )
)
def test_only_a_failure_comes_of_any_bytes(raw: bytes) -> None:
    try:
        decode_json(raw, PatchEvent)
    except Failure as failure:
        refused(failure)
