"""Roles, in groups, and who has them."""

from __future__ import annotations

from collections.abc import Iterable

from rili.model.directory import Role
from rili.store.db import Row, Tx


def add(tx: Tx, role: Role) -> None:
    tx.run(
        """
        INSERT INTO roles (corp_id, role_id, group_name, name) VALUES (:corp_id, :role_id, :group_name, :name)
        """,
        corp_id=role.corp_id,
        role_id=role.role_id,
        group_name=role.group_name,
        name=role.name,
    )


def replace(tx: Tx, role: Role) -> None:
    tx.run(
        """
        UPDATE roles SET group_name = :group_name, name = :name WHERE corp_id = :corp_id AND role_id = :role_id
        """,
        corp_id=role.corp_id,
        role_id=role.role_id,
        group_name=role.group_name,
        name=role.name,
    )


def remove(tx: Tx, corp_id: str, role_id: int) -> None:
    """Nobody has it any more, and it is gone."""
    tx.run(
        "DELETE FROM role_members WHERE corp_id = :corp_id AND role_id = :role_id",
        corp_id=corp_id,
        role_id=role_id,
    )
    tx.run(
        "DELETE FROM roles WHERE corp_id = :corp_id AND role_id = :role_id", corp_id=corp_id, role_id=role_id
    )


def get(tx: Tx, corp_id: str, role_id: int) -> Role | None:
    row = tx.one(
        """
        SELECT corp_id, role_id, group_name, name FROM roles WHERE corp_id = :corp_id AND role_id = :role_id
        """,
        corp_id=corp_id,
        role_id=role_id,
    )
    return _role(row) if row else None


def list_all(tx: Tx, corp_id: str) -> list[Role]:
    """By group, then by name."""
    rows = tx.all(
        """
        SELECT corp_id, role_id, group_name, name FROM roles WHERE corp_id = :corp_id ORDER BY group_name, name
        """,
        corp_id=corp_id,
    )
    return [_role(row) for row in rows]


def of_user(tx: Tx, corp_id: str, userid: str) -> list[Role]:
    """The person's roles, by number."""
    rows = tx.all(
        """
        SELECT roles.corp_id, roles.role_id, group_name, name
          FROM role_members
          JOIN roles ON roles.corp_id = role_members.corp_id AND roles.role_id = role_members.role_id
         WHERE role_members.corp_id = :corp_id AND userid = :userid
         ORDER BY roles.role_id
        """,
        corp_id=corp_id,
        userid=userid,
    )
    return [_role(row) for row in rows]


def members(tx: Tx, corp_id: str, role_id: int) -> list[str]:
    """The userids of those who have it."""
    rows = tx.all(
        """
        SELECT userid FROM role_members WHERE corp_id = :corp_id AND role_id = :role_id ORDER BY userid
        """,
        corp_id=corp_id,
        role_id=role_id,
    )
    return [userid for (userid,) in rows]


def give(tx: Tx, corp_id: str, role_id: int, userids: Iterable[str]) -> None:
    """To whom does not have it already."""
    tx.run_many(
        """
        INSERT INTO role_members (corp_id, userid, role_id) VALUES (:corp_id, :userid, :role_id)
            ON CONFLICT DO NOTHING
        """,
        [{"corp_id": corp_id, "userid": userid, "role_id": role_id} for userid in userids],
    )


def take(tx: Tx, corp_id: str, role_id: int, userids: Iterable[str]) -> None:
    tx.run_many(
        """
        DELETE FROM role_members WHERE corp_id = :corp_id AND role_id = :role_id AND userid = :userid
        """,
        [{"corp_id": corp_id, "userid": userid, "role_id": role_id} for userid in userids],
    )


def take_all(tx: Tx, corp_id: str, userid: str) -> None:
    """The person has no role any more."""
    tx.run(
        "DELETE FROM role_members WHERE corp_id = :corp_id AND userid = :userid",
        corp_id=corp_id,
        userid=userid,
    )


def _role(row: Row) -> Role:
    return Role(corp_id=row[0], role_id=row[1], group_name=row[2], name=row[3])
