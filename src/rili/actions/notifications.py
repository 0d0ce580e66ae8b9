"""What a person was told here: reading it, and saying that one has."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from rili.actions.access import PRIMARY, Place, listed_calendar
from rili.auth.callers import Caller
from rili.model.notice import SharedCalendar, Told
from rili.store import guests, notifications, users
from rili.store.db import Tx
from rili.store.notifications import Notification

AT_ONCE = 500
"""Marked as read in one transaction."""


class Telling(Struct, frozen=True, gc=False):
    """Notifications with all that it takes to say them to their reader."""

    notifications: tuple[Notification, ...] = ()
    reader_id: str = ""
    names: dict[str, str] = {}
    """Of the people in them, as they are called now; of guests their addresses."""
    language: str = ""
    zone: str = ""


class Page(Struct, frozen=True, gc=False):
    """Some of what a person was told."""

    told: Telling
    unread: int
    """`COUNTED` at most."""
    before: int | None = None
    """From where to go on, where there are more."""


def list_notifications(
    tx: Tx, by: Caller, user_id: str, *, limit: int, before: int | None, unread: bool
) -> Page:
    """The newest *limit* of the path user's, or those before the number *before*. Raises InvalidParameter."""
    _check_reader(tx, by, user_id)
    found = notifications.newest(tx, by.corp_id, user_id, limit=limit + 1, before=before, unread=unread)
    shown = found[:limit]
    return Page(
        _telling(tx, by, user_id, shown),
        notifications.count_unread(tx, by.corp_id, user_id),
        shown[-1].number if len(found) > limit else None,
    )


def count_unread(tx: Tx, by: Caller, user_id: str) -> int:
    """How many the path's user has not read, `COUNTED` at most. Raises InvalidParameter."""
    _check_reader(tx, by, user_id)
    return notifications.count_unread(tx, by.corp_id, user_id)


def mark_read(tx: Tx, by: Caller, user_id: str, numbers: Sequence[int]) -> int:
    """They have read those, of which some may be nothing; how many are left. Raises InvalidParameter."""
    _check_reader(tx, by, user_id)
    notifications.mark_read(tx, by.corp_id, user_id, numbers, by.now_ms)
    return notifications.count_unread(tx, by.corp_id, user_id)


def mark_read_up_to(tx: Tx, by: Caller, user_id: str, number: int) -> int | None:
    """They have read that one and all before it; how many are left, or None: call it again, there are many.

    Raises InvalidParameter.
    """
    _check_reader(tx, by, user_id)
    marked = notifications.mark_read_up_to(tx, by.corp_id, user_id, number, by.now_ms, limit=AT_ONCE)
    return None if marked == AT_ONCE else notifications.count_unread(tx, by.corp_id, user_id)


def begin_stream(tx: Tx, by: Caller, user_id: str, number: int | None) -> int:
    """After which number the path's user is told what is new: *number*, or that of the newest there is.

    One that is greater was given by a database that is no more. Raises InvalidParameter.
    """
    _check_reader(tx, by, user_id)
    newest = notifications.last_number(tx, by.corp_id, user_id)
    return newest if number is None else min(number, newest)


def news(tx: Tx, by: Caller, user_id: str, number: int, *, limit: int) -> Telling:
    """What that person was told after *number*, the oldest first: who may ask was asked when it began."""
    return _telling(tx, by, user_id, notifications.after(tx, by.corp_id, user_id, number, limit))


def _check_reader(tx: Tx, by: Caller, user_id: str) -> None:
    listed_calendar(tx, by, Place(user_id, PRIMARY))


def _telling(tx: Tx, by: Caller, user_id: str, found: Sequence[Notification]) -> Telling:
    if not found:
        return Telling()
    ids = {id_ for one in found for id_ in _people_in(one.told)}
    names = users.names(tx, by.corp_id, ids)
    if strangers := ids - names.keys():
        names |= guests.emails(tx, by.corp_id, strangers)
    return Telling(tuple(found), user_id, names, *users.locale(tx, by.corp_id, user_id))


def _people_in(told: Told) -> set[str]:
    if isinstance(told, SharedCalendar):
        return {told.owner_id}
    return {told.event.organizer_id} | ({told.operator_id} if told.operator_id else set())
