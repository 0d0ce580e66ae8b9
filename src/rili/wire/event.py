"""An event as DingTalk's JSON spells it, on its way in. The names end here."""

from __future__ import annotations

from typing import Annotated, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType

from rili.errors import InvalidParameter
from rili.model.event import (
    FREE_BUSY,
    UI_STATUSES,
    AttendeeRights,
    Card,
    Category,
    EventChange,
    FreeBusy,
    Reminder,
    UiConfig,
    UiStatus,
)
from rili.model.moment import check_zone, parse_date, parse_date_time
from rili.model.people import GivenAttendee
from rili.model.recurrence import GivenPattern, GivenRange, GivenRecurrence
from rili.model.rules import Rules, lenient_accepts, one_of
from rili.model.when import GivenTime, GivenWhen

T = TypeVar("T")
Maybe = T | None | UnsetType
"""A member that may be left out; `null` is the same as leaving it out (decision 2)."""

METHODS = ("dingtalk",)
MEETING_TYPES = ("dingtalk",)
VISIBILITIES = ("default", "private")

Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]


class TimeBody(Struct, frozen=True, rename="camel"):
    """`start` or `end`: `date` on an all-day event, `dateTime` and `timeZone` on a timed one."""

    date: Annotated[Maybe[str], Meta(description="yyyy-MM-dd; all-day events only. 全天日程的日期。")] = UNSET
    date_time: Annotated[Maybe[str], Meta(description="ISO 8601; timed events only. 非全天日程的时间。")] = (
        UNSET
    )
    time_zone: Annotated[Maybe[str], Meta(description="tz database name. 时区名称。")] = UNSET

    def given(self, field: str) -> GivenTime:
        return GivenTime(
            date=parse_date(self.date, f"{field}.date") if self.date else None,
            date_time=parse_date_time(self.date_time, f"{field}.dateTime") if self.date_time else None,
            zone=check_zone(self.time_zone, f"{field}.timeZone") if self.time_zone else None,
        )


class PatternBody(Struct, frozen=True, rename="camel"):
    """`recurrence.pattern`: on which days the event repeats."""

    type: Annotated[
        Maybe[str],
        Meta(description="daily, weekly, absoluteMonthly, relativeMonthly, absoluteYearly. 循环规则类型。"),
    ] = UNSET
    day_of_month: Annotated[Maybe[Int64], Meta(description="For absoluteMonthly. 每月的第几天。")] = UNSET
    days_of_week: Annotated[
        Maybe[str], Meta(description="monday,thursday: separated by commas. 星期几。")
    ] = UNSET
    index: Annotated[Maybe[str], Meta(description="first … fourth, last. 第几周。")] = UNSET
    interval: Annotated[Maybe[Int64], Meta(description="1 to 365. 循环间隔。")] = UNSET
    first_day_of_week: Annotated[Maybe[str], Meta(description="Default sunday. 每周的第一天。")] = UNSET

    def given(self) -> GivenPattern:
        return GivenPattern(
            type=self.type or None,
            interval=_value(self.interval),
            days_of_week=self.days_of_week or None,
            day_of_month=_value(self.day_of_month),
            index=self.index or None,
            first_day_of_week=self.first_day_of_week or None,
        )


class RangeBody(Struct, frozen=True, rename="camel"):
    """`recurrence.range`: for how long the event repeats."""

    type: Annotated[Maybe[str], Meta(description="noEnd, endDate, numbered. 循环范围类型。")] = UNSET
    end_date: Annotated[
        Maybe[str], Meta(description="The last instant, inclusive, or a whole last day. 循环结束时间。")
    ] = UNSET
    number_of_occurrences: Annotated[Maybe[Int64], Meta(description="1 to 99. 循环次数。")] = UNSET

    def given(self) -> GivenRange:
        return GivenRange(
            type=self.type or None,
            end_date=self.end_date or None,
            number_of_occurrences=_value(self.number_of_occurrences),
        )


class RecurrenceBody(Struct, frozen=True):
    """`recurrence`: pattern and range are replaced together."""

    pattern: Maybe[PatternBody] = UNSET
    range: Maybe[RangeBody] = UNSET

    def given(self) -> GivenRecurrence:
        return GivenRecurrence(
            pattern=self.pattern.given() if self.pattern else None,
            range=self.range.given() if self.range else None,
        )


