"""Time zones, read from the `tzdata` package alone.

Nodes of one server must agree on every transition, so the zone files of the machine are never read;
the version of the package is stored with the instants derived from it.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from importlib import resources
from zoneinfo import ZoneInfo

import tzdata

VERSION: str = tzdata.IANA_VERSION

DAY_S = 86_400
_SPAN_S = 400 * DAY_S
"""For so long the offsets of a zone are looked up at a time: on each day, then to the second around a change. In no
zone did a day ever see two (a test holds it, and knows the one hour in which `zoneinfo` believes it)."""

_LAST_DAY = date.max.toordinal()
_REPEATS_DAYS = 146_097  # 400 years

_NO_TIME = timedelta()
_SECOND = timedelta(seconds=1)


@cache
def _names() -> frozenset[str]:
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("ascii").split())


def known(name: str) -> bool:
    """Whether *name* is in the tz database, spelled as there; old names that are kept as links count."""
    return name in _names()


@cache
def zone(name: str) -> ZoneInfo:
    """The zone of that name. Raises KeyError when the tz database has none."""
    if not known(name):
        raise KeyError(name)
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        return ZoneInfo.from_file(file, key=name)


def offset_at(name: str, wall_s: int) -> tuple[int, int]:
    """The offset from UTC of a wall time, and the wall time up to which it stays the same, both in seconds.

    *wall_s* counts from midnight before day 0 of `date.toordinal`. A repeated wall time is in its first pass, a
    skipped one under the offset before the gap (decision 6).
    """
    switches, offsets = _span(name, wall_s // _SPAN_S)
    at = bisect_right(switches, wall_s)
    return offsets[at - 1], switches[at]


@lru_cache(4096)
def _span(name: str, number: int) -> tuple[list[int], list[int]]:
    """When, by the clock on the wall, the offset becomes another, and which; from the start of the span to its end."""
    there = zone(name)
    start, end = number * _SPAN_S, (number + 1) * _SPAN_S
    offset = _offset_s(there, start)
    switches, offsets = [start], [offset]
    for wall_s in range(start + DAY_S, end + 1, DAY_S):
        later = _offset_s(there, wall_s)
        if later != offset:
            switches.append(_switch(there, wall_s - DAY_S, wall_s, later))
            offsets.append(later)
            offset = later
    return [*switches, end], offsets


def _switch(there: ZoneInfo, before: int, after: int, offset: int) -> int:
    """The first second of *before* to *after* that has *offset*; there is one change between them."""
    while after - before > 1:
        middle = (before + after) // 2
        if _offset_s(there, middle) == offset:
            after = middle
        else:
            before = middle
    return after


def _offset_s(there: ZoneInfo, wall_s: int) -> int:
    day, second = divmod(wall_s, DAY_S)
    if day > _LAST_DAY:
        # A long event may end after Python's calendar, which repeats, weekdays included.
        day = _LAST_DAY - (_LAST_DAY - day) % _REPEATS_DAYS
    wall = datetime.fromordinal(day) + timedelta(seconds=second)
    return (there.utcoffset(wall) or _NO_TIME) // _SECOND
