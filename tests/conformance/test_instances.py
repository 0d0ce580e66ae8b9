"""ListInstances and ListEventsInstances, through the vendor's SDK: the occurrences of one series."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.clients import DAILY, App, Json, assert_refused, at, refused, starts, timed

INVALID = "invalidParameter"
UNKNOWN = (404, "itemNotFound")
FROM = "2026-03-01T00:00:00+08:00"


def ids_of(page: Any) -> list[str]:
    return [one.id for one in page.events or []]


# ListInstances


def test_instances(own_app: App) -> None:
    """Those to come too, exceptions where they are, what was removed nowhere; other series are not looked at."""
    own_app.create(DAILY)
    series_id, ids = own_app.make_series()
    own_app.patch(ids[1], at("03-05T08:00"))
    own_app.delete(ids[3])

    page = own_app.instances(series_id, time_min=FROM, time_max="2026-03-31T00:00:00+08:00")

    assert ids_of(page) == [ids[0], ids[2], ids[1], ids[4]]
    assert starts(page.events) == ["03-01T10:00", "03-03T10:00", "03-05T08:00", "03-05T10:00"]
    moved = page.events[2].to_map()
    assert (moved["seriesMasterId"], moved["recurrence"]) == (series_id, {
        "pattern": {"type": "daily", "interval": 1}, "range": {"type": "numbered", "numberOfOccurrences": 5},
    })  # fmt: skip
    assert page.next_token is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({"time_min": "2026-03-03T11:00:00+08:00"}, [2, 3, 4], id="ends when it begins"),
        pytest.param({"time_min": "2026-03-03T11:00:01+08:00"}, [3, 4], id="ended before"),
        pytest.param({"time_max": "2026-03-03T10:00:00+08:00"}, [0, 1], id="starts when it ends"),
        pytest.param({"time_max": "2026-03-03T10:00:01+08:00"}, [0, 1, 2], id="starts before its end"),
        pytest.param({}, [1, 2, 3, 4], id="from now"),
        pytest.param(
            {"time_min": "2026-03-02T00:00:00Z", "time_max": "2026-03-03T00:00:00Z"}, [1], id="one day"
        ),
    ],
)
def test_window_of_instances(own_app: App, query: Json, expected: list[int]) -> None:
    """As in the view."""
    series_id, ids = own_app.make_series()

    assert ids_of(own_app.instances(series_id, **query)) == [ids[number] for number in expected]


def test_instances_of_an_instance(own_app: App) -> None:
    """Its id names its series."""
    _, ids = own_app.make_series()

    assert ids_of(own_app.instances(ids[3], time_min=FROM)) == ids


def test_instances_of_a_single_event(own_app: App) -> None:
    event_id = own_app.create()["id"]

    assert own_app.instances(event_id).events == []
    assert own_app.series_instances(series_master_id=event_id).events == []


def test_instances_of_nothing(own_app: App) -> None:
    """Unknown, another's, or deleted."""
    series_id, _ = own_app.make_series()
    stranger = own_app.other.union_id

    for user, event_id in ((None, "bm8gc3VjaCBldmVudCBhdCBhbGwhIQ=="[:30]), (stranger, series_id)):
        with refused(*UNKNOWN, message="Event does not exist."):
            own_app.instances(event_id, user=user)
        with refused(*UNKNOWN, message="Event does not exist."):
            own_app.series_instances(series_master_id=event_id, user=user)
    own_app.delete(series_id)
    with refused(404, "instanceNotExist"):
        own_app.instances(series_id)


def test_instances_longer_than_a_year(own_app: App) -> None:
    series_id, _ = own_app.make_series()

    with refused(400, INVALID, message="The gap between timeMin and timeMax must not exceed one year"):
        own_app.instances(series_id, time_min="2026-03-01T00:00:00Z", time_max="2027-03-02T00:00:01Z")


def test_pages_of_instances(own_app: App) -> None:
    """In the order of starts, which exceptions change; each once."""
    series_id, ids = own_app.make_series()
    own_app.patch(ids[0], at("03-04T10:00"))
    own_app.patch(ids[4], at("03-02T10:00"))

    seen: list[str] = []
    page = own_app.instances(series_id, time_min=FROM, max_results=1)
    while page.next_token is not None:
        seen += ids_of(page)
        page = own_app.instances(series_id, next_token=page.next_token)

    seen += ids_of(page)
    assert seen == [*sorted([ids[1], ids[4]]), ids[2], *sorted([ids[0], ids[3]])]


# ListEventsInstances


def test_series_instances(own_app: App) -> None:
    """What is due, and exceptions, by what they are in the series and not by where they were moved."""
    series_id, ids = own_app.make_series()
    own_app.patch(ids[0], at("03-06T10:00"))
    own_app.patch(ids[4], at("02-28T10:00"))

    events = own_app.series_instances(series_master_id=series_id).events

    assert [one.id for one in events] == [ids[0], ids[1], ids[4]]
    assert starts(events) == ["03-06T10:00", "03-02T10:00", "02-28T10:00"]


