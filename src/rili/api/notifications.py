"""What a person was told: list, count, mark as read. Decode, act, reply."""

from __future__ import annotations

from msgspec import UNSET
from starlette.responses import Response

from rili.actions import notifications
from rili.actions.notifications import Telling
from rili.api.events import user_id_of
from rili.api.http import Request, json_answer
from rili.wire.notifications import (
    NotificationsView,
    NotificationView,
    ReadNotifications,
    UnreadView,
    notification_view,
    number_of,
)

A_PAGE = 20


async def list_notifications(request: Request) -> Response:
    """GET /v1.0/calendar/users/{userId}/notifications, our extension"""
    by = await request.caller()
    user_id = user_id_of(request, by)
    limit, unread = request.number("maxResults", range(1, 101)) or A_PAGE, bool(request.flag("unread"))
    token = request.query.get("nextToken")
    before = None if token is None else number_of(token, "nextToken")
    page = await request.service.db.read(
        lambda tx: notifications.list_notifications(
            tx, by, user_id, limit=limit, before=before, unread=unread
        )
    )
    return json_answer(
        NotificationsView(
            notifications=views_of(page.told),
            unread_count=page.unread,
            next_token=UNSET if page.before is None else str(page.before),
        )
    )


async def count_unread(request: Request) -> Response:
    """GET /v1.0/calendar/users/{userId}/notifications/unreadCount, our extension"""
    by = await request.caller()
    user_id = user_id_of(request, by)
    unread = await request.service.db.read(lambda tx: notifications.count_unread(tx, by, user_id))
    return json_answer(UnreadView(unread))


async def read_notifications(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/notifications/read, our extension"""
    by = await request.caller()
    user_id = user_id_of(request, by)
    body = await request.read(ReadNotifications)
    numbers, db = body.numbers(), request.service.db
    if numbers:
        return json_answer(
            UnreadView(await db.write(lambda tx: notifications.mark_read(tx, by, user_id, numbers)))
        )
    last = number_of(body.up_to or "", "upTo")
    unread = None
    while unread is None:
        unread = await db.write(lambda tx: notifications.mark_read_up_to(tx, by, user_id, last))
    return json_answer(UnreadView(unread))


def views_of(told: Telling) -> tuple[NotificationView, ...]:
    """What is answered of it."""
    return tuple(
        notification_view(
            one.told,
            one.number,
            created_ms=one.created_ms,
            read=one.read_ms is not None,
            reader_id=told.reader_id,
            names=told.names,
            language=told.language,
            zone=told.zone,
        )
        for one in told.notifications
    )
