"""Lists and views: decode the query, ask, reply."""

from __future__ import annotations

from msgspec import UNSET, Raw
from starlette.responses import Response

from rili.actions import lists
from rili.actions.disclosure import Busy
from rili.actions.lists import Asked, Cursor, Page
from rili.actions.sync import Gone
from rili.actions.walk import Listed
from rili.api import page_token
from rili.api.events import event_id_of, place_of, view_of
from rili.api.http import Request, encode, json_answer
from rili.errors import InvalidParameter
from rili.model.moment import parse_instant_ms
from rili.model.series import PLAIN
from rili.wire.event_view import EventView
from rili.wire.lists import EventsView, InstancesView, busy_view, gone_view
from rili.wire.occurrence_text import OccurrenceTexts

MOST = 100
"""Items of a page, and people of each: at most, and unless less is asked for."""


async def list_events(request: Request) -> Response:
    """GET /v1.0/calendar/users/{userId}/calendars/{calendarId}/events"""
    by = await request.caller()
    place, asked, memory = place_of(request, by), _asked(request), request.service.memory
    page = await request.service.db.read(lambda tx: lists.list_events(tx, by, place, asked, memory))
    return json_answer(
        EventsView(
            next_token=_token(page.next), events=_events(request, page), sync_token=_token(page.sync) or UNSET
        )
    )


async def list_events_view(request: Request) -> Response:
    """GET /v1.0/calendar/users/{userId}/calendars/{calendarId}/eventsview, and the same of `me`"""
    by = await request.caller()
    place, asked, memory = place_of(request, by), _asked(request), request.service.memory
    page = await request.service.db.read(lambda tx: lists.view_events(tx, by, place, asked, memory))
    return json_answer(EventsView(next_token=_token(page.next), events=_events(request, page)))


async def list_instances(request: Request) -> Response:
    """GET /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}/instances"""
    by, event_id = await request.caller(), event_id_of(request)
    place, asked = place_of(request, by), _asked(request)
    page = await request.service.db.read(lambda tx: lists.list_instances(tx, by, place, event_id, asked))
    return json_answer(EventsView(next_token=_token(page.next), events=_events(request, page)))


async def list_events_instances(request: Request) -> Response:
    """GET /v1.0/calendar/users/{userId}/calendars/{calendarId}/instances"""
    by = await request.caller()
    place, asked, first = place_of(request, by), _asked(request), _recurrence_id(request)
    series_id = asked.series_id
    if series_id is None:
        raise InvalidParameter(description="seriesMasterId: it is missing")
    page = await request.service.db.read(
        lambda tx: lists.list_series_instances(tx, by, place, series_id, first, asked)
    )
    return json_answer(InstancesView(events=_events(request, page)))


def _events(request: Request, page: Page) -> list[EventView | Raw]:
    return [_item(request, one, page.shown) for one in page.items]


def _item(request: Request, one: Listed | Busy | Gone, shown: int) -> EventView | Raw:
    if isinstance(one, Gone):
        return gone_view(one.id, one.series_id, one.origin_ms)
    if isinstance(one, Busy):
        return busy_view(
            one.id,
            one.when,
            title=one.title,
            free=one.free,
            cancelled=one.cancelled,
            series_id=one.series_id,
            origin_ms=one.origin_ms,
        )
    item = one.item
    if item.override is not PLAIN or item.cancelled:
        return view_of(request, one.seen, shown, cancelled=item.cancelled)
    kept = item.known.shared.get(shown)
    shared: bytes | OccurrenceTexts | None = kept[1] if kept and kept[0] is one.people else None
    if shared is None:
        view = view_of(request, one.seen, shown)
        shared = encode(view) if item.occurrence is None else OccurrenceTexts(item.event, view)
        item.known.shared.clear()  # one number of people at a time
        item.known.shared[shown] = one.people, shared
    if isinstance(shared, OccurrenceTexts):
        assert item.occurrence is not None
        return Raw(shared.text(item.id, item.occurrence))
    return Raw(shared)


def _asked(request: Request) -> Asked:
    """What the query asks for. Raises InvalidParameter."""
    return Asked(
        from_ms=_time(request, "timeMin"),
        to_ms=_time(request, "timeMax"),
        deleted=request.flag("showDeleted"),
        series_id=request.query.get("seriesMasterId"),
        max_results=request.number("maxResults", range(1, MOST + 1)),
        max_attendees=request.number("maxAttendees", range(MOST + 1)),
        cursor=_cursor(request),
    )


def _time(request: Request, name: str) -> int | None:
    text = request.query.get(name)
    return None if text is None else parse_instant_ms(text, name)


def _recurrence_id(request: Request) -> int | None:
    text = request.query.get("startRecurrenceId")
    if text is None:
        return None
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 15):
        raise InvalidParameter(
            description="startRecurrenceId: expected a recurrenceId, milliseconds as a number"
        )
    return int(text)


def _cursor(request: Request) -> Cursor | None:
    """The place that a token names; of two the nextToken, as the vendor's sample sends both. `0` is the beginning."""
    for name in ("nextToken", "syncToken"):
        text = request.query.get(name)
        if text is not None and text != "0":
            return page_token.decode(text, name)
    return None


def _token(cursor: Cursor | None) -> str | None:
    return None if cursor is None else page_token.encode(cursor)
