"""Tokens of vendors' apps: every call, what it refuses, and what a token opens."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import pytest

from rili.actions import authorizations, register
from rili.model import scopes
from rili.store.db import Tx
from tests.api.vendor import HEADER, Vendor
from tests.people import KEY, NOW_MS, SharedDatabase

BAD_TOKEN = (400, "InvalidAuthentication")


@pytest.fixture
def vendor(shared_database: SharedDatabase) -> Vendor:
    return Vendor(shared_database)


def test_a_token_in_an_organisation(vendor: Vendor) -> None:
    """New each time; those of before stay good until their own end."""
    first = vendor.corp_token()
    vendor.now_ms += 3_600_000
    second = vendor.corp_token()

    assert first.json == {"expireIn": 7200, "accessToken": first.json["accessToken"]}
    tokens = [first.json["accessToken"], second.json["accessToken"]]
    assert tokens[0] != tokens[1]
    assert [vendor.sees(token, vendor.ann.union_id)[0] for token in tokens] == [200, 200]
    vendor.now_ms += 3_600_000
    assert [vendor.sees(token, vendor.ann.union_id) for token in tokens] == [BAD_TOKEN, (200, None)]


KEY_REFUSED = ("invalidSuiteKey", "suitekey不合法")
TICKET_REFUSED = ("invalidSuiteTicket", "suiteTicket无效")
ORGANISATION_REFUSED = ("invalidAuthInfo", "授权关系不存在")


@pytest.mark.parametrize(
    ("changed", "code", "message"),
    [
        pytest.param({"suiteKey": "suitenobody"}, *KEY_REFUSED, id="unknown app"),
        pytest.param({"suiteKey": "no key at all\ud7ff"}, *KEY_REFUSED, id="no key"),
        pytest.param({"suiteKey": None}, *KEY_REFUSED, id="without key"),
        pytest.param({"suiteSecret": "wrong"}, *KEY_REFUSED, id="wrong secret"),
        pytest.param({"suiteSecret": None}, *KEY_REFUSED, id="without secret"),
        pytest.param({"suiteTicket": "wrong"}, *TICKET_REFUSED, id="wrong ticket"),
        pytest.param({"suiteTicket": None}, *TICKET_REFUSED, id="without ticket"),
        pytest.param({"suiteTicket": "票"}, *TICKET_REFUSED, id="a ticket that none can be"),
        pytest.param({"authCorpId": "neighbour"}, *ORGANISATION_REFUSED, id="not authorised"),
        pytest.param({"authCorpId": "vendor"}, *ORGANISATION_REFUSED, id="the vendor's own, not authorised"),
        pytest.param({"authCorpId": "ding0"}, *ORGANISATION_REFUSED, id="unknown organisation"),
        pytest.param({"authCorpId": None}, *ORGANISATION_REFUSED, id="without organisation"),
        pytest.param({"suiteSecret": "wrong", "suiteTicket": "wrong"}, *KEY_REFUSED, id="the key first"),
        pytest.param({"suiteTicket": "wrong", "authCorpId": "ding0"}, *TICKET_REFUSED, id="the ticket next"),
        pytest.param(
            {"suiteTicket": 7}, "invalidParameter", "suiteTicket: expected string, got integer", id="a number"
        ),
    ],
)
def test_a_token_in_an_organisation_is_refused(
    vendor: Vendor, changed: dict[str, Any], code: str, message: str
) -> None:
    named = {"neighbour": vendor.neighbour, "vendor": vendor.corp_id}

    answer = vendor.corp_token(**{name: named.get(value, value) for name, value in changed.items()})

    assert (answer.status, answer.json["code"], answer.json["message"]) == (400, code, message)


def test_no_body(vendor: Vendor) -> None:
    for path in ("corpAccessToken", "suiteAccessToken"):
        answer = vendor.call("POST", f"/v1.0/oauth2/{path}")
        assert (answer.status, answer.json["code"]) == (400, "Missingbody")


def test_an_internal_app_as_a_customised_one(vendor: Vendor) -> None:
    """Any ticket does, and its own organisation alone."""
    own = {"suiteKey": vendor.apps["internal"].app_key, "suiteSecret": vendor.secrets["internal"]}

    assert vendor.corp_token(**own, authCorpId=vendor.corp_id, suiteTicket="any").status == 200
    assert vendor.corp_token(**own).json["code"] == "invalidAuthInfo"
    assert vendor.corp_token(**own, suiteTicket=None).json["code"] == "invalidSuiteTicket"


def test_a_personal_app_has_no_suite(vendor: Vendor) -> None:
    own = {"suiteKey": vendor.apps["personal"].app_key, "suiteSecret": vendor.secrets["personal"]}

    assert vendor.corp_token(**own).json["code"] == "invalidSuiteKey"


def test_two_tickets_are_good(vendor: Vendor) -> None:
    first = vendor.ticket
    vendor.set_ticket("second")
    assert [vendor.corp_token(suiteTicket=one).status for one in (first, "second")] == [200, 200]

    vendor.set_ticket("third", fixed=True)
    assert [vendor.corp_token(suiteTicket=one).status for one in (first, "second", "third")] == [
        400,
        200,
        200,
    ]


def test_get_token(vendor: Vendor) -> None:
    """The same one, extended, in each organisation another; without a ticket."""
    first = vendor.token(vendor.customer)
    vendor.now_ms += 7_199_999
    again = vendor.token(vendor.customer)
    vendor.now_ms += 7_199_999
    assert vendor.sees(first.json["access_token"], vendor.ann.union_id) == (200, None)
    vendor.now_ms += 1
    later = vendor.token(vendor.customer)
    vendor.db.write(
        lambda tx: authorizations.authorize(tx, vendor.suite_key, vendor.neighbour, None, now_ms=NOW_MS)
    )
    elsewhere = vendor.token(vendor.neighbour)

    assert first.json == again.json == {"access_token": first.json["access_token"], "expires_in": 7200}
    tokens = [one.json["access_token"] for one in (first, later, elsewhere)]
    assert len(set(tokens)) == 3
    assert [vendor.sees(token, vendor.bob.union_id) for token in tokens] == [
        BAD_TOKEN,
        (404, "invalidParameter.user.notFound"),
        (200, None),
    ]


@pytest.mark.parametrize(
    ("kind", "where", "status", "code"),
    [
        pytest.param("enterprise", "neighbour", 401, "unauthorized.client", id="not authorised"),
        pytest.param("enterprise", "corp_id", 401, "unauthorized.client", id="the vendor's own"),
        pytest.param("personal", "customer", 401, "unauthorized.client", id="personal"),
        pytest.param("personal", "corp_id", 401, "unauthorized.client", id="personal, the vendor's own"),
        pytest.param("internal", "customer", 401, "unauthorized.client", id="internal, another's"),
        pytest.param("internal", "corp_id", 200, None, id="internal, its own"),
    ],
)
def test_get_token_elsewhere(vendor: Vendor, kind: Any, where: str, status: int, code: str | None) -> None:
    answer = vendor.token(getattr(vendor, where), kind)

    assert (answer.status, answer.json.get("code")) == (status, code)


@pytest.mark.parametrize("kind", ["enterprise", "personal"])
def test_the_calls_of_internal_apps(vendor: Vendor, kind: Any) -> None:
    app_key, secret = vendor.apps[kind].app_key, vendor.secrets[kind]

    new = vendor.call("POST", "/v1.0/oauth2/accessToken", json={"appKey": app_key, "appSecret": secret})
    old = vendor.call("GET", f"/gettoken?appkey={app_key}&appsecret={secret}").json

    assert (new.status, new.json["code"]) == (400, "invalidClientIdOrSecret")
    assert f"an app of the kind {kind}" in new.json["description"]
    assert old["errcode"] == 40096


def suite_token(vendor: Vendor, **changed: str) -> Any:
    body = {"suiteKey": vendor.suite_key, "suiteSecret": vendor.suite_secret, "suiteTicket": vendor.ticket}
    return vendor.call("POST", "/v1.0/oauth2/suiteAccessToken", json=body | changed)


def sns_token(vendor: Vendor, kind: Any = "personal", secret: str | None = None) -> Any:
    app_key = vendor.apps[kind].app_key
    target = f"/sns/gettoken?appid={app_key}&appsecret={secret or vendor.secrets[kind]}"
    return vendor.call("GET", target).json


def test_an_apps_own_token_opens_nothing(vendor: Vendor) -> None:
    suite, again, sns, once_more = (
        suite_token(vendor).json,
        suite_token(vendor).json,
        sns_token(vendor),
        sns_token(vendor),
    )

    assert suite == {"expireIn": 7200, "accessToken": suite["accessToken"]}
    assert suite["accessToken"] != again["accessToken"]
    assert sns == once_more == {"access_token": sns["access_token"], "errcode": 0, "errmsg": "ok"}
    for token in (suite["accessToken"], sns["access_token"]):
        answer = vendor.call("GET", f"/v1.0/contact/users/{vendor.ann.union_id}", headers={HEADER: token})
        code = "Forbidden.AccessDenied.AccessTokenPermissionDenied"
        assert (answer.status, answer.json["code"]) == (403, code)
        assert "by itself, in no organisation" in answer.json["description"]
        assert "accessdenieddetail" not in answer.json
        old = vendor.call("POST", f"/topapi/v2/user/get?access_token={token}", json={"userid": "ann"}).json
        assert (old["errcode"], old["sub_code"]) == (88, "60011")
        assert vendor.call("GET", f"/auth/scopes?access_token={token}").json["errcode"] == 60011


@pytest.mark.parametrize(
    ("changed", "code", "message"),
    [
        pytest.param(
            {"suiteKey": "suitenobody"},
            "invalidClientIdOrSecret",
            "clientId或者clientSecret错误",
            id="unknown",
        ),
        pytest.param(
            {"suiteSecret": "wrong"},
            "invalidClientIdOrSecret",
            "clientId或者clientSecret错误",
            id="wrong secret",
        ),
        pytest.param({"suiteTicket": "wrong"}, *TICKET_REFUSED, id="wrong ticket"),
    ],
)
def test_a_suites_own_token_is_refused(
    vendor: Vendor, changed: dict[str, str], code: str, message: str
) -> None:
    answer = suite_token(vendor, **changed)

    assert (answer.status, answer.json["code"], answer.json["message"]) == (400, code, message)


def test_a_suites_own_token_is_for_suites(vendor: Vendor) -> None:
    pair = {"suiteKey": vendor.apps["internal"].app_key, "suiteSecret": vendor.secrets["internal"]}

    assert suite_token(vendor, **pair).json["code"] == "invalidClientIdOrSecret"


def test_sns_gettoken_is_refused(vendor: Vendor) -> None:
    assert sns_token(vendor, secret="wrong") == {"errcode": 40001, "errmsg": "不合法的appid或appsecret"}
    assert sns_token(vendor, kind="enterprise")["errcode"] == 40001
    assert vendor.call("GET", "/sns/gettoken").json == {"errcode": 40035, "errmsg": "缺少参数 appid"}
    assert vendor.call("GET", "/sns/gettoken?appid=%00").json["errcode"] == 40035


def signature_of(secret: str, timestamp: str, ticket: str) -> str:
    """As the vendor's page says it, apart from ours."""
    return b64encode(hmac.new(secret.encode(), f"{timestamp}\n{ticket}".encode(), sha256).digest()).decode()


