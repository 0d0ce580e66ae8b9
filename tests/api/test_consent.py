"""A person lets an app act for them: the pages, the code, the tokens, and what each refuses."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from rili.actions import app_range, directory, register
from rili.app import build
from rili.auth.passwords import hash_password
from rili.config import Settings
from rili.model import scopes
from rili.model.directory import Range
from rili.store.db import Tx
from tests.api.conftest import Office
from tests.asgi import Answered
from tests.people import NOW_MS, SharedDatabase, add_app

PASSWORD = "correct horse battery"
PASSWORD_HASH = hash_password(PASSWORD)
CALLBACK = "https://app.example/cb"
HEADER = "x-acs-dingtalk-access-token"
EVENTS = "/v1.0/calendar/users/{}/calendars/primary/events"
DRAFT = {
    "summary": "Review", "isAllDay": True, "start": {"date": "2026-03-10"}, "end": {"date": "2026-03-11"},
}  # fmt: skip


class Door(Office):
    """The office with a clock, an app that has a redirect address, and passwords."""

    def __init__(self, db: SharedDatabase) -> None:
        self.now_ms = NOW_MS
        self.db = db
        settings = Settings(database="sqlite:unused", public_url="https://rili.example")
        super().__init__(db, build(settings, db.db, clock=lambda: self.now_ms))

        def prepare(tx: Tx) -> None:
            register.set_app(tx, self.corp_id, self.app_key, redirects=[CALLBACK])
            tx.run("DELETE FROM password_tries")  # every test comes from one address
            for userid in ("ann", "bob"):
                directory.set_password(tx, self.corp_id, userid, PASSWORD_HASH)

        db.write(prepare)

    def address(self, **changed: str | None) -> str:
        query: dict[str, str | None] = {
            "client_id": self.app_key,
            "redirect_uri": CALLBACK,
            "response_type": "code",
            "scope": "openid",
            "prompt": "consent",
            "state": "s 1&2",
        }
        named = {name: value for name, value in (query | changed).items() if value is not None}
        return f"/oauth2/auth?{urlencode(named)}"

    def sign_in(self, name: str = "ann", password: str = PASSWORD, **changed: str | None) -> Answered:
        return self.call("POST", self.address(**changed), form={"account": name, "password": password})

    def decide(self, signed_in: Answered, decision: str = "agree", **changed: str | None) -> Answered:
        form = {"decision": decision, "proof": proof_of(signed_in)}
        headers = {"cookie": cookie_of(signed_in)}
        return self.call("POST", self.address(**changed), form=form, headers=headers)

    def code(self, name: str = "ann", **changed: str | None) -> str:
        return query_of(self.decide(self.sign_in(name, **changed), **changed))["authCode"]

    def exchange(self, **body: Any) -> Answered:
        pair = {"clientId": self.app_key, "clientSecret": self.app_secret}
        return self.call("POST", "/v1.0/oauth2/userAccessToken", json=pair | body)

    def redeem(self, good: str, **body: Any) -> Answered:
        return self.exchange(**({"grantType": "authorization_code", "code": good} | body))

    def headers(self, code: str | None = None) -> dict[str, str]:
        """With the token that *code*, or one of Ann's, is exchanged for."""
        return {HEADER: self.redeem(code or self.code()).json["accessToken"]}

    def refresh(self, good: str, **body: Any) -> Answered:
        return self.exchange(**({"grantType": "refresh_token", "refreshToken": good} | body))


def proof_of(answer: Answered) -> str:
    return re.findall(r'name="proof" value="([0-9a-f]{32})"', answer.body.decode())[0]


def cookie_of(answer: Answered) -> str:
    return answer.headers["set-cookie"].partition(";")[0]


def query_of(answer: Answered) -> dict[str, str]:
    assert answer.status == 302, answer.body.decode()
    assert answer.headers["location"].startswith(CALLBACK + "?")
    return dict(parse_qsl(urlsplit(answer.headers["location"]).query))


