from __future__ import annotations

import asyncio

import pytest

from rili.store import idempotency
from rili.store.idempotency import LIFE_MS, Remembered
from tests.store.conftest import go_on_when

NOW_MS = 1_767_225_600_000
ANSWER = Remembered("hash", 200, "1", "{}")


def remember(key, now_ms=NOW_MS):
    return lambda tx: idempotency.remember(tx, "corp", key, ANSWER, now_ms)


def test_what_is_older_than_a_day_goes(db, run):
    run(db.write(remember("old", NOW_MS - LIFE_MS)))
    run(db.write(remember("young", NOW_MS - LIFE_MS + 1)))

    run(db.write(remember("new")))

    assert run(db.read(lambda tx: tx.all("SELECT key FROM idempotency ORDER BY key"))) == [
        ("new",),
        ("young",),
    ]


@pytest.mark.parametrize("migrated_url", ["postgres"], indirect=True)
def test_nobody_waits_for_who_forgets(db, run):
    """Every request with a token forgets the oldest: they must not stand in line for the same rows."""
    run(db.write(remember("old", NOW_MS - 2 * LIFE_MS)))
    forgot, done = asyncio.Event(), asyncio.Event()

    def hold(tx):
        remember("a")(tx)
        tx.one("SELECT 1")
        forgot.set()
        go_on_when(done, tx)

    async def scenario():
        holding = asyncio.create_task(db.write(hold))
        await forgot.wait()
        try:
            await asyncio.wait_for(db.write(remember("b")), 5)
        finally:
            done.set()
            await holding

    run(scenario())
