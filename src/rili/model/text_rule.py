"""Rules that RFC 5545 can say and the five patterns cannot: kept as text, expanded by python-dateutil.

dateutil walks from the start. Here it starts in the period that the caller looks at, which gives the same days:
a rule repeats by years, months, weeks or days, and none of them remembers the one before.
"""

from __future__ import annotations

import re
from calendar import isleap
from collections.abc import Collection, Iterator
from datetime import MAXYEAR, date, datetime
from itertools import dropwhile, islice, takewhile

from dateutil.rrule import rrule, rrulestr

from rili.errors import InvalidParameter

FREQUENCIES = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")
"""How often a rule may repeat; within a day by BYHOUR, BYMINUTE and BYSECOND alone."""

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
"""As in `date.weekday()`: Monday is 0. RFC 5545 lets a week begin on it where WKST is absent."""

A_DAY = 96
"""Occurrences within one day, at most: each quarter of an hour."""

COUNTED_DAYS = 200 * 366
"""For so long after its start a rule with COUNT is followed: it is walked from the start, whatever window is asked."""

_CENTURIES = 400
"""Years after which the calendar, weekdays included, repeats."""
_TRIED_YEARS = 100
"""For so long, at least, a first day that fits is looked for."""

_TEXT_LENGTH = 2_000
_INTERVALS = range(1, 100_000)
_MONTHS = 12
_BY_DAY = ("BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY")
_TIMES = ("BYHOUR", "BYMINUTE", "BYSECOND")

_NUMBER = re.compile(r"[+-]?\d{1,5}", re.ASCII)
_DAY = re.compile(rf"([+-]?\d\d?)?({'|'.join(WEEKDAYS)})", re.ASCII)


def _either_way(most: int) -> frozenset[int]:
    return frozenset(range(-most, most + 1)) - {0}


_NUMBERS: dict[str, Collection[int]] = {
    "BYMONTH": range(1, 13),
    "BYWEEKNO": _either_way(53),
    "BYYEARDAY": _either_way(366),
    "BYMONTHDAY": _either_way(31),
    "BYHOUR": range(24),
    "BYMINUTE": range(60),
    "BYSECOND": range(60),
    "BYSETPOS": _either_way(366),
}
_ONLY_IN = {
    "BYWEEKNO": ("YEARLY",),
    "BYYEARDAY": ("YEARLY",),
    "BYMONTHDAY": ("YEARLY", "MONTHLY", "DAILY"),
}
_DEFAULTS = {("INTERVAL", "1"), ("WKST", "MO")}
_ORDER = (
    "FREQ", "INTERVAL", "BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", *_TIMES, "BYSETPOS", "WKST",
)  # fmt: skip


def split(text: str) -> dict[str, str]:
    """The parts by name, in upper case. Raises InvalidParameter for a text that is not made of parts."""
    if len(text) > _TEXT_LENGTH:
        raise _refusal(f"it is longer than {_TEXT_LENGTH} characters")
    if not text.isascii():
        raise _refusal("it has letters that no part has")
    parts: dict[str, str] = {}
    for part in text.upper().removesuffix(";").split(";"):
        name, equals, value = part.partition("=")
        if not (name and equals and value):
            raise _refusal(f"expected NAME=VALUE;NAME=VALUE, not {part[:40]!r}")
        if name in parts:
            raise _refusal(f"{name[:40]} is there twice")
        parts[name] = value
    return parts


