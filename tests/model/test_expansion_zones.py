"""Occurrences where the clock is moved: decision 6."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings

from rili.model.expansion import expand, expand_days, occurrence_at
from rili.model.moment import Moment
from rili.model.recurrence import Pattern, Recurrence
from rili.model.when import Timed, When
from tests.model.make import timed
from tests.model.repeating import (
    APIA,
    LONDON,
    LORD_HOWE,
    NEW_YORK,
    SHANGHAI,
    ST_JOHNS,
    days,
    forever,
    ms,
    series_of_patterns,
    spans,
    until,
)
from tests.properties import everyday
from tests.soak.scale import scaled

DAILY = forever(Pattern("daily"))


def spans_on(rule: Recurrence, when: Timed, first: str, last: str) -> list[str]:
    """Those in slots from one day to another, as the zone shows them."""
    from_day, to_day = (Moment.at(ms(day), "UTC").wall.toordinal() for day in (first, last))
    return spans(expand_days(rule, when, from_day, to_day), when.start.zone)


@pytest.mark.parametrize(
    ("when", "window", "expected"),
    [
        pytest.param(
            timed("2026-03-01T10:00", "2026-03-01T11:00", NEW_YORK), ("2026-03-07", "2026-03-09"),
            [
                "03-07 10:00-05:00 to 11:00-05:00",
                "03-08 10:00-04:00 to 11:00-04:00",
                "03-09 10:00-04:00 to 11:00-04:00",
            ],
            id="New York, spring: ten stays ten",
        ),
        pytest.param(
            timed("2026-10-20T10:00", "2026-10-20T11:00", LONDON), ("2026-10-24", "2026-10-25"),
            ["10-24 10:00+01:00 to 11:00+01:00", "10-25 10:00+00:00 to 11:00+00:00"],
            id="London, autumn: ten stays ten",
        ),
        pytest.param(
            timed("2026-03-01T02:30", "2026-03-01T03:30", NEW_YORK), ("2026-03-07", "2026-03-09"),
            [
                "03-07 02:30-05:00 to 03:30-05:00",
                "03-08 03:30-04:00 to 04:30-04:00",
                "03-09 02:30-04:00 to 03:30-04:00",
            ],
            id="New York: a start that is skipped has the offset before the gap, and the end moves with it",
        ),
        pytest.param(
            timed("2026-03-01T01:30", "2026-03-01T02:30", NEW_YORK), ("2026-03-08", "2026-03-08"),
            ["03-08 01:30-05:00 to 03:30-04:00"],
            id="New York: an end that is skipped",
        ),
        pytest.param(
            timed("2026-03-01T02:15", "2026-03-01T02:45", NEW_YORK), ("2026-03-08", "2026-03-08"),
            ["03-08 03:15-04:00 to 03:45-04:00"],
            id="New York: all of it is skipped",
        ),
        pytest.param(
            timed("2026-03-01T02:30", "2026-03-01T03:10", NEW_YORK), ("2026-03-08", "2026-03-08"),
            ["03-08 03:30-04:00 to 04:10-04:00"],
            id="New York: the start is skipped, by more than it lasts",
        ),
        pytest.param(
            timed("2026-03-01T02:30", "2026-03-01T04:00", NEW_YORK), ("2026-03-08", "2026-03-08"),
            ["03-08 03:30-04:00 to 05:00-04:00"],
            id="New York: the start is skipped, by less than it lasts",
        ),
        pytest.param(
            timed("2026-10-20T01:30", "2026-10-20T01:45", NEW_YORK), ("2026-10-31", "2026-11-02"),
            [
                "10-31 01:30-04:00 to 01:45-04:00",
                "11-01 01:30-04:00 to 01:45-04:00",
                "11-02 01:30-05:00 to 01:45-05:00",
            ],
            id="New York: an hour that comes twice is taken the first time",
        ),
        pytest.param(
            timed("2026-10-20T00:30", "2026-10-20T02:30", NEW_YORK), ("2026-11-01", "2026-11-01"),
            ["11-01 00:30-04:00 to 02:30-05:00"],
            id="New York: over the hour that comes twice",
        ),
        pytest.param(
            timed("2026-10-01T02:15", "2026-10-01T03:15", LORD_HOWE), ("2026-10-03", "2026-10-05"),
            [
                "10-03 02:15+10:30 to 03:15+10:30",
                "10-04 02:45+11:00 to 03:45+11:00",
                "10-05 02:15+11:00 to 03:15+11:00",
            ],
            id="Lord Howe: half an hour is skipped",
        ),
        pytest.param(
            timed("2026-04-01T01:45", "2026-04-01T02:15", LORD_HOWE), ("2026-04-04", "2026-04-06"),
            [
                "04-04 01:45+11:00 to 02:15+11:00",
                "04-05 01:45+11:00 to 02:15+10:30",
                "04-06 01:45+10:30 to 02:15+10:30",
            ],
            id="Lord Howe: half an hour comes twice",
        ),
        pytest.param(
            timed("2011-12-25T10:00", "2011-12-25T11:00", APIA), ("2011-12-29", "2011-12-31"),
            [
                "12-29 10:00-10:00 to 11:00-10:00",
                "12-31 10:00+14:00 to 11:00+14:00",
                "12-31 10:00+14:00 to 11:00+14:00",
            ],
            id="Samoa: the day that was skipped has the instant of the next",
        ),
        pytest.param(
            timed("1991-09-01T23:30", "1991-09-02T01:30", SHANGHAI), ("1991-09-14", "1991-09-15"),
            ["09-14 23:30+09:00 to 01:30+09:00", "09-15 23:30+08:00 to 01:30+08:00"],
            id="Shanghai: China's last summer time ends",
        ),
        pytest.param(
            timed("2026-01-01T10:00", "2026-01-01T11:00", SHANGHAI), ("2026-03-08", "2026-03-08"),
            ["03-08 10:00+08:00 to 11:00+08:00"],
            id="Shanghai: no summer time since",
        ),
        pytest.param(
            timed("2026-03-01T22:00", "2026-03-03T02:30", NEW_YORK), ("2026-03-06", "2026-03-06"),
            ["03-06 22:00-05:00 to 03:30-04:00"],
            id="over two nights, and the end is skipped",
        ),
        pytest.param(
            timed("2020-01-01T02:30", "2020-01-01T03:00", NEW_YORK), ("2055-03-14", "2055-03-14"),
            ["03-14 03:30-04:00 to 04:00-04:00"],
            id="a gap of 2055, from 2020",
        ),
        pytest.param(
            timed("2026-03-08T02:30", "2026-03-08T03:30", NEW_YORK), ("2026-03-08", "2026-03-09"),
            ["03-08 03:30-04:00 to 03:30-04:00", "03-09 02:30-04:00 to 03:30-04:00"],
            id="the first is what its event says, also where its start is skipped",
        ),
    ],
)  # fmt: skip
def test_a_daily_occurrence(when: Timed, window: tuple[str, str], expected: list[str]) -> None:
    assert spans_on(DAILY, when, *window) == expected


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        pytest.param(
            timed("2026-11-01T01:30-05:00", "2026-11-01T01:45-05:00", NEW_YORK),
            ["11-01 01:30-05:00 to 01:45-05:00", "11-02 01:30-05:00 to 01:45-05:00"],
            id="both in the second pass",
        ),
        pytest.param(
            timed("2026-11-01T01:30-04:00", "2026-11-01T01:45-05:00", NEW_YORK),
            ["11-01 01:30-04:00 to 01:45-05:00", "11-02 01:30-05:00 to 01:45-05:00"],
            id="the end alone, which makes the first longer",
        ),
        pytest.param(
            timed("2026-11-01T01:45-04:00", "2026-11-01T01:15-05:00", NEW_YORK),
            ["11-01 01:45-04:00 to 01:15-05:00", "11-02 01:45-05:00 to 02:15-05:00"],
            id="the end shows before the start: half an hour by the sun",
        ),
        pytest.param(
            timed("2026-10-31T23:00-04:00", "2026-11-01T01:30-05:00", NEW_YORK),
            ["10-31 23:00-04:00 to 01:30-05:00", "11-01 23:00-05:00 to 01:30-05:00"],
            id="the end alone, past midnight",
        ),
    ],
)  # fmt: skip
def test_the_first_occurrence_keeps_the_second_pass_of_its_event(when: Timed, expected: list[str]) -> None:
    assert spans_on(DAILY, when, when.first_day.isoformat(), "2026-11-02")[:2] == expected
    assert occurrence_at(DAILY, when, when.first_day.toordinal(), 0) == next(expand_days(DAILY, when))
    assert next(expand_days(DAILY, when)).starts_ms == when.starts_ms


def test_a_year_later_the_second_pass_is_not_kept() -> None:
    when = timed("2026-11-01T01:30-05:00", "2026-11-01T01:45-05:00", NEW_YORK)

    assert spans_on(DAILY, when, "2027-11-07", "2027-11-07") == ["11-07 01:30-04:00 to 01:45-04:00"]


@pytest.mark.parametrize(
    ("when", "end_date", "last"),
    [
        pytest.param(
            timed("2026-10-28T01:30", "2026-10-28T02:00", NEW_YORK), "2026-11-01T05:30:00Z", "2026-11-01",
            id="inclusive, in the first pass",
        ),
        pytest.param(
            timed("2026-10-28T01:30", "2026-10-28T02:00", NEW_YORK), "2026-11-01T05:29:59Z", "2026-10-31",
            id="a second earlier",
        ),
        pytest.param(
            timed("2026-03-05T02:30", "2026-03-05T03:00", NEW_YORK), "2026-03-08T03:29:59-04:00", "2026-03-07",
            id="before what a gap has moved on",
        ),
        pytest.param(
            timed("2026-03-05T02:30", "2026-03-05T03:00", NEW_YORK), "2026-03-08T03:30:00-04:00", "2026-03-08",
            id="at what a gap has moved on",
        ),
        pytest.param(
            timed("2026-03-05T22:00", "2026-03-05T23:00", NEW_YORK), "2026-03-08", "2026-03-08",
            id="a bare date: late in the evening",
        ),
        pytest.param(
            timed("2011-12-27T10:00", "2011-12-27T11:00", APIA), "2011-12-31T09:00:00+14:00", "2011-12-29",
            id="Samoa: the day that was skipped starts with the next, after the end",
        ),
        pytest.param(
            timed("2009-10-28T00:00:30", "2009-10-28T01:00", ST_JOHNS), "2009-11-01T00:00:40-02:30", "2009-11-01",
            id="St John's, where the clock went back from 00:01 to the day before: the first pass",
        ),
        pytest.param(
            timed("2009-10-28T00:00:30", "2009-10-28T01:00", ST_JOHNS), "2009-10-31T23:30:00-03:30", "2009-11-01",
            id="the day before, again: its end is after what the next day began with",
        ),
    ],
)  # fmt: skip
def test_the_last_start(when: Timed, end_date: str, last: str) -> None:
    rule = until(Pattern("daily"), end_date)

    assert days(expand_days(rule, when))[-1] == last
    assert days(expand(rule, when, when.starts_ms, when.ends_ms + 10**10))[-1] == last


def wall_of(when: Timed, day: int) -> Timed:
    """What a slot means, said with `Moment` alone."""
    moved = timedelta(days=day - when.first_day.toordinal())
    length = when.end.wall - when.start.wall
    if length < timedelta():
        length = timedelta(milliseconds=when.ends_ms - when.starts_ms)
    start = Moment(when.start.wall + moved, when.start.zone)
    end = Moment(start.wall + length, when.start.zone)
    if Moment.at(start.epoch_ms(), when.start.zone).wall != start.wall:
        end = Moment.at(start.epoch_ms() + length // timedelta(milliseconds=1), when.start.zone)
    return Timed(start, end)


@settings(everyday, max_examples=scaled(200, 5_000))
@given(series_of_patterns())
def test_an_occurrence_is_what_the_clock_shows(series: tuple[Recurrence, When]) -> None:
    rule, when = series
    if not isinstance(when, Timed):
        return
    first = when.first_day.toordinal()

    for one in expand_days(rule, when, first, first + 3_000):
        shown = when if one.day == first else wall_of(when, one.day)
        assert (one.starts_ms, one.ends_ms) == (shown.starts_ms, shown.ends_ms)
