"""An event as DingTalk's JSON spells it, on its way out: a member that has no value is left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from rili.model.event import Event
from rili.model.moment import utc_text
from rili.model.people import Attendee
from rili.model.recurrence import WEEKDAYS, Recurrence
from rili.model.series import Instance
from rili.model.when import AllDay, When

Some = str | UnsetType

MeetingUrl = Callable[[str], str]
"""The address of the online meeting with that conferenceId (decision 24)."""


class TimeView(Struct, frozen=True, rename="camel"):
    """`date` on an all-day event, `dateTime` and `timeZone` on a timed one."""

    date: Some = UNSET
    date_time: Some = UNSET
    time_zone: Some = UNSET


class PatternView(Struct, frozen=True, rename="camel"):
    """The members that the type uses."""

    type: str
    day_of_month: int | UnsetType = UNSET
    days_of_week: Some = UNSET
    index: Some = UNSET
    interval: int = 1
    first_day_of_week: Some = UNSET


class RangeView(Struct, frozen=True, rename="camel"):
    """`endDate` is echoed as it was sent."""

    type: str
    end_date: Some = UNSET
    number_of_occurrences: int | UnsetType = UNSET


class RecurrenceView(Struct, frozen=True, kw_only=True):
    """A rule, with what was left out filled in. `rrule` instead of `pattern`: what RFC 5545 alone can say."""

    pattern: PatternView | UnsetType = UNSET
    range: RangeView
    rrule: Some = UNSET


class AttendeeView(Struct, frozen=True, rename="camel"):
    """`self`: whose calendar the event is seen in. `email`: guests only."""

    id: str
    display_name: str
    response_status: str
    self: bool
    is_optional: bool
    email: Some = UNSET


class OrganizerView(Struct, frozen=True, rename="camel"):
    """Who organizes the event."""

    id: str
    display_name: str
    response_status: str
    self: bool


class LocationView(Struct, frozen=True, rename="camel"):
    """Where."""

    display_name: Some = UNSET
    meeting_rooms: Annotated[
        tuple[str, ...] | UnsetType, Meta(description="Names of rooms. 会议室名称。")
    ] = UNSET


class MeetingRoomView(Struct, frozen=True, rename="camel"):
    """A room on the event: `accepted`, `tentative` (waits for approval), `declined` (was refused it)."""

    room_id: str
    response_status: str
    display_name: str


class ReminderView(Struct, frozen=True):
    """`minutes` is text here, though a number in requests, as the page says."""

    method: str
    minutes: str


class OnlineMeetingView(Struct, frozen=True, rename="camel"):
    """The meeting and its address."""

    type: str
    conference_id: str
    url: str


class RichTextView(Struct, frozen=True):
    """HTML."""

    text: str


class UiConfigView(Struct, frozen=True, rename="camel"):
    """One component of the event's page."""

    ui_name: str
    ui_status: str


class CategoryView(Struct, frozen=True, rename="camel"):
    """A type of meeting."""

    category_id: Some = UNSET
    display_name: Some = UNSET


class CardView(Struct, frozen=True, rename="camel"):
    """An interactive card."""

    out_track_id: Some = UNSET
    scenario: Some = UNSET


class EventConfigView(Struct, frozen=True, rename="camel"):
    """What attendees may do."""

    allow_attendee_add_conference: bool | UnsetType = UNSET
    allow_attendee_add_participants: bool | UnsetType = UNSET
    allow_attendee_create_comment: bool | UnsetType = UNSET


class SharedPropertiesView(Struct, frozen=True, rename="camel"):
    """The organisation that owns the event."""

    belong_corp_id: str


class ExtendedPropertiesView(Struct, frozen=True, rename="camel"):
    """What clients share about the event."""

    shared_properties: SharedPropertiesView


class OriginStartView(Struct, frozen=True, rename="camel"):
    """When an occurrence starts by the rule, UTC."""

    date_time: str


class EventView(Struct, frozen=True, rename="camel", kw_only=True):
    """One event in an answer. In a sync, what is gone has no more than `id`, `status` and whose occurrence it was."""

    id: str
    summary: Some = UNSET
    status: str
    start: TimeView | UnsetType = UNSET
    end: TimeView | UnsetType = UNSET
    is_all_day: bool | UnsetType = UNSET
    attendees: tuple[AttendeeView, ...] | UnsetType = UNSET
    organizer: OrganizerView | UnsetType = UNSET
    reminders: tuple[ReminderView, ...] | UnsetType = UNSET
    create_time: Annotated[Some, Meta(description="UTC, yyyy-MM-ddTHH:mm:ssZ. 创建时间。")] = UNSET
    update_time: Annotated[Some, Meta(description="UTC, yyyy-MM-ddTHH:mm:ssZ. 更新时间。")] = UNSET
    extended_properties: ExtendedPropertiesView | UnsetType = UNSET
    free_busy_status: Some = UNSET
    visibility: Annotated[Some, Meta(description="private, or left out. 公开范围。")] = UNSET
    description: Some = UNSET
    recurrence: RecurrenceView | UnsetType = UNSET
    location: LocationView | UnsetType = UNSET
    meeting_rooms: tuple[MeetingRoomView, ...] | UnsetType = UNSET
    online_meeting_info: OnlineMeetingView | UnsetType = UNSET
    rich_text_description: RichTextView | UnsetType = UNSET
    ui_configs: tuple[UiConfigView, ...] | UnsetType = UNSET
    categories: tuple[CategoryView, ...] | UnsetType = UNSET
    card_instances: tuple[CardView, ...] | UnsetType = UNSET
    event_config: EventConfigView | UnsetType = UNSET
    series_master_id: Annotated[
        Some, Meta(description="Occurrences only: the series. 循环日程主日程ID。")
    ] = UNSET
    recurrence_id: Annotated[
        Some, Meta(description="Occurrences only: originStart in epoch milliseconds. 循环实例标识。")
    ] = UNSET
    origin_start: OriginStartView | UnsetType = UNSET


