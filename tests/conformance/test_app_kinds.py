"""The official SDK as each kind of app: how it gets its tokens, and what it does with events."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from alibabacloud_dingtalk.calendar_1_0 import models as calendar_models
from alibabacloud_dingtalk.oauth2_1_0 import models as oauth2_models
from alibabacloud_tea_util.models import RuntimeOptions

from rili.actions import authorizations, user_tokens
from rili.actions.register import find_app
from rili.api.router import Route
from rili.store.db import Tx
from tests.conformance.clients import HOUR, App, model, refused
from tests.conformance.firm import Firm
from tests.conformance.stored import where_stored
from tests.conformance.test_two_organisations import WALKED, ids_and_names, request_of, told
from tests.conformance.vendor import Vendor, make_vendor
from tests.people import SharedDatabase


@pytest.fixture
def vendor(app: App, database: SharedDatabase) -> Vendor:
    return make_vendor(app, database)


def corp_token(app: App, vendor: Vendor, corp_id: str | None = None) -> str:
    request = oauth2_models.GetCorpAccessTokenRequest(
        suite_key=vendor.enterprise.app_key,
        suite_secret=vendor.suite_secret,
        auth_corp_id=corp_id or app.server.corp_id,
        suite_ticket=vendor.ticket,
    )
    body = app.oauth2.get_corp_access_token(request).body
    assert body.expire_in == 7200
    token: str = body.access_token
    return token


def token_there(app: App, app_key: str, secret: str, corp_id: str) -> str:
    request = oauth2_models.GetTokenRequest(
        client_id=app_key, client_secret=secret, grant_type="client_credentials"
    )
    body = app.oauth2.get_token(corp_id, request).body
    assert body.expires_in == 7200
    token: str = body.access_token
    return token


def user_token(
    app: App, database: SharedDatabase, app_key: str, secret: str, account: str, corp_id: str | None = None
) -> str:
    """What the SDK gets for the code of somebody who agreed, which `test_consent_of_vendors.py` gets from the pages."""
    code, now_ms = os.urandom(16).hex(), app.server.clock()

    def agree(tx: Tx) -> None:
        found = user_tokens.find_person(tx, corp_id or app.server.corp_id, account)
        assert found
        assert user_tokens.begin_consent(
            tx, *found, find_app(tx, app_key), with_corp=True, new_secret=f"x{code}", now_ms=now_ms
        )
        assert user_tokens.agree(tx, f"x{code}", app_key, with_corp=True, new_code=code, now_ms=now_ms)

    database.write(agree)
    request = oauth2_models.GetUserTokenRequest(
        client_id=app_key, client_secret=secret, grant_type="authorization_code", code=code
    )
    body = app.oauth2.get_user_token(request).body
    assert (body.corp_id, body.expire_in) == (corp_id or app.server.corp_id, 7200)
    token: str = body.access_token
    return token


def enterprise_by_ticket(app: App, vendor: Vendor, database: SharedDatabase) -> str:
    return corp_token(app, vendor)


def enterprise_without(app: App, vendor: Vendor, database: SharedDatabase) -> str:
    return token_there(app, vendor.enterprise.app_key, vendor.suite_secret, app.server.corp_id)


def enterprise_for_a_person(app: App, vendor: Vendor, database: SharedDatabase) -> str:
    email = app.organizer.email
    return user_token(app, database, vendor.enterprise.app_key, vendor.suite_secret, email)


def personal(app: App, vendor: Vendor, database: SharedDatabase) -> str:
    return user_token(app, database, vendor.personal.app_key, vendor.app_secret, app.organizer.email)


def internal(app: App, vendor: Vendor, database: SharedDatabase) -> str:
    return token_there(app, app.server.app_key, app.server.app_secret, app.server.corp_id)


SignIn = Callable[[App, Vendor, SharedDatabase], str]


@pytest.mark.parametrize(
    "sign_in", [internal, enterprise_by_ticket, enterprise_without, enterprise_for_a_person, personal]
)
def test_events(app: App, vendor: Vendor, database: SharedDatabase, sign_in: SignIn) -> None:
    """Made, changed, read, listed and deleted by the SDK, whatever the kind of app."""
    token = sign_in(app, vendor, database)
    user, options = app.organizer.union_id, RuntimeOptions()

    def headers(kind: Any) -> Any:
        return kind(x_acs_dingtalk_access_token=token)

    made = app.calendar.create_event_with_options(
        user, "primary", model(calendar_models.CreateEventRequest, HOUR),
        headers(calendar_models.CreateEventHeaders), options,
    ).body  # fmt: skip
    app.calendar.patch_event_with_options(
        user, "primary", made.id, calendar_models.PatchEventRequest(id=made.id, summary="Moved"),
        headers(calendar_models.PatchEventHeaders), options,
    )  # fmt: skip
    read = app.calendar.get_event_with_options(
        user, "primary", made.id, calendar_models.GetEventRequest(),
        headers(calendar_models.GetEventHeaders), options,
    ).body  # fmt: skip
    listed = app.calendar.list_events_with_options(
        user, "primary", calendar_models.ListEventsRequest(time_min="2026-03-10T00:00:00Z"),
        headers(calendar_models.ListEventsHeaders), options,
    ).body  # fmt: skip
    app.calendar.delete_event_with_options(
        user, "primary", made.id, calendar_models.DeleteEventRequest(),
        headers(calendar_models.DeleteEventHeaders), options,
    )  # fmt: skip

    assert (read.summary, read.organizer.id) == ("Moved", user)
    assert made.id in [one.id for one in listed.events]
    assert app.get(made.id).status == 404


def test_refusals_of_tokens(app: App, vendor: Vendor) -> None:
    """As the SDK raises them."""
    vendors = vendor._replace(ticket="wrong")
    with refused(400, "invalidSuiteTicket", message="suiteTicket无效"):
        corp_token(app, vendors)
    with refused(400, "invalidSuiteKey", message="suitekey不合法"):
        corp_token(app, vendor._replace(suite_secret="wrong"))
    with refused(400, "invalidAuthInfo", "rili app authorize", message="授权关系不存在"):
        corp_token(app, vendor, vendor.elsewhere)
    with refused(401, "unauthorized.client", message="unauthorized.client"):
        token_there(app, vendor.enterprise.app_key, vendor.suite_secret, vendor.elsewhere)
    with refused(400, "invalid.client", message="invalid.client"):
        token_there(app, vendor.enterprise.app_key, "wrong", app.server.corp_id)
    request = oauth2_models.GetAccessTokenRequest(
        app_key=vendor.enterprise.app_key, app_secret=vendor.suite_secret
    )
    with refused(400, "invalidClientIdOrSecret", "not an internal one"):
        app.oauth2.get_access_token(request)


def test_a_suites_own_token(app: App, vendor: Vendor) -> None:
    def get(ticket: str) -> Any:
        request = oauth2_models.GetSuiteAccessTokenRequest(
            suite_key=vendor.enterprise.app_key, suite_secret=vendor.suite_secret, suite_ticket=ticket
        )
        return app.oauth2.get_suite_access_token(request).body

    body = get(vendor.ticket)
    app.token = body.access_token

    assert body.expire_in == 7200
    with refused(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", "by itself, in no organisation"):
        app.list_events()
    with refused(400, "invalidSuiteTicket", message="suiteTicket无效"):
        get("wrong")


def test_withdrawn(app: App, vendor: Vendor, database: SharedDatabase) -> None:
    """Its tokens end, its people's too; nothing of the organisation is reached any more."""
    held = [
        enterprise_by_ticket(app, vendor, database),
        enterprise_without(app, vendor, database),
        enterprise_for_a_person(app, vendor, database),
    ]
    others = [internal(app, vendor, database), personal(app, vendor, database)]

    database.write(
        lambda tx: authorizations.withdraw(
            tx, vendor.enterprise.app_key, app.server.corp_id, now_ms=app.server.clock()
        )
    )
    app.server.clock.advance(seconds=5)  # what PostgreSQL's processes remember (decision 38)

    for token in held:
        app.token = token
        with refused(400, "InvalidAuthentication", message="不合法的access_token"):
            app.list_events()
    for token in others:
        app.token = token
        app.list_events()
    with refused(400, "invalidAuthInfo"):
        corp_token(app, vendor)


