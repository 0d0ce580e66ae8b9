"""Rooms on an event, on a whole series or on one occurrence: adding and removing them, and the answers of who approves.

What a series asks for, loses or is answered, it is on all its occurrences; what was said of one of them stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from msgspec.structs import replace

from rili.actions import occurrences
from rili.actions.access import (
    PRIMARY,
    Place,
    calendar_of,
    check_precondition,
    find_named,
    no_event,
    reach,
    slot_of,
    target_of,
)
from rili.actions.announce import announce, text_of
from rili.actions.bookings import Rooms, rebook, rebook_occurrence, rooms_of
from rili.auth.callers import Caller
from rili.errors import InvalidParameter, PermissionDenied, Stale
from rili.model.booking import bookings_of, bookings_of_occurrence, why_not_a_series
from rili.model.event import Event, check_not_cancelled, check_organizer
from rili.model.event_rooms import (
    ROOMS_PER_EVENT,
    EventRoom,
    RoomStatus,
    own_rooms,
    rooms_on,
    settle_own,
)
from rili.model.room import administers
from rili.model.series import PLAIN, Instance, Override, Slot, find_instance
from rili.store import agenda, attendees, bookings, events, overrides, room_people
from rili.store import rooms as stored_rooms
from rili.store.db import Tx
from rili.store.events import Stored
from rili.store.outbox import RoomChange

TO_ADD, TO_REMOVE = "meetingRoomsToAdd", "meetingRoomsToRemove"


def add_meeting_rooms(
    tx: Tx,
    by: Caller,
    place: Place,
    event_id: str,
    room_ids: Sequence[str],
    *,
    if_match: frozenset[str] | None = None,
) -> None:
    """Book rooms for an event, all of them or none; one that is on it already stays as it is.

    Raises ItemNotFound, PermissionDenied, InvalidParameter, PreconditionFailed, MeetingRoomNotAvailable.
    """
    wanted = list(dict.fromkeys(room_ids))
    if len(wanted) > ROOMS_PER_EVENT:
        raise _too_many(f"{TO_ADD}: {len(wanted)} rooms; an event has {ROOMS_PER_EVENT} at most")
    by, place = reach(tx, by, place, "writer", attended=True)
    stored, one = find_named(tx, by, place, event_id, if_match)
    event, now = stored.event, (one.event if one else stored.event)
    check_organizer(event, place.user_id)
    check_not_cancelled(now)
    there = rooms_of(tx, event, by.now_ms, wanted)
    for number, room_id in enumerate(wanted):
        if room_id not in there.by_id:
            raise _no_room(f"{TO_ADD}[{number}].roomId: there is no room {room_id}")
    held = {room.room_id for room in now.rooms if room.holds}
    new = [room_id for room_id in wanted if room_id not in held]
    if not new:
        return
    if one is None and (why := why_not_a_series(event)):
        raise InvalidParameter(description=f"recurrence: {why}")
    added = tuple(
        EventRoom(id_, there.by_id[id_].name, "tentative" if id_ in there.approved else "accepted")
        for id_ in new
    )
    rooms = (*(room for room in now.rooms if room.room_id not in new), *added)
    change = _Change(tx, by, place, stored, one, there)
    change.write(rooms, asked=new, checked=True)


def remove_meeting_rooms(
    tx: Tx,
    by: Caller,
    place: Place,
    event_id: str,
    room_ids: Sequence[str],
    *,
    if_match: frozenset[str] | None = None,
) -> None:
    """Give rooms of an event back; one that is not on it is passed over. Of a series, on single occurrences too.

    Raises ItemNotFound, PermissionDenied, InvalidParameter, PreconditionFailed.
    """
    by, place = reach(tx, by, place, "writer", attended=True)
    stored, one = find_named(tx, by, place, event_id, if_match)
    event, now = stored.event, (one.event if one else stored.event)
    check_organizer(event, place.user_id)
    check_not_cancelled(now)
    if not event.takes_rooms:
        return
    change = _Change(tx, by, place, stored, one, rooms_of(tx, event, by.now_ms))
    change.write(tuple(room for room in now.rooms if room.room_id not in room_ids), removed=room_ids)


def respond_for_room(
    tx: Tx,
    by: Caller,
    place: Place,
    event_id: str,
    room_id: str,
    status: RoomStatus,
    *,
    if_match: frozenset[str] | None = None,
) -> None:
    """Approve that an event has a room, refuse it, or put that off. By who administers the room, on the event or not.

    A refusal frees the room. Raises ItemNotFound, PermissionDenied, InvalidParameter, PreconditionFailed,
    MeetingRoomNotAvailable.
    """
    _, reached = reach(tx, by, place, "writer", attended=True)  # the answer is the path user's own
    calendar_of(tx, by, reached)
    target = target_of(event_id)
    stored = events.find(tx, by.corp_id, target.event_id)
    if stored is None or stored.deleted:
        raise no_event(event_id)
    event = stored.event
    there = rooms_of(tx, event, by.now_ms, [room_id])
    _check_approver(tx, by, place, reached.user_id, event_id, event, there, room_id)
    one = None
    if target != target_of(event.id):
        slot = slot_of(event, target)
        found = slot and overrides.get(tx, event.corp_id, event.id, slot)
        one = slot and find_instance(event, slot, found or PLAIN)
        if one is None:
            raise no_event(event_id)
    check_precondition(event, if_match)
    now = one.event if one else event
    check_not_cancelled(now)
    if all(room.room_id != room_id for room in now.rooms):
        raise _no_room(f"roomId: the event does not have the room {room_id}")
    rooms = tuple(replace(room, status=status) if room.room_id == room_id else room for room in now.rooms)
    change = _Change(tx, by, place, stored, one, there)
    change.write(rooms, answered=() if status == "tentative" else [room_id])


def release_room(tx: Tx, by: Caller, operator_id: str, room_id: str) -> None:
    """Take a room, which is about to be removed, off every event that is not over; past events keep theirs.

    A series that is not over loses it as a whole. The room stays locked.
    """
    coming = bookings.events_in(tx, by.corp_id, room_id, by.now_ms)
    found = [events.find(tx, by.corp_id, event_id) for event_id in coming]
    stored_rooms.lock(tx, by.corp_id, [room_id])
    if bookings.events_in(tx, by.corp_id, room_id, by.now_ms) != coming:
        raise Stale  # somebody booked it, or gave it back, while its events were being locked
    for stored in found:
        assert stored is not None
        event = stored.event
        there = rooms_of(tx, event, by.now_ms, [room_id])
        change = _Change(tx, by, Place(operator_id, PRIMARY), stored, None, there)
        change.write(tuple(one for one in event.rooms if one.room_id != room_id), removed=[room_id])


class _Change:
    """One change of the rooms of an event, or of *one* of its occurrences."""

    def __init__(
        self, tx: Tx, by: Caller, place: Place, stored: Stored, one: Instance | None, there: Rooms
    ) -> None:
        self.tx = tx
        self.by = by
        self.place = place
        self.stored = stored
        self.one = one
        self.there = there

    def write(
        self,
        rooms: tuple[EventRoom, ...],
        *,
        asked: Collection[str] = (),
        answered: Collection[str] = (),
        removed: Collection[str] = (),
        checked: bool = False,
    ) -> None:
        """Have the event hold *rooms*, or leave everything as it is when that changes nothing."""
        before = self.one.event if self.one else self.stored.event
        changed = _changes(before.rooms, rooms)
        own: dict[Slot, Override] = {}
        if self.one is None and before.occurrences_with_rooms:
            found = overrides.of_event(self.tx, before.corp_id, before.id)
            for slot, override in found.items():
                kept = settle_own(override.rooms, asked=asked, answered=answered, removed=removed)
                if kept != override.rooms:
                    own[slot] = replace(override, rooms=kept, updated_ms=self.by.now_ms)
                    changed += [one for one in _removed(override, removed) if one not in changed]
        if not changed and not own:
            return
        _check_number(rooms)
        if self.one is None:
            self._write_whole(rooms, own, changed, checked=checked)
        else:
            self._write_one(self.one, rooms, changed, edited=not answered, checked=checked)

    def _write_whole(
        self,
        rooms: tuple[EventRoom, ...],
        own: dict[Slot, Override],
        changed: list[RoomChange],
        *,
        checked: bool,
    ) -> None:
        tx, by, before = self.tx, self.by, self.stored.event
        after = replace(before, rooms=rooms, version=before.version + 1, updated_ms=by.now_ms)
        body = events.replace(tx, after)
        found: dict[Slot, Override] = {}
        if after.recurrence is not None:
            found = overrides.of_event(tx, after.corp_id, after.id) | own
        for slot, override in found.items():
            _check_number(rooms_on(after.rooms, override.rooms), slot)
        for slot, override in own.items():
            overrides.put(tx, after, slot, override)
        if checked:
            _check_coming(ends_ms=(one.ends_ms for one in bookings_of(after, found, self.there.zone)), by=by)
        rebook(tx, after, found, self.there, checked=checked)
        agenda.touch(tx, after)
        people = attendees.of_event(tx, by.corp_id, after.id)
        announce(
            tx, by, self.place.user_id, after, "rooms", people, before=self.stored.body, after=body,
            rooms=changed, switches={},
        )  # fmt: skip

    def _write_one(
        self,
        one: Instance,
        rooms: tuple[EventRoom, ...],
        changed: list[RoomChange],
        *,
        edited: bool,
        checked: bool,
    ) -> None:
        tx, by, series = self.tx, self.by, self.stored.event
        override = replace(
            one.override,
            edited=one.override.edited or edited,
            rooms=own_rooms(series.rooms, rooms),
            updated_ms=by.now_ms,
        )
        after = replace(series, version=series.version + 1, occurrences_with_rooms=True)
        result = find_instance(after, one.slot, override)
        assert result is not None
        events.replace(tx, after)
        overrides.put(tx, after, one.slot, override)
        if checked:
            _check_coming(
                ends_ms=(it.ends_ms for it in bookings_of_occurrence(result, self.there.zone)), by=by
            )
        rebook_occurrence(tx, after, one.slot, override, self.there, checked=checked)
        occurrences.retell(tx, after)
        announce(
            tx, by, self.place.user_id, after, "rooms", occurrences.people_of(tx, one), before=text_of(one.event),
            after=text_of(result.event), occurrence=one, rooms=changed, switches={},
        )  # fmt: skip


def _check_coming(ends_ms: Iterable[int], by: Caller) -> None:
    if all(ends <= by.now_ms for ends in ends_ms):
        raise InvalidParameter(description="eventId: it has ended, and takes no more rooms")


def _check_approver(
    tx: Tx, by: Caller, place: Place, owner_id: str, event_id: str, event: Event, there: Rooms, room_id: str
) -> None:
    """*owner_id*: of the calendar through which they see the event."""
    room = there.by_id.get(room_id)
    person = room_people.person(tx, by.corp_id, place.user_id)
    if room is not None and person is not None and administers(room, person):
        return
    if room is None and person is not None and person.admin:
        raise _no_room(f"roomId: there is no room {room_id}")
    seen = events.in_calendar(tx, by.corp_id, owner_id, None, event.id, lock=False)
    if seen is None or not seen.shown:
        raise no_event(event_id)
    raise PermissionDenied(
        description="Only an administrator of the room, of its group or of the organisation answers for it."
    )


def _check_number(rooms: Iterable[EventRoom], slot: Slot | None = None) -> None:
    number = sum(room.holds for room in rooms)
    if number > ROOMS_PER_EVENT:
        what = f"the occurrence in slot {slot.key}" if slot else "the event"
        raise _too_many(f"meetingRooms: {what} would have {number} rooms; {ROOMS_PER_EVENT} is the most")


def _changes(before: Iterable[EventRoom], after: Iterable[EventRoom]) -> list[RoomChange]:
    were: dict[str, RoomStatus] = {room.room_id: room.status for room in before}
    are: dict[str, RoomStatus] = {room.room_id: room.status for room in after}
    return [
        RoomChange(id_, were.get(id_), are.get(id_))
        for id_ in dict.fromkeys([*were, *are])
        if were.get(id_) != are.get(id_)
    ]


def _removed(override: Override, room_ids: Collection[str]) -> list[RoomChange]:
    """What becomes of rooms that one occurrence had of its own, when its series loses them."""
    return [
        RoomChange(room.room_id, room.status, None)
        for room in override.rooms
        if room.room_id in room_ids and room.status is not None
    ]


def _no_room(description: str) -> InvalidParameter:
    return InvalidParameter("roomId invalid", description=description)


def _too_many(description: str) -> InvalidParameter:
    return InvalidParameter(
        f"attendees batch size too large. Maximum allowed:{ROOMS_PER_EVENT}", description=description
    )
