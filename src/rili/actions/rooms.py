"""Rooms: who may look at them and change them, and what an answer says of one (decision 78)."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import UNSET, Struct
from msgspec.structs import replace

from rili.actions import announcements
from rili.actions.app_range import OUTSIDE, within
from rili.actions.meeting_rooms import release_room
from rili.actions.register import get_organisation
from rili.auth.callers import Caller
from rili.errors.rooms import RoomExists, RoomNotFound, UserNotAdmin, UserNotEmployee
from rili.model.ids import NewBytes
from rili.model.room import (
    NO_GROUP,
    Members,
    Person,
    Room,
    RoomGroup,
    may_see,
    new_room_id,
    new_room_number,
)
from rili.model.room_change import MOST, RoomChange, change_room, invalid
from rili.store import departments, organisations, room_groups, room_people, rooms, users
from rili.store.db import Tx


class Names(Struct, frozen=True):
    """What a room's ids are called."""

    people: dict[str, str]
    """By unionId."""
    departments: dict[int, str]


class ShownRoom(Struct, frozen=True):
    """A room, and what an answer tells besides."""

    room: Room
    group: RoomGroup | None
    names: Names
    language: str


class ShownRooms(Struct, frozen=True):
    """A page of rooms; *next_place* is where the next begins."""

    rooms: list[Room]
    groups: dict[int, RoomGroup]
    language: str
    next_place: int | None


def administrator(tx: Tx, by: Caller, union_id: str) -> Person:
    """Who changes rooms. Raises UserNotAdmin, also for nobody's unionId, and for one outside the app's range."""
    person = room_people.person(tx, by.corp_id, union_id)
    if person is None:
        raise UserNotAdmin(description=f"unionId: nobody here has the unionId {union_id}")
    if not within(tx, by, [union_id]):
        raise UserNotAdmin(description=f"unionId: the person {union_id} {OUTSIDE}")
    if not person.admin:
        raise UserNotAdmin(
            description="unionId: the person is no administrator; rili user set --admin makes one"
        )
    return person


def member(tx: Tx, by: Caller, union_id: str) -> Person:
    """Who looks at rooms. Raises UserNotEmployee, also for one outside the app's range."""
    person = room_people.person(tx, by.corp_id, union_id)
    if person is None:
        raise UserNotEmployee(description=f"unionId: nobody here has the unionId {union_id}")
    if not within(tx, by, [union_id]):
        raise UserNotEmployee(description=f"unionId: the person {union_id} {OUTSIDE}")
    return person


def add_room(tx: Tx, corp_id: str, change: RoomChange, *, new_bytes: NewBytes, now_ms: int) -> Room:
    """A new room. *change* names people by unionId or userid. Raises ItemNotFound, RoomParameter, RoomExists."""
    get_organisation(tx, corp_id)
    organisations.lock(tx, corp_id)
    empty = Room(corp_id=corp_id, room_id=new_room_id(new_bytes), number=new_room_number(new_bytes), name="")
    if change.name is UNSET:
        change = replace(change, name="")
    room = change_room(empty, _resolved(tx, corp_id, change))
    _check_name(tx, room)
    _check_group(tx, room)
    with announcements.of_room(tx, corp_id, room.room_id, now_ms=now_ms):
        rooms.add(tx, room)
    return room


def set_room(tx: Tx, corp_id: str, room_id: str, change: RoomChange, *, now_ms: int) -> Room:
    """Change what *change* names; bookings there are stay as they are.

    Raises RoomNotFound, RoomParameter, RoomNameUnsafe, RoomExists.
    """
    organisations.lock(tx, corp_id)
    rooms.lock(tx, corp_id, [room_id])
    room = get_room(tx, corp_id, room_id)
    changed = change_room(room, _resolved(tx, corp_id, change))
    if changed.name != room.name:
        _check_name(tx, changed)
    if changed.group_id != room.group_id:
        _check_group(tx, changed)
    with announcements.of_room(tx, corp_id, room_id, now_ms=now_ms):
        rooms.replace(tx, changed)
    return changed


def remove_room(tx: Tx, by: Caller, operator_id: str, room_id: str) -> None:
    """Delete a room, and take it off every event that is not over. *operator_id* is a unionId, or '' for nobody's.

    Raises RoomNotFound.
    """
    get_room(tx, by.corp_id, room_id)
    release_room(tx, by, operator_id, room_id)
    get_room(tx, by.corp_id, room_id)  # locked now: somebody may have deleted it meanwhile
    with announcements.of_room(tx, by.corp_id, room_id, now_ms=by.now_ms):
        rooms.remove(tx, by.corp_id, room_id)


