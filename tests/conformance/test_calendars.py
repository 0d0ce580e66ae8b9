"""ListCalendars, CreateAcls, ListAcls, DeleteAcl, and the organisation's plugins."""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_dingtalk.calendar_1_0 import models
from alibabacloud_tea_util.models import RuntimeOptions

from rili.actions import acls, directory, plugins
from rili.model.directory import UserChange
from rili.store.plugins import Plugin
from tests.conformance.backdoor import outbox, user_token
from tests.conformance.clients import DAILY, App, Json, assert_refused, at, refused
from tests.conformance.sharing import CALENDARS, grant, listed, publish, shared, subscribe
from tests.people import NOW_MS, SharedDatabase


def test_through_the_sdk(own_app: App) -> None:
    app, owner, reader = own_app, own_app.organizer.union_id, own_app.colleague.union_id
    token = {"x_acs_dingtalk_access_token": app.token}
    scope = models.CreateAclsRequestScope(scope_type="user", user_id=reader)

    made = app.calendar.create_acls_with_options(
        owner, "primary", models.CreateAclsRequest(privilege="reader", scope=scope, send_msg=True),
        models.CreateAclsHeaders(**token), RuntimeOptions(),
    ).body  # fmt: skip
    again = app.calendar.create_acls_with_options(
        owner, "primary", models.CreateAclsRequest(privilege="writer", scope=scope, send_msg=False),
        models.CreateAclsHeaders(**token), RuntimeOptions(),
    ).body  # fmt: skip

    assert (made.acl_id, made.privilege, made.scope.to_map()) == (
        again.acl_id, "reader", {"scopeType": "user", "userId": reader},
    )  # fmt: skip
    (known,) = app.ask("list_acls", owner, "primary").acls
    assert known.to_map() == again.to_map()
    calendars = [one.to_map() for one in app.ask("list_calendars", reader).response.calendars]
    assert [(one["type"], one["privilege"], one["summary"]) for one in calendars] == [
        ("primary", "owner", app.colleague.name), ("shared", "writer", app.organizer.name),
    ]  # fmt: skip
    assert calendars[0]["id"] == "primary"
    assert {one["timeZone"] for one in calendars} == {"Asia/Shanghai"}
    assert app.ask("delete_acl", owner, "primary", made.acl_id) is None
    assert app.ask("list_acls", owner, "primary").acls == []
    assert [one["id"] for one in listed(app, reader)] == ["primary"]
    with refused(404, "itemNotFound"):
        app.ask("get_event", reader, calendars[1]["id"], "x", max_attendees=1)


def test_order(own_app: App) -> None:
    """The primary one, own subscribed ones by title, all others by title."""
    app, me = own_app, own_app.organizer.union_id
    others = [publish(app, app.colleague.union_id, name=name) for name in ("Z", "A")]
    mine = [publish(app, name=name, description="Days off") for name in ("M", "B")]
    for one in others:
        subscribe(app, one, me)
    grant(app, "title_reader", to=me, owner=app.other.union_id)  # whose name is Other

    found = listed(app, me)

    assert [one["summary"] for one in found] == ["Organizer", "B", "M", "A", "Other", "Z"]
    assert [one["type"] for one in found] == ["primary", *["subscribed"] * 3, "shared", "subscribed"]
    assert [one["privilege"] for one in found] == ["owner"] * 3 + ["reader", "title_reader", "reader"]
    assert [one["id"] for one in found[1:4]] == [mine[1], mine[0], others[1]]
    assert [one.get("description") for one in found] == [None, "Days off", "Days off", None, None, None]


def test_zone_of_the_owner(own_app: App, database: SharedDatabase) -> None:
    app = own_app
    grant(app, "reader")
    calendar = shared(app)
    day = {"start": {"date": "2026-03-02"}, "end": {"date": "2026-03-03"}, "isAllDay": True}
    app.call("POST", app.path(), DAILY | day | {"summary": "Day"})

    def due() -> list[int]:
        path = app.path(user=app.colleague.union_id, calendar=calendar)
        return [len(app.call("GET", one).json["events"]) for one in (app.path(), path)]

    assert due() == [1, 1]  # the second of March in Shanghai, where it is nine o'clock
    database.write(
        lambda tx: directory.set_user(
            tx,
            app.server.corp_id,
            app.organizer.userid,
            UserChange(zone="Pacific/Honolulu"),
            None,
            now_ms=NOW_MS,
        )
    )
    assert due() == [0, 0]
    assert listed(app, app.colleague.union_id)[1]["timeZone"] == "Pacific/Honolulu"


