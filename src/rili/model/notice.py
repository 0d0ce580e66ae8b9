"""What one person is told of one event: by a notification here, and by mail. Pure."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from rili.model.event import Event
from rili.model.people import Response

NoticeKind = Literal["invitation", "change", "cancellation", "answer", "reminder"]


class Notice(Struct, frozen=True, gc=False, omit_defaults=True):
    """One thing that a person is told."""

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
    minutes: int | None = None
    """Of a reminder: how long before the start it was to be."""
    late: bool = False
    """Of a reminder: the server was not there at its time."""


class MailNotice(Struct, frozen=True, gc=False, omit_defaults=True):
    """A notice as it waits for its mail to be sent."""

    person_id: str
    email: str
    notice: Notice
    guest: bool = False
    """Somebody with no account here."""
