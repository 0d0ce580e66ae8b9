"""Decision 11: people are asked again when start, end, zone or rule really change."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from rili.model.event import Event, EventChange, asks_again, change_event
from rili.model.recurrence import GivenPattern, GivenRange, GivenRecurrence
from rili.model.when import GivenWhen
from tests.model.make import CHANGED_MS, ORGANIZER, given_time, series, single

TIMED = GivenWhen(
    given_time("2026-03-10T14:00", "Asia/Shanghai"), given_time("2026-03-10T15:00", "Asia/Shanghai")
)
DAYS = GivenWhen(given_time(day="2026-03-10"), given_time(day="2026-03-11"), all_day=True)
DAILY = GivenRecurrence(GivenPattern(type="daily"))

SERIES = single(recurrence=series(end_date="2026-12-31"))


def changed(**sent: Any) -> Event:
    return change_event(
        SERIES, EventChange(**sent), by=ORGANIZER, rules="documented", conference_id="c", now_ms=CHANGED_MS
    )


@pytest.mark.parametrize(
    ("sent", "asked"),
    [
        pytest.param({}, False, id="nothing"),
        pytest.param({"summary": "New", "location": "B", "reminders": ()}, False, id="neither time nor rule"),
        pytest.param({"when": TIMED}, False, id="decision 11: the same start and end, sent"),
        pytest.param({"when": GivenWhen(all_day=False)}, False, id="isAllDay as it was"),
        pytest.param(
            {"when": GivenWhen(given_time("2026-03-10T15:00+09:00"), given_time("2026-03-10T07:00Z"))},
            False,
            id="the same instants, written elsewhere",
        ),
        pytest.param(
            {"recurrence": GivenRecurrence(GivenPattern(type="daily"), GivenRange("endDate", "2026-12-31"))},
            False,
            id="the same rule, sent",
        ),
        pytest.param(
            {
                "recurrence": GivenRecurrence(
                    GivenPattern(type="daily", interval=1), GivenRange(None, "2026-12-31")
                )
            },
            False,
            id="the same rule, with its default",
        ),
        pytest.param({"when": GivenWhen(end=given_time("2026-03-10T16:00"))}, True, id="end"),
        pytest.param({"when": GivenWhen(given_time("2026-03-10T13:00"))}, True, id="start"),
        pytest.param(
            {
                "when": GivenWhen(
                    given_time("2026-03-10T14:00+08:00", "Asia/Singapore"),
                    given_time("2026-03-10T15:00+08:00", "Asia/Singapore"),
                )
            },
            True,
            id="zone, at the same instants",
        ),
        pytest.param({"when": DAYS}, True, id="all-day"),
        pytest.param({"recurrence": DAILY}, True, id="range"),
        pytest.param(
            {
                "recurrence": GivenRecurrence(
                    GivenPattern(type="daily", interval=2), GivenRange(None, "2026-12-31")
                )
            },
            True,
            id="interval",
        ),
    ],
)
def test_decision_11_people_are_asked_again(sent: dict[str, Any], asked: bool) -> None:
    assert asks_again(SERIES, changed(**sent)) is asked


@pytest.mark.parametrize(
    ("before", "after", "asked"),
    [
        pytest.param("2026-12-31T10:00Z", "2026-12-31T18:00:00+08:00", False, id="the same instant"),
        pytest.param(
            "2026-12-31T18:00", "2026-12-31T10:00:00.000Z", False, id="the same, in the event's zone"
        ),
        pytest.param("2026-12-31T10:00Z", "2026-12-31T10:00:01Z", True, id="a second later"),
    ],
)
def test_decision_11_an_end_date_is_compared_as_the_instant_it_is(
    before: str, after: str, asked: bool
) -> None:
    event = replace(SERIES, recurrence=series(end_date=before))

    assert asks_again(event, replace(event, recurrence=series(end_date=after))) is asked


def test_a_rule_where_there_was_none_is_asked_about() -> None:
    assert asks_again(single(), single(recurrence=series()))
    assert not asks_again(single(recurrence=series()), single(recurrence=series()))
