"""People on one event: add, remove, list, and their answers. Decode, act, reply."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from rili.actions import attendees
from rili.api import page_token
from rili.api.events import event_id_of, place_of
from rili.api.http import Answer, Request, json_answer, write
from rili.errors import AttendeesParameter, InvalidParameter
from rili.model.people import PEOPLE_PER_CALL
from rili.store.db import Tx
from rili.wire.attendees import AddAttendees, AttendeesView, RemoveAttendees, RespondEvent
from rili.wire.event_view import attendee_views

LISTED = 100
"""People of a page, unless `maxResults` says otherwise."""


async def add_attendee(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}/attendees"""
    by, event_id = await request.caller(), event_id_of(request)
    place, if_match = place_of(request, by), request.if_match()
    body = await request.read(AddAttendees)
    given, switches, new_bytes = body.given(), body.switches(), request.service.new_bytes
    return await _write(
        request,
        lambda tx: attendees.add_attendees(
            tx, by, place, event_id, given, new_bytes=new_bytes, switches=switches, if_match=if_match
        ),
    )


async def remove_attendee(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}/attendees/batchRemove"""
    by, event_id = await request.caller(), event_id_of(request)
    place, if_match = place_of(request, by), request.if_match()
    given = (await request.read(RemoveAttendees)).given()
    return await _write(
        request,
        lambda tx: attendees.remove_attendees(tx, by, place, event_id, given, if_match=if_match),
    )


async def respond_event(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}/respond"""
    by, event_id = await request.caller(), event_id_of(request)
    place, if_match = place_of(request, by), request.if_match()
    response = (await request.read(RespondEvent)).response()
    return await _write(
        request,
        lambda tx: attendees.respond_event(tx, by, place, event_id, response, if_match=if_match),
    )


async def list_attendees(request: Request) -> Response:
    """GET /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}/attendees"""
    by = await request.caller()
    if not request.path["calendarId"].strip():
        raise AttendeesParameter(
            "event.calendarId", "CalendarId cannot be blank", description="calendarId: primary, or an id"
        )
    if not request.path["eventId"].strip():
        raise AttendeesParameter(
            "event.eventId", "eventId cannot be blank", description="eventId: the path lacks it"
        )
    place, event_id, limit, after = (
        place_of(request, by),
        event_id_of(request),
        _limit(request),
        _after(request),
    )
    page = await request.service.db.read(
        lambda tx: attendees.list_attendees(tx, by, place, event_id, limit=limit, after=after)
    )
    return json_answer(
        AttendeesView(
            next_token=None if page.next is None else page_token.encode(page.next),
            attendees=attendee_views(page.people, page.viewer_id),
        )
    )


async def _write(request: Request, act: Callable[[Tx], None]) -> Response:
    def answer(tx: Tx) -> Answer:
        act(tx)
        return Answer(b"{}")

    return await write(request, answer)


def _limit(request: Request) -> int:
    try:
        asked = request.number("maxResults", range(PEOPLE_PER_CALL + 1))
    except InvalidParameter as bad:
        raise AttendeesParameter(
            "maxResults", "maxResults size must within range [0,500]", description=bad.description or ""
        ) from None
    return LISTED if asked is None else asked


def _after(request: Request) -> attendees.After | None:
    """Where the page before ended; `0`, as the vendor's sample sends it, is the beginning."""
    text = request.query.get("nextToken")
    return None if text is None or text == "0" else page_token.decode_after(text)
