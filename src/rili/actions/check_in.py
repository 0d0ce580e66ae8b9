"""Signing in to an event and out of it; who did, and the links through which people do (decision 58)."""

from __future__ import annotations

from msgspec import Struct

from rili.actions import occurrences
from rili.actions.access import (
    Place,
    Target,
    calendar_of,
    check_on_whole,
    find_occurrence,
    find_to_change,
    find_to_read,
    no_event,
    reach,
    target_of,
)
from rili.auth.callers import Caller
from rili.errors import InstanceNotExist, ItemNotFound, LaunchDenied, NotInEvent
from rili.model.event import Event, check_not_cancelled
from rili.model.people import Attendee
from rili.model.secrets import hash_secret
from rili.model.series import Instance
from rili.store import attendees, check_ins
from rili.store.check_ins import Kind, Link
from rili.store.db import Tx

_LAUNCH = {
    "in": "Request user has no permission to launch check in",
    "out": "Request user has no permission to launch sign out",
}


class Signed(Struct, frozen=True, gc=False):
    """One person of a list, and when they signed, if they did."""

    person: Attendee
    at_ms: int | None


class Signers(Struct, frozen=True, gc=False):
    """One page of a list, and after whom the next one goes on."""

    people: list[Signed]
    next: tuple[int, str] | None


def sign(tx: Tx, by: Caller, place: Place, event_id: str, kind: Kind) -> int:
    """Sign the path's user in or out; answers when they did, the first time (epoch milliseconds).

    A series and each of its occurrences are separate. Raises NotInEvent, InvalidParameter for what was cancelled,
    ItemNotFound for an unknown user or calendar.
    """
    by, place = reach(tx, by, place, "owner", attended=True)
    calendar_of(tx, by, place)
    target = target_of(event_id)
    try:
        event = find_to_change(tx, by, place, target).event
        one = _named(tx, by, place, event, target)
    except ItemNotFound:
        raise NotInEvent(description=f"userId: this person is on no event {event_id}") from None
    check_not_cancelled(one.event if one else event)
    return check_ins.put(tx, event, one.slot if one else None, kind, place.user_id, by.now_ms)


def list_signed(
    tx: Tx, by: Caller, place: Place, event_id: str, kind: Kind, *, signed: bool, after: tuple[int, str] | None,
    limit: int,
) -> Signers:  # fmt: skip
    """Those on the event who signed, or have not yet, in the order of the event's people.

    *after* is a place of that order and an id. Who left the event is not waited for. Raises ItemNotFound,
    InstanceNotExist.
    """
    by, place = reach(tx, by, place, "reader", attended=True)
    target = target_of(event_id)
    event = find_to_read(tx, by, place, target).event
    try:
        one = _named(tx, by, place, event, target)
    except ItemNotFound:
        if target == target_of(event.id):
            raise
        raise InstanceNotExist(description=f"The series {event.id} has no such occurrence.") from None
    people = occurrences.people_of(tx, one) if one else attendees.of_event(tx, by.corp_id, event.id)
    times = check_ins.of_event(tx, event, one.slot if one else None, kind)
    found = [
        Signed(person, times.get(person.person_id))
        for person in sorted(people, key=_order)
        if (person.person_id in times) == signed
        and (signed or not person.left)
        and (after is None or _order(person) > after)
    ]
    more = len(found) > limit
    return Signers(found[:limit], _order(found[limit - 1].person) if more else None)


def make_link(tx: Tx, by: Caller, place: Place, event_id: str, kind: Kind, *, new_code: str) -> None:
    """Make *new_code* good for signing in to the event, or out of it; its hash is kept (decision 25).

    Raises LaunchDenied for who is not the organizer, ItemNotFound, InvalidParameter for what was cancelled.
    """
    by, place = reach(tx, by, place, "writer", attended=True)
    target = target_of(event_id)
    event = find_to_change(tx, by, place, target).event
    one = _named(tx, by, place, event, target)
    if place.user_id != event.organizer_id:
        raise LaunchDenied(
            _LAUNCH[kind], description=f"userId: only the organizer, {event.organizer_id}, launches it"
        )
    check_not_cancelled(one.event if one else event)
    named = one.event.id if one else event.id
    check_ins.add_link(tx, Link(by.corp_id, named, kind), hash_secret(new_code), by.now_ms)


def find_link(tx: Tx, code: str, kind: Kind) -> Link | None:
    """What the link with *code* is good for; None for another kind of link."""
    link = check_ins.link(tx, hash_secret(code))
    return link if link and link.kind == kind else None


def _named(tx: Tx, by: Caller, place: Place, event: Event, target: Target) -> Instance | None:
    """The occurrence that is named, or None where the whole event is. Raises ItemNotFound."""
    if target == target_of(event.id):
        check_on_whole(tx, by, place, event)
        return None
    one = find_occurrence(tx, by, place, event, target)
    if one is None:
        raise no_event(event.id)
    return one


def _order(one: Attendee) -> tuple[int, str]:
    return one.place, one.person_id
