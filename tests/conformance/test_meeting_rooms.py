"""AddMeetingRooms, RemoveMeetingRooms, MeetingRoomRespond, and rooms of events that change: nobody has one twice."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from alibabacloud_dingtalk.calendar_1_0 import models
from alibabacloud_tea_util.models import RuntimeOptions

from rili.model.room import Advance, Approval, Room, RoomSettings, new_room_id, new_room_number
from rili.store import rooms
from tests.conformance.backdoor import findings, outbox
from tests.conformance.clients import App, Json, Reply, assert_refused, at, refused, timed
from tests.conformance.test_sync import Reader
from tests.people import SharedDatabase

BUSY = (400, "meetingRoomNotAvailable", "room busy")
INVALID = (400, "invalidParameter", "Meeting room invalid")
NO_ROOM = (400, "invalidParameter", "roomId invalid")
NO_ID = (400, "invalidParameter", "roomId must be provided.")
TOO_MANY = (400, "invalidParameter", "attendees batch size too large. Maximum allowed:5")
DENIED = (403, "permissionDenied", "permission denied")
UNKNOWN = (404, "itemNotFound", "Event does not exist.")
DONE = (200, {"result": True})


def until(day: str) -> Json:
    """A daily rule up to a day of 2026."""
    return {"pattern": {"type": "daily"}, "range": {"type": "endDate", "endDate": f"2026-{day}"}}


UNTIL = until("03-05")
"""Five days from 2026-03-01 on."""


def all_day(first: str, end: str) -> Json:
    return {"start": {"date": f"2026-{first}"}, "end": {"date": f"2026-{end}"}, "isAllDay": True}


class Office:
    """What books rooms: an app, and rooms of one test's own."""

    def __init__(self, app: App, database: SharedDatabase) -> None:
        self.app = app
        self.database = database
        self.admin = app.organizer.union_id
        self.organizer = app.colleague.union_id
        self.made: list[str] = []

    def room(self, approval: Approval = "none", *, status: int = 0, **settings: Any) -> str:
        room = Room(
            corp_id=self.app.server.corp_id,
            room_id=new_room_id(os.urandom),
            number=new_room_number(os.urandom),
            name=f"Room {os.urandom(4).hex()}",
            status=status,
            settings=RoomSettings(approval=approval, **settings),
        )
        self.database.write(lambda tx: rooms.add(tx, room))
        self.made.append(room.room_id)
        return room.room_id

    def post(self, event_id: str, what: str, body: Any, *, user: str | None = None, **more: str) -> Reply:
        path = self.app.path(event_id, user=user or self.organizer)
        return self.app.call("POST", f"{path}/meetingRooms{what}", body, **more)

    def add(self, event_id: str, *room_ids: str, query: str = "", **more: Any) -> Reply:
        return self.post(
            event_id, query, {"meetingRoomsToAdd": [{"roomId": one} for one in room_ids]}, **more
        )

    def remove(self, event_id: str, *room_ids: str, **more: Any) -> Reply:
        body = {"meetingRoomsToRemove": [{"roomId": one} for one in room_ids]}
        return self.post(event_id, "/batchRemove", body, **more)

    def respond(self, event_id: str, room_id: str, status: str, **more: Any) -> Reply:
        more.setdefault("user", self.admin)
        return self.post(event_id, f"/{room_id}/respond", {"responseStatus": status}, **more)

    def event(self, when: str | Json, *room_ids: str, **draft: Any) -> str:
        """A new event with rooms; *when* is like 03-10T14:00, an hour of 2026."""
        body = (at(when) if isinstance(when, str) else when) | {"summary": "Meeting"} | draft
        reply = self.app.call("POST", self.app.path(user=self.organizer), body)
        assert reply.status == 200, reply.body
        event_id: str = reply.json["id"]
        if room_ids:
            done(self.add(event_id, *room_ids))
        return event_id

    def series(self, *room_ids: str, rule: Json = UNTIL) -> tuple[str, list[str]]:
        """A daily series at 10:00 from 2026-03-01 on, and its occurrences."""
        event_id = self.event("03-01T10:00", *room_ids, recurrence=rule)
        return event_id, self.app.occurrence_ids(event_id, user=self.organizer)

    def get(self, event_id: str, *, user: str | None = None) -> Json:
        reply = self.app.get(event_id, user=user or self.organizer)
        assert reply.status == 200, reply.body
        event: Json = reply.json
        return event

    def shown(self, event_id: str) -> dict[str, str]:
        return {one["roomId"]: one["responseStatus"] for one in self.get(event_id).get("meetingRooms", ())}

    def update(self, event_id: str, change: Json, *, query: str = "") -> Reply:
        path = self.app.path(event_id, user=self.organizer)
        return self.app.call("PUT", path + query, {"id": event_id} | change)

    def cancel(self, event_id: str, *, query: str = "") -> Reply:
        return self.app.call("POST", self.app.path(event_id, user=self.organizer) + "/cancel" + query)

    def free(self, room_id: str, *when: str) -> list[str]:
        """At which of these hours somebody else could have the room."""
        return [one for one in when if self.add(self.event(one), room_id, query="?dryRun=true").status == 200]


