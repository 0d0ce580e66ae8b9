"""People's passwords, as argon2id hashes."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from rili.errors import InvalidParameter

_HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """Takes tens of milliseconds on purpose: never inside a transaction.

    Raises:
        InvalidParameter: shorter than 8 characters, longer than 1,024 bytes, or no valid text.
    """
    try:
        size = len(password.encode())
    except UnicodeEncodeError:
        raise InvalidParameter("The password holds characters that are no valid text") from None
    if len(password) < 8:
        raise InvalidParameter("The password is shorter than 8 characters")
    if size > 1024:
        raise InvalidParameter("The password is longer than 1,024 bytes")
    return _HASHER.hash(password)


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether *password* is the hashed one; takes as long where there is none. Never inside a transaction."""
    try:
        size = len(password.encode())
    except UnicodeEncodeError:
        return False
    if size > 1024:
        return False
    try:
        return _HASHER.verify(password_hash or _nobodys_hash(), password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash("nobody's")
