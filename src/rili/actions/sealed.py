"""The one key under which secrets in the database are encrypted (decision 25)."""

from __future__ import annotations

from rili.auth.sealing import NoSecretKey, SecretKey
from rili.store import push_settings, suites
from rili.store.db import Tx


def check_key(tx: Tx, key: SecretKey | None) -> None:
    """Raises NoSecretKey, WrongSecretKey when the database has what *key* does not open."""
    suite = suites.some(tx)
    if suite is not None:
        _required(key).open(suite.secret, of=f"{suite.app_key} secret")
    settings = push_settings.some_sealed(tx)
    if settings is not None and settings.token is not None:
        _required(key).open(settings.token, of=callback_token(settings.app_key))


def usable(tx: Tx, key: SecretKey | None) -> SecretKey:
    """*key*, when what is there was encrypted under it: a database has one key. Raises NoSecretKey, WrongSecretKey."""
    check_key(tx, key)
    return _required(key)


def callback_token(app_key: str) -> str:
    """The place of an app's token for callbacks."""
    return f"{app_key} callback token"


def callback_aes_key(app_key: str) -> str:
    """The place of its aes_key."""
    return f"{app_key} callback aes_key"


def _required(key: SecretKey | None) -> SecretKey:
    if key is None:
        raise NoSecretKey
    return key
