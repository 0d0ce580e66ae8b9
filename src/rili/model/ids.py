"""Ids: `[A-Za-z0-9]` only, because the 2.x SDKs put path values on the wire unescaped."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable

NewBytes = Callable[[int], bytes]
"""Random bytes, as many as asked: `os.urandom`, or what a test gives."""

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
EVENT_ID_BYTES = 16


def event_id(seed: bytes) -> str:
    """Base64 of base64 of 16 bytes, as the published ids: 32 characters without `+`, `/` or `=`."""
    return b64encode(b64encode(seed)).decode()


def opaque_id(new_bytes: NewBytes, length: int = 28) -> str:
    """A random id of *length* characters: 62 possibilities each, evenly likely."""
    chars: list[str] = []
    while len(chars) < length:
        chars.extend(_ALPHABET[b & 63] for b in new_bytes(2 * length) if b & 63 < len(_ALPHABET))
    return "".join(chars[:length])
