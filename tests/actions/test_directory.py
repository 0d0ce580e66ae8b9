from __future__ import annotations

import re
from pathlib import Path

import pytest

import rili.store
from rili.actions import directory, register
from rili.actions.directory import Place
from rili.errors import InvalidParameter, ItemNotFound
from rili.model import scopes
from rili.model.directory import OrganisationChange, UserChange
from rili.store import calendars, guests, memberships, organisations, users
from tests.people import NOW_MS, SharedDatabase, add_app, add_organisation, add_user


def test_a_new_person_has_a_calendar_and_is_in_the_root_department(shared_database: SharedDatabase):
    db = shared_database

    def act(tx):
        corp_id = add_organisation(tx)
        user = add_user(tx, corp_id, "a", mobile="13900000001", email="A@Example.com")
        return user, calendars.primary(tx, corp_id, user.union_id), memberships.of_user(tx, corp_id, "a")

    user, calendar, places = db.write(act)

    assert re.fullmatch("[A-Za-z0-9]{28}", calendar.calendar_id)
    assert re.fullmatch("[A-Za-z0-9]{22}iEiE", user.union_id)
    assert [(place.dept_id, place.leader) for place in places] == [(1, False)]
    assert len(str(places[0].sort_order)) == 18
    assert user.state_code == "86"
    assert db.read(lambda tx: users.by_union_id(tx, user.corp_id, user.union_id)) == user
    assert db.read(lambda tx: users.by_mobile(tx, user.corp_id, "13900000001")) == user
    assert db.read(lambda tx: users.by_email_keys(tx, user.corp_id, ["a@example.com"])) == {
        "a@example.com": user.union_id
    }


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        pytest.param({"userid": "known"}, "userid known exists already", id="userid twice"),
        pytest.param({"userid": "left"}, "userid left belonged to left, who left", id="userid of who left"),
        pytest.param({"userid": ""}, "userid is 1 to 64", id="userid empty"),
        pytest.param({"userid": "a b"}, "userid is 1 to 64", id="userid with a space"),
        pytest.param({"userid": "-a"}, "userid is 1 to 64", id="userid with a sign first"),
        pytest.param({"userid": "a" * 65}, "userid is 1 to 64", id="userid too long"),
        pytest.param({"union_id": "knownUnionId"}, "unionId knownUnionId exists", id="unionId twice"),
        pytest.param({"union_id": "with/slash"}, "unionId is 8 to 64", id="unionId with a slash"),
        pytest.param({"mobile": "13900000001"}, "is the number of known", id="mobile twice"),
        pytest.param({"mobile": "+86 139"}, "mobile is 5 to 15 digits", id="mobile with signs"),
        pytest.param({"mobile": "13900000002", "state_code": "x"}, "state code is 1 to 4", id="state code"),
        pytest.param({"email": "Known@EXAMPLE.com"}, "address of somebody else", id="mail twice, other case"),
        pytest.param({"email": "nobody"}, "no mail address", id="mail without @"),
        pytest.param({"email": "a@" + "b" * 253}, "longer than 254", id="mail too long"),
        pytest.param({"name": " "}, "name is empty", id="name empty"),
        pytest.param({"name": "a" * 81}, "name is longer than 80", id="name too long"),
        pytest.param({"name": "a\0b"}, "control characters", id="NUL in the name"),
        pytest.param({"title": "\ud800"}, "no valid text", id="lone surrogate"),
        pytest.param({"zone": "Asia/Nowhere"}, "not in the tz database", id="unknown zone"),
        pytest.param({"language": "fr_FR"}, "language is one of", id="unknown language"),
        pytest.param({"manager_userid": "new"}, "own manager", id="own manager"),
    ],
)
def test_a_person_is_refused(shared_database: SharedDatabase, members: dict[str, str], problem: str):
    def prepare(tx):
        corp_id = add_organisation(tx)
        add_user(
            tx, corp_id, "known", union_id="knownUnionId", mobile="13900000001", email="known@example.com"
        )
        add_user(tx, corp_id, "left")
        directory.remove_user(tx, corp_id, "left", now_ms=NOW_MS)
        return corp_id

    corp_id = shared_database.write(prepare)

    with pytest.raises(InvalidParameter, match=re.escape(problem)):
        shared_database.write(lambda tx: add_user(tx, corp_id, **{"userid": "new"} | members))

    assert [user.userid for user in shared_database.read(lambda tx: directory.list_users(tx, corp_id))] == [
        "known"
    ]


@pytest.mark.parametrize(
    ("places", "manager_userid", "problem"),
    [
        pytest.param([Place(77)], None, "No department 77", id="unknown department"),
        pytest.param([], "nobody", "No user nobody", id="unknown manager"),
    ],
)
def test_a_person_needs_what_it_names(
    shared_database: SharedDatabase, places: list[Place], manager_userid: str | None, problem: str
):
    corp_id = shared_database.write(add_organisation)

    with pytest.raises(ItemNotFound, match=problem):
        shared_database.write(lambda tx: add_user(tx, corp_id, "new", *places, manager_userid=manager_userid))


