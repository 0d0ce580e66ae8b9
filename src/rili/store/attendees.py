"""People on events: one row a person on the series, and one more for what a single occurrence has of its own."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from rili.model.event import Event
from rili.model.people import Attendee, OwnPlace, PeopleChange
from rili.model.series import Slot
from rili.store import answer_links
from rili.store.db import Row, Tx
from rili.store.keys import as_keys

BEFORE_ALL = -(10**9)
"""Lower than any place: who gets an event later is put before everybody."""

_OF_EVENT = """
    SELECT attendees.person_id, users.name, is_optional, response,
           CASE WHEN users.name IS NULL THEN
                (SELECT email FROM guests WHERE guests.corp_id = attendees.corp_id AND guests.id = person_id)
           END, place, left_ms
      FROM attendees
      LEFT JOIN users ON users.corp_id = attendees.corp_id AND users.union_id = attendees.person_id
     WHERE attendees.corp_id = :corp_id AND event_id = :event_id AND occurrence = ''
"""


def of_event(
    tx: Tx, corp_id: str, event_id: str, *, limit: int = -1, after: int = BEFORE_ALL
) -> tuple[Attendee, ...]:
    """The people on an event, the organizer first, with the names of now: the first *limit* after a place, or all."""
    if limit < 0:  # without the index by place: it would look up each of them once more
        rows = tx.all(f"{_OF_EVENT} ORDER BY +place", corp_id=corp_id, event_id=event_id)
    else:
        rows = tx.all(
            f"{_OF_EVENT} AND place > :after ORDER BY place LIMIT :limit",
            corp_id=corp_id,
            event_id=event_id,
            limit=limit,
            after=after,
        )
    return tuple(_attendee(row) for row in rows)


def of_events(tx: Tx, corp_id: str, event_ids: Iterable[str], limit: int) -> dict[str, tuple[Attendee, ...]]:
    """The same of several events, the first *limit* of each."""
    found: dict[str, list[Attendee]] = {}
    rows = tx.all(
        """
        SELECT attendees.person_id, users.name, is_optional, response,
               CASE WHEN users.name IS NULL THEN
                    (SELECT email FROM guests WHERE guests.corp_id = attendees.corp_id AND guests.id = person_id)
               END, place, left_ms, event_id
          FROM (SELECT key AS wanted FROM json_each(:event_ids)) AS events
         CROSS JOIN attendees
          LEFT JOIN users ON users.corp_id = attendees.corp_id AND users.union_id = attendees.person_id
         WHERE attendees.corp_id = :corp_id AND event_id = wanted AND occurrence = ''
           AND place <= COALESCE((SELECT place FROM attendees AS last
                                   WHERE last.corp_id = :corp_id AND last.event_id = wanted AND last.occurrence = ''
                                   ORDER BY place LIMIT 1 OFFSET :more), 2147483647)
         ORDER BY event_id, place
        """,
        corp_id=corp_id,
        event_ids=as_keys(event_ids),
        more=limit - 1,
    )
    for row in rows:
        found.setdefault(row[7], []).append(_attendee(row))
    return {event_id: tuple(people) for event_id, people in found.items()}


def own_places(
    tx: Tx, corp_id: str, event_ids: Iterable[str], slot: Slot | None = None
) -> dict[str, dict[Slot, list[OwnPlace]]]:
    """What single occurrences of these series have of their own about people; with *slot*, those in it alone."""
    found: dict[str, dict[Slot, list[OwnPlace]]] = {}
    rows = tx.all(
        """
        SELECT attendees.person_id, users.name, is_optional, response,
               CASE WHEN users.name IS NULL THEN
                    (SELECT email FROM guests WHERE guests.corp_id = attendees.corp_id AND guests.id = person_id)
               END, place, left_ms, event_id, occurrence, removed
          FROM attendees
          LEFT JOIN users ON users.corp_id = attendees.corp_id AND users.union_id = attendees.person_id
         WHERE (attendees.corp_id, event_id) IN (SELECT :corp_id, key FROM json_each(:event_ids))
           AND occurrence > '' AND occurrence BETWEEN :first AND :last
         ORDER BY event_id, occurrence, place
        """,
        corp_id=corp_id,
        event_ids=as_keys(event_ids),
        first=slot.key if slot else "0",
        last=slot.key if slot else "9",
    )
    for row in rows:
        by_slot = found.setdefault(row[7], {})
        by_slot.setdefault(Slot.of_key(row[8]), []).append(OwnPlace(_attendee(row), row[9] == 1))
    return found


class Standing(Struct, frozen=True, gc=False):
    """Where one person is on an event: on the whole of it or not, and what differs on single occurrences."""

    whole: bool = False
    slots: dict[Slot, bool] = {}
    removed: frozenset[Slot] = frozenset()
    """Of which the organizer took them off: what happens there since is no business of theirs."""

    def sees(self, slot: Slot) -> bool:
        """Whether the occurrence in *slot* is in their calendar."""
        return self.slots.get(slot, self.whole)


def standings(tx: Tx, corp_id: str, person_id: str, event_ids: Iterable[str]) -> dict[str, Standing]:
    """Where that person is on each of these events."""
    whole: set[str] = set()
    slots: dict[str, dict[Slot, bool]] = {}
    off: dict[str, set[Slot]] = {}
    for event_id, key, left_ms, removed in tx.all(
        """
        SELECT event_id, occurrence, left_ms, removed FROM attendees
         WHERE (corp_id, person_id, event_id) IN (SELECT :corp_id, :person_id, key FROM json_each(:event_ids))
        """,
        corp_id=corp_id,
        person_id=person_id,
        event_ids=as_keys(event_ids),
    ):
        there = left_ms is None and not removed
        if key:
            slots.setdefault(event_id, {})[Slot.of_key(key)] = there
            if removed:
                off.setdefault(event_id, set()).add(Slot.of_key(key))
        elif there:
            whole.add(event_id)
    return {
        event_id: Standing(event_id in whole, slots.get(event_id, {}), frozenset(off.get(event_id, ())))
        for event_id in whole | slots.keys()
    }


def once_on(tx: Tx, event: Event, person_id: str) -> Standing:
    """Where that person was on *event* before they, or it, left their calendar."""
    rows = tx.all(
        """
        SELECT occurrence, removed FROM attendees
         WHERE corp_id = :corp_id AND person_id = :person_id AND event_id = :event_id
        """,
        corp_id=event.corp_id,
        person_id=person_id,
        event_id=event.id,
    )
    slots = {Slot.of_key(key): not removed for key, removed in rows if key}
    return Standing(
        any(not key for key, _ in rows), slots, frozenset(slot for slot in slots if not slots[slot])
    )


def put_own(tx: Tx, event: Event, slot: Slot, one: Attendee, *, removed: bool = False) -> None:
    """Write how a person stands on one occurrence of *event*, or that they were taken off it."""
    tx.queue(
        """
        INSERT INTO attendees (corp_id, event_id, occurrence, person_id, place, is_optional, response, removed)
        VALUES (:corp_id, :event_id, :occurrence, :person_id, :place, :is_optional, :response, :removed)
            ON CONFLICT (corp_id, event_id, occurrence, person_id)
            DO UPDATE SET place = excluded.place, is_optional = excluded.is_optional, response = excluded.response,
                          removed = excluded.removed, left_ms = NULL
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        occurrence=slot.key,
        person_id=one.person_id,
        place=one.place,
        is_optional=int(one.is_optional),
        response=one.response,
        removed=int(removed),
    )


