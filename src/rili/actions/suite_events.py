"""What enterprise apps are told about themselves: tickets, which are renewed, and who authorised them (decision 98)."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from rili.actions.sign_in import check_secret
from rili.actions.suites import queue_ticket, set_ticket
from rili.auth.sealing import SecretKey
from rili.errors import InvalidParameter
from rili.errors.access import InvalidClientIdOrSecret, InvalidSuiteKey
from rili.model.suite_events import TICKET_MS
from rili.store import apps, push_settings, suites
from rili.store.db import Tx

TICKETS = 16
"""Renewed in one transaction."""


def tickets_due(tx: Tx, *, now_ms: int) -> list[str]:
    """The apps whose tickets are to be renewed, or told once more, some of them."""
    return suites.due(tx, before_ms=now_ms - TICKET_MS, limit=TICKETS)


def renew_tickets(tx: Tx, key: SecretKey | None, *, new_ticket: Callable[[], str], now_ms: int) -> int:
    """Renew some of the tickets that are due, and tell them; one that is fixed is only told. How many.

    Raises NoSecretKey, WrongSecretKey.
    """
    if not tx.claim("suite tickets"):
        return 0
    due = tickets_due(tx, now_ms=now_ms)
    for app_key in due:
        apps.lock(tx, app_key)
        suite = suites.get(tx, app_key)
        if suite is None:
            continue
        if suite.fixed:
            suites.put(tx, replace(suite, told_ms=now_ms))
            queue_ticket(tx, app_key, now_ms=now_ms)
        else:
            set_ticket(tx, app_key, new_ticket(), key, fixed=False, now_ms=now_ms)
    return len(due)


def tell_ticket(tx: Tx, app_key: str, *, now_ms: int) -> None:
    """Tell the app its ticket, when it is an enterprise app: it is told otherwise than before."""
    apps.lock(tx, app_key)
    if suites.get(tx, app_key) is not None:
        queue_ticket(tx, app_key, now_ms=now_ms)


def tell_ticket_again(tx: Tx, suite_id: int, suite_secret: str, *, now_ms: int) -> None:
    """Tell the app whose number and secret these are its ticket. Raises InvalidSuiteKey, InvalidParameter."""
    for app_key in apps.enterprise_with_number(tx, suite_id):
        try:
            check_secret(tx, app_key, suite_secret)
        except InvalidClientIdOrSecret:
            continue
        settings = push_settings.get(tx, app_key)
        if settings is None:
            raise InvalidParameter(
                description=f"{app_key} is told of nothing: its vendor says where with rili app push"
            )
        return queue_ticket(tx, app_key, now_ms=now_ms)
    raise InvalidSuiteKey(description="suiteId, suiteSecret: no enterprise app has these")
