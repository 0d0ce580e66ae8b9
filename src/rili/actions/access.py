"""What a path names, and whether the caller may: the user, the calendar, the event or one occurrence of it."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from rili.actions.app_range import check_person
from rili.actions.people import other_kind_of_id
from rili.auth.callers import Caller
from rili.errors import (
    InstanceNotExist,
    InvalidParameter,
    ItemNotFound,
    PermissionDenied,
    PreconditionFailed,
    SubscribedCalendar,
)
from rili.model.event import Event
from rili.model.event_rooms import renamed
from rili.model.expansion import expand
from rili.model.ids import split_occurrence_id
from rili.model.people import Attendee
from rili.model.privileges import Privilege, disclosure, suffices
from rili.model.series import Instance, Slot, find_instance
from rili.store import attendees, calendars, events, overrides, rooms
from rili.store.attendees import Standing
from rili.store.calendars import Primary
from rili.store.db import Tx
from rili.store.events import Stored

PRIMARY = "primary"


class Place(Struct, frozen=True, gc=False):
    """Whose calendar a path names: a unionId, and `primary` or the calendar's own id.

    Once it was reached: the owner's unionId, in whose name everything is done there, and what the path's user may.
    """

    user_id: str
    calendar_id: str
    privilege: Privilege = "owner"
    subscribed: bool = False


class Seen(Struct, frozen=True, gc=False):
    """An event, or one occurrence of a series, as it is in the calendar of *viewer_id*."""

    event: Event
    people: tuple[Attendee, ...]
    viewer_id: str
    instance: Instance | None = None

    @property
    def version(self) -> int:
        """Of the event, or of the series."""
        return self.instance.series.version if self.instance else self.event.version


class Target(Struct, frozen=True, gc=False):
    """What an event id names: an event or a series, or one occurrence by its slot."""

    event_id: str
    slot: Slot | None = None
    origin_ms: int | None = None
    """When the occurrence starts by the rule, where the id says that instead."""


def target_of(event_id: str) -> Target:
    """What *event_id* names (decision 9)."""
    if (found := split_occurrence_id(event_id)) is not None:
        series_id, day, number = found
        return Target(series_id, Slot(day, number))
    series_id, underscore, seconds = event_id.partition("_")
    if underscore and seconds.isascii() and seconds.isdecimal() and len(seconds) <= 12:
        return Target(series_id, origin_ms=int(seconds) * 1000)
    return Target(event_id)


def reach(
    tx: Tx, by: Caller, place: Place, needed: Privilege, *, attended: bool = False
) -> tuple[Caller, Place]:
    """Go to the calendar that *place* names: who acts there, and the place with its owner for the path's user.

    The one way to a calendar that is not the path user's own: without it there is none to be found. `primary` is asked
    nothing. *attended*: what is wanted concerns people on events, of which a subscribed calendar has none.
    Raises ItemNotFound (decision 8), OutOfRange, PermissionDenied, SubscribedCalendar. Source: decisions 12, 84, 86.
    """
    if place.calendar_id == PRIMARY:
        return by, place
    way = calendars.way_to(tx, by.corp_id, place.user_id, place.calendar_id)
    privilege = way and way.privilege(place.user_id)
    if way is None or privilege is None:
        calendar_of(tx, by, Place(place.user_id, PRIMARY))  # it may be the user who is not there
        raise _no_calendar(place)
    check_person(tx, by, place.user_id)
    subscribed = way.kind == "subscribed"
    if subscribed and attended:
        raise SubscribedCalendar
    if not suffices(privilege, needed):
        raise PermissionDenied(
            description=f"calendarId: this calendar is shared with the privilege {privilege}; this takes {needed}"
        )
    if subscribed and suffices(needed, "writer"):
        check_person(tx, by, way.owner_id)  # in whose name it would be done
    if way.owner_id == place.user_id:
        return by, replace(place, subscribed=subscribed)
    calendar_id = place.calendar_id if subscribed else PRIMARY
    return replace(by, operator_id=place.user_id), Place(way.owner_id, calendar_id, privilege, subscribed)


def calendar_of(tx: Tx, by: Caller, place: Place) -> Primary:
    """The path user's own calendar, or the one that was reached. Raises ItemNotFound, OutOfRange (decisions 8, 75)."""
    if place.subscribed:
        calendar = calendars.subscribed(tx, by.corp_id, place.calendar_id, place.privilege)
        if calendar is None:
            raise _no_calendar(place)
        return calendar
    calendar = calendars.primary(tx, by.corp_id, place.user_id)
    if calendar is None:
        raise ItemNotFound("User does not exist.", description=_no_user(tx, by, place))
    check_person(tx, by, place.user_id)
    if place.calendar_id not in (PRIMARY, calendar.calendar_id):
        raise _no_calendar(place)
    return calendar if place.privilege == "owner" else replace(calendar, privilege=place.privilege)


def listed_calendar(tx: Tx, by: Caller, place: Place, needed: Privilege = "owner") -> Primary:
    """What *place* names, for lists and queries. Raises InvalidParameter (decision 8), PermissionDenied."""
    try:
        by, place = reach(tx, by, place, needed)
        return calendar_of(tx, by, place)
    except ItemNotFound as missing:
        raise InvalidParameter(missing.message, description=missing.description) from None


