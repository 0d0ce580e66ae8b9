"""Series for tests: rules written short, occurrences printed short, and strategies that make both."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice

from hypothesis import strategies as st

from rili.model.expansion import Occurrence, expand_days
from rili.model.moment import Moment
from rili.model.recurrence import INDEXES, Pattern, Range, Recurrence
from rili.model.text_rule import WEEKDAYS
from rili.model.when import AllDay, Timed, When

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
WORKING_DAYS = (MON, TUE, WED, THU, FRI)

SHANGHAI, NEW_YORK, LONDON = "Asia/Shanghai", "America/New_York", "Europe/London"
LORD_HOWE, APIA, ST_JOHNS = "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns"


def weekly(*days: int, interval: int = 1, week_start: int = SUN) -> Pattern:
    return Pattern("weekly", interval, days_of_week=days, first_day_of_week=week_start)


def forever(pattern: Pattern) -> Recurrence:
    return Recurrence(pattern, Range())


def until(pattern: Pattern, end_date: str) -> Recurrence:
    return Recurrence(pattern, Range("endDate", end_date=end_date))


def times(pattern: Pattern, number: int) -> Recurrence:
    return Recurrence(pattern, Range("numbered", number_of_occurrences=number))


def ms(text: str) -> int:
    """Epoch milliseconds of an ISO date, at midnight in UTC, or of a date-time with its offset."""
    instant = datetime.fromisoformat(text)
    return int((instant if instant.tzinfo else instant.replace(tzinfo=UTC)).timestamp() * 1000)


def days(occurrences: Iterable[Occurrence]) -> list[str]:
    """The days of their slots."""
    return [date.fromordinal(one.day).isoformat() for one in occurrences]


def spans(occurrences: Iterable[Occurrence], zone: str) -> list[str]:
    """From when to when each is, as its zone shows it: `03-08 03:30-04:00 to 04:30-04:00`."""
    return [
        f"{Moment.at(one.starts_ms, zone).text()[5:].replace('T', ' ').replace(':00-', '-').replace(':00+', '+')}"
        f" to {Moment.at(one.ends_ms, zone).text()[11:].replace(':00-', '-').replace(':00+', '+')}"
        for one in occurrences
    ]


def first_days(recurrence: Recurrence, when: When, count: int = 5) -> list[str]:
    """The days of the first slots."""
    return days(islice(expand_days(recurrence, when), count))


ZONES = st.sampled_from([SHANGHAI, NEW_YORK, LONDON, LORD_HOWE, APIA, ST_JOHNS, "UTC", "Africa/Casablanca"])
WEEKDAY_SETS = st.sets(st.integers(0, 6), min_size=1).map(lambda some: tuple(sorted(some)))
PATTERNS = st.one_of(
    st.builds(Pattern, st.just("daily"), st.integers(1, 40)),
    st.builds(
        lambda interval, some, week_start: weekly(*some, interval=interval, week_start=week_start),
        st.integers(1, 6), WEEKDAY_SETS, st.integers(0, 6),
    ),
    st.builds(
        lambda interval, day: Pattern("absoluteMonthly", interval, day_of_month=day),
        st.integers(1, 14), st.integers(1, 31),
    ),
    st.builds(
        lambda interval, some, index: Pattern("relativeMonthly", interval, days_of_week=some, index=index),
        st.integers(1, 14), WEEKDAY_SETS, st.sampled_from(INDEXES),
    ),
    st.builds(Pattern, st.just("absoluteYearly"), st.integers(1, 5)),
)  # fmt: skip

_SECONDS = st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)).map(
    lambda wall: wall.replace(microsecond=0)
)
_AT_NIGHT = st.builds(
    lambda wall, hour, minute: datetime.combine(wall.date(), time(hour, minute)),
    _SECONDS, st.integers(0, 3), st.sampled_from([0, 15, 30, 59]),
)  # fmt: skip


def _timed(wall: datetime, seconds: int, zone: str, fold: int) -> Timed:
    start = Moment(wall, zone, fold)
    end = Moment(wall + timedelta(seconds=seconds), zone, fold)
    return Timed(start, end if end.epoch_ms() >= start.epoch_ms() else start)


TIMED = st.builds(
    _timed,
    st.one_of(_SECONDS, _AT_NIGHT),
    st.one_of(st.integers(0, 12).map((1800).__mul__), st.integers(0, 40 * 86_400)),
    ZONES,
    st.sampled_from([0, 0, 0, 1]),
)
ALL_DAY = st.builds(
    lambda start, length: AllDay(start, start + timedelta(days=length)),
    st.dates(date(2000, 1, 1), date(2040, 1, 1)),
    st.integers(1, 40),
)
WHENS = st.one_of(TIMED, ALL_DAY)


@st.composite
def ranges(draw: st.DrawFn, when: When) -> Range:
    """A range of each kind, in each of its forms, that does not end before *when*."""
    kind = draw(st.sampled_from(["noEnd", "endDate", "numbered"]))
    if kind == "noEnd":
        return Range()
    if kind == "numbered":
        return Range("numbered", number_of_occurrences=draw(st.integers(1, 99)))
    later = when.first_day + timedelta(days=draw(st.integers(2, 2000)))
    form = draw(st.sampled_from(["", "T00:00:00Z", "T23:59:59", "T12:30:00+14:00", "T02:30"]))
    return Range("endDate", end_date=f"{later}{form}")


@st.composite
def series_of_patterns(draw: st.DrawFn) -> tuple[Recurrence, When]:
    """Any series that DingTalk's API can make."""
    when = draw(WHENS)
    return Recurrence(draw(PATTERNS), draw(ranges(when))), when


