"""Who organizes an event: the person's row comes first, and the event lies in their calendar."""

from __future__ import annotations

from rili.model.event import Event
from rili.model.people import Attendee
from rili.store.db import Tx


def put(tx: Tx, event: Event, one: Attendee) -> None:
    """Make *one*, who may be on *event* already, its first person, on every occurrence of it.

    The body of *event* names them as the organizer.
    """
    tx.queue(
        """
        DELETE FROM attendees
         WHERE corp_id = :corp_id AND event_id = :event_id AND person_id = :person_id AND occurrence > ''
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        person_id=one.person_id,
    )
    tx.queue(
        """
        INSERT INTO attendees (corp_id, event_id, occurrence, person_id, place, is_optional, response)
        VALUES (:corp_id, :event_id, '', :person_id, :place, 0, :response)
            ON CONFLICT (corp_id, event_id, occurrence, person_id)
            DO UPDATE SET place = excluded.place, is_optional = 0, response = excluded.response, left_ms = NULL
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        person_id=one.person_id,
        place=one.place,
        response=one.response,
    )
    tx.queue(
        "UPDATE events SET calendar_id = :calendar_id WHERE corp_id = :corp_id AND id = :id",
        corp_id=event.corp_id,
        id=event.id,
        calendar_id=event.calendar_id,
    )
