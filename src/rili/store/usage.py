"""Counting uses of what is limited, for all processes of a database."""

from __future__ import annotations

from rili.store.db import Tx


def take(tx: Tx, corp_id: str, what: str, starts_ms: int, limit: int) -> bool:
    """Count one use in the period that began at *starts_ms*; False, and nothing counted, when *limit* are used.

    A period that began later ends the one before, whatever a process whose clock is behind says.
    """
    return bool(
        tx.run(
            """
            INSERT INTO usage (corp_id, what, starts_ms, used) VALUES (:corp_id, :what, :starts_ms, 1)
                ON CONFLICT (corp_id, what) DO UPDATE
               SET used = CASE WHEN excluded.starts_ms > usage.starts_ms THEN 1 ELSE usage.used + 1 END,
                   starts_ms = CASE WHEN excluded.starts_ms > usage.starts_ms THEN excluded.starts_ms
                                    ELSE usage.starts_ms END
             WHERE excluded.starts_ms > usage.starts_ms OR usage.used < :limit
            """,
            corp_id=corp_id,
            what=what,
            starts_ms=starts_ms,
            limit=limit,
        )
    )
