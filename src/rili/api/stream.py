"""Stream push: an app's key and secret open a connection, over which it is told of events (docs/push.md)."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit
from uuid import UUID

from starlette.datastructures import QueryParams
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from rili.actions import streams as actions
from rili.actions.streams import Opened
from rili.api.http import Request, Service, json_answer
from rili.delivery.streams import Stream
from rili.errors import InvalidParameter, Unavailable, UpgradeRequired
from rili.errors.access import AuthFailed
from rili.wire.stream import EVENTS, OpenConnection, OpenedConnection, Subscription

SOCKET_PATH = "/connect"
"""Java's client knows no other."""
MOST_SUBSCRIPTIONS = 100
GOING_AWAY = 1001
"""RFC 6455, 7.4.1. After it Python's client comes back at once; after any other code but 1000, ten seconds later."""


async def open_connection(request: Request) -> Response:
    """POST /v1.0/gateway/connections/open"""
    body = await request.read(OpenConnection)
    for name, value in (("clientId", body.client_id), ("clientSecret", body.client_secret)):
        if not value:
            raise InvalidParameter(description=f"{name}: it is missing")
    events = _wants_events(body.subscriptions)
    service = request.service
    ticket = str(UUID(bytes=service.new_bytes(16)))
    await service.db.write(
        lambda tx: actions.open_stream(
            tx,
            body.client_id,
            body.client_secret,
            events=events,
            address=request.address,
            new_ticket=ticket,
            now_ms=request.now_ms,
        )
    )
    request.scope["rili.app_key"] = body.client_id
    return json_answer(OpenedConnection(endpoint_of(service.public_url), ticket))


async def no_upgrade(request: Request) -> Response:
    """GET /connect, without WebSocket."""
    raise UpgradeRequired


async def connect(scope: Scope, receive: Receive, send: Send, service: Service) -> None:
    """GET /connect as WebSocket, with a ticket. Raises Failure before it is accepted, and not after."""
    opened = await _redeem(service, QueryParams(scope["query_string"]).get("ticket") or "")
    scope["rili.app_key"] = opened.app_key
    service.streams.require_room(opened.app_key)
    if (await receive())["type"] != "websocket.connect":
        return

    async def write(text: str) -> None:
        await send({"type": "websocket.send", "text": text})

    try:
        await send({"type": "websocket.accept"})
    except OSError:
        return
    stream = Stream(
        opened.app_key, write, events=opened.events, clock=service.clock, new_bytes=service.new_bytes
    )
    service.streams.add(stream)
    service.bell.ring()  # for what has waited for it
    try:
        async with asyncio.TaskGroup() as group:
            keeping = group.create_task(_keep(stream, opened, send, service))
            await _listen(stream, receive)
            keeping.cancel()
    except* OSError:
        pass
    finally:
        service.streams.remove(stream)


def endpoint_of(public_url: str) -> str:
    """Where streams are connected. It names its port always: Java's client asks for one."""
    url = urlsplit(public_url)
    tls = url.scheme == "https"
    host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
    port = url.port or (443 if tls else 80)
    return f"{'wss' if tls else 'ws'}://{host}:{port}{url.path}{SOCKET_PATH}"


def _wants_events(subscriptions: list[Subscription] | None) -> bool:
    """Raises InvalidParameter for what cannot be subscribed to. Of other types than EVENT nothing is ever told."""
    if subscriptions is None:
        raise InvalidParameter(description="subscriptions: it is missing")
    if len(subscriptions) > MOST_SUBSCRIPTIONS:
        raise InvalidParameter(description=f"subscriptions: more than {MOST_SUBSCRIPTIONS}")
    for place, one in enumerate(subscriptions):
        if one.type not in ("SYSTEM", "EVENT", "CALLBACK"):
            raise InvalidParameter(
                description=f"subscriptions[{place}].type: expected EVENT, CALLBACK or SYSTEM"
            )
        if one.type == "EVENT" and (one.type, one.topic) != EVENTS:
            raise InvalidParameter(
                description=f'subscriptions[{place}].topic: of events there is only "*", all of them'
            )
    return any((one.type, one.topic) == EVENTS for one in subscriptions)


async def _redeem(service: Service, ticket: str) -> Opened:
    if not ticket:
        raise AuthFailed(description="ticket: it is missing")
    now_ms = service.clock()
    return await service.db.write(lambda tx: actions.redeem(tx, ticket, now_ms=now_ms))


async def _listen(stream: Stream, receive: Receive) -> None:
    while (message := await receive())["type"] != "websocket.disconnect":
        stream.receive(message.get("text") or message.get("bytes") or b"")


async def _keep(stream: Stream, opened: Opened, send: Send, service: Service) -> None:
    async def is_still_good() -> bool:
        try:
            return await service.db.read(lambda tx: actions.is_still_good(tx, opened))
        except Unavailable:
            return True  # nobody knows: later

    await stream.keep(service.streams.stopping, is_still_good, service.streams.pace)
    await send({"type": "websocket.close", "code": GOING_AWAY})
