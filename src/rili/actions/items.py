"""What of a calendar a query asks for: its events, and the occurrences of its series, in the order of starts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from msgspec import UNSET, Struct

from rili.actions.memory import Known
from rili.model.event import Event
from rili.model.expansion import Occurrence, expand, expand_days, occurrence_at
from rili.model.moment import DAY_MS, EPOCH_DAY, Moment
from rili.model.pattern_days import LAST_DAY
from rili.model.series import PLAIN, Instance, Override, Slot, instance
from rili.model.when import AllDay, When
from rili.store.calendars import Primary

MARGIN_DAYS = 2
"""Between today in some zone and today in another lies less."""


class Query(Struct, frozen=True, gc=False):
    """Which events and occurrences of a calendar."""

    from_ms: int
    """The first start; of a view the first end."""
    to_ms: int
    """The last start, included."""
    now_ms: int
    by_end: bool = False
    """Whether what began before *from_ms* and has not ended by then belongs to it."""
    due: bool = False
    """Of series only what has come due, and exceptions; not what is still to come."""
    deleted: bool = False
    """What was deleted too, as cancelled."""
    series_id: str | None = None
    """Only occurrences of that series."""


class Position(Struct, frozen=True, gc=False, order=True, array_like=True):
    """A place in the order of starts."""

    starts_ms: int
    id: str


class Item(Struct, frozen=True, gc=False):
    """Something in a calendar: an event, or an occurrence of a series."""

    starts_ms: int
    id: str
    known: Known
    """The event, or the series."""
    occurrence: Occurrence | None = None
    override: Override = PLAIN
    cancelled: bool = False

    @property
    def position(self) -> Position:
        return Position(self.starts_ms, self.id)

    def instance(self) -> Instance | None:
        """The occurrence, whole."""
        return None if self.occurrence is None else instance(self.known.event, self.occurrence, self.override)

    @property
    def ends_ms(self) -> int:
        if self.override.when is not UNSET:
            return self.override.when.ends_ms
        return self.event.when.ends_ms if self.occurrence is None else self.occurrence.ends_ms

    @property
    def event(self) -> Event:
        return self.known.event


class Today:
    """The local date of an instant in each zone, as a day of `date.toordinal`; all-day events have their reader's."""

    def __init__(self, now_ms: int, reader_zone: str) -> None:
        self._now_ms = now_ms
        self._reader_zone = reader_zone
        self._days: dict[str, int] = {}

    def of(self, when: When) -> int:
        """Today where the event is."""
        zone = self._reader_zone if isinstance(when, AllDay) else when.start.zone
        if zone not in self._days:
            self._days[zone] = Moment.at(self._now_ms, zone).wall.toordinal()
        return self._days[zone]


def collect(
    calendar: Primary, there: Iterable[Known], query: Query, from_ms: int, to_ms: int, *, began_before: bool
) -> list[Item]:
    """What of them starts between two instants, in order; *began_before*: or has not ended by the first."""
    today = Today(query.now_ms, calendar.zone)
    items: list[Item] = []
    for known in there:
        event = known.event
        if query.series_id not in (None, event.id):
            continue
        if event.recurrence is not None:
            items += _of_series(known, query, today, from_ms, to_ms, began_before=began_before)
        elif query.series_id is None:
            starts_ms = event.when.starts_ms
            if _fits(starts_ms, event.when.ends_ms, from_ms, to_ms, began_before=began_before):
                items.append(Item(starts_ms, event.id, known, cancelled=known.gone))
    return sorted(items, key=place_of)


def place_of(one: Item) -> tuple[int, str]:
    return one.starts_ms, one.id


def start_of(one: Item) -> int:
    return one.starts_ms


def items_by_slot(known: Known, today: int, first: Slot) -> Iterator[tuple[Slot, Item]]:
    """What a list shows of a series from a slot on, in the order of slots: what is due, and exceptions."""
    series, found = known.event, known.overrides
    assert series.recurrence is not None
    due = expand_days(series.recurrence, series.when, first.day, today)
    later = (
        occurrence_at(series.recurrence, series.when, slot.day, slot.number)
        for slot, override in sorted(found.items(), key=lambda pair: pair[0])
        if slot.day > today and override.edited
    )
    for one in chain(due, later):
        slot = one and Slot(one.day, one.number)
        if one is None or slot is None or slot < first:
            continue
        if item := item_of(known, one, found.get(slot, PLAIN)):
            yield slot, item


def _of_series(
    known: Known, query: Query, today: Today, from_ms: int, to_ms: int, *, began_before: bool
) -> Iterator[Item]:
    series, found, standing = known.event, known.overrides, known.standing
    rule = series.recurrence
    assert rule is not None
    to_expand, last = to_ms + 1, LAST_DAY
    if query.due:
        last = today.of(series.when)
        to_expand = min(to_expand, (last - EPOCH_DAY + MARGIN_DAYS) * DAY_MS)
    id_of = known.ids.of
    plain = not found and not standing.slots and standing.whole
    for one in expand(rule, series.when, from_ms, to_expand):
        if one.starts_ms < from_ms and not began_before:
            continue
        if one.day > last:
            continue
        if not plain:
            slot = Slot(one.day, one.number)
            if slot in found or not standing.sees(slot):
                continue
        yield Item(one.starts_ms, id_of(one.day, one.number), known, one, cancelled=known.gone)
    for slot, override in found.items():
        if slot.day > last and not override.edited:
            continue
        one = occurrence_at(rule, series.when, slot.day, slot.number)
        if one is None:
            continue
        item = item_of(known, one, override, removed_too=query.deleted)
        ends_ms = one.ends_ms if override.when is UNSET else override.when.ends_ms
        if item and _fits(item.starts_ms, ends_ms, from_ms, to_ms, began_before=began_before):
            yield item


def item_of(known: Known, one: Occurrence, override: Override, *, removed_too: bool = False) -> Item | None:
    """The item that an occurrence is; None when it is not there, or with *removed_too* was never there."""
    slot = Slot(one.day, one.number)
    gone = override.removed or not known.standing.sees(slot)
    if gone and not (removed_too and known.standing.whole and slot not in known.standing.removed):
        return None
    starts_ms = one.starts_ms if override.when is UNSET else override.when.starts_ms
    return Item(starts_ms, slot.id_in(known.event.id), known, one, override, known.gone or gone)


def _fits(starts_ms: int, ends_ms: int, from_ms: int, to_ms: int, *, began_before: bool) -> bool:
    if starts_ms > to_ms:
        return False
    return ends_ms >= from_ms if began_before else starts_ms >= from_ms
