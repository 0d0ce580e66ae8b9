"""Finding what is due among many: what is read is what is due, however many wait."""

from __future__ import annotations

import pytest

from rili.store import reminders
from tests.delivery import many_reminders
from tests.delivery.many_reminders import MINUTE_MS, MINUTES_APART
from tests.people import SharedDatabase

NOW_MS = 1_800_000_000_000
COUNT = 1_000


@pytest.mark.parametrize("organisations", [1, 10])
def test_what_is_due(module_database: SharedDatabase, organisations: int) -> None:
    db = module_database
    db.write(lambda tx: many_reminders.add(tx, COUNT, organisations, NOW_MS))
    try:
        assert db.read(lambda tx: reminders.waiting_in(tx, NOW_MS - 1)) == []
        due_ms = NOW_MS + MINUTES_APART * MINUTE_MS * 5 // COUNT  # the first six
        corp_ids = db.read(lambda tx: reminders.waiting_in(tx, due_ms))
        assert sorted(corp_ids) == [f"dingmany{number}" for number in range(min(organisations, 6))]
        found = [
            one
            for corp_id in corp_ids
            for one in db.read(lambda tx, corp_id=corp_id: reminders.due(tx, corp_id, due_ms, 4))
        ]
        assert sorted(one.event_id for one in found) == [
            f"e{number}" for number in range(4 if organisations == 1 else 6)
        ]
        assert all(one.position.due_ms <= due_ms for one in found)
    finally:
        db.write(many_reminders.remove)
