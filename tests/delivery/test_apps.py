"""What apps are told of changes of events, made by the real actions."""

from __future__ import annotations

import os
from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rili.actions import acls, attendees, cancel, directory, events, meeting_rooms, rooms, transfer
from rili.actions.events import PRIMARY, Place
from rili.actions.transfer import Handover
from rili.model import scopes
from rili.model.app_kinds import ENTERPRISE
from rili.model.directory import Range, UserChange
from rili.model.event import EventChange
from rili.model.people import GivenAttendee
from rili.model.room_change import RoomChange
from rili.model.series import Slot
from rili.store import deliveries
from rili.store.db import Tx
from tests.delivery.told import DAILY, Corp, bodies, hour
from tests.people import NOW_MS, SharedDatabase, add_user

EVENTS, BOOKINGS = "calendar_event_change", "meetingroom_book"
SECOND = 1_773_208_800
"""When the occurrence of 2026-03-11 starts by the rule, in seconds."""


@pytest.fixture
def corp(module_database: SharedDatabase) -> Iterator[Corp]:
    corp = Corp(module_database)
    yield corp
    corp.erase()


def occurrence(event_id: str, day: str = "2026-03-11") -> str:
    return Slot.of_key(day.replace("-", "") + "00").id_in(event_id)


Act = Callable[[Corp, str], Any]


def _respond(corp: Corp, event_id: str) -> None:
    place = Place(corp.bob, PRIMARY)
    corp.do(attendees.respond_event, corp.by, place, event_id, "accepted")


def _leave(corp: Corp, event_id: str) -> None:
    corp.do(events.delete_event, corp.by, Place(corp.bob, PRIMARY), event_id, switches={})


def _delete(corp: Corp, event_id: str) -> None:
    corp.do(events.delete_event, corp.by, corp.place, event_id, switches={})


def _cancel(corp: Corp, event_id: str) -> None:
    corp.do(cancel.cancel_event, corp.by, corp.place, event_id, rules="documented", new_bytes=os.urandom)


def _transfer(corp: Corp, event_id: str) -> None:
    corp.do(transfer.transfer_event, corp.by, corp.place, event_id, Handover(corp.bob))


def _add_guest(corp: Corp, event_id: str) -> None:
    given = [GivenAttendee(email="guest@example.net"), GivenAttendee(id=corp.cid)]
    corp.do(attendees.add_attendees, corp.by, corp.place, event_id, given, new_bytes=os.urandom, switches={})


def _remove(corp: Corp, event_id: str) -> None:
    corp.do(attendees.remove_attendees, corp.by, corp.place, event_id, [GivenAttendee(id=corp.bob)])


def _replace_people(corp: Corp, event_id: str) -> None:
    corp.update(event_id, EventChange(attendees=(GivenAttendee(id=corp.cid),)))


def _ann_leaves(corp: Corp, event_id: str) -> None:
    corp.do(directory.remove_user, corp.corp_id, "ann", now_ms=NOW_MS)


