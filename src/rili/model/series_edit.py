"""Changing a series through one of its occurrences: the whole of it moves along, or it is split there (decision 10)."""

from __future__ import annotations

from datetime import date, time, timedelta

from msgspec import Struct
from msgspec.structs import replace

from rili.errors import InvalidParameter
from rili.model.event import Event
from rili.model.expansion import expand_days, slots_before, wall_seconds
from rili.model.moment import YEARS, Moment
from rili.model.recurrence import Pattern, Range, Recurrence, last_start
from rili.model.series import Instance, Slot
from rili.model.when import AllDay, Timed, When

SAFE_DAYS_OF_MONTH = range(1, 29)
"""Those that every month has."""


class Shift(Struct, frozen=True, gc=False):
    """How an occurrence was moved: the difference in wall time, which its series follows."""

    before: When
    after: When

    @property
    def days(self) -> int:
        """Whole days between the local dates of the starts."""
        return (self.after.first_day - self.before.first_day).days

    @property
    def nothing(self) -> bool:
        """Whether the occurrence stays where it is."""
        return self.before == self.after


def shifted(event: Event, shift: Shift, *, keep_rule: bool) -> Event:
    """*event*, a series, moved as one of its occurrences was; *keep_rule* when the request brings a rule of its own.

    The days of a rule go along, and so does the end of its range, so that the same occurrences happen, all of them
    so much later. Raises InvalidParameter for a rule that cannot say so.
    """
    if shift.nothing or event.recurrence is None:
        return event
    try:
        when = _moved(event.when, shift)
    except OverflowError:
        raise _too_far() from None
    if when.first_day.year not in YEARS:
        raise _too_far()
    if keep_rule:
        return replace(event, when=when)
    rule = event.recurrence
    if (
        rule.pattern is None
        and not isinstance(when, AllDay)
        and _has_times(rule)
        and _hour(when) != _hour(event.when)
    ):
        raise InvalidParameter(
            description="start: the rule of this series names its hours; send recurrence with it"
        )
    if days := days_moved(event, when):
        rule = replace(rule, pattern=_rotated(rule, days))
    return replace(
        event, when=when, recurrence=replace(rule, range=_moved_range(rule.range, event.when, when))
    )


def _too_far() -> InvalidParameter:
    return InvalidParameter(
        description=f"start: the series would begin before the year {YEARS.start} or after {YEARS.stop - 1}"
    )


def _has_times(rule: Recurrence) -> bool:
    """Whether a rule that is kept as text says at what times of the day it falls."""
    return any(part in (rule.rrule or "") for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))


def _hour(when: When) -> time | None:
    return when.start.wall.time() if isinstance(when, Timed) else None


def days_moved(event: Event, when: When) -> int:
    """Whole days from the first local date of *event* to that of *when*: what its slots move by.

    An occurrence that was moved before may pass midnight where its series does not, or the reverse.
    """
    return (when.first_day - event.when.first_day).days


def truncated(event: Event, slot: Slot) -> Event:
    """*event*, a series, without the occurrence in *slot* and all later ones."""
    rule = event.recurrence
    assert rule is not None
    if rule.range.number_of_occurrences is not None:
        before = slots_before(rule, event.when, slot.day, slot.number)
        return replace(event, recurrence=replace(rule, range=Range("numbered", number_of_occurrences=before)))
    last = date.fromordinal(slot.day - 1).isoformat()
    if slot.number:  # others on the same day stay
        (earlier,) = (
            one.starts_ms
            for one in expand_days(rule, event.when, slot.day, slot.day)
            if one.number == slot.number - 1
        )
        assert isinstance(event.when, Timed)
        last = Moment.at(earlier, event.when.start.zone).text()
    return replace(event, recurrence=replace(rule, range=Range("endDate", end_date=last)))


def rest_of(event: Event, one: Instance, new_id: str) -> Event:
    """The series of what `truncated` takes off *event*: it begins with *one*, when that is by the rule."""
    rule = event.recurrence
    assert rule is not None
    range_ = rule.range
    if range_.number_of_occurrences is not None:
        before = slots_before(rule, event.when, one.slot.day, one.slot.number)
        range_ = Range("numbered", number_of_occurrences=range_.number_of_occurrences - before)
    return replace(event, id=new_id, when=one.inherited, recurrence=replace(rule, range=range_), version=1)


def _moved(when: When, shift: Shift) -> When:
    """The first occurrence, moved as another one was; as long as before, unless that one became longer or shorter."""
    before, after = shift.before, shift.after
    if when == before:
        return after
    if isinstance(after, AllDay):
        start = when.first_day + timedelta(days=shift.days)
        kept = isinstance(when, AllDay) and isinstance(before, AllDay) and _length(before) == _length(after)
        return AllDay(start, start + (_length(when) if kept else _length(after)))
    zone = after.start.zone
    if isinstance(before, AllDay) or isinstance(when, AllDay):
        wall = after.start.wall + (when.first_day - before.first_day)
        length = _length(after)
    else:
        wall = when.start.wall + (after.start.wall - before.start.wall)
        length = _length(when if _length(before) == _length(after) else after)
        if before.start.zone == zone:  # one of its own, which is not new, is none for the series
            zone = when.start.zone
    return Timed(Moment(wall, zone), Moment(wall + length, zone))


def _length(when: When) -> timedelta:
    """By the clock on the wall."""
    if isinstance(when, AllDay):
        return when.end - when.start
    return timedelta(seconds=wall_seconds(when))


def _rotated(rule: Recurrence, days: int) -> Pattern:
    """The pattern that falls so many days later than that of *rule*."""
    pattern = rule.pattern
    if pattern is not None and pattern.type in ("daily", "absoluteYearly"):  # which follow the start
        return pattern
    if pattern is not None and pattern.type == "weekly":
        week_start = pattern.first_day_of_week
        if pattern.interval > 1 and week_start is not None:
            week_start = (week_start + days) % 7
        turned = tuple(sorted((day + days) % 7 for day in pattern.days_of_week))
        return replace(pattern, days_of_week=turned, first_day_of_week=week_start)
    if pattern is not None and pattern.day_of_month is not None:
        day = pattern.day_of_month + days
        if day in SAFE_DAYS_OF_MONTH and pattern.day_of_month in SAFE_DAYS_OF_MONTH:
            return replace(pattern, day_of_month=day)
    raise InvalidParameter(
        description=f"start: this series cannot move by {days} days under its rule; send recurrence with it"
    )


def _moved_range(range_: Range, before: When, after: When) -> Range:
    """The range with its end moved as the start was."""
    if range_.end_date is None:
        return range_
    days = (after.first_day - before.first_day).days
    last = last_start(range_.end_date, before)
    if isinstance(last, date):
        moved = (last + timedelta(days=days)).isoformat() if days else range_.end_date
        return replace(range_, end_date=moved)
    assert isinstance(before, Timed)
    wall = Moment.at(last, before.start.zone).wall
    if isinstance(after, AllDay):
        return replace(range_, end_date=(wall.date() + timedelta(days=days)).isoformat())
    if (before.start.wall, before.start.zone) == (after.start.wall, after.start.zone):
        return range_
    moved_wall = wall + (after.start.wall - before.start.wall)
    return replace(range_, end_date=Moment(moved_wall, after.start.zone).text())
