"""An app signs in: its key and secret become an access token."""

from __future__ import annotations

import re

from rili.errors import InvalidParameter, ItemNotFound
from rili.errors.access import InvalidClientIdOrSecret, UnauthorizedClient
from rili.model.app_kinds import ENTERPRISE, INTERNAL, PERSONAL
from rili.model.secrets import derive_token, hash_secret, matches
from rili.store import apps, authorizations, tokens
from rili.store.apps import AppCredentials
from rili.store.db import Tx

TOKEN_SECONDS = 7200
NOWHERE = ""
"""The corp_id of a token of an app itself, which acts in no organisation."""

_APP_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NO_SECRET = "0" * 64


def sign_in(
    tx: Tx, app_key: str, app_secret: str, *, corp_id: str | None = None, new_nonce: str, now_ms: int
) -> str:
    """The app's token, valid for TOKEN_SECONDS: the one it has, extended, or a new one from *new_nonce*.

    An internal app's in its organisation; with *corp_id* also an enterprise app's in that one.

    Raises:
        InvalidClientIdOrSecret: no such app, not its secret, or no internal app and no *corp_id*.
        UnauthorizedClient: *corp_id* is given, and the app may not act there.

    Source: the reference of accessToken, "the same token and extends it"; decision 25.
    """
    app = check_secret(tx, app_key, app_secret)
    if app.kind == ENTERPRISE and corp_id is not None:
        return _sign_in_there(tx, app_key, app_secret, corp_id, new_nonce, now_ms)
    if app.kind != INTERNAL and corp_id is None:
        raise InvalidClientIdOrSecret(
            description=f"This is an app of the kind {app.kind}, not an internal one."
        )
    if app.kind != INTERNAL or corp_id not in (None, app.corp_id):
        raise UnauthorizedClient
    return _own_token(tx, app, app_key, app_secret, app.corp_id, new_nonce, now_ms)


def sign_in_personal(tx: Tx, app_id: str, app_secret: str, *, new_nonce: str, now_ms: int) -> str:
    """The token of a personal app itself, as `sign_in`. Raises InvalidClientIdOrSecret, also for other kinds."""
    app = check_secret(tx, app_id, app_secret)
    if app.kind != PERSONAL:
        raise InvalidClientIdOrSecret
    return _own_token(tx, app, app_id, app_secret, NOWHERE, new_nonce, now_ms)


def check_secret(tx: Tx, app_key: str, app_secret: str) -> AppCredentials:
    """The app, locked. Raises InvalidClientIdOrSecret: no such app, or not its secret."""
    app = find_credentials(tx, app_key)
    if not matches(app_secret, app.secret_hash if app else _NO_SECRET) or app is None:
        raise InvalidClientIdOrSecret
    return app


def find_credentials(tx: Tx, app_key: str) -> AppCredentials | None:
    """The app, locked; None for what cannot be a key, too."""
    return apps.lock_credentials(tx, app_key) if _APP_KEY.fullmatch(app_key) else None


def issue_token(tx: Tx, app_key: str, *, corp_id: str | None = None, new_token: str, now_ms: int) -> None:
    """An administrator makes *new_token* valid for the app, beside the one it may have.

    An enterprise app's is valid in *corp_id*. Raises ItemNotFound, InvalidParameter.
    """
    app = apps.get(tx, app_key)
    if app is None:
        raise ItemNotFound(f"No app {app_key}")
    if app.kind == PERSONAL:
        raise InvalidParameter(f"{app_key} is a personal app: it acts with the tokens of people alone")
    if app.kind == ENTERPRISE:
        if corp_id is None:
            raise InvalidParameter(f"{app_key} is an enterprise app: say in which organisation, with --corp")
        if authorizations.get(tx, corp_id, app_key) is None:
            raise InvalidParameter(f"{corp_id} has not authorised {app_key}")
    elif corp_id not in (None, app.corp_id):
        raise InvalidParameter(f"{app_key} is an internal app of {app.corp_id}")
    put_token(tx, new_token, app_key, corp_id or app.corp_id, now_ms)


def put_token(tx: Tx, token: str, app_key: str, corp_id: str, now_ms: int) -> None:
    """Make *token* valid for the app in the organisation, for TOKEN_SECONDS from now."""
    expires_ms = now_ms + TOKEN_SECONDS * 1000
    tokens.put(tx, hash_secret(token), app_key=app_key, corp_id=corp_id, expires_ms=expires_ms)
    tokens.remove_expired(tx, now_ms)


def _own_token(
    tx: Tx, app: AppCredentials, app_key: str, app_secret: str, corp_id: str, new_nonce: str, now_ms: int
) -> str:
    nonce = _nonce(app.token_nonce, app.token_expires_ms, new_nonce, now_ms)
    expires_ms = now_ms + TOKEN_SECONDS * 1000
    apps.extend_token(tx, app_key, token_nonce=nonce, token_expires_ms=expires_ms)
    token = derive_token(app_secret, nonce)
    put_token(tx, token, app_key, corp_id, now_ms)
    return token


def _sign_in_there(tx: Tx, app_key: str, app_secret: str, corp_id: str, new_nonce: str, now_ms: int) -> str:
    source = authorizations.token_source(tx, corp_id, app_key)
    if source is None:
        raise UnauthorizedClient
    nonce = _nonce(source.token_nonce, source.token_expires_ms, new_nonce, now_ms)
    expires_ms = now_ms + TOKEN_SECONDS * 1000
    authorizations.extend_token(tx, corp_id, app_key, token_nonce=nonce, token_expires_ms=expires_ms)
    token = derive_token(app_secret, nonce)
    put_token(tx, token, app_key, corp_id, now_ms)
    return token


def _nonce(known: str | None, expires_ms: int | None, new_nonce: str, now_ms: int) -> str:
    """That of the token there is, while it is valid; else the new one."""
    return known if known and expires_ms is not None and expires_ms > now_ms else new_nonce