def test_series_instances_without_what_was_removed(own_app: App) -> None:
    series_id, ids = own_app.make_series()
    own_app.delete(ids[0])
    own_app.delete(ids[3])

    assert ids_of(own_app.series_instances(series_master_id=series_id)) == [ids[1]]


def test_pages_of_series_instances(own_app: App) -> None:
    """There is no token: the last recurrenceId, plus one, is where to go on."""
    series_id, ids = own_app.make_series()
    own_app.patch(ids[0], at("03-09T10:00"))
    own_app.patch(ids[3], {"summary": "Own"})
    calendar = own_app.path().removesuffix("/events")

    seen, first = [], 0
    for _ in range(4):
        target = f"{calendar}/instances?seriesMasterId={series_id}&maxResults=1&startRecurrenceId={first}"
        events = own_app.call("GET", target).json["events"]
        seen += [one["id"] for one in events]
        first = int(events[-1]["recurrenceId"]) + 1 if events else first

    assert seen == [ids[0], ids[1], ids[3]]
    assert ids_of(own_app.series_instances(series_master_id=series_id, start_recurrence_id=str(first))) == []


@pytest.mark.parametrize(
    ("query", "named"),
    [
        pytest.param("", "seriesMasterId: it is missing", id="no series"),
        pytest.param("?seriesMasterId=", "seriesMasterId: it is missing", id="empty series"),
        pytest.param("?seriesMasterId=x&startRecurrenceId=y", "startRecurrenceId: expected", id="letters"),
        pytest.param("?seriesMasterId=x&startRecurrenceId=--1", "startRecurrenceId: expected", id="signs"),
        pytest.param(
            "?seriesMasterId=x&startRecurrenceId=" + "9" * 16, "startRecurrenceId: expected", id="too large"
        ),
    ],
)
def test_series_instances_refused(own_app: App, query: str, named: str) -> None:
    reply = own_app.call("GET", own_app.path().removesuffix("/events") + "/instances" + query)

    assert_refused(reply, 400, INVALID, reply.json["message"], named)


# What an occurrence carries


@pytest.mark.parametrize(
    ("draft", "origins"),
    [
        pytest.param({}, ["2026-03-01T02:00:00Z", "2026-03-02T02:00:00Z"], id="timed"),
        pytest.param(
            {"isAllDay": True, "start": {"date": "2026-03-01"}, "end": {"date": "2026-03-02"}},
            ["2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"],
            id="all day",
        ),
        pytest.param(
            timed("2026-03-07T10:00:00-05:00", "2026-03-07T11:00:00-05:00", "America/New_York"),
            ["2026-03-07T15:00:00Z", "2026-03-08T14:00:00Z"],
            id="New York, into summer time",
        ),
        pytest.param(
            timed("2026-10-31T01:30:00-04:00", "2026-10-31T03:30:00-04:00", "America/New_York"),
            ["2026-10-31T05:30:00Z", "2026-11-01T05:30:00Z"],
            id="New York, the first pass of a repeated hour",
        ),
        pytest.param(
            timed("2026-03-07T02:30:00-05:00", "2026-03-07T03:30:00-05:00", "America/New_York"),
            ["2026-03-07T07:30:00Z", "2026-03-08T07:30:00Z"],
            id="New York, a skipped hour",
        ),
    ],
)
def test_origin_start(own_app: App, draft: Json, origins: list[str]) -> None:
    """UTC, and recurrenceId the same in milliseconds; moving the occurrence changes neither, nor its id."""
    series_id, ids = own_app.make_series(draft)
    is_all_day = draft.get("isAllDay", False)
    elsewhere = (
        {"start": {"date": "2026-12-24"}, "end": {"date": "2026-12-25"}} if is_all_day else at("12-24T10:00")
    )
    before = [own_app.get(one).json for one in ids[:2]]

    own_app.update(ids[1], elsewhere)

    after = [own_app.get(one).json for one in ids[:2]]
    assert [one["originStart"]["dateTime"] for one in after] == origins
    for old, new in zip(before, after, strict=True):
        assert [old[name] for name in ("id", "originStart", "recurrenceId", "seriesMasterId")] == [
            new[name] for name in ("id", "originStart", "recurrenceId", "seriesMasterId")
        ]
        assert old["seriesMasterId"] == series_id
        assert (old["end"] == new["end"]) == (new is after[0])


def test_wall_time_stays(own_app: App) -> None:
    """10:00 in New York is 10:00 on both sides of the change of clocks, and an hour earlier elsewhere."""
    draft = timed("2026-03-06T10:00:00-05:00", "2026-03-06T11:00:00-05:00", "America/New_York")
    series_id, _ = own_app.make_series(draft)

    events = own_app.instances(series_id, time_min=FROM).events

    assert [one.start.date_time for one in events] == [
        "2026-03-06T10:00:00-05:00",
        "2026-03-07T10:00:00-05:00",
        "2026-03-08T10:00:00-04:00",
        "2026-03-09T10:00:00-04:00",
        "2026-03-10T10:00:00-04:00",
    ]
