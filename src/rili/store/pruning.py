"""What was kept for long enough goes, a little at a time.

One transaction at a time does each: two would wait for each other's rows.
"""

from __future__ import annotations

from rili.model.moment import DAY_MS
from rili.store.db import Tx
from rili.store.deliveries import COLUMNS, Delivery
from rili.store.delivery_list import drop_empty_lines


def give_up(tx: Tx, *, now_ms: int, before_ms: int, mail_before_ms: int, limit: int) -> int:
    """Give up what has waited since before *before_ms*, mails since before *mail_before_ms*. How many."""
    if not tx.claim("deliveries.give_up"):
        return 0
    rows = tx.all(
        f"""
        SELECT {COLUMNS} FROM deliveries
         WHERE failed_ms IS NULL AND queued_ms < :before_ms
           AND (channel <> 'mail' OR queued_ms < :mail_before_ms)
         ORDER BY queued_ms LIMIT :limit
        """,
        before_ms=before_ms,
        mail_before_ms=mail_before_ms,
        limit=limit,
    )
    waiting = [Delivery(*row) for row in rows]
    tx.run_many(
        """
        UPDATE deliveries SET failed_ms = :now_ms, error = :error
         WHERE corp_id = :corp_id AND number = :number AND failed_ms IS NULL
        """,
        [
            {
                "now_ms": now_ms,
                "error": _reason(one, now_ms),
                "corp_id": one.corp_id,
                "number": one.number,
            }
            for one in waiting
        ],
    )
    drop_empty_lines(tx, waiting, now_ms=now_ms)
    return len(waiting)


def _reason(one: Delivery, now_ms: int) -> str:
    reason = f"given up: it had waited for {(now_ms - one.queued_ms) // DAY_MS} days"
    return f"{reason}; the last attempt: {one.error}" if one.error else f"{reason}, and could not be tried"


def forget_failed(tx: Tx, before_ms: int, limit: int) -> int:
    """Delete deliveries that failed before *before_ms*. How many."""
    if not tx.claim("deliveries.forget_failed"):
        return 0
    return tx.run(
        """
        DELETE FROM deliveries WHERE (corp_id, number) IN
               (SELECT corp_id, number FROM deliveries WHERE failed_ms < :before_ms
                 ORDER BY failed_ms LIMIT :limit)
        """,
        before_ms=before_ms,
        limit=limit,
    )


def forget_notifications(tx: Tx, before_ms: int, limit: int) -> int:
    """Delete what people were told before *before_ms*, read or not. How many."""
    if not tx.claim("notifications.forget"):
        return 0
    return tx.run(
        """
        DELETE FROM notifications WHERE (corp_id, person_id, number) IN
               (SELECT corp_id, person_id, number FROM notifications WHERE created_ms < :before_ms
                 ORDER BY created_ms LIMIT :limit)
        """,
        before_ms=before_ms,
        limit=limit,
    )