def _share(corp: Corp, event_id: str) -> None:
    corp.do(acls.create_acl, corp.by, corp.place, corp.bob, "reader", tells=True, new_bytes=os.urandom)


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        pytest.param(lambda corp, id_: corp.update(id_, EventChange(summary="B")), ("updated", "ann bob"), id="update"),
        pytest.param(_replace_people, ("updated", "ann cid bob"), id="other people"),
        pytest.param(_respond, ("updated", "ann bob"), id="answer"),
        pytest.param(_add_guest, ("updated", "ann cid"), id="people added, a guest among them"),
        pytest.param(_remove, ("updated", "ann bob"), id="people removed"),
        pytest.param(_leave, ("deleteView", "bob"), id="an attendee's delete"),
        pytest.param(_delete, ("cancelled", "ann bob"), id="delete"),
        pytest.param(_cancel, ("cancelled", "ann bob"), id="cancel"),
        pytest.param(_transfer, ("updated", "bob ann"), id="transfer"),
        pytest.param(_ann_leaves, ("updated", "bob ann"), id="the organizer leaves the organisation"),
        pytest.param(_share, None, id="a calendar was shared"),
    ],
)  # fmt: skip
def test_changes(corp: Corp, act: Act, expected: tuple[str, str] | None):
    corp.listen("app", EVENTS)
    event_id = corp.create(corp.bob)
    ((name, subject, body),) = corp.told()
    assert (name, subject) == (EVENTS, event_id)
    legacy = b64decode(b64decode(event_id)).hex().upper()
    common = {
        "calendarEventId": event_id, "legacyCalendarEventId": legacy, "calendarEventUpdateTime": NOW_MS,
        "calendarId": "primary", "operator": {"type": "user"},
    }  # fmt: skip
    assert body == common | {"unionIdList": [corp.ann, corp.bob], "changeType": "created"}

    act(corp, event_id)
    told = corp.told()
    if expected is None:
        assert told == []
    else:
        change_type, people = expected
        union_ids = [getattr(corp, person) for person in people.split()]
        assert told == [(EVENTS, event_id, common | {"unionIdList": union_ids, "changeType": change_type})]


