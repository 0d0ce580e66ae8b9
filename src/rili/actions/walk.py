"""Walking through a calendar in the order of starts, page by page. What a page costs is what it shows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import replace

from rili.actions.access import Seen
from rili.actions.memory import Known, Memory, Part, ShownPeople
from rili.model.event import Event
from rili.model.event_rooms import renamed
from rili.model.expansion import Occurrence, expand, expand_days, occurrence_at
from rili.model.moment import DAY_MS, EPOCH_DAY, Moment
from rili.model.pattern_days import LAST_DAY
from rili.model.people import Attendee, people_on
from rili.model.series import PLAIN, Instance, Override, Slot, instance
from rili.model.when import AllDay, When
from rili.store import agenda_rows, attendee_rows, attendees, overrides, rooms
from rili.store.agenda import LIFE_MS
from rili.store.agenda_rows import EVER_MS
from rili.store.attendees import Standing
from rili.store.calendars import Primary
from rili.store.db import Tx

STEP_MS = 32 * DAY_MS
"""How much is looked at together; where little is found, each time twice as much."""

SHORT_MS = 8 * DAY_MS
"""The same where a calendar is crowded; and what is looked at of shorter windows is not remembered."""

CROWDED = 3_000
"""Events and series in STEP_MS, from here on; in longer parts fewer, since each series may fall on every day."""

SPARSE = 100
"""Items, below this."""

_MARGIN_DAYS = 2


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


class Listed(Struct, frozen=True, gc=False):
    """One item of an answer, with its people as *viewer_id* sees them."""

    item: Item
    people: tuple[Attendee, ...]
    viewer_id: str
    room_names: dict[str, str]
    """As they are now, of the rooms that are there."""

    @property
    def seen(self) -> Seen:
        """The event or occurrence, whole."""
        one = self.item.instance()
        event = one.event if one else self.item.event
        if event.rooms:
            event = replace(event, rooms=renamed(event.rooms, self.room_names))
        return Seen(event, self.people, self.viewer_id, one)


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


def page(
    tx: Tx, calendar: Primary, query: Query, after: Position | None, limit: int, memory: Memory
) -> tuple[list[Item], bool]:
    """The first *limit* items that come after a position, and whether there are more."""
    found: list[Item] = []
    for part in _parts(tx, calendar, query, after, memory):
        found += _cut(part, query, after, limit + 1 - len(found))
        if len(found) > limit:
            break
    return found[:limit], len(found) > limit


def _cut(part: Part, query: Query, after: Position | None, limit: int) -> list[Item]:
    """The first *limit* items of a part that a query asks for, after a position."""
    items: list[Item] = part.items
    first = bisect_left(items, query.from_ms, key=_starts)
    before: list[Item] = []
    if (
        query.by_end
        and part.from_ms <= query.from_ms < part.until_ms
        and (after is None or after.starts_ms < query.from_ms)
    ):
        began = chain(part.before, items[:first])
        before = [
            one for one in began if one.ends_ms >= query.from_ms and (after is None or one.position > after)
        ]
    if after is not None:
        first = max(first, bisect_right(items, (after.starts_ms, after.id), key=_order))
    last = min(first + max(limit - len(before), 0), bisect_right(items, query.to_ms, key=_starts))
    return [*before[:limit], *items[first:last]]


def occurrences_page(
    tx: Tx, calendar: Primary, series: Event, query: Query, after: Position | None, limit: int
) -> tuple[list[Item], bool]:
    """The same of one series alone."""
    found: list[Item] = []
    known = [known_now(tx, calendar, series)]
    from_ms, to_ms, step = _start(query, after), query.to_ms, STEP_MS
    while len(found) <= limit and from_ms <= to_ms:
        until_ms = min(to_ms, from_ms + step)
        began_before = query.by_end and from_ms <= query.from_ms
        items = _collect(calendar, known, query, from_ms, until_ms, began_before=began_before)
        found += items if after is None else [one for one in items if one.position > after]
        from_ms, step = until_ms + 1, step * 2
    return found[:limit], len(found) > limit


def known_now(tx: Tx, calendar: Primary, event: Event) -> Known:
    """An event as the calendar's owner sees it, read anew."""
    if event.recurrence is None:
        return Known(event, {}, Standing(whole=True))
    found = overrides.of_event(tx, event.corp_id, event.id)
    standings = attendees.standings(tx, event.corp_id, calendar.owner_id, [event.id])
    return Known(event, found, standings.get(event.id, Standing()))


