"""The RRULE of RFC 5545 that a recurrence is, and the recurrence that an RRULE is.

What the five patterns can say becomes a pattern; the rest stays text, for `text_rule` to expand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time

from rili.errors import InvalidParameter
from rili.model import text_rule
from rili.model.moment import YEARS, Moment, utc_text
from rili.model.recurrence import INTERVALS, Index, Pattern, Range, Recurrence, last_start
from rili.model.text_rule import WEEKDAYS
from rili.model.when import AllDay, Timed, When

COUNTS = range(1, 10_000)
"""Occurrences that COUNT may ask for. DingTalk's own API stops at 99 (decision 21)."""

_DIGITS = re.compile(r"\d{1,6}", re.ASCII)
_UNTIL = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(Z?))?", re.ASCII)
_FREQUENCY = {
    "daily": "DAILY",
    "weekly": "WEEKLY",
    "absoluteMonthly": "MONTHLY",
    "relativeMonthly": "MONTHLY",
    "absoluteYearly": "YEARLY",
}
_NTH: dict[str, Index] = {"1": "first", "2": "second", "3": "third", "4": "fourth", "-1": "last"}
_NTH_OF = {index: nth for nth, index in _NTH.items()}
_PLAIN = frozenset(WEEKDAYS)
_WITHOUT_BY = {"FREQ", "INTERVAL", "WKST"}


def to_rrule(recurrence: Recurrence, when: When) -> str:
    """The value of an RRULE property (RFC 5545 3.8.5.3) for the series that begins with *when*."""
    rule = recurrence.rrule or ""
    if recurrence.pattern is not None:
        rule = ";".join(
            f"{name}={value}" for name, value in _parts_of(recurrence.pattern, when.first_day).items()
        )
    if recurrence.range.number_of_occurrences is not None:
        return f"{rule};COUNT={recurrence.range.number_of_occurrences}"
    if recurrence.range.end_date is not None:
        return f"{rule};UNTIL={_until(recurrence.range.end_date, when)}"
    return rule


def from_rrule(text: str, when: When) -> Recurrence:
    """The recurrence that the value of an RRULE property means for an event that is at *when* first.

    Raises InvalidParameter, whose description begins with `RRULE:`, for what RFC 5545 3.3.10 does not know and for
    what Rili cannot follow: more often than daily, and numbers past every calendar.
    """
    parts = text_rule.split(text)
    range_ = _range(parts.pop("COUNT", None), parts.pop("UNTIL", None), when)
    parts = _without_times(text_rule.canonical(parts), when)
    pattern = _pattern(parts, when.first_day)
    if pattern is not None:
        return Recurrence(pattern, range_)
    rule = ";".join(f"{name}={value}" for name, value in parts.items())
    text_rule.check(
        rule, when.start.wall if isinstance(when, Timed) else datetime.combine(when.start, time())
    )
    return Recurrence(None, range_, rule)


def _parts_of(pattern: Pattern, first: date) -> dict[str, str]:
    """What a pattern is in the parts of RFC 5545 3.3.10, in the order that it names them."""
    parts = {"FREQ": _FREQUENCY[pattern.type]}
    if pattern.interval != 1:
        parts["INTERVAL"] = str(pattern.interval)
    days = ",".join(WEEKDAYS[day] for day in pattern.days_of_week)
    if pattern.type == "weekly":
        # Sunday is DingTalk's default, Monday the one of RFC 5545: so it is always said.
        return parts | {"BYDAY": days, "WKST": WEEKDAYS[pattern.first_day_of_week or 0]}
    if pattern.type == "absoluteMonthly":
        return parts | {"BYMONTHDAY": str(pattern.day_of_month)}
    if pattern.type == "relativeMonthly":
        nth = _NTH_OF[pattern.index or "first"]
        return parts | ({"BYDAY": days, "BYSETPOS": nth} if "," in days else {"BYDAY": nth + days})
    if pattern.type == "absoluteYearly":
        return parts | {"BYMONTH": str(first.month), "BYMONTHDAY": str(first.day)}
    return parts


def _until(end_date: str, when: When) -> str:
    """The inclusive end as UNTIL: a date for whole days, else an instant in UTC, as RFC 5545 3.3.10 asks.

    A bare date is the whole day of the event's zone (decision 7): its last second, and the first occurrence at least,
    which may be in the second pass of an hour.
    """
    last = last_start(end_date, when)
    if isinstance(last, date):
        if isinstance(when, AllDay):
            return f"{last:%Y%m%d}"
        last = max(
            Moment(datetime.combine(last, time(23, 59, 59)), when.start.zone).epoch_ms(), when.starts_ms
        )
    return utc_text(last).replace("-", "").replace(":", "")


