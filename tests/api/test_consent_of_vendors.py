"""People let a vendor's app act for them: of which organisation they are, they say."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlencode

import pytest

from rili.actions import authorizations, directory, register, user_tokens
from rili.auth.passwords import hash_password
from rili.model import scopes
from rili.model.app_kinds import AppKind
from rili.model.directory import OrganisationChange
from rili.model.ids import opaque_id
from rili.store.db import Tx
from tests.api.test_consent import CALLBACK, cookie_of, proof_of, query_of
from tests.api.vendor import HEADER, Vendor
from tests.asgi import Answered
from tests.people import NOW_MS, SharedDatabase

PASSWORD = "correct horse battery"
PASSWORD_HASH = hash_password(PASSWORD)
EVENTS = "/v1.0/calendar/users/{}/calendars/primary/events"


class Door(Vendor):
    """The vendor's, whose apps have a redirect address; ann and bob have passwords, their organisations names."""

    def __init__(self, db: SharedDatabase) -> None:
        super().__init__(db)

        def prepare(tx: Tx) -> None:
            for app in self.apps.values():
                register.set_app(tx, self.corp_id, app.app_key, redirects=[CALLBACK])
            tx.run("DELETE FROM password_tries")  # every test comes from one address
            for corp_id, userid in ((self.customer, "ann"), (self.neighbour, "bob")):
                register.set_organisation(
                    tx, corp_id, OrganisationChange(name=self.name_of(corp_id)), now_ms=NOW_MS
                )
                directory.set_password(tx, corp_id, userid, PASSWORD_HASH)

        db.write(prepare)

    def name_of(self, corp_id: str) -> str:
        return f"公司 {corp_id[4:16]}"

    def authorize(self, corp_id: str) -> None:
        self.db.write(lambda tx: authorizations.authorize(tx, self.suite_key, corp_id, None, now_ms=NOW_MS))

    def address(self, kind: AppKind, **more: str) -> str:
        query = {
            "client_id": self.apps[kind].app_key, "redirect_uri": CALLBACK, "response_type": "code",
            "scope": "openid corpid", "prompt": "consent", "lang": "en",
        }  # fmt: skip
        return f"/oauth2/auth?{urlencode(query | more)}"

    def sign_in(self, kind: AppKind, account: str, organisation: str | None = None, **more: str) -> Answered:
        form = {"account": account, "password": PASSWORD}
        if organisation is not None:
            form["organisation"] = organisation
        return self.call("POST", self.address(kind, **more), form=form)

    def tokens(self, kind: AppKind, signed_in: Answered, **more: str) -> dict[str, Any]:
        """From the page of consent to the tokens."""
        assert signed_in.status == 200, signed_in.body.decode()
        form, cookie = {"decision": "agree", "proof": proof_of(signed_in)}, {"cookie": cookie_of(signed_in)}
        decided = self.call("POST", self.address(kind, **more), form=form, headers=cookie)
        return self.redeem(kind, query_of(decided)["authCode"]).json

    def redeem(self, kind: AppKind, code: str) -> Answered:
        body = {
            "clientId": self.apps[kind].app_key, "clientSecret": self.secrets[kind],
            "grantType": "authorization_code", "code": code,
        }  # fmt: skip
        return self.call("POST", "/v1.0/oauth2/userAccessToken", json=body)

    def status(self, token: str, union_id: str) -> int:
        return self.call("GET", EVENTS.format(union_id), headers={HEADER: token}).status


@pytest.fixture
def door(shared_database: SharedDatabase) -> Door:
    return Door(shared_database)


@pytest.mark.parametrize("how", ["id", "name", "query"])
def test_a_personal_app_acts_for_people_of_any_organisation(door: Door, how: str) -> None:
    for corp_id, user in ((door.customer, door.ann), (door.neighbour, door.bob)):
        more = {"corpId": corp_id} if how == "query" else {}
        said = {"id": corp_id, "name": f" {door.name_of(corp_id)} ", "query": None}[how]
        page = door.call("GET", door.address("personal", **more)).body.decode()
        assert ('name="organisation"' in page) == (how != "query")
        signed_in = door.sign_in("personal", user.userid, said, **more)
        assert door.name_of(corp_id) in signed_in.body.decode()
        tokens = door.tokens("personal", signed_in, **more)

        assert tokens["corpId"] == corp_id
        assert (
            door.status(tokens["accessToken"], "me")
            == door.status(tokens["accessToken"], user.union_id)
            == 200
        )
    assert door.status(tokens["accessToken"], door.ann.union_id) == 403


