"""When an event takes its rooms: one booking a room and occurrence, derived from what the event says. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time
from itertools import islice
from operator import attrgetter

from msgspec import Struct

from rili.model.event import Event
from rili.model.event_rooms import RoomStatus, rooms_on
from rili.model.expansion import expand_days, occurrence_at
from rili.model.moment import Moment
from rili.model.series import Instance, Override, Slot, instance
from rili.model.when import AllDay, When

OCCURRENCES = 9_999
"""Of a series that takes a room, at most (decision 82)."""

WHOLE = ""
"""The occurrence of an event that does not repeat."""


class Booking(Struct, frozen=True, gc=False):
    """A room held from *starts_ms* to before *ends_ms*, by an event or by one occurrence of a series."""

    room_id: str
    occurrence: str
    """The key of its slot, or WHOLE."""
    starts_ms: int
    ends_ms: int
    status: RoomStatus


def span_of_booking(when: When, zone: str) -> tuple[int, int]:
    """From when to when a room is held; whole days are those of *zone*, the organisation's (decision 81)."""
    if isinstance(when, AllDay):
        return _midnight(when.start.toordinal(), zone), _midnight(when.end.toordinal(), zone)
    return when.starts_ms, when.ends_ms


def bookings_of(event: Event, overrides: Mapping[Slot, Override], zone: str) -> Iterator[Booking]:
    """All that *event* holds, its occurrences with what they have of their own. What is cancelled holds nothing."""
    if event.cancelled:
        return
    held = [one for one in event.rooms if one.holds]
    rule = event.recurrence
    if rule is None:
        starts_ms, ends_ms = span_of_booking(event.when, zone)
        for room in held:
            yield Booking(room.room_id, WHOLE, starts_ms, ends_ms, room.status)
        return
    if held:
        all_day = (event.when.end - event.when.start).days if isinstance(event.when, AllDay) else 0
        for one in expand_days(rule, event.when):
            slot = Slot(one.day, one.number)
            if slot in overrides:
                continue
            starts_ms, ends_ms, key = one.starts_ms, one.ends_ms, slot.key
            if all_day:
                starts_ms, ends_ms = _midnight(one.day, zone), _midnight(one.day + all_day, zone)
            for room in held:
                yield Booking(room.room_id, key, starts_ms, ends_ms, room.status)
    for slot, override in overrides.items():
        if override.removed or not rooms_on(event.rooms, override.rooms):
            continue
        found = occurrence_at(rule, event.when, slot.day, slot.number)
        if found is not None:
            yield from bookings_of_occurrence(instance(event, found, override), zone)


def bookings_of_occurrence(one: Instance, zone: str) -> Iterator[Booking]:
    """What one occurrence of a series holds."""
    if one.event.cancelled or one.override.removed:
        return
    starts_ms, ends_ms = span_of_booking(one.event.when, zone)
    for room in one.event.rooms:
        if room.holds:
            yield Booking(room.room_id, one.slot.key, starts_ms, ends_ms, room.status)


def why_not_a_series(event: Event) -> str | None:
    """Why a series cannot take rooms on all its occurrences, if it cannot (decision 82)."""
    rule = event.recurrence
    if rule is None:
        return None
    if rule.range.type != "endDate":
        return f"only a series whose range is endDate takes rooms, and this one's is {rule.range.type}"
    if next(islice(expand_days(rule, event.when), OCCURRENCES, None), None) is not None:
        return f"a series of more than {OCCURRENCES} occurrences takes no rooms"
    return None


def crowded(bookings: Iterable[Booking]) -> list[Booking]:
    """Those of *bookings*, all of one room, that begin before an earlier one is over; what has no length is not."""
    late: list[Booking] = []
    until_ms: int | None = None
    for one in sorted(bookings, key=attrgetter("starts_ms", "ends_ms")):
        if one.starts_ms == one.ends_ms:
            continue
        if until_ms is not None and one.starts_ms < until_ms:
            late.append(one)
        until_ms = one.ends_ms if until_ms is None else max(until_ms, one.ends_ms)
    return late


def _midnight(day: int, zone: str) -> int:
    return Moment(datetime.combine(datetime.fromordinal(day), time()), zone).epoch_ms()
