"""Meeting rooms, and whom their lists name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec
from msgspec import Struct

from rili.model.room import NOBODY, Members, Person, Room, RoomSettings
from rili.store.db import Row, Tx, Value
from rili.store.keys import as_keys

_ROOMS = "SELECT corp_id, room_id, number, name, status, capacity, group_id, settings, place FROM rooms "
_decode = msgspec.json.Decoder(RoomSettings).decode

List = Literal["authorized", "super"]


class Page(Struct, frozen=True):
    """Some rooms, without whom their lists name, and the place after which more follow."""

    rooms: list[Room]
    next_place: int | None


def add(tx: Tx, room: Room) -> None:
    """Add *room* behind all others of its organisation."""
    tx.run(
        """
        INSERT INTO rooms (corp_id, room_id, number, place, name, status, capacity, group_id, settings)
        VALUES (:corp_id, :room_id, :number,
                (SELECT COALESCE(MAX(place), 0) + 1 FROM rooms WHERE corp_id = :corp_id),
                :name, :status, :capacity, :group_id, :settings)
        """,
        number=room.number,
        **_columns(room),
    )
    _put_members(tx, room)


def replace(tx: Tx, room: Room) -> None:
    """Write *room* over the row of the same id; its number stays."""
    # Events show its name: who remembers names reads them again.
    tx.queue(
        "UPDATE organisations SET people_no = people_no + 1 WHERE corp_id = :corp_id", corp_id=room.corp_id
    )
    tx.run(
        """
        UPDATE rooms SET name = :name, status = :status, capacity = :capacity, group_id = :group_id,
                         settings = :settings
         WHERE corp_id = :corp_id AND room_id = :room_id
        """,
        **_columns(room),
    )
    _put_members(tx, room)


def remove(tx: Tx, corp_id: str, room_id: str) -> None:
    """Delete the room and its lists; what else refers to it must be gone."""
    for sql in (
        "DELETE FROM room_members WHERE corp_id = :corp_id AND room_id = :room_id",
        "DELETE FROM rooms WHERE corp_id = :corp_id AND room_id = :room_id",
    ):
        tx.run(sql, corp_id=corp_id, room_id=room_id)


def get(tx: Tx, corp_id: str, room_id: str) -> Room | None:
    return of_ids(tx, corp_id, [room_id]).get(room_id)


def of_ids(tx: Tx, corp_id: str, room_ids: Iterable[str]) -> dict[str, Room]:
    """Those of *room_ids* that there are."""
    asked = as_keys(room_ids)
    rows = tx.all(
        _ROOMS + "WHERE (corp_id, room_id) IN (SELECT :corp_id, key FROM json_each(:room_ids))",
        corp_id=corp_id,
        room_ids=asked,
    )
    return {room.room_id: room for room in _with_members(tx, corp_id, rows, asked)}


def lock(tx: Tx, corp_id: str, room_ids: Iterable[str]) -> None:
    """From here on nobody else locks, changes or removes these rooms. They are locked in the order of their ids."""
    tx.lock(
        """
        SELECT room_id FROM rooms
         WHERE (corp_id, room_id) IN (SELECT :corp_id, key FROM json_each(:room_ids))
         ORDER BY room_id
        """,
        corp_id=corp_id,
        room_ids=as_keys(room_ids),
    )


def names(tx: Tx, corp_id: str, room_ids: Iterable[str]) -> dict[str, str]:
    """The names of those of *room_ids* that there are."""
    rows = tx.all(
        """
        SELECT room_id, name FROM rooms
         WHERE (corp_id, room_id) IN (SELECT :corp_id, key FROM json_each(:room_ids))
        """,
        corp_id=corp_id,
        room_ids=as_keys(room_ids),
    )
    return dict(rows)


def list_all(tx: Tx, corp_id: str) -> list[Room]:
    """Every room, in the order of creation."""
    rows = tx.all(_ROOMS + "WHERE corp_id = :corp_id ORDER BY place", corp_id=corp_id)
    return _with_members(tx, corp_id, rows, as_keys(row[1] for row in rows))


def page(tx: Tx, corp_id: str, person: Person, *, after: int, limit: int) -> Page:
    """Up to *limit* rooms behind the place *after*, of those that *person* may see (`model.room.may_see`)."""
    rows = tx.all(
        _ROOMS
        + """
         WHERE corp_id = :corp_id AND place > :after
           AND (status = 0 OR :admin = 1
                OR group_id IN (SELECT CAST(key AS BIGINT) FROM json_each(:group_ids))
                OR EXISTS (
                    SELECT 1 FROM room_members AS named
                     WHERE named.corp_id = rooms.corp_id AND named.room_id = rooms.room_id
                       AND (named.list = 'super' OR rooms.status = 2)
                       AND (named.kind = 'user' AND named.member_id = :union_id
                            OR named.kind = 'dept'
                               AND named.member_id IN (SELECT key FROM json_each(:dept_ids)))))
         ORDER BY place LIMIT :limit
        """,
        corp_id=corp_id,
        after=after,
        admin=int(person.admin),
        group_ids=as_keys(map(str, person.group_ids)),
        union_id=person.union_id,
        dept_ids=as_keys(map(str, person.dept_ids)),
        limit=limit + 1,
    )
    shown = [_room(row, NOBODY, NOBODY) for row in rows[:limit]]
    return Page(shown, rows[limit - 1][8] if len(rows) > limit else None)


def id_of_name(tx: Tx, corp_id: str, name: str) -> str | None:
    """The room of that name."""
    row = tx.one(
        "SELECT room_id FROM rooms WHERE corp_id = :corp_id AND name = :name", corp_id=corp_id, name=name
    )
    return row[0] if row else None


def move_all(tx: Tx, corp_id: str, group_id: int, to_group_id: int) -> None:
    """Every room of a group into another."""
    tx.run(
        "UPDATE rooms SET group_id = :to WHERE corp_id = :corp_id AND group_id = :group_id",
        corp_id=corp_id,
        group_id=group_id,
        to=to_group_id,
    )


def forget_member(tx: Tx, corp_id: str, kind: Literal["user", "dept"], member_id: str) -> None:
    """No list names that person or department any more."""
    tx.run(
        "DELETE FROM room_members WHERE corp_id = :corp_id AND kind = :kind AND member_id = :member_id",
        corp_id=corp_id,
        kind=kind,
        member_id=member_id,
    )


def _put_members(tx: Tx, room: Room) -> None:
    key: dict[str, Value] = {"corp_id": room.corp_id, "room_id": room.room_id}
    tx.queue("DELETE FROM room_members WHERE corp_id = :corp_id AND room_id = :room_id", **key)
    lists: dict[List, Members] = {"authorized": room.authorized, "super": room.super_users}
    rows: list[dict[str, Value]] = []
    for name, members in lists.items():
        rows += [key | {"list": name, "kind": "user", "member_id": one} for one in members.union_ids]
        rows += [key | {"list": name, "kind": "dept", "member_id": str(one)} for one in members.dept_ids]
    tx.run_many(
        """
        INSERT INTO room_members (corp_id, room_id, list, kind, member_id)
        VALUES (:corp_id, :room_id, :list, :kind, :member_id)
            ON CONFLICT DO NOTHING
        """,
        rows,
    )


def _with_members(tx: Tx, corp_id: str, rows: list[Row], asked: str) -> list[Room]:
    if not rows:
        return []
    found: dict[tuple[str, List, str], list[str]] = {}
    for room_id, name, kind, member_id in tx.all(
        """
        SELECT room_id, list, kind, member_id FROM room_members
         WHERE (corp_id, room_id) IN (SELECT :corp_id, key FROM json_each(:room_ids))
         ORDER BY room_id, list, kind, member_id
        """,
        corp_id=corp_id,
        room_ids=asked,
    ):
        found.setdefault((room_id, name, kind), []).append(member_id)

    def members(room_id: str, name: List) -> Members:
        dept_ids = sorted(int(one) for one in found.get((room_id, name, "dept"), ()))
        return Members(tuple(found.get((room_id, name, "user"), ())), tuple(dept_ids))

    return [_room(row, members(row[1], "authorized"), members(row[1], "super")) for row in rows]


def _columns(room: Room) -> dict[str, Value]:
    return {
        "corp_id": room.corp_id,
        "room_id": room.room_id,
        "name": room.name,
        "status": room.status,
        "capacity": room.capacity,
        "group_id": room.group_id,
        "settings": msgspec.json.encode(room.settings).decode(),
    }


def _room(row: Row, authorized: Members, super_users: Members) -> Room:
    return Room(
        corp_id=row[0],
        room_id=row[1],
        number=row[2],
        name=row[3],
        status=row[4],
        capacity=row[5],
        group_id=row[6],
        settings=_decode(row[7]),
        authorized=authorized,
        super_users=super_users,
    )