def canonical(parts: dict[str, str]) -> dict[str, str]:
    """The same parts in their order of RFC 5545, lists sorted, numbers plain, what is the default left out.

    Raises InvalidParameter for a part, a value or a combination that RFC 5545 3.3.10 does not know.
    """
    frequency = parts.get("FREQ")
    if frequency not in FREQUENCIES:
        raise _refusal(f"FREQ must be one of {', '.join(FREQUENCIES)}")
    if unknown := sorted(parts.keys() - set(_ORDER)):
        raise _refusal(f"no such part: {', '.join(unknown)[:200]}")
    for name, frequencies in _ONLY_IN.items():
        if name in parts and frequency not in frequencies:
            raise _refusal(f"{name} must not be used when FREQ is {frequency}")
    if "BYSETPOS" in parts and not any(name in parts for name in ("BYMONTH", *_BY_DAY, *_TIMES)):
        raise _refusal("BYSETPOS needs another BY part")
    if "BYSETPOS" in parts and "BYWEEKNO" in parts:
        raise _refusal("BYSETPOS and BYWEEKNO are not supported together")
    plain = {name: _value(name, parts) for name in _ORDER if name in parts}
    return {name: value for name, value in plain.items() if (name, value) not in _DEFAULTS}


def check(text: str, begin: datetime) -> None:
    """Raises InvalidParameter unless *text* is a rule that a series which begins at *begin* can follow."""
    parts = canonical(split(text))
    times = 1
    for part in _TIMES:
        times *= parts.get(part, "0").count(",") + 1
    if times > A_DAY:
        raise _refusal(f"{times} occurrences a day are more than {A_DAY}")
    # A rule that no day fits is tried to the end of the calendar: let that be near.
    centuries = (MAXYEAR - _TRIED_YEARS - begin.year) // _CENTURIES * _CENTURIES
    late = begin.replace(year=begin.year + centuries)
    try:
        found = next(_from(_explicit(parts, begin), late, late.date()), None)
    except ValueError:  # a week that the calendar ends in
        found = None
    if found is None:
        raise _refusal(f"no day within {_TRIED_YEARS} years fits it")


def starts(text: str, begin: datetime, first: int, last: int, count: int | None) -> Iterator[datetime]:
    """The starts on days from *first* to *last* (of `date.toordinal`), of *count* in all where it is given."""
    parts = _explicit(dict(part.split("=") for part in text.split(";")), begin)
    if count is None:
        found = _from(parts, begin, date.fromordinal(first))
    else:
        found = islice(_from(parts, begin, begin.date()), count)
        last = min(last, begin.toordinal() + COUNTED_DAYS)
    for one in takewhile(lambda wall: wall.toordinal() <= last, found):
        if one.toordinal() >= first:
            yield one


def _value(name: str, parts: dict[str, str]) -> str:
    value = parts[name]
    if name == "FREQ":
        return value
    if name == "WKST":
        if value not in WEEKDAYS:
            raise _refusal(f"WKST must be one of {', '.join(WEEKDAYS)}")
        return value
    if name == "INTERVAL":
        return str(_number(name, value, _INTERVALS))
    if name == "BYDAY":
        days = {_day(one, parts) for one in value.split(",")}
        return ",".join(f"{nth or ''}{WEEKDAYS[weekday]}" for nth, weekday in sorted(days))
    return ",".join(map(str, sorted({_number(name, one, _NUMBERS[name]) for one in value.split(",")})))


def _number(name: str, text: str, allowed: Collection[int]) -> int:
    if not _NUMBER.fullmatch(text) or int(text) not in allowed:
        raise _refusal(f"{name}: {text[:40]!r} is not from {min(allowed)} to {max(allowed)}")
    return int(text)


def _day(text: str, parts: dict[str, str]) -> tuple[int, int]:
    """Which of its weekday, 0 for each, and the weekday."""
    match = _DAY.fullmatch(text)
    if match is None:
        raise _refusal(f"BYDAY: {text[:40]!r} is not a day such as MO, 2TU or -1FR")
    if match[1] is None:
        return 0, WEEKDAYS.index(match[2])
    if parts["FREQ"] not in ("YEARLY", "MONTHLY") or "BYWEEKNO" in parts:
        raise _refusal(f"BYDAY: {text} has a number, which only months and years count")
    return _number("BYDAY", match[1], _either_way(_weeks(parts))), WEEKDAYS.index(match[2])