def drop_own(tx: Tx, event: Event, slot: Slot, person_id: str) -> None:
    """Forget what one occurrence of *event* has of its own about that person."""
    tx.queue(
        """
        DELETE FROM attendees
         WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = :occurrence AND person_id = :person_id
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        occurrence=slot.key,
        person_id=person_id,
    )


def ask_again_on(tx: Tx, event: Event, slot: Slot) -> None:
    """Set what was answered on one occurrence of *event* back to needsAction (decision 11)."""
    tx.queue(
        """
        UPDATE attendees SET response = 'needsAction'
         WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = :occurrence
           AND person_id <> :organizer_id AND response <> 'needsAction' AND left_ms IS NULL
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        occurrence=slot.key,
        organizer_id=event.organizer_id,
    )


def copy(tx: Tx, source: Event, target: Event) -> None:
    """Put the people of *source*, with their answers, on *target*."""
    tx.queue(
        """
        INSERT INTO attendees
               (corp_id, event_id, occurrence, person_id, place, is_optional, response, left_ms)
        SELECT corp_id, :target_id, occurrence, person_id, place, is_optional, response, left_ms
          FROM attendees
         WHERE corp_id = :corp_id AND event_id = :source_id AND occurrence = ''
        """,
        corp_id=source.corp_id,
        source_id=source.id,
        target_id=target.id,
    )


