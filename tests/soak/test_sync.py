"""Clients that follow calendars by sync alone, while others write: in the end each has what a new reader reads."""

from __future__ import annotations

import asyncio
import os
import random
from datetime import datetime, time, timedelta
from typing import Any

import pytest

from rili.actions import derived, events, lists
from rili.actions.events import Place
from rili.actions.lists import Asked, Cursor
from rili.actions.memory import Memory
from rili.actions.sync import Gone
from rili.auth.callers import Caller
from rili.errors import InstanceNotExist, InvalidParameter, ItemNotFound, PermissionDenied
from rili.model import scopes
from rili.model.event import Event, EventChange
from rili.model.expansion import expand_days
from rili.model.moment import Instant
from rili.model.people import GivenAttendee
from rili.model.recurrence import WEEKDAYS, GivenPattern, GivenRange, GivenRecurrence
from rili.model.series import Slot
from rili.model.when import GivenTime, GivenWhen
from rili.store.db import Database, Tx
from rili.store.migrations import migrate
from rili.store.open import open_database
from rili.wire.event_view import event_view
from tests.people import add_app, add_organisation, add_user
from tests.postgres import PostgresServer
from tests.soak.scale import scaled
from tests.store.conftest import go_on_when

SEED = 20_260_310
CHANGES = scaled(160, 10_000)
A_ROUND = scaled(40, 250)
"""Changes between two looks at whether every client has it all."""

WRITERS = 4
NAMES = ("ann", "bob", "cat", "dan")
ZONES = ("Asia/Shanghai", "America/New_York", None)
BEGINS = datetime.fromisoformat("2026-03-01T00:00:00+00:00")
DAY_MS = 86_400_000
STEPS_MS = [
    minutes * 60_000 for minutes in ((0, 20, 100, 400, 1_000) if CHANGES < 1_000 else (0, 1, 2, 5, 12))
]
"""How far the clock moves with a change: some four weeks in all."""

PAGES = [1, 2, 7, 30, 100] if CHANGES < 1_000 else [7, 30, 100]
REFUSED = (InvalidParameter, ItemNotFound, InstanceNotExist, PermissionDenied)


class _Gone(Exception):
    """The event that was to be changed was deleted."""


class Reader:
    """One client's copy of a calendar."""

    def __init__(self, person: str, from_ms: int | None, memory: Memory) -> None:
        self.person = person
        self.from_ms = from_ms
        self.memory = memory
        self.copy: dict[str, Any] = {}
        self.token: Cursor | None = None

    async def read(self, world: World, rand: random.Random) -> None:
        """All pages; whoever writes may do so between them."""
        asked = Asked(self.from_ms, max_results=_size(rand), cursor=self.token)
        by = world.caller()  # pages of one answer are asked for at several instants
        while True:
            page = await world.db.read(
                lambda tx, asked=asked, by=by: lists.list_events(
                    tx, by, Place(self.person, events.PRIMARY), asked, self.memory
                )
            )
            for one in page.items:
                if isinstance(one, Gone):
                    self.copy.pop(one.id, None)
                elif one.item.cancelled:
                    self.copy.pop(one.item.id, None)
                else:
                    self.copy[one.item.id] = _view(one.seen)
            if page.next is None:
                self.token = page.sync
                return
            asked, by = Asked(max_results=_size(rand), cursor=page.next), world.caller()

    async def check(self, world: World, rand: random.Random) -> None:
        """While nobody writes: after one more sync the copy is what a new reader reads."""
        await self.read(world, rand)
        new = Reader(self.person, self.from_ms, Memory(0))
        await new.read(world, rand)
        assert self.copy == new.copy