def test_etag(own_app: App, database: SharedDatabase) -> None:
    """It is another after every change of what the calendar shows, and the same as long as there is none."""
    app = own_app
    app.create()
    published = publish(app)
    grant(app, "free_busy_reader")
    calendar = shared(app)
    subscribe(app, published, app.colleague.union_id)
    seen: list[tuple[str, str, str]] = []

    def tags() -> tuple[str, str, str]:
        mine, theirs = listed(app, app.organizer.union_id), listed(app, app.colleague.union_id)
        by_id = {one["id"]: one["eTag"] for one in theirs}
        assert mine[0]["eTag"] == by_id[calendar]
        assert {one["id"]: one["eTag"] for one in mine}[published] == by_id[published]
        return by_id[calendar], by_id[published], by_id["primary"]

    def changes(*which: int) -> None:
        now = tags()
        assert now == tags()
        assert [number for number in range(3) if now[number] != seen[-1][number]] == [*which]
        assert all(now[number] not in {one[number] for one in seen} for number in which)
        seen.append(now)

    seen.append(tags())
    event_id = app.create()["id"]
    changes(0)
    app.update(event_id, {"summary": "x"})
    changes(0)
    app.update(event_id, {"attendees": [{"id": app.colleague.union_id}]})
    changes(0, 2)
    app.call(
        "POST", app.path(event_id, user=app.colleague.union_id) + "/respond", {"responseStatus": "accepted"}
    )
    changes(0, 2)
    app.delete(event_id)
    changes(0, 2)
    holiday = app.call("POST", app.path(calendar=published), {"summary": "x", **at("03-10T10:00")}).json["id"]
    changes(1)
    app.call("DELETE", app.path(holiday, calendar=published))
    changes(1)
    app.call(
        "PUT", f"/v1.0/calendar/users/{app.organizer.union_id}/subscribedCalendars/{published}", {"name": "y"}
    )
    changes(1)
    app.server.clock.advance(days=31)  # its tombstones are let go of
    app.token = app.sign_in()
    app.create()
    app.delete(app.create()["id"])
    assert tags()[0] not in {one[0] for one in seen}


BAD: list[Any] = [
    pytest.param({"privilege": "owner"}, "privilege: expected one of free_busy_reader", id="owner"),
    pytest.param({"privilege": "VIEW_DETAIL"}, "privilege: expected one of", id="unknown privilege"),
    pytest.param({"privilege": None}, "privilege: it is missing", id="no privilege"),
    pytest.param({"sendMsg": None}, "sendMsg: it is missing", id="not said whether to tell"),
    pytest.param({"scope": None}, "scope.scopeType: it is missing", id="no scope"),
    pytest.param({"scope": {"scopeType": "dept", "userId": "x"}}, "scope.scopeType: expected one of user", id="dept"),
    pytest.param({"scope": {"scopeType": "user"}}, "scope.userId: it is missing", id="nobody"),
    pytest.param({"scope": {"scopeType": "user", "userId": "x"}}, "nobody here has the unionId x", id="unknown person"),
    pytest.param({"scope": {"scopeType": "user", "userId": "{owner}"}}, "it is the calendar's owner", id="oneself"),
    pytest.param({"scope": {"scopeType": "user", "userId": "user01"}}, "it is a userid", id="a userid"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "description"), BAD)
def test_bad_grant(own_app: App, change: Json, description: str) -> None:
    app, owner = own_app, own_app.organizer.union_id
    body = {
        "privilege": "reader",
        "sendMsg": False,
        "scope": {"scopeType": "user", "userId": app.other.union_id},
    }
    body |= change
    if isinstance(body["scope"], dict) and body["scope"].get("userId") == "{owner}":
        body["scope"] = body["scope"] | {"userId": owner}

    reply = app.call("POST", CALENDARS.format(owner) + "/primary/acls", body)

    assert_refused(reply, 400, "invalidParameter", reply.json["message"], description)
    assert app.call("GET", CALENDARS.format(owner) + "/primary/acls").json == {"acls": []}