def listed(tx: Tx, calendar: Primary, items: Sequence[Item], shown: int) -> list[Listed]:
    """*items* with at most *shown* of their people, and the organizer in any case."""
    if not items:
        return []
    corp_id = items[0].event.corp_id
    differing = {one.event.id for one in items if one.override is not PLAIN}
    own = attendees.own_places(tx, corp_id, differing) if differing else {}
    removed = max(
        (sum(p.removed for p in places) for slots in own.values() for places in slots.values()), default=0
    )
    wanted = max(shown, 1) + removed
    people_of = _people(tx, corp_id, {one.event.id: one.known for one in items}, wanted)
    booked = {room.room_id for one in items for room in (*one.event.rooms, *one.override.rooms)}
    room_names = rooms.names(tx, corp_id, booked) if booked else {}
    found: list[Listed] = []
    for item in items:
        people = people_of[item.event.id]
        if item.override is not PLAIN and (one := item.occurrence) is not None:
            places = own.get(item.event.id, {}).get(Slot(one.day, one.number), [])
            people = people_on(people, places, item.event.organizer_id, asked_again=item.override.asked_again)
        found.append(Listed(item, people, calendar.owner_id, room_names))
    return found


def _people(tx: Tx, corp_id: str, known: dict[str, Known], wanted: int) -> dict[str, tuple[Attendee, ...]]:
    """The first *wanted* people of each, as they are remembered, or read."""
    seen = tx.seen()
    people: dict[str, tuple[Attendee, ...]] = {}
    doubtful: dict[str, ShownPeople | None] = {}  # as they are now: others read meanwhile, on PostgreSQL
    for event_id, one in known.items():
        kept = one.people.get(wanted)
        if kept is not None and kept.seen == seen:
            people[event_id] = kept.people
        else:
            doubtful[event_id] = kept
    if not doubtful:
        return people
    numbers = attendee_rows.change_numbers(tx, corp_id, doubtful)
    strange = {
        event_id for event_id, kept in doubtful.items() if kept is None or kept.change_no != numbers[event_id]
    }
    read = attendees.of_events(tx, corp_id, strange, wanted) if strange else {}
    for event_id, kept in doubtful.items():
        found = read[event_id] if kept is None or event_id in strange else kept.people
        known[event_id].people[wanted] = ShownPeople(found, numbers[event_id], seen)
        people[event_id] = found
    return people


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


def _parts(tx: Tx, calendar: Primary, query: Query, after: Position | None, memory: Memory) -> Iterator[Part]:
    """Parts of the calendar in order, from where to look on; as they are remembered, or walked."""
    from_ms, gone = _start(query, after), _gone(tx, calendar, query) if query.deleted else []
    if from_ms <= -EVER_MS:
        first = agenda_rows.first_start(tx, calendar.corp_id, calendar.calendar_id)
        starts = [starts_ms for one in gone for starts_ms in _starts_of(one)] + (
            [] if first is None else [first]
        )
        from_ms = min(starts, default=EVER_MS)
    if query.to_ms < query.from_ms:
        return
    due = (query.now_ms, calendar.zone) if query.due else None
    reader = (calendar.corp_id, calendar.calendar_id, due, query.by_end, query.series_id)
    begin_ms, seen, step = from_ms // STEP_MS * STEP_MS, tx.seen(), STEP_MS
    if query.to_ms - query.from_ms < SHORT_MS:
        part = None if query.deleted else _remembered(tx, calendar, (*reader, begin_ms), seen, memory)
        if part is None or part.until_ms <= query.to_ms:
            part = _walk(tx, calendar, query, (from_ms, query.to_ms + 1), gone, memory)
        yield part
        return
    while begin_ms <= query.to_ms:
        key = (*reader, begin_ms)
        part = None if query.deleted else _remembered(tx, calendar, key, seen, memory)
        if part is None:
            until_ms = _end_of_step(begin_ms, step, query.to_ms)
            part = _walk(tx, calendar, query, (begin_ms, until_ms), gone, memory)
            if not query.deleted:
                part.seen, part.people_no = seen, calendar.people_no
                memory.put_part(key, part)
        yield part
        begin_ms, step = part.until_ms, max(part.until_ms - part.from_ms, STEP_MS)
        step = STEP_MS if len(part.items) >= SPARSE else step * (2 if part.items else 16)