def _numbers(most: int, *, signed: bool = True) -> st.SearchStrategy[str]:
    """A list of one to three."""
    one = st.integers(-most if signed else 1, most).filter(bool)
    return st.lists(one, min_size=1, max_size=3).map(lambda some: ",".join(map(str, some)))


def _some_days(most: int) -> st.SearchStrategy[str]:
    """Days of the week, in part with a number up to *most*."""
    number = (
        st.just("") if not most else st.one_of(st.just(""), st.integers(-most, most).filter(bool).map(str))
    )
    day = st.builds(str.__add__, number, st.sampled_from(WEEKDAYS))
    return st.lists(day, min_size=1, max_size=4).map(",".join)


_PARTS = {
    "INTERVAL": st.integers(1, 6).map(str),
    "WKST": st.sampled_from(WEEKDAYS),
    "BYMONTH": _numbers(12, signed=False),
    "BYHOUR": st.sampled_from(["9", "0,12", "1,2,3", "23"]),
    "BYMINUTE": st.sampled_from(["0", "15,45", "30"]),
    "BYSETPOS": _numbers(4),
}
_OF_FREQUENCY: dict[str, dict[str, st.SearchStrategy[str]]] = {
    "DAILY": {"BYMONTHDAY": _numbers(31), "BYDAY": _some_days(0)},
    "WEEKLY": {"BYDAY": _some_days(0)},
    "MONTHLY": {"BYMONTHDAY": _numbers(31), "BYDAY": _some_days(5)},
    "YEARLY": {
        "BYMONTHDAY": _numbers(31), "BYDAY": _some_days(5), "BYYEARDAY": _numbers(366), "BYWEEKNO": _numbers(53),
    },
}  # fmt: skip


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules of RFC 5545, not all of which make sense."""
    frequency = draw(st.sampled_from(list(_OF_FREQUENCY)))
    known = _PARTS | _OF_FREQUENCY[frequency]
    names = draw(st.lists(st.sampled_from(sorted(known)), max_size=4, unique=True))
    return ";".join([f"FREQ={frequency}", *(f"{name}={draw(known[name])}" for name in names)])
