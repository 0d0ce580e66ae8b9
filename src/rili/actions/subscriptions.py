"""Which subscribed calendars somebody reads (decision 86)."""

from __future__ import annotations

from rili.actions.access import PRIMARY
from rili.actions.subscribed import find
from rili.auth.callers import Caller
from rili.errors import ExceedSubscribeLimit, InvalidParameter, OutsideSubscribeScope
from rili.model.subscribed import Subscribed
from rili.store import calendars, subscribed
from rili.store.db import Tx

SUBSCRIPTIONS = 100
"""Calendars of others that one person subscribes, at most."""


def subscribe_calendar(tx: Tx, by: Caller, user_id: str, calendar_id: str) -> None:
    """Put a calendar on the path user's list, where it is not yet.

    Raises InvalidParameter, OutsideSubscribeScope, ExceedSubscribeLimit.
    """
    calendar, subscribes = _find(tx, by, user_id, calendar_id)
    if subscribes:
        return
    _check_scope(user_id, calendar)
    if user_id != calendar.author_id and subscribed.count_of_person(tx, by.corp_id, user_id) >= SUBSCRIPTIONS:
        raise ExceedSubscribeLimit(
            description=f"userId: a person subscribes {SUBSCRIPTIONS} calendars at most"
        )
    subscribed.subscribe(tx, by.corp_id, calendar_id, user_id)


def unsubscribe_calendar(tx: Tx, by: Caller, user_id: str, calendar_id: str) -> None:
    """Take a calendar off the path user's list, where it is. Raises InvalidParameter, OutsideSubscribeScope."""
    calendar, subscribes = _find(tx, by, user_id, calendar_id)
    if not subscribes:
        _check_scope(user_id, calendar)
    subscribed.unsubscribe(tx, by.corp_id, calendar_id, user_id)


def _find(tx: Tx, by: Caller, user_id: str, calendar_id: str) -> tuple[Subscribed, bool]:
    """The calendar, and whether the path's user subscribes it already."""
    way = calendars.way_to(tx, by.corp_id, user_id, calendar_id)
    if calendar_id == PRIMARY or (way is not None and way.kind == "primary"):
        raise InvalidParameter(
            "calendar type invalid", description=f"calendarId: {calendar_id} is no subscribed calendar"
        )
    calendar = find(tx, by, user_id, calendar_id, lock=True)
    return calendar, way is not None and way.subscribes


def _check_scope(user_id: str, calendar: Subscribed) -> None:
    if not calendar.offered_to(user_id):
        raise OutsideSubscribeScope(
            description="userId: the calendar's subscribeScope does not hold this person"
        )
