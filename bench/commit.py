"""The same update without HTTP. `python -m bench.commit DATABASE POPULATION SECONDS` prints two rates as JSON.

`action`: the action, 16 at once, committed by the same database object as in the server. `statements`: the SQL that
those actions ran, again, without Python between: a plain sqlite3 connection, 16 updates a commit.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from bench.population import Population, moved
from rili.actions import events
from rili.store.db import Database, Row, Tx, Value
from rili.store.open import open_database
from rili.store.sqlite import connect

AT_ONCE = 16
RECORDED = 2_000


class Recorder:
    """A transaction that remembers what it was asked to execute."""

    def __init__(self, tx: Tx, seen: list[tuple[str, Mapping[str, Value]]]) -> None:
        self._tx = tx
        self._seen = seen
        self.claim = tx.claim
        self.change_no = tx.change_no

    def run(self, sql: str, /, **params: Value) -> int:
        self._seen.append((sql, params))
        return self._tx.run(sql, **params)

    def queue(self, sql: str, /, **params: Value) -> None:
        self._seen.append((sql, params))
        self._tx.queue(sql, **params)

    def run_many(self, sql: str, rows: Iterable[Mapping[str, Value]], /) -> None:
        rows = list(rows)
        self._seen.extend((sql, params) for params in rows)
        self._tx.run_many(sql, rows)

    def one(self, sql: str, /, **params: Value) -> Row | None:
        self._seen.append((sql, params))
        return self._tx.one(sql, **params)

    def all(self, sql: str, /, **params: Value) -> list[Row]:
        self._seen.append((sql, params))
        return self._tx.all(sql, **params)

    lock = one


async def _update(db: Database, population: Population, number: int, seen: list[Any] | None = None) -> None:
    organizer, event_id = population.events[number % len(population.events)]
    now_ms = time.time_ns() // 1_000_000
    by, place, change = population.caller(now_ms), events.Place(organizer, events.PRIMARY), moved(number)

    def act(tx: Tx) -> None:
        if seen is not None:
            tx = Recorder(tx, seen)
        events.update_event(tx, by, place, event_id, change, rules="documented", new_bytes=os.urandom)

    await db.write(act)


async def action_rate(database: str, population: Population, seconds: float) -> float:
    """Updates a second, AT_ONCE of them waiting at any time."""
    db = open_database(database)
    done = 0
    started = time.perf_counter()

    async def client(first: int) -> None:
        nonlocal done
        number = first
        while time.perf_counter() - started < seconds:
            await _update(db, population, number)
            number += AT_ONCE
            done += 1

    try:
        await asyncio.gather(*(client(number) for number in range(AT_ONCE)))
        return done / (time.perf_counter() - started)
    finally:
        await db.close()


async def record(database: str, population: Population) -> list[list[tuple[str, Mapping[str, Value]]]]:
    """The statements of RECORDED updates, which *database* has then seen."""
    db = open_database(database)
    try:
        recorded: list[list[tuple[str, Mapping[str, Value]]]] = []
        for number in range(RECORDED):
            recorded.append([])
            await _update(db, population, number, recorded[-1])
        return recorded
    finally:
        await db.close()


def statement_rate(database: str, recorded: list[list[tuple[str, Mapping[str, Value]]]]) -> float:
    """Updates a second when nothing is left but their statements, on a database as it was before them."""
    connection = connect(database, cache_kib=16_384)
    started = time.perf_counter()
    for first in range(0, len(recorded), AT_ONCE):
        connection.execute("BEGIN IMMEDIATE")
        for statements in recorded[first : first + AT_ONCE]:
            for statement, params in statements:
                connection.execute(statement, params).fetchall()
        connection.execute("COMMIT")
    rate = len(recorded) / (time.perf_counter() - started)
    connection.close()
    return rate


def main(source: Path, population: Population, seconds: float) -> dict[str, float]:
    """Both rates, on copies of *source*: a database without a process on it."""
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        copies = [Path(folder) / name for name in ("action.db", "record.db", "replay.db")]
        for copy in copies:
            shutil.copyfile(source, copy)
        action, recording, replay = (f"sqlite:{copy}" for copy in copies)
        rate = uvloop.run(action_rate(action, population, seconds))
        recorded = uvloop.run(record(recording, population))
        return {"action": rate, "statements": statement_rate(replay, recorded)}


if __name__ == "__main__":
    _population = msgspec.json.decode(Path(sys.argv[2]).read_bytes(), type=Population)
    print(json.dumps(main(Path(sys.argv[1]), _population, float(sys.argv[3]))))
