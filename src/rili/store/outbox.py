"""What changed, written with the change itself, for delivery to read later.

Syncs (`agenda_rows.changed`) and the change feed read it too: a row stays for 30 days.
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
    origin_ms: int | None = None
    """When that occurrence starts by the rule."""
    on_behalf_of: str | None = None
    """In whose name, where the operator acted through a calendar that was shared with them."""
    response: str | None = None
    """What the operator answered, or who they acted for."""
    rooms: tuple[RoomChange, ...] = ()
    """Of `rooms`: which, and what became of them."""
    switches: dict[str, str] = {}
    """`extra`, and the switches of a delete: who is not to be told, and how."""


_NONE = msgspec.Raw()


class _Body(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    app_key: str
    operator_id: str
    recipients: tuple[str, ...]
    before: msgspec.Raw = _NONE
    after: msgspec.Raw = _NONE
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    occurrence: str | None = None
    origin_ms: int | None = None
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
        _NONE if change.before is None else msgspec.Raw(change.before),
        _NONE if change.after is None else msgspec.Raw(change.after),
        change.joined,
        change.left,
        change.occurrence,
        change.origin_ms,
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


class Position(msgspec.Struct, frozen=True, gc=False, order=True):
    """A row of the outbox; what comes after it is greater."""

    change_no: int = 0
    event_id: str = ""


class Queued(msgspec.Struct, frozen=True, gc=False):
    """A change in its place."""

    position: Position
    change: Change


def after(tx: Tx, corp_id: str, position: Position, limit: int) -> list[Queued]:
    """Changes after *position*, in order. What may still get company from before is left for later: of two changes
    the one that commits later may have the lower number. Changes of one event have numbers in their order, since each
    gets its own once it holds the event.
    """
    rows = tx.all(
        """
        SELECT change_no, event_id, kind, created_ms, body FROM outbox
         WHERE corp_id = :corp_id AND change_no >= :change_no
           AND (change_no > :change_no OR event_id > :event_id) AND change_no < :below
         ORDER BY change_no, event_id LIMIT :limit
        """,
        corp_id=corp_id,
        change_no=position.change_no,
        event_id=position.event_id,
        below=tx.known_below(),
        limit=limit,
    )
    return [
        Queued(Position(change_no, event_id), _change(corp_id, event_id, kind, created_ms, body))
        for change_no, event_id, kind, created_ms, body in rows
    ]


def _change(corp_id: str, event_id: str, kind: Kind, created_ms: int, text: str) -> Change:
    body = _decode(text)
    return Change(
        corp_id,
        event_id,
        kind,
        body.app_key,
        body.operator_id,
        created_ms,
        body.recipients,
        bytes(body.before).decode() or None,
        bytes(body.after).decode() or None,
        body.joined,
        body.left,
        body.occurrence,
        body.origin_ms,
        body.on_behalf_of,
        body.response,
        body.rooms,
        body.switches,
    )


_decode = msgspec.json.Decoder(_Body).decode
