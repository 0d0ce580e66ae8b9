"""What a page of a calendar tells: everything to its owner, to others what their privilege allows (decision 84).

What is not told does not leave here: the doors have nothing to hide.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from rili.actions import walk
from rili.actions.items import Item
from rili.actions.walk import Listed
from rili.model.privileges import disclosure, suffices
from rili.model.when import When
from rili.store.calendars import Primary
from rili.store.db import Tx


class Busy(Struct, frozen=True, gc=False):
    """When something is, and no more: an event, or an occurrence of a series."""

    id: str
    when: When
    free: bool
    """Whether it takes no time: it is marked so, or was cancelled."""
    cancelled: bool
    title: str | None = None
    """Where that may be known."""
    series_id: str | None = None
    """Of an occurrence, as its id says too, and when it starts by the rule."""
    origin_ms: int | None = None


def disclosed(tx: Tx, calendar: Primary, items: Sequence[Item], shown: int) -> Sequence[Listed | Busy]:
    """*items* as who looks at *calendar* may know them, with at most *shown* people of each, and the organizer."""
    if suffices(calendar.privilege, "writer"):
        return walk.listed(tx, calendar, items, shown)
    told = [disclosure(calendar.privilege, private=one.event.private) for one in items]
    whole = [one for one, level in zip(items, told, strict=True) if level == "all"]
    listed = iter(walk.listed(tx, calendar, whole, shown))
    return [
        next(listed) if level == "all" else _busy(one, titled=level == "title")
        for one, level in zip(items, told, strict=True)
    ]


def _busy(item: Item, *, titled: bool) -> Busy:
    one = item.instance()
    event = one.event if one else item.event
    cancelled = item.cancelled or event.cancelled
    return Busy(
        item.id,
        event.when,
        free=cancelled or event.free_busy == "free",
        cancelled=cancelled,
        title=event.summary if titled else None,
        series_id=one.series.id if one else None,
        origin_ms=one.origin_ms if one else None,
    )
