"""Lists of events as DingTalk's JSON spells them, on their way out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

from rili.model.moment import utc_text
from rili.model.when import AllDay, When
from rili.wire.event_view import CANCELLED, CONFIRMED, EventView, OriginStartView, times_view


class EventsView(Struct, frozen=True, rename="camel", kw_only=True):
    """A page of events."""

    next_token: Annotated[str | None, Meta(description="null on the last page. 最后一页为 null。")] = None
    events: Sequence[EventView | Raw]
    sync_token: Annotated[
        str | UnsetType, Meta(description="On the last page, without timeMax. 增量同步标识。")
    ] = UNSET


class InstancesView(Struct, frozen=True):
    """Occurrences of one series."""

    events: Sequence[EventView | Raw]


def busy_view(
    id_: str,
    when: When,
    *,
    title: str | None,
    free: bool,
    cancelled: bool,
    series_id: str | None,
    origin_ms: int | None,
) -> EventView:
    """What says when something is, and of an occurrence whose it is."""
    start, end = times_view(when)
    return EventView(
        id=id_,
        summary=UNSET if title is None else title,
        status=CANCELLED if cancelled else CONFIRMED,
        start=start,
        end=end,
        is_all_day=isinstance(when, AllDay),
        free_busy_status="free" if free else "busy",
        series_master_id=UNSET if series_id is None else series_id,
        recurrence_id=UNSET if origin_ms is None else str(origin_ms),
        origin_start=UNSET if origin_ms is None else OriginStartView(utc_text(origin_ms)),
    )


def gone_view(id_: str, series_id: str | None, origin_ms: int | None) -> EventView:
    """What says that *id_* is gone."""
    return EventView(
        id=id_,
        status=CANCELLED,
        series_master_id=UNSET if series_id is None else series_id,
        origin_start=UNSET if origin_ms is None else OriginStartView(utc_text(origin_ms)),
    )
