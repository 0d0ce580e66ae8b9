"""Each privilege, through every operation: who may, and what is told. One table; an operation added later is missed."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from rili.api.router import Route
from rili.api.routes import ROUTES
from rili.model.ids import opaque_id
from rili.model.privileges import GRANTED, PRIVILEGES, Privilege, disclosure, suffices
from rili.store.db import Database
from rili.store.open import open_database
from rili.testing import Rili
from tests.conformance.backdoor import add_people, outbox, user_token
from tests.conformance.clients import DAILY, FULL, TOKEN, App, Json, Reply, at, call, timed
from tests.conformance.sharing import grant, publish, shared, subscribe
from tests.people import SharedDatabase, add_user

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
            "AddMeetingRooms", "RemoveMeetingRooms",
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

APPROVING = {"MeetingRoomRespond"}
"""Takes who administers the room, whoever sees the event."""

UNATTENDED = {
    "AddAttendee", "RemoveAttendee", "RespondEvent", "ListAttendees", "TransferEvent", "SignIn", "CheckIn", "SignOut",
    "GetSignInList", "GetSignOutList", "GetSignInLink", "GetSignOutLink", "AddMeetingRooms", "RemoveMeetingRooms",
}  # fmt: skip
"""Operations that concern people and rooms on events: a subscribed calendar has none."""

BODIES: dict[str, Json] = {
    "AddAttendee": {"attendeesToAdd": [{"email": "new@example.org"}]},
    "CreateAcls": {
        "privilege": "reader", "sendMsg": False, "scope": {"scopeType": "user", "userId": "{other}"},
    },
    "CreateEvent": {"summary": "New", **at("03-12T14:00")},
    "CreateEventByMe": {"summary": "New", **at("03-12T14:00")},
    "PatchEvent": {"id": "{event}", "summary": "Changed"},
    "AddMeetingRooms": {"meetingRoomsToAdd": [{"roomId": "{room}"}]},
    "RemoveMeetingRooms": {"meetingRoomsToRemove": [{"roomId": "{room}"}]},
    "RemoveAttendee": {"attendeesToRemove": [{"id": "{other}"}]},
    "RespondEvent": {"responseStatus": "tentative"},
    "MeetingRoomRespond": {"responseStatus": "accepted"},
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
ADD_ROOMS = next(one for one in NAMING if one.name == "AddMeetingRooms")
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
SECOND_DAY = datetime(2026, 3, 10, 1, tzinfo=UTC)
SERIES: Json = {
    **{name: value for name, value in FULL.items() if name != "freeBusyStatus"},
    **timed("2026-03-09T10:00:00+08:00", "2026-03-09T11:00:00+08:00"),
    "summary": TITLE,
    "recurrence": {
        "pattern": {"type": "daily"},
        "range": {"type": "endDate", "endDate": "2026-03-20T00:00:00+08:00"},
    },
}


def test_every_operation_is_placed() -> None:
    """What names a calendar has a place in the table: an operation that is added needs one too."""
    assert {route.name for route in NAMING} == LEAST.keys() | SUBSCRIBING | APPROVING


class Scene:
    """An owner, somebody of each privilege, a subscribed calendar; made once, on the second day of the series."""

    def __init__(self, server: Rili, database: SharedDatabase) -> None:
        self.app = App(server)
        add_people(self.app, database)
        self.owner, self.other = self.app.organizer.union_id, self.app.other.union_id
        self.people: dict[str, str] = {"owner": self.owner, "author": self.owner}
        for name in ("none", *GRANTED, "stranger", "subscriber", "manager"):
            self.people[name] = database.write(
                lambda tx: add_user(tx, server.corp_id, opaque_id(os.urandom, 12))
            ).union_id
        for privilege in GRANTED:
            grant(self.app, privilege, to=self.people[privilege])
        admin = {"unionId": server.users[0].union_id, "roomStatus": 0, "isvRoomId": "x"}
        room = self.app.call("POST", "/v1.0/rooms/meetingrooms", admin | {"roomName": opaque_id(os.urandom)})
        self.room: str = room.json["result"]
        self.calendar = shared(self.app, self.people["reader"])
        self.published = publish(self.app, managers=[self.people["manager"]])
        assert subscribe(self.app, self.published, self.people["subscriber"]).json == {}
        self.tokens = {name: user_token(self.app, database, one) for name, one in self.people.items()}
        places = (("primary", False), ("primary", True), (self.published, False))
        self.events = {(where, private): self.make(where, private=private) for where, private in places}

    def make(self, where: str, *, private: bool = False) -> str:
        draft = SERIES | ({"visibility": "private"} if private else {})
        if where == "primary":
            draft = draft | {"attendees": [{"id": self.other}]}
        reply = self.app.call("POST", self.app.path(calendar=where), draft)
        assert reply.status == 200, reply.body
        return str(reply.json["id"])

    def ask(self, route: Route, who: str, calendar: str, event_id: str) -> Reply:
        app, acl_id = self.app, "x"
        if route.name == "DeleteAcl" and who == "owner":
            acl_id = grant(app, "reader", to=self.other)["aclId"]
        ids = {"event": event_id, "other": self.other, "room": self.room}
        path = route.path.format(
            userId=self.people[who],
            calendarId=calendar,
            eventId=event_id,
            aclId=acl_id,
            roomId=self.room,
        )
        body: Any = None if route.body is None else json.loads(fill(json.dumps(BODIES[route.name]), ids))
        token = self.tokens[who] if "/me/" in route.path else app.token
        target = path + fill(QUERIES.get(route.name, ""), ids)
        return call(app.server.endpoint, route.method, target, {TOKEN: token}, body)


@pytest.fixture(scope="module")
def made_scene(shared_server: Rili) -> Iterator[Scene]:
    shared_server.clock.set(SECOND_DAY)
    with asyncio.Runner() as runner:
        db = runner.run(opened(shared_server.database))
        made = Scene(shared_server, SharedDatabase(db, runner))
        runner.run(db.close())
    yield made
    path = f"/v1.0/rooms/meetingRooms/{made.room}?unionId={shared_server.users[0].union_id}"
    App(shared_server).call("DELETE", path)  # the demo has six


async def opened(url: str) -> Database:
    return open_database(url)


@pytest.fixture
def scene(made_scene: Scene) -> Scene:
    made_scene.app.server.clock.set(SECOND_DAY)
    return made_scene


@pytest.mark.parametrize("privilege", [None, *PRIVILEGES])
@pytest.mark.parametrize("route", MATRIX)
def test_matrix(scene: Scene, route: Route, privilege: Privilege | None) -> None:
    app, least = scene.app, LEAST[route.name]
    allowed = privilege is not None and suffices(privilege, least)
    writes = route.method != "GET"
    for private in (False, True):
        fresh = allowed and writes
        event_id = scene.make("primary", private=private) if fresh else scene.events["primary", private]
        before = app.get(event_id) if writes and not allowed else None

        reply = scene.ask(route, privilege or "none", scene.calendar, event_id)

        told = None if privilege is None else disclosure(privilege, private=private)
        if privilege is None:
            assert (reply.status, reply.json["code"]) in {(404, "itemNotFound"), (400, "invalidParameter")}
            assert reply.json["message"] == "Calendar does not exist."
        elif not allowed or (told != "all" and names_one_event(route)):
            assert (reply.status, reply.json["code"]) == (403, "permissionDenied")
        else:
            assert reply.status == 200, reply.body
            assert_tells(reply, route, event_id, told)
        if told != "all" and "events" not in reply.json:
            assert_hides(reply.json, told)
        if before is not None:
            after = app.get(event_id)
            assert (after.body, after.headers["etag"]) == (before.body, before.headers["etag"])
        elif fresh:
            app.delete(event_id)


def names_one_event(route: Route) -> bool:
    return "{eventId}" in route.path or route.name == "ListEventsInstances"


def assert_tells(reply: Reply, route: Route, event_id: str, told: str | None) -> None:
    """The occurrences of the event in a page have the members that may be known, and no other."""
    if route.name not in ("ListEvents", "ListEventsView", "ListEventsViewByMe"):
        return
    events = [one for one in reply.json["events"] if one["seriesMasterId"] == event_id]
    assert len(events) == (2 if route.name == "ListEvents" else 3)  # of a list those that are due
    for one in events:
        if told == "all":
            assert (one["summary"], one["description"]) == (TITLE, FULL["description"])
        else:
            assert one.keys() == TIMES | ({"summary"} if told == "title" else set())
            assert_hides(one, told)


def assert_hides(answer: Json, told: str | None) -> None:
    body = json.dumps(answer, ensure_ascii=False)
    assert [one for one in (DETAILS if told == "title" else (TITLE, *DETAILS)) if one in body] == []


def fill(text: str, ids: dict[str, str]) -> str:
    for name, value in ids.items():
        text = text.replace("{" + name + "}", value)
    return text


@pytest.mark.parametrize("who", ["stranger", "subscriber", "manager", "author"])
@pytest.mark.parametrize("route", MATRIX)
def test_subscribed(scene: Scene, route: Route, who: str) -> None:
    """The same of a subscribed calendar: who subscribes reads, a manager writes, nobody attends."""
    privileges: dict[str, Privilege] = {"subscriber": "reader", "manager": "writer", "author": "owner"}
    allowed = who in privileges and suffices(privileges[who], LEAST[route.name])
    fresh = allowed and route.method != "GET" and route.name not in UNATTENDED
    event_id = scene.make(scene.published) if fresh else scene.events[scene.published, False]

    reply = scene.ask(route, who, scene.published, event_id)

    if who == "stranger":
        assert reply.json["message"] == "Calendar does not exist."
    elif route.name in UNATTENDED:
        dotted = "invalidParameter.subscribed.invalid"
        code = dotted if route.name == "ListAttendees" else "invalidParameter"
        assert (reply.status, reply.json["code"]) == (400, code)
        assert reply.json["message"] == "Subscribed calendar not support this method"
    elif not allowed:
        assert (reply.status, reply.json["code"]) == (403, "permissionDenied")
    elif LEAST[route.name] == "owner":  # of sharing it
        assert (reply.status, reply.json["code"]) == (400, "invalidParameter")
    else:
        assert reply.status == 200, reply.body
        assert_tells(reply, route, event_id, "all")
    if fresh:
        scene.app.call("DELETE", scene.app.path(event_id, calendar=scene.published))


def test_rooms_are_approved_of_by_their_own(scene: Scene) -> None:
    """Whatever the calendar's owner may do, and never in a subscribed calendar."""
    route = next(one for one in NAMING if one.name == "MeetingRoomRespond")
    event_id = scene.make("primary")
    scene.ask(ADD_ROOMS, "owner", "primary", event_id)

    for who, calendar in (("owner", "primary"), ("writer", scene.calendar), ("reader", scene.calendar)):
        reply = scene.ask(route, who, calendar, event_id)
        assert (reply.status, reply.json["code"]) == (403, "permissionDenied")
    reply = scene.ask(route, "author", scene.published, scene.events[scene.published, False])
    assert reply.json["message"] == "Subscribed calendar not support this method"
    scene.app.delete(event_id)


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
            assert [one for one in theirs if one["id"] != secret] == [
                one for one in mine if one["id"] != secret
            ]
            assert [one.keys() - TIMES for one in theirs if one["id"] == secret] == [set()]
            assert all(one.keys() <= TIMES for one in busy)


