"""Calling events off: whole, one occurrence, from one on; what is cancelled stays to be seen (decisions 13, 57)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conformance.backdoor import findings, outbox
from tests.conformance.clients import App, Json, assert_refused, at, refused, starts
from tests.people import SharedDatabase

CANCELLED = "cancelled"
WINDOW = "?timeMin=2026-03-01T00:00:00Z&timeMax=2026-03-20T00:00:00Z"


@pytest.fixture
def event_id(own_app: App) -> str:
    return str(own_app.create({"attendees": [{"id": own_app.colleague.union_id}]})["id"])


@pytest.fixture
def series(own_app: App) -> tuple[str, list[str]]:
    return own_app.make_series({"attendees": [{"id": own_app.colleague.union_id}]})


def cancel(app: App, event_id: str, user: str | None = None, **query: Any) -> Any:
    return app.ask("cancel_event", user or app.organizer.union_id, "primary", event_id, **query)


def statuses(app: App, user: str | None = None) -> list[tuple[str, str]]:
    """What the view shows: days of March and their statuses."""
    target = app.path(user=user).removesuffix("/events") + "/eventsview" + WINDOW
    return [(one["start"]["dateTime"][8:10], one["status"]) for one in app.call("GET", target).json["events"]]


def test_it_stays_everywhere(own_app: App, event_id: str, database: SharedDatabase) -> None:
    first = own_app.call("GET", own_app.path()).json["syncToken"]
    before = own_app.get(event_id)

    assert cancel(own_app, event_id).result is True

    after = own_app.get(event_id)
    assert after.json == before.json | {"status": CANCELLED, "updateTime": after.json["updateTime"]}
    assert after.headers["etag"] != before.headers["etag"]
    for person in (own_app.organizer, own_app.colleague):
        assert own_app.get(event_id, user=person.union_id).json["status"] == CANCELLED
        assert statuses(own_app, person.union_id) == [("10", CANCELLED)]
        listed = own_app.call("GET", own_app.path(user=person.union_id)).json["events"]
        assert [one["status"] for one in listed] == [CANCELLED]
    synced = own_app.call("GET", own_app.path() + f"?syncToken={first}").json["events"]
    assert synced == [after.json]
    text = own_app.call("GET", own_app.path(event_id), accept="text/calendar").body.decode()
    assert "STATUS:CANCELLED" in text
    made, cancelled = outbox(own_app, database, event_id)
    assert cancelled["recipients"] == [own_app.organizer.union_id, own_app.colleague.union_id]
    assert (cancelled["before"], cancelled["after"]["cancelled"]) == (made["after"], True)
    assert findings(database, event_id) == []


def test_again_changes_nothing(own_app: App, event_id: str, database: SharedDatabase) -> None:
    cancel(own_app, event_id)
    before = own_app.get(event_id)
    own_app.server.clock.advance(minutes=1)

    assert cancel(own_app, event_id).result is True

    after = own_app.get(event_id)
    assert (after.body, after.headers["etag"]) == (before.body, before.headers["etag"])
    assert len(outbox(own_app, database, event_id)) == 2


def test_only_read_and_deleted_from_then_on(own_app: App, event_id: str) -> None:
    cancel(own_app, event_id)
    transfer = {"newOrganizerId": own_app.colleague.union_id}

    for reply in (
        own_app.update(event_id, {"summary": "x"}),
        own_app.call("POST", own_app.path(event_id) + "/transfer", transfer),
    ):
        said = f"eventId: {event_id} was cancelled; it can only be read or deleted"
        assert_refused(reply, 400, "invalidParameter", said, said)
    assert own_app.delete(event_id).status == 200
    assert own_app.get(event_id).status == 404


@pytest.mark.parametrize("scope", [pytest.param(None, id="no scope"), "single", "this"])
def test_one_occurrence(own_app: App, series: tuple[str, list[str]], scope: str | None) -> None:
    series_id, days = series

    assert cancel(own_app, days[1], scope=scope).result is True

    shown = [("01", "confirmed"), ("02", CANCELLED), *((day, "confirmed") for day in ("03", "04", "05"))]
    assert statuses(own_app) == statuses(own_app, own_app.colleague.union_id) == shown
    assert own_app.get(days[1]).json["status"] == CANCELLED
    assert own_app.get(series_id).json["status"] == "confirmed"
    text = own_app.call("GET", own_app.path(series_id), accept="text/calendar").body.decode()
    assert text.count("STATUS:CANCELLED") == 1
    assert "cancelled" in own_app.update(days[1], {"summary": "x"}).json["description"]
    assert "cancelled" in own_app.update(days[1], at("03-02T12:00"), query="?scope=all").json["description"]


def test_a_cancelled_occurrence_stays_cancelled(own_app: App, series: tuple[str, list[str]]) -> None:
    """When its series is changed, and moved."""
    series_id, days = series
    cancel(own_app, days[1])

    assert own_app.update(series_id, {"summary": "New"} | at("03-01T15:00")).status == 200
    own_app.update(own_app.occurrence_ids(series_id)[0], at("03-01T16:00"), query="?scope=all")

    seen = own_app.get(days[1]).json
    assert (seen["summary"], seen["status"], starts([seen])) == ("New", CANCELLED, ["03-02T16:00"])


@pytest.mark.parametrize(
    "named",
    [
        pytest.param(lambda series: (series[0], {}), id="its own id"),
        pytest.param(lambda series: (series[1][3], {"scope": "all"}), id="all through an occurrence"),
        pytest.param(lambda series: (series[1][0], {"scope": "following"}), id="from the first on"),
    ],
)
def test_the_whole_series(
    own_app: App, series: tuple[str, list[str]], named: Callable[[Any], tuple[str, Json]]
) -> None:
    event_id, query = named(series)
    own_app.update(series[1][2], {"summary": "Other"})

    cancel(own_app, event_id, **query)

    assert statuses(own_app) == [(day, CANCELLED) for day in ("01", "02", "03", "04", "05")]
    assert own_app.get(series[1][2]).json["summary"] == "Other"
    text = own_app.call("GET", own_app.path(series[0]), accept="text/calendar").body.decode()
    assert text.count("STATUS:CANCELLED") == 2
    assert own_app.get(series[0]).json["status"] == CANCELLED


def test_from_one_on(own_app: App, series: tuple[str, list[str]], database: SharedDatabase) -> None:
    """The exceptions of the later half are cancelled with it, and stay as they are; those before are not."""
    series_id, days = series
    own_app.update(days[1], {"summary": "Before"})
    own_app.update(days[3], {"summary": "Moved"} | at("03-04T15:00"))
    own_app.delete(days[4])

    reply = own_app.call("POST", own_app.path(days[2]) + "/cancel?scope=following")

    assert statuses(own_app) == [
        ("01", "confirmed"), ("02", "confirmed"), ("03", CANCELLED), ("04", CANCELLED),
    ]  # fmt: skip
    body = reply.json
    assert (body["result"], body["event"]["id"], body["newSeries"]["status"]) == (True, series_id, CANCELLED)
    later = own_app.occurrence_ids(body["newSeries"]["id"])
    moved = own_app.get(later[1]).json
    assert (moved["summary"], moved["status"], starts([moved])) == ("Moved", CANCELLED, ["03-04T15:00"])
    assert [one["status"] for one in body["keptExceptions"]] == ["confirmed", CANCELLED, CANCELLED]
    assert own_app.get(days[1]).json["summary"] == "Before"
    (cancelled,) = outbox(own_app, database, body["newSeries"]["id"])
    assert (cancelled["before"]["summary"], cancelled["after"]["cancelled"]) == ("Budget review", True)
    assert findings(database, series_id) == []


@pytest.mark.parametrize("scope", ["", "&scope=all", "&scope=following"])
def test_dry_run(own_app: App, series: tuple[str, list[str]], scope: str, database: SharedDatabase) -> None:
    series_id, days = series
    before = own_app.get(series_id)

    reply = own_app.call("POST", own_app.path(days[2]) + "/cancel?dryRun=true" + scope)

    told = reply.json.get("newSeries") or reply.json["event"]
    assert (reply.json["result"], told["status"]) == (True, CANCELLED)
    assert own_app.get(series_id).headers["etag"] == before.headers["etag"]
    assert {status for _, status in statuses(own_app)} == {"confirmed"}
    assert len(outbox(own_app, database, series_id)) == 1


def test_who_may(own_app: App, event_id: str) -> None:
    named = f"Only the organizer, {own_app.organizer.union_id}, can change this event."
    with refused(403, "permissionDenied", named, "permission denied"):
        cancel(own_app, event_id, own_app.colleague.union_id)
    with refused(404, "itemNotFound"):
        cancel(own_app, event_id, own_app.other.union_id)
    assert own_app.get(event_id).json["status"] == "confirmed"


@pytest.mark.parametrize(
    ("scope", "description"),
    [
        pytest.param("single", "scope: this needs the id of an occurrence", id="single of a whole event"),
        pytest.param(
            "following", "scope: following needs the id of an occurrence", id="following of a whole event"
        ),
        pytest.param("some", "scope: expected", id="another word"),
    ],
)
def test_scope_that_does_not_fit(own_app: App, event_id: str, scope: str, description: str) -> None:
    with refused(400, "invalidParameter", description):
        cancel(own_app, event_id, scope=scope)


def test_token_and_version(own_app: App, event_id: str, database: SharedDatabase) -> None:
    target = own_app.path(event_id) + "/cancel"
    etag = own_app.get(event_id).headers["etag"]
    assert own_app.call("POST", target, if_match='"99"').status == 412

    first = own_app.call("POST", target, if_match=etag, x_client_token="cancel-1")
    again = own_app.call("POST", target, if_match=etag, x_client_token="cancel-1")

    assert first.json == again.json == {"result": True}
    assert len(outbox(own_app, database, event_id)) == 2
