"""What is derived from events: held against its source, and derived again when the tz database changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from msgspec import UNSET

from rili.actions import derived_bookings, reminder_rows
from rili.actions.announce import colleagues
from rili.actions.occurrences import moved_whens
from rili.model import zones
from rili.model.event import Event
from rili.model.expansion import occurrence_at
from rili.model.series import Override, Slot, span_of
from rili.store import agenda, attendees, calendar_findings, events, facts, guests, overrides
from rili.store.db import Tx
from rili.store.events import Derived

BATCH = 500

Progress = Callable[[int], None]
"""Told how many events are done."""


def check(tx: Tx, progress: Progress = lambda done: None) -> list[str]:
    """Every disagreement between a body and what is derived from it, one line each."""
    findings: list[str] = []
    if facts.get(tx, "tzdata") != zones.VERSION:
        findings.append(
            f"instants are derived from another tzdata than {zones.VERSION}; rili migrate mends it"
        )
    organisations: dict[str, str] = {}
    for derived in _all(tx, progress):
        event, corp_id = derived.event, derived.event.corp_id
        if corp_id not in organisations:
            organisations[corp_id] = derived_bookings.zone_of(tx, corp_id)
        found = chain(
            _disagreements(tx, derived),
            derived_bookings.disagreements(tx, event, organisations[corp_id], deleted=derived.deleted),
        )
        findings += [f"event {event.id} of {corp_id}: {finding}" for finding in found]
    return findings + calendar_findings.findings(tx)


def derive(tx: Tx, progress: Progress = lambda done: None) -> int:
    """Bring every instant up to the tz database of now; answers how many events moved."""
    moved = 0
    booked: list[tuple[str, str]] = []
    for derived in _all(tx, progress):
        if _derive_event(tx, derived):
            moved += 1
        if derived.event.takes_rooms:
            booked.append((derived.event.corp_id, derived.event.id))
    derived_bookings.derive_again(tx, booked)
    facts.put(tx, "tzdata", zones.VERSION)
    return moved


def _derive_event(tx: Tx, derived: Derived) -> bool:
    event = derived.event
    found = overrides.of_event(tx, event.corp_id, event.id)
    columns = overrides.spans(tx, event.corp_id, event.id) if found else {}
    for slot, override in found.items():
        if override.when is not UNSET and columns[slot] != _instants(override):
            overrides.set_span(tx, event, slot, override.when)
    span = span_of(event, moved_whens(found.values()))
    moved = not derived.agrees
    if moved:
        events.set_span(tx, event)
    if any(not _right(one, event, found) for one in agenda.of_event(tx, event.corp_id, event.id)):
        agenda.set_span(tx, event, span)
        moved = True
    return reminder_rows.derive_again(tx, event, deleted=derived.deleted) or moved


def _all(tx: Tx, progress: Progress) -> Iterator[Derived]:
    key, done = ("", ""), 0
    while batch := events.after(tx, *key, limit=BATCH):
        yield from batch
        done += len(batch)
        progress(done)
        key = (batch[-1].event.corp_id, batch[-1].event.id)


def _disagreements(tx: Tx, derived: Derived) -> Iterator[str]:
    event = derived.event
    if not derived.agrees:
        yield "version or span differ from its body"
    found = overrides.of_event(tx, event.corp_id, event.id)
    rows = agenda.of_event(tx, event.corp_id, event.id)
    if any(not _right(one, event, found) for one in rows if not one.gone):
        yield "a calendar shows it at another time"
    people = attendees.of_event(tx, event.corp_id, event.id)
    if event.organizer_id not in {one.person_id for one in people}:
        yield "its organizer is not on it"
    shown = {one.owner_id for one in rows if not one.gone}
    wanted = set(colleagues(people)) | attendees.on_occurrences_alone(tx, event)
    if derived.deleted and shown:
        yield "deleted, and a calendar shows it"
    elif strangers := shown - wanted:
        yield f"{len(strangers)} calendars show it whose owners are not on it"
    elif not derived.deleted and (missing := wanted - shown):
        missing -= guests.emails(tx, event.corp_id, missing).keys()  # who have no calendar
        if missing:
            yield f"{len(missing)} of its people have it in no calendar"
    yield from _misplaced(event, [one for one in rows if not one.gone])
    yield from _disagreeing_occurrences(tx, event, found)


def _misplaced(event: Event, rows: list[agenda.Shown]) -> Iterator[str]:
    """Whether the event is where one of its kind may be."""
    if not event.subscribed:
        if any(one.kind != "primary" for one in rows):
            yield "a subscribed calendar shows it, and people may attend it"
    elif any((one.calendar_id, one.owner_id) != (event.calendar_id, event.organizer_id) for one in rows):
        yield "of a subscribed calendar, and not in that of its organizer alone"


def _disagreeing_occurrences(tx: Tx, event: Event, found: dict[Slot, Override]) -> Iterator[str]:
    columns = overrides.spans(tx, event.corp_id, event.id) if found else {}
    for slot, override in found.items():
        rule = event.recurrence
        if rule is None or occurrence_at(rule, event.when, slot.day, slot.number) is None:
            yield f"an exception in slot {slot.key}, which its rule does not have"
        if columns[slot] != _instants(override):
            yield f"the exception in slot {slot.key} is found at another time than it is"
    places = attendees.own_places(tx, event.corp_id, [event.id]).get(event.id, {})
    for slot in places.keys() - found.keys():
        yield f"people of their own in slot {slot.key}, which nothing tells of"


def _right(one: agenda.Shown, event: Event, found: dict[Slot, Override]) -> bool:
    return one.indexed and one.span == span_of(event, moved_whens(found.values()))


def _instants(override: Override) -> tuple[int | None, int | None]:
    return (None, None) if override.when is UNSET else (override.when.starts_ms, override.when.ends_ms)
