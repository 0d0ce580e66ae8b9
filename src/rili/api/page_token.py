"""`nextToken` and `syncToken`: opaque, and nothing in them is believed that could not be asked for as well."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

import msgspec

from rili.actions.lists import Cursor
from rili.api.http import storable
from rili.errors import InvalidParameter
from rili.model.moment import DAY_MS

TOKEN_CHARACTERS = 1_024
_LARGEST = 10**17 * 9
_LATEST_MS = 3_652_059 * DAY_MS


def encode(cursor: Cursor) -> str:
    """*cursor* as a token: letters, digits, `-` and `_`."""
    return urlsafe_b64encode(msgspec.msgpack.encode(cursor)).decode().rstrip("=")


def decode(text: str, name: str) -> Cursor:
    """The cursor of a token. Raises InvalidParameter, which names *name*, for what is none."""
    broken = InvalidParameter(description=f"{name}: no such token; begin again without it")
    if len(text) > TOKEN_CHARACTERS or not text.isascii():
        raise broken
    try:
        cursor = _decoder.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, msgspec.MsgspecError):
        raise broken from None
    if encode(cursor) != text or not _sound(cursor):
        raise broken
    if (name == "syncToken") != (cursor.position is None and cursor.since is None):
        raise broken
    return cursor


_decoder = msgspec.msgpack.Decoder(Cursor)


def _sound(cursor: Cursor) -> bool:
    """Whether every member is one that the databases take."""
    texts = [cursor.binding, cursor.series_id or ""]
    numbers = _point(cursor.point)
    moments = [cursor.from_ms or 0, cursor.to_ms or 0, cursor.point.now_ms]
    if cursor.position is not None:
        texts.append(cursor.position.id)
        numbers.append(cursor.position.starts_ms)
    if cursor.since is not None:
        numbers += _point(cursor.since)
        moments.append(cursor.since.now_ms)
    if cursor.place is not None:
        texts.append(cursor.place.event_id)
        numbers += [cursor.place.change_no, cursor.place.day, cursor.place.number]
        if cursor.place.day not in range(3_652_060) or cursor.place.number not in range(256):
            return False
    return (
        all(storable(text) for text in texts)
        and all(abs(number) < _LARGEST for number in numbers)
        and all(abs(moment) < _LATEST_MS for moment in moments)
        and cursor.max_results in range(1, 101)
        and cursor.max_attendees in range(101)
    )


def _point(point: object) -> list[int]:
    return list(msgspec.structs.astuple(point))  # type: ignore[arg-type]
