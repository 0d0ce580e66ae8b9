"""What is sent to a receiver, and which answers count."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

import pytest

from rili.config import LOOPBACK
from rili.delivery import callback
from rili.delivery.outgoing import LARGEST, Fault, Outgoing, Unanswered
from tests.delivery.conftest import NOW_MS
from tests.receiver import Answer, Receiver, dies, dribbles, hangs, receiving, replies, says, sends

TEXT = '{"EventType":"user_add_org","名":"王"}'


async def tell(receiver: Receiver, *, timeout_ms: int = 20_000, **otherwise: str) -> Fault | None:
    """What is at fault."""
    whom = callback.Receiver(
        **{
            "url": receiver.url,
            "token": receiver.token,
            "aes_key": receiver.aes_key,
            "owner_key": receiver.owner,
        }
        | otherwise
    )
    async with Outgoing(LOOPBACK) as outgoing:
        try:
            await callback.tell(
                outgoing, whom, TEXT, new_bytes=os.urandom, now_ms=NOW_MS, timeout_ms=timeout_ms
            )
        except Unanswered as unanswered:
            return unanswered.fault
    return None


@pytest.mark.parametrize("query", ["", "?", "?app=1&x=%2F"])
def test_what_a_receiver_gets(run: Callable[..., Any], query: str) -> None:
    with receiving("dingowner") as receiver:
        receiver.url += query
        assert run(tell(receiver)) is None
        assert receiver.got == [json.loads(TEXT)]
        assert receiver.requests[0].startswith(f"/callback{query}{'&' if query else '?'}signature=")
        assert f"&timestamp={NOW_MS}&nonce=" in receiver.requests[0]


GOOD = {
    "a number for timeStamp": replies(lambda reply: reply | {"timeStamp": 1783610513}),
    "more members": replies(lambda reply: reply | {"more": [1]}),
}
NO_JSON = {
    "nothing": sends(200),
    "text": sends(200, b"success"),
    "text as JSON": sends(200, b'"success"'),
    "a list": replies(lambda reply: [reply]),
    "no UTF-8": sends(200, b'{"encrypt":"\xff"}'),
    "deep": sends(200, b"[" * 30_000),
    "deep in a member": sends(200, b'{"more":' + b"[" * 30_000),
    **{
        f"no {name}": replies(lambda reply, name=name: {n: v for n, v in reply.items() if n != name})
        for name in ("msg_signature", "timeStamp", "nonce", "encrypt")
    },
    "timestamp in small letters": replies(
        lambda reply: {("timestamp" if n == "timeStamp" else n): v for n, v in reply.items()}
    ),
}
UNREADABLE = {
    "another signature": replies(lambda reply: reply | {"msg_signature": "0" * 40}),
    "another nonce": replies(lambda reply: reply | {"nonce": "x"}),
    "another time": replies(lambda reply: reply | {"timeStamp": "1"}),
    "not encrypted": replies(lambda reply: reply | {"encrypt": "success"}),
    "half a character": replies(lambda reply: reply | {"nonce": "\ud800"}),
}
OTHER_TEXTS = {text or "empty": says(text) for text in ("", "Success", "success\n", "fail")}
STATUSES = {
    "204": sends(204),
    "301": sends(301, location="/elsewhere"),
    "307": sends(307, location="/callback"),
    "404": sends(404, b"{}"),
    "500": sends(500, b"boom"),
    "huge": sends(200, b" " * (LARGEST + 1)),
}


@pytest.mark.parametrize("answer", GOOD.values(), ids=GOOD.keys())
def test_good_answers(run: Callable[..., Any], answer: Answer) -> None:
    with receiving("dingowner") as receiver:
        receiver.answer = answer
        assert run(tell(receiver)) is None


BAD = NO_JSON | UNREADABLE | OTHER_TEXTS | STATUSES


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD.keys())
def test_bad_answers(run: Callable[..., Any], answer: Answer) -> None:
    with receiving("dingowner") as receiver:
        receiver.answer = answer
        assert run(tell(receiver)) == "reply"
        assert len(receiver.requests) == 1


def test_no_answer(run: Callable[..., Any]) -> None:
    with receiving("dingowner") as receiver:
        receiver.answer = dies
        assert run(tell(receiver)) == "unreachable"
        for silent in (hangs, dribbles):
            receiver.answer = silent
            assert run(tell(receiver, timeout_ms=100)) == "timeout"


def test_who_has_another_key_does_not_understand(run: Callable[..., Any]) -> None:
    with receiving("dingowner") as receiver:
        for otherwise in (
            {"token": "another1"},
            {"aes_key": "a" * 43},
            {"owner_key": "dinganother"},
        ):
            assert run(tell(receiver, **otherwise)) == "unreachable"
        assert receiver.got == []