def test_a_writer_acts_in_the_owners_name(own_app: App, database: SharedDatabase) -> None:
    """The event is the owner's, and the record says who did it (decision 12)."""
    app = own_app
    grant(app, "writer")
    calendar, writer = shared(app), app.colleague.union_id
    made = app.call(
        "POST", app.path(user=writer, calendar=calendar), {"summary": "Plan", **at("03-10T14:00")}
    )
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
    assert [one.get("on_behalf_of") for one in outbox(app, database, invited)][1:] == [
        app.organizer.union_id
    ] * 2


@pytest.mark.parametrize("privilege", ["reader", "writer"])
def test_a_sync_hides_what_is_private(own_app: App, privilege: str) -> None:
    app = own_app
    grant(app, privilege)
    path = app.path(user=app.colleague.union_id, calendar=shared(app))
    event_id = app.create(DAILY | {"summary": TITLE})["id"]
    app.server.clock.set(SECOND_DAY)
    app.token = app.sign_in()
    token = app.call("GET", path).json["syncToken"]

    app.update(event_id, {"visibility": "private"})

    changed = app.call("GET", f"{path}?syncToken={token}").json
    assert len(changed["events"]) == 5
    assert {one.get("summary") for one in changed["events"]} == ({TITLE} if privilege == "writer" else {None})
    grant(app, "reader" if privilege == "writer" else "writer")
    stale = app.call("GET", f"{path}?syncToken={changed['syncToken']}")
    assert (stale.status, stale.json["code"]) == (400, "invalidParameter")
