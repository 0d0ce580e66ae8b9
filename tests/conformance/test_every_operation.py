"""Every operation of the contract that is offered, through the vendor's SDK, from one table."""

from __future__ import annotations

import importlib
import inspect
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alibabacloud_tea_util.models import RuntimeOptions

from rili.actions import plugins
from rili.api.routes import ROUTES
from rili.model.ids import opaque_id
from rili.store.plugins import Plugin
from tests.conformance.backdoor import user_token
from tests.conformance.clients import DAILY, HOUR, App, Json, at, config, legacy_id, model
from tests.conformance.sharing import grant, listed, publish
from tests.conformance.test_user_token import agree
from tests.conformance.vendor import make_vendor
from tests.people import SharedDatabase

CONTRACT = json.loads((Path(__file__).parents[1] / "data" / "contract.json").read_text("utf-8"))
OPERATIONS = {one["name"]: one for one in CONTRACT["operations"]}
OFFERED = sorted({route.name for route in ROUTES} & OPERATIONS.keys())


OWN_HOUR = at("05-20T07:00")
"""In which no other test has an event: one page shows them all."""


class World:
    """An app of the demo organisation, and an event and a series of its organizer's with a colleague."""

    def __init__(self, app: App, database: SharedDatabase) -> None:
        self.app = app
        self.database = database
        self.me, self.colleague = app.organizer.union_id, app.colleague.union_id
        people = {"attendees": [{"id": self.colleague}]}
        self.event = app.create(HOUR | OWN_HOUR | people)["id"]
        self.series = app.create(DAILY | people)["id"]
        self.published = publish(app)
        self.acl = grant(app, "reader")["aclId"]
        self.plugin = Plugin(opaque_id(os.urandom), "Plugin")
        database.write(
            lambda tx: plugins.add_plugin(tx, app.server.corp_id, self.plugin, now_ms=app.server.clock())
        )

        named = {"unionId": self.me, "roomStatus": 0, "isvRoomId": "x"}
        self.room = self.make("/v1.0/rooms/meetingrooms", named | {"roomName": unused_name()})
        self.group = self.make(
            "/v1.0/rooms/groups", {"unionId": self.me, "parentGroupId": 0, "groupName": "Third floor"}
        )

    def make(self, target: str, body: Json) -> Any:
        """The id of a new room or group."""
        return self.app.call("POST", target, body).json["result"]

    def book(self) -> None:
        """Put the room on the event."""
        body = {"meetingRoomsToAdd": [{"roomId": self.room}]}
        reply = self.app.call("POST", self.app.path(self.event) + "/meetingRooms", body)
        assert reply.json == {"result": True}

    def booked(self) -> list[tuple[str, str]]:
        """The rooms on the event, with their answers."""
        shown = self.app.get(self.event).json.get("meetingRooms", [])
        return [(one["roomId"], one["responseStatus"]) for one in shown]

    def suite(self) -> Json:
        """What an enterprise app shows, which the demo organisation authorised."""
        vendor = make_vendor(self.app, self.database)
        return {
            "suiteKey": vendor.enterprise.app_key,
            "suiteSecret": vendor.suite_secret,
            "suiteTicket": vendor.ticket,
        }

    def ask(self, name: str, path: dict[str, str], members: Json, token: str | None = None) -> Json:
        """What the SDK reads out of the answer, by the names of the wire; {} where it reads nothing."""
        operation = OPERATIONS[name]
        package = f"alibabacloud_dingtalk.{operation['module']}"
        models = importlib.import_module(f"{package}.models")
        client = importlib.import_module(f"{package}.client").Client(config(self.app.server.endpoint))
        arguments: Json = {"runtime": RuntimeOptions(), "headers": {}}
        if operation["headers"]:
            token = token or self.app.token
            arguments["headers"] = getattr(models, f"{name}Headers")(x_acs_dingtalk_access_token=token)
        request = getattr(models, f"{name}Request", None)  # some have neither query nor body
        assert request or not members
        if request:
            arguments["request"] = arguments["tmp_req"] = model(request, members)
        method = getattr(client, f"{operation['sdkMethod']}_with_options")
        answer = method(
            **{one: arguments.get(one, path.get(one)) for one in inspect.signature(method).parameters}
        )
        assert answer.status_code == 200
        body = getattr(answer, "body", None)
        return {} if body is None else body.to_map()


def unused_name() -> str:
    return f"Room {opaque_id(os.urandom)}"


Row = tuple[Callable[[World], Json], Callable[[World, Json], bool]]
"""The members of the request, and whether the answer is right."""


