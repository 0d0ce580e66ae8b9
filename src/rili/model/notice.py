"""What one person is told: of one event by a notification here, and by mail; of a calendar here alone. Pure."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from rili.model.event import Event
from rili.model.event_rooms import EventRoom
from rili.model.people import Response

NoticeKind = Literal["invitation", "change", "cancellation", "answer", "reminder"]


class Notice(Struct, frozen=True, gc=False, omit_defaults=True, tag="event"):
    """One thing that a person is told of an event."""

    kind: NoticeKind
    event: Event
    """As it is after what happened; of a cancellation as it was. An occurrence stands alone, with its series' id."""
    occurrence: str | None = None
    """The key of the slot, where it is about one occurrence alone."""
    operator_id: str | None = None
    """Who did it."""
    changed: tuple[str, ...] = ()
    """Of a change: which fields, by the names of `Event`, `attendees` and `organizer`."""
    response: Response | None = None
    """Of an answer: what the operator answered."""
    rooms: tuple[EventRoom, ...] = ()
    """Of a change of rooms: those that somebody approved of or refused, as they are now."""
    removed: bool = False
    """Of a cancellation: it takes place, but without this person, who was taken off it."""
    minutes: int | None = None
    """Of a reminder: how long before the start it was to be."""
    late: bool = False
    """Of a reminder: the server was not there at its time."""


class SharedCalendar(Struct, frozen=True, gc=False, tag="calendar"):
    """Another thing that a person is told: somebody lets them see a calendar."""

    calendar_id: str
    owner_id: str


Told = Notice | SharedCalendar


class MailNotice(Struct, frozen=True, gc=False, omit_defaults=True):
    """A notice as it waits for its mail to be sent."""

    person_id: str
    email: str
    notice: Notice
    guest: bool = False
    """Somebody with no account here."""


RICH_TEXT_IN_MAILS = 16_384
"""Characters. Each of thousands of people gets a copy; the plain description says the same."""


def in_brief(told: Told) -> Told:
    """*told* as it is kept for its reader: when and where, and what to look at, not all that is said there."""
    if isinstance(told, SharedCalendar):
        return told
    event = replace(
        told.event,
        description=None,
        rich_text=None,
        reminders=(),
        ui_configs=(),
        categories=(),
        cards=(),
        attendee_rights=None,
    )
    return replace(told, event=event)


def for_mail(notice: Notice) -> Notice:
    """*notice* as a mail needs it."""
    event = notice.event
    rich_text = event.rich_text
    if rich_text is not None and len(rich_text) > RICH_TEXT_IN_MAILS:
        rich_text = None
    return replace(notice, event=replace(event, rich_text=rich_text, ui_configs=(), cards=()))
