"""How an event repeats: the five patterns and three ranges of the contract, validated and made whole.

Source: the reference page of Update event; decision 7.
"""

from __future__ import annotations

from datetime import date
from typing import Literal, get_args

from msgspec import Struct

from rili.errors import InvalidParameter, ParsedTimestampError
from rili.model.moment import Instant, parse_date, parse_date_time
from rili.model.rules import Rules, lenient_accepts, one_of
from rili.model.when import Timed, When

PatternType = Literal["daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly"]
Index = Literal["first", "second", "third", "fourth", "last"]
RangeType = Literal["noEnd", "endDate", "numbered"]

PATTERN_TYPES: tuple[PatternType, ...] = get_args(PatternType)
INDEXES: tuple[Index, ...] = get_args(Index)
RANGE_TYPES: tuple[RangeType, ...] = get_args(RangeType)

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""As in `date.weekday()`: Monday is 0."""

INTERVALS = range(1, 366)
OCCURRENCES = range(1, 100)


class Pattern(Struct, frozen=True, gc=False, omit_defaults=True):
    """On which days: only the members that its type uses are set."""

    type: PatternType
    interval: int = 1
    days_of_week: tuple[int, ...] = ()
    day_of_month: int | None = None
    index: Index | None = None
    first_day_of_week: int | None = None


class Range(Struct, frozen=True, gc=False, omit_defaults=True):
    """For how long. `end_date` is kept as it was sent: a date, or an instant that still counts."""

    type: RangeType = "noEnd"
    end_date: str | None = None
    number_of_occurrences: int | None = None


class Recurrence(Struct, frozen=True, gc=False, omit_defaults=True):
    """A rule that makes an event a series: one of the five patterns, or what RFC 5545 says and they cannot."""

    pattern: Pattern | None
    range: Range
    rrule: str | None = None
    """The parts of an RRULE but COUNT and UNTIL, which are the range's; set where *pattern* is None."""


class GivenPattern(Struct, frozen=True, gc=False):
    """A pattern as a request gave it; None is a member that is absent or empty."""

    type: str | None = None
    interval: int | None = None
    days_of_week: str | None = None
    day_of_month: int | None = None
    index: str | None = None
    first_day_of_week: str | None = None


class GivenRange(Struct, frozen=True, gc=False):
    """A range as a request gave it; None is a member that is absent or empty."""

    type: str | None = None
    end_date: str | None = None
    number_of_occurrences: int | None = None


class GivenRecurrence(Struct, frozen=True, gc=False):
    """A rule as a request gave it."""

    pattern: GivenPattern | None = None
    range: GivenRange | None = None


def settle(given: GivenRecurrence, when: When, rules: Rules) -> Recurrence:
    """The whole rule: defaults filled in from the first day of *when*, members its type does not use left out.

    Raises InvalidParameter, with the documented text for an interval or a number of occurrences.
    """
    range_ = check_rule(given, rules)
    assert given.pattern is not None
    pattern = _pattern(given.pattern, when.first_day)
    _check_end(range_, when)
    return Recurrence(pattern, range_)


def check_rule(given: GivenRecurrence, rules: Rules) -> Range:
    """The range. Raises InvalidParameter for what is wrong in *given* whatever event repeats so."""
    if given.pattern is None or given.pattern.type is None:
        raise InvalidParameter(
            description="recurrence.pattern.type: a repeating event needs it, one of "
            + ", ".join(PATTERN_TYPES)
        )
    one_of(given.pattern.type, PATTERN_TYPES, "recurrence.pattern.type")
    if given.pattern.interval is not None and given.pattern.interval not in INTERVALS:
        raise InvalidParameter(
            "Recurrence interval must between [1, 365]",
            description=f"recurrence.pattern.interval: {given.pattern.interval} is not",
        )
    return _range(given.range or GivenRange(), rules)


def check_start(recurrence: Recurrence, when: When) -> None:
    """Raises InvalidParameter when *when*, which moved, begins after the rule has ended."""
    _check_end(recurrence.range, when)


