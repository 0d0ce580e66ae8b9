"""Timed or on whole days: events.md 3.2, and decisions 1 and 2."""

from __future__ import annotations

from typing import Any

import pytest

from rili.errors import InvalidParameter
from rili.model.rules import Rules
from rili.model.when import GivenTime, GivenWhen, When, change_when, new_when
from tests.model.make import all_day, given_time, timed

SHANGHAI, TOKYO, NEW_YORK = "Asia/Shanghai", "Asia/Tokyo", "America/New_York"
TEN, ELEVEN = "2026-03-10T10:00", "2026-03-10T11:00"
MEETING = timed(TEN, ELEVEN)
TRIP = all_day("2026-03-10", "2026-03-13")

BOTH: tuple[Rules, Rules] = ("documented", "lenient")
both_rules = pytest.mark.parametrize("rules", BOTH)

NO_START = "Event start time not set."
NO_END = "Event end time not set."


def given(
    start: GivenTime | None = None, end: GivenTime | None = None, all_day: bool | None = None
) -> GivenWhen:
    return GivenWhen(start, end, all_day)


def day(text: str, **more: Any) -> GivenTime:
    return given_time(**more, day=text)


@both_rules
@pytest.mark.parametrize(
    ("sent", "when"),
    [
        pytest.param(
            given(given_time(TEN, SHANGHAI), given_time(ELEVEN, SHANGHAI), False), MEETING, id="timed"
        ),
        pytest.param(
            given(given_time(TEN, SHANGHAI), given_time(ELEVEN, SHANGHAI)),
            MEETING,
            id="isAllDay inferred from dateTime",
        ),
        pytest.param(
            given(given_time(TEN, SHANGHAI), given_time(TEN, SHANGHAI)),
            timed(TEN, TEN),
            id="ends as it starts",
        ),
        pytest.param(
            given(given_time("2026-03-10T02:00Z", SHANGHAI), given_time("2026-03-10T12:00+09:00", SHANGHAI)),
            MEETING,
            id="offsets of their own",
        ),
        pytest.param(
            given(
                given_time("2026-11-01T01:30-04:00", NEW_YORK), given_time("2026-11-01T01:30-05:00", NEW_YORK)
            ),
            timed("2026-11-01T01:30-04:00", "2026-11-01T01:30-05:00", NEW_YORK),
            id="an hour from the first pass to the second",
        ),
        pytest.param(
            given(day("2026-03-10"), day("2026-03-13"), True), TRIP, id="all-day, the end is the day after"
        ),
        pytest.param(given(day("2026-03-10"), day("2026-03-13")), TRIP, id="isAllDay inferred from date"),
        pytest.param(
            given(day("2026-03-10"), day("2026-03-10"), True),
            all_day("2026-03-10", "2026-03-11"),
            id="decision 1: an end on the day of the start is one day",
        ),
    ],
)
def test_a_new_event(sent: GivenWhen, when: When, rules: Rules) -> None:
    assert new_when(sent, rules) == when


@both_rules
@pytest.mark.parametrize(
    ("sent", "message"),
    [
        pytest.param(given(), NO_START, id="nothing"),
        pytest.param(given(end=given_time(ELEVEN, SHANGHAI)), NO_START, id="no start"),
        pytest.param(given(given_time(TEN, SHANGHAI)), NO_END, id="no end"),
        pytest.param(given(GivenTime(), given_time(ELEVEN, SHANGHAI)), NO_START, id="empty start"),
        pytest.param(given(given_time(TEN, SHANGHAI), GivenTime()), NO_END, id="empty end"),
        pytest.param(
            given(given_time(zone=SHANGHAI), given_time(ELEVEN, SHANGHAI)), NO_START, id="only a zone"
        ),
        pytest.param(given(all_day=True), NO_START, id="all-day, nothing"),
        pytest.param(given(day("2026-03-10"), all_day=True), NO_END, id="all-day, no end"),
        pytest.param(
            given(given_time(TEN, SHANGHAI), day("2026-03-10"), True), NO_START, id="all-day by a time"
        ),
        pytest.param(given(day("2026-03-10"), day("2026-03-11"), False), NO_START, id="timed by a date"),
        pytest.param(
            given(day("2026-03-10"), given_time(ELEVEN, SHANGHAI)), NO_END, id="from a date to a time"
        ),
        pytest.param(given(given_time(TEN), given_time(ELEVEN)), "start.timeZone", id="no zone"),
        pytest.param(
            given(given_time(TEN), given_time(ELEVEN, SHANGHAI)), "start.timeZone", id="no zone of start"
        ),
        pytest.param(
            given(given_time(TEN, SHANGHAI), given_time(ELEVEN)), "end.timeZone", id="no zone of end"
        ),
        pytest.param(
            given(given_time(TEN, SHANGHAI), given_time(ELEVEN, TOKYO)),
            "end.timeZone",
            id="the end in another zone",
        ),
        pytest.param(
            given(given_time(TEN, SHANGHAI), given_time(ELEVEN, "PRC")),
            "end.timeZone",
            id="the zone by another name",
        ),
        pytest.param(
            given(given_time(ELEVEN, SHANGHAI), given_time(TEN, SHANGHAI)), "end", id="ends before it starts"
        ),
        pytest.param(
            given(
                given_time("2026-11-01T01:30-05:00", NEW_YORK), given_time("2026-11-01T01:45-04:00", NEW_YORK)
            ),
            "end",
            id="ends before it starts, though later by the clock on the wall",
        ),
        pytest.param(given(day("2026-03-11"), day("2026-03-10"), True), "end.date", id="ends the day before"),
    ],
)
def test_a_new_event_is_refused(sent: GivenWhen, message: str, rules: Rules) -> None:
    with pytest.raises(InvalidParameter) as refused:
        new_when(sent, rules)

    assert refused.value.message.startswith(message)
    assert refused.value.description


