"""Bookings of rooms: rows that are written anew whenever what they are derived from changes.

The database itself refuses a booking over another one, with an error that names NAME.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from rili.model.booking import WHOLE, Booking
from rili.model.event import Event
from rili.model.event_rooms import RoomStatus
from rili.model.series import Slot
from rili.store.db import Refused, Tx
from rili.store.keys import as_keys

T = TypeVar("T")

NAME = "bookings_overlap"
"""Of the constraint, and in what the triggers raise."""

ROWS = 2_000
"""Of one statement."""

_LAST = "9999"
"""After every occurrence's key."""

_SPANS = """
    SELECT trim(substr(key, 1, 10)) AS occurrence, CAST(substr(key, 11, 16) AS BIGINT) AS from_ms,
           CAST(substr(key, 27, 16) AS BIGINT) AS to_ms
      FROM json_each(:spans)
"""


class Overlap(Exception):
    """The database refused a booking over another one."""


class Clash(Struct, frozen=True, gc=False):
    """A booking that is in the way of an occurrence that somebody wants the same room for."""

    occurrence: str
    """Of the event that wants it."""
    starts_ms: int
    """When that occurrence starts."""
    event_id: str
    """Of the booking that is there."""


def of_event(tx: Tx, corp_id: str, event_id: str, slot: Slot | None = None) -> set[Booking]:
    """What an event holds, or with *slot* that occurrence of it."""
    rows = tx.all(
        """
        SELECT room_id, occurrence, starts_ms, ends_ms, status FROM bookings
         WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence BETWEEN :first AND :last
        """,
        corp_id=corp_id,
        event_id=event_id,
        first=slot.key if slot else WHOLE,
        last=slot.key if slot else _LAST,
    )
    return {Booking(*row) for row in rows}


def clashes(tx: Tx, corp_id: str, room_id: str, wanted: Iterable[Booking]) -> list[Clash]:
    """What is in the way of *wanted* in a room, in the order of starts."""
    found: list[Clash] = []
    in_order = sorted((one for one in wanted if one.starts_ms < one.ends_ms), key=lambda one: one.starts_ms)
    for some in _batches(in_order):
        # What holds does not overlap: nothing that starts before the last start up to an instant reaches past it.
        rows = tx.all(
            f"""
            SELECT wanted.occurrence, from_ms, event_id
              FROM ({_SPANS}) AS wanted
              JOIN bookings
                ON bookings.corp_id = :corp_id AND room_id = :room_id AND holds = 1
               AND starts_ms >= COALESCE((SELECT MAX(starts_ms) FROM bookings AS earlier
                                           WHERE earlier.corp_id = :corp_id AND earlier.room_id = :room_id
                                             AND earlier.holds = 1 AND earlier.starts_ms <= from_ms), from_ms)
               AND starts_ms < to_ms AND ends_ms > from_ms
             UNION
            SELECT wanted.occurrence, from_ms, event_id
              FROM ({_SPANS}) AS wanted
              JOIN bookings
                ON bookings.corp_id = :corp_id AND room_id = :room_id AND holds = 0
               AND starts_ms < to_ms AND ends_ms > from_ms AND starts_ms < ends_ms
             ORDER BY 2, 3
            """,
            corp_id=corp_id,
            room_id=room_id,
            spans=_spans(some),
        )
        found += [Clash(*row) for row in rows]
    return found


def add(
    tx: Tx, event: Event, numbers: Mapping[str, int], wanted: Iterable[Booking], *, holds: bool = True
) -> None:
    """Store bookings of *event*; *numbers* are those of the rooms. Without *holds* they are in nobody's way.

    Raises Overlap. The transaction cannot go on then.
    """
    rows: dict[tuple[str, RoomStatus, bool], list[Booking]] = {}
    for one in wanted:
        held = holds and one.starts_ms < one.ends_ms
        rows.setdefault((one.room_id, one.status, held), []).append(one)
    try:
        for (room_id, status, held), bookings in rows.items():
            for some in _batches(bookings):
                tx.run(
                    f"""
                    INSERT INTO bookings (corp_id, event_id, occurrence, room_id, room_number, starts_ms, ends_ms,
                                          status, holds)
                    SELECT :corp_id, :event_id, occurrence, :room_id, :room_number, from_ms, to_ms, :status, :holds
                      FROM ({_SPANS}) AS wanted
                    """,
                    corp_id=event.corp_id,
                    event_id=event.id,
                    room_id=room_id,
                    room_number=numbers[room_id],
                    status=status,
                    holds=int(held),
                    spans=_spans(some),
                )
    except Refused as refused:
        if NAME in str(refused):
            raise Overlap from refused
        raise


