"""Whether an address can be told of events, asked of whoever answers there, before it is stored."""

from __future__ import annotations

import msgspec

from rili.delivery.callback import Receiver, exchange, tell
from rili.delivery.outgoing import Outgoing, Unanswered
from rili.errors import CallbackRefused
from rili.model.ids import NewBytes, opaque_id
from rili.wire.callback import CHECK_URL, check_suite_url


async def check_url(
    outgoing: Outgoing, receiver: Receiver, *, new_bytes: NewBytes, now_ms: int, timeout_ms: int
) -> None:
    """Of an internal app. Raises CallbackRefused."""
    text = msgspec.json.encode(CHECK_URL).decode()
    try:
        await tell(outgoing, receiver, text, new_bytes=new_bytes, now_ms=now_ms, timeout_ms=timeout_ms)
    except Unanswered as unanswered:
        raise _refused(unanswered) from None


async def check_url_of_suite(
    outgoing: Outgoing,
    receiver: Receiver,
    *,
    again: bool,
    new_bytes: NewBytes,
    now_ms: int,
    timeout_ms: int,
) -> None:
    """Of an enterprise app, which has to repeat what it is sent. Raises CallbackRefused."""
    random = opaque_id(new_bytes, 16)
    text = msgspec.json.encode(check_suite_url(receiver.owner_key, random, again=again)).decode()
    try:
        answer = await exchange(
            outgoing, receiver, text, new_bytes=new_bytes, now_ms=now_ms, timeout_ms=timeout_ms
        )
    except Unanswered as unanswered:
        raise _refused(unanswered) from None
    if answer != random:
        raise CallbackRefused("reply", f"url: it answers {answer[:40]!r}, not the Random that it was sent")


def _refused(unanswered: Unanswered) -> CallbackRefused:
    return CallbackRefused(unanswered.fault, f"url: {unanswered}")