class AttendeeBody(Struct, frozen=True, rename="camel"):
    """One of `attendees`: by `id` or by `email`."""

    id: Annotated[Maybe[str], Meta(description="unionId.")] = UNSET
    email: Annotated[Maybe[str], Meta(description="Mail address, of a colleague or a guest. 邮箱地址。")] = (
        UNSET
    )
    is_optional: Annotated[Maybe[bool], Meta(description="May stay away. 是否为可选参与人。")] = UNSET

    def given(self) -> GivenAttendee:
        return GivenAttendee(
            id=self.id or None, email=self.email or None, is_optional=self.is_optional is True
        )


class LocationBody(Struct, frozen=True, rename="camel"):
    """`location`: a name; rooms are booked by operations of their own."""

    display_name: Maybe[str] = UNSET


class ReminderBody(Struct, frozen=True):
    """One of `reminders`."""

    method: Annotated[Maybe[str], Meta(description="dingtalk: in-app. 应用内提醒。")] = UNSET
    minutes: Annotated[
        Maybe[Int64 | Annotated[str, Meta(pattern="^[0-9]{1,10}$")]],
        Meta(description="Minutes before the start; text, as answers have it, is read too. 提前的分钟数。"),
    ] = UNSET


class OnlineMeetingBody(Struct, frozen=True):
    """`onlineMeetingInfo`: sent, it makes a new meeting."""

    type: Annotated[Maybe[str], Meta(description="dingtalk. 视频会议类型。")] = UNSET


class RichTextBody(Struct, frozen=True):
    """`richTextDescription`."""

    text: Maybe[str] = UNSET


class UiConfigBody(Struct, frozen=True, rename="camel"):
    """One of `uiConfigs`: both members, or neither."""

    ui_name: Annotated[Maybe[str], Meta(description="For example updateEventButton. 组件名称。")] = UNSET
    ui_status: Annotated[Maybe[str], Meta(description="hide, disable, enable. 组件状态。")] = UNSET


class CategoryBody(Struct, frozen=True, rename="camel"):
    """One of `categories`."""

    category_id: Maybe[str] = UNSET
    display_name: Maybe[str] = UNSET


class CardBody(Struct, frozen=True, rename="camel"):
    """One of `cardInstances`."""

    out_track_id: Maybe[str] = UNSET
    scenario: Maybe[str] = UNSET


class EventConfigBody(Struct, frozen=True, rename="camel"):
    """`eventConfig`: what attendees may do."""

    allow_attendee_add_conference: Maybe[bool] = UNSET
    allow_attendee_add_participants: Maybe[bool] = UNSET
    allow_attendee_create_comment: Maybe[bool] = UNSET


