"""On which days the five patterns fall. A day is a number of `date.toordinal`."""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice

from rili.model.moment import YEARS
from rili.model.recurrence import Pattern

LAST_DAY = date(YEARS.stop - 1, 12, 31).toordinal()
"""No occurrence starts after it: what a rule says of later days is not asked (decision 27)."""

_INDEX = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}
_MONTHS = 12


def days_of(pattern: Pattern, begin: int, first: int, last: int) -> Iterable[int]:
    """The days from *first* to *last* that *pattern* falls on, in order, for a series that begins on day *begin*.

    *first* must not lie before *begin*. Intervals count from the week, month or year of *begin* (decision 7).
    """
    interval = pattern.interval
    if pattern.type == "daily":
        return range(first + (begin - first) % interval, last + 1, interval)
    if pattern.type == "weekly":
        return _weekly(pattern, begin, first, last)
    if pattern.type == "absoluteYearly":
        return _yearly(interval, begin, first, last)
    return _monthly(pattern, begin, first, last)


def nth_day(pattern: Pattern, begin: int, number: int) -> int:
    """The day of the *number*-th occurrence, from 1; LAST_DAY when there are not as many."""
    if pattern.type == "daily":
        return min(begin + (number - 1) * pattern.interval, LAST_DAY)
    if pattern.type == "weekly":
        week, offsets = _week_of(pattern, begin), _week_offsets(pattern)
        missed = sum(week + offset < begin for offset in offsets)
        weeks, of_week = divmod(number - 1 + missed, len(offsets))
        return min(week + weeks * 7 * pattern.interval + offsets[of_week], LAST_DAY)
    return next(islice(iter(days_of(pattern, begin, begin, LAST_DAY)), number - 1, None), LAST_DAY)


def _weekly(pattern: Pattern, begin: int, first: int, last: int) -> Iterable[int]:
    step = 7 * pattern.interval
    if len(pattern.days_of_week) == 1:
        week = _week_of(pattern, begin)
        day = week + (pattern.days_of_week[0] - (pattern.first_day_of_week or 0)) % 7
        return range(first + (day - first) % step, last + 1, step)
    week = _week_of(pattern, begin)
    return _several_a_week(week + (first - week) // step * step, step, _week_offsets(pattern), first, last)


def _several_a_week(week: int, step: int, offsets: list[int], first: int, last: int) -> Iterator[int]:
    for start in range(week, last + 1, step):
        for offset in offsets:
            if first <= start + offset <= last:
                yield start + offset


def _week_of(pattern: Pattern, day: int) -> int:
    """The first day of the week of *day*. Day 1 of the ordinals was a Monday."""
    return day - (day - 1 - (pattern.first_day_of_week or 0)) % 7


def _week_offsets(pattern: Pattern) -> list[int]:
    """The days of a week that it falls on, counted from the first day of its week."""
    return sorted((day - (pattern.first_day_of_week or 0)) % 7 for day in pattern.days_of_week)


def _monthly(pattern: Pattern, begin: int, first: int, last: int) -> Iterator[int]:
    start, at = date.fromordinal(begin), date.fromordinal(first)
    month = start.year * _MONTHS + start.month - 1
    month += (at.year * _MONTHS + at.month - 1 - month) // pattern.interval * pattern.interval
    while (year := month // _MONTHS) < YEARS.stop:
        of_year = month % _MONTHS + 1
        if date(year, of_year, 1).toordinal() > last:
            return
        day = _day_in_month(pattern, year, of_year)
        if day is not None and first <= day <= last:
            yield day
        month += pattern.interval


def _day_in_month(pattern: Pattern, year: int, month: int) -> int | None:
    """The one day of a month that it falls on; None when the month is too short."""
    weekday, length = monthrange(year, month)
    first = date(year, month, 1).toordinal()
    if pattern.day_of_month is not None:
        return first + pattern.day_of_month - 1 if pattern.day_of_month <= length else None
    fitting = [offset for offset in range(length) if (weekday + offset) % 7 in pattern.days_of_week]
    return first + fitting[_INDEX[pattern.index or "first"]]


def _yearly(interval: int, begin: int, first: int, last: int) -> Iterator[int]:
    start = date.fromordinal(begin)
    year = start.year + (date.fromordinal(first).year - start.year) // interval * interval
    leap_day = (start.month, start.day) == (2, 29)
    for one in range(year, YEARS.stop, interval):
        if leap_day and not isleap(one):
            continue
        day = start.replace(year=one).toordinal()
        if day > last:
            return
        if day >= first:
            yield day
