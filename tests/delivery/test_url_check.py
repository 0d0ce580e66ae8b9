from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from rili.config import LOOPBACK
from rili.delivery import callback
from rili.delivery.outgoing import Outgoing
from rili.delivery.url_check import check_url_of_suite
from rili.errors import CallbackRefused
from tests.delivery.conftest import NOW_MS
from tests.receiver import Receiver, receiving, says, sends


async def check(receiver: Receiver, *, again: bool) -> None:
    whom = callback.Receiver(receiver.url, receiver.token, receiver.aes_key, receiver.owner)
    async with Outgoing(LOOPBACK) as outgoing:
        await check_url_of_suite(
            outgoing, whom, again=again, new_bytes=os.urandom, now_ms=NOW_MS, timeout_ms=20_000
        )


@pytest.mark.parametrize("again", [False, True])
def test_an_enterprise_app_repeats_what_it_is_sent(run: Callable[..., Any], again: bool) -> None:
    with receiving("suiteowner") as receiver:
        run(check(receiver, again=again))
        (asked,) = receiver.checks
    event_type = "check_update_suite_url" if again else "check_create_suite_url"
    assert asked == {"EventType": event_type, "Random": asked["Random"], "TestSuiteKey": "suiteowner"}
    assert len(asked["Random"]) == 16


@pytest.mark.parametrize(
    ("answer", "why"), [(says("success"), "not the Random"), (sends(404), "answers 404")]
)
def test_one_that_does_not(run: Callable[..., Any], answer: Any, why: str) -> None:
    with receiving("suiteowner") as receiver:
        receiver.answer = answer
        with pytest.raises(CallbackRefused) as refused:
            run(check(receiver, again=False))
    assert refused.value.fault == "reply"
    assert why in refused.value.reason
