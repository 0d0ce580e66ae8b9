"""Rooms on one event: add, remove, and the answers of who approves. Decode, act, reply."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from starlette.responses import Response

from rili.actions import meeting_rooms
from rili.api.events import event_id_of, place_of
from rili.api.http import Answer, Request, encode, write
from rili.errors import InvalidParameter, Missingbody
from rili.store.db import Tx
from rili.wire.meeting_rooms import AddMeetingRooms, RemoveMeetingRooms, RespondForRoom
from rili.wire.organizing import ResultView

T = TypeVar("T")

_DONE = encode(ResultView())


async def add_meeting_rooms(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}/meetingRooms"""
    by, event_id = await request.caller(), event_id_of(request)
    place, if_match = place_of(request, by), request.if_match()
    room_ids = (await _read(request, AddMeetingRooms)).room_ids()
    return await _write(
        request,
        lambda tx: meeting_rooms.add_meeting_rooms(tx, by, place, event_id, room_ids, if_match=if_match),
    )


async def remove_meeting_rooms(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}/meetingRooms/batchRemove"""
    by, event_id = await request.caller(), event_id_of(request)
    place, if_match = place_of(request, by), request.if_match()
    room_ids = (await _read(request, RemoveMeetingRooms)).room_ids()
    return await _write(
        request,
        lambda tx: meeting_rooms.remove_meeting_rooms(tx, by, place, event_id, room_ids, if_match=if_match),
    )


async def respond_for_room(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}/meetingRooms/{roomId}/respond"""
    by, event_id = await request.caller(), event_id_of(request)
    place, if_match, room_id = place_of(request, by), request.if_match(), request.path["roomId"]
    if not room_id.strip():
        raise InvalidParameter("roomId must be provided.", description="roomId: the path lacks it")
    status = (await request.read(RespondForRoom)).status()
    return await _write(
        request,
        lambda tx: meeting_rooms.respond_for_room(
            tx, by, place, event_id, room_id, status, if_match=if_match
        ),
    )


async def _read(request: Request, kind: type[T]) -> T:
    """No body is one without rooms, which has its own text (decision 5)."""
    try:
        return await request.read(kind)
    except Missingbody:
        return kind()


async def _write(request: Request, act: Callable[[Tx], None]) -> Response:
    def answer(tx: Tx) -> Answer:
        act(tx)
        return Answer(_DONE)

    return await write(request, answer)
