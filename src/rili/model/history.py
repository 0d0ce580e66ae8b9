"""One change of an event in the organisation's history, as apps that follow it read it. Pure."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from rili.model.event import Event
from rili.model.people import Response

ChangeKind = Literal["create", "update", "delete", "cancel", "leave", "people", "respond", "rooms"]


class Answered(Struct, frozen=True, gc=False):
    """What somebody answered, or who left: declined."""

    person_id: str
    response: Response


class EventChanged(Struct, frozen=True, gc=False, kw_only=True):
    """Who changed what of which event, or of which occurrence of a series, and when."""

    id: str
    """Of this change; the same however often it is read."""
    kind: ChangeKind
    at_ms: int
    event_id: str
    """Of a series, also where one occurrence alone changed."""
    occurrence_id: str | None
    operator_id: str
    on_behalf_of: str | None
    app_key: str
    """'' where no app did it."""
    before: Event | None
    """None: the change made it."""
    after: Event | None
    """None: it is gone."""
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    answered: Answered | None = None
    asked_again: bool = False
    """Whether everybody but the organizer must answer again (decision 11)."""
