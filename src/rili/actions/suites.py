"""Enterprise apps: the suiteSecret that is kept to check signatures with, and the suite tickets (decisions 25, 73)."""

from __future__ import annotations

import hmac
import re

from msgspec import Struct
from msgspec.structs import replace

from rili.actions.sealed import usable
from rili.auth.sealing import SecretKey
from rili.errors import InvalidParameter, ItemNotFound
from rili.store import apps, suites
from rili.store.db import Tx
from rili.store.suites import Suite

_TICKET = re.compile(r"[A-Za-z0-9_.~-]{1,128}")


class Ticket(Struct, frozen=True, kw_only=True):
    """What a vendor is told: the ticket of now, since when it is that, and whether it stays."""

    app_key: str
    ticket: str
    fixed: bool
    ticket_ms: int


def begin(
    tx: Tx, app_key: str, app_secret: str, key: SecretKey | None, *, new_ticket: str, now_ms: int
) -> None:
    """Keep what a new enterprise app has besides. Raises NoSecretKey, WrongSecretKey."""
    key = usable(tx, key)
    suite = Suite(
        app_key=app_key,
        secret=key.seal(app_secret, of=f"{app_key} secret"),
        ticket=key.seal(new_ticket, of=f"{app_key} ticket"),
        ticket_ms=now_ms,
    )
    suites.put(tx, suite)


def replace_secret(tx: Tx, app_key: str, app_secret: str, key: SecretKey | None) -> None:
    """Keep another secret. Raises NoSecretKey, WrongSecretKey."""
    sealed = usable(tx, key).seal(app_secret, of=f"{app_key} secret")
    suites.put(tx, replace(_suite(tx, app_key), secret=sealed))


def ticket(tx: Tx, app_key: str, key: SecretKey | None) -> Ticket:
    """The ticket of now. Raises ItemNotFound, InvalidParameter, NoSecretKey, WrongSecretKey."""
    suite = _suite(tx, app_key)
    return _shown(suite, usable(tx, key))


def set_ticket(tx: Tx, app_key: str, text: str, key: SecretKey | None, *, fixed: bool, now_ms: int) -> Ticket:
    """Make *text* the ticket; the one of before is good until the next. *fixed*: it is the vendor's choice, and stays.

    Raises as `ticket`.
    """
    if not _TICKET.fullmatch(text):
        raise InvalidParameter("A ticket is 1 to 128 letters, digits and the characters . _ ~ -")
    apps.lock(tx, app_key)
    suite, key = _suite(tx, app_key), usable(tx, key)
    sealed = key.seal(text, of=f"{app_key} ticket")
    changed = replace(suite, ticket=sealed, former_ticket=suite.ticket, fixed=fixed, ticket_ms=now_ms)
    suites.put(tx, changed)
    return _shown(changed, key)


def ticket_is_good(tx: Tx, app_key: str, given: str, key: SecretKey | None) -> bool:
    """Whether *given* is the ticket of now or the one before. Raises NoSecretKey, WrongSecretKey."""
    suite, key = _suite(tx, app_key), usable(tx, key)
    sealed = [one for one in (suite.ticket, suite.former_ticket) if one is not None]
    known = [key.open(one, of=f"{app_key} ticket").encode() for one in sealed]
    return any(hmac.compare_digest(given.encode("utf-8", "surrogatepass"), one) for one in known)


def secret_of(tx: Tx, app_key: str, key: SecretKey | None) -> str:
    """The suiteSecret, to check a signature with. Raises NoSecretKey, WrongSecretKey."""
    return usable(tx, key).open(_suite(tx, app_key).secret, of=f"{app_key} secret")


def _suite(tx: Tx, app_key: str) -> Suite:
    suite = suites.get(tx, app_key)
    if suite is None:
        app = apps.get(tx, app_key)
        if app is None:
            raise ItemNotFound(f"No app {app_key}")
        raise InvalidParameter(
            f"{app_key} is an app of the kind {app.kind}: only enterprise apps have tickets"
        )
    return suite


def _shown(suite: Suite, key: SecretKey) -> Ticket:
    return Ticket(
        app_key=suite.app_key,
        ticket=key.open(suite.ticket, of=f"{suite.app_key} ticket"),
        fixed=suite.fixed,
        ticket_ms=suite.ticket_ms,
    )