@pytest.fixture
def door(shared_database: SharedDatabase) -> Door:
    return Door(shared_database)


@pytest.mark.parametrize(
    ("name", "lang", "asks"),
    [
        pytest.param("ann", "en", "Let “应用” act for you?", id="userid, in English"),
        pytest.param("13900000001", "zh", "允许“应用”代表您操作？", id="mobile, in Chinese"),
        pytest.param("ANN@example.com", None, "Let “应用” act for you?", id="mail address"),
    ],
)
def test_a_person_agrees(door: Door, name: str, lang: str | None, asks: str) -> None:
    first = door.call("GET", door.address(lang=lang))
    assert first.status == 200
    assert 'name="password"' in first.body.decode()

    signed_in = door.sign_in(name, lang=lang)
    assert signed_in.status == 200
    assert asks in signed_in.body.decode()
    assert re.search(r"; HttpOnly; SameSite=Lax; Secure$", signed_in.headers["set-cookie"])
    assert "form-action 'self' https://app.example;" in signed_in.headers["content-security-policy"]

    query = query_of(door.decide(signed_in, lang=lang))
    assert query == {"authCode": query["code"], "code": query["code"], "state": "s 1&2"}
    tokens = door.redeem(query["code"])
    assert set(tokens.json) == {"accessToken", "refreshToken", "expireIn"}
    assert tokens.json["expireIn"] == 7200
    header = {HEADER: tokens.json["accessToken"]}
    me = door.call("GET", "/v1.0/contact/users/me", headers=header)
    assert me.json["unionId"] == door.ann.union_id


def test_the_form_leads_back_to_what_was_asked(door: Door) -> None:
    page = door.call("GET", door.address(state='"><script>')).body.decode()

    assert "<script>" not in page
    (action,) = re.findall(r'action="([^"]*)"', page)
    assert dict(parse_qsl(unescape(action)[1:]))["state"] == '"><script>'


def test_the_organisation_is_told_who_asked_for_it(door: Door) -> None:
    code = door.code(scope="openid corpid")
    first = door.redeem(code).json

    assert first["corpId"] == door.corp_id
    assert door.refresh(first["refreshToken"]).json["corpId"] == door.corp_id


def test_consent_is_for_what_was_shown(door: Door) -> None:
    answer = door.decide(door.sign_in(scope="openid"), scope="openid corpid")

    assert (answer.status, "location" in answer.headers) == (403, False)


def test_a_person_refuses(door: Door) -> None:
    signed_in = door.sign_in()

    assert query_of(door.decide(signed_in, "refuse")) == {"error": "access_denied", "state": "s 1&2"}
    assert door.decide(signed_in).status == 403, "and must sign in again"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        pytest.param({"client_id": "dingnobody"}, "client_id: ", id="unknown app"),
        pytest.param({"client_id": None}, "client_id: ", id="no app"),
        pytest.param({"redirect_uri": "https://evil.example/cb"}, "redirect_uri: ", id="a foreign address"),
        pytest.param({"redirect_uri": None}, "redirect_uri: ", id="no address"),
        pytest.param({"response_type": "token"}, "response_type: ", id="response_type"),
        pytest.param({"scope": "everything"}, "scope: ", id="scope"),
        pytest.param({"prompt": "none"}, "prompt: ", id="prompt"),
        pytest.param({"corpId": "ding0"}, "corpId: ", id="another organisation"),
        pytest.param({"state": "x" * 2049}, "state: ", id="a long state"),
        pytest.param({"state": "\0"}, "query: ", id="NUL"),
    ],
)
def test_a_link_is_refused_on_a_page(door: Door, changed: dict[str, str | None], says: str) -> None:
    signed_in = door.sign_in()
    for answer in (
        door.call("GET", door.address(**changed)),
        door.sign_in(**changed),
        door.decide(signed_in, **changed),
    ):
        assert (answer.status, "location" in answer.headers) == (400, False)
        assert says in answer.body.decode()


