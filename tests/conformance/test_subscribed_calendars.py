"""Subscribed calendars: set up, subscribed, filled and read (decision 86)."""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_dingtalk.calendar_1_0 import models
from alibabacloud_tea_util.models import RuntimeOptions

from rili.actions import subscriptions
from tests.conformance.backdoor import findings, outbox
from tests.conformance.clients import DAILY, TOKEN, App, Json, assert_refused, at, call, starts
from tests.conformance.sharing import (
    CALENDARS,
    create_in,
    grant,
    listed,
    publish,
    shared,
    subscribe,
    subscribed_path,
)
from tests.conformance.test_sync import Reader
from tests.conformance.test_two_organisations import Stranger, stranger  # noqa: F401 - a fixture
from tests.people import SharedDatabase

DENIED = (403, "permissionDenied", "permission denied")


def test_through_the_sdk(own_app: App) -> None:
    app, author, reader = own_app, own_app.organizer.union_id, own_app.colleague.union_id
    token = {"x_acs_dingtalk_access_token": app.token}
    made = app.calendar.create_subscribed_calendar_with_options(
        author,
        models.CreateSubscribedCalendarRequest(
            name="Holidays", description="Of the company", managers=[app.other.union_id, app.other.union_id, author],
            subscribe_scope=models.CreateSubscribedCalendarRequestSubscribeScope(union_ids=[reader]),
        ),
        models.CreateSubscribedCalendarHeaders(**token), RuntimeOptions(),
    ).body.calendar_id  # fmt: skip

    assert [(one["id"], one["privilege"]) for one in listed(app, author)][1:] == [(made, "owner")]
    assert app.ask("subscribe_calendar", reader, made) is None
    assert app.ask("subscribe_calendar", reader, made) is None
    app.ask("subscribe_calendar", app.other.union_id, made)
    assert listed(app, reader)[1] | {"eTag": ""} == {
        "id": made, "summary": "Holidays", "description": "Of the company", "timeZone": "Asia/Shanghai", "eTag": "",
        "type": "subscribed", "privilege": "reader",
    }  # fmt: skip
    assert listed(app, app.other.union_id)[1]["privilege"] == "writer"
    found = app.ask("get_subscribed_calendar", app.other.union_id, made)
    assert found.to_map() == {
        "calendarId": made, "name": "Holidays", "description": "Of the company", "author": author,
        "managers": [app.other.union_id],
        "subscribeScope": {"unionIds": [reader], "openConversationIds": [], "corpIds": []},
    }  # fmt: skip
    changed = app.calendar.update_subscribed_calendars_with_options(
        made, app.other.union_id, models.UpdateSubscribedCalendarsRequest(name="Days off"),
        models.UpdateSubscribedCalendarsHeaders(**token), RuntimeOptions(),
    ).body  # fmt: skip
    assert changed.result is True
    after = app.ask("get_subscribed_calendar", author, made).to_map()
    assert after == found.to_map() | {"name": "Days off"}
    assert app.ask("unsubscribe_calendar", reader, made).result is True
    assert app.ask("unsubscribe_calendar", reader, made).result is True
    assert len(listed(app, reader)) == 1
    assert app.ask("delete_subscribed_calendar", author, made).result is True
    assert [len(listed(app, one)) for one in (author, app.other.union_id)] == [1, 1]


