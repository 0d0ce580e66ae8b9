"""An event's life through the vendor's SDK, by its sync and its async methods."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Protocol
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from alibabacloud_dingtalk.calendar_1_0 import models
from alibabacloud_dingtalk.contact_1_0 import models as contact_models
from alibabacloud_dingtalk.oauth2_1_0 import models as oauth2_models
from alibabacloud_tea_util.models import RuntimeOptions

from tests.conformance.clients import HOUR, App, model


class Caller(Protocol):
    def __call__(self, client: Any, method: str, *arguments: object) -> Any: ...


def sync(client: Any, method: str, *arguments: object) -> Any:
    return getattr(client, method)(*arguments, RuntimeOptions())


def asynchronous(client: Any, method: str, *arguments: object) -> Any:
    return asyncio.run(getattr(client, f"{method}_async")(*arguments, RuntimeOptions()))


@pytest.mark.parametrize("call", [pytest.param(sync, id="sync"), pytest.param(asynchronous, id="async")])
def test_life_of_an_event(app: App, call: Caller) -> None:
    key, secret = app.server.app_key, app.server.app_secret
    signed = call(
        app.oauth2, "get_access_token_with_options",
        oauth2_models.GetAccessTokenRequest(app_key=key, app_secret=secret), {},
    )  # fmt: skip
    token = {"x_acs_dingtalk_access_token": signed.body.access_token}
    assert signed.body.expire_in == 7200
    organizer, colleague = app.organizer.union_id, app.colleague.union_id

    who = call(app.contact, "get_user_with_options", organizer, contact_models.GetUserHeaders(**token))
    assert (who.body.union_id, who.body.nick, who.body.email) == (
        organizer, app.organizer.name, app.organizer.email,
    )  # fmt: skip

    draft = model(models.CreateEventRequest, HOUR | {"attendees": [{"id": colleague, "isOptional": True}]})
    made = call(
        app.calendar,
        "create_event_with_options",
        organizer,
        "primary",
        draft,
        models.CreateEventHeaders(**token),
    )
    event_id = made.body.id
    assert made.status_code == 200
    assert [one.id for one in made.body.attendees] == [organizer, colleague]

    app.server.clock.advance(minutes=1)
    change = model(models.PatchEventRequest, {"id": event_id, "summary": "Budget review, moved"})
    changed = call(
        app.calendar, "patch_event_with_options", organizer, "primary", event_id, change,
        models.PatchEventHeaders(**token),
    )  # fmt: skip
    assert (changed.body.id, changed.body.summary) == (event_id, "Budget review, moved")
    assert (changed.body.create_time, changed.body.update_time) == (
        "2026-03-02T01:00:00Z", "2026-03-02T01:01:00Z",
    )  # fmt: skip

    place = (organizer, "primary", event_id)
    read = call(
        app.calendar, "get_event_with_options", *place, models.GetEventRequest(max_attendees=1),
        models.GetEventHeaders(**token),
    )  # fmt: skip
    assert (read.body.summary, read.body.status) == ("Budget review, moved", "confirmed")
    assert [one.id for one in read.body.attendees] == [organizer]
    assert read.body.attendees[0].self_ is True
    assert read.headers["etag"] == changed.headers["etag"] != made.headers["etag"]

    gone = call(
        app.calendar, "delete_event_with_options", *place, models.DeleteEventRequest(push_notification=False),
        models.DeleteEventHeaders(**token),
    )  # fmt: skip
    assert gone.status_code == 200
    with pytest.raises(Exception, match="instance not exist") as refused:
        call(
            app.calendar, "get_event_with_options", *place, models.GetEventRequest(),
            models.GetEventHeaders(**token),
        )  # fmt: skip
    assert refused.value.code == "instanceNotExist"


def test_token_of_one_organisation(app: App) -> None:
    """The newer token call gives the same token."""
    request = oauth2_models.GetTokenRequest(
        client_id=app.server.app_key, client_secret=app.server.app_secret, grant_type="client_credentials"
    )

    body = app.oauth2.get_token(app.server.corp_id, request).body

    assert (body.access_token, body.expires_in) == (app.token, 7200)


def test_user_of_the_old_family(app: App) -> None:
    """From a userid to the unionId that paths need, as integrations do it."""
    query = urlencode({"appkey": app.server.app_key, "appsecret": app.server.app_secret})
    with urlopen(f"{app.server.base_url}/gettoken?{query}", timeout=10) as answer:
        token = json.load(answer)["access_token"]
    form = urlencode({"userid": app.organizer.userid}).encode()
    url = f"{app.server.base_url}/topapi/v2/user/get?access_token={token}"
    with urlopen(Request(url, form), timeout=10) as answer:
        user = json.load(answer)

    assert user["errcode"] == 0
    assert user["result"]["unionid"] == app.organizer.union_id
    assert user["result"]["name"] == app.organizer.name