def last_start(end_date: str, when: When) -> date | int:
    """The last day, or the last instant in epoch milliseconds, on which an occurrence may start: inclusive.

    A bare date is the whole day in the event's zone (decision 7). All-day events have days alone.
    """
    last = _last(end_date)
    if isinstance(last, date):
        return last
    return last.within(when.start.zone).epoch_ms() if isinstance(when, Timed) else last.wall.date()


def _pattern(given: GivenPattern, first: date) -> Pattern:
    kind = one_of(given.type or "", PATTERN_TYPES, "recurrence.pattern.type")
    interval = 1 if given.interval is None else given.interval
    if kind == "daily":
        return Pattern("daily", interval)
    if kind == "weekly":
        days = _weekdays(given.days_of_week) or (first.weekday(),)
        week_start = _weekday(given.first_day_of_week or "sunday", "recurrence.pattern.firstDayOfWeek")
        return Pattern("weekly", interval, days_of_week=days, first_day_of_week=week_start)
    if kind == "relativeMonthly":
        days = _weekdays(given.days_of_week) or (first.weekday(),)
        index: Index = one_of(given.index or "first", INDEXES, "recurrence.pattern.index")
        return Pattern("relativeMonthly", interval, days_of_week=days, index=index)
    day = first.day if given.day_of_month is None else given.day_of_month
    if not 1 <= day <= 31:
        raise InvalidParameter(description=f"recurrence.pattern.dayOfMonth: {day} is not from 1 to 31")
    if kind == "absoluteMonthly":
        return Pattern("absoluteMonthly", interval, day_of_month=day)
    if day != first.day:
        # Decision 7. The day of a yearly rule is the start's, so it is not kept twice.
        raise InvalidParameter(
            description=f"recurrence.pattern.dayOfMonth: {day} is not the day of start, {first.day}, "
            "on which an absoluteYearly event repeats"
        )
    return Pattern("absoluteYearly", interval)


def _range(given: GivenRange, rules: Rules) -> Range:
    kind = None if given.type is None else one_of(given.type, RANGE_TYPES, "recurrence.range.type")
    end_date, number = given.end_date, given.number_of_occurrences
    if end_date is not None and number is not None:
        lenient_accepts(
            rules, "recurrence.range: endDate and numberOfOccurrences cannot be set at the same time"
        )
        if kind is None:
            raise InvalidParameter(
                description="recurrence.range.type: it must say which of endDate and numberOfOccurrences counts"
            )
        if kind == "endDate":
            number = None
    if number is not None and number not in OCCURRENCES:
        raise _number_out_of_range(str(number))
    kind = kind or ("endDate" if end_date else "numbered" if number else "noEnd")
    if kind == "noEnd":
        return Range()
    if kind == "numbered":
        if number is None:
            raise _number_out_of_range("missing, and range.type is numbered")
        return Range("numbered", number_of_occurrences=number)
    if end_date is None:
        raise InvalidParameter(
            description="recurrence.range.endDate: it is missing, and range.type is endDate"
        )
    _last(end_date)
    return Range("endDate", end_date=end_date)


def _check_end(range_: Range, when: When) -> None:
    if range_.end_date is None:
        return
    last = last_start(range_.end_date, when)
    if last < (when.first_day if isinstance(last, date) else when.starts_ms):  # type: ignore[operator]
        raise InvalidParameter(description="recurrence.range.endDate: it lies before start")


def _last(end_date: str) -> date | Instant:
    try:
        parse = parse_date_time if "T" in end_date else parse_date
        return parse(end_date, "recurrence.range.endDate")
    except InvalidParameter as bad:
        raise ParsedTimestampError(description=bad.description) from None


def _weekdays(text: str | None) -> tuple[int, ...]:
    names = [name.strip() for name in (text or "").split(",")]
    return tuple(sorted({_weekday(name, "recurrence.pattern.daysOfWeek") for name in names if name}))


def _weekday(name: str, field: str) -> int:
    try:
        return WEEKDAYS.index(name.strip().lower())
    except ValueError:
        raise InvalidParameter(description=f"{field}: expected one of " + ", ".join(WEEKDAYS)) from None


def _number_out_of_range(what: str) -> InvalidParameter:
    return InvalidParameter(
        "Recurrence range numberOfOccurrences must between [1, 99]",
        description=f"recurrence.range.numberOfOccurrences: {what}",
    )
