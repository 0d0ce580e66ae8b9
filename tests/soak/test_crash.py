"""`kill -9` during load: of Rili, and of PostgreSQL under it. Nothing that was answered is lost, nothing is torn."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from random import Random

from rili.store.migrations import migrate
from rili.store.open import open_database
from tests.postgres import PostgresServer
from tests.soak.ledger import findings
from tests.soak.load import Client, Load, Organisation, Reply, Sent
from tests.soak.process import RiliServe
from tests.soak.scale import scaled

SEED = 20_260_301
KILLS = scaled(2, 20)
BUSY = b"idempotencyProcessing"


def test_what_was_answered_survives_kill_9(database_url: str, tmp_path: Path) -> None:
    random = Random(SEED)
    organisation = _organisation(database_url)
    with RiliServe(database_url, tmp_path / "log") as server:
        load = Load(server, organisation, random)
        load.create_events()
        for number in range(1, KILLS + 1):
            answers = random.randrange(10, 250)
            print(f"kill {number} of {KILLS} after {answers} answers (seed {SEED})")
            load.start()
            load.wait_for(answers)
            server.kill()
            load.join()
            server.start()
            _check_replays(server, organisation, load)
            assert _findings(database_url, organisation, load) == []
            assert load.refused == []


def test_rili_outlives_a_crash_of_postgresql(tmp_path: Path) -> None:
    with PostgresServer() as postgres:
        postgres.start(durable=True)
        url = postgres.create_database()
        organisation = _organisation(url)
        with RiliServe(url, tmp_path / "log") as server:
            load = Load(server, organisation, Random(SEED))
            load.create_events()
            load.start()
            load.wait_for(100)
            postgres.crash()
            _ask_until(server, organisation, 503)
            assert not server.healthy()
            postgres.restart()
            _ask_until(server, organisation, 200)
            load.wait_for(50)
            server.kill()
            load.join()
            server.start()
            _check_replays(server, organisation, load)
            assert {(one.status, b'"code":"system.busy"' in one.body) for one in load.refused} == {
                (503, True)
            }
        assert _findings(url, organisation, load) == []


def _organisation(url: str) -> Organisation:
    migrate(url)

    async def make() -> Organisation:
        db = open_database(url, 1)
        try:
            return await Organisation.make(db, time.time_ns() // 1_000_000)
        finally:
            await db.close()

    return asyncio.run(make())


def _findings(url: str, organisation: Organisation, load: Load) -> list[str]:
    async def look() -> list[str]:
        db = open_database(url, 1)
        try:
            return await db.read(
                lambda tx: findings(tx, organisation.corp_id, load.sent, load.answered.values())
            )
        finally:
            await db.close()

    return asyncio.run(look())


def _check_replays(server: RiliServe, organisation: Organisation, load: Load) -> None:
    """Sent again with its token, an answered update is answered the same, and an unanswered one happens once."""
    client = Client(server, organisation.token)
    for one in load.answered.values():
        if one.sent.client_token:
            assert client.update(one.sent) == Reply(200, one.etag, one.answer)
    for sent in load.unanswered():
        if sent.client_token:
            first = _once_free(client, sent)
            assert first.status == 200
            assert client.update(sent) == first
    client.close()


def _once_free(client: Client, sent: Sent) -> Reply:
    """On PostgreSQL the transaction of a client that was killed may still be ending."""
    deadline = time.monotonic() + 10
    while BUSY in (reply := client.update(sent)).body and time.monotonic() < deadline:
        continue
    return reply


def _ask_until(server: RiliServe, organisation: Organisation, status: int) -> None:
    """Ask until the answer has that status; a client waits for none of them."""
    client = Client(server, organisation.token)
    deadline = time.monotonic() + 20
    path = f"/v1.0/contact/users/{organisation.union_ids[0]}"
    while (reply := client.ask("GET", path)).status != status:
        assert time.monotonic() < deadline, reply
        assert reply.status in (200, 503), reply
    client.close()
