from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rili.delivery.sending import Sending, Undelivered
from rili.store import deliveries, delivery_list
from rili.store.db import Database, Tx
from rili.store.deliveries import Delivery, NewDelivery
from rili.store.delivery_list import Which
from tests.delivery.conftest import CORP, NOW_MS


class Clock:
    def __init__(self) -> None:
        self.now_ms = NOW_MS

    def __call__(self) -> int:
        return self.now_ms


FAILED = Which(channel="http", receiver="app", state="failed")


class Receivers:
    """A transport whose receivers keep what they get; *refuse* says which ids fail, how often."""

    channel = "http"
    at_once = 4
    lease_ms = 30_000
    delays_ms = (10_000, 30_000)

    def __init__(self, refuse: dict[str, int] | None = None) -> None:
        self.got: list[str] = []
        self.refuse = refuse or {}
        self.final = False
        self.away: set[str] = set()

    def receivers(self) -> list[str] | None:
        return [one for one in ("app", "other") if one not in self.away] if self.away else None

    async def send(self, delivery: Delivery) -> None:
        if self.refuse.get(delivery.id, 0) > 0:
            self.refuse[delivery.id] -= 1
            raise Undelivered("refused", final=self.final)
        self.got.append(delivery.id)


def new(name: str, *, receiver: str = "app", subject: str | None = None) -> NewDelivery:
    """`e1.2` is the second of the subject `e1`."""
    return NewDelivery(
        "http", receiver, subject or name.split(".")[0], name, "calendar_event_change", NOW_MS, "{}"
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(db: Database, run: Callable[..., Any]) -> Callable[..., None]:
    def queue(*some: NewDelivery) -> None:
        run(db.write(lambda tx: deliveries.add(tx, CORP, some, now_ms=NOW_MS)))

    return queue


def work(run: Callable[..., Any], *sendings: Sending) -> None:
    """Until nothing is due."""

    async def steps() -> None:
        while any([await one.step() for one in sendings]):
            for one in sendings:
                await one.rest()

    run(steps())


def left(tx: Tx) -> tuple[int, int]:
    """How many deliveries and lines there are."""
    found = tx.one("SELECT (SELECT COUNT(*) FROM deliveries), (SELECT COUNT(*) FROM delivery_lines)")
    assert found is not None
    return found[0], found[1]


def test_each_subject_in_order(db, run, queue, clock) -> None:
    receivers = Receivers()
    names = [f"e{subject}.{number:03}" for number in range(40) for subject in range(3)]
    queue(*(new(name) for name in names))

    work(run, Sending(db, receivers, clock))

    assert sorted(receivers.got) == sorted(names)
    for subject in ("e0", "e1", "e2"):
        ours = [name for name in receivers.got if name.startswith(subject)]
        assert ours == sorted(ours)
    assert run(db.read(left)) == (0, 0)


def test_again_after_ten_and_thirty_seconds_then_given_up(db, run, queue, clock) -> None:
    receivers = Receivers({"e1.1": 3})
    queue(new("e1.1"), new("e1.2"), new("e2.1"))
    sending = Sending(db, receivers, clock)

    work(run, sending)
    assert receivers.got == ["e2.1"]  # what follows in e1 waits for its turn
    for wait_ms, expected in ((9_999, 2), (1, 1), (29_999, 1), (1, 0)):
        clock.now_ms += wait_ms
        work(run, sending)
        assert receivers.refuse["e1.1"] == expected
    assert receivers.got == ["e2.1", "e1.2"]
    given_up = run(db.read(lambda tx: delivery_list.find(tx, CORP, FAILED, 9)))
    assert [(one.id, one.attempts, one.error, one.failed_ms) for one in given_up] == [
        ("e1.1", 3, "refused", NOW_MS + 40_000)
    ]
    assert run(db.read(left)) == (1, 0)


def test_what_cannot_succeed_is_given_up_at_once(db, run, queue, clock) -> None:
    receivers = Receivers({"e1.1": 1})
    receivers.final = True
    queue(new("e1.1"), new("e1.2"))
    work(run, Sending(db, receivers, clock))
    assert receivers.got == ["e1.2"]


def test_a_defect_counts_as_an_attempt(db, run, queue, clock) -> None:
    class Broken(Receivers):
        async def send(self, delivery: Delivery) -> None:
            if delivery.id == "e1.1":
                raise RecursionError("too deep")
            await super().send(delivery)

    receivers = Broken()
    queue(new("e1.1"), new("e1.2"))
    sending = Sending(db, receivers, clock)
    for wait_ms in (0, 10_000, 30_000):
        clock.now_ms += wait_ms
        work(run, sending)
    given_up = run(db.read(lambda tx: delivery_list.find(tx, CORP, FAILED, 9)))
    assert [(one.id, one.attempts, one.error) for one in given_up] == [
        ("e1.1", 3, "a defect: RecursionError")
    ]
    assert receivers.got == ["e1.2"]


def test_receivers_that_are_away_are_waited_for(db, run, queue, clock) -> None:
    receivers = Receivers()
    receivers.away = {"app"}
    queue(new("e1.1"), new("e1.2", receiver="other"))
    sending = Sending(db, receivers, clock)
    work(run, sending)
    assert receivers.got == ["e1.2"]
    clock.now_ms += 86_400_000
    receivers.away.clear()
    work(run, sending)
    assert receivers.got == ["e1.2", "e1.1"]


def test_a_line_that_somebody_abandoned_is_gone_on_with(db, run, queue, clock) -> None:
    queue(new("e1.1"))
    held = run(
        db.write(
            lambda tx: deliveries.take_lines(
                tx, "http", CORP, "app", now_ms=NOW_MS, until_ms=NOW_MS + 30_000, limit=9
            )
        )
    )
    assert len(held) == 1
    receivers = Receivers()
    sending = Sending(db, receivers, clock)
    work(run, sending)
    assert receivers.got == []  # it may still be alive
    clock.now_ms += 30_000
    work(run, sending)
    assert receivers.got == ["e1.1"]
    assert run(db.write(lambda tx: deliveries.keep_line(tx, held[0], NOW_MS + 99_000))) is None


def test_what_is_queued_meanwhile_is_not_left_behind(db, run, queue, clock) -> None:
    class Busy(Receivers):
        async def send(self, delivery: Delivery) -> None:
            await super().send(delivery)
            if delivery.id == "e1.1":
                await db.write(lambda tx: deliveries.add(tx, CORP, [new("e1.2")], now_ms=NOW_MS))

    receivers = Busy()
    queue(new("e1.1"))
    work(run, Sending(db, receivers, clock))
    assert receivers.got == ["e1.1", "e1.2"]
    assert run(db.read(left)) == (0, 0)


def test_two_workers_share(db, run, queue, clock) -> None:
    receivers = Receivers()
    names = [f"e{subject}.{number}" for subject in range(20) for number in range(3)]
    queue(*(new(name) for name in names))
    work(run, Sending(db, receivers, clock), Sending(db, receivers, clock))
    assert sorted(receivers.got) == sorted(names)