def on_occurrences_alone(tx: Tx, event: Event) -> set[str]:
    """Who is on single occurrences of *event* and not, or no longer, on the whole of it; guests too."""
    rows = tx.all(
        """
        SELECT DISTINCT person_id FROM attendees AS own
         WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence > '' AND removed = 0 AND left_ms IS NULL
           AND NOT EXISTS (SELECT 1 FROM attendees AS whole
                            WHERE whole.corp_id = own.corp_id AND whole.event_id = own.event_id
                              AND whole.occurrence = '' AND whole.person_id = own.person_id
                              AND whole.left_ms IS NULL)
        """,
        corp_id=event.corp_id,
        event_id=event.id,
    )
    return {person_id for (person_id,) in rows}


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
    """Bring the rows of *event* to what *change* says: who left, single occurrences too; who joined, who differs."""
    if change.left:
        answer_links.drop(tx, event, [one.person_id for one in change.left])
        tx.run_many(
            """
            DELETE FROM attendees
             WHERE corp_id = :corp_id AND event_id = :event_id AND person_id = :person_id
            """,
            [
                {"corp_id": event.corp_id, "event_id": event.id, "person_id": one.person_id}
                for one in change.left
            ],
        )
    if change.joined:
        add(tx, event, change.joined)
        # One place in all lists of the event: what is read page by page is ordered by it.
        tx.run_many(
            """
            UPDATE attendees SET place = :place
             WHERE corp_id = :corp_id AND event_id = :event_id AND person_id = :person_id AND occurrence > ''
            """,
            [
                {
                    "corp_id": event.corp_id,
                    "event_id": event.id,
                    "person_id": one.person_id,
                    "place": one.place,
                }
                for one in change.joined
            ],
        )
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


def pass_on(tx: Tx, event: Event, former_id: str) -> None:
    """Put the organizer of *event*, whom nobody else attends, where *former_id* was."""
    tx.queue(
        """
        UPDATE attendees SET person_id = :organizer_id
         WHERE corp_id = :corp_id AND event_id = :event_id AND person_id = :former_id
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        organizer_id=event.organizer_id,
        former_id=former_id,
    )


def leave(tx: Tx, event: Event, person_id: str, now_ms: int, slot: Slot | None = None) -> None:
    """Write that this person took the event off their calendar, which declines it (decision 13).

    With *slot* that occurrence alone, for which they have a row; without, every occurrence.
    """
    tx.queue(
        """
        UPDATE attendees SET response = 'declined', left_ms = :now_ms
         WHERE corp_id = :corp_id AND event_id = :event_id AND person_id = :person_id
           AND (:occurrence = '' OR occurrence = :occurrence)
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        occurrence=slot.key if slot else "",
        person_id=person_id,
        now_ms=now_ms,
    )


def _attendee(row: Row) -> Attendee:
    id_, name, optional, answer, mail, place, left_ms = row[:7]
    return Attendee(id_, name or mail or "", optional == 1, answer, mail, place, left_ms is not None)