BLANK = "calendar name cannot be blank"
RANGE = "current user must in range"
BAD: list[Any] = [
    pytest.param({"name": None}, BLANK, "", id="no name"),
    pytest.param({"name": " "}, BLANK, "", id="blank name"),
    pytest.param({"name": "x" * 129}, "calendar name length must less than 128", "129 characters", id="long name"),
    pytest.param({"subscribeScope": None}, "subscribe range cannot be null", "", id="no scope"),
    pytest.param({"subscribeScope": {"corpIds": ["ding1"]}}, RANGE, "corpIds: ding1", id="another organisation"),
    pytest.param({"subscribeScope": {"openConversationIds": ["c"]}}, RANGE, "ConversationIds: c", id="a group"),
    pytest.param({"subscribeScope": {"unionIds": ["x"]}}, None, ".unionIds[0]: nobody here", id="a stranger"),
    pytest.param({"subscribeScope": {"unionIds": ["x"] * 5001}}, None, "5001 people", id="too many people"),
    pytest.param({"managers": ["x"]}, None, "managers[0]: nobody here", id="a strange manager"),
    pytest.param({"managers": ["x"] * 101}, None, "managers: 101 people are more than 100", id="too many managers"),
    pytest.param({"description": "x" * 1025}, None, "description: 1025 characters", id="long description"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message", "description"), BAD)
def test_bad_calendar(own_app: App, change: Json, message: str | None, description: str) -> None:
    """Refused the same way where it is made and where it is changed, but for what may be left out there."""
    app = own_app
    body = {"name": "x" * 128, "subscribeScope": {}} | change
    path = subscribed_path(app.organizer.union_id)

    made = app.call("POST", path, body)
    calendar = publish(app)
    before = app.call("GET", f"{path}/{calendar}").body
    changed = app.call("PUT", f"{path}/{calendar}", change)

    assert_refused(made, 400, "invalidParameter", message or made.json["message"], description)
    if None in change.values():
        assert changed.json == {"result": True}
    else:
        assert_refused(changed, 400, "invalidParameter", message or changed.json["message"], description)
    assert app.call("GET", f"{path}/{calendar}").body == before
    assert len(listed(app, app.organizer.union_id)) == 2


def test_who_may(own_app: App) -> None:
    app, author, manager, other = (
        own_app, own_app.organizer.union_id, own_app.colleague.union_id, own_app.other.union_id,
    )  # fmt: skip
    calendar = publish(app, managers=[manager])
    subscribe(app, calendar, other)

    for method in ("GET", "PUT", "DELETE"):
        assert_refused(app.call(method, subscribed_path(other, calendar), {}), *DENIED)
    assert_refused(app.call("DELETE", subscribed_path(manager, calendar)), *DENIED)
    for method in ("GET", "PUT", "DELETE"):
        reply = app.call(method, subscribed_path(author, "x"), {})
        assert_refused(reply, 400, "invalidParameter", "calendarId invalid", "no subscribed calendar x")
        reply = app.call(method, subscribed_path("nobody", calendar), {})
        assert_refused(reply, 400, "invalidParameter", "User does not exist.", "unionId nobody")
    for method, message in (
        ("GET", "calendar id cannot be null"),
        ("PUT", "calendar id cannot be blank"),
        ("DELETE", "calendarId cannot be blank"),
    ):
        assert_refused(app.call(method, subscribed_path(author, "%20"), {}), 400, "invalidParameter", message)
    assert app.call("GET", subscribed_path(author, calendar)).status == 200


@pytest.mark.parametrize("un", ["", "un"])
def test_subscribing_refused(own_app: App, un: str) -> None:
    app, reader = own_app, own_app.colleague.union_id
    hidden = publish(app, subscribeScope={})

    for calendar, code, message in (
        ("%20", "invalidParameter", "calendarId cannot be blank"),
        ("x", "invalidParameter", "calendarId invalid"),
        ("primary", "invalidParameter", "calendar type invalid"),
        (hidden, "permissionDenied", "用户不在订阅范围"),
    ):
        assert_refused(subscribe(app, calendar, reader, un=un), 400, code, message)


def test_limit_of_subscriptions(own_app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscriptions, "SUBSCRIPTIONS", 1)
    app, reader = own_app, own_app.colleague.union_id
    first, second = publish(app), publish(app)
    own = publish(app, reader)

    assert subscribe(app, first, reader).status == 200
    assert_refused(subscribe(app, second, reader), 400, "exceedSubscribeLimit", "exceed subscribe limit")
    assert subscribe(app, first, reader).status == subscribe(app, own, reader).status == 200
    subscribe(app, first, reader, un="un")
    assert subscribe(app, second, reader).status == 200


def test_a_narrower_scope_throws_nobody_out(own_app: App) -> None:
    app, reader = own_app, own_app.colleague.union_id
    calendar = publish(app)
    subscribe(app, calendar, reader)

    app.call("PUT", subscribed_path(app.organizer.union_id, calendar), {"subscribeScope": {}})

    assert subscribe(app, calendar, reader).status == 200
    assert app.call("GET", app.path(user=reader, calendar=calendar)).status == 200
    assert subscribe(app, calendar, app.other.union_id).json["code"] == "permissionDenied"
    assert subscribe(app, calendar, reader, un="un").status == 200
    assert subscribe(app, calendar, reader).json["code"] == "permissionDenied"


def test_events(own_app: App, database: SharedDatabase) -> None:
    """A manager fills it in the author's name, subscribers read it, nobody's own calendar shows it."""
    app, author, manager, reader = (
        own_app, own_app.organizer.union_id, own_app.other.union_id, own_app.colleague.union_id,
    )  # fmt: skip
    calendar = publish(app, managers=[manager])
    subscribe(app, calendar, reader)
    sync = Reader(app, reader, calendar=calendar)

    made = create_in(app, calendar, manager, DAILY).json

    assert (made["organizer"]["id"], made["attendees"], made["freeBusyStatus"]) == (author, [], "free")
    assert made["organizer"]["self"] is False
    (announced,) = outbox(app, database, made["id"])
    assert (announced["operator_id"], announced["on_behalf_of"]) == (manager, author)
    path = app.path(made["id"], user=reader, calendar=calendar)
    assert app.call("GET", path).body == app.call("GET", app.path(made["id"], calendar=calendar)).body
    window = "?timeMin=2026-03-01T00:00:00Z&timeMax=2026-04-01T00:00:00Z"
    view = app.call(
        "GET", app.path(user=reader, calendar=calendar).removesuffix("events") + "eventsview" + window
    )
    instances = app.call("GET", path + "/instances" + window)
    assert starts(view.json["events"]) == starts(instances.json["events"])
    assert len(view.json["events"]) == 5
    sync.sync()
    assert len(sync.copy) == 2  # what is due
    day = view.json["events"][1]["id"]
    changed = app.call("PUT", app.path(day, user=manager, calendar=calendar), {"id": day, "summary": "Once"})
    assert changed.json["summary"] == "Once"
    assert app.call("DELETE", app.path(view.json["events"][0]["id"], calendar=calendar)).json == {}
    sync.sync()
    assert [one["summary"] for one in sync.copy.values()] == ["Once"]
    sync.check()
    split = app.call(
        "PUT", app.path(view.json["events"][3]["id"], calendar=calendar) + "?scope=following",
        {"id": view.json["events"][3]["id"], "summary": "Later"},
    )  # fmt: skip
    assert split.status == 200, split.body
    again = app.call(
        "GET", app.path(user=reader, calendar=calendar).removesuffix("events") + "eventsview" + window
    )
    assert [one["summary"] for one in again.json["events"]] == ["Once", "Budget review", "Later", "Later"]
    text = app.call("GET", path, accept="text/calendar").body.decode()
    assert "ATTENDEE" not in text
    assert "TRANSP:TRANSPARENT" in text
    for user in (author, manager, reader):
        own = app.call("GET", app.path(user=user).removesuffix("events") + "eventsview" + window)
        assert own.json["events"] == []
        assert app.get(made["id"], user=user).status == 404
    assert app.call("POST", app.path(made["id"], calendar=calendar) + "/cancel").json == {"result": True}
    assert findings(database, made["id"]) == findings(database, split.json["id"]) == []


@pytest.mark.parametrize(
    ("draft", "description"),
    [
        pytest.param(
            {"attendees": [{"email": "g@example.org"}]}, "attendees: nobody attends", id="attendees"
        ),
        pytest.param(
            {"freeBusyStatus": "busy"}, "freeBusyStatus: an event of a subscribed calendar", id="busy"
        ),
    ],
)
def test_what_its_events_do_not_have(own_app: App, draft: Json, description: str) -> None:
    app = own_app
    calendar = publish(app)
    event_id = create_in(app, calendar, draft={"attendees": [], "freeBusyStatus": "free"}).json["id"]
    path = app.path(event_id, calendar=calendar)
    before = app.call("GET", path)

    made = create_in(app, calendar, draft=draft)
    changed = app.call("PUT", path, {"id": event_id} | draft)

    for reply in (made, changed):
        assert_refused(reply, 400, "invalidParameter", reply.json["message"], description)
    assert app.call("GET", path).body == before.body


def test_deleting_it(own_app: App, database: SharedDatabase) -> None:
    """Its events are gone for everybody, and said to be."""
    app, reader = own_app, own_app.colleague.union_id
    calendar = publish(app)
    subscribe(app, calendar, reader)
    event_id = create_in(app, calendar).json["id"]

    app.call("DELETE", subscribed_path(app.organizer.union_id, calendar))

    for user in (app.organizer.union_id, reader):
        reply = app.call("GET", app.path(event_id, user=user, calendar=calendar))
        assert_refused(reply, 404, "itemNotFound", "Calendar does not exist.")
        reply = app.call("GET", app.path(user=user, calendar=calendar))
        assert_refused(reply, 400, "invalidParameter", "Calendar does not exist.")
        assert len(listed(app, user)) == 1
    assert create_in(app, calendar).status == 404
    assert subscribe(app, calendar, reader).json["message"] == "calendarId invalid"
    assert outbox(app, database, event_id)[-1].get("after") is None
    assert findings(database, event_id) == []
    assert app.call("GET", CALENDARS.format(reader)).status == 200


def test_privacy_belongs_to_the_whole(app: App) -> None:
    """One occurrence has no visibility of its own; the half of a series that is split off does."""
    series_id, days = app.make_series({"visibility": "private"})

    reply = app.update(days[1], {"visibility": "default"})

    assert_refused(reply, 400, "invalidParameter", reply.json["message"], "visibility: one occurrence")
    assert app.update(days[1], {"visibility": "private", "summary": "x"}).status == 200
    later = app.update(days[3], {"visibility": "default"}, query="?scope=following").json
    assert app.get(series_id).json["visibility"] == app.get(days[1]).json["visibility"] == "private"
    assert "visibility" not in later
    assert "visibility" not in app.get(later["id"]).json
    bad = app.call("POST", app.path(), {"summary": "x", **at("03-10T10:00"), "visibility": "secret"})
    assert_refused(
        bad, 400, "invalidParameter", bad.json["message"], "visibility: expected one of default, private"
    )


@pytest.mark.parametrize("who", ["theirs", "author", "reader"])
def test_another_organisation(own_app: App, stranger: Stranger, who: str) -> None:  # noqa: F811
    """With ids of ours, of calendars and people, they learn nothing and change nothing (decision 16)."""
    app, author, reader = own_app, own_app.organizer.union_id, own_app.colleague.union_id
    published = publish(app)
    event_id = create_in(app, published, draft={"summary": "Ours alone"}).json["id"]
    grant(app, "writer")
    user = {"theirs": stranger.union_id, "author": author, "reader": reader}[who]
    before = [listed(app, one) for one in (author, reader)]
    change = {"name": "Theirs", "id": event_id, "summary": "Theirs", **at("03-10T10:00")}

    for calendar in (published, shared(app)):
        for method, target, body in (
            ("GET", app.path(event_id, user=user, calendar=calendar), None),
            ("PUT", app.path(event_id, user=user, calendar=calendar), change),
            ("GET", app.path(user=user, calendar=calendar), None),
            ("POST", app.path(user=user, calendar=calendar), change),
            ("GET", f"{CALENDARS.format(user)}/{calendar}/eventsview", None),
            ("GET", f"{CALENDARS.format(user)}/{calendar}/acls", None),
            ("POST", f"{CALENDARS.format(user)}/{calendar}/subscribe", None),
            ("GET", subscribed_path(user, calendar), None),
            ("PUT", subscribed_path(user, calendar), change),
            ("DELETE", subscribed_path(user, calendar), None),
            ("GET", CALENDARS.format(user), None),
        ):
            reply = call(app.server.endpoint, method, target, {TOKEN: stranger.token}, body)
            if method == "GET" and target.endswith("/calendars") and who == "theirs":
                assert [one["type"] for one in reply.json["response"]["calendars"]] == ["primary"]
            else:
                assert reply.status in (400, 404), (method, target)
    assert [listed(app, one) for one in (author, reader)] == before
