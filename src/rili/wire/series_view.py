"""What became of a series, as our extensions `scope` and `dryRun` answer it (decision 10)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from rili.model.moment import utc_text
from rili.model.series import Carried
from rili.wire.event_view import CANCELLED, CONFIRMED, EventView, OriginStartView, TimeView, times_view


class ExceptionView(Struct, frozen=True, rename="camel"):
    """An exception that was kept or dropped. `formerId`: its id before, where the change gave it another."""

    id: str
    status: str
    former_id: str | UnsetType = UNSET
    summary: str | UnsetType = UNSET
    start: TimeView | UnsetType = UNSET
    end: TimeView | UnsetType = UNSET
    origin_start: OriginStartView | UnsetType = UNSET


class EditedView(EventView, frozen=True, rename="camel", kw_only=True):
    """An updated series: the half that holds the addressed occurrence, and what happened beside it.

    `event` and `newSeries` are there where the series was split: what is left of it, and what follows.
    """

    event: EventView | UnsetType = UNSET
    new_series: EventView | UnsetType = UNSET
    kept_exceptions: tuple[ExceptionView, ...] = ()
    dropped_exceptions: tuple[ExceptionView, ...] = ()


class DeletedView(Struct, frozen=True, rename="camel"):
    """What a delete left: the series that ends earlier now, or, `cancelled`, what is gone."""

    event: EventView
    kept_exceptions: tuple[ExceptionView, ...]
    dropped_exceptions: tuple[ExceptionView, ...]


def edited_view(
    seen: EventView, first_half: EventView | None, kept: Sequence[Carried], dropped: Sequence[Carried]
) -> EditedView:
    """*seen* with what happened to its series."""
    members: dict[str, Any] = {name: getattr(seen, name) for name in EventView.__struct_fields__}
    return EditedView(
        **members,
        event=first_half or UNSET,
        new_series=seen if first_half else UNSET,
        kept_exceptions=exceptions_view(kept),
        dropped_exceptions=exceptions_view(dropped),
    )


def exceptions_view(carried: Sequence[Carried]) -> tuple[ExceptionView, ...]:
    """Each of *carried*, as it is or as it was."""
    return tuple(_exception(one) for one in carried)


def _exception(one: Carried) -> ExceptionView:
    view = ExceptionView(
        id=one.id,
        status=CANCELLED if one.instance is None or one.instance.event.cancelled else CONFIRMED,
        former_id=one.former_id if one.former_id != one.id else UNSET,
    )
    if one.instance is None:
        return view
    start, end = times_view(one.instance.event.when)
    return msgspec.structs.replace(
        view,
        status=CANCELLED if one.instance.event.cancelled else CONFIRMED,
        summary=one.instance.event.summary,
        start=start,
        end=end,
        origin_start=OriginStartView(utc_text(one.instance.origin_ms)),
    )
