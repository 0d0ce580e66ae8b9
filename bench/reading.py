"""What is measured of reading: whole months, one event, and series expanded without HTTP."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from msgspec.structs import replace

from bench.months import SHOWN, Calendar, average_month, view_path, write_months
from bench.population import Population, copy_to_postgres, populate
from bench.report import Figures
from bench.servers import AUTHORIZATION, MONTHS, ROOT, Radicale
from bench.wrk import Load, load
from tests.postgres import PostgresServer
from tests.soak.process import RiliServe, ServerProcess

Measure = Callable[[str, int, Callable[[], Load]], None]
"""Takes the name of what is measured, the number of clients, and what runs the load."""

PEER_SECONDS = 8
"""Of Radicale's answers one takes so long that a shorter load would count few."""


class Reading:
    """The servers, calendars and loads of it."""

    def __init__(
        self,
        stack: ExitStack,
        folder: Path,
        *,
        few: int,
        many: int,
        seconds: float,
        figures: Figures,
        measure: Measure,
        say: Callable[[str], None],
    ) -> None:
        self.seconds = seconds
        self._stack = stack
        self._folder = folder
        # A month of either shows as many occurrences for each event that began in it.
        self._calendars = {"few": Calendar(few, SHOWN - 1, 2), "many": Calendar(many, SHOWN - 5, 10)}
        self._figures = figures
        self._measure = measure
        self._say = say
        self._months = write_months(folder / "months.tsv")
        self._populations: dict[str, Population] = {}
        self._servers: dict[str, RiliServe] = {}

    def prepare(self, postgres: PostgresServer, radicale: Radicale) -> None:
        """Fill the calendars and start the servers."""
        self._radicale = radicale
        self._say("months: filling Radicale")
        radicale.fill(MONTHS, self._calendars["few"].vevents())
        for kind, calendar in self._calendars.items():
            self._say(f"months: filling SQLite with {calendar.count:,} events")
            url = f"sqlite:{self._folder / f'months-{kind}.db'}"
            now_ms = time.time_ns() // 1_000_000
            self._populations[kind] = asyncio.run(populate(url, calendar.count, now_ms, calendar.plan))
            self._servers[f"SQLite, {kind}"] = RiliServe(url)
        url = postgres.create_database()
        copy_to_postgres(f"sqlite:{self._folder / 'months-few.db'}", url)
        self._servers["PostgreSQL, few"] = RiliServe(url)
        for server in self._servers.values():
            self._stack.enter_context(server)

    def warm_up(self) -> None:
        """A year of months each, which says how much they are, and the peer's first answer."""
        for name, server in self._servers.items():
            found = average_month(server.base_url, self._populations[_kind(name)])
            self._figures.months[name] = found
            self._say(f"a month of {name}: {found.occurrences:.0f} occurrences, {found.answers:.1f} answers")
        self._ask_peer(1, 2)

    def round(self) -> None:
        """Everything once."""
        for clients in (1, 16):
            self._month("SQLite, few", clients)
        self._month("SQLite, many", 16)
        self._month("SQLite, few", 16, again=True)
        for clients in (1, 16):
            seconds = max(self.seconds, PEER_SECONDS)
            self._measure("month: Radicale", clients, lambda n=clients, s=seconds: self._ask_peer(n, s))
        for clients in (1, 16):
            self._month("PostgreSQL, few", clients)
        self._expansion()

    def one_event(self, name: str, server: ServerProcess, targets: Path, population: Population) -> None:
        """GET of events, 16 at once."""

        def run() -> Load:
            arguments = str(targets), population.token
            return load("get.lua", server.base_url, *arguments, clients=16, seconds=self.seconds)

        self._measure(name, 16, run)

    def _month(self, name: str, clients: int, *, again: bool = False) -> None:
        server, month = self._servers[name], self._figures.months[name]
        population = self._populations[_kind(name)]
        arguments = str(self._months), view_path(population.people[0]), population.token
        shown = f"month: {name}{', again' if again else ''}"

        def run() -> Load:
            before = server.cpu_seconds()
            kind = "same" if again else "other"
            found = load(
                "month.lua", server.base_url, *arguments, kind, clients=clients, seconds=self.seconds
            )
            cpu = server.cpu_seconds() - before
            if clients > 1:
                occurrences = found.requests / month.answers * month.occurrences
                self._figures.add_rate(f"{shown}: CPU of an occurrence", cpu / occurrences)
                self._say(f"{shown}: {cpu / occurrences * 1e6:.1f} µs of CPU an occurrence")
            return replace(found, answers_each=month.answers)

        self._measure(shown, clients, run)

    def _ask_peer(self, clients: int, seconds: float) -> Load:
        arguments = str(self._months), MONTHS, AUTHORIZATION
        return load("report.lua", self._radicale.base_url, *arguments, clients=clients, seconds=seconds)

    def _expansion(self) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "bench.expansion"], check=True, stdout=subprocess.PIPE, cwd=ROOT
        )
        for name, rate in json.loads(done.stdout).items():
            self._figures.add_rate(name, rate)
            self._say(f"without HTTP, {name}: {rate:,.0f} months/s")


def _kind(name: str) -> str:
    return name.rpartition(" ")[2]
