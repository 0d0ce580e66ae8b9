"""Spans of busy time as JSON, written once for a whole part of a calendar: an answer copies what its window shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from itertools import accumulate

import msgspec
from msgspec import Struct

from rili.model.free_busy import Busy
from rili.model.moment import Moment

NOT_FOUND = "user not found"

_quoted = msgspec.json.encode


class Packed(Struct, frozen=True, gc=False):
    """The spans one after the other with a comma behind each, and where each begins."""

    text: bytes
    places: list[int]

    def one(self, place: int) -> bytes:
        """A single span."""
        return self.text[self.places[place] : self.places[place + 1] - 1]

    def some(self, first: int, end: int) -> bytes:
        """All from a place up to, but not including, another, which is a later one."""
        return self.text[self.places[first] : self.places[end] - 1]


def pack(spans: Sequence[Busy]) -> Packed:
    """Of spans in order."""
    texts = [_item(one) for one in spans]
    return Packed("".join(texts).encode(), [0, *accumulate(map(len, texts))])


def schedule_text(user_id: str, items: Iterable[bytes] | None) -> bytes:
    """One person's entry; without *items* the error that nobody has this id."""
    id_ = _quoted(user_id)
    if items is None:
        return b'{"userId":%b,"error":"%b","scheduleItems":[]}' % (id_, NOT_FOUND.encode())
    return b'{"userId":%b,"scheduleItems":[%b]}' % (id_, b",".join(items))


def schedules_text(entries: Iterable[bytes]) -> bytes:
    """The whole answer."""
    return b'{"scheduleInformation":[%b]}' % b",".join(entries)


def _item(one: Busy) -> str:
    """ASCII alone, so that characters are bytes."""
    if one.zone:
        start, end = _time(one.starts_ms, one.zone), _time(one.ends_ms, one.zone)
    else:
        start, end = _date(one.first_day), _date(one.end_day)
    return f'{{"status":"{one.status}","start":{start},"end":{end}}},'


@lru_cache(16_384)
def _time(epoch_ms: int, zone: str) -> str:
    """People meet at the same times."""
    return f'{{"dateTime":"{Moment.at(epoch_ms, zone).text()}","timeZone":"{zone}"}}'


def _date(day: int) -> str:
    """Whole days are in nobody's zone; the reference names it UTC."""
    return f'{{"date":"{date.fromordinal(day).isoformat()}","timeZone":"UTC"}}'
