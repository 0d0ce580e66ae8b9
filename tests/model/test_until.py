"""After which instant no occurrence ends: what lists may leave out without expanding a series."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rili.model.expansion import last_end_ms
from rili.model.moment import Moment
from rili.model.recurrence import Pattern, Range, Recurrence
from rili.model.when import AllDay, Timed
from tests.model.make import timed
from tests.properties import everyday

SUN = 6

TUESDAY_10 = timed("2026-03-10T14:00", "2026-03-10T15:00")


def test_a_series_without_end_has_no_bound() -> None:
    assert last_end_ms(Recurrence(Pattern("daily"), Range()), TUESDAY_10) is None


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param(
            timed("2026-03-07T12:00", "2026-03-08T12:00", "America/New_York"),
            timed("2026-03-20T12:00", "2026-03-21T12:00", "America/New_York"),
            id="a first day of 23 hours, later ones of 24",
        ),
        pytest.param(
            timed("2011-12-29T10:00", "2011-12-31T10:00", "Pacific/Apia"),
            timed("2012-01-10T10:00", "2012-01-12T10:00", "Pacific/Apia"),
            id="a first one over the day that Samoa skipped",
        ),
        pytest.param(
            timed("2011-09-20T10:00", "2012-01-20T10:00", "Pacific/Apia"),
            timed("2012-02-20T10:00", "2012-06-21T10:00", "Pacific/Apia"),
            id="over that day and into summer time, a later one out of it",
        ),
    ],
)
def test_the_bound_allows_for_a_clock_that_is_moved(first: Timed, last: Timed) -> None:
    bound = last_end_ms(Recurrence(Pattern("daily"), Range("endDate", last.start.text())), first)

    assert last.end.wall - last.start.wall == first.end.wall - first.start.wall
    assert bound is not None
    assert last.ends_ms <= bound


ZONES = st.sampled_from(
    ["Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]
)
PATTERNS = st.one_of(
    st.builds(Pattern, st.just("daily"), st.integers(1, 40)),
    st.builds(
        lambda interval, days: Pattern("weekly", interval, days_of_week=tuple(days), first_day_of_week=SUN),
        st.integers(1, 5),
        st.sets(st.integers(0, 6), min_size=1).map(sorted),
    ),
)


def brute_force_days(pattern: Pattern, first: date, last: date) -> list[date]:
    """Every day of a daily or weekly rule, found by looking at each one."""
    sunday = first - timedelta(days=(first.weekday() + 1) % 7)
    days = [first + timedelta(days=count) for count in range((last - first).days + 1)]
    if pattern.type == "daily":
        return days[:: pattern.interval]
    return [
        day
        for day in days
        if day.weekday() in pattern.days_of_week and (day - sunday).days // 7 % pattern.interval == 0
    ]


@everyday
@given(
    pattern=PATTERNS,
    zone=ZONES,
    start=st.datetimes(datetime(2010, 6, 1), datetime(2012, 6, 1)),
    lasts=st.timedeltas(timedelta(), timedelta(days=200)),
    goes_on=st.integers(0, 200),
    time=st.sampled_from(["", "T00:00", "T23:59:59", "T12:00Z", "T12:00:00-12:00", "T12:00+14:00"]),
)
def test_no_occurrence_ends_after_the_bound(
    pattern: Pattern, zone: str, start: datetime, lasts: timedelta, goes_on: int, time: str
) -> None:
    start, lasts = start.replace(microsecond=0), timedelta(seconds=lasts // timedelta(seconds=1))
    first = Timed(Moment(start, zone), Moment(start + lasts, zone))
    end_day = start.date() + timedelta(days=goes_on + 1)
    bound = last_end_ms(Recurrence(pattern, Range("endDate", f"{end_day}{time}")), first)

    for day in brute_force_days(pattern, start.date(), end_day + timedelta(days=2)):
        begins = datetime.combine(day, start.time())
        if not time:
            falls_in = day <= end_day
        else:
            end = datetime.fromisoformat(f"{end_day}{time}")
            end_ms = Moment(end, zone).epoch_ms() if end.tzinfo is None else end.timestamp() * 1000
            falls_in = Moment(begins, zone).epoch_ms() <= end_ms
        if falls_in:
            assert bound is not None
            assert Moment(begins + lasts, zone).epoch_ms() <= bound


@everyday
@given(
    pattern=PATTERNS,
    start=st.dates(date(2010, 1, 1), date(2030, 1, 1)),
    lasts=st.integers(1, 60),
    goes_on=st.integers(0, 200),
    time=st.sampled_from(["", "T00:00", "T23:59:59Z", "T00:00:00+14:00"]),
)
def test_no_all_day_occurrence_ends_after_the_bound(
    pattern: Pattern, start: date, lasts: int, goes_on: int, time: str
) -> None:
    end_day = start + timedelta(days=goes_on)
    bound = last_end_ms(
        Recurrence(pattern, Range("endDate", f"{end_day}{time}")),
        AllDay(start, start + timedelta(days=lasts)),
    )

    assert bound is not None
    for day in brute_force_days(pattern, start, end_day):
        assert AllDay(day, day + timedelta(days=lasts)).ends_ms <= bound
