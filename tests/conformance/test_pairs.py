"""The samples of tests/data/pairs: each request goes out as it is written there, and its answer must come back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rili.actions import directory, meetings, register
from rili.actions.sign_in import issue_token
from rili.model import scopes
from rili.model.directory import App, Organisation, User
from rili.store import organisations
from rili.store.categories import Category
from rili.store.db import Tx
from rili.testing import START, Rili
from tests.conformance.backdoor import first_of, give_to_user, held
from tests.conformance.clients import TOKEN, Json, Reply, assert_refused, call, legacy_id
from tests.people import SharedDatabase

PAIRS = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in Path(__file__).parents[1].glob("data/pairs/*.json")
}

CORP_ID = "ding8f2c4b7a91d3e605"
LI_WEI, CHEN_AN, BO_LIN = (
    "iiiP35sJadba8aBSgjrwPRKgiEiF",
    "Xk7tQm2LrVn9cYbWdPzaSgiEiE",
    "R4sTu8vWxYz1AbCdEfGhIgiEiE",
)
LEGACY = {"id": "M1Z3SEEyOHBkZjlMemxhTFpSSFR2QT09", "legacy": "5E6355BC9BA7D5576D602509E0B3A1FE"}
MINUTES_ID = "76327569643331333539353534363435"
PEOPLE = {LI_WEI: "Li Wei", CHEN_AN: "Chen An", BO_LIN: "Bo Lin"}
EVENTS_PATH = f"/v1.0/calendar/users/{LI_WEI}/calendars/primary/events"
EVENTS: list[Json] = [
    event
    for pair in PAIRS.values()
    for event in pair["response"]["body"].get("events", [pair["response"]["body"]])
]
"""Every event that some pair answers."""

EVENT, SERIES = "create_timed", "create_recurring_weekly_numbered"
MOVED, REMOVED = "patch_single_instance", "delete_one_instance"
ALL = (SERIES, EVENT, MOVED, REMOVED)
AFTER = {
    "ai_minutes": (EVENT,),
    "attendees_add": (EVENT,),
    "attendees_remove": (EVENT, "attendees_add"),
    "error_attendees_list_max": (EVENT,),
    "respond": (EVENT,),
    "convert_legacy_ids": (EVENT,),
    "cancel_series": (SERIES,),
    "delete_by_attendee": (EVENT,),
    "delete_by_organizer": (EVENT,),
    "delete_one_instance": (SERIES,),
    "error_get_deleted_instance": (SERIES, REMOVED),
    "error_sign_in_link_denied": (EVENT,),
    "error_patch_id_missing": (EVENT,),
    "error_patch_no_body": (EVENT,),
    "error_patch_not_organizer": (EVENT,),
    "eventsview_by_me": ALL,
    "eventsview_expanded": ALL,
    "get_instance": (SERIES, MOVED),
    "get_single": (EVENT,),
    "list_events_first_sync": (SERIES, EVENT),
    "list_events_incremental": (SERIES, EVENT, "list_events_first_sync", "patch_title_only", REMOVED),
    "list_events_window": ALL,
    "list_instances": ALL,
    "list_series_instances": ALL,
    "patch_single_instance": (SERIES,),
    "patch_time_and_reminders": (EVENT,),
    "patch_title_only": (EVENT,),
    "patch_truncate_series": (SERIES, MOVED),
    "sign_in": (EVENT,),
    "sign_in_link": (EVENT,),
    "sign_in_list": (EVENT, "sign_in"),
    "sign_in_list_not_yet": (EVENT, "sign_in"),
    "sign_out": (EVENT,),
    "sign_out_link": (EVENT,),
    "sign_out_list": (EVENT, "sign_out"),
    "transfer": (EVENT,),
}
"""The pairs that happened before the one under test, which speaks of what they made."""

WHEN = {
    "delete_one_instance": "2026-03-03T02:30:00Z",
    "eventsview_by_me": "2026-03-06T02:00:00Z",
    "eventsview_expanded": "2026-03-06T01:00:00Z",
    "sign_in": "2026-03-10T06:00:12.862Z",
    "sign_out": "2026-03-10T07:00:30.117Z",
    "list_events_first_sync": "2026-03-02T02:00:00Z",
    "list_events_incremental": "2026-03-03T03:00:00Z",
    "list_events_window": "2026-03-06T01:00:00Z",
    "list_instances": "2026-03-06T01:00:00Z",
    "list_series_instances": "2026-03-06T01:00:00Z",
}
"""When a pair happened whose answer does not say; its note does, or what its answer holds and leaves out."""

OURS = {
    "requestid": "random; that the header repeats it is checked",
    "onlineMeetingInfo.conferenceId": "random",
    "onlineMeetingInfo.url": "a configured template (decision 24)",
    "onlineMeetingInfo.extraInfo": "dial-in numbers of the vendor's own meetings",
    "location.meetingRooms": "rooms are not booked yet",
    "meetingRooms": "rooms are not booked yet",
    "categories": "the pair that makes this event sends none",
    "signInLink": "an address on this server",
    "signOutLink": "an address on this server",
    "syncToken": "opaque; that the pair that sends it back is answered is checked",
}
"""Members, of an answer or of each event of a list, that need not be as the pair has them, and why."""


class Office:
    """The organisation of the pairs, on a running server; the pairs' token is its app's, or for `me` Li Wei's."""

    def __init__(self, server: Rili, database: SharedDatabase) -> None:
        self.server = server
        self.database = database
        self.ours: dict[str, str] = {}
        """Our id, or token, for each of the pairs'."""

    def send(self, request: Json, now: datetime) -> Reply:
        """*request* as it is written, but for ids and tokens, at *now*."""
        self.server.clock.set(now)
        token = request["headers"][TOKEN]
        person = LI_WEI if "/me/" in request["path"] else None
        self.database.write(lambda tx: issue(tx, token, person, self.server.clock()))
        target, body = request["path"], request.get("body")
        if "rawQuery" in request:
            target += "?" + request["rawQuery"]
        text = None if body is None else self.translated(json.dumps(body, ensure_ascii=False)).encode()
        return call(
            self.server.endpoint, request["method"], self.translated(target), request["headers"], text
        )

    def translated(self, text: str) -> str:
        """*text* with our ids and tokens."""
        for theirs, ours in self.ours.items():
            text = text.replace(theirs, ours)
        return text

    def happen(self, name: str) -> Reply:
        """Send the pair *name* when it happened, and learn what is called otherwise here."""
        pair = PAIRS[name]
        reply = self.send(pair["request"], instant(name))
        if reply.status == 200:
            self._learn(pair["response"]["body"], reply.json)
        return reply

    def _learn(self, theirs: Json, ours: Json) -> None:
        if "syncToken" in theirs:
            self.ours[theirs["syncToken"]] = ours["syncToken"]
        if "id" not in theirs or theirs["id"] in self.ours:
            return
        self.ours[theirs["id"]] = ours["id"]
        if theirs["id"] == LEGACY["id"]:
            self.ours[LEGACY["legacy"]] = legacy_id(ours["id"])
            self.database.write(lambda tx: add_minutes(tx, ours["id"]))
        if "recurrence" in theirs:
            self._learn_occurrences(theirs["id"], ours["id"])

    def _learn_occurrences(self, theirs: str, ours: str) -> None:
        """Theirs are another encoding: the same occurrence is the one that starts alike by the rule."""
        wanted = {
            event["originStart"]["dateTime"]: event["id"]
            for event in EVENTS
            if event.get("seriesMasterId") == theirs
        }
        list_ = PAIRS["list_instances"]["request"]
        query = {"path": EVENTS_PATH + f"/{ours}/instances", "rawQuery": "timeMin=2026-01-01T00%3A00%3A00Z"}
        for event in self.send(list_ | query, datetime.fromtimestamp(self.server.clock() / 1000, UTC)).json[
            "events"
        ]:
            if event["originStart"]["dateTime"] in wanted:
                self.ours[wanted[event["originStart"]["dateTime"]]] = event["id"]


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
    meetings.add_category(tx, CORP_ID, Category("cat_weekly", "Weekly meeting"), now_ms=1)
    meetings.add_category(tx, CORP_ID, Category("cat_biweekly", "Bi-weekly meeting"), now_ms=2)
    app = App(app_key="pairs", corp_id=CORP_ID, agent_id=1, name="Pairs", scopes=scopes.ALL, created_ms=0)
    register.add_app(tx, app, "secret")


