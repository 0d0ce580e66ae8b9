"""Figures, what they are held against, and both as Markdown."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sqlite3
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Self

from msgspec import Struct

from bench.months import Month
from bench.wrk import Load, version

MARKS = "<!-- results -->", "<!-- end of results -->"
BUSY_MARKS = "<!-- free/busy -->", "<!-- end of free/busy -->"


class Machine(Struct, frozen=True):
    """Where and with what it was measured."""

    cores: int
    processor: str
    versions: dict[str, str]

    @classmethod
    def of_this(cls, **versions: str) -> Self:
        """This one; *versions* are those of what is not in this environment."""
        here = {name: importlib.metadata.version(name) for name in ("rili", "uvicorn", "uvloop")}
        here |= {"Python": platform.python_version(), "SQLite": sqlite3.sqlite_version}
        here |= {"PostgreSQL": versions["postgres"].split()[0], "Radicale": versions["radicale"]}
        here["wrk"] = version().removeprefix("wrk ").removeprefix("debian/")
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return cls(cores, _processor(), here)


class Figures:
    """What was measured: by name and number of clients, one entry a round."""

    def __init__(self) -> None:
        self.loads: dict[tuple[str, int], list[Load]] = defaultdict(list)
        self.rates: dict[str, list[float]] = defaultdict(list)
        self.months: dict[str, Month] = {}
        """What a month is, by server."""
        self.start_seconds: list[float] = []
        self.memory_mb = 0.0

    def add_load(self, name: str, clients: int, found: Load) -> None:
        self.loads[name, clients].append(found)

    def add_rate(self, name: str, rate: float) -> None:
        self.rates[name].append(rate)

    def updates(self, name: str) -> int:
        """How many updates were answered by the server *name*, whatever they changed."""
        return sum(
            one.requests
            for (which, _), found in self.loads.items()
            if which.startswith(name)
            for one in found
        )

    def ratio(self, name: str, other: str, other_clients: int = 16) -> float:
        """Median over the rounds of *name*'s rate at 16 clients to *other*'s in the same round."""
        pairs = zip(self._each(name), self._each(other, other_clients), strict=True)
        return median(one / two for one, two in pairs)

    def spread(self, name: str) -> float:
        """Median over the rounds of p99 / p50 at 16 clients."""
        return median(one.p99_us / max(one.p50_us, 1) for one in self.loads[name, 16])

    def _each(self, name: str, clients: int = 16) -> list[float]:
        return self.rates.get(name) or [one.rate for one in self.loads[name, clients]]


def as_markdown(figures: Figures, machine: Machine, *, few: int, many: int, seconds: float) -> str:
    """Where, the figures, the verdicts."""
    lines = [
        *heading(machine, "make bench", len(figures.loads["floor", 16]), seconds),
        "",
        "| what | clients | updates/s | p50 | p99 |",
        "| --- | --: | --: | --: | --: |",
    ]
    sizes = {"few": f"{few:,}", "many": f"{many:,}"}
    for name, shown in _UPDATES.items():
        lines += _rows(figures, name, shown.format(**sizes), at_once="16")
    lines += ["", _what_a_month_is(figures, few, many), ""]
    lines += [
        "| what | clients | a second | p50 of an answer | p99 of an answer |",
        "| --- | --: | --: | --: | --: |",
    ]
    for name, shown in _READS.items():
        lines += _rows(figures, name, shown.format(**sizes), at_once="")
    lines += ["", "| asked for | wanted | found | |", "| --- | --: | --: | --- |"]
    lines += [
        f"| {what.format(**sizes)} | {wanted} | {found} | {'yes' if kept else '**no**'} |"
        for what, wanted, found, kept in _verdicts(figures)
    ]
    return "\n".join(lines)


def heading(machine: Machine, command: str, rounds: int, seconds: float) -> list[str]:
    """Where and how it was measured."""
    versions = ", ".join(f"{name} {number}" for name, number in machine.versions.items())
    return [
        f"`{command}` on {machine.cores} cores ({machine.processor}); {versions}.",
        f"Medians of {rounds} rounds of {seconds:g} s each.",
    ]


def write_into(document: Path, text: str, marks: tuple[str, str]) -> None:
    """Replace what stands between *marks* in *document*."""
    begin, end = marks
    before, _, rest = document.read_text().partition(begin)
    _, _, after = rest.partition(end)
    document.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}")


_UPDATES = {
    "SQLite, few": "Rili, SQLite, {few} events",
    "SQLite, many": "Rili, SQLite, {many} events",
    "SQLite, few, title only": "Rili, SQLite, {few} events, title only",
    "PostgreSQL, few": "Rili, PostgreSQL, {few} events",
    "PostgreSQL, many": "Rili, PostgreSQL, {many} events",
    "PostgreSQL, few, title only": "Rili, PostgreSQL, {few} events, title only",
    "floor": "floor: same server, a fixed answer",
    "action": "SQLite without HTTP: the action",
    "statements": "SQLite without HTTP: its statements alone",
    "pgbench": "pgbench -N -M extended",
    "Radicale": "Radicale, {few} events",
    "wrk against fixed bytes": "wrk against fixed bytes (its ceiling is no lower)",
}

_READS = {
    "month: SQLite, few": "a month, SQLite, {few} events",
    "month: SQLite, few, again": "the same month again, SQLite, {few} events",
    "month: SQLite, many": "a month, SQLite, {many} events",
    "month: PostgreSQL, few": "a month, PostgreSQL, {few} events",
    "month: Radicale": "a month, Radicale, {few} events",
    "GetEvent": "one event, SQLite, {few} events",
    "GET floor": "floor: same server, a fixed answer",
    "expand": "a month of a weekly series in its sixth year, without HTTP",
    "dateutil": "the same by python-dateutil",
    "daily, first": "the first month of a daily series, without HTTP",
    "daily, far": "the same 45 years later",
}


def _rows(figures: Figures, name: str, title: str, *, at_once: str) -> list[str]:
    """The lines of a table; *at_once* is how many clients the figures without HTTP had."""
    if name in figures.rates:
        return [f"| {title} | {at_once} | {median(figures.rates[name]):,.0f} | | |"]
    lines: list[str] = []
    for clients in (1, 16):
        if found := figures.loads.get((name, clients)):
            rate = median(one.rate for one in found)
            p50, p99 = (median(one.p50_us for one in found), median(one.p99_us for one in found))
            lines.append(
                f"| {title} | {clients} | {rate:,.{1 if rate < 10 else 0}f}"
                f" | {p50 / 1000:.2f} ms | {p99 / 1000:.2f} ms |"
            )
    return lines


def _what_a_month_is(figures: Figures, few: int, many: int) -> str:
    parts = [
        f"{month.occurrences:,.0f} occurrences in {month.answers:.1f} answers"
        f" ({median(figures.rates[f'month: SQLite, {kind}: CPU of an occurrence']) * 1e6:.1f} µs of the server's"
        f" processor time each) with {count:,} events"
        for kind, count in (("few", few), ("many", many))
        for month in [figures.months[f"SQLite, {kind}"]]
    ]
    return f"A month shows {' and '.join(parts)}."


def _verdicts(figures: Figures) -> list[tuple[str, str, str, bool]]:
    """What, the bound, the figure, and whether it is kept."""
    peer, floor = figures.ratio("SQLite, few", "Radicale"), figures.ratio("SQLite, few", "floor")
    spread, growth = figures.spread("SQLite, few"), figures.ratio("SQLite, many", "SQLite, few")
    postgres, memory = figures.ratio("PostgreSQL, few", "pgbench"), figures.memory_mb
    start = median(figures.start_seconds)
    peer_month = min(figures.ratio("month: SQLite, few", "month: Radicale", clients) for clients in (1, 16))
    cost = "month: SQLite, {}: CPU of an occurrence"
    dearer = figures.ratio(cost.format("many"), cost.format("few"))
    expansion, later = figures.ratio("expand", "dateutil"), figures.ratio("daily, first", "daily, far")
    event = figures.ratio("GetEvent", "GET floor")
    return [
        ("SQLite, 16 clients, to Radicale", "≥ 30", f"{peer:.0f}", peer >= 30),
        ("SQLite, 16 clients, to the floor", "≥ 0.25", f"{floor:.2f}", floor >= 0.25),
        ("SQLite, 16 clients, p99 to p50", "< 5", f"{spread:.1f}", spread < 5),
        ("SQLite, {many} events to {few}", "≥ 0.85", f"{growth:.2f}", growth >= 0.85),
        ("PostgreSQL, 16 clients, to pgbench", "≥ 0.2", f"{postgres:.2f}", postgres >= 0.2),
        ("a month, SQLite, 16 clients, to Radicale's faster", "≥ 40", f"{peer_month:.0f}", peer_month >= 40),
        ("processor time of an occurrence, {many} events to {few}", "≤ 1.5", f"{dearer:.2f}", dearer <= 1.5),
        ("one event, SQLite, 16 clients, to the floor", "≥ 0.5", f"{event:.2f}", event >= 0.5),
        (
            "a weekly series in its sixth year, to python-dateutil",
            "≥ 200",
            f"{expansion:.0f}",
            expansion >= 200,
        ),
        ("a daily series, cost after 45 years to its first month", "≤ 1.5", f"{later:.2f}", later <= 1.5),
        ("peak memory, {many} events, 16 clients", "< 100 MB", f"{memory:.0f} MB", memory < 100),
        ("start to first answer, {many} events", "< 1 s", f"{start:.2f} s", start < 1),
    ]


def _processor() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()
