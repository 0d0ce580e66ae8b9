"""When rooms are taken: a range of the table of bookings."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from rili.model.free_busy import Occupying, decode_occupying
from rili.store.db import Tx
from rili.store.keys import as_keys

_ROOMS = "(SELECT key AS wanted FROM json_each(:room_ids)) AS asked"


class Taken(Struct, frozen=True, gc=False):
    """A room and a span in which an event, or one occurrence of it, has it."""

    room_id: str
    starts_ms: int
    ends_ms: int
    event_id: str
    occurrence: str
    """The key of its slot, or empty."""
    status: str


def taken(tx: Tx, corp_id: str, room_ids: Iterable[str], from_ms: int, to_ms: int) -> list[Taken]:
    """The bookings of these rooms that touch a window, half-open, by start.

    Those that hold their room do not overlap, so whatever reaches into the window starts no earlier than the last
    that started before it.
    """
    rows = tx.all(
        f"""
        SELECT room_id, starts_ms, ends_ms, event_id, occurrence, status
          FROM {_ROOMS}
         CROSS JOIN bookings
         WHERE corp_id = :corp_id AND room_id = wanted AND holds = 1
           AND starts_ms >= COALESCE((SELECT MAX(starts_ms) FROM bookings AS earlier
                                       WHERE earlier.corp_id = :corp_id AND earlier.room_id = wanted
                                         AND earlier.holds = 1 AND earlier.starts_ms <= :from_ms), :from_ms)
           AND starts_ms < :to_ms AND ends_ms > :from_ms
        UNION ALL
        SELECT room_id, starts_ms, ends_ms, event_id, occurrence, status
          FROM {_ROOMS}
         CROSS JOIN bookings
         WHERE corp_id = :corp_id AND room_id = wanted AND holds = 0
           AND starts_ms < :to_ms AND (starts_ms >= :from_ms OR ends_ms > :from_ms)
        """,
        corp_id=corp_id,
        room_ids=as_keys(room_ids),
        from_ms=from_ms,
        to_ms=to_ms,
    )
    return [Taken(*row) for row in sorted(rows)]


def events_of(tx: Tx, corp_id: str, event_ids: Iterable[str]) -> dict[str, Occupying]:
    """When these events are, and whose they are."""
    rows = tx.all(
        """
        SELECT body FROM events WHERE (corp_id, id) IN (SELECT :corp_id, key FROM json_each(:event_ids))
        """,
        corp_id=corp_id,
        event_ids=as_keys(event_ids),
    )
    events = [decode_occupying(body) for (body,) in rows]
    return {one.id: one for one in events}
