"""ListEvents through the vendor's SDK: which events, in which order, page by page. Sync has a file of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.conformance.backdoor import answer_all
from tests.conformance.clients import DAILY, App, Json, assert_refused, at, refused, starts, timed
from tests.people import SharedDatabase

INVALID = "invalidParameter"
NO_TIME = "InvalidParameter.ParsedISO8601TimestampError"

NEW_YORK = timed("2026-03-01T10:00:00-05:00", "2026-03-01T11:00:00-05:00", "America/New_York")
ALL_DAY = {"isAllDay": True, "start": {"date": "2026-03-01"}, "end": {"date": "2026-03-02"}}


@pytest.mark.parametrize(
    ("draft", "now", "expected"),
    [
        pytest.param({}, "2026-03-01T15:59:59Z", ["03-01T10:00"], id="not tomorrow's"),
        pytest.param({}, "2026-03-01T16:00:00Z", ["03-01T10:00", "03-02T10:00"], id="today's from midnight"),
        pytest.param({}, "2026-02-28T15:59:59Z", [], id="not yet"),
        pytest.param({}, "2027-01-01T00:00:00Z", [f"03-0{day}T10:00" for day in range(1, 6)], id="all"),
        pytest.param(NEW_YORK, "2026-03-02T04:59:59Z", ["03-01T10:00"], id="yesterday in New York"),
        pytest.param(
            NEW_YORK, "2026-03-02T05:00:00Z", ["03-01T10:00", "03-02T10:00"], id="today in New York"
        ),
        pytest.param(ALL_DAY, "2026-03-01T15:59:59Z", ["03-01"], id="all day: the reader's day"),
        pytest.param(
            ALL_DAY, "2026-03-01T16:00:00Z", ["03-01", "03-02"], id="all day: the reader's next day"
        ),
    ],
)
def test_what_is_due(own_app: App, draft: Json, now: str, expected: list[str]) -> None:
    """Of a series never what is still to come, also without an upper bound."""
    own_app.create(DAILY | draft)
    own_app.server.clock.set(datetime.fromisoformat(now))
    own_app.token = own_app.sign_in()

    events = own_app.list_events().events

    assert starts(events) == expected
    assert {one.status for one in events or []} <= {"confirmed"}


def test_single_events_to_come(own_app: App) -> None:
    """They are listed, only occurrences have to come due."""
    own_app.create(at("12-01T10:00"))

    assert starts(own_app.list_events().events) == ["12-01T10:00"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(at("03-05T15:00"), ["03-01T10:00", "03-02T10:00", "03-05T15:00"], id="moved"),
        pytest.param(
            at("03-01T08:00"), ["03-01T08:00", "03-01T10:00", "03-02T10:00"], id="moved to the past"
        ),
        pytest.param({"summary": "Own"}, ["03-01T10:00", "03-02T10:00", "03-05T10:00"], id="renamed"),
        pytest.param({"attendees": []}, ["03-01T10:00", "03-02T10:00", "03-05T10:00"], id="its people"),
    ],
)
def test_exception_to_come(own_app: App, change: Json, expected: list[str]) -> None:
    """It is there whatever its date."""
    _, ids = own_app.make_series()

    own_app.patch(ids[4], change)

    assert starts(own_app.list_events().events) == expected


def test_exception_that_is_no_longer_due(own_app: App) -> None:
    """A due occurrence that was moved is where it was moved to."""
    _, ids = own_app.make_series()

    own_app.patch(ids[0], at("06-01T10:00"))

    assert starts(own_app.list_events().events) == ["03-02T10:00", "06-01T10:00"]
    assert starts(own_app.list_events(time_max="2026-04-01T00:00:00Z").events) == ["03-02T10:00"]


def test_removed_occurrences(own_app: App) -> None:
    _, ids = own_app.make_series()
    for one in (ids[0], ids[4]):
        own_app.delete(one)

    assert starts(own_app.list_events().events) == ["03-02T10:00"]


def test_an_attendee_who_left_makes_no_exception(own_app: App) -> None:
    _, ids = own_app.make_series({"attendees": [{"id": own_app.colleague.union_id}]})

    own_app.delete(ids[4], user=own_app.colleague.union_id)

    assert starts(own_app.list_events().events) == ["03-01T10:00", "03-02T10:00"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param({"time_min": "2026-03-10T14:00:00+08:00"}, True, id="from its start"),
        pytest.param({"time_min": "2026-03-10T14:00:01+08:00"}, False, id="after its start"),
        pytest.param({"time_max": "2026-03-10T14:00:00+08:00"}, True, id="to its start"),
        pytest.param({"time_max": "2026-03-10T13:59:59+08:00"}, False, id="before its start"),
        pytest.param({"time_min": "2026-03-10T14:30:00+08:00"}, False, id="while it runs"),
        pytest.param(
            {"time_min": "2026-03-10T06:00:00Z", "time_max": "2026-03-10T06:00:00Z"}, True, id="an instant"
        ),
        pytest.param({"time_min": "2026-03-10T06:00Z"}, True, id="without seconds"),
        pytest.param({"time_min": "2026-03-10T06:00:00.000Z"}, True, id="with milliseconds"),
        pytest.param({"time_min": "2026-03-10T14:00:00+0800"}, True, id="offset without colon"),
        pytest.param({"time_min": "2026-03-10T02:00:00-04:00"}, True, id="offset of New York"),
    ],
)
def test_window(own_app: App, query: Json, found: bool) -> None:
    """Both bounds are of the start, and included."""
    own_app.create(at("03-10T14:00"))

    assert starts(own_app.list_events(**query).events) == ["03-10T14:00"] * found


@pytest.mark.parametrize("plus", ["%2B", "+", "%20"])
def test_plus_that_nobody_encoded(own_app: App, plus: str) -> None:
    own_app.create(at("03-10T14:00"))

    reply = own_app.call("GET", own_app.path() + f"?timeMin=2026-03-10T14:00:00{plus}08:00")

    assert starts(reply.json["events"]) == ["03-10T14:00"]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("2026/03/01", id="slashes"),
        pytest.param("2026-03-01", id="a date"),
        pytest.param("2026-03-01T10:00:00", id="no offset"),
        pytest.param("1772330400000", id="epoch milliseconds"),
        pytest.param("2026-02-30T10:00:00Z", id="no such day"),
        pytest.param("2026-03-01T25:00:00Z", id="no such hour"),
        pytest.param("2026-03-01T10:00:00+08:00x", id="more after it"),
    ],
)
def test_no_timestamp(own_app: App, text: str) -> None:
    organizer = own_app.organizer.union_id
    event_id = own_app.create()["id"]

    for operation, path in (
        ("list_events", (organizer, "primary")),
        ("list_events_view", (organizer, "primary")),
        ("list_instances", (organizer, "primary", event_id)),
    ):
        for bound, name in (("time_min", "timeMin"), ("time_max", "timeMax")):
            with refused(400, NO_TIME, f"{name}: ", f"{name} is not an ISO 8601 date-time"):
                own_app.ask(operation, *path, **{bound: text})


@pytest.mark.parametrize(
    ("query", "named"),
    [
        pytest.param("maxResults=0", "maxResults: expected a number from 1 to 100", id="no results"),
        pytest.param("maxResults=101", "maxResults: expected a number from 1 to 100", id="101 results"),
        pytest.param("maxResults=-1", "maxResults: ", id="negative results"),
        pytest.param("maxResults=ten", "maxResults: ", id="results in letters"),
        pytest.param("maxAttendees=101", "maxAttendees: expected a number from 0 to 100", id="101 attendees"),
        pytest.param("maxAttendees=-1", "maxAttendees: ", id="negative attendees"),
        pytest.param("maxAttendees=1.5", "maxAttendees: ", id="attendees and a half"),
    ],
)
def test_numbers(own_app: App, query: str, named: str) -> None:
    series_id = own_app.create(DAILY)["id"]
    events = own_app.path()
    calendar = events.removesuffix("/events")

    for target in (
        f"{events}?",
        f"{calendar}/eventsview?",
        f"{events}/{series_id}/instances?",
        f"{calendar}/instances?seriesMasterId={series_id}&",
    ):
        reply = own_app.call("GET", target + query)
        assert_refused(reply, 400, INVALID, reply.json["message"], named)


@pytest.mark.parametrize(("shown", "expected"), [(0, 0), (1, 1), (2, 2), (100, 3), (None, 3)])
def test_max_attendees(own_app: App, shown: int | None, expected: int) -> None:
    """The organizer is named in any case, and the first of the attendees."""
    people = [{"id": one.union_id} for one in (own_app.colleague, own_app.other)]
    series_id, _ = own_app.make_series({"attendees": people})
    all_ids = [one.union_id for one in (own_app.organizer, own_app.colleague, own_app.other)]

    for events in (
        own_app.list_events(max_attendees=shown).events,
        own_app.view(time_min="2026-03-01T00:00:00Z", max_attendees=shown).events,
        own_app.instances(series_id, time_min="2026-03-01T00:00:00Z", max_attendees=shown).events,
        own_app.series_instances(series_master_id=series_id, max_attendees=shown).events,
    ):
        for event in events:
            assert [one.id for one in event.attendees] == all_ids[:expected]
            assert (event.organizer.id, event.organizer.self_) == (own_app.organizer.union_id, True)


def test_a_year_at_most(own_app: App) -> None:
    """366 days: whatever a year is, it fits."""
    own_app.create(at("03-10T14:00"))
    query = {"time_min": "2026-03-01T00:00:00Z", "time_max": "2027-03-02T00:00:00Z"}

    assert starts(own_app.list_events(**query).events) == ["03-10T14:00"]
    message = "The gap between timeMin and timeMax must not exceed one year"
    with refused(400, INVALID, message=message):
        own_app.list_events(**query | {"time_max": "2027-03-02T00:00:01Z"})


def test_window_that_ends_before_it_begins(own_app: App) -> None:
    with refused(400, INVALID, "timeMax: it lies before timeMin"):
        own_app.list_events(time_min="2026-03-02T00:00:00Z", time_max="2026-03-01T23:59:59Z")


@pytest.mark.parametrize("spelt", ["True", "true"])
def test_deleted(own_app: App, spelt: str) -> None:
    """Events, series and occurrences that were deleted are `cancelled`, and there only when asked for."""
    single, whole = own_app.create(at("03-10T14:00")), own_app.create(DAILY | at("03-01T08:00"))
    _, ids = own_app.make_series()
    for gone in (single["id"], whole["id"], ids[0]):
        own_app.delete(gone)

    reply = own_app.call("GET", own_app.path() + f"?showDeleted={spelt}")

    assert [(one["start"]["dateTime"][5:16], one["status"]) for one in reply.json["events"]] == [
        ("03-01T08:00", "cancelled"),
        ("03-01T10:00", "cancelled"),
        ("03-02T08:00", "cancelled"),
        ("03-02T10:00", "confirmed"),
        ("03-10T14:00", "cancelled"),
    ]
    assert [one["id"] for one in reply.json["events"]][1::3] == [ids[0], single["id"]]
    shown = own_app.list_events(show_deleted=True).events
    assert [one.id for one in shown] == [one["id"] for one in reply.json["events"]]
    for hidden in (own_app.list_events(), own_app.list_events(show_deleted=False)):
        assert starts(hidden.events) == ["03-02T10:00"]


def test_deleted_by_an_attendee(own_app: App) -> None:
    colleague = own_app.colleague.union_id
    own_app.create(at("03-10T14:00") | {"attendees": [{"id": colleague}]})
    (event,) = own_app.list_events(user=colleague).events
    own_app.delete(event.id, user=colleague)

    assert own_app.list_events(user=colleague).events == []
    assert [one.status for one in own_app.list_events(user=colleague, show_deleted=True).events] == [
        "cancelled"
    ]
    assert [one.status for one in own_app.list_events().events] == ["confirmed"]


def test_flag_that_is_none(own_app: App) -> None:
    reply = own_app.call("GET", own_app.path() + "?showDeleted=yes")

    assert_refused(reply, 400, INVALID, reply.json["message"], "showDeleted: expected true or false")


def test_whose_events(own_app: App, database: SharedDatabase) -> None:
    """Those that one organizes or attends, declined ones too; `self` is the path's user."""
    people = [{"id": own_app.colleague.union_id}]
    event_id = own_app.create(at("03-10T14:00") | {"attendees": people})["id"]
    answer_all(own_app, database, event_id, "declined")

    (seen,) = own_app.list_events(user=own_app.colleague.union_id).events

    assert seen.id == event_id
    assert [(one.id, one.self_) for one in seen.attendees] == [
        (own_app.organizer.union_id, False),
        (own_app.colleague.union_id, True),
    ]
    assert own_app.list_events(user=own_app.other.union_id).events == []
    own_app.update(event_id, {"attendees": []})
    assert own_app.list_events(user=own_app.colleague.union_id).events == []


