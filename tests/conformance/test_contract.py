"""Names: our description, and our answers, against tests/data/contract.json, which was read from the vendor's SDK."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rili.api.openapi import document
from rili.api.routes import ROUTES
from tests.conformance.backdoor import user_token
from tests.conformance.clients import TOKEN, App, Json
from tests.people import SharedDatabase

CONTRACT = json.loads((Path(__file__).parents[1] / "data" / "contract.json").read_text("utf-8"))
OURS = json.loads(document(ROUTES, "http://127.0.0.1"))

OPERATIONS = {
    operation["name"]: operation
    for operation in CONTRACT["operations"]
    if operation["method"].lower() in OURS["paths"].get(operation["path"], {})
}

BODY_OF_CREATE = {  # one body for both ways to create
    "attendees.email",
    "cardInstances",
    "cardInstances.outTrackId",
    "cardInstances.scenario",
    "categories",
    "categories.categoryId",
    "categories.displayName",
    "eventConfig",
    "eventConfig.allowAttendeeAddConference",
    "eventConfig.allowAttendeeAddParticipants",
    "eventConfig.allowAttendeeCreateComment",
    "freeBusyStatus",
}
EXTRA_REQUEST = {
    "AddAttendee": {"attendeesToAdd.email"},  # decision 4
    "RemoveAttendee": {"attendeesToRemove.email"},
    "CreateEventByMe": BODY_OF_CREATE | {"visibility"},
    "CreateEvent": {"attendees.email", "visibility"},  # decisions 4, 87
    "PatchEvent": {  # the body of Create, whose members the page of Update does not have
        "eventConfig",
        "eventConfig.allowAttendeeAddConference",
        "eventConfig.allowAttendeeAddParticipants",
        "eventConfig.allowAttendeeCreateComment",
        "visibility",
    },
}
EXTRA_HEADERS = {"If-Match"}  # decision 19
INTERNAL_HEADERS = {  # what the vendor's own gateway tells its services, in ListAiMinutes and ListOrgPlugins
    "dingAccessTokenType",
    "dingClientId",
    "dingOpenAppOrgId",
    "dingIsvOrgId",
    "dingOrgId",
    "dingSuiteKey",
    "dingUid",
    "userAgent",
}
EXTRA_QUERY = {  # decision 10
    "AddMeetingRooms": {"dryRun"},
    "MeetingRoomRespond": {"dryRun"},
    "RemoveMeetingRooms": {"dryRun"},
    "CancelEvent": {"dryRun"},
    "DeleteEvent": {"scope", "dryRun"},
    "PatchEvent": {"scope", "dryRun"},
    "TransferEvent": {"dryRun"},
}

EXTRA_ANSWER = {
    "attendees.email",  # people by mail (decision 4)
    "categories.categoryId",
    "eventConfig",
    "eventConfig.allowAttendeeAddConference",
    "eventConfig.allowAttendeeAddParticipants",
    "eventConfig.allowAttendeeCreateComment",
    "freeBusyStatus",
    "recurrence.rrule",  # instead of a pattern, for what RFC 5545 alone can say
    "recurrenceId",  # in the text of the page of ListEvents, in no model
    "visibility",  # our extension (decision 87)
    "syncToken",  # described for every list; ListEvents alone answers one
}
"""What an event, or a page of events, has besides: it is one event for all operations, with whatever Get answers."""
SERIES_REPORT = ("event.", "newSeries.", "keptExceptions", "droppedExceptions")
"""What an update of a series says besides (decision 10)."""

NOT_YET = {
    "extendedProperties.privateProperties",  # the page of an event
    "extendedProperties.privateProperties.dingtalkDetailUrl",
    "extendedProperties.sharedProperties.sourceOpenCid",  # group conversations
    "location.meetingRooms",  # rooms
    "result.deviceUnionIds",  # hardware
    "result.roomStaffId",  # reserved
    "result.roomUnionId",  # what it is good for, no source says
    "loginEmail",  # what it is, no source says
    "meetingRooms",
    "meetingRooms.displayName",
    "meetingRooms.responseStatus",
    "meetingRooms.roomId",
    "onlineMeetingInfo.extraInfo",  # what the vendor's own meetings have
}
"""Members of an answer that depend on what is not offered yet."""


def test_the_operations() -> None:
    assert {
        "ListEvents",
        "ListEventsView",
        "ListEventsViewByMe",
        "ListInstances",
        "ListEventsInstances",
        "PatchEvent",
        "CreateEvent",
        "CreateEventByMe",
        "CancelEvent",
        "TransferEvent",
        "GetSchedule",
        "GetScheduleByMe",
        "GetMeetingRoomsSchedule",
        "ListAiMinutes",
        "ConvertLegacyEventId",
        "ListCategories",
        "SignIn",
        "CheckIn",
        "SignOut",
        "GetSignInList",
        "GetSignOutList",
        "GetSignInLink",
        "GetSignOutLink",
        "GetEvent",
        "DeleteEvent",
        "AddMeetingRooms",
        "RemoveMeetingRooms",
        "MeetingRoomRespond",
        "AddAttendee",
        "RemoveAttendee",
        "ListAttendees",
        "RespondEvent",
        "CreateMeetingRoom",
        "UpdateMeetingRoom",
        "DeleteMeetingRoom",
        "QueryMeetingRoom",
        "QueryMeetingRoomList",
        "SetSuperUserMeetingRoom",
        "RemoveSuperUserMeetingRoom",
        "CreateMeetingRoomGroup",
        "UpdateMeetingRoomGroup",
        "DeleteMeetingRoomGroup",
        "QueryMeetingRoomGroup",
        "QueryMeetingRoomGroupList",
        "QueryMeetingRoomGroupAdmin",
        "CreateBookingBlacklist",
        "DeleteBookingBlacklist",
        "ListCalendars",
        "CreateAcls",
        "ListAcls",
        "DeleteAcl",
        "CreateSubscribedCalendar",
        "GetSubscribedCalendar",
        "UpdateSubscribedCalendars",
        "DeleteSubscribedCalendar",
        "SubscribeCalendar",
        "UnsubscribeCalendar",
        "ListOrgPlugins",
        "UpdateOrgPluginSubscribers",
        "GetAccessToken",
        "GetCorpAccessToken",
        "GetSuiteAccessToken",
        "GetToken",
        "GetUserToken",
        "GetUser",
        "SearchUser",
        "SearchDepartment",
        "BatchGetUser",
    } <= (OPERATIONS.keys())


@pytest.mark.parametrize("name", OPERATIONS)
def test_request(name: str) -> None:
    contract = OPERATIONS[name]
    ours = described(contract)
    parameters = [(one["in"], one["name"]) for one in ours.get("parameters", [])]
    headers = {one["name"] for one in contract["headers"]} - INTERNAL_HEADERS

    assert ours["operationId"] == name
    assert [one for place, one in parameters if place == "path"] == [
        one["name"] for one in contract["pathParams"]
    ]
    assert {one for place, one in parameters if place == "query"} - EXTRA_QUERY.get(name, set()) == {
        one["name"] for one in contract["query"]
    }
    assert {one for place, one in parameters if place == "header"} - EXTRA_HEADERS == headers - {TOKEN}
    assert (TOKEN in headers) == ("security" in ours)
    assert body_names(ours) == set(contract_names(contract["body"])) | EXTRA_REQUEST.get(name, set())


@pytest.mark.parametrize("name", OPERATIONS)
def test_answer(name: str) -> None:
    contract = answer_names(name)
    ours = set(
        schema_names(described(OPERATIONS[name])["responses"]["200"]["content"]["application/json"]["schema"])
    )
    extra = {one for one in ours - contract if not f"{one}.".startswith(SERIES_REPORT)}

    assert of_events(contract - ours) <= NOT_YET
    assert of_events(extra) <= EXTRA_ANSWER | answer_names("GetEvent")


LISTS = ("ListEvents", "ListEventsView", "ListEventsViewByMe", "ListInstances", "ListEventsInstances")


@pytest.mark.parametrize("name", ["CreateEvent", "PatchEvent", "GetEvent", *LISTS])
def test_what_is_really_answered(own_app: App, database: SharedDatabase, name: str) -> None:
    """Of an event with every member set, a guest among its people; of lists, its first occurrence and one more page."""
    event = own_app.full_event()
    changed = own_app.update(event["id"], {"attendees": [{"email": "g@example.org"}]}).json
    if name in LISTS:
        own_app.server.clock.set(datetime(2026, 3, 11, 8, tzinfo=UTC))
        own_app.token = user_token(own_app, database, own_app.organizer.union_id)
        answer: Any = list_answers(own_app, name, event["id"])
    else:
        answer = {"CreateEvent": event, "PatchEvent": changed}.get(name) or own_app.get(event["id"]).json
    contract = answer_names(name)

    answered = set(answered_names(answer))

    assert of_events(answered - contract) <= (EXTRA_ANSWER - {"syncToken"}) | answer_names("GetEvent")
    assert of_events(contract - answered) - NOT_YET <= {
        *(one for one in contract if one.startswith("eventConfig")),
        # Members that one rule or one kind of time does not use, or that occurrences alone have.
        "start.date", "end.date",
        *(("originStart", "originStart.dateTime", "seriesMasterId") if name not in LISTS else ()),
        *(f"recurrence.pattern.{one}" for one in ("dayOfMonth", "daysOfWeek", "index", "firstDayOfWeek")),
        "recurrence.range.endDate", "recurrence.range.numberOfOccurrences",
    }  # fmt: skip


def list_answers(app: App, name: str, series_id: str) -> list[Json]:
    """A first page of one item, and a page of all: there the two tokens are."""
    operation = OPERATIONS[name]
    path = operation["path"].format(userId=app.organizer.union_id, calendarId="primary", eventId=series_id)
    query = f"?seriesMasterId={series_id}&timeMin=2026-03-09T16:00:00Z"
    replies = [app.call("GET", path + query + f"&maxResults={size}") for size in (1, 100)]
    assert all(one.json["events"] for one in replies)
    return [one.json for one in replies]


def answer_names(name: str) -> set[str]:
    """Every member of the answer of an operation, by the contract."""
    return set(contract_names(OPERATIONS[name]["response"]))


def of_events(names: set[str]) -> set[str]:
    """*names*, those of each event of a list as an event's own."""
    return {one.removeprefix("events.") for one in names}


