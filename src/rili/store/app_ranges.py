"""Whom of an organisation an app may see and act for, where that is not everybody.

Whether somebody is within is asked upwards, from their departments to the root: it costs the same in every directory.
"""

from __future__ import annotations

from collections.abc import Iterable

from rili.model.directory import Range
from rili.store.db import Tx
from rili.store.keys import as_keys
from rili.store.search_keys import LAST, Kind


def has_one(tx: Tx, corp_id: str, app_key: str) -> bool:
    """Whether the app has a range at all."""
    sql = "SELECT 1 FROM app_ranges WHERE corp_id = :corp_id AND app_key = :app_key"
    return tx.one(sql, corp_id=corp_id, app_key=app_key) is not None


def get(tx: Tx, corp_id: str, app_key: str) -> Range | None:
    """None: everybody."""
    asked = {"corp_id": corp_id, "app_key": app_key}
    if not has_one(tx, corp_id, app_key):
        return None
    departments = tx.all(
        """
        SELECT dept_id FROM app_range_departments WHERE corp_id = :corp_id AND app_key = :app_key
         ORDER BY dept_id
        """,
        **asked,
    )
    people = tx.all(
        """
        SELECT userid FROM app_range_users WHERE corp_id = :corp_id AND app_key = :app_key ORDER BY userid
        """,
        **asked,
    )
    return Range(tuple(dept_id for (dept_id,) in departments), tuple(userid for (userid,) in people))


def replace(tx: Tx, corp_id: str, app_key: str, given: Range | None) -> None:
    """None: everybody."""
    asked = {"corp_id": corp_id, "app_key": app_key}
    tx.run("DELETE FROM app_range_departments WHERE corp_id = :corp_id AND app_key = :app_key", **asked)
    tx.run("DELETE FROM app_range_users WHERE corp_id = :corp_id AND app_key = :app_key", **asked)
    if given is None:
        tx.run("DELETE FROM app_ranges WHERE corp_id = :corp_id AND app_key = :app_key", **asked)
        return
    tx.run(
        "INSERT INTO app_ranges (corp_id, app_key) VALUES (:corp_id, :app_key) ON CONFLICT DO NOTHING",
        **asked,
    )
    tx.run_many(
        """
        INSERT INTO app_range_departments (corp_id, app_key, dept_id) VALUES (:corp_id, :app_key, :dept_id)
        """,
        [asked | {"dept_id": dept_id} for dept_id in given.departments],
    )
    tx.run_many(
        "INSERT INTO app_range_users (corp_id, app_key, userid) VALUES (:corp_id, :app_key, :userid)",
        [asked | {"userid": userid} for userid in given.userids],
    )


def remove_of_app(tx: Tx, app_key: str) -> None:
    """In every organisation."""
    for (corp_id,) in tx.all("SELECT corp_id FROM app_ranges WHERE app_key = :app_key", app_key=app_key):
        replace(tx, corp_id, app_key, None)


def forget_department(tx: Tx, corp_id: str, dept_id: int) -> None:
    """It is about to go. A range that had nothing else is empty then, and is not everybody."""
    tx.run(
        "DELETE FROM app_range_departments WHERE corp_id = :corp_id AND dept_id = :dept_id",
        corp_id=corp_id,
        dept_id=dept_id,
    )


def forget_user(tx: Tx, corp_id: str, userid: str) -> None:
    """They leave. A range that had nobody else is empty then, and is not everybody."""
    tx.run(
        "DELETE FROM app_range_users WHERE corp_id = :corp_id AND userid = :userid",
        corp_id=corp_id,
        userid=userid,
    )


def has_person(tx: Tx, corp_id: str, app_key: str, union_id: str) -> bool:
    """Whether this person is within the range of an app that has one."""
    row = tx.one(
        """
        WITH RECURSIVE above (dept_id) AS (
            SELECT memberships.dept_id
              FROM users
              JOIN memberships ON memberships.corp_id = users.corp_id AND memberships.userid = users.userid
             WHERE users.corp_id = :corp_id AND users.union_id = :union_id
             UNION
            SELECT (SELECT parent_id FROM departments WHERE corp_id = :corp_id AND dept_id = above.dept_id)
              FROM above
             WHERE above.dept_id IS NOT NULL
        )
        SELECT 1
         WHERE EXISTS (SELECT 1 FROM app_range_users
                        WHERE corp_id = :corp_id AND app_key = :app_key
                          AND userid = (SELECT userid FROM users WHERE corp_id = :corp_id AND union_id = :union_id))
            OR EXISTS (SELECT 1 FROM app_range_departments
                        WHERE corp_id = :corp_id AND app_key = :app_key
                          AND dept_id IN (SELECT dept_id FROM above WHERE dept_id IS NOT NULL))
        """,
        corp_id=corp_id,
        app_key=app_key,
        union_id=union_id,
    )
    return row is not None


