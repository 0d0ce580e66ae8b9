"""The change feed over HTTP: what each kind of change tells, to whom, from where, and that it is signed."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rili.actions import app_range
from rili.model.directory import Range
from tests.conformance.backdoor import user_token
from tests.conformance.clients import HOUR, TOKEN, App, Json, Reply, at, call
from tests.conformance.office import Office, an_office
from tests.conformance.sharing import create_in, grant, publish, shared, subscribe
from tests.people import SharedDatabase, add_app

PATH = "/v1.0/calendar/changes"
LATER = at("03-10T11:00")
"""Start and end, half an hour after those of HOUR at the least."""


def ask(app: App, token: str | None = None, **query: Any) -> Reply:
    text = "&".join(f"{name}={value}" for name, value in query.items())
    return call(app.server.endpoint, "GET", f"{PATH}?{text}", {TOKEN: token or app.token})


class Follower:
    """Follows from the moment it is made."""

    def __init__(self, app: App, token: str | None = None) -> None:
        self.app = app
        self.token = token
        self.cursor = ask(app, token, cursor="latest").json["nextCursor"]

    def news(self, **query: Any) -> list[Json]:
        """What has happened since, page by page."""
        found: list[Json] = []
        while True:
            reply = ask(self.app, self.token, cursor=self.cursor, **query)
            assert reply.status == 200, reply.body
            found += reply.json["changes"]
            self.cursor = reply.json["nextCursor"]
            if not reply.json["hasMore"]:
                return found


@pytest.fixture
def follower(own_app: App) -> Follower:
    return Follower(own_app)


def fields(change: Json) -> dict[str, tuple[Any, Any]]:
    return {one["field"]: (one.get("before"), one.get("after")) for one in change["changes"]}


def test_a_life(own_app: App, follower: Follower) -> None:
    """Created, moved, answered, left, cancelled, deleted: each with who did what to which field."""
    app, (me, you) = own_app, (own_app.organizer.union_id, own_app.colleague.union_id)
    event = app.create({"attendees": [{"id": you}], "description": "first"})
    mine, yours = app.path(event["id"]), app.path(event["id"], user=you)
    moved = {
        "start": LATER["start"],
        "end": LATER["end"],
        "location": {"displayName": "Yard"},
        "description": "",
    }
    app.call("PUT", mine, {"id": event["id"]} | moved)
    app.call("POST", f"{yours}/respond", {"responseStatus": "tentative"})
    app.call("POST", f"{mine}/attendees", {"attendeesToAdd": [{"email": "guest@example.net"}]})
    (guest,) = (one["id"] for one in app.get(event["id"]).json["attendees"] if "email" in one)
    app.call("POST", f"{mine}/attendees/batchRemove", {"attendeesToRemove": [{"id": guest}]})
    app.call("DELETE", yours)
    app.call("POST", f"{mine}/cancel")
    app.call("DELETE", mine)

    told = follower.news()

    assert [one["kind"] for one in told] == [
        "create", "update", "respond", "people", "people", "leave", "cancel", "delete",
    ]  # fmt: skip
    created, updated, answered, added, removed, left, cancelled, deleted = told
    key = app.server.app_key
    for one in told:
        assert (one["eventId"], one["organizer"], one["calendarId"]) == (event["id"], {"id": me}, "primary")
        by = you if one in (answered, left) else me
        assert one["operator"] == {"unionId": by, "appKey": key}
    assert len({one["id"] for one in told}) == len(told)
    assert created["changeTime"] == event["createTime"]
    assert created["attendees"] == {"added": [{"id": me}, {"id": you}]}
    for name in (
        "summary",
        "start",
        "end",
        "isAllDay",
        "reminders",
        "freeBusyStatus",
        "description",
        "status",
    ):
        assert fields(created)[name] == (None, event[name])
    assert not any("before" in one for one in created["changes"])
    assert {name: fields(updated)[name] for name in ("start", "end")} == {
        name: (event[name], LATER[name]) for name in ("start", "end")
    }
    assert fields(updated)["location"] == (None, {"displayName": "Yard"})
    assert updated["attendees"] == {"askedAgain": True}
    assert answered["attendees"] == {"responded": [{"id": you, "responseStatus": "tentative"}]}
    assert added["attendees"] == {"added": [{"id": guest}]}
    assert removed["attendees"] == {"removed": [{"id": guest}]}
    assert left["attendees"] == {"responded": [{"id": you, "responseStatus": "declined"}]}
    assert [one["changes"] for one in (answered, added, removed, left)] == [[]] * 4
    assert fields(cancelled) == {"status": ("confirmed", "cancelled")}
    assert fields(deleted)["start"] == (LATER["start"], None)
    assert not any("after" in one for one in deleted["changes"])


def test_one_occurrence_and_a_split(own_app: App, follower: Follower) -> None:
    app, you = own_app, own_app.colleague.union_id
    series, days = app.make_series({"attendees": [{"id": you}]})
    app.call("PUT", app.path(days[1]), {"id": days[1], "summary": "Elsewhere"})
    app.call("POST", f"{app.path(days[2], user=you)}/respond", {"responseStatus": "declined"})
    app.call("PUT", f"{app.path(days[3])}?scope=following", {"id": days[3], "summary": "Anew"})

    made, single, answered, *halves = follower.news()

    assert (made["kind"], made["eventId"], fields(made)["recurrence"][0]) == ("create", series, None)
    assert (single["eventId"], single["seriesMasterId"], single["kind"]) == (days[1], series, "update")
    assert fields(single) == {"summary": (fields(made)["summary"][1], "Elsewhere")}
    assert (answered["eventId"], answered["seriesMasterId"]) == (days[2], series)
    (first,) = (one for one in halves if one["eventId"] == series)
    (second,) = (one for one in halves if one["eventId"] != series)
    assert (first["kind"], list(fields(first))) == ("update", ["recurrence"])
    assert "attendees" not in first
    assert (second["kind"], fields(second)["summary"]) == ("create", (None, "Anew"))
    assert second["attendees"] == {"added": [{"id": app.organizer.union_id}, {"id": you}]}

    app.call("POST", f"{app.path(days[2])}/cancel?scope=following")
    halves = follower.news()
    (later,) = (one for one in halves if one["eventId"] != series)
    assert (later["kind"], fields(later)["status"]) == ("cancel", (None, "cancelled"))
    assert fields(later)["summary"][0] is None
    assert later["attendees"]["added"] == [{"id": app.organizer.union_id}, {"id": you}]


@pytest.mark.parametrize(
    ("scope", "told"),
    [
        pytest.param("this", [("update", True)], id="one occurrence"),
        pytest.param("all", [("update", True)], id="a series"),
        pytest.param("following", [("create", True), ("update", False)], id="the half that moved"),
    ],
)
def test_who_must_answer_again(
    own_app: App, follower: Follower, scope: str, told: list[tuple[str, bool]]
) -> None:
    _, days = own_app.make_series({"attendees": [{"id": own_app.colleague.union_id}]})
    day = own_app.get(days[2]).json
    later = {
        name: day[name] | {"dateTime": day[name]["dateTime"].replace(":00:00", ":20:00")}
        for name in ("start", "end")
    }
    own_app.call("PUT", f"{own_app.path(days[2])}?scope={scope}", {"id": days[2]} | later)

    _, *news = follower.news()

    asked = [(one["kind"], one.get("attendees", {}).get("askedAgain", False)) for one in news]
    assert sorted(asked) == told
    (moved,) = (one for one in news if "start" in fields(one))
    assert fields(moved)["start"][1]["dateTime"].endswith("T10:20:00+08:00")


def test_in_whose_name_and_whose_it_becomes(own_app: App, follower: Follower) -> None:
    """A writer acts for the owner, who then hands over; that the calendar was shared is nobody's event."""
    app, (me, you) = own_app, (own_app.organizer.union_id, own_app.colleague.union_id)
    grant(app, "writer")
    event_id = create_in(app, shared(app), you).json["id"]
    body = {"newOrganizerId": you}
    assert app.call("POST", f"{app.path(event_id)}/transfer", body).status == 200

    created, handed = follower.news()

    assert created["operator"] == {"unionId": you, "onBehalfOf": me, "appKey": app.server.app_key}
    assert (handed["operator"]["unionId"], handed["organizer"]) == (me, {"id": you})
    assert fields(handed) == {"organizer": ({"id": me}, {"id": you})}
    assert handed["attendees"] == {"added": [{"id": you}]}