def test_grants_refused(own_app: App) -> None:
    app, owner, reader = own_app, own_app.organizer.union_id, own_app.colleague.union_id
    grant(app, "writer")
    calendar, published = shared(app), publish(app)
    body = {
        "privilege": "reader",
        "sendMsg": False,
        "scope": {"scopeType": "user", "userId": app.other.union_id},
    }

    for path, status, code, description in (
        (
            f"{CALENDARS.format(reader)}/{calendar}/acls",
            403,
            "permissionDenied",
            "shared with the privilege writer",
        ),
        (
            f"{CALENDARS.format(app.other.union_id)}/{calendar}/acls",
            400,
            "invalidParameter",
            "has no calendar",
        ),
        (
            f"{CALENDARS.format(owner)}/{published}/acls",
            400,
            "invalidParameter",
            "a subscribed calendar is not shared",
        ),
        (
            f"{CALENDARS.format('nobody')}/primary/acls",
            400,
            "invalidParameter",
            "nobody here has the unionId nobody",
        ),
    ):
        reply = app.call("POST", path, body)
        assert_refused(reply, status, code, reply.json["message"], description)
        assert app.call("GET", path).json["code"] == code
    path = CALENDARS.format(owner) + "/primary/acls"
    reply = app.call("DELETE", path + "/x")
    assert_refused(
        reply, 400, "invalidParameter", reply.json["message"], "aclId: the calendar has no grant x"
    )
    assert app.call("POST", path).json["code"] == "Missingbody"
    reply = app.call("GET", CALENDARS.format("nobody"))
    assert_refused(reply, 400, "paramIllegal", "PARAM ILLEGAL", "nobody here has the unionId nobody")


def test_share_limit(own_app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    app = own_app
    monkeypatch.setattr(acls, "SHARED_WITH", 1)
    grant(app, "reader")
    body = {
        "privilege": "reader",
        "sendMsg": False,
        "scope": {"scopeType": "user", "userId": app.other.union_id},
    }

    reply = app.call("POST", CALENDARS.format(app.organizer.union_id) + "/primary/acls", body)

    assert_refused(reply, 400, "invalidParameter", "shareExceedLimit", "1 people at most")
    assert grant(app, "writer")["privilege"] == "writer"  # one there is may be changed


def test_who_is_told(own_app: App, database: SharedDatabase) -> None:
    app = own_app
    grant(app, "reader")
    (told,) = outbox(app, database, shared(app))

    assert (told["operator_id"], told["recipients"]) == (app.organizer.union_id, [app.colleague.union_id])


def test_a_users_token(own_app: App, database: SharedDatabase) -> None:
    """A person reaches what is shared with them by their own token, and only as themselves."""
    app = own_app
    event_id = app.create()["id"]
    grant(app, "reader")
    calendar, reader = shared(app), app.colleague.union_id
    app.token = user_token(app, database, reader)

    assert app.call("GET", app.path(event_id, user="me", calendar=calendar)).status == 200
    assert app.call("GET", app.path(event_id, calendar=calendar)).json["code"] == "permissionDenied"
    assert app.call("GET", CALENDARS.format(app.organizer.union_id)).json["code"] == "permissionDenied"


def test_plugins(own_app: App, database: SharedDatabase) -> None:
    app, me = own_app, own_app.organizer.union_id
    corp_id = app.server.corp_id
    made = Plugin(f"p{app.organizer.userid}", "Attendance", "https://example.org/logo.png", "hr")
    database.write(lambda tx: plugins.add_plugin(tx, corp_id, made, now_ms=app.server.clock()))
    headers = models.UpdateOrgPluginSubscribersHeaders(x_acs_dingtalk_access_token=app.token)

    done = app.calendar.update_org_plugin_subscribers_with_options(
        made.plugin_id,
        models.UpdateOrgPluginSubscribersRequest(union_ids=[me, me], dept_ids=["1"]),
        headers,
        RuntimeOptions(),
    ).body

    assert done.result is True
    found = {one.plugin_id: one.to_map() for one in app.ask("list_org_plugins").plugins}
    assert found[made.plugin_id] == {
        "pluginId": made.plugin_id, "name": "Attendance", "logo": "https://example.org/logo.png",
        "pluginClassification": "hr", "subscribers": {"unionIds": [me], "deptIds": ["1"]},
    }  # fmt: skip
    path = f"/v1.0/calendar/plugins/{made.plugin_id}/subscribers"
    for target, body, message, description in (
        (path, {"unionIds": ["x"]}, None, "unionIds[0]: nobody here"),
        (path, {"deptIds": ["7777"]}, None, "deptIds[0]: there is no department 7777"),
        ("/v1.0/calendar/plugins/x/subscribers", {}, "pluginId invalid", "no plugin x"),
    ):
        reply = app.call("POST", target, body)
        assert_refused(reply, 400, "invalidParameter", message or reply.json["message"], description)
    token, app.token = app.token, user_token(app, database, me)
    assert app.call("POST", path, {}).json["code"] == "permissionDenied"
    app.token = token
    assert app.call("POST", path, {}).json == {"result": True}
    (one,) = (
        one
        for one in app.call("GET", "/v1.0/calendar/plugins").json["plugins"]
        if one["pluginId"] == made.plugin_id
    )
    assert one["subscribers"] == {"unionIds": [], "deptIds": []}
