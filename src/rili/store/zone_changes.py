"""Whose zone became another, until the reminders of their whole days follow: written with the change itself."""

from __future__ import annotations

from msgspec import Struct

from rili.store.db import Tx


class ZoneChange(Struct, frozen=True, gc=False):
    """One person's. *event_id*: the reminders of the events up to this one follow already."""

    change_no: int
    person_id: str
    zone_before: str
    zone_after: str
    event_id: str


def add(tx: Tx, corp_id: str, person_id: str, before: str | None, after: str | None) -> None:
    """That person may have another zone; None is that of the organisation."""
    if before == after:
        return
    tx.queue(
        """
        INSERT INTO zone_changes (corp_id, change_no, person_id, zone_before, zone_after, event_id)
        SELECT :corp_id, :change_no, :person_id, COALESCE(:before, zone), COALESCE(:after, zone), ''
          FROM organisations
         WHERE corp_id = :corp_id AND COALESCE(:before, zone) <> COALESCE(:after, zone)
        """,
        corp_id=corp_id,
        change_no=tx.change_no(),
        person_id=person_id,
        before=before,
        after=after,
    )


def add_everybody(tx: Tx, corp_id: str, before: str, after: str) -> None:
    """The organisation has another zone, and so has everybody with none of their own."""
    tx.queue(
        """
        INSERT INTO zone_changes (corp_id, change_no, person_id, zone_before, zone_after, event_id)
        SELECT corp_id, :change_no, union_id, :before, :after, ''
          FROM users
         WHERE corp_id = :corp_id AND active = 1 AND zone IS NULL
        """,
        corp_id=corp_id,
        change_no=tx.change_no(),
        before=before,
        after=after,
    )


def first(tx: Tx, corp_id: str) -> ZoneChange | None:
    """The first that is to be followed."""
    row = tx.one(
        """
        SELECT change_no, person_id, zone_before, zone_after, event_id FROM zone_changes
         WHERE corp_id = :corp_id ORDER BY change_no, person_id LIMIT 1
        """,
        corp_id=corp_id,
    )
    return None if row is None else ZoneChange(*row)


def move(tx: Tx, corp_id: str, one: ZoneChange, event_id: str | None) -> None:
    """The reminders of the events up to *event_id* follow; None: all do."""
    if event_id is None:
        tx.queue(
            "DELETE FROM zone_changes WHERE corp_id = :corp_id AND change_no = :change_no AND person_id = :person_id",
            corp_id=corp_id,
            change_no=one.change_no,
            person_id=one.person_id,
        )
        return
    tx.queue(
        """
        UPDATE zone_changes SET event_id = :event_id
         WHERE corp_id = :corp_id AND change_no = :change_no AND person_id = :person_id
        """,
        corp_id=corp_id,
        change_no=one.change_no,
        person_id=one.person_id,
        event_id=event_id,
    )


def events_of(tx: Tx, corp_id: str, person_id: str, *, after: str, from_ms: int, limit: int) -> list[str]:
    """The ids of the next events that have that person, and something of which may end after *from_ms*."""
    rows = tx.all(
        """
        SELECT DISTINCT event_id
          FROM attendees
          JOIN events ON events.corp_id = attendees.corp_id AND events.id = attendees.event_id
         WHERE attendees.corp_id = :corp_id AND person_id = :person_id AND event_id > :after
           AND deleted_ms IS NULL
           AND (until_ms IS NULL OR until_ms > :from_ms
                OR EXISTS (SELECT 1 FROM overrides
                            WHERE overrides.corp_id = events.corp_id AND overrides.event_id = events.id
                              AND overrides.ends_ms > :from_ms))
         ORDER BY event_id LIMIT :limit
        """,
        corp_id=corp_id,
        person_id=person_id,
        after=after,
        from_ms=from_ms,
        limit=limit,
    )
    return [event_id for (event_id,) in rows]
