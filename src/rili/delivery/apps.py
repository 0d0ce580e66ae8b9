"""Tells apps what changed in calendars: of each change one delivery for each app (decision 91)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain

import msgspec
from msgspec import Struct

from rili.delivery import bookings
from rili.delivery.audience import PUSHES, listeners, push
from rili.model.ids import NewBytes
from rili.store import app_ranges, deliveries, outbox, push_settings, users
from rili.store.db import Tx
from rili.store.deliveries import NewDelivery
from rili.store.outbox import Change
from rili.store.push_settings import Subscriber
from rili.wire.pushes import (
    CALENDAR_EVENT_CHANGE,
    MEETINGROOM_BOOK,
    PRIMARY,
    ChangeType,
    calendar_event_change,
    calendar_event_id,
)

PEOPLE = 5_000
"""Named by the changes of one transaction, unless a single one names more."""

CHANGE_TYPES: dict[outbox.Kind, ChangeType] = {
    "create": "created",
    "update": "updated",
    "people": "updated",
    "respond": "updated",
    "rooms": "updated",
    "cancel": "cancelled",
    "delete": "cancelled",  # decision 13
    "leave": "deleteView",
}
"""`share` is no change of an event."""


class _Brief(Struct, frozen=True, gc=False):
    """What of an event a push is made of."""

    organizer_id: str
    calendar_id: str
    subscribed: bool = False
    rooms: msgspec.Raw = msgspec.Raw()
    occurrences_with_rooms: bool = False

    @property
    def takes_rooms(self) -> bool:
        return bool(bytes(self.rooms)) or self.occurrences_with_rooms


class Apps:
    """The reader `apps`."""

    name = "apps"

    def __init__(self, clock: Callable[[], int], new_bytes: NewBytes) -> None:
        self._clock = clock
        self._new_bytes = new_bytes

    def begin(self, tx: Tx, corp_id: str) -> None:
        self._corp_id = corp_id
        self._changes: list[tuple[Change, _Brief]] = []
        self._people = 0
        apps = push_settings.hold_subscribers(tx, corp_id)
        self._of_events = listeners(apps, CALENDAR_EVENT_CHANGE)
        self._of_bookings = listeners(apps, MEETINGROOM_BOOK)

    def take(self, tx: Tx, change: Change, people_done: int) -> int | None:
        if change.kind not in CHANGE_TYPES or not (self._of_events or self._of_bookings):
            return None
        people = len(change.recipients)
        pushes = (len(self._changes) + 1) * len(self._of_events)
        if self._changes and (self._people + people > PEOPLE or pushes > PUSHES):
            return 0
        self._people += people
        self._changes.append((change, _decode(change.after or change.before or "")))
        return None

    def end(self, tx: Tx) -> None:
        if not self._changes:
            return
        new: list[NewDelivery] = []
        found = _People(tx, self._corp_id, self._changes, [*self._of_events, *self._of_bookings])
        for change, brief in self._changes:
            new += self._told(change, brief, found)
            if self._of_bookings and (brief.takes_rooms or change.rooms):
                new += self._told_of_rooms(tx, change, brief, found)
        deliveries.add(tx, self._corp_id, new, now_ms=self._clock())

    def _told(self, change: Change, brief: _Brief, found: _People) -> Iterable[NewDelivery]:
        bodies: dict[str | None, str | None] = {}
        for app in self._of_events:
            range_of = app.app_key if app.ranged else None
            if range_of not in bodies:
                bodies[range_of] = _body(change, brief, found.concerned(change, brief, range_of))
            body = bodies[range_of]
            if body is not None:
                subject = _subject(change, app)
                yield push(app, CALENDAR_EVENT_CHANGE, subject, change.created_ms, body, self._new_bytes)

    def _told_of_rooms(self, tx: Tx, change: Change, brief: _Brief, found: _People) -> Iterable[NewDelivery]:
        apps = [
            app
            for app in self._of_bookings
            if found.sees(brief.organizer_id, app.app_key if app.ranged else None)
        ]
        for room_id, body in bookings.bodies(tx, change) if apps else ():
            for app in apps:
                yield push(app, MEETINGROOM_BOOK, f"room {room_id}", change.created_ms, body, self._new_bytes)


class _People:
    """Who of those whom some changes name is of the directory, and within the ranges of some apps."""

    def __init__(
        self,
        tx: Tx,
        corp_id: str,
        changes: Iterable[tuple[Change, _Brief]],
        apps: Iterable[Subscriber],
    ) -> None:
        named = {
            person_id
            for change, brief in changes
            for person_id in (*change.recipients, brief.organizer_id, _leaver(change))
        }
        everybody = set(users.names(tx, corp_id, named))
        self._seen: dict[str | None, set[str]] = {None: everybody}
        for app_key in sorted({app.app_key for app in apps if app.ranged}):
            self._seen[app_key] = app_ranges.people_within(tx, corp_id, app_key, everybody)

    def sees(self, person_id: str, range_of: str | None) -> bool:
        """Whether that person is of the directory, and within the range of that app, if it is one's."""
        return person_id in self._seen[range_of]

    def concerned(self, change: Change, brief: _Brief, range_of: str | None) -> list[str]:
        """The organizer first; of who left by themselves that person alone."""
        if change.kind == "leave":
            candidates: Iterable[str] = (_leaver(change),)
        else:
            candidates = chain((brief.organizer_id,), change.recipients)
        seen = self._seen[range_of]
        return [person_id for person_id in dict.fromkeys(candidates) if person_id in seen]


def _leaver(change: Change) -> str:
    return change.on_behalf_of or change.operator_id


def _body(change: Change, brief: _Brief, union_ids: Sequence[str]) -> str | None:
    """None: nobody whom the app may see is concerned."""
    if not union_ids:
        return None
    return calendar_event_change(
        change.event_id,
        change.origin_ms,
        calendar_id=brief.calendar_id if brief.subscribed else PRIMARY,
        union_ids=union_ids,
        change_type=CHANGE_TYPES[change.kind],
        changed_ms=change.created_ms,
    )


def _subject(change: Change, app: Subscriber) -> str:
    """A series with all its occurrences; where the latest state alone is kept, what must not replace one another."""
    if app.settings.channel != "sync_http":
        return change.event_id
    told = calendar_event_id(change.event_id, change.origin_ms)
    return f"{told} {_leaver(change)}" if change.kind == "leave" else told


_decode = msgspec.json.Decoder(_Brief).decode
