"""What people are told, through the API: lists, marks, and the stream, read by a raw client."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rili.actions import directory
from rili.api import notification_stream
from rili.model.directory import UserChange
from rili.store import tokens
from rili.testing import running
from tests.conformance.backdoor import user_token
from tests.conformance.clients import HOUR, TOKEN, App, Json, Reply, assert_refused, at, block_of, call
from tests.conformance.sharing import shared
from tests.people import SharedDatabase


def path_of(user: str, rest: str = "") -> str:
    return f"/v1.0/calendar/users/{user}/notifications{rest}"


def told(app: App, user: str | None = None, query: str = "", **headers: str) -> Json:
    """What the colleague, or another, is told by now."""
    app.server.deliver()
    reply = app.call("GET", path_of(user or app.colleague.union_id, query), **headers)
    assert reply.status == 200, reply.body
    found: Json = reply.json
    return found


def invite(app: App, **draft: Any) -> str:
    """The colleague, to an event; its id."""
    made: str = app.create({"attendees": [{"id": app.colleague.union_id}]} | draft)["id"]
    return made


def test_what_is_told(own_app: App, database: SharedDatabase) -> None:
    app = own_app
    event_id = invite(app, location={"displayName": "Roof"}, description="Bring tea")
    app.patch(event_id, {"summary": "New", **at("03-11T09:00")})
    app.ask("cancel_event", app.organizer.union_id, "primary", event_id)

    cancelled, changed, invited = told(app)["notifications"]
    who = {"id": app.organizer.union_id, "displayName": "Organizer"}
    assert invited.pop("text") == "Organizer邀请你参加“Budget review”，2026年3月10日 周二 14:00–15:00"
    assert invited == {
        "id": invited["id"], "kind": "invitation", "createTime": "2026-03-02T01:00:00Z", "read": False,
        "operator": who, "eventId": event_id, "summary": "Budget review", "start": HOUR["start"], "end": HOUR["end"],
        "isAllDay": False, "organizer": who, "location": {"displayName": "Roof"},
    }  # fmt: skip
    assert (changed["kind"], changed["changed"], changed["summary"]) == (
        "change", ["summary", "start", "end"], "New",
    )  # fmt: skip
    assert changed["text"] == "Organizer修改了“New”，2026年3月11日 周三 09:00–10:00（标题、时间）"
    assert (cancelled["kind"], cancelled["summary"]) == ("cancellation", "New")
    assert int(cancelled["id"]) > int(changed["id"]) > int(invited["id"])
    assert told(app, app.organizer.union_id)["notifications"] == []

    change = UserChange(language="en_US", zone="Europe/Paris")
    userid = app.colleague.userid
    database.write(
        lambda tx: directory.set_user(tx, app.server.corp_id, userid, change, None, now_ms=app.server.clock())
    )
    assert [one["text"] for one in told(app)["notifications"]] == [
        "Organizer called off “New”, Wed 11 Mar 2026 02:00–03:00",
        "Organizer changed “New”, Wed 11 Mar 2026 02:00–03:00 (title, time)",
        "Organizer invited you to “Budget review”, Tue 10 Mar 2026 07:00–08:00",
    ]


def test_what_it_is_about(own_app: App) -> None:
    """An occurrence by its own id, an answer, a removal, a calendar."""
    app = own_app
    me, them = app.organizer.union_id, app.colleague.union_id
    series_id, ids = app.make_series({"attendees": [{"id": them}]})
    app.update(ids[3], {"summary": "Only this"})
    app.call("POST", app.path(ids[4], user=them) + "/respond", {"responseStatus": "tentative"})
    app.ask(
        "remove_attendee", me, "primary", series_id, attendees_to_remove=[{"id": them}]
    ) if 0 else app.call(
        "POST", app.path(series_id) + "/attendees/batchRemove", {"attendeesToRemove": [{"id": them}]}
    )
    removed, changed, invited = told(app)["notifications"]
    assert invited["eventId"] == series_id
    assert (changed["eventId"], changed["seriesMasterId"], changed["changed"]) == (
        ids[3], series_id, ["summary"],
    )  # fmt: skip
    assert (removed["eventId"], removed["kind"], removed["removed"]) == (series_id, "cancellation", True)
    (answer,) = told(app, me)["notifications"]
    assert (answer["kind"], answer["eventId"], answer["responseStatus"]) == ("answer", ids[4], "tentative")
    assert answer["operator"]["id"] == them
    scope = {"scopeType": "user", "userId": them}
    app.call(
        "POST", f"/v1.0/calendar/users/{me}/calendars/primary/acls",
        {"privilege": "reader", "sendMsg": True, "scope": scope},
    )  # fmt: skip
    share = told(app)["notifications"][0]
    assert (share["kind"], share["calendarId"], share["text"]) == (
        "share", shared(app, them), "Organizer与你共享了日历",
    )  # fmt: skip


def test_an_old_notification_opens_nothing(own_app: App) -> None:
    """It says what it said then; what became of the event since is not told to who was taken off it."""
    app = own_app
    event_id = invite(app)
    app.call(
        "POST",
        app.path(event_id) + "/attendees/batchRemove",
        {"attendeesToRemove": [{"id": app.colleague.union_id}]},
    )
    app.update(event_id, {"summary": "Secret now"})
    found = told(app)["notifications"]
    assert [one["kind"] for one in found] == ["cancellation", "invitation"]
    assert "Secret" not in json.dumps(found)
    assert app.get(event_id, user=app.colleague.union_id).status == 404


def test_pages_while_more_arrives(own_app: App) -> None:
    app = own_app
    for number in range(5):
        invite(app, summary=f"E{number}")
    first = told(app, query="?maxResults=2")
    invite(app, summary="E5")
    second = told(app, query=f"?maxResults=2&nextToken={first['nextToken']}")
    third = told(app, query=f"?maxResults=2&nextToken={second['nextToken']}")

    pages = [[one["summary"] for one in page["notifications"]] for page in (first, second, third)]
    assert pages == [["E4", "E3"], ["E2", "E1"], ["E0"]]
    assert "nextToken" not in third
    assert (first["unreadCount"], second["unreadCount"]) == (5, 6)


def test_reading(own_app: App) -> None:
    app = own_app
    for number in range(5):
        invite(app, summary=f"E{number}")
    them = app.colleague.union_id
    ids = [one["id"] for one in told(app)["notifications"]][::-1]

    def read(body: Json) -> int:
        reply = app.call("POST", path_of(them, "/read"), body)
        assert reply.status == 200, reply.body
        count: int = reply.json["unreadCount"]
        assert app.call("GET", path_of(them, "/unreadCount")).json == {"unreadCount": count}
        return count

    def unread() -> list[str]:
        return [one["summary"] for one in told(app, query="?unread=true")["notifications"]]

    assert read({"ids": [ids[3], ids[3], "1"]}) == 4
    assert unread() == ["E4", "E2", "E1", "E0"]
    assert read({"upTo": ids[1]}) == 2
    assert unread() == ["E4", "E2"]
    assert [one["read"] for one in told(app)["notifications"]] == [False, True, False, True, True]
    assert read({"upTo": ids[1]}) == 2
    assert read({"upTo": ids[4]}) == 0
    assert told(app, app.organizer.union_id)["unreadCount"] == 0


def test_many_are_read_at_once(own_app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rili.actions.notifications.AT_ONCE", 2)
    monkeypatch.setattr("rili.store.notifications.COUNTED", 3)
    for number in range(4):
        invite(own_app, summary=f"E{number}")
    found = told(own_app)
    assert found["unreadCount"] == 3  # and more
    body = {"upTo": found["notifications"][0]["id"]}
    reply = own_app.call("POST", path_of(own_app.colleague.union_id, "/read"), body)
    assert reply.json == {"unreadCount": 0}


Ask = Callable[[App, str], Reply]

WRONG: dict[str, tuple[Ask, str]] = {
    "a page of nothing": (lambda app, me: app.call("GET", path_of(me, "?maxResults=0")), "maxResults: "),
    "no token": (lambda app, me: app.call("GET", path_of(me, "?nextToken=x")), "nextToken: "),
    "unread": (lambda app, me: app.call("GET", path_of(me, "?unread=2")), "unread: "),
    "neither": (lambda app, me: app.call("POST", path_of(me, "/read"), {}), "ids, upTo: "),
    "nothing": (lambda app, me: app.call("POST", path_of(me, "/read"), {"ids": []}), "ids, upTo: "),
    "both": (
        lambda app, me: app.call("POST", path_of(me, "/read"), {"ids": ["1"], "upTo": "1"}),
        "ids, upTo: ",
    ),
    "no id": (lambda app, me: app.call("POST", path_of(me, "/read"), {"ids": ["1", "-1"]}), "ids[1]: "),
    "no end": (lambda app, me: app.call("POST", path_of(me, "/read"), {"upTo": "1e3"}), "upTo: "),
    "too many": (
        lambda app, me: app.call("POST", path_of(me, "/read"), {"ids": ["1"] * 501}),
        "ids: 501 are more than 500",
    ),
    "not text": (lambda app, me: app.call("POST", path_of(me, "/read"), {"ids": [1]}), "ids[0]: "),
    "no event": (
        lambda app, me: app.call("GET", path_of(me, "/stream"), last_event_id="x"),
        "Last-Event-ID: ",
    ),
    "no event in the query": (
        lambda app, me: app.call("GET", path_of(me, "/stream?lastEventId=-1")),
        "Last-Event-ID: ",
    ),
    **{
        f"nobody {rest}": (lambda app, me, rest=rest: app.call("GET", path_of("nobody", rest)), "userId: ")
        for rest in ("", "/unreadCount", "/stream")
    },
    "me, of an app": (lambda app, me: app.call("GET", path_of("me")), "me needs a user token"),
}


@pytest.mark.parametrize("row", WRONG)
def test_what_is_refused(app: App, row: str) -> None:
    ask, description = WRONG[row]
    reply = ask(app, app.organizer.union_id)
    assert (reply.status, reply.json["code"]) == (400, "invalidParameter")
    assert description in reply.json["description"]


def test_a_person_by_themselves(own_app: App, database: SharedDatabase) -> None:
    app = own_app
    invite(app)
    mine = user_token(app, database, app.colleague.union_id)
    for user in ("me", app.colleague.union_id):
        assert len(told(app, user, **{TOKEN: mine})["notifications"]) == 1
    other = call(app.server.endpoint, "GET", path_of(app.other.union_id), {TOKEN: mine})
    assert (other.status, other.json["code"]) == (403, "permissionDenied")


# The stream


class Stream:
    """An open stream; *headers* are of the request."""

    def __init__(self, app: App, user: str, rest: str = "", **headers: str) -> None:
        self.connection = http.client.HTTPConnection(app.server.endpoint, timeout=20)
        self.connection.request("GET", path_of(user, f"/stream{rest}"), headers={TOKEN: app.token} | headers)
        self.response = self.connection.getresponse()

    def block(self) -> dict[str, str]:
        """The fields of the next block; of a comment, what follows the colon under ''."""
        lines = [line.decode().rstrip("\n") for line in block_of(self.response)]
        return dict(line.split(":", 1) for line in lines)

    def event(self) -> tuple[str, Json]:
        """Its id, and its data."""
        block = self.block()
        assert block["event"] == " notification"
        return block["id"].strip(), json.loads(block["data"])

    def close(self) -> None:
        self.response.close()
        self.connection.close()


@pytest.fixture
def open_stream(own_app: App) -> Iterator[Callable[..., Stream]]:
    opened: list[Stream] = []

    def open_one(rest: str = "", **headers: str) -> Stream:
        opened.append(Stream(own_app, own_app.colleague.union_id, rest, **headers))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def test_streaming(own_app: App, open_stream: Callable[..., Stream]) -> None:
    app = own_app
    invite(app, summary="Before")
    before = told(app)["notifications"][0]
    stream = open_stream()
    assert stream.response.status == 200
    assert stream.response.headers["content-type"] == "text/event-stream"
    assert stream.response.headers["cache-control"] == "no-store"
    assert stream.block() == {"retry": " 2000", "id": f" {before['id']}"}
    for number in range(2):
        invite(app, summary=f"E{number}")
    events = [stream.event() for _ in range(2)]
    assert [data["summary"] for _, data in events] == ["E0", "E1"]
    assert [data for _, data in events] == told(app)["notifications"][1::-1]
    assert all(id_ == data["id"] for id_, data in events)
    stream.close()

    invite(app, summary="Meanwhile")
    for again in (
        open_stream(**{"Last-Event-ID": events[0][0]}),
        open_stream(f"?lastEventId={events[0][0]}"),
        open_stream("?lastEventId=0", **{"Last-Event-ID": events[0][0]}),
    ):
        assert again.block()["id"] == f" {events[0][0]}"
        assert [again.event()[1]["summary"] for _ in range(2)] == ["E1", "Meanwhile"]
    from_the_beginning = open_stream("?lastEventId=0")
    from_the_beginning.block()
    assert from_the_beginning.event()[1]["summary"] == "Before"


def test_a_stream_ends_with_the_right_to_it(
    own_app: App,
    database: SharedDatabase,
    open_stream: Callable[..., Stream],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Something is sent now and then in any case, and it is asked whether the caller still may."""
    monkeypatch.setattr(notification_stream, "HEARTBEAT_S", 0.0)
    mine = user_token(own_app, database, own_app.colleague.union_id)
    stream = open_stream(**{TOKEN: mine})
    stream.block()
    assert stream.block() == stream.block() == {"": ""}
    database.write(lambda tx: tokens.remove_of_user(tx, own_app.server.corp_id, own_app.colleague.union_id))
    own_app.server.clock.advance(seconds=6)  # what PostgreSQL's processes remember (decision 38)
    assert stream.response.read().strip(b":\n") == b""


def test_eight_streams_of_a_person(own_app: App, open_stream: Callable[..., Stream]) -> None:
    streams = [open_stream() for _ in range(8)]
    for one in streams:
        one.block()
    refused = own_app.call("GET", path_of(own_app.colleague.union_id, "/stream"))
    assert_refused(refused, 429, "flowLimit", "8 streams are open", "close one")
    other = own_app.call("GET", path_of(own_app.other.union_id, "/stream"))
    assert other.status == 200
    streams[0].close()
    while (again := open_stream()).response.status != 200:
        assert again.response.status == 429  # the server has not noticed yet
    assert again.block()


def test_streams_end_when_the_server_stops() -> None:
    with running() as server:
        app = App(server)
        stream = Stream(app, app.colleague.union_id)
        stream.block()
    assert stream.response.read() == b""  # to its end: nothing was cut off
    stream.close()


def test_the_head_of_a_stream(app: App) -> None:
    reply = app.call("HEAD", path_of(app.colleague.union_id, "/stream"))
    assert (reply.status, reply.body) == (200, b"")
