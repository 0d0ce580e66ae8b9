"""The next firing of each reminder, and what is to be done before all of them are there."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from rili.model.reminding import Kind, Position
from rili.store.db import Row, Tx


class Reminding(Struct, frozen=True, gc=False):
    """The next firing of one reminder of an event."""

    event_id: str
    kind: Kind
    position: Position
    done_person: str = ""
    """The people up to this one were reminded already."""


_COLUMNS = "event_id, minutes, zone, due_ms, slot, done_person"


def waiting_in(tx: Tx, now_ms: int) -> list[str]:
    """The organisations in which something is to be done."""
    # The least one of each is one place of the index; asked whether there is one, PostgreSQL reads all of them.
    rows = tx.all(
        """
        SELECT corp_id FROM organisations
         WHERE (SELECT MIN(due_ms) FROM reminders WHERE reminders.corp_id = organisations.corp_id) <= :now_ms
         UNION SELECT corp_id FROM zone_changes
         UNION SELECT corp_id FROM reminder_backlogs
        """,
        now_ms=now_ms,
    )
    return [corp_id for (corp_id,) in rows]


def due(tx: Tx, corp_id: str, now_ms: int, limit: int) -> list[Reminding]:
    """The first that are to fire."""
    rows = tx.all(
        f"""
        SELECT {_COLUMNS} FROM reminders
         WHERE corp_id = :corp_id AND due_ms <= :now_ms ORDER BY due_ms LIMIT :limit
        """,
        corp_id=corp_id,
        now_ms=now_ms,
        limit=limit,
    )
    return [_reminding(row) for row in rows]


def of_event(tx: Tx, corp_id: str, event_id: str) -> list[Reminding]:
    """Those of one event."""
    rows = tx.all(
        f"SELECT {_COLUMNS} FROM reminders WHERE corp_id = :corp_id AND event_id = :event_id",
        corp_id=corp_id,
        event_id=event_id,
    )
    return [_reminding(row) for row in rows]


def put(tx: Tx, corp_id: str, one: Reminding) -> None:
    """Write when *one* fires next, over what was said before."""
    tx.queue(
        """
        INSERT INTO reminders (corp_id, event_id, minutes, zone, due_ms, slot, done_person)
        VALUES (:corp_id, :event_id, :minutes, :zone, :due_ms, :slot, :done_person)
        ON CONFLICT (corp_id, event_id, minutes, zone)
        DO UPDATE SET due_ms = excluded.due_ms, slot = excluded.slot, done_person = excluded.done_person
        """,
        corp_id=corp_id,
        event_id=one.event_id,
        minutes=one.kind.minutes,
        zone=one.kind.zone,
        due_ms=one.position.due_ms,
        slot=one.position.slot,
        done_person=one.done_person,
    )


def remove(tx: Tx, corp_id: str, some: Iterable[Reminding]) -> None:
    """They do not fire again."""
    tx.run_many(
        """
        DELETE FROM reminders
         WHERE corp_id = :corp_id AND event_id = :event_id AND minutes = :minutes AND zone = :zone
        """,
        [
            {
                "corp_id": corp_id,
                "event_id": one.event_id,
                "minutes": one.kind.minutes,
                "zone": one.kind.zone,
            }
            for one in some
        ],
    )


def backlog(tx: Tx, corp_id: str) -> str | None:
    """The last event whose reminders were derived, '' at the beginning; None when all are."""
    row = tx.one("SELECT event_id FROM reminder_backlogs WHERE corp_id = :corp_id", corp_id=corp_id)
    return None if row is None else row[0]


def backlogs(tx: Tx) -> list[str]:
    """The organisations whose reminders are not all derived."""
    return [corp_id for (corp_id,) in tx.all("SELECT corp_id FROM reminder_backlogs ORDER BY corp_id")]


def unfinished(tx: Tx) -> list[str]:
    """The organisations whose reminders are not all derived, or do not follow a change of zone yet."""
    rows = tx.all("SELECT corp_id FROM reminder_backlogs UNION SELECT corp_id FROM zone_changes")
    return [corp_id for (corp_id,) in rows]


def put_backlog(tx: Tx, corp_id: str, event_id: str | None) -> None:
    """The reminders of the events up to *event_id* are derived; None: of all."""
    if event_id is None:
        tx.queue("DELETE FROM reminder_backlogs WHERE corp_id = :corp_id", corp_id=corp_id)
    else:
        tx.queue(
            "UPDATE reminder_backlogs SET event_id = :event_id WHERE corp_id = :corp_id",
            corp_id=corp_id,
            event_id=event_id,
        )


def events_after(tx: Tx, corp_id: str, event_id: str, limit: int) -> list[str]:
    """The ids of the next events of an organisation."""
    rows = tx.all(
        "SELECT id FROM events WHERE corp_id = :corp_id AND id > :event_id ORDER BY id LIMIT :limit",
        corp_id=corp_id,
        event_id=event_id,
        limit=limit,
    )
    return [id_ for (id_,) in rows]


def _reminding(row: Row) -> Reminding:
    event_id, minutes, zone, due_ms, slot, done_person = row
    return Reminding(event_id, Kind(minutes, zone), Position(due_ms, slot), done_person)
