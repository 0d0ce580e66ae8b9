"""Who takes what comes by mail into another calendar has there what the server says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import icalendar
import pytest
import recurring_ical_events

from tests.conformance.clients import App, at
from tests.delivery.mail.answers import method_of, vevents
from tests.delivery.mail.conftest import Post
from tests.delivery.mail.post_office import part_of

WINDOW = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)


class Calendar:
    """Takes messages as RFC 5546 3.2 says: by UID, RECURRENCE-ID, SEQUENCE and DTSTAMP."""

    def __init__(self) -> None:
        self.parts: dict[str, dict[Any, Any]] = {}
        self.zones: list[Any] = []

    def take(self, mail: EmailMessage) -> None:
        method = method_of(mail)
        events = vevents(mail)
        self.zones += icalendar.Calendar.from_ical(part_of(mail, "text/calendar")).walk("VTIMEZONE")
        there = self.parts.setdefault(str(events[0]["UID"]), {})
        for event in events:
            known = there.get(key_of(event))
            assert known is None or revision(event) >= revision(known)
        if any(key_of(event) is None for event in events):
            there.clear()
        for event in events:
            if method == "CANCEL":
                event["STATUS"] = "CANCELLED"
            there[key_of(event)] = event

    def shows(self) -> set[tuple[Any, ...]]:
        calendar = icalendar.Calendar()
        for zone in self.zones:
            calendar.add_component(zone)
        for there in self.parts.values():
            parts = {key: event.copy() for key, event in there.items()}
            master = parts.get(None)
            for key, event in parts.items():
                if key is not None and master is not None and event["STATUS"] == "CANCELLED":
                    master.add("EXDATE", event["RECURRENCE-ID"].dt)
                elif event["STATUS"] != "CANCELLED":
                    calendar.add_component(event)
        found = recurring_ical_events.of(calendar, skip_bad_series=False).between(*WINDOW)
        return {(one.start.astimezone(UTC), one.end.astimezone(UTC), str(one["SUMMARY"])) for one in found}


def key_of(event: Any) -> Any:
    return event["RECURRENCE-ID"].dt.astimezone(UTC) if "RECURRENCE-ID" in event else None


def revision(event: Any) -> Any:
    return int(event["SEQUENCE"]), event["DTSTAMP"].dt


class Scene:
    """A series of eight days from Sunday 2026-03-01, with a guest and a colleague."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.app: App = post.app
        self.guest = post.new_guest()
        self.calendars = {self.guest: Calendar(), post.colleague.email: Calendar()}
        people = [{"email": self.guest}, {"id": post.colleague.union_id}]
        self.mark = self.guest.partition("@")[0]
        range_ = {"type": "numbered", "numberOfOccurrences": 8}
        rule = {"pattern": {"type": "daily"}, "range": range_}
        self.series, self.days = self.app.make_series(
            {"summary": self.mark, "attendees": people, "recurrence": rule}
        )

    def rename(self, text: str) -> dict[str, str]:
        return {"summary": f"{self.mark} {text}"}

    def update(self, event_id: str, change: dict[str, Any], query: str = "") -> Any:
        reply = self.app.update(event_id, change, query=query)
        assert reply.status == 200, reply.body
        return reply.json

    def people(self, event_id: str, way: str) -> None:
        name = "attendeesToAdd" if way == "" else "attendeesToRemove"
        target = f"{self.app.path(event_id)}/attendees{way}"
        reply = self.app.call("POST", target, {name: [{"email": self.guest}]})
        assert reply.status == 200, reply.body

    def check(self) -> None:
        """Every calendar shows what the server says of its owner."""
        self.post.server.clock.advance(seconds=1)
        for mail in self.post.mails_to(*self.calendars):
            self.calendars[mail["to"].addresses[0].addr_spec].take(mail)
        for address, calendar in self.calendars.items():
            assert calendar.shows() == self.said_of(address), address

    def said_of(self, address: str) -> set[tuple[Any, ...]]:
        query = "?timeMin=2026-03-01T00:00:00Z&timeMax=2026-04-01T00:00:00Z&maxResults=100"
        found: set[tuple[Any, ...]] = set()
        token = ""
        while True:
            reply = self.app.call("GET", self.app.path().replace("/events", f"/eventsview{query}{token}"))
            assert reply.status == 200, reply.body
            found |= {
                (*(datetime.fromisoformat(one[name]["dateTime"]).astimezone(UTC) for name in ("start", "end")),
                 one["summary"])
                for one in reply.json["events"]
                if one["summary"].startswith(self.mark) and one["status"] != "cancelled" and self.is_on(one, address)
            }  # fmt: skip
            if not reply.json.get("nextToken"):
                return found
            token = f"&nextToken={reply.json['nextToken']}"

    def is_on(self, event: Any, address: str) -> bool:
        ids = {address, self.post.colleague.union_id if address == self.post.colleague.email else address}
        return any(ids & {one.get("email"), one["id"]} for one in event["attendees"])


