"""Handing an event over to a colleague."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from rili.actions.access import (
    Place,
    Seen,
    check_on_whole,
    check_precondition,
    find_to_change,
    reach,
    target_of,
)
from rili.actions.announce import announce
from rili.actions.app_range import within
from rili.actions.bookings import check_organizer_may, moving, rooms_of
from rili.actions.occurrences import moved_whens
from rili.actions.people import other_kind_of_id
from rili.auth.callers import Caller
from rili.errors import ExceedMaxReceiverSize, InvalidParameter
from rili.model.event import Event, check_not_cancelled, check_organizer
from rili.model.people import PEOPLE_PER_EVENT, Attendee, PeopleChange
from rili.model.series import Override, Slot, span_of
from rili.store import agenda, attendees, calendars, events, organizers, overrides
from rili.store.calendars import Primary
from rili.store.db import Tx


class Handover(Struct, frozen=True, gc=False):
    """To whom an event goes, and what becomes of who had it."""

    new_organizer_id: str
    leaves: bool = False
    """Whether the former organizer leaves the event; otherwise they stay on it, accepted."""
    by_chat: bool = False
    """Whether people are told by one-to-one chat."""


def transfer_event(
    tx: Tx,
    by: Caller,
    place: Place,
    event_id: str,
    handover: Handover,
    *,
    if_match: frozenset[str] | None = None,
) -> Seen:
    """Make a colleague the organizer of an event, or of a whole series.

    They are on every occurrence then, accepted; the former organizer keeps their answers.
    Raises ItemNotFound, PermissionDenied, InvalidParameter, PreconditionFailed, ExceedMaxReceiverSize.
    Source: decisions 12, 57.
    """
    by, place = reach(tx, by, place, "writer", attended=True)
    target = target_of(event_id)
    stored = find_to_change(tx, by, place, target)
    before = stored.event
    check_on_whole(tx, by, place, before)
    check_precondition(before, if_match)
    check_organizer(before, place.user_id)
    if target != target_of(before.id):
        raise InvalidParameter(
            description=f"eventId: one occurrence has no organizer of its own; name the series, {before.id}"
        )
    check_not_cancelled(before)
    calendar = _calendar_of_next(tx, by, before, handover)
    event = replace(
        before,
        organizer_id=handover.new_organizer_id,
        calendar_id=calendar.calendar_id,
        version=before.version + 1,
        updated_ms=by.now_ms,
    )
    body = events.replace(tx, event)
    change = _hand_over(attendees.of_event(tx, by.corp_id, event.id), before, calendar, handover)
    if len(change.people) > PEOPLE_PER_EVENT:
        raise ExceedMaxReceiverSize(
            description=f"newOrganizerId: not on the event, which has {PEOPLE_PER_EVENT} people, the most there may be"
        )
    organizer = change.people[0]
    organizers.put(tx, event, organizer)
    found = overrides.of_event(tx, by.corp_id, event.id) if event.recurrence else {}
    if handover.leaves:
        attendees.apply(tx, event, PeopleChange(change.people, left=change.left))
    else:
        former = next(one for one in change.people if one.person_id == before.organizer_id)
        _keep_answer(tx, event, former, found)
    if event.takes_rooms:
        with moving():
            check_organizer_may(event, found, rooms_of(tx, event, by.now_ms))
    agenda.touch(tx, event)
    agenda.show(tx, event, span_of(event, moved_whens(found.values())), [organizer.person_id])
    if handover.leaves:
        agenda.hide(tx, event, [before.organizer_id], by.now_ms)
    announce(
        tx, by, place.user_id, event, "update", (*change.people, *change.left), before=stored.body, after=body,
        joined=change.joined, left=change.left,
        switches={"needNotifyViaO2O": "true" if handover.by_chat else "false"},
    )  # fmt: skip
    return Seen(event, change.people, place.user_id)


def _calendar_of_next(tx: Tx, by: Caller, event: Event, handover: Handover) -> Primary:
    new_id = handover.new_organizer_id
    if new_id == event.organizer_id:
        raise InvalidParameter(description="newOrganizerId: this person organizes the event already")
    calendar = calendars.primary(tx, by.corp_id, new_id)
    if calendar is None:
        other = other_kind_of_id(tx, by, new_id)
        raise InvalidParameter(description=f"newOrganizerId: nobody here has the unionId {new_id}{other}")
    if not within(tx, by, [new_id]):  # it would be an event made for them (decision 75)
        raise InvalidParameter(description=f"newOrganizerId: {new_id} is outside the range of this app")
    return calendar


def _hand_over(
    people: tuple[Attendee, ...], before: Event, calendar: Primary, handover: Handover
) -> PeopleChange:
    """The people once *handover* is done, the new organizer first."""
    new_id = handover.new_organizer_id
    there = {one.person_id: one for one in people if not one.left}
    organizer = Attendee(new_id, calendar.owner_name, response="accepted", place=people[0].place - 1)
    left = tuple(one for one in people if handover.leaves and one.person_id == before.organizer_id)
    others = [one for one in people if one.person_id != new_id and one not in left]
    return PeopleChange((organizer, *others), joined=() if new_id in there else (organizer,), left=left)


def _keep_answer(tx: Tx, event: Event, former: Attendee, found: dict[Slot, Override]) -> None:
    """Whoever organized an occurrence that was moved was not asked again, and is not now."""
    asked = [slot for slot, override in found.items() if override.asked_again]
    places = attendees.own_places(tx, event.corp_id, [event.id]).get(event.id, {}) if asked else {}
    for slot in asked:
        if all(one.attendee.person_id != former.person_id for one in places.get(slot, ())):
            attendees.put_own(tx, event, slot, former)
