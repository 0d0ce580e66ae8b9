"""`nextToken`, `syncToken`, `cursor`: opaque, and nothing in them is believed that could not be asked for as well."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import date
from typing import TypeVar

import msgspec

from rili.actions.attendees import After
from rili.actions.changes import FeedCursor
from rili.actions.lists import Cursor
from rili.api.http import storable
from rili.errors import InvalidParameter
from rili.model.moment import YEARS, midnight_ms
from rili.model.zones import known

C = TypeVar("C", Cursor, After, FeedCursor)

TOKEN_CHARACTERS = 1_024
_LARGEST = 10**17 * 9
_LAST_PLACE = 2**31 - 1
_MOMENTS_MS = range(midnight_ms(date(YEARS.start, 1, 1)), midnight_ms(date(YEARS.stop + 1, 1, 1)))


def encode(cursor: Cursor | After | FeedCursor) -> str:
    """*cursor* as a token: letters, digits, `-` and `_`."""
    return urlsafe_b64encode(msgspec.msgpack.encode(cursor)).decode().rstrip("=")


def decode(text: str, name: str) -> Cursor:
    """The cursor of a token. Raises InvalidParameter, which names *name*, for what is none."""
    cursor = _decoded(text, name, _cursor_decoder)
    if not _sound(cursor) or (name == "syncToken") != (cursor.position is None and cursor.since is None):
        raise _broken(name)
    return cursor


def decode_after(text: str) -> After:
    """The place in a list of people that a `nextToken` names. Raises InvalidParameter for what is none."""
    after = _decoded(text, "nextToken", _after_decoder)
    if not (storable(after.binding) and storable(after.person_id) and abs(after.place) < _LAST_PLACE):
        raise _broken("nextToken")
    return after


def decode_feed(text: str) -> FeedCursor:
    """The place in the history that a `cursor` names. Raises InvalidParameter for what is none."""
    cursor = _decoded(text, "cursor", _feed_decoder)
    if not (storable(cursor.seal) and storable(cursor.event_id) and 0 <= cursor.change_no < _LARGEST):
        raise _broken("cursor")
    return cursor


def _decoded(text: str, name: str, decoder: msgspec.msgpack.Decoder[C]) -> C:
    if len(text) > TOKEN_CHARACTERS or not text.isascii():
        raise _broken(name)
    try:
        cursor = decoder.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, msgspec.MsgspecError):
        raise _broken(name) from None
    if encode(cursor) != text:
        raise _broken(name)
    return cursor


def _broken(name: str) -> InvalidParameter:
    return InvalidParameter(description=f"{name}: no such token; begin again without it")


_cursor_decoder = msgspec.msgpack.Decoder(Cursor)
_after_decoder = msgspec.msgpack.Decoder(After)
_feed_decoder = msgspec.msgpack.Decoder(FeedCursor)


def _sound(cursor: Cursor) -> bool:
    """Whether every member is one that the databases take."""
    texts = [cursor.binding, cursor.series_id or ""]
    numbers, zones = [cursor.point.change_no], [cursor.point.zone]
    moments = [cursor.from_ms or 0, cursor.to_ms or 0, cursor.point.now_ms]
    if cursor.position is not None:
        texts.append(cursor.position.id)
        numbers.append(cursor.position.starts_ms)
    if cursor.since is not None:
        numbers.append(cursor.since.change_no)
        zones.append(cursor.since.zone)
        moments.append(cursor.since.now_ms)
    if cursor.place is not None:
        texts.append(cursor.place.event_id)
        numbers += [cursor.place.change_no, cursor.place.day, cursor.place.number]
        if cursor.place.day not in range(3_652_060) or cursor.place.number not in range(256):
            return False
    return (
        all(storable(text) for text in texts)
        and all(zone == "" or known(zone) for zone in zones)
        and all(abs(number) < _LARGEST for number in numbers)
        and all(moment in _MOMENTS_MS for moment in moments)
        and cursor.max_results in range(1, 101)
        and cursor.max_attendees in range(101)
    )