@pytest.mark.parametrize(
    ("act", "change_type"),
    [
        pytest.param(lambda corp, id_: corp.update(id_, EventChange(summary="B")), "updated", id="update"),
        pytest.param(lambda corp, id_: corp.update(id_, EventChange(when=hour("03-11T20:00"))), "updated", id="move"),
        pytest.param(_respond, "updated", id="answer"),
        pytest.param(_add_guest, "updated", id="people"),
        pytest.param(_leave, "deleteView", id="an attendee's delete"),
        pytest.param(_delete, "cancelled", id="delete"),
        pytest.param(_cancel, "cancelled", id="cancel"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("moved", [False, True], ids=["", "moved before"])
def test_changes_of_one_occurrence(corp: Corp, act: Act, change_type: str, moved: bool):
    """Told under the series' id and when it starts by the rule; reading takes that id (decisions 9, 91)."""
    corp.listen("app", EVENTS)
    event_id = corp.create(corp.bob, recurrence=DAILY)
    one = occurrence(event_id)
    if moved:
        corp.update(one, EventChange(when=hour("03-11T09:00")))
    corp.told()
    act(corp, one)
    ((_, subject, body),) = corp.told()
    assert (subject, body["calendarEventId"]) == (event_id, f"{event_id}_{SECOND}")
    assert (body["legacyCalendarEventId"], body["changeType"]) == (
        b64decode(b64decode(event_id)).hex().upper(), change_type,
    )  # fmt: skip
    if change_type == "updated":
        seen = corp.do(events.get_event, corp.by, corp.place, body["calendarEventId"], shown=9)
        assert seen.event.id == one


def test_both_halves_of_a_split(corp: Corp):
    corp.listen("app", EVENTS)
    event_id = corp.create(corp.bob, recurrence=DAILY)
    corp.told()
    edited = corp.update(occurrence(event_id), EventChange(summary="Later"), scope="following")
    later = edited.seen.event.id
    told = {body["calendarEventId"]: body for _, _, body in corp.told()}
    assert {id_: body["changeType"] for id_, body in told.items()} == {event_id: "updated", later: "created"}
    assert {tuple(body["unionIdList"]) for body in told.values()} == {(corp.ann, corp.bob)}

    one = occurrence(later, "2026-03-13")
    cancelled = corp.do(
        cancel.cancel_event, corp.by, corp.place, one, scope="following", rules="documented", new_bytes=os.urandom
    )  # fmt: skip
    last = cancelled.seen.event.id
    assert {body["calendarEventId"]: body["changeType"] for _, _, body in corp.told()} == {
        later: "updated", last: "cancelled",
    }  # fmt: skip


def test_one_push_for_each_change_and_app_in_order(corp: Corp):
    apps = ["app", *(f"other {number}" for number in range(4))]
    for app in apps:
        corp.listen(app, EVENTS)
    corp.listen("deaf to events", "user_add_org")
    event_id = corp.create(corp.bob)
    for number in range(70):  # more than one transaction reads, or hands on
        corp.update(event_id, EventChange(summary=f"Review {number}"))
    corp.deliver()

    def ids(tx: Tx) -> list[str]:
        sql = "SELECT id FROM deliveries WHERE corp_id = :corp_id"
        return [id_ for (id_,) in tx.all(sql, corp_id=corp.corp_id)]

    assert len(set(corp.database.read(ids))) == len(apps) * 71
    for app in apps:
        assert [body["changeType"] for _, _, body in corp.told(app)] == ["created", *["updated"] * 70]
    assert corp.told("deaf to events") == []


def test_where_the_latest_state_alone_is_kept(corp: Corp):
    """Occurrences must not replace one another, nor one person's delete what happened to the event."""
    corp.listen("suite", EVENTS, kind=ENTERPRISE, channel="sync_http")
    event_id = corp.create(corp.bob, recurrence=DAILY)
    corp.update(occurrence(event_id), EventChange(summary="B"))
    _leave(corp, event_id)
    told = corp.told("suite")
    assert [subject for _, subject, _ in told] == [event_id, f"{event_id}_{SECOND}", f"{event_id} {corp.bob}"]


@pytest.mark.parametrize(
    ("kind", "points", "granted", "told"),
    [
        pytest.param("internal", {scopes.EVENT_READ}, None, True, id="internal"),
        pytest.param("internal", scopes.ALL - {scopes.EVENT_READ}, None, False, id="internal, without the point"),
        pytest.param("enterprise", scopes.ALL, {scopes.EVENT_READ}, True, id="enterprise"),
        pytest.param("enterprise", scopes.ALL, {scopes.ROOM_READ}, False, id="enterprise, not granted here"),
        pytest.param("personal", scopes.ALL, None, False, id="personal"),
    ],
)  # fmt: skip
def test_points(corp: Corp, kind: Any, points: set[str], granted: set[str] | None, told: bool):
    corp.listen("app", EVENTS, kind=kind, points=frozenset(points), granted=granted and frozenset(granted))
    corp.create()
    assert bool(corp.told()) is told


def test_ranges(corp: Corp):
    """The organizer first, where within; who is outside is not named, and where nobody is within nothing is told."""
    corp.do(directory.add_department, corp.corp_id, 2, "Two", now_ms=NOW_MS)
    dan = corp.do(add_user, corp.corp_id, "dan", directory.Place(2)).union_id
    corp.listen("of bob", EVENTS, BOOKINGS, within=Range(userids=("bob",)))
    corp.listen("of two", EVENTS, within=Range(departments=(2,)))
    corp.listen("of all", EVENTS)
    event_id = corp.create(corp.bob, dan, corp.cid)
    assert [body["unionIdList"] for _, _, body in corp.told("of bob")] == [[corp.bob]]
    assert [body["unionIdList"] for _, _, body in corp.told("of two")] == [[dan]]
    assert [body["unionIdList"] for _, _, body in corp.told("of all")] == [
        [corp.ann, corp.bob, dan, corp.cid]
    ]
    _leave(corp, event_id)
    assert len(corp.told("of bob")) == 1
    assert corp.told("of two") == []
    _add_guest(corp, corp.create())
    assert corp.told("of bob") == []


def test_two_organisations(corp: Corp, module_database: SharedDatabase):
    """An enterprise app is told of the organisation that authorised it alone, and of both once both did."""
    neighbour = Corp(module_database)
    try:
        corp.listen("suite", EVENTS, kind=ENTERPRISE, channel="stream")
        neighbour.receivers["suite"] = corp.receivers["suite"]
        corp.listen("app", EVENTS)
        neighbour.receivers["app"] = corp.receivers["app"]
        event_id = corp.create(corp.bob)
        neighbour.create(neighbour.bob)
        assert [subject for _, subject, _ in corp.told("suite")] == [event_id]
        assert [subject for _, subject, _ in corp.told("app")] == [event_id]
        assert neighbour.told("suite") == neighbour.told("app") == []
    finally:
        neighbour.receivers.clear()
        neighbour.erase()


def test_an_event_of_thousands(corp: Corp):
    """Everybody is named, in a body that fits into a stream client's frame as text within text."""
    corp.listen("app", EVENTS)
    people = corp.do(lambda tx: [add_user(tx, corp.corp_id, f"p{n:04}").union_id for n in range(299)])
    event_id = corp.create(*people)
    (((_, _, body)),) = corp.told()
    assert body["unionIdList"] == [corp.ann, *people]
    for number in range(20):  # each is told in a transaction of its own, once there are too many
        corp.update(event_id, EventChange(summary=f"All {number}"))
    assert len(corp.told()) == 20


def test_nothing_is_queued_for_nobody(corp: Corp):
    corp.create(corp.bob)
    corp.deliver()
    line = deliveries.Line(corp.corp_id, "http", "", "", 0)
    assert corp.database.read(lambda tx: deliveries.in_line(tx, line, 1)) == []
    corp.listen("app", EVENTS)  # what happened before is told to nobody
    assert corp.told() == []


# Rooms


class Booked:
    """An event of Ann's with a room, and an app that is told of bookings."""

    def __init__(self, corp: Corp, *, approval: bool = False, recurring: bool = False) -> None:
        self.corp = corp
        corp.listen("app", BOOKINGS)
        corp.do(directory.set_user, corp.corp_id, "cid", UserChange(admin=True), None, now_ms=NOW_MS)
        self.room_id = self.room("Blue", approval=approval)
        self.event_id = corp.create(corp.bob, **({"recurrence": DAILY} if recurring else {}))
        corp.told()

    def room(self, name: str, *, approval: bool = False) -> str:
        change = RoomChange(name=name, approval="standard" if approval else "none")
        room = self.corp.do(rooms.add_room, self.corp.corp_id, change, new_bytes=os.urandom, now_ms=NOW_MS)
        return room.room_id

    def book(self, event_id: str | None = None) -> list[dict[str, Any]]:
        return self.after(meeting_rooms.add_meeting_rooms, event_id or self.event_id, [self.room_id])

    def answer(self, status: str, event_id: str | None = None) -> list[dict[str, Any]]:
        place = Place(self.corp.cid, PRIMARY)
        self.corp.do(
            meeting_rooms.respond_for_room,
            self.corp.by,
            place,
            event_id or self.event_id,
            self.room_id,
            status,
        )
        return bodies(self.corp.told(), BOOKINGS)

    def after(self, action: Any, *given: Any) -> list[dict[str, Any]]:
        self.corp.do(action, self.corp.by, self.corp.place, *given)
        return bodies(self.corp.told(), BOOKINGS)

    def update(self, change: EventChange, **named: Any) -> list[dict[str, Any]]:
        self.corp.update(self.event_id, change, **named)
        return bodies(self.corp.told(), BOOKINGS)


def kinds(told: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(body["eventSubType"], body.get("preStatus")) for body in told]


def test_a_booking_from_beginning_to_end(corp: Corp):
    it = Booked(corp)
    (made,) = it.book()
    assert made == {
        "eventSubType": "bookSuccess", "corpId": corp.corp_id, "bookId": made["bookId"], "isApproval": False,
        "extension": {"calendarEventId": f"primary;{it.event_id}"}, "preStatus": "INIT", "title": "Review",
        "roomName": "Blue", "roomId": it.room_id, "userId": "ann", "userName": "Ann",
        "bookTime": "2026-01-01 08:00:00", "startTime": "2026-03-10 14:00:00", "endTime": "2026-03-10 15:00:00",
    }  # fmt: skip
    common = {name: made[name] for name in ("corpId", "bookId", "isApproval", "extension")}
    assert it.update(EventChange(summary="Final")) == [
        common | {"eventSubType": "bookUpdate", "title": "Final", "roomName": "Blue"}
    ]
    assert it.update(EventChange(description="by heart")) == []
    assert kinds(it.update(EventChange(when=hour("03-10T16:00")))) == [("bookUpdate", None)]
    _add_guest(corp, it.event_id)
    assert bodies(corp.told(), BOOKINGS) == [common | {"eventSubType": "bookMemberChange"}]
    _respond(corp, it.event_id)
    assert corp.told() == []
    _delete(corp, it.event_id)
    assert bodies(corp.told(), BOOKINGS) == [common | {"eventSubType": "bookCancel", "preStatus": "SUCCESS"}]


def test_approval(corp: Corp):
    it = Booked(corp, approval=True)
    told = it.book() + it.answer("accepted")
    told += it.update(EventChange(when=hour("03-10T16:00")))  # waits again
    told += it.answer("declined") + it.book()
    told += it.after(meeting_rooms.remove_meeting_rooms, it.event_id, [it.room_id])
    assert kinds(told) == [
        ("appvaral", "INIT"), ("bookSuccess", "APPROVALING"), ("appvaral", "SUCCESS"),
        ("bookRefuse", "APPROVALING"), ("appvaral", "INIT"), ("bookCancel", "APPROVALING"),
    ]  # fmt: skip
    assert {body["isApproval"] for body in told} == {True}
    assert len({body["bookId"] for body in told}) == 1


def test_rooms_of_a_series(corp: Corp):
    it = Booked(corp, recurring=True)
    (whole,) = it.book()
    one = occurrence(it.event_id)
    (given,) = it.after(meeting_rooms.remove_meeting_rooms, one, [it.room_id])
    assert given["extension"] == {"calendarEventId": f"primary;{it.event_id}_{SECOND}"}
    assert given["bookId"] != whole["bookId"]
    it.room_id = it.room("Red")
    (own,) = it.book(one)
    assert (own["startTime"], own["roomName"]) == ("2026-03-11 14:00:00", "Red")
    _cancel(corp, it.event_id)
    told = bodies(corp.told(), BOOKINGS)
    assert kinds(told) == [("bookCancel", "SUCCESS")] * 2
    assert [body["bookId"] for body in told] == [whole["bookId"], own["bookId"]]


def test_rooms_of_both_halves_of_a_split(corp: Corp):
    it = Booked(corp, recurring=True)
    (whole,) = it.book()
    corp.update(occurrence(it.event_id), EventChange(summary="Later"), scope="following")
    told = bodies(corp.told(), BOOKINGS)
    assert sorted(kinds(told)) == [("bookSuccess", "INIT"), ("bookUpdate", None)]
    assert [body["bookId"] == whole["bookId"] for body in told if body["eventSubType"] == "bookUpdate"] == [
        True
    ]


def test_a_room_that_is_deleted(corp: Corp):
    it = Booked(corp)
    (made,) = it.book()
    corp.do(rooms.remove_room, corp.by, corp.cid, it.room_id)
    (gone,) = bodies(corp.told(), BOOKINGS)
    assert (gone["eventSubType"], gone["bookId"]) == ("bookCancel", made["bookId"])


@pytest.mark.parametrize(
    ("named", "told"),
    [
        pytest.param({}, True, id="internal"),
        pytest.param({"channel": "stream"}, True, id="by stream"),
        pytest.param({"points": scopes.ALL - {scopes.ROOM_READ}}, False, id="may not read rooms"),
        pytest.param({"points": scopes.ALL - {scopes.EVENT_READ}}, False, id="may not read events"),
        pytest.param({"kind": ENTERPRISE, "channel": "sync_http"}, False, id="enterprise"),
        pytest.param({"within": Range(userids=("ann",))}, True, id="the organizer within"),
        pytest.param({"within": Range(userids=("bob",))}, False, id="the organizer outside"),
    ],
)
def test_who_is_told_of_bookings(corp: Corp, named: dict[str, Any], told: bool):
    it = Booked(corp)
    corp.listen("this", BOOKINGS, **named)
    it.book()
    assert [subject for _, subject, _ in corp.told("this")] == ([f"room {it.room_id}"] if told else [])
