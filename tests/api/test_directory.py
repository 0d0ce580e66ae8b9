"""Departments, pages of people and searches, in both families."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from rili.actions import contacts, directory, roles
from rili.actions.directory import Place
from rili.model import scopes
from rili.model.directory import Role, UserChange
from tests.api.conftest import Office
from tests.people import NOW_MS, SharedDatabase, add_app, add_organisation, add_user

FLAGS = frozenset({"create_dept_group", "hide_dept"})


@pytest.fixture
def firm(office: Office, shared_database: SharedDatabase) -> Office:
    """The office with a tree: 1 above 2 研发部 and 4 销售部, 3 平台 below 2; cai in 2 and 3, dan in 3."""

    def seed(tx):
        corp_id = office.corp_id
        directory.add_department(tx, corp_id, 3, "平台", 2, flags=FLAGS, now_ms=NOW_MS)
        directory.add_department(tx, corp_id, 4, "销售部", sort_order=1, now_ms=NOW_MS)
        directory.set_department(tx, corp_id, 2, sort_order=2, now_ms=NOW_MS)
        add_user(
            tx, corp_id, "cai", Place(2), Place(3, leader=True), name="蔡小明", nickname="Charles",
            mobile="13900000003", job_number="7", telephone="0571-1", org_email="cai@corp.example",
            work_place="杭州", remark="新人", extension='{"a":"1"}', hired_ms=NOW_MS - 1,
            flags=frozenset({"senior", "boss"}),
        )  # fmt: skip
        add_user(tx, corp_id, "dan", Place(3), name="单明")
        roles.add_role(tx, Role(corp_id=corp_id, role_id=9, group_name="职务", name="财务"), now_ms=NOW_MS)
        roles.set_role(tx, corp_id, 9, give=["cai"], now_ms=NOW_MS)

    shared_database.write(seed)
    return office


def test_everything_of_a_person(firm: Office) -> None:
    shown = firm.topapi("v2/user/get", {"userid": "cai"})["result"]

    assert {
        "role_list": [{"id": 9, "name": "财务", "group_name": "职务"}],
        "leader_in_dept": [{"dept_id": 2, "leader": False}, {"dept_id": 3, "leader": True}],
        "job_number": "7",
        "telephone": "0571-1",
        "org_email": "cai@corp.example",
        "work_place": "杭州",
        "remark": "新人",
        "extension": '{"a":"1"}',
        "hired_date": NOW_MS - 1,
        "senior": True,
        "boss": True,
        "hide_mobile": False,
    }.items() <= shown.items()


def test_a_page_of_a_department(firm: Office) -> None:
    first = firm.topapi("v2/user/list", {"dept_id": 3, "cursor": 0, "size": 1})["result"]
    last = firm.topapi("v2/user/list", {"dept_id": "3", "cursor": "1", "size": "1"}, "form")["result"]

    assert (first["has_more"], first["next_cursor"], last["has_more"]) == (True, 1, False)
    assert "next_cursor" not in last
    assert [one["userid"] for one in first["list"] + last["list"]] == ["dan", "cai"]
    (cai,) = last["list"]
    assert {
        "leader": True,
        "dept_id_list": [2, 3],
        "mobile": "13900000003",
        "boss": True,
    }.items() <= cai.items()
    assert cai["unionid"]
    assert isinstance(cai["dept_order"], int)
    assert not {
        "role_list", "leader_in_dept", "dept_order_list", "senior", "real_authed", "manager_userid", "create_time",
    } & cai.keys()  # fmt: skip


def test_a_page_without_permission_for_private_members(firm: Office) -> None:
    firm.grant(scopes.DEPARTMENT_MEMBER)

    (_, cai) = firm.topapi("v2/user/list", {"dept_id": 3, "cursor": 0, "size": 100})["result"]["list"]

    assert cai["job_number"] == "7"
    assert (
        not {"mobile", "state_code", "email", "org_email", "work_place", "remark", "extension"} & cai.keys()
    )


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        pytest.param("custom", ["dan", "cai"], id="custom"),
        pytest.param("", ["dan", "cai"], id="nothing is custom"),
        pytest.param("entry_asc", ["cai", "dan"], id="who was first"),
        pytest.param("entry_desc", ["dan", "cai"], id="who was last"),
        pytest.param("modify_asc", ["dan", "cai"], id="changed long ago"),
        pytest.param("modify_desc", ["cai", "dan"], id="changed last"),
    ],
)
def test_the_order_of_a_department(
    firm: Office, shared_database: SharedDatabase, order: str, expected: list[str]
) -> None:
    change = UserChange(title="组长")
    shared_database.write(lambda tx: directory.set_user(tx, firm.corp_id, "cai", change, None, now_ms=NOW_MS))

    fields = {"dept_id": 3, "cursor": 0, "size": 100, "order_field": order}

    assert [one["userid"] for one in firm.topapi("v2/user/list", fields)["result"]["list"]] == expected


@pytest.mark.parametrize(
    ("method", "fields", "result"),
    [
        pytest.param(
            "user/listsimple", {"dept_id": 3, "cursor": 0, "size": 100},
            {"has_more": False, "list": [{"userid": "dan", "name": "单明"}, {"userid": "cai", "name": "蔡小明"}]},
            id="names",
        ),
        pytest.param("user/listid", {"dept_id": 3}, {"userid_list": ["dan", "cai"]}, id="userids"),
        pytest.param("user/listid", {"dept_id": 4}, {"userid_list": []}, id="nobody"),
        pytest.param("user/count", {"only_active": False}, {"count": 4}, id="count without who left"),
        pytest.param("user/count", {"only_active": "true"}, {"count": 4}, id="a boolean as text"),
        pytest.param("user/listadmin", {}, [{"userid": "ann", "sys_level": 1}], id="administrators"),
        pytest.param(
            "v2/department/listsub", {},
            [
                {"dept_id": 4, "name": "销售部", "parent_id": 1, "create_dept_group": False, "auto_add_user": False},
                {"dept_id": 2, "name": "研发部", "parent_id": 1, "create_dept_group": False, "auto_add_user": False},
            ],
            id="below the root, by order",
        ),
        pytest.param(
            "v2/department/listsub", {"dept_id": 2, "language": "en_US"},
            [{"dept_id": 3, "name": "平台", "parent_id": 2, "create_dept_group": True, "auto_add_user": False}],
            id="below another",
        ),
        pytest.param("v2/department/listsubid", {"dept_id": 1}, {"dept_id_list": [4, 2]}, id="numbers below"),
        pytest.param("v2/department/listsubid", {"dept_id": 4}, {"dept_id_list": []}, id="none below"),
        pytest.param(
            "v2/department/listparentbydept", {"dept_id": 3}, {"parent_id_list": [3, 2, 1]}, id="what is above"
        ),
        pytest.param(
            "v2/department/listparentbyuser", {"userid": "cai"},
            {"parent_list": [{"parent_dept_id_list": [2, 1]}, {"parent_dept_id_list": [3, 2, 1]}]},
            id="what is above a person",
        ),
        pytest.param(
            "v2/department/get", {"dept_id": 2},
            {
                "dept_id": 2, "name": "研发部", "parent_id": 1, "order": 2, "create_dept_group": False,
                "auto_add_user": False, "auto_approve_apply": False, "group_contain_sub_dept": False,
                "hide_dept": False, "outer_dept": False, "dept_manager_userid_list": ["ann"], "dept_permits": [],
                "user_permits": [], "outer_permit_depts": [], "outer_permit_users": [], "member_count": 3,
                "owning_member_count": 2,
            },
            id="a department",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("how", ["json", "form"])
def test_an_answer_of_the_old_family(
    firm: Office, method: str, fields: dict[str, Any], result: Any, how: str
):
    answer = firm.topapi(method, fields, how)

    assert answer.pop("request_id")
    assert answer == {"errcode": 0, "errmsg": "ok", "result": result}


PAGE = {"dept_id": 3, "cursor": 0, "size": 100}


@pytest.mark.parametrize(
    ("method", "fields", "errcode", "names"),
    [
        *(
            pytest.param(f"{method}", fields, errcode, names, id=f"{method}: {what}")
            for method in ("v2/user/list", "user/listsimple")
            for what, fields, errcode, names in [
                ("no department", {"cursor": 0, "size": 1}, 400002, "dept_id"),
                ("no cursor", {"dept_id": 1, "size": 1}, 400002, "cursor"),
                ("no size", {"dept_id": 1, "cursor": 0}, 400002, "size"),
                ("unknown department", PAGE | {"dept_id": 77}, 60003, "dept_id"),
                ("size 0", PAGE | {"size": 0}, 40069, "size"),
                ("size 101", PAGE | {"size": 101}, 40069, "size"),
                ("size is a word", PAGE | {"size": "x"}, 400002, "size"),
                ("cursor below 0", PAGE | {"cursor": -1}, 400002, "cursor"),
                ("cursor beyond all", PAGE | {"cursor": 2**31}, 40068, "cursor"),
                ("unknown order", PAGE | {"order_field": "name"}, 40035, "order_field"),
                ("order is a list", PAGE | {"order_field": ["custom"]}, 40035, "order_field"),
                ("unknown language", PAGE | {"language": "fr_FR"}, 400002, "language"),
                ("no boolean", PAGE | {"contain_access_limit": 1}, 400002, "contain_access_limit"),
            ]
        ),
        *(
            pytest.param(method, fields, errcode, "dept_id", id=f"{method}: {fields}")
            for method in ("user/listid", "v2/department/listsubid", "v2/department/get",
                           "v2/department/listparentbydept")
            for fields, errcode in [
                ({}, 400002), ({"dept_id": ""}, 400002), ({"dept_id": True}, 400002), ({"dept_id": 1.5}, 400002),
                ({"dept_id": [1]}, 400002), ({"dept_id": 2**63}, 400002), ({"dept_id": "٣"}, 400002),
                ({"dept_id": 77}, 60003),
            ]
        ),
        pytest.param("v2/department/listsub", {"dept_id": 77}, 60003, "dept_id", id="listsub: unknown department"),
        pytest.param("v2/department/listsub", {"dept_id": "a"}, 400002, "dept_id", id="listsub: a word"),
        pytest.param("v2/department/listparentbyuser", {}, 400002, "userid", id="listparentbyuser: nobody named"),
        pytest.param("v2/department/listparentbyuser", {"userid": "a b"}, 33012, "", id="listparentbyuser: no userid"),
        pytest.param("v2/department/listparentbyuser", {"userid": "gone"}, 60121, "", id="listparentbyuser: left"),
        pytest.param("user/count", {}, 400002, "only_active", id="count: nothing"),
        pytest.param("user/count", {"only_active": "yes"}, 400002, "only_active", id="count: no boolean"),
        pytest.param("v2/user/get", {"userid": "ann", "language": "xx"}, 400002, "language", id="get: language"),
    ],
)  # fmt: skip
def test_a_refusal_of_the_old_family(firm: Office, method, fields, errcode, names) -> None:
    answer = firm.topapi(method, fields)

    assert answer["errcode"] == errcode
    assert names in answer["errmsg"]
    assert "result" not in answer


METHODS = {
    "v2/user/get": scopes.MEMBER,
    "user/getbyunionid": scopes.MEMBER,
    "v2/user/getbymobile": scopes.MEMBER_BY_MOBILE,
    "v2/user/list": scopes.DEPARTMENT_MEMBER,
    "user/listsimple": scopes.DEPARTMENT_MEMBER,
    "user/listid": scopes.MEMBER,
    "user/count": scopes.MEMBER,
    "user/listadmin": scopes.MEMBER,
    "v2/department/listsub": scopes.DEPARTMENT_LIST,
    "v2/department/listsubid": scopes.DEPARTMENT_LIST,
    "v2/department/get": scopes.DEPARTMENT_LIST,
    "v2/department/listparentbydept": scopes.DEPARTMENT_LIST,
    "v2/department/listparentbyuser": scopes.DEPARTMENT_LIST,
}


@pytest.mark.parametrize(("method", "point"), METHODS.items())
def test_each_method_needs_its_own_point(office: Office, method: str, point: str) -> None:
    office.grant(*(scopes.ALL - {point}))

    answer = office.topapi(method, {})

    assert (answer["errcode"], answer["sub_code"]) == (88, "60011")
    assert point in answer["sub_msg"]


def test_what_an_app_may_see(office: Office) -> None:
    token = office.token()["x-acs-dingtalk-access-token"]

    assert office.call("GET", f"/auth/scopes?access_token={token}").json == {
        "errcode": 0,
        "errmsg": "ok",
        "auth_user_field": ["name", "avatar", "title", "job_number", "manager_userid", "mobile", "email"],
        "condition_field": [],
        "auth_org_scopes": {"authed_dept": [1], "authed_user": []},
    }


@pytest.mark.parametrize(
    ("query", "errcode"), [("", 41001), ("?access_token=x", 40014), ("?access_token=%00", 40035)]
)
def test_scopes_without_a_token(office: Office, query: str, errcode: int) -> None:
    answer = office.call("GET", "/auth/scopes" + query)

    assert (answer.status, answer.json["errcode"], "sub_code" in answer.json) == (200, errcode, False)


def test_scopes_without_the_point(office: Office) -> None:
    office.grant(scopes.MEMBER)
    token = office.token()["x-acs-dingtalk-access-token"]

    assert office.call("GET", f"/auth/scopes?access_token={token}").json["errcode"] == 60011


def search(office: Office, kind: str, body: dict[str, Any]) -> Any:
    return office.call("POST", f"/v1.0/contact/{kind}/search", json=body, headers=office.token())


@pytest.mark.parametrize(
    ("word", "whole", "expected"),
    [
        pytest.param("蔡小明", False, ["cai"], id="name"),
        pytest.param("小明", False, ["cai"], id="within a name"),
        pytest.param("明", False, ["cai", "dan"], id="one character of two people"),
        pytest.param("CaiXiao", False, ["cai"], id="beginning of the pinyin"),
        pytest.param("cxm", False, ["cai"], id="initials"),
        pytest.param("shanming", False, ["dan"], id="another reading"),
        pytest.param("danming", False, ["dan"], id="the usual reading"),
        pytest.param("charl", False, ["cai"], id="beginning of the English name"),
        pytest.param("13900000003", False, ["cai"], id="number"),
        pytest.param("1390000000", False, [], id="no part of a number"),
        pytest.param("gone", False, [], id="who left"),
        pytest.param("%", False, [], id="no wildcard"),
        pytest.param("·", False, [], id="nothing to find"),
        pytest.param("蔡小明", True, ["cai"], id="whole: name"),
        pytest.param("caixiaoming", True, ["cai"], id="whole: pinyin"),
        pytest.param("charles", True, ["cai"], id="whole: English name"),
        pytest.param("13900000003", True, ["cai"], id="whole: number"),
        pytest.param("小明", True, [], id="whole: not within"),
        pytest.param("cxm", True, [], id="whole: not by initials"),
        pytest.param("charl", True, [], id="whole: no beginning"),
    ],
)
def test_who_is_found(firm: Office, word: str, whole: bool, expected: list[str]) -> None:
    body = {"queryWord": word, "offset": 0, "size": 10} | ({"fullMatchField": 1} if whole else {})

    answer = search(firm, "users", body)

    assert answer.status == 200
    assert answer.json == {"hasMore": False, "totalCount": len(expected), "list": expected}


def test_found_page_by_page_whole_names_first(firm: Office, shared_database: SharedDatabase) -> None:
    shared_database.write(
        lambda tx: [add_user(tx, firm.corp_id, "zz", name="明"), add_user(tx, firm.corp_id, "m", name="明明")]
    )

    pages = [search(firm, "users", {"queryWord": "明", "offset": at, "size": 2}).json for at in (0, 2, 4)]

    assert [one["list"] for one in pages] == [["zz", "m"], ["cai", "dan"], []]
    assert [one["hasMore"] for one in pages] == [True, False, False]
    assert {one["totalCount"] for one in pages} == {4}


def test_a_new_name_is_found_and_the_old_one_is_not(firm: Office, shared_database: SharedDatabase) -> None:
    def rename(tx):
        directory.set_user(tx, firm.corp_id, "cai", UserChange(name="王五", mobile=None), None, now_ms=NOW_MS)
        directory.set_department(tx, firm.corp_id, 3, name="工具", now_ms=NOW_MS)

    shared_database.write(rename)

    def found(kind: str, word: str) -> list[Any]:
        return search(firm, kind, {"queryWord": word, "offset": 0, "size": 10}).json["list"]

    assert (found("users", "ww"), found("users", "小明"), found("users", "13900000003")) == (["cai"], [], [])
    assert (found("departments", "gongju"), found("departments", "平台")) == ([3], [])


def test_what_was_written_before_is_found_once_migrated(
    firm: Office, shared_database: SharedDatabase
) -> None:
    def wipe(tx):
        tx.run("DELETE FROM search_keys WHERE corp_id = :corp_id", corp_id=firm.corp_id)
        tx.run("DELETE FROM facts WHERE name = 'search_keys'")

    shared_database.write(wipe)
    body = {"queryWord": "xiaoming", "offset": 0, "size": 10}
    assert search(firm, "users", body).json["totalCount"] == 0
    assert not shared_database.read(contacts.indexed)

    shared_database.write(contacts.index_again)

    assert search(firm, "users", body).json["list"] == ["cai"]
    assert search(firm, "departments", body | {"queryWord": "yfb"}).json["list"] == [2]
    assert search(firm, "users", body | {"queryWord": "gone"}).json["list"] == []
    assert shared_database.read(contacts.indexed)


@pytest.mark.parametrize(
    ("word", "expected"),
    [("研发", [2]), ("yanfa", [2]), ("部", [2, 4]), ("pt", [3]), ("zz", [])],
)
def test_which_departments_are_found(firm: Office, word: str, expected: list[int]) -> None:
    answer = search(firm, "departments", {"queryWord": word, "offset": 0, "size": 10})

    assert answer.json == {"hasMore": False, "totalCount": len(expected), "list": expected}


GOOD = {"queryWord": "a", "offset": 0, "size": 10}


@pytest.mark.parametrize("kind", ["users", "departments"])
@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"queryWord": None}, "queryWord", id="no word"),
        pytest.param({"queryWord": "  "}, "queryWord", id="blank"),
        pytest.param({"queryWord": "a" * 65}, "queryWord", id="long"),
        pytest.param({"queryWord": 7}, "queryWord", id="a number"),
        pytest.param({"offset": None}, "offset", id="no offset"),
        pytest.param({"offset": -1}, "offset", id="offset below 0"),
        pytest.param({"offset": 100_001}, "offset", id="offset too far"),
        pytest.param({"size": None}, "size", id="no size"),
        pytest.param({"size": 0}, "size", id="size 0"),
        pytest.param({"size": 101}, "size", id="size 101"),
        pytest.param({"size": "10"}, "size", id="size is text"),
    ],
)
def test_a_search_is_refused(office: Office, kind: str, change: dict[str, Any], field: str) -> None:
    body = {name: value for name, value in (GOOD | change).items() if value is not None}

    answer = search(office, kind, body)

    assert (answer.status, answer.json["code"], answer.json["message"]) == (
        400,
        "parameter.error",
        "参数错误",
    )
    assert field in answer.json["description"]


def test_full_match_is_one_or_nothing(office: Office) -> None:
    answer = search(office, "users", GOOD | {"fullMatchField": 2})

    assert (answer.status, answer.json["code"]) == (400, "parameter.error")
    assert "fullMatchField" in answer.json["description"]


def batch(office: Office, userids: object, more: str = "") -> Any:
    given = userids if isinstance(userids, str) else json.dumps(userids)
    return office.call(
        "GET", f"/v1.0/contact/users/batch/get?userIdList={quote(given)}{more}", headers=office.token()
    )


def test_several_people(firm: Office) -> None:
    answer = batch(firm, ["cai", "nobody", "gone", "dan", "cai"], f"&permissionCode={scopes.MEMBER}").json

    assert [one["userid"] for one in answer["userList"]] == ["cai", "dan"]
    assert answer["unauthorizedUserIdList"] == ["nobody", "gone"]
    union_id = answer["userList"][0].pop("unionid")
    assert union_id.endswith("iEiE")
    assert answer["userList"][0] == {
        "userid": "cai", "name": "蔡小明", "nickname": "Charles", "senior": True, "job_number": "7", "remark": "新人",
        "mobile": "13900000003", "state_code": "86",
    }  # fmt: skip


def test_several_people_without_private_members(firm: Office) -> None:
    firm.grant(scopes.MEMBER)

    (cai,) = batch(firm, ["cai"]).json["userList"]

    assert not {"mobile", "state_code", "remark"} & cai.keys()
    refused = batch(firm, ["cai"], f"&permissionCode={scopes.USER_MOBILE}")
    assert (refused.status, refused.json["accessdenieddetail"]) == (
        403,
        {"requiredScopes": [scopes.USER_MOBILE]},
    )


@pytest.mark.parametrize(
    ("userids", "more"),
    [
        pytest.param([], "", id="none"),
        pytest.param([f"u{number}" for number in range(101)], "", id="101"),
        pytest.param("cai", "", id="no JSON"),
        pytest.param([1], "", id="numbers"),
        pytest.param(["a" * 65], "", id="long"),
        pytest.param(["a\0"], "", id="NUL"),
        pytest.param(["cai"], "&permissionCode=x", id="unknown point"),
    ],
)
def test_several_people_are_refused(office: Office, userids: object, more: str) -> None:
    answer = batch(office, userids, more)

    assert (answer.status, answer.json["code"]) == (400, "invalidParameter")
    assert ("permissionCode" if more else "userIdList") in answer.json["description"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "users/search"), ("POST", "departments/search"), ("GET", "users/batch/get")],
)
def test_the_new_family_needs_its_points(office: Office, method: str, path: str) -> None:
    office.grant(*(scopes.ALL - {scopes.ADDRESS_SEARCH, scopes.MEMBER}))

    answer = office.call(method, f"/v1.0/contact/{path}", json=GOOD, headers=office.token())

    assert (answer.status, answer.json["code"]) == (403, "Forbidden.AccessDenied.AccessTokenPermissionDenied")


@pytest.mark.parametrize(
    ("call", "nothing"),
    [
        pytest.param(("v2/user/get", {"userid": "eve"}), 60121, id="user.get"),
        pytest.param(("user/getbyunionid", {"unionid": "EVE"}), 60121, id="user.getbyunionid"),
        pytest.param(("v2/user/getbymobile", {"mobile": "13700000001"}), 60121, id="user.getbymobile"),
        pytest.param(("v2/user/list", PAGE | {"dept_id": 66}), 60003, id="user.list"),
        pytest.param(("user/listsimple", PAGE | {"dept_id": 66}), 60003, id="user.listsimple"),
        pytest.param(("user/listid", {"dept_id": 66}), 60003, id="user.listid"),
        pytest.param(("user/count", {"only_active": False}), {"count": 2}, id="user.count"),
        pytest.param(("user/listadmin", {}), [{"userid": "ann", "sys_level": 1}], id="user.listadmin"),
        pytest.param(("v2/department/listsub", {"dept_id": 66}), 60003, id="department.listsub"),
        pytest.param(("v2/department/listsubid", {"dept_id": 66}), 60003, id="department.listsubid"),
        pytest.param(("v2/department/listsubid", {"dept_id": 1}), {"dept_id_list": [2]}, id="below the root"),
        pytest.param(("v2/department/get", {"dept_id": 66}), 60003, id="department.get"),
        pytest.param(("v2/department/listparentbydept", {"dept_id": 66}), 60003, id="department.listparentbydept"),
        pytest.param(("v2/department/listparentbyuser", {"userid": "eve"}), 60121, id="department.listparentbyuser"),
        pytest.param("users/EVE", "invalidParameter.user.notFound", id="GetUser"),
        pytest.param(("users", "eve"), [], id="SearchUser by name"),
        pytest.param(("users", "13700000001"), [], id="SearchUser by number"),
        pytest.param(("departments", "秘密"), [], id="SearchDepartment"),
        pytest.param(["eve"], ["eve"], id="BatchGetUser"),
    ],
)  # fmt: skip
def test_another_organisation_shows_nothing(
    office: Office, shared_database: SharedDatabase, call: Any, nothing: Any
) -> None:
    def seed(tx):
        corp_id = add_organisation(tx)
        directory.add_department(tx, corp_id, 66, "秘密", now_ms=NOW_MS)
        add_app(tx, corp_id)
        return add_user(tx, corp_id, "eve", Place(66), mobile="13700000001", admin=True).union_id

    union_id = shared_database.write(seed)

    if isinstance(call, list):
        assert batch(office, call).json == {"userList": [], "unauthorizedUserIdList": nothing}
    elif isinstance(call, str):
        path = f"/v1.0/contact/{call}".replace("EVE", union_id)
        assert office.call("GET", path, headers=office.token()).json["code"] == nothing
    elif isinstance(call[1], str):
        found = search(office, call[0], {"queryWord": call[1], "offset": 0, "size": 10}).json
        assert (found["list"], found["totalCount"]) == (nothing, 0)
    else:
        fields = {name: union_id if value == "EVE" else value for name, value in call[1].items()}
        answer = office.topapi(call[0], fields)
        assert answer.get("result", answer["errcode"]) == nothing
