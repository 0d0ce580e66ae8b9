"""What this process remembers of events as one person sees them.

Nothing is believed that the database was not asked about: an agenda row carries the number of the last change of what
it shows, and an organisation that of its people's names. While both stand, so does what was read with them.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from rili.model.event import Event
from rili.model.ids import OccurrenceIds
from rili.model.people import Attendee
from rili.model.series import Override, Slot
from rili.store.attendees import Standing

WALKED_ITEMS = 50_000
"""Items of all remembered windows together, at most."""

OVERRIDES = 100
"""Exceptions of a series that is remembered, at most."""

TEXT_BYTES = 16_384
"""Of an answer that is remembered, and of an event's own texts: a few large ones would fill the memory."""

Key = tuple[str, str, str]
"""Organisation, viewer, event."""


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
        self.people: dict[int, tuple[Attendee, ...]] = {}
        """By how many are shown."""
        self.shared: dict[int, Any] = {}
        """Whatever a door made of it for its answers, by how many people are shown."""


class Walked:
    """What was found in a part of a window, in order: what comes after a position, up to an instant."""

    __slots__ = ("after", "from_ms", "items", "state", "until_ms")

    def __init__(
        self, items: list[Any], after: Any, from_ms: int, until_ms: int, state: tuple[int, ...]
    ) -> None:
        self.items = items
        self.after = after
        self.from_ms = from_ms
        self.until_ms = until_ms
        self.state = state
        """Of the agenda there, and of the people's names: while it is the same, so are the items."""


class Memory:
    """The events that were read last, and the windows that were walked last."""

    def __init__(self, size: int = 16_384, windows: int = 64) -> None:
        self._size = size
        self._windows = windows
        self._known: OrderedDict[Key, Known] = OrderedDict()
        self._walked: OrderedDict[tuple[Any, ...], Walked] = OrderedDict()
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

    def window(self, key: tuple[Any, ...]) -> Walked | None:
        """What was found in the window *key*."""
        walked = self._walked.get(key)
        if walked is not None:
            self._walked.move_to_end(key)
        return walked

    def put_window(self, key: tuple[Any, ...], walked: Walked) -> None:
        """Remember a window, and forget what was not asked for in the longest time."""
        self._walked[key] = walked
        self._walked.move_to_end(key)
        kept = sum(len(one.items) for one in self._walked.values())
        while len(self._walked) > self._windows or kept > WALKED_ITEMS:
            _, gone = self._walked.popitem(last=False)
            kept -= len(gone.items)

    def get(self, key: Key, change_no: int, people_no: int) -> Known | None:
        """What is known under *key*, if that is what it was at these changes."""
        known = self._known.get(key)
        if known is None or known.change_no != change_no or known.people_no != people_no:
            return None
        self._known.move_to_end(key)
        return known

    def put(self, key: Key, known: Known) -> None:
        """Remember, unless it is a large one, and forget what was not asked for in the longest time."""
        event = known.event
        if (
            len(event.rich_text or "") + len(event.description or "") > TEXT_BYTES
            or len(known.overrides) > OVERRIDES
        ):
            return
        self._known[key] = known
        self._known.move_to_end(key)
        if len(self._known) > self._size:
            self._known.popitem(last=False)
