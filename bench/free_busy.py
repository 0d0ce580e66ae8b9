"""When twenty people are busy in a week, and a time for ten of them: `make bench ARGS=--free-busy`."""

from __future__ import annotations

import asyncio
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import msgspec

from bench.months import OFFSET, SHOWN, Calendar
from bench.population import PEOPLE, copy_to_postgres, populate
from bench.servers import AUTHORIZATION, Radicale
from bench.wrk import Load, load
from rili.model.event import EventChange
from tests.postgres import PostgresServer
from tests.soak.process import RiliServe

ASKED = 20
"""People of one query."""
MEETING = 10
"""People for whom a time is looked for, over two weeks."""
EVENTS = 1_000
"""Of everybody's calendar."""
COLLECTION = "/bench/busy/"
PEER_SECONDS = 8
"""Of Radicale's answers one takes so long that a shorter load would count few."""
WANTED, WANTED_MS = 200, 50

_SHOWN = {
    "SQLite": "free/busy of 20 people, SQLite",
    "SQLite, updates": "the same while one client updates titles of these events",
    "PostgreSQL": "free/busy of 20 people, PostgreSQL",
    "Radicale": "free/busy of one calendar, Radicale",
    "find, SQLite": "a time for 10 people within two weeks, SQLite",
    "find, PostgreSQL": "a time for 10 people within two weeks, PostgreSQL",
}


