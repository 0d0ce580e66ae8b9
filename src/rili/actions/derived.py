"""What is derived from events: held against its source, and derived again when the tz database changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from rili.model import zones
from rili.store import agenda, attendees, events, facts
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
    for derived in _all(tx, progress):
        findings += _disagreements(tx, derived)
    return findings


def derive(tx: Tx, progress: Progress = lambda done: None) -> int:
    """Bring every instant up to the tz database of now; answers how many events moved."""
    moved = 0
    for derived in _all(tx, progress):
        if not derived.agrees:
            events.set_span(tx, derived.event)
            agenda.move(tx, derived.event)
            moved += 1
    facts.put(tx, "tzdata", zones.VERSION)
    return moved


def _all(tx: Tx, progress: Progress) -> Iterator[Derived]:
    key, done = ("", ""), 0
    while batch := events.after(tx, *key, limit=BATCH):
        yield from batch
        done += len(batch)
        progress(done)
        key = (batch[-1].event.corp_id, batch[-1].event.id)


def _disagreements(tx: Tx, derived: Derived) -> Iterator[str]:
    event = derived.event
    name = f"event {event.id} of {event.corp_id}"
    if not derived.agrees:
        yield f"{name}: version or span differ from its body"
    spans = agenda.of_event(tx, event.corp_id, event.id)
    shown = [span for span in spans if not span.gone]
    if any((span.starts_ms, span.until_ms) != (derived.starts_ms, derived.until_ms) for span in shown):
        yield f"{name}: a calendar shows it at another time"
    people = {one.person_id for one in attendees.of_event(tx, event.corp_id, event.id) if one.email is None}
    if event.organizer_id not in people:
        yield f"{name}: its organizer is not on it"
    if derived.deleted and shown:
        yield f"{name}: deleted, and a calendar shows it"
    if strangers := {span.owner_id for span in shown} - people:
        yield f"{name}: {len(strangers)} calendars show it whose owners are not on it"
    if missing := people - {span.owner_id for span in spans}:
        yield f"{name}: {len(missing)} of its people have no row in the agenda"
