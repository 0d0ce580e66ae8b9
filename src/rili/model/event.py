"""What an event is, and the rules of making and changing one. Pure."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec
from msgspec import UNSET, Struct, UnsetType

from rili.errors import InvalidParameter, PermissionDenied
from rili.model.event_rooms import EventRoom
from rili.model.expansion import expand_days, last_end_ms
from rili.model.people import GivenAttendee, check_given
from rili.model.recurrence import GivenRecurrence, Recurrence, check_rule, check_start, last_start, settle
from rili.model.rules import Rules, lenient_accepts
from rili.model.when import AllDay, GivenWhen, When, change_when, new_when

SUMMARY_CHARACTERS = 2048
DESCRIPTION_CHARACTERS = 5000
REMINDERS = 5
LONGEST_MS = 366 * 86_400_000
"""Of what repeats: each day shows all that have begun and not ended."""

REMINDER_MINUTES = range(2**31)

FreeBusy = Literal["busy", "free"]
UiStatus = Literal["hide", "disable", "enable"]
FREE_BUSY: tuple[FreeBusy, ...] = get_args(FreeBusy)
UI_STATUSES: tuple[UiStatus, ...] = get_args(UiStatus)


class Reminder(Struct, frozen=True, gc=False):
    """One reminder, so many minutes before the start."""

    minutes: int
    method: str = "dingtalk"


class UiConfig(Struct, frozen=True, gc=False):
    """What a client does with one component of the event's page; the list of components grows."""

    name: str
    status: UiStatus


class Category(Struct, frozen=True, gc=False, omit_defaults=True):
    """A type of meeting."""

    category_id: str | None = None
    name: str | None = None


class Card(Struct, frozen=True, gc=False, omit_defaults=True):
    """An interactive card that shows the event."""

    out_track_id: str | None = None
    scenario: str | None = None


class AttendeeRights(Struct, frozen=True, gc=False, omit_defaults=True):
    """What attendees may do (`eventConfig`); None is not said."""

    add_conference: bool | None = None
    add_participants: bool | None = None
    create_comment: bool | None = None


TIMED_REMINDERS = (Reminder(15),)
ALL_DAY_REMINDERS = (Reminder(900),)
"""09:00 on the day before. Source: the reference page of Update event."""


class Event(Struct, frozen=True, gc=False, omit_defaults=True):
    """An event or a series, without its people. None is a member that was never set, or was cleared."""

    corp_id: str
    id: str
    calendar_id: str
    organizer_id: str
    summary: str
    when: When
    created_ms: int
    updated_ms: int
    version: int = 1
    description: str | None = None
    recurrence: Recurrence | None = None
    location: str | None = None
    reminders: tuple[Reminder, ...] = ()
    conference_id: str | None = None
    rich_text: str | None = None
    ui_configs: tuple[UiConfig, ...] = ()
    categories: tuple[Category, ...] = ()
    cards: tuple[Card, ...] = ()
    free_busy: FreeBusy = "busy"
    attendee_rights: AttendeeRights | None = None
    private: bool = False
    """Others who see the calendar learn no more than that its owner is busy (decision 87). Of a series, the whole."""
    subscribed: bool = False
    """In a subscribed calendar: nobody attends it, and it takes nobody's time (decision 86)."""
    cancelled: bool = False
    """Called off: it stays everywhere, and takes nobody's time (decision 13). Of an occurrence: it, or its series."""
    rooms: tuple[EventRoom, ...] = ()
    """Of a series those of every occurrence that has nothing of its own about them."""
    occurrences_with_rooms: bool = False
    """Whether single occurrences may have something of their own about rooms."""
    asked_version: int = 1
    """The version since which people are asked for an answer: one to a version before is none (decision 107)."""

    @property
    def takes_rooms(self) -> bool:
        """Whether anything is to be done about rooms when it changes."""
        return bool(self.rooms) or self.occurrences_with_rooms

    @property
    def until_ms(self) -> int | None:
        """An instant after which no occurrence ends, where the event alone tells one."""
        return self.when.ends_ms if self.recurrence is None else last_end_ms(self.recurrence, self.when)


