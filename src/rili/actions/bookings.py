"""The rooms of an event follow it: what they are held for is derived again whenever it changes.

Rooms are locked before they are looked at, all that a change may need at once and in one order, so that two changes
neither see half of each other nor wait for each other in a circle. The database has the last word.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager

from msgspec.structs import replace

from rili.actions.derived_bookings import zone_of
from rili.errors import InvalidParameter, MeetingRoomNotAvailable
from rili.model.booking import Booking, bookings_of, bookings_of_occurrence, crowded, why_not_a_series
from rili.model.event import Event
from rili.model.event_rooms import ask_again
from rili.model.moment import Moment
from rili.model.room import Person, Room, may_book
from rili.model.series import Override, Slot, find_instance
from rili.model.when import AllDay
from rili.store import bookings, overrides, room_people, rooms
from rili.store.bookings import Overlap
from rili.store.db import Tx

TOLD = 10
"""Occurrences of which a refusal says when they are; of the others how many."""

INVALID = "Meeting room invalid"


class Rooms:
    """The rooms that one change concerns, locked until its transaction ends, and for whom they are booked."""

    def __init__(self, tx: Tx, corp_id: str, room_ids: Iterable[str], organizer_id: str, now_ms: int) -> None:
        ids = set(room_ids)
        self.tx = tx
        self.now_ms = now_ms
        self.organizer_id = organizer_id
        if ids:
            rooms.lock(tx, corp_id, ids)
        self.by_id: dict[str, Room] = rooms.of_ids(tx, corp_id, ids) if ids else {}
        self._person: Person | None = None
        self.zone = zone_of(tx, corp_id)

    @property
    def approved(self) -> list[str]:
        """Those that somebody must approve of."""
        return [id_ for id_, room in self.by_id.items() if room.settings.approval != "none"]

    def why_not(self, room: Room, one: Booking, *, series: bool) -> str | None:
        """Why the organizer may not have *room* then, if they may not."""
        if self._person is None:
            self._person = room_people.person(self.tx, room.corp_id, self.organizer_id)
        if self._person is None:
            return "its organizer has left the organisation"
        return may_book(
            room, self._person,
            starts_ms=one.starts_ms, ends_ms=one.ends_ms, now_ms=self.now_ms, series=series,
        )  # fmt: skip


def rooms_of(tx: Tx, event: Event, now_ms: int, more: Iterable[str] = ()) -> Rooms:
    """The rooms of *event* and of its occurrences, and *more*, locked."""
    ids = {one.room_id for one in event.rooms} | set(more)
    if event.occurrences_with_rooms:
        for override in overrides.of_event(tx, event.corp_id, event.id).values():
            ids |= {one.room_id for one in override.rooms}
    return Rooms(tx, event.corp_id, ids, event.organizer_id, now_ms)


@contextmanager
def moving() -> Generator[None]:
    """What refuses a room to an event that moves is this, and its reason (decision 23)."""
    try:
        yield
    except MeetingRoomNotAvailable as taken:
        raise InvalidParameter(INVALID, description=taken.description) from None


def asked_again(event: Event, there: Rooms) -> Event:
    """*event*, which moves, with its rooms waiting for approval again where they need it."""
    rooms = ask_again(event.rooms, there.approved)
    if rooms == event.rooms:
        return event
    # Occurrences at a time of their own do not move along, and keep the answer that they had.
    return replace(
        event,
        rooms=rooms,
        occurrences_with_rooms=event.occurrences_with_rooms or event.recurrence is not None,
    )


def rebook(
    tx: Tx, event: Event, found: Mapping[Slot, Override], there: Rooms, *, checked: bool = True
) -> None:
    """Make what *event* holds what it says by now, its occurrences with what is *found* of their own.

    *checked*: what is new is held against what its rooms allow, and not against other bookings alone.
    Raises MeetingRoomNotAvailable, which says which occurrences clash.
    """
    if not event.cancelled and any(one.holds for one in event.rooms) and (why := why_not_a_series(event)):
        raise MeetingRoomNotAvailable(description=f"recurrence: {why}")
    _settle(tx, event, set(bookings_of(event, found, there.zone)), None, there, checked=checked)


def rebook_occurrence(
    tx: Tx, event: Event, slot: Slot, override: Override, there: Rooms, *, checked: bool = True
) -> None:
    """The same of one occurrence alone."""
    one = find_instance(event, slot, override)
    wanted = set(bookings_of_occurrence(one, there.zone)) if one else set[Booking]()
    _settle(tx, event, wanted, slot, there, checked=checked)


def check_organizer_may(event: Event, found: Mapping[Slot, Override], there: Rooms) -> None:
    """Raises MeetingRoomNotAvailable when the organizer may not have what *event* holds and is not over."""
    _check_allowed(event, bookings_of(event, found, there.zone), there)


def _settle(
    tx: Tx, event: Event, wanted: set[Booking], slot: Slot | None, there: Rooms, *, checked: bool
) -> None:
    held = bookings.of_event(tx, event.corp_id, event.id, slot)
    spans = {(one.room_id, one.occurrence): one for one in held}
    restated = {
        one
        for one in wanted - held
        if (was := spans.get((one.room_id, one.occurrence))) is not None
        and (was.starts_ms, was.ends_ms) == (one.starts_ms, one.ends_ms)
    }
    kept = {(one.room_id, one.occurrence) for one in restated}
    gone = [one for one in held - wanted if (one.room_id, one.occurrence) not in kept]
    new = wanted - held - restated
    bookings.drop(tx, event, gone)
    bookings.set_status(tx, event, restated)
    if not new:
        return
    _check_rooms(new, event, there)
    if checked:
        _check_allowed(event, new, there)
    _check_free(tx, event, new, there)
    try:
        bookings.add(tx, event, {id_: room.number for id_, room in there.by_id.items()}, new)
    except Overlap:
        raise MeetingRoomNotAvailable(
            description="a room was booked meanwhile, by somebody else; ask again to be told when"
        ) from None


def _check_rooms(new: Iterable[Booking], event: Event, there: Rooms) -> None:
    """Raises MeetingRoomNotAvailable for a room that was removed."""
    for one in new:
        if one.room_id not in there.by_id:
            raise MeetingRoomNotAvailable(
                f"{_name(event, one)}: there is no such room any more",
                description=f"meetingRooms: {one.room_id} was removed; take it off the event",
            )


def _check_allowed(event: Event, new: Iterable[Booking], there: Rooms) -> None:
    refused: dict[str, list[tuple[Booking, str]]] = {}
    for one in new:
        room = there.by_id.get(one.room_id)
        if room is None or one.ends_ms <= there.now_ms:
            continue
        series = event.recurrence is not None and any(
            one.room_id == it.room_id and it.holds for it in event.rooms
        )
        if why := there.why_not(room, one, series=series):
            refused.setdefault(one.room_id, []).append((one, why))
    for room_id, found in refused.items():
        room = there.by_id[room_id]
        why = min(found, key=lambda pair: pair[0].starts_ms)[1]
        when = _when(event, [one for one, _ in found], there.zone)
        raise MeetingRoomNotAvailable(
            f"{room.name}: {why}",
            description=f"meetingRooms: {room.name} ({room_id}): {why}; {when}",
        )


def _check_free(tx: Tx, event: Event, new: Iterable[Booking], there: Rooms) -> None:
    by_room: dict[str, list[Booking]] = {}
    for one in new:
        by_room.setdefault(one.room_id, []).append(one)
    for room_id, wanted in sorted(by_room.items()):
        over = {
            clash.occurrence: clash.event_id for clash in bookings.clashes(tx, event.corp_id, room_id, wanted)
        }
        own = {one.occurrence for one in crowded(wanted)} | {
            id_ for id_, other in over.items() if other == event.id
        }
        clashing = [one for one in wanted if one.occurrence in over or one.occurrence in own]
        if clashing:
            by = "another occurrence of this series" if own.issuperset(over) else "another booking"
            raise MeetingRoomNotAvailable(
                description=f"meetingRooms: {there.by_id[room_id].name} ({room_id}) is taken by {by}; "
                + _when(event, clashing, there.zone)
            )


def _when(event: Event, clashing: list[Booking], zone: str) -> str:
    """When those occurrences start, in the event's own words."""
    in_order = sorted(clashing, key=lambda one: one.starts_ms)
    if isinstance(event.when, AllDay):
        told = [Moment.at(one.starts_ms, zone).wall.date().isoformat() for one in in_order[:TOLD]]
    else:
        told = [Moment.at(one.starts_ms, event.when.start.zone).text() for one in in_order[:TOLD]]
    more = f" and {len(in_order) - TOLD} more" if len(in_order) > TOLD else ""
    return ("occurrences: " if event.recurrence is not None else "the event: ") + ", ".join(told) + more


def _name(event: Event, one: Booking) -> str:
    return next((it.name for it in event.rooms if it.room_id == one.room_id), one.room_id)
