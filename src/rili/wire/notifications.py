"""Notifications as our extension of the API spells them; names are those of events where there are such."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from rili.errors import InvalidParameter
from rili.model.moment import utc_text
from rili.model.notice import Notice, SharedCalendar, Told
from rili.model.series import Slot
from rili.model.when import AllDay
from rili.wire.event import Maybe
from rili.wire.event_view import LocationView, MeetingRoomView, Some, TimeView, times_view
from rili.wire.notification_text import text_of

MARKED = 500
"""That one call may name."""

_FIELDS = {
    "when": ("start", "end"),
    "rooms": ("meetingRooms",),
    "rich_text": ("richTextDescription",),
    "conference_id": ("onlineMeetingInfo",),
}
"""Members of an event, where they are not called as the fields of ours."""


class PersonView(Struct, frozen=True, rename="camel"):
    """Somebody in a notification."""

    id: str
    display_name: Some = UNSET


class NotificationView(Struct, frozen=True, rename="camel", kw_only=True):
    """One thing that a person was told, as it was then."""

    id: Annotated[str, Meta(description="A number: the newer, the higher. 通知标识，越新越大。")]
    kind: Annotated[
        str,
        Meta(description="invitation, change, cancellation, answer, reminder, share. 通知类型。"),
    ]
    create_time: Annotated[str, Meta(description="UTC, yyyy-MM-ddTHH:mm:ssZ. 通知时间。")]
    read: bool
    text: Annotated[str, Meta(description="In the person's language. 通知文本，使用本人语言。")]
    operator: Annotated[PersonView | UnsetType, Meta(description="Who did it. 操作人。")] = UNSET
    calendar_id: Annotated[Some, Meta(description="share: the calendar. 共享的日历ID。")] = UNSET
    event_id: Annotated[
        Some, Meta(description="The event, or the occurrence, that it is about. 日程ID。")
    ] = UNSET
    series_master_id: Annotated[
        Some, Meta(description="Occurrences only: the series. 循环日程主日程ID。")
    ] = UNSET
    summary: Some = UNSET
    start: TimeView | UnsetType = UNSET
    end: TimeView | UnsetType = UNSET
    is_all_day: bool | UnsetType = UNSET
    organizer: PersonView | UnsetType = UNSET
    location: LocationView | UnsetType = UNSET
    changed: Annotated[
        tuple[str, ...] | UnsetType, Meta(description="change: which members. 变更的字段。")
    ] = UNSET
    removed: Annotated[
        bool | UnsetType,
        Meta(description="cancellation: it takes place without the person. 本人被移出日程。"),
    ] = UNSET
    response_status: Annotated[Some, Meta(description="answer: what. 响应状态。")] = UNSET
    meeting_rooms: Annotated[
        tuple[MeetingRoomView, ...] | UnsetType,
        Meta(description="change: rooms that were approved or refused. 被批准或拒绝的会议室。"),
    ] = UNSET
    minutes: Annotated[int | UnsetType, Meta(description="reminder: before the start. 提前分钟数。")] = UNSET


class NotificationsView(Struct, frozen=True, rename="camel", kw_only=True):
    """A page, the newest first."""

    notifications: tuple[NotificationView, ...]
    unread_count: Annotated[int, Meta(description="1,000 at most. 未读数，最多 1000。")]
    next_token: Some = UNSET


class UnreadView(Struct, frozen=True, rename="camel"):
    """How many are not read."""

    unread_count: Annotated[int, Meta(description="1,000 at most. 未读数，最多 1000。")]


class ReadNotifications(Struct, frozen=True, rename="camel"):
    """The body of ReadNotifications: one of the two."""

    ids: Annotated[
        Maybe[tuple[str, ...]], Meta(description="1 to 500 that were read. 已读通知标识列表。")
    ] = UNSET
    up_to: Annotated[Maybe[str], Meta(description="This one and all before it. 此通知及之前的全部。")] = UNSET

    def numbers(self) -> tuple[int, ...]:
        """Those that are named one by one; none with `upTo`. Raises InvalidParameter."""
        if bool(self.ids) == bool(self.up_to):
            raise InvalidParameter(description="ids, upTo: exactly one of them, and not empty")
        ids = self.ids or ()
        if len(ids) > MARKED:
            raise InvalidParameter(description=f"ids: {len(ids)} are more than {MARKED}")
        return tuple(number_of(one, f"ids[{place}]") for place, one in enumerate(ids))


def number_of(text: str, field: str) -> int:
    """The number that is the id of a notification. Raises InvalidParameter, which names *field*."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise InvalidParameter(description=f"{field}: expected the id of a notification, a number")
    return int(text)


def notification_view(
    told: Told,
    number: int,
    *,
    created_ms: int,
    read: bool,
    reader_id: str,
    names: dict[str, str],
    language: str,
    zone: str,
) -> NotificationView:
    """*told* as its reader sees it; *names* are those of the people in it."""
    text = text_of(told, reader_id=reader_id, names=names, language=language, zone=zone)
    create_time = utc_text(created_ms)
    if isinstance(told, SharedCalendar):
        return NotificationView(
            id=str(number),
            kind="share",
            create_time=create_time,
            read=read,
            text=text,
            operator=_person(told.owner_id, names),
            calendar_id=told.calendar_id,
        )
    event = told.event
    start, end = times_view(event.when)
    rooms = tuple(one.name for one in event.rooms if one.holds)
    return NotificationView(
        id=str(number),
        kind=told.kind,
        create_time=create_time,
        read=read,
        text=text,
        operator=_person(told.operator_id, names) if told.operator_id else UNSET,
        event_id=event.id if told.occurrence is None else Slot.of_key(told.occurrence).id_in(event.id),
        series_master_id=event.id if told.occurrence is not None else UNSET,
        summary=event.summary,
        start=start,
        end=end,
        is_all_day=isinstance(event.when, AllDay),
        organizer=_person(event.organizer_id, names),
        location=LocationView(event.location or UNSET, rooms or UNSET) if event.location or rooms else UNSET,
        changed=_members(told) if told.changed else UNSET,
        removed=True if told.removed else UNSET,
        response_status=told.response or UNSET,
        meeting_rooms=tuple(MeetingRoomView(one.room_id, one.status, one.name) for one in told.rooms)
        or UNSET,
        minutes=UNSET if told.minutes is None else told.minutes,
    )


def _person(person_id: str, names: dict[str, str]) -> PersonView:
    return PersonView(person_id, names.get(person_id) or UNSET)


def _members(notice: Notice) -> tuple[str, ...]:
    return tuple(member for field in notice.changed for member in _FIELDS.get(field, (field,)))