def test_set_changes_what_is_named_and_none_clears(shared_database: SharedDatabase):
    def act(tx):
        corp_id = add_organisation(tx)
        directory.add_department(tx, corp_id, 2, "研发部", now_ms=NOW_MS)
        before = add_user(tx, corp_id, "a", mobile="13900000001", email="a@example.com", title="工程师")
        change = UserChange(email=None, title="架构师", mobile="13900000001")
        after = directory.set_user(tx, corp_id, "a", change, [Place(2, leader=True)], now_ms=NOW_MS)
        return before, after, users.by_userid(tx, corp_id, "a"), directory.departments_of(tx, after)

    before, after, stored, places = shared_database.write(act)

    assert after == stored
    assert (after.email, after.title, after.mobile) == (None, "架构师", "13900000001")
    assert after.union_id == before.union_id
    assert [(place.dept_id, place.leader) for place in places] == [(2, True)]


def test_who_leaves_is_found_no_more_but_keeps_the_name(shared_database: SharedDatabase):
    def act(tx):
        corp_id = add_organisation(tx)
        gone = add_user(tx, corp_id, "gone", mobile="13900000001", email="gone@example.com", admin=True)
        add_user(tx, corp_id, "stays", manager_userid="gone")
        directory.remove_user(tx, corp_id, "gone", now_ms=NOW_MS)
        return corp_id, gone.union_id

    corp_id, union_id = shared_database.write(act)

    assert shared_database.read(lambda tx: users.by_union_id(tx, corp_id, union_id)) is None
    assert shared_database.read(lambda tx: users.by_mobile(tx, corp_id, "13900000001")) is None
    assert shared_database.read(lambda tx: users.by_email_keys(tx, corp_id, ["gone@example.com"])) == {}
    assert shared_database.read(lambda tx: users.colleagues(tx, corp_id, [union_id])) == {}
    assert shared_database.read(lambda tx: users.names(tx, corp_id, [union_id])) == {union_id: "gone"}
    assert shared_database.read(lambda tx: memberships.of_user(tx, corp_id, "gone")) == []
    assert shared_database.read(lambda tx: users.by_userid(tx, corp_id, "stays")).manager_userid is None
    assert len(shared_database.read(lambda tx: directory.list_users(tx, corp_id, left=True))) == 2
    with pytest.raises(ItemNotFound, match="User gone left"):
        shared_database.write(lambda tx: directory.set_password(tx, corp_id, "gone", "hash"))
    shared_database.write(
        lambda tx: add_user(tx, corp_id, "next", mobile="13900000001", email="gone@example.com")
    )


@pytest.mark.parametrize(
    ("act", "problem"),
    [
        pytest.param(
            lambda tx, corp_id: directory.add_department(tx, corp_id, 2, "二", now_ms=NOW_MS),
            "exists already",
            id="number twice",
        ),
        pytest.param(
            lambda tx, corp_id: directory.add_department(tx, corp_id, 1, "一", now_ms=NOW_MS),
            "between 2 and",
            id="root",
        ),
        pytest.param(
            lambda tx, corp_id: directory.set_department(tx, corp_id, 2, parent_id=3, now_ms=NOW_MS),
            "below itself",
            id="cycle",
        ),
        pytest.param(
            lambda tx, corp_id: directory.set_department(tx, corp_id, 1, parent_id=3, now_ms=NOW_MS),
            "below itself",
            id="root below another",
        ),
        pytest.param(
            lambda tx, corp_id: directory.remove_department(tx, corp_id, 1, now_ms=NOW_MS),
            "root department stays",
            id="no root",
        ),
        pytest.param(
            lambda tx, corp_id: directory.remove_department(tx, corp_id, 2, now_ms=NOW_MS),
            "departments below",
            id="children",
        ),
        pytest.param(
            lambda tx, corp_id: directory.remove_department(tx, corp_id, 3, now_ms=NOW_MS),
            "has 1 people",
            id="people in it",
        ),
    ],
)
def test_a_department_is_refused(shared_database: SharedDatabase, act, problem: str):
    def prepare(tx):
        corp_id = add_organisation(tx)
        directory.add_department(tx, corp_id, 2, "二", now_ms=NOW_MS)
        directory.add_department(tx, corp_id, 3, "三", 2, now_ms=NOW_MS)
        add_user(tx, corp_id, "a", Place(3))
        return corp_id

    corp_id = shared_database.write(prepare)

    with pytest.raises(InvalidParameter, match=problem):
        shared_database.write(lambda tx: act(tx, corp_id))


