"""What becomes of a subscribed calendar with all its events: it is deleted, or passes to another author."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from rili.actions.announce import announce
from rili.auth.callers import Caller
from rili.model.people import organizer_only
from rili.model.subscribed import Subscribed
from rili.store import agenda, attendees, calendars, events, subscribed
from rili.store.db import Tx
from rili.store.events import Stored


def erase(tx: Tx, by: Caller, calendar: Subscribed) -> None:
    """Delete a calendar with all its events, in its author's name."""
    author = organizer_only(calendar.author_id, "")
    for stored in _events(tx, calendar):
        event = stored.event
        events.delete(tx, event, by.now_ms)
        agenda.hide_everywhere(tx, event, by.now_ms)
        announce(tx, by, calendar.author_id, event, "delete", [author], before=stored.body, switches={})
    subscribed.erase(tx, calendar.corp_id, calendar.calendar_id)


def pass_on(tx: Tx, by: Caller, calendar: Subscribed, author_id: str) -> None:
    """Make a manager the author of a calendar, and so the organizer of all its events."""
    others = tuple(one for one in calendar.managers if one != author_id)
    calendars.set_owner(tx, calendar.corp_id, calendar.calendar_id, author_id)
    subscribed.put(tx, replace(calendar, author_id=author_id, managers=others))
    subscribed.subscribe(tx, calendar.corp_id, calendar.calendar_id, author_id)
    author = organizer_only(author_id, "")
    for stored in _events(tx, calendar):
        former_id = stored.event.organizer_id
        event = replace(
            stored.event, organizer_id=author_id, version=stored.event.version + 1, updated_ms=by.now_ms
        )
        body = events.replace(tx, event)
        attendees.pass_on(tx, event, former_id)
        agenda.touch(tx, event)
        announce(tx, by, former_id, event, "update", [author], before=stored.body, after=body, switches={})


def _events(tx: Tx, calendar: Subscribed) -> Iterator[Stored]:
    """What the calendar shows, each locked."""
    for event_id in subscribed.event_ids(tx, calendar.corp_id, calendar.calendar_id):
        stored = events.find(tx, calendar.corp_id, event_id)
        if stored is not None and not stored.deleted:
            yield stored