@pytest.mark.parametrize(
    ("name", "password"),
    [
        pytest.param("ann", "wrong password", id="wrong password"),
        pytest.param("nobody", PASSWORD, id="nobody"),
        pytest.param("gone", PASSWORD, id="who left"),
        pytest.param("", PASSWORD, id="no name"),
        pytest.param("x" * 129, PASSWORD, id="a long name"),
        pytest.param("ann", "", id="no password"),
        pytest.param("ann", PASSWORD * 100, id="a long password"),
    ],
)
def test_a_wrong_password_and_nobody_look_alike(door: Door, name: str, password: str) -> None:
    answer = door.sign_in(name, password, lang="en")

    assert (answer.status, "set-cookie" in answer.headers) == (403, False)
    assert "Wrong account or password." in answer.body.decode()


@pytest.mark.parametrize("name", [pytest.param("bob", id="a person"), pytest.param("nobody", id="nobody")])
def test_guessing_is_slowed_down(door: Door, name: str) -> None:
    answers = [door.sign_in(name, "wrong password", lang="en") for _ in range(6)]
    right_too_soon = door.sign_in(name, lang="zh")

    assert [answer.status for answer in answers] == [403] * 5 + [429]
    assert answers[5].headers["retry-after"] == "1"
    assert "Try again in 1 s" in answers[5].body.decode()
    assert right_too_soon.status == 429
    assert "请在 1 秒后重试" in right_too_soon.body.decode()


def test_no_other_site_decides(door: Door) -> None:
    signed_in = door.sign_in()
    cookie = {"cookie": cookie_of(signed_in)}
    form = {"decision": "agree", "proof": proof_of(signed_in)}

    def post(form: dict[str, str], headers: dict[str, str]) -> int:
        return door.call("POST", door.address(), form=form, headers=headers).status

    assert post(form | {"proof": "0" * 32}, cookie) == 403
    assert post({"decision": "agree"}, cookie) == 403
    assert post(form, {}) == 403
    assert post(form, {"cookie": "rili_consent="}) == 403
    assert post(form, cookie | {"sec-fetch-site": "cross-site"}) == 400
    door.now_ms += 600_000
    assert post(form, cookie) == 403, "after ten minutes"


NOT_FOUND = ("invalidParameter.authCode.notFound", "不合法的临时授权码")
WRONG_PAIR = ("invalidClientIdOrSecret", "无效的clientId或者clientSecret")


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        pytest.param({"code": "0" * 32}, *NOT_FOUND, id="unknown code"),
        pytest.param({"clientSecret": "wrong"}, *WRONG_PAIR, id="wrong secret"),
        pytest.param({"clientId": "dingnobody"}, *WRONG_PAIR, id="unknown app"),
        pytest.param({"clientId": ""}, "invalidParameter", "clientId: it is missing", id="no app"),
        pytest.param(
            {"clientSecret": None}, "invalidParameter", "clientSecret: expected string, got null", id="null"
        ),
        pytest.param({"code": None}, "invalidParameter", "code: it is missing", id="no code"),
        pytest.param(
            {"grantType": "password"},
            "invalidParameter",
            "grantType: expected authorization_code or refresh_token",
            id="another grant",
        ),
        pytest.param(
            {"grantType": "refresh_token"},
            "invalidParameter",
            "refreshToken: it is missing",
            id="no refresh token",
        ),
    ],
)
def test_a_code_is_refused(door: Door, body: dict[str, Any], code: str, message: str) -> None:
    good = door.code()

    answer = door.redeem(good, **body)

    assert (answer.status, answer.json["code"], answer.json["message"]) == (400, code, message)
    assert door.redeem(good).status == 200, "what was refused spent nothing"


