"""Subscribed calendars: what they are called, who manages and who subscribes them."""

from __future__ import annotations

import msgspec

from rili.model.subscribed import Scope, Subscribed
from rili.store import calendars
from rili.store.db import Tx

_decode_scope = msgspec.json.Decoder(Scope).decode


def put(tx: Tx, calendar: Subscribed) -> None:
    """Write everything but the author, who is the calendar's owner."""
    tx.queue(
        """
        INSERT INTO subscribed_calendars (corp_id, calendar_id, name, description, scope)
        VALUES (:corp_id, :calendar_id, :name, :description, :scope)
            ON CONFLICT (corp_id, calendar_id)
            DO UPDATE SET name = excluded.name, description = excluded.description, scope = excluded.scope
        """,
        corp_id=calendar.corp_id,
        calendar_id=calendar.calendar_id,
        name=calendar.name,
        description=calendar.description,
        scope=msgspec.json.encode(calendar.scope).decode(),
    )
    tx.queue(
        "DELETE FROM calendar_managers WHERE corp_id = :corp_id AND calendar_id = :calendar_id",
        corp_id=calendar.corp_id,
        calendar_id=calendar.calendar_id,
    )
    tx.run_many(
        """
        INSERT INTO calendar_managers (corp_id, calendar_id, person_id, place)
        VALUES (:corp_id, :calendar_id, :person_id, :place)
        """,
        [
            {
                "corp_id": calendar.corp_id,
                "calendar_id": calendar.calendar_id,
                "person_id": person_id,
                "place": place,
            }
            for place, person_id in enumerate(calendar.managers)
        ],
    )


def get(tx: Tx, corp_id: str, calendar_id: str, *, lock: bool = False) -> Subscribed | None:
    """*lock*: it is about to be changed."""
    key = {"corp_id": corp_id, "calendar_id": calendar_id}
    if lock:
        calendars.lock(tx, corp_id, calendar_id)
    row = tx.one(
        """
        SELECT owner_id, name, description, scope
          FROM calendars
          JOIN subscribed_calendars AS own
            ON own.corp_id = calendars.corp_id AND own.calendar_id = calendars.calendar_id
         WHERE calendars.corp_id = :corp_id AND calendars.calendar_id = :calendar_id AND kind = 'subscribed'
        """,
        **key,
    )
    if row is None:
        return None
    managers = tx.all(
        """
        SELECT person_id FROM calendar_managers
         WHERE corp_id = :corp_id AND calendar_id = :calendar_id ORDER BY place
        """,
        **key,
    )
    author_id, name, description, scope = row
    return Subscribed(
        corp_id,
        calendar_id,
        author_id,
        name,
        description,
        _decode_scope(scope),
        tuple(id_ for (id_,) in managers),
    )


def erase(tx: Tx, corp_id: str, calendar_id: str) -> None:
    """Let nobody find the calendar any more; its row stays, because its events point to it."""
    key = {"corp_id": corp_id, "calendar_id": calendar_id}
    for table in ("subscriptions", "calendar_managers", "subscribed_calendars"):
        tx.queue(f"DELETE FROM {table} WHERE corp_id = :corp_id AND calendar_id = :calendar_id", **key)
    tx.queue(
        "UPDATE calendars SET kind = 'deleted' WHERE corp_id = :corp_id AND calendar_id = :calendar_id", **key
    )


def subscribe(tx: Tx, corp_id: str, calendar_id: str, person_id: str) -> None:
    """Put the calendar on that person's list, where it is not yet."""
    tx.queue(
        """
        INSERT INTO subscriptions (corp_id, calendar_id, person_id)
        VALUES (:corp_id, :calendar_id, :person_id) ON CONFLICT DO NOTHING
        """,
        corp_id=corp_id,
        calendar_id=calendar_id,
        person_id=person_id,
    )


def unsubscribe(tx: Tx, corp_id: str, calendar_id: str, person_id: str) -> None:
    """Take the calendar off that person's list, where it is."""
    tx.queue(
        """
        DELETE FROM subscriptions
         WHERE corp_id = :corp_id AND calendar_id = :calendar_id AND person_id = :person_id
        """,
        corp_id=corp_id,
        calendar_id=calendar_id,
        person_id=person_id,
    )


def count_of_person(tx: Tx, corp_id: str, person_id: str) -> int:
    """How many calendars of others that person subscribes."""
    row = tx.one(
        """
        SELECT COUNT(*) FROM subscriptions
          JOIN calendars ON calendars.corp_id = subscriptions.corp_id
                        AND calendars.calendar_id = subscriptions.calendar_id
         WHERE subscriptions.corp_id = :corp_id AND person_id = :person_id AND owner_id <> :person_id
        """,
        corp_id=corp_id,
        person_id=person_id,
    )
    assert row is not None
    return int(row[0])


def forget_person(tx: Tx, corp_id: str, person_id: str) -> None:
    """End what that person manages and subscribes."""
    for table in ("subscriptions", "calendar_managers"):
        tx.queue(
            f"DELETE FROM {table} WHERE corp_id = :corp_id AND person_id = :person_id",
            corp_id=corp_id,
            person_id=person_id,
        )


def event_ids(tx: Tx, corp_id: str, calendar_id: str) -> list[str]:
    """The events that the calendar shows."""
    rows = tx.all(
        """
        SELECT event_id FROM agenda
         WHERE corp_id = :corp_id AND calendar_id = :calendar_id AND gone_ms IS NULL ORDER BY event_id
        """,
        corp_id=corp_id,
        calendar_id=calendar_id,
    )
    return [event_id for (event_id,) in rows]
