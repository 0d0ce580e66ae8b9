"""Departments: a tree under number 1 in each organisation."""

from __future__ import annotations

from collections.abc import Iterable

from rili.model.directory import Department
from rili.model.search_words import keys_of_name
from rili.store import search_keys
from rili.store.apps import joined_scopes, split_scopes
from rili.store.db import Row, Tx, Value
from rili.store.keys import as_keys

_DEPARTMENTS = "SELECT corp_id, dept_id, parent_id, name, sort_order, flags FROM departments "


def add(tx: Tx, department: Department) -> None:
    tx.queue(
        """
        INSERT INTO departments (corp_id, dept_id, parent_id, name, sort_order, flags)
        VALUES (:corp_id, :dept_id, :parent_id, :name, :sort_order, :flags)
        """,
        **_columns(department),
    )
    put_search_keys(tx, department)


def get(tx: Tx, corp_id: str, dept_id: int) -> Department | None:
    row = tx.one(
        _DEPARTMENTS + "WHERE corp_id = :corp_id AND dept_id = :dept_id",
        corp_id=corp_id,
        dept_id=dept_id,
    )
    return _department(row) if row else None


def list_all(tx: Tx, corp_id: str) -> list[Department]:
    """The root first, then by number."""
    rows = tx.all(_DEPARTMENTS + "WHERE corp_id = :corp_id ORDER BY dept_id", corp_id=corp_id)
    return [_department(row) for row in rows]


def names(tx: Tx, corp_id: str, dept_ids: Iterable[int]) -> dict[int, str]:
    """The names of those of *dept_ids* that there are; none of them has more than 63 bits."""
    rows = tx.all(
        """
        SELECT dept_id, name FROM departments
         WHERE corp_id = :corp_id AND dept_id IN (SELECT CAST(key AS BIGINT) FROM json_each(:dept_ids))
        """,
        corp_id=corp_id,
        dept_ids=as_keys(map(str, dept_ids)),
    )
    return dict(rows)


def below(tx: Tx, corp_id: str, dept_id: int) -> list[Department]:
    """Those directly below, in their order."""
    rows = tx.all(
        _DEPARTMENTS + "WHERE corp_id = :corp_id AND parent_id = :dept_id ORDER BY sort_order, dept_id",
        corp_id=corp_id,
        dept_id=dept_id,
    )
    return [_department(row) for row in rows]


def path_to_root(tx: Tx, corp_id: str, dept_id: int) -> list[int]:
    """The department, the one above it, and so on to the root; nothing for one that is not there."""
    rows = tx.all(
        """
        WITH RECURSIVE above (dept_id, parent_id, steps) AS (
            SELECT dept_id, parent_id, 0 FROM departments WHERE corp_id = :corp_id AND dept_id = :dept_id
             UNION ALL
            SELECT departments.dept_id, departments.parent_id, steps + 1
              FROM above
              JOIN departments ON departments.corp_id = :corp_id AND departments.dept_id = above.parent_id
        )
        SELECT dept_id FROM above ORDER BY steps
        """,
        corp_id=corp_id,
        dept_id=dept_id,
    )
    return [number for (number,) in rows]


def replace(tx: Tx, department: Department) -> None:
    tx.queue(
        """
        UPDATE departments SET parent_id = :parent_id, name = :name, sort_order = :sort_order, flags = :flags
         WHERE corp_id = :corp_id AND dept_id = :dept_id
        """,
        **_columns(department),
    )
    put_search_keys(tx, department)


def put_search_keys(tx: Tx, department: Department) -> None:
    """Let *department* be found by its name of now."""
    keys = keys_of_name(department.name)
    search_keys.put(tx, department.corp_id, "department", str(department.dept_id), keys)


def remove(tx: Tx, corp_id: str, dept_id: int) -> None:
    search_keys.put(tx, corp_id, "department", str(dept_id), ())
    tx.run(
        "DELETE FROM departments WHERE corp_id = :corp_id AND dept_id = :dept_id",
        corp_id=corp_id,
        dept_id=dept_id,
    )


def member_count(tx: Tx, corp_id: str, dept_id: int) -> int:
    """How many people are directly in it."""
    row = tx.one(
        "SELECT COUNT(*) FROM memberships WHERE corp_id = :corp_id AND dept_id = :dept_id",
        corp_id=corp_id,
        dept_id=dept_id,
    )
    return row[0] if row else 0


def member_count_below(tx: Tx, corp_id: str, dept_id: int) -> int:
    """How many people are in it or below it; who is in several of them counts once."""
    row = tx.one(
        """
        WITH RECURSIVE tree (dept_id) AS (
            SELECT dept_id FROM departments WHERE corp_id = :corp_id AND dept_id = :dept_id
             UNION ALL
            SELECT departments.dept_id
              FROM tree
              JOIN departments ON departments.corp_id = :corp_id AND departments.parent_id = tree.dept_id
        )
        SELECT COUNT(DISTINCT userid)
          FROM tree
          JOIN memberships ON memberships.corp_id = :corp_id AND memberships.dept_id = tree.dept_id
        """,
        corp_id=corp_id,
        dept_id=dept_id,
    )
    return row[0] if row else 0


def leaders(tx: Tx, corp_id: str, dept_id: int) -> list[str]:
    """The userids of those who lead it."""
    rows = tx.all(
        """
        SELECT userid FROM memberships WHERE corp_id = :corp_id AND dept_id = :dept_id AND leader = 1
         ORDER BY userid
        """,
        corp_id=corp_id,
        dept_id=dept_id,
    )
    return [userid for (userid,) in rows]


def _columns(department: Department) -> dict[str, Value]:
    return {
        "corp_id": department.corp_id,
        "dept_id": department.dept_id,
        "parent_id": department.parent_id,
        "name": department.name,
        "sort_order": department.sort_order,
        "flags": joined_scopes(department.flags),
    }


def _department(row: Row) -> Department:
    return Department(
        corp_id=row[0],
        dept_id=row[1],
        parent_id=row[2],
        name=row[3],
        sort_order=row[4],
        flags=split_scopes(row[5]),
    )
