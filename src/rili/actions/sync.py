"""What changed in a calendar since a point of its history: it may repeat, it never misses (decision 20)."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import groupby
from operator import itemgetter

from msgspec import Struct

from rili.actions.items import Item, Query, Today, item_of, items_by_slot
from rili.actions.memory import Known
from rili.actions.walk import known_now
from rili.model.event import Event
from rili.model.expansion import expand_days, occurrence_at
from rili.model.moment import DAY_MS
from rili.model.recurrence import Recurrence
from rili.model.series import Override, Slot
from rili.model.when import When
from rili.store import agenda_rows, former_rules, overrides
from rili.store.agenda_rows import AgendaRow
from rili.store.attendees import Standing
from rili.store.calendars import Primary
from rili.store.db import Tx

ROWS = 50
"""Changed events that are looked at together."""

_NO_SLOT = Slot(0)
_FIRST_SLOT = Slot(1)
_MARGIN_MS = 2 * DAY_MS


class Point(Struct, frozen=True, gc=False, array_like=True):
    """A point of a calendar's history: what was known, and what had come due."""

    change_no: int
    """Changes with this number or a higher one may not be known."""
    now_ms: int
    zone: str
    """The reader's, which said what of all-day series had come due."""


class Reached(Struct, frozen=True, gc=False, order=True, array_like=True):
    """How far a sync has come: the change, the event, and the slot within it; first what changed, then what came due.

    What changed after the sync began has one number, that of its beginning: whatever changes again while it is read
    moves there once, and keeps its place from then on.
    """

    came_due: bool
    change_no: int
    event_id: str
    day: int = 0
    number: int = 0


class Gone(Struct, frozen=True, gc=False):
    """Something that is no longer listed, or never was."""

    id: str
    series_id: str | None = None
    origin_ms: int | None = None


Change = Item | Gone


def changes(
    tx: Tx, calendar: Primary, query: Query, since: Point, until: Point, after: Reached | None, limit: int
) -> tuple[list[Change], Reached | None]:
    """The first *limit* changes after a place, and the place that they reach, None where they are all.

    *until*: where this sync began, and the next one will.
    """
    found: list[tuple[Reached, Change]] = []
    for place, change in _all(tx, calendar, query, since, until, after or Reached(False, 0, "")):
        if after is None or place > after:
            found.append((place, change))
            if len(found) > limit:
                return [change for _, change in found[:limit]], found[limit - 1][0]
    return [change for _, change in found], None


def _all(
    tx: Tx, calendar: Primary, query: Query, since: Point, until: Point, after: Reached
) -> Iterator[tuple[Reached, Change]]:
    if not after.came_due:
        changed = agenda_rows.changed(tx, calendar.corp_id, calendar.calendar_id, since.change_no)
        places = [Reached(False, min(number, until.change_no), id_) for number, id_ in changed]
        here = Reached(False, after.change_no, after.event_id)
        for some in _batches(sorted(place for place in places if place >= here)):
            ids = [place.event_id for place in some]
            rows = agenda_rows.rows_of(tx, calendar.corp_id, calendar.calendar_id, ids)
            by_id = {row.event.id: row for row in rows}
            for place in some:
                first = max(Slot(after.day, after.number), _FIRST_SLOT) if place == here else _FIRST_SLOT
                for slot, change in _of_row(tx, calendar, by_id[place.event_id], query, since, first):
                    yield Reached(False, place.change_no, place.event_id, slot.day, slot.number), change
    yield from _came_due(tx, calendar, query, since, after)


def _batches(places: list[Reached]) -> Iterator[list[Reached]]:
    for first in range(0, len(places), ROWS):
        yield places[first : first + ROWS]


def _came_due(
    tx: Tx, calendar: Primary, query: Query, since: Point, after: Reached
) -> Iterator[tuple[Reached, Change]]:
    """Occurrences that came due since, of series that did not change as a whole: those were told already."""
    before, now = Today(since.now_ms, since.zone), Today(query.now_ms, calendar.zone)
    near = agenda_rows.touching(
        tx,
        calendar.corp_id,
        calendar.calendar_id,
        since.now_ms - _MARGIN_MS,
        query.now_ms + _MARGIN_MS,
    )
    rows = [
        row
        for row in agenda_rows.rows_of(tx, calendar.corp_id, calendar.calendar_id, near)
        if row.event.recurrence is not None
        and row.whole_change_no < since.change_no
        and query.series_id in (None, row.event.id)
        and not (after.came_due and row.event.id < after.event_id)
        and before.of(row.event.when) < now.of(row.event.when)
    ]
    for row in sorted(rows, key=lambda row: row.event.id):
        known = known_now(tx, calendar, row.event)
        last, first = now.of(row.event.when), Slot(before.of(row.event.when) + 1)
        for slot, item in items_by_slot(known, last, first):
            if slot.day <= last and _within(item, query):
                yield Reached(True, 0, row.event.id, slot.day, slot.number), item


