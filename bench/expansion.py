"""Months of series expanded in this process, beside python-dateutil. `python -m bench.expansion` prints JSON.

Each rate is months a second. Rili and dateutil take turns, a year of months each, and both give epoch instants.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from statistics import median
from zoneinfo import ZoneInfo

from dateutil.rrule import WEEKLY, rrule

from rili.model.expansion import Occurrence, expand
from rili.model.moment import Instant, Moment
from rili.model.recurrence import GivenPattern, GivenRange, GivenRecurrence, Recurrence, settle
from rili.model.when import GivenTime, GivenWhen, When, new_when

ZONE = "America/New_York"
TURNS = 30
AT_ONCE = 10
"""So often ours is run while it is timed: it is too short for the clock otherwise."""


def weekly_rates() -> dict[str, float]:
    """Months of the sixth year of a weekly series: `expand` and `dateutil`."""
    starts = datetime(2020, 3, 3, 10)
    recurrence, when = _series(starts, "weekly")
    rule = rrule(WEEKLY, dtstart=starts.replace(tzinfo=ZoneInfo(ZONE)), byweekday=starts.weekday())
    walls = [_month(2025, number) for number in range(3, 15)]

    bounds = [(Moment(low, ZONE).epoch_ms(), Moment(high, ZONE).epoch_ms()) for low, high in walls]
    zone = ZoneInfo(ZONE)
    aware = [(low.replace(tzinfo=zone), high.replace(tzinfo=zone)) for low, high in walls]

    def ours() -> list[list[Occurrence]]:
        return [list(expand(recurrence, when, low, high)) for low, high in bounds]

    def theirs() -> list[list[int]]:
        return [[int(one.timestamp()) * 1000 for one in rule.between(low, high)] for low, high in aware]

    assert [[one.starts_ms for one in month] for month in ours()] == theirs(), "python-dateutil differs"
    seconds = [(_seconds(ours, AT_ONCE), _seconds(theirs, 1)) for _ in range(TURNS)]
    ours_s, theirs_s = (median(column) / len(walls) for column in zip(*seconds, strict=True))
    return {"expand": 1 / ours_s, "dateutil": 1 / theirs_s}


def daily_rates() -> dict[str, float]:
    """A daily series of 2000, its first month and one of 2045: both have 31 days and no change of the clock."""
    recurrence, when = _series(datetime(2000, 1, 1, 10), "daily")
    found: dict[str, list[float]] = {"daily, first": [], "daily, far": []}
    for _ in range(TURNS):
        for name, year in (("daily, first", 2000), ("daily, far", 2045)):
            low, high = (Moment(wall, ZONE).epoch_ms() for wall in _month(year, 1))
            assert len(list(expand(recurrence, when, low, high))) == 31
            run = partial(expand, recurrence, when, low, high)
            found[name].append(_seconds(lambda run=run: list(run()), AT_ONCE))
    return {name: 1 / median(seconds) for name, seconds in found.items()}


def _series(starts: datetime, pattern: str) -> tuple[Recurrence, When]:
    start, end = (
        GivenTime(date_time=Instant(wall), zone=ZONE) for wall in (starts, starts + timedelta(hours=1))
    )
    when = new_when(GivenWhen(start, end, all_day=False), "documented")
    given = GivenRecurrence(GivenPattern(type=pattern), GivenRange(type="noEnd"))
    return settle(given, when, "documented"), when


def _month(year: int, number: int) -> tuple[datetime, datetime]:
    """A month from midnight to midnight, by the clock on the wall; the 13th is January again."""
    return datetime(year + (number - 1) // 12, (number - 1) % 12 + 1, 1), datetime(
        year + number // 12, number % 12 + 1, 1
    )


def _seconds(run: Callable[[], object], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - started) / times


if __name__ == "__main__":
    print(json.dumps(weekly_rates() | daily_rates()))
