"""When rooms are taken, as DingTalk's JSON spells it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, NamedTuple, Protocol

from msgspec import UNSET, Meta, Struct

from rili.errors import InvalidParameter
from rili.model.free_busy import WINDOW_MS
from rili.model.moment import utc_text
from rili.model.when import AllDay, When
from rili.wire.event import Maybe
from rili.wire.event_view import Some
from rili.wire.free_busy import WINDOW_END, WINDOW_START, window

ROOMS = 20
"""Of one query."""

NO_PERMISSION = "无权限"


class Asked(NamedTuple):
    """About which rooms, and from when to when."""

    room_ids: tuple[str, ...]
    from_ms: int
    to_ms: int


class Span(Protocol):
    """What is told of an event, or an occurrence, that has a room."""

    @property
    def event_id(self) -> str: ...
    @property
    def organizer_id(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def when(self) -> When: ...


class GetMeetingRoomsSchedule(Struct, frozen=True, rename="camel"):
    """The body of GetMeetingRoomsSchedule."""

    room_ids: Annotated[
        Maybe[tuple[str, ...]], Meta(description="1 to 20 ids of rooms. 会议室 roomId 列表。")
    ] = UNSET
    start_time: Annotated[Maybe[str], WINDOW_START] = UNSET
    end_time: Annotated[Maybe[str], WINDOW_END] = UNSET

    def asked(self) -> Asked:
        """Raises InvalidParameter, with the texts of the reference."""
        if not self.room_ids:
            raise InvalidParameter("query ids cannot be empty", description="roomIds: it is missing or empty")
        if len(self.room_ids) > ROOMS:
            raise InvalidParameter(
                "Cannot get schedule information for more than limit.",
                description=f"roomIds: {len(self.room_ids)} rooms are more than the {ROOMS} of one query",
            )
        from_ms, to_ms = window(self.start_time, self.end_time)
        if to_ms <= from_ms:
            raise InvalidParameter(description="endTime: it must lie after startTime")
        if to_ms - from_ms > WINDOW_MS:
            raise InvalidParameter(
                "Cannot query schedule for more than 90 days.", description="endTime: the window is longer"
            )
        return Asked(self.room_ids, from_ms, to_ms)


class RoomTimeView(Struct, frozen=True, rename="camel"):
    """`dateTime` also of whole days: their midnights of UTC."""

    date_time: str
    time_zone: str


class RoomOrganizerView(Struct, frozen=True):
    """Who organizes the event."""

    id: Annotated[str, Meta(description="unionId.")]


class RoomItemView(Struct, frozen=True, rename="camel", kw_only=True):
    """An event, or one occurrence of it, that has the room."""

    status: Annotated[str, Meta(description="BUSY, or TENTATIVE: it waits for approval. 忙闲状态。")]
    event_id: str
    organizer: RoomOrganizerView
    start: RoomTimeView
    end: RoomTimeView


class RoomScheduleView(Struct, frozen=True, rename="camel", kw_only=True):
    """One room; free for the whole window where there is no item."""

    room_id: str
    error: Some = UNSET
    schedule_items: tuple[RoomItemView, ...]


class RoomSchedulesView(Struct, frozen=True, rename="camel"):
    """When rooms are taken."""

    schedule_information: tuple[RoomScheduleView, ...]


def room_schedules_view(rooms: Iterable[tuple[str, Iterable[Span] | None]]) -> RoomSchedulesView:
    """By room, what has it; None where the caller may not see the room."""
    return RoomSchedulesView(tuple(_room_view(*one) for one in rooms))


def _room_view(room_id: str, spans: Iterable[Span] | None) -> RoomScheduleView:
    if spans is None:
        return RoomScheduleView(room_id=room_id, error=NO_PERMISSION, schedule_items=())
    return RoomScheduleView(room_id=room_id, schedule_items=tuple(map(_item_view, spans)))


def _item_view(span: Span) -> RoomItemView:
    start, end = _times(span.when)
    return RoomItemView(
        status="TENTATIVE" if span.status == "tentative" else "BUSY",
        event_id=span.event_id,
        organizer=RoomOrganizerView(span.organizer_id),
        start=start,
        end=end,
    )


def _times(when: When) -> tuple[RoomTimeView, RoomTimeView]:
    if isinstance(when, AllDay):
        return RoomTimeView(utc_text(when.starts_ms), "UTC"), RoomTimeView(utc_text(when.ends_ms), "UTC")
    return (
        RoomTimeView(when.start.text(), when.start.zone),
        RoomTimeView(when.end.text(), when.end.zone),
    )
