"""Tokens that an enterprise app gets with its suite ticket: in an organisation that authorised it, and of itself.

Unlike the tokens of `sign_in`, each call makes a new one, and those of before stay good.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from hashlib import sha256

from rili.actions.sign_in import NOWHERE, check_secret, find_credentials, put_token
from rili.actions.suites import secret_of, ticket_is_good
from rili.auth.sealing import SecretKey
from rili.errors.access import (
    InvalidAuthInfo,
    InvalidClientIdOrSecret,
    InvalidSignature,
    InvalidSuiteKey,
    InvalidSuiteTicket,
)
from rili.model.app_kinds import ENTERPRISE, PERSONAL
from rili.store import authorizations
from rili.store.db import Tx


def corp_token(
    tx: Tx,
    suite_key: str,
    suite_secret: str,
    suite_ticket: str,
    corp_id: str,
    key: SecretKey | None,
    *,
    new_token: str,
    now_ms: int,
) -> None:
    """Make *new_token* valid for the app in the organisation.

    An internal app, which the reference calls a customised one, may name its own organisation, and any ticket.
    Raises InvalidSuiteKey, InvalidSuiteTicket, InvalidAuthInfo, NoSecretKey, WrongSecretKey.
    """
    try:
        app = check_secret(tx, suite_key, suite_secret)
    except InvalidClientIdOrSecret:
        raise InvalidSuiteKey(description="suiteKey, suiteSecret: no app has these") from None
    if app.kind == PERSONAL:
        raise InvalidSuiteKey(description="suiteKey: this is a personal app, which acts for people alone")
    if app.kind == ENTERPRISE:
        _check_ticket(tx, suite_key, suite_ticket, key)
        _check_authorised(tx, suite_key, corp_id)
    elif not suite_ticket:
        raise InvalidSuiteTicket(description="suiteTicket: it is missing")
    elif corp_id != app.corp_id:
        raise InvalidAuthInfo(description="authCorpId: the app is another organisation's")
    put_token(tx, new_token, suite_key, corp_id, now_ms)


def signed_corp_token(
    tx: Tx,
    suite_key: str,
    timestamp: str,
    suite_ticket: str,
    signature: str,
    corp_id: str,
    key: SecretKey | None,
    *,
    new_token: str,
    now_ms: int,
) -> None:
    """The same for who signs instead of sending the suiteSecret.

    Raises as `corp_token`, and InvalidSignature.
    """
    app = find_credentials(tx, suite_key)
    if app is None or app.kind != ENTERPRISE:
        raise InvalidSuiteKey
    right = sign(secret_of(tx, suite_key, key), timestamp, suite_ticket)
    if not hmac.compare_digest(right.encode(), signature.encode("utf-8", "surrogatepass")):
        raise InvalidSignature
    _check_ticket(tx, suite_key, suite_ticket, key)
    _check_authorised(tx, suite_key, corp_id)
    put_token(tx, new_token, suite_key, corp_id, now_ms)


def suite_token(
    tx: Tx,
    suite_key: str,
    suite_secret: str,
    suite_ticket: str,
    key: SecretKey | None,
    *,
    new_token: str,
    now_ms: int,
) -> None:
    """Make *new_token* valid for the app itself, in no organisation.

    Raises InvalidClientIdOrSecret, InvalidSuiteTicket, NoSecretKey, WrongSecretKey.
    """
    if check_secret(tx, suite_key, suite_secret).kind != ENTERPRISE:
        raise InvalidClientIdOrSecret
    _check_ticket(tx, suite_key, suite_ticket, key)
    put_token(tx, new_token, suite_key, NOWHERE, now_ms)


def sign(suite_secret: str, timestamp: str, suite_ticket: str) -> str:
    """Base64 of HMAC-SHA256. Source: "the signature calculation method of the third-party access interface"."""
    text = f"{timestamp}\n{suite_ticket}".encode("utf-8", "surrogatepass")
    return b64encode(hmac.new(suite_secret.encode(), text, sha256).digest()).decode()


def _check_ticket(tx: Tx, suite_key: str, suite_ticket: str, key: SecretKey | None) -> None:
    if not ticket_is_good(tx, suite_key, suite_ticket, key):
        raise InvalidSuiteTicket(
            description="suiteTicket: neither the ticket of now nor the one before; rili app ticket shows it"
        )


def _check_authorised(tx: Tx, suite_key: str, corp_id: str) -> None:
    if authorizations.get(tx, corp_id, suite_key) is None:
        raise InvalidAuthInfo(
            description="authCorpId: that organisation has not authorised the app; rili app authorize does"
        )
