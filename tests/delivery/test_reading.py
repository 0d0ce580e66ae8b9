from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from rili.delivery.reading import CHANGES, Reading
from rili.store import organisations, outbox, outbox_readers
from rili.store.db import Database, Tx
from rili.store.outbox import Change
from rili.store.outbox_readers import Place
from tests.delivery.conftest import CORP, NOW_MS
from tests.store.conftest import go_on_when


class Keeper:
    """A reader that keeps what it is given, so many people at a time."""

    name = "keeper"

    def __init__(self, people: int = 9) -> None:
        self.people = people
        self.got: list[tuple[str, str, int]] = []
        self.ended = 0

    def begin(self, tx: Tx, corp_id: str) -> None:
        assert corp_id == CORP

    def take(self, tx: Tx, change: Change, people_done: int) -> int | None:
        self.got.append((change.event_id, change.kind, people_done))
        done = people_done + self.people
        return done if done < len(change.recipients) else None

    def end(self, tx: Tx) -> None:
        self.ended += 1


@pytest.fixture
def change(db: Database, run: Callable[..., Any]) -> Callable[..., None]:
    def change(event_id: str, recipients: int = 1) -> None:
        one = Change(
            CORP,
            event_id,
            "update",
            "app",
            "u0",
            NOW_MS,
            tuple(f"u{n}" for n in range(recipients)),
            after="{}",
        )
        run(db.write(lambda tx: outbox.add(tx, one)))

    return change


def read(run: Callable[..., Any], *readings: Reading) -> None:
    async def steps() -> None:
        while any([await one.step() for one in readings]):
            pass

    run(steps())


def test_each_change_once_and_in_order(db, run, change) -> None:
    keeper = Keeper()
    for number in range(CHANGES + 6):
        change(f"e{number:03}")
    reading = Reading(db, keeper)
    read(run, reading)
    change("e999")
    read(run, reading)
    assert [one[0] for one in keeper.got] == [*(f"e{number:03}" for number in range(CHANGES + 6)), "e999"]
    read(run, Reading(db, keeper))  # after a restart
    assert len(keeper.got) == CHANGES + 7
    assert keeper.ended == 3  # of the many, of the rest, of the last


def test_many_people_in_several_transactions(db, run, change) -> None:
    keeper = Keeper(people=2)
    change("e1")
    change("e2", recipients=5)
    change("e3")
    read(run, Reading(db, keeper))
    assert keeper.got == [
        ("e1", "update", 0), ("e2", "update", 0), ("e2", "update", 2), ("e2", "update", 4), ("e3", "update", 0),
    ]  # fmt: skip
    assert keeper.ended == 3


def test_what_fails_is_read_again(db, run, change) -> None:
    class Failing(Keeper):
        fails = True

        def take(self, tx: Tx, change: Change, people_done: int) -> int | None:
            super().take(tx, change, people_done)
            if self.fails and change.event_id == "e2":
                raise ValueError("no")
            return None

    keeper = Failing()
    change("e1")
    change("e2")
    reading = Reading(db, keeper)
    with pytest.raises(ValueError, match="no"):
        read(run, reading)
    keeper.fails = False
    keeper.got.clear()
    read(run, Reading(db, keeper))  # as this one does in a while
    assert [one[0] for one in keeper.got] == ["e1", "e2"]


def test_an_organisation_that_is_erased_while_it_is_read(db, run, change) -> None:
    """PostgreSQL: erasing waits for the reader, and takes along what it wrote."""
    change("e1")
    reading_on, go_on = asyncio.Event(), asyncio.Event()

    class Slow(Keeper):
        def end(self, tx: Tx) -> None:
            outbox_readers.move(tx, CORP, "other", Place())
            tx.one("SELECT 1")  # sends what is queued
            if db.cache_ms:
                reading_on.set()
                go_on_when(go_on, tx)

    def somebody_waits(tx: Tx) -> bool:
        return tx.one("SELECT 1 FROM pg_locks WHERE NOT granted") is not None

    async def scenario() -> int | None:
        reading = asyncio.create_task(Reading(db, Slow()).step())
        if not db.cache_ms:  # SQLite: one after the other
            await reading
            await db.write(lambda tx: organisations.erase(tx, CORP))
            return 1
        await reading_on.wait()
        erasing = asyncio.create_task(db.write(lambda tx: organisations.erase(tx, CORP)))
        while not await db.read(somebody_waits):
            pass
        go_on.set()
        await erasing
        return await reading

    assert run(scenario()) == 1
    assert run(db.read(lambda tx: organisations.get(tx, CORP))) is None
