from __future__ import annotations

import msgspec

from rili.actions import directory
from rili.auth.passwords import hash_password
from rili.model import scopes
from rili.sandbox import demo
from rili.store import apps, calendars, memberships
from tests.people import NOW_MS, SharedDatabase

SECRETS = demo.DemoSecrets(app_secret="s" * 64, password="demo password")


def test_the_demo_organisation_is_as_it_is_described(shared_database: SharedDatabase):
    password_hash = hash_password(SECRETS.password)

    def seed(tx):
        return demo.seed(tx, SECRETS, password_hash=password_hash, now_ms=NOW_MS)

    assert [shared_database.write(seed), shared_database.write(seed)] == [True, False]

    told = demo.describe(SECRETS)
    people = shared_database.read(lambda tx: directory.list_users(tx, told.corp_id))
    shown = [
        demo.DemoUser(user.userid, user.union_id, user.name, user.mobile, user.email, SECRETS.password)
        for user in people
    ]
    assert shown == told.users
    assert len(told.users) >= 30
    assert [user.userid for user in people if user.admin] == ["user01"]
    assert len(shared_database.read(lambda tx: directory.list_departments(tx, told.corp_id))) == 4
    assert len(told.rooms) == 6
    assert shared_database.read(lambda tx: apps.get(tx, told.app_key)).scopes == scopes.ALL
    for user in people:
        assert shared_database.read(lambda tx, user=user: calendars.primary(tx, told.corp_id, user.union_id))
        assert shared_database.read(
            lambda tx, user=user: memberships.of_user(tx, told.corp_id, user.userid)
        ), user.userid


def test_ids_are_constants():
    told = demo.describe(SECRETS)

    assert told == demo.describe(SECRETS)
    ids = [user.union_id for user in told.users] + [room.room_id for room in told.rooms]
    assert len(set(ids)) == len(ids)
    assert msgspec.to_builtins(told)["users"][0].keys() == {
        "userid",
        "union_id",
        "name",
        "mobile",
        "email",
        "password",
    }


def test_seeded_events_name_people_who_exist():
    userids = {user.userid for user in demo.describe(SECRETS).users}
    rooms = {room.name for room in demo.describe(SECRETS).rooms}

    for event in demo.events_to_seed():
        assert {event.organizer, *event.attendees} <= userids
        assert event.organizer not in event.attendees
        assert event.location in rooms