def test_a_code_is_good_once_and_for_five_minutes(door: Door) -> None:
    once, late, in_time = door.code(), door.code(), door.code()
    assert door.redeem(once).status == 200
    assert door.redeem(once).json["code"] == NOT_FOUND[0]

    door.now_ms += 299_999
    assert door.redeem(in_time).status == 200
    door.now_ms += 1
    assert door.redeem(late).json["code"] == NOT_FOUND[0]


def test_a_code_is_the_apps_own(door: Door) -> None:
    other, secret = door.db.write(lambda tx: add_app(tx, door.corp_id))

    answer = door.redeem(door.code(), clientId=other.app_key, clientSecret=secret)

    assert answer.json["code"] == NOT_FOUND[0]


def test_refresh_tokens_rotate_and_last_30_days(door: Door) -> None:
    first = door.redeem(door.code()).json
    second = door.refresh(first["refreshToken"]).json

    assert not set(first.values()) & set(second.values()) - {7200}
    spent = door.refresh(first["refreshToken"])
    assert (spent.status, spent.json["code"]) == (400, "invalidParameter")
    door.now_ms += 30 * 86_400_000 - 1
    third = door.refresh(second["refreshToken"])
    assert third.status == 200
    door.now_ms += 30 * 86_400_000
    assert door.refresh(third.json["refreshToken"]).status == 400


@pytest.mark.parametrize(
    "how", ["the person leaves", "another password", "no password", "a new secret", "the app goes"]
)
def test_grants_end(door: Door, how: str) -> None:
    """With what they were made for, and what opened them."""
    tokens, code, undecided = door.redeem(door.code()).json, door.code(), door.sign_in()

    def end(tx: Tx) -> None:
        match how:
            case "the person leaves":
                directory.remove_user(tx, door.corp_id, "ann", now_ms=NOW_MS)
            case "another password" | "no password":
                hashed = PASSWORD_HASH if how == "another password" else None
                directory.set_password(tx, door.corp_id, "ann", hashed)
            case "a new secret":
                register.set_app(tx, door.corp_id, door.app_key, new_secret="new" * 20)
            case _:
                register.remove_app(tx, door.corp_id, door.app_key)

    door.db.write(end)
    door.now_ms += 5000  # what PostgreSQL's processes remember (decision 38)

    secret = "new" * 20 if how == "a new secret" else door.app_secret
    assert door.redeem(code, clientSecret=secret).status == 400
    assert door.refresh(tokens["refreshToken"], clientSecret=secret).status == 400
    headers = {HEADER: tokens["accessToken"]}
    assert door.call("GET", "/v1.0/contact/users/me", headers=headers).json["code"] == "InvalidAuthentication"
    assert door.decide(undecided).status == (400 if how == "the app goes" else 403)


def test_another_password_ends_nothing_of_others(door: Door) -> None:
    bobs, apps = door.redeem(door.code("bob")).json, door.token()

    door.db.write(lambda tx: directory.set_password(tx, door.corp_id, "ann", PASSWORD_HASH))
    door.now_ms += 5000  # what PostgreSQL's processes remember (decision 38)

    me = door.call("GET", "/v1.0/contact/users/me", headers={HEADER: bobs["accessToken"]})
    ann = door.call("GET", f"/v1.0/contact/users/{door.ann.union_id}", headers=apps)
    assert (me.status, ann.status, door.refresh(bobs["refreshToken"]).status) == (200, 200, 200)


def test_a_user_token_acts_for_its_user_alone(door: Door) -> None:
    headers = {HEADER: door.redeem(door.code()).json["accessToken"]}

    def get(target: str) -> tuple[int, str | None]:
        answer = door.call("GET", target, headers=headers)
        return answer.status, answer.json.get("code")

    assert get(EVENTS.format("me")) == get(EVENTS.format(door.ann.union_id)) == (200, None)
    assert get(EVENTS.format(door.bob.union_id)) == (403, "permissionDenied")
    assert get(EVENTS.format("nobodyNobody")) == (403, "permissionDenied")
    assert get(EVENTS.format(door.bob.union_id) + "/x") == (403, "permissionDenied")
    assert get(f"/v1.0/contact/users/{door.bob.union_id}") == (403, "permissionDenied")
    old = door.call(
        "POST", f"/topapi/v2/user/get?access_token={headers[HEADER]}", json={"userid": "ann"}
    ).json
    assert (old["errcode"], old["sub_code"]) == (88, "40014")

    door.now_ms += 7_200_000
    assert get(EVENTS.format("me")) == (400, "accesstoken.expired")


