"""People's passwords, as argon2id hashes."""

from __future__ import annotations

from argon2 import PasswordHasher

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
