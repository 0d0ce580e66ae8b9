"""Sixteen clients want the same three rooms in the same week: nobody gets one twice, and nobody loses what they got."""

from __future__ import annotations

import asyncio
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import TypeVar

from rili.actions import derived
from rili.model.room import Room, new_room_id, new_room_number
from rili.store import rooms
from rili.store.db import Tx
from rili.store.migrations import migrate
from rili.store.open import open_database
from tests.soak.load import PEOPLE, Client, Organisation, Reply
from tests.soak.process import RiliServe
from tests.soak.scale import scaled

T = TypeVar("T")

SEED = 20_260_302
CLIENTS = 16
ATTEMPTS = scaled(12, 125)
"""Of each client: 2,000 of all at full count."""

ROOMS = 3
DAYS = 7
HOUR_S = 3600

Held = set[tuple[str, str, int]]
"""Event, room, and the start in epoch seconds; each is an hour."""


class Booker(threading.Thread):
    """One client, which knows what its own events hold."""

    def __init__(
        self,
        server: RiliServe,
        organisation: Organisation,
        room_ids: list[str],
        number: int,
        monday: datetime,
    ) -> None:
        super().__init__()
        self._client = Client(server, organisation.token)
        self._organizer = organisation.union_ids[number % PEOPLE]
        self._room_ids = room_ids
        self._random = Random(SEED + number)
        self._monday = monday
        self._events: dict[str, tuple[datetime, int, set[str]]] = {}
        self.answers: Counter[tuple[str, int]] = Counter()
        self.strange: list[Reply] = []

    def run(self) -> None:
        for _ in range(ATTEMPTS):
            held = [id_ for id_, (_, _, room_ids) in self._events.items() if room_ids]
            what = self._random.choice(["book", "book", "move", "remove", "cancel"]) if held else "book"
            if what == "book":
                self._book()
            else:
                self._change(what, self._random.choice(held))
        self._client.close()

    def held(self) -> Held:
        """What this client was told that it has."""
        return {
            (id_, room_id, int((start + timedelta(days=day)).timestamp()))
            for id_, (start, days, room_ids) in self._events.items()
            for room_id in room_ids
            for day in range(days)
        }

    def _book(self) -> None:
        days = self._random.choice([1, 1, 1, 2, 4])
        start = self._some_time(days)
        draft = _times(start) | {"summary": "Meeting"}
        if days > 1:
            last = start + timedelta(days=days - 1)
            range_ = {"type": "endDate", "endDate": f"{last:%Y-%m-%d}"}
            draft["recurrence"] = {"pattern": {"type": "daily"}, "range": range_}
        made = self._ask("create", "POST", "", draft)
        if made.status != 200:
            self.strange.append(made)
            return
        event_id: str = json.loads(made.body)["id"]
        wanted = self._random.sample(self._room_ids, self._random.randint(1, 2))
        body = {"meetingRoomsToAdd": [{"roomId": room_id} for room_id in wanted]}
        added = self._ask("book", "POST", f"/{event_id}/meetingRooms", body)
        self._events[event_id] = (start, days, set(wanted) if added.status == 200 else set())

    def _change(self, what: str, event_id: str) -> None:
        start, days, room_ids = self._events[event_id]
        if what == "move":
            to = self._some_time(days)
            if days > 1:
                to = datetime.combine(start.date(), to.time(), UTC)  # the days of a series stay
            if self._ask("move", "PUT", f"/{event_id}", {"id": event_id} | _times(to)).status == 200:
                self._events[event_id] = (to, days, room_ids)
        elif what == "remove":
            body = {"meetingRoomsToRemove": [{"roomId": room_id} for room_id in room_ids]}
            if self._ask("remove", "POST", f"/{event_id}/meetingRooms/batchRemove", body).status == 200:
                self._events[event_id] = (start, days, set())
        elif self._ask("cancel", "POST", f"/{event_id}/cancel", {}).status == 200:
            self._events[event_id] = (start, days, set())

    def _some_time(self, days: int) -> datetime:
        """Within the week."""
        day = self._random.randrange(DAYS - days + 1)
        return self._monday + timedelta(
            days=day, hours=self._random.randrange(24), minutes=self._random.choice([0, 30])
        )

    def _ask(self, what: str, method: str, path: str, body: dict[str, object]) -> Reply:
        events = f"/v1.0/calendar/users/{self._organizer}/calendars/primary/events"
        reply = self._client.ask(method, events + path, json.dumps(body).encode())
        self.answers[what, reply.status] += 1
        taken = b"meetingRoomNotAvailable" in reply.body or b"Meeting room invalid" in reply.body
        if reply.status != 200 and not (reply.status == 400 and taken and what in ("book", "move")):
            self.strange.append(reply)
        return reply


def test_sixteen_clients_and_three_rooms(database_url: str, tmp_path: Path) -> None:
    migrate(database_url)
    organisation, room_ids = _on(database_url, _make)
    monday = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=8)
    processes = 1 if database_url.startswith("sqlite:") else 2
    with ExitStack() as stack:
        servers = [
            stack.enter_context(RiliServe(database_url, tmp_path / f"log{number}"))
            for number in range(processes)
        ]
        bookers = [
            Booker(servers[number % processes], organisation, room_ids, number, monday)
            for number in range(CLIENTS)
        ]
        began = time.perf_counter()
        for one in bookers:
            one.start()
        for one in bookers:
            one.join()
        seconds = time.perf_counter() - began

    answers: Counter[tuple[str, int]] = sum((one.answers for one in bookers), Counter())
    print(f"{answers.total()} requests in {seconds:.1f} s: {dict(sorted(answers.items()))}")
    assert [reply for one in bookers for reply in one.strange] == []
    assert answers["book", 200]
    assert answers["book", 400]
    told: Held = set().union(*(one.held() for one in bookers))
    stored, findings = _on(database_url, lambda tx: (_stored(tx, organisation.corp_id), derived.check(tx)))
    assert stored == told
    assert findings == []
    by_room = sorted((room_id, starts_s) for _, room_id, starts_s in stored)
    for (room_id, starts_s), (next_room, next_s) in pairwise(by_room):
        assert room_id != next_room or starts_s + HOUR_S <= next_s


def _on(url: str, act: Callable[[Tx], T]) -> T:
    async def do() -> T:
        db = open_database(url, 1)
        try:
            return await db.write(act)
        finally:
            await db.close()

    return asyncio.run(do())


def _make(tx: Tx) -> tuple[Organisation, list[str]]:
    organisation = Organisation.in_transaction(tx, time.time_ns() // 1_000_000)
    room_ids: list[str] = []
    for number in range(ROOMS):
        room = Room(
            corp_id=organisation.corp_id,
            room_id=new_room_id(os.urandom),
            number=new_room_number(os.urandom),
            name=f"Room {number}",
        )
        rooms.add(tx, room)
        room_ids.append(room.room_id)
    return organisation, room_ids


def _stored(tx: Tx, corp_id: str) -> Held:
    rows = tx.all(
        "SELECT event_id, room_id, starts_ms, ends_ms FROM bookings WHERE corp_id = :corp_id", corp_id=corp_id
    )
    assert all(ends_ms - starts_ms == HOUR_S * 1000 for _, _, starts_ms, ends_ms in rows)
    return {(event_id, room_id, starts_ms // 1000) for event_id, room_id, starts_ms, _ in rows}


def _times(start: datetime) -> dict[str, object]:
    first, last = (
        {"dateTime": f"{one:%Y-%m-%dT%H:%M:%SZ}", "timeZone": "UTC"}
        for one in (start, start + timedelta(hours=1))
    )
    return {"start": first, "end": last}
