"""Free/busy as DingTalk's JSON spells it."""

from __future__ import annotations

import re
from typing import Annotated, NamedTuple

from msgspec import UNSET, Meta, Struct

from rili.errors import InvalidParameter, ParamIllegal
from rili.model.free_busy import DEFAULT_ZONE, check_query
from rili.model.moment import parse_date_time
from rili.wire.event import Maybe
from rili.wire.event_view import Some, TimeView

WINDOW_START = Meta(description="ISO 8601; without an offset of Asia/Shanghai. 查询开始时间。")
WINDOW_END = Meta(description="ISO 8601, 90 days later at most. 查询结束时间。")

_HOURS_ONLY = re.compile(r"\d{4}-\d\d-\d\dT[\d:.,]+[+-]\d\d", re.ASCII)


class Asked(NamedTuple):
    """About whom, and from when to when."""

    user_ids: tuple[str, ...]
    from_ms: int
    to_ms: int


class GetSchedule(Struct, frozen=True, rename="camel"):
    """The body of GetSchedule."""

    user_ids: Annotated[
        Maybe[tuple[str, ...]], Meta(description="1 to 20 unionIds. 需要查询的用户 unionId 列表。")
    ] = UNSET
    start_time: Annotated[Maybe[str], WINDOW_START] = UNSET
    end_time: Annotated[Maybe[str], WINDOW_END] = UNSET

    def asked(self) -> Asked:
        """Raises ParamIllegal."""
        try:
            from_ms, to_ms = window(self.start_time, self.end_time)
        except InvalidParameter as bad:
            raise ParamIllegal(description=bad.description) from None
        asked = Asked(self.user_ids or (), from_ms, to_ms)
        check_query(*asked)
        return asked


class ScheduleItemView(Struct, frozen=True):
    """A span of time that is taken: whole days by `date`, others by `dateTime`."""

    status: Annotated[str, Meta(description="BUSY, TENTATIVE. 忙闲状态。")]
    start: TimeView
    end: TimeView


class ScheduleView(Struct, frozen=True, rename="camel", kw_only=True):
    """One person; `error` instead of times where there is nobody to be read."""

    user_id: str
    error: Some = UNSET
    schedule_items: tuple[ScheduleItemView, ...]


class SchedulesView(Struct, frozen=True, rename="camel"):
    """When people are busy."""

    schedule_information: tuple[ScheduleView, ...]


def window(start: Maybe[str], end: Maybe[str]) -> tuple[int, int]:
    """The instants of `startTime` and `endTime`. Raises InvalidParameter."""
    return _instant_ms(start, "startTime"), _instant_ms(end, "endTime")


def _instant_ms(text: Maybe[str], field: str) -> int:
    if not text:
        raise InvalidParameter(description=f"{field}: it is missing")
    if _HOURS_ONLY.fullmatch(text):
        text += ":00"
    return parse_date_time(text, field).within(DEFAULT_ZONE).epoch_ms()
