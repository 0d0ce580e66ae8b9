"""Events: the body is the truth, the columns beside it are indexes."""

from __future__ import annotations

import msgspec

from rili.model.event import Event
from rili.store import bookings
from rili.store.db import Tx

decode_event = msgspec.json.Decoder(Event).decode
"""An event from the text it is kept as."""


class Stored(msgspec.Struct, frozen=True, gc=False):
    """An event as one calendar holds it."""

    event: Event
    body: str
    """The text that *event* was read from."""
    deleted: bool
    """Deleted by its organizer, for everybody."""
    shown: bool
    """Whether the calendar still shows it."""


_IN_CALENDAR = """
    SELECT body, deleted_ms,
           (SELECT COALESCE(gone_ms, 0)
              FROM users
              JOIN calendars ON calendars.corp_id = users.corp_id AND owner_id = union_id AND kind = 'primary'
              JOIN agenda ON agenda.corp_id = calendars.corp_id AND agenda.calendar_id = calendars.calendar_id
             WHERE users.corp_id = events.corp_id AND union_id = :owner_id AND active = 1
               AND calendars.calendar_id = COALESCE(:calendar_id, calendars.calendar_id)
               AND event_id = events.id)
      FROM events
     WHERE corp_id = :corp_id AND id = :id
"""


def in_calendar(
    tx: Tx, corp_id: str, owner_id: str, calendar_id: str | None, event_id: str, *, lock: bool
) -> Stored | None:
    """The event if the primary calendar of *owner_id* shows it, or showed it once; and has that id, where one is given.

    *lock*: the event is about to be changed.
    """
    if lock:
        tx.lock("SELECT 1 FROM events WHERE corp_id = :corp_id AND id = :id", corp_id=corp_id, id=event_id)
    row = tx.one(_IN_CALENDAR, corp_id=corp_id, owner_id=owner_id, calendar_id=calendar_id, id=event_id)
    if row is None or row[2] is None:
        return None
    body, deleted_ms, gone_ms = row
    return Stored(decode_event(body), body, deleted_ms is not None, gone_ms == 0)


def in_subscribed(tx: Tx, corp_id: str, calendar_id: str, event_id: str, *, lock: bool) -> Stored | None:
    """The event if the subscribed calendar shows it, or showed it once. *lock*: it is about to be changed."""
    if lock:
        tx.lock("SELECT 1 FROM events WHERE corp_id = :corp_id AND id = :id", corp_id=corp_id, id=event_id)
    row = tx.one(
        """
        SELECT body, deleted_ms FROM events
         WHERE corp_id = :corp_id AND id = :id AND calendar_id = :calendar_id
        """,
        corp_id=corp_id,
        id=event_id,
        calendar_id=calendar_id,
    )
    return None if row is None else Stored(decode_event(row[0]), row[0], row[1] is not None, row[1] is None)


def find(tx: Tx, corp_id: str, event_id: str, *, lock: bool = True) -> Stored | None:
    """The event, locked unless it is only looked at; whether or not a calendar shows it."""
    if lock:
        tx.lock("SELECT 1 FROM events WHERE corp_id = :corp_id AND id = :id", corp_id=corp_id, id=event_id)
    row = tx.one(
        "SELECT body, deleted_ms FROM events WHERE corp_id = :corp_id AND id = :id",
        corp_id=corp_id,
        id=event_id,
    )
    if row is None:
        return None
    return Stored(decode_event(row[0]), row[0], row[1] is not None, row[1] is None)


def organized_by(tx: Tx, corp_id: str, union_id: str, from_ms: int) -> list[str]:
    """The ids of the events in the primary calendar of *union_id*, and kept there, that end after *from_ms*."""
    rows = tx.all(
        """
        SELECT events.id
          FROM calendars
          JOIN agenda ON agenda.corp_id = calendars.corp_id AND agenda.calendar_id = calendars.calendar_id
          JOIN events ON events.corp_id = agenda.corp_id AND events.id = agenda.event_id
                     AND events.calendar_id = calendars.calendar_id
         WHERE calendars.corp_id = :corp_id AND owner_id = :union_id AND kind = 'primary'
           AND gone_ms IS NULL AND deleted_ms IS NULL AND (agenda.until_ms IS NULL OR agenda.until_ms > :from_ms)
         ORDER BY events.id
        """,
        corp_id=corp_id,
        union_id=union_id,
        from_ms=from_ms,
    )
    return [event_id for (event_id,) in rows]


