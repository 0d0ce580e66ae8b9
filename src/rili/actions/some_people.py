"""A change of some of the people on an event, of whom there may be thousands: those are read, and it is made known."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from rili.actions.occurrences import moved_whens, retell
from rili.model.event import Event
from rili.model.people import Attendee, people_on
from rili.model.series import Instance, span_of
from rili.store import agenda, attendee_rows, events, overrides
from rili.store.db import Tx


def there_of(tx: Tx, event: Event, one: Instance | None, ids: Iterable[str]) -> tuple[Attendee, ...]:
    """Those of *ids* who are on the event, or on the occurrence, as they are there; also who left by themselves."""
    whole, own = attendee_rows.of_people(tx, event, ids, one.slot if one else None)
    if one is None:
        return tuple(whole)
    return people_on(whole, own, event.organizer_id, asked_again=one.override.asked_again)


def next_version(tx: Tx, event: Event) -> Event:
    after = replace(event, version=event.version + 1)
    events.replace(tx, after)
    return after


def tell(tx: Tx, event: Event, one: Instance | None, *, shown: list[str]) -> None:
    """Make the change known to readers and syncs; *shown* are those whose own calendar shows something else now.

    The first change of people on an occurrence is told to every calendar, which may remember that nothing was its own.
    """
    attendee_rows.touch(tx, event, whole=one is None)
    if one is not None:
        first = overrides.get(tx, event.corp_id, event.id, one.slot) is None
        overrides.put(tx, event, one.slot, one.override)
        if first:
            retell(tx, event)
    if shown:
        found = overrides.of_event(tx, event.corp_id, event.id) if event.recurrence is not None else {}
        agenda.show(tx, event, span_of(event, moved_whens(found.values())), shown)


def concerned(event: Event, operator_id: str, ids: Iterable[str]) -> tuple[Attendee, ...]:
    """The recipients of a change that is some people's own: not thousands for each of thousands (decision 54)."""
    return tuple(Attendee(id_, "") for id_ in dict.fromkeys((event.organizer_id, operator_id, *ids)))
