"""The change feed: decode the query, look, wait for news where there are none, reply and sign."""

from __future__ import annotations

import asyncio

from msgspec import Struct
from starlette.responses import Response

from rili.actions import changes
from rili.api import page_token
from rili.api.http import CONTENT_TYPE, Request, encode
from rili.api.signature import signed
from rili.auth.callers import Caller
from rili.store.outbox import Position
from rili.wire.changes import ChangesView, ChangeView, change_view

MOST = 500
LISTED = 100
"""Changes of a page, unless `maxResults` says otherwise."""
LONGEST_WAIT_S = 30
LOOK_S = 1.0
"""How often to look for what other processes commit."""
GATHER_S = 0.05
"""Between two looks at least: others may commit many times a second."""


class Page(Struct):
    """What is answered, up to where it was read, and whether more may follow at once."""

    views: list[ChangeView]
    position: Position
    more: bool


async def list_changes(request: Request) -> Response:
    """GET /v1.0/calendar/changes"""
    by = await request.caller()
    changes.check_follower(by)
    limit = request.number("maxResults", range(1, MOST + 1)) or LISTED
    wait_s = request.number("waitSeconds", range(LONGEST_WAIT_S + 1)) or 0
    asked = request.query.get("cursor", "")
    page = await _page(request, by, await _position(request, by, asked), limit, wait_s)
    return await _reply(request, by, asked, page)


async def _position(request: Request, by: Caller, asked: str) -> Position:
    if asked in ("", "0", "oldest"):
        return Position()
    if asked == "latest":
        return await request.service.db.read(changes.latest)
    return changes.position_of(by, page_token.decode_feed(asked))


async def _page(request: Request, by: Caller, position: Position, limit: int, wait_s: int) -> Page:
    """What follows *position*; where that is nothing, what follows it within *wait_s*."""
    service, loop = request.service, asyncio.get_running_loop()
    ends = loop.time() + wait_s
    while True:
        looked = loop.time()
        page = await _read(request, by, position, limit)
        left = ends - loop.time()
        if page.views or page.more or left <= 0 or service.bell.closed or await request.is_disconnected():
            return page
        position = page.position
        await service.bell.wait(min(LOOK_S, left))
        await asyncio.sleep(max(0.0, GATHER_S - (loop.time() - looked)))


async def _read(request: Request, by: Caller, position: Position, limit: int) -> Page:
    """A whole page, in parts that let others in between."""
    service = request.service
    views: list[ChangeView] = []
    read = size = 0
    while True:
        room = limit - len(views)
        part = await service.db.read(
            lambda tx, position=position, room=room: changes.read_part(tx, by, position, room)
        )
        views += [change_view(one, service.meeting_url) for one in part.changes]
        position, read, size = part.position, read + part.read, size + part.size
        full = len(views) == limit or size >= changes.PAGE_SIZE or read >= changes.PAGE_ROWS
        if full or not part.more:
            return Page(views, position, part.more)
        await asyncio.sleep(0)


async def _reply(request: Request, by: Caller, asked: str, page: Page) -> Response:
    service = request.service
    key = await service.db.read(lambda tx: changes.signing_key(tx, by))
    body = encode(
        ChangesView(
            by.corp_id,
            page.views,
            page_token.encode(changes.sealed(by, page.position)),
            page.more,
        )
    )
    headers = signed(key, asked, body, now_ms=service.clock())
    return Response(body, headers={"content-type": CONTENT_TYPE, **headers})
