"""What becomes of the events and calendars of somebody who leaves the organisation (decisions 69, 86)."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from rili.actions import whole_calendars
from rili.actions.announce import announce
from rili.auth.callers import Caller
from rili.model.directory import User
from rili.model.event import Event
from rili.model.people import Attendee
from rili.store import acls, agenda, attendees, calendars, events, organizers, plugins, subscribed, users
from rili.store.db import Tx
from rili.store.events import Stored


class _Heir(Struct, frozen=True, gc=False):
    """Who takes an event over, and the calendar that holds it then."""

    person: Attendee
    calendar_id: str


def pass_on(tx: Tx, user: User, *, now_ms: int) -> None:
    """Give each event that *user* organises, and that is not over at *now_ms*, to the next person on it.

    That is the first colleague on the list who has not declined it; the event moves to that person's calendar, whose
    answer becomes accepted. The one who leaves stays on the list, as on past events. Where there is no such colleague
    the event is deleted for everybody.
    """
    by = _administrator(user, now_ms)
    for stored in _coming(tx, user, now_ms):
        event = stored.event
        people = attendees.of_event(tx, event.corp_id, event.id)
        heir = _next(tx, event, people)
        if heir is None:
            events.delete(tx, event, now_ms)
            agenda.hide_everywhere(tx, event, now_ms)
            announce(tx, by, user.union_id, event, "delete", people, before=stored.body, switches={})
        else:
            _give(tx, by, stored, people, heir)


def give_up_calendars(tx: Tx, user: User, *, now_ms: int) -> None:
    """End what *user* shares, is shared, manages and subscribes, and give each calendar of theirs to a manager.

    That is the first on its list of managers. Where there is none the calendar is deleted, and its events with it.
    """
    by = _administrator(user, now_ms)
    acls.remove_of_person(tx, user.corp_id, user.union_id)
    subscribed.forget_person(tx, user.corp_id, user.union_id)
    plugins.forget(tx, user.corp_id, "user", [user.union_id])
    for calendar_id in calendars.of_author(tx, user.corp_id, user.union_id):
        calendar = subscribed.get(tx, user.corp_id, calendar_id, lock=True)
        if calendar is None:
            continue
        if calendar.managers:
            whole_calendars.pass_on(tx, by, calendar, calendar.managers[0])
        else:
            whole_calendars.erase(tx, by, calendar)


def _administrator(user: User, now_ms: int) -> Caller:
    return Caller(corp_id=user.corp_id, app_key="", kind="administrator", scopes=frozenset(), now_ms=now_ms)


def _give(tx: Tx, by: Caller, stored: Stored, people: tuple[Attendee, ...], heir: _Heir) -> None:
    event = stored.event
    given = replace(
        event,
        organizer_id=heir.person.person_id,
        calendar_id=heir.calendar_id,
        version=event.version + 1,
        updated_ms=by.now_ms,
    )
    body = events.replace(tx, given)
    organizers.put(tx, given, replace(heir.person, response="accepted", place=people[0].place - 1))
    agenda.touch(tx, given)
    announce(tx, by, event.organizer_id, given, "update", people, before=stored.body, after=body, switches={})


def _next(tx: Tx, event: Event, people: tuple[Attendee, ...]) -> _Heir | None:
    here = users.colleagues(tx, event.corp_id, [one.person_id for one in people])
    for one in people:
        if one.person_id == event.organizer_id or one.person_id not in here:
            continue
        if one.left or one.response == "declined":
            continue
        calendar = calendars.primary(tx, event.corp_id, one.person_id)
        if calendar is not None:
            return _Heir(one, calendar.calendar_id)
    return None


def _coming(tx: Tx, user: User, now_ms: int) -> Iterator[Stored]:
    """The events that *user* organises of which something is not over yet, locked."""
    for event_id in events.organized_by(tx, user.corp_id, user.union_id, now_ms):
        stored = events.find(tx, user.corp_id, event_id)
        if stored is not None and not stored.deleted and stored.event.organizer_id == user.union_id:
            yield stored
