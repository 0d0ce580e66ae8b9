"""Which PostgreSQL holds the database: its transaction ids number the changes, and another one counts from elsewhere.

A dump restored into another cluster meets ids that may lie below those stored with its rows. So the cluster's
identifier is a fact of the database, and when it is another one, an offset lifts the numbers above all stored ones.
"""

from __future__ import annotations

from rili.store import facts
from rili.store.db import Tx

CLUSTER, CHANGE_OFFSET = "cluster", "change_offset"


def moved(tx: Tx) -> bool:
    """Whether the database was made in another cluster than the one it is in."""
    return facts.get(tx, CLUSTER) not in (None, _identifier(tx))


def settle(tx: Tx) -> None:
    """Remember the cluster; in another one, number changes from above those that are stored."""
    if moved(tx):
        row = tx.one(
            """
            SELECT GREATEST((SELECT COALESCE(MAX(change_no), 0) FROM agenda),
                            (SELECT COALESCE(MAX(change_no), 0) FROM outbox),
                            (SELECT COALESCE(MAX(change_no), 0) FROM outbox_readers),
                            (SELECT COALESCE(MAX(change_no), 0) FROM announcements))
            """
        )
        assert row is not None
        facts.put(tx, CHANGE_OFFSET, str(row[0]))
    facts.put(tx, CLUSTER, _identifier(tx))


def _identifier(tx: Tx) -> str:
    row = tx.one("SELECT system_identifier::text FROM pg_control_system()")
    assert row is not None
    return str(row[0])
