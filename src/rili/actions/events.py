"""What can be done with one event: make, read, change, delete it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from msgspec import UNSET, Struct
from msgspec.structs import replace

from rili.actions.people import invite, other_kind_of_id
from rili.auth.callers import Caller
from rili.errors import InstanceNotExist, InvalidParameter, ItemNotFound, PreconditionFailed
from rili.model.event import (
    Event,
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
from rili.store import agenda, attendees, calendars, events, outbox
from rili.store.calendars import Primary
from rili.store.db import Tx
from rili.store.events import Stored

PRIMARY = "primary"


class Place(Struct, frozen=True, gc=False):
    """Whose calendar a path names: a unionId, and `primary` or the calendar's own id."""

    user_id: str
    calendar_id: str


class Seen(Struct, frozen=True, gc=False):
    """An event as *viewer_id* sees it."""

    event: Event
    people: tuple[Attendee, ...]
    viewer_id: str


def create_event(
    tx: Tx, by: Caller, place: Place, draft: EventChange, *, rules: Rules, new_bytes: NewBytes
) -> Seen:
    """Make an event in the path user's calendar, who becomes its organizer.

    Raises ItemNotFound for an unknown user or calendar, InvalidParameter for what breaks a rule.
    """
    check_draft(draft, rules)  # what is wrong for everybody comes before who and where
    calendar = _calendar(tx, by, place)
    event = new_event(
        Origin(by.corp_id, calendar.calendar_id, place.user_id),
        draft,
        rules=rules,
        event_id=event_id_of(new_bytes(EVENT_ID_BYTES)),
        conference_id=_conference_id(draft, new_bytes),
        now_ms=by.now_ms,
    )
    organizer = organizer_only(place.user_id, calendar.owner_name)
    people: tuple[Attendee, ...] = (organizer,)
    if draft.attendees is not UNSET:
        invited = invite(tx, by, draft.attendees, people, new_bytes)
        people = replace_people(people, invited, place.user_id).people
    body = events.add(tx, event)
    attendees.add(tx, event, people)
    agenda.show(tx, event, _colleagues(people))
    _announce(tx, by, place, event, "create", people, after=body, joined=people, switches=draft.switches)
    return Seen(event, people, place.user_id)


def update_event(
    tx: Tx,
    by: Caller,
    place: Place,
    event_id: str,
    change: EventChange,
    *,
    rules: Rules,
    new_bytes: NewBytes,
    if_match: frozenset[str] | None = None,
) -> Seen:
    """Change one event and queue its announcement, or do neither.

    Raises ItemNotFound, PermissionDenied, InvalidParameter, PreconditionFailed.
    """
    check_change(change, rules)  # what is wrong for every event comes before whether this one is there
    stored = _to_change(tx, by, place, event_id)
    before = stored.event
    event = change_event(
        before,
        change,
        by=place.user_id,
        rules=rules,
        conference_id=_conference_id(change, new_bytes),
        now_ms=by.now_ms,
    )
    people = attendees.of_event(tx, by.corp_id, event_id)
    moved = PeopleChange(people)
    if change.attendees is not UNSET:
        moved = replace_people(
            people, invite(tx, by, change.attendees, people, new_bytes), before.organizer_id
        )
    check_precondition(before, if_match)
    body = events.replace(tx, event)
    attendees.apply(tx, event, moved)
    people = moved.people
    if asks_again(before, event) and (asked := reset_answers(people, event.organizer_id)) != people:
        attendees.ask_again(tx, event)
        people = asked
    agenda.move(tx, event)
    if moved.left:
        agenda.hide(tx, event, _colleagues(moved.left), by.now_ms)
    if moved.joined:
        agenda.show(tx, event, _colleagues(moved.joined))
    _announce(
        tx, by, place, event, "update", (*people, *moved.left),
        before=stored.body, after=body, joined=moved.joined, left=moved.left, switches=change.switches,
    )  # fmt: skip
    return Seen(event, people, place.user_id)


def get_event(tx: Tx, by: Caller, place: Place, event_id: str, *, shown: int) -> Seen:
    """One event with at most *shown* of its people, and the organizer in any case.

    Raises ItemNotFound, or InstanceNotExist for one that was deleted (decision 13).
    """
    stored = _stored(tx, by, place, event_id, lock=False)
    if stored.deleted or not stored.shown:
        raise InstanceNotExist(description="The event was deleted.")
    people = attendees.of_event(tx, by.corp_id, event_id, limit=max(shown, 1))
    return Seen(stored.event, people, place.user_id)