def moved(scene: Scene) -> None:
    scene.update(scene.days[2], at("03-25T16:00"))
    scene.check()
    scene.update(scene.days[2], scene.rename("moved"))
    scene.check()
    scene.update(scene.series, scene.rename("all"))


def series_moved(scene: Scene) -> None:
    scene.update(scene.days[1], scene.rename("one"))
    scene.check()
    scene.update(scene.series, at("03-01T18:00"))
    scene.check()
    rule = {
        "pattern": {"type": "daily", "interval": 2},
        "range": {"type": "numbered", "numberOfOccurrences": 3},
    }
    scene.update(scene.series, {"recurrence": rule})


def deleted_days(scene: Scene) -> None:
    assert scene.app.delete(scene.days[3]).status == 200
    scene.check()
    reply = scene.app.call("POST", f"{scene.app.path(scene.days[4])}/cancel?scope=single")
    assert reply.status in (200, 404), reply.body
    scene.check()
    scene.update(scene.series, scene.rename("fewer"))


def on_some_days(scene: Scene) -> None:
    scene.people(scene.days[5], "/batchRemove")
    scene.check()
    scene.people(scene.days[5], "")
    scene.check()
    scene.people(scene.series, "/batchRemove")
    scene.check()
    scene.people(scene.days[6], "")
    scene.check()
    scene.update(scene.days[6], at("03-27T08:00"))
    scene.check()
    scene.people(scene.series, "")


def split(scene: Scene) -> None:
    scene.update(scene.days[1], scene.rename("early"))
    scene.update(scene.days[6], scene.rename("late"))
    scene.check()
    later = scene.update(scene.days[4], at("03-05T12:00") | scene.rename("later"), "?scope=following")
    scene.check()
    scene.update(later["id"], scene.rename("later still"))
    scene.check()
    assert scene.app.delete(scene.app.occurrence_ids(later["id"])[1], query="?scope=following").status == 200


def deleted(scene: Scene) -> None:
    scene.update(scene.days[0], at("03-28T08:00"))
    scene.check()
    assert scene.app.delete(scene.series).status == 200


def one_event(scene: Scene) -> None:
    people = [{"email": scene.guest}, {"id": scene.post.colleague.union_id}]
    made = scene.app.create({"summary": scene.mark, "attendees": people, **at("03-29T08:00")})
    scene.check()
    scene.update(made["id"], at("03-30T08:00"))
    scene.check()
    scene.people(made["id"], "/batchRemove")
    scene.check()
    scene.people(made["id"], "")
    scene.check()
    reply = scene.app.call("POST", f"{scene.app.path(made['id'])}/cancel")
    assert reply.status in (200, 404), reply.body


@pytest.mark.parametrize(
    "scenario", [moved, series_moved, deleted_days, on_some_days, split, deleted, one_event]
)
def test_another_calendar_agrees(post: Post, scenario: Callable[[Scene], None]) -> None:
    scene = Scene(post)
    scene.check()
    scenario(scene)
    scene.check()


def test_what_waits_for_long_agrees_in_the_end(post: Post) -> None:
    """Mails say what is when they are sent: those of before a change say it too, and what comes after is no older."""
    scene = Scene(post)
    moved_and_more = [moved, deleted_days]
    check, scene.check = scene.check, lambda: None  # type: ignore[method-assign]
    for one in moved_and_more:
        one(scene)
    check()
