"""When an event is: timed, or on whole days. What a request gives becomes one of the two here."""

from __future__ import annotations

from datetime import date, timedelta

from msgspec import Struct

from rili.errors import InvalidParameter
from rili.model.moment import Instant, Moment, midnight_ms
from rili.model.rules import Rules, lenient_accepts


class Timed(Struct, frozen=True, gc=False, tag="timed"):
    """From one moment to another of the same zone; the end may be the start."""

    start: Moment
    end: Moment

    @property
    def first_day(self) -> date:
        """The local date of the start."""
        return self.start.wall.date()

    @property
    def starts_ms(self) -> int:
        """Epoch milliseconds of the start."""
        return self.start.epoch_ms()

    @property
    def ends_ms(self) -> int:
        """Epoch milliseconds of the end."""
        return self.end.epoch_ms()


class AllDay(Struct, frozen=True, gc=False, tag="allDay"):
    """Whole days, in nobody's zone. `end` is the first day after (T+1)."""

    start: date
    end: date

    @property
    def first_day(self) -> date:
        """The date of the start."""
        return self.start

    @property
    def starts_ms(self) -> int:
        """The start as if its midnight were UTC's."""
        return midnight_ms(self.start)

    @property
    def ends_ms(self) -> int:
        """The end as if its midnight were UTC's."""
        return midnight_ms(self.end)


When = Timed | AllDay


class GivenTime(Struct, frozen=True, gc=False):
    """A start or an end as a request gave it; None is a member that is absent or empty."""

    date: date | None = None
    date_time: Instant | None = None
    zone: str | None = None


class GivenWhen(Struct, frozen=True, gc=False):
    """The three members that together say when; None is one that was not sent."""

    start: GivenTime | None = None
    end: GivenTime | None = None
    all_day: bool | None = None

    @property
    def absent(self) -> bool:
        """Whether none of the three was sent."""
        return self.start is None and self.end is None and self.all_day is None


def new_when(given: GivenWhen, rules: Rules) -> When:
    """When a new event is. Without `all_day` it is all-day if its start has a date and no time.

    Raises InvalidParameter, with the documented text where a start or an end is missing.
    """
    start, end = given.start or GivenTime(), given.end or GivenTime()
    all_day = given.all_day
    if all_day is None:
        all_day = start.date is not None and start.date_time is None
    if all_day:
        return _all_day(start, end, rules)
    _time_is_set(start, "start")
    _time_is_set(end, "end")
    for time, name in ((start, "start"), (end, "end")):
        if time.zone is None:
            raise InvalidParameter(
                description=f"{name}.timeZone: a timed event needs it, for example Asia/Shanghai"
            )
    return _timed(start, end, start.zone or "", rules)


def change_when(when: When, given: GivenWhen, rules: Rules) -> When:
    """*when* with what *given* names replaced; a zone that is not given stays (decision 2).

    Raises InvalidParameter, also where timed becomes all-day, or the reverse, without both start and end.
    """
    if given.absent:
        return when
    all_day = isinstance(when, AllDay) if given.all_day is None else given.all_day
    if all_day != isinstance(when, AllDay) and (given.start is None or given.end is None):
        raise InvalidParameter(
            description="isAllDay: start and end must be sent with it when it changes, in their new form"
        )
    if all_day:
        stored = when if isinstance(when, AllDay) else None
        start = GivenTime(date=stored.start) if given.start is None and stored else given.start
        end = GivenTime(date=stored.end) if given.end is None and stored else given.end
        return _all_day(start or GivenTime(), end or GivenTime(), rules)
    stored = when if isinstance(when, Timed) else None
    return _keeping(stored, _change_timed(stored, given, rules))


def _keeping(stored: Timed | None, timed: Timed) -> Timed:
    """A skipped wall time prints as another (decision 6). Sent back as it was printed, it stays as it is stored."""
    if stored is None or stored.start.zone != timed.start.zone:
        return timed
    return Timed(
        stored.start if stored.starts_ms == timed.starts_ms else timed.start,
        stored.end if stored.ends_ms == timed.ends_ms else timed.end,
    )


def _change_timed(stored: Timed | None, given: GivenWhen, rules: Rules) -> Timed:
    start, end = given.start, given.end
    for time, name in ((start, "start"), (end, "end")):
        if time is not None:
            _time_is_set(time, name)
    zone = stored.start.zone if stored else None
    if start is not None and start.zone is not None:
        if end is None and start.zone != zone:
            raise InvalidParameter(description="start.timeZone: end must be sent with it when it changes")
        zone = start.zone
    if zone is None:
        raise InvalidParameter(
            description="start.timeZone: a timed event needs it, for example Asia/Shanghai"
        )
    if stored is None or (start is not None and end is not None):
        return _timed(start or GivenTime(), end or GivenTime(), zone, rules)
    if start is not None:
        return _ordered(_moment(start, "start", zone, rules), stored.end)
    if end is not None:
        return _ordered(stored.start, _moment(end, "end", zone, rules))
    return stored


def _all_day(start: GivenTime, end: GivenTime, rules: Rules) -> AllDay:
    if start.date is None:
        raise InvalidParameter(
            "Event start time not set.", description="start.date: an all-day event needs it"
        )
    if end.date is None:
        raise InvalidParameter("Event end time not set.", description="end.date: an all-day event needs it")
    for time, name in ((start, "start"), (end, "end")):
        if time.date_time is not None or time.zone is not None:
            lenient_accepts(
                rules,
                f"{name}: dateTime and timeZone must be empty in an all-day event; or set isAllDay to false",
            )
    if end.date < start.date:
        raise InvalidParameter(description="end.date: it lies before start.date")
    # Decision 1: an end on the day of the start is one day, in both modes.
    return AllDay(start.date, end.date if end.date > start.date else start.date + timedelta(days=1))


def _timed(start: GivenTime, end: GivenTime, zone: str, rules: Rules) -> Timed:
    return _ordered(_moment(start, "start", zone, rules), _moment(end, "end", zone, rules))


def _moment(time: GivenTime, name: str, zone: str, rules: Rules) -> Moment:
    _time_is_set(time, name)
    if time.date is not None:
        lenient_accepts(rules, f"{name}.date: it must be empty in a timed event; or set isAllDay to true")
    if time.zone is not None and time.zone != zone:
        raise InvalidParameter(description=f"{name}.timeZone: it must be the zone of start, {zone}")
    assert time.date_time is not None
    return time.date_time.within(zone)


def _time_is_set(time: GivenTime, name: str) -> None:
    if time.date_time is None:
        raise InvalidParameter(
            f"Event {name} time not set.",
            description=f"{name}.dateTime: a timed event needs it"
            + ("; for an all-day event set isAllDay to true" if time.date else ""),
        )


def _ordered(start: Moment, end: Moment) -> Timed:
    timed = Timed(start, end)
    if timed.ends_ms < timed.starts_ms:
        raise InvalidParameter(description="end: it lies before start")
    return timed
