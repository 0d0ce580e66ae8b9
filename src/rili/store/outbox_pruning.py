"""What the outbox no longer holds: its oldest rows go, in their order, and how far that went is remembered.

The place is kept among those of the readers: who reads on from before it would miss something, and is told so.
"""

from __future__ import annotations

from rili.store import outbox_readers
from rili.store.db import Tx
from rili.store.outbox import Position
from rili.store.outbox_readers import Place
from rili.store.queues import READERS

PRUNED = "pruned"

GONE = f"""
    SELECT '' FROM outbox_readers
     WHERE corp_id = :corp_id AND reader = '{PRUNED}' AND change_no >= :from_no
"""
"""A row beside the ids of events that changed with a number from :from_no on, where some of them may be gone."""


def reaches_back_to(tx: Tx, corp_id: str, position: Position) -> bool:
    """Whether everything after *position* is still there. Ask it after having read: it may go meanwhile."""
    row = tx.one(
        f"""
        SELECT 1 FROM outbox_readers
         WHERE corp_id = :corp_id AND reader = '{PRUNED}'
           AND (change_no > :change_no OR (change_no = :change_no AND event_id > :event_id))
        """,
        corp_id=corp_id,
        change_no=position.change_no,
        event_id=position.event_id,
    )
    return row is None


def organisations_with_older(tx: Tx, before_ms: int) -> list[str]:
    """Whose first row was written before *before_ms*."""
    rows = tx.all(
        """
        SELECT corp_id FROM organisations
         WHERE (SELECT created_ms FROM outbox WHERE outbox.corp_id = organisations.corp_id
                 ORDER BY change_no, event_id LIMIT 1) < :before_ms
        """,
        before_ms=before_ms,
    )
    return [corp_id for (corp_id,) in rows]


def prune(tx: Tx, corp_id: str, before_ms: int, limit: int) -> int:
    """Delete up to *limit* of the first rows, as far as they are older than *before_ms* and every reader has them."""
    if outbox_readers.hold(tx, corp_id, PRUNED) is None:
        return 0
    rows = tx.all(
        f"""
        SELECT change_no, event_id, created_ms < :before_ms
               AND (SELECT COUNT(*) FROM outbox_readers AS readers
                     WHERE readers.corp_id = :corp_id AND reader IN ({", ".join(f"'{one}'" for one in READERS)})
                       AND (readers.change_no > outbox.change_no
                            OR (readers.change_no = outbox.change_no AND readers.event_id >= outbox.event_id)))
                   = {len(READERS)}
          FROM outbox
         WHERE corp_id = :corp_id
         ORDER BY change_no, event_id LIMIT :limit
        """,
        corp_id=corp_id,
        before_ms=before_ms,
        limit=limit,
    )
    done = 0
    while done < len(rows) and rows[done][2]:
        done += 1
    if not done:
        return 0
    last = Position(*rows[done - 1][:2])
    tx.run(
        """
        DELETE FROM outbox
         WHERE corp_id = :corp_id AND (change_no < :change_no OR (change_no = :change_no AND event_id <= :event_id))
        """,
        corp_id=corp_id,
        change_no=last.change_no,
        event_id=last.event_id,
    )
    outbox_readers.move(tx, corp_id, PRUNED, Place(last))
    return done
