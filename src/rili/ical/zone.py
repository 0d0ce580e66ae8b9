"""VTIMEZONE: what a zone of the tz database does, from a year on, in the words of RFC 5545 3.6.5.

A change that comes every year on the same weekday of a month is one part with an RRULE; the rest are RDATEs. A zone
that still changes in its last year here does so for ever, as the tz database says it too.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

from rili.ical.lines import component, text_line
from rili.model.text_rule import WEEKDAYS
from rili.model.zones import zone

_FIRST_YEAR = 1840
"""No zone has changed before."""
_SETTLED = 2060
"""In the years followed after it, every zone has come to a rule for ever: Palestine, the last, in 2086."""
_FOLLOWED_YEARS = 45
"""Long enough that a change by weekday has shown each day of the month on which it can fall."""
_A_RULE = 3
"""So many years in a row are written as a rule."""

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_NO_TIME = timedelta()


class _Change(Struct, frozen=True, gc=False):
    """When the clock is put to another offset."""

    utc: datetime
    before: timedelta
    after: timedelta
    name: str
    summer: bool

    @property
    def wall(self) -> datetime:
        """By the clock before."""
        return self.utc + self.before

    @property
    def kind(self) -> tuple[timedelta, timedelta, str, bool]:
        return self.before, self.after, self.name, self.summer


class _Run(Struct):
    """The same change in one year after another."""

    changes: list[_Change]

    def takes(self, change: _Change) -> bool:
        """Whether *change* goes on with it: a year later, on the same weekday, in the same seven days of the month."""
        last, this = self.changes[-1].wall, change.wall
        days = [one.wall.day for one in self.changes] + [this.day]
        return (
            this.year == last.year + 1
            and this.month == last.month
            and this.weekday() == last.weekday()
            and this.time() == last.time()
            and max(days) - min(days) < 7
        )


@lru_cache(512)
def vtimezone(name: str, year: int) -> tuple[str, ...]:
    """The lines of the zone, right from the year before *year* on."""
    start = max(min(year - 1, 8_900), 1000)
    last = max(start, _SETTLED) + _FOLLOWED_YEARS
    parts = [_observance(_initial(zone(name), start))]
    singles: dict[object, list[_Change]] = {}
    for run in _runs(
        [change for one in range(max(start, _FIRST_YEAR), last) for change in _changes(name, one)]
    ):
        goes_on = run.changes[-1].wall.year >= last - 1
        if goes_on or len(run.changes) >= _A_RULE:
            parts.append(_observance(run.changes[0], _rule(run.changes, goes_on=goes_on)))
        else:
            singles.setdefault(run.changes[0].kind, []).extend(run.changes)
    for changes in singles.values():
        dates = [f"RDATE:{_text(change.wall)}" for change in changes[1:]]
        parts.append(_observance(changes[0], *dates))
    lines = (line for _, part in sorted(parts, key=lambda one: one[0]) for line in part)
    own = [text_line("TZID", name), text_line("X-LIC-LOCATION", name)]
    return tuple(component("VTIMEZONE", [*own, *lines]))


def _runs(changes: list[_Change]) -> list[_Run]:
    runs: list[_Run] = []
    open_: dict[object, _Run] = {}
    for change in changes:
        key = (change.kind, change.wall.month, change.wall.weekday(), change.wall.time())
        run = open_.get(key)
        if run is not None and run.takes(change):
            run.changes.append(change)
        else:
            open_[key] = _Run([change])
            runs.append(open_[key])
    return runs


def _rule(changes: list[_Change], *, goes_on: bool) -> str:
    """Any seven days of a month that hold all of the run's have that weekday once: the plainest are taken."""
    days = [change.wall.day for change in changes]
    wall = changes[0].wall
    first, last, weekday = min(days), max(days), WEEKDAYS[wall.weekday()]
    length = 28 if wall.month == 2 else monthrange(2001, wall.month)[1]
    if first > length - 7 and wall.month != 2:
        by = f"BYDAY=-1{weekday}"
    elif (first - 1) // 7 == (last - 1) // 7 < 4:
        by = f"BYDAY={(first - 1) // 7 + 1}{weekday}"
    else:
        begin = min(first, length - 6)
        by = f"BYMONTHDAY={','.join(str(day) for day in range(begin, begin + 7))};BYDAY={weekday}"
    # A day late, for readers that take UNTIL for local time (dateutil does); the next would come in a year.
    until = "" if goes_on else f";UNTIL={_text(changes[-1].utc + _DAY)}Z"
    return f"RRULE:FREQ=YEARLY;BYMONTH={wall.month};{by}{until}"


def _observance(change: _Change, *dates: str) -> tuple[datetime, list[str]]:
    lines = component(
        "DAYLIGHT" if change.summer else "STANDARD",
        [
            f"DTSTART:{_text(change.wall)}",
            *dates,
            f"TZOFFSETFROM:{_offset_text(change.before)}",
            f"TZOFFSETTO:{_offset_text(change.after)}",
            text_line("TZNAME", change.name),
        ],
    )
    return change.utc, lines


def _initial(there: ZoneInfo, year: int) -> _Change:
    """What the zone does as the year begins, as if it began then."""
    utc = datetime(year, 1, 1)
    offset = _offset(there, utc)
    return _Change(utc - offset, offset, offset, *_look(there, utc))


@lru_cache(8192)
def _changes(name: str, year: int) -> tuple[_Change, ...]:
    """Those of a year in UTC. In no zone did a day ever see two."""
    there = zone(name)
    utc, end = datetime(year, 1, 1), datetime(year + 1, 1, 1)
    offset = _offset(there, utc)
    changes: list[_Change] = []
    while utc < end:
        before, utc = utc, utc + _DAY
        later = _offset(there, utc)
        if later != offset:
            at = _between(there, before, utc, later)
            changes.append(_Change(at, offset, later, *_look(there, at)))
            offset = later
    return tuple(changes)


def _between(there: ZoneInfo, before: datetime, after: datetime, offset: timedelta) -> datetime:
    """The first second after *before* that has *offset*."""
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if _offset(there, middle) == offset:
            after = middle
        else:
            before = middle
    return after


def _offset(there: ZoneInfo, utc: datetime) -> timedelta:
    return there.fromutc(utc.replace(tzinfo=there)).utcoffset() or _NO_TIME


def _look(there: ZoneInfo, utc: datetime) -> tuple[str, bool]:
    """The name of the time, and whether it is summer's. Irish winter, which the law takes off, is none."""
    local = there.fromutc(utc.replace(tzinfo=there))
    return local.tzname() or there.key, (local.dst() or _NO_TIME) > _NO_TIME


def _text(wall: datetime) -> str:
    return f"{wall:%Y%m%dT%H%M%S}"


def _offset_text(offset: timedelta) -> str:
    seconds = offset // _SECOND
    sign, seconds = "-" if seconds < 0 else "+", abs(seconds)
    text = f"{sign}{seconds // 3600:02d}{seconds // 60 % 60:02d}"
    return f"{text}{seconds % 60:02d}" if seconds % 60 else text