def find_to_change(tx: Tx, by: Caller, place: Place, target: Target) -> Stored:
    """The event or series, locked. Raises ItemNotFound, also for one that was deleted."""
    stored = _stored(tx, by, place, target.event_id, lock=True)
    if stored.deleted or not stored.shown:
        raise no_event(target.event_id)
    return stored


def find_to_read(tx: Tx, by: Caller, place: Place, target: Target) -> Stored:
    """The event or series, with all that is known of it.

    Raises ItemNotFound, InstanceNotExist for one that was deleted (decision 13), PermissionDenied for one of which
    the calendar's reader may not know all (decision 84).
    """
    stored = _stored(tx, by, place, target.event_id, lock=False)
    if stored.deleted or not stored.shown:
        raise InstanceNotExist(description="The event was deleted.")
    if disclosure(place.privilege, private=stored.event.private) != "all":
        raise PermissionDenied(
            description=f"eventId: it is private; with the privilege {place.privilege} no more is told than its time"
        )
    return stored


def standing_of(tx: Tx, by: Caller, place: Place, series: Event) -> Standing:
    """Where the path's user is on *series*."""
    found = attendees.standings(tx, by.corp_id, place.user_id, [series.id])
    return found.get(series.id, Standing())


def check_on_whole(tx: Tx, by: Caller, place: Place, event: Event) -> None:
    """Raises ItemNotFound when the path's user is on single occurrences of *event* alone."""
    if event.recurrence is not None and not standing_of(tx, by, place, event).whole:
        raise no_event(event.id)


def find_occurrence(tx: Tx, by: Caller, place: Place, series: Event, target: Target) -> Instance | None:
    """The occurrence that *target* names, if it is there and in the calendar of the path's user."""
    slot = slot_of(series, target)
    if slot is None or not standing_of(tx, by, place, series).sees(slot):
        return None
    override = overrides.get(tx, series.corp_id, series.id, slot)
    if override is None:
        return find_instance(series, slot)
    if override.rooms:
        names = rooms.names(tx, series.corp_id, [one.room_id for one in override.rooms])
        override = replace(override, rooms=renamed(override.rooms, names))
    return find_instance(series, slot, override)


def find_named(
    tx: Tx, by: Caller, place: Place, event_id: str, if_match: frozenset[str] | None
) -> tuple[Stored, Instance | None]:
    """The event or series, locked, and the occurrence of it that the id names, if it names one.

    Raises ItemNotFound, PreconditionFailed.
    """
    target = target_of(event_id)
    stored = find_to_change(tx, by, place, target)
    one = None
    if target == target_of(stored.event.id):
        check_on_whole(tx, by, place, stored.event)
    else:
        one = find_occurrence(tx, by, place, stored.event, target)
        if one is None:
            raise no_event(event_id)
    check_precondition(stored.event, if_match)
    return stored, one


def check_precondition(event: Event, if_match: frozenset[str] | None) -> None:
    """Raises PreconditionFailed when *if_match* names versions, and none is the event's (decision 19)."""
    if if_match is not None and "*" not in if_match and str(event.version) not in if_match:
        raise PreconditionFailed(
            description="The event has changed since the version that If-Match names; read it again."
        )


def no_event(event_id: str) -> ItemNotFound:
    """What says that the user's calendar has no such event."""
    return ItemNotFound(description=f"eventId: the user's calendar has no event {event_id}")


def slot_of(series: Event, target: Target) -> Slot | None:
    """The slot of the occurrence that *target* names; None where its start is one that the rule does not have."""
    return target.slot or _slot_at(series, target.origin_ms or 0)


def _slot_at(series: Event, origin_ms: int) -> Slot | None:
    if series.recurrence is None:
        return None
    for one in expand(series.recurrence, series.when, origin_ms, origin_ms + 1):
        if one.starts_ms == origin_ms:
            return Slot(one.day, one.number)
    return None


def _stored(tx: Tx, by: Caller, place: Place, event_id: str, *, lock: bool) -> Stored:
    if place.subscribed:
        if lock:  # before the event, as who deletes the calendar does
            calendars.lock(tx, by.corp_id, place.calendar_id)
        stored = events.in_subscribed(tx, by.corp_id, place.calendar_id, event_id, lock=lock)
    else:
        calendar_id = None if place.calendar_id == PRIMARY else place.calendar_id
        stored = events.in_calendar(tx, by.corp_id, place.user_id, calendar_id, event_id, lock=lock)
    if stored is None:
        calendar_of(tx, by, place)  # which may be what there is none of
        raise no_event(event_id)
    if not place.subscribed:  # whose path was asked about when it was reached
        check_person(tx, by, place.user_id)
    if booked := stored.event.rooms:
        names = rooms.names(tx, by.corp_id, [one.room_id for one in booked])
        stored = replace(stored, event=replace(stored.event, rooms=renamed(booked, names)))
    return stored


def _no_user(tx: Tx, by: Caller, place: Place) -> str:
    other = other_kind_of_id(tx, by, place.user_id)
    return f"userId: nobody here has the unionId {place.user_id}{other}"


def _no_calendar(place: Place) -> ItemNotFound:
    return ItemNotFound(
        "Calendar does not exist.", description=f"calendarId: the user has no calendar {place.calendar_id}"
    )
