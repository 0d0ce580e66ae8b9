"""Request bodies: read within bounds, decoded into structs, refused with the place and the rule (decision 5)."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, TypeVar

import msgspec
from starlette.types import Message, Receive

from rili.errors import InvalidParameter, Missingbody, RequestTooLarge

BODY_BYTES = 1024 * 1024
NESTING = 32
RULE_CHARACTERS = 200
"""How much of a broken rule an answer quotes: it may hold the value that was sent."""

T = TypeVar("T")

# Matches an unclosed string too: otherwise each of its escaped quotes would start a search to the end.
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_PYTHON_TYPE = re.compile(r"\b(?:str|int|float|bool)\b")
_JSON_TYPES = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}
_ESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


async def receive_body(receive: Receive, announced: str | None) -> bytes:
    """The whole body. Raises RequestTooLarge as soon as it is known to be; *announced* is Content-Length."""
    if announced is not None and announced.isdecimal():
        digits = announced.lstrip("0")
        # Python refuses to read numbers of thousands of digits.
        if len(digits) > 9 or int(digits or "0") > BODY_BYTES:
            raise RequestTooLarge(BODY_BYTES)
    body = bytearray()
    more = True
    while more:
        message = await receive()
        body += _part(message)
        if len(body) > BODY_BYTES:
            raise RequestTooLarge(BODY_BYTES)
        more = message.get("more_body", False)
    return bytes(body)


def decode_json(raw: bytes, kind: type[T]) -> T:
    """*raw* as *kind*. Raises Missingbody when there is none, InvalidParameter for anything but what fits."""
    if not raw or raw.isspace():
        raise Missingbody
    _check_nesting(raw)
    if b"\\u0000" in raw and _ESCAPED_NUL.search(raw):
        raise InvalidParameter(description="body: a text holds the character NUL, which cannot be stored")
    try:
        return _decoder(kind).decode(raw)
    except msgspec.ValidationError as error:
        raise InvalidParameter(description=_where(str(error))) from None
    except msgspec.DecodeError as error:
        raise InvalidParameter(description=f"body: {error}") from None
    except UnicodeDecodeError:
        raise InvalidParameter(description="body: it is not UTF-8") from None


@cache
def _decoder(kind: type[T]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def _part(message: Message) -> bytes:
    if message["type"] == "http.disconnect":
        raise ConnectionAbortedError("the client left before its body was read")
    return message.get("body", b"")


def _check_nesting(raw: bytes) -> None:
    """Raises InvalidParameter for more than NESTING levels. Brackets are few in real bodies: mostly one count."""
    if raw.count(b"{") + raw.count(b"[") <= NESTING:
        return
    depth = 0
    for byte in _STRING.sub(b"", raw):
        if byte in b"{[":
            depth += 1
            if depth > NESTING:
                raise InvalidParameter(description=f"body: nested more than {NESTING} levels deep")
        elif byte in b"}]":
            depth -= 1


def _where(text: str) -> str:
    """msgspec's text with the member first, in JSON's words: `attendees[0].id: expected string, got number`."""
    # From the right, and not all of it: the rule may quote what the caller sent.
    rule, at, path = text.rpartition(" - at `$")
    if not at:
        rule, path = text, ""
    field = path.removesuffix("`").lstrip(".") or "body"
    if rule.startswith("Expected"):
        rule = _PYTHON_TYPE.sub(lambda match: _JSON_TYPES[match[0]], rule)
    rule = rule.replace("`", "").replace(" | null", "")
    return f"{field}: {rule[:1].lower()}{rule[1:RULE_CHARACTERS]}"
