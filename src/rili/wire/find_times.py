"""Finding a time, our extension, in the spelling of DingTalk's JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

from msgspec import UNSET, Meta, Struct

from rili.errors import InvalidParameter
from rili.model.find_times import (
    CAPACITY,
    DEFAULT_RESULTS,
    DEFAULT_STEP_MINUTES,
    Found,
    Search,
    TimeSlot,
    WorkingHours,
)
from rili.model.moment import Moment, check_zone
from rili.model.recurrence import WEEKDAYS
from rili.model.rules import one_of
from rili.wire.event import Int64, Maybe
from rili.wire.event_view import Some, TimeView
from rili.wire.free_busy import WINDOW_START, window

ROOMS = 20
"""In `roomIds`, at most."""

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)|(24):(00)", re.ASCII)


class InvitedBody(Struct, frozen=True, rename="camel"):
    """One of `attendees`."""

    id: Annotated[Maybe[str], Meta(description="unionId.")] = UNSET
    is_optional: Annotated[Maybe[bool], Meta(description="May stay away. 是否为可选参与人。")] = UNSET


class WorkingHoursBody(Struct, frozen=True, rename="camel"):
    """`workingHours`: by the clock of each person's own zone."""

    start: Annotated[Maybe[str], Meta(description="HH:mm, default 09:00. 上班时间。")] = UNSET
    end: Annotated[Maybe[str], Meta(description="HH:mm up to 24:00, default 18:00. 下班时间。")] = UNSET
    days_of_week: Annotated[
        Maybe[str], Meta(description="Default monday,tuesday,wednesday,thursday,friday. 工作日。")
    ] = UNSET

    def given(self) -> WorkingHours:
        """Raises InvalidParameter."""
        default = WorkingHours()
        return WorkingHours(
            _minute(self.start, "workingHours.start") if self.start else default.from_minute,
            _minute(self.end, "workingHours.end") if self.end else default.to_minute,
            _weekdays(self.days_of_week) if self.days_of_week else default.weekdays,
        )


class FindTimes(Struct, frozen=True, rename="camel"):
    """The body of FindTimes."""

    attendees: Annotated[
        Maybe[tuple[InvitedBody, ...]],
        Meta(description="Who should be there besides the path's user; 20 people together. 参与人。"),
    ] = UNSET
    duration_minutes: Annotated[Maybe[Int64], Meta(description="1 to 1440. 会议时长（分钟）。")] = UNSET
    start_time: Annotated[Maybe[str], WINDOW_START] = UNSET
    end_time: Annotated[Maybe[str], Meta(description="ISO 8601, 31 days later at most. 查询结束时间。")] = (
        UNSET
    )
    time_zone: Annotated[
        Maybe[str], Meta(description="Of the answer; default the path user's own. 返回时间所用的时区。")
    ] = UNSET
    step_minutes: Annotated[
        Maybe[Int64], Meta(description="15, 30 (default), 60: starts are multiples of it. 开始时间的间隔。")
    ] = UNSET
    working_hours: Annotated[Maybe[WorkingHoursBody], Meta(description="工作时间。")] = UNSET
    outside_working_hours: Annotated[
        Maybe[bool], Meta(description="Times outside them too, ranked lower. 是否包括非工作时间。")
    ] = UNSET
    allow_conflicts: Annotated[
        Maybe[bool],
        Meta(description="Times too at which not all required people are free. 是否允许必选参与人冲突。"),
    ] = UNSET
    room_ids: Annotated[
        Maybe[tuple[str, ...]], Meta(description="One of these rooms, up to 20, must be free. 会议室。")
    ] = UNSET
    min_capacity: Annotated[
        Maybe[Int64], Meta(description="A room for so many must be free. 会议室最少容纳人数。")
    ] = UNSET
    max_results: Annotated[Maybe[Int64], Meta(description="1 to 50, default 10. 返回的时间数量。")] = UNSET

    def invited(self) -> dict[str, bool]:
        """By unionId, whether they may stay away; named twice, only if both say so. Raises InvalidParameter."""
        found: dict[str, bool] = {}
        for number, one in enumerate(self.attendees or ()):
            if not one.id or not one.id.strip():
                raise InvalidParameter(description=f"attendees[{number}].id: it is missing")
            found[one.id] = one.is_optional is True and found.get(one.id, True)
        return found

    def search(self) -> Search:
        """What is looked for. Raises InvalidParameter."""
        if self.duration_minutes is UNSET or self.duration_minutes is None:
            raise InvalidParameter(description="durationMinutes: it is missing")
        from_ms, to_ms = window(self.start_time, self.end_time)
        return Search(
            from_ms,
            to_ms,
            self.duration_minutes,
            check_zone(self.time_zone, "timeZone") if self.time_zone else "",
            self.step_minutes if isinstance(self.step_minutes, int) else DEFAULT_STEP_MINUTES,
            self.working_hours.given() if self.working_hours else WorkingHours(),
            self.outside_working_hours is True,
            self.allow_conflicts is True,
            self.max_results if isinstance(self.max_results, int) else DEFAULT_RESULTS,
        )

    def rooms(self) -> tuple[tuple[str, ...] | None, int | None]:
        """The ids of rooms of which one is needed, and for how many it must be. Raises InvalidParameter."""
        capacity = self.min_capacity if isinstance(self.min_capacity, int) else None
        if capacity is not None and capacity not in CAPACITY:
            raise InvalidParameter(
                description=f"minCapacity: expected a number from {CAPACITY.start} to {CAPACITY.stop - 1}"
            )
        if self.room_ids is UNSET or self.room_ids is None:
            return None, capacity
        if not 0 < len(self.room_ids) <= ROOMS:
            raise InvalidParameter(description=f"roomIds: expected 1 to {ROOMS} ids of rooms")
        return tuple(dict.fromkeys(self.room_ids)), capacity


