"""Makes deliveries of what enterprise apps are told about themselves."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from rili.actions.app_range import EVERYBODY
from rili.actions.authorizations import scopes_in
from rili.auth.sealing import NoSecretKey, SecretKey
from rili.delivery.turns import InTurns
from rili.model.ids import NewBytes
from rili.model.suite_events import ORG_SUITE_RELIEVE, SUITE_TICKET
from rili.store import (
    app_ranges,
    apps,
    authorizations,
    deliveries,
    organisations,
    push_settings,
    suite_events,
    suites,
    users,
)
from rili.store.db import Database, Tx
from rili.store.deliveries import Delivery, NewDelivery
from rili.store.suite_events import SuiteEvent
from rili.wire.suite_events import authorization_body, ticket_body, ticket_in

EVENTS = 64
"""A transaction."""


class SuiteEvents(InTurns):
    """The duty. Apps are told so whatever events they asked for, by the channel that they have then."""

    name = "suite events"

    def __init__(self, db: Database, new_bytes: NewBytes, rung: Callable[[], None]) -> None:
        super().__init__(db, rung)
        self._new_bytes = new_bytes

    def waiting(self, tx: Tx) -> list[str]:
        return suite_events.waiting_in(tx)

    def work(self, tx: Tx, corp_id: str) -> int:
        if not tx.claim(f"{corp_id} suite events"):
            return 0
        found = suite_events.first(tx, corp_id, EVENTS)
        for one in found:
            settings = push_settings.get(tx, one.app_key)
            body = None if settings is None else _body(tx, one)
            if settings is not None and body is not None:
                if one.event_type == SUITE_TICKET:  # nobody wants one of before
                    deliveries.drop(tx, corp_id, one.app_key, subject=SUITE_TICKET)
                new = NewDelivery(
                    channel=settings.channel,
                    receiver=one.app_key,
                    subject=SUITE_TICKET if one.event_type == SUITE_TICKET else "suite",
                    id=self._new_bytes(13).hex(),
                    event_type=one.event_type,
                    born_ms=one.created_ms,
                    body=body,
                )
                deliveries.add(tx, corp_id, [new], now_ms=one.created_ms)
            suite_events.remove(tx, one)
        return len(found)


def in_clear(delivery: Delivery, key: SecretKey | None) -> Delivery:
    """As the app gets it: until then the body of a ticket holds it encrypted. Raises NoSecretKey, WrongSecretKey."""
    if delivery.event_type != SUITE_TICKET:
        return delivery
    if key is None:
        raise NoSecretKey
    ticket = key.open(ticket_in(delivery.body), of=f"{delivery.receiver} ticket")
    return replace(delivery, body=ticket_body(ticket))


def _body(tx: Tx, one: SuiteEvent) -> str | None:
    """The business object, of what is true now; None when there is nothing to tell any more."""
    if one.event_type == SUITE_TICKET:
        suite = suites.get(tx, one.app_key)
        return None if suite is None else ticket_body(suite.ticket)
    app, organisation = apps.get(tx, one.app_key), organisations.get(tx, one.corp_id)
    if app is None or organisation is None:
        return None
    admins = users.admins(tx, one.corp_id)
    if one.event_type == ORG_SUITE_RELIEVE:
        return authorization_body(organisation, app, admins)
    if authorizations.get(tx, one.corp_id, one.app_key) is None:
        return None
    seen = app_ranges.get(tx, one.corp_id, one.app_key) or EVERYBODY
    return authorization_body(organisation, app, admins, scopes_in(tx, app, one.corp_id), seen)
