"""Create, update, get and delete one event: decode, act, reply."""

from __future__ import annotations

from typing import TypeVar

from msgspec import UNSET
from starlette.responses import Response

from rili.actions import events
from rili.actions.events import PRIMARY, SCOPES, Edited, Place, Scope, Seen
from rili.actions.limits import take_create
from rili.actions.whole import get_whole
from rili.api.http import Answer, Request, encode, respond, write
from rili.auth.callers import Caller
from rili.errors import InvalidParameter, Missingbody, PermissionDenied
from rili.ical.write import Naming, event_text, occurrence_text
from rili.model.people import PEOPLE_PER_CALL
from rili.model.rules import one_of
from rili.store.db import Tx
from rili.wire.event import CreateEvent, PatchEvent
from rili.wire.event_view import EventView, event_view
from rili.wire.series_view import DeletedView, edited_view, exceptions_view

T = TypeVar("T")

CALENDAR_TYPE = "text/calendar;charset=utf-8"

_EXTENSIONS = {"scope": "scope", "dryrun": "dryRun"}

GET_ATTENDEES = 100
"""Default of `maxAttendees` (decision 15)."""


async def create_event(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/calendars/{calendarId}/events, and the same of the token's user."""
    by = await request.caller()
    place = place_of(request, by)
    body = await _read_event(request, CreateEvent)
    service = request.service
    rules = service.settings.rules
    draft = body.to_change(rules)

    def act(tx: Tx) -> Answer:
        seen = events.create_event(tx, by, place, draft, rules=rules, new_bytes=service.new_bytes)
        take_create(tx, by, place, service.limits)
        return _answer(request, seen, PEOPLE_PER_CALL)

    return await write(request, act)


async def put_event(request: Request) -> Response:
    """PUT /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}"""
    by, event_id = await request.caller(), event_id_of(request)
    place = place_of(request, by)
    body = await _read_event(request, PatchEvent)
    rules, if_match, scope = request.service.settings.rules, request.if_match(), scope_of(request)
    _check_id(body, event_id, needed=rules == "documented")
    change = body.to_change(rules)

    return await write(
        request,
        lambda tx: _answer(
            request,
            events.update_event(
                tx, by, place, event_id, change,
                scope=scope, rules=rules, new_bytes=request.service.new_bytes, if_match=if_match,
            ),
            PEOPLE_PER_CALL,
        ),
    )  # fmt: skip


async def get_event(request: Request) -> Response:
    """GET /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}

    As iCalendar text, whole, for who prefers text/calendar (our extension).
    """
    if request.prefers("text/calendar", "application/json"):
        return await _get_text(request)
    by, event_id = await request.caller(), event_id_of(request)
    place = place_of(request, by)
    shown = request.number("maxAttendees", range(PEOPLE_PER_CALL + 1))
    shown = GET_ATTENDEES if shown is None else shown
    key = (by.corp_id, place, event_id, shown)
    memory = request.service.memory

    def read(tx: Tx) -> Answer:
        state = events.state_of(tx, by, place, event_id)
        known = memory.text(key, state) if state else None
        if known is not None:
            return Answer(*known)
        answer = _answer(request, events.get_event(tx, by, place, event_id, shown=shown), shown)
        if state is not None and answer.etag is not None:
            memory.put_text(key, state, answer.body, answer.etag)
        return answer

    return respond(await request.service.db.read(read))


async def _get_text(request: Request) -> Response:
    by, event_id = await request.caller(), event_id_of(request)
    place = place_of(request, by)
    whole = await request.service.db.read(lambda tx: get_whole(tx, by, place, event_id))
    seen, naming = whole.seen, Naming(whole.emails, request.service.meeting_url)
    if seen.instance is not None:
        text = occurrence_text(seen.instance, seen.people, naming=naming)
    else:
        text = event_text(
            seen.event, seen.people, overrides=whole.overrides, people_on=whole.people_on, naming=naming
        )
    headers = {"content-type": CALENDAR_TYPE, "etag": f'"{seen.version}"', "vary": "accept"}
    return Response(text, 200, headers)


async def delete_event(request: Request) -> Response:
    """DELETE /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}"""
    by, event_id = await request.caller(), event_id_of(request)
    place = place_of(request, by)
    if_match, push, scope = request.if_match(), request.flag("pushNotification"), scope_of(request)
    switches = {} if push is None else {"pushNotification": "true" if push else "false"}

    whole_answer = scope == "following" or request.flag("dryRun")

    def act(tx: Tx) -> Answer:
        edited = events.delete_event(
            tx, by, place, event_id, scope=scope, switches=switches, if_match=if_match,
            shown=PEOPLE_PER_CALL if whole_answer else 0,
        )  # fmt: skip
        return _deleted(request, edited) if whole_answer else Answer(b"{}")

    return await write(request, act)


async def _read_event(request: Request, kind: type[T]) -> T:
    try:
        return await request.read(kind)
    except Missingbody:
        raise InvalidParameter("Event must be provided.", description="body: it is empty") from None


def place_of(request: Request, by: Caller) -> Place:
    """Whose calendar the path names; `me`, or no user at all, is the token's user.

    Raises:
        InvalidParameter: also for `me` with a token that is nobody's (decision 14).
        PermissionDenied: a user's token, and another user.
    """
    calendar_id = request.path.get("calendarId", PRIMARY)
    if not calendar_id.strip():
        raise InvalidParameter(
            "CalendarId cannot be blank", description="calendarId: use primary for the user's own calendar"
        )
    return Place(user_id_of(request, by), calendar_id)


def user_id_of(request: Request, by: Caller) -> str:
    """Whom the path names; `me`, or no user at all, is the token's user.

    Raises InvalidParameter (decision 14), PermissionDenied (decision 61).
    """
    user_id = request.path.get("userId", "me")
    if user_id == "me":
        if by.union_id is None:
            raise InvalidParameter(
                description="me needs a user token; with an app token name a user by unionId"
            )
        return by.union_id
    check_own(by, "userId", user_id)
    return user_id


def check_own(by: Caller, field: str, union_id: str) -> None:
    """Raises PermissionDenied when *by* is a user, and another one than the path names (decision 61)."""
    if by.union_id not in (None, union_id):
        raise PermissionDenied(
            description=f"{field}: a user token acts for its own user alone; name that unionId, or me"
        )


def event_id_of(request: Request) -> str:
    """The path's event id. Raises InvalidParameter for a blank."""
    if not request.path["eventId"].strip():
        raise InvalidParameter("eventId cannot be blank", description="eventId: the path ends before it")
    return request.path["eventId"]


def scope_of(request: Request, *, single: bool = False) -> Scope | None:
    """Our extension `scope`; *single*: another word for `this` (decision 10). Raises InvalidParameter."""
    for name, value in request.query_params.multi_items():
        # What was meant to be a rehearsal must not be taken for the act.
        if name.lower() in _EXTENSIONS and (name != _EXTENSIONS[name.lower()] or not value):
            raise InvalidParameter(description=f"{name}: expected {_EXTENSIONS[name.lower()]} with a value")
    text = request.query.get("scope")
    if text is None:
        return None
    if single and text == "single":
        return "this"
    scope: Scope = one_of(text, SCOPES, "scope")
    return scope


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


def _answer(request: Request, seen: Seen | Edited, shown: int) -> Answer:
    if isinstance(seen, Seen):
        return Answer(encode(view_of(request, seen, shown)), str(seen.version))
    if not (seen.first_half or seen.kept or seen.dropped or _asks_for_more(request)):
        return _answer(request, seen.seen, shown)
    view = edited_view(
        view_of(request, seen.seen, shown),
        view_of(request, seen.first_half, shown) if seen.first_half else None,
        seen.kept,
        seen.dropped,
    )
    return Answer(encode(view), str(seen.seen.version))


def _asks_for_more(request: Request) -> bool:
    """Whether the request uses our extensions, and so wants to know what became of exceptions, also of none."""
    return "scope" in request.query or bool(request.flag("dryRun"))


def _deleted(request: Request, edited: Edited) -> Answer:
    event = view_of(request, edited.seen, PEOPLE_PER_CALL, cancelled=edited.cancelled)
    kept, dropped = exceptions_view(edited.kept), exceptions_view(edited.dropped)
    return Answer(encode(DeletedView(event, kept, dropped)))


def view_of(request: Request, seen: Seen, shown: int, *, cancelled: bool = False) -> EventView:
    """*seen* as it is answered, with at most *shown* people."""
    return event_view(
        seen.event,
        seen.people,
        viewer_id=seen.viewer_id,
        shown=shown,
        meeting_url=request.service.meeting_url,
        instance=seen.instance,
        cancelled=cancelled,
    )
