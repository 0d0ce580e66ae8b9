"""Some of the people on an event, read and written without the others, of whom there may be thousands."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from rili.model.event import Event
from rili.model.people import Attendee, OwnPlace, Response
from rili.model.series import Slot
from rili.store.db import Tx
from rili.store.keys import as_keys


def of_people(
    tx: Tx, event: Event, person_ids: Iterable[str], slot: Slot | None = None
) -> tuple[list[Attendee], list[OwnPlace]]:
    """Where these people are on the whole of *event*, and what the occurrence in *slot* has of its own about them."""
    rows = tx.all(
        """
        SELECT attendees.person_id, users.name, is_optional, response,
               CASE WHEN users.name IS NULL THEN
                    (SELECT email FROM guests WHERE guests.corp_id = attendees.corp_id AND guests.id = person_id)
               END, place, left_ms, occurrence, removed
          FROM attendees
          LEFT JOIN users ON users.corp_id = attendees.corp_id AND users.union_id = attendees.person_id
         WHERE attendees.corp_id = :corp_id AND event_id = :event_id AND occurrence IN ('', :occurrence)
           AND person_id IN (SELECT key FROM json_each(:person_ids))
         ORDER BY place, person_id
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        occurrence=slot.key if slot else "",
        person_ids=as_keys(person_ids),
    )
    whole: list[Attendee] = []
    own: list[OwnPlace] = []
    for id_, name, optional, response, email, place, left_ms, occurrence, removed in rows:
        one = Attendee(id_, name or email or "", optional == 1, response, email, place, left_ms is not None)
        if occurrence:
            own.append(OwnPlace(one, removed == 1))
        else:
            whole.append(one)
    return whole, own


def extent(tx: Tx, event: Event, slot: Slot | None = None) -> tuple[int, int]:
    """How many people are on *event*, or on the occurrence in *slot*; and the last place that anybody has."""
    row = tx.one(
        """
        SELECT COALESCE(SUM(CASE
                   WHEN occurrence = '' THEN 1
                   WHEN occurrence <> :occurrence THEN 0
                   WHEN EXISTS (SELECT 1 FROM attendees AS whole
                                 WHERE whole.corp_id = attendees.corp_id AND whole.event_id = attendees.event_id
                                   AND whole.occurrence = '' AND whole.person_id = attendees.person_id)
                   THEN -removed ELSE 1 - removed END), 0),
               COALESCE(MAX(place), 0)
          FROM attendees
         WHERE corp_id = :corp_id AND event_id = :event_id
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        occurrence=slot.key if slot else "",
    )
    assert row is not None
    return int(row[0]), int(row[1])


class OnOccurrence(Struct, frozen=True, gc=False):
    """Somebody who is on single occurrences of a series alone: one of these."""

    person_id: str
    slot: Slot
    response: Response


def on_occurrences_alone(
    tx: Tx, corp_id: str, event_id: str, *, limit: int, offset: int
) -> list[OnOccurrence]:
    """Who is on single occurrences of a series, and not, or no longer, on the whole of it."""
    rows = tx.all(
        """
        SELECT person_id, occurrence, response FROM attendees AS own
         WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence > '' AND removed = 0 AND left_ms IS NULL
           AND NOT EXISTS (SELECT 1 FROM attendees AS whole
                            WHERE whole.corp_id = own.corp_id AND whole.event_id = own.event_id
                              AND whole.occurrence = '' AND whole.person_id = own.person_id
                              AND whole.left_ms IS NULL)
         ORDER BY occurrence, person_id LIMIT :limit OFFSET :offset
        """,
        corp_id=corp_id,
        event_id=event_id,
        limit=limit,
        offset=offset,
    )
    return [OnOccurrence(person_id, Slot.of_key(key), response) for person_id, key, response in rows]


def has_more_than(tx: Tx, corp_id: str, event_id: str, people: int) -> bool:
    """Whether more than so many are on the event."""
    row = tx.one(
        """
        SELECT 1 FROM attendees
         WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = ''
         ORDER BY place LIMIT 1 OFFSET :people
        """,
        corp_id=corp_id,
        event_id=event_id,
        people=people,
    )
    return row is not None


def answer(tx: Tx, event: Event, person_id: str, response: Response, *, returns: bool) -> None:
    """Write what somebody answers for the whole of *event*; *returns*: they had left, and are back on all of it."""
    tx.queue(
        """
        UPDATE attendees SET response = :response, left_ms = NULL
         WHERE corp_id = :corp_id AND event_id = :event_id AND person_id = :person_id
           AND (occurrence = '' OR (:returns = 1 AND left_ms IS NOT NULL))
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        person_id=person_id,
        response=response,
        returns=int(returns),
    )