def done(reply: Reply) -> None:
    assert (reply.status, reply.json) == DONE


@pytest.fixture
def office(app: App, database: SharedDatabase) -> Iterator[Office]:
    """Its rooms are gone afterwards: other tests list what there are."""
    office = Office(app, database)
    yield office
    database.write(lambda tx: [rooms.remove(tx, app.server.corp_id, one) for one in office.made])


def test_through_the_sdk(office: Office) -> None:
    app, plain, approved = office.app, office.room(), office.room("standard")
    place = (office.organizer, "primary", office.event("03-10T14:00", location={"displayName": "Floor 9"}))
    token = {"x_acs_dingtalk_access_token": app.token}

    added = app.calendar.add_meeting_rooms_with_options(
        *place,
        models.AddMeetingRoomsRequest(
            meeting_rooms_to_add=[
                models.AddMeetingRoomsRequestMeetingRoomsToAdd(room_id=one) for one in (plain, approved)
            ]
        ),
        models.AddMeetingRoomsHeaders(**token),
        RuntimeOptions(),
    )
    waiting = app.ask("get_event", *place)
    answered = app.calendar.meeting_room_respond_with_options(
        "primary", office.admin, place[2], approved, models.MeetingRoomRespondRequest(response_status="declined"),
        models.MeetingRoomRespondHeaders(**token, user_agent="any"), RuntimeOptions(),
    )  # fmt: skip
    refused_one = app.ask("get_event", *place)
    removed = app.calendar.remove_meeting_rooms_with_options(
        *place,
        models.RemoveMeetingRoomsRequest(
            meeting_rooms_to_remove=[models.RemoveMeetingRoomsRequestMeetingRoomsToRemove(room_id=plain)]
        ),
        models.RemoveMeetingRoomsHeaders(**token),
        RuntimeOptions(),
    )

    assert added.body.result is answered.body.result is removed.body.result is True
    assert [(one.room_id, one.response_status) for one in waiting.meeting_rooms] == [
        (plain, "accepted"), (approved, "tentative"),
    ]  # fmt: skip
    names = [one.display_name for one in waiting.meeting_rooms]
    assert (waiting.location.display_name, waiting.location.meeting_rooms) == ("Floor 9", names)
    assert [one.response_status for one in refused_one.meeting_rooms] == ["accepted", "declined"]
    assert refused_one.location.meeting_rooms == names[:1]
    assert office.shown(place[2]) == {approved: "declined"}
    with refused(
        400, "meetingRoomNotAvailable", "is taken by another booking; the event: 2026-03-10T14:00:00+08:00"
    ):
        office.event("03-10T14:30", plain)
        app.calendar.add_meeting_rooms_with_options(
            *place,
            models.AddMeetingRoomsRequest(
                meeting_rooms_to_add=[models.AddMeetingRoomsRequestMeetingRoomsToAdd(room_id=plain)]
            ),
            models.AddMeetingRoomsHeaders(**token),
            RuntimeOptions(),
        )