def delete_event(
    tx: Tx,
    by: Caller,
    place: Place,
    event_id: str,
    *,
    switches: dict[str, str],
    if_match: frozenset[str] | None = None,
) -> None:
    """By the organizer: gone for everybody. By an attendee: gone from their calendar, and declined.

    Raises ItemNotFound, PreconditionFailed. Source: decision 13.
    """
    stored = _to_change(tx, by, place, event_id)
    event = stored.event
    check_precondition(event, if_match)
    people = attendees.of_event(tx, by.corp_id, event_id)
    if place.user_id == event.organizer_id:
        events.delete(tx, event, by.now_ms)
        agenda.hide_everywhere(tx, event, by.now_ms)
        _announce(tx, by, place, event, "delete", people, before=stored.body, switches=switches)
        return
    after = events.replace(tx, replace(event, version=event.version + 1))
    attendees.leave(tx, event, place.user_id, by.now_ms)
    agenda.move(tx, event)
    agenda.hide(tx, event, [place.user_id], by.now_ms)
    _announce(tx, by, place, event, "leave", people, before=stored.body, after=after, switches=switches)


def check_precondition(event: Event, if_match: frozenset[str] | None) -> None:
    """Raises PreconditionFailed when *if_match* names versions, and none is the event's (decision 19)."""
    if if_match is not None and "*" not in if_match and str(event.version) not in if_match:
        raise PreconditionFailed(
            description="The event has changed since the version that If-Match names; read it again."
        )


def _calendar(tx: Tx, by: Caller, place: Place) -> Primary:
    """The calendar that *place* names. Raises ItemNotFound (decision 8)."""
    if place.user_id == "me":
        # Decision 14.
        raise InvalidParameter(description="userId: me needs a user token; with an app token give a unionId")
    calendar = calendars.primary(tx, by.corp_id, place.user_id)
    if calendar is None:
        raise ItemNotFound(
            "User does not exist.",
            description=f"userId: nobody here has the unionId {place.user_id}"
            + other_kind_of_id(tx, by.corp_id, place.user_id),
        )
    if place.calendar_id not in (PRIMARY, calendar.calendar_id):
        raise ItemNotFound(
            "Calendar does not exist.",
            description=f"calendarId: the user has no calendar {place.calendar_id}",
        )
    return calendar


def _to_change(tx: Tx, by: Caller, place: Place, event_id: str) -> Stored:
    stored = _stored(tx, by, place, event_id, lock=True)
    if stored.deleted or not stored.shown:
        raise _no_event(event_id)
    return stored


def _stored(tx: Tx, by: Caller, place: Place, event_id: str, *, lock: bool) -> Stored:
    calendar_id = None if place.calendar_id == PRIMARY else place.calendar_id
    stored = events.in_calendar(tx, by.corp_id, place.user_id, calendar_id, event_id, lock=lock)
    if stored is None:
        _calendar(tx, by, place)  # which may be what there is none of
        raise _no_event(event_id)
    return stored


def _no_event(event_id: str) -> ItemNotFound:
    return ItemNotFound(description=f"eventId: the user's calendar has no event {event_id}")


def _conference_id(change: EventChange, new_bytes: NewBytes) -> str:
    return str(UUID(bytes=new_bytes(16), version=4)) if change.online_meeting else ""


def _colleagues(people: Sequence[Attendee]) -> list[str]:
    return [one.person_id for one in people if one.email is None]


def _announce(
    tx: Tx,
    by: Caller,
    place: Place,
    event: Event,
    kind: outbox.Kind,
    recipients: Sequence[Attendee],
    *,
    before: str | None = None,
    after: str | None = None,
    joined: Sequence[Attendee] = (),
    left: Sequence[Attendee] = (),
    switches: dict[str, str],
) -> None:
    outbox.add(
        tx,
        outbox.Change(
            corp_id=event.corp_id,
            event_id=event.id,
            kind=kind,
            app_key=by.app_key,
            operator_id=place.user_id,
            created_ms=by.now_ms,
            recipients=tuple(one.person_id for one in recipients),
            before=before,
            after=after,
            joined=tuple(one.person_id for one in joined),
            left=tuple(one.person_id for one in left),
            switches=switches,
        ),
    )
