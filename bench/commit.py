"""The same update without HTTP. `python -m bench.commit DATABASE POPULATION SECONDS` prints two rates as JSON.

`action`: the action, 16 at once, committed by the same database object as in the server. `statements`: the SQL that
those actions ran, again, without Python between: a plain sqlite3 connection, 16 updates a commit.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import cast

import msgspec
import uvloop

from bench.population import Population, moved
from rili.actions import events
from rili.store.db import Tx, Value
from rili.store.open import open_database
from rili.store.sqlite import ChangeNumbers, SqliteTx, connect

AT_ONCE = 16
RECORDED = 2_000

Params = Mapping[str, Value] | Sequence[Value]
Statement = tuple[str, Params]


class Recorder:
    """A connection that remembers what it was asked to execute."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.seen: list[Statement] = []

    def execute(self, sql: str, params: Params = ()) -> sqlite3.Cursor:
        self.seen.append((sql, params))
        return self._connection.execute(sql, params)

    def executemany(self, sql: str, rows: Iterable[Params]) -> None:
        for params in rows:
            self.execute(sql, params)


def _update(tx: Tx, population: Population, number: int) -> None:
    organizer, event_id = population.events[number % len(population.events)]
    by = population.caller(time.time_ns() // 1_000_000)
    place = events.Place(organizer, events.PRIMARY)
    events.update_event(tx, by, place, event_id, moved(number), rules="documented", new_bytes=os.urandom)


async def action_rate(database: str, population: Population, seconds: float) -> float:
    """Updates a second, AT_ONCE of them waiting at any time."""
    db = open_database(database)
    done = 0
    started = time.perf_counter()

    async def client(first: int) -> None:
        nonlocal done
        number = first
        while time.perf_counter() - started < seconds:
            await db.write(partial(_update, population=population, number=number))
            number += AT_ONCE
            done += 1

    try:
        await asyncio.gather(*(client(number) for number in range(AT_ONCE)))
        return done / (time.perf_counter() - started)
    finally:
        await db.close()


def record(database: str, population: Population) -> list[list[Statement]]:
    """The statements of RECORDED updates, which *database* has then seen."""
    connection = connect(database)
    recorder = Recorder(connection)
    recorded: list[list[Statement]] = []
    connection.execute("BEGIN IMMEDIATE")
    numbers = ChangeNumbers(connection)
    for number in range(RECORDED):
        recorder.seen = []
        _update(SqliteTx(cast(sqlite3.Connection, recorder), numbers), population, number)
        recorded.append(recorder.seen)
    connection.execute("COMMIT")
    connection.close()
    return recorded


def statement_rate(database: str, recorded: list[list[Statement]]) -> float:
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
        recorded = record(recording, population)
        return {"action": rate, "statements": statement_rate(replay, recorded)}


if __name__ == "__main__":
    _population = msgspec.json.decode(Path(sys.argv[2]).read_bytes(), type=Population)
    print(json.dumps(main(Path(sys.argv[1]), _population, float(sys.argv[3]))))