class FreeBusy:
    """The servers, calendars and loads of it. Each of the people asked about has a calendar of their own."""

    def __init__(
        self,
        stack: ExitStack,
        folder: Path,
        radicale: Radicale,
        postgres: PostgresServer,
        seconds: float,
        settle: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        self.loads: dict[tuple[str, int], list[Load]] = defaultdict(list)
        self._seconds = seconds
        self._radicale = radicale
        self._settle = settle
        self._say = say
        self._calendar = Calendar(EVENTS, SHOWN - 1, 2)
        self._weeks = _write_weeks(folder / "weeks.tsv", 7)
        self._fortnights = _write_weeks(folder / "fortnights.tsv", 14)
        say(f"free/busy: filling Radicale with {EVENTS:,} events")
        radicale.fill(COLLECTION, self._calendar.vevents())
        say(f"free/busy: filling SQLite with {EVENTS:,} events for each of {ASKED} people")
        sqlite = f"sqlite:{folder / 'busy.db'}"
        now_ms = time.time_ns() // 1_000_000
        self._population = asyncio.run(populate(sqlite, EVENTS * ASKED, now_ms, self._plan))
        self._targets = self._population.write_targets(folder / "busy.tsv")
        url = postgres.create_database()
        copy_to_postgres(sqlite, url)
        self._servers = {
            name: stack.enter_context(RiliServe(url))
            for name, url in (("SQLite", sqlite), ("PostgreSQL", url))
        }

    def warm_up(self) -> None:
        """A year of weeks each: what is measured is asked for from another second on."""
        for server in self._servers.values():
            for line in self._weeks.read_text().splitlines():
                first, after, *_ = line.split("\t")
                self._ask(server, "querySchedule", self._people(f"{first}:00:00", after))

    def round(self) -> None:
        """Everything once."""
        for clients in (1, 16):
            self._busy("SQLite", clients)
        for clients in (1, 16):
            self._peer(clients)
        self._busy_while_updated()
        for clients in (1, 16):
            self._busy("PostgreSQL", clients)
        self._find("SQLite")
        self._find("PostgreSQL")

    def as_markdown(self) -> str:
        """The figures, and what they are held against."""
        lines = [
            f"A week of one of these calendars has {self._spans():.0f} spans of time that are taken.",
            "",
            "| what | clients | person-weeks/s | answers/s | p50 of an answer | p99 of an answer |",
            "| --- | --: | --: | --: | --: | --: |",
        ]
        order = list(_SHOWN)
        for (name, clients), found in sorted(self.loads.items(), key=lambda one: order.index(one[0][0])):
            rate = median(one.rate for one in found)
            weeks = rate if name == "Radicale" else rate * ASKED
            shown = "" if name.startswith("find") else f"{weeks:,.{1 if weeks < 100 else 0}f}"
            p50, p99 = median(one.p50_us for one in found), median(one.p99_us for one in found)
            lines.append(
                f"| {_SHOWN[name]} | {clients} | {shown} | {rate:,.{1 if rate < 100 else 0}f}"
                f" | {p50 / 1000:.2f} ms | {p99 / 1000:.2f} ms |"
            )
        ratio, p50 = self._ratio(), median(one.p50_us for one in self.loads["find, SQLite", 1]) / 1000
        weeks, found = "person-weeks, SQLite, 16 clients, to Radicale's faster", _SHOWN["find, SQLite"]
        lines += [
            "",
            "| asked for | wanted | found | |",
            "| --- | --: | --: | --- |",
            f"| {weeks} | ≥ {WANTED} | {ratio:,.0f} | {_verdict(ratio >= WANTED)} |",
            f"| {found}, p50 | < {WANTED_MS} ms | {p50:.1f} ms | {_verdict(p50 < WANTED_MS)} |",
        ]
        return "\n".join(lines)

    def _ratio(self) -> float:
        """Median over the rounds of the rate of person-weeks to that of the peer, at its faster number of clients."""
        ours = [one.rate * ASKED for one in self.loads["SQLite", 16]]
        theirs = max(
            ([one.rate for one in self.loads["Radicale", clients]] for clients in (1, 16)), key=median
        )
        return median(one / two for one, two in zip(ours, theirs, strict=True))

    def _plan(self, number: int) -> tuple[list[int], EventChange]:
        """An event is in the calendar of one of those who are asked about, and of four people who are not."""
        (organizer, _, *others), draft = self._calendar.plan(number // ASKED)
        far = [ASKED + one % (PEOPLE - ASKED) for one in (organizer, *others)]
        return [far[0], number % ASKED, *far[1:]], draft

    def _busy(self, name: str, clients: int) -> None:
        self._load(name, clients, "querySchedule", self._weeks, self._everybody())

    def _busy_while_updated(self) -> None:
        """Every answer has to ask what changed: what is remembered is doubted with each commit."""
        updates = str(self._targets), self._population.token, "title"
        url = self._servers["SQLite"].base_url
        with ThreadPoolExecutor(1) as beside:
            # A little longer, so that there are updates to the last answer.
            done = beside.submit(load, "put.lua", url, *updates, clients=1, seconds=self._seconds + 1)
            self._load("SQLite, updates", 16, "querySchedule", self._weeks, self._everybody())
        self._say(f"beside {done.result().rate:,.0f} updates/s")

    def _everybody(self) -> str:
        """A body about all of them, open."""
        return msgspec.json.encode({"userIds": self._population.people[:ASKED]}).decode()[:-1] + ","

    def _find(self, name: str) -> None:
        invited = [{"id": one} for one in self._population.people[1:MEETING]]
        asked = {"attendees": invited, "durationMinutes": 60, "outsideWorkingHours": True}
        body = msgspec.json.encode(asked).decode()[:-1] + ","
        self._load(f"find, {name}", 1, "findTimes", self._fortnights, body)

    def _load(self, name: str, clients: int, operation: str, windows: Path, body: str) -> None:
        server = self._servers[name.removeprefix("find, ").removesuffix(", updates")]
        arguments = str(windows), self._path(operation), self._population.token, body
        self._settle()
        self._add(
            name,
            clients,
            load("free_busy.lua", server.base_url, *arguments, clients=clients, seconds=self._seconds),
        )

    def _peer(self, clients: int) -> None:
        arguments = str(self._weeks), COLLECTION, AUTHORIZATION
        seconds = max(self._seconds, PEER_SECONDS)
        self._settle()
        self._add(
            "Radicale",
            clients,
            load("radicale_busy.lua", self._radicale.base_url, *arguments, clients=clients, seconds=seconds),
        )

    def _add(self, name: str, clients: int, found: Load) -> None:
        self.loads[name, clients].append(found)
        self._say(
            f"{_SHOWN[name]}, {clients} client{'s' if clients > 1 else ''}: {found.rate:,.1f}/s,"
            f" p50 {found.p50_us / 1000:.2f} ms, p99 {found.p99_us / 1000:.2f} ms"
        )

    def _path(self, operation: str) -> str:
        return f"/v1.0/calendar/users/{self._population.people[0]}/{operation}"

    def _people(self, first: str, after: str) -> dict[str, Any]:
        people = self._population.people[:ASKED]
        return {"userIds": people, "startTime": first + OFFSET, "endTime": after + OFFSET}

    def _spans(self) -> float:
        """Of one person and week, on average over the year."""
        lines = self._weeks.read_text().splitlines()
        found = 0
        for line in lines:
            first, after, *_ = line.split("\t")
            answer = self._ask(
                self._servers["SQLite"], "querySchedule", self._people(f"{first}:00:00", after)
            )
            found += sum(len(one["scheduleItems"]) for one in answer["scheduleInformation"])
        return found / len(lines) / ASKED

    def _ask(self, server: RiliServe, operation: str, body: dict[str, Any]) -> Any:
        headers = {"content-type": "application/json", "x-acs-dingtalk-access-token": self._population.token}
        request = urllib.request.Request(
            server.base_url + self._path(operation), msgspec.json.encode(body), headers
        )
        with urllib.request.urlopen(request) as answer:
            return msgspec.json.decode(answer.read())


def _verdict(kept: bool) -> str:
    return "yes" if kept else "**no**"


def _write_weeks(path: Path, days: int) -> Path:
    """A line for each span of so many days of the year shown: the hour in which it begins and the moment when it ends,
    in local time and in UTC. Nothing happens in the first hour of a day.
    """
    night = timedelta(days=1)  # midnight in Shanghai is 16:00 of the day before
    firsts = [date(SHOWN, 1, 1) + timedelta(days=step) for step in range(0, 364, days)]
    path.write_text(
        "".join(
            f"{first}T00\t{first + timedelta(days=days)}T00:00:00"
            f"\t{first - night:%Y%m%dT16}\t{first + timedelta(days=days) - night:%Y%m%dT160000Z}\n"
            for first in firsts
        )
    )
    return path
