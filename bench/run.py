"""`make bench`: updates and reads a second and how long they take, beside a floor, a peer and the databases themselves.

Everything in one run, round after round, so that what else the machine does meets all alike; medians of the rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import msgspec
import psycopg

from bench import wrk
from bench.free_busy import FreeBusy
from bench.population import ATTENDEES, Population, copy_to_postgres, populate
from bench.reading import Reading
from bench.report import BUSY_MARKS, MARKS, Figures, Machine, as_markdown, heading, write_into
from bench.servers import AUTHORIZATION, ROOT, Ceiling, Floor, Radicale
from bench.wrk import load
from tests.postgres import PostgresServer
from tests.soak.process import RiliServe, ServerProcess

WORK = Path(__file__).parent / ".work"
DOCUMENT = ROOT / "docs" / "benchmarks.md"
CORES = 2
FEW = 1_000
PGBENCH = ("-N", "-M", "extended", "-s", "10", "-c", "16", "-j", "1")


class Bench:
    """What is measured, set up once."""

    def __init__(self, stack: ExitStack, many: int, seconds: float) -> None:
        self.figures = Figures()
        self.seconds = seconds
        self.many = many
        self._folder = WORK / "run"
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
        self.radicale = Radicale(WORK / "radicale", self._folder / "radicale")
        say("Radicale: installing, filling")
        radicale_version = self.radicale.install()
        stack.enter_context(self.radicale)
        self._radicale_targets = self.radicale.populate(FEW, ATTENDEES, self._folder / "radicale.tsv")
        self.postgres = stack.enter_context(PostgresServer())
        self.postgres.start(durable=True)
        self._pgbench_url = self.postgres.create_database()
        say("pgbench: filling")
        self._pgbench("-i", "-q", "-s", "10")
        self._populations: dict[int, Population] = {}
        self._targets: dict[int, Path] = {}
        self.servers: dict[str, RiliServe] = {}
        self._urls: dict[str, str] = {}
        for count in (FEW, many):
            self._prepare(count)
        for name, url in self._urls.items():
            self.servers[name] = stack.enter_context(RiliServe(url))
        self._recorded = self._copy(self._file(FEW), "commit.db")
        answer = self._folder / "answer"
        answer.write_bytes(self._read_one())
        self.floor = stack.enter_context(Floor(f"sqlite:{self._copy(self._recorded, 'floor.db')}", answer))
        self.ceiling = stack.enter_context(Ceiling(answer.stat().st_size))
        self.reading = Reading(
            stack,
            self._folder,
            few=FEW,
            many=many,
            seconds=seconds,
            figures=self.figures,
            measure=self._measure,
            say=say,
        )
        self.reading.prepare(self.postgres, self.radicale)
        self.free_busy = FreeBusy(
            stack, self._folder, self.radicale, self.postgres, seconds, self._settle, say
        )
        self.machine = Machine.of_this(radicale=radicale_version, postgres=self._postgres_version())

    def round(self) -> None:
        """Everything once, in the order in which things are compared."""
        self._put("wrk against fixed bytes", self.ceiling, FEW, "move")
        self._put("floor", self.floor, FEW, "move")
        self._put("SQLite, few", self.servers["SQLite, few"], FEW, "move")
        self._put("SQLite, many", self.servers["SQLite, many"], self.many, "move")
        self._put("SQLite, few, title only", self.servers["SQLite, few"], FEW, "title", clients=(16,))
        self._commit()
        self._measure("Radicale", 1, lambda: self._radicale(1))
        self._measure("Radicale", 16, lambda: self._radicale(16))
        self._put("PostgreSQL, few", self.servers["PostgreSQL, few"], FEW, "move")
        self._pgbench_round()
        self._put("PostgreSQL, many", self.servers["PostgreSQL, many"], self.many, "move")
        self._put("PostgreSQL, few, title only", self.servers["PostgreSQL, few"], FEW, "title", clients=(16,))
        few = self._targets[FEW], self._populations[FEW]
        self.reading.one_event("GET floor", self.floor, *few)
        self.reading.one_event("GetEvent", self.servers["SQLite, few"], *few)
        self.reading.round()
        self.free_busy.round()

    def warm_up(self) -> None:
        """A second each, not counted: caches, prepared statements."""
        for name, server in self.servers.items():
            self._load(server, self._count(name), "move", 16, 1)
        self.reading.warm_up()
        self.free_busy.warm_up()

    def memory_and_start(self, times: int) -> None:
        """Peak memory of the server with many events, and how long its successors take to answer."""
        server = self.servers["SQLite, many"]
        self.figures.memory_mb = server.peak_memory_mb()
        for _ in range(times):
            server.stop()
            self.figures.start_seconds.append(server.start())
            say(
                f"start with {self.many:,} events: {self.figures.start_seconds[-1]:.2f} s to the first answer"
            )

    def check_durable(self) -> None:
        """Every update that was counted must be in its database. Raises RuntimeError."""
        for name, url in self._urls.items():
            stored = _changes(url)
            counted = self.figures.updates(name)
            if stored < counted:
                raise RuntimeError(f"{name}: {counted} updates were answered, {stored} are stored")

    def _prepare(self, count: int) -> None:
        say(f"{count:,} events: filling SQLite")
        path = self._folder / f"{count}.db"
        population = asyncio.run(populate(f"sqlite:{path}", count, time.time_ns() // 1_000_000))
        self._populations[count] = population
        (self._folder / f"{count}.json").write_bytes(msgspec.json.encode(population))
        self._targets[count] = population.write_targets(self._folder / f"{count}.tsv")
        say(f"{count:,} events: copying into PostgreSQL")
        url = self.postgres.create_database()
        copy_to_postgres(f"sqlite:{path}", url)
        kind = "few" if count == FEW else "many"
        self._urls[f"SQLite, {kind}"] = f"sqlite:{path}"
        self._urls[f"PostgreSQL, {kind}"] = url

    def _file(self, count: int) -> Path:
        return self._folder / f"{count}.db"

    def _count(self, name: str) -> int:
        return self.many if "many" in name else FEW

    def _put(
        self, name: str, server: ServerProcess, count: int, kind: str, *, clients: tuple[int, ...] = (1, 16)
    ) -> None:
        for number in clients:
            self._measure(name, number, lambda n=number: self._load(server, count, kind, n, self.seconds))

    def _load(self, server: ServerProcess, count: int, kind: str, clients: int, seconds: float) -> wrk.Load:
        arguments = str(self._targets[count]), self._populations[count].token, kind
        return load("put.lua", server.base_url, *arguments, clients=clients, seconds=seconds)

    def _radicale(self, clients: int) -> wrk.Load:
        arguments = str(self._radicale_targets), AUTHORIZATION
        return load("radicale.lua", self.radicale.base_url, *arguments, clients=clients, seconds=self.seconds)

    def _measure(self, name: str, clients: int, run: Callable[[], wrk.Load]) -> None:
        self._settle()
        found = run()
        self.figures.add_load(name, clients, found)
        say(
            f"{name}, {clients} client{'s' if clients > 1 else ''}: {found.rate:,.{1 if found.rate < 10 else 0}f}/s,"
            f" p50 {found.p50_us / 1000:.2f} ms, p99 {found.p99_us / 1000:.2f} ms"
        )

    def _settle(self) -> None:
        settle(self._folder, Path(self.postgres.directory))

    def _commit(self) -> None:
        done = subprocess.run(
            [
                sys.executable, "-m", "bench.commit",
                self._recorded, self._folder / f"{FEW}.json", str(self.seconds),
            ],
            check=True,
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )  # fmt: skip
        for name, rate in json.loads(done.stdout).items():
            self.figures.add_rate(name, rate)
            say(f"SQLite without HTTP, {name}: {rate:,.0f}/s")

    def _pgbench_round(self) -> None:
        said = self._pgbench(*PGBENCH, "-T", str(max(round(self.seconds), 1)))
        found = re.search(r"^tps = ([\d.]+)", said, re.MULTILINE)
        assert found
        self.figures.add_rate("pgbench", float(found[1]))
        say(f"pgbench: {float(found[1]):,.0f}/s")

    def _pgbench(self, *arguments: str) -> str:
        command = [self.postgres.program("pgbench"), *arguments, self._pgbench_url]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def _copy(self, source: Path, name: str) -> Path:
        with sqlite3.connect(source) as connection, sqlite3.connect(self._folder / name) as copy:
            connection.backup(copy)
        return self._folder / name

    def _read_one(self) -> bytes:
        """What an update answers, near enough: the event as GET gives it."""
        population = self._populations[FEW]
        user, event = population.events[0]
        url = f"{self.servers['SQLite, few'].base_url}/v1.0/calendar/users/{user}/calendars/primary/events/{event}"
        request = urllib.request.Request(url, headers={"x-acs-dingtalk-access-token": population.token})
        with urllib.request.urlopen(request) as answer:
            return bytes(answer.read())

    def _postgres_version(self) -> str:
        return postgres_version(self.postgres)


def settle(*folders: Path) -> None:
    """Nobody waits for what another left to be written, and every file is in memory: some machines take pages away
    that nobody has asked for in a while.
    """
    os.sync()
    for folder in folders:
        for where, _, names in os.walk(folder):  # what vanishes meanwhile is passed over
            for name in names:
                with suppress(OSError), Path(where, name).open("rb") as file:
                    while file.read(1 << 20):
                        pass


def postgres_version(postgres: PostgresServer) -> str:
    """As it tells it."""
    with psycopg.connect(postgres.url()) as connection:
        return str(connection.execute("SHOW server_version").fetchone()[0])  # type: ignore[index]


def free_busy_alone(rounds: int, seconds: float) -> str:
    """That part, with nothing else running; the table with its heading."""
    folder = WORK / "free_busy"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        radicale = Radicale(WORK / "radicale", folder / "radicale")
        radicale_version = radicale.install()
        stack.enter_context(radicale)
        postgres = stack.enter_context(PostgresServer())
        postgres.start(durable=True)
        part = FreeBusy(
            stack, folder, radicale, postgres, seconds,
            lambda: settle(folder, Path(postgres.directory)), say,
        )  # fmt: skip
        part.warm_up()
        for number in range(1, rounds + 1):
            say(f"round {number} of {rounds}")
            part.round()
        machine = Machine.of_this(radicale=radicale_version, postgres=postgres_version(postgres))
        command = "make bench ARGS=--free-busy"
        return "\n".join([*heading(machine, command, rounds, seconds), "", part.as_markdown()])


def say(line: str) -> None:
    """Progress, on standard error, so that the tables can be redirected."""
    print(line, file=sys.stderr, flush=True)


def _changes(url: str) -> int:
    statement = "SELECT SUM(version) - COUNT(*) FROM events"
    if url.startswith("sqlite:"):
        connection = sqlite3.connect(url.removeprefix("sqlite:"))
        found = connection.execute(statement).fetchone()
        connection.close()
    else:
        with psycopg.connect(url) as session:
            found = session.execute(statement).fetchone()
    return int(found[0])


def main() -> None:
    """Measure, print, and with --write keep."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="one short round with 10,000 events: does it run?"
    )
    parser.add_argument("--free-busy", action="store_true", help="that part alone: three minutes")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/benchmarks.md")
    parser.add_argument("--seconds", type=float, default=5, help="how long each load lasts")
    given = parser.parse_args()
    wrk.program()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])  # for all that is started, too
    rounds, many, seconds = (1, 10_000, 1.0) if given.quick else (3, 100_000, given.seconds)
    started = time.monotonic()
    if given.free_busy:
        busy = free_busy_alone(rounds, seconds)
        print(busy)
        if given.write:
            write_into(DOCUMENT, busy, BUSY_MARKS)
        return
    with ExitStack() as stack:
        bench = Bench(stack, many, seconds)
        bench.warm_up()
        for number in range(1, rounds + 1):
            say(f"round {number} of {rounds}")
            bench.round()
        bench.check_durable()
        bench.memory_and_start(rounds)
        busy = "\n".join(
            [*heading(bench.machine, "make bench", rounds, seconds), "", bench.free_busy.as_markdown()]
        )
    text = as_markdown(bench.figures, bench.machine, few=FEW, many=many, seconds=seconds)
    print(text)
    print(busy)
    say(f"{time.monotonic() - started:.0f} s")
    if given.write:
        write_into(DOCUMENT, text, MARKS)
        write_into(DOCUMENT, busy, BUSY_MARKS)


if __name__ == "__main__":
    main()
