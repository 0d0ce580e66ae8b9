"""Calendars that their author fills and others subscribe: make, change, delete (decision 86)."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import UNSET
from msgspec.structs import replace

from rili.actions import whole_calendars
from rili.actions.access import PRIMARY, Place, calendar_of
from rili.actions.people import other_kind_of_id
from rili.auth.callers import Caller
from rili.errors import InvalidParameter, ItemNotFound, PermissionDenied
from rili.model.ids import NewBytes, opaque_id
from rili.model.subscribed import (
    CalendarChange,
    GivenScope,
    Scope,
    Subscribed,
    blank_name,
    check_calendar,
)
from rili.store import calendars, subscribed, users
from rili.store.db import Tx


def create_subscribed_calendar(
    tx: Tx, by: Caller, author_id: str, given: CalendarChange, *, new_bytes: NewBytes
) -> Subscribed:
    """Make a calendar, which its author subscribes from the start. Raises InvalidParameter."""
    if given.name is UNSET:
        raise blank_name()
    if given.scope is UNSET:
        check_calendar(given)
        raise InvalidParameter(
            "subscribe range cannot be null",
            description="subscribeScope: it is missing; {} offers the calendar to nobody but author and managers",
        )
    empty = Subscribed(by.corp_id, opaque_id(new_bytes), author_id, "", "", Scope(), ())
    _check_person(tx, by, author_id)
    calendar = _changed(tx, by, empty, given)
    calendars.add(tx, by.corp_id, calendar.calendar_id, author_id, "subscribed")
    subscribed.put(tx, calendar)
    subscribed.subscribe(tx, by.corp_id, calendar.calendar_id, author_id)
    return calendar


def get_subscribed_calendar(tx: Tx, by: Caller, user_id: str, calendar_id: str) -> Subscribed:
    """For its author and managers. Raises InvalidParameter, PermissionDenied."""
    calendar = find(tx, by, user_id, calendar_id)
    if user_id not in calendar.editors:
        raise PermissionDenied(
            description=f"userId: only author and managers see how {calendar_id} is set up"
        )
    return calendar


def update_subscribed_calendar(
    tx: Tx, by: Caller, user_id: str, calendar_id: str, given: CalendarChange
) -> None:
    """Change what is given; author and managers may. Who subscribes already stays, whatever the scope.

    Raises InvalidParameter, PermissionDenied.
    """
    check_calendar(given)
    calendar = find(tx, by, user_id, calendar_id, lock=True)
    if user_id not in calendar.editors:
        raise PermissionDenied(description=f"userId: only author and managers change {calendar_id}")
    subscribed.put(tx, _changed(tx, by, calendar, given))
    calendars.touch(tx, by.corp_id, calendar_id)


def delete_subscribed_calendar(tx: Tx, by: Caller, user_id: str, calendar_id: str) -> None:
    """Delete it and all its events, for everybody; its author may. Raises InvalidParameter, PermissionDenied."""
    calendar = find(tx, by, user_id, calendar_id, lock=True)
    if user_id != calendar.author_id:
        raise PermissionDenied(
            description=f"userId: only the author, {calendar.author_id}, deletes {calendar_id}"
        )
    whole_calendars.erase(tx, by, calendar)


def _changed(tx: Tx, by: Caller, calendar: Subscribed, given: CalendarChange) -> Subscribed:
    check_calendar(given)
    if given.name is not UNSET:
        calendar = replace(calendar, name=given.name)
    if given.description is not UNSET:
        calendar = replace(calendar, description=given.description)
    if given.managers is not UNSET:
        _check_colleagues(tx, by, "managers", given.managers, calendar.managers)
        managers = (one for one in dict.fromkeys(given.managers) if one != calendar.author_id)
        calendar = replace(calendar, managers=tuple(managers))
    if given.scope is not UNSET:
        calendar = replace(calendar, scope=_scope(tx, by, calendar.scope, given.scope))
    return calendar


def _scope(tx: Tx, by: Caller, before: Scope, given: GivenScope) -> Scope:
    """Who may subscribe. Groups and organisations must be the author's own: of groups there are none (decision 16)."""
    strange = [f"openConversationIds: {one}" for one in given.conversation_ids]
    strange += [f"corpIds: {one}" for one in given.corp_ids if one != by.corp_id]
    if strange:
        raise InvalidParameter(
            "current user must in range", description=f"subscribeScope.{strange[0]} does not hold the user"
        )
    _check_colleagues(tx, by, "subscribeScope.unionIds", given.union_ids, before.union_ids)
    return Scope(tuple(dict.fromkeys(given.union_ids)), tuple(dict.fromkeys(given.corp_ids)))


def _check_colleagues(tx: Tx, by: Caller, field: str, given: Sequence[str], before: Sequence[str]) -> None:
    """Raises InvalidParameter for an id that is nobody's; one that is there already may be of who left."""
    known = {*users.colleagues(tx, by.corp_id, given), *before}
    for number, one in enumerate(given):
        if one not in known:
            raise InvalidParameter(
                description=f"{field}[{number}]: nobody here has the unionId {one}"
                + other_kind_of_id(tx, by, one)
            )


def _check_person(tx: Tx, by: Caller, user_id: str) -> None:
    try:
        calendar_of(tx, by, Place(user_id, PRIMARY))
    except ItemNotFound as missing:
        raise InvalidParameter(missing.message, description=missing.description) from None


def find(tx: Tx, by: Caller, user_id: str, calendar_id: str, *, lock: bool = False) -> Subscribed:
    """The subscribed calendar, whoever asks. Raises InvalidParameter, also for an unknown path user (decision 8)."""
    _check_person(tx, by, user_id)
    calendar = subscribed.get(tx, by.corp_id, calendar_id, lock=lock)
    if calendar is None:
        raise InvalidParameter(
            "calendarId invalid", description=f"calendarId: there is no subscribed calendar {calendar_id}"
        )
    return calendar
