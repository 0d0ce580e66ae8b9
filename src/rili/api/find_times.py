"""Find a time: decode, ask, reply."""

from __future__ import annotations

from starlette.responses import Response

from rili.actions import find_times as actions
from rili.api.events import user_id_of
from rili.api.http import Request, json_answer
from rili.wire.find_times import FindTimes, found_view


async def find_times(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/findTimes, our extension"""
    by = await request.caller()
    user_id, body = user_id_of(request, by), await request.read(FindTimes)
    invited, search, room_ids, capacity = body.invited(), body.search(), *body.rooms()
    room = None if room_ids is None and capacity is None else actions.RoomWanted(room_ids, capacity or 0)
    memory = request.service.busy
    found, zone = await request.service.db.read(
        lambda tx: actions.find_times(tx, by, user_id, invited, search, room, memory)
    )
    return json_answer(found_view(found, zone))
