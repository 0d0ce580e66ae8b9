"""Finding a time at which people can meet, and a room: our extension."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from rili.actions.access import PRIMARY, Place, listed_calendar
from rili.actions.app_range import OUTSIDE, within
from rili.actions.busy_parts import BusyMemory, busy_in, spans_of
from rili.actions.people import other_kind_of_id
from rili.auth.callers import Caller
from rili.errors import InvalidParameter
from rili.model.find_times import Found, Person, RoomTimes, Search, check_search
from rili.model.find_times import find_times as find
from rili.model.room import Person as Booker
from rili.model.room import Room, may_book, may_see
from rili.store import calendars, room_people, room_times, rooms
from rili.store.db import Tx

ROOMS_LOOKED_AT = 20
"""Of those that are large enough: the smallest."""


class RoomWanted(Struct, frozen=True, gc=False):
    """One room of *room_ids*, or of all, for *capacity* people at least."""

    room_ids: Sequence[str] | None = None
    capacity: int = 0


def find_times(
    tx: Tx,
    by: Caller,
    user_id: str,
    invited: Mapping[str, bool],
    search: Search,
    room: RoomWanted | None,
    memory: BusyMemory,
) -> tuple[Found, str]:
    """The best times for *user_id* and those *invited*, and the zone in which they are told.

    *invited* says by unionId who may stay away; the path's user is among them in any case, and must be there unless
    named as optional. Raises InvalidParameter.
    """
    wanted = {user_id: False} | dict(invited)
    check_search(search, len(wanted))
    found = calendars.primaries(tx, by.corp_id, wanted)
    seen = within(tx, by, found)
    if user_id not in seen:
        listed_calendar(tx, by, Place(user_id, PRIMARY), "owner")
    for number, one in enumerate(invited):
        if one not in found:
            other = other_kind_of_id(tx, by, one)
            raise InvalidParameter(
                description=f"attendees[{number}].id: nobody here has the unionId {one}{other}"
            )
        if one not in seen:
            raise InvalidParameter(description=f"attendees[{number}].id: the person {one} {OUTSIDE}")
    search = replace(search, zone=search.zone or found[user_id].zone)
    busy = busy_in(tx, [found[one] for one in wanted], search.from_ms, search.to_ms, memory)
    people = [
        Person(one, found[one].zone, is_optional, spans_of(busy[one])) for one, is_optional in wanted.items()
    ]
    with_rooms = None if room is None else _room_times(tx, by, user_id, room, search)
    return find(search, people, with_rooms, by.now_ms), search.zone


def _room_times(tx: Tx, by: Caller, user_id: str, wanted: RoomWanted, search: Search) -> list[RoomTimes]:
    """The rooms that would do, as the path's user may see and book them; the smallest first, unless they are named."""
    booker = room_people.person(tx, by.corp_id, user_id)
    assert booker is not None
    if wanted.room_ids is None:
        known = sorted(rooms.list_all(tx, by.corp_id), key=lambda one: one.capacity)
    else:
        by_id = rooms.of_ids(tx, by.corp_id, wanted.room_ids)
        for number, one in enumerate(wanted.room_ids):
            if one not in by_id or not may_see(by_id[one], booker):
                raise InvalidParameter(
                    "roomId invalid", description=f"roomIds[{number}]: there is no room {one}"
                )
        known = [by_id[one] for one in wanted.room_ids]
    fitting = [one for one in known if one.capacity >= wanted.capacity and may_see(one, booker)]
    fitting = fitting[:ROOMS_LOOKED_AT]
    spans: dict[str, list[tuple[int, int]]] = {one.room_id: [] for one in fitting}
    for one in room_times.taken(tx, by.corp_id, spans, search.from_ms, search.to_ms):
        spans[one.room_id].append((one.starts_ms, one.ends_ms))
    return [
        RoomTimes(one.room_id, spans[one.room_id], partial(_bookable, one, booker, by.now_ms))
        for one in fitting
    ]


def _bookable(room: Room, booker: Booker, now_ms: int, starts_ms: int, ends_ms: int) -> bool:
    refused = may_book(room, booker, starts_ms=starts_ms, ends_ms=ends_ms, now_ms=now_ms, series=False)
    return refused is None
