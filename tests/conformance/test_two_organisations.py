"""Operations on people with another organisation's token, ids and people: nothing is seen, nothing is changed."""

from __future__ import annotations

import json
import os
from typing import Any, NamedTuple

import pytest

from rili.api.router import Route
from rili.api.routes import ROUTES
from rili.sandbox import demo
from tests.conformance.clients import HOUR, TOKEN, App, Json, Reply, call, legacy_id
from tests.people import SharedDatabase, add_app, add_organisation, add_user


class Stranger(NamedTuple):
    """An administrator of another organisation, with its app's token."""

    union_id: str
    token: str


@pytest.fixture
def stranger(app: App, database: SharedDatabase) -> Stranger:
    def make(tx: Any) -> tuple[str, str, str]:
        corp_id = add_organisation(tx)
        union_id = add_user(tx, corp_id, f"s{os.urandom(4).hex()}", admin=True).union_id
        other, secret = add_app(tx, corp_id)
        return union_id, other.app_key, secret

    union_id, app_key, secret = database.write(make)
    body = {"appKey": app_key, "appSecret": secret}
    token = call(app.server.endpoint, "POST", "/v1.0/oauth2/accessToken", body=body).json["accessToken"]
    return Stranger(union_id, token)


OPERATIONS: list[tuple[str, str, Json | None]] = [
    ("POST", "/attendees", {"attendeesToAdd": [{"id": "{theirs}"}]}),
    ("POST", "/attendees/batchRemove", {"attendeesToRemove": [{"id": "{colleague}"}]}),
    ("POST", "/respond", {"responseStatus": "declined"}),
    ("GET", "/attendees", None),
]


@pytest.mark.parametrize("user", ["theirs", "organizer", "colleague"])
@pytest.mark.parametrize(
    ("method", "path", "body"), [pytest.param(*one, id=f"{one[0]} {one[1]}") for one in OPERATIONS]
)
@pytest.mark.parametrize("occurrence", [False, True], ids=["whole", "occurrence"])
def test_their_token(
    app: App, stranger: Stranger, method: str, path: str, body: Json | None, user: str, *, occurrence: bool
) -> None:
    series, days = app.make_series({"attendees": [{"id": app.colleague.union_id}]})
    event_id = days[1] if occurrence else series
    before = app.get(event_id)
    users = {
        "theirs": stranger.union_id, "organizer": app.organizer.union_id, "colleague": app.colleague.union_id,
    }  # fmt: skip

    reply = send(app, stranger.token, method, app.path(event_id, user=users[user]) + path, named(body, users))

    assert (reply.status, reply.json["code"]) == (404, "itemNotFound")
    after = app.get(event_id)
    assert (after.body, after.headers["etag"]) == (before.body, before.headers["etag"])


def test_their_people(app: App, stranger: Stranger) -> None:
    """A person of theirs is nobody here: not added, not removed, and has no answer to give."""
    event_id = app.create({"attendees": [{"id": app.colleague.union_id}]})["id"]
    before = app.get(event_id)
    them = {"id": stranger.union_id}
    path = app.path(event_id)

    added = send(app, app.token, "POST", path + "/attendees", {"attendeesToAdd": [them]})
    removed = send(app, app.token, "POST", path + "/attendees/batchRemove", {"attendeesToRemove": [them]})
    answered = send(
        app,
        app.token,
        "POST",
        app.path(event_id, user=stranger.union_id) + "/respond",
        {"responseStatus": "accepted"},
    )

    assert (added.status, added.json["code"]) == (400, "invalidParameter")
    assert (removed.status, removed.json) == (200, {})
    assert (answered.status, answered.json["code"]) == (404, "itemNotFound")
    after = app.get(event_id)
    assert (after.body, after.headers["etag"]) == (before.body, before.headers["etag"])


def named(body: Json | None, users: dict[str, str]) -> Json | None:
    """*body* with the people's ids."""
    if body is None:
        return None
    return {
        name: [{"id": one["id"].format(**users)} for one in value] if isinstance(value, list) else value
        for name, value in body.items()
    }


def send(app: App, token: str, method: str, target: str, body: Json | None) -> Reply:
    return call(app.server.endpoint, method, target, {TOKEN: token}, body)


