"""What a server's own worker does, and what it leaves to `rili worker`."""

from __future__ import annotations

import os

import msgspec
import pytest

from rili.app import build_server_worker, build_worker
from rili.config import Settings, Worker
from rili.delivery.bell import Bell
from rili.delivery.streams import Streams
from rili.metrics import Metrics
from rili.store import outbox, queues
from rili.store.db import Tx
from rili.store.outbox import Change
from tests.delivery.conftest import CORP, NOW_MS
from tests.delivery.test_pruning import EVENT


def unread(tx: Tx) -> list[int]:
    return [one.length for one in queues.unread(tx)]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [pytest.param("inside", [0, 0, 0], id="inside"), pytest.param("apart", [1, 1, 1], id="apart")],
)
def test_who_reads_the_outbox(db, run, setting: Worker, expected: list[int]) -> None:
    body = msgspec.json.encode(EVENT).decode()
    change = Change(CORP, EVENT.id, "create", "app", "u1", NOW_MS, ("u1",), after=body)
    run(db.write(lambda tx: outbox.add(tx, change)))
    settings = Settings(database="sqlite:unused", worker=setting)
    bell, metrics = Bell(), Metrics()
    server = build_server_worker(
        settings, db, clock=lambda: NOW_MS, bell=bell, metrics=metrics, streams=Streams(os.urandom)
    )

    run(server.settle())
    assert run(db.read(unread)) == expected
    run(build_worker(settings, db, clock=lambda: NOW_MS, bell=bell, metrics=metrics).settle())
    assert run(db.read(unread)) == [0, 0, 0]