def add(tx: Tx, event: Event) -> str:
    """Store a new event; answers the text it is kept as."""
    body = msgspec.json.encode(event).decode()
    tx.queue(
        """
        INSERT INTO events (corp_id, id, calendar_id, version, starts_ms, ends_ms, until_ms, body)
        VALUES (:corp_id, :id, :calendar_id, :version, :starts_ms, :ends_ms, :until_ms, :body)
        """,
        corp_id=event.corp_id,
        id=event.id,
        calendar_id=event.calendar_id,
        version=event.version,
        starts_ms=event.when.starts_ms,
        ends_ms=event.when.ends_ms,
        until_ms=event.until_ms,
        body=body,
    )
    return body


def replace(tx: Tx, event: Event) -> str:
    """Write *event* over the version before it, or raise Stale; answers the text it is kept as."""
    body = msgspec.json.encode(event).decode()
    tx.run_one(
        """
        UPDATE events
           SET body = :body, starts_ms = :starts_ms, ends_ms = :ends_ms, until_ms = :until_ms, version = :version
         WHERE corp_id = :corp_id AND id = :id AND version = :version - 1
        """,
        corp_id=event.corp_id,
        id=event.id,
        version=event.version,
        starts_ms=event.when.starts_ms,
        ends_ms=event.when.ends_ms,
        until_ms=event.until_ms,
        body=body,
    )
    return body


def delete(tx: Tx, event: Event, now_ms: int) -> None:
    """Mark *event* deleted, or raise Stale: its row stays, so that lists can show it (decision 13).

    Its rooms are free from then on.
    """
    if event.takes_rooms:
        bookings.release(tx, event)
    tx.run_one(
        """
        UPDATE events SET deleted_ms = :now_ms
         WHERE corp_id = :corp_id AND id = :id AND version = :version AND deleted_ms IS NULL
        """,
        corp_id=event.corp_id,
        id=event.id,
        version=event.version,
        now_ms=now_ms,
    )


class Derived(msgspec.Struct, frozen=True, gc=False):
    """The columns beside a body, to be held against it."""

    event: Event
    version: int
    starts_ms: int
    ends_ms: int
    until_ms: int | None
    deleted: bool

    @property
    def agrees(self) -> bool:
        """Whether every column says what the body says."""
        when = self.event.when
        return (self.version, self.starts_ms, self.ends_ms, self.until_ms) == (
            self.event.version,
            when.starts_ms,
            when.ends_ms,
            self.event.until_ms,
        )


def after(tx: Tx, corp_id: str, event_id: str, *, limit: int) -> list[Derived]:
    """The next events of all organisations in the order of their keys, with their columns."""
    rows = tx.all(
        """
        SELECT body, version, starts_ms, ends_ms, until_ms, deleted_ms
          FROM events
         WHERE (corp_id, id) > (:corp_id, :id)
         ORDER BY corp_id, id
         LIMIT :limit
        """,
        corp_id=corp_id,
        id=event_id,
        limit=limit,
    )
    return [
        Derived(decode_event(body), version, starts_ms, ends_ms, until_ms, deleted_ms is not None)
        for body, version, starts_ms, ends_ms, until_ms, deleted_ms in rows
    ]


def set_span(tx: Tx, event: Event) -> None:
    """Write the instants again that follow from the body of *event*."""
    tx.queue(
        """
        UPDATE events SET starts_ms = :starts_ms, ends_ms = :ends_ms, until_ms = :until_ms
         WHERE corp_id = :corp_id AND id = :id
        """,
        corp_id=event.corp_id,
        id=event.id,
        starts_ms=event.when.starts_ms,
        ends_ms=event.when.ends_ms,
        until_ms=event.until_ms,
    )
