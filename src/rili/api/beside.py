"""Minutes, former ids and types of meeting: decode, act, reply."""

from __future__ import annotations

from msgspec import UNSET
from starlette.responses import Response

from rili.actions import meetings
from rili.api.events import event_id_of, place_of
from rili.api.http import Request, json_answer
from rili.errors import InvalidParameter
from rili.wire.beside import (
    AiMinutes,
    Categories,
    CategoryItem,
    ConvertLegacyEventId,
    LegacyEventIds,
    MinutesView,
)


async def list_ai_minutes(request: Request) -> Response:
    """GET /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}/minutes"""
    by, event_id = await request.caller(), event_id_of(request)
    place, everybodys = place_of(request, by), request.flag("fetchAll") is True
    found = await request.service.db.read(
        lambda tx: meetings.list_ai_minutes(tx, by, place, event_id, everybodys=everybodys)
    )
    return json_answer(AiMinutes(tuple(MinutesView(one.creator_id, one.minutes_id) for one in found)))


async def convert_legacy_event_id(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/legacyEventIds/convert"""
    by = await request.caller()
    place, body = place_of(request, by), await request.read(ConvertLegacyEventId)
    legacy_ids = body.legacy_event_ids
    if legacy_ids is UNSET or legacy_ids is None:
        raise InvalidParameter(description="legacyEventIds: it is missing")
    found = await request.service.db.read(lambda tx: meetings.convert_legacy_ids(tx, by, place, legacy_ids))
    return json_answer(LegacyEventIds(found))


async def list_categories(request: Request) -> Response:
    """GET /v1.0/calendar/categories"""
    by = await request.caller()
    found = await request.service.db.read(lambda tx: meetings.list_categories(tx, by.corp_id))
    return json_answer(Categories(tuple(CategoryItem(one.category_id, one.name) for one in found)))
