"""What this process remembers of events as one person sees them.

Nothing is believed that the database was not asked about: an agenda row carries the number of the last change of what
it shows, and an organisation that of its people's names. While both stand, so does what was read with them.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, NamedTuple

from rili.model.event import Event
from rili.model.ids import OccurrenceIds
from rili.model.people import Attendee
from rili.model.series import Override, Slot
from rili.store.attendees import Standing

PART_ITEMS = 100_000
"""Items of all remembered parts of calendars together, at most."""

OVERRIDES = 100
"""Exceptions of a series that is remembered, at most."""

TEXT_BYTES = 16_384
"""Of an answer that is remembered, and of an event's own texts: a few large ones would fill the memory."""

Key = tuple[str, str, str]
"""Organisation, viewer, event."""


class ShownPeople(NamedTuple):
    """The first people of an event, as they were at a change of people alone, and what the database looked like."""

    people: tuple[Attendee, ...]
    change_no: int
    seen: object


class Known:
    """One event or series with its exceptions, as one person sees it; not to be changed."""

    __slots__ = (
        "change_no",
        "event",
        "gone",
        "ids",
        "overrides",
        "people",
        "people_no",
        "shared",
        "standing",
    )

    def __init__(
        self,
        event: Event,
        overrides: dict[Slot, Override],
        standing: Standing,
        *,
        change_no: int = 0,
        people_no: int = 0,
        gone: bool = False,
    ) -> None:
        self.event = event
        self.ids = OccurrenceIds(event.id)
        self.overrides = overrides
        self.standing = standing
        self.change_no = change_no
        self.people_no = people_no
        self.gone = gone
        self.people: dict[int, ShownPeople] = {}
        """By how many are shown."""
        self.shared: dict[int, tuple[tuple[Attendee, ...], Any]] = {}
        """Whatever a door made of it for its answers, by how many people are shown; and of which people."""

    @property
    def large(self) -> bool:
        """Whether it is not to be remembered: a few such would fill the memory."""
        texts = len(self.event.rich_text or "") + len(self.event.description or "")
        return texts > TEXT_BYTES or len(self.overrides) > OVERRIDES


class Part:
    """What a part of a calendar shows, in order: from the beginning of a day up to, but not including, another."""

    __slots__ = ("before", "from_ms", "items", "people_no", "seen", "there", "until_ms")

    def __init__(
        self, from_ms: int, until_ms: int, there: list[Known], before: list[Any], items: list[Any]
    ) -> None:
        self.from_ms = from_ms
        self.until_ms = until_ms
        self.there = there
        """What it was made of."""
        self.before = before
        """What began before it, and had not ended by then."""
        self.items = items
        self.seen: object = None
        """What the database looked like when it was right, and `people_no` the organisation."""
        self.people_no = 0


class Memory:
    """The events that were read last, and the parts of calendars that were walked last."""

    def __init__(self, size: int = 16_384, part_items: int = PART_ITEMS) -> None:
        self._size = size
        self._part_items = part_items
        self._kept_items = 0
        self._known: OrderedDict[Key, Known] = OrderedDict()
        self._parts: OrderedDict[tuple[Any, ...], Part] = OrderedDict()
        self._texts: OrderedDict[tuple[Any, ...], tuple[tuple[int, ...], tuple[bytes, str]]] = OrderedDict()

    def text(self, key: tuple[Any, ...], state: tuple[int, ...]) -> tuple[bytes, str] | None:
        """The answer under *key* and its version, if the numbers of what it tells are these."""
        found = self._texts.get(key)
        if found is None or found[0] != state:
            return None
        self._texts.move_to_end(key)
        return found[1]

    def put_text(self, key: tuple[Any, ...], state: tuple[int, ...], text: bytes, version: str) -> None:
        """Remember an answer, unless it is a large one."""
        if len(text) > TEXT_BYTES:
            return
        self._texts[key] = (state, (text, version))
        self._texts.move_to_end(key)
        if len(self._texts) > self._size:
            self._texts.popitem(last=False)

    def part(self, key: tuple[Any, ...]) -> Part | None:
        """The part of a calendar under *key*, as it was."""
        part = self._parts.get(key)
        if part is not None:
            self._parts.move_to_end(key)
        return part

    def put_part(self, key: tuple[Any, ...], part: Part) -> None:
        """Remember a part without large events, and forget what was not asked for in the longest time."""
        former = self._parts.pop(key, None)
        self._kept_items -= 0 if former is None else _size(former)
        if _size(part) > self._part_items // 2 or any(one.large for one in part.there):
            return
        self._kept_items += _size(part)
        self._parts[key] = part
        while self._kept_items > self._part_items:
            _, gone = self._parts.popitem(last=False)
            self._kept_items -= _size(gone)

    def get(self, key: Key, change_no: int, people_no: int) -> Known | None:
        """What is known under *key*, if that is what it was at these changes."""
        known = self._known.get(key)
        if known is None or known.change_no != change_no or known.people_no != people_no:
            return None
        self._known.move_to_end(key)
        return known

    def put(self, key: Key, known: Known) -> None:
        """Remember, unless it is a large one, and forget what was not asked for in the longest time."""
        if known.large:
            return
        self._known[key] = known
        self._known.move_to_end(key)
        if len(self._known) > self._size:
            self._known.popitem(last=False)


def _size(part: Part) -> int:
    """In items; a part that shows nothing takes its place too."""
    return 1 + len(part.before) + len(part.items) + len(part.there)
