"""What an update asks for, and of what: handed through the ways in which a series may be changed."""

from __future__ import annotations

from msgspec import UNSET, Struct
from msgspec.structs import replace

from rili.actions.access import Place
from rili.auth.callers import Caller
from rili.model.event import Event, EventChange, change_event
from rili.model.ids import NewBytes
from rili.model.rules import Rules
from rili.model.series import Instance
from rili.model.series_edit import Shift
from rili.model.when import GivenWhen, change_when
from rili.store.db import Tx
from rili.store.events import Stored


class Edit(Struct, frozen=True, gc=False):
    """One request to change an event that was found and locked."""

    tx: Tx
    by: Caller
    place: Place
    stored: Stored
    change: EventChange
    rules: Rules
    new_bytes: NewBytes
    conference_id: str
    """Of the meeting that the change asks for, if it does."""
    cancels: bool = False
    """Whether what it concerns is called off, besides what *change* says of it."""

    def changed(self, event: Event, *, moved: bool = False) -> Event:
        """*event* with what the request says; *moved* when it is where the request wants it already.

        Raises PermissionDenied, InvalidParameter.
        """
        return change_event(
            event,
            replace(self.change, when=GivenWhen()) if moved else self.change,
            by=self.place.user_id,
            rules=self.rules,
            conference_id=self.conference_id,
            now_ms=self.by.now_ms,
        )

    def changed_occurrence(self, one: Instance) -> Event:
        """What the occurrence *one* is like with what the request says. Raises PermissionDenied, InvalidParameter."""
        return change_event(
            one.event,
            replace(self.change, recurrence=UNSET),
            by=self.place.user_id,
            rules=self.rules,
            conference_id=self.conference_id,
            now_ms=self.by.now_ms,
        )

    def shift(self, one: Instance) -> Shift:
        """Where the request moves the occurrence *one*. Raises InvalidParameter."""
        return Shift(one.event.when, change_when(one.event.when, self.change.when, self.rules))

    @property
    def brings_rule(self) -> bool:
        """Whether the request says how the series repeats."""
        return self.change.recurrence is not UNSET
