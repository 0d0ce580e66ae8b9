"""getuserinfo: who opened an app, by a code that is good once."""

from __future__ import annotations

import os
from typing import Any

import pytest

from rili.actions import authorizations, directory, login_codes
from rili.errors import Failure
from rili.model.app_kinds import AppKind
from tests.api.test_app_kinds import token_of
from tests.api.vendor import Vendor
from tests.people import NOW_MS, SharedDatabase, add_user

UNKNOWN = (40078, "不存在的临时授权码")


@pytest.fixture
def vendor(shared_database: SharedDatabase) -> Vendor:
    return Vendor(shared_database)


def make(vendor: Vendor, userid: str, corp_id: str, kind: AppKind = "enterprise") -> str:
    code = os.urandom(16).hex()
    vendor.db.write(
        lambda tx: login_codes.make(
            tx, corp_id, userid, vendor.apps[kind].app_key, new_code=code, now_ms=vendor.now_ms
        )
    )
    return code


def redeem(vendor: Vendor, code: str, token: str, **sent: Any) -> Any:
    body = sent or {"json": {"code": code}}
    return vendor.call("POST", f"/topapi/v2/user/getuserinfo?access_token={token}", **body).json


def refusal(answer: Any) -> tuple[int, str]:
    assert "result" not in answer
    return answer["errcode"], answer["errmsg"]


def test_who_opened_the_app(vendor: Vendor) -> None:
    token, code = token_of(vendor, "enterprise"), make(vendor, "ann", vendor.customer)

    answer = redeem(vendor, code, token)

    assert (answer["errcode"], answer["errmsg"]) == (0, "ok")
    assert answer["result"] == {
        "userid": "ann", "unionid": vendor.ann.union_id, "name": "安", "sys": False, "sys_level": 0,
        "associated_unionid": "", "device_id": "",
    }  # fmt: skip
    assert refusal(redeem(vendor, code, token)) == UNKNOWN


def test_an_administrator_opened_an_internal_app(vendor: Vendor) -> None:
    vendor.db.write(lambda tx: add_user(tx, vendor.corp_id, "boss", admin=True))
    code = make(vendor, "boss", vendor.corp_id, "internal")

    result = redeem(vendor, code, token_of(vendor, "internal"), form={"code": code})["result"]

    assert (result["userid"], result["sys"], result["sys_level"]) == ("boss", True, 1)


def test_a_code_is_good_for_five_minutes(vendor: Vendor) -> None:
    early, late = make(vendor, "ann", vendor.customer), make(vendor, "ann", vendor.customer)
    token = token_of(vendor, "enterprise")

    vendor.now_ms += 299_999
    assert redeem(vendor, early, token)["errcode"] == 0
    vendor.now_ms += 1
    assert refusal(redeem(vendor, late, token)) == UNKNOWN


def test_a_code_is_of_one_app_and_one_organisation(vendor: Vendor) -> None:
    """Another spends it in vain, and it stays good."""
    vendor.db.write(
        lambda tx: authorizations.authorize(tx, vendor.suite_key, vendor.neighbour, None, now_ms=NOW_MS)
    )
    code = make(vendor, "ann", vendor.customer)
    elsewhere = vendor.token(vendor.neighbour).json["access_token"]

    assert refusal(redeem(vendor, code, token_of(vendor, "internal"))) == UNKNOWN
    assert refusal(redeem(vendor, code, elsewhere)) == UNKNOWN
    assert redeem(vendor, code, token_of(vendor, "enterprise"))["result"]["userid"] == "ann"


@pytest.mark.parametrize(
    ("sent", "errcode"),
    [
        pytest.param({"json": {"code": "0" * 32}}, 40078, id="unknown"),
        pytest.param({"json": {"code": "\ud7ff码"}}, 40078, id="what no code can be"),
        pytest.param({"json": {"code": ""}}, 400002, id="empty"),
        pytest.param({"json": {}}, 400002, id="none"),
        pytest.param({"json": {"code": 7}}, 400002, id="a number"),
    ],
)
def test_a_code_is_refused(vendor: Vendor, sent: Any, errcode: int) -> None:
    assert refusal(redeem(vendor, "", token_of(vendor, "enterprise"), **sent))[0] == errcode


def test_a_code_ends_with_the_authorisation_and_with_the_person(vendor: Vendor) -> None:
    token = token_of(vendor, "enterprise")
    withdrawn = make(vendor, "ann", vendor.customer)

    def again(tx: Any) -> None:
        authorizations.withdraw(tx, vendor.suite_key, vendor.customer, now_ms=NOW_MS)
        authorizations.authorize(tx, vendor.suite_key, vendor.customer, None, now_ms=NOW_MS)

    vendor.db.write(again)
    token = token_of(vendor, "enterprise")
    assert refusal(redeem(vendor, withdrawn, token)) == UNKNOWN
    left = make(vendor, "ann", vendor.customer)
    vendor.db.write(lambda tx: directory.remove_user(tx, vendor.customer, "ann", now_ms=NOW_MS))
    assert refusal(redeem(vendor, left, token)) == UNKNOWN


@pytest.mark.parametrize(
    ("userid", "where", "kind", "says"),
    [
        pytest.param("bob", "neighbour", "enterprise", "does not act in", id="not authorised"),
        pytest.param("ann", "customer", "internal", "does not act in", id="another's internal app"),
        pytest.param("ann", "customer", "personal", "does not act in", id="a personal app"),
        pytest.param("nobody", "customer", "enterprise", "has no user nobody", id="nobody"),
    ],
)
def test_a_code_that_is_not_made(vendor: Vendor, userid: str, where: str, kind: AppKind, says: str) -> None:
    with pytest.raises(Failure) as refused:
        make(vendor, userid, getattr(vendor, where), kind)

    assert says in (refused.value.description or refused.value.message)
