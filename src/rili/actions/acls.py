"""Sharing one's primary calendar with colleagues (decision 84)."""

from __future__ import annotations

from rili.actions.access import PRIMARY, Place, calendar_of, reach
from rili.actions.people import other_kind_of_id
from rili.auth.callers import Caller
from rili.errors import InvalidParameter, ItemNotFound
from rili.model.ids import NewBytes, opaque_id
from rili.model.privileges import Privilege
from rili.store import acls, calendars, outbox, users
from rili.store.acls import Acl
from rili.store.calendars import Primary
from rili.store.db import Tx

SHARED_WITH = 500
"""People with whom one may share, at most. Source: the page of CreateAcls."""


def create_acl(
    tx: Tx,
    by: Caller,
    place: Place,
    person_id: str,
    privilege: Privilege,
    *,
    tells: bool,
    new_bytes: NewBytes,
) -> Acl:
    """Let a colleague see or write the path user's calendar; a second grant replaces what the first gave.

    *tells*: the colleague is told. Raises InvalidParameter, PermissionDenied.
    """
    calendar = _own_calendar(tx, by, place)
    if person_id == calendar.owner_id:
        raise InvalidParameter(description="scope.userId: it is the calendar's owner")
    if not users.colleagues(tx, by.corp_id, [person_id]):
        raise InvalidParameter(
            description=f"scope.userId: nobody here has the unionId {person_id}"
            + other_kind_of_id(tx, by, person_id)
        )
    # One grant at a time: two could both be the last that there may be.
    calendars.lock(tx, by.corp_id, calendar.calendar_id)
    there = acls.of_calendar(tx, by.corp_id, calendar.calendar_id)
    known = next((one.acl_id for one in there if one.person_id == person_id), None)
    if known is None and len(there) >= SHARED_WITH:
        raise InvalidParameter(
            "shareExceedLimit",
            description=f"scope.userId: a calendar is shared with {SHARED_WITH} people at most",
        )
    acl = Acl(known or opaque_id(new_bytes), person_id, privilege)
    acls.put(tx, by.corp_id, calendar.calendar_id, acl, by.now_ms)
    calendars.touch(tx, by.corp_id, calendar.calendar_id)
    if tells:
        outbox.add(
            tx,
            outbox.Change(
                corp_id=by.corp_id,
                event_id=calendar.calendar_id,
                kind="share",
                app_key=by.app_key,
                operator_id=calendar.owner_id,
                created_ms=by.now_ms,
                recipients=(person_id,),
            ),
        )
    return acl


def list_acls(tx: Tx, by: Caller, place: Place) -> list[Acl]:
    """With whom the path user's calendar is shared, the oldest first. Raises InvalidParameter, PermissionDenied."""
    calendar = _own_calendar(tx, by, place)
    return acls.of_calendar(tx, by.corp_id, calendar.calendar_id)


def delete_acl(tx: Tx, by: Caller, place: Place, acl_id: str) -> None:
    """End a grant. Raises InvalidParameter, also for none; PermissionDenied."""
    calendar = _own_calendar(tx, by, place)
    if not acls.remove(tx, by.corp_id, calendar.calendar_id, acl_id):
        raise InvalidParameter(description=f"aclId: the calendar has no grant {acl_id}")
    calendars.touch(tx, by.corp_id, calendar.calendar_id)


def _own_calendar(tx: Tx, by: Caller, place: Place) -> Primary:
    """The calendar that the path's user owns and so may share: the primary one."""
    try:
        by, place = reach(tx, by, place, "owner")
        calendar = calendar_of(tx, by, place)
    except ItemNotFound as missing:
        raise InvalidParameter(missing.message, description=missing.description) from None
    if place.subscribed:
        raise InvalidParameter(
            description=f"calendarId: a subscribed calendar is not shared; name {PRIMARY}, or let people subscribe"
        )
    return calendar
