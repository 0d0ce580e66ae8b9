"""What can be done with an event: make, read, change, delete it; whole, one occurrence of it, or from one on."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from msgspec import UNSET
from msgspec.structs import replace

from rili.actions import occurrences, series
from rili.actions.access import (
    PRIMARY,
    Place,
    Seen,
    calendar_of,
    check_on_whole,
    check_precondition,
    find_occurrence,
    find_to_change,
    find_to_read,
    no_event,
    reach,
    standing_of,
    target_of,
)
from rili.actions.announce import announce, colleagues
from rili.actions.app_range import check_person
from rili.actions.bookings import asked_again, moving, rebook, rooms_of
from rili.actions.edit import Edit
from rili.actions.leave import leave_event, leave_occurrence
from rili.actions.people import invite
from rili.actions.series import Edited
from rili.auth.callers import Caller
from rili.errors import InstanceNotExist, InvalidParameter, OutOfRange, PermissionDeny
from rili.model.event import (
    EventChange,
    Origin,
    asks_again,
    change_event,
    check_change,
    check_draft,
    new_event,
)
from rili.model.ids import EVENT_ID_BYTES, NewBytes
from rili.model.ids import event_id as event_id_of
from rili.model.people import Attendee, PeopleChange, organizer_only, replace_people, reset_answers
from rili.model.rules import Rules
from rili.model.series import Instance, span_of
from rili.store import agenda, agenda_rows, attendees, calendars, events, overrides
from rili.store.calendars import Primary
from rili.store.db import Tx
from rili.store.events import Stored

__all__ = [
    "PRIMARY",
    "Edited",
    "Place",
    "Scope",
    "Seen",
    "create_event",
    "delete_event",
    "get_event",
    "update_event",
]

Scope = Literal["this", "following", "all"]
SCOPES: tuple[Scope, ...] = ("this", "following", "all")


def create_event(
    tx: Tx, by: Caller, place: Place, draft: EventChange, *, rules: Rules, new_bytes: NewBytes
) -> Seen:
    """Make an event in the path user's calendar, who becomes its organizer.

    Raises ItemNotFound for an unknown user or calendar, PermissionDeny for a user outside the range of the app,
    InvalidParameter for what breaks a rule.
    """
    check_draft(draft, rules)  # what is wrong for everybody comes before who and where
    by, place, calendar = _reach_to_create(tx, by, place)
    organizer = organizer_only(calendar.owner_id, calendar.owner_name)
    event = new_event(
        Origin(by.corp_id, calendar.calendar_id, calendar.owner_id, place.subscribed),
        draft,
        rules=rules,
        event_id=event_id_of(new_bytes(EVENT_ID_BYTES)),
        conference_id=_conference_id(draft, new_bytes),
        now_ms=by.now_ms,
    )
    people: tuple[Attendee, ...] = (organizer,)
    if draft.attendees is not UNSET:
        invited = invite(tx, by, draft.attendees, people, new_bytes)
        people = replace_people(people, invited, calendar.owner_id).people
    body = events.add(tx, event)
    attendees.add(tx, event, people)
    agenda.show(tx, event, span_of(event), colleagues(people))
    announce(
        tx, by, place.user_id, event, "create", people, after=body, joined=people, switches=draft.switches
    )
    return Seen(event, people, place.user_id)


def update_event(
    tx: Tx,
    by: Caller,
    place: Place,
    event_id: str,
    change: EventChange,
    *,
    scope: Scope | None = None,
    rules: Rules,
    new_bytes: NewBytes,
    if_match: frozenset[str] | None = None,
) -> Seen | Edited:
    """Change an event, a series, or through an occurrence's id that one, all, or those from there on (decision 10).

    Queues the announcement, or does neither. Edited is the answer where it was a series.
    Raises ItemNotFound, PermissionDenied, InvalidParameter, PreconditionFailed.
    """
    check_change(change, rules)  # what is wrong for every event comes before whether this one is there
    by, place = reach(tx, by, place, "writer")
    target = target_of(event_id)
    stored = find_to_change(tx, by, place, target)
    edit = Edit(tx, by, place, stored, change, rules, new_bytes, _conference_id(change, new_bytes))
    if target == target_of(stored.event.id):
        check_scope_of_whole(scope)
        check_on_whole(tx, by, place, stored.event)
        check_precondition(stored.event, if_match)
        if stored.event.recurrence is not None:
            return series.update_all(edit, None)
        return _update_single(edit)
    one = find_occurrence(tx, by, place, stored.event, target)
    if one is None:
        raise no_event(event_id)
    check_precondition(stored.event, if_match)
    if scope == "all":
        return series.update_all(edit, one)
    if scope == "following":
        return series.update_following(edit, one)
    return occurrences.update(edit, one)


def state_of(tx: Tx, by: Caller, place: Place, event_id: str) -> tuple[int, ...] | None:
    """Numbers that stay while what `get_event` answers does; None where nothing is there, or they do not tell.

    Raises OutOfRange.
    """
    calendar_id = None if place.calendar_id == PRIMARY else place.calendar_id
    state = agenda_rows.state_of_event(
        tx, by.corp_id, place.user_id, calendar_id, target_of(event_id).event_id
    )
    if state is not None:
        check_person(tx, by, place.user_id)
    return state


def get_event(tx: Tx, by: Caller, place: Place, event_id: str, *, shown: int) -> Seen:
    """An event, or one occurrence, with at most *shown* of its people, and the organizer in any case.

    Raises ItemNotFound, or InstanceNotExist for what was deleted or does not occur (decision 13).
    """
    by, place = reach(tx, by, place, "reader")
    target = target_of(event_id)
    stored = find_to_read(tx, by, place, target)
    event = stored.event
    if target == target_of(event.id):
        check_on_whole(tx, by, place, event)
        people = attendees.of_event(tx, by.corp_id, event.id, limit=max(shown, 1))
        return Seen(event, people, place.user_id)
    one = find_occurrence(tx, by, place, event, target)
    if one is None:
        raise InstanceNotExist(description=f"The series {event.id} has no such occurrence.")
    return Seen(one.event, occurrences.people_of(tx, one, limit=max(shown, 1)), place.user_id, one)


def delete_event(
    tx: Tx,
    by: Caller,
    place: Place,
    event_id: str,
    *,
    scope: Scope | None = None,
    switches: dict[str, str],
    shown: int = 0,
    if_match: frozenset[str] | None = None,
) -> Edited:
    """By the organizer: gone for everybody. By an attendee: gone from their calendar, and declined.

    Through an occurrence's id that one, all, or those from there on. What an attendee leaves is answered with the first
    *shown* of its people.
    Raises ItemNotFound, PermissionDenied, PreconditionFailed. Source: decisions 10, 13.
    """
    by, place = reach(tx, by, place, "writer")
    target = target_of(event_id)
    stored = find_to_change(tx, by, place, target)
    event = stored.event
    if target == target_of(event.id):
        check_scope_of_whole(scope)
        check_on_whole(tx, by, place, event)
        check_precondition(event, if_match)
        return _delete_whole(tx, by, place, stored, switches, shown)
    one = find_occurrence(tx, by, place, event, target)
    if one is None:
        raise no_event(event_id)
    check_precondition(event, if_match)
    if scope == "all":
        return _delete_all(tx, by, place, stored, one, switches, shown)
    if scope == "following":
        if series.is_first(tx, one):
            return _delete_all(tx, by, place, stored, one, switches, shown)
        return series.delete_following(tx, by, place, stored, one, switches)
    if place.user_id == event.organizer_id:
        return Edited(occurrences.delete(tx, by, stored, one, switches), cancelled=True)
    return Edited(leave_occurrence(tx, by, place, stored, one, switches, shown=shown), cancelled=True)


def _delete_all(
    tx: Tx, by: Caller, place: Place, stored: Stored, one: Instance, switches: dict[str, str], shown: int
) -> Edited:
    """The whole series, through *one*; who is on single occurrences alone is told of that one."""
    seen = None
    if not standing_of(tx, by, place, stored.event).whole:
        people = occurrences.people_of(tx, one, limit=shown) if shown else ()
        seen = Seen(one.event, people, place.user_id, one)
    edited = _delete_whole(tx, by, place, stored, switches, shown)
    return replace(edited, seen=seen) if seen else edited


def _update_single(edit: Edit) -> Seen:
    tx, by, place, change, before = edit.tx, edit.by, edit.place, edit.change, edit.stored.event
    event = change_event(
        before, change, by=place.user_id, rules=edit.rules, conference_id=edit.conference_id, now_ms=by.now_ms
    )
    moves = asks_again(before, event)
    booked = rooms_of(tx, event, by.now_ms) if moves and event.takes_rooms else None
    if booked:
        event = asked_again(event, booked)
    if moves:
        event = replace(event, asked_version=event.version)
    people = attendees.of_event(tx, by.corp_id, event.id)
    moved = PeopleChange(people)
    if change.attendees is not UNSET:
        invited = invite(tx, by, change.attendees, people, edit.new_bytes)
        moved = replace_people(people, invited, before.organizer_id)
    body = events.replace(tx, event)
    attendees.apply(tx, event, moved)
    people = moved.people
    if not moves:
        agenda.touch(tx, event)
    else:
        if (asked := reset_answers(people, event.organizer_id)) != people:
            attendees.ask_again(tx, event)
            people = asked
        agenda.move(tx, event, span_of(event))
        if event.recurrence is not None:  # the event itself is no longer listed, its occurrences are
            series.remember(tx, before, (), by.now_ms)
    if booked:
        with moving():
            rebook(tx, event, {}, booked)
    if moved.left:
        agenda.hide(tx, event, colleagues(moved.left), by.now_ms)
    if moved.joined:
        agenda.show(tx, event, span_of(event), colleagues(moved.joined))
    announce(
        tx, by, place.user_id, event, "update", (*people, *moved.left),
        before=edit.stored.body, after=body, joined=moved.joined, left=moved.left, switches=change.switches,
        asks_again=moves,
    )  # fmt: skip
    return Seen(event, people, place.user_id)


def _delete_whole(
    tx: Tx, by: Caller, place: Place, stored: Stored, switches: dict[str, str], shown: int
) -> Edited:
    event, user_id = stored.event, place.user_id
    if user_id != event.organizer_id:
        return Edited(leave_event(tx, by, place, stored, switches, shown=shown), cancelled=True)
    people = attendees.of_event(tx, by.corp_id, event.id)
    events.delete(tx, event, by.now_ms)
    agenda.hide_everywhere(tx, event, by.now_ms)
    announce(tx, by, user_id, event, "delete", people, before=stored.body, switches=switches)
    found = overrides.of_event(tx, by.corp_id, event.id) if event.recurrence else {}
    dropped = tuple(series.dropped_of(event, slot, override) for slot, override in found.items())
    return Edited(Seen(event, people, user_id), cancelled=True, dropped=dropped)


def check_scope_of_whole(scope: Scope | None) -> None:
    """Raises InvalidParameter for a scope that needs an occurrence, where a whole event is named (decision 49)."""
    if scope == "following":
        raise InvalidParameter(
            description="scope: following needs the id of an occurrence; this id is a whole event's"
        )
    if scope == "this":
        raise InvalidParameter(
            description="scope: this needs the id of an occurrence; this id is a whole event's"
        )


def _reach_to_create(tx: Tx, by: Caller, place: Place) -> tuple[Caller, Place, Primary]:
    try:
        by, place = reach(tx, by, place, "writer")
        if place.subscribed:  # it must not be deleted, or pass to another author, meanwhile
            calendars.lock(tx, by.corp_id, place.calendar_id)
        return by, place, calendar_of(tx, by, place)
    except OutOfRange as outside:
        raise PermissionDeny(description=outside.description) from None  # decision 8


def _conference_id(change: EventChange, new_bytes: NewBytes) -> str:
    return str(UUID(bytes=new_bytes(16), version=4)) if change.online_meeting else ""
