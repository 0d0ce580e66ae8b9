"""Names: our description, and our answers, against tests/data/contract.json, which was read from the vendor's SDK."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rili.api.openapi import document
from rili.api.routes import ROUTES
from tests.conformance.clients import TOKEN, App, Json

CONTRACT = json.loads((Path(__file__).parents[1] / "data" / "contract.json").read_text("utf-8"))
OURS = json.loads(document(ROUTES, "http://127.0.0.1"))

OPERATIONS = {
    operation["name"]: operation
    for operation in CONTRACT["operations"]
    if operation["method"].lower() in OURS["paths"].get(operation["path"], {})
}

EXTRA_REQUEST = {
    "CreateEvent": {"attendees.email"},  # decision 4
    "PatchEvent": {  # the body of Create, whose members the page of Update does not have
        "eventConfig",
        "eventConfig.allowAttendeeAddConference",
        "eventConfig.allowAttendeeAddParticipants",
        "eventConfig.allowAttendeeCreateComment",
    },
}
EXTRA_HEADERS = {"If-Match"}  # decision 19
EXTRA_QUERY = {"PatchEvent": {"scope", "dryRun"}, "DeleteEvent": {"scope", "dryRun"}}  # decision 10

EXTRA_ANSWER = {  # one event for all operations, and people by mail (decision 4)
    "attendees.email",
    "categories.categoryId",
    "eventConfig",
    "eventConfig.allowAttendeeAddConference",
    "eventConfig.allowAttendeeAddParticipants",
    "eventConfig.allowAttendeeCreateComment",
    "freeBusyStatus",
    "status",
    # One event for all operations: these are there on occurrences.
    "originStart",
    "originStart.dateTime",
    "recurrenceId",
    "seriesMasterId",
    "recurrence.rrule",  # instead of a pattern, for what RFC 5545 alone can say
    "recurrence.pattern.firstDayOfWeek",
}
EXTRA_IN_LISTS = {  # which each list of the SDK leaves some of out
    "cardInstances",
    "cardInstances.outTrackId",
    "cardInstances.scenario",
    "categories",
    "categories.displayName",
    "reminders",
    "reminders.method",
    "reminders.minutes",
    "richTextDescription",
    "richTextDescription.text",
    "syncToken",
    "nextToken",
    "uiConfigs",
    "uiConfigs.uiName",
    "uiConfigs.uiStatus",
}
SERIES_REPORT = ("event.", "newSeries.", "keptExceptions", "droppedExceptions")
"""What an update of a series says besides (decision 10)."""

NOT_YET = {
    "extendedProperties.privateProperties",  # the page of an event
    "extendedProperties.privateProperties.dingtalkDetailUrl",
    "extendedProperties.sharedProperties.sourceOpenCid",  # group conversations
    "location.meetingRooms",  # rooms
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
        "GetEvent",
        "DeleteEvent",
        "GetAccessToken",
        "GetToken",
        "GetUser",
    } <= (OPERATIONS.keys())


@pytest.mark.parametrize("name", OPERATIONS)
def test_request(name: str) -> None:
    contract = OPERATIONS[name]
    ours = described(contract)
    parameters = [(one["in"], one["name"]) for one in ours.get("parameters", [])]
    headers = {one["name"] for one in contract["headers"]}

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
    contract = set(contract_names(OPERATIONS[name]["response"]))
    ours = set(
        schema_names(described(OPERATIONS[name])["responses"]["200"]["content"]["application/json"]["schema"])
    )

    assert {one.removeprefix("events.") for one in contract - ours} <= NOT_YET
    extra = {one for one in ours - contract if not f"{one}.".startswith(SERIES_REPORT)}
    assert {one.removeprefix("events.") for one in extra} <= EXTRA_ANSWER | EXTRA_IN_LISTS


@pytest.mark.parametrize("name", ["CreateEvent", "PatchEvent", "GetEvent"])
def test_what_is_really_answered(app: App, name: str) -> None:
    """Of an event with every member set, a guest among its people."""
    event = app.full_event()
    answer = {
        "CreateEvent": event,
        "PatchEvent": app.update(event["id"], {"attendees": [{"email": "g@example.org"}]}).json,
        "GetEvent": app.get(event["id"]).json,
    }[name]
    contract = set(contract_names(OPERATIONS[name]["response"]))

    answered = set(answered_names(answer))

    assert answered - contract <= EXTRA_ANSWER
    assert contract - answered - NOT_YET <= {
        *(one for one in contract if one.startswith("eventConfig")),
        # Members that one rule or one kind of time does not use.
        "start.date", "end.date", "originStart", "originStart.dateTime", "seriesMasterId",
        *(f"recurrence.pattern.{one}" for one in ("dayOfMonth", "daysOfWeek", "index", "firstDayOfWeek")),
        "recurrence.range.endDate", "recurrence.range.numberOfOccurrences",
    }  # fmt: skip


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
