"""Rules that only RFC 5545 can say. The examples are those of its section 3.8.5.3, from 2 September 1997 on."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice
from time import perf_counter

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from rili.errors import InvalidParameter
from rili.model import text_rule
from rili.model.expansion import expand, expand_days, last_end_ms, occurrence_at, slots_before
from rili.model.moment import DAY_MS
from rili.model.pattern_days import LAST_DAY
from rili.model.recurrence import Range, Recurrence
from rili.model.when import Timed, When
from tests.model.make import all_day, timed
from tests.model.repeating import NEW_YORK, WHENS, days, first_days, ms, ranges, rules, spans
from tests.properties import everyday
from tests.soak.scale import scaled

NINE = timed("1997-09-02T09:00", "1997-09-02T10:00", NEW_YORK)


def text(rule: str, range_: Range | None = None) -> Recurrence:
    return Recurrence(None, range_ or Range(), rule)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param("FREQ=DAILY;BYMONTH=1", "1998-01-01 1998-01-02 1998-01-03", id="every day in January"),
        pytest.param(
            "FREQ=MONTHLY;INTERVAL=2;BYDAY=1SU,-1SU", "1997-09-07 1997-09-28 1997-11-02 1997-11-30",
            id="first and last Sunday of every other month",
        ),
        pytest.param("FREQ=MONTHLY;BYMONTHDAY=-3", "1997-09-28 1997-10-29 1997-11-28", id="third to the last day"),
        pytest.param("FREQ=MONTHLY;BYMONTHDAY=2,15", "1997-09-02 1997-09-15 1997-10-02", id="2nd and 15th"),
        pytest.param("FREQ=MONTHLY;BYMONTHDAY=1,-1", "1997-09-30 1997-10-01 1997-10-31", id="first and last day"),
        pytest.param("FREQ=MONTHLY;INTERVAL=2;BYDAY=TU", "1997-09-02 1997-09-09 1997-09-16", id="every Tuesday"),
        pytest.param("FREQ=YEARLY;BYMONTH=6,7", "1998-06-02 1998-07-02 1999-06-02", id="June and July: start's day"),
        pytest.param(
            "FREQ=YEARLY;INTERVAL=3;BYYEARDAY=1,100,200", "2000-01-01 2000-04-09 2000-07-18",
            id="1st, 100th and 200th day of every third year",
        ),
        pytest.param("FREQ=YEARLY;BYDAY=20MO", "1998-05-18 1999-05-17 2000-05-15", id="20th Monday of the year"),
        pytest.param(
            "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1998-05-11 1999-05-17 2000-05-15", id="Monday of week number 20",
        ),
        pytest.param("FREQ=YEARLY;BYWEEKNO=20", "1998-05-12 1999-05-18 2000-05-16", id="its weekday is the start's"),
        pytest.param("FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "1998-03-05 1998-03-12 1998-03-19", id="Thursdays in March"),
        pytest.param("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1998-02-13 1998-03-13 1998-11-13", id="Friday the 13th"),
        pytest.param(
            "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", "1997-09-13 1997-10-11 1997-11-08",
            id="first Saturday after the first Sunday",
        ),
        pytest.param(
            "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1997-11-04 2001-11-06 2005-11-08",
            id="Tuesday after a Monday in November, every fourth year",
        ),
        pytest.param(
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "1997-09-29 1997-10-30 1997-11-27",
            id="second to last working day",
        ),
        pytest.param("FREQ=MONTHLY;BYDAY=5TU", "1997-09-30 1997-12-30 1998-03-31", id="fifth Tuesday"),
        pytest.param(
            "FREQ=MONTHLY;BYDAY=MO,1TU", "1997-09-02 1997-09-08 1997-09-15 1997-09-22",
            id="every Monday and the first Tuesday",
        ),
        pytest.param(
            "FREQ=WEEKLY;BYDAY=MO,WE,FR;BYSETPOS=1", "1997-09-08 1997-09-15 1997-09-22",
            id="the first of a week: in the week of the start it is over",
        ),
        pytest.param(
            "FREQ=YEARLY;BYWEEKNO=53;BYDAY=FR,SA", "1999-01-01 1999-01-02 2004-12-31 2005-01-01 2010-01-01",
            id="week 53, over the turn of the year",
        ),
        pytest.param("FREQ=YEARLY;BYWEEKNO=-1;BYDAY=SA", "1997-12-27 1999-01-02 2000-01-01", id="last week"),
        pytest.param("FREQ=DAILY;INTERVAL=400", "1997-09-02 1998-10-07 1999-11-11", id="a long interval"),
        pytest.param("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2000-02-29 2004-02-29 2008-02-29", id="leap days"),
    ],
)  # fmt: skip
def test_days_of_a_rule(rule: str, expected: str) -> None:
    text_rule.check(rule, NINE.start.wall)

    assert first_days(text(rule), NINE, expected.count(" ") + 1) == expected.split()
    assert (
        first_days(text(rule), all_day("1997-09-02", "1997-09-03"), expected.count(" ") + 1)
        == expected.split()
    )


def test_several_times_a_day() -> None:
    rule = text("FREQ=DAILY;BYHOUR=1,9,17;BYMINUTE=0,30")
    last_day, next_day = NINE.first_day.toordinal(), NINE.first_day.toordinal() + 1

    assert spans(expand_days(rule, NINE, last=last_day), NEW_YORK) == [
        "09-02 09:00-04:00 to 10:00-04:00",
        "09-02 09:30-04:00 to 10:30-04:00",
        "09-02 17:00-04:00 to 18:00-04:00",
        "09-02 17:30-04:00 to 18:30-04:00",
    ]
    assert [one.number for one in expand_days(rule, NINE, next_day, next_day)] == [0, 1, 2, 3, 4, 5]
    assert slots_before(rule, NINE, next_day, 2) == 6
    second = occurrence_at(rule, NINE, next_day, 1)
    assert second is not None
    assert spans([second], NEW_YORK) == ["09-03 01:30-04:00 to 02:30-04:00"]


@pytest.mark.parametrize(
    ("range_", "expected"),
    [
        pytest.param(
            Range("numbered", number_of_occurrences=3), "1998-02-13 1998-03-13 1998-11-13", id="numbered"
        ),
        pytest.param(Range("endDate", "1998-03-13"), "1998-02-13 1998-03-13", id="a bare date"),
        pytest.param(
            Range("endDate", "1998-03-13T14:00:00Z"), "1998-02-13 1998-03-13", id="an instant, inclusive"
        ),
        pytest.param(Range("endDate", "1998-03-13T13:59:59Z"), "1998-02-13", id="a second before"),
    ],
)
def test_for_how_long(range_: Range, expected: str) -> None:
    rule = text("FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR", range_)

    assert first_days(rule, NINE, 9) == expected.split()
    assert days(expand(rule, NINE, ms("1990-01-01"), ms("2100-01-01"))) == expected.split()
    last = list(expand_days(rule, NINE))[-1]
    bound = last_end_ms(rule, NINE)
    assert bound is not None
    assert last.ends_ms <= bound <= last.ends_ms + 35 * DAY_MS


def test_what_a_gap_moves_past_the_end_does_not_hide_what_comes_after_it() -> None:
    rule = text("FREQ=DAILY;BYHOUR=2,3;BYMINUTE=30", Range("endDate", "2026-03-08T03:30:00-04:00"))
    half_past_two = timed("2026-03-07T02:30", "2026-03-07T02:40", NEW_YORK)

    assert spans(expand_days(rule, half_past_two), NEW_YORK)[-2:] == ["03-08 03:30-04:00 to 03:40-04:00"] * 2

    earlier = text("FREQ=DAILY;BYHOUR=2,3;BYMINUTE=0,45", Range("endDate", "2026-03-08T03:10:00-04:00"))
    assert (
        spans(expand_days(earlier, half_past_two), NEW_YORK)[-2:] == ["03-08 03:00-04:00 to 03:10-04:00"] * 2
    )


def test_a_rule_with_a_number_is_followed_for_two_hundred_years() -> None:
    leap_days = text("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29", Range("numbered", number_of_occurrences=9_999))
    before = perf_counter()

    assert days(expand_days(leap_days, NINE))[-1] == "2196-02-29"
    assert last_end_ms(leap_days, NINE) is not None
    assert perf_counter() - before < 3


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        pytest.param("", "expected NAME=VALUE", id="empty"),
        pytest.param("DAILY", "expected NAME=VALUE", id="no name"),
        pytest.param("FREQ=", "expected NAME=VALUE", id="no value"),
        pytest.param("FREQ=DAILY;;INTERVAL=2", "expected NAME=VALUE", id="an empty part"),
        pytest.param("FREQ=DAILY;FREQ=DAILY", "FREQ is there twice", id="twice"),
        pytest.param("INTERVAL=2", "FREQ must be one of", id="no FREQ"),
        pytest.param("FREQ=HOURLY", "FREQ must be one of", id="hourly"),
        pytest.param("FREQ=SECONDLY;BYHOUR=9", "FREQ must be one of", id="secondly"),
        pytest.param("FREQ=DAILY;BYEASTER=0", "no such part: BYEASTER", id="dateutil's own part"),
        pytest.param("FREQ=DAILY;RSCALE=CHINESE", "no such part: RSCALE", id="RFC 7529"),
        pytest.param("FREQ=DAILY;X-A=1", "no such part: X-A", id="an extension"),
        pytest.param("FREQ=DAILY;COUNT=3", "no such part: COUNT", id="the range is kept beside the text"),
        pytest.param("FREQ=DAILY;INTERVAL=0", "INTERVAL: '0'", id="interval 0"),
        pytest.param("FREQ=DAILY;INTERVAL=-1", "INTERVAL: '-1'", id="interval -1"),
        pytest.param("FREQ=DAILY;INTERVAL=2,3", "INTERVAL: '2,3'", id="two intervals"),
        pytest.param("FREQ=DAILY;INTERVAL=100000", "INTERVAL: '100000'", id="a huge interval"),
        pytest.param("FREQ=DAILY;INTERVAL=" + "9" * 1_500, "INTERVAL: '999", id="an interval of 1,500 digits"),
        pytest.param("FREQ=DAILY;INTERVAL=1.5", "INTERVAL: '1.5'", id="a fraction"),
        pytest.param("FREQ=DAILY;INTERVAL=1_0", "INTERVAL: '1_0'", id="Python's own spelling"),
        pytest.param("FREQ=DAILY;INTERVAL= 2", "INTERVAL: ' 2'", id="white space"),
        pytest.param("FREQ=DAILY;INTERVAL=٢", "letters", id="Arabic digits"),
        pytest.param("FREQ=DAILY;WKST=XX", "WKST must be one of", id="no such day of the week"),
        pytest.param("FREQ=WEEKLY;BYDAY=MO,", "BYDAY: ''", id="an empty day"),
        pytest.param("FREQ=WEEKLY;BYDAY=MO(1)", "BYDAY: 'MO(1)'", id="dateutil's own spelling"),
        pytest.param("FREQ=WEEKLY;BYDAY=1MO", "BYDAY: 1MO has a number", id="a number in a week"),
        pytest.param("FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", "BYDAY: 1MO has a number", id="a number in a numbered week"),
        pytest.param("FREQ=MONTHLY;BYDAY=6MO", "BYDAY: '6' is not from -5 to 5", id="a sixth Monday"),
        pytest.param("FREQ=MONTHLY;BYDAY=0MO", "BYDAY: '0' is not from -5 to 5", id="a zeroth Monday"),
        pytest.param("FREQ=YEARLY;BYMONTH=1;BYDAY=53MO", "BYDAY: '53'", id="a 53rd Monday in January"),
        pytest.param("FREQ=YEARLY;BYDAY=54MO", "BYDAY: '54'", id="a 54th Monday"),
        pytest.param("FREQ=YEARLY;BYMONTH=13", "BYMONTH: '13' is not from 1 to 12", id="month 13"),
        pytest.param("FREQ=YEARLY;BYMONTH=5L", "BYMONTH: '5L'", id="a leap month"),
        pytest.param("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY: '32'", id="day 32"),
        pytest.param("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY: '0'", id="day 0"),
        pytest.param("FREQ=YEARLY;BYYEARDAY=-367", "BYYEARDAY: '-367'", id="before the year"),
        pytest.param("FREQ=YEARLY;BYWEEKNO=54", "BYWEEKNO: '54'", id="week 54"),
        pytest.param("FREQ=DAILY;BYHOUR=24", "BYHOUR: '24'", id="hour 24"),
        pytest.param("FREQ=DAILY;BYSECOND=60", "BYSECOND: '60'", id="a leap second"),
        pytest.param("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=0", "BYSETPOS: '0'", id="position 0"),
        pytest.param("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS needs another", id="a position of nothing"),
        pytest.param("FREQ=YEARLY;BYWEEKNO=1;BYSETPOS=1", "BYSETPOS and BYWEEKNO", id="a position in weeks"),
        pytest.param("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY must not be used", id="a day of the month in a week"),
        pytest.param("FREQ=MONTHLY;BYYEARDAY=1", "BYYEARDAY must not be used", id="a day of the year in a month"),
        pytest.param("FREQ=MONTHLY;BYWEEKNO=1", "BYWEEKNO must not be used", id="a week in a month"),
        pytest.param("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "no day", id="30 February"),
        pytest.param("FREQ=DAILY;INTERVAL=7;BYDAY=WE", "no day", id="a weekday out of step"),
        pytest.param("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2", "no day", id="a second of one a week"),
        pytest.param("FREQ=YEARLY;INTERVAL=100;BYMONTH=2;BYMONTHDAY=29", "no day", id="leap days out of step"),
        pytest.param(
            "FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8,9,10;BYMINUTE=0,6,12,18,24,30,36,42,48,54", "100 occurrences a day",
            id="more than each quarter of an hour",
        ),
        pytest.param("FREQ=DAILY;BYMONTH=" + "1," * 1_000 + "1", "longer than 2000", id="a long list"),
    ],
)  # fmt: skip
def test_a_rule_is_refused(rule: str, says: str) -> None:
    before = perf_counter()
    with pytest.raises(InvalidParameter) as refused:
        text_rule.check(rule, NINE.start.wall)

    assert perf_counter() - before < 1
    assert (refused.value.description or "").startswith("RRULE: ")
    assert says in (refused.value.description or "")
    assert len(refused.value.description or "") < 300


@pytest.mark.parametrize("year", [1000, 1599, 1601, 1999, 2001, 2399, 8999])
def test_a_leap_day_is_found_from_every_year(year: int) -> None:
    text_rule.check("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", datetime(year, 5, 17, 9))


def settled(rule: str, begin: datetime) -> str:
    """The rule as it is kept; what is refused is no example."""
    try:
        text_rule.check(rule, begin)
    except InvalidParameter:
        assume(False)
    return ";".join(f"{name}={value}" for name, value in text_rule.canonical(text_rule.split(rule)).items())


BEGINS = st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)).map(
    lambda wall: wall.replace(microsecond=0)
)
EXAMPLES = settings(everyday, max_examples=scaled(120, 2_000))


@EXAMPLES
@given(rules(), BEGINS, st.integers(0, 3_000), st.integers(0, 500))
@example("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;BYSETPOS=-1", datetime(2026, 1, 4, 9), 10, 40)
def test_a_jump_misses_nothing(rule: str, begin: datetime, after: int, length: int) -> None:
    kept = settled(rule, begin)
    origin = begin.toordinal()
    walked = text_rule.starts(kept, begin, origin, origin + after + length, None)

    jumped = list(text_rule.starts(kept, begin, origin + after, origin + after + length, None))

    assert jumped == [wall for wall in walked if wall.toordinal() >= origin + after]


@settings(EXAMPLES, max_examples=scaled(120, 10_000))
@given(rules(), BEGINS)
def test_dateutil_agrees(rule: str, begin: datetime) -> None:
    kept = settled(rule, begin)
    parts = text_rule.split(kept)
    mixed = {len(day) > 2 for day in parts.get("BYDAY", "").split(",")} == {True, False}
    assume(not mixed)
    assume("BYWEEKNO" not in parts)
    assume(not ("BYSETPOS" in parts and parts["FREQ"] == "WEEKLY"))
    last = datetime(begin.year + 5, 1, 1)

    theirs = rrulestr(kept, dtstart=begin).between(datetime(1999, 1, 1), last)

    assert list(text_rule.starts(kept, begin, begin.toordinal(), last.toordinal() - 1, None)) == theirs


@EXAMPLES
@given(st.sets(st.integers(-53, 53).filter(bool), min_size=1), st.dates(date(1990, 1, 1), date(2060, 1, 1)))
def test_weeks_are_those_of_the_iso_calendar(numbers: set[int], begin: date) -> None:
    rule = "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYWEEKNO=" + ",".join(map(str, numbers))
    every = [begin + timedelta(days=more) for more in range(800)]

    def fits(day: date) -> bool:
        of_year = date(day.isocalendar().year, 12, 28).isocalendar().week
        return not numbers.isdisjoint({day.isocalendar().week, day.isocalendar().week - of_year - 1})

    found = text_rule.starts(
        rule, datetime(begin.year, begin.month, begin.day), begin.toordinal(), LAST_DAY, None
    )

    expected = [day for day in every if fits(day)]
    assert [wall.date() for wall in islice(found, len(expected))] == expected


@EXAMPLES
@given(rules(), WHENS.flatmap(lambda when: st.tuples(st.just(when), ranges(when))), st.integers(0, 2_000))
def test_the_expansion_of_a_text(rule: str, at: tuple[When, Range], after: int) -> None:
    when, range_ = at
    begin = when.start.wall if isinstance(when, Timed) else datetime.combine(when.start, datetime.min.time())
    recurrence = text(settled(rule, begin), range_)
    from_ms, to_ms = when.starts_ms + after * DAY_MS, when.starts_ms + (after + 100) * DAY_MS
    whole = list(expand_days(recurrence, when, last=when.first_day.toordinal() + 2_200))
    shown = [one for one in whole if one.starts_ms < to_ms and one.ends_ms >= from_ms]

    assert list(expand(recurrence, when, from_ms, to_ms)) == shown
    for one in shown[:3]:
        assert occurrence_at(recurrence, when, one.day, one.number) == one
        assert slots_before(recurrence, when, one.day, one.number) == whole.index(one)
    bound = last_end_ms(recurrence, when)
    assert bound is None or all(one.ends_ms <= bound for one in whole)
