"""Minutes of meetings: which belong to which event. The minutes themselves are kept elsewhere."""

from __future__ import annotations

from rili.actions import checks
from rili.actions.access import (
    Place,
    check_on_whole,
    find_occurrence,
    find_to_read,
    occurrence_of,
    target_of,
)
from rili.auth.callers import Caller
from rili.errors import InstanceNotExist, InvalidParameter, ItemNotFound
from rili.model.series import Slot
from rili.store import events, minutes, users
from rili.store.db import Tx
from rili.store.minutes import Minutes

MOST = 100
"""Of one event, or occurrence."""


def list_minutes(tx: Tx, by: Caller, place: Place, event_id: str, *, fetch_all: bool) -> list[Minutes]:
    """Those that the path user made, or with *fetch_all* everybody's, of the event or occurrence that the id names.

    Raises ItemNotFound, InstanceNotExist. Source: SDK of ListAiMinutes.
    """
    target = target_of(event_id)
    event = find_to_read(tx, by, place, target).event
    slot = None
    if target == target_of(event.id):
        check_on_whole(tx, by, place, event)
    else:
        one = find_occurrence(tx, by, place, event, target)
        if one is None:
            raise InstanceNotExist(description=f"The series {event.id} has no such occurrence.")
        slot = one.slot
    found = minutes.of_event(tx, by.corp_id, event.id, slot)
    return [one for one in found if fetch_all or one.creator_id == place.user_id]


def minutes_of(tx: Tx, corp_id: str, event_id: str) -> list[Minutes]:
    """All of an event or occurrence, for an administrator. Raises ItemNotFound."""
    return minutes.of_event(tx, corp_id, *_named(tx, corp_id, event_id))


def add_minutes(tx: Tx, corp_id: str, event_id: str, minutes_id: str, userid: str, now_ms: int) -> Minutes:
    """Tie minutes that *userid* made to an event. Raises ItemNotFound, InvalidParameter."""
    series_id, slot = _named(tx, corp_id, event_id)
    user = users.by_userid(tx, corp_id, userid)
    if user is None:
        raise ItemNotFound(f"No user {userid}")
    there = minutes.of_event(tx, corp_id, series_id, slot)
    one = Minutes(checks.text("minutes id", minutes_id, 64), user.union_id)
    if any(other.minutes_id == one.minutes_id for other in there):
        raise InvalidParameter(f"The event has the minutes {one.minutes_id} already")
    if len(there) >= MOST:
        raise InvalidParameter(f"The event has {MOST} minutes already")
    minutes.add(tx, corp_id, series_id, slot, one, now_ms)
    return one


def remove_minutes(tx: Tx, corp_id: str, event_id: str, minutes_id: str) -> None:
    """Raises ItemNotFound."""
    if not minutes.remove(tx, corp_id, *_named(tx, corp_id, event_id), minutes_id):
        raise ItemNotFound(f"The event has no minutes {minutes_id}")


def _named(tx: Tx, corp_id: str, event_id: str) -> tuple[str, Slot | None]:
    """The event or series, and the slot of the occurrence, that the id names."""
    target = target_of(event_id)
    event = events.get(tx, corp_id, target.event_id)
    if event is None:
        raise ItemNotFound(f"No event {event_id}")
    if target == target_of(event.id):
        return event.id, None
    one = occurrence_of(tx, event, target)
    if one is None:
        raise ItemNotFound(f"No event {event_id}")
    return event.id, one.slot
