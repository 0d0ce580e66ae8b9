"""Rooms on an event as DingTalk's JSON spells them: which are to be added or removed, and an answer."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct

from rili.errors import InvalidParameter
from rili.model.event_rooms import ROOM_STATUSES, RoomStatus
from rili.model.rules import one_of
from rili.wire.event import Maybe


class RoomBody(Struct, frozen=True, rename="camel"):
    """One of the rooms that a request names."""

    room_id: Annotated[Maybe[str], Meta(description="Required. 会议室 roomId。")] = UNSET


class AddMeetingRooms(Struct, frozen=True, rename="camel"):
    """The body of AddMeetingRooms."""

    meeting_rooms_to_add: Annotated[
        Maybe[tuple[RoomBody, ...]], Meta(description="1 to 5 rooms. 需要添加的会议室。")
    ] = UNSET

    def room_ids(self) -> list[str]:
        """Raises InvalidParameter for a list that is missing, and for a room without an id."""
        if not self.meeting_rooms_to_add:
            raise _no_room("meetingRoomsToAdd: it is missing or empty")
        return _ids(self.meeting_rooms_to_add, "meetingRoomsToAdd")


class RemoveMeetingRooms(Struct, frozen=True, rename="camel"):
    """The body of RemoveMeetingRooms."""

    meeting_rooms_to_remove: Annotated[
        Maybe[tuple[RoomBody, ...]], Meta(description="Rooms. 需要移除的会议室。")
    ] = UNSET

    def room_ids(self) -> list[str]:
        """Raises InvalidParameter for a list that is missing, and for a room without an id."""
        if not self.meeting_rooms_to_remove:
            raise InvalidParameter(
                "Meeting rooms to remove must be provided.",
                description="meetingRoomsToRemove: it is missing or empty",
            )
        return _ids(self.meeting_rooms_to_remove, "meetingRoomsToRemove")


class RespondForRoom(Struct, frozen=True, rename="camel"):
    """The body of MeetingRoomRespond."""

    response_status: Annotated[
        Maybe[str], Meta(description="accepted, tentative, declined. 会议室响应状态。")
    ] = UNSET

    def status(self) -> RoomStatus:
        """Raises InvalidParameter for another value, or none."""
        if not self.response_status:
            raise InvalidParameter(description="responseStatus: it is missing")
        status: RoomStatus = one_of(self.response_status, ROOM_STATUSES, "responseStatus")
        return status


def _ids(rooms: tuple[RoomBody, ...], field: str) -> list[str]:
    ids: list[str] = []
    for number, one in enumerate(rooms):
        if not one.room_id or not one.room_id.strip():
            raise _no_room(f"{field}[{number}].roomId: it is missing")
        ids.append(one.room_id)
    return ids


def _no_room(description: str) -> InvalidParameter:
    return InvalidParameter("roomId must be provided.", description=description)
