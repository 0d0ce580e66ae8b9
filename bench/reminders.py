"""A million reminders that wait, and finding those of a minute among them. `python -m bench.reminders` prints a table.

With one organisation and with a thousand, on SQLite and PostgreSQL; beside the time, what finding them adds to the
peak memory of the process.
"""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from pathlib import Path
from statistics import median

from rili.delivery.reminders import ROWS
from rili.store import reminders
from rili.store.db import Tx
from rili.store.migrations import migrate
from rili.store.open import open_database
from tests.delivery import many_reminders
from tests.delivery.many_reminders import MINUTE_MS
from tests.postgres import PostgresServer

COUNT = 1_000_000
TURNS = 50
NOW_MS = 1_800_000_000_000


async def measure(url: str, organisations: int) -> str:
    """One line of the table."""
    migrate(url, lambda _: None)
    db = open_database(url, 1)
    try:
        await db.write(lambda tx: many_reminders.add(tx, COUNT, organisations, NOW_MS))
        await db.write(_analyze)
        # What a worker finds that was there a minute ago: that minute's, the first time with nothing in memory.
        await db.read(lambda tx: _find(tx, NOW_MS))
        before_kib = _peak_kib()
        spent: list[float] = []
        found = 0
        for _ in range(TURNS):
            began = time.perf_counter()
            found = await db.read(lambda tx: _find(tx, NOW_MS + MINUTE_MS))
            spent.append((time.perf_counter() - began) * 1000)
        more_kib = _peak_kib() - before_kib
        size = await db.read(lambda tx: tx.one("SELECT COUNT(*) FROM reminders"))
        assert size == (COUNT,)
    finally:
        await db.close()
    kind = url.split(":")[0].replace("postgresql", "PostgreSQL").replace("sqlite", "SQLite")
    times = f"{median(spent):.1f} ms | {max(spent):.1f} ms"
    return f"| {kind} | {organisations:,} | {found} | {times} | {more_kib / 1024:.1f} MiB |"


def _find(tx: Tx, now_ms: int) -> int:
    """As `delivery.reminders` does: who has something, and of each what is due."""
    return sum(len(reminders.due(tx, corp_id, now_ms, ROWS)) for corp_id in reminders.waiting_in(tx, now_ms))


def _analyze(tx: Tx) -> None:
    """As both databases do by themselves after a while."""
    tx.run("ANALYZE")


def _peak_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def main() -> None:
    print("| database | organisations | due | median | longest | more memory |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder, PostgresServer() as server:
        server.start(durable=True)
        for organisations in (1, 1_000):
            print(await measure(f"sqlite:{Path(folder) / f'{organisations}.db'}", organisations), flush=True)
            print(await measure(server.create_database(), organisations), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
