"""The change feed: what changed in an event, field by field, each as answers with the event spell it."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from rili.model.event import Event
from rili.model.history import EventChanged
from rili.model.moment import utc_text
from rili.model.people import Attendee
from rili.wire.event_view import EventView, MeetingUrl, OrganizerView, Some, event_view

_FIELDS = (
    "summary", "status", "start", "end", "is_all_day", "organizer", "reminders", "free_busy_status", "visibility",
    "description", "recurrence", "location", "meeting_rooms", "online_meeting_info", "rich_text_description",
    "ui_configs", "categories", "card_instances", "event_config",
)  # fmt: skip
"""Of `EventView`: all that a change may change. People have members of their own."""

_NAMES = {one.name: one.encode_name for one in msgspec.structs.fields(EventView)}


class FieldView(Struct, frozen=True):
    """One member of the event. Left out: the event did not have it before, or has it no more."""

    field: str
    before: Any = UNSET
    after: Any = UNSET


class PersonView(Struct, frozen=True):
    """By unionId, or a guest's id."""

    id: str


class RespondedView(Struct, frozen=True, rename="camel"):
    """Who answered what."""

    id: str
    response_status: str


class OperatorView(Struct, frozen=True, rename="camel"):
    """Who made the change."""

    union_id: str
    on_behalf_of: Annotated[
        Some, Meta(description="In whose name, through a calendar that they share. 代理的用户。")
    ] = UNSET
    app_key: Annotated[Some, Meta(description="Through which app, where through one. 应用。")] = UNSET


class PeopleView(Struct, frozen=True, rename="camel"):
    """What became of the people on the event."""

    added: tuple[PersonView, ...] | UnsetType = UNSET
    removed: tuple[PersonView, ...] | UnsetType = UNSET
    responded: tuple[RespondedView, ...] | UnsetType = UNSET
    asked_again: Annotated[
        bool | UnsetType, Meta(description="Everybody but the organizer must answer again. 需重新响应。")
    ] = UNSET


class ChangeView(Struct, frozen=True, rename="camel", kw_only=True):
    """One change of one event, or of one occurrence of a series."""

    id: Annotated[str, Meta(description="The same however often it is read. 变更标识，可用于去重。")]
    event_id: str
    series_master_id: Annotated[
        Some, Meta(description="Where one occurrence alone changed: its series. 循环日程主日程ID。")
    ] = UNSET
    calendar_id: Annotated[str, Meta(description="In which calendar of the organizer's. 组织人的日历。")]
    organizer: PersonView
    kind: Annotated[
        str,
        Meta(
            description="create, update, delete, cancel, leave, people, respond or rooms. 变更类型。",
        ),
    ]
    change_time: Annotated[str, Meta(description="UTC, yyyy-MM-ddTHH:mm:ssZ. 变更时间。")]
    operator: OperatorView
    changes: tuple[FieldView, ...]
    attendees: PeopleView | UnsetType = UNSET


class ChangesView(Struct, frozen=True, rename="camel"):
    """A page of the feed."""

    corp_id: str
    changes: list[ChangeView]
    next_cursor: Annotated[str, Meta(description="Where to go on. 下一次请求的游标。")]
    has_more: Annotated[bool, Meta(description="Whether more may follow at once. 是否可能还有。")]


def change_view(change: EventChanged, meeting_url: MeetingUrl) -> ChangeView:
    """*change* as the feed tells it."""
    event = change.after or change.before
    assert event is not None
    return ChangeView(
        id=change.id,
        event_id=change.occurrence_id or change.event_id,
        series_master_id=change.event_id if change.occurrence_id else UNSET,
        calendar_id=event.calendar_id if event.subscribed else "primary",
        organizer=PersonView(event.organizer_id),
        kind=change.kind,
        change_time=utc_text(change.at_ms),
        operator=OperatorView(change.operator_id, change.on_behalf_of or UNSET, change.app_key or UNSET),
        changes=_fields(change.before, change.after, meeting_url),
        attendees=_people(change),
    )


def _people(change: EventChanged) -> PeopleView | UnsetType:
    answered = change.answered
    view = PeopleView(
        tuple(PersonView(one) for one in change.joined) or UNSET,
        tuple(PersonView(one) for one in change.left) or UNSET,
        (RespondedView(answered.person_id, answered.response),) if answered else UNSET,
        asked_again=change.asked_again or UNSET,
    )
    return UNSET if view == PeopleView() else view


def _fields(before: Event | None, after: Event | None, meeting_url: MeetingUrl) -> tuple[FieldView, ...]:
    if before == after:
        return ()
    then, now = _seen(before, meeting_url), _seen(after, meeting_url)
    return tuple(
        FieldView(_NAMES[field], _by_id(was), _by_id(is_))
        for field in _FIELDS
        if (was := getattr(then, field, UNSET)) != (is_ := getattr(now, field, UNSET))
    )


def _seen(event: Event | None, meeting_url: MeetingUrl) -> EventView | None:
    """As answers show it, without its people."""
    if event is None:
        return None
    organizer = Attendee(event.organizer_id, "")
    return event_view(event, [organizer], viewer_id="", shown=0, meeting_url=meeting_url)


def _by_id(value: Any) -> Any:
    return PersonView(value.id) if isinstance(value, OrganizerView) else value
