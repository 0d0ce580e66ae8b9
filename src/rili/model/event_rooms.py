"""The meeting rooms of an event, and what one occurrence of a series has of its own about them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, TypeVar, get_args

from msgspec import Struct
from msgspec.structs import replace

ROOMS_PER_EVENT = 5
"""Source: "Add a meeting room". A room whose approval was refused does not count."""

RoomStatus = Literal["accepted", "tentative", "declined"]
ROOM_STATUSES: tuple[RoomStatus, ...] = get_args(RoomStatus)


class EventRoom(Struct, frozen=True, gc=False):
    """A room on an event. `tentative` waits for approval and holds the room; `declined` was refused it."""

    room_id: str
    name: str
    """As it was when the event was last written: all that is left of a room that was removed."""
    status: RoomStatus

    @property
    def holds(self) -> bool:
        """Whether nobody else may have the room meanwhile."""
        return self.status != "declined"


class OwnRoom(Struct, frozen=True, gc=False):
    """Where one occurrence differs from its series about a room; without a status the room is not on it."""

    room_id: str
    name: str
    status: RoomStatus | None


def rooms_on(whole: Sequence[EventRoom], own: Sequence[OwnRoom]) -> tuple[EventRoom, ...]:
    """The rooms of one occurrence, by those of its series and its *own*."""
    if not own:
        return tuple(whole)
    by_id = {one.room_id: one for one in own}
    rooms = [by_id.pop(one.room_id, one) for one in whole]
    return tuple(
        EventRoom(one.room_id, one.name, one.status)
        for one in (*rooms, *by_id.values())
        if one.status is not None
    )


def own_rooms(whole: Sequence[EventRoom], wanted: Sequence[EventRoom]) -> tuple[OwnRoom, ...]:
    """What an occurrence has of its own that has the rooms *wanted*, in a series that has those of *whole*."""
    there = {one.room_id: one for one in whole}
    kept = {one.room_id for one in wanted}
    return (
        *(
            OwnRoom(one.room_id, one.name, one.status)
            for one in wanted
            if one.room_id not in there or there[one.room_id].status != one.status
        ),
        *(OwnRoom(one.room_id, one.name, None) for one in whole if one.room_id not in kept),
    )


RoomOf = TypeVar("RoomOf", EventRoom, OwnRoom)


def renamed(rooms: Iterable[RoomOf], names: Mapping[str, str]) -> tuple[RoomOf, ...]:
    """*rooms* by the *names* of now; one that has none there was removed, and keeps the one it had."""
    return tuple(replace(one, name=names.get(one.room_id, one.name)) for one in rooms)


def ask_again(rooms: Iterable[RoomOf], approved: Iterable[str]) -> tuple[RoomOf, ...]:
    """*rooms* once they are wanted at another time: those that need approval, *approved*, wait for it again."""
    waiting = set(approved)
    return tuple(
        replace(one, status="tentative") if one.status == "accepted" and one.room_id in waiting else one
        for one in rooms
    )


def settle_own(
    own: Iterable[OwnRoom],
    *,
    asked: Iterable[str] = (),
    answered: Iterable[str] = (),
    removed: Iterable[str] = (),
) -> tuple[OwnRoom, ...]:
    """What is left of an occurrence's own once its series asked for rooms, had answers for some, or lost some.

    What was said of the one occurrence stays: only a refusal, or its being without a room that is asked for anew, and
    what still waits for the answer that comes now, follow the series again.
    """
    asked, answered, removed = set(asked), set(answered), set(removed)
    return tuple(
        one
        for one in own
        if not (
            one.room_id in removed
            or (one.room_id in asked and one.status in (None, "declined"))
            or (one.room_id in answered and one.status == "tentative")
        )
    )
