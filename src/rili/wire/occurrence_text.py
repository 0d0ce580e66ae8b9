"""Occurrences of one series as JSON: what they share is encoded once, and each adds its id and times."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec
from msgspec import UNSET

from rili.model.event import Event
from rili.model.expansion import Occurrence, wall_seconds
from rili.model.moment import DAY_MS, EPOCH_S, Moment, utc_text
from rili.model.series import when_of
from rili.model.when import Timed
from rili.model.zones import DAY_S, offset_at
from rili.wire.event_view import EventView, times_view

_encode = msgspec.json.Encoder().encode


class OccurrenceTexts:
    """Writes the occurrences of *series* that have nothing of their own; *view* is how one of them is answered."""

    def __init__(self, series: Event, view: EventView) -> None:
        shared = msgspec.structs.replace(
            view, id="", start=UNSET, end=UNSET, origin_start=UNSET, recurrence_id=UNSET
        )
        self._shared = _encode(shared).removeprefix(b'{"id":"",')
        self._when = series.when
        self._alike = range(0)
        if isinstance(series.when, Timed):
            wall = series.when.start.wall
            self._second = wall.hour * 3600 + wall.minute * 60 + wall.second
            self._seconds = wall_seconds(series.when)
            self._days_later, end_second = divmod(self._second + self._seconds, DAY_S)
            self._start_time, self._end_time = f"T{_clock(self._second)}", f"T{_clock(end_second)}"
            self._zone = series.when.start.zone

    def text(self, id_: str, one: Occurrence) -> bytes:
        """One occurrence, as JSON."""
        start, end = self._times(one)
        origin = utc_text(one.starts_ms)
        return (
            f'{{"id":"{id_}","start":{start},"end":{end},"originStart":{{"dateTime":"{origin}"}},'
            f'"recurrenceId":"{one.starts_ms}",'
        ).encode() + self._shared

    def _times(self, one: Occurrence) -> tuple[str, str]:
        """`start` and `end`, quickly where both lie well within one offset of whole minutes."""
        if isinstance(self._when, Timed) and not one.number:
            day = one.day
            if day not in self._alike:
                self._learn(day)
            starts_ms = day * DAY_MS + self._base_ms
            if (
                day in self._alike
                and one.starts_ms == starts_ms
                and one.ends_ms == starts_ms + self._seconds * 1000
            ):
                first = date.fromordinal(day).isoformat()
                last = date.fromordinal(day + self._days_later).isoformat() if self._days_later else first
                return f'{{"dateTime":"{first}{self._after_start}', f'{{"dateTime":"{last}{self._after_end}'
        start, end = times_view(when_of(self._when, one))
        return _encode(start).decode(), _encode(end).decode()

    def _learn(self, day: int) -> None:
        """What the days from this one on have in common, until a clock is moved."""
        offset, until = offset_at(self._zone, day * DAY_S + self._second)
        written = Moment(datetime.fromordinal(day) + timedelta(seconds=self._second), self._zone).text()
        suffix = f'{written[len("yyyy-MM-ddTHH:mm:ss") :]}","timeZone":"{self._zone}"}}'
        self._after_start, self._after_end = self._start_time + suffix, self._end_time + suffix
        self._base_ms = (self._second - offset - EPOCH_S) * 1000
        # Ends before it is moved, and a day before that: no hour was just skipped.
        last = (until - DAY_S - self._second - max(self._seconds, 0) - 1) // DAY_S
        self._alike = range(day, day if offset % 60 else last + 1)


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