def members(**given: Any) -> Callable[[World], Json]:
    return lambda _: given


def ids(found: Json, name: str) -> list[str]:
    return [one["id"] for one in found[name]]


HOUR_OF_IT = {
    "timeMin": OWN_HOUR["start"]["dateTime"],
    "timeMax": OWN_HOUR["end"]["dateTime"],
    "maxResults": 100,
}
WINDOW = {"startTime": "2026-03-01T00:00Z", "endTime": "2026-03-20T00:00Z"}
MARCH = {"timeMin": "2026-03-01T00:00:00Z", "timeMax": "2026-03-20T00:00:00Z", "maxResults": 100}

ROWS: dict[str, Row] = {
    "CreateEvent": (lambda _: HOUR, lambda _, found: found["summary"] == HOUR["summary"]),
    "CreateEventByMe": (lambda _: HOUR, lambda _, found: found["summary"] == HOUR["summary"]),
    "PatchEvent": (
        lambda it: {"id": it.event, "summary": "Moved"},
        lambda it, found: (found["id"], found["summary"]) == (it.event, "Moved"),
    ),
    "GetEvent": (members(maxAttendees=1), lambda it, found: found["id"] == it.event),
    "DeleteEvent": (members(pushNotification=False), lambda it, _: it.app.get(it.event).status == 404),
    "CancelEvent": (members(), lambda it, _: it.app.get(it.event).json["status"] == "cancelled"),
    "TransferEvent": (
        lambda it: {"newOrganizerId": it.colleague},
        lambda it, _: it.app.get(it.event).json["organizer"]["id"] == it.colleague,
    ),
    "AddAttendee": (
        lambda it: {"attendeesToAdd": [{"id": it.app.other.union_id}]},
        lambda it, _: len(it.app.get(it.event).json["attendees"]) == 3,
    ),
    "RemoveAttendee": (
        lambda it: {"attendeesToRemove": [{"id": it.colleague}]},
        lambda it, _: len(it.app.get(it.event).json["attendees"]) == 1,
    ),
    "ListAttendees": (
        members(maxResults=10),
        lambda it, found: ids(found, "attendees") == [it.me, it.colleague],
    ),
    "RespondEvent": (
        members(responseStatus="tentative"),
        lambda it, _: it.app.get(it.event).json["attendees"][1]["responseStatus"] == "tentative",
    ),
    "SignIn": (members(), lambda _, found: found["checkInTime"] > 0),
    "CheckIn": (members(), lambda _, found: found["checkInTime"] > 0),
    "SignOut": (members(), lambda _, found: found["checkOutTime"] > 0),
    "GetSignInList": (
        members(maxResults=10, type="not_yet_sign_in"),
        lambda it, found: [one["userId"] for one in found["users"]] == [it.me, it.colleague],
    ),
    "GetSignOutList": (
        members(maxResults=10, type="not_yet_sign_out"),
        lambda it, found: [one["userId"] for one in found["users"]] == [it.me, it.colleague],
    ),
    "GetSignInLink": (members(), lambda it, found: it.app.server.base_url in found["signInLink"]),
    "GetSignOutLink": (members(), lambda it, found: it.app.server.base_url in found["signOutLink"]),
    "ListAiMinutes": (members(fetchAll=True), lambda _, found: found == {"minutes": []}),
    "ConvertLegacyEventId": (
        lambda it: {"legacyEventIds": [legacy_id(it.event)]},
        lambda it, found: found["legacyEventIdMap"] == {legacy_id(it.event): it.event},
    ),
    "ListCategories": (members(), lambda _, found: len(found["categories"]) > 0),
    "ListEvents": (
        lambda it: {"seriesMasterId": it.series, "maxResults": 100, "timeMin": MARCH["timeMin"]},
        lambda it, found: {one["seriesMasterId"] for one in found["events"]} == {it.series},
    ),
    "ListEventsView": (lambda _: HOUR_OF_IT, lambda it, found: it.event in ids(found, "events")),
    "ListEventsViewByMe": (lambda _: HOUR_OF_IT, lambda it, found: it.event in ids(found, "events")),
    "ListInstances": (lambda _: MARCH, lambda _, found: len(found["events"]) == 5),
    "ListEventsInstances": (
        lambda it: {"seriesMasterId": it.series},
        lambda it, found: {one["seriesMasterId"] for one in found["events"]} == {it.series},
    ),
    "ListCalendars": (
        members(),
        lambda it, found: it.published in ids(found["response"], "calendars"),
    ),
    "CreateAcls": (
        lambda it: {
            "privilege": "writer",
            "sendMsg": True,
            "scope": {"scopeType": "user", "userId": it.colleague},
        },
        lambda it, found: (found["aclId"], found["privilege"]) == (it.acl, "writer"),
    ),
    "ListAcls": (members(), lambda it, found: [one["aclId"] for one in found["acls"]] == [it.acl]),
    "DeleteAcl": (members(), lambda it, _: it.app.ask("list_acls", it.me, "primary").acls == []),
    "CreateSubscribedCalendar": (
        lambda it: {"name": "New", "subscribeScope": {"unionIds": [it.colleague]}},
        lambda it, found: found["calendarId"] in [one["id"] for one in listed(it.app, it.me)],
    ),
    "GetSubscribedCalendar": (members(), lambda it, found: found["author"] == it.me),
    "UpdateSubscribedCalendars": (
        members(name="Renamed"),
        lambda it, _: it.app.ask("get_subscribed_calendar", it.me, it.published).name == "Renamed",
    ),
    "DeleteSubscribedCalendar": (
        members(),
        lambda it, _: it.published not in [one["id"] for one in listed(it.app, it.me)],
    ),
    "SubscribeCalendar": (
        members(),
        lambda it, _: it.published in [one["id"] for one in listed(it.app, it.colleague)],
    ),
    "UnsubscribeCalendar": (
        members(),
        lambda it, _: it.published not in [one["id"] for one in listed(it.app, it.me)],
    ),
    "ListOrgPlugins": (
        members(),
        lambda it, found: it.plugin.plugin_id in [one["pluginId"] for one in found["plugins"]],
    ),
    "UpdateOrgPluginSubscribers": (
        lambda it: {"unionIds": [it.me], "deptIds": ["1"]},
        lambda _, found: found == {"result": True},
    ),
    "GetSchedule": (
        lambda it: {"userIds": [it.colleague]} | WINDOW,
        lambda it, found: [one["userId"] for one in found["scheduleInformation"]] == [it.colleague],
    ),
    "GetScheduleByMe": (
        lambda it: {"userIds": [it.colleague]} | WINDOW,
        lambda _, found: len(found["scheduleInformation"][0]["scheduleItems"]) > 0,
    ),
    "GetMeetingRoomsSchedule": (
        lambda it: {"roomIds": [it.app.server.rooms[0].room_id]} | WINDOW,
        lambda _, found: "error" not in found["scheduleInformation"][0],
    ),
    "AddMeetingRooms": (
        lambda it: {"meetingRoomsToAdd": [{"roomId": it.room}]},
        lambda it, found: found["result"] and it.booked() == [(it.room, "accepted")],
    ),
    "RemoveMeetingRooms": (
        lambda it: it.book() or {"meetingRoomsToRemove": [{"roomId": it.room}]},
        lambda it, found: found["result"] and it.booked() == [],
    ),
    "MeetingRoomRespond": (
        lambda it: it.book() or {"responseStatus": "declined"},
        lambda it, found: found["result"] and it.booked() == [(it.room, "declined")],
    ),
    "CreateMeetingRoom": (
        lambda it: {"unionId": it.me, "roomName": unused_name(), "roomStatus": 0, "isvRoomId": "x"},
        lambda _, found: len(found["result"]) == 48,
    ),
    "UpdateMeetingRoom": (
        lambda it: {"unionId": it.me, "roomId": it.room, "roomCapacity": 9},
        lambda _, found: found["result"],
    ),
    "DeleteMeetingRoom": (lambda it: {"unionId": it.me}, lambda _, found: found["result"]),
    "QueryMeetingRoom": (
        lambda it: {"unionId": it.me},
        lambda it, found: found["result"]["roomId"] == it.room,
    ),
    "QueryMeetingRoomList": (
        lambda it: {"unionId": it.me, "maxResults": 2},
        lambda _, found: found["hasMore"] and len(found["result"]) == 2,
    ),
    "SetSuperUserMeetingRoom": (
        lambda it: {"unionId": it.me, "roomId": it.room, "userIdWhiteList": [it.colleague]},
        lambda _, found: found["result"],
    ),
    "RemoveSuperUserMeetingRoom": (
        lambda it: {"unionId": it.me, "roomId": it.room},
        lambda _, found: found["result"],
    ),
    "CreateMeetingRoomGroup": (
        lambda it: {"unionId": it.me, "parentGroupId": it.group, "groupName": "East"},
        lambda _, found: found["result"] > 0,
    ),
    "UpdateMeetingRoomGroup": (
        lambda it: {"unionId": it.me, "groupId": it.group, "groupName": "Fourth floor"},
        lambda _, found: found["result"],
    ),
    "DeleteMeetingRoomGroup": (lambda it: {"unionId": it.me}, lambda _, found: found["result"]),
    "QueryMeetingRoomGroup": (
        lambda it: {"unionId": it.me},
        lambda it, found: (found["groupId"], found["groupName"]) == (it.group, "Third floor"),
    ),
    "QueryMeetingRoomGroupList": (
        lambda it: {"unionId": it.me},
        lambda it, found: it.group in [one["groupId"] for one in found["result"]],
    ),
    "QueryMeetingRoomGroupAdmin": (
        lambda it: {"unionId": it.me},
        lambda it, found: found["result"]["groupId"] == it.group,
    ),
    "CreateBookingBlacklist": (
        lambda it: {"unionId": it.me, "blacklistUnionId": it.colleague, "startTime": 0, "endTime": 1},
        lambda _, found: found["result"],
    ),
    "DeleteBookingBlacklist": (
        lambda it: {"unionId": it.me, "blacklistUnionIds": [it.colleague]},
        lambda _, found: found["result"],
    ),
    "GetUser": (members(), lambda it, found: found["nick"] == it.app.organizer.name),
    "SearchUser": (
        lambda it: {"queryWord": it.app.organizer.name, "offset": 0, "size": 10, "fullMatchField": 1},
        lambda it, found: found["list"] == [it.app.organizer.userid],
    ),
    "SearchDepartment": (
        members(queryWord="研发", offset=0, size=10),
        lambda _, found: found["totalCount"] == len(found["list"]) > 0,
    ),
    "BatchGetUser": (
        lambda it: {"userIdList": [it.app.colleague.userid]},
        lambda it, found: [one["unionid"] for one in found["userList"]] == [it.colleague],
    ),
    "GetAccessToken": (
        lambda it: {"appKey": it.app.server.app_key, "appSecret": it.app.server.app_secret},
        lambda it, found: found["accessToken"] == it.app.token,
    ),
    "GetToken": (
        lambda it: {
            "client_id": it.app.server.app_key,
            "client_secret": it.app.server.app_secret,
            "grant_type": "client_credentials",
        },
        lambda it, found: found["access_token"] == it.app.token,
    ),
    "GetCorpAccessToken": (
        lambda it: it.suite() | {"authCorpId": it.app.server.corp_id},
        lambda _, found: (len(found["accessToken"]), found["expireIn"]) == (32, 7200),
    ),
    "GetSuiteAccessToken": (
        lambda it: it.suite(),
        lambda _, found: (len(found["accessToken"]), found["expireIn"]) == (32, 7200),
    ),
    "GetUserToken": (
        lambda it: {
            "clientId": it.app.server.app_key,
            "clientSecret": it.app.server.app_secret,
            "grantType": "authorization_code",
            "code": agree(it.app),
        },
        lambda it, found: found["corpId"] == it.app.server.corp_id,
    ),
}
OF_A_COLLEAGUE = {"RespondEvent", "SubscribeCalendar"}
"""What the colleague does; all else is the organizer's."""

