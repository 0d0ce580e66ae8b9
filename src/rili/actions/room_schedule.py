"""When rooms are taken, and by which events."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET, Struct

from rili.actions.access import PRIMARY, Place, listed_calendar
from rili.auth.callers import Caller
from rili.errors import InvalidParameter
from rili.model.expansion import occurrence_at
from rili.model.free_busy import Occupying
from rili.model.room import may_see
from rili.model.series import PLAIN, Override, Slot, when_of
from rili.model.when import When
from rili.store import overrides, room_people, room_times, rooms
from rili.store.db import Tx
from rili.store.room_times import Taken


class RoomSpan(Struct, frozen=True, gc=False):
    """An event, or one occurrence of a series, that has a room."""

    event_id: str
    organizer_id: str
    status: str
    """`accepted`, or `tentative`, which waits for approval."""
    when: When


class RoomSchedule(Struct, frozen=True, gc=False):
    """When one room is taken; None where the user may not see it."""

    room_id: str
    spans: list[RoomSpan] | None


def get_meeting_rooms_schedule(
    tx: Tx, by: Caller, user_id: str, room_ids: Sequence[str], from_ms: int, to_ms: int
) -> list[RoomSchedule]:
    """When each of *room_ids* is taken in a window, half-open; one that is named twice is told of once.

    Raises InvalidParameter for an unknown room, or an unknown *user_id* (decision 8).
    """
    listed_calendar(tx, by, Place(user_id, PRIMARY), "owner")
    viewer = room_people.person(tx, by.corp_id, user_id)
    assert viewer is not None
    known = rooms.of_ids(tx, by.corp_id, room_ids)
    for number, one in enumerate(room_ids):
        if one not in known:
            raise InvalidParameter("roomId invalid", description=f"roomIds[{number}]: there is no room {one}")
    spans: dict[str, list[RoomSpan]] = {one: [] for one, room in known.items() if may_see(room, viewer)}
    taken = room_times.taken(tx, by.corp_id, spans, from_ms, to_ms)
    events = room_times.events_of(tx, by.corp_id, {one.event_id for one in taken})
    series = {one.event_id for one in taken if one.occurrence}
    exceptions = overrides.of_events(tx, by.corp_id, series) if series else {}
    for one in taken:
        spans[one.room_id].append(_span(one, events[one.event_id], exceptions.get(one.event_id, {})))
    return [RoomSchedule(one, spans.get(one)) for one in dict.fromkeys(room_ids)]


def _span(taken: Taken, event: Occupying, exceptions: dict[Slot, Override]) -> RoomSpan:
    if not taken.occurrence:
        return RoomSpan(event.id, event.organizer_id, taken.status, event.when)
    slot = Slot.of_key(taken.occurrence)
    when = exceptions.get(slot, PLAIN).when
    if when is UNSET:
        assert event.recurrence is not None
        occurrence = occurrence_at(event.recurrence, event.when, slot.day, slot.number)
        assert occurrence is not None  # what the rule does not have, has no room
        when = when_of(event.when, occurrence)
    return RoomSpan(slot.id_in(event.id), event.organizer_id, taken.status, when)
