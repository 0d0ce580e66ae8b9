"""An event with everything that belongs to it: what its iCalendar text is written from."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from rili.actions import occurrences
from rili.actions.access import (
    Place,
    Seen,
    check_on_whole,
    find_occurrence,
    find_to_read,
    reach,
    standing_of,
    target_of,
)
from rili.auth.callers import Caller
from rili.errors import InstanceNotExist
from rili.model.people import Attendee, people_on
from rili.model.series import PLAIN, Override, Slot
from rili.store import attendees, overrides, users
from rili.store.db import Tx


class Whole(Struct, frozen=True, gc=False):
    """An event or a series, or one occurrence alone, as somebody sees it."""

    seen: Seen
    overrides: dict[Slot, Override]
    """What occurrences have of their own; those that the viewer took off their calendar are removed."""
    people_on: dict[Slot, tuple[Attendee, ...]]
    """The people of the occurrences whose people are not the series'."""
    emails: dict[str, str]
    """Addresses of colleagues, by unionId."""


def get_whole(tx: Tx, by: Caller, place: Place, event_id: str) -> Whole:
    """The event with all its people and exceptions. Raises ItemNotFound, InstanceNotExist."""
    by, place = reach(tx, by, place, "reader")
    target = target_of(event_id)
    event = find_to_read(tx, by, place, target).event
    if target != target_of(event.id):
        one = find_occurrence(tx, by, place, event, target)
        if one is None:
            raise InstanceNotExist(description=f"The series {event.id} has no such occurrence.")
        people = occurrences.people_of(tx, one)
        return Whole(Seen(one.event, people, place.user_id, one), {}, {}, _emails(tx, by, people))
    check_on_whole(tx, by, place, event)
    people = attendees.of_event(tx, by.corp_id, event.id)
    seen = Seen(event, people, place.user_id)
    if event.recurrence is None:
        return Whole(seen, {}, {}, _emails(tx, by, people))
    found = overrides.of_event(tx, by.corp_id, event.id)
    places = attendees.own_places(tx, by.corp_id, [event.id]).get(event.id, {})
    there = {
        slot: people_on(
            people,
            places.get(slot, []),
            event.organizer_id,
            asked_again=found.get(slot, PLAIN).asked_again,
        )
        for slot in places.keys() | found.keys()
    }
    for slot, sees in standing_of(tx, by, place, event).slots.items():
        if not sees:
            found[slot] = replace(found.get(slot, PLAIN), removed=True)
    everybody = {one.person_id: one for group in (people, *there.values()) for one in group}
    return Whole(seen, found, there, _emails(tx, by, tuple(everybody.values())))


def _emails(tx: Tx, by: Caller, people: tuple[Attendee, ...]) -> dict[str, str]:
    return users.emails(tx, by.corp_id, [one.person_id for one in people if one.email is None])
