"""How far each reader of the outbox has come, organisation by organisation."""

from __future__ import annotations

from msgspec import Struct

from rili.store.db import Tx
from rili.store.outbox import Position


class Place(Struct, frozen=True):
    """The last row that is done, and how many of the people of the one after it are."""

    position: Position = Position()
    people_done: int = 0


def behind(tx: Tx, reader: str) -> list[str]:
    """The organisations with rows that *reader* has not done and may read now."""
    rows = tx.all(
        """
        SELECT organisations.corp_id FROM organisations
          LEFT JOIN outbox_readers
            ON outbox_readers.corp_id = organisations.corp_id AND reader = :reader
         WHERE EXISTS (SELECT 1 FROM outbox
                        WHERE outbox.corp_id = organisations.corp_id AND outbox.change_no < :below
                          AND outbox.change_no >= COALESCE(outbox_readers.change_no, 0)
                          AND (outbox.change_no > COALESCE(outbox_readers.change_no, 0)
                               OR outbox.event_id > outbox_readers.event_id))
        """,
        reader=reader,
        below=tx.known_below(),
    )
    return [corp_id for (corp_id,) in rows]


def claim(tx: Tx, corp_id: str, reader: str) -> bool:
    """Whether nobody else is or works for *reader* in that organisation, until the transaction ends."""
    return tx.claim(f"{corp_id} outbox {reader}")


def hold(tx: Tx, corp_id: str, reader: str) -> Place | None:
    """Where *reader* is, held until the transaction ends; None while another one holds it."""
    return place(tx, corp_id, reader) if claim(tx, corp_id, reader) else None


def place(tx: Tx, corp_id: str, reader: str) -> Place:
    """Where *reader* is."""
    row = tx.one(
        """
        SELECT change_no, event_id, people_done FROM outbox_readers WHERE corp_id = :corp_id AND reader = :reader
        """,
        corp_id=corp_id,
        reader=reader,
    )
    return Place(Position(row[0], row[1]), row[2]) if row else Place()


def unread_events(tx: Tx, corp_id: str, reader: str) -> set[str]:
    """The events of which *reader* has not read every change."""
    position = place(tx, corp_id, reader).position
    rows = tx.all(
        """
        SELECT DISTINCT event_id FROM outbox
         WHERE corp_id = :corp_id AND change_no >= :change_no
           AND (change_no > :change_no OR event_id > :event_id)
        """,
        corp_id=corp_id,
        change_no=position.change_no,
        event_id=position.event_id,
    )
    return {event_id for (event_id,) in rows}


def move(tx: Tx, corp_id: str, reader: str, place: Place) -> None:
    """*reader* is at *place* now."""
    tx.queue(
        """
        INSERT INTO outbox_readers (corp_id, reader, change_no, event_id, people_done)
        VALUES (:corp_id, :reader, :change_no, :event_id, :people_done)
        ON CONFLICT (corp_id, reader) DO UPDATE
           SET change_no = excluded.change_no, event_id = excluded.event_id, people_done = excluded.people_done
        """,
        corp_id=corp_id,
        reader=reader,
        change_no=place.position.change_no,
        event_id=place.position.event_id,
        people_done=place.people_done,
    )
