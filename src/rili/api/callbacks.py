"""Callbacks as apps themselves set them up in the old family, and what they did not get, in both."""

from __future__ import annotations

import msgspec
from starlette.responses import Response

from rili.actions import failed_callbacks, push_settings
from rili.actions.push_settings import Push
from rili.api.http import Request, json_answer
from rili.api.topapi import Fields, plain_method
from rili.auth.callers import Caller
from rili.delivery.callback import receiver_of
from rili.delivery.outgoing import Outgoing
from rili.delivery.url_check import check_url
from rili.errors import CallbackRefused, InvalidParameter
from rili.model import scopes
from rili.store.deliveries import Delivery
from rili.wire import callback as wire

LATEST_MS = 2**53 - 1


@plain_method(scopes.APP_BASE)
async def register_call_back(request: Request, caller: Caller, fields: Fields) -> object:
    """POST /call_back/register_call_back"""
    push, key, now_ms = _push(caller, fields), request.service.secret_key, request.now_ms
    db = request.service.db
    await db.read(lambda tx: push_settings.check_registration(tx, push, key, again=False))
    await _check_url(request, caller, push)
    await db.write(lambda tx: push_settings.register(tx, push, key, now_ms=now_ms))
    return wire.CallBackDone()


@plain_method(scopes.APP_BASE)
async def update_call_back(request: Request, caller: Caller, fields: Fields) -> object:
    """POST /call_back/update_call_back"""
    push, key, now_ms = _push(caller, fields), request.service.secret_key, request.now_ms
    db = request.service.db
    await db.read(lambda tx: push_settings.check_registration(tx, push, key, again=True))
    await _check_url(request, caller, push)
    await db.write(lambda tx: push_settings.update(tx, push, key, now_ms=now_ms))
    return wire.CallBackDone()


@plain_method(scopes.APP_BASE)
async def get_call_back(request: Request, caller: Caller, fields: Fields) -> object:
    """GET /call_back/get_call_back"""
    del fields
    key = request.service.secret_key
    push = await request.service.db.read(lambda tx: push_settings.registered(tx, caller.app_key, key))
    told = receiver_of(push, caller.corp_id)
    return wire.CallBack(
        call_back_tag=sorted(push.event_types), token=told.token, aes_key=told.aes_key, url=told.url
    )


@plain_method(scopes.APP_BASE)
async def delete_call_back(request: Request, caller: Caller, fields: Fields) -> object:
    """GET /call_back/delete_call_back"""
    del fields
    await request.service.db.write(lambda tx: push_settings.unregister(tx, caller.app_key))
    return wire.CallBackDone()


@plain_method(scopes.APP_BASE)
async def get_call_back_failed_result(request: Request, caller: Caller, fields: Fields) -> object:
    """GET /call_back/get_call_back_failed_result"""
    del fields
    now_ms = request.now_ms
    found, more = await request.service.db.write(
        lambda tx: failed_callbacks.read(tx, caller.corp_id, caller.app_key, now_ms=now_ms)
    )
    return wire.CallBackFailedResult(
        has_more=more, failed_list=[wire.old_failed(_plaintext(one)) for one in found]
    )


async def get_failed_results(request: Request) -> Response:
    """GET /v1.0/event/callbacks/failedResults"""
    by = await request.caller(scopes.APP_BASE)
    if by.union_id is not None:
        raise InvalidParameter(description="x-acs-dingtalk-access-token: expected the token of an app")
    from_ms, to_ms = _instant(request, "beginTime", 0), _instant(request, "endTime", LATEST_MS)
    if from_ms > to_ms:
        raise InvalidParameter(description="endTime: expected beginTime or later")
    found, more = await request.service.db.read(
        lambda tx: failed_callbacks.between(tx, by.corp_id, by.app_key, from_ms=from_ms, to_ms=to_ms)
    )
    return json_answer(wire.FailedCallbacks([wire.new_failed(_plaintext(one)) for one in found], more))


def _push(caller: Caller, fields: Fields) -> Push:
    """What the request wants. Raises CallbackRefused."""
    tags = fields.get("call_back_tag")
    if isinstance(tags, str):  # of a form
        try:
            tags = msgspec.json.decode(tags)
        except (msgspec.DecodeError, RecursionError):
            tags = None
    try:
        names = msgspec.convert(tags, list[str])
    except msgspec.ValidationError:
        names = []
    if not names:
        raise CallbackRefused("parameter", "call_back_tag: expected a list of names of events")
    return Push(
        app_key=caller.app_key,
        mode="http",
        event_types=frozenset(names),
        url=_text(fields, "url"),
        token=_text(fields, "token"),
        aes_key=_text(fields, "aes_key"),
        legacy=True,
    )


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise CallbackRefused("parameter", f"{name}: expected a string")
    return value


async def _check_url(request: Request, caller: Caller, push: Push) -> None:
    """Raises CallbackRefused. Outside any transaction: it waits for somebody else's server."""
    settings = request.service.settings
    # A client for each: closing it takes a lookup that still waits for its turn out of the queue.
    async with Outgoing(settings.callback_networks, resolver=request.service.url_lookup) as outgoing:
        await check_url(
            outgoing,
            receiver_of(push, caller.corp_id),
            new_bytes=request.service.new_bytes,
            now_ms=request.now_ms,
            timeout_ms=settings.callback_timeout_ms,
        )


def _plaintext(one: Delivery) -> wire.Json:
    return wire.plaintext(one.event_type, one.id, one.born_ms, one.corp_id, one.body)


def _instant(request: Request, name: str, default: int) -> int:
    """Epoch milliseconds of the query. Raises InvalidParameter."""
    text = request.query.get(name)
    if text is None:
        return default
    # Python reads no digits without end, and SQL no number beyond 64 bits.
    if not (text.isascii() and text.isdecimal() and len(text) <= 16 and int(text) <= LATEST_MS):
        raise InvalidParameter(description=f"{name}: expected milliseconds since 1970")
    return int(text)
