"""People's places in departments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from rili.model.directory import Membership, User
from rili.store.db import Tx
from rili.store.keys import as_keys
from rili.store.users import by_userids

Order = Literal["custom", "entry_asc", "entry_desc", "modify_asc", "modify_desc"]


class Member(Struct, frozen=True):
    """Somebody in one department; *dept_ids* are all that the person is in."""

    user: User
    place: Membership
    dept_ids: list[int]


def of_user(tx: Tx, corp_id: str, userid: str) -> list[Membership]:
    """The person's departments, by number."""
    rows = tx.all(
        """
        SELECT dept_id, leader, sort_order
          FROM memberships
         WHERE corp_id = :corp_id AND userid = :userid
         ORDER BY dept_id
        """,
        corp_id=corp_id,
        userid=userid,
    )
    return [
        Membership(dept_id=dept_id, leader=bool(leader), sort_order=sort_order)
        for dept_id, leader, sort_order in rows
    ]


def of_everybody(tx: Tx, corp_id: str) -> dict[str, list[Membership]]:
    """Everybody's departments, by userid."""
    found: dict[str, list[Membership]] = {}
    for userid, dept_id, leader, sort_order in tx.all(
        """
        SELECT userid, dept_id, leader, sort_order FROM memberships WHERE corp_id = :corp_id
         ORDER BY userid, dept_id
        """,
        corp_id=corp_id,
    ):
        place = Membership(dept_id=dept_id, leader=bool(leader), sort_order=sort_order)
        found.setdefault(userid, []).append(place)
    return found


def replace(tx: Tx, corp_id: str, userid: str, places: list[Membership]) -> None:
    tx.queue(
        "DELETE FROM memberships WHERE corp_id = :corp_id AND userid = :userid",
        corp_id=corp_id,
        userid=userid,
    )
    tx.run_many(
        """
        INSERT INTO memberships (corp_id, userid, dept_id, leader, sort_order)
        VALUES (:corp_id, :userid, :dept_id, :leader, :sort_order)
        """,
        [
            {
                "corp_id": corp_id,
                "userid": userid,
                "dept_id": place.dept_id,
                "leader": int(place.leader),
                "sort_order": place.sort_order,
            }
            for place in places
        ],
    )


def userids_in(tx: Tx, corp_id: str, dept_id: int) -> list[str]:
    """Who is directly in a department, by its own order."""
    rows = tx.all(
        """
        SELECT userid FROM memberships WHERE corp_id = :corp_id AND dept_id = :dept_id
         ORDER BY sort_order DESC, userid DESC
        """,
        corp_id=corp_id,
        dept_id=dept_id,
    )
    return [userid for (userid,) in rows]


_IN_ORDER: dict[Order, str] = {
    "custom": """
        SELECT userid FROM memberships WHERE corp_id = :corp_id AND dept_id = :dept_id
         ORDER BY sort_order DESC, userid DESC LIMIT :limit OFFSET :offset
        """,
    "entry_asc": """
        SELECT users.userid FROM memberships JOIN users USING (corp_id, userid)
         WHERE memberships.corp_id = :corp_id AND dept_id = :dept_id
         ORDER BY created_ms, users.userid LIMIT :limit OFFSET :offset
        """,
    "entry_desc": """
        SELECT users.userid FROM memberships JOIN users USING (corp_id, userid)
         WHERE memberships.corp_id = :corp_id AND dept_id = :dept_id
         ORDER BY created_ms DESC, users.userid DESC LIMIT :limit OFFSET :offset
        """,
    "modify_asc": """
        SELECT users.userid FROM memberships JOIN users USING (corp_id, userid)
         WHERE memberships.corp_id = :corp_id AND dept_id = :dept_id
         ORDER BY modified_no, created_ms, users.userid LIMIT :limit OFFSET :offset
        """,
    "modify_desc": """
        SELECT users.userid FROM memberships JOIN users USING (corp_id, userid)
         WHERE memberships.corp_id = :corp_id AND dept_id = :dept_id
         ORDER BY modified_no DESC, created_ms DESC, users.userid DESC LIMIT :limit OFFSET :offset
        """,
}


def page(tx: Tx, corp_id: str, dept_id: int, order: Order, *, offset: int, limit: int) -> list[Member]:
    """Some of those who are directly in a department."""
    userids = [
        userid
        for (userid,) in tx.all(
            _IN_ORDER[order], corp_id=corp_id, dept_id=dept_id, offset=offset, limit=limit
        )
    ]
    people = by_userids(tx, corp_id, userids)
    places = of_users(tx, corp_id, userids)
    return [
        Member(
            people[userid],
            next(place for place in places[userid] if place.dept_id == dept_id),
            [place.dept_id for place in places[userid]],
        )
        for userid in userids
    ]


def of_users(tx: Tx, corp_id: str, userids: Iterable[str]) -> dict[str, list[Membership]]:
    """The departments of *userids*, by number."""
    found: dict[str, list[Membership]] = {}
    for userid, dept_id, leader, sort_order in tx.all(
        """
        SELECT userid, dept_id, leader, sort_order FROM memberships
         WHERE (corp_id, userid) IN (SELECT :corp_id, key FROM json_each(:userids))
         ORDER BY userid, dept_id
        """,
        corp_id=corp_id,
        userids=as_keys(userids),
    ):
        place = Membership(dept_id=dept_id, leader=bool(leader), sort_order=sort_order)
        found.setdefault(userid, []).append(place)
    return found
