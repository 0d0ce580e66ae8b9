"""People as rooms know them: what the rules ask of a person, and the booking blacklist."""

from __future__ import annotations

from rili.model.room import Ban, Person
from rili.store.db import Tx


def person(tx: Tx, corp_id: str, union_id: str) -> Person | None:
    """Somebody who is here; nobody when that person left."""
    row = tx.one(
        """
        SELECT users.admin, organisations.zone, ban.union_id, ban.starts_ms, ban.ends_ms, ban.memo
          FROM users
          JOIN organisations ON organisations.corp_id = users.corp_id
          LEFT JOIN booking_blacklist AS ban ON ban.corp_id = users.corp_id AND ban.union_id = users.union_id
         WHERE users.corp_id = :corp_id AND users.union_id = :union_id AND users.active = 1
        """,
        corp_id=corp_id,
        union_id=union_id,
    )
    if row is None:
        return None
    return Person(
        union_id=union_id,
        dept_ids=_departments(tx, corp_id, union_id),
        admin=bool(row[0]),
        group_ids=_groups(tx, corp_id, union_id),
        ban=None if row[2] is None else Ban(*row[2:]),
        zone=row[1],
    )


def put_ban(tx: Tx, corp_id: str, ban: Ban) -> None:
    """Put somebody on the blacklist, or write over what was said of them there."""
    tx.run(
        """
        INSERT INTO booking_blacklist (corp_id, union_id, starts_ms, ends_ms, memo)
        VALUES (:corp_id, :union_id, :starts_ms, :ends_ms, :memo)
            ON CONFLICT (corp_id, union_id)
            DO UPDATE SET starts_ms = excluded.starts_ms, ends_ms = excluded.ends_ms, memo = excluded.memo
        """,
        corp_id=corp_id,
        union_id=ban.union_id,
        starts_ms=ban.starts_ms,
        ends_ms=ban.ends_ms,
        memo=ban.memo,
    )


def remove_ban(tx: Tx, corp_id: str, union_id: str) -> bool:
    """Take somebody off the blacklist; answers whether they were on it."""
    removed = tx.run(
        "DELETE FROM booking_blacklist WHERE corp_id = :corp_id AND union_id = :union_id",
        corp_id=corp_id,
        union_id=union_id,
    )
    return removed > 0


def bans(tx: Tx, corp_id: str) -> list[Ban]:
    """The blacklist, by unionId, with what is over and what is to come."""
    rows = tx.all(
        """
        SELECT union_id, starts_ms, ends_ms, memo FROM booking_blacklist WHERE corp_id = :corp_id
         ORDER BY union_id
        """,
        corp_id=corp_id,
    )
    return [Ban(*row) for row in rows]


def _departments(tx: Tx, corp_id: str, union_id: str) -> frozenset[int]:
    rows = tx.all(
        """
        WITH RECURSIVE above (dept_id, parent_id) AS (
            SELECT departments.dept_id, departments.parent_id
              FROM users
              JOIN memberships ON memberships.corp_id = users.corp_id AND memberships.userid = users.userid
              JOIN departments
                ON departments.corp_id = users.corp_id AND departments.dept_id = memberships.dept_id
             WHERE users.corp_id = :corp_id AND users.union_id = :union_id
             UNION
            SELECT departments.dept_id, departments.parent_id
              FROM above
              JOIN departments ON departments.corp_id = :corp_id AND departments.dept_id = above.parent_id
        )
        SELECT dept_id FROM above
        """,
        corp_id=corp_id,
        union_id=union_id,
    )
    return frozenset(number for (number,) in rows)


def _groups(tx: Tx, corp_id: str, union_id: str) -> frozenset[int]:
    rows = tx.all(
        """
        WITH RECURSIVE below (group_id) AS (
            SELECT group_id FROM room_group_admins WHERE corp_id = :corp_id AND union_id = :union_id
             UNION
            SELECT room_groups.group_id
              FROM below
              JOIN room_groups ON room_groups.corp_id = :corp_id AND room_groups.parent_id = below.group_id
        )
        SELECT group_id FROM below
        """,
        corp_id=corp_id,
        union_id=union_id,
    )
    return frozenset(number for (number,) in rows)