class CreateEvent(Struct, frozen=True, rename="camel"):
    """The body of Create event."""

    summary: Annotated[Maybe[str], Meta(description="Title, up to 2,048 characters. 日程标题。")] = UNSET
    description: Annotated[Maybe[str], Meta(description="Up to 5,000 characters. 日程描述。")] = UNSET
    start: Annotated[Maybe[TimeBody], Meta(description="开始时间。")] = UNSET
    end: Annotated[Maybe[TimeBody], Meta(description="结束时间。")] = UNSET
    is_all_day: Annotated[Maybe[bool], Meta(description="是否为全天日程。")] = UNSET
    recurrence: Annotated[Maybe[RecurrenceBody], Meta(description="循环规则。")] = UNSET
    attendees: Annotated[
        Maybe[tuple[AttendeeBody, ...]], Meta(description="Up to 500 people in one call. 参与人列表。")
    ] = UNSET
    location: Annotated[Maybe[LocationBody], Meta(description="地点。")] = UNSET
    reminders: Annotated[
        Maybe[tuple[ReminderBody, ...]],
        Meta(description="Empty: none. Not sent on Create: the default. 提醒；传空数组表示不提醒。"),
    ] = UNSET
    online_meeting_info: Annotated[Maybe[OnlineMeetingBody], Meta(description="视频会议。")] = UNSET
    rich_text_description: Annotated[Maybe[RichTextBody], Meta(description="富文本描述。")] = UNSET
    ui_configs: Annotated[Maybe[tuple[UiConfigBody, ...]], Meta(description="详情页组件设置。")] = UNSET
    extra: Annotated[
        Maybe[dict[str, str | None]],
        Meta(description='noPushNotification, noChatNotification: "true" or "false". 扩展信息。'),
    ] = UNSET
    categories: Annotated[Maybe[tuple[CategoryBody, ...]], Meta(description="会议类型。")] = UNSET
    card_instances: Annotated[Maybe[tuple[CardBody, ...]], Meta(description="互动卡片。")] = UNSET
    free_busy_status: Annotated[Maybe[str], Meta(description="busy, free. 忙闲状态。")] = UNSET
    event_config: Annotated[Maybe[EventConfigBody], Meta(description="参与人权限。")] = UNSET
    visibility: Annotated[
        Maybe[str],
        Meta(description="default, private: who shares the calendar sees a time alone. 公开范围。"),
    ] = UNSET

    def to_change(self, rules: Rules) -> EventChange:
        """What this body says about an event. Raises InvalidParameter, which names the member."""
        return EventChange(
            when=GivenWhen(
                start=self.start.given("start") if self.start else None,
                end=self.end.given("end") if self.end else None,
                all_day=_value(self.is_all_day),
            ),
            summary=_sent(self.summary),
            description=_sent(self.description),
            recurrence=self.recurrence.given() if self.recurrence else UNSET,
            attendees=UNSET
            if _absent(self.attendees)
            else tuple(one.given() for one in self.attendees or ()),
            location=_text_in(self.location.display_name) if self.location else UNSET,
            reminders=UNSET
            if _absent(self.reminders)
            else tuple(_reminder(number, one) for number, one in enumerate(self.reminders or ())),
            online_meeting=_meeting(self.online_meeting_info) if self.online_meeting_info else UNSET,
            rich_text=_text_in(self.rich_text_description.text) if self.rich_text_description else UNSET,
            ui_configs=UNSET if _absent(self.ui_configs) else _ui_configs(self.ui_configs or (), rules),
            categories=UNSET
            if _absent(self.categories)
            else tuple(
                Category(one.category_id or None, one.display_name or None) for one in self.categories or ()
            ),
            cards=UNSET
            if _absent(self.card_instances)
            else tuple(
                Card(one.out_track_id or None, one.scenario or None) for one in self.card_instances or ()
            ),
            free_busy=_free_busy(self.free_busy_status) if self.free_busy_status else UNSET,
            attendee_rights=_rights(self.event_config) if self.event_config else UNSET,
            private=one_of(self.visibility, VISIBILITIES, "visibility") == "private"
            if self.visibility
            else UNSET,
            switches={name: value for name, value in (self.extra or {}).items() if value is not None},
        )


class PatchEvent(CreateEvent, frozen=True, rename="camel"):
    """The body of Update event: Create's, and the id."""

    id: Annotated[Maybe[str], Meta(description="The event's id, the same as in the path. 日程ID。")] = UNSET


def _absent(value: object) -> bool:
    return value is UNSET or value is None


def _sent(value: Maybe[T]) -> T | UnsetType:
    return UNSET if value is None else value


def _value(value: Maybe[T]) -> T | None:
    return None if isinstance(value, UnsetType) else value


def _text_in(value: Maybe[str]) -> str | None:
    """The text of an object that holds just that; an empty object clears (decision 2)."""
    return value or None


def _meeting(body: OnlineMeetingBody) -> str | None:
    return one_of(body.type, MEETING_TYPES, "onlineMeetingInfo.type") if body.type else None


def _free_busy(text: str) -> FreeBusy:
    status: FreeBusy = one_of(text, FREE_BUSY, "freeBusyStatus")
    return status


def _reminder(number: int, body: ReminderBody) -> Reminder:
    minutes = _value(body.minutes)
    if minutes is None:
        raise InvalidParameter(description=f"reminders[{number}].minutes: it is missing")
    # Decision 40: what an answer says may be sent back.
    method = one_of(body.method or "dingtalk", METHODS, f"reminders[{number}].method")
    return Reminder(int(minutes), method)


def _ui_configs(bodies: tuple[UiConfigBody, ...], rules: Rules) -> tuple[UiConfig, ...]:
    configs: list[UiConfig] = []
    for number, body in enumerate(bodies):
        if not body.ui_name and not body.ui_status:
            lenient_accepts(rules, f"uiConfigs[{number}]: an item needs uiName and uiStatus")
            continue
        if not body.ui_name or not body.ui_status:
            raise InvalidParameter(description=f"uiConfigs[{number}]: an item needs uiName and uiStatus")
        status: UiStatus = one_of(body.ui_status, UI_STATUSES, f"uiConfigs[{number}].uiStatus")
        configs.append(UiConfig(body.ui_name, status))
    return tuple(configs)


def _rights(body: EventConfigBody) -> AttendeeRights | None:
    rights = AttendeeRights(
        add_conference=_value(body.allow_attendee_add_conference),
        add_participants=_value(body.allow_attendee_add_participants),
        create_comment=_value(body.allow_attendee_create_comment),
    )
    return None if rights == AttendeeRights() else rights