def test_series_alone(own_app: App) -> None:
    own_app.create(at("03-01T09:00"))
    own_app.create(DAILY)
    series_id, ids = own_app.make_series()

    events = own_app.list_events(series_master_id=series_id).events

    assert [one.id for one in events] == ids[:2]
    assert {one.series_master_id for one in events} == {series_id}


OPERATIONS = {
    "ListEvents": "events",
    "ListEventsView": "eventsview",
    "ListEventsInstances": "instances?seriesMasterId=x",
}


@pytest.mark.parametrize("rest", OPERATIONS.values(), ids=OPERATIONS)
def test_unknown_user_or_calendar(own_app: App, rest: str) -> None:
    """400, though operations on one event answer 404 (decision 8)."""
    organizer, userid = own_app.organizer.union_id, own_app.organizer.userid
    blank = own_app.call("GET", f"/v1.0/calendar/users/{organizer}/calendars/%20/{rest}")
    assert_refused(blank, 400, INVALID, "CalendarId cannot be blank", "calendarId: ")
    if rest == OPERATIONS["ListEventsInstances"]:
        return  # it is about one event, whose 404 comes first

    nobody = own_app.call("GET", f"/v1.0/calendar/users/{userid}/calendars/primary/{rest}")
    nothing = own_app.call("GET", f"/v1.0/calendar/users/{organizer}/calendars/none/{rest}")

    assert_refused(nobody, 400, INVALID, "User does not exist.", "userid")
    assert_refused(nothing, 400, INVALID, "Calendar does not exist.", "calendarId: ")


