"""PostgreSQL: an app goes while a reader queues what it is to be told; nothing of that is told afterwards."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator

import pytest

from rili.actions import authorizations, register
from rili.delivery.apps import Apps
from rili.delivery.handing_out import HandingOut
from rili.delivery.reading import Reading
from rili.model.app_kinds import AppKind
from rili.model.directory import OrganisationChange
from rili.store import deliveries
from rili.store.db import Tx
from rili.store.deliveries import NewDelivery
from tests.delivery.told import Corp
from tests.people import NOW_MS, SharedDatabase
from tests.store.conftest import go_on_when


@pytest.fixture
def corp(module_database: SharedDatabase) -> Iterator[Corp]:
    corp = Corp(module_database)
    yield corp
    corp.erase()


@pytest.mark.parametrize("module_database", ["postgres"], indirect=True)
@pytest.mark.parametrize("reader", ["changes", "announcements"])
@pytest.mark.parametrize(
    ("kind", "removed"),
    [
        pytest.param("enterprise", False, id="withdrawn"),
        pytest.param("enterprise", True, id="an enterprise app removed"),
        pytest.param("internal", True, id="an internal app removed"),
    ],
)
def test_an_app_that_goes_meanwhile(
    corp: Corp, monkeypatch: pytest.MonkeyPatch, reader: str, kind: AppKind, removed: bool
) -> None:
    key = corp.listen(kind=kind)
    home = corp.do(register.find_app, key).corp_id
    corp.deliver()
    db = corp.database.db
    if reader == "changes":
        corp.create(corp.bob)
        duty = Reading(db, Apps(lambda: NOW_MS, os.urandom))
    else:
        renamed = OrganisationChange(name="Another")
        corp.do(register.set_organisation, corp.corp_id, renamed, now_ms=NOW_MS)
        duty = HandingOut(db, lambda: NOW_MS, os.urandom)
    reading, go_on, queued = asyncio.Event(), asyncio.Event(), []
    add = deliveries.add

    def add_late(tx: Tx, corp_id: str, new: list[NewDelivery], *, now_ms: int) -> None:
        reading.set()
        go_on_when(go_on, tx)
        add(tx, corp_id, new, now_ms=now_ms)
        queued.extend(one for one in new if one.receiver == key)

    monkeypatch.setattr(deliveries, "add", add_late)

    def go(tx: Tx) -> None:
        if removed:
            register.remove_app(tx, home, key)
        else:
            authorizations.withdraw(tx, key, corp.corp_id, now_ms=NOW_MS)

    async def both() -> None:
        step = asyncio.create_task(duty.step())
        await reading.wait()
        going = asyncio.create_task(db.write(go))
        await asyncio.sleep(0.2)
        go_on.set()
        await asyncio.gather(step, going)

    corp.database.run(both())

    assert queued
    left = corp.database.read(
        lambda tx: tx.all(
            """
            SELECT event_type FROM deliveries WHERE corp_id = :corp_id AND receiver = :key
             UNION ALL
            SELECT subject FROM delivery_lines WHERE corp_id = :corp_id AND receiver = :key
            """,
            corp_id=corp.corp_id,
            key=key,
        )
    )
    assert left == []
