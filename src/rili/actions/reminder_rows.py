"""The next firing of each reminder is derived from its event: after a change, after a zone change, and at first.

Whoever writes these rows does so alone in an organisation: as their reader does, under its claim.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from rili.model.event import Event
from rili.model.reminding import Firing, Kind, Plan, Position
from rili.store import events, outbox_readers, overrides, reminder_people, reminders
from rili.store.db import Tx
from rili.store.reminders import Reminding

READER = "reminders"

LATE_MS = 60_000
"""From here on a reminder is late, and is not given any more where the occurrence has ended."""

EVENTS = 50
"""Derived in one transaction, at most."""

_EVER_MS = 10**18


def plan_of(tx: Tx, corp_id: str, event_id: str) -> Plan | None:
    """The reminders of an event as it is now; None where nobody is reminded of it."""
    stored = events.find(tx, corp_id, event_id, lock=False)
    return None if stored is None or stored.deleted else _plan(tx, stored.event)


def renew(tx: Tx, corp_id: str, event_id: str, at_ms: int) -> None:
    """Bring the rows of an event that changed at *at_ms* up to what it is now.

    What was to fire by then, and is still to, stays; what would have been only by the change does not fire.
    """
    plan = plan_of(tx, corp_id, event_id)
    held = {one.kind: one for one in reminders.of_event(tx, corp_id, event_id)}
    if plan is None:
        reminders.remove(tx, corp_id, held.values())
        return
    zones = reminder_people.zones_of(tx, corp_id, event_id) if plan.has_whole_days else ()
    wanted = plan.kinds(zones)
    for kind in wanted:
        _put(tx, plan, kind, held.get(kind), _next(plan, kind, held.get(kind), at_ms))
    reminders.remove(tx, corp_id, (one for kind, one in held.items() if kind not in wanted))


def add_zones(tx: Tx, corp_id: str, event_id: str, zones: Collection[str], at_ms: int) -> Plan | None:
    """Add the rows of people in *zones*, who are on the event since *at_ms*, where it has none for them."""
    plan = plan_of(tx, corp_id, event_id)
    if plan is None or not plan.has_whole_days:
        return plan
    known = {one.kind for one in reminders.of_event(tx, corp_id, event_id)}
    for kind in plan.kinds(zones) - known:
        if kind.zone:
            _put(tx, plan, kind, None, _next(plan, kind, None, at_ms))
    return plan


def go_on(tx: Tx, plan: Plan | None, one: Reminding, corp_id: str, now_ms: int) -> None:
    """*one* has fired: move it to the next occurrence that has not ended, or remove it."""
    firing = None if plan is None else plan.after(one.kind, one.position, now_ms - LATE_MS)
    if firing is None:
        reminders.remove(tx, corp_id, [one])
    else:
        reminders.put(tx, corp_id, Reminding(one.event_id, one.kind, firing.position))


def derive_some(tx: Tx, corp_id: str, now_ms: int) -> int:
    """Derive the rows of some events that are older than the table; how many, 0 when none is left."""
    done = reminders.backlog(tx, corp_id)
    if done is None:
        return 0
    found = reminders.events_after(tx, corp_id, done, EVENTS)
    for event_id in found:
        renew(tx, corp_id, event_id, now_ms)
    reminders.put_backlog(tx, corp_id, found[-1] if len(found) == EVENTS else None)
    return len(found)


def derive_again(tx: Tx, event: Event, *, deleted: bool) -> bool:
    """Bring the rows of *event* up to the tz database of now; whether one moved."""
    held = reminders.of_event(tx, event.corp_id, event.id)
    plan = None if deleted or not held else _plan(tx, event)
    moved = False
    for one in held:
        firing = None
        if plan is not None:
            again = plan.firing(one.kind, one.position.slot)
            if again is None or again.position.due_ms > one.position.due_ms:
                # Something else may come first now. Who was told already is not told again.
                again = plan.after(one.kind, Position(one.position.due_ms - 1, "~"), -_EVER_MS)
            firing = again
        if firing is None or firing.position != one.position:
            moved = True
            if plan is None or firing is None:
                reminders.remove(tx, event.corp_id, [one])
            else:
                _put(tx, plan, one.kind, one, firing)
    return moved


def check(tx: Tx, now_ms: int) -> list[str]:
    """Every disagreement between an event and the firings that wait for it, one line each.

    What a worker is still to follow is none.
    """
    findings: list[str] = []
    unread: dict[str, set[str]] = {}
    unfinished = set(reminders.unfinished(tx))
    key = ("", "")
    while batch := events.after(tx, *key, limit=EVENTS):
        for one in batch:
            corp_id, event_id = one.event.corp_id, one.event.id
            if corp_id not in unread:
                unread[corp_id] = outbox_readers.unread_events(tx, corp_id, READER)
            if corp_id not in unfinished and event_id not in unread[corp_id]:
                plan = None if one.deleted else _plan(tx, one.event)
                found = _disagreements(tx, corp_id, event_id, plan, now_ms)
                findings += (f"event {event_id} of {corp_id}: {finding}" for finding in found)
        key = (batch[-1].event.corp_id, batch[-1].event.id)
    return findings


def _disagreements(tx: Tx, corp_id: str, event_id: str, plan: Plan | None, now_ms: int) -> Iterator[str]:
    held = {one.kind: one for one in reminders.of_event(tx, corp_id, event_id)}
    if plan is None:
        if held:
            yield "nobody is reminded of it, and reminders wait"
        return
    zones = reminder_people.zones_of(tx, corp_id, event_id) if plan.has_whole_days else set[str]()
    for kind in sorted(plan.kinds(zones | {kind.zone for kind in held if kind.zone})):
        one = held.pop(kind, None)
        coming = plan.after(kind, Position(now_ms, "~"), now_ms - LATE_MS)
        if one is None:
            if coming is not None and (not kind.zone or kind.zone in zones):
                yield f"{_name(kind)} will not fire"
            continue
        there = plan.firing(kind, one.position.slot)
        if there is None or there.position != one.position:
            yield f"{_name(kind)} would fire when it is not to"
        elif one.position.due_ms > now_ms and coming is not None and coming.position != one.position:
            yield f"{_name(kind)} would miss an occurrence"
    for kind in held:
        yield f"{_name(kind)} is none of its reminders"


def _name(kind: Kind) -> str:
    return f"the reminder {kind.minutes} minutes before" + (f" in {kind.zone}" if kind.zone else "")


def _plan(tx: Tx, event: Event) -> Plan | None:
    if event.cancelled or event.subscribed:
        return None
    found = overrides.of_event(tx, event.corp_id, event.id) if event.recurrence is not None else {}
    return Plan(event, found)


def _next(plan: Plan, kind: Kind, held: Reminding | None, at_ms: int) -> Firing | None:
    if held is None or held.position.due_ms > at_ms:
        return plan.after(kind, Position(at_ms, "~"), at_ms - LATE_MS)
    waiting = plan.firing(kind, held.position.slot)
    if waiting is not None and waiting.position == held.position:
        return waiting
    return plan.after(kind, held.position, at_ms - LATE_MS)


def _put(tx: Tx, plan: Plan, kind: Kind, held: Reminding | None, firing: Firing | None) -> None:
    corp_id, event_id = plan.event.corp_id, plan.event.id
    if firing is None:
        if held is not None:
            reminders.remove(tx, corp_id, [held])
    elif held is None or held.position != firing.position:
        reminders.put(tx, corp_id, Reminding(event_id, kind, firing.position))
