"""Occurrences written quickly say what they would say written one by one."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rili.model.event import Event
from rili.model.expansion import expand_days
from rili.model.people import organizer_only
from rili.model.series import instance
from rili.model.when import When
from rili.wire.event_view import EventView, event_view
from rili.wire.occurrence_text import OccurrenceTexts
from tests.model.make import ORGANIZER, all_day, series, single, timed
from tests.properties import everyday

LI = organizer_only(ORGANIZER, "Li Wei")


def check(when: When, first: int, days: int) -> None:
    event = single(when=when, recurrence=series())
    assert event.recurrence is not None
    begin = when.first_day.toordinal() + first
    written: OccurrenceTexts | None = None
    for one in expand_days(event.recurrence, when, begin, begin + days):
        found = instance(event, one)
        view = _view(found.event, event, one_of=found)
        written = written or OccurrenceTexts(event, view)
        told = written.text(found.event.id, one)
        assert msgspec.json.decode(told, type=EventView) == view, told


def _view(occurrence: Event, event: Event, *, one_of: object) -> EventView:
    return event_view(
        occurrence, (LI,), viewer_id=ORGANIZER, shown=100, meeting_url=str, instance=one_of  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    "when",
    [
        pytest.param(timed("2026-01-01T14:00", "2026-01-01T15:00"), id="one offset"),
        pytest.param(timed("2026-01-01T14:00", "2026-01-01T15:00", "UTC"), id="UTC"),
        pytest.param(
            timed("2026-01-01T14:00", "2026-01-01T15:00", "Europe/London"), id="no offset in winter"
        ),
        pytest.param(timed("2026-01-01T02:30", "2026-01-01T03:15", "America/New_York"), id="in a gap"),
        pytest.param(timed("2026-01-01T01:30", "2026-01-01T01:45", "America/New_York"), id="twice"),
        pytest.param(timed("2026-01-01T23:30", "2026-01-02T02:30", "America/New_York"), id="over a gap"),
        pytest.param(timed("2026-01-01T01:45", "2026-01-01T02:10", "Australia/Lord_Howe"), id="half an hour"),
        pytest.param(timed("1900-01-01T10:00", "1900-01-01T11:00", "Europe/Amsterdam"), id="seconds"),
        pytest.param(timed("2026-01-01T10:00", "2026-01-04T09:00", "Asia/Shanghai"), id="days long"),
        pytest.param(all_day("2026-01-01", "2026-01-03"), id="whole days"),
    ],
)
def test_a_year_of_each(when: When) -> None:
    check(when, 0, 400)


@given(
    zone=st.sampled_from(["Asia/Shanghai", "America/New_York", "Pacific/Apia", "Africa/Casablanca", "UTC"]),
    minutes=st.integers(0, 366 * 24 * 60),
    length=st.integers(0, 3 * 24 * 60),
    first=st.integers(0, 400),
)
@everyday
def test_any(zone: str, minutes: int, length: int, first: int) -> None:
    start = timed("2011-01-01T00:00", "2011-01-01T00:00", zone).start.wall + timedelta(minutes=minutes)
    end = start + timedelta(minutes=length)
    when = timed(start.isoformat(), end.isoformat(), zone)
    if when.ends_ms >= when.starts_ms:
        check(when, first, 40)