DECISION_1 = [
    pytest.param(
        given(day("2026-03-09", date_time=TEN, zone=SHANGHAI), given_time(ELEVEN, SHANGHAI), False),
        MEETING,
        id="date on a timed start",
    ),
    pytest.param(
        given(given_time(TEN, SHANGHAI), day("2026-03-09", date_time=ELEVEN, zone=SHANGHAI), False),
        MEETING,
        id="date on a timed end",
    ),
    pytest.param(
        given(day("2026-03-10", date_time=TEN), day("2026-03-13"), True),
        TRIP,
        id="dateTime on an all-day start",
    ),
    pytest.param(
        given(day("2026-03-10"), day("2026-03-13", date_time=ELEVEN), True),
        TRIP,
        id="dateTime on an all-day end",
    ),
    pytest.param(
        given(day("2026-03-10", zone=SHANGHAI), day("2026-03-13", zone=TOKYO), True),
        TRIP,
        id="timeZone on an all-day event, as real clients send it",
    ),
]


@pytest.mark.parametrize(("sent", "when"), DECISION_1)
def test_decision_1_on_a_new_event(sent: GivenWhen, when: When) -> None:
    assert new_when(sent, "lenient") == when
    with pytest.raises(InvalidParameter, match='rules = "lenient"'):
        new_when(sent, "documented")


@pytest.mark.parametrize(("sent", "when"), DECISION_1)
@pytest.mark.parametrize("stored", [pytest.param(MEETING, id="timed"), pytest.param(TRIP, id="all-day")])
def test_decision_1_on_a_change(stored: When, sent: GivenWhen, when: When) -> None:
    assert change_when(stored, sent, "lenient") == when
    with pytest.raises(InvalidParameter, match='rules = "lenient"'):
        change_when(stored, sent, "documented")


@both_rules
@pytest.mark.parametrize(
    ("stored", "sent", "when"),
    [
        pytest.param(MEETING, given(), MEETING, id="nothing"),
        pytest.param(MEETING, given(all_day=False), MEETING, id="still timed"),
        pytest.param(TRIP, given(all_day=True), TRIP, id="still all-day"),
        pytest.param(MEETING, given(given_time("2026-03-10T10:30")), timed("2026-03-10T10:30", ELEVEN), id="the start"),
        pytest.param(MEETING, given(given_time(ELEVEN)), timed(ELEVEN, ELEVEN), id="the start, up to the end"),
        pytest.param(
            MEETING, given(end=given_time("2026-03-10T12:00")), timed(TEN, "2026-03-10T12:00"), id="the end"
        ),
        pytest.param(
            MEETING, given(end=given_time("2026-03-10T12:00", SHANGHAI)), timed(TEN, "2026-03-10T12:00"),
            id="the end, with the zone it has",
        ),
        pytest.param(
            MEETING, given(given_time("2026-03-10T10:30", SHANGHAI)), timed("2026-03-10T10:30", ELEVEN),
            id="the start, with the zone it has",
        ),
        pytest.param(
            MEETING, given(given_time("2026-03-11T10:00"), given_time("2026-03-11T11:00")),
            timed("2026-03-11T10:00", "2026-03-11T11:00"),
            id="both, without a zone: it stays",
        ),
        pytest.param(
            MEETING, given(given_time(TEN, TOKYO), given_time(ELEVEN, TOKYO)), timed(TEN, ELEVEN, TOKYO), id="the zone"
        ),
        pytest.param(
            MEETING, given(given_time(TEN, TOKYO), given_time(ELEVEN)), timed(TEN, ELEVEN, TOKYO),
            id="the zone, by the start alone, with both sent",
        ),
        pytest.param(
            MEETING, given(given_time("2026-03-10T11:00+09:00"), given_time("2026-03-10T12:00+09:00")), MEETING,
            id="the same instants, written elsewhere",
        ),
        pytest.param(TRIP, given(day("2026-03-12")), all_day("2026-03-12", "2026-03-13"), id="the first day"),
        pytest.param(TRIP, given(end=day("2026-03-11")), all_day("2026-03-10", "2026-03-11"), id="the last day"),
        pytest.param(
            TRIP, given(end=day("2026-03-10")), all_day("2026-03-10", "2026-03-11"), id="decision 1: one day"
        ),
        pytest.param(
            TRIP, given(given_time(TEN, SHANGHAI), given_time(ELEVEN, SHANGHAI), False), MEETING, id="timed now"
        ),
        pytest.param(MEETING, given(day("2026-03-10"), day("2026-03-13"), True), TRIP, id="all-day now"),
    ],
)  # fmt: skip
def test_a_change(stored: When, sent: GivenWhen, when: When, rules: Rules) -> None:
    assert change_when(stored, sent, rules) == when