def signed(
    vendor: Vendor, *, raw: bool = False, form: bool = False, secret: str | None = None, **changed: str
) -> Any:
    """get_corp_token; *changed* are parameters, and `auth_corpid`. *raw*: a + stays as it is, as some write it."""
    timestamp, ticket = (
        changed.get("timestamp", str(vendor.now_ms)),
        changed.get("suiteTicket", vendor.ticket),
    )
    query = {
        "accessKey": vendor.suite_key,
        "timestamp": timestamp,
        "suiteTicket": ticket,
        "signature": signature_of(secret or vendor.suite_secret, timestamp, ticket),
    } | {name: value for name, value in changed.items() if name != "auth_corpid"}
    safe = "+" if raw else ""
    target = "/service/get_corp_token?" + "&".join(
        f"{name}={quote(value, safe=safe)}" for name, value in query.items()
    )
    body = {"auth_corpid": changed.get("auth_corpid", vendor.customer)}
    answer = vendor.call("POST", target, **({"form": body} if form else {"json": body}))
    assert answer.status == 200
    return answer.json


@pytest.mark.parametrize("form", [False, True], ids=["JSON", "form"])
def test_a_signed_token(vendor: Vendor, *, form: bool) -> None:
    first, second = signed(vendor, form=form), signed(vendor, form=form)

    assert first == {"access_token": first["access_token"], "expires_in": 7200, "errcode": 0, "errmsg": "ok"}
    assert first["access_token"] != second["access_token"]
    for token in (first["access_token"], second["access_token"]):
        assert vendor.sees(token, vendor.ann.union_id) == (200, None)


