"""Each privilege, through every operation: who may, and what is told. One table; an operation added later is missed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rili.api.router import Route
from rili.api.routes import ROUTES
from rili.model.privileges import GRANTED, PRIVILEGES, Privilege, disclosure, suffices
from tests.conformance.backdoor import outbox, user_token
from tests.conformance.clients import DAILY, FULL, App, Json, Reply, at, timed
from tests.conformance.sharing import grant, publish, shared, subscribe
from tests.people import SharedDatabase

LEAST: dict[str, Privilege] = {
    "ListEventsView": "free_busy_reader",
    "ListEventsViewByMe": "free_busy_reader",
    **dict.fromkeys(
        (
            "GetEvent", "ListEvents", "ListInstances", "ListEventsInstances", "ListAttendees", "GetSignInList",
            "GetSignOutList", "ListAiMinutes",
        ),
        "reader",
    ),
    **dict.fromkeys(
        (
            "CreateEvent", "CreateEventByMe", "PatchEvent", "DeleteEvent", "CancelEvent", "TransferEvent",
            "AddAttendee", "RemoveAttendee", "RespondEvent", "GetSignInLink", "GetSignOutLink",
        ),
        "writer",
    ),
    **dict.fromkeys(("SignIn", "CheckIn", "SignOut", "CreateAcls", "ListAcls", "DeleteAcl"), "owner"),
}  # fmt: skip
"""The least privilege with which each operation does what it does, through the id of a shared calendar."""

SUBSCRIBING = {
    "SubscribeCalendar", "UnsubscribeCalendar", "GetSubscribedCalendar", "UpdateSubscribedCalendars",
    "DeleteSubscribedCalendar",
}  # fmt: skip
"""Operations that name a calendar of another kind."""

UNATTENDED = {
    "AddAttendee", "RemoveAttendee", "RespondEvent", "ListAttendees", "TransferEvent", "SignIn", "CheckIn", "SignOut",
    "GetSignInList", "GetSignOutList", "GetSignInLink", "GetSignOutLink",
}  # fmt: skip
"""Operations that concern people on events: a subscribed calendar has none."""

BODIES: dict[str, Json] = {
    "AddAttendee": {"attendeesToAdd": [{"email": "new@example.org"}]},
    "CreateAcls": {
        "privilege": "reader", "sendMsg": False, "scope": {"scopeType": "user", "userId": "{other}"},
    },
    "CreateEvent": {"summary": "New", **at("03-12T14:00")},
    "CreateEventByMe": {"summary": "New", **at("03-12T14:00")},
    "PatchEvent": {"id": "{event}", "summary": "Changed"},
    "RemoveAttendee": {"attendeesToRemove": [{"id": "{other}"}]},
    "RespondEvent": {"responseStatus": "tentative"},
    "TransferEvent": {"newOrganizerId": "{other}"},
}  # fmt: skip
WINDOW = "?timeMin=2026-03-09T00:00:00%2B08:00&timeMax=2026-03-12T00:00:00%2B08:00"
QUERIES = {
    "GetSignInList": "?maxResults=9&type=not_yet_sign_in",
    "GetSignOutList": "?maxResults=9&type=not_yet_sign_out",
    "ListEvents": WINDOW,
    "ListEventsView": WINDOW,
    "ListEventsViewByMe": WINDOW,
    "ListInstances": WINDOW,
    "ListEventsInstances": "?seriesMasterId={event}",
}

NAMING = [route for route in ROUTES if "{calendarId}" in route.path]
MATRIX = [pytest.param(route, id=route.name) for route in NAMING if route.name in LEAST]

TIMES = {
    "id", "status", "start", "end", "isAllDay", "freeBusyStatus", "seriesMasterId", "recurrenceId", "originStart",
}  # fmt: skip
"""Members that say when something is, and which of the occurrences of a series: its id says that as well."""

TITLE = "Whale Rescue"
DETAILS = (
    "Q3 figures", "Building A", "<b>Q3</b>", "transferEventButton", "weekly", "Weekly meeting", "card-1",
    "needsAction", "reminders", "conferenceId",
)  # fmt: skip
"""What only details of the event hold."""
SERIES = FULL | timed("2026-03-09T10:00:00+08:00", "2026-03-09T11:00:00+08:00") | {"summary": TITLE}


def test_every_operation_is_placed() -> None:
    """What names a calendar has a place in the table: an operation that is added needs one too."""
    assert {route.name for route in NAMING} == LEAST.keys() | SUBSCRIBING


@pytest.mark.parametrize("privilege", [None, *PRIVILEGES])
@pytest.mark.parametrize("route", MATRIX)
def test_matrix(own_app: App, database: SharedDatabase, route: Route, privilege: Privilege | None) -> None:
    app = own_app
    app.server.clock.advance(days=8)
    reader = app.organizer if privilege == "owner" else app.colleague
    acl_id, calendar = grant(app, "reader", to=app.other.union_id)["aclId"], shared(app, app.other.union_id)
    if privilege in GRANTED:
        acl_id = grant(app, privilege)["aclId"]
    token = app.token
    for private in (False, True):
        draft = SERIES | {"attendees": [{"id": app.other.union_id}]}
        event_id = app.create(draft | ({"visibility": "private"} if private else {}))["id"]
        before = app.get(event_id)
        if "/me/" in route.path:
            app.token = user_token(app, database, reader.union_id)

        reply = call(app, route, reader.union_id, calendar, event_id, acl_id)

        app.token = token
        told = None if privilege is None else disclosure(privilege, private=private)
        if privilege is None:
            assert (reply.status, reply.json["code"]) in {(404, "itemNotFound"), (400, "invalidParameter")}
            assert reply.json["message"] == "Calendar does not exist."
        elif not suffices(privilege, LEAST[route.name]) or (told != "all" and names_one_event(route)):
            assert (reply.status, reply.json["code"]) == (403, "permissionDenied")
        else:
            assert reply.status == 200, reply.body
            assert_tells(reply, route, told)
        assert_hides(reply, told)
        if reply.status != 200 or LEAST[route.name] in ("free_busy_reader", "reader"):
            after = app.get(event_id)
            assert (after.body, after.headers["etag"]) == (before.body, before.headers["etag"])
        app.delete(event_id)


def names_one_event(route: Route) -> bool:
    return "{eventId}" in route.path or route.name == "ListEventsInstances"


def assert_tells(reply: Reply, route: Route, told: str | None) -> None:
    """A page of the calendar has three occurrences, with the members that may be known and no other."""
    if route.name not in ("ListEvents", "ListEventsView", "ListEventsViewByMe"):
        return
    events = reply.json["events"]
    assert len(events) in (2, 3)  # of a list those that are due
    for one in events:
        if told == "all":
            assert one["summary"] == TITLE
            assert one["description"] == FULL["description"]
        else:
            assert one.keys() == TIMES | ({"summary"} if told == "title" else set())


def assert_hides(reply: Reply, told: str | None) -> None:
    body = json.dumps(reply.json, ensure_ascii=False)
    hidden = () if told == "all" else DETAILS if told == "title" else (TITLE, *DETAILS)
    assert [one for one in hidden if one in body] == []


def call(app: App, route: Route, user: str, calendar: str, event_id: str, acl_id: str) -> Reply:
    ids = {"event": event_id, "other": app.other.union_id}
    path = route.path.format(userId=user, calendarId=calendar, eventId=event_id, aclId=acl_id)
    body: Any = None if route.body is None else json.loads(fill(json.dumps(BODIES[route.name]), ids))
    return app.call(route.method, path + fill(QUERIES.get(route.name, ""), ids), body)


def fill(text: str, ids: dict[str, str]) -> str:
    for name, value in ids.items():
        text = text.replace("{" + name + "}", value)
    return text


@pytest.mark.parametrize("who", ["subscriber", "manager", "author", "stranger"])
@pytest.mark.parametrize("route", MATRIX)
def test_subscribed(own_app: App, database: SharedDatabase, route: Route, who: str) -> None:
    """The same of a subscribed calendar: who subscribes reads, a manager writes, nobody attends."""
    app = own_app
    app.server.clock.advance(days=8)
    managers = [app.colleague.union_id] if who == "manager" else []
    calendar = publish(app, managers=managers)
    if who == "subscriber":
        assert subscribe(app, calendar, app.colleague.union_id).json == {}
    reader = app.organizer if who == "author" else app.colleague
    draft = {one: value for one, value in SERIES.items() if one != "freeBusyStatus"}
    made = app.call("POST", app.path(calendar=calendar), draft)
    assert made.status == 200, made.body
    event_id, token = made.json["id"], app.token
    if "/me/" in route.path:
        app.token = user_token(app, database, reader.union_id)

    reply = call(app, route, reader.union_id, calendar, event_id, "x")

    app.token = token
    privileges: dict[str, Privilege] = {"subscriber": "reader", "manager": "writer", "author": "owner"}
    if who == "stranger":
        assert reply.json["message"] == "Calendar does not exist."
    elif route.name in UNATTENDED:
        dotted = "invalidParameter.subscribed.invalid"
        code = dotted if route.name == "ListAttendees" else "invalidParameter"
        assert (reply.status, reply.json["code"]) == (400, code)
        assert reply.json["message"] == "Subscribed calendar not support this method"
    elif not suffices(privileges[who], LEAST[route.name]):
        assert (reply.status, reply.json["code"]) == (403, "permissionDenied")
    elif LEAST[route.name] == "owner":  # of sharing it
        assert (reply.status, reply.json["code"]) == (400, "invalidParameter")
    else:
        assert reply.status == 200, reply.body
        assert_tells(reply, route, "all")


def test_an_owner_and_readers_by_turns(own_app: App) -> None:
    """What the server remembers of a calendar it tells each as they may know it."""
    app = own_app
    event_id = app.create(SERIES)["id"]
    secret = app.create({"summary": "Secret", **at("03-10T09:00"), "visibility": "private"})["id"]
    readers = {"free_busy_reader": app.colleague.union_id, "reader": app.other.union_id}
    for privilege, user in readers.items():
        grant(app, privilege, to=user)
    calendar = shared(app)
    window = "/eventsview?timeMin=2026-03-01T00:00:00Z&timeMax=2026-06-01T00:00:00Z"

    def view(user: str, calendar: str) -> list[Json]:
        reply = app.call("GET", app.path(user=user, calendar=calendar).removesuffix("/events") + window)
        found: list[Json] = reply.json["events"]
        return found

    for title in (TITLE, "Renamed"):
        app.update(event_id, {"summary": title})
        for _ in range(2):
            mine = view(app.organizer.union_id, "primary")
            theirs = view(readers["reader"], calendar)
            busy = view(readers["free_busy_reader"], calendar)

            assert [one["id"] for one in mine] == [one["id"] for one in theirs] == [one["id"] for one in busy]
            assert {one["summary"] for one in mine} == {title, "Secret"}
            assert [one for one in theirs if one["id"] != secret] == [one for one in mine if one["id"] != secret]
            assert [one.keys() - TIMES for one in theirs if one["id"] == secret] == [set()]
            assert all(one.keys() <= TIMES for one in busy)


def test_a_writer_acts_in_the_owners_name(own_app: App, database: SharedDatabase) -> None:
    """The event is the owner's, and the record says who did it (decision 12)."""
    app = own_app
    grant(app, "writer")
    calendar, writer = shared(app), app.colleague.union_id
    made = app.call("POST", app.path(user=writer, calendar=calendar), {"summary": "Plan", **at("03-10T14:00")})
    event_id = made.json["id"]
    path = app.path(event_id, user=writer, calendar=calendar)

    assert made.json["organizer"]["id"] == app.organizer.union_id
    assert app.get(event_id).body == app.call("GET", path).body == made.body
    assert app.get(event_id, user=writer).status == 404
    changed = app.call("PUT", path, {"id": event_id, "summary": "Changed"})
    assert changed.json["summary"] == app.get(event_id).json["summary"] == "Changed"
    assert app.call("DELETE", path).json == {}
    assert app.get(event_id).status == 404
    for change in outbox(app, database, event_id):
        assert (change["operator_id"], change["on_behalf_of"]) == (writer, app.organizer.union_id)


