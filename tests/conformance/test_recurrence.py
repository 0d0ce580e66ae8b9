"""Rules of repetition: each pattern with each range, what is filled in, what is refused."""

from __future__ import annotations

import pytest

from tests.conformance.clients import App, Json, assert_refused, timed

# What is sent, and what is answered; the event starts on Tuesday, 2026-03-10.
PATTERNS = {
    "daily": (
        {"type": "daily", "interval": 3},
        {"type": "daily", "interval": 3},
    ),
    "weekly": (
        {"type": "weekly", "interval": 2, "daysOfWeek": "tuesday,friday", "firstDayOfWeek": "monday"},
        {"type": "weekly", "interval": 2, "daysOfWeek": "tuesday,friday", "firstDayOfWeek": "monday"},
    ),
    "absoluteMonthly": (
        {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 10},
        {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 10},
    ),
    "relativeMonthly": (
        {"type": "relativeMonthly", "interval": 1, "daysOfWeek": "tuesday", "index": "second"},
        {"type": "relativeMonthly", "interval": 1, "daysOfWeek": "tuesday", "index": "second"},
    ),
    "absoluteYearly": (
        {"type": "absoluteYearly", "interval": 1, "dayOfMonth": 10},
        {"type": "absoluteYearly", "interval": 1, "dayOfMonth": 10},
    ),
}
RANGES = {
    "noEnd": {"type": "noEnd"},
    "endDate": {"type": "endDate", "endDate": "2027-03-31T23:59:59+08:00"},
    "numbered": {"type": "numbered", "numberOfOccurrences": 99},
}


@pytest.mark.parametrize("range_", RANGES.values(), ids=RANGES)
@pytest.mark.parametrize(("sent", "answered"), PATTERNS.values(), ids=PATTERNS)
def test_pattern_and_range(app: App, sent: Json, answered: Json, range_: Json) -> None:
    """On a single event, which becomes a series, and then as a change of another series."""
    event = app.create()
    rule = {"pattern": answered, "range": range_}

    answer = app.patch(event["id"], {"recurrence": {"pattern": sent, "range": range_}}).body

    assert answer.recurrence.to_map() == rule
    assert app.get(event["id"]).json == event | {"recurrence": rule}
    app.patch(event["id"], {"recurrence": {"pattern": {"type": "daily"}}})
    app.patch(event["id"], {"recurrence": {"pattern": sent, "range": range_}})
    assert app.get(event["id"]).json == event | {"recurrence": rule}


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        pytest.param({"type": "daily"}, {"type": "daily", "interval": 1}, id="interval 1"),
        pytest.param(
            {"type": "weekly"},
            {"type": "weekly", "interval": 1, "daysOfWeek": "tuesday", "firstDayOfWeek": "sunday"},
            id="weekday of the start, week from Sunday",
        ),
        pytest.param(
            {"type": "weekly", "daysOfWeek": " Friday, monday,friday"},
            {"type": "weekly", "interval": 1, "daysOfWeek": "monday,friday", "firstDayOfWeek": "sunday"},
            id="weekdays in any order and case, twice, with spaces",
        ),
        pytest.param(
            {"type": "absoluteMonthly"},
            {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 10},
            id="day",
        ),
        pytest.param(
            {"type": "relativeMonthly"},
            {"type": "relativeMonthly", "interval": 1, "daysOfWeek": "tuesday", "index": "first"},
            id="first weekday of the start",
        ),
        pytest.param(
            {"type": "absoluteYearly"},
            {"type": "absoluteYearly", "interval": 1, "dayOfMonth": 10},
            id="day of the year",
        ),
        pytest.param(
            {
                "type": "daily",
                "dayOfMonth": 5,
                "daysOfWeek": "monday",
                "index": "last",
                "firstDayOfWeek": "monday",
            },
            {"type": "daily", "interval": 1},
            id="members that the type does not use",
        ),
    ],
)
def test_what_is_filled_in(app: App, sent: Json, answered: Json) -> None:
    event_id = app.create()["id"]

    app.patch(event_id, {"recurrence": {"pattern": sent}})

    assert app.get(event_id).json["recurrence"] == {"pattern": answered, "range": {"type": "noEnd"}}


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        pytest.param({"endDate": "2026-06-30"}, {"type": "endDate", "endDate": "2026-06-30"}, id="endDate"),
        pytest.param(
            {"numberOfOccurrences": 1},
            {"type": "numbered", "numberOfOccurrences": 1},
            id="numberOfOccurrences",
        ),
        pytest.param({}, {"type": "noEnd"}, id="nothing"),
        pytest.param({"type": "noEnd", "endDate": "2026-06-30"}, {"type": "noEnd"}, id="noEnd wins"),
    ],
)
def test_range_type(app: App, sent: Json, answered: Json) -> None:
    """It need not be said; where it is, it decides."""
    event_id = app.create()["id"]

    app.patch(event_id, {"recurrence": {"pattern": {"type": "daily"}, "range": sent}})

    assert app.get(event_id).json["recurrence"]["range"] == answered


