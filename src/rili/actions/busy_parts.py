"""When people are busy, in parts of their calendars that are remembered: once walked, a part costs what is shown of it.

As in `memory.py` nothing is believed that the database was not asked about: nothing was committed since, or nothing
that concerns this calendar, or a part's agenda rows still have their change numbers. An answer moves the number of the
row of who gave it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterable, Sequence

from msgspec import Struct

from rili.model.free_busy import ZONES_APART_MS, Answers, Busy, busy_times
from rili.model.moment import DAY_MS
from rili.store import busy_rows, overrides
from rili.store.calendars import Primary
from rili.store.db import Tx

PART_MS = 32 * DAY_MS
"""Parts begin at multiples of this, so that whoever asks finds them."""

KEPT = 100_000
"""Spans and agenda rows of all remembered parts together, at most."""

Key = tuple[str, str, int]
"""Organisation, calendar, where the part begins."""


class BusyPart:
    """When somebody is busy from an instant up to, but not including, another; in order."""

    __slots__ = (
        "from_ms",
        "known_below",
        "longest_ms",
        "packed",
        "rows",
        "seen",
        "spans",
        "until_ms",
        "zone",
    )

    def __init__(self, from_ms: int, zone: str, rows: dict[str, int], spans: list[Busy]) -> None:
        self.from_ms = from_ms
        self.until_ms = from_ms + PART_MS
        self.zone = zone
        """The owner's, in which whole days were taken."""
        self.rows = rows
        """The change numbers of what it was made of, by event."""
        self.spans = spans
        """Also what began before it, and had not ended by then."""
        self.longest_ms = max((one.ends_ms - one.starts_ms for one in spans), default=0)
        self.seen: object = None
        """What the database looked like when it was right; and up to which change it was known."""
        self.known_below = 0
        self.packed: object = None
        """Whatever a door made of the spans for its answers."""


class Cut(Struct, frozen=True, gc=False):
    """What a window shows of a part: the places of spans that began before it, then all from a place up to another."""

    part: BusyPart
    before: list[int]
    first: int
    end: int


class BusyMemory:
    """The parts that were walked last."""

    def __init__(self, kept: int = KEPT) -> None:
        self._most = kept
        self._kept = 0
        self._parts: OrderedDict[Key, BusyPart] = OrderedDict()

    def get(self, key: Key) -> BusyPart | None:
        """The part under *key*, as it was."""
        part = self._parts.get(key)
        if part is not None:
            self._parts.move_to_end(key)
        return part

    def put(self, key: Key, part: BusyPart) -> None:
        """Remember, unless it is a large one, and forget what was not asked for in the longest time."""
        former = self._parts.pop(key, None)
        self._kept -= 0 if former is None else _size(former)
        if _size(part) > self._most // 4:
            return
        self._kept += _size(part)
        self._parts[key] = part
        while self._kept > self._most:
            _, gone = self._parts.popitem(last=False)
            self._kept -= _size(gone)


def busy_in(
    tx: Tx, people: Sequence[Primary], from_ms: int, to_ms: int, memory: BusyMemory
) -> dict[str, list[Cut]]:
    """When these people are busy in a window, half-open; by unionId, in order."""
    seen = tx.seen()
    found: dict[str, list[Cut]] = {one.owner_id: [] for one in people}
    for begin_ms in range(from_ms // PART_MS * PART_MS, to_ms, PART_MS):
        for owner_id, part in _parts(tx, people, begin_ms, seen, memory):
            found[owner_id].append(_cut(part, from_ms, to_ms))
    return found


def spans_of(cuts: Iterable[Cut]) -> list[Busy]:
    """The spans themselves, in order."""
    found: list[Busy] = []
    for one in cuts:
        spans = one.part.spans
        found += [spans[place] for place in one.before]
        found += spans[one.first : one.end]
    return found


def _cut(part: BusyPart, from_ms: int, to_ms: int) -> Cut:
    """What of a part touches a window; of what began before the part only in the first part of a window."""
    spans = part.spans
    first = bisect_left(spans, max(from_ms, part.from_ms), key=_starts)
    end = bisect_left(spans, to_ms, first, key=_starts) if to_ms < part.until_ms else len(spans)
    before: list[int] = []
    if part.from_ms <= from_ms:
        earliest = bisect_left(spans, from_ms - part.longest_ms, 0, first, key=_starts)
        before = [place for place in range(earliest, first) if spans[place].ends_ms > from_ms]
    return Cut(part, before, first, end)


def _starts(one: Busy) -> int:
    return one.starts_ms


def _parts(
    tx: Tx, people: Sequence[Primary], begin_ms: int, seen: object, memory: BusyMemory
) -> Iterable[tuple[str, BusyPart]]:
    """Everybody's part that begins there, as it is remembered, or walked."""
    known: list[tuple[Primary, BusyPart]] = []
    doubtful: list[Primary] = []
    for one in people:
        part = memory.get((one.corp_id, one.calendar_id, begin_ms))
        if part is None or part.zone != one.zone:
            doubtful.append(one)
        elif part.seen == seen:
            yield one.owner_id, part
        else:
            known.append((one, part))
    if not known and not doubtful:
        return
    known_below = tx.known_below()
    changed = _changed(tx, known)
    for one, part in known:
        if changed is None or one.calendar_id in changed:
            doubtful.append(one)
        else:
            part.seen, part.known_below = seen, known_below
            yield one.owner_id, part
    if not doubtful:
        return
    # Whole days are kept under UTC's midnights.
    low, high = begin_ms - ZONES_APART_MS, begin_ms + PART_MS + ZONES_APART_MS
    rows_of = busy_rows.touching(tx, doubtful[0].corp_id, [one.calendar_id for one in doubtful], low, high)
    for one in doubtful:
        key, rows = (one.corp_id, one.calendar_id, begin_ms), rows_of[one.calendar_id]
        part = memory.get(key)
        if part is None or part.zone != one.zone or part.rows != rows:
            part = _walk(tx, one, begin_ms, rows)
            memory.put(key, part)
        part.seen, part.known_below = seen, known_below
        yield one.owner_id, part


def _changed(tx: Tx, known: list[tuple[Primary, BusyPart]]) -> set[str] | None:
    """Whose calendars something changed in since their parts were right; None where that is not known."""
    if not known:
        return set()
    since = min(part.known_below for _, part in known)
    calendar_ids = [one.calendar_id for one, _ in known]
    return busy_rows.changed_calendars(tx, known[0][0].corp_id, calendar_ids, since)


def _walk(tx: Tx, calendar: Primary, begin_ms: int, rows: dict[str, int]) -> BusyPart:
    corp_id, owner_id = calendar.corp_id, calendar.owner_id
    read = busy_rows.of_person(tx, corp_id, owner_id, rows) if rows else []
    series = [row.event.id for row in read if row.event.recurrence is not None]
    exceptions = overrides.of_events(tx, corp_id, series) if series else {}
    own = busy_rows.on_occurrences(tx, corp_id, owner_id, series) if series else {}
    spans = sorted(
        span
        for row in read
        for span in busy_times(
            row.event,
            exceptions.get(row.event.id, {}),
            Answers(row.response, own.get(row.event.id, {})),
            owner_id,
            calendar.zone,
            begin_ms,
            begin_ms + PART_MS,
        )
    )
    return BusyPart(begin_ms, calendar.zone, rows, spans)


def _size(part: BusyPart) -> int:
    return 1 + len(part.rows) + len(part.spans)
