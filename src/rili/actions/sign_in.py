"""An app signs in: its key and secret become an access token."""

from __future__ import annotations

import re

from rili.errors import InvalidClientIdOrSecret, ItemNotFound, UnauthorizedClient
from rili.model.secrets import derive_token, hash_secret, matches
from rili.store import apps, tokens
from rili.store.apps import AppCredentials
from rili.store.db import Tx

TOKEN_SECONDS = 7200

_APP_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NO_SECRET = "0" * 64


def sign_in(
    tx: Tx, app_key: str, app_secret: str, *, corp_id: str | None = None, new_nonce: str, now_ms: int
) -> str:
    """The app's token, valid for TOKEN_SECONDS: the one it has, extended, or a new one from *new_nonce*.

    Raises:
        InvalidClientIdOrSecret: no such app, or not its secret.
        UnauthorizedClient: *corp_id* is given and is another organisation.

    Source: the reference of accessToken, "the same token and extends it"; decision 25.
    """
    app = check_secret(tx, app_key, app_secret)
    if corp_id is not None and corp_id != app.corp_id:
        raise UnauthorizedClient
    valid = app.token_expires_ms is not None and app.token_expires_ms > now_ms
    nonce = app.token_nonce if valid and app.token_nonce else new_nonce
    token = derive_token(app_secret, nonce)
    expires_ms = now_ms + TOKEN_SECONDS * 1000
    apps.extend_token(tx, app_key, token_nonce=nonce, token_expires_ms=expires_ms)
    tokens.put(tx, hash_secret(token), app_key=app_key, corp_id=app.corp_id, expires_ms=expires_ms)
    tokens.remove_expired(tx, now_ms)
    return token


def check_secret(tx: Tx, app_key: str, app_secret: str) -> AppCredentials:
    """The app, locked. Raises InvalidClientIdOrSecret: no such app, or not its secret."""
    app = apps.lock_credentials(tx, app_key) if _APP_KEY.fullmatch(app_key) else None
    if not matches(app_secret, app.secret_hash if app else _NO_SECRET) or app is None:
        raise InvalidClientIdOrSecret
    return app


def issue_token(tx: Tx, app_key: str, *, new_token: str, now_ms: int) -> None:
    """An administrator makes *new_token* valid for the app, beside the one it may have."""
    app = apps.get(tx, app_key)
    if app is None:
        raise ItemNotFound(f"No app {app_key}")
    tokens.put(
        tx,
        hash_secret(new_token),
        app_key=app_key,
        corp_id=app.corp_id,
        expires_ms=now_ms + TOKEN_SECONDS * 1000,
    )