def test_a_signature_with_a_bare_plus(vendor: Vendor) -> None:
    stamps = (str(vendor.now_ms + offset) for offset in range(1000))
    timestamp = next(one for one in stamps if "+" in signature_of(vendor.suite_secret, one, vendor.ticket))

    assert signed(vendor, raw=True, timestamp=timestamp)["errcode"] == 0


MINUTE_MS = 60_000


@pytest.mark.parametrize(
    ("changed", "errcode"),
    [
        pytest.param({"timestamp": "now"}, 853001, id="timestamp is no number"),
        pytest.param({"timestamp": ""}, 853001, id="no timestamp"),
        pytest.param({"timestamp": "²"}, 853001, id="timestamp of another script"),
        pytest.param({"timestamp": "9" * 5000}, 853001, id="a long timestamp"),
        pytest.param({"timestamp": str(NOW_MS // 1000)}, 853002, id="timestamp in seconds"),
        pytest.param({"timestamp": str(NOW_MS - MINUTE_MS - 1)}, 853002, id="too old"),
        pytest.param({"timestamp": str(NOW_MS + MINUTE_MS + 1)}, 853002, id="too new"),
        pytest.param({"timestamp": str(NOW_MS - MINUTE_MS)}, 0, id="just old enough"),
        pytest.param({"timestamp": str(NOW_MS + MINUTE_MS)}, 0, id="just new enough"),
        pytest.param({"accessKey": "suitenobody"}, 853003, id="unknown app"),
        pytest.param({"accessKey": "INTERNAL"}, 853003, id="an internal app"),
        pytest.param({"accessKey": ""}, 853003, id="no app"),
        pytest.param({"signature": "wrong"}, 853004, id="wrong signature"),
        pytest.param({"signature": ""}, 853004, id="no signature"),
        pytest.param({"signature": "签名"}, 853004, id="no Base64"),
        pytest.param({"suiteTicket": "wrong"}, 40085, id="a wrong ticket, rightly signed"),
        pytest.param({"auth_corpid": "ding0"}, 43007, id="an organisation that did not authorise"),
        pytest.param({"auth_corpid": ""}, 40035, id="no organisation"),
        pytest.param({"auth_corpid": "\0"}, 40035, id="NUL"),
        pytest.param({"accessKey": "\0"}, 40035, id="NUL in the query"),
    ],
)
def test_a_signed_token_is_refused(vendor: Vendor, changed: dict[str, str], errcode: int) -> None:
    named = {"INTERNAL": vendor.apps["internal"].app_key}

    answer = signed(vendor, **{name: named.get(value, value) for name, value in changed.items()})

    assert (answer["errcode"], "access_token" in answer) == (errcode, errcode == 0)


def test_another_secret_signs_in_vain(vendor: Vendor) -> None:
    assert signed(vendor, secret="another" * 8)["errcode"] == 853004


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"auth_corpid": 7}'])
def test_a_signed_token_without_an_organisation(vendor: Vendor, body: bytes) -> None:
    stamp = str(vendor.now_ms)
    signature = quote(signature_of(vendor.suite_secret, stamp, vendor.ticket), safe="")
    query = (
        f"accessKey={vendor.suite_key}&timestamp={stamp}&suiteTicket={vendor.ticket}&signature={signature}"
    )
    headers = {"content-type": "application/json"}

    answer = vendor.call("POST", f"/service/get_corp_token?{query}", raw=body, headers=headers)

    assert (answer.status, answer.json["errcode"] in (40035, 400002)) == (200, True)


def test_a_signed_token_with_a_body_too_large(vendor: Vendor) -> None:
    target = f"/service/get_corp_token?timestamp={vendor.now_ms}"

    assert vendor.call("POST", target, raw=b" " * (1024 * 1024 + 1)).status == 413


def withdraw(vendor: Vendor) -> Callable[[Tx], None]:
    return lambda tx: authorizations.withdraw(tx, vendor.suite_key, vendor.customer, now_ms=NOW_MS)


def renew_secret(vendor: Vendor) -> Callable[[Tx], object]:
    return lambda tx: register.set_app(tx, vendor.corp_id, vendor.suite_key, new_secret="new" * 20, key=KEY)


def remove(vendor: Vendor) -> Callable[[Tx], None]:
    return lambda tx: register.remove_app(tx, vendor.corp_id, vendor.suite_key)


@pytest.mark.parametrize("end", [withdraw, renew_secret, remove])
def test_tokens_end(vendor: Vendor, end: Callable[[Vendor], Callable[[Tx], object]]) -> None:
    tokens = [
        vendor.corp_token().json["accessToken"],
        vendor.token(vendor.customer).json["access_token"],
        signed(vendor)["access_token"],
    ]

    vendor.db.write(end(vendor))
    vendor.now_ms += 5000  # what PostgreSQL's processes remember (decision 38)

    assert [vendor.sees(token, vendor.ann.union_id) for token in tokens] == [BAD_TOKEN] * 3
    assert vendor.corp_token().status == 400
    assert vendor.token(vendor.customer).status in (400, 401)
    assert signed(vendor)["errcode"] != 0


def test_a_withdrawal_is_for_one_organisation(vendor: Vendor) -> None:
    """And authorising again brings no token back."""

    def authorize(corp_id: str) -> None:
        vendor.db.write(
            lambda tx: authorizations.authorize(tx, vendor.suite_key, corp_id, None, now_ms=NOW_MS)
        )

    authorize(vendor.neighbour)
    here = vendor.token(vendor.customer).json["access_token"]
    there = vendor.token(vendor.neighbour).json["access_token"]
    vendor.db.write(withdraw(vendor))
    authorize(vendor.customer)
    vendor.now_ms += 5000

    assert vendor.sees(there, vendor.bob.union_id) == (200, None)
    assert vendor.sees(here, vendor.ann.union_id) == BAD_TOKEN
    assert vendor.token(vendor.customer).json["access_token"] != here


def test_a_new_secret_signs_from_now_on(vendor: Vendor) -> None:
    vendor.db.write(renew_secret(vendor))
    vendor.secrets["enterprise"] = "new" * 20

    assert signed(vendor)["errcode"] == 0
    assert vendor.corp_token().status == vendor.token(vendor.customer).status == 200


def test_what_both_the_vendor_and_the_organisation_gave(vendor: Vendor) -> None:
    def points(own: frozenset[str], there: list[str] | None) -> set[str]:
        def give(tx: Tx) -> None:
            register.grant(tx, vendor.corp_id, vendor.suite_key, own, only=True)
            if there is not None:
                authorizations.authorize(tx, vendor.suite_key, vendor.customer, there, now_ms=NOW_MS)

        vendor.db.write(give)
        vendor.now_ms += 5000
        token = vendor.token(vendor.customer).json["access_token"]
        asked = {
            scopes.USER_READ: f"/v1.0/contact/users/{vendor.ann.union_id}",
            scopes.EVENT_READ: f"/v1.0/calendar/users/{vendor.ann.union_id}/calendars/primary/events",
        }
        return {
            scope
            for scope, target in asked.items()
            if vendor.call("GET", target, headers={HEADER: token}).status == 200
        }

    both = frozenset({scopes.USER_READ, scopes.EVENT_READ})
    assert points(both, [scopes.EVENT_READ]) == {scopes.EVENT_READ}
    assert points(both, [scopes.EVENT_READ, scopes.USER_READ]) == both
    assert points(frozenset({scopes.USER_READ}), None) == {scopes.USER_READ}, "the vendor took one back"
    assert points(frozenset({scopes.USER_READ}), [scopes.USER_READ]) == {scopes.USER_READ}
    assert points(both, None) == {scopes.USER_READ}, "and gives it again, which the organisation did not"


@pytest.mark.parametrize("secret_key", [None, "0f" * 32], ids=["no key", "another key"])
def test_a_server_without_the_key(shared_database: SharedDatabase, secret_key: str | None) -> None:
    """What needs it is 503, and tells its caller nothing; GetToken does not."""
    vendor = Vendor(shared_database, secret_key=secret_key)

    refused = [vendor.corp_token(), suite_token(vendor)]

    for answer in refused:
        assert (answer.status, answer.json["code"], "description" in answer.json) == (
            503,
            "system.busy",
            False,
        )
    assert signed(vendor)["errcode"] == -1
    assert vendor.token(vendor.customer).status == 200


def test_no_secret_is_stored(vendor: Vendor) -> None:
    """Decision 25: neither the suiteSecret nor a ticket, of now or before, is in any table in clear."""
    first = vendor.ticket
    vendor.set_ticket("the-fixed-ticket", fixed=True)
    made = [first, "the-fixed-ticket", *vendor.secrets.values()]
    made += [vendor.corp_token().json["accessToken"], signed(vendor, suiteTicket=first)["access_token"]]
    made += [suite_token(vendor, suiteTicket=first).json["accessToken"], sns_token(vendor)["access_token"]]

    def rows(tx: Tx) -> str:
        tables = ("apps", "suites", "authorizations", "tokens", "grants", "facts", "outbox", "idempotency")
        return "\n".join(str(row) for table in tables for row in tx.all(f"SELECT * FROM {table}"))

    stored = vendor.db.read(rows)
    assert vendor.suite_key in stored
    assert [secret for secret in made if secret in stored] == []
