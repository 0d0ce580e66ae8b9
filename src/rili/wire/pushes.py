"""What apps are told of events and rooms, as DingTalk's JSON spells it: the business objects alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from rili.model.booking import span_of_booking
from rili.model.booking_news import BookingNews, BookingNewsKind, PreStatus, book_id
from rili.model.event import Event
from rili.model.ids import legacy_id_of
from rili.model.moment import Moment
from rili.model.room import Room

CALENDAR_EVENT_CHANGE = "calendar_event_change"
MEETINGROOM_BOOK = "meetingroom_book"
MEETINGROOM_ROOM_INFO = "meetingroom_room_info"

ChangeType = Literal["created", "updated", "cancelled", "deleteView"]

UNION_ID_BYTES = 192 * 1024
"""Of `unionIdList` as text: a frame that stream clients take has 256 KiB, and spells it with more (decision 91)."""

PRIMARY = "primary"


class Operator(Struct, frozen=True):
    """Who changed the event; no other type is published."""

    type: str = "user"


class CalendarEventChange(Struct, frozen=True, gc=False, rename="camel", kw_only=True):
    """The body of `calendar_event_change`."""

    calendar_event_id: str
    legacy_calendar_event_id: str
    calendar_event_update_time: int
    calendar_id: str
    union_id_list: Sequence[str]
    change_type: ChangeType
    operator: Operator = Operator()


class BookExtension(Struct, frozen=True, rename="camel"):
    """`calendarEventId` is the two ids of a path to the event, parted by `;`."""

    calendar_event_id: str


class MeetingRoomBook(Struct, frozen=True, gc=False, rename="camel", kw_only=True):
    """The body of `meetingroom_book`; times are local to the organisation."""

    event_sub_type: BookingNewsKind
    corp_id: str
    book_id: str
    is_approval: bool
    extension: BookExtension
    pre_status: PreStatus | UnsetType = UNSET
    title: str | UnsetType = UNSET
    room_name: str | UnsetType = UNSET
    room_id: str | UnsetType = UNSET
    user_id: str | UnsetType = UNSET
    user_name: str | UnsetType = UNSET
    book_time: str | UnsetType = UNSET
    start_time: str | UnsetType = UNSET
    end_time: str | UnsetType = UNSET


class MeetingRoomInfo(Struct, frozen=True, gc=False, rename="camel", kw_only=True):
    """The body of `meetingroom_room_info`. `labels` is text on create and a list on update, as in the reference."""

    event_sub_type: Literal["create", "update", "del"]
    corp_id: str
    room_id: str
    room_name: str | UnsetType = UNSET
    labels: str | tuple[int, ...] | UnsetType = UNSET
    capacity: str | UnsetType = UNSET


class Booker(Struct, frozen=True, gc=False):
    """Who has a room, and since when, where."""

    corp_id: str
    userid: str
    name: str
    booked_ms: int
    zone: str
    """The organisation's."""


def calendar_event_id(event_id: str, origin_ms: int | None) -> str:
    """Of an occurrence its series' id and when it starts by the rule, in seconds (decision 91)."""
    return event_id if origin_ms is None else f"{event_id}_{origin_ms // 1000}"


def calendar_event_change(
    event_id: str,
    origin_ms: int | None,
    *,
    calendar_id: str,
    union_ids: Sequence[str],
    change_type: ChangeType,
    changed_ms: int,
) -> str:
    """The body as JSON text."""
    body = CalendarEventChange(
        calendar_event_id=calendar_event_id(event_id, origin_ms),
        legacy_calendar_event_id=legacy_id_of(event_id),
        calendar_event_update_time=changed_ms,
        calendar_id=calendar_id,
        union_id_list=_that_fit(union_ids),
        change_type=change_type,
    )
    return encode(body)


def meetingroom_book(
    news: BookingNews,
    event: Event,
    event_id: str,
    occurrence: tuple[str, int] | None,
    room: Room | None,
    by: Booker,
) -> str:
    """The body as JSON text. *event* has the room; *occurrence*: key of the slot and start by the rule, of one alone.

    *room*: None where it was removed.
    """
    name = room.name if room else next((one.name for one in event.rooms if one.room_id == news.room_id), "")
    key, origin_ms = occurrence or (None, None)
    body = MeetingRoomBook(
        event_sub_type=news.kind,
        corp_id=by.corp_id,
        book_id=book_id(event_id, key, news.room_id),
        is_approval=news.waits or (room is not None and room.settings.approval != "none"),
        extension=BookExtension(f"{PRIMARY};{calendar_event_id(event_id, origin_ms)}"),
        pre_status=news.pre_status or UNSET,
    )
    if news.kind == "bookUpdate":
        body = msgspec.structs.replace(body, title=event.summary, room_name=name)
    elif news.kind in ("appvaral", "bookSuccess"):
        starts_ms, ends_ms = span_of_booking(event.when, by.zone)
        body = msgspec.structs.replace(
            body,
            title=event.summary,
            room_name=name,
            room_id=news.room_id,
            user_id=by.userid,
            user_name=by.name,
            book_time=_local(by.booked_ms, by.zone),
            start_time=_local(starts_ms, by.zone),
            end_time=_local(ends_ms, by.zone),
        )
    return encode(body)


def room_info(before: Room | None, after: Room | None) -> str | None:
    """The body of `meetingroom_room_info` as JSON text; None where nothing changed of what it tells."""
    room = after or before
    if room is None:
        return None
    if after is None:
        return encode(MeetingRoomInfo(event_sub_type="del", corp_id=room.corp_id, room_id=room.room_id))
    labels = after.settings.label_ids
    told = MeetingRoomInfo(
        event_sub_type="create" if before is None else "update",
        corp_id=after.corp_id,
        room_id=after.room_id,
        room_name=after.name,
        labels=encode(labels) if before is None else labels,
        capacity=str(after.capacity),
    )
    if before is not None and (before.name, before.settings.label_ids, before.capacity) == (
        after.name, labels, after.capacity,
    ):  # fmt: skip
        return None
    return encode(told)


def encode(body: object) -> str:
    return _encode(body).decode()


def _that_fit(union_ids: Sequence[str]) -> Sequence[str]:
    """The first of them, as many as a frame holds; all of 5,000 whose ids are as Rili makes them."""
    left = UNION_ID_BYTES
    for number, one in enumerate(union_ids):
        left -= len(one) + 3
        if left < 0:
            return union_ids[:number]
    return union_ids


def _local(epoch_ms: int, zone: str) -> str:
    return f"{Moment.at(epoch_ms, zone).wall:%Y-%m-%d %H:%M:%S}"


_encode = msgspec.json.Encoder().encode
