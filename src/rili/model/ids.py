"""Ids: `[A-Za-z0-9]` only, because the 2.x SDKs put path values on the wire unescaped."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import b2a_base64
from collections.abc import Callable
from datetime import date

NewBytes = Callable[[int], bytes]
"""Random bytes, as many as asked: `os.urandom`, or what a test gives."""

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
EVENT_ID_BYTES = 16

_LEGACY = re.compile(r"[0-9A-F]{32}")
_OCCURRENCE = b"rili-oc"
_OCCURRENCE_ID_CHARACTERS = 48
_NUMBERS = 100


def event_id(seed: bytes) -> str:
    """Base64 of base64 of 16 bytes, as the published ids: 32 characters without `+`, `/` or `=`."""
    return b64encode(b64encode(seed)).decode()


def of_legacy_id(text: str) -> str | None:
    """The id of the event that is *text* in the API before 2021: its 16 bytes in upper-case hexadecimal (decision 59).

    None for any other text.
    """
    return event_id(bytes.fromhex(text)) if _LEGACY.fullmatch(text) else None


def legacy_id_of(event_id: str) -> str:
    """What `of_legacy_id` makes *event_id* of."""
    return b64decode(b64decode(event_id)).hex().upper()


def opaque_id(new_bytes: NewBytes, length: int = 28) -> str:
    """A random id of *length* characters: 62 possibilities each, evenly likely."""
    chars: list[str] = []
    while len(chars) < length:
        chars.extend(_ALPHABET[b & 63] for b in new_bytes(2 * length) if b & 63 < len(_ALPHABET))
    return "".join(chars[:length])


class OccurrenceIds:
    """The ids of the occurrences of one series: base64 of base64 of its bytes, a slot and a mark; 48 characters.

    The slot is an occurrence's identity, so that moving the series to another hour changes no id, and so that the id
    is known before anything is stored (decision 9).
    """

    def __init__(self, series_id: str) -> None:
        self._series = b64decode(b64decode(series_id))

    def of(self, day: int, number: int) -> str:
        """The id of the occurrence in a slot; *day* is one of `date.toordinal`."""
        raw = self._series + (day << 8 | number).to_bytes(4) + _OCCURRENCE
        return b2a_base64(b2a_base64(raw, newline=False), newline=False).decode()


def occurrence_id(series_id: str, day: int, number: int) -> str:
    """One of `OccurrenceIds`."""
    return OccurrenceIds(series_id).of(day, number)


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
    slot_exists = 0 < day <= date.max.toordinal() and number < _NUMBERS
    return (series_id, day, number) if slot_exists and occurrence_id(series_id, day, number) == text else None