def test_an_enterprise_app_acts_for_people_where_it_is_authorised(door: Door) -> None:
    """With one organisation nobody is asked; with two they are. What was agreed to ends with the authorisation."""
    page = door.call("GET", door.address("enterprise")).body.decode()
    assert 'name="organisation"' not in page
    assert door.name_of(door.customer) in page
    ann = door.tokens("enterprise", door.sign_in("enterprise", "ann"))
    door.authorize(door.neighbour)
    assert 'name="organisation"' in door.call("GET", door.address("enterprise")).body.decode()
    bob = door.tokens("enterprise", door.sign_in("enterprise", "bob", door.neighbour))
    assert [door.status(one["accessToken"], "me") for one in (ann, bob)] == [200, 200]

    unfinished = door.sign_in("enterprise", "ann", door.customer)
    door.db.write(lambda tx: authorizations.withdraw(tx, door.suite_key, door.customer, now_ms=NOW_MS))
    door.now_ms += 5000  # what PostgreSQL's processes remember (decision 38)

    assert [door.status(one["accessToken"], "me") for one in (ann, bob)] == [400, 200]
    form = {"decision": "agree", "proof": proof_of(unfinished)}
    late = door.call("POST", door.address("enterprise"), form=form, headers={"cookie": cookie_of(unfinished)})
    assert late.status == 403
    pair = {"clientId": door.suite_key, "clientSecret": door.suite_secret, "grantType": "refresh_token"}
    for tokens, status in ((ann, 400), (bob, 200)):
        body = pair | {"refreshToken": tokens["refreshToken"]}
        assert door.call("POST", "/v1.0/oauth2/userAccessToken", json=body).status == status


@pytest.mark.parametrize(
    ("kind", "account", "organisation"),
    [
        pytest.param("personal", "ann", "neighbour", id="another organisation"),
        pytest.param("personal", "ann", "nothing", id="no organisation"),
        pytest.param("personal", "ann", "", id="an empty one"),
        pytest.param("personal", "ann", None, id="not said"),
        pytest.param("enterprise", "bob", "neighbour", id="not authorised"),
    ],
)
def test_a_wrong_organisation_looks_like_a_wrong_password(
    door: Door, kind: AppKind, account: str, organisation: str | None
) -> None:
    """Also one that is there; so nobody learns which are."""
    if kind == "enterprise":
        door.authorize(door.corp_id)  # a second one, so that the page asks
    answer = door.sign_in(kind, account, door.neighbour if organisation == "neighbour" else organisation)

    assert (answer.status, "set-cookie" in answer.headers) == (403, False)
    assert "Wrong organisation, account or password." in answer.body.decode()


def test_two_organisations_of_one_name_need_the_id(door: Door) -> None:
    def rename(tx: Tx) -> None:
        change = OrganisationChange(name=door.name_of(door.customer))
        register.set_organisation(tx, door.neighbour, change, now_ms=NOW_MS)

    door.db.write(rename)

    assert door.sign_in("personal", "ann", door.name_of(door.customer)).status == 403
    assert door.sign_in("personal", "ann", door.customer).status == 200


@pytest.mark.parametrize(
    ("kind", "corp_id"),
    [
        pytest.param("enterprise", "neighbour", id="not authorised"),
        pytest.param("enterprise", "corp_id", id="the vendor's own"),
        pytest.param("personal", "nothing", id="unknown"),
        pytest.param("internal", "customer", id="another's"),
    ],
)
def test_a_link_for_another_organisation(door: Door, kind: AppKind, corp_id: str) -> None:
    answer = door.call("GET", door.address(kind, corpId=getattr(door, corp_id, corp_id)))

    assert (answer.status, "corpId: " in answer.body.decode()) == (400, True)


def test_the_name_of_an_organisation_is_no_id(door: Door) -> None:
    answer = door.call("GET", door.address("personal", corpId=door.name_of(door.customer)))

    assert answer.status == 400


def test_the_page_says_what_the_organisation_allowed(door: Door) -> None:
    def only(tx: Tx) -> None:
        points = [scopes.EVENT_READ]
        authorizations.authorize(tx, door.suite_key, door.customer, points, now_ms=NOW_MS)

    door.db.write(only)

    page = door.sign_in("enterprise", "ann").body.decode()

    assert "See your calendar" in page
    assert "Create, change and delete events" not in page


def test_what_changed_while_a_password_was_checked(door: Door) -> None:
    """The check takes time, and outside of the transaction: another password, or a withdrawal, in between counts."""

    def enter(password_hash: str) -> bool:
        app = door.apps["enterprise"]
        return door.db.write(
            lambda tx: user_tokens.begin_consent(
                tx,
                door.ann,
                password_hash,
                app,
                with_corp=True,
                new_secret=opaque_id(os.urandom),
                now_ms=NOW_MS,
            )
        )

    assert enter(PASSWORD_HASH)
    assert not enter(PASSWORD_HASH[::-1])
    door.db.write(lambda tx: authorizations.withdraw(tx, door.suite_key, door.customer, now_ms=NOW_MS))
    assert not enter(PASSWORD_HASH)
