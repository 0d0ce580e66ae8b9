"""Occurrences of one series as JSON: what they share is encoded once, and each adds its id and times."""

from __future__ import annotations

from datetime import date

import msgspec
from msgspec import UNSET

from rili.model.event import Event
from rili.model.expansion import Occurrence, wall_seconds
from rili.model.moment import EPOCH_S, utc_text
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
        self._offsets: dict[int, str] = {}
        if isinstance(series.when, Timed):
            wall = series.when.start.wall
            self._second = wall.hour * 3600 + wall.minute * 60 + wall.second
            self._seconds = wall_seconds(series.when)
            self._start_time = f"T{_clock(self._second)}"
            self._end_time = f"T{_clock((self._second + self._seconds) % DAY_S)}"
            self._zone = f'","timeZone":"{series.when.start.zone}"}}'

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
            zone, wall = self._when.start.zone, one.day * DAY_S + self._second
            offset, until = offset_at(zone, wall)
            ends = wall + self._seconds
            if (
                wall + max(self._seconds, 0) + DAY_S
                < until  # no clock is moved meanwhile, or was just skipped
                and one.starts_ms == (wall - offset - EPOCH_S) * 1000
                and one.ends_ms == (ends - offset - EPOCH_S) * 1000
                and offset % 60 == 0
                and offset  # UTC is written as Z
            ):
                suffix = self._offsets.get(offset) or self._offsets.setdefault(offset, _offset(offset))
                first, last = date.fromordinal(one.day), date.fromordinal(ends // DAY_S)
                return (
                    f'{{"dateTime":"{first}{self._start_time}{suffix}{self._zone}',
                    f'{{"dateTime":"{last}{self._end_time}{suffix}{self._zone}',
                )
        start, end = times_view(when_of(self._when, one))
        return _encode(start).decode(), _encode(end).decode()


def _clock(second: int) -> str:
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def _offset(seconds: int) -> str:
    minutes = abs(seconds) // 60
    return f"{'-' if seconds < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
