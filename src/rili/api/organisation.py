"""What an organisation keeps beside its events: categories, minutes, ids of before."""

from __future__ import annotations

from starlette.responses import Response

from rili.actions import categories, legacy_ids, minutes
from rili.api.events import event_id_of, place_of, user_id_of
from rili.api.http import Request, json_answer
from rili.wire.organisation import (
    CategoriesView,
    CategoryRow,
    ConvertLegacyEventId,
    LegacyEventIdsView,
    MinutesRow,
    MinutesView,
)


async def list_categories(request: Request) -> Response:
    """GET /v1.0/calendar/categories"""
    by = await request.caller()
    found = await request.service.db.read(lambda tx: categories.list_categories(tx, by.corp_id))
    return json_answer(CategoriesView([CategoryRow(one.category_id or "", one.name or "") for one in found]))


async def list_ai_minutes(request: Request) -> Response:
    """GET /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}/minutes"""
    by, event_id, fetch_all = await request.caller(), event_id_of(request), bool(request.flag("fetchAll"))
    place = place_of(request, by)
    found = await request.service.db.read(
        lambda tx: minutes.list_minutes(tx, by, place, event_id, fetch_all=fetch_all)
    )
    return json_answer(MinutesView([MinutesRow(one.creator_id, one.minutes_id) for one in found]))


async def convert_legacy_event_id(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/legacyEventIds/convert"""
    by = await request.caller()
    user_id = user_id_of(request, by)
    ids = (await request.read(ConvertLegacyEventId)).ids()
    found = await request.service.db.read(lambda tx: legacy_ids.convert_legacy_ids(tx, by, user_id, ids))
    return json_answer(LegacyEventIdsView(found))
