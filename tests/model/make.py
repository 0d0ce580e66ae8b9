"""Short ways to write model values in tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec.structs import replace

from rili.model.event import Event
from rili.model.moment import parse_date_time
from rili.model.recurrence import GivenPattern, GivenRange, GivenRecurrence, Recurrence, settle
from rili.model.when import AllDay, GivenTime, Timed

ORGANIZER = "iiiP35sJadba8aBSgjrwPRKgiEiF"
CHANGED_MS = 1_772_500_000_000


def given_time(date_time: str | None = None, zone: str | None = None, *, day: str | None = None) -> GivenTime:
    """A start or an end, as a request gives it."""
    return GivenTime(
        date=None if day is None else date.fromisoformat(day),
        date_time=None if date_time is None else parse_date_time(date_time, "test"),
        zone=zone,
    )


def timed(start: str, end: str, zone: str = "Asia/Shanghai") -> Timed:
    """A timed span."""
    first, last = (parse_date_time(text, "test").within(zone) for text in (start, end))
    return Timed(first, last)


def all_day(start: str, end: str) -> AllDay:
    """Whole days, up to the day before *end*."""
    return AllDay(date.fromisoformat(start), date.fromisoformat(end))


def single(**changes: Any) -> Event:
    """An hour on Tuesday, 10 March 2026 in Shanghai, with every member set."""
    event = Event(
        corp_id="ding8f2c4b7a91d3e605",
        id="M1Z3SEEyOHBkZjlMemxhTFpSSFR2QT09",
        calendar_id="c1",
        organizer_id=ORGANIZER,
        summary="Budget review",
        when=timed("2026-03-10T14:00", "2026-03-10T15:00"),
        created_ms=1_772_414_104_000,
        updated_ms=1_772_414_104_000,
        version=3,
    )
    return replace(event, **changes)


def series(pattern: str = "daily", *, end_date: str | None = None, number: int | None = None) -> Recurrence:
    """A settled rule."""
    given = GivenRecurrence(
        GivenPattern(type=pattern), GivenRange(end_date=end_date, number_of_occurrences=number)
    )
    return settle(given, timed("2026-03-10T14:00", "2026-03-10T15:00"), "documented")
