"""Groups of rooms, and who administers them (decision 80)."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from rili.actions.register import get_organisation
from rili.actions.rooms import resolve_people
from rili.errors.rooms import DepthOverLimit, GroupNotFound, GroupTooMuch, RoomParameter
from rili.model.ids import NewBytes
from rili.model.room import NO_GROUP, RoomGroup, new_group_id
from rili.model.room_change import MOST, UNSAFE, checked_name, invalid, is_unsafe, number
from rili.store import organisations, room_groups, rooms, users
from rili.store.db import Tx

GROUPS = 1000
"""Of an organisation: all are answered at once."""
DEPTH = 10
"""A group at the top has depth 1."""
NAME_CHARACTERS = 64


class GroupAdmins(Struct, frozen=True):
    """A group, and the names of its own administrators by unionId."""

    group: RoomGroup
    admins: dict[str, str]


def add_group(tx: Tx, corp_id: str, parent_id: int, name: str, *, new_bytes: NewBytes) -> RoomGroup:
    """A new group below *parent_id*, or at the top.

    Raises ItemNotFound, RoomParameter, GroupNotFound, GroupTooMuch, DepthOverLimit.
    """
    name = _checked(name)
    number("parentGroupId", parent_id, NO_GROUP, MOST - 1)
    get_organisation(tx, corp_id)
    organisations.lock(tx, corp_id)
    depth = 0 if parent_id == NO_GROUP else room_groups.depth(tx, corp_id, parent_id)
    if parent_id != NO_GROUP and depth == 0:
        raise GroupNotFound(
            "Parent Group Not Found", description=f"parentGroupId: there is no group {parent_id}"
        )
    if depth >= DEPTH:
        raise DepthOverLimit(description=f"parentGroupId: the group is {DEPTH} deep, and none goes below it")
    if room_groups.count(tx, corp_id) >= GROUPS:
        raise GroupTooMuch(description=f"There are {GROUPS} groups; more are too many")
    group_id = new_group_id(new_bytes)
    while room_groups.get(tx, corp_id, group_id) is not None:
        group_id = new_group_id(new_bytes)
    group = RoomGroup(corp_id=corp_id, group_id=group_id, parent_id=parent_id, name=name)
    room_groups.add(tx, group)
    return group


def set_group(
    tx: Tx, corp_id: str, group_id: int, *, name: str | None = None, admins: Iterable[str] | None = None
) -> RoomGroup:
    """Rename a group, and say who administers it and all below it, by unionId or userid; None leaves as it is.

    Raises GroupNotFound, RoomParameter.
    """
    if name is not None:
        name = _checked(name)
    organisations.lock(tx, corp_id)
    group = get_group(tx, corp_id, group_id)
    if name is not None:
        group = replace(group, name=name)
        room_groups.rename(tx, group)
    if admins is not None:
        people = resolve_people(tx, corp_id, admins, "groupAdmins")
        room_groups.put_admins(tx, corp_id, group_id, people)
    return group


def remove_group(tx: Tx, corp_id: str, group_id: int) -> None:
    """Delete a group; its rooms move to the one above it.

    Raises GroupNotFound, RoomParameter for one with groups below it.
    """
    organisations.lock(tx, corp_id)
    group = get_group(tx, corp_id, group_id)
    if room_groups.has_below(tx, corp_id, group_id):
        raise RoomParameter(
            "group has children",
            description=f"groupId: the group {group_id} has groups below it: delete them first",
        )
    rooms.move_all(tx, corp_id, group_id, group.parent_id)
    room_groups.remove(tx, corp_id, group_id)


def get_group(tx: Tx, corp_id: str, group_id: int) -> RoomGroup:
    """Raises GroupNotFound."""
    # A number that no column can keep is none of a group.
    group = room_groups.get(tx, corp_id, group_id) if 0 < group_id < MOST else None
    if group is None:
        raise GroupNotFound(description=f"groupId: there is no group {group_id}")
    return group


def list_groups(tx: Tx, corp_id: str) -> list[RoomGroup]:
    """All of them, by number. Raises ItemNotFound."""
    get_organisation(tx, corp_id)
    return room_groups.list_all(tx, corp_id)


def group_admins(tx: Tx, corp_id: str, group_id: int) -> GroupAdmins:
    """Raises GroupNotFound."""
    group = get_group(tx, corp_id, group_id)
    union_ids = room_groups.admins(tx, corp_id, group_id)
    names = users.names(tx, corp_id, union_ids)
    return GroupAdmins(group, {one: names[one] for one in union_ids})


def _checked(name: str) -> str:
    name = checked_name("groupName", name, NAME_CHARACTERS)
    if is_unsafe(name):
        raise invalid("groupName", UNSAFE)
    return name
