from __future__ import annotations

import re

import pytest

from tests.api.conftest import Office

UUID = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}")


def test_every_door_gives_the_same_token(office: Office):
    pair = {"appKey": office.app_key, "appSecret": office.app_secret}
    new = office.call("POST", "/v1.0/oauth2/accessToken", json=pair)
    token = new.json["accessToken"]
    grant = {
        "client_id": office.app_key,
        "client_secret": office.app_secret,
        "grant_type": "client_credentials",
    }
    corp = office.call("POST", f"/v1.0/oauth2/{office.corp_id}/token", json=grant)
    old = office.call("GET", f"/gettoken?appkey={office.app_key}&appsecret={office.app_secret}")
    oldest = office.call("GET", f"/gettoken?corpid={office.app_key}&corpsecret={office.app_secret}")

    assert new.status == corp.status == old.status == 200
    assert re.fullmatch("[0-9a-f]{32}", token)
    assert new.json == {"expireIn": 7200, "accessToken": token}
    assert corp.json == {"access_token": token, "expires_in": 7200}
    assert old.json == {"access_token": token, "expires_in": 7200, "errcode": 0, "errmsg": "ok"}
    assert oldest.json == old.json


WRONG_PAIR = {"code": "invalidClientIdOrSecret", "message": "无效的clientId或者clientSecret"}
NO_BODY = {"code": "Missingbody", "message": "body is mandatory for this action."}


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        pytest.param({"json": {"appKey": "KEY", "appSecret": "wrong"}}, WRONG_PAIR, id="wrong secret"),
        pytest.param({"json": {"appKey": "dingx", "appSecret": "SECRET"}}, WRONG_PAIR, id="unknown key"),
        pytest.param({"json": {}}, WRONG_PAIR, id="nothing given"),
        pytest.param({}, NO_BODY, id="no body"),
        pytest.param({"form": {"appKey": "KEY", "appSecret": "SECRET"}}, NO_BODY, id="a form"),
        pytest.param(
            {"json": {"appKey": 1}},
            {"code": "invalidParameter", "message": "appKey: expected string, got integer"},
            id="a number",
        ),
        pytest.param({"json": []}, {"code": "invalidParameter"}, id="a list"),
    ],
)
def test_access_token_is_refused(office: Office, sent, error):
    answer = office.call("POST", "/v1.0/oauth2/accessToken", **office.filled(sent))

    assert answer.status == 400
    assert error.items() <= answer.json.items()
    assert UUID.fullmatch(answer.json["requestid"])


@pytest.mark.parametrize(
    ("corp_id", "sent", "status", "code"),
    [
        pytest.param(None, {"client_secret": "wrong"}, 400, "invalid.client", id="wrong secret"),
        pytest.param(None, {"client_id": "dingx"}, 400, "invalid.client", id="unknown client"),
        pytest.param("ding0", {"client_id": "dingx"}, 400, "invalid.client", id="nonsense"),
        pytest.param(
            None, {"grant_type": "password"}, 400, "unsupported.grant.type", id="another grant type"
        ),
        pytest.param(None, {"grant_type": ""}, 400, "unsupported.grant.type", id="no grant type"),
        pytest.param("ding0", {}, 401, "unauthorized.client", id="another organisation"),
    ],
)
def test_token_of_an_organisation_is_refused(office: Office, corp_id, sent, status, code):
    body = {"client_id": "KEY", "client_secret": "SECRET", "grant_type": "client_credentials"} | sent

    answer = office.call(
        "POST", f"/v1.0/oauth2/{corp_id or office.corp_id}/token", **office.filled({"json": body})
    )

    assert (answer.status, answer.json["code"], answer.json["message"]) == (status, code, code)


@pytest.mark.parametrize(
    ("query", "body"),
    [
        pytest.param(
            "appkey=KEY&appsecret=wrong",
            {"errcode": 40096, "errmsg": "不合法的appKey或appSecret"},
            id="wrong secret",
        ),
        pytest.param("appkey=KEY", {"errcode": 40096, "errmsg": "不合法的appKey或appSecret"}, id="no secret"),
        pytest.param("", {"errcode": 40035, "errmsg": "缺少参数 corpid or appkey"}, id="nothing"),
        pytest.param("appkey=%00", {"errcode": 40035, "errmsg": "参数错误"}, id="no text"),
    ],
)
def test_gettoken_is_refused_with_200(office: Office, query: str, body: dict):
    answer = office.call("GET", "/gettoken?" + query.replace("KEY", office.app_key))

    assert (answer.status, answer.json) == (200, body)


def test_gettoken_reads_no_body(office: Office):
    answer = office.call("GET", "/gettoken", form={"appkey": office.app_key, "appsecret": office.app_secret})

    assert answer.json["errcode"] == 40035
