"""Stream push on the wire: how it is opened, its frames, and the answers to them.

Source: the stream protocol page, and what the clients in Python, Node, Go and Java were seen to send.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import msgspec
from msgspec import Struct

EVENTS = ("EVENT", "*")
"""The subscription to all events; there is no other one to events."""


class Subscription(Struct):
    """One thing that a client wants to be told."""

    type: str = ""
    topic: str = ""


class OpenConnection(Struct, rename="camel"):
    """Body of `POST /v1.0/gateway/connections/open`. The last three say what the client is; nobody asks."""

    client_id: str = ""
    client_secret: str = ""
    subscriptions: list[Subscription] | None = None
    ua: Any = None
    local_ip: Any = None
    extras: Any = None


class OpenedConnection(Struct):
    """Its answer."""

    endpoint: str
    ticket: str


class _Frame(Struct, rename="camel"):
    spec_version: str
    type: str
    headers: dict[str, str]
    data: str


def event_frame(
    *,
    message_id: str,
    connection_id: str,
    now_ms: int,
    app_key: str,
    corp_id: str,
    event_type: str,
    event_id: str,
    born_ms: int,
    data: str,
) -> str:
    """An event; *data* is its business object as JSON text. Every header is text: Go and Java read nothing else."""
    event = {
        "eventType": event_type,
        "eventId": event_id,
        "eventCorpId": corp_id,
        "eventBornTime": str(born_ms),
        "eventUnifiedAppId": unified_app_id(app_key),
    }
    return _frame("EVENT", "*", message_id, connection_id, now_ms, event, data)


def system_frame(
    topic: str, content: Mapping[str, str], *, message_id: str, connection_id: str, now_ms: int
) -> str:
    """A word of the protocol's own: `ping`, which is answered with its own *content*, or `disconnect`."""
    data = msgspec.json.encode(content).decode()
    return _frame("SYSTEM", topic, message_id, connection_id, now_ms, {}, data)


def unified_app_id(app_key: str) -> str:
    """A UUID, the same for the same app."""
    return str(uuid5(NAMESPACE_URL, f"rili:app:{app_key}"))


def _frame(
    kind: str, topic: str, message_id: str, connection_id: str, now_ms: int, event: dict[str, str], data: str
) -> str:
    headers = {
        "topic": topic,
        "messageId": message_id,
        "connectionId": connection_id,
        "contentType": "application/json",
        "time": str(now_ms),
        **event,
    }
    return msgspec.json.encode(_Frame("1.0", kind, headers, data)).decode()


class Answer(Struct, frozen=True):
    """What a client says to a frame. *refusal*: why it wants it again; None when it has it."""

    message_id: str
    refusal: str | None


class _AnswerHeaders(Struct, rename="camel"):
    message_id: str


class _Answer(Struct):
    headers: _AnswerHeaders
    code: Any = None
    data: msgspec.Raw = msgspec.Raw(b"null")


class _Status(Struct):
    status: Any = None


def read_answer(raw: str | bytes) -> Answer | None:
    """None for what answers nothing. *raw* is whatever a client may send.

    Taken is what has code 200, unless its data is an object with the status LATER: Python sends back the event's own
    data instead of a status, Node and Java LATER with code 200.
    """
    try:
        found = _decode_answer(raw)
    except _NOT_JSON:
        return None
    message_id = found.headers.message_id
    # True is 1, not 200, to everybody but Python; 200.0 is 200 to everybody.
    if isinstance(found.code, bool) or not isinstance(found.code, int | float):
        return Answer(message_id, "the client answered without a code")
    if found.code != 200:
        return Answer(message_id, f"the client answered {found.code:.15g}")
    return Answer(message_id, "the client answered LATER" if _says_later(found.data) else None)


def _says_later(data: msgspec.Raw) -> bool:
    """Whether *data*, by the protocol JSON text, is or holds an object that says so."""
    try:
        raw = bytes(data)
        text = msgspec.json.decode(raw, type=str) if raw.startswith(b'"') else raw
        return _decode_status(text).status == "LATER"
    except _NOT_JSON:
        return False


_NOT_JSON = (msgspec.MsgspecError, UnicodeError, RecursionError)
_decode_answer = msgspec.json.Decoder(_Answer).decode
_decode_status = msgspec.json.Decoder(_Status).decode
