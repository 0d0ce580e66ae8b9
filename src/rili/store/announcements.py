"""What apps are told besides changes of events, until it is handed out: contacts, rooms, suites."""

from __future__ import annotations

from msgspec import Struct

from rili.store.db import Tx


class Announcement(Struct, frozen=True, gc=False):
    """One, as it happened. *subject*: what order is kept for. *body*: JSON, the announcer's and the pusher's affair."""

    event_type: str
    subject: str
    created_ms: int
    body: str


class Announced(Struct, frozen=True, gc=False):
    """One in its place."""

    change_no: int
    place: int
    announcement: Announcement


def add(tx: Tx, corp_id: str, one: Announcement) -> None:
    """Queue *one*, behind what the same transaction queued before."""
    tx.queue(
        """
        INSERT INTO announcements (corp_id, change_no, place, event_type, subject, created_ms, body)
        SELECT :corp_id, :change_no, COALESCE(MAX(place), 0) + 1, :event_type, :subject, :created_ms, :body
          FROM announcements WHERE corp_id = :corp_id AND change_no = :change_no
        """,
        corp_id=corp_id,
        change_no=tx.change_no(),
        event_type=one.event_type,
        subject=one.subject,
        created_ms=one.created_ms,
        body=one.body,
    )


def waiting_in(tx: Tx) -> list[str]:
    """The organisations with some."""
    rows = tx.all(
        """
        SELECT corp_id FROM organisations
         WHERE EXISTS (SELECT 1 FROM announcements WHERE announcements.corp_id = organisations.corp_id)
        """
    )
    return [corp_id for (corp_id,) in rows]


def first(tx: Tx, corp_id: str, limit: int) -> list[Announced]:
    """The first ones, in order, of those before which none can come any more."""
    rows = tx.all(
        """
        SELECT change_no, place, event_type, subject, created_ms, body FROM announcements
         WHERE corp_id = :corp_id AND change_no < :below
         ORDER BY change_no, place LIMIT :limit
        """,
        corp_id=corp_id,
        below=tx.known_below(),
        limit=limit,
    )
    return [Announced(row[0], row[1], Announcement(*row[2:])) for row in rows]


def remove(tx: Tx, corp_id: str, one: Announced) -> None:
    """It was handed out."""
    tx.queue(
        "DELETE FROM announcements WHERE corp_id = :corp_id AND change_no = :change_no AND place = :place",
        corp_id=corp_id,
        change_no=one.change_no,
        place=one.place,
    )
