"""Which apps are told of what, and how a push to one is queued."""

from __future__ import annotations

from collections.abc import Iterable

from rili.model import scopes
from rili.model.app_kinds import INTERNAL, NOT_PERSONAL
from rili.model.ids import NewBytes
from rili.store.deliveries import NewDelivery
from rili.store.push_settings import Subscriber
from rili.wire.contact_pushes import DEPARTMENT_EVENTS, ORGANISATION_EVENTS, PERSON_EVENTS, ROLE_EVENTS
from rili.wire.pushes import CALENDAR_EVENT_CHANGE, MEETINGROOM_BOOK, MEETINGROOM_ROOM_INFO

PUSHES = 256
"""Queued in one transaction, or few more: it holds up everybody else on SQLite."""
EVENT_ID_BYTES = 13
"""26 hexadecimal digits, as in the reference."""

POINTS: dict[str, frozenset[str]] = {
    CALENDAR_EVENT_CHANGE: frozenset({scopes.EVENT_READ}),
    MEETINGROOM_BOOK: frozenset({scopes.EVENT_READ, scopes.ROOM_READ}),
    MEETINGROOM_ROOM_INFO: frozenset({scopes.ROOM_READ}),
    **dict.fromkeys(PERSON_EVENTS, frozenset({scopes.MEMBER})),
    **dict.fromkeys(ROLE_EVENTS, frozenset({scopes.MEMBER})),
    **dict.fromkeys(DEPARTMENT_EVENTS, frozenset({scopes.DEPARTMENT_LIST})),
    **dict.fromkeys(ORGANISATION_EVENTS, frozenset[str]()),
}
"""What an app must be allowed to read to be told: no push says more than it could ask for (decision 92)."""

_INTERNAL_ONLY = frozenset({MEETINGROOM_BOOK, MEETINGROOM_ROOM_INFO})


def hears(app: Subscriber, event_type: str) -> bool:
    """Whether *app* wants to be told of such events, and may. Personal apps act for people, and are told of nothing."""
    return (
        app.wants(event_type)
        and app.kind in NOT_PERSONAL
        and POINTS[event_type] <= app.scopes
        and (app.kind == INTERNAL or event_type not in _INTERNAL_ONLY)
    )


def listeners(apps: Iterable[Subscriber], event_type: str) -> list[Subscriber]:
    """Those of *apps* that are told of such events."""
    return [app for app in apps if hears(app, event_type)]


def push(
    app: Subscriber, event_type: str, subject: str, born_ms: int, body: str, new_bytes: NewBytes
) -> NewDelivery:
    """One event for one app, by its channel."""
    return NewDelivery(
        channel=app.settings.channel,
        receiver=app.app_key,
        subject=subject,
        id=new_bytes(EVENT_ID_BYTES).hex(),
        event_type=event_type,
        born_ms=born_ms,
        body=body,
    )
