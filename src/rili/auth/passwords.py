"""People's passwords, as argon2id hashes."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from rili.errors import InvalidParameter

_HASHER = PasswordHasher()
_NOBODYS = "$argon2id$v=19$m=65536,t=3,p=4$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
"""A hash that no password has, for the work of it."""
_WORKERS = ThreadPoolExecutor(2, "passwords")
"""Few, since each takes 64 MiB: a crowd waits in line."""


async def verify_password(password: str, password_hash: str | None) -> bool:
    """Whether it is the hashed one. Takes as long without a hash, so that the time does not tell who exists."""
    return await asyncio.get_running_loop().run_in_executor(_WORKERS, _verify, password, password_hash)


def _verify(password: str, password_hash: str | None) -> bool:
    try:
        right = _HASHER.verify(password_hash or _NOBODYS, password.encode()[:1025])
    except (VerificationError, InvalidHashError):
        return False
    return right and password_hash is not None


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
