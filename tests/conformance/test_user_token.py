"""The official SDK exchanges a code, and reads the calendar of whoever agreed."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlencode, urlsplit

from alibabacloud_dingtalk.calendar_1_0 import models as calendar_models
from alibabacloud_dingtalk.contact_1_0 import models as contact_models
from alibabacloud_dingtalk.oauth2_1_0 import models as oauth2_models
from alibabacloud_tea_util.models import RuntimeOptions

from tests.conformance.clients import App, call, refused


def agree(app: App) -> str:
    """The code that the browser of the first colleague brings back, by the pages alone."""
    query = {
        "client_id": app.server.app_key,
        "redirect_uri": "http://localhost:9000/callback",
        "response_type": "code",
        "scope": "openid corpid",
        "prompt": "consent",
        "state": "7",
    }
    address = f"/oauth2/auth?{urlencode(query)}"
    kind = {"content-type": "application/x-www-form-urlencoded"}
    form = {"account": app.colleague.email, "password": app.colleague.password}
    signed_in = call(app.server.endpoint, "POST", address, kind, urlencode(form).encode())
    assert signed_in.status == 200, signed_in.body
    (proof,) = re.findall(r'name="proof" value="(\w+)"', signed_in.body.decode())
    cookie = {"cookie": signed_in.headers["set-cookie"].partition(";")[0]}
    decided = call(
        app.server.endpoint,
        "POST",
        address,
        kind | cookie,
        urlencode({"decision": "agree", "proof": proof}).encode(),
    )
    assert decided.status == 302, decided.body
    back = urlsplit(decided.headers["location"])
    assert (back.netloc, back.path) == ("localhost:9000", "/callback")
    return parse_qs(back.query)["authCode"][0]


def test_the_sdk_acts_for_a_user(app: App) -> None:
    def exchange(**given: str) -> oauth2_models.GetUserTokenResponseBody:
        request = oauth2_models.GetUserTokenRequest(
            client_id=app.server.app_key, client_secret=app.server.app_secret, **given
        )
        return app.oauth2.get_user_token(request).body

    code = agree(app)
    first = exchange(grant_type="authorization_code", code=code)
    tokens = exchange(grant_type="refresh_token", refresh_token=first.refresh_token)
    assert (tokens.corp_id, tokens.expire_in) == (app.server.corp_id, 7200)
    assert (tokens.access_token, tokens.refresh_token) != (first.access_token, first.refresh_token)
    with refused(400, "invalidParameter.authCode.notFound", message="不合法的临时授权码"):
        exchange(grant_type="authorization_code", code=code)

    contact = contact_models.GetUserHeaders(x_acs_dingtalk_access_token=tokens.access_token)
    me = app.contact.get_user_with_options("me", contact, RuntimeOptions()).body
    assert me.union_id == app.colleague.union_id

    headers = calendar_models.ListEventsHeaders(x_acs_dingtalk_access_token=tokens.access_token)
    request = calendar_models.ListEventsRequest()
    for user in ("me", app.colleague.union_id):
        app.calendar.list_events_with_options(user, "primary", request, headers, RuntimeOptions())
    with refused(403, "permissionDenied", "userId: a user token acts for its own user alone"):
        app.calendar.list_events_with_options(
            app.organizer.union_id, "primary", request, headers, RuntimeOptions()
        )
