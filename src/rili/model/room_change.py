"""What a room may be made to be: a change of one, held against the rules (decision 78)."""

from __future__ import annotations

import re
from datetime import time

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import asdict, replace

from rili.errors.rooms import RoomNameUnsafe, RoomParameter
from rili.model.room import (
    EVERYONE,
    LABELS,
    NO_GROUP,
    NOBODY,
    SOME,
    Advance,
    Approval,
    Closing,
    Members,
    Room,
    RoomSettings,
)

MOST = 2**53
"""No number is as large: JavaScript reads those below exactly."""
NAME_CHARACTERS = 128
UNSAFE = "it holds characters that do not show, or that turn the text around them"
MOST_MINUTES = 366 * 24 * 60
MOST_UNITS = 999

_UNSAFE = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069\\ufeff\\ud800-\\udfff]")
_TEXTS = {
    "isv_room_id": ("isvRoomId", 128),
    "picture": ("roomPicture", 1000),
    "location_title": ("roomLocation.title", 200),
    "location_desc": ("roomLocation.desc", 1000),
    "description": ("roomDescription", 2000),
}
"""What is a text, the field's name in the reference, and how many characters it may have."""


class RoomChange(Struct, frozen=True, kw_only=True):
    """The fields of a room that somebody names; UNSET stays as it is, None clears."""

    name: str | UnsetType = UNSET
    status: int | UnsetType = UNSET
    capacity: int | UnsetType = UNSET
    group_id: int | UnsetType = UNSET
    authorized: Members | UnsetType = UNSET
    super_users: Members | UnsetType = UNSET
    isv_room_id: str | UnsetType | None = UNSET
    picture: str | UnsetType | None = UNSET
    location_title: str | UnsetType | None = UNSET
    location_desc: str | UnsetType | None = UNSET
    label_ids: tuple[int, ...] | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    enable_cycle_reservation: bool | UnsetType = UNSET
    open_reservation: bool | UnsetType = UNSET
    min_minutes: int | UnsetType = UNSET
    max_minutes: int | UnsetType = UNSET
    advance: Advance | UnsetType | None = UNSET
    closing: Closing | UnsetType | None = UNSET
    approval: Approval | UnsetType = UNSET


def change_room(room: Room, change: RoomChange) -> Room:
    """*room* with what *change* names, texts without spaces around them. People and groups are not looked up.

    Raises RoomParameter, RoomNameUnsafe.
    """
    named = {field: value for field, value in asdict(change).items() if value is not UNSET}
    own = {field: named.pop(field) for field in RoomSettings.__struct_fields__ if field in named}
    own |= {field: _text(field, own[field]) for field in _TEXTS if field in own}
    settings = replace(room.settings, **own)
    settings = replace(settings, label_ids=tuple(dict.fromkeys(settings.label_ids)))
    if "name" in named:
        named["name"] = checked_name("roomName", named["name"], NAME_CHARACTERS)
        if is_unsafe(named["name"]):
            raise RoomNameUnsafe(description=f"roomName: {UNSAFE}")
    changed = replace(room, **named, settings=settings)
    _check(changed)
    if (
        changed.status == SOME
        and changed.authorized == NOBODY
        and (change.status, change.authorized) != (UNSET, UNSET)
    ):
        raise RoomParameter(
            "lack authorizedMembers",
            description="reservationAuthority.authorizedMembers: roomStatus 2 needs at least one",
        )
    # What the list says is forgotten with the status that uses it, so that it never comes back unseen.
    return changed if changed.status == SOME else replace(changed, authorized=NOBODY)


def checked_name(field: str, given: str, most: int) -> str:
    """A name of a room or a group, without spaces around it. Raises RoomParameter."""
    name = given.strip()
    if not name:
        raise RoomParameter(f"lack {field}", description=f"{field}: it is missing or blank")
    if len(name) > most:
        raise invalid(field, f"it has {len(name)} characters; {most} is the most")
    return name


def is_unsafe(name: str) -> bool:
    """Whether a name holds characters that do not show, or that turn the text around them."""
    return _UNSAFE.search(name) is not None


def invalid(field: str, rule: str) -> RoomParameter:
    """The refusal of a field that is there and breaks a rule."""
    return RoomParameter(f"{field} invalid", description=f"{field}: {rule}")


def number(field: str, value: int, least: int, most: int) -> int:
    """Raises RoomParameter."""
    if not least <= value <= most:
        raise invalid(field, f"a number from {least} to {most}")
    return value


def _check(room: Room) -> None:
    settings = room.settings
    number("roomStatus", room.status, EVERYONE, SOME)
    number("roomCapacity", room.capacity, 0, MOST - 1)
    number("groupId", room.group_id, NO_GROUP, MOST - 1)
    for label_id in settings.label_ids:
        if label_id not in LABELS:
            raise invalid("roomLabelIds", f"no label {label_id}; there are " + ", ".join(map(str, LABELS)))
    number("minReservationTimeInterval", settings.min_minutes, 0, MOST_MINUTES)
    number("maxReservationTimeInterval", settings.max_minutes, 0, MOST_MINUTES)
    if settings.max_minutes and settings.max_minutes < settings.min_minutes:
        raise invalid("maxReservationTimeInterval", "it is less than minReservationTimeInterval")
    if settings.advance is not None:
        number("advanceReservationTime", settings.advance.count, 1, MOST_UNITS)
        _check_time_of_day(settings.advance.opens_at)
    if settings.closing is not None:
        _check_closing(settings.closing)


def _check_closing(closing: Closing) -> None:
    number("taskStartTime", closing.starts_ms, 0, MOST - 1)
    if closing.ends_ms is not None and not closing.starts_ms < closing.ends_ms < MOST:
        raise invalid("taskEndTime", "it is not after taskStartTime")


def _check_time_of_day(text: str) -> None:
    try:
        if not re.fullmatch("[0-9]{2}:[0-9]{2}", text):
            raise ValueError
        time.fromisoformat(text)
    except ValueError:
        raise invalid("advanceBookTimeFormat", "a time of day, such as 09:00") from None


def _text(field: str, value: str | None) -> str | None:
    name, most = _TEXTS[field]
    kept = (value or "").strip()
    if len(kept) > most:
        raise invalid(name, f"it has {len(kept)} characters; {most} is the most")
    return kept or None