class World:
    """An organisation, a clock, and what is in the calendars."""

    def __init__(self, db: Database, rand: random.Random) -> None:
        self.db = db
        self.rand = rand
        self.now_ms = int(BEGINS.timestamp() * 1000)
        self.events: list[tuple[str, str]] = []
        self.done = self.refused = 0

    async def seed(self) -> None:
        def act(tx: Tx) -> None:
            self.corp_id = add_organisation(tx)
            self.people = [add_user(tx, self.corp_id, name).union_id for name in NAMES]
            self.app, _ = add_app(tx, self.corp_id)

        await self.db.write(act)

    def caller(self) -> Caller:
        return Caller(
            corp_id=self.corp_id, app_key=self.app.app_key, kind=self.app.kind, scopes=scopes.ALL, now_ms=self.now_ms
        )  # fmt: skip

    async def write(self) -> None:
        """One random change, which may be refused."""
        rand, by = random.Random(self.rand.random()), self.caller()
        self.now_ms += rand.choice(STEPS_MS)
        if len(self.events) < 8 or (len(self.events) < 60 and rand.random() < 0.2):
            await self._create(rand, by)
            self.done += 1
            return
        number = rand.randrange(len(self.events))
        organizer, event_id = self.events[number]

        def act(tx: Tx) -> list[tuple[str, str]]:
            return self._change(tx, random.Random(number + by.now_ms), by, organizer, event_id)

        try:
            self.events += await self.db.write(act)
            self.done += 1
        except _Gone:
            if (organizer, event_id) in self.events:  # another writer may have noticed it too
                self.events.remove((organizer, event_id))
        except REFUSED:
            self.refused += 1

    async def _create(self, rand: random.Random, by: Caller) -> None:
        organizer = rand.choice(self.people)
        draft = EventChange(
            when=self.random_when(rand), summary=_title(rand), attendees=self._people(rand),
            **({"recurrence": self._rule(rand)} if rand.random() < 0.6 else {}),
        )  # fmt: skip
        try:
            seen = await self.db.write(
                lambda tx: events.create_event(
                    tx, by, Place(organizer, events.PRIMARY), draft, rules="lenient", new_bytes=os.urandom
                )
            )
        except InvalidParameter:  # an end before the start
            return
        self.events.append((organizer, seen.event.id))

    def _change(
        self, tx: Tx, rand: random.Random, by: Caller, organizer: str, event_id: str
    ) -> list[tuple[str, str]]:
        """Do it; answers the series that it made."""
        place = Place(organizer, events.PRIMARY)
        try:
            event = events.get_event(tx, by, place, event_id, shown=1).event
        except InstanceNotExist:
            raise _Gone from None
        scope: Any = None
        if event.recurrence is not None and rand.random() < 0.75:
            event_id = rand.choice(_some_occurrences(event))
            scope = rand.choice(["this", "this", "this", "this", "following", "all"])
        kind = rand.random()
        if kind < 0.25:
            who = organizer if rand.random() < 0.5 else rand.choice(self.people)
            if who != organizer and scope == "following":
                scope = "this"
            if scope is not None or rand.random() < 0.3:  # else too little lives long
                events.delete_event(tx, by, Place(who, events.PRIMARY), event_id, scope=scope, switches={})
                return []
        members: dict[str, Any] = {}
        if rand.random() < 0.5:
            members["summary"] = _title(rand)
        if rand.random() < 0.5:
            members["when"] = self.random_when(rand, None if rand.random() < 0.3 else event)
        if rand.random() < 0.4:
            members["attendees"] = self._people(rand)
        if scope != "this" and rand.random() < 0.3:
            members["recurrence"] = self._rule(rand)
        answered = events.update_event(
            tx,
            by,
            place,
            event_id,
            EventChange(**members),
            scope=scope,
            rules="lenient",
            new_bytes=os.urandom,
        )
        split = isinstance(answered, events.Edited) and answered.first_half is not None
        return [(organizer, answered.seen.event.id)] if split else []  # type: ignore[union-attr]

    def random_when(self, rand: random.Random, like: Event | None = None) -> GivenWhen:
        """About now; with *like* in its zone, and near where it is."""
        day = datetime.fromtimestamp(self.now_ms / 1000, BEGINS.tzinfo).date()
        zone = rand.choice(ZONES)
        if like is not None:
            day = like.when.first_day
            zone = like.when.start.zone if hasattr(like.when.start, "zone") else None
        day += timedelta(days=rand.randint(-5, 9))
        if zone is None:
            days = rand.randint(1, 2)
            return GivenWhen(GivenTime(date=day), GivenTime(date=day + timedelta(days=days)), True)
        wall = datetime.combine(day, time(rand.choice([0, 9, 14, 23]), 30))
        ends = wall + timedelta(minutes=rand.choice([0, 30, 120]))
        return GivenWhen(
            GivenTime(date_time=Instant(wall), zone=zone),
            GivenTime(date_time=Instant(ends), zone=zone),
            False,
        )

    def _people(self, rand: random.Random) -> tuple[GivenAttendee, ...]:
        return tuple(
            GivenAttendee(id=one) for one in rand.sample(self.people, rand.randint(0, len(self.people)))
        )

    def _rule(self, rand: random.Random) -> GivenRecurrence:
        end = datetime.fromtimestamp(self.now_ms / 1000, BEGINS.tzinfo).date() + timedelta(
            days=rand.randint(8, 20)
        )
        range_ = rand.choice(
            [
                GivenRange("noEnd"),
                GivenRange("numbered", None, rand.randint(1, 12)),
                GivenRange("endDate", end.isoformat()),
            ]
        )
        days = ",".join(WEEKDAYS[day] for day in rand.sample(range(7), rand.randint(1, 4)))
        pattern = rand.choice(
            [GivenPattern("daily", rand.randint(1, 3)), GivenPattern("weekly", rand.randint(1, 2), days)]
        )
        return GivenRecurrence(pattern, range_)


