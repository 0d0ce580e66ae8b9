from __future__ import annotations

import re

import pytest

from rili.model import scopes
from rili.model.directory import open_id
from tests.api.conftest import Office

UNKNOWN = {"errcode": 60121, "errmsg": "找不到该用户"}


def test_a_user_by_union_id(office: Office):
    answer = office.call("GET", f"/v1.0/contact/users/{office.ann.union_id}", headers=office.token())

    assert answer.status == 200
    assert answer.json == {
        "nick": "Ann 安",
        "unionId": office.ann.union_id,
        "openId": open_id(office.app_key, office.ann.union_id),
        "mobile": "13900000001",
        "stateCode": "86",
        "email": "Ann@example.com",
        "visitor": False,
    }


def test_a_user_without_the_mobile_permission_and_without_members(office: Office):
    office.grant(scopes.USER_READ)
    ann = office.call("GET", f"/v1.0/contact/users/{office.ann.union_id}", headers=office.token())
    bob = office.call("GET", f"/v1.0/contact/users/{office.bob.union_id}", headers=office.token())

    assert not {"mobile", "stateCode"} & ann.json.keys()
    assert set(bob.json) == {"nick", "unionId", "openId", "visitor"}


@pytest.mark.parametrize(
    ("union_id", "granted", "status", "code", "message"),
    [
        pytest.param(
            "nobodyNobody", scopes.ALL, 404, "invalidParameter.user.notFound", "找不到该用户", id="unknown"
        ),
        pytest.param(
            "a%20b%2Fc",
            scopes.ALL,
            404,
            "invalidParameter.user.notFound",
            "找不到该用户",
            id="no unionId at all",
        ),
        pytest.param(
            "me",
            scopes.ALL,
            400,
            "invalidParameter",
            "`me` needs a user token; with an app token name the unionId",
            id="me with an app token",
        ),
        pytest.param(
            "nobodyNobody",
            scopes.BASIC,
            403,
            "Forbidden.AccessDenied.AccessTokenPermissionDenied",
            "应用尚未开通所需的权限：[Contact.User.Read]",
            id="no permission",
        ),
    ],
)
def test_a_user_is_refused(office: Office, union_id, granted, status, code, message):
    office.grant(*granted)

    answer = office.call("GET", f"/v1.0/contact/users/{union_id}", headers=office.token())

    assert (answer.status, answer.json["code"], answer.json["message"]) == (status, code, message)
    if status == 403:
        assert answer.json["accessdenieddetail"] == {"requiredScopes": ["Contact.User.Read"]}


@pytest.mark.parametrize(
    ("headers", "query", "code"),
    [
        pytest.param({}, "", "AuthenticationFailed.MissingParameter", id="nothing"),
        pytest.param(
            {"authorization": "Bearer TOKEN"}, "", "AuthenticationFailed.MissingParameter", id="Bearer"
        ),
        pytest.param({}, "?access_token=TOKEN", "AuthenticationFailed.MissingParameter", id="in the query"),
        pytest.param({"x-acs-dingtalk-access-token": "0" * 32}, "", "InvalidAuthentication", id="unknown"),
    ],
)
def test_the_new_family_reads_the_token_in_its_header_only(office: Office, headers, query, code):
    token = office.token()["x-acs-dingtalk-access-token"]
    headers = {name: value.replace("TOKEN", token) for name, value in headers.items()}

    answer = office.call(
        "GET",
        f"/v1.0/contact/users/{office.ann.union_id}" + query.replace("TOKEN", token),
        headers=headers,
    )

    assert (answer.status, answer.json["code"]) == (400, code)


def test_a_user_by_userid(office: Office):
    answer = office.topapi("v2/user/get", {"userid": "ann", "language": "zh_CN"})

    result = answer["result"]
    order = result.pop("dept_order_list")
    assert result == {
        "userid": "ann",
        "unionid": office.ann.union_id,
        "name": "Ann 安",
        "avatar": "",
        "active": True,
        "admin": True,
        "boss": False,
        "senior": False,
        "real_authed": False,
        "exclusive_account": False,
        "hide_mobile": False,
        "dept_id_list": [1, 2],
        "leader_in_dept": [{"dept_id": 1, "leader": False}, {"dept_id": 2, "leader": True}],
        "create_time": "2026-01-01T00:00:00.000Z",
        "title": "工程师",
        "mobile": "13900000001",
        "state_code": "86",
        "email": "Ann@example.com",
        "manager_userid": "bob",
    }
    assert [place["dept_id"] for place in order] == [1, 2]
    assert all(len(str(place["order"])) == 18 for place in order)
    assert (answer["errcode"], answer["errmsg"]) == (0, "ok")
    assert re.fullmatch("[0-9a-y]{13}", answer["request_id"])


def test_private_members_need_their_permission(office: Office):
    office.grant(scopes.MEMBER)

    result = office.topapi("v2/user/get", {"userid": "ann"})["result"]

    assert not {"mobile", "state_code", "email"} & result.keys()


@pytest.mark.parametrize(
    ("method", "fields", "result"),
    [
        pytest.param(
            "user/getbyunionid", {"unionid": "ANN"}, {"contact_type": 0, "userid": "ann"}, id="unionid"
        ),
        pytest.param("v2/user/getbymobile", {"mobile": "13900000001"}, {"userid": "ann"}, id="mobile"),
        pytest.param(
            "v2/user/getbymobile", {"mobile": "+86-13900000001"}, {"userid": "ann"}, id="mobile and country"
        ),
    ],
)
@pytest.mark.parametrize("how", ["json", "form", "token in the form"])
def test_a_userid_is_found(office: Office, method, fields, result, how):
    fields = {name: value.replace("ANN", office.ann.union_id) for name, value in fields.items()}

    answer = office.topapi(method, fields, how)

    assert answer.pop("request_id")
    assert answer == {"errcode": 0, "errmsg": "ok", "result": result}