class EventChange(Struct, frozen=True, gc=False):
    """What a request says about an event. UNSET was not sent; None clears."""

    when: GivenWhen = GivenWhen()
    summary: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    recurrence: GivenRecurrence | UnsetType = UNSET
    attendees: tuple[GivenAttendee, ...] | UnsetType = UNSET
    location: str | UnsetType | None = UNSET
    reminders: tuple[Reminder, ...] | UnsetType = UNSET
    online_meeting: str | UnsetType | None = UNSET
    """The type of meeting to make; None ends the one there is."""
    rich_text: str | UnsetType | None = UNSET
    ui_configs: tuple[UiConfig, ...] | UnsetType = UNSET
    categories: tuple[Category, ...] | UnsetType = UNSET
    cards: tuple[Card, ...] | UnsetType = UNSET
    free_busy: FreeBusy | UnsetType = UNSET
    attendee_rights: AttendeeRights | UnsetType | None = UNSET
    private: bool | UnsetType = UNSET
    switches: dict[str, str] = {}
    """`extra`: whom this one change is announced to."""


_COPIED = (
    "summary", "description", "location", "reminders", "rich_text", "ui_configs", "categories", "cards",
    "free_busy", "attendee_rights", "private",
)  # fmt: skip


class Origin(Struct, frozen=True, gc=False):
    """Whose event a new one is."""

    corp_id: str
    calendar_id: str
    organizer_id: str
    subscribed: bool = False


def new_event(
    origin: Origin, draft: EventChange, *, rules: Rules, event_id: str, conference_id: str, now_ms: int
) -> Event:
    """The event that *draft* describes. *conference_id* is used if it asks for a meeting.

    Raises InvalidParameter, with the documented text where summary, start or end is missing.
    """
    if draft.summary is UNSET:
        raise _blank_summary()
    _check_fields(draft, rules)
    if origin.subscribed:
        check_unattended(draft)
    when = new_when(draft.when, rules)
    event = Event(
        corp_id=origin.corp_id,
        id=event_id,
        calendar_id=origin.calendar_id,
        organizer_id=origin.organizer_id,
        summary=draft.summary,
        when=when,
        created_ms=now_ms,
        updated_ms=now_ms,
        recurrence=None if draft.recurrence is UNSET else settle(draft.recurrence, when, rules),
        reminders=ALL_DAY_REMINDERS if isinstance(when, AllDay) else TIMED_REMINDERS,
        conference_id=conference_id if draft.online_meeting else None,
        free_busy="free" if origin.subscribed else "busy",
        subscribed=origin.subscribed,
    )
    return _occurring(msgspec.structs.replace(event, **_sent(draft)))


def change_event(
    event: Event, change: EventChange, *, by: str, rules: Rules, conference_id: str, now_ms: int
) -> Event:
    """*event* with the fields that *change* names replaced. *by* is a unionId.

    Raises:
        PermissionDenied: *by* is not the organizer (decision 12).
        InvalidParameter: it was cancelled, or what it would become breaks a rule.

    Source: the reference page of Update event: a field not sent stays as it is; decision 2.
    """
    check_organizer(event, by)
    check_not_cancelled(event)
    check_change(change, rules)
    if event.subscribed:
        check_unattended(change)
    when = change_when(event.when, change.when, rules)
    recurrence = event.recurrence
    if change.recurrence is not UNSET:
        recurrence = settle(change.recurrence, when, rules)
    elif recurrence is not None:
        check_start(recurrence, when)
    named = _sent(change)
    if change.online_meeting is not UNSET:
        named["conference_id"] = conference_id if change.online_meeting else None
    changed = msgspec.structs.replace(
        event,
        when=when,
        recurrence=recurrence,
        version=event.version + 1,
        updated_ms=now_ms,
        **named,
    )
    return changed if changed.recurrence is None else _occurring(changed)


def check_draft(draft: EventChange, rules: Rules) -> None:
    """Raises InvalidParameter for what is wrong in *draft* whoever makes an event of it."""
    if draft.summary is UNSET:
        raise _blank_summary()
    _check_fields(draft, rules)
    new_when(draft.when, rules)


