"""Create, update, get and delete one event: decode, act, reply."""

from __future__ import annotations

from typing import TypeVar

from msgspec import UNSET
from starlette.responses import Response

from rili.actions import events
from rili.actions.events import Place, Seen
from rili.api.http import Answer, Request, encode, respond, write
from rili.errors import InvalidParameter, Missingbody
from rili.model.people import PEOPLE_PER_CALL
from rili.wire.event import CreateEvent, PatchEvent
from rili.wire.event_view import event_view

T = TypeVar("T")

GET_ATTENDEES = 100
"""Default of `maxAttendees` (decision 15)."""


async def create_event(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/calendars/{calendarId}/events"""
    by, place = await request.caller(), _place(request)
    body = await _read_event(request, CreateEvent)
    rules = request.service.settings.rules
    draft = body.to_change(rules)

    return await write(
        request,
        lambda tx: _answer(
            request,
            events.create_event(tx, by, place, draft, rules=rules, new_bytes=request.service.new_bytes),
            PEOPLE_PER_CALL,
        ),
    )


async def put_event(request: Request) -> Response:
    """PUT /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}"""
    by, place, event_id = await request.caller(), _place(request), _event_id(request)
    body = await _read_event(request, PatchEvent)
    rules, if_match = request.service.settings.rules, request.if_match()
    _check_id(body, event_id, needed=rules == "documented")
    change = body.to_change(rules)

    return await write(
        request,
        lambda tx: _answer(
            request,
            events.update_event(
                tx, by, place, event_id, change,
                rules=rules, new_bytes=request.service.new_bytes, if_match=if_match,
            ),
            PEOPLE_PER_CALL,
        ),
    )  # fmt: skip


async def get_event(request: Request) -> Response:
    """GET /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}"""
    by, place, event_id = await request.caller(), _place(request), _event_id(request)
    shown = _max_attendees(request)
    seen = await request.service.db.read(lambda tx: events.get_event(tx, by, place, event_id, shown=shown))
    return respond(_answer(request, seen, shown))


async def delete_event(request: Request) -> Response:
    """DELETE /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}"""
    by, place, event_id = await request.caller(), _place(request), _event_id(request)
    if_match, push = request.if_match(), request.flag("pushNotification")
    switches = {} if push is None else {"pushNotification": "true" if push else "false"}

    def act(tx: events.Tx) -> Answer:
        events.delete_event(tx, by, place, event_id, switches=switches, if_match=if_match)
        return Answer(b"{}")

    return await write(request, act)


async def _read_event(request: Request, kind: type[T]) -> T:
    try:
        return await request.read(kind)
    except Missingbody:
        raise InvalidParameter("Event must be provided.", description="body: it is empty") from None


def _place(request: Request) -> Place:
    calendar_id = request.path["calendarId"]
    if not calendar_id.strip():
        raise InvalidParameter(
            "CalendarId cannot be blank", description="calendarId: use primary for the user's own calendar"
        )
    return Place(request.path["userId"], calendar_id)


def _event_id(request: Request) -> str:
    if not request.path["eventId"].strip():
        raise InvalidParameter("eventId cannot be blank", description="eventId: the path ends before it")
    return request.path["eventId"]


def _check_id(body: PatchEvent, event_id: str, *, needed: bool) -> None:
    if body.id is None or body.id is UNSET or not body.id.strip():
        if needed:
            # Decision 1.
            raise InvalidParameter(
                "Event id summary cannot be blank",
                description="id: the body must repeat the event id of the path "
                '(the setting rules = "lenient" does without)',
            )
    elif body.id != event_id:
        raise InvalidParameter(description="id: it is not the event id of the path")


def _max_attendees(request: Request) -> int:
    text = request.query.get("maxAttendees")
    if text is None:
        return GET_ATTENDEES
    if not (text.isascii() and text.isdecimal() and len(text) <= 9 and int(text) <= PEOPLE_PER_CALL):
        raise InvalidParameter(description=f"maxAttendees: expected a number from 0 to {PEOPLE_PER_CALL}")
    return int(text)


def _answer(request: Request, seen: Seen, shown: int) -> Answer:
    view = event_view(
        seen.event,
        seen.people,
        viewer_id=seen.viewer_id,
        shown=shown,
        meeting_url=request.service.meeting_url,
    )
    return Answer(encode(view), str(seen.event.version))
