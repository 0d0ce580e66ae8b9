"""An app opens a stream: its key and secret become a ticket, the ticket a connection."""

from __future__ import annotations

from msgspec import Struct

from rili.actions.sign_in import check_secret
from rili.actions.suite_events import tell_ticket
from rili.auth.callers import within
from rili.errors import InvalidParameter
from rili.errors.access import AuthFailed, InvalidClientIdOrSecret, IpNotInWhiteList
from rili.model.app_kinds import PERSONAL
from rili.model.secrets import hash_secret
from rili.store import apps, push_settings, stream_tickets
from rili.store.db import Tx
from rili.store.push_settings import PushSettings
from rili.store.stream_tickets import Ticket

TICKET_SECONDS = 90


class Opened(Struct, frozen=True):
    """What a connection was opened for. *secret_hash*: of the secret that was shown."""

    app_key: str
    events: bool
    secret_hash: str


def open_stream(
    tx: Tx, app_key: str, app_secret: str, *, events: bool, address: str, new_ticket: str, now_ms: int
) -> None:
    """Make *new_ticket* good for one connection, within TICKET_SECONDS. An app that asks for *events*, and that nobody
    said anything about, is told by stream from now on, of all events (decision 99).

    Raises AuthFailed, IpNotInWhiteList; InvalidParameter when the app is told by another channel, or turned off.
    """
    try:
        kind = check_secret(tx, app_key, app_secret).kind
    except InvalidClientIdOrSecret:
        raise AuthFailed(description="clientId, clientSecret: no app has these") from None
    if kind == PERSONAL:
        raise AuthFailed(
            description="clientId: this is a personal app; events are for internal and enterprise apps"
        )
    app = apps.get(tx, app_key)
    if app is not None and app.networks and not within(address, " ".join(app.networks)):
        raise IpNotInWhiteList(address, "rili app set")
    if events:
        _subscribe(tx, app_key, now_ms)
    expires_ms = now_ms + TICKET_SECONDS * 1000
    stream_tickets.put(tx, hash_secret(new_ticket), Ticket(app_key, events, expires_ms))
    stream_tickets.remove_expired(tx, now_ms)


def redeem(tx: Tx, ticket: str, *, now_ms: int) -> Opened:
    """What *ticket* is good for; it is spent. Raises AuthFailed: unknown, spent, too old."""
    found = stream_tickets.take(tx, hash_secret(ticket))
    secret_hash = apps.secret_hash(tx, found.app_key) if found else None
    if found is None or found.expires_ms <= now_ms or secret_hash is None:
        raise AuthFailed(
            description=f"ticket: it is unknown, spent, or older than {TICKET_SECONDS} seconds;"
            " POST /v1.0/gateway/connections/open gives a new one"
        )
    return Opened(found.app_key, found.events, secret_hash)


def is_still_good(tx: Tx, opened: Opened) -> bool:
    """Whether the app still has the secret that was shown, and is still told by stream."""
    if apps.secret_hash(tx, opened.app_key) != opened.secret_hash:
        return False
    settings = push_settings.get(tx, opened.app_key)
    return not opened.events or (settings is not None and settings.channel == "stream")


def _subscribe(tx: Tx, app_key: str, now_ms: int) -> None:
    """The app is held, as `check_secret` leaves it: no administrator says otherwise meanwhile."""
    settings = push_settings.get(tx, app_key)
    if push_settings.is_off(tx, app_key):
        raise InvalidParameter(
            description="subscriptions: an administrator wants the app told of no events, and changes that with"
            f" rili app push {app_key} --stream"
        )
    if settings is None:
        push_settings.put(tx, PushSettings(app_key=app_key, channel="stream", created_ms=now_ms))
        tell_ticket(tx, app_key, now_ms=now_ms)
    elif settings.channel != "stream":
        raise InvalidParameter(
            description="subscriptions: the app is told of events by HTTP, and so not by stream;"
            " an administrator changes that: rili app push"
        )