def set_status(tx: Tx, event: Event, changed: Iterable[Booking]) -> None:
    """Give bookings, which are there, the status that they have in *changed*."""
    rows: dict[tuple[str, RoomStatus], list[str]] = {}
    for one in changed:
        rows.setdefault((one.room_id, one.status), []).append(one.occurrence)
    for (room_id, status), occurrences in rows.items():
        for some in _batches(occurrences):
            tx.queue(
                """
                UPDATE bookings SET status = :status
                 WHERE (corp_id, event_id, occurrence, room_id) IN
                       (SELECT :corp_id, :event_id, key, :room_id FROM json_each(:occurrences))
                """,
                corp_id=event.corp_id,
                event_id=event.id,
                room_id=room_id,
                status=status,
                occurrences=as_keys(some),
            )


def drop(tx: Tx, event: Event, gone: Iterable[Booking]) -> None:
    """Let go of bookings of *event*."""
    rows: dict[str, list[str]] = {}
    for one in gone:
        rows.setdefault(one.room_id, []).append(one.occurrence)
    for room_id, occurrences in rows.items():
        for some in _batches(occurrences):
            tx.queue(
                """
                DELETE FROM bookings
                 WHERE (corp_id, event_id, occurrence, room_id) IN
                       (SELECT :corp_id, :event_id, key, :room_id FROM json_each(:occurrences))
                """,
                corp_id=event.corp_id,
                event_id=event.id,
                room_id=room_id,
                occurrences=as_keys(some),
            )


def release(tx: Tx, event: Event, slot: Slot | None = None) -> None:
    """Let go of everything that *event* holds, or with *slot* of what that occurrence of it does."""
    tx.queue(
        """
        DELETE FROM bookings
         WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence BETWEEN :first AND :last
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        first=slot.key if slot else WHOLE,
        last=slot.key if slot else _LAST,
    )


def drop_lying_over(tx: Tx, event: Event) -> None:
    """Let go of what *event* holds beside others."""
    tx.queue(
        """
        DELETE FROM bookings
         WHERE corp_id = :corp_id AND event_id = :event_id AND holds = 0 AND starts_ms < ends_ms
        """,
        corp_id=event.corp_id,
        event_id=event.id,
    )


def events_of(tx: Tx, corp_id: str) -> list[str]:
    """The ids of the events of an organisation that hold rooms, in their order."""
    rows = tx.all(
        "SELECT DISTINCT event_id FROM bookings WHERE corp_id = :corp_id ORDER BY event_id", corp_id=corp_id
    )
    return [event_id for (event_id,) in rows]


def events_in(tx: Tx, corp_id: str, room_id: str, from_ms: int) -> list[str]:
    """The ids of the events that hold a room at some time after *from_ms*, in their order."""
    rows = tx.all(
        """
        SELECT DISTINCT event_id FROM bookings
         WHERE corp_id = :corp_id AND room_id = :room_id AND ends_ms > :from_ms
         ORDER BY event_id
        """,
        corp_id=corp_id,
        room_id=room_id,
        from_ms=from_ms,
    )
    return [event_id for (event_id,) in rows]


def lying_over(tx: Tx, corp_id: str, event_id: str) -> list[tuple[str, str, str]]:
    """What an event holds that another booking holds too: room, occurrence, and the event of the other."""
    return [
        (room_id, occurrence, other)
        for room_id, occurrence, other in tx.all(
            """
            SELECT mine.room_id, mine.occurrence, other.event_id
              FROM bookings AS mine
              JOIN bookings AS other
                ON other.corp_id = mine.corp_id AND other.room_id = mine.room_id
               AND other.starts_ms < mine.ends_ms AND other.ends_ms > mine.starts_ms AND other.starts_ms < other.ends_ms
               AND (other.event_id <> mine.event_id OR other.occurrence <> mine.occurrence)
             WHERE mine.corp_id = :corp_id AND mine.event_id = :event_id AND mine.holds = 0
               AND mine.starts_ms < mine.ends_ms
             ORDER BY 1, 2, 3
            """,
            corp_id=corp_id,
            event_id=event_id,
        )
    ]


def _spans(bookings: Iterable[Booking]) -> str:
    """Occurrences with their instants as the keys of an object, which both databases read (`store/keys.py`)."""
    return as_keys(f"{one.occurrence:<10}{one.starts_ms:+016d}{one.ends_ms:+016d}" for one in bookings)


def _batches(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for first in range(0, len(rows), ROWS):
        yield rows[first : first + ROWS]
