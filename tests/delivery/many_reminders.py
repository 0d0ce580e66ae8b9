"""Reminders in numbers, far from now and near: written at once, as no events of theirs are needed to find them."""

from __future__ import annotations

from rili.store.db import Tx

MINUTE_MS = 60_000
MINUTES_APART = 30 * 24 * 60
"""They are spread evenly over so many minutes, from *now* on."""


def add(tx: Tx, count: int, organisations: int, now_ms: int) -> None:
    """Write *count* of them, in as many *organisations*; every organisation has some in every part of the time."""
    tx.run(
        """
        WITH RECURSIVE numbers (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i < :last)
        INSERT INTO organisations (corp_id, name, zone, language, created_ms)
        SELECT 'dingmany' || CAST(i AS TEXT), 'Many', 'Asia/Shanghai', 'en_US', 0 FROM numbers
        """,
        last=organisations - 1,
    )
    tx.run(
        """
        WITH RECURSIVE numbers (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i < :last)
        INSERT INTO reminders (corp_id, event_id, minutes, zone, due_ms, slot, done_person)
        SELECT 'dingmany' || CAST(i % :organisations AS TEXT), 'e' || CAST(i AS TEXT), 15, '',
               :now_ms + i * :span_ms / :count, '', ''
          FROM numbers
        """,
        last=count - 1,
        organisations=organisations,
        now_ms=now_ms,
        span_ms=MINUTES_APART * MINUTE_MS,
        count=count,
    )


def remove(tx: Tx) -> None:
    """Take them all away."""
    tx.run("DELETE FROM reminders WHERE corp_id LIKE 'dingmany%'")
    tx.run("DELETE FROM organisations WHERE corp_id LIKE 'dingmany%'")
