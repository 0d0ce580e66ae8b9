"""CancelEvent: what is called off stays where it is, with the vendor's SDK and by plain HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from alibabacloud_dingtalk.calendar_1_0 import models
from alibabacloud_tea_util.models import RuntimeOptions

from tests.conformance.backdoor import outbox
from tests.conformance.clients import App, Json, Reply, assert_refused, refused
from tests.people import SharedDatabase


def cancel(app: App, event_id: str, scope: str | None = None, *, user: str | None = None) -> Any:
    """The SDK's answer."""
    return app.calendar.cancel_event_with_options(
        user or app.organizer.union_id,
        "primary",
        event_id,
        models.CancelEventRequest(scope=scope),
        models.CancelEventHeaders(x_acs_dingtalk_access_token=app.token),
        RuntimeOptions(),
    ).body.result


def by_http(app: App, event_id: str, query: str = "", **headers: str) -> Reply:
    return app.call("POST", app.path(event_id) + "/cancel" + query, **headers)


def statuses(app: App, series_id: str) -> list[str]:
    """Of the occurrences of a series, from 2026 on; without those there are none."""
    reply = app.call("GET", app.path(series_id) + "/instances?timeMin=2026-01-01T00:00:00Z")
    return [one["status"] for one in reply.json["events"]]


def seen_by(app: App, user: str) -> dict[str, str]:
    """What a month shows somebody: the status of each."""
    view = f"/v1.0/calendar/users/{user}/calendars/primary/eventsview"
    reply = app.call("GET", view + "?timeMin=2026-03-01T00:00:00Z&timeMax=2026-04-01T00:00:00Z")
    return {one["id"]: one["status"] for one in reply.json["events"]}


def test_an_event(own_app: App, database: SharedDatabase) -> None:
    colleague = own_app.colleague.union_id
    made = own_app.create({"attendees": [{"id": colleague}]})
    before = own_app.get(made["id"])
    own_app.server.clock.advance(minutes=1)

    assert cancel(own_app, made["id"]) is True

    after = own_app.get(made["id"])
    changed = {name for name in after.json if after.json[name] != before.json[name]}
    assert changed == {"status", "updateTime"}
    assert after.json["status"] == "cancelled"
    assert after.headers["etag"] != before.headers["etag"]
    for user in (own_app.organizer.union_id, colleague):
        assert seen_by(own_app, user) == {made["id"]: "cancelled"}
        assert own_app.get(made["id"], user=user).json["status"] == "cancelled"
    _, told = outbox(own_app, database, made["id"])
    assert set(told["recipients"]) == {own_app.organizer.union_id, colleague}
    assert database.read(
        lambda tx: tx.all("SELECT kind FROM outbox WHERE event_id = :id ORDER BY change_no", id=made["id"])
    ) == [("create",), ("cancel",)]


def test_once_is_enough(own_app: App, database: SharedDatabase) -> None:
    event_id = own_app.create()["id"]
    cancel(own_app, event_id)
    version, told = own_app.get(event_id).headers["etag"], outbox(own_app, database, event_id)

    assert cancel(own_app, event_id) is True
    assert own_app.get(event_id).headers["etag"] == version
    assert outbox(own_app, database, event_id) == told


def test_nothing_of_it_changes_any_more(own_app: App) -> None:
    event_id = own_app.create({"attendees": [{"id": own_app.colleague.union_id}]})["id"]
    cancel(own_app, event_id)

    reply = own_app.update(event_id, {"summary": "Again"})
    assert_refused(reply, 400, "invalidParameter", reply.json["message"], "the event was cancelled")
    assert own_app.delete(event_id, user=own_app.colleague.union_id).status == 200
    assert own_app.delete(event_id).status == 200


@pytest.mark.parametrize(
    ("scope", "through", "expected"),
    [
        pytest.param(None, None, ["cancelled"] * 5, id="a series"),
        pytest.param("all", None, ["cancelled"] * 5, id="a series, all"),
        pytest.param("all", 2, ["cancelled"] * 5, id="all, through one"),
        pytest.param(None, 2, ["confirmed"] * 2 + ["cancelled"] + ["confirmed"] * 2, id="one"),
        pytest.param("single", 2, ["confirmed"] * 2 + ["cancelled"] + ["confirmed"] * 2, id="single"),
        pytest.param("this", 2, ["confirmed"] * 2 + ["cancelled"] + ["confirmed"] * 2, id="this"),
        pytest.param("following", 0, ["cancelled"] * 5, id="following the first"),
    ],
)
def test_a_series(own_app: App, scope: str | None, through: int | None, expected: list[str]) -> None:
    series_id, occurrences = own_app.make_series()
    own_app.update(occurrences[3], {"summary": "Own"})

    cancel(own_app, series_id if through is None else occurrences[through], scope)

    assert statuses(own_app, series_id) == expected
    whole = "cancelled" if expected == ["cancelled"] * 5 else "confirmed"
    assert own_app.get(series_id).json["status"] == whole
    assert own_app.get(occurrences[3]).json["summary"] == "Own"


