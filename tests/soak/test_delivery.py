"""Many changes, receivers that do wrong at random, workers that are killed at random: nothing is lost, and nothing
overtakes what came before it in the same event.

Two apps of one organisation are told by callbacks. One's receiver fails, hangs, answers garbage and dies; the
other's does nothing wrong, and must not wait for the first.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import Counter, defaultdict
from contextlib import ExitStack
from pathlib import Path
from random import Random

from msgspec import convert

from rili.actions import push_settings
from rili.actions.access import PRIMARY, Place
from rili.actions.events import create_event, update_event
from rili.auth.callers import Caller
from rili.delivery.http_callbacks import HttpCallbacks
from rili.model import scopes
from rili.model.event import EventChange
from rili.store import delivery_list, queues
from rili.store.db import Database, Tx
from rili.store.delivery_list import Which
from rili.store.migrations import migrate
from rili.store.open import open_database
from rili.wire.event import CreateEvent
from tests import people
from tests.soak.killing import ReceiverProcess, Workers
from tests.soak.scale import scaled

SEED = 20_260_303
EVENTS = scaled(10, 500)
CHANGES = scaled(100, 100_000)
"""Besides those that make the events."""
AT_ONCE = 64
MISCHIEF = 0.2
AT_ONCE_A_RECEIVER = HttpCallbacks.at_once

DRAFT = {
    "summary": "0",
    "start": {"dateTime": "2030-01-01T10:00:00+08:00", "timeZone": "Asia/Shanghai"},
    "end": {"dateTime": "2030-01-01T11:00:00+08:00", "timeZone": "Asia/Shanghai"},
}


class Organisation:
    """Whose events change, and the two apps that are told."""

    def __init__(self, tx: Tx) -> None:
        self.corp_id = people.add_organisation(tx)
        self.organizer_id = people.add_user(tx, self.corp_id, "organizer").union_id
        self.wild, _ = people.add_app(tx, self.corp_id)
        self.well, _ = people.add_app(tx, self.corp_id)

    def by(self, now_ms: int) -> Caller:
        return Caller(
            corp_id=self.corp_id, app_key=self.well.app_key, kind="internal", scopes=scopes.ALL, now_ms=now_ms
        )


async def change(db: Database, organisation: Organisation, begin_ms: int) -> set[tuple[str, int]]:
    """Make all changes; which they are: the event and the time, which is another for each."""
    made: set[tuple[str, int]] = set()
    place = Place(organisation.organizer_id, PRIMARY)
    draft = convert(DRAFT, CreateEvent).to_change("documented")

    async def create(number: int) -> str:
        by = organisation.by(begin_ms + number)
        seen = await db.write(
            lambda tx: create_event(tx, by, place, draft, rules="documented", new_bytes=os.urandom)
        )
        made.add((seen.event.id, by.now_ms))
        return seen.event.id

    async def update(number: int) -> None:
        by = organisation.by(begin_ms + EVENTS + number)
        event_id = event_ids[number % EVENTS]
        new = EventChange(summary=f"change {number}")
        await db.write(
            lambda tx: update_event(tx, by, place, event_id, new, rules="documented", new_bytes=os.urandom)
        )
        made.add((event_id, by.now_ms))

    event_ids = [await create(number) for number in range(EVENTS)]
    at_once = min(AT_ONCE, EVENTS)  # each another event: of one, the changes come in their order
    for first in range(0, CHANGES, at_once):
        await asyncio.gather(*(update(number) for number in range(first, min(first + at_once, CHANGES))))
    return made


def settled(tx: Tx) -> bool:
    """Whether everything was read, and delivered or given up."""
    return not any(one.length for one in (*queues.waiting(tx), queues.unread_by(tx, "apps")))


def check_order(pushes: list[tuple[str, int]]) -> None:
    """Of each event, each change comes after those before it; one that comes again is no matter."""
    latest: dict[str, int] = defaultdict(int)
    for event_id, at_ms in dict.fromkeys(pushes):
        assert at_ms > latest[event_id]
        latest[event_id] = at_ms


async def scenario(url: str, workers: int, folder: Path) -> None:
    db = open_database(url, AT_ONCE // 4)
    begin_ms = time.time_ns() // 1_000_000
    organisation = await db.write(Organisation)
    with ExitStack() as stack:
        wild = stack.enter_context(ReceiverProcess(folder, organisation.wild, mischief=MISCHIEF))
        well = stack.enter_context(ReceiverProcess(folder, organisation.well, mischief=0))
        for one in (wild, well):
            push = one.settings()
            await db.write(
                lambda tx, push=push: push_settings.set_push(tx, push, people.KEY, now_ms=begin_ms)
            )
        killed = stack.enter_context(Workers(url, workers, begin_ms, Random(SEED)))
        made = await change(db, organisation, begin_ms)
        while not await db.read(settled):  # noqa: ASYNC110 - it is other processes that settle it
            await asyncio.sleep(0.1)
    given_up = await db.read(
        lambda tx: delivery_list.find(
            tx, organisation.corp_id, Which(receiver=organisation.wild.app_key, state="failed"), 2**31
        )
    )
    await db.close()

    failed = {(one.subject, json.loads(one.body)["calendarEventUpdateTime"]) for one in given_up}
    for receiver, lost in ((wild, failed), (well, set[tuple[str, int]]())):
        got = [
            (push["calendarEventId"], push["calendarEventUpdateTime"])
            for how, push in receiver.got()
            if how == "ok" and push["EventType"] == "calendar_event_change"
        ]
        assert set(got) | lost == made
        check_order([one for one in got if one not in lost])
        again = sum(count - 1 for count in Counter(got).values())
        print(
            f"{len(got):,} pushes were answered well, {again} of them again, {len(lost):,} given up, after "
            f"{killed.kills} kills of workers and {receiver.deaths} deaths of the receiver; "
            f"{dict(Counter(how for how, _ in receiver.got()))}"
        )
        # A reply is lost with the worker that had not written it down, or with the receiver that had not sent it.
        assert again <= (killed.kills + receiver.deaths) * AT_ONCE_A_RECEIVER


def test_nothing_is_lost(database_url: str, tmp_path: Path) -> None:
    migrate(database_url)
    workers = 1 if database_url.startswith("sqlite:") else 2
    asyncio.run(scenario(database_url, workers, tmp_path))