def test_a_writer_answers_for_the_owner(own_app: App, database: SharedDatabase) -> None:
    """Of an event that somebody else organizes: it can be answered and left, not changed."""
    app = own_app
    invited = app.call(
        "POST", app.path(user=app.other.union_id),
        {"summary": "Theirs", **at("03-10T14:00"), "attendees": [{"id": app.organizer.union_id}]},
    ).json["id"]  # fmt: skip
    grant(app, "writer")
    path = app.path(invited, user=app.colleague.union_id, calendar=shared(app))

    assert app.call("POST", path + "/respond", {"responseStatus": "accepted"}).json == {}
    assert app.call("PUT", path, {"id": invited, "summary": "Mine"}).json["code"] == "permissionDenied"
    people = {one["id"]: one["responseStatus"] for one in app.get(invited).json["attendees"]}
    assert people[app.organizer.union_id] == "accepted"
    assert app.call("DELETE", path).json == {}
    assert app.get(invited).json["code"] == "instanceNotExist"
    assert [one.get("on_behalf_of") for one in outbox(app, database, invited)][1:] == [app.organizer.union_id] * 2


@pytest.mark.parametrize("privilege", ["reader", "writer"])
def test_a_sync_hides_what_is_private(own_app: App, privilege: str) -> None:
    app = own_app
    grant(app, privilege)
    path = app.path(user=app.colleague.union_id, calendar=shared(app))
    event_id = app.create(DAILY | {"summary": TITLE})["id"]
    app.server.clock.advance(days=8)
    token = app.call("GET", path).json["syncToken"]

    app.update(event_id, {"visibility": "private"})

    changed = app.call("GET", f"{path}?syncToken={token}").json
    assert len(changed["events"]) == 5
    assert {one.get("summary") for one in changed["events"]} == ({TITLE} if privilege == "writer" else {None})
    grant(app, "reader" if privilege == "writer" else "writer")
    stale = app.call("GET", f"{path}?syncToken={changed['syncToken']}")
    assert (stale.status, stale.json["code"]) == (400, "invalidParameter")
