"""A reminder fires: who is on the occurrence then is told, each of them once, whatever happens meanwhile."""

from __future__ import annotations

from hashlib import sha256

from msgspec.structs import replace

from rili.actions import reminder_rows
from rili.actions.reminder_rows import LATE_MS
from rili.delivery.telling import Telling, tell
from rili.model.event import Event
from rili.model.moment import Moment
from rili.model.notice import Notice
from rili.model.reminding import Firing, Kind, Plan, Position
from rili.model.when import When
from rili.store import events, reminder_people, reminders, zone_changes
from rili.store.db import Tx
from rili.store.reminder_people import Occasion
from rili.store.reminders import Reminding
from rili.store.zone_changes import ZoneChange

EVENTS = 20
"""Of a person whose zone changed, in one transaction, at most."""

_ZONES_APART_MS = 28 * 3_600_000
"""Between a wall time in one zone and the same in another lies less."""


def fire(tx: Tx, corp_id: str, one: Reminding, now_ms: int, *, limit: int, mail: bool) -> int:
    """Remind up to *limit* people of what *one* is due for, and move it on when these are all; how many they are.

    The event counts as it is now: of an occurrence that is no more, or has another time or no such reminder, nobody
    is told.
    """
    events.find(tx, corp_id, one.event_id)  # locked: it stays as it is until they are told
    plan = reminder_rows.plan_of(tx, corp_id, one.event_id)
    firing = None if plan is None else plan.firing(one.kind, one.position.slot)
    if plan is None or firing is None or firing.position != one.position:
        reminder_rows.go_on(tx, plan, one, corp_id, now_ms)
        return 0
    told: list[str] = []
    if firing.ends_ms > now_ms - LATE_MS:
        to_tell = _Reminder(plan, one.kind.minutes, firing, now_ms)
        told = to_tell.tell(tx, zone=one.kind.zone, after=one.done_person, limit=limit, mail=mail)
        if len(told) == limit:
            reminders.put(tx, corp_id, replace(one, done_person=told[-1]))
            return limit
    if one.kind.zone and not reminder_people.anybody_in(tx, corp_id, one.event_id, one.kind.zone):
        reminders.remove(tx, corp_id, [one])
    else:
        reminder_rows.go_on(tx, plan, one, corp_id, now_ms)
    return len(told)


def follow(tx: Tx, corp_id: str, change: ZoneChange, now_ms: int, *, mail: bool) -> None:
    """Go on with what follows from a person's other zone, for some of their events.

    They are reminded in the new zone from now on, and at once of that for which it is past there and was still to come
    in the old one.
    """
    found = zone_changes.events_of(
        tx,
        corp_id,
        change.person_id,
        after=change.event_id,
        from_ms=now_ms - _ZONES_APART_MS,
        limit=EVENTS,
    )
    for event_id in found:
        plan = reminder_rows.add_zones(tx, corp_id, event_id, {change.zone_after}, now_ms)
        if plan is None or not plan.has_whole_days:
            continue
        held = {one.kind: one.position for one in reminders.of_event(tx, corp_id, event_id)}
        for kind in plan.kinds((change.zone_after,)):
            former = Kind(kind.minutes, change.zone_before)
            if kind.zone and former in held:
                for firing in _overtaken(plan, kind, former, held[former], now_ms):
                    to_tell = _Reminder(plan, kind.minutes, firing, now_ms)
                    to_tell.tell(tx, person_id=change.person_id, limit=1, mail=mail)
    zone_changes.move(tx, corp_id, change, found[-1] if len(found) == EVENTS else None)


def _overtaken(plan: Plan, kind: Kind, former: Kind, waiting: Position, now_ms: int) -> list[Firing]:
    """The firings of *kind* that are past, while those of *former*, whose next is *waiting*, are not."""
    found: list[Firing] = []
    position = Position(waiting.due_ms - _ZONES_APART_MS)
    while (firing := plan.after(kind, position, now_ms - LATE_MS)) is not None:
        position = firing.position
        if position.due_ms > now_ms:
            break
        there = plan.firing(former, position.slot)
        if there is not None and there.position >= waiting:
            found.append(firing)
    return found


class _Reminder:
    """One reminder of one occurrence, as people are told of it."""

    def __init__(self, plan: Plan, minutes: int, firing: Firing, now_ms: int) -> None:
        series, slot = plan.event, firing.position.slot
        event, asked_again = series, False
        if slot:
            one = plan.instance(slot)
            assert one is not None  # it has a firing
            event, asked_again = replace(one.event, id=series.id), one.override.asked_again
        late = now_ms - firing.position.due_ms > LATE_MS
        self._now_ms = now_ms
        self._notice = Notice("reminder", event, occurrence=slot or None, minutes=minutes, late=late)
        self._occasion = Occasion(series, slot, asked_again, _about(event, slot, minutes))

    def tell(
        self,
        tx: Tx,
        *,
        zone: str = "",
        person_id: str = "",
        after: str = "",
        limit: int,
        mail: bool,
    ) -> list[str]:
        """Tell the first *limit* people behind *after* who are to know and do not yet; who they are."""
        people = reminder_people.untold(
            tx, self._occasion, zone=zone, person_id=person_id, after=after, limit=limit
        )
        tellings = [
            Telling(
                one.person_id,
                self._occasion.about + one.person_id,
                self._notice,
                here=True,
                email=one.email if mail else None,
            )
            for one in people
        ]
        tell(tx, self._occasion.event.corp_id, tellings, now_ms=self._now_ms)
        return [one.person_id for one in people]


def _about(event: Event, slot: str, minutes: int) -> str:
    """What stays the same as long as it is the same reminder of the same occurrence at the same time on the wall."""
    text = "\n".join((event.id, slot, str(minutes), _wall(event.when)))
    return sha256(text.encode()).hexdigest()[:24]


def _wall(when: When) -> str:
    start = when.start
    return f"{start.wall} {start.zone} {start.fold}" if isinstance(start, Moment) else str(start)
