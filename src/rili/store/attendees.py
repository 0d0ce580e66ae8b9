"""People on events: one row a person on the series."""

from __future__ import annotations

from collections.abc import Iterable

from rili.model.event import Event
from rili.model.people import Attendee, PeopleChange
from rili.store.db import Tx


def of_event(tx: Tx, corp_id: str, event_id: str, *, limit: int = -1) -> tuple[Attendee, ...]:
    """The people on an event, the organizer first, with the names of now; the first *limit*, or all."""
    rows = tx.all(
        """
        SELECT attendees.person_id, COALESCE(users.name, guests.email, ''), is_optional, response,
               guests.email, place, left_ms
          FROM attendees
          LEFT JOIN users ON users.corp_id = attendees.corp_id AND users.union_id = attendees.person_id
          LEFT JOIN guests ON guests.corp_id = attendees.corp_id AND guests.id = attendees.person_id
         WHERE attendees.corp_id = :corp_id AND event_id = :event_id AND occurrence = ''
         ORDER BY place
         LIMIT :limit
        """,
        corp_id=corp_id,
        event_id=event_id,
        limit=limit if limit >= 0 else 2**31,
    )
    return tuple(
        Attendee(id_, name, optional == 1, answer, mail, at, left_ms is not None)
        for id_, name, optional, answer, mail, at, left_ms in rows
    )


def add(tx: Tx, event: Event, people: Iterable[Attendee]) -> None:
    """Put *people* on *event*."""
    tx.run_many(
        """
        INSERT INTO attendees (corp_id, event_id, occurrence, person_id, place, is_optional, response)
        VALUES (:corp_id, :event_id, '', :person_id, :place, :is_optional, :response)
        """,
        [
            {
                "corp_id": event.corp_id,
                "event_id": event.id,
                "person_id": one.person_id,
                "place": one.place,
                "is_optional": int(one.is_optional),
                "response": one.response,
            }
            for one in people
        ],
    )


def apply(tx: Tx, event: Event, change: PeopleChange) -> None:
    """Bring the rows of *event* to what *change* says: who left, who joined, who differs."""
    if change.left:
        tx.run_many(
            """
            DELETE FROM attendees
             WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = '' AND person_id = :person_id
            """,
            [
                {"corp_id": event.corp_id, "event_id": event.id, "person_id": one.person_id}
                for one in change.left
            ],
        )
    if change.joined:
        add(tx, event, change.joined)
    if change.changed:
        tx.run_many(
            """
            UPDATE attendees SET is_optional = :is_optional
             WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = '' AND person_id = :person_id
            """,
            [
                {
                    "corp_id": event.corp_id,
                    "event_id": event.id,
                    "person_id": one.person_id,
                    "is_optional": int(one.is_optional),
                }
                for one in change.changed
            ],
        )


def ask_again(tx: Tx, event: Event) -> None:
    """Set every answer back to needsAction, as `people.reset_answers` does (decision 11)."""
    tx.queue(
        """
        UPDATE attendees SET response = 'needsAction'
         WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = ''
           AND person_id <> :organizer_id AND response <> 'needsAction' AND left_ms IS NULL
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        organizer_id=event.organizer_id,
    )


def leave(tx: Tx, event: Event, person_id: str, now_ms: int) -> None:
    """Write that this person took the event off their calendar, which declines it (decision 13)."""
    tx.queue(
        """
        UPDATE attendees SET response = 'declined', left_ms = :now_ms
         WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = '' AND person_id = :person_id
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        person_id=person_id,
        now_ms=now_ms,
    )
