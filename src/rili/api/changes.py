"""The change feed: decode the query, look, wait for news where there are none, reply and sign."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

from rili.actions import changes
from rili.actions.changes import Part
from rili.api import page_token
from rili.api.http import CONTENT_TYPE, Request, encode
from rili.api.signature import signed
from rili.auth.callers import Caller
from rili.store.db import Tx
from rili.store.outbox import Position
from rili.wire.changes import ChangesView, change_view

MOST = 500
LISTED = 100
"""Changes of a page, unless `maxResults` says otherwise."""
LONGEST_WAIT_S = 30
LOOK_S = 1.0
"""How often to look for what other processes commit."""
GATHER_S = 0.05
"""Between two looks at least: others may commit many times a second."""


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


async def _page(request: Request, by: Caller, position: Position, limit: int, wait_s: int) -> Part:
    """What follows *position*; where that is nothing, what follows it within *wait_s*."""
    service, loop = request.service, asyncio.get_running_loop()
    ends = loop.time() + wait_s
    while True:
        looked = loop.time()
        page = await _read(request, by, position, limit)
        left = ends - loop.time()
        if page.changes or page.more or left <= 0 or service.bell.closed or await request.is_disconnected():
            return page
        position = page.position
        await service.bell.wait(min(LOOK_S, left))
        await asyncio.sleep(max(0.0, GATHER_S - (loop.time() - looked)))


async def _read(request: Request, by: Caller, position: Position, limit: int) -> Part:
    """A whole page, in parts that let others in between."""
    page = Part([], position, more=True, read=0, size=0)
    while page.more and len(page.changes) < limit and not page.full:
        page = await request.service.db.read(lambda tx, page=page: _longer(tx, by, page, limit))
        await asyncio.sleep(0)
    return page


def _longer(tx: Tx, by: Caller, page: Part, limit: int) -> Part:
    part = changes.read_part(tx, by, page.position, limit - len(page.changes))
    return Part(
        page.changes + part.changes, part.position, part.more, page.read + part.read, page.size + part.size
    )


async def _reply(request: Request, by: Caller, asked: str, page: Part) -> Response:
    service = request.service
    key = await service.db.read(lambda tx: changes.signing_key(tx, by))
    body = encode(
        ChangesView(
            by.corp_id,
            tuple(change_view(one, service.meeting_url) for one in page.changes),
            page_token.encode(changes.sealed(by, page.position)),
            page.more,
        )
    )
    headers = signed(key, asked, body, now_ms=service.clock())
    return Response(body, headers={"content-type": CONTENT_TYPE, **headers})
