"""What stands before every operation: token, permission, path and method."""

from __future__ import annotations

from typing import Any

import pytest

from rili.model import scopes
from tests.conformance.backdoor import sign_in_other_app
from tests.conformance.clients import TOKEN, App, assert_refused, call
from tests.people import SharedDatabase

MISSING = (400, "AuthenticationFailed.MissingParameter", "缺少参数：x-acs-dingtalk-access-token")
BAD_TOKEN = (400, "InvalidAuthentication", "不合法的access_token")


def test_no_token(app: App) -> None:
    """Also where it is given in other ways: https's usual one, and the old family's."""
    target, endpoint = app.path("x"), app.server.endpoint

    assert_refused(call(endpoint, "GET", target), *MISSING)
    assert_refused(call(endpoint, "GET", f"{target}?access_token={app.token}"), *MISSING)
    assert_refused(call(endpoint, "GET", target, {"authorization": f"Bearer {app.token}"}), *MISSING)
    assert_refused(call(endpoint, "GET", target, {TOKEN: ""}), *MISSING)


def test_wrong_token(app: App) -> None:
    assert_refused(call(app.server.endpoint, "GET", app.path("x"), {TOKEN: app.token + "x"}), *BAD_TOKEN)


def test_expired_token(app: App) -> None:
    event_id = app.create()["id"]

    app.server.clock.advance(seconds=7199)
    assert app.get(event_id).status == 200
    app.server.clock.advance(seconds=1)

    assert_refused(app.get(event_id), *BAD_TOKEN)
    app.token = app.sign_in()
    assert app.get(event_id).status == 200


@pytest.mark.parametrize(
    ("method", "missing"),
    [
        pytest.param("POST", scopes.EVENT_WRITE, id="create"),
        pytest.param("PUT", scopes.EVENT_WRITE, id="update"),
        pytest.param("GET", scopes.EVENT_READ, id="get"),
        pytest.param("DELETE", scopes.EVENT_WRITE, id="delete"),
    ],
)
def test_missing_permission(app: App, database: SharedDatabase, method: str, missing: str) -> None:
    event_id = app.create()["id"]
    app.token = sign_in_other_app(app, database, scopes.ALL - {missing})

    reply = app.call(method, app.path(None if method == "POST" else event_id))

    code = "Forbidden.AccessDenied.AccessTokenPermissionDenied"
    assert_refused(reply, 403, code, f"应用尚未开通所需的权限：[{missing}]", f"permission point {missing}")
    assert reply.json["accessdenieddetail"] == {"requiredScopes": [missing]}


def test_missing_permission_through_the_sdk(app: App, database: SharedDatabase) -> None:
    event_id = app.create()["id"]
    app.token = sign_in_other_app(app, database, frozenset({scopes.EVENT_READ}))

    with pytest.raises(Exception, match=r"Calendar\.Event\.Write") as raised:
        app.patch(event_id, {"summary": "x"})

    error: Any = raised.value
    assert error.code == "Forbidden.AccessDenied.AccessTokenPermissionDenied"
    assert error.data["accessdenieddetail"] == {"requiredScopes": ["Calendar.Event.Write"]}


def test_unknown_path(app: App) -> None:
    """Known neither with a token nor without (decision 17)."""
    for target in ("/v1.0/calendar/nothing", "/v1.0", "/", app.path("x") + "/more/of/it"):
        for reply in (app.call("GET", target), call(app.server.endpoint, "POST", target)):
            assert_refused(reply, 404, "InvalidAction.NotFound", "请求的URI地址不存在", "openapi.json")


@pytest.mark.parametrize(
    ("method", "one_event", "allowed"),
    [
        pytest.param("PATCH", True, "DELETE, GET, HEAD, OPTIONS, PUT", id="PATCH of an event"),
        pytest.param("POST", True, "DELETE, GET, HEAD, OPTIONS, PUT", id="POST to an event"),
        pytest.param("PUT", False, "GET, HEAD, OPTIONS, POST", id="PUT to all events"),
    ],
)
def test_wrong_method(app: App, method: str, one_event: bool, allowed: str) -> None:
    reply = app.call(method, app.path("x" if one_event else None), {})

    assert_refused(reply, 405, "InvalidAction.NotFound", "请求的方法不支持", allowed)
    assert reply.headers["allow"] == allowed


def test_unknown_method_of_the_old_family(app: App) -> None:
    reply = app.call("POST", f"/topapi/no/such?access_token={app.token}", {})

    assert (reply.status, reply.json["errcode"]) == (200, 22)