def test_a_department_moves_and_goes(shared_database: SharedDatabase):
    def act(tx):
        corp_id = add_organisation(tx)
        directory.add_department(tx, corp_id, 2, "二", now_ms=NOW_MS)
        directory.add_department(tx, corp_id, 3, "三", 2, now_ms=NOW_MS)
        directory.set_department(tx, corp_id, 3, name="叁", parent_id=1, now_ms=NOW_MS)
        directory.remove_department(tx, corp_id, 2, now_ms=NOW_MS)
        return directory.list_departments(tx, corp_id)

    found = shared_database.write(act)

    assert [(department.dept_id, department.parent_id, department.name) for department in found] == [
        (1, None, "公司"),
        (3, 1, "叁"),
    ]


def test_organisations_do_not_see_each_other(shared_database: SharedDatabase):
    def act(tx):
        here, there = add_organisation(tx), add_organisation(tx)
        add_user(tx, here, "a", mobile="13900000001", email="a@example.com")
        add_user(tx, there, "a", mobile="13900000001", email="a@example.com")
        app, _ = add_app(tx, there)
        return here, app.app_key

    here, app_key = shared_database.write(act)

    with pytest.raises(ItemNotFound):
        shared_database.read(lambda tx: register.get_app(tx, here, app_key))
    assert shared_database.read(lambda tx: register.list_apps(tx, here)) == []


def test_an_organisation_changes(shared_database: SharedDatabase):
    corp_id = shared_database.write(add_organisation)

    changed = shared_database.write(
        lambda tx: register.set_organisation(
            tx, corp_id, OrganisationChange(zone="Europe/Paris", language="en_US"), now_ms=NOW_MS
        )
    )

    assert (changed.name, changed.zone, changed.language) == ("公司", "Europe/Paris", "en_US")
    assert shared_database.read(lambda tx: register.get_organisation(tx, corp_id)) == changed


def test_an_organisation_goes_with_all_it_held(shared_database: SharedDatabase):
    def prepare(tx):
        corp_id = add_organisation(tx)
        add_user(tx, corp_id, "a")
        app, _ = add_app(tx, corp_id)
        guests.find_or_add(tx, corp_id, ["guest@example.com"], NOW_MS, lambda: "guest1")
        return corp_id, app.app_key

    corp_id, app_key = shared_database.write(prepare)

    with pytest.raises(InvalidParameter, match="people: 1, apps: 1"):
        shared_database.write(lambda tx: register.remove_organisation(tx, corp_id))

    def remove(tx):
        directory.remove_user(tx, corp_id, "a", now_ms=NOW_MS)
        register.remove_app(tx, corp_id, app_key)
        register.remove_organisation(tx, corp_id)

    shared_database.write(remove)

    assert shared_database.read(lambda tx: organisations.get(tx, corp_id)) is None
    for table in _tables_of_organisations():
        query = f"SELECT COUNT(*) FROM {table} WHERE corp_id = :corp_id"
        assert shared_database.read(lambda tx, query=query: tx.one(query, corp_id=corp_id)) == (0,), table


def _tables_of_organisations() -> list[str]:
    folder = Path(rili.store.__file__).parent / "migrations"
    text = "".join(file.read_text() for file in sorted(folder.glob("*.sql")))
    tables = re.findall(r"CREATE TABLE (\w+) \((.*?)\n\)", text, re.DOTALL)
    found = [name for name, columns in tables if "corp_id TEXT" in columns]
    assert len(found) >= 12
    return found


def test_permission_points_are_given_and_taken(shared_database: SharedDatabase):
    def prepare(tx):
        corp_id = add_organisation(tx)
        app, _ = add_app(tx, corp_id, scopes.BASIC)
        return corp_id, app.app_key

    corp_id, app_key = shared_database.write(prepare)

    more = shared_database.write(lambda tx: register.grant(tx, corp_id, app_key, [scopes.EVENT_READ]))
    assert more.scopes == scopes.BASIC | {scopes.EVENT_READ}
    only = shared_database.write(
        lambda tx: register.grant(tx, corp_id, app_key, [scopes.EVENT_WRITE], only=True)
    )
    assert only.scopes == {scopes.EVENT_WRITE}
    with pytest.raises(InvalidParameter, match=r"No such permission point: Calendar\.Event\.Wipe"):
        shared_database.write(lambda tx: register.grant(tx, corp_id, app_key, ["Calendar.Event.Wipe"]))
    assert shared_database.read(lambda tx: register.get_app(tx, corp_id, app_key)) == only


def test_an_agent_id_is_one_apps(shared_database: SharedDatabase):
    def act(tx):
        corp_id = add_organisation(tx)
        one, _ = add_app(tx, corp_id)
        other, _ = add_app(tx, corp_id)
        register.set_app(tx, corp_id, other.app_key, agent_id=one.agent_id)

    with pytest.raises(InvalidParameter, match="is the number of"):
        shared_database.write(act)
