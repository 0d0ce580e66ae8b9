"""FindTimes over HTTP: what is asked for, what is answered, and every refusal. The rules are tested in the model."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

import pytest

from rili.actions import directory
from rili.model.directory import UserChange
from rili.model.room import Closing, Room, RoomSettings, new_room_id, new_room_number
from rili.store import rooms
from tests.conformance.backdoor import user_token
from tests.conformance.clients import App, Json, Reply, assert_refused, timed
from tests.people import NOW_MS, SharedDatabase

PATH = "/v1.0/calendar/users/{}/findTimes"
MONDAY = {"startTime": "2026-03-02T00:00+08:00", "endTime": "2026-03-03T00:00+08:00", "durationMinutes": 60}


@pytest.fixture
def early_app(own_app: App) -> App:
    """It is Sunday."""
    own_app.server.clock.set(datetime(2026, 3, 1, tzinfo=UTC))
    return own_app


def ask(app: App, *invited: str, user: str | None = None, **changes: Any) -> Reply:
    attendees = [{"id": one} for one in invited]
    body = MONDAY | {"attendees": attendees} | changes
    return app.call("POST", PATH.format(user or app.organizer.union_id), body)


def found(app: App, *invited: str, **changes: Any) -> list[str]:
    """When the slots start."""
    reply = ask(app, *invited, **changes)
    assert reply.status == 200, reply.body
    return [one["start"]["dateTime"][5:16] for one in reply.json["timeSlots"]]


def busy(app: App, start: str, end: str, **draft: Any) -> str:
    return str(app.create(timed(f"2026-{start}:00+08:00", f"2026-{end}:00+08:00") | draft)["id"])


def test_the_answer(early_app: App) -> None:
    """The path's user is there in any case; everybody as they stand then."""
    app = early_app
    busy(app, "03-02T09:00", "03-02T16:30")
    event_id = busy(
        app, "03-02T17:00", "03-02T18:00", attendees=[{"id": app.colleague.union_id}], freeBusyStatus="busy"
    )
    app.delete(event_id, user=app.organizer.union_id)
    busy(app, "03-02T17:30", "03-02T18:00", attendees=[{"id": app.other.union_id}])

    invited = [{"id": app.colleague.union_id}, {"id": app.other.union_id, "isOptional": True}]

    reply = ask(app, attendees=invited)

    assert reply.json == {
        "timeSlots": [
            {
                "start": {"dateTime": "2026-03-02T16:30:00+08:00", "timeZone": "Asia/Shanghai"},
                "end": {"dateTime": "2026-03-02T17:30:00+08:00", "timeZone": "Asia/Shanghai"},
                "requiredFree": True,
                "attendees": [
                    person(app.organizer.union_id), person(app.colleague.union_id),
                    person(app.other.union_id, isOptional=True),
                ],
                "rooms": [],
            }
        ]
    }  # fmt: skip


def person(id_: str, **differs: Any) -> Json:
    return {"id": id_, "isOptional": False, "status": "FREE", "inWorkingHours": True} | differs


def test_what_may_be_asked_for(early_app: App, database: SharedDatabase) -> None:
    app = early_app
    corp_id, userid = app.server.corp_id, app.colleague.userid
    database.write(
        lambda tx: directory.set_user(
            tx, corp_id, userid, UserChange(zone="Europe/Berlin"), None, now_ms=NOW_MS
        )
    )
    busy(app, "03-02T09:00", "03-02T12:00")
    colleague = app.colleague.union_id

    assert found(app, maxResults=2) == ["03-02T12:00", "03-02T12:30"]
    assert found(app, maxResults=2, stepMinutes=15) == ["03-02T12:00", "03-02T12:15"]
    assert found(app, maxResults=1, durationMinutes=300) == ["03-02T12:00"]
    assert found(app, colleague) == ["03-02T16:00", "03-02T16:30", "03-02T17:00"]
    assert found(app, colleague, timeZone="Europe/Berlin") == ["03-02T09:00", "03-02T09:30", "03-02T10:00"]
    assert found(app, colleague, outsideWorkingHours=True, maxResults=4) == [
        "03-02T16:00", "03-02T16:30", "03-02T17:00", "03-02T12:00",
    ]  # fmt: skip
    assert found(app, allowConflicts=True, maxResults=50)[-6:] == [
        f"03-02T{hour:02}:{minute:02}" for hour in (9, 10, 11) for minute in (0, 30)
    ]
    hours = {"start": "08:00", "end": "09:00", "daysOfWeek": "Sunday, monday"}
    assert found(app, workingHours=hours) == ["03-02T08:00"]
    assert found(app, workingHours={"start": "23:00", "end": "24:00"}) == ["03-02T23:00"]
    assert found(app, attendees=None, maxResults=1) == ["03-02T12:00"]
    me = [{"id": app.organizer.union_id, "isOptional": True}]
    assert found(app, attendees=me, maxResults=1, endTime="2026-03-02T10:00+08:00") == ["03-02T09:00"]


def test_nothing_that_has_begun(own_app: App) -> None:
    own_app.server.clock.set(datetime(2026, 3, 2, 8, 45, tzinfo=UTC))  # 16:45 in Shanghai
    own_app.token = own_app.sign_in()

    assert found(own_app) == ["03-02T17:00"]
    assert ask(own_app, endTime="2026-03-02T16:00+08:00").json["emptyReason"] == "windowPassed"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"endTime": "2026-03-02T00:30+08:00"}, "windowTooShort", id="too short"),
        pytest.param({"durationMinutes": 600}, "noCommonWorkingHours", id="longer than a day of work"),
        pytest.param({}, "attendeesBusy", id="busy"),
        pytest.param(
            {"outsideWorkingHours": True, "minCapacity": 100_000}, "noSuchRoom", id="no room so large"
        ),
    ],
)
def test_why_there_is_none(early_app: App, changes: Json, reason: str) -> None:
    busy(early_app, "03-02T08:00", "03-02T19:00")

    answer = ask(early_app, **changes).json

    assert (answer["timeSlots"], answer["emptyReason"]) == ([], reason)
    assert answer["description"].endswith(".")
    assert (early_app.organizer.union_id in answer["description"]) == (reason == "attendeesBusy")