def people_within(tx: Tx, corp_id: str, app_key: str, union_ids: Iterable[str]) -> set[str]:
    """Those of *union_ids* that are people within the range of an app that has one."""
    rows = tx.all(
        """
        WITH RECURSIVE asked (union_id, userid) AS (
            SELECT union_id, userid FROM users
             WHERE (corp_id, union_id) IN (SELECT :corp_id, key FROM json_each(:union_ids))
        ),
        places (union_id, dept_id) AS (
            SELECT asked.union_id, memberships.dept_id
              FROM asked
              JOIN memberships ON memberships.corp_id = :corp_id AND memberships.userid = asked.userid
        ),
        above (origin, dept_id) AS (
            SELECT DISTINCT dept_id, dept_id FROM places
             UNION
            SELECT above.origin,
                   (SELECT parent_id FROM departments WHERE corp_id = :corp_id AND dept_id = above.dept_id)
              FROM above
             WHERE above.dept_id IS NOT NULL
        ),
        within (dept_id) AS (
            SELECT DISTINCT above.origin
              FROM above
              JOIN app_range_departments AS ranged
                   ON ranged.corp_id = :corp_id AND ranged.app_key = :app_key AND ranged.dept_id = above.dept_id
        )
        SELECT union_id FROM places WHERE dept_id IN (SELECT dept_id FROM within)
         UNION
        SELECT asked.union_id
          FROM asked
          JOIN app_range_users AS ranged
               ON ranged.corp_id = :corp_id AND ranged.app_key = :app_key AND ranged.userid = asked.userid
        """,
        corp_id=corp_id,
        app_key=app_key,
        union_ids=as_keys(union_ids),
    )
    return {union_id for (union_id,) in rows}


def has_department(tx: Tx, corp_id: str, app_key: str, dept_id: int) -> bool:
    """Whether the department, or one above it, is within the range of an app that has one."""
    row = tx.one(
        """
        WITH RECURSIVE above (dept_id) AS (
            SELECT dept_id FROM departments WHERE corp_id = :corp_id AND dept_id = :dept_id
             UNION
            SELECT (SELECT parent_id FROM departments WHERE corp_id = :corp_id AND dept_id = above.dept_id)
              FROM above
             WHERE above.dept_id IS NOT NULL
        )
        SELECT 1 FROM app_range_departments
         WHERE corp_id = :corp_id AND app_key = :app_key
           AND dept_id IN (SELECT dept_id FROM above WHERE dept_id IS NOT NULL)
         LIMIT 1
        """,
        corp_id=corp_id,
        app_key=app_key,
        dept_id=dept_id,
    )
    return row is not None


def count_people(tx: Tx, corp_id: str, app_key: str) -> int:
    """How many people are within the range of an app that has one."""
    row = tx.one(
        """
        WITH RECURSIVE tree (dept_id) AS (
            SELECT dept_id FROM app_range_departments WHERE corp_id = :corp_id AND app_key = :app_key
             UNION
            SELECT departments.dept_id
              FROM tree
              JOIN departments ON departments.corp_id = :corp_id AND departments.parent_id = tree.dept_id
        )
        SELECT COUNT(*)
          FROM (SELECT userid
                  FROM tree
                  JOIN memberships ON memberships.corp_id = :corp_id AND memberships.dept_id = tree.dept_id
                 UNION
                SELECT userid FROM app_range_users WHERE corp_id = :corp_id AND app_key = :app_key) AS people
        """,
        corp_id=corp_id,
        app_key=app_key,
    )
    return row[0] if row else 0


_FOUND = """
    WITH RECURSIVE tree (dept_id) AS (
        SELECT dept_id FROM app_range_departments WHERE corp_id = :corp_id AND app_key = :app_key
         UNION
        SELECT departments.dept_id
          FROM tree
          JOIN departments ON departments.corp_id = :corp_id AND departments.parent_id = tree.dept_id
    ),
    found (id, place) AS (
        SELECT id, MIN(CASE WHEN key = :word AND place <> 1 THEN 0 ELSE place + 1 END) FROM search_keys
         WHERE corp_id = :corp_id AND kind = :kind AND key BETWEEN :word AND :last
           AND (place = 0 OR (place = 1 AND :word <> :last) OR (place = 2 AND key = :word))
         GROUP BY id
    )
    SELECT id FROM found
"""
"""What a word finds, as in `search_keys.find`. Many may be found: so the departments of the range are told once."""

# With + the departments of a person are compared; without, SQLite tries every department of the range on each.

_WITHIN: dict[Kind, str] = {
    "user": """
     WHERE EXISTS (SELECT 1 FROM memberships
                    WHERE corp_id = :corp_id AND userid = found.id AND +dept_id IN (SELECT dept_id FROM tree))
        OR EXISTS (SELECT 1 FROM app_range_users
                    WHERE corp_id = :corp_id AND app_key = :app_key AND userid = found.id)
     ORDER BY place, id
    """,
    "department": """
     WHERE CAST(id AS BIGINT) IN (SELECT dept_id FROM tree)
     ORDER BY place, id
    """,
}


def find(tx: Tx, corp_id: str, app_key: str, kind: Kind, word: str, *, whole: bool) -> list[str]:
    """What `search_keys.find` finds, all of it, as far as it is within the range of an app that has one."""
    rows = tx.all(
        _FOUND + _WITHIN[kind],
        corp_id=corp_id,
        app_key=app_key,
        kind=kind,
        word=word,
        last=word if whole else word + LAST,
    )
    return [id_ for (id_,) in rows]
