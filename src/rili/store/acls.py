"""Whom an owner lets see or write their primary calendar."""

from __future__ import annotations

from msgspec import Struct

from rili.model.privileges import Privilege
from rili.store.db import Tx


class Acl(Struct, frozen=True, gc=False):
    """One grant; *person_id* is the unionId of who has it."""

    acl_id: str
    person_id: str
    privilege: Privilege


def put(tx: Tx, corp_id: str, calendar_id: str, acl: Acl, now_ms: int) -> None:
    """Grant, or change what that person was granted, which keeps its id."""
    tx.queue(
        """
        INSERT INTO acls (corp_id, calendar_id, person_id, acl_id, privilege, created_ms)
        VALUES (:corp_id, :calendar_id, :person_id, :acl_id, :privilege, :now_ms)
            ON CONFLICT (corp_id, calendar_id, person_id) DO UPDATE SET privilege = excluded.privilege
        """,
        corp_id=corp_id,
        calendar_id=calendar_id,
        person_id=acl.person_id,
        acl_id=acl.acl_id,
        privilege=acl.privilege,
        now_ms=now_ms,
    )


def of_calendar(tx: Tx, corp_id: str, calendar_id: str) -> list[Acl]:
    """The oldest first."""
    rows = tx.all(
        """
        SELECT acl_id, person_id, privilege FROM acls
         WHERE corp_id = :corp_id AND calendar_id = :calendar_id ORDER BY created_ms, acl_id
        """,
        corp_id=corp_id,
        calendar_id=calendar_id,
    )
    return [Acl(*row) for row in rows]


def remove(tx: Tx, corp_id: str, calendar_id: str, acl_id: str) -> bool:
    """Whether there was such a grant."""
    return bool(
        tx.run(
            "DELETE FROM acls WHERE corp_id = :corp_id AND calendar_id = :calendar_id AND acl_id = :acl_id",
            corp_id=corp_id,
            calendar_id=calendar_id,
            acl_id=acl_id,
        )
    )


def remove_of_person(tx: Tx, corp_id: str, person_id: str) -> None:
    """End what *person_id* was granted, and what they granted."""
    tx.queue(
        """
        DELETE FROM acls
         WHERE corp_id = :corp_id
           AND (person_id = :person_id
                OR calendar_id IN (SELECT calendar_id FROM calendars
                                    WHERE corp_id = :corp_id AND owner_id = :person_id AND kind = 'primary'))
        """,
        corp_id=corp_id,
        person_id=person_id,
    )
