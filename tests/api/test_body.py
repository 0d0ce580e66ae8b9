"""Bodies within bounds: decision 5."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from contextlib import suppress
from functools import reduce
from time import process_time
from typing import Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.types import Message

from rili.api.body import BODY_BYTES, NESTING, decode_json, receive_body
from rili.errors import Failure, InvalidParameter, Missingbody, RequestTooLarge
from tests.properties import everyday


class Inner(msgspec.Struct, rename="camel"):
    is_optional: bool | None = None
    id: str | None = None


class Body(msgspec.Struct, rename="camel"):
    summary: str | None = None
    attendees: tuple[Inner, ...] = ()


def receive(*parts: bytes, announced: str | None = None, more: bool = False) -> tuple[bytes, int]:
    """The body that comes of *parts*, and how many of them were taken. *more*: and then the client leaves."""
    messages: list[Message] = [
        {"type": "http.request", "body": part, "more_body": more or number < len(parts)}
        for number, part in enumerate(parts, start=1)
    ]
    messages.append({"type": "http.disconnect"})
    coming = iter(messages)
    taken = 0

    async def next_message() -> Message:
        nonlocal taken
        taken += 1
        return next(coming)

    return asyncio.run(receive_body(next_message, announced)), taken


@pytest.mark.parametrize(
    ("parts", "body"),
    [
        pytest.param([b""], b"", id="none"),
        pytest.param([b"{}"], b"{}", id="in one piece"),
        pytest.param([b"{", b"", b'"a"', b":1}", b""], b'{"a":1}', id="in pieces, some of them empty"),
        pytest.param([b"x" * BODY_BYTES], b"x" * BODY_BYTES, id="a mebibyte"),
        pytest.param(
            [b"x"] * 1000 + [b"x" * (BODY_BYTES - 1000)], b"x" * BODY_BYTES, id="a mebibyte in pieces"
        ),
    ],
)
def test_a_body_is_put_together(parts: list[bytes], body: bytes) -> None:
    assert receive(*parts) == (body, len(parts))


def test_a_message_may_lack_its_members() -> None:
    async def once() -> Message:
        return {"type": "http.request"}

    assert asyncio.run(receive_body(once, None)) == b""


@pytest.mark.parametrize(
    "announced",
    [
        pytest.param(None, id="not said"),
        pytest.param("2", id="as it is"),
        pytest.param(str(BODY_BYTES), id="a mebibyte"),
        pytest.param("0" * 5000 + "2", id="many zeros"),
        pytest.param("", id="empty"),
        pytest.param("-1", id="negative: the server's matter"),
        pytest.param("two", id="no number: the server's matter"),
        pytest.param("\u00b2", id="a raised two"),
    ],
)
def test_what_is_announced_within_bounds_is_read(announced: str | None) -> None:
    assert receive(b"{}", announced=announced) == (b"{}", 1)


@pytest.mark.parametrize(
    "announced",
    [
        pytest.param(str(BODY_BYTES + 1), id="a byte more"),
        pytest.param("9" * 20, id="more than 64 bits"),
        pytest.param("9" * 5000, id="more digits than Python reads"),
    ],
)
def test_what_is_announced_beyond_bounds_is_not_even_read(announced: str) -> None:
    with pytest.raises(RequestTooLarge):
        receive(announced=announced)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([b"x" * (BODY_BYTES + 1)], id="in one piece"),
        pytest.param([b"x" * BODY_BYTES, b"x"], id="in two"),
        pytest.param([b"x" * 65_536] * 17, id="in many"),
    ],
)
@pytest.mark.parametrize("announced", [None, "2"])
def test_a_longer_body_is_refused(parts: list[bytes], announced: str | None) -> None:
    with pytest.raises(RequestTooLarge) as refused:
        receive(*parts, announced=announced)

    assert (refused.value.status, refused.value.code) == (413, "invalidParameter")
    assert refused.value.headers["connection"] == "close"


def test_a_longer_body_is_refused_as_soon_as_it_is() -> None:
    def endless() -> Iterable[Message]:
        while True:
            yield {"type": "http.request", "body": b"x" * 65_536, "more_body": True}

    coming, taken = iter(endless()), 0

    async def next_message() -> Message:
        nonlocal taken
        taken += 1
        return next(coming)

    with pytest.raises(RequestTooLarge):
        asyncio.run(receive_body(next_message, None))
    assert taken == 17


@pytest.mark.parametrize("parts", [pytest.param([], id="at once"), pytest.param([b"{"], id="in the middle")])
def test_a_client_that_leaves(parts: list[bytes]) -> None:
    with pytest.raises(ConnectionAbortedError):
        receive(*parts, more=True)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b" ", id="space"),
        pytest.param(b"\r\n\t ", id="white space"),
    ],
)
def test_no_body(raw: bytes) -> None:
    with pytest.raises(Missingbody) as refused:
        decode_json(raw, Body)

    assert (refused.value.code, refused.value.message) == (
        "Missingbody",
        "body is mandatory for this action.",
    )


@pytest.mark.parametrize(
    ("raw", "summary"),
    [
        pytest.param(b"{}", None, id="empty object"),
        pytest.param(b' \r\n\t{ "summary" : "S" } \n', "S", id="white space around"),
        pytest.param(b'{"summary":null}', None, id="null"),
        pytest.param(b'{"summary":"a","summary":"b"}', "b", id="the last of a name"),
        pytest.param('{"summary":"日程📅"}'.encode(), "日程📅", id="UTF-8"),
        pytest.param(b'{"summary":"\\ud83d\\udcc5"}', "📅", id="a pair of surrogates"),
        pytest.param(b'{"summary":"\\u65e5\\n\\/\\\\"}', "日\n/\\", id="escapes"),
        pytest.param(b'{"summary":"\\u0001\\u007f"}', "\x01\x7f", id="control characters other than NUL"),
        pytest.param(b'{"summary":"\\\\u0000"}', "\\u0000", id="an escaped backslash before u0000"),
        pytest.param(b'{"summary":"\\\\\\\\u0000"}', "\\\\u0000", id="two of them"),
        pytest.param(b'{"summary":"u0000"}', "u0000", id="u0000 without a backslash"),
        pytest.param(
            b'{"other":[1e400,"x"],"Summary":"X"}', None, id="unknown members, and names by their case"
        ),
    ],
)
def test_a_body_that_can_be_read(raw: bytes, summary: str | None) -> None:
    assert decode_json(raw, Body).summary == summary


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b'{"summary":"a\\u0000b"}', id="in a text"),
        pytest.param(b'{"summary":"\\\\\\u0000"}', id="after an escaped backslash"),
        pytest.param(b'{"summary":"\\\\\\\\\\u0000"}', id="after two of them"),
        pytest.param(b'{"\\u0000":1}', id="in a name"),
        pytest.param(b'{"summary":"\\\\u0000 \\u0000"}', id="after one that is none"),
    ],
)
def test_nul_cannot_be_stored(raw: bytes) -> None:
    with pytest.raises(InvalidParameter, match="NUL"):
        decode_json(raw, Body)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b'{"summary":"a\x00b"}', id="NUL itself"),
        pytest.param(b"\x00", id="NUL alone"),
        pytest.param(b"\xef\xbb\xbf{}", id="byte order mark"),
        pytest.param('{"summary":"S"}'.encode("utf-16"), id="UTF-16"),
        pytest.param(b'{"summary":"\xff"}', id="no UTF-8"),
        pytest.param(b'{"summary":"\xc0\xaf"}', id="overlong UTF-8"),
        pytest.param(b'{"summary":"\xed\xa0\x80"}', id="a surrogate as UTF-8"),
        pytest.param(b'{"summary":"\xf4\x90\x80\x80"}', id="beyond Unicode"),
        pytest.param(b'{"summary":"\\ud800"}', id="a high surrogate alone"),
        pytest.param(b'{"summary":"\\ud800 and more"}', id="a high surrogate, and more"),
        pytest.param(b'{"summary":"\\udc00x"}', id="a low surrogate alone"),
        pytest.param(b'{"summary":"\\udc00\\ud800"}', id="surrogates the wrong way round"),
        pytest.param(b'{"summary":"\\u12"}', id="half an escape"),
        pytest.param(b'{"summary":"\\x41"}', id="no such escape"),
        pytest.param(b'{"summary":"a\nb"}', id="a line break in a text"),
        pytest.param(b'{"summary":"S"', id="cut short"),
        pytest.param(b'{"summary":"S', id="cut short in a text"),
        pytest.param(b'{"summary":"S\\', id="cut short in an escape"),
        pytest.param(b'{"summary":"S",}', id="a comma too many"),
        pytest.param(b'{"summary":"S"}{}', id="two objects"),
        pytest.param(b"{'summary':'S'}", id="single quotes"),
        pytest.param(b'{summary:"S"}', id="no quotes"),
        pytest.param(b'{"summary":"S"} // why', id="a comment"),
        pytest.param(b'{"other":NaN}', id="NaN"),
        pytest.param(b'{"other":-Infinity}', id="Infinity"),
        pytest.param(b'{"other":01}', id="a number with a zero before it"),
        pytest.param(b"summary=S&id=e1", id="a form"),
        pytest.param(b"null", id="null"),
        pytest.param(b"[]", id="an array"),
        pytest.param(b'"{}"', id="a text"),
        pytest.param(b"7", id="a number"),
        pytest.param(b"9" * 5000, id="a number of more digits than Python reads"),
        pytest.param(b'{"summary":' + b"9" * 5000 + b"}", id="such a number for a text"),
        pytest.param(b'{"summary":-1e999}', id="a number beyond floats"),
    ],
)
def test_decision_5_malformed_or_no_object(raw: bytes) -> None:
    with pytest.raises(InvalidParameter) as refused:
        decode_json(raw, Body)

    assert (refused.value.status, refused.value.code) == (400, "invalidParameter")
    assert refused.value.description


@pytest.mark.parametrize(
    ("body", "description"),
    [
        pytest.param({"summary": 1}, "summary: expected string, got integer", id="at the top"),
        pytest.param(
            {"attendees": [{}, {"isOptional": "no"}]},
            "attendees[1].isOptional: expected boolean, got string",
            id="deep",
        ),
        pytest.param([], "body: expected object, got array", id="the whole"),
    ],
)
def test_decision_17_a_wrong_type_is_told_with_its_member(body: object, description: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        decode_json(json.dumps(body).encode(), Body)

    assert refused.value.description == description


class Choice(msgspec.Struct):
    way: Literal["in", "out"]


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param("x - at `$.other`", id="that reads like msgspec's own"),
        pytest.param("y" * 100_000, id="that is long"),
        pytest.param("`|` null", id="with marks that are taken out"),
    ],
)
def test_a_refusal_quotes_a_value_safely(sent: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        decode_json(json.dumps({"way": sent}).encode(), Choice)

    description = refused.value.description or ""
    assert description.startswith("way: invalid enum value '")
    assert len(description) < 300


def nested(depth: int, opening: str = '{"a":', closing: str = "}") -> bytes:
    """A body of that many levels, the outermost counted."""
    return ('{"other":' + opening * (depth - 1) + "1" + closing * (depth - 1) + "}").encode()


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('["]{",', "]")])
def test_as_deep_as_a_body_may_be(opening: str, closing: str) -> None:
    assert decode_json(nested(NESTING, opening, closing), Body) == Body()


@pytest.mark.parametrize("depth", [NESTING + 1, 1_000, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('["]","\\"]",', "]")])
def test_deeper_than_a_body_may_be(depth: int, opening: str, closing: str) -> None:
    with pytest.raises(InvalidParameter, match="32 levels"):
        decode_json(nested(depth, opening, closing), Body)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"summary": "[" * 1000 + "{" * 1000}, id="in a text"),
        pytest.param({"summary": '"[{' * 100}, id="after quotes in a text"),
        pytest.param({"summary": '\\"[' * 100}, id="after a backslash and a quote in a text"),
        pytest.param({"summary": "\\" * 7 + "[" * 100}, id="after backslashes in a text"),
        pytest.param({"[" * 100: 1}, id="in a name"),
        pytest.param({"attendees": [{"id": "u"}] * 500}, id="beside each other"),
    ],
)
def test_brackets_that_are_no_levels(body: dict[str, object]) -> None:
    decode_json(json.dumps(body).encode(), Body)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"[" * 33 + b'"' + b'\\"' * 500_000, id="a text without end, of escaped quotes"),
        pytest.param(b'{"summary":"' + b"\\\\" * 500_000 + b'u0000"}' + b"[" * 33, id="backslashes"),
        pytest.param(b'{"summary":"' + b"\\\\u0000" * 140_000 + b'"}', id="almost NUL"),
        pytest.param(b'{"a":[' + b"[]," * 300_000 + b"1]}", id="many small arrays"),
        pytest.param(b"[" * 1_000_000, id="arrays only"),
        pytest.param(b"[]" * 500_000, id="arrays after each other"),
        pytest.param(b'"' * 1_000_000 + b"[" * 33, id="quotes"),
    ],
)
def test_a_mebibyte_costs_little_whatever_it_holds(raw: bytes) -> None:
    began = process_time()
    with suppress(Failure):
        decode_json(raw, Body)

    assert process_time() - began < 2, "what should take tens of milliseconds grows faster than the body"


def depth_of(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth_of, inner), default=0)


NOISE = st.text('[]{}"\\ud:,', max_size=40)
SPINES = st.builds(
    lambda kinds, noise: reduce(
        lambda inner, is_list: [noise, inner] if is_list else {noise: inner}, kinds, noise
    ),
    st.lists(st.booleans(), min_size=25, max_size=40),
    NOISE,
)


@everyday
@given(SPINES)
def test_levels_are_counted_as_json_has_them(value: object) -> None:
    raw = json.dumps({"other": value}).encode()

    if depth_of({"other": value}) <= NESTING:
        assert decode_json(raw, Body) == Body()
    else:
        with pytest.raises(InvalidParameter, match="32 levels"):
            decode_json(raw, Body)


@everyday
@given(st.text('\\u0"n', max_size=30))
def test_nul_is_found_wherever_it_is(text: str) -> None:
    raw = b'{"summary":"' + text.encode() + b'"}'
    try:
        expected = json.loads(raw)["summary"]
    except (ValueError, KeyError):
        return

    if "\0" in expected:
        with pytest.raises(InvalidParameter, match="NUL"):
            decode_json(raw, Body)
    else:
        assert decode_json(raw, Body).summary == expected