def test_rooms(own_app: App, follower: Follower) -> None:
    room = own_app.server.rooms[0].room_id
    event = own_app.create(HOUR | at("06-02T07:00"))
    path = own_app.path(event["id"]) + "/meetingRooms"
    own_app.call("POST", path, {"meetingRoomsToAdd": [{"roomId": room}]})
    shown = own_app.get(event["id"]).json["meetingRooms"]
    own_app.call("POST", f"{path}/batchRemove", {"meetingRoomsToRemove": [{"roomId": room}]})

    _, booked, given_back = follower.news()

    assert (booked["kind"], fields(booked)["meetingRooms"]) == ("rooms", (None, shown))
    assert fields(given_back)["meetingRooms"] == (shown, None)


def test_a_private_event_and_one_of_a_subscribed_calendar(own_app: App, follower: Follower) -> None:
    own_app.create({"visibility": "private", "summary": "Dentist"})
    calendar = publish(own_app)
    create_in(own_app, calendar, draft={"summary": "Holiday"})

    private, published = follower.news()

    assert (fields(private)["visibility"], fields(private)["summary"]) == (
        (None, "private"),
        (None, "Dentist"),
    )
    assert (published["calendarId"], fields(published)["summary"]) == (calendar, (None, "Holiday"))


# From where, and how far


