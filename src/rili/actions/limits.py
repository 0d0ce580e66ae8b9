"""Limits of the paid service, which are off unless set (decision 21)."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from rili.actions.access import PRIMARY, Place, calendar_of
from rili.auth.callers import Caller
from rili.errors.access import ApiCountLimitForOrg, FlowLimit, QpmLimit, QpsLimit
from rili.model.moment import Moment
from rili.store import organisations, usage
from rili.store.db import Tx

SECOND_MS = 1_000
MINUTE_MS = 60_000


class Limits(Struct, frozen=True):
    """How much is allowed; 0 is as much as one likes."""

    calls_per_second: int = 0
    """Of one app to one operation; of an enterprise app in one organisation."""
    calls_per_minute: int = 0
    calls_per_month: int = 0
    """Of all apps of an organisation to the calendar, in a month of the organisation's zone."""
    creates_per_day: int = 0
    """Events of one person, in a day of their zone."""

    @property
    def on_calls(self) -> bool:
        return bool(self.calls_per_second or self.calls_per_minute or self.calls_per_month)


def take_call(tx: Tx, by: Caller, operation: str, limits: Limits, *, monthly: bool) -> None:
    """Count a call of *operation*, against the month too where it is one that is sold.

    A call that is refused counts nowhere. Raises QpsLimit, QpmLimit, ApiCountLimitForOrg.
    """
    enterprise = by.kind == "enterprise"
    now_ms, who = by.now_ms, f"{by.app_key} {operation}"
    if (limit := limits.calls_per_second) and not usage.take(
        tx, by.corp_id, f"second {who}", now_ms - now_ms % SECOND_MS, limit
    ):
        raise QpsLimit(limit, enterprise=enterprise)
    if (limit := limits.calls_per_minute) and not usage.take(
        tx, by.corp_id, f"minute {who}", now_ms - now_ms % MINUTE_MS, limit
    ):
        raise QpmLimit(limit, enterprise=enterprise)
    if monthly and (limit := limits.calls_per_month):
        organisation = organisations.get(tx, by.corp_id)
        zone = organisation.zone if organisation else "UTC"
        first = Moment.at(now_ms, zone).wall.replace(day=1)
        if not usage.take(tx, by.corp_id, "month", _midnight_ms(first, zone), limit):
            raise ApiCountLimitForOrg(limit)


def take_create(tx: Tx, by: Caller, place: Place, limits: Limits) -> None:
    """Count an event that the path user is about to have. Raises FlowLimit; ItemNotFound for an unknown user."""
    if not limits.creates_per_day:
        return
    calendar = calendar_of(tx, by, Place(place.user_id, PRIMARY))  # of who makes it, wherever it goes
    today = _midnight_ms(Moment.at(by.now_ms, calendar.zone).wall, calendar.zone)
    if not usage.take(tx, by.corp_id, f"create {calendar.owner_id}", today, limits.creates_per_day):
        raise FlowLimit(limits.creates_per_day)


def _midnight_ms(day: datetime, zone: str) -> int:
    return Moment(day.replace(hour=0, minute=0, second=0, microsecond=0), zone).epoch_ms()