def described(operation: Json) -> Json:
    found: Json = OURS["paths"][operation["path"]][operation["method"].lower()]
    return found


def body_names(ours: Json) -> set[str]:
    if "requestBody" not in ours:
        return set()
    return set(schema_names(ours["requestBody"]["content"]["application/json"]["schema"]))


def contract_names(body: Json | None, path: str = "") -> Iterator[str]:
    """Every member's path, through objects and arrays."""
    for field in (body or {}).get("fields", ()):
        yield path + field["name"]
        yield from contract_names(field.get("items", field), f"{path}{field['name']}.")


def schema_names(schema: Json, path: str = "") -> Iterator[str]:
    """The same of a JSON schema."""
    if "$ref" in schema:
        schema = OURS["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for choice in schema.get("anyOf", ()):
        yield from schema_names(choice, path)
    if "items" in schema:
        yield from schema_names(schema["items"], path)
    for name, one in schema.get("properties", {}).items():
        yield path + name
        yield from schema_names(one, f"{path}{name}.")


def answered_names(value: Any, path: str = "") -> Iterator[str]:
    """The same of an answer."""
    if isinstance(value, list):
        for one in value:
            yield from answered_names(one, path)
    if isinstance(value, dict):
        for name, one in value.items():
            yield path + name
            yield from answered_names(one, f"{path}{name}.")