class PersonThenView(Struct, frozen=True, rename="camel"):
    """How somebody stands at a time."""

    id: str
    is_optional: bool
    status: Annotated[str, Meta(description="FREE, TENTATIVE, BUSY. 忙闲状态。")]
    in_working_hours: bool


class RoomThenView(Struct, frozen=True, rename="camel"):
    """A room that is free then and may be booked."""

    room_id: str


class TimeSlotView(Struct, frozen=True, rename="camel", kw_only=True):
    """A time at which to meet."""

    start: TimeView
    end: TimeView
    required_free: Annotated[
        bool, Meta(description="Whether all required people are free. 必选参与人是否都有空。")
    ]
    attendees: tuple[PersonThenView, ...]
    rooms: tuple[RoomThenView, ...]


class FoundTimesView(Struct, frozen=True, rename="camel", kw_only=True):
    """The best times first. Where there is none, `emptyReason` says why, and `description` what may help."""

    time_slots: tuple[TimeSlotView, ...]
    empty_reason: Some = UNSET
    description: Some = UNSET


_HELP = {
    "windowPassed": "The window has passed; no time is found that began before now.",
    "windowTooShort": "No start within the window leaves time for the duration; move endTime, or lower stepMinutes.",
    "noCommonWorkingHours": "The required people have no working hours in common that are long enough; "
    "make some of them optional, change workingHours, or set outsideWorkingHours.",
    "attendeesBusy": "The required people are never free together at a time that would do otherwise; "
    "widen the window, make some of them optional, or set allowConflicts.",
    "noSuchRoom": "No room that the path's user may see is large enough.",
    "roomsBusy": "There are times for the people, but at none of them is a room free that may be booked.",
}


def found_view(found: Found, zone: str) -> FoundTimesView:
    """*found*, with its times by the clock of *zone*."""
    if found.reason is None:
        return FoundTimesView(time_slots=tuple(_slot_view(one, zone) for one in found.slots))
    never = f" Never free: {', '.join(found.never_free)}." if found.never_free else ""
    return FoundTimesView(time_slots=(), empty_reason=found.reason, description=_HELP[found.reason] + never)


def _slot_view(slot: TimeSlot, zone: str) -> TimeSlotView:
    return TimeSlotView(
        start=_time(slot.starts_ms, zone),
        end=_time(slot.ends_ms, zone),
        required_free=slot.required_free,
        attendees=tuple(
            PersonThenView(one.person.id, one.person.is_optional, one.standing, one.working)
            for one in slot.people
        ),
        rooms=_rooms(slot.room_ids),
    )


def _rooms(room_ids: Sequence[str]) -> tuple[RoomThenView, ...]:
    return tuple(RoomThenView(one) for one in room_ids)


def _time(epoch_ms: int, zone: str) -> TimeView:
    return TimeView(date_time=Moment.at(epoch_ms, zone).text(), time_zone=zone)


def _minute(text: str, field: str) -> int:
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise InvalidParameter(description=f"{field}: expected a time of the clock such as 09:00")
    hour, minute = (one for one in match.groups() if one)
    return int(hour) * 60 + int(minute)


def _weekdays(text: str) -> tuple[int, ...]:
    names = [one.strip().lower() for one in text.split(",")]
    return tuple(sorted({WEEKDAYS.index(one_of(one, WEEKDAYS, "workingHours.daysOfWeek")) for one in names}))