def test_clients_that_follow(database_url: str) -> None:
    migrate(database_url, lambda _: None)
    asyncio.run(_follow(database_url))


async def _follow(url: str) -> None:
    rand = random.Random(SEED)
    db = open_database(url, WRITERS + 2)
    try:
        world, memory = World(db, rand), Memory()
        await world.seed()
        from_ms = world.now_ms + 2 * DAY_MS
        readers = [Reader(person, since, memory) for person in world.people for since in (None, from_ms)]
        while world.done < CHANGES:
            await _one_round(world, readers, rand)
            for reader in readers:
                await reader.check(world, rand)
        assert await db.read(derived.check) == []
        assert world.refused < world.done
    finally:
        await db.close()


async def _one_round(world: World, readers: list[Reader], rand: random.Random) -> None:
    until = world.done + A_ROUND
    writing = WRITERS

    async def write() -> None:
        nonlocal writing
        while world.done < until:
            await world.write()
        writing -= 1

    async def read(mine: list[Reader]) -> None:
        while writing:
            await rand.choice(mine).read(world, rand)
            await asyncio.sleep(rand.choice([0, 0, 0.01]))

    await asyncio.gather(*(write() for _ in range(WRITERS)), read(readers[::2]), read(readers[1::2]))


def _size(rand: random.Random) -> int:
    return rand.choice(PAGES)


def _title(rand: random.Random) -> str:
    return f"title {rand.randrange(10_000)}"


def _some_occurrences(series: Event) -> list[str]:
    assert series.recurrence is not None
    first = series.when.first_day.toordinal()
    return [
        Slot(one.day, one.number).id_in(series.id)
        for one in expand_days(series.recurrence, series.when, first, first + 21)
    ] or [series.id]


def _view(seen: events.Seen) -> Any:
    """As it is sent."""
    return event_view(
        seen.event,
        seen.people,
        viewer_id=seen.viewer_id,
        shown=100,
        meeting_url=str,
        instance=seen.instance,
        cancelled=False,
    )


@pytest.mark.parametrize("syncs_meanwhile", [0, 1, 2])
def test_a_commit_that_comes_late_is_told(postgres_server: PostgresServer, syncs_meanwhile: int) -> None:
    """PostgreSQL: one transaction has the lower number, and commits after another, which a sync has told already."""
    url = postgres_server.create_database()
    migrate(url, lambda _: None)
    try:
        asyncio.run(_commit_late(url, syncs_meanwhile))
    finally:
        postgres_server.drop_database(url)


async def _commit_late(url: str, syncs_meanwhile: int) -> None:
    rand = random.Random(SEED)
    db = open_database(url, 3)
    world = World(db, rand)
    await world.seed()
    by, organizer = world.caller(), world.people[0]
    place = Place(organizer, events.PRIMARY)

    def create(tx: Tx) -> str:
        draft = EventChange(when=world.random_when(rand), summary="before")
        return events.create_event(tx, by, place, draft, rules="lenient", new_bytes=os.urandom).event.id

    def update(tx: Tx, event_id: str) -> None:
        change = EventChange(summary="after")
        events.update_event(tx, by, place, event_id, change, rules="lenient", new_bytes=os.urandom)

    late, soon = await db.write(create), await db.write(create)
    reader = Reader(organizer, None, Memory())
    await reader.read(world, rand)
    changed, go_on = asyncio.Event(), asyncio.Event()

    def update_late(tx: Tx) -> None:
        update(tx, late)
        tx.one("SELECT 1")
        changed.set()
        go_on_when(go_on, tx)

    committing = asyncio.create_task(db.write(update_late))
    await changed.wait()
    await db.write(lambda tx: update(tx, soon))
    for _ in range(syncs_meanwhile):
        await reader.read(world, rand)
    told = {id_: one.summary for id_, one in reader.copy.items()}
    assert told == {late: "before", soon: "after" if syncs_meanwhile else "before"}

    go_on.set()
    await committing
    await reader.read(world, rand)

    assert {id_: one.summary for id_, one in reader.copy.items()} == {late: "after", soon: "after"}
    await reader.check(world, rand)
    await db.close()