def _weeks(parts: dict[str, str]) -> int:
    """How often a weekday may come in what a number before it counts."""
    return 53 if parts["FREQ"] == "YEARLY" and "BYMONTH" not in parts else 5


def _explicit(parts: dict[str, str], begin: datetime) -> dict[str, str]:
    """With what RFC 5545 takes from the start when a rule does not say it (3.3.10), as dateutil reads it."""
    frequency = parts["FREQ"]
    filled = {
        "BYHOUR": str(begin.hour),
        "BYMINUTE": str(begin.minute),
        "BYSECOND": str(begin.second),
        "WKST": "MO",
    }
    by_day = {part for part in _BY_DAY if part in parts}
    if not by_day and frequency == "YEARLY" and "BYMONTH" not in parts:
        filled["BYMONTH"] = str(begin.month)
    if not by_day and frequency in ("YEARLY", "MONTHLY"):
        filled["BYMONTHDAY"] = str(begin.day)
    if by_day == {"BYWEEKNO"} or (not by_day and frequency == "WEEKLY"):
        filled["BYDAY"] = WEEKDAYS[begin.weekday()]
    days = parts.get("BYDAY", "").split(",")
    if any(len(day) > 2 for day in days) and any(len(day) == 2 for day in days):
        # dateutil takes MO,1TU for days that are both.
        each = range(1, _weeks(parts) + 1)
        numbered = [[day] if len(day) > 2 else [f"{nth}{day}" for nth in each] for day in days]
        filled["BYDAY"] = ",".join(day for several in numbered for day in several)
        return parts | filled
    return filled | parts


def _from(parts: dict[str, str], begin: datetime, first: date) -> Iterator[datetime]:
    """Every start from *begin*; those before the period of *first* are left out."""
    text = ";".join(f"{name}={value}" for name, value in parts.items() if name != "BYWEEKNO")
    rule = rrulestr(text, dtstart=_period(parts, begin, first))
    assert isinstance(rule, rrule)
    found = dropwhile(begin.__gt__, rule)
    if "BYWEEKNO" not in parts:
        return found
    # dateutil takes the first days of some years for days of week 53.
    weeks, week_start = {*map(int, parts["BYWEEKNO"].split(","))}, WEEKDAYS.index(parts["WKST"])
    return (one for one in found if not weeks.isdisjoint(_week_numbers(one, week_start)))


def _week_numbers(day: date, week_start: int) -> tuple[int, int]:
    """The number of its week, from the first of the year and from the last: of the year that has four of its days."""
    fourth = date.fromordinal(day.toordinal() - (day.weekday() - week_start) % 7 + 3)
    before = fourth.timetuple().tm_yday - 1
    weeks = (364 + isleap(fourth.year) - before % 7) // 7 + 1
    number = before // 7 + 1
    return number, number - weeks - 1


def _period(parts: dict[str, str], begin: datetime, first: date) -> datetime:
    """Where the last active year, month, week or day begins that does not begin after *first*.

    Also for the first of them: dateutil would count BYSETPOS in a first week from *begin*.
    """
    interval, frequency = int(parts.get("INTERVAL", "1")), parts["FREQ"]
    if frequency == "YEARLY":
        return datetime(first.year - (first.year - begin.year) % interval, 1, 1)
    if frequency == "MONTHLY":
        months = first.year * _MONTHS + first.month - 1
        year, month = divmod(months - (months - begin.year * _MONTHS - begin.month + 1) % interval, _MONTHS)
        return datetime(year, month + 1, 1)
    step, origin = interval, begin.toordinal()
    if frequency == "WEEKLY":
        step = 7 * interval
        origin -= (begin.weekday() - WEEKDAYS.index(parts["WKST"])) % 7
    return datetime.fromordinal(first.toordinal() - (first.toordinal() - origin) % step)


def _refusal(what: str) -> InvalidParameter:
    return InvalidParameter(description=f"RRULE: {what}")
