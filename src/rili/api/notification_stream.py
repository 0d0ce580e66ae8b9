"""What a person is told, as it happens: server-sent events.

Source: the HTML standard, "Server-sent events". Our extension.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from rili.actions import notifications
from rili.api.events import user_id_of
from rili.api.http import Request, Service, encode
from rili.api.notifications import views_of
from rili.errors import Failure, TooManyStreams
from rili.model import scopes
from rili.wire.notifications import NotificationView, number_of

STREAMS = 8
"""Of one person, at once, in one process."""

AT_ONCE = 100
LOOK_S = 1.0
"""How long to wait for the bell: what other processes commit rings nothing."""
APART_S = 0.25
"""Between two looks: the bell rings after every commit, of whoever."""
HEARTBEAT_S = 15.0
"""After which something is sent in any case, and asked whether the caller still may."""
RETRY_MS = 2_000
"""After which a client comes back that lost the connection."""

_HEADERS = {"content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no"}


async def stream_notifications(request: Request) -> Response:
    """GET /v1.0/calendar/users/{userId}/notifications/stream"""
    by = await request.caller()
    user_id = user_id_of(request, by)
    since = request.header("last-event-id") or request.query.get("lastEventId")
    number = None if since is None else number_of(since, "Last-Event-ID")
    begin = await request.service.db.read(lambda tx: notifications.begin_stream(tx, by, user_id, number))
    if request.method == "HEAD":
        return Response(headers=_HEADERS)
    person = (by.corp_id, user_id)
    if request.service.streams.get(person, 0) >= STREAMS:
        raise TooManyStreams(STREAMS)
    return _Stream(_news(request, user_id, begin), request.service, person)


class _Stream(StreamingResponse):
    """Counts as one of its person's while it lasts."""

    def __init__(self, news: AsyncIterator[bytes], service: Service, person: tuple[str, str]) -> None:
        super().__init__(news, headers=_HEADERS)
        self._open = service.streams
        self._person = person
        self._open[person] = self._open.get(person, 0) + 1

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._open[self._person] -= 1
            if not self._open[self._person]:
                del self._open[self._person]


async def _news(request: Request, user_id: str, number: int) -> AsyncIterator[bytes]:
    """Until the process stops, or the caller may no longer; who lost the connection goes on where it was."""
    service, by = request.service, await request.caller()
    clock = asyncio.get_running_loop().time
    yield f"retry: {RETRY_MS}\nid: {number}\n\n".encode()
    checked = clock()
    try:
        while not service.bell.closed:
            looked = clock()
            if looked - checked >= HEARTBEAT_S:
                by = await request.caller_again(scopes.EVENT_READ)
                await service.db.read(
                    lambda tx, by=by, number=number: notifications.begin_stream(tx, by, user_id, number)
                )
                yield b":\n\n"
                checked = looked
            told = await service.db.read(
                lambda tx, by=by, number=number: notifications.news(tx, by, user_id, number, limit=AT_ONCE)
            )
            if told.notifications:
                number = told.notifications[-1].number
                yield b"".join(map(_event, views_of(told)))
            if len(told.notifications) < AT_ONCE:
                await service.bell.wait(min(LOOK_S, HEARTBEAT_S))
                await asyncio.sleep(looked + APART_S - clock())
    except Failure:
        return  # whoever may come back is told then what is wrong


def _event(view: NotificationView) -> bytes:
    return b"id: %b\nevent: notification\ndata: %b\n\n" % (view.id.encode(), encode(view))
