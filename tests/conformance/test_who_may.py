"""Organizer, attendee, stranger: who may change and delete, and what is seen after a delete (decisions 12, 13)."""

from __future__ import annotations

import pytest

from tests.conformance.backdoor import outbox
from tests.conformance.clients import App, assert_refused
from tests.people import SharedDatabase

GONE = (404, "instanceNotExist", "instance not exist")
UNKNOWN = (404, "itemNotFound", "Event does not exist.")


@pytest.fixture
def event_id(app: App) -> str:
    """An event of the organizer's with one colleague."""
    return str(app.create({"attendees": [{"id": app.colleague.union_id}]})["id"])


def test_update_by_an_attendee(app: App, event_id: str) -> None:
    before = app.get(event_id)

    reply = app.call(
        "PUT", app.path(event_id, user=app.colleague.union_id), {"id": event_id, "summary": "Mine"}
    )

    named = f"Only the organizer, {app.organizer.union_id}, can change this event."
    assert_refused(reply, 403, "permissionDenied", "permission denied", named)
    after = app.get(event_id)
    assert (after.body, after.headers["etag"]) == (before.body, before.headers["etag"])


@pytest.mark.parametrize("method", ["PUT", "GET", "DELETE"])
def test_a_stranger(app: App, event_id: str, method: str) -> None:
    """Does not learn that there is such an event."""
    reply = app.call(method, app.path(event_id, user=app.other.union_id), {"id": event_id})

    assert_refused(reply, *UNKNOWN)


def test_calendar_by_its_own_id(app: App, event_id: str, database: SharedDatabase) -> None:
    """`primary` is a name of it."""
    found = database.read(lambda tx: tx.one("SELECT calendar_id FROM events WHERE id = :id", id=event_id))
    assert found is not None

    reply = app.call("GET", app.path(event_id, calendar=found[0]))

    assert reply.body == app.get(event_id).body


def test_delete_by_the_organizer(app: App, event_id: str) -> None:
    """Gone for everybody."""
    reply = app.delete(event_id)

    assert (reply.status, reply.json) == (200, {})
    assert reply.headers["content-type"] == "application/json;charset=utf-8"
    for user in (app.organizer, app.colleague):
        assert_refused(app.get(event_id, user=user.union_id), *GONE)
        assert_refused(app.delete(event_id, user=user.union_id), *UNKNOWN)
    assert_refused(app.update(event_id, {"summary": "x"}), *UNKNOWN)


def test_delete_by_an_attendee(app: App, event_id: str) -> None:
    """Gone from that calendar alone, and declined."""
    colleague = app.colleague.union_id

    assert app.delete(event_id, user=colleague).json == {}

    assert_refused(app.get(event_id, user=colleague), *GONE)
    assert_refused(app.delete(event_id, user=colleague), *UNKNOWN)
    row = app.get(event_id).json["attendees"][1]
    assert (row["id"], row["responseStatus"]) == (colleague, "declined")


def test_being_added_again_brings_it_back(app: App, event_id: str) -> None:
    colleague = {"id": app.colleague.union_id}
    app.delete(event_id, user=colleague["id"])

    app.update(event_id, {"attendees": []})
    app.update(event_id, {"attendees": [colleague]})

    seen = app.get(event_id, user=colleague["id"])
    assert seen.status == 200
    assert seen.json["attendees"][1]["responseStatus"] == "needsAction"
    assert app.delete(event_id, user=colleague["id"]).status == 200


def test_staying_on_the_list_does_not(app: App, event_id: str) -> None:
    """Who deleted the event keeps that answer through updates that go on naming them."""
    colleague = {"id": app.colleague.union_id}
    app.delete(event_id, user=colleague["id"])

    app.update(event_id, {"attendees": [colleague], "summary": "Again"})

    assert_refused(app.get(event_id, user=colleague["id"]), *GONE)
    assert app.get(event_id).json["attendees"][1]["responseStatus"] == "declined"


def test_moving_the_event_asks_nobody_who_left(app: App, event_id: str) -> None:
    """Decision 30: an answer is asked of those who see the event."""
    colleague = app.colleague.union_id
    app.delete(event_id, user=colleague)

    moved = app.update(
        event_id,
        {
            "start": {"dateTime": "2026-04-01T10:00:00+08:00", "timeZone": "Asia/Shanghai"},
            "end": {"dateTime": "2026-04-01T11:00:00+08:00", "timeZone": "Asia/Shanghai"},
        },
    )

    assert moved.json["attendees"][1]["responseStatus"] == "declined"
    assert app.get(event_id).json["attendees"] == moved.json["attendees"]
    assert_refused(app.get(event_id, user=colleague), *GONE)


def test_what_a_delete_announces(app: App, event_id: str, database: SharedDatabase) -> None:
    """The leaving attendee, then the end; with the switch that says whether to tell."""
    colleague = app.colleague.union_id
    app.delete(event_id, user=colleague)
    app.call("DELETE", app.path(event_id) + "?pushNotification=False")

    made, left, ended = outbox(app, database, event_id)

    assert (made["operator_id"], left["operator_id"]) == (app.organizer.union_id, colleague)
    assert ended["recipients"] == [app.organizer.union_id, colleague]
    assert (left.get("switches"), ended["switches"]) == (None, {"pushNotification": "false"})
    assert "after" not in ended
