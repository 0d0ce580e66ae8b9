"""What apps are told of contacts and rooms, changed by the real actions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from rili.actions import directory, people_file, register, roles, rooms
from rili.actions.people_file import Line
from rili.model import scopes
from rili.model.app_kinds import ENTERPRISE
from rili.model.directory import OrganisationChange, Range, Role, UserChange
from rili.model.room_change import RoomChange
from rili.store import announcements
from tests.delivery.told import Corp, Told, bodies
from tests.people import NOW_MS, SharedDatabase, add_user

AT = str(NOW_MS)
CONTACTS = scopes.ALL - {scopes.USER_READ, scopes.USER_MOBILE}
"""Without the points that open private members."""


@pytest.fixture
def corp(module_database: SharedDatabase) -> Iterator[Corp]:
    corp = Corp(module_database)
    yield corp
    corp.erase()


def add(corp: Corp, userid: str, *dept_ids: int, **members: Any) -> str:
    places = [directory.Place(dept_id) for dept_id in dept_ids]
    return corp.do(add_user, corp.corp_id, userid, *places, **members).union_id


def change(corp: Corp, userid: str, dept_id: int | None = None, **members: Any) -> None:
    places = None if dept_id is None else [directory.Place(dept_id)]
    corp.do(directory.set_user, corp.corp_id, userid, UserChange(**members), places, now_ms=NOW_MS)


def leave(corp: Corp, userid: str) -> None:
    corp.do(directory.remove_user, corp.corp_id, userid, now_ms=NOW_MS)


def department(corp: Corp, dept_id: int, parent_id: int = 1, name: str | None = None) -> None:
    corp.do(directory.add_department, corp.corp_id, dept_id, name or f"D{dept_id}", parent_id, now_ms=NOW_MS)


def role(corp: Corp, **named: Any) -> None:
    corp.do(roles.set_role, corp.corp_id, 7, now_ms=NOW_MS, **named)


def add_role(corp: Corp) -> None:
    made = Role(corp_id=corp.corp_id, role_id=7, group_name="Posts", name="Clerk")
    corp.do(roles.add_role, made, now_ms=NOW_MS)


def names(told: list[Told]) -> list[str]:
    return [name for name, _, _ in told]


def of_bob(**more: Any) -> dict[str, Any]:
    return {"userId": ["bob"], "timeStamp": AT} | more


def label(name: str) -> list[str]:
    return [f'{{"id":7,"name":"{name}","hidden":false}}']


PREPARED: dict[str, Callable[[Corp], None]] = {
    "nothing": lambda corp: None,
    "administrator": lambda corp: change(corp, "bob", admin=True),
    "department": lambda corp: department(corp, 2),
    "role": add_role,
    "role of bob": lambda corp: (add_role(corp), role(corp, give=["bob"]))[0],
}

INTERNAL_ROWS = [
    pytest.param("nothing", lambda corp: add(corp, "dan"), [
        ("user_add_org", "user dan", {"userId": ["dan"], "timeStamp": AT}),
        ("user_active_org", "user dan", {"userId": ["dan"]}),
    ], id="somebody is added"),
    pytest.param("nothing", lambda corp: add(corp, "dan", admin=True), [
        ("user_add_org", "user dan", {"userId": ["dan"], "timeStamp": AT}),
        ("user_active_org", "user dan", {"userId": ["dan"]}),
        ("org_admin_add", "user dan", {"userId": ["dan"], "timeStamp": AT}),
    ], id="an administrator is added"),
    pytest.param("nothing", lambda corp: change(
        corp, "bob", name="Rob", job_number="7", work_place="Attic", telephone="12", hired_ms=NOW_MS, email="b@e.cn",
        extension='{"a":1}', remark="new", manager_userid="ann",
    ), [("user_modify_org", "user bob", of_bob(diffInfo={
        "prev": {"name": "Bob"},
        "curr": {
            "name": "Rob", "jobNumber": "7", "workPlace": "Attic", "telephone": "12", "hiredDate": "2026-01-01",
            "email": "b@e.cn", "extFields": '{"a":1}', "remark": "new", "managerUserid": "ann",
        },
        "userid": "bob",
    }))], id="somebody is changed"),
    pytest.param("nothing", lambda corp: change(corp, "bob", admin=True), [
        ("org_admin_add", "user bob", of_bob()),
    ], id="somebody becomes administrator"),
    pytest.param("administrator", lambda corp: change(corp, "bob", admin=False), [
        ("org_admin_remove", "user bob", of_bob()),
    ], id="somebody is administrator no more"),
    pytest.param("nothing", lambda corp: change(corp, "bob", zone="Europe/Berlin", nickname="Bobby"), [],
                 id="what no app reads"),
    pytest.param("nothing", lambda corp: change(corp, "bob", name="Bob"), [], id="no change"),
    pytest.param("department", lambda corp: change(corp, "bob", 2), [
        ("user_modify_org", "user bob", of_bob(diffInfo={
            "prev": {"name": "Bob"}, "curr": {"name": "Bob"}, "userid": "bob"})),
    ], id="another department"),
    pytest.param("administrator", lambda corp: leave(corp, "bob"), [
        ("org_admin_remove", "user bob", of_bob()), ("user_leave_org", "user bob", of_bob()),
    ], id="an administrator leaves"),
    pytest.param("nothing", lambda corp: department(corp, 2), [
        ("org_dept_create", "department 2", {"deptId": [2]}),
    ], id="a department is made"),
    pytest.param("department", lambda corp: corp.do(
        directory.set_department, corp.corp_id, 2, name="Two", now_ms=NOW_MS), [
        ("org_dept_modify", "department 2", {"deptId": [2]}),
    ], id="a department is changed"),
    pytest.param("department", lambda corp: corp.do(
        directory.set_department, corp.corp_id, 2, name="D2", now_ms=NOW_MS), [], id="no change of a department"),
    pytest.param("department", lambda corp: corp.do(directory.remove_department, corp.corp_id, 2, now_ms=NOW_MS), [
        ("org_dept_remove", "department 2", {"deptId": [2]}),
    ], id="a department is deleted"),
    pytest.param("nothing", lambda corp: corp.do(
        register.set_organisation, corp.corp_id, OrganisationChange(name="Other"), now_ms=NOW_MS), [
        ("org_change", "organisation", {}),
    ], id="the organisation is renamed"),
    pytest.param("nothing", lambda corp: corp.do(
        register.set_organisation, corp.corp_id, OrganisationChange(zone="UTC"), now_ms=NOW_MS), [],
        id="another zone of the organisation"),
    pytest.param("nothing", add_role, [
        ("label_conf_add", "role 7", {"labelIdList": [7], "scope": "1"}),
    ], id="a role is made"),
    pytest.param("role", lambda corp: role(corp, name="Scribe", give=["bob"]), [
        ("label_conf_modify", "role 7", {
            "labelIdList": [7], "scope": "1", "preLabelList": label("Clerk"), "postLabelList": label("Scribe")}),
        ("label_user_change", "user bob", {"userIdList": ["bob"], "labelIdList": [7], "action": "add"}),
    ], id="a role is renamed and given"),
    pytest.param("role of bob", lambda corp: role(corp, give=["bob", "ann"], take=["bob"]), [
        ("label_user_change", "user ann", {"userIdList": ["ann"], "labelIdList": [7], "action": "add"}),
        ("label_user_change", "user bob", {"userIdList": ["bob"], "labelIdList": [7], "action": "remove"}),
    ], id="a role is given and taken"),
    pytest.param("role of bob", lambda corp: corp.do(roles.remove_role, corp.corp_id, 7, now_ms=NOW_MS), [
        ("label_conf_del", "role 7", {"labelIdList": [7]}),
    ], id="a role is deleted"),
]  # fmt: skip


@pytest.mark.parametrize(("prepared", "act", "expected"), INTERNAL_ROWS)
def test_internal_apps(corp: Corp, prepared: str, act: Callable[[Corp], Any], expected: list[Told]):
    corp.listen()
    PREPARED[prepared](corp)
    corp.told()
    act(corp)
    assert corp.told() == expected


def record(union_id: str, **more: Any) -> dict[str, Any]:
    return {
        "errcode": 0, "errmsg": "ok", "userid": "bob", "unionid": union_id, "dingId": "", "name": "Bob", "avatar": "",
        "active": True, "isAdmin": False, "isBoss": False, "isSenior": False, "isHide": False, "realAuthed": False,
        "exclusiveAccount": False, "department": [1], "isLeaderInDepts": "{1:false}",
        "orderInDepts": f"{{1:{NOW_MS * 100_000}}}", "jobnumber": "", "position": "",
    } | more  # fmt: skip


@pytest.mark.parametrize(
    ("prepared", "act", "expected"),
    [
        pytest.param("nothing", lambda corp: change(corp, "bob", name="Rob", title="Chef", mobile="13900000001"),
                     [("user_modify_org", {"name": "Rob", "position": "Chef"})], id="somebody is changed"),
        pytest.param("nothing", lambda corp: change(corp, "bob", mobile="13900000001", email="b@e.cn"), [],
                     id="what enterprise apps do not read"),
        pytest.param("department", lambda corp: change(corp, "bob", 2), [("user_dept_change", {
            "department": [2], "isLeaderInDepts": "{2:false}", "orderInDepts": f"{{2:{NOW_MS * 100_000}}}"})],
            id="another department"),
        pytest.param("nothing", lambda corp: change(corp, "bob", admin=True), [("user_role_change", {"isAdmin": True})],
                     id="administrator"),
        pytest.param("role", lambda corp: role(corp, give=["bob"]), [("user_role_change", {})], id="a role is given"),
    ],
)  # fmt: skip
def test_enterprise_apps_get_records_of_people(
    corp: Corp, prepared: str, act: Callable[[Corp], Any], expected: list[tuple[str, dict[str, Any]]]
):
    corp.listen(kind=ENTERPRISE, channel="sync_http")
    PREPARED[prepared](corp)
    corp.told()
    act(corp)
    assert corp.told() == [(name, "user bob", record(corp.bob, **more)) for name, more in expected]


def test_the_rest_of_what_enterprise_apps_get(corp: Corp):
    corp.listen(kind=ENTERPRISE, channel="stream")
    add(corp, "dan")
    leave(corp, "bob")
    department(corp, 2, name="Two")
    corp.do(
        directory.set_user,
        corp.corp_id,
        "ann",
        UserChange(),
        [directory.Place(2, leader=True)],
        now_ms=NOW_MS,
    )
    corp.do(directory.set_department, corp.corp_id, 2, flags=frozenset({"hide_dept"}), now_ms=NOW_MS)
    add_role(corp)
    role(corp, name="Scribe")
    corp.do(roles.remove_role, corp.corp_id, 7, now_ms=NOW_MS)
    corp.do(register.set_organisation, corp.corp_id, OrganisationChange(name="Other"), now_ms=NOW_MS)
    corp.do(rooms.add_room, corp.corp_id, RoomChange(name="Blue"), new_bytes=os.urandom, now_ms=NOW_MS)
    told = corp.told()
    assert names(told) == [
        "user_add_org", "user_active_org", "user_leave_org", "org_dept_create", "user_dept_change", "org_dept_modify",
        "org_role_add", "org_role_modify", "org_role_remove", "org_update",
    ]  # fmt: skip
    assert told[0][2] == told[1][2]
    assert told[0][2]["userid"] == "dan"
    assert told[2][2] == {"unionid": corp.bob, "userId": "bob", "dingId": ""}
    assert told[5][2] == {
        "errcode": 0, "errmsg": "ok", "id": 2, "name": "Two", "parentid": 1, "order": 0, "createDeptGroup": False,
        "autoAddUser": False, "autoApproveApply": "false", "groupContainSubDept": False, "deptHiding": True,
        "outerDept": False, "deptManagerUseridList": "ann", "deptPerimits": "", "userPermits": "",
        "outerPermitDepts": "", "outerPermitUsers": "",
    }  # fmt: skip
    assert told[7][2] == {"roleId": 7, "roleName": "Scribe", "groupName": "Posts"}
    assert told[9][2] == {
        "errcode": 0, "errmsg": "ok", "corpid": corp.corp_id, "corpName": "Other", "corpLogoUrl": "", "industry": "",
        "isAuthenticated": False, "authLevel": 0,
    }  # fmt: skip


def test_rooms(corp: Corp):
    corp.listen("app", "meetingroom_room_info")
    corp.listen("blind", points=scopes.ALL - {scopes.ROOM_READ})
    made = RoomChange(name="Blue", capacity=8, label_ids=(3, 5))
    room_id = corp.do(rooms.add_room, corp.corp_id, made, new_bytes=os.urandom, now_ms=NOW_MS).room_id
    for changed in (
        RoomChange(name="Red", label_ids=(1,)),
        RoomChange(description="quiet"),
        RoomChange(capacity=8),
    ):
        corp.do(rooms.set_room, corp.corp_id, room_id, changed, now_ms=NOW_MS)
    corp.do(rooms.remove_room, corp.by, "", room_id)
    told = corp.told()
    assert {subject for _, subject, _ in told} == {f"room {room_id}"}
    common = {"corpId": corp.corp_id, "roomId": room_id}
    assert bodies(told, "meetingroom_room_info") == [
        common | {"eventSubType": "create", "roomName": "Blue", "labels": "[3,5]", "capacity": "8"},
        common | {"eventSubType": "update", "roomName": "Red", "labels": [1], "capacity": "8"},
        common | {"eventSubType": "del"},
    ]  # fmt: skip
    assert corp.told("blind") == []


@pytest.mark.parametrize(
    ("members", "points", "curr"),
    [
        pytest.param({"email": "b@e.cn"}, CONTACTS, None, id="a private member alone"),
        pytest.param({"mobile": "13900000001"}, CONTACTS, None, id="the number alone"),
        pytest.param({"mobile": "13900000001"}, scopes.ALL, {"name": "Bob"}, id="the number, which diffInfo has not"),
        pytest.param({"name": "Rob", "email": "b@e.cn", "remark": "?"}, CONTACTS, {"name": "Rob"},
                     id="private members beside the name"),
        pytest.param({"name": "Rob"}, CONTACTS - {scopes.MEMBER}, None, id="may not read people"),
    ],
)  # fmt: skip
def test_no_app_is_told_more_than_it_may_read(
    corp: Corp, members: dict[str, Any], points: frozenset[str], curr: dict[str, Any] | None
):
    corp.listen(points=points)
    change(corp, "bob", **members)
    told = bodies(corp.told(), "user_modify_org")
    assert [body["diffInfo"]["curr"] for body in told] == ([] if curr is None else [curr])


def test_ranges(corp: Corp):
    """An app with a range is told of who is within it; to come into it is to be added, to go out of it to leave."""
    for dept_id, parent_id in ((2, 1), (3, 2), (4, 1)):
        department(corp, dept_id, parent_id)
    corp.listen("of two", within=Range(departments=(2,)))
    corp.listen("of bob", within=Range(userids=("bob",)))
    corp.listen("suite", kind=ENTERPRISE, channel="stream", within=Range(departments=(2,)))
    add(corp, "dan", 3)
    add(corp, "eve", 4)
    change(corp, "dan", name="Daniel")
    change(corp, "eve", name="Evelyn")
    change(corp, "eve", 2)
    change(corp, "dan", 4)
    change(corp, "dan", name="Dan")
    leave(corp, "eve")
    leave(corp, "bob")
    expected = [
        ("user_add_org", "user dan"), ("user_active_org", "user dan"), ("user_modify_org", "user dan"),
        ("user_add_org", "user eve"), ("user_active_org", "user eve"), ("user_leave_org", "user dan"),
        ("user_leave_org", "user eve"),
    ]  # fmt: skip
    assert [told[:2] for told in corp.told("of two")] == expected
    assert [told[:2] for told in corp.told("suite")] == expected
    assert [told[:2] for told in corp.told("of bob")] == [("user_leave_org", "user bob")]


def test_ranges_of_departments_and_roles(corp: Corp):
    for dept_id in (2, 4):
        department(corp, dept_id)
    add(corp, "dan", 2)
    corp.listen("of two", within=Range(departments=(2,)))
    department(corp, 3, 2)
    department(corp, 5, 4)
    corp.do(directory.set_department, corp.corp_id, 3, parent_id=4, now_ms=NOW_MS)
    corp.do(directory.set_department, corp.corp_id, 5, parent_id=2, now_ms=NOW_MS)
    corp.do(directory.set_department, corp.corp_id, 4, name="Four", now_ms=NOW_MS)
    corp.do(directory.remove_department, corp.corp_id, 5, now_ms=NOW_MS)
    add_role(corp)
    role(corp, give=["ann", "dan"])
    assert [told[:2] for told in corp.told("of two")] == [
        ("org_dept_create", "department 3"), ("org_dept_remove", "department 3"), ("org_dept_create", "department 5"),
        ("org_dept_remove", "department 5"), ("label_conf_add", "role 7"), ("label_user_change", "user dan"),
    ]  # fmt: skip


def test_an_import(corp: Corp):
    """Everybody who is added or changed, and each department that is made, once, however many at once."""
    corp.listen()
    lines = [
        Line(n, {"userid": f"p{n:03}", "name": f"P {n}", "departments": "Hall/Attic"}) for n in range(150)
    ]
    lines.append(Line(150, {"userid": "bob", "name": "Rob"}))
    lines.append(Line(151, {"userid": "cid", "name": "Cid"}))

    def read(tx: Any) -> Any:
        return people_file.import_people(
            tx, corp.corp_id, lines, write=True, make_departments=True, now_ms=NOW_MS, new_bytes=os.urandom
        )

    report = corp.do(read)
    told = corp.told()
    assert len(report.made_departments) == 2
    assert len(bodies(told, "org_dept_create")) == 2
    assert [body["userId"] for body in bodies(told, "user_add_org")] == [[f"p{n:03}"] for n in range(150)]
    assert [subject for name, subject, _ in told if name == "user_modify_org"] == ["user bob"]
    assert names(told)[:2] == ["org_dept_create"] * 2


def test_nothing_is_announced_where_no_app_is_told(corp: Corp):
    add(corp, "dan")
    change(corp, "bob", name="Rob")
    department(corp, 2)
    assert corp.corp_id not in corp.database.read(announcements.waiting_in)


def test_what_nobody_hears_any_more_goes(corp: Corp):
    corp.listen()
    change(corp, "bob", name="Rob")
    corp.deaf()
    assert corp.corp_id in corp.database.read(announcements.waiting_in)
    assert corp.told() == []
    assert corp.corp_id not in corp.database.read(announcements.waiting_in)


def test_secrets_are_no_part_of_it(corp: Corp):
    """What waits to be handed out holds what the directory tells apps, and no password or its hash."""
    corp.listen()
    corp.do(directory.set_password, corp.corp_id, "bob", "argon2 hash of bob")
    change(corp, "bob", name="Rob")
    waiting = corp.database.read(lambda tx: announcements.first(tx, corp.corp_id, 9))
    assert len(waiting) == 1
    assert b"argon2" not in msgspec.json.encode(waiting)
