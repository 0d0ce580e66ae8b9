"""Calendars: the primary one of a person is made with the person."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from rili.store.db import Tx
from rili.store.keys import as_keys


class Primary(Struct, frozen=True, gc=False):
    """Somebody's primary calendar."""

    corp_id: str
    calendar_id: str
    owner_id: str
    owner_name: str
    zone: str
    """The owner's, or the organisation's."""
    people_no: int = 0
    """Moves when the name of somebody in the organisation changes."""


def add(tx: Tx, corp_id: str, calendar_id: str, owner_id: str, kind: str) -> None:
    """*owner_id* is a unionId; *kind* is `primary`."""
    tx.queue(
        """
        INSERT INTO calendars (corp_id, calendar_id, owner_id, kind)
        VALUES (:corp_id, :calendar_id, :owner_id, :kind)
        """,
        corp_id=corp_id,
        calendar_id=calendar_id,
        owner_id=owner_id,
        kind=kind,
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
