"""When the occurrences of a series are. Integers throughout, and a jump to where the caller looks.

A slot is a place that the rule gives: a local date, as a day of `date.toordinal`, and a number within that day
(decision 9). The five patterns have one slot a day at most, number 0; only a rule kept as RRULE text has more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from functools import lru_cache
from itertools import takewhile

from msgspec import Struct

from rili.model import text_rule
from rili.model.moment import DAY_MS, EPOCH_DAY, EPOCH_S, Moment
from rili.model.pattern_days import LAST_DAY, days_of, nth_day
from rili.model.recurrence import Recurrence, last_start
from rili.model.when import AllDay, Timed, When
from rili.model.zones import DAY_S, offset_at

_EVER_MS = 10**18
_MARGIN_DAYS = 2
"""Between a wall time and its instant, and between a length by the clock and by the sun, lies less than this."""


class Occurrence(Struct, frozen=True, gc=False):
    """One slot of a rule, and the instants it means."""

    day: int
    number: int
    starts_ms: int
    ends_ms: int


def expand(recurrence: Recurrence, when: When, from_ms: int, to_ms: int) -> Iterator[Occurrence]:
    """The occurrences that start before *to_ms* and do not end before *from_ms*, in the order of their slots."""
    start, end = (when.start.wall, when.end.wall) if isinstance(when, Timed) else (when.start, when.end)
    length_days = end.toordinal() - start.toordinal()
    first = from_ms // DAY_MS + EPOCH_DAY - _MARGIN_DAYS - length_days
    return _occurrences(recurrence, when, first, to_ms // DAY_MS + EPOCH_DAY + _MARGIN_DAYS, from_ms, to_ms)


def expand_days(
    recurrence: Recurrence, when: When, first: int = 0, last: int = LAST_DAY
) -> Iterator[Occurrence]:
    """The occurrences whose slot lies on a day from *first* to *last*, both included."""
    return _occurrences(recurrence, when, first, last, -_EVER_MS, _EVER_MS)


def occurrence_at(recurrence: Recurrence, when: When, day: int, number: int) -> Occurrence | None:
    """The occurrence in that slot, if the rule has it."""
    return next((one for one in expand_days(recurrence, when, day, day) if one.number == number), None)


def slots_before(recurrence: Recurrence, when: When, day: int, number: int) -> int:
    """How many slots the rule has before that one. Counts them: for series that are numbered."""
    earlier = takewhile(
        lambda one: (one.day, one.number) < (day, number), expand_days(recurrence, when, 0, day)
    )
    return sum(1 for _ in earlier)


def last_end_ms(recurrence: Recurrence, when: When) -> int | None:
    """An instant after which no occurrence ends; None for a series without end."""
    if recurrence.range.type == "noEnd":
        return None
    length_ms = when.ends_ms - when.starts_ms
    last = _last_day(recurrence, when)
    if recurrence.pattern is None and recurrence.range.number_of_occurrences is not None:
        last = max((one.day for one in expand_days(recurrence, when)), default=0)
    # An occurrence is as long as the first by the clock on the wall, which may change under it.
    return (last - EPOCH_DAY + 2 * _MARGIN_DAYS) * DAY_MS + length_ms


def wall_seconds(when: Timed) -> int:
    """How long every occurrence is by the clock on the wall.

    An end that shows before the start lies in the second pass of an hour: then it is as long as by the sun.
    """
    length = when.end.wall - when.start.wall
    seconds = length.days * DAY_S + length.seconds if length.days else length.seconds
    return seconds if seconds >= 0 else (when.ends_ms - when.starts_ms) // 1000


def _occurrences(
    recurrence: Recurrence, when: When, first: int, last: int, from_ms: int, to_ms: int
) -> Iterator[Occurrence]:
    """Those in slots from day *first* to *last* that start before *to_ms* and do not end before *from_ms*."""
    begin = (when.start.wall if isinstance(when, Timed) else when.start).toordinal()
    pattern = recurrence.pattern
    if first < begin:
        first = begin
    if recurrence.range.type != "noEnd" or last > LAST_DAY:
        last = min(last, _last_day(recurrence, when))
    if first > last:
        return iter(())
    if pattern is None:
        return _of_text(recurrence, when, first, last, from_ms, to_ms)
    days = days_of(pattern, begin, first, last)
    if isinstance(when, AllDay):
        return _on_whole_days(when, days, from_ms, to_ms)
    return _at_a_time(when, days, from_ms, to_ms)


def _at_a_time(when: Timed, days: Iterable[int], from_ms: int, to_ms: int) -> Iterator[Occurrence]:
    """At the same time by the clock on the wall on each of *days*, which are in order."""
    zone, wall, seconds = when.start.zone, when.start.wall, wall_seconds(when)
    second, length_ms = _second(wall), seconds * 1000
    own = wall.toordinal()  # what is skipped or comes twice there, the event itself says
    base_ms = same = 0  # up to day *same* neither a start nor an end leaves the offset that *base_ms* knows
    for day in days:
        if day >= same:
            offset, until = offset_at(zone, day * DAY_S + second)
            base_ms = (second - offset - EPOCH_S) * 1000
            same = (until - second - seconds - 1) // DAY_S + 1
        starts_ms = day * DAY_MS + base_ms
        ends_ms = starts_ms + length_ms
        if day >= same:
            ends_ms = _end(zone, day * DAY_S + second, seconds, starts_ms)
        if day == own:
            starts_ms, ends_ms = when.starts_ms, when.ends_ms
        if ends_ms >= from_ms:
            if starts_ms >= to_ms:
                return
            yield Occurrence(day, 0, starts_ms, ends_ms)


def _on_whole_days(when: AllDay, days: Iterable[int], from_ms: int, to_ms: int) -> Iterator[Occurrence]:
    length_ms = (when.end - when.start).days * DAY_MS
    for day in days:
        starts_ms = (day - EPOCH_DAY) * DAY_MS
        if starts_ms < to_ms and starts_ms + length_ms >= from_ms:
            yield Occurrence(day, 0, starts_ms, starts_ms + length_ms)


def _of_text(
    recurrence: Recurrence, when: When, first: int, last: int, from_ms: int, to_ms: int
) -> Iterator[Occurrence]:
    """Those of a rule that is kept as text: any number a day, each at its own time."""
    range_ = recurrence.range
    bound = None if range_.end_date is None else last_start(range_.end_date, when)
    begin = when.start.wall if isinstance(when, Timed) else datetime.combine(when.start, time())
    day, number = 0, 0
    for wall in text_rule.starts(recurrence.rrule or "", begin, first, last, range_.number_of_occurrences):
        number = number + 1 if wall.toordinal() == day else 0
        day = wall.toordinal()
        if bound is not None and _after(wall, bound, when):
            continue  # what is later on the wall may be earlier, where an hour is skipped
        if isinstance(when, AllDay):
            starts_ms = (day - EPOCH_DAY) * DAY_MS
            ends_ms = starts_ms + (when.end - when.start).days * DAY_MS
        elif wall == begin:
            starts_ms, ends_ms = when.starts_ms, when.ends_ms
        else:
            zone, wall_s = when.start.zone, day * DAY_S + _second(wall)
            starts_ms = (wall_s - offset_at(zone, wall_s)[0] - EPOCH_S) * 1000
            ends_ms = _end(zone, wall_s, wall_seconds(when), starts_ms)
        if starts_ms < to_ms and ends_ms >= from_ms:
            yield Occurrence(day, number, starts_ms, ends_ms)


def _end(zone: str, wall_s: int, seconds: int, starts_ms: int) -> int:
    """The end of what begins at a wall time and lasts so long by the clock on the wall.

    Where its start is skipped it begins later, so it ends later too.
    """
    offset, until = offset_at(zone, wall_s)
    if until - wall_s <= offset_at(zone, until)[0] - offset:
        return starts_ms + seconds * 1000
    ends_s = wall_s + seconds
    return (ends_s - offset_at(zone, ends_s)[0] - EPOCH_S) * 1000


@lru_cache(4096)
def _last_day(recurrence: Recurrence, when: When) -> int:
    """The last day on which the range lets an occurrence start; LAST_DAY where a text rule is numbered."""
    range_ = recurrence.range
    if range_.end_date is not None:
        bound = last_start(range_.end_date, when)
        if isinstance(bound, date):
            return bound.toordinal()
        assert isinstance(when, Timed)
        # Where the clock is put back over midnight, the day before follows the first minutes of a day.
        day = Moment.at(bound, when.start.zone).wall.toordinal() + 1
        if recurrence.pattern is None:
            return day
        while _after(datetime.combine(date.fromordinal(day), when.start.wall.time()), bound, when):
            day -= 1
        return day
    if range_.number_of_occurrences is not None and recurrence.pattern is not None:
        begin = when.first_day.toordinal()
        return nth_day(recurrence.pattern, begin, range_.number_of_occurrences)
    return LAST_DAY


def _after(wall: datetime, bound: date | int, when: When) -> bool:
    """Whether a start lies after the last that the range allows."""
    if isinstance(bound, date):
        return wall.date() > bound
    return isinstance(when, Timed) and Moment(wall, when.start.zone).epoch_ms() > bound


def _second(wall: datetime) -> int:
    return wall.hour * 3600 + wall.minute * 60 + wall.second
