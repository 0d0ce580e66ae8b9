"""ListEventsView and its form for `me`, through the vendor's SDK: everything that touches a window."""

from __future__ import annotations

import pytest

from tests.conformance.backdoor import user_token
from tests.conformance.clients import DAILY, App, Json, assert_refused, at, refused, starts, timed
from tests.people import SharedDatabase

INVALID = "invalidParameter"
ONE_DAY = {"isAllDay": True, "start": {"date": "2026-03-10"}, "end": {"date": "2026-03-11"}}
INSTANT = timed("2026-03-10T14:00:00+08:00", "2026-03-10T14:00:00+08:00")
TWO_DAYS = timed("2026-03-10T14:00:00+08:00", "2026-03-12T15:00:00+08:00")


@pytest.mark.parametrize(
    ("draft", "time_min", "time_max", "found"),
    [
        pytest.param(at("03-10T14:00"), "2026-03-10T15:00:00+08:00", None, True, id="ends when it begins"),
        pytest.param(at("03-10T14:00"), "2026-03-10T15:00:01+08:00", None, False, id="ended before"),
        pytest.param(at("03-10T14:00"), None, "2026-03-10T14:00:01+08:00", True, id="starts before its end"),
        pytest.param(at("03-10T14:00"), None, "2026-03-10T14:00:00+08:00", False, id="starts when it ends"),
        pytest.param(
            at("03-10T14:00"), "2026-03-10T14:20:00+08:00", "2026-03-10T14:40:00+08:00", True, id="runs"
        ),
        pytest.param(INSTANT, "2026-03-10T06:00:00Z", "2026-03-10T06:00:01Z", True, id="of no length"),
        pytest.param(
            INSTANT, "2026-03-10T06:00:01Z", "2026-03-10T06:00:02Z", False, id="of no length, before"
        ),
        pytest.param(TWO_DAYS, "2026-03-11T00:00:00Z", "2026-03-11T00:00:01Z", True, id="of several days"),
        pytest.param(ONE_DAY, "2026-03-11T00:00:00Z", None, True, id="all day: its date's end, UTC"),
        pytest.param(ONE_DAY, "2026-03-11T00:00:01Z", None, False, id="all day: after its date, UTC"),
        pytest.param(ONE_DAY, None, "2026-03-10T00:00:00Z", False, id="all day: before its date, UTC"),
        pytest.param(ONE_DAY, None, "2026-03-10T00:00:01Z", True, id="all day: into its date, UTC"),
    ],
)
@pytest.mark.parametrize("repeated", [False, True], ids=["single", "series"])
def test_window(
    own_app: App, draft: Json, time_min: str | None, time_max: str | None, found: bool, repeated: bool
) -> None:
    """end >= timeMin, start < timeMax."""
    rule = {"pattern": {"type": "daily"}, "range": {"type": "numbered", "numberOfOccurrences": 1}}
    own_app.create(draft | ({"recurrence": rule} if repeated else {}))

    events = own_app.view(time_min=time_min, time_max=time_max).events

    assert len(events) == found


def test_series_are_expanded(own_app: App) -> None:
    """Into the future, with exceptions where they were moved, without what was removed."""
    own_app.create(at("03-04T09:00"))
    _, ids = own_app.make_series()
    own_app.patch(ids[1], at("03-05T08:00"))
    own_app.delete(ids[2])

    page = own_app.view(time_min="2026-03-01T00:00:00+08:00", time_max="2026-04-01T00:00:00+08:00")

    assert starts(page.events) == ["03-01T10:00", "03-04T09:00", "03-04T10:00", "03-05T08:00", "03-05T10:00"]
    assert [one.id for one in page.events][::3] == [ids[0], ids[1]]
    assert page.next_token is None


def test_exception_moved_over_the_edge(own_app: App) -> None:
    """An occurrence is where it was moved to, in the window and out of it."""
    _, ids = own_app.make_series()
    own_app.patch(ids[0], at("06-01T10:00"))
    own_app.patch(ids[4], at("02-01T10:00"))

    def seen(start: str, end: str) -> list[str]:
        return starts(
            own_app.view(time_min=f"2026-{start}T00:00:00Z", time_max=f"2026-{end}T00:00:00Z").events
        )

    assert seen("03-01", "03-02") == []
    assert seen("03-05", "03-06") == []
    assert seen("06-01", "06-02") == ["06-01T10:00"]
    assert seen("02-01", "02-02") == ["02-01T10:00"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({"time_min": "2026-03-05T00:00:00Z"}, ["within"], id="a year from timeMin"),
        pytest.param({"time_max": "2027-03-06T00:00:00Z"}, ["within"], id="a year to timeMax"),
        pytest.param({}, ["within"], id="a year from now"),
        pytest.param(
            {"time_min": "2026-03-05T00:00:00Z", "time_max": "2027-03-06T00:00:00Z"},
            ["within"],
            id="366 days",
        ),
        pytest.param({"time_min": "2026-03-04T00:00:00Z"}, ["before", "within"], id="a day earlier"),
        pytest.param({"time_max": "2027-03-06T02:00:01Z"}, ["after"], id="hours later"),
    ],
)
def test_bound_that_is_missing(own_app: App, query: Json, expected: list[str]) -> None:
    own_app.server.clock.advance(days=2, hours=23)  # 2026-03-05T00:00:00Z
    own_app.token = own_app.sign_in()
    own_app.create(at("03-05T06:00") | {"summary": "before"})
    own_app.create(at("03-05T08:00") | {"summary": "within"})
    late = timed("2027-03-06T10:00:00+08:00", "2027-03-06T11:00:00+08:00")
    own_app.create(late | {"summary": "after"})

    assert [one.summary for one in own_app.view(**query).events] == expected