CONFIRMED, CANCELLED = "confirmed", "cancelled"


def event_view(
    event: Event,
    people: Sequence[Attendee],
    *,
    viewer_id: str,
    shown: int,
    meeting_url: MeetingUrl,
    instance: Instance | None = None,
    cancelled: bool = False,
) -> EventView:
    """*event* as *viewer_id* sees it, with the first *shown* of its *people*, the organizer first of all.

    *instance*: the occurrence of a series that *event* is. *cancelled*: it is gone.
    """
    start, end = times_view(event.when)
    organizer = people[0]
    rights = event.attendee_rights
    series = instance.series if instance else event
    # What is called off, or gone, has given its rooms back.
    rooms = () if cancelled or event.cancelled else event.rooms
    places = tuple(one.name for one in rooms if one.holds)
    return EventView(
        id=event.id,
        summary=event.summary,
        status=CANCELLED if cancelled or event.cancelled else CONFIRMED,
        start=start,
        end=end,
        is_all_day=isinstance(event.when, AllDay),
        attendees=() if event.subscribed else attendee_views(people[:shown], viewer_id),
        organizer=OrganizerView(
            organizer.person_id,
            organizer.name,
            organizer.response,
            organizer.person_id == viewer_id and not event.subscribed,
        ),
        reminders=tuple(ReminderView(one.method, str(one.minutes)) for one in event.reminders),
        create_time=utc_text(event.created_ms),
        update_time=utc_text(event.updated_ms),
        extended_properties=ExtendedPropertiesView(SharedPropertiesView(event.corp_id)),
        free_busy_status=event.free_busy,
        visibility="private" if event.private else UNSET,
        description=_some(event.description),
        recurrence=_recurrence(series.recurrence, series.when) if series.recurrence else UNSET,
        location=LocationView(event.location or UNSET, places or UNSET)
        if event.location or places
        else UNSET,
        meeting_rooms=tuple(MeetingRoomView(one.room_id, one.status, one.name) for one in rooms) or UNSET,
        online_meeting_info=OnlineMeetingView(
            "dingtalk", event.conference_id, meeting_url(event.conference_id)
        )
        if event.conference_id
        else UNSET,
        rich_text_description=RichTextView(event.rich_text) if event.rich_text else UNSET,
        ui_configs=tuple(UiConfigView(one.name, one.status) for one in event.ui_configs) or UNSET,
        categories=tuple(CategoryView(_some(one.category_id), _some(one.name)) for one in event.categories)
        or UNSET,
        card_instances=tuple(CardView(_some(one.out_track_id), _some(one.scenario)) for one in event.cards)
        or UNSET,
        event_config=EventConfigView(
            _flag(rights.add_conference), _flag(rights.add_participants), _flag(rights.create_comment)
        )
        if rights
        else UNSET,
        series_master_id=series.id if instance else UNSET,
        recurrence_id=str(instance.origin_ms) if instance else UNSET,
        origin_start=OriginStartView(utc_text(instance.origin_ms)) if instance else UNSET,
    )


def attendee_views(people: Sequence[Attendee], viewer_id: str) -> tuple[AttendeeView, ...]:
    """*people* as *viewer_id* sees them."""
    return tuple(
        AttendeeView(
            one.person_id,
            one.name,
            one.response,
            one.person_id == viewer_id,
            one.is_optional,
            one.email or UNSET,
        )
        for one in people
    )


def times_view(when: When) -> tuple[TimeView, TimeView]:
    """`start` and `end`."""
    if isinstance(when, AllDay):
        return TimeView(when.start.isoformat()), TimeView(when.end.isoformat())
    return (
        TimeView(date_time=when.start.text(), time_zone=when.start.zone),
        TimeView(date_time=when.end.text(), time_zone=when.end.zone),
    )


def _recurrence(recurrence: Recurrence, when: When) -> RecurrenceView:
    pattern, range_ = recurrence.pattern, recurrence.range
    range_view = RangeView(range_.type, _some(range_.end_date), range_.number_of_occurrences or UNSET)
    if pattern is None:
        return RecurrenceView(range=range_view, rrule=_some(recurrence.rrule))
    yearly = pattern.type == "absoluteYearly"
    return RecurrenceView(
        range=range_view,
        pattern=PatternView(
            type=pattern.type,
            day_of_month=when.first_day.day if yearly else pattern.day_of_month or UNSET,
            days_of_week=",".join(WEEKDAYS[day] for day in pattern.days_of_week) or UNSET,
            index=pattern.index or UNSET,
            interval=pattern.interval,
            first_day_of_week=UNSET
            if pattern.first_day_of_week is None
            else WEEKDAYS[pattern.first_day_of_week],
        ),
    )


def _some(text: str | None) -> Some:
    return UNSET if text is None else text


def _flag(value: bool | None) -> bool | UnsetType:
    return UNSET if value is None else value
