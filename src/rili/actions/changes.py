"""The change feed: every change of an organisation's events, in order, as far as an app may see them (decision 101)."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import cast

from msgspec import Struct

from rili.actions.app_range import limited, within
from rili.auth.callers import Caller
from rili.errors import CursorTooOld, InvalidParameter
from rili.errors.access import InvalidAuthentication
from rili.model.history import Answered, ChangeKind, EventChanged
from rili.model.people import Response
from rili.model.series import Slot
from rili.store import apps, event_readers, outbox, outbox_pruning
from rili.store.db import Tx
from rili.store.events import decode_event
from rili.store.outbox import Change, Position, Queued

ROWS = 50
"""Read in one transaction, which other requests wait for."""
PAGE_SIZE = 1 << 20
"""Characters, about, after which a page ends early."""
PERSON_SIZE = 40
PAGE_ROWS = 5_000
"""Rows after which it does, though an app with a range may see none of them."""


class FeedCursor(Struct, frozen=True, gc=False, array_like=True):
    """A place in the history of an organisation. *seal*: of what it was given for."""

    seal: str
    change_no: int
    event_id: str


class Part(Struct, frozen=True, gc=False):
    """What one look at the history found."""

    changes: list[EventChanged]
    position: Position
    """Up to where it was read."""
    more: bool
    """Whether something may follow at once."""
    read: int
    """Rows that were looked at, also those that the app may not see."""
    size: int
    """Characters, about, that the changes have."""


def check_follower(by: Caller) -> None:
    """Raises InvalidParameter for a person's token: a person's client follows calendars."""
    if by.union_id is not None:
        raise InvalidParameter(
            description="x-acs-dingtalk-access-token: the change feed takes an app's own token; with a person's, "
            "follow their calendar: GET .../calendars/primary/events with syncToken"
        )


def sealed(by: Caller, position: Position) -> FeedCursor:
    """*position* as a cursor of who calls."""
    return FeedCursor(_seal(by, position), position.change_no, position.event_id)


def position_of(by: Caller, cursor: FeedCursor) -> Position:
    """The place that *cursor* names. Raises InvalidParameter for one that was not given to this app here."""
    position = Position(cursor.change_no, cursor.event_id)
    if cursor.seal != _seal(by, position):
        raise InvalidParameter(description="cursor: it was given to another app, or for another organisation")
    return position


def latest(tx: Tx) -> Position:
    """Before whatever happens from now on."""
    return Position(tx.known_below())


def signing_key(tx: Tx, by: Caller) -> str:
    """What the answers of this app are signed with: the SHA-256 of its secret, which both sides know."""
    key = apps.secret_hash(tx, by.app_key)
    if key is None:  # it was removed a moment ago
        raise InvalidAuthentication
    return key


def read_part(tx: Tx, by: Caller, position: Position, limit: int) -> Part:
    """Up to *limit* changes after *position* that the app may see; the beginning is what is still kept.

    Raises CursorTooOld where some of what comes after *position* is no longer kept.
    """
    below = tx.known_below()
    most = ROWS if by.ranged else min(limit, ROWS)
    rows = outbox.after(tx, by.corp_id, position, most)
    if position != Position() and not outbox_pruning.reaches_back_to(tx, by.corp_id, position):
        raise CursorTooOld
    told: list[EventChanged] = []
    size = read = 0
    for row, seen in zip(rows, _seen(tx, by, rows), strict=True):
        position, read = row.position, read + 1
        if seen:
            told.append(_told(by, row))
            size += _size(row.change)
        if len(told) == limit or size >= PAGE_SIZE:
            return Part(told, position, more=True, read=read, size=size)
    if len(rows) == most:
        return Part(told, position, more=True, read=read, size=size)
    # All below is read: a place that stays good until something that comes after it is let go of.
    return Part(told, max(position, Position(below)), more=False, read=read, size=size)


def _seen(tx: Tx, by: Caller, rows: Iterable[Queued]) -> list[bool]:
    """Whether the app may see each: whatever somebody within its range has, or had, in their calendar (decision 75)."""
    changes = [row.change for row in rows]
    about_events = [one.kind != "share" for one in changes]
    if not any(about_events) or not limited(tx, by):
        return about_events
    inside = within(tx, by, {person for one in changes for person in _named(one)})
    known: dict[str, bool] = {}

    def stands_in_theirs(event_id: str) -> bool:
        if event_id not in known:
            known[event_id] = bool(within(tx, by, event_readers.of_event(tx, by.corp_id, event_id)))
        return known[event_id]

    # What some people do is told to those alone (decision 54), and yet seen by everybody on the event.
    return [
        is_event and (not inside.isdisjoint(_named(one)) or stands_in_theirs(one.event_id))
        for one, is_event in zip(changes, about_events, strict=True)
    ]


def _named(change: Change) -> set[str]:
    return {*change.recipients, *change.joined, *change.left}


def _size(change: Change) -> int:
    people = len(change.recipients) if change.kind == "create" else len(change.joined) + len(change.left)
    return len(change.before or "") + len(change.after or "") + people * PERSON_SIZE


def _told(by: Caller, row: Queued) -> EventChanged:
    change = row.change
    before = None if change.before is None else decode_event(change.before)
    after = None if change.after is None else decode_event(change.after)
    joined, answered = change.joined, None
    # The later half of a series that was called off from there on is new too, and cancelled at once.
    if change.kind == "create" or (change.kind == "cancel" and change.other_half is not None):
        before = None
        left = set(change.left)
        joined = tuple(one for one in change.recipients if one not in left)
    if change.kind in ("respond", "leave"):
        response = change.response if change.kind == "respond" else "declined"
        answered = Answered(change.on_behalf_of or change.operator_id, cast("Response", response))
    return EventChanged(
        id=_digest(by.corp_id, str(row.position.change_no), row.position.event_id),
        kind=cast("ChangeKind", change.kind),
        at_ms=change.created_ms,
        event_id=change.event_id,
        occurrence_id=Slot.of_key(change.occurrence).id_in(change.event_id) if change.occurrence else None,
        operator_id=change.operator_id,
        on_behalf_of=change.on_behalf_of,
        app_key=change.app_key,
        before=before,
        after=after,
        joined=joined,
        left=change.left,
        answered=answered,
        asked_again=change.asks_again,
    )


def _seal(by: Caller, position: Position) -> str:
    return _digest(by.corp_id, by.app_key, str(position.change_no), position.event_id)[:16]


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()[:32]