def stamp_answer(tx: Tx, event: Event, person_id: str, slot: Slot | None, answered_ms: int) -> None:
    """Keep when somebody answered for the whole of *event*, or for the occurrence in *slot*."""
    tx.queue(
        """
        UPDATE attendees SET answered_ms = :answered_ms
         WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = :occurrence AND person_id = :person_id
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        occurrence=slot.key if slot else "",
        person_id=person_id,
        answered_ms=answered_ms,
    )


def answered_ms(tx: Tx, event: Event, person_id: str, slot: Slot | None) -> int | None:
    """When that person last answered for the whole of *event*, or for the occurrence in *slot*."""
    row = tx.one(
        """
        SELECT MAX(answered_ms) FROM attendees
         WHERE corp_id = :corp_id AND event_id = :event_id AND person_id = :person_id
           AND occurrence IN ('', :occurrence)
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        person_id=person_id,
        occurrence=slot.key if slot else "",
    )
    return row[0] if row else None


def own_places_of(tx: Tx, event: Event, person_id: str) -> dict[Slot, OwnPlace]:
    """What single occurrences of *event* have of their own about that person, the name aside."""
    rows = tx.all(
        """
        SELECT occurrence, is_optional, response, place, left_ms, removed FROM attendees
         WHERE corp_id = :corp_id AND person_id = :person_id AND event_id = :event_id AND occurrence > ''
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        person_id=person_id,
    )
    return {
        Slot.of_key(occurrence): OwnPlace(
            Attendee(person_id, "", optional == 1, response, None, place, left_ms is not None), removed == 1
        )
        for occurrence, optional, response, place, left_ms, removed in rows
    }


def still_on(tx: Tx, event: Event, person_ids: Iterable[str]) -> set[str]:
    """Who of these people has *event*, or an occurrence of it, in their calendar."""
    rows = tx.all(
        """
        SELECT DISTINCT person_id FROM attendees
         WHERE (corp_id, person_id, event_id) IN (SELECT :corp_id, key, :event_id FROM json_each(:person_ids))
           AND removed = 0 AND left_ms IS NULL
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        person_ids=as_keys(person_ids),
    )
    return {person_id for (person_id,) in rows}


def ever_on(tx: Tx, event: Event, person_ids: Iterable[str]) -> list[Attendee]:
    """Who of these people has a row of *event*, its single occurrences included; `left`: off all of it by now."""
    rows = tx.all(
        """
        SELECT person_id,
               (SELECT email FROM guests WHERE guests.corp_id = :corp_id AND guests.id = person_id),
               MIN(CASE WHEN removed = 0 AND left_ms IS NULL THEN 0 ELSE 1 END)
          FROM attendees
         WHERE (corp_id, person_id, event_id) IN (SELECT :corp_id, key, :event_id FROM json_each(:person_ids))
         GROUP BY person_id
         ORDER BY person_id
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        person_ids=as_keys(person_ids),
    )
    return [Attendee(person_id, email or "", email=email, left=gone == 1) for person_id, email, gone in rows]


def touch(tx: Tx, event: Event, *, whole: bool) -> None:
    """Give *event* the number of this change of its people; *whole*: not of a single occurrence's alone."""
    tx.queue(
        """
        UPDATE events
           SET people_change_no = :change_no,
               whole_people_change_no = CASE WHEN :whole = 1 THEN :change_no ELSE whole_people_change_no END
         WHERE corp_id = :corp_id AND id = :id
        """,
        corp_id=event.corp_id,
        id=event.id,
        change_no=tx.change_no(),
        whole=int(whole),
    )


def change_numbers(tx: Tx, corp_id: str, event_ids: Iterable[str]) -> dict[str, int]:
    """The number of the last change of people alone, of each event."""
    rows = tx.all(
        """
        SELECT id, people_change_no FROM events
         WHERE (corp_id, id) IN (SELECT :corp_id, key FROM json_each(:event_ids))
        """,
        corp_id=corp_id,
        event_ids=as_keys(event_ids),
    )
    return dict(rows)
