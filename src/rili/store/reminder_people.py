"""Who is to be reminded of an occurrence: colleagues who are on it, have not declined and have not been told yet."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from rili.model.event import Event
from rili.store.db import Tx
from rili.store.keys import as_keys


class Reminded(Struct, frozen=True, gc=False, order=True):
    """One person, and their mail address."""

    person_id: str
    email: str | None


class Occasion(Struct, frozen=True, gc=False):
    """What people are reminded of. What each is told has the id *about* with theirs behind it."""

    event: Event
    slot: str
    asked_again: bool
    """What was answered for the series is no answer for this occurrence (decision 11)."""
    about: str


_COLLEAGUE = """
          JOIN users ON users.corp_id = attendees.corp_id AND union_id = attendees.person_id AND active = 1
          JOIN organisations ON organisations.corp_id = attendees.corp_id
"""
_NOT_TOLD = """
           AND NOT EXISTS (SELECT 1 FROM notifications
                            WHERE notifications.corp_id = attendees.corp_id
                              AND notifications.person_id = attendees.person_id
                              AND notifications.id = :about || attendees.person_id)
"""
_WHOM = """
           AND (:zone = '' OR COALESCE(users.zone, organisations.zone) = :zone)
           AND (:person_id = '' OR attendees.person_id = :person_id)
"""

# An event without a rule is the occurrence '' of itself.
_ON_THE_WHOLE = f"""
        SELECT attendees.person_id, COALESCE(users.email, users.org_email)
          FROM attendees
          {_COLLEAGUE}
          LEFT JOIN attendees AS own
            ON own.corp_id = attendees.corp_id AND own.event_id = attendees.event_id AND own.occurrence = :slot
           AND own.person_id = attendees.person_id
         WHERE attendees.corp_id = :corp_id AND attendees.event_id = :event_id AND attendees.occurrence = ''
           AND attendees.person_id > :after
           AND CASE WHEN own.person_id IS NOT NULL
                    THEN own.removed = 0 AND own.left_ms IS NULL AND own.response <> 'declined'
                    ELSE attendees.left_ms IS NULL
                         AND (attendees.response <> 'declined'
                              OR (:asked_again = 1 AND attendees.person_id <> :organizer_id)) END
           {_WHOM}
           {_NOT_TOLD}
         ORDER BY attendees.person_id LIMIT :limit
"""
_ON_IT_ALONE = f"""
        SELECT attendees.person_id, COALESCE(users.email, users.org_email)
          FROM attendees
          {_COLLEAGUE}
         WHERE attendees.corp_id = :corp_id AND attendees.event_id = :event_id AND attendees.occurrence = :slot
           AND attendees.person_id > :after
           AND attendees.removed = 0 AND attendees.left_ms IS NULL AND attendees.response <> 'declined'
           AND NOT EXISTS (SELECT 1 FROM attendees AS whole
                            WHERE whole.corp_id = attendees.corp_id AND whole.event_id = attendees.event_id
                              AND whole.occurrence = '' AND whole.person_id = attendees.person_id)
           {_WHOM}
           {_NOT_TOLD}
         ORDER BY attendees.person_id LIMIT :limit
"""


def untold(
    tx: Tx, occasion: Occasion, *, zone: str = "", person_id: str = "", after: str = "", limit: int
) -> list[Reminded]:
    """The first *limit* behind *after*, in the order of their ids; with *zone*, or *person_id*, of those alone."""
    event = occasion.event
    params = {
        "corp_id": event.corp_id,
        "event_id": event.id,
        "slot": occasion.slot,
        "about": occasion.about,
        "zone": zone,
        "person_id": person_id,
        "after": after,
        "limit": limit,
    }
    rows = tx.all(
        _ON_THE_WHOLE, asked_again=int(occasion.asked_again), organizer_id=event.organizer_id, **params
    )
    if occasion.slot:
        rows += tx.all(_ON_IT_ALONE, **params)
    return sorted(Reminded(*row) for row in rows)[:limit]


def zones_of(tx: Tx, corp_id: str, event_id: str) -> set[str]:
    """The zones of all who are on the event, or on some occurrence of it."""
    rows = tx.all(
        """
        SELECT DISTINCT COALESCE(users.zone, organisations.zone)
          FROM attendees
          JOIN users ON users.corp_id = attendees.corp_id AND union_id = person_id AND active = 1
          JOIN organisations ON organisations.corp_id = attendees.corp_id
         WHERE attendees.corp_id = :corp_id AND event_id = :event_id
        """,
        corp_id=corp_id,
        event_id=event_id,
    )
    return {zone for (zone,) in rows}


def anybody_in(tx: Tx, corp_id: str, event_id: str, zone: str) -> bool:
    """Whether one of them is in *zone*."""
    row = tx.one(
        """
        SELECT 1
          FROM attendees
          JOIN users ON users.corp_id = attendees.corp_id AND union_id = person_id AND active = 1
          JOIN organisations ON organisations.corp_id = attendees.corp_id
         WHERE attendees.corp_id = :corp_id AND event_id = :event_id
           AND COALESCE(users.zone, organisations.zone) = :zone
         LIMIT 1
        """,
        corp_id=corp_id,
        event_id=event_id,
        zone=zone,
    )
    return row is not None


def zones_of_people(tx: Tx, corp_id: str, person_ids: Iterable[str]) -> set[str]:
    """The zones of these colleagues."""
    rows = tx.all(
        """
        SELECT DISTINCT COALESCE(users.zone, organisations.zone)
          FROM users
          JOIN organisations ON organisations.corp_id = users.corp_id
         WHERE (users.corp_id, union_id) IN (SELECT :corp_id, key FROM json_each(:person_ids)) AND active = 1
        """,
        corp_id=corp_id,
        person_ids=as_keys(person_ids),
    )
    return {zone for (zone,) in rows}
