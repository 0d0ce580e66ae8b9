"""What an organizer does with an event as a whole: decode, act, reply."""

from __future__ import annotations

from starlette.responses import Response

from rili.actions.cancel import cancel_event
from rili.actions.events import Scope
from rili.api.events import event_id_of, place_of
from rili.api.http import Answer, Request, encode, write
from rili.model.rules import one_of
from rili.store.db import Tx
from rili.wire.organizing import ResultView

_SCOPES: dict[str, Scope] = {"this": "this", "single": "this", "following": "following", "all": "all"}
_DONE = Answer(encode(ResultView()))


async def cancel(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}/cancel"""
    by, event_id = await request.caller(), event_id_of(request)
    place = place_of(request, by)
    text = request.query.get("scope")
    scope = None if text is None else _SCOPES[one_of(text, tuple(_SCOPES), "scope")]

    def act(tx: Tx) -> Answer:
        cancel_event(tx, by, place, event_id, scope=scope, new_bytes=request.service.new_bytes)
        return _DONE

    return await write(request, act)
