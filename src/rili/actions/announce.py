"""Queueing what changed for those who want to know."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from rili.auth.callers import Caller
from rili.model.event import Event
from rili.model.people import Attendee
from rili.model.series import Instance
from rili.store import outbox
from rili.store.db import Tx


def announce(
    tx: Tx,
    by: Caller,
    operator_id: str,
    event: Event,
    kind: outbox.Kind,
    recipients: Sequence[Attendee],
    *,
    before: str | None = None,
    after: str | None = None,
    joined: Sequence[Attendee] = (),
    left: Sequence[Attendee] = (),
    occurrence: Instance | None = None,
    response: str | None = None,
    rooms: Sequence[outbox.RoomChange] = (),
    switches: dict[str, str],
) -> None:
    """Queue one change of *event*, made for *operator_id*, or in that person's name by whom *by* says.

    *before* and *after* are texts as they are stored.
    """
    outbox.add(
        tx,
        outbox.Change(
            corp_id=event.corp_id,
            event_id=event.id,
            kind=kind,
            app_key=by.app_key,
            operator_id=by.operator_id or operator_id,
            on_behalf_of=operator_id if by.operator_id else None,
            created_ms=by.now_ms,
            recipients=tuple(one.person_id for one in recipients),
            before=before,
            after=after,
            joined=tuple(one.person_id for one in joined),
            left=tuple(one.person_id for one in left),
            occurrence=occurrence.slot.key if occurrence else None,
            origin_ms=occurrence.origin_ms if occurrence else None,
            response=response,
            rooms=tuple(rooms),
            switches=switches,
        ),
    )


def text_of(event: Event) -> str:
    """An event, also one that is an occurrence's and stored nowhere, as events are stored."""
    return msgspec.json.encode(event).decode()


def colleagues(people: Sequence[Attendee]) -> list[str]:
    """Those who have a calendar here, and have not taken the event off it."""
    return [one.person_id for one in people if one.email is None and not one.left]
