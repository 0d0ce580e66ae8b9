"""Who is on an event: adding, removing and listing them, and their answers; on all of it, or on one occurrence.

Events have thousands of people: what concerns some of them reads and writes those, and one number of the event's.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from rili.actions.access import (
    Place,
    calendar_of,
    check_on_whole,
    check_precondition,
    find_named,
    find_occurrence,
    find_to_read,
    no_event,
    reach,
    slot_of,
    target_of,
)
from rili.actions.announce import announce, colleagues, text_of
from rili.actions.occurrences import people_after
from rili.actions.people import invite
from rili.actions.some_people import concerned, next_version, tell, there_of
from rili.auth.callers import Caller
from rili.errors import (
    ExceedMaxReceiverSize,
    InstanceNotExist,
    InvalidParameter,
    SubscribedAttendees,
    SubscribedCalendar,
)
from rili.model.directory import email_key
from rili.model.event import Event, check_not_cancelled, check_organizer
from rili.model.ids import NewBytes
from rili.model.people import (
    PEOPLE_PER_EVENT,
    Attendee,
    GivenAttendee,
    PeopleChange,
    Response,
    check_given,
)
from rili.model.series import PLAIN, Instance, Slot, find_instance
from rili.store import agenda, answer_links, attendee_rows, attendees, events, guests, overrides, users
from rili.store.db import Tx
from rili.store.events import Stored

TO_ADD, TO_REMOVE = "attendeesToAdd", "attendeesToRemove"


class After(Struct, frozen=True, gc=False, array_like=True):
    """A place in a list of people, for whom and of what it is."""

    binding: str
    place: int
    person_id: str


class People(Struct, frozen=True, gc=False):
    """One page of the people on an event."""

    people: tuple[Attendee, ...]
    viewer_id: str
    next: After | None = None


def add_attendees(
    tx: Tx,
    by: Caller,
    place: Place,
    event_id: str,
    given: Sequence[GivenAttendee],
    *,
    new_bytes: NewBytes,
    switches: dict[str, str],
    if_match: frozenset[str] | None = None,
) -> None:
    """Put people on an event. Who is there keeps their answer; who had left is asked again (decision 55).

    Raises ItemNotFound, PermissionDenied, InvalidParameter, PreconditionFailed, ExceedMaxReceiverSize.
    """
    check_given(given, TO_ADD)
    if not given:
        raise InvalidParameter(description=f"{TO_ADD}: it is empty")
    by, place = reach(tx, by, place, "writer", attended=True)
    stored, one = find_named(tx, by, place, event_id, if_match)
    event = stored.event
    check_not_cancelled(one.event if one else event)
    rights = (one.event if one else event).attendee_rights
    if rights is None or not rights.add_participants:
        check_organizer(event, place.user_id)
    known = there_of(tx, event, one, [person.id for person in given if person.id])
    invited = invite(tx, by, given, known, new_bytes, TO_ADD)
    there = {person.person_id: person for person in there_of(tx, event, one, [i.person_id for i in invited])}
    whole, _ = attendee_rows.of_people(tx, event, [i.person_id for i in invited])
    places = {person.person_id: person.place for person in whole}
    count, last = attendee_rows.extent(tx, event, one.slot if one else None)
    joined: dict[str, Attendee] = {}
    changed: dict[str, Attendee] = {}
    for person in invited:
        id_ = person.person_id
        if id_ == event.organizer_id or id_ in joined or id_ in changed:
            continue
        before = there.get(id_)
        if before is None:
            last += 1
            place_of = places.get(
                id_, last
            )  # who was taken off one occurrence has the place of the series there
            joined[id_] = Attendee(id_, person.name, person.is_optional, email=person.email, place=place_of)
        elif before.left:
            changed[id_] = replace(before, is_optional=person.is_optional, response="needsAction", left=False)
        else:
            changed[id_] = replace(before, is_optional=person.is_optional)
    if count + len(joined) > PEOPLE_PER_EVENT:
        raise ExceedMaxReceiverSize(
            description=f"{TO_ADD}: with these {len(joined)} the event would have {count + len(joined)} people; "
            f"{PEOPLE_PER_EVENT} is the most"
        )
    back = [person for person in changed.values() if there[person.person_id].left]
    after = next_version(tx, event)
    if one is None:
        for person in back:
            attendee_rows.answer(tx, after, person.person_id, "needsAction", returns=True)
        attendees.apply(tx, after, PeopleChange((), tuple(joined.values()), tuple(changed.values())))
    else:
        for person in (*joined.values(), *changed.values()):
            attendees.put_own(tx, after, one.slot, person)
    tell(tx, after, one, shown=colleagues([*joined.values(), *back]))
    announce(
        tx, by, place.user_id, event, "people", concerned(event, place.user_id, [*joined, *changed]),
        before=_text(stored, one), after=_text(stored, one), joined=(*joined.values(), *back), occurrence=one,
        switches=switches,
    )  # fmt: skip


def remove_attendees(
    tx: Tx,
    by: Caller,
    place: Place,
    event_id: str,
    given: Sequence[GivenAttendee],
    *,
    if_match: frozenset[str] | None = None,
) -> None:
    """Take people off an event, or off one occurrence; who is not on it is passed over.

    Raises ItemNotFound, PermissionDenied, InvalidParameter (also for the organizer), PreconditionFailed.
    """
    check_given(given, TO_REMOVE)
    by, place = reach(tx, by, place, "writer", attended=True)
    stored, one = find_named(tx, by, place, event_id, if_match)
    event = stored.event
    check_organizer(event, place.user_id)
    ids = _ids(tx, by, given)
    if event.organizer_id in ids:
        raise InvalidParameter(description=f"{TO_REMOVE}: the organizer cannot be removed")
    left = attendee_rows.ever_on(tx, event, ids) if one is None else there_of(tx, event, one, ids)
    if not left:
        return
    after = next_version(tx, event)
    if one is None:
        attendees.apply(tx, after, PeopleChange((), left=tuple(left)))
    else:
        whole, _ = attendee_rows.of_people(tx, event, ids)
        on_whole = {person.person_id for person in whole}
        for person in left:
            if person.person_id in on_whole:
                attendees.put_own(tx, after, one.slot, person, removed=True)
            else:
                attendees.drop_own(tx, after, one.slot, person.person_id)
        answer_links.drop(tx, after, [person.person_id for person in left], one.slot)
    stay = attendee_rows.still_on(tx, event, ids)
    with_calendar = [person.person_id for person in left if person.email is None]
    agenda.hide(tx, after, [id_ for id_ in with_calendar if id_ not in stay], by.now_ms)
    tell(tx, after, one, shown=[id_ for id_ in with_calendar if id_ in stay])
    announce(
        tx, by, place.user_id, event, "people",
        concerned(event, place.user_id, [person.person_id for person in left]),
        before=_text(stored, one), after=_text(stored, one), left=left, occurrence=one, switches={},
    )  # fmt: skip


def list_attendees(
    tx: Tx, by: Caller, place: Place, event_id: str, *, limit: int, after: After | None
) -> People:
    """The first *limit* people after a place, in the order in which they were added, the organizer first.

    Who is on the event all the while is told once, whoever else comes and goes between two pages.
    Raises ItemNotFound, InstanceNotExist, InvalidParameter.
    """
    try:
        by, place = reach(tx, by, place, "reader", attended=True)
    except SubscribedCalendar:
        raise SubscribedAttendees from None
    target = target_of(event_id)
    event = find_to_read(tx, by, place, target).event
    parts = (by.corp_id, place.user_id, event_id)
    binding = sha256("\0".join(parts).encode()).hexdigest()[:16]
    if after is not None and after.binding != binding:
        raise InvalidParameter(
            description="nextToken: it was given for another event or user; begin again without it"
        )
    begin = (after.place, after.person_id) if after else (attendees.BEFORE_ALL, "")
    if target == target_of(event.id):
        check_on_whole(tx, by, place, event)
        found = attendees.of_event(tx, by.corp_id, event.id, limit=limit + 1, after=begin[0])
    else:
        one = find_occurrence(tx, by, place, event, target)
        if one is None:
            raise InstanceNotExist(description=f"The series {event.id} has no such occurrence.")
        found = people_after(tx, one, begin, limit + 1)
    if len(found) <= limit:
        return People(found, place.user_id)
    last = (found[limit - 1].place, found[limit - 1].person_id) if limit else begin
    return People(found[:limit], place.user_id, After(binding, *last))


def respond_event(
    tx: Tx,
    by: Caller,
    place: Place,
    event_id: str,
    response: Response,
    *,
    if_match: frozenset[str] | None = None,
) -> None:
    """Write what the path's user answers. Who had left the event has it in their calendar again (decision 13).

    Raises ItemNotFound, PreconditionFailed.
    """
    by, place = reach(tx, by, place, "writer", attended=True)
    calendar_of(tx, by, place)
    target = target_of(event_id)
    stored = events.find(tx, by.corp_id, target.event_id)
    if stored is None or stored.deleted:
        raise no_event(event_id)
    event = stored.event
    whole = target == target_of(event.id)
    slot = None if whole else slot_of(event, target)
    found = standing_on(tx, event, slot, place.user_id) if whole or slot is not None else None
    if found is None:
        raise no_event(event_id)
    check_precondition(event, if_match)
    answer(tx, by, stored, *found, response)


def standing_on(
    tx: Tx, event: Event, slot: Slot | None, person_id: str
) -> tuple[Instance | None, Attendee] | None:
    """The occurrence in *slot*, where there is one to be meant, and how that person stands there, also who left it.

    None for who is not on it, or where it does not occur.
    """
    one = None
    if slot is not None:
        one = find_instance(event, slot, overrides.get(tx, event.corp_id, event.id, slot) or PLAIN)
        if one is None:
            return None
    me = next(iter(there_of(tx, event, one, [person_id])), None)
    return None if me is None else (one, me)


def answer(
    tx: Tx,
    by: Caller,
    stored: Stored,
    one: Instance | None,
    me: Attendee,
    response: Response,
    *,
    answered_ms: int | None = None,
) -> None:
    """Write what *me* answers for the event, which is locked, or for *one* of its occurrences.

    *answered_ms*: when they did, where that is not now.
    """
    event = stored.event
    after = next_version(tx, event)
    if one is None:
        attendee_rows.answer(tx, after, me.person_id, response, returns=me.left)
    else:
        attendees.put_own(tx, after, one.slot, replace(me, response=response, left=False))
    answered_ms = by.now_ms if answered_ms is None else answered_ms
    attendee_rows.stamp_answer(tx, after, me.person_id, one.slot if one else None, answered_ms)
    calendar = colleagues([replace(me, left=False)])
    tell(tx, after, one, shown=calendar if me.left else [])
    if not me.left:
        agenda.touch_of(tx, after, calendar)  # an answer says whether the time is taken
    announce(
        tx, by, me.person_id, event, "respond", concerned(event, me.person_id, []),
        before=_text(stored, one), after=_text(stored, one), occurrence=one, response=response, switches={},
    )  # fmt: skip


def _text(stored: Stored, one: Instance | None) -> str:
    return stored.body if one is None else text_of(one.event)


def _ids(tx: Tx, by: Caller, given: Sequence[GivenAttendee]) -> set[str]:
    """Whom *given* names, by id or by mail; nobody is made a guest."""
    keys = {email_key(one.email) for one in given if one.email and not one.id}
    ids = {one.id for one in given if one.id}
    if keys:
        found = guests.by_keys(tx, by.corp_id, keys) | users.by_email_keys(tx, by.corp_id, keys)
        ids |= set(found.values())
    return ids
