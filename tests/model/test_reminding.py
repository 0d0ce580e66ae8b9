"""When reminders fire."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rili.model.event import Event, Reminder
from rili.model.expansion import expand_days
from rili.model.recurrence import Range, Recurrence
from rili.model.reminding import MINUTE_MS, Kind, Plan, Position
from rili.model.series import Override, Slot
from rili.model.when import AllDay, When
from tests.model.make import all_day, single, timed
from tests.model.repeating import APIA, LORD_HOWE, NEW_YORK, SHANGHAI, WHENS, ms, ranges, series_of_patterns
from tests.properties import everyday

BERLIN = "Europe/Berlin"
DAILY = "FREQ=DAILY"


def plan(
    when: When,
    *minutes: int,
    rule: str | None = None,
    overrides: dict[Slot, Override] | None = None,
    **more: Any,
) -> Plan:
    recurrence = None if rule is None else Recurrence(None, Range(), rrule=rule)
    event = single(when=when, reminders=tuple(map(Reminder, minutes)), recurrence=recurrence, **more)
    return Plan(event, overrides or {})


def slot(day: str) -> Slot:
    return Slot(date.fromisoformat(day).toordinal())


def firings(plan: Plan, kind: Kind, start: str, count: int = 3, *, alive: str | None = None) -> list[str]:
    """The first ones behind *start*, in UTC."""
    position, alive_ms = Position(ms(start), "~"), ms(alive or start)
    found: list[str] = []
    while len(found) < count and (firing := plan.after(kind, position, alive_ms)) is not None:
        position = firing.position
        assert plan.firing(kind, position.slot) == firing
        found.append(f"{datetime.fromtimestamp(position.due_ms / 1000, UTC):%m-%dT%H:%M}")
    return found


@pytest.mark.parametrize(
    ("made", "kind", "start", "expected"),
    [
        pytest.param(
            plan(timed("2026-03-10T14:00", "2026-03-10T15:00"), 15), Kind(15), "2026-03-01", ["03-10T05:45"], id="timed"
        ),
        pytest.param(
            plan(timed("2026-03-10T14:00", "2026-03-10T15:00"), 0), Kind(0), "2026-03-01", ["03-10T06:00"],
            id="0 minutes",
        ),
        pytest.param(
            plan(timed("2026-03-10T14:00", "2026-03-10T15:00"), 2**31 - 1), Kind(2**31 - 1), "2026-03-01", [],
            id="thousands of years",
        ),
        pytest.param(
            plan(all_day("2026-03-10", "2026-03-11"), 2**31 - 1), Kind(2**31 - 1, SHANGHAI), "2026-03-01", [],
            id="thousands of years before a whole day",
        ),
        pytest.param(
            plan(timed("2026-03-10T14:00", "2026-03-10T15:00"), 15), Kind(15), "2026-03-10T05:45", [], id="passed"
        ),
        pytest.param(
            plan(timed("2026-03-10T14:00", "2026-03-10T15:00"), 15), Kind(30), "2026-03-01", [], id="not its reminder"
        ),
        pytest.param(
            plan(timed("2026-03-10T14:00", "2026-03-10T15:00"), 15), Kind(15, SHANGHAI), "2026-03-01", [],
            id="timed, in a zone",
        ),
        pytest.param(
            plan(timed("2026-03-28T01:30", "2026-03-28T02:00", BERLIN), 15, rule=DAILY),
            Kind(15), "2026-03-27", ["03-28T00:15", "03-29T00:15", "03-29T23:15"],
            id="timed at 01:30, Berlin in spring",
        ),
        pytest.param(
            plan(timed("2026-03-28T02:30", "2026-03-28T03:00", BERLIN), 15, rule=DAILY),
            Kind(15), "2026-03-28T12:00", ["03-29T01:15", "03-30T00:15", "03-31T00:15"],
            id="timed in a skipped hour",
        ),
        pytest.param(
            plan(timed("2026-10-24T02:30", "2026-10-24T03:00", BERLIN), 45, rule=DAILY),
            Kind(45), "2026-10-24T12:00", ["10-24T23:45", "10-26T00:45", "10-27T00:45"],
            id="timed in a repeated hour: its first pass, minutes of real time",
        ),
        pytest.param(
            plan(all_day("2026-10-26", "2026-10-27"), 900), Kind(900, BERLIN), "2026-10-01", ["10-25T08:00"],
            id="whole day, 09:00 stays 09:00 where the clock changed that night",
        ),
        pytest.param(
            plan(all_day("2026-10-26", "2026-10-27"), 1350), Kind(1350, BERLIN), "2026-10-01", ["10-24T23:30"],
            id="whole day, 01:30 of a day with 25 hours",
        ),
        pytest.param(
            plan(all_day("2026-03-30", "2026-03-31"), 1290), Kind(1290, BERLIN), "2026-03-01", ["03-29T01:30"],
            id="whole day, at a skipped time",
        ),
        pytest.param(
            plan(all_day("2026-10-26", "2026-10-27"), 1290), Kind(1290, BERLIN), "2026-10-01", ["10-25T00:30"],
            id="whole day, at a time that comes twice",
        ),
        pytest.param(
            plan(all_day("2026-10-26", "2026-10-27"), 900, rule=DAILY), Kind(900, LORD_HOWE), "2026-10-01",
            ["10-24T22:00", "10-25T22:00", "10-26T22:00"],
            id="whole days far east",
        ),
        pytest.param(
            plan(all_day("2011-12-29", "2011-12-30"), 0, rule=DAILY), Kind(0, APIA), "2011-12-01",
            ["12-29T10:00", "12-30T10:00", "12-30T10:00"],
            id="a day that a zone skipped",
        ),
        pytest.param(
            plan(timed("2026-03-10T09:00", "2026-03-10T09:10"), 5, rule="FREQ=DAILY;BYHOUR=9,17"),
            Kind(5), "2026-03-10T02:00", ["03-10T08:55", "03-11T00:55", "03-11T08:55"],
            id="twice a day",
        ),
        pytest.param(
            plan(
                timed("2026-03-10T09:00", "2026-03-10T09:10"), 5, rule=DAILY,
                overrides={
                    slot("2026-03-11"): Override(removed=True),
                    slot("2026-03-12"): Override(cancelled=True),
                    slot("2026-03-13"): Override(reminders=()),
                    slot("2026-03-14"): Override(
                        when=timed("2026-03-09T12:00", "2026-03-09T13:00")
                    ),
                    slot("2026-03-16"): Override(summary="Other"),
                },
            ),
            Kind(5), "2026-03-01", ["03-09T03:55", "03-10T00:55", "03-15T00:55", "03-16T00:55"],
            id="occurrences removed, called off, without reminders, moved before the rule begins",
        ),
    ],
)  # fmt: skip
def test_firings(made: Plan, kind: Kind, start: str, expected: list[str]) -> None:
    assert firings(made, kind, start, max(len(expected), 1)) == expected


def test_an_occurrence_with_reminders_of_its_own() -> None:
    made = plan(
        timed("2026-03-10T09:00", "2026-03-10T09:10"), 5, rule=DAILY,
        overrides={slot("2026-03-11"): Override(reminders=(Reminder(60), Reminder(60, "sms"), Reminder(5)))},
    )  # fmt: skip
    assert made.kinds(()) == {Kind(5), Kind(60)}
    assert firings(made, Kind(5), "2026-03-10T02:00", 2) == ["03-11T00:55", "03-12T00:55"]
    assert firings(made, Kind(60), "2026-03-01") == ["03-11T00:00"]


def test_an_occurrence_on_a_whole_day_of_a_timed_series() -> None:
    made = plan(
        timed("2026-03-10T09:00", "2026-03-10T09:10"), 60, rule=DAILY,
        overrides={slot("2026-03-11"): Override(when=all_day("2026-03-11", "2026-03-12"))},
    )  # fmt: skip
    assert made.has_whole_days
    assert made.kinds([SHANGHAI, BERLIN]) == {Kind(60), Kind(60, SHANGHAI), Kind(60, BERLIN)}
    assert firings(made, Kind(60), "2026-03-09", 2) == ["03-10T00:00", "03-12T00:00"]
    assert firings(made, Kind(60, SHANGHAI), "2026-03-10") == ["03-10T15:00"]
    assert firings(made, Kind(60, BERLIN), "2026-03-10") == ["03-10T22:00"]


def test_what_ended_is_passed_over_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made = plan(timed("2000-01-01T09:00", "2000-01-01T10:00"), 15, rule=DAILY)
    looked: list[int] = []

    def watched(*args: Any) -> Any:
        for one in expand_days(*args):
            looked.append(one.day)
            yield one

    monkeypatch.setattr("rili.model.reminding.expand_days", watched)
    assert firings(made, Kind(15), "2000-01-05", 1, alive="2026-03-10T01:30") == ["03-10T00:45"]
    assert len(looked) < 10


def _brute(event: Event, kind: Kind, first: int, last: int) -> list[tuple[Position, int]]:
    """Every firing of slots from day *first* to *last*, in order, by the zone files of the standard library."""
    rule, found = event.recurrence, []
    assert rule is not None
    for one in expand_days(rule, event.when, first, last):
        due_ms, ends_ms = one.starts_ms - kind.minutes * MINUTE_MS, one.ends_ms
        if isinstance(event.when, AllDay):
            zone = ZoneInfo(kind.zone)
            due_ms, ends_ms = (
                int(
                    (datetime(1970, 1, 1) + timedelta(milliseconds=wall)).replace(tzinfo=zone).timestamp()
                    * 1000
                )
                for wall in (due_ms, ends_ms)
            )
        found.append((Position(due_ms, Slot(one.day, one.number).key), ends_ms))
    return sorted(found)


@everyday
@given(data=st.data())
def test_the_next_firing_is_that_of_a_list_of_all(data: st.DataObject) -> None:
    if data.draw(st.booleans()):
        rule, when = data.draw(series_of_patterns())
    else:
        when = data.draw(WHENS)
        text = data.draw(
            st.sampled_from([DAILY, "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=0,30", "FREQ=WEEKLY;BYDAY=SU"])
        )
        rule = Recurrence(None, data.draw(ranges(when)), rrule=text)
    minutes = data.draw(st.sampled_from([0, 15, 60, 900, 1440, 50_000]))
    event = single(when=when, recurrence=rule, reminders=(Reminder(minutes),))
    zone = (
        data.draw(st.sampled_from([SHANGHAI, NEW_YORK, LORD_HOWE, BERLIN]))
        if isinstance(when, AllDay)
        else ""
    )
    kind = Kind(minutes, zone)
    day = when.first_day.toordinal() + data.draw(st.integers(0, 800))
    everything = _brute(event, kind, day - 400, day + 400)
    middle = [one for one in everything if abs(Slot.of_key(one[0].slot).day - day) < 300]
    if not middle:
        return
    position, ends_ms = data.draw(st.sampled_from(middle))
    alive_ms = data.draw(st.sampled_from([-(10**18), ends_ms - 1, ends_ms, ends_ms + 40 * 86_400_000]))
    later = [one for one in everything if one[0] > position and one[1] > alive_ms]
    found = Plan(event, {}).after(kind, position, alive_ms)
    if later:
        assert found is not None
        assert (found.position, found.ends_ms) == later[0]
    else:  # none within the list
        assert found is None or Slot.of_key(found.position.slot).day > day + 300
