"""Calendars: the primary one of a person is made with the person, a subscribed one by its author."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from rili.model.privileges import Privilege
from rili.store.db import Tx
from rili.store.keys import as_keys

Kind = Literal["primary", "subscribed", "deleted"]
"""`deleted`: once a subscribed one, which nobody finds any more."""


class Primary(Struct, frozen=True, gc=False):
    """Somebody's primary calendar, or a subscribed one of which they are the author; as *privilege* shows it."""

    corp_id: str
    calendar_id: str
    owner_id: str
    owner_name: str
    zone: str
    """The owner's, or the organisation's."""
    people_no: int = 0
    """Moves when the name of somebody in the organisation changes."""
    privilege: Privilege = "owner"
    """Of who looks at it."""


def add(tx: Tx, corp_id: str, calendar_id: str, owner_id: str, kind: Kind) -> None:
    """*owner_id* is a unionId."""
    tx.queue(
        """
        INSERT INTO calendars (corp_id, calendar_id, owner_id, kind, change_no)
        VALUES (:corp_id, :calendar_id, :owner_id, :kind, :change_no)
        """,
        corp_id=corp_id,
        calendar_id=calendar_id,
        owner_id=owner_id,
        kind=kind,
        change_no=0 if kind == "primary" else tx.change_no(),
    )


def primary(tx: Tx, corp_id: str, owner_id: str) -> Primary | None:
    """The primary calendar of a person who has not left; *owner_id* is a unionId."""
    row = tx.one(
        """
        SELECT users.corp_id, calendar_id, union_id, users.name, COALESCE(users.zone, organisations.zone), people_no
          FROM users
          JOIN organisations ON organisations.corp_id = users.corp_id
          JOIN calendars ON calendars.corp_id = users.corp_id AND owner_id = union_id AND kind = 'primary'
         WHERE users.corp_id = :corp_id AND union_id = :owner_id AND active = 1
        """,
        corp_id=corp_id,
        owner_id=owner_id,
    )
    return None if row is None else Primary(*row)


def primaries(tx: Tx, corp_id: str, owner_ids: Iterable[str]) -> dict[str, Primary]:
    """Those of several people, by unionId; who is nobody here, or has left, is left out."""
    rows = tx.all(
        """
        SELECT users.corp_id, calendar_id, union_id, users.name, COALESCE(users.zone, organisations.zone), people_no
          FROM users
          JOIN organisations ON organisations.corp_id = users.corp_id
          JOIN calendars ON calendars.corp_id = users.corp_id AND owner_id = union_id AND kind = 'primary'
         WHERE (users.corp_id, union_id) IN (SELECT :corp_id, key FROM json_each(:owner_ids)) AND active = 1
        """,
        corp_id=corp_id,
        owner_ids=as_keys(owner_ids),
    )
    return {row[2]: Primary(*row) for row in rows}


def subscribed(tx: Tx, corp_id: str, calendar_id: str, privilege: Privilege) -> Primary | None:
    """A subscribed calendar, for who has *privilege* there."""
    row = tx.one(
        """
        SELECT users.corp_id, calendar_id, union_id, users.name, COALESCE(users.zone, organisations.zone), people_no
          FROM calendars
          JOIN users ON users.corp_id = calendars.corp_id AND union_id = owner_id
          JOIN organisations ON organisations.corp_id = users.corp_id
         WHERE calendars.corp_id = :corp_id AND calendar_id = :calendar_id AND kind = 'subscribed'
        """,
        corp_id=corp_id,
        calendar_id=calendar_id,
    )
    return None if row is None else Primary(*row, privilege=privilege)


class Way(Struct, frozen=True, gc=False):
    """How one person comes to a calendar: whose it is, and what of it is theirs."""

    kind: Kind
    owner_id: str
    granted: Privilege | None
    manages: bool
    subscribes: bool

    def privilege(self, person_id: str) -> Privilege | None:
        """What *person_id*, who comes this way, may do; None where they do not reach it."""
        if self.owner_id == person_id:
            return "owner"
        if self.kind == "primary":
            return self.granted
        return "writer" if self.manages else "reader" if self.subscribes else None


def way_to(tx: Tx, corp_id: str, person_id: str, calendar_id: str) -> Way | None:
    """How *person_id* comes to a calendar. None for no calendar, also for that of who left, and for nobody."""
    row = tx.one(
        """
        SELECT kind, owner_id,
               (SELECT privilege FROM acls
                 WHERE acls.corp_id = calendars.corp_id AND acls.calendar_id = calendars.calendar_id
                   AND person_id = :person_id),
               EXISTS (SELECT 1 FROM calendar_managers AS own
                        WHERE own.corp_id = calendars.corp_id AND own.calendar_id = calendars.calendar_id
                          AND person_id = :person_id),
               EXISTS (SELECT 1 FROM subscriptions AS own
                        WHERE own.corp_id = calendars.corp_id AND own.calendar_id = calendars.calendar_id
                          AND person_id = :person_id)
          FROM calendars
          JOIN users AS owner ON owner.corp_id = calendars.corp_id AND owner.union_id = owner_id AND owner.active = 1
          JOIN users AS person ON person.corp_id = calendars.corp_id AND person.union_id = :person_id
                              AND person.active = 1
         WHERE calendars.corp_id = :corp_id AND calendar_id = :calendar_id AND kind <> 'deleted'
        """,
        corp_id=corp_id,
        calendar_id=calendar_id,
        person_id=person_id,
    )
    if row is None:
        return None
    kind, owner_id, granted, manages, subscribes = row
    return Way(kind, owner_id, granted, bool(manages), bool(subscribes))


