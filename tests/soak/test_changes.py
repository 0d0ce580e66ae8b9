"""Apps that follow the change feed while others write: each gets every change once, in one order."""

from __future__ import annotations

import asyncio
import os
import random

import pytest

from rili.actions import changes, events
from rili.actions.access import Place
from rili.model.event import EventChange
from rili.store.db import Tx
from rili.store.migrations import migrate
from rili.store.open import open_database
from rili.store.outbox import Position
from tests.postgres import PostgresServer
from tests.soak.scale import scaled
from tests.soak.test_sync import SEED, WRITERS, World
from tests.store.conftest import go_on_when

CHANGES = scaled(120, 10_000)
FOLLOWERS = 3


class Follower:
    """One app; it keeps the ids of the changes, and where it is."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.position = Position()
        self.told: list[str] = []
        self.events: list[str] = []

    async def read(self, limit: int) -> bool:
        """One part; whether more may follow at once."""
        by = self.world.caller()
        part = await self.world.db.read(lambda tx: changes.read_part(tx, by, self.position, limit))
        cursor = changes.sealed(by, part.position)
        self.position = changes.position_of(by, cursor)
        self.told += [one.id for one in part.changes]
        self.events += [one.event_id for one in part.changes]
        return part.more

    async def read_all(self) -> None:
        while await self.read(50):
            pass


def test_followers(database_url: str) -> None:
    migrate(database_url, lambda _: None)
    asyncio.run(_follow(database_url))


async def _follow(url: str) -> None:
    rand = random.Random(SEED)
    db = open_database(url, WRITERS + 2)
    world = World(db, rand)
    await world.seed()
    followers = [Follower(world) for _ in range(FOLLOWERS)]
    writing = WRITERS

    async def write() -> None:
        nonlocal writing
        while world.done < CHANGES:
            await world.write()
        writing -= 1

    async def follow(one: Follower) -> None:
        while writing:
            await one.read(rand.choice([1, 3, 50]))
            await asyncio.sleep(rand.choice([0, 0.001, 0.01]))
        await one.read_all()

    await asyncio.gather(*(write() for _ in range(WRITERS)), *(follow(one) for one in followers))

    whole = Follower(world)
    await whole.read_all()
    rows = await db.read(
        lambda tx: tx.one("SELECT COUNT(*) FROM outbox WHERE corp_id = :corp_id", corp_id=world.corp_id)
    )
    assert rows == (len(whole.told),)
    assert len(whole.told) == len(set(whole.told)) >= CHANGES
    for one in followers:
        assert one.told == whole.told
    await db.close()


@pytest.mark.parametrize("looks", [0, 1, 2])
def test_a_commit_that_comes_late_is_told(postgres_server: PostgresServer, looks: int) -> None:
    """PostgreSQL: one transaction has the lower number, and commits after another: that one waits for it."""
    url = postgres_server.create_database()
    migrate(url, lambda _: None)
    try:
        asyncio.run(_commit_late(url, looks))
    finally:
        postgres_server.drop_database(url)


async def _commit_late(url: str, looks: int) -> None:
    db = open_database(url, 3)
    world = World(db, random.Random(SEED))
    await world.seed()
    by, place = world.caller(), Place(world.people[0], events.PRIMARY)
    changed, go_on = asyncio.Event(), asyncio.Event()

    def create(tx: Tx) -> str:
        draft = EventChange(when=world.random_when(random.Random(SEED)), summary="new")
        return events.create_event(tx, by, place, draft, rules="lenient", new_bytes=os.urandom).event.id

    def create_late(tx: Tx) -> str:
        event_id = create(tx)
        tx.one("SELECT 1")
        changed.set()
        go_on_when(go_on, tx)
        return event_id

    follower = Follower(world)
    first = await db.write(create)
    await follower.read_all()
    committing = asyncio.create_task(db.write(create_late))
    await changed.wait()
    soon = await db.write(create)
    for _ in range(looks):
        await follower.read_all()
        assert follower.events == [first]

    go_on.set()
    late = await committing
    await follower.read_all()

    assert follower.events == [first, late, soon]
    await follower.read_all()
    assert len(follower.events) == 3
    await db.close()
