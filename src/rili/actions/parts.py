"""A calendar in parts, the same for whoever asks: remembered, or walked again where something changed in them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from rili.actions.items import MARGIN_DAYS, Query, collect, start_of
from rili.actions.memory import Known, Memory, Part
from rili.model.moment import DAY_MS
from rili.store import agenda_rows, attendees, overrides
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


def parts(tx: Tx, calendar: Primary, query: Query, from_ms: int, memory: Memory) -> Iterator[Part]:
    """Parts of the calendar in order, from an instant on."""
    gone = _gone(tx, calendar, query) if query.deleted else []
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
    items = collect(calendar, [*there, *gone], query, from_ms, until_ms - 1, began_before=query.by_end)
    first = bisect_left(items, from_ms, key=start_of)
    return Part(from_ms, until_ms, there, items[:first], items[first:])


def _crowded(tx: Tx, calendar: Primary, query: Query, from_ms: int, until_ms: int, rows: int) -> bool:
    """Whether a part is too long for what may be in it; what series have not due yet is not."""
    most = CROWDED * STEP_MS // max(until_ms - from_ms, STEP_MS)
    if rows > most and query.due and from_ms > query.now_ms + MARGIN_DAYS * DAY_MS:
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


def _starts_of(one: Known) -> Iterator[int]:
    """Where an event, or a series and its exceptions that moved, may start first."""
    yield one.event.when.starts_ms
    for override in one.overrides.values():
        if override.when is not UNSET:
            yield override.when.starts_ms
