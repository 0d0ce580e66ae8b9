"""Signing in to an event and out of it: decode, act, reply."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

import msgspec
from msgspec import UNSET
from starlette.responses import Response

from rili.actions import check_in
from rili.actions.check_in import Signers
from rili.api.events import event_id_of, place_of
from rili.api.http import Request, json_answer
from rili.errors import InvalidParameter
from rili.model.ids import opaque_id
from rili.store.check_ins import Kind
from rili.wire.check_in import (
    CheckedIn,
    CheckedOut,
    SignInLink,
    SignInList,
    SignInUser,
    SignOutLink,
    SignOutList,
    SignOutUser,
)

MOST = 500
CODE_CHARACTERS = 32

_TYPES: dict[Kind, dict[str, bool]] = {
    # The older SDK says check_in.
    "in": {"sign_in": True, "not_yet_sign_in": False, "check_in": True, "not_yet_check_in": False},
    "out": {"sign_out": True, "not_yet_sign_out": False, "check_out": True, "not_yet_check_out": False},
}

_Token = tuple[str, int, str]
"""What is listed, and after whom to go on: a place in the event's list, and an id."""


async def sign_in(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}/signin, and .../checkIn"""
    return json_answer(CheckedIn(await _sign(request, "in")))


async def sign_out(request: Request) -> Response:
    """POST /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}/signOut"""
    return json_answer(CheckedOut(await _sign(request, "out")))


async def list_sign_ins(request: Request) -> Response:
    """GET /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}/signin"""
    found, token = await _list(request, "in")
    users = tuple(
        SignInUser(one.person.person_id, one.person.name, UNSET if one.at_ms is None else one.at_ms)
        for one in found.people
    )
    return json_answer(SignInList(users, token))


async def list_sign_outs(request: Request) -> Response:
    """GET /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}/signOut"""
    found, token = await _list(request, "out")
    users = tuple(
        SignOutUser(one.person.person_id, one.person.name, UNSET if one.at_ms is None else one.at_ms)
        for one in found.people
    )
    return json_answer(SignOutList(users, token))


async def sign_in_link(request: Request) -> Response:
    """GET /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}/signInLinks"""
    return json_answer(SignInLink(await _link(request, "in")))


async def sign_out_link(request: Request) -> Response:
    """GET /v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}/signOutLinks"""
    return json_answer(SignOutLink(await _link(request, "out")))


async def _sign(request: Request, kind: Kind) -> int:
    by, event_id = await request.caller(), event_id_of(request)
    place = place_of(request, by)
    return await request.service.db.write(lambda tx: check_in.sign(tx, by, place, event_id, kind))


async def _list(request: Request, kind: Kind) -> tuple[Signers, str | None]:
    by, event_id = await request.caller(), event_id_of(request)
    place, limit = place_of(request, by), request.number("maxResults", range(1, MOST + 1))
    if limit is None:
        raise InvalidParameter(description=f"maxResults: it is missing; 1 to {MOST}")
    types, text = _TYPES[kind], request.query.get("type")
    if text not in types:
        raise InvalidParameter(description=f"type: expected one of {', '.join(types)}")
    signed = types[text]
    binding = sha256(f"{by.corp_id} {place.user_id} {event_id} {kind} {signed}".encode()).hexdigest()[:16]
    after = _decode(request.query.get("nextToken"), binding)
    found = await request.service.db.read(
        lambda tx: check_in.list_signed(
            tx, by, place, event_id, kind, signed=signed, after=after, limit=limit
        )
    )
    return found, None if found.next is None else _encode((binding, *found.next))


async def _link(request: Request, kind: Kind) -> str:
    by, event_id = await request.caller(), event_id_of(request)
    place, code = place_of(request, by), opaque_id(request.service.new_bytes, CODE_CHARACTERS)
    await request.service.db.write(
        lambda tx: check_in.make_link(tx, by, place, event_id, kind, new_code=code)
    )
    return f"{request.service.public_url}/sign{kind}/{code}"


def _encode(token: _Token) -> str:
    return urlsafe_b64encode(msgspec.msgpack.encode(token)).decode().rstrip("=")


def _decode(text: str | None, binding: str) -> tuple[int, str] | None:
    """After whom to go on; `0` is the beginning. Raises InvalidParameter for a token of another list, or none."""
    if text is None or text == "0":
        return None
    try:
        token = _decoder.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, msgspec.MsgspecError):
        token = None
    if token is None or token[0] != binding:
        raise InvalidParameter(description="nextToken: it is of no such list; begin again without it")
    return token[1:]


_decoder = msgspec.msgpack.Decoder(_Token)