GROUP_ID = next(iter(demo.GROUP_IDS.values()))
ROOM: Json = {
    "unionId": "{them}",
    "roomName": "Theirs now",
    "roomStatus": 0,
    "isvRoomId": "x",
    "groupId": GROUP_ID,
}
WINDOW = {"startTime": "2026-03-01T00:00Z", "endTime": "2026-04-01T00:00Z"}
BODIES: dict[str, Json] = {
    "AddMeetingRooms": {"meetingRoomsToAdd": [{"roomId": "{room}"}]},
    "AddAttendee": {"attendeesToAdd": [{"id": "{colleague}"}]},
    "CreateBookingBlacklist": {"unionId": "{them}", "blacklistUnionId": "{colleague}", "startTime": 0},
    "ConvertLegacyEventId": {"legacyEventIds": ["{legacy}"]},
    "CreateAcls": {
        "privilege": "writer",
        "sendMsg": True,
        "scope": {"scopeType": "user", "userId": "{colleague}"},
    },
    "CreateEvent": HOUR,
    "CreateMeetingRoom": ROOM,
    "CreateMeetingRoomCamelCase": ROOM,
    "CreateMeetingRoomGroup": {"unionId": "{them}", "parentGroupId": GROUP_ID, "groupName": "Theirs now"},
    "DeleteBookingBlacklist": {"unionId": "{them}", "blacklistUnionIds": ["{colleague}"]},
    "CreateSubscribedCalendar": {"name": "Theirs", "subscribeScope": {"unionIds": ["{colleague}"]}},
    "MeetingRoomRespond": {"responseStatus": "accepted"},
    "FindTimes": {"attendees": [{"id": "{colleague}"}], "durationMinutes": 30} | WINDOW,
    "GetMeetingRoomsSchedule": {"roomIds": ["{room}"]} | WINDOW,
    "GetSchedule": {"userIds": ["{colleague}"]} | WINDOW,
    "GetScheduleAlias": {"userIds": ["{colleague}"]} | WINDOW,
    "PatchEvent": {"id": "{event}", "summary": "Theirs now"},
    "RemoveAttendee": {"attendeesToRemove": [{"id": "{colleague}"}]},
    "RemoveMeetingRooms": {"meetingRoomsToRemove": [{"roomId": "{room}"}]},
    "RespondEvent": {"responseStatus": "declined"},
    "SetSuperUserMeetingRoom": {"unionId": "{them}", "roomId": "{room}", "userIdWhiteList": ["{colleague}"]},
    "SearchDepartment": {"queryWord": "研发", "offset": 0, "size": 10},
    "SearchUser": {"queryWord": "王", "offset": 0, "size": 10},
    "TransferEvent": {"newOrganizerId": "{colleague}"},
    "UpdateMeetingRoom": {"unionId": "{them}", "roomId": "{room}", "roomName": "Theirs now"},
    "UpdateMeetingRoomGroup": {"unionId": "{them}", "groupId": GROUP_ID, "groupName": "Theirs now"},
    "UpdateOrgPluginSubscribers": {"unionIds": ["{colleague}"]},
    "UpdateSubscribedCalendars": {"name": "Theirs now"},
}
QUERIES = {
    "BatchGetUser": "?userIdList=%5B%22user01%22%5D",
    "GetSignInList": "?maxResults=9&type=sign_in",
    "GetSignOutList": "?maxResults=9&type=sign_out",
    "ListEventsInstances": "?seriesMasterId={event}",
    "RemoveSuperUserMeetingRoom": "?roomId={room}&unionId={them}",
}
WALKED = [route for route in ROUTES if route.scope is not None and "/me/" not in route.path]
"""Every operation of the new family that takes an app's token: one that is added later is walked too."""


@pytest.mark.parametrize("route", [pytest.param(route, id=route.name) for route in WALKED])
def test_every_operation(app: App, stranger: Stranger, route: Route) -> None:
    """With ids of ours, all in order otherwise: they learn nothing of ours, and change nothing."""
    event_id = app.create({"summary": "Ours alone", "attendees": [{"id": app.colleague.union_id}]})["id"]
    before = app.get(event_id)
    room = app.server.rooms[0]
    ids = {
        "colleague": app.colleague.union_id, "event": event_id, "legacy": legacy_id(event_id),
        "them": stranger.union_id, "room": room.room_id,
    }  # fmt: skip
    path = route.path.format(
        userId=app.organizer.union_id,
        unionId=app.organizer.union_id,
        calendarId="primary",
        eventId=event_id,
        roomId=room.room_id,
        groupId=GROUP_ID,
        aclId="x",
        pluginId="x",
    )
    query = "?unionId={them}" if route.path.startswith("/v1.0/rooms/") and route.body is None else ""
    rooms_before = rooms_of(app)
    body = BODIES[route.name] if route.body is not None else None
    text = None if body is None else fill(json.dumps(body), ids)

    reply = call(
        app.server.endpoint, route.method, path + fill(QUERIES.get(route.name, query), ids), {TOKEN: stranger.token},
        None if text is None else json.loads(text),
    )  # fmt: skip

    assert reply.status < 500
    told = {
        name: value for name, value in reply.json.items() if name != "description"
    }  # repeats what was asked
    for ours in (
        event_id, "Ours alone", app.organizer.union_id, app.organizer.userid, app.organizer.name,
        room.room_id, room.name,
    ):  # fmt: skip
        assert ours not in json.dumps(told, ensure_ascii=False).replace(
            '"unauthorizedUserIdList": ["user01"]', ""
        )
    after = app.get(event_id)
    assert (after.body, after.headers["etag"]) == (before.body, before.headers["etag"])
    assert rooms_of(app) == rooms_before


def rooms_of(app: App) -> list[bytes]:
    """What our administrator sees of our rooms."""
    room_id, query = app.server.rooms[0].room_id, f"?unionId={app.organizer.union_id}"
    paths = ("meetingRoomLists", f"meetingRooms/{room_id}", "groupLists")
    replies = [app.call("GET", f"/v1.0/rooms/{path}{query}") for path in paths]
    assert all(reply.status == 200 for reply in replies)
    return [reply.body for reply in replies]


def fill(text: str, ids: dict[str, str]) -> str:
    for name, value in ids.items():
        text = text.replace("{" + name + "}", value)
    return text