OF_THE_SERIES = {"ListInstances"}

OF_A_SUBSCRIBED_CALENDAR = {
    "GetSubscribedCalendar",
    "UpdateSubscribedCalendars",
    "DeleteSubscribedCalendar",
    "SubscribeCalendar",
    "UnsubscribeCalendar",
}


@pytest.mark.parametrize("name", OFFERED)
def test_every_operation(app: App, database: SharedDatabase, name: str) -> None:
    world = World(app, database)
    ask, right = ROWS[name]
    path = {
        "user_id": world.colleague if name in OF_A_COLLEAGUE else world.me,
        "union_id": world.me,
        "calendar_id": world.published if name in OF_A_SUBSCRIBED_CALENDAR else "primary",
        "room_id": world.room,
        "group_id": world.group,
        "acl_id": world.acl,
        "plugin_id": world.plugin.plugin_id,
        "corp_id": app.server.corp_id,
        "event_id": world.series if name in OF_THE_SERIES else world.event,
    }
    token = user_token(app, database, world.me) if name.endswith("ByMe") else None

    found = world.ask(name, path, ask(world), token)

    assert right(world, found), found
    for room in (world.room, *([found["result"]] if name == "CreateMeetingRoom" else [])):
        app.call("DELETE", f"/v1.0/rooms/meetingRooms/{room}?unionId={world.me}")  # the demo has six


def test_every_operation_has_its_row() -> None:
    assert sorted(ROWS) == OFFERED