class Entry(Struct, frozen=True, gc=False):
    """One calendar of somebody's list."""

    calendar_id: str
    kind: Kind
    owner_id: str
    title: str
    description: str
    zone: str
    way: Way


def listed(tx: Tx, corp_id: str, person_id: str) -> list[Entry]:
    """The primary calendar of *person_id*, those shared with them, and those they subscribe; in no order."""
    rows = tx.all(
        """
        SELECT calendars.calendar_id, kind, owner_id, COALESCE(subscribed_calendars.name, users.name),
               COALESCE(description, ''), COALESCE(users.zone, organisations.zone), privilege,
               calendar_managers.person_id IS NOT NULL, subscriptions.person_id IS NOT NULL
          FROM (SELECT corp_id, calendar_id FROM calendars
                 WHERE corp_id = :corp_id AND owner_id = :person_id AND kind = 'primary'
                 UNION SELECT corp_id, calendar_id FROM acls WHERE corp_id = :corp_id AND person_id = :person_id
                 UNION SELECT corp_id, calendar_id FROM subscriptions
                        WHERE corp_id = :corp_id AND person_id = :person_id) AS own
          JOIN calendars ON calendars.corp_id = own.corp_id AND calendars.calendar_id = own.calendar_id
          JOIN users ON users.corp_id = own.corp_id AND union_id = owner_id AND active = 1
          JOIN organisations ON organisations.corp_id = own.corp_id
          LEFT JOIN subscribed_calendars ON subscribed_calendars.corp_id = own.corp_id
               AND subscribed_calendars.calendar_id = own.calendar_id
          LEFT JOIN acls ON acls.corp_id = own.corp_id AND acls.calendar_id = own.calendar_id
               AND acls.person_id = :person_id
          LEFT JOIN calendar_managers ON calendar_managers.corp_id = own.corp_id
               AND calendar_managers.calendar_id = own.calendar_id AND calendar_managers.person_id = :person_id
          LEFT JOIN subscriptions ON subscriptions.corp_id = own.corp_id
               AND subscriptions.calendar_id = own.calendar_id AND subscriptions.person_id = :person_id
         WHERE kind <> 'deleted'
        """,
        corp_id=corp_id,
        person_id=person_id,
    )
    return [
        Entry(
            id_,
            kind,
            owner_id,
            title,
            text,
            zone,
            Way(kind, owner_id, granted, bool(manages), bool(subscribes)),
        )
        for id_, kind, owner_id, title, text, zone, granted, manages, subscribes in rows
    ]


def set_owner(tx: Tx, corp_id: str, calendar_id: str, owner_id: str) -> None:
    """Make another colleague the author of a subscribed calendar."""
    tx.queue(
        """
        UPDATE calendars SET owner_id = :owner_id, change_no = :change_no
         WHERE corp_id = :corp_id AND calendar_id = :calendar_id
        """,
        corp_id=corp_id,
        calendar_id=calendar_id,
        owner_id=owner_id,
        change_no=tx.change_no(),
    )


def of_author(tx: Tx, corp_id: str, person_id: str) -> list[str]:
    """The ids of the subscribed calendars of which *person_id* is the author."""
    rows = tx.all(
        """
        SELECT calendar_id FROM calendars
         WHERE corp_id = :corp_id AND owner_id = :person_id AND kind = 'subscribed' ORDER BY calendar_id
        """,
        corp_id=corp_id,
        person_id=person_id,
    )
    return [calendar_id for (calendar_id,) in rows]


def lock(tx: Tx, corp_id: str, calendar_id: str) -> None:
    """Let nobody else change the calendar until the transaction ends."""
    tx.lock(
        "SELECT 1 FROM calendars WHERE corp_id = :corp_id AND calendar_id = :calendar_id",
        corp_id=corp_id,
        calendar_id=calendar_id,
    )


def touch(tx: Tx, corp_id: str, calendar_id: str) -> None:
    """Give a calendar the number of this change, which is one of the calendar itself, not of its events."""
    tx.queue(
        """
        UPDATE calendars SET change_no = :change_no WHERE corp_id = :corp_id AND calendar_id = :calendar_id
        """,
        corp_id=corp_id,
        calendar_id=calendar_id,
        change_no=tx.change_no(),
    )
