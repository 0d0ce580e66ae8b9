"""Which minutes belong to which event, or to one occurrence of it."""

from __future__ import annotations

from msgspec import Struct

from rili.model.event import Event
from rili.model.series import Slot
from rili.store.db import Tx
from rili.store.events import decode_event


class Minutes(Struct, frozen=True, gc=False):
    """One document, by its id in the service that keeps it, and the unionId of who had it made."""

    minutes_id: str
    creator_id: str


def event(tx: Tx, corp_id: str, event_id: str) -> Event | None:
    """The event, whosever it is; None for one that was deleted."""
    row = tx.one(
        "SELECT body FROM events WHERE corp_id = :corp_id AND id = :id AND deleted_ms IS NULL",
        corp_id=corp_id,
        id=event_id,
    )
    return None if row is None else decode_event(row[0])


def of_event(tx: Tx, event: Event, slot: Slot | None) -> list[Minutes]:
    """Those of an event, the oldest first."""
    rows = tx.all(
        """
        SELECT minutes_id, creator_id FROM ai_minutes
         WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = :occurrence
         ORDER BY created_ms, minutes_id
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        occurrence=slot.key if slot else "",
    )
    return [Minutes(*row) for row in rows]


def add(tx: Tx, event: Event, slot: Slot | None, one: Minutes, now_ms: int) -> None:
    tx.run(
        """
        INSERT INTO ai_minutes (corp_id, event_id, occurrence, minutes_id, creator_id, created_ms)
        VALUES (:corp_id, :event_id, :occurrence, :minutes_id, :creator_id, :now_ms)
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        occurrence=slot.key if slot else "",
        minutes_id=one.minutes_id,
        creator_id=one.creator_id,
        now_ms=now_ms,
    )


def remove(tx: Tx, event: Event, slot: Slot | None, minutes_id: str) -> None:
    tx.run(
        """
        DELETE FROM ai_minutes
         WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = :occurrence AND minutes_id = :minutes_id
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        occurrence=slot.key if slot else "",
        minutes_id=minutes_id,
    )
