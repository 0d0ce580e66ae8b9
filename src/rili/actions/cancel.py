"""Calling an event off: it stays wherever it is, as cancelled (decision 13)."""

from __future__ import annotations

from msgspec.structs import replace

from rili.actions import occurrences, series
from rili.actions.access import (
    Place,
    Seen,
    check_on_whole,
    check_precondition,
    find_occurrence,
    find_to_change,
    no_event,
    reach,
    target_of,
)
from rili.actions.announce import announce, text_of
from rili.actions.edit import Edit
from rili.actions.events import Edited, Scope, check_scope_of_whole
from rili.auth.callers import Caller
from rili.model.event import EventChange, check_organizer
from rili.model.ids import NewBytes
from rili.model.rules import Rules
from rili.model.series import Instance, find_instance
from rili.store import agenda, attendees, bookings, events, overrides
from rili.store.db import Tx
from rili.store.events import Stored


def cancel_event(
    tx: Tx,
    by: Caller,
    place: Place,
    event_id: str,
    *,
    scope: Scope | None = None,
    rules: Rules,
    new_bytes: NewBytes,
    if_match: frozenset[str] | None = None,
) -> Edited:
    """Cancel an event or a series, or through an occurrence's id that one, all, or those from there on.

    What is cancelled already is answered, and not touched. *following* splits the series: the later half is cancelled
    with its exceptions (decision 10). Raises ItemNotFound, PermissionDenied, InvalidParameter, PreconditionFailed.
    """
    by, place = reach(tx, by, place, "writer")
    target = target_of(event_id)
    stored = find_to_change(tx, by, place, target)
    event = stored.event
    if target == target_of(event.id):
        check_scope_of_whole(scope)
        check_on_whole(tx, by, place, event)
        check_precondition(event, if_match)
        check_organizer(event, place.user_id)
        return _cancel_whole(tx, by, place, stored)
    one = find_occurrence(tx, by, place, event, target)
    if one is None:
        raise no_event(event_id)
    check_precondition(event, if_match)
    check_organizer(event, place.user_id)
    if scope == "all" or (scope == "following" and series.is_first(tx, one)):
        return _cancel_whole(tx, by, place, stored)
    if scope == "following" and not event.cancelled:
        edit = Edit(tx, by, place, stored, EventChange(), rules, new_bytes, "", cancels=True)
        return series.split(edit, one)
    return Edited(_cancel_one(tx, by, place, stored, one))


def _cancel_whole(tx: Tx, by: Caller, place: Place, stored: Stored) -> Edited:
    before = stored.event
    people = attendees.of_event(tx, by.corp_id, before.id)
    if before.cancelled:
        return Edited(Seen(before, people, place.user_id))
    event = replace(before, cancelled=True, version=before.version + 1, updated_ms=by.now_ms)
    body = events.replace(tx, event)
    if event.takes_rooms:
        bookings.release(tx, event)
    agenda.touch(tx, event)
    announce(
        tx, by, place.user_id, event, "cancel", people, before=stored.body, after=body, switches={}
    )  # fmt: skip
    return Edited(Seen(event, people, place.user_id))


def _cancel_one(tx: Tx, by: Caller, place: Place, stored: Stored, one: Instance) -> Seen:
    people = occurrences.people_of(tx, one)
    if one.event.cancelled:
        return Seen(one.event, people, place.user_id, one)
    after = replace(stored.event, version=stored.event.version + 1)
    events.replace(tx, after)
    override = replace(one.override, edited=True, cancelled=True, updated_ms=by.now_ms)
    overrides.put(tx, after, one.slot, override)
    if after.takes_rooms:
        bookings.release(tx, after, one.slot)
    occurrences.retell(tx, after)
    result = find_instance(after, one.slot, override)
    assert result is not None
    announce(
        tx, by, place.user_id, after, "cancel", people, before=text_of(one.event), after=text_of(result.event),
        occurrence=one, switches={},
    )  # fmt: skip
    return Seen(result.event, people, place.user_id, result)
