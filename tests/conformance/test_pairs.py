"""The samples of tests/data/pairs: each request goes out as it is written there, and its answer must come back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from rili.actions import directory, register
from rili.actions.sign_in import issue_token
from rili.model import scopes
from rili.model.directory import App, Organisation, User
from rili.store import organisations
from rili.store.db import Tx
from rili.testing import START, Rili
from tests.conformance.backdoor import first_of, held
from tests.conformance.clients import TOKEN, Json, Reply, call
from tests.people import SharedDatabase

PAIRS = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in Path(__file__).parents[1].glob("data/pairs/*.json")
}

CORP_ID = "ding8f2c4b7a91d3e605"
PEOPLE = {
    "iiiP35sJadba8aBSgjrwPRKgiEiF": "Li Wei",
    "Xk7tQm2LrVn9cYbWdPzaSgiEiE": "Chen An",
    "R4sTu8vWxYz1AbCdEfGhIgiEiE": "Bo Lin",
}
MADE_BY = {
    "M1Z3SEEyOHBkZjlMemxhTFpSSFR2QT09": "create_timed",
    "dnZtVmhDRjY5MFRrQk8xRW96cjFpUT09": "create_recurring_weekly_numbered",
}
"""The pair that makes the event with that id, which the pair under test speaks of."""

OURS = {
    "id": "a new event's id is random; that it is one id throughout is checked",
    "requestid": "random; that the header repeats it is checked",
    "onlineMeetingInfo.conferenceId": "random",
    "onlineMeetingInfo.url": "a configured template (decision 24)",
    "onlineMeetingInfo.extraInfo": "dial-in numbers of the vendor's own meetings",
    "location.meetingRooms": "rooms are not booked yet",
    "meetingRooms": "rooms are not booked yet",
    "categories": "the pair that makes this event sends none",
}
"""Members that need not be as the pair has them, and why."""


class Office:
    """The organisation of the pairs, on a running server; the pairs' token is its app's."""

    def __init__(self, server: Rili, database: SharedDatabase) -> None:
        self.server = server
        self.database = database
        self.ids: dict[str, str] = {}
        """Ours for each id of the pairs."""

    def send(self, request: Json, now: datetime) -> Reply:
        """*request* as it is written, but for the ids of events, at *now*."""
        self.server.clock.set(now)
        token = request["headers"][TOKEN]
        self.database.write(lambda tx: issue_token(tx, "pairs", new_token=token, now_ms=self.server.clock()))
        target, body = request["path"], request.get("body")
        if "rawQuery" in request:
            target += "?" + request["rawQuery"]
        text = None if body is None else json.dumps(body, ensure_ascii=False)
        for theirs, ours in self.ids.items():
            target = target.replace(theirs, ours)
            text = text and text.replace(theirs, ours)
        return call(
            self.server.endpoint, request["method"], target, request["headers"], text and text.encode()
        )

    def make(self, name: str) -> datetime:
        """Do what the pair *name* does; answers when."""
        now = instant(PAIRS[name])
        reply = self.send(PAIRS[name]["request"], now)
        self.ids[PAIRS[name]["response"]["body"]["id"]] = reply.json["id"]
        return now


@pytest.fixture
def office(server: Rili, database: SharedDatabase) -> Iterator[Office]:
    database.write(add_organisation)
    yield Office(server, database)
    database.write(lambda tx: organisations.erase(tx, CORP_ID))


def add_organisation(tx: Tx) -> None:
    register.add_organisation(tx, Organisation(corp_id=CORP_ID, name="Pairs", created_ms=0))
    for number, (union_id, name) in enumerate(PEOPLE.items(), start=1):
        user = User(corp_id=CORP_ID, userid=f"p{number}", union_id=union_id, name=name, created_ms=0)
        directory.add_user(tx, user, [], new_calendar_id=f"calendar{number}")
    app = App(app_key="pairs", corp_id=CORP_ID, agent_id=1, name="Pairs", scopes=scopes.ALL, created_ms=0)
    register.add_app(tx, app, "secret")


def instant(pair: Json) -> datetime:
    """When the pair happened: what its answer says, or some time."""
    body = pair["response"]["body"]
    text = body.get("updateTime", body.get("createTime"))
    return datetime.fromisoformat(text) if text else START


@pytest.mark.parametrize("name", sorted(PAIRS.keys() - {"error_idempotency_in_flight"}))
def test_pair(office: Office, name: str) -> None:
    request, expected = PAIRS[name]["request"], PAIRS[name]["response"]
    now = instant(PAIRS[name])
    for theirs, maker in MADE_BY.items():
        if theirs in request["path"]:
            made = office.make(maker)
            now = now if "updateTime" in expected["body"] else made

    reply = office.send(request, now)

    assert_answered(reply, expected)
    if reply.status == 200 and reply.json:
        assert re.fullmatch("[A-Za-z0-9]{32}", reply.json["id"])
        assert request["method"] == "POST" or reply.json["id"] in office.ids.values()
    if "x-client-token" in request["headers"]:
        again = office.send(request, now)
        assert (again.status, again.body, again.headers.get("etag")) == (
            200,
            reply.body,
            reply.headers.get("etag"),
        )


def test_request_in_flight(office: Office) -> None:
    pair = PAIRS["error_idempotency_in_flight"]
    office.send(pair["request"] | {"headers": {TOKEN: pair["request"]["headers"][TOKEN]}}, START)
    with ThreadPoolExecutor(2) as threads, held(office.server) as release:
        request = pair["request"]
        both = [
            threads.submit(
                call, office.server.endpoint, "POST", request["path"], request["headers"], request["body"]
            )
            for _ in range(2)
        ]
        refused, waiting = first_of(both)
        assert_answered(refused.result(), pair["response"])
        release()
        assert waiting.result(20).status == 200


def test_what_delete_by_an_attendee_leaves(office: Office) -> None:
    """The note of that pair: only Chen An loses the event."""
    made = office.make("create_timed")
    chen, li = "Xk7tQm2LrVn9cYbWdPzaSgiEiE", "iiiP35sJadba8aBSgjrwPRKgiEiF"

    office.send(PAIRS["delete_by_attendee"]["request"], made)

    read = PAIRS["get_single"]["request"]
    for person, status in (("R4sTu8vWxYz1AbCdEfGhIgiEiE", 200), (chen, 404), (li, 200)):
        assert office.send(read | {"path": read["path"].replace(li, person)}, made).status == status


def test_exceptions_are_needed() -> None:
    """Each member that is excepted occurs in some pair."""
    paths = {path for pair in PAIRS.values() for path in members(pair["response"]["body"])}

    assert [one for one in OURS if not any(_below(path, one) for path in paths)] == []


def assert_answered(reply: Reply, expected: Json) -> None:
    """Every member of the pair is there, and the same unless it is one of OURS."""
    assert reply.status == expected["status"], reply.body
    for name, value in expected["headers"].items():
        assert reply.headers[name] == value
    answered, wanted = members(reply.json), members(expected["body"])
    for path, value in wanted.items():
        assert any(_below(path, one) for one in OURS) or answered.get(path) == value, path
    if reply.status != 200:
        assert reply.json["requestid"] == reply.headers["x-acs-request-id"]
    assert expected["body"] != {} or reply.json == {}


def _below(path: str, member: str) -> bool:
    """Whether *path* is *member*, or lies below it."""
    return re.match(re.escape(member) + r"($|[.\[])", path) is not None


def members(value: Any, path: str = "") -> dict[str, Any]:
    """Every member below *value* by its path: objects opened, arrays whole but in order with their items opened."""
    found: dict[str, Any] = {}
    if isinstance(value, dict):
        for name, one in value.items():
            found |= members(one, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        found[f"{path}.length"] = len(value)
        for number, one in enumerate(value):
            found |= members(one, f"{path}[{number}]")
    else:
        found[path] = value
    return found
