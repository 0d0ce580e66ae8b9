"""On which days the five patterns fall, for how long, and what a window shows of them: decisions 7 and 9."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice, takewhile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rili.model.expansion import expand, expand_days, last_end_ms, occurrence_at, slots_before
from rili.model.moment import DAY_MS
from rili.model.pattern_days import LAST_DAY
from rili.model.recurrence import Pattern, Range, Recurrence
from rili.model.when import When
from tests.model.make import all_day, timed
from tests.model.repeating import (
    FRI,
    MON,
    SAT,
    SUN,
    THU,
    TUE,
    WED,
    WORKING_DAYS,
    days,
    first_days,
    forever,
    ms,
    series_of_patterns,
    times,
    until,
    weekly,
)  # fmt: skip
from tests.properties import everyday
from tests.soak.scale import scaled


def on(day: str) -> tuple[When, When]:
    """The same day twice: as a whole, and from ten to eleven in Shanghai."""
    after = date.fromisoformat(day) + timedelta(days=1)
    return all_day(day, after.isoformat()), timed(f"{day}T10:00", f"{day}T11:00")


@pytest.mark.parametrize("form", [pytest.param(0, id="all-day"), pytest.param(1, id="timed")])
@pytest.mark.parametrize(
    ("start", "pattern", "expected"),
    [
        pytest.param("2026-12-30", Pattern("daily"), "2026-12-30 2026-12-31 2027-01-01", id="daily, into a new year"),
        pytest.param(
            "2024-02-27", Pattern("daily", 2), "2024-02-27 2024-02-29 2024-03-02", id="daily, over a leap day",
        ),
        pytest.param("2026-03-10", Pattern("daily", 365), "2026-03-10 2027-03-10 2028-03-09", id="daily, every 365"),
        pytest.param("2026-03-10", weekly(TUE), "2026-03-10 2026-03-17 2026-03-24", id="weekly"),
        pytest.param("2026-03-10", weekly(TUE, interval=2), "2026-03-10 2026-03-24 2026-04-07", id="every second week"),
        pytest.param("2026-03-10", weekly(MON, FRI), "2026-03-13 2026-03-16 2026-03-20", id="weekly, two days"),
        pytest.param(
            "2026-01-07", weekly(SUN, WED, interval=2, week_start=SUN), "2026-01-07 2026-01-18 2026-01-21",
            id="every second week, which begins on Sunday",
        ),
        pytest.param(
            "2026-01-07", weekly(SUN, WED, interval=2, week_start=MON), "2026-01-07 2026-01-11 2026-01-21",
            id="every second week, which begins on Monday",
        ),
        pytest.param(
            "2026-01-07", weekly(MON, interval=2, week_start=SUN), "2026-01-19 2026-02-02 2026-02-16",
            id="the day is over in the week of the start: two weeks on",
        ),
        pytest.param(
            "2026-01-04", weekly(SAT, interval=2, week_start=SUN), "2026-01-10 2026-01-24 2026-02-07",
            id="Sunday and Saturday of one week",
        ),
        pytest.param(
            "2026-01-04", weekly(SAT, interval=2, week_start=MON), "2026-01-17 2026-01-31 2026-02-14",
            id="and of two",
        ),
        pytest.param(
            "2026-01-31", Pattern("absoluteMonthly", day_of_month=31), "2026-01-31 2026-03-31 2026-05-31",
            id="the 31st: short months are left out",
        ),
        pytest.param(
            "2027-01-29", Pattern("absoluteMonthly", day_of_month=29), "2027-01-29 2027-03-29 2027-04-29",
            id="the 29th in a year without leap day",
        ),
        pytest.param(
            "2028-01-29", Pattern("absoluteMonthly", day_of_month=29), "2028-01-29 2028-02-29 2028-03-29",
            id="and in one with it",
        ),
        pytest.param(
            "2026-03-10", Pattern("absoluteMonthly", day_of_month=5), "2026-04-05 2026-05-05 2026-06-05",
            id="monthly, the day is over: the first match counts",
        ),
        pytest.param(
            "2026-03-10", Pattern("absoluteMonthly", 3, day_of_month=5), "2026-06-05 2026-09-05 2026-12-05",
            id="and intervals count from the month of the start",
        ),
        pytest.param(
            "2026-11-15", Pattern("absoluteMonthly", 14, day_of_month=15), "2026-11-15 2028-01-15 2029-03-15",
            id="every 14 months",
        ),
        pytest.param(
            "2024-02-01", Pattern("absoluteMonthly", 12, day_of_month=29), "2024-02-29 2028-02-29 2032-02-29",
            id="29 February by months",
        ),
        pytest.param(
            "2026-03-10", Pattern("relativeMonthly", days_of_week=(TUE,), index="second"),
            "2026-03-10 2026-04-14 2026-05-12", id="second Tuesday",
        ),
        pytest.param(
            "2026-03-27", Pattern("relativeMonthly", days_of_week=(FRI,), index="last"),
            "2026-03-27 2026-04-24 2026-05-29", id="last Friday, fourth or fifth",
        ),
        pytest.param(
            "2026-01-30", Pattern("relativeMonthly", days_of_week=WORKING_DAYS, index="last"),
            "2026-01-30 2026-02-27 2026-03-31", id="last working day",
        ),
        pytest.param(
            "2026-01-01", Pattern("relativeMonthly", days_of_week=WORKING_DAYS, index="first"),
            "2026-01-01 2026-02-02 2026-03-02", id="first working day",
        ),
        pytest.param(
            "2026-01-01", Pattern("relativeMonthly", days_of_week=(SAT, SUN), index="third"),
            "2026-01-10 2026-02-08 2026-03-08", id="the third day of all weekends, not of the third one",
        ),
        pytest.param(
            "2026-01-01", Pattern("relativeMonthly", days_of_week=(MON, TUE, WED, THU, FRI, SAT, SUN), index="last"),
            "2026-01-31 2026-02-28 2026-03-31", id="last day",
        ),
        pytest.param(
            "2026-03-11", Pattern("relativeMonthly", 2, days_of_week=(TUE,), index="second"),
            "2026-05-12 2026-07-14 2026-09-08", id="every second month, and its day is over",
        ),
        pytest.param("2026-03-10", Pattern("absoluteYearly"), "2026-03-10 2027-03-10 2028-03-10", id="yearly"),
        pytest.param(
            "2096-02-29", Pattern("absoluteYearly"), "2096-02-29 2104-02-29 2108-02-29", id="no leap day in 2100",
        ),
        pytest.param(
            "2024-02-29", Pattern("absoluteYearly", 2), "2024-02-29 2028-02-29 2032-02-29", id="leap day, interval 2",
        ),
        pytest.param(
            "2024-02-29", Pattern("absoluteYearly", 3), "2024-02-29 2036-02-29 2048-02-29", id="leap day, interval 3",
        ),
    ],
)  # fmt: skip
def test_days_of_a_pattern(form: int, start: str, pattern: Pattern, expected: str) -> None:
    assert first_days(forever(pattern), on(start)[form], 3) == expected.split()


@pytest.mark.parametrize(
    ("start", "pattern"),
    [
        pytest.param("2026-02-10", Pattern("absoluteMonthly", 12, day_of_month=30), id="30 February"),
        pytest.param("2026-04-10", Pattern("absoluteMonthly", 12, day_of_month=31), id="31 April"),
        pytest.param(
            "2026-02-10", Pattern("absoluteMonthly", 48, day_of_month=29), id="leap day, out of step"
        ),
    ],
)
@pytest.mark.parametrize(
    "range_", [Range(), Range("numbered", number_of_occurrences=99)], ids=["noEnd", "numbered"]
)
def test_a_rule_that_no_day_fits_ends_quietly(start: str, pattern: Pattern, range_: Range) -> None:
    rule = Recurrence(pattern, range_)

    for when in on(start):
        assert list(expand_days(rule, when)) == []
        assert list(expand(rule, when, ms("2026-01-01"), ms("2200-01-01"))) == []
        assert occurrence_at(rule, when, when.first_day.toordinal(), 0) is None


@pytest.mark.parametrize(
    ("rule", "when", "expected"),
    [
        pytest.param(times(Pattern("daily"), 1), on("2026-03-10")[1], ["2026-03-10"], id="once"),
        pytest.param(
            times(weekly(MON), 2), on("2026-03-10")[1], ["2026-03-16", "2026-03-23"],
            id="numbered counts real occurrences: the start is none",
        ),
        pytest.param(
            times(weekly(MON, FRI, interval=2), 3), on("2026-03-11")[0], ["2026-03-13", "2026-03-23", "2026-03-27"],
            id="numbered, within weeks",
        ),
        pytest.param(
            times(Pattern("absoluteMonthly", day_of_month=31), 2), on("2026-03-31")[0], ["2026-03-31", "2026-05-31"],
            id="numbered does not count a month without the day",
        ),
        pytest.param(
            times(Pattern("absoluteYearly"), 2), on("2024-02-29")[1], ["2024-02-29", "2028-02-29"],
            id="numbered does not count a year without the day",
        ),
        pytest.param(
            until(Pattern("daily"), "2026-03-11"), on("2026-03-10")[0], ["2026-03-10", "2026-03-11"],
            id="a bare date is inclusive",
        ),
        pytest.param(
            until(Pattern("daily"), "2026-03-11"), on("2026-03-10")[1], ["2026-03-10", "2026-03-11"],
            id="and is the whole day of a timed event",
        ),
        pytest.param(
            until(Pattern("daily"), "2026-03-11T10:00"), on("2026-03-10")[1], ["2026-03-10", "2026-03-11"],
            id="an instant is inclusive",
        ),
        pytest.param(
            until(Pattern("daily"), "2026-03-11T09:59:59"), on("2026-03-10")[1], ["2026-03-10"],
            id="a second before the start",
        ),
        pytest.param(
            until(Pattern("daily"), "2026-03-11T02:00:00Z"), on("2026-03-10")[1], ["2026-03-10", "2026-03-11"],
            id="an instant in UTC",
        ),
        pytest.param(
            until(Pattern("daily"), "2026-03-11T20:00:00Z"), on("2026-03-10")[1],
            ["2026-03-10", "2026-03-11"], id="it is the 12th in Shanghai, before ten",
        ),
        pytest.param(
            until(Pattern("daily"), "2026-03-10T23:00:00-04:00"), on("2026-03-10")[1],
            ["2026-03-10", "2026-03-11"], id="it is the 11th in Shanghai, after ten",
        ),
        pytest.param(
            until(Pattern("daily"), "2026-03-11T00:00:00Z"), on("2026-03-10")[0], ["2026-03-10", "2026-03-11"],
            id="of whole days its date alone counts",
        ),
        pytest.param(
            until(weekly(FRI), "2026-03-12"), on("2026-03-10")[1], [], id="over before the first match",
        ),
    ],
)  # fmt: skip
def test_for_how_long(rule: Recurrence, when: When, expected: list[str]) -> None:
    assert first_days(rule, when, 9) == expected


@pytest.mark.parametrize(
    ("rule", "window", "expected"),
    [
        pytest.param(
            forever(Pattern("daily")), ("2045-01-01", "2045-01-03"), ["2045-01-01", "2045-01-02"],
            id="a daily series from 2000, seen in 2045",
        ),
        pytest.param(
            forever(Pattern("absoluteYearly")), ("2999-01-01", "3001-01-01"), ["2999-01-01", "3000-01-01"],
            id="a yearly one, seen in a thousand years",
        ),
        pytest.param(times(Pattern("daily"), 99), ("2045-01-01", "2046-01-01"), [], id="numbered, and long over"),
        pytest.param(
            times(Pattern("daily"), 99), ("2000-04-07", "2000-06-01"), ["2000-04-07", "2000-04-08"],
            id="numbered, seen at its end",
        ),
        pytest.param(
            times(weekly(MON, TUE), 9_999), ("2095-10-20", "2096-10-01"), ["2095-10-24"],
            id="a large number",
        ),
        pytest.param(forever(Pattern("daily")), ("1999-01-01", "2000-01-01"), [], id="before the start"),
        pytest.param(forever(Pattern("daily")), ("2000-01-05", "2000-01-05"), [], id="an empty window"),
        pytest.param(
            forever(Pattern("daily")), ("9000-12-31", "9990-01-01"), ["9000-12-31"], id="decision 27: the last year"
        ),
        pytest.param(
            times(Pattern("daily", 365), 9_999), ("8999-12-01", "9990-01-01"), ["9000-05-08"],
            id="the last year, and more were asked for",
        ),
    ],
)  # fmt: skip
def test_a_window_far_from_the_start(rule: Recurrence, window: tuple[str, str], expected: list[str]) -> None:
    when = timed("2000-01-01T10:00", "2000-01-01T11:00", "UTC")

    assert days(expand(rule, when, *map(ms, window))) == expected


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        pytest.param(("2026-03-11T02:30+00:00", "2026-03-11T02:40+00:00"), ["2026-03-11"], id="inside"),
        pytest.param(("2026-03-11T03:00+00:00", "2026-03-11T03:01+00:00"), ["2026-03-11"], id="from the end on"),
        pytest.param(("2026-03-11T03:00:01+00:00", "2026-03-11T04:00+00:00"), [], id="after the end"),
        pytest.param(("2026-03-11T01:00+00:00", "2026-03-11T02:00+00:00"), [], id="up to the start"),
        pytest.param(("2026-03-11T01:00+00:00", "2026-03-11T02:00:01+00:00"), ["2026-03-11"], id="over the start"),
    ],
)  # fmt: skip
def test_the_edges_of_a_window(window: tuple[str, str], expected: list[str]) -> None:
    ten_to_eleven = on("2026-03-10")[1]

    assert days(expand(forever(Pattern("daily")), ten_to_eleven, *map(ms, window))) == expected


def test_a_window_shows_what_began_long_before_it() -> None:
    month_long = timed("2026-01-31T10:00", "2026-03-10T09:00")

    shown = expand(
        forever(Pattern("absoluteMonthly", 2, day_of_month=31)),
        month_long,
        ms("2026-04-20"),
        ms("2026-05-01"),
    )

    assert days(shown) == ["2026-03-31"]


def test_a_series_may_end_after_the_calendar() -> None:
    for_ages = timed("2000-01-01T10:00", "9000-01-01T10:00", "America/New_York")

    last = occurrence_at(forever(Pattern("daily")), for_ages, LAST_DAY, 0)

    assert last is not None
    assert last.ends_ms - last.starts_ms == pytest.approx(7000 * 365.2425 * DAY_MS, abs=2 * DAY_MS)


EXAMPLES = settings(everyday, max_examples=scaled(200, 5_000))


@EXAMPLES
@given(series_of_patterns(), st.integers(-100, 4000), st.integers(0, 400))
def test_a_window_is_cut_out_of_the_whole(series: tuple[Recurrence, When], after: int, length: int) -> None:
    rule, when = series
    from_ms = when.starts_ms + after * DAY_MS
    to_ms = from_ms + length * DAY_MS
    whole = expand_days(rule, when, last=when.first_day.toordinal() + 4_500)

    expected = [one for one in whole if one.starts_ms < to_ms and one.ends_ms >= from_ms]

    assert list(expand(rule, when, from_ms, to_ms)) == expected


@EXAMPLES
@given(series_of_patterns(), st.integers(0, 3000), st.integers(0, 300))
def test_days_are_cut_out_of_the_whole(series: tuple[Recurrence, When], after: int, length: int) -> None:
    rule, when = series
    first = when.first_day.toordinal() + after
    whole = expand_days(rule, when, last=when.first_day.toordinal() + 3_300)

    assert list(expand_days(rule, when, first, first + length)) == [
        one for one in whole if first <= one.day <= first + length
    ]


@EXAMPLES
@given(series_of_patterns(), st.data())
def test_a_slot_is_found_and_counted(series: tuple[Recurrence, When], data: st.DataObject) -> None:
    rule, when = series
    first = when.first_day.toordinal()
    known = list(takewhile(lambda one: one.day < first + 1_000, islice(expand_days(rule, when), 50)))

    if known:
        at = data.draw(st.integers(0, len(known) - 1))
        assert occurrence_at(rule, when, known[at].day, 0) == known[at]
        assert occurrence_at(rule, when, known[at].day, 1) is None
        assert slots_before(rule, when, known[at].day, 0) == at
        any_day = data.draw(st.integers(first - 10, known[-1].day))
        found = occurrence_at(rule, when, any_day, 0)
        assert ([] if found is None else [found]) == [one for one in known if one.day == any_day]


@EXAMPLES
@given(series_of_patterns())
def test_occurrences_come_in_order_and_within_the_range(series: tuple[Recurrence, When]) -> None:
    rule, when = series
    some = list(islice(expand_days(rule, when), 300))

    assert [one.day for one in some] == sorted({one.day for one in some})
    assert [one.starts_ms for one in some] == sorted(one.starts_ms for one in some)
    assert all(one.ends_ms >= one.starts_ms >= when.starts_ms for one in some)
    if rule.range.number_of_occurrences is not None:
        assert len(some) <= rule.range.number_of_occurrences
    bound = last_end_ms(rule, when)
    assert bound is None or all(one.ends_ms <= bound for one in some)