def _range(count: str | None, until: str | None, when: When) -> Range:
    if count is not None and until is not None:
        raise InvalidParameter(description="RRULE: COUNT and UNTIL must not be there together")
    if count is not None:
        if not _DIGITS.fullmatch(count) or int(count) not in COUNTS:
            raise InvalidParameter(
                description=f"RRULE: COUNT must be from {COUNTS.start} to {COUNTS.stop - 1}"
            )
        return Range("numbered", number_of_occurrences=int(count))
    return Range() if until is None else _until_range(until, when)


def _until_range(until: str, when: When) -> Range:
    match = _UNTIL.fullmatch(until)
    if match is None:
        raise InvalidParameter(description="RRULE: UNTIL must be as 20261231 or 20261231T235959Z")
    *numbers, utc = match.groups(default="0")
    year, month, day, hour, minute, second = map(int, numbers)
    try:
        wall = datetime(year, month, day, hour, minute, second)
    except ValueError as error:
        raise InvalidParameter(description=f"RRULE: UNTIL: no such date or time: {error}") from None
    end_date = f"{wall.isoformat()}Z"
    if match[4] is None:
        end_date = wall.date().isoformat()
    elif utc != "Z" and isinstance(when, Timed) and year in YEARS:
        end_date = utc_text(Moment(wall, when.start.zone).epoch_ms())
    if end_date >= str(YEARS.stop):
        return Range()  # "for ever", as 99991231T235959Z
    last = last_start(end_date, when) if end_date >= str(YEARS.start) else date.min
    if last < (when.first_day if isinstance(last, date) else when.starts_ms):  # type: ignore[operator]
        raise InvalidParameter(description="RRULE: UNTIL lies before the start")
    return Range("endDate", end_date=end_date)


def _without_times(parts: dict[str, str], when: When) -> dict[str, str]:
    """Without times of day that the start has too. Whole days have none, whatever a rule says (RFC 5545 3.3.10)."""
    times = ("BYHOUR", "BYMINUTE", "BYSECOND")
    if isinstance(when, Timed):
        wall = when.start.wall
        own = dict(zip(times, map(str, (wall.hour, wall.minute, wall.second)), strict=True))
        if any(parts.get(name, value) != value for name, value in own.items()):
            return parts
    rest = {name: value for name, value in parts.items() if name not in times}
    positions = set(rest.get("BYSETPOS", "").split(","))
    if rest.keys() <= _WITHOUT_BY | {"BYSETPOS"} and positions & {"1", "-1"}:
        del rest["BYSETPOS"]  # of one a day it takes that one
    return rest


def _pattern(parts: Mapping[str, str], first: date) -> Pattern | None:
    """The pattern that falls on the same days; None where there is none. *parts* are in canonical form.

    What a rule does not say it takes from the start (RFC 5545 3.3.10). A week begins on Monday without WKST.
    """
    interval = int(parts.get("INTERVAL", "1"))
    if interval not in INTERVALS:
        return None
    days = parts.get("BYDAY", "").split(",")
    named = parts.keys() - _WITHOUT_BY
    match parts["FREQ"], *sorted(named):
        case ["DAILY"]:
            return Pattern("daily", interval)
        case ["WEEKLY"] | ["WEEKLY", "BYDAY"]:
            weekdays = tuple(map(WEEKDAYS.index, days)) if named else (first.weekday(),)
            week_start = WEEKDAYS.index(parts.get("WKST", "MO"))
            return Pattern("weekly", interval, days_of_week=weekdays, first_day_of_week=week_start)
        case ["MONTHLY"] | ["MONTHLY", "BYMONTHDAY"]:
            day = parts.get("BYMONTHDAY", str(first.day))
            return Pattern("absoluteMonthly", interval, day_of_month=int(day)) if day.isdecimal() else None
        case ["MONTHLY", "BYDAY"] if len(days) == 1:
            return _relative(interval, [days[0][-2:]], days[0][:-2])
        case ["MONTHLY", "BYDAY", "BYSETPOS"] if _PLAIN.issuperset(days):
            return _relative(interval, days, parts["BYSETPOS"])
        case ["YEARLY"] | ["YEARLY", "BYMONTH"] | ["YEARLY", "BYMONTH", "BYMONTHDAY"]:
            own = {"BYMONTH": str(first.month), "BYMONTHDAY": str(first.day)}
            fits = all(parts[name] == own[name] for name in named)
            return Pattern("absoluteYearly", interval) if fits else None
        case _:
            return None


def _relative(interval: int, days: list[str], nth: str) -> Pattern | None:
    index = _NTH.get(nth)
    if index is None:
        return None
    return Pattern("relativeMonthly", interval, days_of_week=tuple(map(WEEKDAYS.index, days)), index=index)