BAD_PARAMETER = {"errcode": 400002}


@pytest.mark.parametrize(
    ("method", "fields", "error"),
    [
        pytest.param("v2/user/get", {"userid": "nobody"}, UNKNOWN, id="unknown userid"),
        pytest.param("v2/user/get", {"userid": "gone"}, UNKNOWN, id="userid of who left"),
        pytest.param("v2/user/get", {"userid": ""}, {"errcode": 33012}, id="empty userid"),
        pytest.param("v2/user/get", {"userid": "a b"}, {"errcode": 33012}, id="malformed userid"),
        pytest.param("v2/user/get", {}, BAD_PARAMETER, id="no userid"),
        pytest.param("v2/user/get", {"userid": 7}, BAD_PARAMETER, id="userid is a number"),
        pytest.param("user/getbyunionid", {"unionid": "nobodyNobody"}, UNKNOWN, id="unknown unionid"),
        pytest.param("user/getbyunionid", {"unionid": "GONE"}, UNKNOWN, id="unionid of who left"),
        pytest.param("user/getbyunionid", {"unionid": "a\0"}, UNKNOWN, id="unionid with NUL"),
        pytest.param("user/getbyunionid", {}, BAD_PARAMETER, id="no unionid"),
        pytest.param("user/getbyunionid", {"unionid": ""}, BAD_PARAMETER, id="empty unionid"),
        pytest.param("v2/user/getbymobile", {"mobile": "13999999999"}, UNKNOWN, id="unknown mobile"),
        pytest.param("v2/user/getbymobile", {"mobile": "13900000009"}, UNKNOWN, id="mobile of who left"),
        pytest.param(
            "v2/user/getbymobile", {"mobile": "+1-13900000001"}, UNKNOWN, id="mobile of another country"
        ),
        pytest.param("v2/user/getbymobile", {"mobile": "call me"}, {"errcode": 40104}, id="no number"),
        pytest.param("v2/user/getbymobile", {"mobile": "139-0000-0001"}, {"errcode": 40104}, id="with signs"),
        pytest.param("v2/user/getbymobile", {}, BAD_PARAMETER, id="no mobile"),
    ],
)
def test_nobody_is_found(office: Office, method, fields, error):
    fields = {name: office.gone.union_id if value == "GONE" else value for name, value in fields.items()}

    answer = office.topapi(method, fields)

    assert error.items() <= answer.items()
    assert answer["request_id"]


@pytest.mark.parametrize("raw", [b"{", b"[1]", b'{"userid": "\xff"}'])
def test_a_body_that_is_no_object(office: Office, raw: bytes):
    token = office.token()["x-acs-dingtalk-access-token"]

    answer = office.call(
        "POST",
        f"/topapi/v2/user/get?access_token={token}",
        raw=raw,
        headers={"content-type": "application/json"},
    )

    assert (answer.status, answer.json["errcode"]) == (200, 400002)


@pytest.mark.parametrize(
    ("query", "headers", "body"),
    [
        pytest.param(
            "?access_token=" + "0" * 32,
            {},
            {
                "errcode": 88,
                "sub_code": "40014",
                "sub_msg": "不合法的access_token",
                "errmsg": "ding talk error[subcode=40014,submsg=不合法的access_token]",
            },
            id="bad token",
        ),
        pytest.param(
            "",
            {"x-acs-dingtalk-access-token": "TOKEN"},
            {
                "errcode": 88,
                "sub_code": "40000",
                "sub_msg": "access_token is blank",
                "errmsg": "ding talk error[subcode=40000,submsg=access_token is blank]",
            },
            id="token in the header is not read",
        ),
        pytest.param(
            "?access_token=TOKEN",
            {},
            {
                "errcode": 88,
                "sub_code": "60011",
                "sub_msg": "应用尚未开通所需的权限：[qyapi_get_member], {requiredScopes=[qyapi_get_member]}",
                "errmsg": "ding talk error[subcode=60011,submsg=应用尚未开通所需的权限：[qyapi_get_member],"
                " {requiredScopes=[qyapi_get_member]}]",
            },
            id="no permission",
        ),
    ],
)
def test_the_old_family_wraps_what_a_token_lacks(office: Office, query, headers, body):
    office.grant(scopes.EVENT_READ)
    token = office.token()["x-acs-dingtalk-access-token"]
    headers = {name: value.replace("TOKEN", token) for name, value in headers.items()}

    answer = office.call(
        "POST",
        "/topapi/v2/user/get" + query.replace("TOKEN", token),
        json={"userid": "ann"},
        headers=headers,
    )

    assert answer.status == 200
    assert answer.headers["content-type"].lower() == "application/json;charset=utf-8"
    answered = answer.json
    assert answered.pop("request_id")
    assert answered == body


def test_an_unknown_method(office: Office):
    answer = office.call("POST", "/topapi/v2/user/notexist", json={})

    assert answer.status == 200
    body = answer.json
    assert body.pop("request_id")
    assert body == {
        "errcode": 22,
        "sub_msg": "不合法ApiName，ApiName = dingtalk.oapi.v2.user.notexist",
        "errmsg": "Invalid method[submsg=不合法ApiName，ApiName = dingtalk.oapi.v2.user.notexist]",
    }
