"""Groups of rooms, a forest, and who administers them."""

from __future__ import annotations

from collections.abc import Iterable

from rili.model.room import RoomGroup
from rili.store.db import Row, Tx
from rili.store.keys import as_keys

_GROUPS = "SELECT corp_id, group_id, parent_id, name FROM room_groups "


def add(tx: Tx, group: RoomGroup) -> None:
    tx.run(
        """
        INSERT INTO room_groups (corp_id, group_id, parent_id, name)
        VALUES (:corp_id, :group_id, :parent_id, :name)
        """,
        corp_id=group.corp_id,
        group_id=group.group_id,
        parent_id=group.parent_id,
        name=group.name,
    )


def rename(tx: Tx, group: RoomGroup) -> None:
    tx.run(
        "UPDATE room_groups SET name = :name WHERE corp_id = :corp_id AND group_id = :group_id",
        corp_id=group.corp_id,
        group_id=group.group_id,
        name=group.name,
    )


def remove(tx: Tx, corp_id: str, group_id: int) -> None:
    """Delete a group, which has none below it, and nobody administers it."""
    for sql in (
        "DELETE FROM room_group_admins WHERE corp_id = :corp_id AND group_id = :group_id",
        "DELETE FROM room_groups WHERE corp_id = :corp_id AND group_id = :group_id",
    ):
        tx.run(sql, corp_id=corp_id, group_id=group_id)


def get(tx: Tx, corp_id: str, group_id: int) -> RoomGroup | None:
    row = tx.one(
        _GROUPS + "WHERE corp_id = :corp_id AND group_id = :group_id", corp_id=corp_id, group_id=group_id
    )
    return _group(row) if row else None


def list_all(tx: Tx, corp_id: str) -> list[RoomGroup]:
    """By number."""
    rows = tx.all(_GROUPS + "WHERE corp_id = :corp_id ORDER BY group_id", corp_id=corp_id)
    return [_group(row) for row in rows]


def of_ids(tx: Tx, corp_id: str, group_ids: Iterable[int]) -> dict[int, RoomGroup]:
    """Those of *group_ids* that there are."""
    rows = tx.all(
        _GROUPS
        + "WHERE corp_id = :corp_id AND group_id IN (SELECT CAST(key AS BIGINT) FROM json_each(:group_ids))",
        corp_id=corp_id,
        group_ids=as_keys(map(str, group_ids)),
    )
    return {row[1]: _group(row) for row in rows}


def has_below(tx: Tx, corp_id: str, group_id: int) -> bool:
    """Whether there is a group directly below it."""
    return (
        tx.one(
            "SELECT 1 FROM room_groups WHERE corp_id = :corp_id AND parent_id = :group_id LIMIT 1",
            corp_id=corp_id,
            group_id=group_id,
        )
        is not None
    )


def depth(tx: Tx, corp_id: str, group_id: int) -> int:
    """How many groups there are from the top down to this one; 0 for one that is not there."""
    row = tx.one(
        """
        WITH RECURSIVE above (group_id, parent_id) AS (
            SELECT group_id, parent_id FROM room_groups WHERE corp_id = :corp_id AND group_id = :group_id
             UNION ALL
            SELECT room_groups.group_id, room_groups.parent_id
              FROM above
              JOIN room_groups ON room_groups.corp_id = :corp_id AND room_groups.group_id = above.parent_id
        )
        SELECT COUNT(*) FROM above
        """,
        corp_id=corp_id,
        group_id=group_id,
    )
    return row[0] if row else 0


def count(tx: Tx, corp_id: str) -> int:
    row = tx.one("SELECT COUNT(*) FROM room_groups WHERE corp_id = :corp_id", corp_id=corp_id)
    return row[0] if row else 0


def admins(tx: Tx, corp_id: str, group_id: int) -> list[str]:
    """The unionIds of those who administer the group itself."""
    rows = tx.all(
        """
        SELECT union_id FROM room_group_admins WHERE corp_id = :corp_id AND group_id = :group_id
         ORDER BY union_id
        """,
        corp_id=corp_id,
        group_id=group_id,
    )
    return [union_id for (union_id,) in rows]


def put_admins(tx: Tx, corp_id: str, group_id: int, union_ids: Iterable[str]) -> None:
    """These administer it, and nobody else."""
    tx.run(
        "DELETE FROM room_group_admins WHERE corp_id = :corp_id AND group_id = :group_id",
        corp_id=corp_id,
        group_id=group_id,
    )
    tx.run_many(
        """
        INSERT INTO room_group_admins (corp_id, group_id, union_id) VALUES (:corp_id, :group_id, :union_id)
        """,
        [{"corp_id": corp_id, "group_id": group_id, "union_id": one} for one in union_ids],
    )


def forget_admin(tx: Tx, corp_id: str, union_id: str) -> None:
    """The person administers no group any more."""
    tx.run(
        "DELETE FROM room_group_admins WHERE corp_id = :corp_id AND union_id = :union_id",
        corp_id=corp_id,
        union_id=union_id,
    )


def _group(row: Row) -> RoomGroup:
    return RoomGroup(corp_id=row[0], group_id=row[1], parent_id=row[2], name=row[3])
