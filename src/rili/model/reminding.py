"""When reminders fire. Pure.

A timed occurrence reminds so many minutes of real time before its start. Whole days are days of each person's own
zone, and their minutes are counted by the clock on the wall: 900 before is 09:00 of the day before, also where the
clock is changed that night (decision 109).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import UNSET, Struct

from rili.model.event import Event, Reminder
from rili.model.expansion import expand_days, occurrence_at
from rili.model.moment import DAY_MS, EPOCH_DAY, EPOCH_S
from rili.model.series import Instance, Override, Slot, find_instance
from rili.model.when import AllDay, When
from rili.model.zones import DAY_S, offset_at

MINUTE_MS = 60_000

_MARGIN_DAYS = 2
"""Between a wall time and its instant, and between a length by the clock and by the sun, lies less than this."""
_FIRST_S = 1_000 * 366 * DAY_S
"""Before it, in years that no event lies in, no zone is looked up."""


class Kind(Struct, frozen=True, gc=False, order=True):
    """One reminder of an event: how long before the start; of whole days in which zone, '' of what is timed."""

    minutes: int
    zone: str = ""


class Position(Struct, frozen=True, gc=False, order=True):
    """A place in the order in which a reminder fires for the occurrences of its event."""

    due_ms: int
    slot: str = ""
    """The key; '' of an event without a rule."""


class Firing(Struct, frozen=True, gc=False):
    """One reminder of one occurrence, and when that ends."""

    position: Position
    ends_ms: int


class _Span(Struct, frozen=True, gc=False):
    """When an occurrence is; of whole days as if they were UTC's."""

    slot: str
    starts_ms: int
    ends_ms: int
    all_day: bool

    def firing(self, kind: Kind) -> Firing:
        due_ms, ends_ms = self.starts_ms - kind.minutes * MINUTE_MS, self.ends_ms
        if self.all_day:
            due_ms, ends_ms = _instant(due_ms, kind.zone), _instant(ends_ms, kind.zone)
        return Firing(Position(due_ms, self.slot), ends_ms)


class Plan:
    """All reminders of one event, exceptions included."""

    def __init__(self, event: Event, overrides: Mapping[Slot, Override]) -> None:
        self.event = event
        self._overrides = overrides
        self._all_day = isinstance(event.when, AllDay)
        self._minutes = _minutes(event.reminders)
        # Exceptions that are at another time, or have reminders of their own, by what reminds of them.
        self._own: dict[tuple[int, bool], list[_Span]] = {}
        for slot, override in overrides.items():
            if (span := self._own_span(slot, override)) is not None:
                own = override.reminders
                for minutes in self._minutes if own is UNSET else _minutes(own):
                    self._own.setdefault((minutes, span.all_day), []).append(span)

    @property
    def has_whole_days(self) -> bool:
        """Whether anything depends on the zones of its people."""
        return bool(self._all_day and self._minutes) or any(all_day for _, all_day in self._own)

    def kinds(self, zones: Iterable[str]) -> set[Kind]:
        """Every reminder there is, for people in these *zones*."""
        known = {(minutes, self._all_day) for minutes in self._minutes} | self._own.keys()
        zones = tuple(zones)
        timed = {Kind(minutes) for minutes, all_day in known if not all_day}
        return timed | {Kind(minutes, zone) for minutes, all_day in known if all_day for zone in zones}

    def firing(self, kind: Kind, slot: str) -> Firing | None:
        """When *kind* fires for the occurrence in *slot*, where it does."""
        for span in self._own.get((kind.minutes, bool(kind.zone)), ()):
            if span.slot == slot:
                return span.firing(kind)
        if not self._follows(kind):
            return None
        rule, when = self.event.recurrence, self.event.when
        if rule is None or not slot:
            return self._single().firing(kind) if rule is None and not slot else None
        key = Slot.of_key(slot)
        if self._stands_apart(key):
            return None
        found = occurrence_at(rule, when, key.day, key.number)
        return (
            None if found is None else _Span(slot, found.starts_ms, found.ends_ms, self._all_day).firing(kind)
        )

    def after(self, kind: Kind, position: Position, alive_ms: int) -> Firing | None:
        """The first firing of *kind* behind *position* whose occurrence has not ended at *alive_ms*."""
        own = (span.firing(kind) for span in self._own.get((kind.minutes, bool(kind.zone)), ()))
        found = [one for one in own if one.position > position and one.ends_ms > alive_ms]
        if self._follows(kind):
            found += self._by_rule(kind, position, alive_ms)
        return min(found, key=lambda one: one.position, default=None)

    def instance(self, slot: str) -> Instance | None:
        """The occurrence in *slot*, unless there is none (any more)."""
        key = Slot.of_key(slot)
        return find_instance(self.event, key, self._overrides.get(key, Override()))

    def _by_rule(self, kind: Kind, position: Position, alive_ms: int) -> Iterator[Firing]:
        """Some firings of what the rule gives, the first one among them."""
        rule, when = self.event.recurrence, self.event.when
        if rule is None:
            only = self._single().firing(kind)
            if only.position > position and only.ends_ms > alive_ms:
                yield only
            return
        from_ms = max(position.due_ms + kind.minutes * MINUTE_MS, alive_ms - (when.ends_ms - when.starts_ms))
        last: int | None = None
        for one in expand_days(rule, when, from_ms // DAY_MS + EPOCH_DAY - _MARGIN_DAYS):
            # Where a day is skipped, what is a day later on the wall may be earlier.
            if last is not None and one.day > last + 1:
                return
            slot = Slot(one.day, one.number)
            if self._stands_apart(slot):
                continue
            firing = _Span(slot.key, one.starts_ms, one.ends_ms, self._all_day).firing(kind)
            if firing.position > position and firing.ends_ms > alive_ms:
                yield firing
                last = one.day if last is None else last

    def _follows(self, kind: Kind) -> bool:
        """Whether *kind* is one of what has nothing of its own."""
        return kind.minutes in self._minutes and self._all_day == bool(kind.zone)

    def _stands_apart(self, slot: Slot) -> bool:
        override = self._overrides.get(slot)
        return override is not None and (
            override.removed
            or override.cancelled
            or override.when is not UNSET
            or override.reminders is not UNSET
        )

    def _own_span(self, slot: Slot, override: Override) -> _Span | None:
        if override.removed or override.cancelled:
            return None
        if override.when is not UNSET:
            return _span(slot.key, override.when)
        rule = self.event.recurrence
        if override.reminders is UNSET or rule is None:
            return None
        found = occurrence_at(rule, self.event.when, slot.day, slot.number)
        return None if found is None else _Span(slot.key, found.starts_ms, found.ends_ms, self._all_day)

    def _single(self) -> _Span:
        return _span("", self.event.when)


def _span(slot: str, when: When) -> _Span:
    return _Span(slot, when.starts_ms, when.ends_ms, isinstance(when, AllDay))


def _minutes(reminders: Iterable[Reminder]) -> frozenset[int]:
    """Whatever their method: two of the same minutes are one (decision 109)."""
    return frozenset(one.minutes for one in reminders)


def _instant(wall_ms: int, zone: str) -> int:
    """Epoch milliseconds of a wall time in *zone*, which is given as if it were UTC's."""
    wall_s = wall_ms // 1000 + EPOCH_S
    return wall_ms - offset_at(zone, max(wall_s, _FIRST_S))[0] * 1000
