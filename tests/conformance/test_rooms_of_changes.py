"""Rooms of events that change: moved, repeated, handed over, deleted, approved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.conformance.backdoor import findings, outbox
from tests.conformance.booking import BUSY, INVALID, TOO_MANY, UNTIL, Office, an_office, done, rooms_in, until
from tests.conformance.clients import App, Json, Reply, assert_refused, at, timed
from tests.conformance.test_sync import Reader
from tests.people import SharedDatabase


@pytest.fixture
def office(app: App, database: SharedDatabase) -> Iterator[Office]:
    with an_office(app, database) as office:
        yield office


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
