"""GetMeetingRoomsSchedule, through the vendor's SDK: which event has a room when."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

from rili.model.room import Approval, Room, RoomSettings, new_room_id, new_room_number
from rili.store import rooms
from tests.conformance.backdoor import user_token
from tests.conformance.clients import DAILY, App, Json, assert_refused, at, timed
from tests.people import SharedDatabase

WINDOW = {"start_time": "2026-03-01T00:00Z", "end_time": "2026-04-01T00:00Z"}
DAYS = {"pattern": {"type": "daily"}, "range": {"type": "endDate", "endDate": "2026-03-03"}}

Rooms = Callable[..., str]


@pytest.fixture
def new_room(own_app: App, database: SharedDatabase) -> Rooms:
    def add(approval: Approval = "none", status: int = 0) -> str:
        room = Room(
            corp_id=own_app.server.corp_id,
            room_id=new_room_id(os.urandom),
            number=new_room_number(os.urandom),
            name=f"Room {os.urandom(4).hex()}",
            status=status,
            settings=RoomSettings(approval=approval),
        )
        database.write(lambda tx: rooms.add(tx, room))
        return room.room_id

    return add


def book(app: App, event_id: str, *room_ids: str) -> None:
    body = {"meetingRoomsToAdd": [{"roomId": one} for one in room_ids]}
    reply = app.call("POST", app.path(event_id) + "/meetingRooms", body)
    assert reply.json == {"result": True}


def schedule(app: App, *room_ids: str, user: str | None = None, **times: str) -> list[Json]:
    answer = app.ask(
        "get_meeting_rooms_schedule", user or app.organizer.union_id, room_ids=list(room_ids), **(WINDOW | times)
    )  # fmt: skip
    found: list[Json] = answer.to_map()["scheduleInformation"]
    return found


def times(entry: Json) -> list[str]:
    return [f"{one['status']} {one['start']['dateTime'][5:16]}" for one in entry["scheduleItems"]]


def test_a_room(own_app: App, new_room: Rooms) -> None:
    """The one that is taken, and the one that is free for the whole window."""
    taken, free = new_room(), new_room()
    event_id = own_app.create()["id"]
    book(own_app, event_id, taken)

    found = schedule(own_app, free, taken, free, user=own_app.other.union_id)

    assert found == [
        {"roomId": free, "scheduleItems": []},
        {
            "roomId": taken,
            "scheduleItems": [
                {
                    "status": "BUSY",
                    "eventId": event_id,
                    "organizer": {"id": own_app.organizer.union_id},
                    "start": {"dateTime": "2026-03-10T14:00:00+08:00", "timeZone": "Asia/Shanghai"},
                    "end": {"dateTime": "2026-03-10T15:00:00+08:00", "timeZone": "Asia/Shanghai"},
                }
            ],
        },
    ]


def test_occurrences(own_app: App, new_room: Rooms) -> None:
    """Each under the id that the view has for it, at its own time; what was removed takes nothing."""
    room_id = new_room()
    series, ids = own_app.make_series(DAILY | {"recurrence": DAYS})
    book(own_app, series, room_id)
    own_app.patch(ids[1], at("03-05T08:00"))
    own_app.delete(ids[2])

    (entry,) = schedule(own_app, room_id)

    assert times(entry) == ["BUSY 03-01T10:00", "BUSY 03-05T08:00"]
    assert [one["eventId"] for one in entry["scheduleItems"]] == ids[:2]


def test_whole_days(own_app: App, new_room: Rooms) -> None:
    """Midnights of UTC, in `dateTime`."""
    room_id = new_room()
    two_days: Json = {"isAllDay": True, "start": {"date": "2026-03-10"}, "end": {"date": "2026-03-12"}}
    series = two_days | {"start": {"date": "2026-03-01"}, "end": {"date": "2026-03-02"}, "recurrence": DAYS}
    for draft in (two_days, series):
        book(own_app, own_app.create(draft)["id"], room_id)

    (entry,) = schedule(own_app, room_id)

    assert [(one["start"], one["end"]) for one in entry["scheduleItems"]] == [
        ({"dateTime": f"{first}T00:00:00Z", "timeZone": "UTC"}, {"dateTime": f"{end}T00:00:00Z", "timeZone": "UTC"})
        for first, end in [
            ("2026-03-01", "2026-03-02"), ("2026-03-02", "2026-03-03"), ("2026-03-03", "2026-03-04"),
            ("2026-03-10", "2026-03-12"),
        ]
    ]  # fmt: skip


def test_approval(own_app: App, new_room: Rooms, database: SharedDatabase) -> None:
    """What waits is TENTATIVE; what was refused is not there."""
    room_id = new_room("standard")
    event_id = own_app.create()["id"]
    book(own_app, event_id, room_id)
    path = own_app.path(event_id) + f"/meetingRooms/{room_id}/respond"
    waiting = schedule(own_app, room_id)
    admin = own_app.server.users[0].union_id

    own_app.call("POST", path.replace(own_app.organizer.union_id, admin), {"responseStatus": "declined"})

    assert [times(one) for one in waiting] == [["TENTATIVE 03-10T14:00"]]
    assert [times(one) for one in schedule(own_app, room_id)] == [[]]


@pytest.mark.parametrize(
    ("draft", "start", "end", "found"),
    [
        pytest.param(at("03-10T14:00"), "2026-03-10T15:00+08:00", "2026-03-11T00:00Z", 0, id="ends when it begins"),
        pytest.param(at("03-10T14:00"), "2026-03-10T14:59+08:00", "2026-03-11T00:00Z", 1, id="runs into it"),
        pytest.param(at("03-10T14:00"), "2026-03-10T00:00Z", "2026-03-10T14:00+08:00", 0, id="starts when it ends"),
        pytest.param(at("03-10T14:00"), "2026-03-10T00:00Z", "2026-03-10T14:01+08:00", 1, id="starts before it ends"),
        pytest.param(
            timed("2026-03-10T14:00+08:00", "2026-03-10T14:00+08:00"), "2026-03-10T14:00+08:00", "2026-03-11T00:00Z", 1,
            id="of no length, first instant",
        ),
        pytest.param(
            timed("2026-03-10T14:00+08:00", "2026-03-10T14:00+08:00"), "2026-03-10T14:01+08:00", "2026-03-11T00:00Z", 0,
            id="of no length, before",
        ),
    ],
)  # fmt: skip
def test_window(own_app: App, new_room: Rooms, draft: Json, start: str, end: str, found: int) -> None:
    """Also beside what the room has before and after."""
    room_id = new_room()
    for one in (draft, at("03-08T14:00"), at("03-12T14:00")):
        book(own_app, own_app.create(one)["id"], room_id)

    (entry,) = schedule(own_app, room_id, start_time=start, end_time=end)

    assert len(entry["scheduleItems"]) == found


def test_who_may_not_see_a_room(own_app: App, new_room: Rooms) -> None:
    """An error of its own; administrators see every room."""
    hidden, shown = new_room(status=1), new_room()

    found = schedule(own_app, hidden, shown)

    assert found == [
        {"roomId": hidden, "error": "无权限", "scheduleItems": []}, {"roomId": shown, "scheduleItems": []},
    ]  # fmt: skip
    (entry,) = schedule(own_app, hidden, user=own_app.server.users[0].union_id)
    assert "error" not in entry


def asking(room_ids: Any = ("{room}",), **changes: Any) -> Json:
    return {
        "roomIds": list(room_ids),
        "startTime": "2026-03-01T00:00Z",
        "endTime": "2026-03-02T00:00Z",
    } | changes


@pytest.mark.parametrize(
    ("body", "message", "description"),
    [
        pytest.param(asking([]), "query ids cannot be empty", "roomIds", id="no rooms"),
        pytest.param({}, "query ids cannot be empty", "roomIds", id="nothing"),
        pytest.param(
            asking(["x"] * 21), "Cannot get schedule information for more than limit.", "21 rooms", id="21 rooms"
        ),
        pytest.param(
            asking(endTime="2026-05-30T00:00:01Z"), "Cannot query schedule for more than 90 days.", "endTime",
            id="91 days",
        ),
        pytest.param(asking(["{room}", "x"]), "roomId invalid", "roomIds[1]: there is no room x", id="unknown room"),
        pytest.param(asking(endTime="2026-03-01T00:00Z"), None, "endTime: it must lie after", id="empty window"),
        pytest.param(asking(startTime=None), None, "startTime: it is missing", id="no start"),
        pytest.param(asking(startTime="noon"), None, "startTime: expected an ISO 8601", id="no time"),
    ],
)  # fmt: skip
def test_refusals(app: App, body: Json, message: str | None, description: str) -> None:
    path = f"/v1.0/calendar/users/{app.organizer.union_id}/meetingRooms/schedules/query"
    room_id = app.server.rooms[0].room_id
    body = body | {"roomIds": [one.replace("{room}", room_id) for one in body.get("roomIds", [])]}

    reply = app.call("POST", path, body)

    assert_refused(reply, 400, "invalidParameter", message or reply.json["description"], description)


def test_who_asks(own_app: App, database: SharedDatabase) -> None:
    path = "/v1.0/calendar/users/{}/meetingRooms/schedules/query"
    body = asking([own_app.server.rooms[0].room_id])
    unknown = own_app.call("POST", path.format("nobody"), body)
    own_app.token = user_token(own_app, database, own_app.other.union_id)

    assert_refused(unknown, 400, "invalidParameter", "User does not exist.", "nobody here has the unionId")
    assert own_app.call("POST", path.format("me"), body).status == 200
    assert own_app.call("POST", path.format(own_app.organizer.union_id), body).status == 403
