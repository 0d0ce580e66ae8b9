"""Rooms, their groups, and what the rules are told of a person."""

from __future__ import annotations

import os

import pytest
from msgspec.structs import replace

from rili.actions import directory
from rili.actions.directory import Place
from rili.model.room import (
    ADMINISTRATORS,
    EVERYONE,
    SOME,
    Advance,
    Ban,
    Closing,
    Members,
    Person,
    Room,
    RoomGroup,
    RoomSettings,
    may_see,
    new_room_id,
    new_room_number,
)
from rili.store import migrations, organisations, room_groups, room_people, rooms
from rili.store.db import Refused
from rili.store.migrations import migrate
from tests.people import NOW_MS, SharedDatabase, add_organisation, add_user
from tests.store.conftest import outside
from tests.store.test_migrations import NAMES


def make_room(corp_id: str, name: str, **members) -> Room:
    return Room(
        corp_id=corp_id,
        room_id=new_room_id(os.urandom),
        number=new_room_number(os.urandom),
        name=name,
        **members,
    )


FULL = RoomSettings(
    isv_room_id="isv",
    picture="https://example.com/room.png",
    location_title="A 座",
    location_desc="9",
    label_ids=(1, 5),
    description="说明",
    enable_cycle_reservation=False,
    open_reservation=False,
    min_minutes=15,
    max_minutes=120,
    advance=Advance(2, "weeks", "09:00"),
    closing=Closing(1, 2, "装修", "u", notify=True),
    approval="standard",
)


def test_a_room_is_read_as_it_was_written(shared_database: SharedDatabase):
    def act(tx):
        corp_id = add_organisation(tx)
        plain = make_room(corp_id, "plain")
        full = make_room(
            corp_id, "满", status=SOME, capacity=8, group_id=7, settings=FULL,
            authorized=Members(("a", "b"), (1, 20)), super_users=Members(("c",), (3,)),
        )  # fmt: skip
        for room in (plain, full):
            rooms.add(tx, room)
        changed = replace(full, name="new", authorized=Members(("a",)), super_users=Members())
        found = rooms.of_ids(tx, corp_id, [plain.room_id, full.room_id, "nothing"])
        assert found == {plain.room_id: plain, full.room_id: full}
        assert rooms.list_all(tx, corp_id) == [plain, full]
        assert rooms.id_of_name(tx, corp_id, "满") == full.room_id
        rooms.replace(tx, changed)
        assert rooms.get(tx, corp_id, full.room_id) == changed
        rooms.remove(tx, corp_id, full.room_id)
        assert rooms.list_all(tx, corp_id) == [plain]
        assert rooms.get(tx, add_organisation(tx), plain.room_id) is None
        organisations.erase(tx, corp_id)

    shared_database.write(act)


@pytest.mark.parametrize("same", ["name", "number"])
def test_what_no_two_rooms_share(shared_database: SharedDatabase, same: str):
    corp_id = shared_database.write(add_organisation)
    first = make_room(corp_id, "first")
    shared_database.write(lambda tx: rooms.add(tx, first))
    second = replace(make_room(corp_id, "second"), **{same: getattr(first, same)})

    with pytest.raises(Refused):
        shared_database.write(lambda tx: rooms.add(tx, second))


def test_locking_rooms(shared_database: SharedDatabase):
    def act(tx):
        corp_id = add_organisation(tx)
        several = [make_room(corp_id, str(number)) for number in range(3)]
        for room in several:
            rooms.add(tx, room)
        rooms.lock(tx, corp_id, [room.room_id for room in several] + ["nothing"])
        return rooms.of_ids(tx, corp_id, [room.room_id for room in several]), several

    found, several = shared_database.write(act)

    assert found == {room.room_id: room for room in several}


def test_pages_show_what_a_person_may_see(shared_database: SharedDatabase):
    """By the rule in the model, in the order of creation, whatever is added meanwhile."""

    def act(tx):
        corp_id = add_organisation(tx)
        made = [
            make_room(corp_id, f"{status} {group} {listed} {powerful}", status=status, group_id=group,
                      authorized=listed, super_users=powerful)
            for status in (EVERYONE, ADMINISTRATORS, SOME)
            for group in (0, 7)
            for listed in (Members(), Members(("u",)), Members((), (5,)))
            for powerful in (Members(), Members(("u",)), Members((), (5,)))
        ]  # fmt: skip
        for room in made:
            rooms.add(tx, room)
        people = [
            Person(union_id=union_id, dept_ids=depts, admin=admin, group_ids=groups, zone="Asia/Shanghai")
            for union_id in ("u", "v")
            for depts in (frozenset[int](), frozenset({1, 5}))
            for admin in (False, True)
            for groups in (frozenset[int](), frozenset({7, 8}))
        ]
        for person in people:
            shown, after = [], 0
            while True:
                page = rooms.page(tx, corp_id, person, after=after, limit=10)
                shown += [room.room_id for room in page.rooms]
                if page.next_place is None:
                    break
                after = page.next_place
            assert shown == [room.room_id for room in made if may_see(room, person)]

    shared_database.write(act)