def _end_of_step(from_ms: int, step: int, to_ms: int) -> int:
    """Up to where to look from an instant: a multiple of the step, or of a shorter one that suffices."""
    while step > STEP_MS and (from_ms // step + 1) * step > to_ms:
        step //= 2
    return (from_ms // step + 1) * step


def _remembered(tx: Tx, calendar: Primary, key: tuple[Any, ...], seen: object, memory: Memory) -> Part | None:
    """The part under *key*, if nothing changed in it since it was walked."""
    part = memory.part(key)
    if part is None or part.people_no != calendar.people_no:
        return None
    if part.seen != seen:
        rows = agenda_rows.touching(
            tx, calendar.corp_id, calendar.calendar_id, part.from_ms, part.until_ms - 1
        )
        if len(rows) != len(part.there) or any(rows.get(one.event.id) != one.change_no for one in part.there):
            return None
        part.seen = seen
    return part


def _walk(
    tx: Tx, calendar: Primary, query: Query, span: tuple[int, int], gone: list[Known], memory: Memory
) -> Part:
    """A part of the calendar, shorter than *span* where that is crowded."""
    from_ms, until_ms = span
    rows = agenda_rows.touching(tx, calendar.corp_id, calendar.calendar_id, from_ms, until_ms - 1)
    while until_ms > from_ms + SHORT_MS and _crowded(tx, calendar, query, from_ms, until_ms, len(rows)):
        until_ms = from_ms + max((until_ms - from_ms) // 16 // SHORT_MS, 1) * SHORT_MS
        rows = agenda_rows.touching(tx, calendar.corp_id, calendar.calendar_id, from_ms, until_ms - 1)
    there = _known(tx, calendar, rows, memory)
    items = _collect(calendar, [*there, *gone], query, from_ms, until_ms - 1, began_before=query.by_end)
    first = bisect_left(items, from_ms, key=_starts)
    return Part(from_ms, until_ms, there, items[:first], items[first:])


def _crowded(tx: Tx, calendar: Primary, query: Query, from_ms: int, until_ms: int, rows: int) -> bool:
    """Whether a part is too long for what may be in it; what series have not due yet is not."""
    most = CROWDED * STEP_MS // max(until_ms - from_ms, STEP_MS)
    if rows > most and query.due and from_ms > query.now_ms + _MARGIN_DAYS * DAY_MS:
        rows -= agenda_rows.lasting(tx, calendar.corp_id, calendar.calendar_id, from_ms, until_ms - 1)
    return rows > most


def _known(tx: Tx, calendar: Primary, rows: dict[str, int], memory: Memory) -> list[Known]:
    """Events by their change numbers, as they are remembered, or read."""
    corp_id, owner_id, people_no = calendar.corp_id, calendar.owner_id, calendar.people_no
    there: list[Known] = []
    missing: list[str] = []
    for event_id, change_no in rows.items():
        known = memory.get((corp_id, owner_id, event_id), change_no, people_no)
        if known is None:
            missing.append(event_id)
        else:
            there.append(known)
    if not missing:
        return there
    read = agenda_rows.rows_of(tx, corp_id, calendar.calendar_id, missing)
    series = [row.event.id for row in read if row.event.recurrence is not None]
    found = overrides.of_events(tx, corp_id, series) if series else {}
    standings = attendees.standings(tx, corp_id, owner_id, series) if series else {}
    for row in read:
        standing = standings.get(row.event.id, Standing(whole=row.event.recurrence is None))
        known = Known(
            row.event, found.get(row.event.id, {}), standing, change_no=row.change_no, people_no=people_no
        )
        memory.put((corp_id, owner_id, row.event.id), known)
        there.append(known)
    return there


def _gone(tx: Tx, calendar: Primary, query: Query) -> list[Known]:
    """What was deleted, and is still remembered."""
    rows = agenda_rows.gone(
        tx, calendar.corp_id, calendar.calendar_id, calendar.owner_id, query.now_ms - LIFE_MS
    )
    return [
        Known(
            row.event,
            overrides.of_event(tx, calendar.corp_id, row.event.id) if row.event.recurrence else {},
            attendees.once_on(tx, row.event, calendar.owner_id),
            gone=True,
        )
        for row in rows
    ]


def _start(query: Query, after: Position | None) -> int:
    """From where to look: what began before *from_ms* comes first, and is found there too."""
    return query.from_ms if after is None else max(query.from_ms, after.starts_ms)


def _collect(
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
    return sorted(items, key=_order)


def _starts_of(one: Known) -> Iterator[int]:
    """Where an event, or a series and its exceptions that moved, may start first."""
    yield one.event.when.starts_ms
    for override in one.overrides.values():
        if override.when is not UNSET:
            yield override.when.starts_ms


def _order(one: Item) -> tuple[int, str]:
    return one.starts_ms, one.id


def _starts(one: Item) -> int:
    return one.starts_ms


def _of_series(
    known: Known, query: Query, today: Today, from_ms: int, to_ms: int, *, began_before: bool
) -> Iterator[Item]:
    series, found, standing = known.event, known.overrides, known.standing
    rule = series.recurrence
    assert rule is not None
    to_expand, last = to_ms + 1, LAST_DAY
    if query.due:
        last = today.of(series.when)
        to_expand = min(to_expand, (last - EPOCH_DAY + _MARGIN_DAYS) * DAY_MS)
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
