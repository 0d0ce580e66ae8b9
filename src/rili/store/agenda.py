"""Which calendar shows which event in which span; a row that leaves stays as a tombstone.

Guests have no calendar here, so they have no row.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from rili.model.event import Event
from rili.store.db import Tx


def show(tx: Tx, event: Event, person_ids: Iterable[str]) -> None:
    """Put *event* on the primary calendars of these people, or back on them."""
    change_no = tx.change_no()
    tx.run_many(
        """
        INSERT INTO agenda (corp_id, calendar_id, event_id, starts_ms, until_ms, change_no)
        SELECT corp_id, calendar_id, :event_id, :starts_ms, :until_ms, :change_no
          FROM calendars
         WHERE corp_id = :corp_id AND owner_id = :person_id AND kind = 'primary'
            ON CONFLICT (corp_id, event_id, calendar_id)
            DO UPDATE SET starts_ms = excluded.starts_ms, until_ms = excluded.until_ms,
                          change_no = excluded.change_no, gone_ms = NULL
        """,
        [
            {
                "corp_id": event.corp_id,
                "person_id": person_id,
                "event_id": event.id,
                "starts_ms": event.when.starts_ms,
                "until_ms": event.until_ms,
                "change_no": change_no,
            }
            for person_id in person_ids
        ],
    )


def move(tx: Tx, event: Event) -> None:
    """Give every calendar that shows *event* its span and the number of this change."""
    tx.queue(
        """
        UPDATE agenda SET starts_ms = :starts_ms, until_ms = :until_ms, change_no = :change_no
         WHERE corp_id = :corp_id AND event_id = :event_id AND gone_ms IS NULL
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        starts_ms=event.when.starts_ms,
        until_ms=event.until_ms,
        change_no=tx.change_no(),
    )


def hide(tx: Tx, event: Event, person_ids: Iterable[str], now_ms: int) -> None:
    """Take *event* off the primary calendars of these people, where it still is."""
    change_no = tx.change_no()
    tx.run_many(
        """
        UPDATE agenda SET gone_ms = :now_ms, change_no = :change_no
         WHERE corp_id = :corp_id AND event_id = :event_id AND gone_ms IS NULL
           AND calendar_id = (SELECT calendar_id FROM calendars
                               WHERE corp_id = :corp_id AND owner_id = :person_id AND kind = 'primary')
        """,
        [
            {
                "corp_id": event.corp_id,
                "event_id": event.id,
                "person_id": person_id,
                "now_ms": now_ms,
                "change_no": change_no,
            }
            for person_id in person_ids
        ],
    )


def hide_everywhere(tx: Tx, event: Event, now_ms: int) -> None:
    """Take *event* off every calendar."""
    tx.queue(
        """
        UPDATE agenda SET gone_ms = :now_ms, change_no = :change_no
         WHERE corp_id = :corp_id AND event_id = :event_id AND gone_ms IS NULL
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        now_ms=now_ms,
        change_no=tx.change_no(),
    )


class Span(Struct, frozen=True, gc=False):
    """One row: whose calendar shows the event, and where in time."""

    owner_id: str
    starts_ms: int
    until_ms: int | None
    gone: bool


def of_event(tx: Tx, corp_id: str, event_id: str) -> list[Span]:
    """Every calendar that shows the event, or showed it once."""
    rows = tx.all(
        """
        SELECT owner_id, starts_ms, until_ms, gone_ms
          FROM agenda
          JOIN calendars ON calendars.corp_id = agenda.corp_id AND calendars.calendar_id = agenda.calendar_id
         WHERE agenda.corp_id = :corp_id AND event_id = :event_id
        """,
        corp_id=corp_id,
        event_id=event_id,
    )
    return [
        Span(owner_id, starts_ms, until_ms, gone_ms is not None)
        for owner_id, starts_ms, until_ms, gone_ms in rows
    ]