def test_groups_and_their_administrators(shared_database: SharedDatabase):
    def act(tx):
        corp_id = add_organisation(tx)
        top, middle, leaf, other = groups = [
            RoomGroup(corp_id=corp_id, group_id=number, parent_id=parent, name=f"g{number}")
            for number, parent in ((1, 0), (2, 1), (3, 2), (4, 0))
        ]
        for group in groups:
            room_groups.add(tx, group)
        ann = add_user(tx, corp_id, "ann").union_id
        room_groups.put_admins(tx, corp_id, 2, [ann])
        assert room_groups.list_all(tx, corp_id) == groups
        assert room_groups.of_ids(tx, corp_id, [1, 3, 9]) == {1: top, 3: leaf}
        assert [room_groups.depth(tx, corp_id, number) for number in (1, 2, 3, 4, 9)] == [1, 2, 3, 1, 0]
        assert [room_groups.has_below(tx, corp_id, number) for number in (1, 2, 3, 4)] == [
            True, True, False, False,
        ]  # fmt: skip
        assert room_groups.count(tx, corp_id) == 4
        assert room_people.person(tx, corp_id, ann).group_ids == {2, 3}
        room_groups.rename(tx, replace(middle, name="new"))
        assert room_groups.get(tx, corp_id, 2).name == "new"
        room_groups.put_admins(tx, corp_id, 4, [ann])
        room_groups.remove(tx, corp_id, 4)
        assert room_groups.get(tx, corp_id, other.group_id) is None
        room_groups.forget_admin(tx, corp_id, ann)
        assert room_groups.admins(tx, corp_id, 2) == []
        organisations.erase(tx, corp_id)

    shared_database.write(act)


def test_a_person(shared_database: SharedDatabase):
    """With the departments above, the blacklist, and the organisation's zone; who left is nobody."""

    def act(tx):
        corp_id = add_organisation(tx)
        for number, parent in ((2, 1), (3, 2), (4, 1)):
            directory.add_department(tx, corp_id, number, f"d{number}", parent, now_ms=NOW_MS)
        ann = add_user(tx, corp_id, "ann", Place(3), admin=True)
        bob = add_user(tx, corp_id, "bob", Place(4), Place(2))
        room_people.put_ban(tx, corp_id, Ban(ann.union_id, 5))
        ban = Ban(ann.union_id, 10, 20, "why")
        room_people.put_ban(tx, corp_id, ban)
        found = room_people.person(tx, corp_id, ann.union_id)
        assert (found.dept_ids, found.admin, found.ban, found.zone) == ({1, 2, 3}, True, ban, "Asia/Shanghai")
        found = room_people.person(tx, corp_id, bob.union_id)
        assert (found.dept_ids, found.admin, found.ban) == ({1, 2, 4}, False, None)
        assert room_people.bans(tx, corp_id) == [ban]
        room_people.remove_ban(tx, corp_id, ann.union_id)
        assert room_people.bans(tx, corp_id) == []
        directory.remove_user(tx, corp_id, "bob", now_ms=0)
        assert room_people.person(tx, corp_id, bob.union_id) is None

    shared_database.write(act)


def test_0013_numbers_the_rooms_there_are(database_url, monkeypatch):
    files = migrations._files()
    with monkeypatch.context() as before:
        before.setattr(migrations, "_files", lambda: {name: files[name] for name in NAMES if name < "0013"})
        migrate(database_url)
    with outside(database_url) as other:
        for corp_id in ("a", "b"):
            other.execute(f"INSERT INTO organisations VALUES ('{corp_id}', 'n', 'z', 'l', 0, 0)")
            for room_id in ("y", "x"):
                other.execute(f"INSERT INTO rooms VALUES ('{corp_id}', '{room_id}', 'n{room_id}', 4)")

    migrate(database_url)

    with outside(database_url) as other:
        rows = other.execute("SELECT corp_id, room_id, number, place FROM rooms ORDER BY number").fetchall()
    assert [tuple(row) for row in rows] == [
        ("a", "x", 1, 1),
        ("a", "y", 2, 2),
        ("b", "x", 3, 1),
        ("b", "y", 4, 2),
    ]