def test_pages_are_the_same_however_they_are_cut(own_app: App, follower: Follower) -> None:
    begin = follower.cursor
    ids = [own_app.create()["id"] for _ in range(5)]
    whole = follower.news()

    assert [one["eventId"] for one in whole] == ids
    for size in (1, 2, 5):
        follower.cursor = begin
        assert follower.news(maxResults=size) == whole
    follower.cursor = begin
    one = ask(own_app, cursor=begin, maxResults=2).json
    assert (len(one["changes"]), one["hasMore"]) == (2, True)


@pytest.mark.parametrize("cursor", ["", "0", "oldest"])
def test_from_the_oldest(server: Any, database: SharedDatabase, cursor: str) -> None:
    with an_office(server, database) as office:
        event = create_in(office.app, "primary", office.ann).json["id"]
        found = ask(office.app, cursor=cursor).json
        assert [one["eventId"] for one in found["changes"]] == [event]
        assert (found["corpId"], found["hasMore"]) == (office.corp_id, False)
        assert ask(office.app, cursor="latest").json["changes"] == []


@pytest.mark.parametrize(
    ("query", "named"),
    [
        pytest.param({"cursor": "newest"}, "cursor", id="no cursor"),
        pytest.param({"cursor": "{cursor}x"}, "cursor", id="longer"),
        pytest.param({"cursor": "{flipped}"}, "cursor", id="another place"),
        pytest.param({"cursor": "k7A" + "A" * 2000}, "cursor", id="too long"),
        pytest.param({"maxResults": 0}, "maxResults", id="none"),
        pytest.param({"maxResults": 501}, "maxResults", id="too many"),
        pytest.param({"waitSeconds": 31}, "waitSeconds", id="too long a wait"),
        pytest.param({"waitSeconds": -1}, "waitSeconds", id="a wait before now"),
    ],
)
def test_refused(app: App, query: Json, named: str) -> None:
    cursor = ask(app, cursor="latest").json["nextCursor"]
    place = len(cursor) - 6
    flipped = cursor[:place] + ("A" if cursor[place] != "A" else "B") + cursor[place + 1 :]
    sent = {name: str(value).format(cursor=cursor, flipped=flipped) for name, value in query.items()}

    reply = ask(app, **sent)

    assert (reply.status, reply.json["code"]) == (400, "invalidParameter")
    assert reply.json["description"].startswith(f"{named}: ")
    assert "x-rili-signature" not in reply.headers


def test_a_person_is_refused(own_app: App, database: SharedDatabase) -> None:
    reply = ask(own_app, user_token(own_app, database, own_app.organizer.union_id))
    assert (reply.status, reply.json["code"]) == (400, "invalidParameter")
    assert "syncToken" in reply.json["description"]


def test_another_organisation(own_app: App, follower: Follower, database: SharedDatabase) -> None:
    """It is told of nothing of ours, and our cursor is none of its own."""
    with an_office(own_app.server, database) as office:
        theirs = Follower(office.app)
        own_app.create()
        event = create_in(office.app, "primary", office.ann).json["id"]
        assert [one["eventId"] for one in theirs.news()] == [event]
        refused = ask(office.app, cursor=follower.cursor)
        assert (refused.status, "another app" in refused.json["description"]) == (400, True)
    assert [one["organizer"]["id"] for one in follower.news()] == [own_app.organizer.union_id]