def test_object_is_replaced_whole(app: App) -> None:
    """Nothing of the pattern or range before is kept (decision 2)."""
    weekly, numbered = PATTERNS["weekly"][0], RANGES["numbered"]
    event_id = app.create({"recurrence": {"pattern": weekly, "range": numbered}})["id"]

    app.patch(event_id, {"recurrence": {"pattern": {"type": "weekly"}}})

    assert app.get(event_id).json["recurrence"] == {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": "tuesday", "firstDayOfWeek": "sunday"},
        "range": {"type": "noEnd"},
    }


INTERVAL = "Recurrence interval must between [1, 365]"
OCCURRENCES = "Recurrence range numberOfOccurrences must between [1, 99]"
FREE = None


@pytest.mark.parametrize(
    ("pattern", "range_", "message", "description"),
    [
        pytest.param({"type": "daily", "interval": 0}, {}, INTERVAL, "interval", id="interval 0"),
        pytest.param({"type": "daily", "interval": 366}, {}, INTERVAL, "interval", id="interval 366"),
        pytest.param({"type": "daily", "interval": -1}, {}, INTERVAL, "interval", id="interval -1"),
        pytest.param(
            {"type": "daily"}, {"numberOfOccurrences": 0}, OCCURRENCES, "numberOfOccurrences", id="0 times"
        ),
        pytest.param(
            {"type": "daily"},
            {"numberOfOccurrences": 100},
            OCCURRENCES,
            "numberOfOccurrences",
            id="100 times",
        ),
        pytest.param(
            {"type": "daily"},
            {"type": "numbered"},
            OCCURRENCES,
            "numberOfOccurrences",
            id="numbered by nothing",
        ),
        pytest.param({"type": "relativeYearly"}, {}, FREE, "recurrence.pattern.type", id="unknown type"),
        pytest.param({}, {}, FREE, "recurrence.pattern.type", id="no type"),
        pytest.param(
            {"type": "weekly", "daysOfWeek": "mon"},
            {},
            FREE,
            "recurrence.pattern.daysOfWeek",
            id="unknown day",
        ),
        pytest.param(
            {"type": "weekly", "firstDayOfWeek": "8"},
            {},
            FREE,
            "pattern.firstDayOfWeek",
            id="unknown first day",
        ),
        pytest.param(
            {"type": "relativeMonthly", "index": "fifth"},
            {},
            FREE,
            "recurrence.pattern.index",
            id="unknown index",
        ),
        pytest.param(
            {"type": "absoluteMonthly", "dayOfMonth": 32},
            {},
            FREE,
            "recurrence.pattern.dayOfMonth",
            id="day 32",
        ),
        pytest.param(
            {"type": "absoluteYearly", "dayOfMonth": 11},
            {},
            FREE,
            "recurrence.pattern.dayOfMonth",
            id="not the start's",
        ),
        pytest.param({"type": "daily"}, {"type": "ever"}, FREE, "recurrence.range.type", id="unknown range"),
        pytest.param(
            {"type": "daily"}, {"type": "endDate"}, FREE, "recurrence.range.endDate", id="no endDate"
        ),
        pytest.param(
            {"type": "daily"},
            {"endDate": "2026-03-09"},
            FREE,
            "recurrence.range.endDate",
            id="over before it starts",
        ),
        pytest.param(
            {"type": "daily"},
            {"type": "endDate", "endDate": "2026-06-30", "numberOfOccurrences": 5},
            FREE,
            'rules = "lenient"',
            id="endDate and numberOfOccurrences",
        ),
    ],
)
def test_refused(app: App, pattern: Json, range_: Json, message: str | None, description: str) -> None:
    event = app.create()

    reply = app.update(event["id"], {"recurrence": {"pattern": pattern, "range": range_}})

    expected = reply.json["description"] if message is FREE else message
    assert_refused(reply, 400, "invalidParameter", expected, description)
    assert app.get(event["id"]).json == event


def test_no_pattern(app: App) -> None:
    """`recurrence: {}` does not end a series (decision 2)."""
    event_id = app.create({"recurrence": {"pattern": {"type": "daily"}}})["id"]

    reply = app.update(event_id, {"recurrence": {}})

    assert_refused(reply, 400, "invalidParameter", reply.json["message"], "recurrence.pattern.type")


def test_end_date_that_is_no_time(app: App) -> None:
    event_id = app.create()["id"]

    reply = app.update(event_id, {"recurrence": {"pattern": {"type": "daily"}, "range": {"endDate": "June"}}})

    code = "InvalidParameter.ParsedISO8601TimestampError"
    assert_refused(reply, 400, code, reply.json["message"], "recurrence.range.endDate")


def test_start_that_moves_past_the_end(app: App) -> None:
    rule = {"pattern": {"type": "daily"}, "range": {"type": "endDate", "endDate": "2026-03-20"}}
    event_id = app.create({"recurrence": rule})["id"]

    reply = app.update(event_id, timed("2026-03-21T09:00:00+08:00", "2026-03-21T10:00:00+08:00"))

    assert_refused(reply, 400, "invalidParameter", reply.json["message"], "endDate: it lies before start")
