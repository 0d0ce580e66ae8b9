"""AddMeetingRooms, RemoveMeetingRooms, MeetingRoomRespond: nobody has a room twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from alibabacloud_dingtalk.calendar_1_0 import models
from alibabacloud_tea_util.models import RuntimeOptions

from rili.model.room import Advance
from tests.conformance.booking import (
    BUSY,
    DENIED,
    NO_ID,
    NO_ROOM,
    TOO_MANY,
    UNKNOWN,
    Office,
    all_day,
    an_office,
    done,
)
from tests.conformance.clients import App, Json, Reply, assert_refused, at, refused, timed
from tests.people import SharedDatabase


@pytest.fixture
def office(app: App, database: SharedDatabase) -> Iterator[Office]:
    with an_office(app, database) as office:
        yield office


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
