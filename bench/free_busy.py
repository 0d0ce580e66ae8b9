"""Free/busy of twenty people over a week, and a time for ten of them: `make bench ARGS=--free-busy`."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from bench.months import REPEATS, SHOWN, Calendar
from bench.population import PEOPLE, Population, copy_to_postgres, populate
from bench.report import Machine
from bench.servers import AUTHORIZATION, Radicale
from bench.wrk import Load, load
from rili.model.event import EventChange
from tests.postgres import PostgresServer
from tests.soak.process import RiliServe

ASKED = 20
"""People of one query."""
COLLECTION = "/bench/busy/"
PEER_SECONDS = 8
"""Of Radicale's answers one takes so long that a shorter load would count few."""
BEGIN, END = "<!-- free/busy -->", "<!-- end of free/busy -->"

_NAMES = {
    "SQLite": "a week of 20 people, SQLite",
    "SQLite, updates": "the same while one client updates events",
    "PostgreSQL": "a week of 20 people, PostgreSQL",
}


class FreeBusy:
    """The servers and loads: twenty people, each with a calendar of their own of *events* events."""

    def __init__(
        self,
        stack: ExitStack,
        folder: Path,
        events: int,
        seconds: float,
        radicale: Radicale,
        postgres: PostgresServer,
        say: Callable[[str], None],
    ) -> None:
        self.seconds = seconds
        self.loads: dict[tuple[str, int], list[Load]] = defaultdict(list)
        self._events = events
        self._radicale = radicale
        self._say = say
        self._weeks = _write_weeks(folder / "weeks.tsv")
        self._calendar = Calendar(events, SHOWN - 1, 2)
        say(f"free/busy: filling Radicale with {events:,} events")
        radicale.fill(COLLECTION, self._calendar.vevents())
        say(f"free/busy: filling SQLite with {ASKED} times as many")
        sqlite = f"sqlite:{folder / 'busy.db'}"
        now_ms = time.time_ns() // 1_000_000
        self._population = asyncio.run(populate(sqlite, events * ASKED, now_ms, self._plan))
        self._targets = self._population.write_targets(folder / "busy.tsv")
        url = postgres.create_database()
        copy_to_postgres(sqlite, url)
        self.servers = {name: stack.enter_context(RiliServe(url)) for name, url in (("SQLite", sqlite), ("PostgreSQL", url))}
        self.spans = {name: self._average_week(server) for name, server in self.servers.items()}

    def round(self) -> None:
        """Everything once."""
        for clients in (1, 16):
            self._measure("SQLite", clients)
        for clients in (1, 16):
            seconds = max(self.seconds, PEER_SECONDS)
            found = load(
                "radicale_busy.lua", self._radicale.base_url, str(self._weeks), COLLECTION, AUTHORIZATION,
                clients=clients, seconds=seconds,
            )  # fmt: skip
            self._add("Radicale", clients, found, 1)
        for clients in (1, 16):
            self._measure("PostgreSQL", clients)
        self._find_times()

    def _plan(self, number: int) -> tuple[list[int], EventChange]:
        """Everybody's calendar holds the same; an event is one person's of the twenty, and of four who are not asked."""
        (organizer, _, *others), draft = self._calendar.plan(number // ASKED)
        outside = [ASKED + one % (PEOPLE - ASKED) for one in (organizer, *others)]
        return [outside[0], number % ASKED, *outside[1:]], draft
