"""Which minutes belong to which event, or to one occurrence of it."""

from __future__ import annotations

from msgspec import Struct

from rili.model.series import Slot
from rili.store.db import Tx


class Minutes(Struct, frozen=True, gc=False):
    """Minutes that are kept elsewhere, under an id of their own."""

    minutes_id: str
    creator_id: str


def add(tx: Tx, corp_id: str, event_id: str, slot: Slot | None, one: Minutes, now_ms: int) -> None:
    tx.run(
        """
        INSERT INTO minutes (corp_id, event_id, occurrence, minutes_id, creator_id, created_ms)
        VALUES (:corp_id, :event_id, :occurrence, :minutes_id, :creator_id, :created_ms)
        """,
        corp_id=corp_id,
        event_id=event_id,
        occurrence=slot.key if slot else "",
        minutes_id=one.minutes_id,
        creator_id=one.creator_id,
        created_ms=now_ms,
    )


def of_event(tx: Tx, corp_id: str, event_id: str, slot: Slot | None) -> list[Minutes]:
    """Those of the event as a whole, or of one occurrence; the oldest first."""
    rows = tx.all(
        """
        SELECT minutes_id, creator_id FROM minutes
         WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = :occurrence
         ORDER BY created_ms, minutes_id
        """,
        corp_id=corp_id,
        event_id=event_id,
        occurrence=slot.key if slot else "",
    )
    return [Minutes(*row) for row in rows]


def remove(tx: Tx, corp_id: str, event_id: str, slot: Slot | None, minutes_id: str) -> bool:
    """Whether they were there."""
    removed = tx.run(
        """
        DELETE FROM minutes
         WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = :occurrence AND minutes_id = :minutes_id
        """,
        corp_id=corp_id,
        event_id=event_id,
        occurrence=slot.key if slot else "",
        minutes_id=minutes_id,
    )
    return removed > 0