def add_minutes(tx: Tx, event_id: str) -> None:
    meetings.add_minutes(tx, CORP_ID, event_id, MINUTES_ID, creator="p1", now_ms=0)


def issue(tx: Tx, token: str, person: str | None, now_ms: int) -> None:
    """Make *token* valid: the app's, or that of a *person* through it."""
    issue_token(tx, "pairs", new_token=token, now_ms=now_ms)
    if person is not None:
        give_to_user(tx, token, person)


def instant(name: str) -> datetime:
    """When the pair happened: what it says, or when what was before it did, or some time."""
    body = PAIRS[name]["response"]["body"]
    text = WHEN.get(name) or body.get("updateTime") or body.get("createTime")
    if text is not None:
        return datetime.fromisoformat(text)
    return max((instant(before) for before in AFTER.get(name, ())), default=START)


@pytest.mark.parametrize("name", sorted(PAIRS.keys() - {"error_idempotency_in_flight", "attendees_list"}))
def test_pair(office: Office, name: str) -> None:
    request, expected = PAIRS[name]["request"], PAIRS[name]["response"]
    for before in AFTER.get(name, ()):
        assert office.happen(before).status == 200, before

    reply = office.happen(name)

    in_sync = "syncToken" in request.get("rawQuery", "")
    assert_answered(reply, json.loads(office.translated(json.dumps(expected))), in_order=not in_sync)
    if "x-client-token" in request["headers"]:
        again = office.send(request, instant(name))
        assert (again.status, again.body, again.headers.get("etag")) == (
            200,
            reply.body,
            reply.headers.get("etag"),
        )