ERRORS: dict[str, tuple[Callable[[Office, str], Reply], tuple[int, str, str], str]] = {
    "add: no body": (lambda it, id_: it.post(id_, "", b""), NO_ID, "meetingRoomsToAdd"),
    "add: nothing": (lambda it, id_: it.post(id_, "", {}), NO_ID, "meetingRoomsToAdd"),
    "add: an empty list": (lambda it, id_: it.add(id_), NO_ID, "meetingRoomsToAdd"),
    "add: no id": (lambda it, id_: it.add(id_, it.room(), " "), NO_ID, "meetingRoomsToAdd[1].roomId"),
    "add: no such room": (lambda it, id_: it.add(id_, it.room(), "0" * 48), NO_ROOM, "meetingRoomsToAdd[1].roomId"),
    "add: six": (lambda it, id_: it.add(id_, *(it.room() for _ in range(6))), TOO_MANY, "6 rooms"),
    "add: six with those there": (
        lambda it, id_: it.add(id_, *(it.room() for _ in range(5))) and it.add(id_, it.room()), TOO_MANY, "6 rooms",
    ),
    "add: no such event": (lambda it, _: it.add("nowhere", it.room()), UNKNOWN, "nowhere"),
    "add: somebody else": (
        lambda it, id_: it.add(id_, it.room(), user=it.app.other.union_id), DENIED, "the organizer",
    ),
    "add: it is over": (
        lambda it, _: it.add(it.event("03-01T10:00"), it.room()),
        (400, "invalidParameter", "eventId: it has ended, and takes no more rooms"), "",
    ),
    "add: it was cancelled": (
        lambda it, id_: it.cancel(id_) and it.add(id_, it.room()),
        (400, "invalidParameter", "eventId: {id} was cancelled; it can only be read or deleted"), "",
    ),
    "add: another version": (
        lambda it, id_: it.add(id_, it.room(), if_match='"99"'), (412, "preconditionFailed", "precondition failed"), "",
    ),
    "add: for administrators": (
        lambda it, id_: it.add(id_, it.room(status=1)),
        (400, "meetingRoomNotAvailable", "{room}: only administrators book it"), "the event: 2026-03-10T14:00",
    ),
    "add: too long": (
        lambda it, id_: it.add(id_, it.room(max_minutes=30)),
        (400, "meetingRoomNotAvailable", "{room}: it is booked for 30 minutes at most"), "",
    ),
    "add: too far ahead": (
        lambda it, id_: it.add(id_, it.room(advance=Advance(2, "days"))),
        (400, "meetingRoomNotAvailable", "{room}: it is booked 2 days ahead at most"), "",
    ),
    "add: approval of its own": (
        lambda it, id_: it.add(id_, it.room("custom")),
        (
            400, "meetingRoomNotAvailable",
            "{room}: it is booked through an approval process of its own, not through the API",
        ),
        "",
    ),
    "remove: no body": (
        lambda it, id_: it.post(id_, "/batchRemove", b""),
        (400, "invalidParameter", "Meeting rooms to remove must be provided."), "meetingRoomsToRemove",
    ),
    "remove: an empty list": (
        lambda it, id_: it.remove(id_),
        (400, "invalidParameter", "Meeting rooms to remove must be provided."), "meetingRoomsToRemove",
    ),
    "remove: no id": (lambda it, id_: it.remove(id_, ""), NO_ID, "meetingRoomsToRemove[0].roomId"),
    "remove: somebody else": (
        lambda it, id_: it.remove(id_, it.room(), user=it.app.other.union_id), DENIED, "the organizer",
    ),
    "respond: no body": (
        lambda it, id_: it.post(id_, f"/{it.room()}/respond", b"", user=it.admin),
        (400, "Missingbody", "body is mandatory for this action."), "",
    ),
    "respond: nothing": (
        lambda it, id_: it.respond(id_, it.room(), ""),
        (400, "invalidParameter", "responseStatus: it is missing"), "",
    ),
    "respond: another word": (
        lambda it, id_: it.respond(id_, it.room(), "needsAction"),
        (400, "invalidParameter", "responseStatus: expected one of accepted, tentative, declined"), "",
    ),
    "respond: not on the event": (lambda it, id_: it.respond(id_, it.room(), "accepted"), NO_ROOM, "does not have"),
    "respond: no such room": (lambda it, id_: it.respond(id_, "0" * 48, "accepted"), NO_ROOM, "no room"),
    "respond: no such event": (lambda it, _: it.respond("nowhere", it.room(), "accepted"), UNKNOWN, "nowhere"),
    "respond: the organizer": (
        lambda it, id_: it.respond(id_, it.room(), "accepted", user=it.organizer), DENIED, "administrator",
    ),
    "respond: who does not see it": (
        lambda it, id_: it.respond(id_, it.room(), "accepted", user=it.app.server.users[5].union_id), UNKNOWN, "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ERRORS)
def test_refused(office: Office, case: str) -> None:
    act, (status, code, message), description = ERRORS[case]
    event_id = office.event("03-10T14:00", attendees=[{"id": office.app.other.union_id}])

    reply = act(office, event_id)

    told: str = reply.json["message"]
    wanted = message.replace("{id}", event_id).replace("{room}", told.partition(":")[0])
    assert_refused(reply, status, code, wanted, description)
    assert len(office.shown(event_id)) == (5 if "those there" in case else 0)


def test_adding_and_removing_again_changes_nothing(office: Office) -> None:
    one, two = office.room(), office.room()
    event_id = office.event("03-10T14:00", one)
    before = office.app.get(event_id, user=office.organizer)

    done(office.add(event_id, one, one))
    done(office.remove(event_id, two))
    done(office.add(event_id, two, query="?dryRun=true"))
    assert_refused(
        office.add(office.event("03-10T14:59"), two, one, query="?dryRun=true"), *BUSY, "2026-03-10T14:59"
    )

    after = office.app.get(event_id, user=office.organizer)
    assert (after.body, after.headers["etag"]) == (before.body, before.headers["etag"])
    done(office.add(event_id, two, if_match=before.headers["etag"]))
    assert office.app.get(event_id, user=office.organizer).headers["etag"] != before.headers["etag"]


def test_all_or_none(office: Office) -> None:
    taken, there = office.room(), office.room()
    office.event("03-10T14:30", taken)
    event_id = office.event("03-10T14:00")

    assert_refused(office.add(event_id, there, taken), *BUSY)

    assert office.shown(event_id) == {}
    assert office.free(there, "03-10T14:00") == ["03-10T14:00"]


@pytest.mark.parametrize(
    ("when", "free"),
    [
        pytest.param(at("03-10T13:00"), True, id="ends when it begins"),
        pytest.param(at("03-10T15:00"), True, id="begins when it ends"),
        pytest.param(at("03-10T14:00"), False, id="the same hour"),
        pytest.param(timed("2026-03-10T14:20:00", "2026-03-10T14:21:00"), False, id="within it"),
        pytest.param(timed("2026-03-09T00:00:00", "2026-03-12T00:00:00"), False, id="around it"),
        pytest.param(timed("2026-03-10T14:30:00", "2026-03-10T14:30:00"), True, id="no length, within it"),
        pytest.param(timed("2026-03-10T02:00:00", "2026-03-10T02:01:00", "America/New_York"), False, id="other zone"),
        pytest.param(
            all_day("03-10", "03-11"), False, id="that day"
        ),
        pytest.param(
            all_day("03-09", "03-10"), True, id="the day before"
        ),
        pytest.param(
            all_day("03-11", "03-12"), True, id="the day after"
        ),
    ],
)  # fmt: skip
def test_what_clashes(office: Office, when: Json, *, free: bool) -> None:
    """With an hour from 14:00; half-open, whole days as in the organisation's zone (decision 81)."""
    room = office.room()
    office.event("03-10T14:00", room)

    reply = office.add(office.event(when), room)

    assert reply.status == (200 if free else 400)


def test_whole_days(office: Office) -> None:
    """They are the organisation's: one ends at its midnight, in whatever zone the next event is."""
    room = office.room()
    office.event(all_day("03-10", "03-12"), room)

    assert office.free(room, "03-09T23:00", "03-10T00:00", "03-11T23:00", "03-12T00:00") == [
        "03-09T23:00", "03-12T00:00",
    ]  # fmt: skip


class TestSeries:
    def test_books_every_occurrence_or_none(self, office: Office) -> None:
        room, other = office.room(), office.room()
        office.event("03-03T10:30", room)
        office.event("03-05T09:30", room)
        event_id, _ = office.series()

        refusal = office.add(event_id, other, room)

        assert_refused(refusal, *BUSY, "occurrences: 2026-03-03T10:00:00+08:00, 2026-03-05T10:00:00+08:00")
        assert "03-04" not in refusal.json["description"]
        assert office.shown(event_id) == {}
        done(office.add(event_id, other))
        assert office.free(other, *(f"03-0{day}T10:00" for day in range(3, 8))) == [
            "03-06T10:00",
            "03-07T10:00",
        ]

    def test_many_clashes_are_counted(self, office: Office) -> None:
        room = office.room()
        rule = until("04-30")
        office.series(room, rule=rule)

        refusal = office.add(office.series(rule=rule)[0], room)

        assert_refused(refusal, *BUSY, "2026-03-10T10:00:00+08:00 and 51 more")

    @pytest.mark.parametrize(
        "range_", [{"type": "noEnd"}, {"type": "numbered", "numberOfOccurrences": 5}], ids=lambda one: one["type"]
    )  # fmt: skip
    def test_other_ranges(self, office: Office, range_: Json) -> None:
        """They take no rooms, single occurrences of them do; and a series with rooms does not become such."""
        room = office.room()
        endless, days = office.series(rule={"pattern": {"type": "daily"}, "range": range_})

        reply = office.add(endless, room)

        assert (reply.status, reply.json["code"]) == (400, "invalidParameter")
        assert "endDate" in reply.json["message"]
        done(office.add(days[3], room))
        assert office.shown(days[3]) == {room: "accepted"}
        assert office.shown(endless) == office.shown(days[4]) == {}
        assert office.free(room, "03-04T10:00", "03-05T10:00") == ["03-05T10:00"]
        booked, _ = office.series(office.room())
        change = {"recurrence": {"pattern": {"type": "daily"}, "range": range_}}
        assert_refused(office.update(booked, change), *INVALID, "endDate")

    def test_a_room_for_single_events(self, office: Office) -> None:
        room = office.room(enable_cycle_reservation=False)
        event_id, days = office.series()

        reply = office.add(event_id, room)

        assert reply.json["message"].endswith(": recurring events cannot book it")
        done(office.add(days[3], room))

    def test_too_many_occurrences(self, office: Office) -> None:
        rule = UNTIL | {"range": {"type": "endDate", "endDate": "2053-07-16"}}
        event_id = office.event("03-01T10:00", recurrence=rule)

        assert "more than 9999" in office.add(event_id, office.room()).json["message"]

    def test_it_crowds_itself(self, office: Office) -> None:
        when = timed("2026-03-03T10:00:00", "2026-03-04T12:00:00")
        event_id = office.event(when, recurrence=UNTIL)

        assert_refused(office.add(event_id, office.room()), *BUSY, "another occurrence of this series")

    def test_one_occurrence_has_its_own(self, office: Office) -> None:
        whole, own = office.room(), office.room()
        event_id, days = office.series(whole)

        done(office.add(days[3], own))
        done(office.remove(days[4], whole))

        assert office.shown(days[3]) == {whole: "accepted", own: "accepted"}
        assert office.shown(days[4]) == {}
        assert office.shown(event_id) == office.shown(days[2]) == {whole: "accepted"}
        assert office.free(whole, "03-04T10:00", "03-05T10:00") == ["03-05T10:00"]
        done(office.remove(event_id, whole, own))
        assert office.shown(days[3]) == office.shown(event_id) == {}
        assert office.free(own, "03-04T10:00") == ["03-04T10:00"]

    def test_five_rooms_with_those_of_one_occurrence(self, office: Office) -> None:
        event_id, days = office.series(*(office.room() for _ in range(4)))
        done(office.add(days[3], office.room()))

        assert_refused(office.add(event_id, office.room()), *TOO_MANY, "the occurrence in slot 2026030400")


MOVES: dict[str, tuple[Callable[[Office, str, list[str]], Reply], str, str]] = {
    "occurrence": (lambda it, _, days: it.update(days[3], at("03-04T16:00")), "03-04T16:00", "03-04T10:00"),
    "series": (lambda it, id_, _: it.update(id_, at("03-01T16:00")), "03-05T16:00", "03-05T10:00"),
    "all through one": (
        lambda it, _, days: it.update(days[2], at("03-03T16:00"), query="?scope=all"), "03-05T16:00", "03-05T10:00",
    ),
    "following": (
        lambda it, _, days: it.update(days[3], at("03-04T16:00"), query="?scope=following"),
        "03-05T16:00", "03-04T10:00",
    ),
    "longer": (
        lambda it, id_, _: it.update(id_, {"end": timed("", "2026-03-01T18:00:00+08:00")["end"]}),
        "03-05T17:00", "03-05T18:00",
    ),
    "ends later": (
        lambda it, id_, _: it.update(id_, {"recurrence": until("03-07")}),
        "03-07T10:00", "03-08T10:00",
    ),
}  # fmt: skip


@pytest.mark.parametrize("move", MOVES)
def test_moving(office: Office, move: str) -> None:
    """Refused as a whole where it clashes; what it leaves is free, what it takes is taken."""
    act, to, left = MOVES[move]
    room = office.room()
    event_id, days = office.series(room)
    in_the_way = office.event(to, room)
    before = office.app.get(event_id, user=office.organizer)

    assert_refused(
        act(office, event_id, days), *INVALID, f"2026-{to[:5]}T{'10' if move == 'longer' else to[6:8]}:00"
    )

    after = office.app.get(event_id, user=office.organizer)
    assert (after.body, after.headers["etag"]) == (before.body, before.headers["etag"])
    assert office.app.occurrence_ids(event_id, user=office.organizer) == days
    done(office.remove(in_the_way, room))
    assert act(office, event_id, days).status == 200
    assert office.free(room, to, left) == [left]
    assert findings(office.database, event_id) == []


def test_moving_one_event(office: Office) -> None:
    room = office.room(max_minutes=60)
    event_id = office.event("03-10T14:00", room)
    office.event("03-10T16:00", room)

    assert_refused(office.update(event_id, at("03-10T16:30")), *INVALID, "2026-03-10T16:30")
    assert_refused(
        office.update(event_id, timed("2026-03-10T11:00:00", "2026-03-10T13:00:00")),
        *INVALID,
        "60 minutes at most",
    )
    assert office.update(event_id, at("03-10T14:30")).status == 200  # over where it was itself
    assert office.update(event_id, {"summary": "New"}).status == 200
    assert office.free(room, "03-10T13:30", "03-10T14:00", "03-10T15:30") == ["03-10T13:30"]
    assert office.update(event_id, {"recurrence": until("03-12")}).status == 200
    assert office.free(room, "03-11T14:30", "03-13T14:30") == ["03-13T14:30"]


FREES: dict[str, tuple[Callable[[Office, str, list[str]], Reply], set[int]]] = {
    "series cancelled": (lambda it, id_, _: it.cancel(id_), {2, 3, 4}),
    "series deleted": (lambda it, id_, _: it.app.delete(id_, user=it.organizer), {2, 3, 4}),
    "occurrence cancelled": (lambda it, _, days: it.cancel(days[3]), {3}),
    "occurrence deleted": (lambda it, _, days: it.app.delete(days[3], user=it.organizer), {3}),
    "following cancelled": (lambda it, _, days: it.cancel(days[3], query="?scope=following"), {3, 4}),
    "following deleted": (
        lambda it, _, days: it.app.delete(days[3], user=it.organizer, query="?scope=following"), {3, 4},
    ),
    "ends earlier": (
        lambda it, id_, _: it.update(id_, {"recurrence": until("03-04")}), {4},
    ),
    "an attendee leaves": (lambda it, id_, _: it.app.delete(id_, user=it.app.other.union_id), set()),
    "split, not moved": (lambda it, _, days: it.update(days[3], {"summary": "New"}, query="?scope=following"), set()),
    "renamed": (lambda it, id_, _: it.update(id_, {"summary": "New"}), set()),
    "removed on one": (lambda it, _, days: it.remove(days[3], *it.shown(days[3])), {3}),
    "removed": (lambda it, id_, _: it.remove(id_, *it.shown(id_)), {2, 3, 4}),
}  # fmt: skip


@pytest.mark.parametrize("what", FREES)
def test_what_frees_a_room(office: Office, what: str) -> None:
    act, days_freed = FREES[what]
    room = office.room()
    event_id = office.event(
        "03-01T10:00", room, recurrence=UNTIL, attendees=[{"id": office.app.other.union_id}]
    )
    days = office.app.occurrence_ids(event_id, user=office.organizer)

    assert act(office, event_id, days).status == 200

    hours = {day: f"03-0{day + 1}T10:00" for day in (2, 3, 4)}
    assert office.free(room, *hours.values()) == [hours[day] for day in sorted(days_freed)]
    assert findings(office.database, event_id) == []
    if "cancelled" in what:
        shown = office.get(days[3]) if what == "occurrence cancelled" else office.get(event_id)
        assert ("meetingRooms" in shown) == (what == "following cancelled")


def test_handing_over(office: Office) -> None:
    """Who gets an event keeps its rooms, where they may have them."""
    room, reserved = office.room(), office.room(status=1)
    event_id = office.event("03-10T14:00", room)
    path = office.app.path(event_id, user=office.organizer) + "/transfer"

    assert office.app.call("POST", path, {"newOrganizerId": office.admin}).status == 200
    done(office.add(event_id, reserved, user=office.admin))

    back = office.app.call(
        "POST",
        office.app.path(event_id, user=office.admin) + "/transfer",
        {"newOrganizerId": office.organizer},
    )
    assert_refused(back, *INVALID, "only administrators book it")
    assert office.shown(event_id) == {room: "accepted", reserved: "accepted"}


class TestApproval:
    def test_a_request_holds_the_room(self, office: Office) -> None:
        room = office.room("standard")
        event_id = office.event("03-10T14:00", room)

        assert office.free(room, "03-10T14:00") == []
        done(office.respond(event_id, room, "declined"))
        assert office.free(room, "03-10T14:00") == ["03-10T14:00"]
        other = office.event("03-10T14:30", room)
        assert_refused(office.respond(event_id, room, "accepted"), *BUSY, "2026-03-10T14:00")
        assert office.shown(event_id) == {room: "declined"}
        assert_refused(office.add(event_id, room), *BUSY)
        done(office.respond(other, room, "declined"))
        done(office.respond(event_id, room, "accepted"))
        assert office.shown(event_id) == {room: "accepted"}

    def test_moving_asks_again(self, office: Office) -> None:
        room, plain = office.room("standard"), office.room()
        event_id = office.event("03-10T14:00", room, plain)
        done(office.respond(event_id, room, "accepted"))

        office.update(event_id, {"summary": "New"})
        assert office.shown(event_id) == {room: "accepted", plain: "accepted"}
        office.update(event_id, at("03-10T16:00"))
        assert office.shown(event_id) == {room: "tentative", plain: "accepted"}

    def test_a_series_and_one_of_its_occurrences(self, office: Office) -> None:
        """What was said of one stays; an answer for the series is one for what waits."""
        room = office.room("standard")
        event_id, days = office.series(room)

        done(office.respond(days[4], room, "declined"))
        done(office.respond(event_id, room, "accepted"))
        office.update(days[3], at("03-04T12:00"))

        shown = [office.shown(day)[room] for day in days[1:]]
        assert shown == ["accepted", "accepted", "tentative", "declined"]
        assert office.free(room, "03-05T10:00", "03-04T12:00") == ["03-05T10:00"]
        done(office.respond(event_id, room, "tentative"))
        done(office.respond(event_id, room, "accepted"))
        assert [office.shown(day)[room] for day in days[3:]] == ["accepted", "declined"]
        office.update(event_id, at("03-01T09:00"))
        assert [office.shown(day)[room] for day in (event_id, *days[3:])] == [
            "tentative",
            "accepted",
            "declined",
        ]

    def test_refused_ones_do_not_count(self, office: Office) -> None:
        room = office.room("standard")
        event_id = office.event("03-10T14:00", room, *(office.room() for _ in range(4)))
        done(office.respond(event_id, room, "declined"))

        done(office.add(event_id, office.room()))

        assert_refused(office.respond(event_id, room, "accepted"), *TOO_MANY)


def test_a_room_is_renamed_and_removed(office: Office, own_app: App) -> None:
    """Its events show its name of now, and lose it with the room; all at once, in answers that were remembered too."""
    office.app, office.organizer = own_app, own_app.organizer.union_id
    kept, room = office.room(), office.room()
    event_id = office.event("03-10T14:00", room)
    series, days = office.series(kept, room)
    done(office.remove(days[3], kept))
    window = "/eventsview?timeMin=2026-02-28T00:00:00Z&timeMax=2026-04-01T00:00:00Z"

    def names() -> set[Any]:
        view = own_app.call("GET", own_app.path().removesuffix("/events") + window).json["events"]
        got = [office.get(id_) for id_ in (event_id, series, days[3])]
        return {one.get("location", {}).get("meetingRooms", [None])[-1] for one in (*view, *got)}

    (before,) = names()
    admin = own_app.server.users[0].union_id
    body = {"unionId": admin, "roomId": room, "roomName": f"New {room[:8]}"}
    assert own_app.call("PUT", "/v1.0/rooms/meetingRooms", body).status == 200
    assert names() == {f"New {room[:8]}"} != {before}

    assert own_app.call("DELETE", f"/v1.0/rooms/meetingRooms/{room}?unionId={admin}").status == 200
    assert names() == {None, office.get(series)["meetingRooms"][0]["displayName"]}
    assert office.shown(event_id) == office.shown(days[3]) == {}
    assert findings(office.database, series) == []


CHANGES: dict[str, Callable[[Office, str, str, list[str], str], Reply]] = {
    "added": lambda it, single, _, __, room: it.add(single, room),
    "added to a series": lambda it, _, series, __, room: it.add(series, room),
    "added to an occurrence": lambda it, _, __, days, room: it.add(days[1], room),
    "added to one to come": lambda it, _, __, days, room: it.add(days[4], room),
    "removed": lambda it, single, _, __, ___: it.remove(single, *it.shown(single)),
    "removed from a series": lambda it, _, series, __, ___: it.remove(series, *it.shown(series)),
    "removed from an occurrence": lambda it, _, series, days, ___: it.remove(days[2], *it.shown(series)),
    "refused": lambda it, single, _, __, ___: it.respond(single, next(iter(it.shown(single))), "declined"),
    "refused on an occurrence": lambda it, _, series, days, ___: it.respond(
        days[2], next(iter(it.shown(series))), "declined"
    ),
    "moved": lambda it, single, _, __, ___: it.update(single, at("03-11T14:00")),
    "cancelled": lambda it, single, _, __, ___: it.cancel(single),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_told_at_once(office: Office, own_app: App, what: str) -> None:
    """By Get, views and syncs, to the organizer and to an attendee, with another ETag; and announced."""
    office.organizer, attendee = own_app.organizer.union_id, own_app.colleague.union_id
    office.app = own_app
    people = [{"id": attendee}]
    room = office.room("standard")
    single = office.event("03-10T14:00", office.room("standard"), attendees=people)
    series = office.event("03-01T10:00", office.room("standard"), recurrence=UNTIL, attendees=people)
    days = own_app.occurrence_ids(series)
    readers = [Reader(own_app), Reader(own_app, attendee)]
    window = "/eventsview?timeMin=2026-02-28T00:00:00Z&timeMax=2026-04-01T00:00:00Z"

    def seen(user: str) -> list[Json]:
        view = own_app.call("GET", own_app.path(user=user).removesuffix("/events") + window).json["events"]
        got = [own_app.get(one["id"], user=user).json for one in view]
        assert [(one["id"], rooms_in(one)) for one in view] == [(one["id"], rooms_in(one)) for one in got]
        return [one | {"updateTime": "", "attendees": []} for one in view]

    before = [seen(user) for user in (office.organizer, attendee)]
    etags = [own_app.get(id_).headers["etag"] for id_ in (single, series)]
    sent = [outbox(own_app, office.database, id_) for id_ in (single, series)]

    assert CHANGES[what](office, single, series, days, room).status == 200

    after = [seen(user) for user in (office.organizer, attendee)]
    assert before != after
    assert etags != [own_app.get(id_).headers["etag"] for id_ in (single, series)]
    for reader in readers:
        reader.sync()
        reader.check()
    (last,) = (
        announced[-1]
        for announced, before_it in zip(
            [outbox(own_app, office.database, id_) for id_ in (single, series)], sent, strict=True
        )
        if announced != before_it
    )
    assert attendee in last["recipients"]
    if what not in ("moved", "cancelled"):
        (told,) = last["rooms"]
        expected = {
            "added": (None, "tentative"),
            "removed": ("tentative", None),
            "refused": ("tentative", "declined"),
        }
        assert (told["before"], told["after"]) == expected[what.split()[0]]


def rooms_in(event: Json) -> Any:
    return event.get("meetingRooms"), event.get("location", {}).get("meetingRooms")