def test_calendar_by_its_own_id(own_app: App, database: SharedDatabase) -> None:
    event_id = own_app.create()["id"]
    found = database.read(lambda tx: tx.one("SELECT calendar_id FROM events WHERE id = :id", id=event_id))
    assert found is not None

    listed = own_app.ask("list_events", own_app.organizer.union_id, found[0]).events

    assert [one.id for one in listed] == [event_id]


def test_order(own_app: App) -> None:
    """By start, then id; what has no end of its own, an occurrence, among the others."""
    together = sorted(own_app.create(at("03-02T10:00"))["id"] for _ in range(4))
    _, ids = own_app.make_series()
    last = own_app.create(at("03-02T10:01"))["id"]
    first = own_app.create(at("02-28T10:00"))["id"]

    assert [one.id for one in own_app.list_events().events] == [
        first, ids[0], *sorted([*together, ids[1]]), last,
    ]  # fmt: skip


def test_pages(own_app: App) -> None:
    """Each thing once, in order, and the next token on all pages but the last."""
    for _ in range(3):
        own_app.create(at("03-01T10:00"))
    own_app.make_series()
    whole = own_app.list_events()

    for size in (1, 2, 3, 5):
        pages = list(read_pages(own_app, max_results=size))
        assert [one.id for page in pages for one in page.events] == [one.id for one in whole.events]
        assert [len(page.events) for page in pages[:-1]] == [size] * (len(pages) - 1)
    assert whole.next_token is None