def test_series_without_end(own_app: App) -> None:
    rule = {"pattern": {"type": "daily"}, "range": {"type": "noEnd"}}
    own_app.create(at("03-01T10:00") | {"recurrence": rule})

    page = own_app.view(time_min="2026-03-01T00:00:00+08:00")
    count = 0
    while page.next_token is not None:
        count += len(page.events)
        page = own_app.view(next_token=page.next_token)

    assert count + len(page.events) == 366
    assert starts(page.events)[-1] == "03-01T10:00"


@pytest.mark.parametrize(
    ("time_max", "message"),
    [
        pytest.param(
            "2027-03-02T00:00:01Z", "The gap between timeMin and timeMax must not exceed one year", id="long"
        ),
        pytest.param("2026-02-28T23:59:59Z", "timeMax: it lies before timeMin", id="backwards"),
    ],
)
def test_impossible_window(own_app: App, time_max: str, message: str) -> None:
    with refused(400, INVALID, message=message):
        own_app.view(time_min="2026-03-01T00:00:00Z", time_max=time_max)


def test_what_was_deleted(own_app: App) -> None:
    """It is absent; there is no showDeleted, and no syncToken."""
    own_app.delete(own_app.create(at("03-10T14:00"))["id"])

    reply = own_app.call("GET", own_app.path().removesuffix("/events") + "/eventsview?showDeleted=true")

    assert reply.json == {"nextToken": None, "events": []}


def test_pages(own_app: App) -> None:
    for _ in range(3):
        own_app.create(at("03-03T10:00"))
    own_app.make_series()
    query = {"time_min": "2026-03-01T00:00:00Z", "time_max": "2026-04-01T00:00:00Z"}
    whole = [one.id for one in own_app.view(**query).events]

    seen, page = [], own_app.view(max_results=1, **query)
    while page.next_token is not None:
        seen += [one.id for one in page.events]
        assert len(page.events) == 1
        page = own_app.view(next_token=page.next_token, **query)

    assert [*seen, *(one.id for one in page.events)] == whole
    assert len(whole) == 8


def test_me(own_app: App, database: SharedDatabase) -> None:
    """With a user's token, whose calendar it is."""
    _, ids = own_app.make_series({"attendees": [{"id": own_app.colleague.union_id}]})
    own_app.token = user_token(own_app, database, own_app.colleague.union_id)

    page = own_app.ask("list_events_view_by_me", "primary", time_min="2026-03-01T00:00:00Z", max_results=3)

    assert [one.id for one in page.events] == ids[:3]
    assert [one.self_ for one in page.events[0].attendees] == [False, True]
    rest = own_app.ask("list_events_view_by_me", "primary", next_token=page.next_token)
    assert [one.id for one in rest.events] == ids[3:]
    named = own_app.call("GET", "/v1.0/calendar/users/me/calendars/primary/events")
    assert [one["id"] for one in named.json["events"]] == ids[:2]


def test_me_with_the_token_of_an_app(own_app: App) -> None:
    """Decision 14."""
    needed = "me needs a user token; with an app token name a user by unionId"
    with refused(400, INVALID, needed):
        own_app.ask("list_events_view_by_me", "primary")

    for target in ("events", "eventsview", "events/x"):
        reply = own_app.call("GET", f"/v1.0/calendar/users/me/calendars/primary/{target}")
        assert_refused(reply, 400, INVALID, reply.json["message"], needed)


def test_series_of_an_attendee_of_one_occurrence(own_app: App) -> None:
    """They see that one, and not the others."""
    own_app.create(DAILY)
    _, ids = own_app.make_series()
    other = own_app.other.union_id

    own_app.patch(ids[3], {"attendees": [{"id": other}]})

    assert [one.id for one in own_app.view(user=other).events] == [ids[3]]
    assert [one.id for one in own_app.list_events(user=other).events] == [ids[3]]
