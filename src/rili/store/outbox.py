"""What changed, written with the change itself, for delivery to read later.

Syncs read it too (`agenda_rows.changed`): a row stays as long as a sync token lives, 30 days.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from rili.model.event_rooms import RoomStatus
from rili.store.db import Tx

Kind = Literal["create", "update", "delete", "cancel", "leave", "people", "respond", "rooms", "share"]
"""`cancel`: it stays, and does not take place. `leave`: one attendee took it off their own calendar. `people`: some
were added or removed, no more. `rooms`: rooms were added, removed or answered, no more. `share`: no event, but a
calendar under whose id it stands was shared."""


class RoomChange(msgspec.Struct, frozen=True, gc=False):
    """What became of one room of an event; no status: it was not, or is not, on it."""

    room_id: str
    before: RoomStatus | None
    after: RoomStatus | None


class Change(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One change of one event, with all that apps, people and the change feed will need."""

    corp_id: str
    event_id: str
    kind: Kind
    app_key: str
    """The app that made the change."""
    operator_id: str
    """The unionId of who made it."""
    created_ms: int
    recipients: tuple[str, ...]
    """Everybody on the event, before or after; of `people` and `respond` whom it concerns (decision 54)."""
    before: str | None = None
    after: str | None = None
    """The event as it is stored."""
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    occurrence: str | None = None
    """The key of the slot, when one occurrence alone changed; then before and after are what it is like."""
    on_behalf_of: str | None = None
    """In whose name, where the operator acted through a calendar that was shared with them."""
    response: str | None = None
    """What the operator answered, or who they acted for."""
    rooms: tuple[RoomChange, ...] = ()
    """Of `rooms`: which, and what became of them."""
    switches: dict[str, str] = {}
    """`extra`, and the switches of a delete: who is not to be told, and how."""


class _Body(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    app_key: str
    operator_id: str
    recipients: tuple[str, ...]
    before: msgspec.Raw | None = None
    after: msgspec.Raw | None = None
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    occurrence: str | None = None
    on_behalf_of: str | None = None
    response: str | None = None
    rooms: tuple[RoomChange, ...] = ()
    switches: dict[str, str] = {}


def add(tx: Tx, change: Change) -> None:
    """Queue *change*: one for each event that the transaction changes."""
    body = _Body(
        change.app_key,
        change.operator_id,
        change.recipients,
        None if change.before is None else msgspec.Raw(change.before),
        None if change.after is None else msgspec.Raw(change.after),
        change.joined,
        change.left,
        change.occurrence,
        change.on_behalf_of,
        change.response,
        change.rooms,
        change.switches,
    )
    tx.queue(
        """
        INSERT INTO outbox (corp_id, change_no, event_id, kind, created_ms, body)
        VALUES (:corp_id, :change_no, :event_id, :kind, :created_ms, :body)
        """,
        corp_id=change.corp_id,
        change_no=tx.change_no(),
        kind=change.kind,
        event_id=change.event_id,
        created_ms=change.created_ms,
        body=msgspec.json.encode(body).decode(),
    )
