"""Handing an event over: who organizes it, in whose calendars it is, what was answered (decisions 12, 57)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.backdoor import answer_all, findings, outbox
from tests.conformance.clients import App, Json, assert_refused, at, refused
from tests.people import SharedDatabase


def transfer(app: App, event_id: str, to: str, user: str | None = None, **body: Any) -> Any:
    by = user or app.organizer.union_id
    return app.ask("transfer_event", "primary", by, event_id, new_organizer_id=to, **body)  # the SDK's order


def people(app: App, event_id: str, user: str | None = None) -> list[tuple[str, str]]:
    names = {
        one.union_id: role for role in ("organizer", "colleague", "other") for one in [getattr(app, role)]
    }
    seen = app.get(event_id, user=user).json
    assert seen["organizer"]["id"] == seen["attendees"][0]["id"]
    return [(names[one["id"]], one["responseStatus"]) for one in seen["attendees"]]


@pytest.fixture
def event_id(own_app: App) -> str:
    invited = [{"id": own_app.other.union_id}, {"id": own_app.colleague.union_id, "isOptional": True}]
    return str(own_app.create({"attendees": invited})["id"])


def test_to_who_is_on_it(own_app: App, event_id: str, database: SharedDatabase) -> None:
    before = own_app.get(event_id)

    assert transfer(own_app, event_id, own_app.colleague.union_id, need_notify_via_o2o=True).result is True

    assert people(own_app, event_id, own_app.colleague.union_id) == [
        ("colleague", "accepted"), ("organizer", "accepted"), ("other", "needsAction"),
    ]  # fmt: skip
    after = own_app.get(event_id)
    assert after.headers["etag"] != before.headers["etag"]
    assert after.json["attendees"][0]["isOptional"] is False
    named = f"Only the organizer, {own_app.colleague.union_id}, can change this event."
    assert_refused(
        own_app.update(event_id, {"summary": "x"}), 403, "permissionDenied", "permission denied", named
    )
    target = own_app.path(event_id, user=own_app.colleague.union_id)
    assert own_app.call("PUT", target, {"id": event_id, "summary": "Mine"}).json["summary"] == "Mine"
    handed = outbox(own_app, database, event_id)[1]
    assert handed["switches"] == {"needNotifyViaO2O": "true"}
    assert handed["after"]["organizer_id"] == own_app.colleague.union_id
    assert findings(database, event_id) == []


def test_to_who_is_not(own_app: App, database: SharedDatabase) -> None:
    event_id = own_app.create()["id"]

    transfer(own_app, event_id, own_app.other.union_id)

    shown = [("other", "accepted"), ("organizer", "accepted")]
    assert people(own_app, event_id) == people(own_app, event_id, own_app.other.union_id) == shown
    rows = database.read(
        lambda tx: tx.all(
            """
            SELECT owner_id FROM events
              JOIN calendars ON calendars.corp_id = events.corp_id AND calendars.calendar_id = events.calendar_id
             WHERE id = :id
            """,
            id=event_id,
        )
    )
    assert rows == [(own_app.other.union_id,)]
    assert outbox(own_app, database, event_id)[1]["joined"] == [own_app.other.union_id]
    assert findings(database, event_id) == []


def test_to_who_had_taken_it_off_their_calendar(own_app: App, event_id: str) -> None:
    other = own_app.other.union_id
    own_app.delete(event_id, user=other)

    transfer(own_app, event_id, other)

    assert people(own_app, event_id, other)[0] == ("other", "accepted")


def test_the_former_organizer_leaves(own_app: App, event_id: str, database: SharedDatabase) -> None:
    first = own_app.call("GET", own_app.path()).json["syncToken"]

    transfer(own_app, event_id, own_app.colleague.union_id, is_exit_calendar=True)

    assert own_app.get(event_id).status == 404
    synced = own_app.call("GET", own_app.path() + f"?syncToken={first}").json["events"]
    assert synced == [{"id": event_id, "status": "cancelled"}]
    assert people(own_app, event_id, own_app.colleague.union_id) == [
        ("colleague", "accepted"), ("other", "needsAction"),
    ]  # fmt: skip
    assert outbox(own_app, database, event_id)[1]["left"] == [own_app.organizer.union_id]
    assert findings(database, event_id) == []


@pytest.mark.parametrize("leaves", [pytest.param(False, id="stays"), pytest.param(True, id="leaves")])
def test_a_series(own_app: App, leaves: bool, database: SharedDatabase) -> None:
    """With an occurrence that was moved, and one that the next organizer was taken off and another added to."""
    colleague, other = own_app.colleague.union_id, own_app.other.union_id
    series_id, days = own_app.make_series({"attendees": [{"id": colleague}]})
    own_app.update(days[1], at("03-02T15:00"))
    own_app.update(days[2], {"attendees": [{"id": other}]})
    answer_all(own_app, database, series_id, "declined")
    answer_all(own_app, database, series_id, "accepted", occurrence="2026030300")

    transfer(own_app, series_id, colleague, is_exit_calendar=leaves)

    former = [] if leaves else [("organizer", "declined")]
    assert people(own_app, series_id, colleague) == [("colleague", "accepted"), *former]
    assert people(own_app, days[1], colleague) == [("colleague", "accepted"), *former]
    assert people(own_app, days[2], colleague) == [("colleague", "accepted"), *former, ("other", "accepted")]
    assert own_app.occurrence_ids(series_id, user=colleague) == days
    assert own_app.occurrence_ids(series_id, user=other) == [days[2]]
    assert own_app.get(series_id).status == (404 if leaves else 200)
    assert findings(database, series_id) == []


def test_and_back_again(own_app: App, event_id: str, database: SharedDatabase) -> None:
    transfer(own_app, event_id, own_app.colleague.union_id)
    transfer(own_app, event_id, own_app.organizer.union_id, user=own_app.colleague.union_id)

    assert people(own_app, event_id) == [
        ("organizer", "accepted"), ("colleague", "accepted"), ("other", "needsAction"),
    ]  # fmt: skip
    assert findings(database, event_id) == []


@pytest.mark.parametrize(
    ("body", "description"),
    [
        pytest.param({}, "newOrganizerId: it is missing", id="missing"),
        pytest.param({"newOrganizerId": " "}, "newOrganizerId: it is missing", id="blank"),
        pytest.param({"newOrganizerId": "x"}, "newOrganizerId: nobody here has the unionId x", id="nobody"),
        pytest.param({"newOrganizerId": "user02"}, "it is a userid", id="a userid"),
        pytest.param({"newOrganizerId": 7}, "newOrganizerId", id="a number"),
    ],
)
def test_refused(own_app: App, event_id: str, body: Json, description: str) -> None:
    reply = own_app.call("POST", own_app.path(event_id) + "/transfer", body)

    assert_refused(reply, 400, "invalidParameter", reply.json["message"], description)
    assert people(own_app, event_id)[0] == ("organizer", "accepted")


def test_no_body(own_app: App, event_id: str) -> None:
    reply = own_app.call("POST", own_app.path(event_id) + "/transfer")

    assert_refused(reply, 400, "Missingbody", "body is mandatory for this action.")


def test_who_may_and_what(own_app: App, event_id: str) -> None:
    organizer, colleague, other = (
        one.union_id for one in (own_app.organizer, own_app.colleague, own_app.other)
    )
    _, days = own_app.make_series()
    with refused(400, "invalidParameter", "organizes the event already"):
        transfer(own_app, event_id, organizer)
    with refused(403, "permissionDenied", organizer):
        transfer(own_app, event_id, other, user=colleague)
    with refused(400, "invalidParameter", "eventId: one occurrence has no organizer of its own"):
        transfer(own_app, days[0], colleague)
    with refused(404, "itemNotFound"):
        transfer(own_app, days[0], colleague, user=other)


def test_dry_run_and_version(own_app: App, event_id: str) -> None:
    target, body = own_app.path(event_id) + "/transfer", {"newOrganizerId": own_app.colleague.union_id}

    assert own_app.call("POST", target, body, if_match='"99"').status == 412
    assert own_app.call("POST", target + "?dryRun=true", body).json == {"result": True}

    assert people(own_app, event_id)[0] == ("organizer", "accepted")
