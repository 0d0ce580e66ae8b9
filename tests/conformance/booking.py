"""An office that books rooms: what the tests of rooms on events share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rili.model.room import Approval, Room, RoomSettings, new_room_id, new_room_number
from rili.store import rooms
from tests.conformance.clients import App, Json, Reply, at
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


@contextmanager
def an_office(app: App, database: SharedDatabase) -> Iterator[Office]:
    """Its rooms are gone afterwards: other tests list what there are."""
    office = Office(app, database)
    yield office
    database.write(lambda tx: [rooms.remove(tx, app.server.corp_id, one) for one in office.made])


def rooms_in(event: Json) -> Any:
    return event.get("meetingRooms"), event.get("location", {}).get("meetingRooms")