@pytest.mark.parametrize(
    ("lang", "says"), [("en", "This app may not act for you."), ("zh", "该应用不能代表您操作")]
)
def test_who_is_outside_the_range_of_the_app_cannot_agree(door: Door, lang: str, says: str) -> None:
    """Nor does what they agreed to before act for them any more; who is within agrees as ever."""
    headers, code, undecided = door.headers(), door.code(), door.sign_in()
    only_bob = Range((), ("bob",))
    door.db.write(lambda tx: app_range.set_range(tx, door.corp_id, door.app_key, only_bob, now_ms=NOW_MS))
    door.now_ms += 5000  # what PostgreSQL's processes remember (decision 38)

    refused = door.sign_in(lang=lang)
    late = [headers, door.headers(code), door.headers(query_of(door.decide(undecided))["authCode"])]

    assert (refused.status, "set-cookie" in refused.headers) == (403, False)
    assert says in refused.body.decode()
    for header in late:
        asked = [
            door.call("GET", target, headers=header)
            for target in (EVENTS.format("me"), "/v1.0/contact/users/me")
        ]
        assert [one.status for one in asked] == [400, 404]
        made = door.call("POST", "/v1.0/calendar/me/calendars/primary/events", headers=header, json=DRAFT)
        assert (made.status, made.json["code"]) == (400, "permissionDeny")
    assert door.call("GET", EVENTS.format("me"), headers=door.headers(door.code("bob"))).status == 200


def test_a_user_token_may_do_what_the_app_may(door: Door) -> None:
    headers = {HEADER: door.redeem(door.code()).json["accessToken"]}
    door.grant(scopes.USER_READ)
    door.now_ms += 5000

    answer = door.call("GET", EVENTS.format("me"), headers=headers)

    assert (answer.status, answer.json["accessdenieddetail"]) == (
        403,
        {"requiredScopes": [scopes.EVENT_READ]},
    )


@pytest.mark.parametrize(
    ("points", "result"),
    [
        pytest.param([scopes.PERSONAL_BASE], {"rpc_auth": [scopes.PERSONAL_BASE]}, id="the least"),
        pytest.param(
            [scopes.PERSONAL_BASE, scopes.USER_MOBILE],
            {"Contact.User": ["mobile"], "rpc_auth": [scopes.USER_MOBILE, scopes.PERSONAL_BASE]},
            id="with the phone number",
        ),
    ],
)
def test_what_an_app_may_do_for_a_user(door: Door, points: list[str], result: dict[str, list[str]]) -> None:
    door.grant(*points)
    headers = {HEADER: door.redeem(door.code()).json["accessToken"]}

    answer = door.call("GET", "/v1.0/oauth2/authRules/user", headers=headers)

    assert {one["resource"]: one["authItems"] for one in answer.json["result"]} == result


@pytest.mark.parametrize(
    ("points", "status", "says"),
    [
        pytest.param(scopes.ALL, 400, "a user token is needed", id="an app's token"),
        pytest.param([], 403, "snsapi_base", id="no permission"),
    ],
)
def test_what_an_app_may_do_is_refused(door: Door, points: list[str], status: int, says: str) -> None:
    door.grant(*points)

    answer = door.call("GET", "/v1.0/oauth2/authRules/user", headers=door.token())

    assert (answer.status, says in answer.json["description"]) == (status, True)
