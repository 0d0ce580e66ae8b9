"""Which kind of app may call what: every route, with a token of each kind."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rili.actions import register
from rili.api.router import Route
from rili.api.routes import ROUTES
from rili.model import scopes
from rili.model.app_kinds import AppKind
from rili.model.secrets import hash_secret
from rili.store import tokens
from tests.api.vendor import HEADER, Vendor
from tests.people import SharedDatabase, add_app, add_user

EVERY = {"internal", "enterprise", "personal"}
REFERENCE: list[tuple[str, set[str]]] = [
    (r"/topapi/v2/user/getbymobile", {"internal"}),
    (r"/topapi/.*|/auth/scopes|/call_back/.*", {"internal", "enterprise"}),
    (r"/v1\.0/contact/(users/search|departments/search|users/batch/get)", {"internal", "enterprise"}),
    (r"/v1\.0/contact/users/{unionId}", EVERY),
    (r"/v1\.0/rooms/.*", {"internal", "enterprise"}),
    (r"/v1\.0/calendar/.*/meetingRooms(/.*)?", {"internal", "enterprise"}),
    (r"/v1\.0/calendar/.*/acls(/.*)?", {"internal", "personal"}),
    (r"/v1\.0/(calendar|oauth2)/.*", EVERY),
]
"""The last column of the reference's table of permission points; the first line that fits a path counts."""

WITH_TOKEN = [
    route for route in ROUTES if route.scope is not None or route.form or route.path == "/auth/scopes"
]


@pytest.fixture
def vendor(shared_database: SharedDatabase) -> Vendor:
    return Vendor(shared_database)


def token_of(vendor: Vendor, kind: AppKind) -> str:
    """What an app of that kind calls with: of a personal one, the token of somebody who agreed."""
    if kind != "personal":
        corp_id = vendor.corp_id if kind == "internal" else vendor.customer
        token: str = vendor.token(corp_id, kind).json["access_token"]
        return token
    app_key = vendor.apps["personal"].app_key
    vendor.db.write(
        lambda tx: tokens.put(
            tx,
            hash_secret(f"ann's {app_key}"),
            app_key=app_key,
            corp_id=vendor.customer,
            union_id=vendor.ann.union_id,
            expires_ms=vendor.now_ms + 7_200_000,
        )
    )
    return f"ann's {app_key}"


def call(vendor: Vendor, route: Route, token: str) -> Any:
    path = re.sub(r"{(?:userId|unionId)}", vendor.ann.union_id, route.path)
    path = re.sub(r"{\w+}", "x", path)
    if route.path.startswith("/v1.0/"):
        reply = vendor.call(route.method, path, headers={HEADER: token})
        return {} if reply.headers["content-type"] == "text/event-stream" else reply.json
    return vendor.call(route.method, f"{path}?access_token={token.replace(' ', '%20')}").json


def is_refused(answer: Any) -> bool:
    """Whether it says that the app may not call this."""
    if "errcode" in answer:
        # 40014: the token of a person is none of the old family (decision 61).
        return {answer["errcode"], int(answer.get("sub_code", 0))} & {60011, 40014} != set()
    denied = answer.get("code") == "Forbidden.AccessDenied.AccessTokenPermissionDenied"
    assert not denied or "accessdenieddetail" not in answer, answer
    return denied


@pytest.mark.parametrize("kind", ["internal", "enterprise", "personal"])
def test_every_route(vendor: Vendor, kind: AppKind) -> None:
    token = token_of(vendor, kind)
    may = {route.name: kind in kinds_of(route) for route in WITH_TOKEN}

    found = {route.name: not is_refused(call(vendor, route, token)) for route in WITH_TOKEN}

    assert found == may


def kinds_of(route: Route) -> set[str]:
    """By the reference, which knows every path."""
    return next(kinds for pattern, kinds in REFERENCE if re.fullmatch(pattern, route.path))


def test_the_kind_is_looked_at_before_the_points(vendor: Vendor) -> None:
    """No point would help, so none is named."""
    tokens_of = {kind: token_of(vendor, kind) for kind in vendor.apps}
    for kind, app in vendor.apps.items():
        if kind != "internal":
            vendor.db.write(
                lambda tx, app=app: register.grant(tx, vendor.corp_id, app.app_key, [], only=True)
            )
    vendor.now_ms += 5000  # what PostgreSQL's processes remember (decision 38)

    def old(kind: AppKind, method: str) -> str:
        answer = vendor.call("POST", f"/topapi/{method}?access_token={tokens_of[kind]}", json={}).json
        assert (answer["errcode"], answer["sub_code"]) == (88, "60011")
        message: str = answer["sub_msg"]
        return message

    assert old("enterprise", "v2/user/getbymobile").startswith("没有调用该接口的权限: The token is that of ")
    assert scopes.MEMBER in old("enterprise", "v2/user/get")
    search = vendor.call(
        "POST", "/v1.0/contact/users/search", headers={HEADER: tokens_of["personal"]}, json={}
    )
    assert (search.status, search.json["message"]) == (403, "没有调用该接口的权限")
    assert "this operation is for enterprise and internal apps." in search.json["description"]


def test_what_apps_of_vendors_are_not_shown(vendor: Vendor) -> None:
    """Private members are for the organisation's own apps."""
    private = {
        "mobile": "13900000002", "state_code": "86", "email": "ann2@example.com", "org_email": "ann2@example.org",
        "telephone": "010-1", "hired_ms": 1, "work_place": "9F", "remark": "R", "extension": "{}",
    }  # fmt: skip
    hidden = set(private) - {"hired_ms"} | {"hired_date"}

    def add(tx: Any) -> Any:
        app, secret = add_app(tx, vendor.customer)
        return app.app_key, secret, add_user(tx, vendor.customer, "ann2", **private)

    app_key, secret, ann = vendor.db.write(add)
    body = {"client_id": app_key, "client_secret": secret, "grant_type": "client_credentials"}
    own = vendor.call("POST", f"/v1.0/oauth2/{vendor.customer}/token", json=body).json["access_token"]
    theirs = token_of(vendor, "enterprise")

    def shown(token: str) -> tuple[Any, Any, Any]:
        old = f"/topapi/v2/user/get?access_token={token}"
        batch = "/v1.0/contact/users/batch/get?userIdList=%5B%22ann2%22%5D"
        return (
            vendor.call("POST", old, json={"userid": "ann2"}).json["result"],
            vendor.call("GET", batch, headers={HEADER: token}).json["userList"][0],
            vendor.call("GET", f"/v1.0/contact/users/{ann.union_id}", headers={HEADER: token}).json["mobile"],
        )

    assert hidden <= set(shown(own)[0])
    assert {"mobile", "state_code", "remark"} <= set(shown(own)[1])
    assert not hidden & set(shown(theirs)[0])
    assert not {"mobile", "state_code", "remark"} & set(shown(theirs)[1])
    assert (shown(own)[2], shown(theirs)[2]) == ("13900000002", "139****0002")