@pytest.mark.parametrize("route", [pytest.param(route, id=route.name) for route in WALKED])
def test_authorised_elsewhere(app: App, vendor: Vendor, database: SharedDatabase, route: Route) -> None:
    """An enterprise app whose token is another organisation's learns nothing of ours, and changes nothing, although it
    is authorised here too.
    """
    ours, now_ms = Firm(app.server, database, "ours"), app.server.clock()
    for corp_id in (vendor.elsewhere, ours.corp_id):
        database.write(
            lambda tx, corp_id=corp_id: authorizations.authorize(
                tx, vendor.enterprise.app_key, corp_id, None, now_ms=now_ms
            )
        )
    app.server.deliver()  # that it was authorised
    token = corp_token(app, vendor, vendor.elsewhere)
    event_id = ours.create(summary="Ours alone")
    method, target, body = request_of(route, ours, ours.ids(event_id, route.path))
    before = ours.rows()

    reply = ours.send(method, target, body, token=token)

    assert reply.status < 500
    assert [one for one in ids_and_names(ours, event_id) if one in told(reply)] == []
    assert ours.rows() == before


def test_no_secret_of_a_vendor_is_stored(app: App, vendor: Vendor, database: SharedDatabase) -> None:
    """Decision 25: `test_no_secret.py` has the secrets of an organisation's own apps and people."""
    assert app.server.secret_key
    secrets = [
        vendor.suite_secret,
        vendor.app_secret,
        vendor.ticket,
        enterprise_by_ticket(app, vendor, database),
        enterprise_without(app, vendor, database),
        personal(app, vendor, database),
        app.server.secret_key,
    ]

    stored = where_stored(app.server.database, [*secrets, vendor.enterprise.app_key])

    assert ("apps.app_key", vendor.enterprise.app_key) in stored, "what is there is found"
    assert [place for place, text in sorted(stored) if text in secrets] == []
