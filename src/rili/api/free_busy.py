"""When people are busy and rooms are taken: decode, ask, reply."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.responses import Response

from rili.actions import free_busy, room_schedule
from rili.actions.busy_parts import Cut
from rili.api.events import user_id_of
from rili.api.http import Answer, Request, json_answer, respond
from rili.wire.busy_text import Packed, pack, schedule_text, schedules_text
from rili.wire.free_busy import GetSchedule
from rili.wire.room_schedule import GetMeetingRoomsSchedule, room_schedules_view


async def get_schedule(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/querySchedule, and the same by the token's user"""
    by = await request.caller()
    user_id, asked = user_id_of(request, by), (await request.read(GetSchedule)).asked()
    memory = request.service.busy
    found = await request.service.db.read(lambda tx: free_busy.get_schedule(tx, by, user_id, *asked, memory))
    entries = (schedule_text(one.user_id, None if one.cuts is None else _items(one.cuts)) for one in found)
    return respond(Answer(schedules_text(entries)))


async def get_meeting_rooms_schedule(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/meetingRooms/schedules/query"""
    by = await request.caller()
    user_id, asked = user_id_of(request, by), (await request.read(GetMeetingRoomsSchedule)).asked()
    found = await request.service.db.read(
        lambda tx: room_schedule.get_meeting_rooms_schedule(tx, by, user_id, *asked)
    )
    return json_answer(room_schedules_view((one.room_id, one.spans) for one in found))


def _items(cuts: list[Cut]) -> Iterator[bytes]:
    """The spans of a window, as text that was written once for each part."""
    for one in cuts:
        packed = one.part.packed
        if not isinstance(packed, Packed):
            packed = one.part.packed = pack(one.part.spans)
        for place in one.before:
            yield packed.one(place)
        if one.end > one.first:
            yield packed.some(one.first, one.end)
