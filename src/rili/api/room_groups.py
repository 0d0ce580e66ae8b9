"""Groups of rooms, and the booking blacklist: decode, act, reply."""

from __future__ import annotations

from msgspec import UNSET
from starlette.responses import Response

from rili.actions import booking_blacklist, room_groups, rooms
from rili.api.events import check_own
from rili.api.http import Answer, Request, encode, json_answer, write
from rili.api.rooms import administer, operator_in_body, operator_in_query, read_body
from rili.errors.rooms import RoomParameter
from rili.model.room import RoomGroup
from rili.store.db import Tx
from rili.wire.room_groups import (
    CreateBookingBlacklist,
    CreateMeetingRoomGroup,
    DeleteBookingBlacklist,
    GroupAdminsAnswer,
    GroupAdminsView,
    GroupAdminView,
    GroupIdView,
    GroupsView,
    UpdateMeetingRoomGroup,
)
from rili.wire.rooms import GroupView, lack, number_of


async def create_meeting_room_group(request: Request) -> Response:
    """POST /v1.0/rooms/groups"""
    by, body = await request.caller(), await read_body(request, CreateMeetingRoomGroup)
    operator_id = operator_in_body(by, body.union_id)
    parent_id, name = body.parent_and_name()

    def act(tx: Tx) -> Answer:
        rooms.administrator(tx, by, operator_id)
        group = room_groups.add_group(tx, by.corp_id, parent_id, name, new_bytes=request.service.new_bytes)
        return Answer(encode(GroupIdView(group.group_id)))

    return await write(request, act)


async def update_meeting_room_group(request: Request) -> Response:
    """PUT /v1.0/rooms/groups"""
    by, body = await request.caller(), await read_body(request, UpdateMeetingRoomGroup)
    operator_id = operator_in_body(by, body.union_id)
    group_id, name = body.group_id, body.group_name
    if group_id is UNSET or group_id is None:
        raise lack("groupId")
    name = None if name is UNSET else name
    return await administer(
        request, by, operator_id, lambda tx: room_groups.set_group(tx, by.corp_id, group_id, name=name)
    )


async def delete_meeting_room_group(request: Request) -> Response:
    """DELETE /v1.0/rooms/groups/{groupId}"""
    by, group_id = await request.caller(), _group_id(request)
    operator_id = operator_in_query(request, by)
    return await administer(
        request, by, operator_id, lambda tx: room_groups.remove_group(tx, by.corp_id, group_id)
    )


async def query_meeting_room_group(request: Request) -> Response:
    """GET /v1.0/rooms/groups/{groupId}"""
    by, group_id = await request.caller(), _group_id(request)
    operator_id = operator_in_query(request, by)

    def read(tx: Tx) -> RoomGroup:
        rooms.member(tx, by, operator_id)
        return room_groups.get_group(tx, by.corp_id, group_id)

    return json_answer(GroupView.of(await request.service.db.read(read)))


async def query_meeting_room_group_list(request: Request) -> Response:
    """GET /v1.0/rooms/groupLists"""
    by = await request.caller()
    operator_id = operator_in_query(request, by)

    def read(tx: Tx) -> list[RoomGroup]:
        rooms.member(tx, by, operator_id)
        return room_groups.list_groups(tx, by.corp_id)

    found = await request.service.db.read(read)
    return json_answer(GroupsView(tuple(GroupView.of(group) for group in found)))


async def query_meeting_room_group_admin(request: Request) -> Response:
    """GET /v1.0/rooms/groupAdmin/{groupId}; the page does not mark `unionId` as required."""
    by, group_id = await request.caller(), _group_id(request)
    operator_id = request.query.get("unionId")
    if operator_id is not None:
        check_own(by, "unionId", operator_id)

    def read(tx: Tx) -> room_groups.GroupAdmins:
        if operator_id is not None:
            rooms.member(tx, by, operator_id)
        return room_groups.group_admins(tx, by.corp_id, group_id)

    found = await request.service.db.read(read)
    admins = tuple(GroupAdminView(union_id, name) for union_id, name in found.admins.items())
    return json_answer(GroupAdminsAnswer(GroupAdminsView(found.group.group_id, found.group.name, admins)))


async def create_booking_blacklist(request: Request) -> Response:
    """POST /v1.0/rooms/bookings/blacklist"""
    by, body = await request.caller(), await read_body(request, CreateBookingBlacklist)
    operator_id, ban = operator_in_body(by, body.union_id), body.ban()
    return await administer(request, by, operator_id, lambda tx: booking_blacklist.ban(tx, by.corp_id, ban))


async def delete_booking_blacklist(request: Request) -> Response:
    """POST /v1.0/rooms/bookings/blacklist/remove"""
    by, body = await request.caller(), await read_body(request, DeleteBookingBlacklist)
    operator_id, union_ids = operator_in_body(by, body.union_id), body.union_ids()
    return await administer(
        request, by, operator_id, lambda tx: booking_blacklist.unban(tx, by.corp_id, union_ids)
    )


def _group_id(request: Request) -> int:
    """Raises RoomParameter."""
    group_id = number_of(request.path["groupId"])
    if group_id is None:
        raise RoomParameter(description="groupId: expected a number")
    return group_id