@both_rules
@pytest.mark.parametrize(
    ("stored", "sent", "message"),
    [
        pytest.param(
            MEETING, given(given_time(TEN, TOKYO)), "start.timeZone", id="decision 2: a zone without the end"
        ),
        pytest.param(
            MEETING, given(given_time(TEN, "PRC")), "start.timeZone", id="the same zone by another name"
        ),
        pytest.param(
            MEETING, given(end=given_time(ELEVEN, TOKYO)), "end.timeZone", id="another zone for the end"
        ),
        pytest.param(
            MEETING,
            given(given_time(TEN), given_time(ELEVEN, TOKYO)),
            "end.timeZone",
            id="a zone by the end alone",
        ),
        pytest.param(MEETING, given(given_time("2026-03-10T11:01")), "end", id="a start after the end"),
        pytest.param(MEETING, given(end=given_time("2026-03-10T09:59")), "end", id="an end before the start"),
        pytest.param(MEETING, given(GivenTime()), NO_START, id="an empty start"),
        pytest.param(MEETING, given(end=GivenTime()), NO_END, id="an empty end"),
        pytest.param(MEETING, given(given_time(zone=SHANGHAI)), NO_START, id="a start that is a zone"),
        pytest.param(
            MEETING, given(day("2026-03-10"), day("2026-03-11")), NO_START, id="dates, but not isAllDay"
        ),
        pytest.param(MEETING, given(all_day=True), "isAllDay", id="all-day without start and end"),
        pytest.param(MEETING, given(day("2026-03-10"), all_day=True), "isAllDay", id="all-day without end"),
        pytest.param(TRIP, given(all_day=False), "isAllDay", id="timed without start and end"),
        pytest.param(
            TRIP, given(end=given_time(ELEVEN, SHANGHAI), all_day=False), "isAllDay", id="timed, no start"
        ),
        pytest.param(
            TRIP,
            given(given_time(TEN), given_time(ELEVEN), False),
            "start.timeZone",
            id="timed without a zone",
        ),
        pytest.param(
            TRIP,
            given(given_time(TEN), given_time(ELEVEN, SHANGHAI), False),
            "start.timeZone",
            id="timed, zone of end",
        ),
        pytest.param(
            MEETING,
            given(given_time(TEN, SHANGHAI), given_time(ELEVEN, SHANGHAI), True),
            NO_START,
            id="all-day by times",
        ),
        pytest.param(TRIP, given(given_time(TEN, SHANGHAI)), NO_START, id="a time for an all-day start"),
        pytest.param(TRIP, given(GivenTime()), NO_START, id="an empty all-day start"),
        pytest.param(TRIP, given(day("2026-03-14")), "end.date", id="a first day after the last"),
        pytest.param(TRIP, given(end=day("2026-03-09")), "end.date", id="a last day before the first"),
    ],
)
def test_a_change_is_refused(stored: When, sent: GivenWhen, message: str, rules: Rules) -> None:
    with pytest.raises(InvalidParameter) as refused:
        change_when(stored, sent, rules)

    assert refused.value.message.startswith(message)
    assert refused.value.description


def test_days_are_ordered_as_if_their_midnight_were_that_of_utc() -> None:
    assert (TRIP.starts_ms, TRIP.ends_ms) == (1_773_100_800_000, 1_773_360_000_000)
    assert str(TRIP.first_day) == "2026-03-10"


def test_the_first_day_of_a_timed_event_is_local() -> None:
    early = timed("2026-03-10T00:30", "2026-03-10T01:00")

    assert str(early.first_day) == "2026-03-10"
    assert early.starts_ms == 1_773_073_800_000


def test_a_skipped_time_sent_back_as_it_was_printed_stays_as_it_was_stored() -> None:
    stored = timed("2026-03-08T02:30", "2026-03-08T04:00", "America/New_York")
    printed = stored.start.text()

    changed = change_when(stored, GivenWhen(start=given_time(printed, "America/New_York")), "documented")

    assert printed == "2026-03-08T03:30:00-04:00"
    assert changed == stored
