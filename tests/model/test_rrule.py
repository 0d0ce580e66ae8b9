"""RRULE texts and what they become: RFC 5545 3.3.10 and 3.8.5.3, decision 7."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice, takewhile

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from rili.errors import InvalidParameter
from rili.model.expansion import expand_days
from rili.model.moment import Moment
from rili.model.recurrence import Pattern, Range, Recurrence
from rili.model.rrule import from_rrule, to_rrule
from rili.model.when import AllDay, Timed, When
from tests.model.make import all_day, timed
from tests.model.repeating import (
    FRI,
    MON,
    NEW_YORK,
    PATTERNS,
    SAT,
    SUN,
    THU,
    TIMED,
    TUE,
    WED,
    WORKING_DAYS,
    forever,
    rules,
    series_of_patterns,
    times,
    until,
    weekly,
)  # fmt: skip
from tests.properties import everyday
from tests.soak.scale import scaled

TUESDAY_10 = timed("2026-03-10T14:00", "2026-03-10T15:00")
TUESDAY_ALL_DAY = all_day("2026-03-10", "2026-03-11")
LATE_IN_NEW_YORK = timed("9000-12-31T22:00", "9000-12-31T23:00", NEW_YORK)
IN_NEW_YORK = timed("2026-03-10T14:00", "2026-03-10T15:00", NEW_YORK)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        pytest.param(Pattern("daily"), "FREQ=DAILY", id="daily"),
        pytest.param(Pattern("daily", 365), "FREQ=DAILY;INTERVAL=365", id="the longest interval"),
        pytest.param(
            weekly(TUE), "FREQ=WEEKLY;BYDAY=TU;WKST=SU",
            id="weekly: the first day of a week is always said",
        ),
        pytest.param(
            weekly(MON, FRI, interval=2, week_start=MON), "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;WKST=MO",
            id="every second week",
        ),
        pytest.param(Pattern("absoluteMonthly", day_of_month=31), "FREQ=MONTHLY;BYMONTHDAY=31", id="monthly"),
        pytest.param(
            Pattern("relativeMonthly", 3, days_of_week=(TUE,), index="second"), "FREQ=MONTHLY;INTERVAL=3;BYDAY=2TU",
            id="second Tuesday",
        ),
        pytest.param(
            Pattern("relativeMonthly", days_of_week=(FRI,), index="last"), "FREQ=MONTHLY;BYDAY=-1FR", id="last Friday"
        ),
        pytest.param(
            Pattern("relativeMonthly", days_of_week=WORKING_DAYS, index="last"),
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", id="last working day",
        ),
        pytest.param(
            Pattern("relativeMonthly", days_of_week=(SAT, SUN), index="first"), "FREQ=MONTHLY;BYDAY=SA,SU;BYSETPOS=1",
            id="first day of a weekend",
        ),
        pytest.param(Pattern("absoluteYearly", 4), "FREQ=YEARLY;INTERVAL=4;BYMONTH=3;BYMONTHDAY=10", id="yearly"),
    ],
)  # fmt: skip
def test_a_pattern_there_and_back(rule: Pattern, text: str) -> None:
    for when in (TUESDAY_10, TUESDAY_ALL_DAY):
        assert to_rrule(forever(rule), when) == text
        assert from_rrule(text, when) == forever(rule)


@pytest.mark.parametrize(
    ("range_", "when", "text"),
    [
        pytest.param(Range("numbered", number_of_occurrences=99), TUESDAY_10, "COUNT=99", id="numbered"),
        pytest.param(
            Range("endDate", "2026-12-31T02:15:00Z"), TUESDAY_10, "UNTIL=20261231T021500Z", id="instant"
        ),
        pytest.param(
            Range("endDate", "2026-12-31"), TUESDAY_ALL_DAY, "UNTIL=20261231", id="a date, whole days"
        ),
    ],
)
def test_a_range_there_and_back(range_: Range, when: When, text: str) -> None:
    rule = Recurrence(Pattern("daily"), range_)

    assert to_rrule(rule, when) == f"FREQ=DAILY;{text}"
    assert from_rrule(f"FREQ=DAILY;{text}", when) == rule


@pytest.mark.parametrize(
    ("end_date", "when", "until_text"),
    [
        pytest.param("2026-12-31", TUESDAY_10, "20261231T155959Z", id="a bare date: its last second in Shanghai"),
        pytest.param("2026-12-31", IN_NEW_YORK, "20270101T045959Z", id="in New York"),
        pytest.param("2026-07-31", IN_NEW_YORK, "20260801T035959Z", id="in New York in summer"),
        pytest.param("2026-12-31T10:15", TUESDAY_10, "20261231T021500Z", id="a time without offset is local"),
        pytest.param("2026-12-31T10:15:30.5+01:00", TUESDAY_10, "20261231T091530Z", id="an offset"),
        pytest.param("2026-12-31T23:00:00-10:00", TUESDAY_ALL_DAY, "20261231", id="whole days: the date as written"),
        pytest.param(
            "2026-11-01", timed("2026-11-01T01:30-05:00", "2026-11-01T02:00-05:00", NEW_YORK), "20261102T045959Z",
            id="a day of 25 hours",
        ),
    ],
)  # fmt: skip
def test_until_is_written(end_date: str, when: When, until_text: str) -> None:
    assert to_rrule(until(Pattern("daily"), end_date), when) == f"FREQ=DAILY;UNTIL={until_text}"


@pytest.mark.parametrize(
    ("text", "range_"),
    [
        pytest.param(
            "UNTIL=20261231", Range("endDate", "2026-12-31"), id="a date, although the event is timed"
        ),
        pytest.param(
            "UNTIL=20261231T101500", Range("endDate", "2026-12-31T02:15:00Z"), id="local time of the event"
        ),
        pytest.param("until=20260310T060000z", Range("endDate", "2026-03-10T06:00:00Z"), id="at the start"),
        pytest.param(
            "UNTIL=90001231T235959Z",
            Range("endDate", "9000-12-31T23:59:59Z"),
            id="decision 27: the last year",
        ),
        pytest.param("UNTIL=99991231T235959Z", Range(), id="after it: no end"),
        pytest.param("COUNT=1", Range("numbered", number_of_occurrences=1), id="once"),
        pytest.param("COUNT=9999", Range("numbered", number_of_occurrences=9_999), id="the most"),
        pytest.param("COUNT=007", Range("numbered", number_of_occurrences=7), id="leading zeros"),
    ],
)
def test_a_range_is_read(text: str, range_: Range) -> None:
    assert from_rrule(f"FREQ=DAILY;{text}", TUESDAY_10) == Recurrence(Pattern("daily"), range_)


@pytest.mark.parametrize("until_text", ["90001231T230000", "90010101T040000Z", "99991231", "99991231T235959"])
def test_an_end_after_the_last_year_is_none(until_text: str) -> None:
    assert from_rrule(f"FREQ=DAILY;UNTIL={until_text}", LATE_IN_NEW_YORK) == forever(Pattern("daily"))
    assert (
        to_rrule(until(Pattern("daily"), "9000-12-31"), LATE_IN_NEW_YORK)
        == "FREQ=DAILY;UNTIL=90010101T045959Z"
    )


def test_an_end_with_a_time_is_a_day_of_whole_days() -> None:
    read = from_rrule("FREQ=DAILY;UNTIL=20260312T235959Z", TUESDAY_ALL_DAY)

    assert to_rrule(read, TUESDAY_ALL_DAY) == "FREQ=DAILY;UNTIL=20260312"


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        pytest.param("freq=daily;interval=1", Pattern("daily"), id="lower case"),
        pytest.param("FREQ=DAILY;", Pattern("daily"), id="a semicolon at the end"),
        pytest.param("INTERVAL=02;FREQ=DAILY", Pattern("daily", 2), id="any order"),
        pytest.param("FREQ=DAILY;WKST=SU", Pattern("daily"), id="days do not know weeks"),
        pytest.param("FREQ=DAILY;BYHOUR=14;BYMINUTE=0;BYSECOND=0", Pattern("daily"), id="the time of the start"),
        pytest.param("FREQ=DAILY;BYHOUR=14;BYSETPOS=1", Pattern("daily"), id="the first of one"),
        pytest.param("FREQ=WEEKLY", weekly(TUE, week_start=MON), id="weekly: the start's day, and weeks from Monday"),
        pytest.param(
            "FREQ=WEEKLY;BYDAY=SU,TU,SU", weekly(TUE, SUN, week_start=MON), id="days in any order, and twice"
        ),
        pytest.param("FREQ=MONTHLY", Pattern("absoluteMonthly", day_of_month=10), id="monthly: the start's day"),
        pytest.param("FREQ=MONTHLY;BYMONTHDAY=+31", Pattern("absoluteMonthly", day_of_month=31), id="a plus sign"),
        pytest.param(
            "FREQ=MONTHLY;BYDAY=+4WE", Pattern("relativeMonthly", days_of_week=(WED,), index="fourth"), id="the fourth"
        ),
        pytest.param(
            "FREQ=MONTHLY;BYDAY=TH;BYSETPOS=3", Pattern("relativeMonthly", days_of_week=(THU,), index="third"),
            id="a position of one day",
        ),
        pytest.param("FREQ=YEARLY", Pattern("absoluteYearly"), id="yearly"),
        pytest.param("FREQ=YEARLY;BYMONTH=3", Pattern("absoluteYearly"), id="yearly, the start's month"),
        pytest.param("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=10", Pattern("absoluteYearly"), id="yearly, its day too"),
    ],
)  # fmt: skip
def test_what_a_pattern_can_say_becomes_one(text: str, pattern: Pattern) -> None:
    assert from_rrule(text, TUESDAY_10) == forever(pattern)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("freq=daily;interval=366", "FREQ=DAILY;INTERVAL=366", id="a long interval"),
        pytest.param("FREQ=DAILY;BYHOUR=9", "FREQ=DAILY;BYHOUR=9", id="another time of day than the start's"),
        pytest.param("FREQ=DAILY;BYHOUR=14,9;BYMINUTE=0", "FREQ=DAILY;BYHOUR=9,14;BYMINUTE=0", id="two times of day"),
        pytest.param(
            "BYDAY=FR;BYMONTHDAY=13;FREQ=MONTHLY;BYHOUR=14", "FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR",
            id="in canonical order, without the time of the start",
        ),
        pytest.param(
            "FREQ=WEEKLY;BYDAY=MO;BYMONTH=5,3", "FREQ=WEEKLY;BYMONTH=3,5;BYDAY=MO",
            id="weeks of some months",
        ),
        pytest.param(
            "FREQ=WEEKLY;WKST=MO;BYDAY=MO,WE;BYSETPOS=-1", "FREQ=WEEKLY;BYDAY=MO,WE;BYSETPOS=-1",
            id="a default is left out",
        ),
        pytest.param("FREQ=MONTHLY;BYMONTHDAY=-1", "FREQ=MONTHLY;BYMONTHDAY=-1", id="the last day"),
        pytest.param("FREQ=MONTHLY;BYMONTHDAY=1,15", "FREQ=MONTHLY;BYMONTHDAY=1,15", id="two days a month"),
        pytest.param("FREQ=MONTHLY;BYDAY=MO", "FREQ=MONTHLY;BYDAY=MO", id="each Monday of a month"),
        pytest.param("FREQ=MONTHLY;BYDAY=5MO", "FREQ=MONTHLY;BYDAY=5MO", id="a fifth Monday"),
        pytest.param("FREQ=MONTHLY;BYDAY=-2MO", "FREQ=MONTHLY;BYDAY=-2MO", id="a last Monday but one"),
        pytest.param("FREQ=MONTHLY;BYDAY=3WE,1MO", "FREQ=MONTHLY;BYDAY=1MO,3WE", id="two numbered days"),
        pytest.param("FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=1", "FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=1", id="numbered twice"),
        pytest.param(
            "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,2", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1,2", id="two positions"
        ),
        pytest.param("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-2", "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-2", id="position -2"),
        pytest.param("FREQ=YEARLY;BYMONTH=4", "FREQ=YEARLY;BYMONTH=4", id="another month"),
        pytest.param("FREQ=YEARLY;BYMONTHDAY=10", "FREQ=YEARLY;BYMONTHDAY=10", id="a day of each month of a year"),
        pytest.param(
            "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=11", "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=11", id="another day"
        ),
        pytest.param("FREQ=YEARLY;BYMONTH=3;BYDAY=2TU", "FREQ=YEARLY;BYMONTH=3;BYDAY=2TU", id="relative, yearly"),
    ],
)  # fmt: skip
def test_the_rest_is_kept_as_text(text: str, kept: str) -> None:
    read = from_rrule(f"{text};COUNT=120", TUESDAY_10)

    assert read == Recurrence(None, Range("numbered", number_of_occurrences=120), kept)
    assert to_rrule(read, TUESDAY_10) == f"{kept};COUNT=120"
    assert from_rrule(f"{kept};COUNT=120", TUESDAY_10) == read


def test_whole_days_have_no_time_of_day() -> None:
    assert from_rrule("FREQ=DAILY;BYHOUR=9,15;BYMINUTE=30", TUESDAY_ALL_DAY) == forever(Pattern("daily"))
    assert (
        from_rrule("FREQ=MONTHLY;BYMONTHDAY=-1;BYHOUR=9,15", TUESDAY_ALL_DAY).rrule
        == "FREQ=MONTHLY;BYMONTHDAY=-1"
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("", "expected NAME=VALUE", id="empty"),
        pytest.param("RRULE:FREQ=DAILY", "FREQ must be one of", id="with its name"),
        pytest.param("FREQ=DAILY;COUNT=3;UNTIL=20261231", "must not be there together", id="COUNT and UNTIL"),
        pytest.param("FREQ=DAILY;COUNT=3;COUNT=3", "COUNT is there twice", id="COUNT twice"),
        pytest.param("FREQ=DAILY;COUNT=0", "COUNT must be from 1 to 9999", id="none"),
        pytest.param("FREQ=DAILY;COUNT=-1", "COUNT must be", id="fewer than none"),
        pytest.param("FREQ=DAILY;COUNT=10000", "COUNT must be", id="too many"),
        pytest.param("FREQ=DAILY;COUNT=" + "9" * 1_900, "COUNT must be", id="1,900 digits"),
        pytest.param("FREQ=DAILY;UNTIL=2026-12-31", "UNTIL must be as", id="an end with dashes"),
        pytest.param("FREQ=DAILY;UNTIL=20261231T2359Z", "UNTIL must be as", id="no seconds"),
        pytest.param("FREQ=DAILY;UNTIL=20261231T235959+0800", "UNTIL must be as", id="an offset"),
        pytest.param("FREQ=DAILY;UNTIL=20260230", "UNTIL: ", id="30 February"),
        pytest.param("FREQ=DAILY;UNTIL=20261231T240000Z", "UNTIL: ", id="24 hours"),
        pytest.param("FREQ=DAILY;UNTIL=09991231", "UNTIL lies before the start", id="before the first year"),
        pytest.param("FREQ=DAILY;UNTIL=00010101T000000", "UNTIL lies before the start", id="the first day of all"),
        pytest.param("FREQ=DAILY;UNTIL=99999999", "UNTIL: ", id="month 99"),
        pytest.param("FREQ=DAILY;UNTIL=20260309", "UNTIL lies before the start", id="the day before"),
        pytest.param("FREQ=DAILY;UNTIL=20260310T055959Z", "UNTIL lies before the start", id="a second before"),
        pytest.param("FREQ=DAILY;UNTIL=20260310T135959", "UNTIL lies before the start", id="a local second before"),
        pytest.param("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "no day", id="30 February of each year"),
        pytest.param("FREQ=HOURLY", "FREQ must be one of", id="hourly"),
        pytest.param("FREQ=MONTHLY;BYSETPOS=2;BYHOUR=14", "BYSETPOS needs another", id="the second of one"),
        pytest.param("FREQ=DAİLY", "letters", id="a letter beside ASCII"),
        pytest.param("FREQ=DAILY;X=\ud800", "letters", id="a lone surrogate"),
        pytest.param("FREQ=DAILY\r\nDTSTART:20260310", "FREQ must be one of", id="a second line"),
        pytest.param("FREQ=DAILY;BYMONTH=" + "1," * 500_000, "longer than", id="a megabyte"),
    ],
)  # fmt: skip
def test_a_text_is_refused(text: str, says: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        from_rrule(text, TUESDAY_10)

    assert (refused.value.description or "").startswith("RRULE: ")
    assert says in (refused.value.description or "")
    assert len(refused.value.description or "") < 300


WORDS = st.sampled_from(
    ["FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "BYHOUR", "BYWEEKNO",
     "DAILY", "MONTHLY", "WEEKLY", "YEARLY", "MO", "-1SU", "53FR", "0", "1", "-1", "31", "366", "9999999999",
     "20261231", "00000000", "20261231T235959Z", "=", "=", "=", ";", ";", ";", ",", ":", " ", "\n", "+", "-"]
)  # fmt: skip
HOSTILE = st.one_of(
    st.text(max_size=60),
    st.lists(WORDS, max_size=14).map("".join),
    st.builds(
        lambda rule, at, more: rule[:at] + more + rule[at:], rules(), st.integers(0, 60), st.text(max_size=3)
    ),
    st.builds(lambda rule, word, more: f"{rule};{word}={more}", rules(), WORDS, WORDS),
)


@settings(everyday, max_examples=scaled(400, 20_000))
@given(HOSTILE, st.sampled_from([TUESDAY_10, TUESDAY_ALL_DAY, LATE_IN_NEW_YORK]))
def test_a_hostile_text_is_refused_politely_or_read(text: str, when: When) -> None:
    try:
        read = from_rrule(text, when)
    except InvalidParameter as bad:
        refusal = bad.description or ""
    else:
        refusal = None
        written = to_rrule(read, when)
        assert to_rrule(from_rrule(written, when), when) == written
        list(islice(expand_days(read, when), 5))
    assert refusal is None or refusal.startswith("RRULE: ")


def some_of(rule: Recurrence, when: When) -> list[tuple[int, int, int, int]]:
    """The occurrences of the first years, to compare."""
    first = when.first_day.toordinal()
    shown = takewhile(lambda one: one.day < first + 2_500, expand_days(rule, when))
    return [(one.day, one.number, one.starts_ms, one.ends_ms) for one in shown]


@settings(everyday, max_examples=scaled(200, 10_000))
@given(series_of_patterns())
@example(
    (
        until(Pattern("daily"), "2009-11-01"),
        timed("2009-10-28T00:00:30", "2009-10-28T01:00", "America/St_Johns"),
    )
)
def test_a_series_there_and_back(series: tuple[Recurrence, When]) -> None:
    rule, when = series
    text = to_rrule(rule, when)

    again = from_rrule(text, when)

    assert again.pattern == rule.pattern
    assert to_rrule(again, when) == text
    assert some_of(again, when) == some_of(rule, when)


@settings(everyday, max_examples=scaled(100, 2_000))
@given(rules(), TIMED)
def test_a_text_there_and_back(rule: str, when: Timed) -> None:
    try:
        read = from_rrule(rule, when)
    except InvalidParameter:
        assume(False)
    text = to_rrule(read, when)

    assert from_rrule(text, when) == read
    assert to_rrule(from_rrule(text, when), when) == text


@settings(everyday, max_examples=scaled(200, 10_000))
@given(PATTERNS, TIMED, st.one_of(st.none(), st.integers(1, 60)))
@example(weekly(SUN, MON, interval=2, week_start=MON), timed("2026-01-04T09:00", "2026-01-04T10:00"), None)
def test_dateutil_agrees(pattern: Pattern, when: Timed, number: int | None) -> None:
    rule = forever(pattern) if number is None else times(pattern, number)
    last = when.start.wall + timedelta(days=1_200)
    walls = rrulestr(to_rrule(rule, when), dtstart=when.start.wall).between(when.start.wall, last, inc=True)
    theirs = [Moment(wall, when.start.zone).epoch_ms() for wall in walls]
    if walls[:1] == [when.start.wall]:
        theirs[0] = when.starts_ms  # which may be in the second pass of its hour

    ours = [one.starts_ms for one in expand_days(rule, when, last=last.toordinal())]
    assert ours == theirs


def test_dateutil_agrees_on_whole_days() -> None:
    rule = forever(Pattern("relativeMonthly", 2, days_of_week=WORKING_DAYS, index="last"))
    theirs = islice(rrulestr(to_rrule(rule, TUESDAY_ALL_DAY), dtstart=datetime(2026, 3, 10)), 200)

    ours = islice(expand_days(rule, TUESDAY_ALL_DAY), 200)

    assert isinstance(TUESDAY_ALL_DAY, AllDay)
    assert [one.day for one in ours] == [wall.toordinal() for wall in theirs]
