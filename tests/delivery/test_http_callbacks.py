from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from typing import Any

import pytest

from rili.actions import push_settings
from rili.actions.push_settings import Push
from rili.auth.sealing import SecretKey
from rili.config import LOOPBACK
from rili.delivery.bell import Bell
from rili.delivery.http_callbacks import HttpCallbacks
from rili.delivery.outgoing import Outgoing
from rili.delivery.sending import Sending
from rili.delivery.worker import Worker
from rili.store import deliveries, failed_deliveries
from rili.store.db import Database
from rili.store.deliveries import NewDelivery
from tests.delivery.conftest import CORP, NOW_MS
from tests.delivery.test_sending import Clock
from tests.people import add_app
from tests.receiver import Answer, Handler, Receiver, dribbles, hangs, receiving, success

KEY = SecretKey(os.urandom(32).hex(), os.urandom)
MANY = 24


class Scene:
    """An app with a receiver, and a worker that delivers to it."""

    def __init__(self, db: Database, run: Callable[..., Any], receiver: Receiver) -> None:
        self.db, self.run, self.receiver = db, run, receiver
        self.clock = Clock()
        self.app_key = run(db.write(lambda tx: add_app(tx, CORP)))[0].app_key
        receiver.owner = self.app_key

    def set(self, **changed: Any) -> None:
        settings = {
            "app_key": self.app_key,
            "mode": "http",
            "url": self.receiver.url,
            "token": self.receiver.token,
            "aes_key": self.receiver.aes_key,
        }
        push = Push(**settings | changed)
        self.run(self.db.write(lambda tx: push_settings.set_push(tx, push, KEY, now_ms=NOW_MS)))

    def queue(self, *names: str) -> None:
        new = [
            NewDelivery("http", self.app_key, name.split(".")[0], name, "calendar_event_change", NOW_MS, "{}")
            for name in names
        ]
        self.run(self.db.write(lambda tx: deliveries.add(tx, CORP, new, now_ms=NOW_MS)))

    def deliver(self, *, key: SecretKey | None = KEY, timeout_ms: int = 20_000) -> None:
        """All that is due."""

        async def work() -> None:
            outgoing = Outgoing(LOOPBACK)
            transport = HttpCallbacks(self.db, outgoing, key, self.clock, os.urandom, timeout_ms=timeout_ms)
            duty = Sending(self.db, transport, self.clock)
            worker = Worker([duty], Bell(), [outgoing.close])
            await worker.settle()
            async with worker.running():  # whose end lets go of the connections
                pass

        self.run(work())

    def failed(self) -> list[tuple[str, int, str | None]]:
        found = self.run(
            self.db.read(
                lambda tx: failed_deliveries.born_between(tx, CORP, self.app_key, to_ms=NOW_MS, limit=99)
            )
        )
        return [(one.id, one.attempts, one.error) for one in found]

    def got(self) -> list[str]:
        return [one["EventId"] for one in self.receiver.got]


@pytest.fixture
def scene(db: Database, run: Callable[..., Any]) -> Any:
    with receiving("") as receiver:
        yield Scene(db, run, receiver)


@pytest.mark.parametrize("legacy", [False, True])
def test_whom_it_is_encrypted_for(scene: Scene, legacy: bool) -> None:
    """The app; the organisation, when the app registered its address itself. Its receiver insists."""
    scene.receiver.owner = CORP if legacy else scene.app_key
    scene.set(legacy=legacy)
    scene.queue("e1.1")
    scene.deliver()
    assert scene.got() == ["e1.1"]


def test_many(scene: Scene) -> None:
    """Over few connections, each event's in order."""
    names = [f"e{subject}.{number}" for number in range(3) for subject in range(MANY)]
    scene.set()
    scene.queue(*names)
    scene.deliver()
    assert sorted(scene.got()) == sorted(names)
    for subject in range(MANY):
        ours = [name for name in scene.got() if name.startswith(f"e{subject}.")]
        assert ours == sorted(ours)


@pytest.mark.parametrize("answer", [hangs, dribbles])
def test_who_takes_too_long(scene: Scene, answer: Answer) -> None:
    scene.set()
    scene.receiver.answer = answer
    scene.queue("e1.1")
    for wait_ms in (0, 10_000, 30_000):
        scene.clock.now_ms += wait_ms
        scene.deliver(timeout_ms=100)
    assert scene.got() == ["e1.1"] * 3
    assert scene.failed() == [("e1.1", 3, "timeout: it does not answer within 100 ms")]


@pytest.mark.parametrize("now", ["removed", "stream"])
def test_who_is_told_otherwise_now(scene: Scene, now: str) -> None:
    """What waited is not told at the address of before, and can be read among what failed."""
    scene.set()
    scene.queue("e1.1", "e1.2")
    if now == "removed":
        scene.run(scene.db.write(lambda tx: push_settings.turn_off(tx, scene.app_key, now_ms=NOW_MS)))
    else:
        scene.set(mode="stream", url=None, token=None, aes_key=None)
    scene.deliver()
    assert scene.receiver.requests == []
    why = "the app is told by HTTP callback no more"
    assert scene.failed() == [("e1.1", 1, why), ("e1.2", 1, why)]


@pytest.mark.parametrize("key", [None, SecretKey("00" * 32, os.urandom)], ids=["no key", "another key"])
def test_a_worker_without_the_key_gives_nothing_up(scene: Scene, key: SecretKey | None) -> None:
    scene.set()
    scene.queue("e1.1")
    scene.deliver(key=key)
    assert (scene.got(), scene.failed()) == ([], [])
    scene.clock.now_ms += 60_000
    scene.deliver()
    assert scene.got() == ["e1.1"]


def test_what_is_changed_counts_from_the_next_attempt_on(scene: Scene) -> None:
    scene.set(token="another1")
    scene.queue("e1.1")
    scene.deliver()
    assert scene.got() == []
    scene.set()
    scene.clock.now_ms += 10_000
    scene.deliver()
    assert scene.got() == ["e1.1"]


def test_a_stop_does_not_wait_for_who_hangs(scene: Scene) -> None:
    """What was begun is as a crash would leave it, and is sent again."""
    scene.set()
    begun = threading.Event()

    def hang(handler: Handler, text: str) -> None:
        begun.set()
        hangs(handler, text)

    scene.receiver.answer = hang
    scene.queue("e1.1")

    async def begin_and_stop() -> None:
        outgoing = Outgoing(LOOPBACK)
        transport = HttpCallbacks(scene.db, outgoing, KEY, scene.clock, os.urandom, timeout_ms=20_000)
        duty = Sending(scene.db, transport, scene.clock)
        assert await duty.step() == 1
        await asyncio.to_thread(begun.wait)
        await outgoing.close()
        await duty.rest()

    scene.run(begin_and_stop())
    scene.receiver.let_go.set()
    scene.receiver.answer = success
    scene.clock.now_ms += 60_000
    scene.deliver()
    assert scene.got() == ["e1.1", "e1.1"]
