"""Cancel and transfer an event: decode, act, reply."""

from __future__ import annotations

from msgspec import UNSET
from starlette.responses import Response

from rili.actions import cancel, transfer
from rili.actions.transfer import Handover
from rili.api.events import event_id_of, place_of, scope_of, view_of
from rili.api.http import Answer, Request, encode, write
from rili.errors import InvalidParameter
from rili.model.people import PEOPLE_PER_CALL
from rili.store.db import Tx
from rili.wire.organizing import CancelledView, ResultView, TransferEvent
from rili.wire.series_view import exceptions_view

_DONE = encode(ResultView())


async def cancel_event(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}/cancel"""
    by, event_id = await request.caller(), event_id_of(request)
    place, scope, if_match = place_of(request, by), scope_of(request, single=True), request.if_match()
    whole_answer = scope == "following" or request.flag("dryRun")
    service = request.service

    def act(tx: Tx) -> Answer:
        edited = cancel.cancel_event(
            tx, by, place, event_id,
            scope=scope, rules=service.settings.rules, new_bytes=service.new_bytes, if_match=if_match,
        )  # fmt: skip
        if not whole_answer:
            return Answer(_DONE)
        seen = view_of(request, edited.seen, PEOPLE_PER_CALL)
        first = edited.first_half and view_of(request, edited.first_half, PEOPLE_PER_CALL)
        view = CancelledView(
            event=first or seen,
            new_series=seen if first else UNSET,
            kept_exceptions=exceptions_view(edited.kept),
        )
        return Answer(encode(view))

    return await write(request, act)


async def transfer_event(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}/transfer"""
    by, event_id = await request.caller(), event_id_of(request)
    place, body, if_match = place_of(request, by), await request.read(TransferEvent), request.if_match()
    if not body.new_organizer_id or not body.new_organizer_id.strip():
        raise InvalidParameter(description="newOrganizerId: it is missing")
    handover = Handover(
        body.new_organizer_id, leaves=body.is_exit_calendar is True, by_chat=body.need_notify_by_chat is True
    )

    def act(tx: Tx) -> Answer:
        transfer.transfer_event(tx, by, place, event_id, handover, if_match=if_match)
        return Answer(_DONE)

    return await write(request, act)