def test_rooms(early_app: App, database: SharedDatabase) -> None:
    """That are large enough, free, open and to be seen; the smallest first."""
    app = early_app
    closed = Closing(0, int(datetime(2026, 3, 2, 9, tzinfo=UTC).timestamp()) * 1000)
    made = [
        Room(
            corp_id=app.server.corp_id, room_id=new_room_id(os.urandom), number=new_room_number(os.urandom),
            name=f"Room {os.urandom(4).hex()}", capacity=capacity, status=status,
            settings=RoomSettings(closing=closing),
        )
        for capacity, status, closing in ((9_003, 0, None), (9_002, 0, closed), (9_004, 1, None))
    ]  # fmt: skip
    large, small, hidden = (one.room_id for one in made)
    for room in made:
        database.write(lambda tx, room=room: rooms.add(tx, room))
    event_id = busy(app, "03-02T09:00", "03-02T16:00", freeBusyStatus="free")
    app.call("POST", app.path(event_id) + "/meetingRooms", {"meetingRoomsToAdd": [{"roomId": large}]})

    answer = ask(app, minCapacity=9_001, durationMinutes=30).json

    assert [(one["start"]["dateTime"][11:16], [room["roomId"] for room in one["rooms"]])
            for one in answer["timeSlots"]] == [
        ("16:00", [large]), ("16:30", [large]), ("17:00", [small, large]), ("17:30", [small, large]),
    ]  # fmt: skip
    assert found(app, roomIds=[small, large], minCapacity=9_003) == [
        "03-02T16:00",
        "03-02T16:30",
        "03-02T17:00",
    ]
    assert found(app, roomIds=[small]) == ["03-02T17:00"]
    assert ask(app, roomIds=[small], endTime="2026-03-02T17:00+08:00").json["emptyReason"] == "roomsBusy"
    assert_refused(ask(app, roomIds=[small, hidden]), 400, "invalidParameter", "roomId invalid", "roomIds[1]")


@pytest.mark.parametrize(
    ("changes", "description"),
    [
        pytest.param({"durationMinutes": None}, "durationMinutes: it is missing", id="no duration"),
        pytest.param({"durationMinutes": 1441}, "durationMinutes: expected a number", id="long duration"),
        pytest.param(
            {"durationMinutes": "60"}, "durationMinutes: expected integer", id="a text for a number"
        ),
        pytest.param({"startTime": None}, "startTime: it is missing", id="no start"),
        pytest.param({"endTime": "2026-04-02T00:00:01+08:00"}, "longer than 31 days", id="long window"),
        pytest.param({"endTime": "2026-03-02T00:00+08:00"}, "endTime: it must lie after", id="empty window"),
        pytest.param({"timeZone": "Mars"}, "timeZone: not a name of the tz database", id="no such zone"),
        pytest.param({"stepMinutes": 20}, "stepMinutes: expected one of 15, 30, 60", id="step"),
        pytest.param({"maxResults": 0}, "maxResults: expected a number from 1 to 50", id="no results"),
        pytest.param({"attendees": [{}]}, "attendees[0].id: it is missing", id="no id"),
        pytest.param(
            {"attendees": [{"id": "x"}]}, "attendees[0].id: nobody here has the unionId x", id="nobody"
        ),
        pytest.param({"attendees": [{"id": "user01"}]}, "it is a userid", id="a userid"),
        pytest.param(
            {"attendees": [{"id": f"x{n}"} for n in range(20)]}, "attendees: 21 people", id="21 people"
        ),
        pytest.param(
            {"workingHours": {"start": "9:00"}}, "workingHours.start: expected a time", id="no clock"
        ),
        pytest.param(
            {"workingHours": {"start": "19:00"}}, "workingHours.end: it must lie after", id="no hours"
        ),
        pytest.param(
            {"workingHours": {"daysOfWeek": "mon"}}, "workingHours.daysOfWeek: expected", id="no weekday"
        ),
        pytest.param({"roomIds": []}, "roomIds: expected 1 to 20", id="no rooms"),
        pytest.param({"roomIds": ["x"] * 21}, "roomIds: expected 1 to 20", id="21 rooms"),
        pytest.param({"minCapacity": 0}, "minCapacity: expected a number", id="no capacity"),
        pytest.param({"roomIds": ["x"]}, "roomIds[0]: there is no room x", id="unknown room"),
    ],
)
def test_refusals(app: App, changes: Json, description: str) -> None:
    reply = ask(app, **changes)

    assert (reply.status, reply.json["code"]) == (400, "invalidParameter")
    assert description in reply.json["description"]


def test_who_asks(early_app: App, database: SharedDatabase) -> None:
    unknown = ask(early_app, user="nobody")
    early_app.token = user_token(early_app, database, early_app.other.union_id)

    assert_refused(unknown, 400, "invalidParameter", "User does not exist.", "nobody here has the unionId")
    assert ask(early_app, user="me").json["timeSlots"][0]["attendees"][0]["id"] == early_app.other.union_id
    assert ask(early_app).status == 403
