"""Ids: `[A-Za-z0-9]` only, because the 2.x SDKs put path values on the wire unescaped."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable

NewBytes = Callable[[int], bytes]
"""Random bytes, as many as asked: `os.urandom`, or what a test gives."""

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
EVENT_ID_BYTES = 16

_OCCURRENCE = b"rili-oc"
_OCCURRENCE_ID_CHARACTERS = 48


def event_id(seed: bytes) -> str:
    """Base64 of base64 of 16 bytes, as the published ids: 32 characters without `+`, `/` or `=`."""
    return b64encode(b64encode(seed)).decode()


def opaque_id(new_bytes: NewBytes, length: int = 28) -> str:
    """A random id of *length* characters: 62 possibilities each, evenly likely."""
    chars: list[str] = []
    while len(chars) < length:
        chars.extend(_ALPHABET[b & 63] for b in new_bytes(2 * length) if b & 63 < len(_ALPHABET))
    return "".join(chars[:length])


def occurrence_id(series_id: str, day: int, number: int) -> str:
    """The id of an occurrence: base64 of base64 of its series' bytes, its slot and a mark; 48 characters.

    *day* is one of `date.toordinal`. The slot is its identity, so that moving the series to another hour changes no
    id, and so that the id is known before anything is stored (decision 9).
    """
    raw = b64decode(b64decode(series_id)) + day.to_bytes(3) + number.to_bytes(1) + _OCCURRENCE
    return b64encode(b64encode(raw)).decode()


def split_occurrence_id(text: str) -> tuple[str, int, int] | None:
    """The series' id, the day and the number that `occurrence_id` made *text* of; None for any other text."""
    if len(text) != _OCCURRENCE_ID_CHARACTERS or not text.isascii():
        return None
    try:
        raw = b64decode(b64decode(text, validate=True), validate=True)
    except ValueError:
        return None
    series_id, day, number = (
        event_id(raw[:EVENT_ID_BYTES]),
        int.from_bytes(raw[16:19]),
        int.from_bytes(raw[19:20]),
    )
    # Not every text that decodes is the one that was encoded.
    return (series_id, day, number) if day and occurrence_id(series_id, day, number) == text else None
