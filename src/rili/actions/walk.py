"""Walking through a calendar in the order of starts, page by page. What a page costs is what it shows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from msgspec import UNSET, Struct
from msgspec.structs import replace

from rili.actions.access import Seen
from rili.actions.memory import Known, Memory, Walked
from rili.model.event import Event
from rili.model.expansion import Occurrence, expand, expand_days, occurrence_at
from rili.model.moment import DAY_MS, EPOCH_DAY, Moment
from rili.model.pattern_days import LAST_DAY
from rili.model.people import people_on
from rili.model.series import PLAIN, Instance, Override, Slot, instance
from rili.model.when import AllDay, When
from rili.store import agenda_rows, attendees, overrides
from rili.store.agenda import LIFE_MS
from rili.store.agenda_rows import EVER_MS
from rili.store.attendees import Standing
from rili.store.calendars import Primary
from rili.store.db import Tx

FIRST_STEP_MS = 32 * DAY_MS
"""How far the first look goes; each further one twice as far."""

SEGMENT_STARTS = 200
"""Events that begin within what is looked at together, about."""

WALKED_ITEMS = 10_000
"""Items of a window that are remembered for its next pages, at most."""

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
    def event(self) -> Event:
        return self.known.event


class Listed(Struct, frozen=True, gc=False):
    """One item of an answer."""

    item: Item
    seen: Seen


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
    found: list[Item]
    key = (calendar.corp_id, calendar.calendar_id, query if query.due else replace(query, now_ms=0))
    walked = memory.window(key)
    begin = after or Position(-2 * EVER_MS, "")
    if walked is not None and begin >= walked.after and _still_so(tx, calendar, walked):
        first = bisect_right(walked.items, (after.starts_ms, after.id), key=_order) if after else 0
        found = walked.items[first : first + limit + 1]
        if len(found) > limit or walked.until_ms >= query.to_ms:
            return found[:limit], len(found) > limit
    found, from_ms, until_ms = [], _start(query, after), query.from_ms
    for items, reached_ms in _segments(tx, calendar, query, after, memory):
        until_ms = reached_ms
        found += items if after is None else [one for one in items if one.position > after]
        if len(found) > limit:
            break
    if not query.deleted and limit < len(found) <= WALKED_ITEMS:
        state = agenda_rows.state_of(tx, calendar.corp_id, calendar.calendar_id, from_ms, until_ms)
        memory.put_window(key, Walked(found, begin, from_ms, until_ms, (calendar.people_no, *state)))
    return found[:limit], len(found) > limit


def _still_so(tx: Tx, calendar: Primary, walked: Walked) -> bool:
    """Whether nothing changed in what was walked."""
    state = agenda_rows.state_of(tx, calendar.corp_id, calendar.calendar_id, walked.from_ms, walked.until_ms)
    return walked.state == (calendar.people_no, *state)


def occurrences_page(
    tx: Tx, calendar: Primary, series: Event, query: Query, after: Position | None, limit: int
) -> tuple[list[Item], bool]:
    """The same of one series alone."""
    found: list[Item] = []
    known = [known_now(tx, calendar, series)]
    from_ms, to_ms, step = _start(query, after), query.to_ms, FIRST_STEP_MS
    while len(found) <= limit and from_ms <= to_ms:
        until_ms = min(to_ms, from_ms + step)
        items = _collect(calendar, known, query, from_ms, until_ms)
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
    strange = {one.event.id: one.known for one in items if wanted not in one.known.people}
    for event_id, people in attendees.of_events(tx, corp_id, strange, wanted).items() if strange else ():
        strange[event_id].people[wanted] = people
    found: list[Listed] = []
    for item in items:
        people = item.known.people.get(wanted) or strange[item.event.id].people[wanted]
        one = item.instance() if item.override is not PLAIN or item.known.shared.get(shown) is None else None
        if one is not None and item.override is not PLAIN:
            places = own.get(item.event.id, {}).get(one.slot, [])
            people = people_on(people, places, item.event.organizer_id, asked_again=item.override.asked_again)
        found.append(Listed(item, Seen(one.event if one else item.event, people, calendar.owner_id, one)))
    return found


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


def _segments(
    tx: Tx, calendar: Primary, query: Query, after: Position | None, memory: Memory
) -> Iterator[tuple[list[Item], int]]:
    """Items in order, piece by piece, and up to when."""
    from_ms, step = _start(query, after), FIRST_STEP_MS
    gone = _gone(tx, calendar, query) if query.deleted else []
    if from_ms <= -EVER_MS:
        first = agenda_rows.first_start(tx, calendar.corp_id, calendar.calendar_id)
        starts = [one.event.when.starts_ms for one in gone] + ([] if first is None else [first])
        from_ms = min(starts, default=EVER_MS)
    due_ms = query.now_ms + _MARGIN_DAYS * DAY_MS
    while from_ms <= query.to_ms:
        # Of series nothing is expanded that is not due: there the next look may go to the end.
        until_ms = query.to_ms if query.due and from_ms > due_ms else min(query.to_ms, from_ms + step)
        crowded_ms = agenda_rows.start_of(tx, calendar.corp_id, calendar.calendar_id, SEGMENT_STARTS, from_ms)
        if crowded_ms is not None:
            until_ms = min(until_ms, crowded_ms)
        there = _touching(tx, calendar, from_ms, until_ms, memory)
        yield _collect(calendar, [*there, *gone], query, from_ms, until_ms), until_ms
        from_ms, step = until_ms + 1, step * 2


def _touching(tx: Tx, calendar: Primary, from_ms: int, to_ms: int, memory: Memory) -> list[Known]:
    """What may be between two instants, as it is remembered, or read."""
    corp_id, owner_id, people_no = calendar.corp_id, calendar.owner_id, calendar.people_no
    there: list[Known] = []
    missing: list[str] = []
    for event_id, change_no in agenda_rows.touching(
        tx, corp_id, calendar.calendar_id, from_ms, to_ms
    ).items():
        known = memory.get((corp_id, owner_id, event_id), change_no, people_no)
        if known is None:
            missing.append(event_id)
        else:
            there.append(known)
    if not missing:
        return there
    rows = agenda_rows.rows_of(tx, corp_id, calendar.calendar_id, missing)
    series = [row.event.id for row in rows if row.event.recurrence is not None]
    found = overrides.of_events(tx, corp_id, series) if series else {}
    standings = attendees.standings(tx, corp_id, owner_id, series) if series else {}
    for row in rows:
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


def _collect(calendar: Primary, there: Iterable[Known], query: Query, from_ms: int, to_ms: int) -> list[Item]:
    """What of them starts between two instants, in order; of a view also what has not ended by its first."""
    began_before = query.by_end and from_ms <= query.from_ms
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


def _order(one: Item) -> tuple[int, str]:
    return one.starts_ms, one.id


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