def check_change(change: EventChange, rules: Rules) -> None:
    """Raises InvalidParameter for what is wrong in *change* whatever event it is for."""
    _check_fields(change, rules)
    _check_end_and_number(change, rules)


def check_unattended(change: EventChange) -> None:
    """Raises InvalidParameter for what no event of a subscribed calendar has (decision 86)."""
    if change.attendees:
        raise InvalidParameter(description="attendees: nobody attends an event of a subscribed calendar")
    if change.free_busy == "busy":
        raise InvalidParameter(
            description="freeBusyStatus: an event of a subscribed calendar takes nobody's time; it is free"
        )


def check_organizer(event: Event, by: str) -> None:
    """Raises PermissionDenied, which names the organizer, unless it is *by*."""
    if by != event.organizer_id:
        raise PermissionDenied(
            description=f"Only the organizer, {event.organizer_id}, can change this event."
        )


def check_not_cancelled(event: Event) -> None:
    """Raises InvalidParameter for what was cancelled: it is only read, or deleted (decision 13)."""
    if event.cancelled:
        raise InvalidParameter(
            description=f"eventId: {event.id} was cancelled; it can only be read or deleted"
        )


def asks_again(before: Event, after: Event) -> bool:
    """Whether people must answer again: start, end, zone or rule really changed (decision 11).

    An `endDate` that names the same instant in other words is no change.
    """
    return before.when != after.when or rule_of(before) != rule_of(after)


def rule_of(event: Event) -> object:
    """What is equal for two rules that are the same in other words; None without one."""
    rule = event.recurrence
    if rule is None:
        return None
    end_date = rule.range.end_date
    last = None if end_date is None else last_start(end_date, event.when)
    return rule.pattern, rule.rrule, rule.range.type, rule.range.number_of_occurrences, last


def _occurring(event: Event) -> Event:
    """*event*, unless it is a series without an occurrence, or with endless ones: then it raises InvalidParameter."""
    if event.recurrence is not None and event.when.ends_ms - event.when.starts_ms > LONGEST_MS:
        raise InvalidParameter(description="end: an occurrence of a series lasts a year at most")
    if event.recurrence is not None and next(expand_days(event.recurrence, event.when), None) is None:
        raise InvalidParameter(
            description="recurrence: no day fits it between start and the end of its range"
        )
    return event


def _sent(change: EventChange) -> dict[str, object]:
    return {name: value for name in _COPIED if (value := getattr(change, name)) is not UNSET}


def _check_fields(change: EventChange, rules: Rules) -> None:
    if change.summary is not UNSET:
        if not change.summary.strip():
            raise _blank_summary()
        _check_length(change.summary, SUMMARY_CHARACTERS, "summary")
    if change.description is not UNSET:
        _check_length(change.description, DESCRIPTION_CHARACTERS, "description")
    if change.reminders is not UNSET:
        if len(change.reminders) > REMINDERS:
            raise InvalidParameter(description=f"reminders: at most {REMINDERS}")
        for number, reminder in enumerate(change.reminders):
            if reminder.minutes not in REMINDER_MINUTES:
                raise InvalidParameter(
                    description=f"reminders[{number}].minutes: expected minutes before the start, 0 or more"
                )
    if change.attendees is not UNSET:
        check_given(change.attendees)
    if change.recurrence is not UNSET:
        check_rule(change.recurrence, rules)


def _check_end_and_number(change: EventChange, rules: Rules) -> None:
    rule = change.recurrence
    if change.when.end is None or rule is UNSET or rule.range is None:
        return
    if rule.range.number_of_occurrences is not None:
        lenient_accepts(rules, "end and recurrence.range.numberOfOccurrences cannot be set at the same time")


def _check_length(text: str, characters: int, field: str) -> None:
    if len(text) > characters:
        raise InvalidParameter(description=f"{field}: {len(text)} characters are more than {characters}")


def _blank_summary() -> InvalidParameter:
    return InvalidParameter(
        "Event summary cannot be blank", description="summary: it must hold more than white space"
    )