def test_pages_while_others_write(own_app: App) -> None:
    """What was there all the time is seen once."""
    _, ids = own_app.make_series()
    kept = [*ids[:2], *(own_app.create(at(f"03-1{day}T10:00"))["id"] for day in range(5))]
    doomed = own_app.create(at("03-01T12:00"))["id"]
    seen: list[str] = []

    for number, page in enumerate(read_pages(own_app, max_results=1)):
        seen += [one.id for one in page.events]
        own_app.create(at("02-10T10:00"))
        if number < 3:
            own_app.create(at("03-12T10:00"))
        if number == 1:
            own_app.delete(doomed)

    assert [one for one in seen if one in kept] == kept
    assert len(set(seen)) == len(seen)


def test_zero_is_the_first_page(own_app: App) -> None:
    """The vendor's sample begins with it."""
    event_id = own_app.create()["id"]

    assert [one.id for one in own_app.list_events(next_token="0").events] == [event_id]


def read_pages(app: App, **query: Any) -> Any:
    """Each page of ListEvents, up to the last."""
    page = app.list_events(**query)
    yield page
    for _ in range(50):
        if page.next_token is None:
            return
        assert page.sync_token is None
        page = app.list_events(next_token=page.next_token)
        yield page
    pytest.fail("it does not end")
