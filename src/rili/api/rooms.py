"""Rooms: decode, act, reply. The operator is `unionId` in the body or the query, not in the path."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from msgspec import UNSET
from starlette.responses import Response

from rili.actions import rooms
from rili.api.events import check_own
from rili.api.http import Answer, Request, encode, json_answer, write
from rili.auth.callers import Caller
from rili.errors import InvalidParameter
from rili.errors.rooms import RoomParameter
from rili.model.room import NOBODY
from rili.model.room_change import RoomChange
from rili.store.db import Tx
from rili.wire.event import Maybe
from rili.wire.organizing import ResultView
from rili.wire.rooms import (
    CreateMeetingRoom,
    RoomDetailView,
    RoomIdView,
    RoomsView,
    SetSuperUserMeetingRoom,
    UpdateMeetingRoom,
    lack,
    room_detail,
    room_view,
)

T = TypeVar("T")

LISTED = 20
LISTED_AT_MOST = 100


async def create_meeting_room(request: Request) -> Response:
    """POST /v1.0/rooms/meetingrooms"""
    by, body = await request.caller(), await read_body(request, CreateMeetingRoom)
    operator_id = operator_in_body(by, body.union_id)
    change = body.to_change()

    def act(tx: Tx) -> Answer:
        rooms.administrator(tx, by, operator_id)
        room = rooms.add_room(tx, by.corp_id, change, new_bytes=request.service.new_bytes, now_ms=by.now_ms)
        return Answer(encode(RoomIdView(room.room_id)))

    return await write(request, act)


async def update_meeting_room(request: Request) -> Response:
    """PUT /v1.0/rooms/meetingRooms"""
    by, body = await request.caller(), await read_body(request, UpdateMeetingRoom)
    operator_id, room_id = operator_in_body(by, body.union_id), needed("roomId", body.room_id)
    change = body.to_change()
    return await administer(
        request, by, operator_id, lambda tx: rooms.set_room(tx, by.corp_id, room_id, change, now_ms=by.now_ms)
    )


async def delete_meeting_room(request: Request) -> Response:
    """DELETE /v1.0/rooms/meetingRooms/{roomId}"""
    by = await request.caller()
    operator_id, room_id = operator_in_query(request, by), request.path["roomId"]
    return await administer(
        request, by, operator_id, lambda tx: rooms.remove_room(tx, by, operator_id, room_id)
    )


async def query_meeting_room(request: Request) -> Response:
    """GET /v1.0/rooms/meetingRooms/{roomId}"""
    by = await request.caller()
    operator_id, room_id = operator_in_query(request, by), request.path["roomId"]

    def read(tx: Tx) -> rooms.ShownRoom:
        return rooms.show_room(tx, by.corp_id, room_id, rooms.member(tx, by, operator_id))

    shown = await request.service.db.read(read)
    names = shown.names
    return json_answer(
        RoomDetailView(room_detail(shown.room, shown.group, shown.language, names.people, names.departments))
    )


async def query_meeting_room_list(request: Request) -> Response:
    """GET /v1.0/rooms/meetingRoomLists"""
    by = await request.caller()
    operator_id = operator_in_query(request, by)
    try:
        limit = request.number("maxResults", range(1, LISTED_AT_MOST + 1)) or LISTED
        after = request.number("nextToken", range(10**9)) or 0
    except InvalidParameter as bad:
        raise RoomParameter(description=bad.description or "") from None

    def read(tx: Tx) -> rooms.ShownRooms:
        viewer = rooms.member(tx, by, operator_id)
        return rooms.page_of_rooms(tx, by.corp_id, viewer, after=after, limit=limit)

    page = await request.service.db.read(read)
    return json_answer(
        RoomsView(
            result=tuple(
                room_view(room, page.groups.get(room.group_id), page.language) for room in page.rooms
            ),
            has_more=page.next_place is not None,
            next_token=UNSET if page.next_place is None else page.next_place,
        )
    )


async def set_super_user_meeting_room(request: Request) -> Response:
    """POST /v1.0/rooms/meetingRooms/superUsers/set"""
    by, body = await request.caller(), await read_body(request, SetSuperUserMeetingRoom)
    operator_id, room_id = operator_in_body(by, body.union_id), needed("roomId", body.room_id)
    change = RoomChange(super_users=body.members())
    return await administer(
        request, by, operator_id, lambda tx: rooms.set_room(tx, by.corp_id, room_id, change, now_ms=by.now_ms)
    )


async def remove_super_user_meeting_room(request: Request) -> Response:
    """POST /v1.0/rooms/meetingRooms/superUsers/remove"""
    by = await request.caller()
    operator_id, room_id = operator_in_query(request, by), request.query.get("roomId")
    if room_id is None:
        raise RoomParameter("lack roomId", description="roomId: the query lacks it")
    change = RoomChange(super_users=NOBODY)
    return await administer(
        request, by, operator_id, lambda tx: rooms.set_room(tx, by.corp_id, room_id, change, now_ms=by.now_ms)
    )


async def read_body(request: Request, kind: type[T]) -> T:
    """The body; what is wrong with it has the code of rooms. Raises RoomParameter, Missingbody, RequestTooLarge."""
    try:
        return await request.read(kind)
    except InvalidParameter as bad:
        if bad.status != InvalidParameter.status:
            raise
        field = (bad.description or "").partition(":")[0]
        raise RoomParameter(f"{field} invalid", description=bad.description or "") from None


def needed(field: str, value: Maybe[str]) -> str:
    """Raises RoomParameter for a text that is missing or empty."""
    if not value:
        raise lack(field)
    return value


def operator_in_body(by: Caller, union_id: Maybe[str]) -> str:
    """Who acts. Raises RoomParameter, PermissionDenied."""
    operator_id = needed("unionId", union_id)
    check_own(by, "unionId", operator_id)
    return operator_id


def operator_in_query(request: Request, by: Caller) -> str:
    """Who acts or looks. Raises RoomParameter, PermissionDenied."""
    operator_id = request.query.get("unionId")
    if operator_id is None:
        raise RoomParameter(description="unionId: the query lacks it")
    check_own(by, "unionId", operator_id)
    return operator_id


async def administer(request: Request, by: Caller, operator_id: str, act: Callable[[Tx], object]) -> Response:
    """Do what an administrator alone may, and answer that it is done. Raises UserNotAdmin."""

    def answer(tx: Tx) -> Answer:
        rooms.administrator(tx, by, operator_id)
        act(tx)
        return Answer(encode(ResultView()))

    return await write(request, answer)