def get_room(tx: Tx, corp_id: str, room_id: str) -> Room:
    """Raises RoomNotFound."""
    room = rooms.get(tx, corp_id, room_id)
    if room is None:
        raise RoomNotFound(description=f"roomId: there is no room {room_id}")
    return room


def list_rooms(tx: Tx, corp_id: str) -> list[Room]:
    """Every room, the oldest first. Raises ItemNotFound."""
    get_organisation(tx, corp_id)
    return rooms.list_all(tx, corp_id)


def show_room(tx: Tx, corp_id: str, room_id: str, viewer: Person | None = None) -> ShownRoom:
    """A room as *viewer* sees it, or an administrator. Raises RoomNotFound, also where the viewer may not see it."""
    room = get_room(tx, corp_id, room_id)
    if viewer is not None and not may_see(room, viewer):
        raise RoomNotFound(description=f"roomId: there is no room {room_id} that the person may see")
    group = room_groups.get(tx, corp_id, room.group_id) if room.group_id != NO_GROUP else None
    return ShownRoom(room, group, _names(tx, room), get_organisation(tx, corp_id).language)


def page_of_rooms(tx: Tx, corp_id: str, viewer: Person, *, after: int, limit: int) -> ShownRooms:
    """Up to *limit* rooms that *viewer* may see, the oldest first, behind the place *after*."""
    page = rooms.page(tx, corp_id, viewer, after=after, limit=limit)
    groups = room_groups.of_ids(tx, corp_id, {room.group_id for room in page.rooms})
    return ShownRooms(page.rooms, groups, get_organisation(tx, corp_id).language, page.next_place)


def resolve_people(tx: Tx, corp_id: str, ids: Iterable[str], field: str) -> tuple[str, ...]:
    """The unionIds of people who are here, by unionId or userid. Raises RoomParameter, which names *field*."""
    asked = tuple(dict.fromkeys(ids))
    here = users.colleagues(tx, corp_id, asked)
    known = users.by_userids(tx, corp_id, [one for one in asked if one not in here])
    if strangers := [one for one in asked if one not in here and one not in known]:
        raise invalid(field, f"nobody here has the unionId or userid {strangers[0]}")
    return tuple(dict.fromkeys(one if one in here else known[one].union_id for one in asked))


def _resolved(tx: Tx, corp_id: str, change: RoomChange) -> RoomChange:
    """*change* with people by unionId, and of departments those alone that there are."""
    if change.authorized is not UNSET:
        change = replace(change, authorized=_members(tx, corp_id, change.authorized, "authorizedMembers"))
    if change.super_users is not UNSET:
        change = replace(change, super_users=_members(tx, corp_id, change.super_users, "userIdWhiteList"))
    if change.closing is not UNSET and change.closing is not None and change.closing.contact_id:
        (contact_id,) = resolve_people(tx, corp_id, [change.closing.contact_id], "contactUnionId")
        change = replace(change, closing=replace(change.closing, contact_id=contact_id))
    return change


def _members(tx: Tx, corp_id: str, given: Members, field: str) -> Members:
    there = departments.names(tx, corp_id, [one for one in given.dept_ids if 0 < one < MOST])
    if missing := [one for one in given.dept_ids if one not in there]:
        where = "deptIdWhiteList" if field == "userIdWhiteList" else field
        raise invalid(where, f"there is no department {missing[0]}")
    people = resolve_people(tx, corp_id, given.union_ids, field)
    return Members(people, tuple(dict.fromkeys(given.dept_ids)))


def _names(tx: Tx, room: Room) -> Names:
    people = {*room.authorized.union_ids, *room.super_users.union_ids}
    if room.settings.closing is not None and room.settings.closing.contact_id:
        people.add(room.settings.closing.contact_id)
    dept_ids = {*room.authorized.dept_ids, *room.super_users.dept_ids}
    return Names(users.names(tx, room.corp_id, people), departments.names(tx, room.corp_id, dept_ids))


def _check_name(tx: Tx, room: Room) -> None:
    holder = rooms.id_of_name(tx, room.corp_id, room.name)
    if holder is not None:
        raise RoomExists(description=f"roomName: the room {holder} has that name")


def _check_group(tx: Tx, room: Room) -> None:
    if room.group_id != NO_GROUP and room_groups.get(tx, room.corp_id, room.group_id) is None:
        raise invalid("groupId", f"there is no group {room.group_id}")