# Who is told


class Ranged(Office):
    """An office with an app that sees ann alone."""

    def __init__(self, office: Office) -> None:
        self.__dict__ |= office.__dict__

        def make(tx: Any) -> tuple[str, str]:
            stored, secret = add_app(tx, self.corp_id)
            app_range.set_range(tx, self.corp_id, stored.app_key, Range((), ("ann",)), now_ms=0)
            return stored.app_key, secret

        app_key, secret = self.database.write(make)
        body = {"appKey": app_key, "appSecret": secret}
        signed_in = call(self.app.server.endpoint, "POST", "/v1.0/oauth2/accessToken", body=body)
        self.ranged = Follower(self.app, signed_in.json["accessToken"])


def test_the_range_of_an_app(server: Any, database: SharedDatabase) -> None:
    """It is told of what stands in ann's calendar: all of that, also what concerns others; and of nothing else."""
    with an_office(server, database) as office:
        ranged = Ranged(office)
        app, (ann, bob, boss) = office.app, (office.ann, office.bob, office.boss)
        secret = create_in(app, "primary", bob, {"attendees": [{"id": boss}]}).json["id"]
        told = create_in(app, "primary", bob, {"attendees": [{"id": ann}, {"id": boss}]}).json["id"]
        for event in (secret, told):
            app.call("POST", f"{app.path(event, user=boss)}/respond", {"responseStatus": "accepted"})
        body = {"attendeesToRemove": [{"id": ann}]}
        app.call("POST", f"{app.path(told, user=bob)}/attendees/batchRemove", body)
        calendar = publish(app, bob, subscribeScope={"unionIds": [ann]})
        subscribe(app, calendar, ann)
        holiday = create_in(app, calendar, bob).json["id"]

        found = ranged.ranged.news(maxResults=1)

        assert [(one["eventId"], one["kind"]) for one in found] == [
            (told, "create"), (told, "respond"), (told, "people"), (holiday, "create"),
        ]  # fmt: skip


# Waiting


def test_it_waits_for_a_change(own_app: App, follower: Follower) -> None:
    """The change comes while it waits; what it does not see, or when the server stops, does not keep it."""
    got: list[list[Json]] = []
    waiting = threading.Thread(target=lambda: got.append(follower.news(waitSeconds=20)))
    waiting.start()
    event = own_app.create()["id"]
    waiting.join()
    assert [[one["eventId"] for one in found] for found in got] == [[event]]


def test_without_news_it_ends_in_time(own_app: App, follower: Follower) -> None:
    assert follower.news(waitSeconds=1) == []


# Signed

PAGE = Path(__file__).parents[2] / "docs" / "push.md"


@pytest.fixture(scope="module")
def is_genuine() -> Callable[..., bool]:
    """As `docs/push.md` has it: no code of ours."""
    _, signature = PAGE.read_text("utf-8").split("### The signature")
    example = re.search(r"```python\n(.*?)```", signature, re.DOTALL)
    assert example
    scope: dict[str, Any] = {}
    exec(example[1], scope)
    genuine: Callable[..., bool] = scope["is_genuine"]
    return genuine


def test_it_is_signed(own_app: App, follower: Follower, is_genuine: Callable[..., bool]) -> None:
    own_app.create({"summary": "签名"})
    secret, now_ms = own_app.server.app_secret, own_app.server.clock()
    reply = ask(own_app, cursor=follower.cursor)

    assert is_genuine(secret, follower.cursor, reply.headers, reply.body, now_ms)
    for name, forged in {
        "secret": ("x" + secret, follower.cursor, reply.headers, reply.body, now_ms),
        "question": (secret, "", reply.headers, reply.body, now_ms),
        "body": (secret, follower.cursor, reply.headers, reply.body.replace(b"create", b"delete"), now_ms),
        "time": (
            secret,
            follower.cursor,
            reply.headers | {"x-rili-timestamp": str(now_ms + 1)},
            reply.body,
            now_ms,
        ),
        "late": (secret, follower.cursor, reply.headers, reply.body, now_ms + 300_000),
    }.items():
        assert not is_genuine(*forged), name
    unasked = ask(own_app)
    assert is_genuine(secret, "", unasked.headers, unasked.body, now_ms)
