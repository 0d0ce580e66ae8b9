"""A vendor's app that is told by SyncHTTP, from the vendor's SDK to a server of theirs that knows nothing of ours."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import pytest
from alibabacloud_dingtalk.event_1_0 import models as event_models
from alibabacloud_dingtalk.event_1_0.client import Client as EventClient
from alibabacloud_dingtalk.oauth2_1_0 import models as oauth2_models

from rili.actions import authorizations
from rili.actions.push_settings import Push, set_push
from rili.auth.sealing import SecretKey
from tests.conformance.clients import App, Json, call, config, refused
from tests.conformance.vendor import Vendor, make_vendor
from tests.people import SharedDatabase
from tests.receiver import Receiver, receiving


@pytest.fixture
def vendor(app: App, database: SharedDatabase) -> Vendor:
    return make_vendor(app, database)


@pytest.fixture
def receiver(app: App, database: SharedDatabase, vendor: Vendor) -> Iterator[Receiver]:
    with receiving(vendor.enterprise.app_key) as receiver:
        push = Push(
            app_key=vendor.enterprise.app_key,
            mode="sync_http",
            url=receiver.url,
            token=receiver.token,
            aes_key=receiver.aes_key,
        )
        key, now_ms = SecretKey(app.server.secret_key, os.urandom), app.server.clock()
        database.write(lambda tx: set_push(tx, push, key, now_ms=now_ms))
        app.server.deliver()
        yield receiver


def told(receiver: Receiver, biz_type: int) -> list[tuple[str, Json]]:
    """Rows: the organisation, and the business object."""
    return [
        (row["corp_id"], json.loads(row["biz_data"]))
        for push in receiver.got
        for row in push["bizData"]
        if row["biz_type"] == biz_type
    ]


def push_again(app: App, vendor: Vendor, **changed: object) -> str | None:
    members = {"suite_id": vendor.enterprise.agent_id, "suite_secret": vendor.suite_secret} | changed
    request = event_models.RePushSuiteTicketRequest(**members)
    return EventClient(config(app.server.endpoint)).re_push_suite_ticket(request).body.result


def test_a_token_with_the_ticket_that_was_pushed(app: App, vendor: Vendor, receiver: Receiver) -> None:
    (first,) = told(receiver, 2)
    assert push_again(app, vendor) == "success"
    app.server.deliver()
    assert told(receiver, 2) == [first, first]
    corp_id, ticket = first
    assert corp_id == vendor.corp_id
    request = oauth2_models.GetCorpAccessTokenRequest(
        suite_key=vendor.enterprise.app_key,
        suite_secret=vendor.suite_secret,
        auth_corp_id=app.server.corp_id,
        suite_ticket=ticket["suiteTicket"],
    )
    app.token = app.oauth2.get_corp_access_token(request).body.access_token
    app.list_events()


def test_refused(app: App, vendor: Vendor) -> None:
    with refused(400, "invalidSuiteKey"):
        push_again(app, vendor, suite_secret="wrong")
    with refused(400, "invalidSuiteKey"):
        push_again(app, vendor, suite_id=1)
    with refused(400, "invalidParameter"):
        push_again(app, vendor)  # nobody said where
    for query in ("", "?suiteId=x&suiteSecret=y", "?suiteId=-1", f"?suiteId={'9' * 99}", "?suiteId=%C2%B2"):
        reply = call(app.server.endpoint, "POST", f"/v1.0/event/suiteTicket/rePush{query}")
        assert (reply.status, reply.json["code"]) == (400, "invalidParameter"), query
        assert "suiteId" in reply.json["description"]


def test_changes_of_an_organisation_until_it_withdraws(
    app: App, vendor: Vendor, database: SharedDatabase, receiver: Receiver
) -> None:
    event_id = app.create()["id"]

    def rename(summary: str) -> None:
        reply = app.call("PUT", app.path(event_id), {"id": event_id, "summary": summary})
        assert reply.status == 200

    app.server.deliver()
    rename("Another")
    rename("And another")
    app.server.deliver()
    seen = [
        (corp_id, body["changeType"])
        for corp_id, body in told(receiver, 100)
        if body["calendarEventId"] == event_id
    ]
    assert seen[0] == (app.server.corp_id, "created")
    assert set(seen[1:]) == {(app.server.corp_id, "updated")}

    now_ms = app.server.clock()
    key = vendor.enterprise.app_key
    database.write(lambda tx: authorizations.withdraw(tx, key, app.server.corp_id, now_ms=now_ms))
    rename("Not theirs")
    receiver.got.clear()
    app.server.deliver()
    assert told(receiver, 100) == []
    ((corp_id, relieved),) = told(receiver, 4)
    assert (corp_id, relieved["syncAction"]) == (app.server.corp_id, "org_suite_relieve")
