"""What belongs to meetings and is no part of an event: their types, minutes of them, and their former ids."""

from __future__ import annotations

from collections.abc import Sequence

from rili.actions import checks
from rili.actions.access import (
    Place,
    check_on_whole,
    find_occurrence,
    find_to_read,
    listed_calendar,
    no_event,
    reach,
    target_of,
)
from rili.auth.callers import Caller
from rili.errors import InstanceNotExist, InvalidParameter, ItemNotFound
from rili.model.event import Event
from rili.model.ids import of_legacy_id
from rili.model.series import PLAIN, Slot, find_instance
from rili.store import ai_minutes, categories, events, overrides, users
from rili.store.ai_minutes import Minutes
from rili.store.categories import Category
from rili.store.db import Tx

CATEGORIES = 200
"""Of an organisation: all are answered at once."""
MINUTES = 200
"""Of an event: all are answered at once."""
CATEGORY_CHARACTERS = 128
LEGACY_IDS = 100
"""In one call."""


def list_categories(tx: Tx, corp_id: str) -> list[Category]:
    return categories.list_all(tx, corp_id)


def get_category(tx: Tx, corp_id: str, category_id: str) -> Category:
    """Raises ItemNotFound."""
    for one in categories.list_all(tx, corp_id):
        if one.category_id == category_id:
            return one
    raise ItemNotFound(f"No category {category_id}")


def add_category(tx: Tx, corp_id: str, category: Category, *, now_ms: int) -> Category:
    """Raises InvalidParameter."""
    known = categories.list_all(tx, corp_id)
    ids = [one.category_id for one in known]
    checks.one_more("category", "categories", category.category_id, ids, CATEGORIES)
    category = _checked_category(category, known)
    categories.add(tx, corp_id, category, now_ms)
    return category


def set_category(tx: Tx, corp_id: str, category: Category) -> Category:
    """Rename it. Raises ItemNotFound, InvalidParameter."""
    get_category(tx, corp_id, category.category_id)
    category = _checked_category(category, categories.list_all(tx, corp_id))
    categories.rename(tx, corp_id, category)
    return category


def remove_category(tx: Tx, corp_id: str, category_id: str) -> None:
    """Events that name it keep the name. Raises ItemNotFound."""
    get_category(tx, corp_id, category_id)
    categories.remove(tx, corp_id, category_id)


def _checked_category(category: Category, known: Sequence[Category]) -> Category:
    """*category* with its name trimmed; raises InvalidParameter for a name that another one has, in any case."""
    name = checks.text("name", category.name, CATEGORY_CHARACTERS)
    for other in known:
        if other.name.casefold() == name.casefold() and other.category_id != category.category_id:
            raise InvalidParameter(f"Category {other.category_id} has the name {other.name} already")
    return Category(category.category_id, name)


def list_ai_minutes(tx: Tx, by: Caller, place: Place, event_id: str, *, everybodys: bool) -> list[Minutes]:
    """Minutes of an event that the path's user sees, theirs or everybody's. Raises ItemNotFound, InstanceNotExist."""
    by, place = reach(tx, by, place, "reader")
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
    found = ai_minutes.of_event(tx, event, slot)
    return [one for one in found if everybodys or one.creator_id == place.user_id]


def add_minutes(
    tx: Tx, corp_id: str, event_id: str, minutes_id: str, *, creator: str, now_ms: int
) -> Minutes:
    """Say that minutes of the event are kept under *minutes_id*; *creator* is a userid.

    Raises ItemNotFound, InvalidParameter.
    """
    event, slot = _find(tx, corp_id, event_id)
    user = users.by_userid(tx, corp_id, creator)
    if user is None:
        raise ItemNotFound(f"No user {creator}")
    checks.short_id("minutes id", minutes_id)
    known = ai_minutes.of_event(tx, event, slot)
    if any(one.minutes_id == minutes_id for one in known):
        raise InvalidParameter(f"The event has the minutes {minutes_id} already")
    if len(known) >= MINUTES:
        raise InvalidParameter(f"The event has {MINUTES} minutes; more are too many")
    added = Minutes(minutes_id, user.union_id)
    ai_minutes.add(tx, event, slot, added, now_ms)
    return added


def list_minutes(tx: Tx, corp_id: str, event_id: str) -> list[Minutes]:
    """Raises ItemNotFound."""
    return ai_minutes.of_event(tx, *_find(tx, corp_id, event_id))


def remove_minutes(tx: Tx, corp_id: str, event_id: str, minutes_id: str) -> None:
    """Raises ItemNotFound."""
    event, slot = _find(tx, corp_id, event_id)
    if all(one.minutes_id != minutes_id for one in ai_minutes.of_event(tx, event, slot)):
        raise ItemNotFound(f"The event has no minutes {minutes_id}")
    ai_minutes.remove(tx, event, slot, minutes_id)


def convert_legacy_ids(tx: Tx, by: Caller, place: Place, legacy_ids: Sequence[str]) -> dict[str, str]:
    """The events' ids by their former ones, of those that the path's user sees; others are left out (decision 59).

    Raises InvalidParameter.
    """
    if len(legacy_ids) > LEGACY_IDS:
        raise InvalidParameter(
            description=f"legacyEventIds: {len(legacy_ids)} are more than the {LEGACY_IDS} of one call"
        )
    listed_calendar(tx, by, place)
    found: dict[str, str] = {}
    for legacy in legacy_ids:
        event_id = of_legacy_id(legacy)
        stored = event_id and events.in_calendar(tx, by.corp_id, place.user_id, None, event_id, lock=False)
        if event_id and stored and stored.shown and not stored.deleted:
            found[legacy] = event_id
    return found


def _find(tx: Tx, corp_id: str, event_id: str) -> tuple[Event, Slot | None]:
    """What an administrator names: an event, or an occurrence by its slot. Raises ItemNotFound."""
    target = target_of(event_id)
    event = ai_minutes.event(tx, corp_id, target.event_id)
    if event is None:
        raise ItemNotFound(f"No event {event_id}")
    if target == target_of(event.id):
        return event, None
    if target.slot is None:
        raise no_event(event_id)
    override = overrides.get(tx, corp_id, event.id, target.slot) or PLAIN
    if find_instance(event, target.slot, override) is None:
        raise ItemNotFound(f"No event {event_id}")
    return event, target.slot