def _of_row(
    tx: Tx, calendar: Primary, row: AgendaRow, query: Query, since: Point, first: Slot
) -> Iterator[tuple[Slot, Change]]:
    """What to tell of one row, from a slot on; of the event itself under no slot."""
    event = row.event
    if query.series_id not in (None, event.id):
        return
    if event.recurrence is None and first == _FIRST_SLOT:
        item = Item(event.when.starts_ms, event.id, Known(event, {}, Standing(whole=True)))
        there = not row.gone and query.series_id is None and _within(item, query)
        yield _NO_SLOT, item if there else Gone(event.id)
    whole = row.gone or row.whole_change_no >= since.change_no
    formers = former_rules.since(tx, event.corp_id, event.id, since.change_no) if whole else []
    if (
        event.recurrence is not None
        and first == _FIRST_SLOT
        and any(one.recurrence is None for one in formers)
    ):
        yield _NO_SLOT, Gone(event.id)  # it was an event of its own, and is a series now
    known = known_now(tx, calendar, event)
    if row.gone:
        known.standing = Standing()
    today = Today(query.now_ms, calendar.zone)
    if not whole:
        changed = overrides.changed_since(tx, event.corp_id, event.id, since.change_no)
        yield from _of_slots(known, changed, query, today, first)
        return
    streams: list[Iterator[tuple[Slot, Change]]] = [
        _once_listed(event, when, rule, dropped, today, first)
        for when, rule, dropped in (
            *((one.when, one.recurrence, one.dropped) for one in formers),
            (event.when, event.recurrence, tuple(slot.key for slot in known.overrides)),
        )
    ]
    if event.recurrence is not None:
        told = items_by_slot(known, today.of(event.when), first)
        streams.append((slot, item) for slot, item in told if _within(item, query))
    yield from _merged(streams)


def _merged(streams: list[Iterator[tuple[Slot, Change]]]) -> Iterator[tuple[Slot, Change]]:
    """In the order of slots, what the last stream says of each: what is there comes after what may be gone."""
    for slot, said in groupby(merge(*streams, key=itemgetter(0)), key=itemgetter(0)):
        *_, (_, change) = said
        yield slot, change


def _of_slots(
    series: Known, changed: dict[Slot, Override], query: Query, today: Today, first: Slot
) -> Iterator[tuple[Slot, Change]]:
    event = series.event
    assert event.recurrence is not None
    for slot, override in sorted(changed.items(), key=lambda pair: pair[0]):
        if slot < first:
            continue
        one = occurrence_at(event.recurrence, event.when, slot.day, slot.number)
        item = one and item_of(series, one, override)
        due = slot.day <= today.of(event.when) or override.edited
        listed = item if item and due and _within(item, query) else None
        yield slot, listed or Gone(slot.id_in(event.id), event.id, one and one.starts_ms)


def _once_listed(
    event: Event, when: When, rule: Recurrence | None, exceptions: tuple[str, ...], today: Today, first: Slot
) -> Iterator[tuple[Slot, Change]]:
    """What a reader may know of a series while it followed that rule, each as gone; in order."""
    if rule is None:
        return
    slots = sorted(slot for slot in map(Slot.of_key, exceptions) if slot >= first)
    excepted: Iterator[tuple[Slot, Change]] = ((slot, _gone(event, when, rule, slot)) for slot in slots)
    due: Iterator[tuple[Slot, Change]] = (
        (slot, Gone(slot.id_in(event.id), event.id, one.starts_ms))
        for one in expand_days(rule, when, first.day, today.of(when))
        if (slot := Slot(one.day, one.number)) >= first
    )
    yield from _merged([excepted, due])


def _gone(event: Event, when: When, rule: Recurrence, slot: Slot) -> Gone:
    one = occurrence_at(rule, when, slot.day, slot.number)
    return Gone(slot.id_in(event.id), event.id, one and one.starts_ms)


def _within(item: Item, query: Query) -> bool:
    return query.from_ms <= item.starts_ms <= query.to_ms