def test_attendees_list(office: Office) -> None:
    """Chen An has answered that she may come; the token is ours, and leads to the rest."""
    pair, answer = PAIRS["attendees_list"], PAIRS["respond"]["request"]
    office.happen(EVENT)
    assert office.send(answer | {"body": {"responseStatus": "tentative"}}, START).status == 200

    reply = office.happen("attendees_list")

    token = reply.json["nextToken"]
    assert_answered(reply, {**pair["response"], "body": pair["response"]["body"] | {"nextToken": token}})
    rest = office.send(pair["request"] | {"rawQuery": f"nextToken={token}"}, START).json
    assert ([one["id"] for one in rest["attendees"]], rest["nextToken"]) == ([BO_LIN], None)


def test_me_with_the_token_of_an_app(office: Office) -> None:
    """Decision 14."""
    pair = PAIRS["eventsview_by_me"]["request"]
    office.send(PAIRS["list_events_first_sync"]["request"], START)

    reply = call(office.server.endpoint, "GET", f"{pair['path']}?{pair['rawQuery']}", pair["headers"])

    assert_refused(reply, 400, "invalidParameter", reply.json["message"], "me needs a user token")


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
    for name in (EVENT, "delete_by_attendee"):
        office.happen(name)

    read = PAIRS["get_single"]["request"]
    for person, status in ((BO_LIN, 200), (CHEN_AN, 404), (LI_WEI, 200)):
        asked = read | {"path": read["path"].replace(LI_WEI, person)}
        assert office.send(asked, instant(EVENT)).status == status


def test_exceptions_are_needed() -> None:
    """Each member that is excepted occurs in some pair."""
    paths = {of_event(path) for pair in PAIRS.values() for path in members(pair["response"]["body"])}

    assert [one for one in OURS if not any(_below(path, one) for path in paths)] == []


def assert_answered(reply: Reply, expected: Json, *, in_order: bool = True) -> None:
    """Every member of the pair is there, and the same unless it is one of OURS.

    *in_order* is False for a sync: no source says in which order it tells what changed.
    """
    assert reply.status == expected["status"], reply.body
    for name, value in expected["headers"].items():
        assert reply.headers[name] == value
    bodies: list[Json] = [reply.json, expected["body"]]
    if not in_order:
        bodies = [body | {"events": sorted(body["events"], key=lambda one: one["id"])} for body in bodies]
    answered, wanted = map(members, bodies)
    for path, value in wanted.items():
        if not any(_below(of_event(path), one) for one in OURS):
            assert path in answered, path
            assert answered[path] == value, path
    if reply.status != 200:
        assert reply.json["requestid"] == reply.headers["x-acs-request-id"]
    assert expected["body"] != {} or reply.json == {}


def of_event(path: str) -> str:
    """*path* within the event, where that is one of a list."""
    return re.sub(r"^events\[\d+\]\.", "", path)


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