@pytest.mark.parametrize("own", [None, "summary", "cancelled"])
def test_following(own_app: App, own: str | None) -> None:
    series_id, occurrences = own_app.make_series()
    if own == "summary":
        own_app.update(occurrences[2], {"summary": "Own"})
    if own == "cancelled":
        cancel(own_app, occurrences[2])

    cancel(own_app, occurrences[2], "following")

    assert statuses(own_app, series_id) == ["confirmed"] * 2
    month = seen_by(own_app, own_app.organizer.union_id)
    assert list(month.values()) == ["confirmed"] * 2 + ["cancelled"] * 3
    rest = own_app.get(list(month)[2]).json
    assert rest["seriesMasterId"] != series_id
    assert rest["summary"] == ("Own" if own == "summary" else "Budget review")
    assert own_app.get(rest["seriesMasterId"]).json["status"] == "cancelled"


def test_a_cancelled_occurrence_stays_so_when_its_series_changes(own_app: App) -> None:
    series_id, occurrences = own_app.make_series()
    cancel(own_app, occurrences[1])

    assert own_app.update(series_id, {"summary": "New"}).status == 200

    assert statuses(own_app, series_id) == ["confirmed", "cancelled", "confirmed", "confirmed", "confirmed"]
    assert own_app.get(occurrences[1]).json["summary"] == "New"
    reply = own_app.update(occurrences[1], {"summary": "Newer"})
    assert_refused(reply, 400, "invalidParameter", reply.json["message"], "the event was cancelled")


def test_a_sync_is_told(own_app: App) -> None:
    events = own_app.path()
    event_id = own_app.create()["id"]
    token = own_app.call("GET", events).json["syncToken"]
    cancel(own_app, event_id)

    told: list[Json] = own_app.call("GET", f"{events}?syncToken={token}").json["events"]

    assert [(one["id"], one["status"], one["summary"]) for one in told] == [
        (event_id, "cancelled", "Budget review")
    ]


def test_as_text(own_app: App) -> None:
    series_id, occurrences = own_app.make_series()
    cancel(own_app, occurrences[1])

    text = own_app.call("GET", own_app.path(series_id), accept="text/calendar").body.decode()

    assert text.count("STATUS:CANCELLED") == 1
    cancel(own_app, series_id)
    text = own_app.call("GET", own_app.path(series_id), accept="text/calendar").body.decode()
    assert "STATUS:CONFIRMED" not in text


def test_a_rehearsal_changes_nothing(own_app: App) -> None:
    event_id = own_app.create()["id"]

    assert by_http(own_app, event_id, "?dryRun=true").json == {"result": True}
    assert own_app.get(event_id).json["status"] == "confirmed"


@pytest.mark.parametrize(
    ("who", "what", "scope", "status", "code", "description"),
    [
        pytest.param("colleague", "event", None, 403, "permissionDenied", "Only the organizer", id="an attendee"),
        pytest.param("other", "event", None, 404, "itemNotFound", "no event", id="a stranger"),
        pytest.param("organizer", "none", None, 404, "itemNotFound", "no event", id="no such event"),
        pytest.param("organizer", "series", "single", 400, "invalidParameter", "this needs", id="single, a series"),
        pytest.param("organizer", "series", "following", 400, "invalidParameter", "following needs", id="following it"),
        pytest.param("organizer", "event", "some", 400, "invalidParameter", "scope: expected one of", id="no scope"),
        pytest.param("colleague", "occurrence", None, 403, "permissionDenied", "Only the organizer", id="of one"),
    ],
)  # fmt: skip
def test_refusals(
    own_app: App, who: str, what: str, scope: str | None, status: int, code: str, description: str
) -> None:
    people = [{"id": own_app.colleague.union_id}]
    series_id, occurrences = own_app.make_series({"attendees": people})
    ids = {"event": own_app.create({"attendees": people})["id"], "series": series_id, "none": "none"}
    ids["occurrence"] = occurrences[0]

    with refused(status, code, description):
        cancel(own_app, ids[what], scope, user=getattr(own_app, who).union_id)

    assert set(seen_by(own_app, own_app.organizer.union_id).values()) == {"confirmed"}


def test_the_same_request_again(own_app: App) -> None:
    event_id = own_app.create()["id"]
    first, again = (by_http(own_app, event_id, **{"x-client-token": "c1"}) for _ in range(2))

    assert (first.status, first.body) == (again.status, again.body) == (200, b'{"result":true}')
