"""What a change of an event means for the rooms that it has. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Literal

from msgspec import Struct

from rili.model.event import Event
from rili.model.event_rooms import RoomStatus
from rili.model.series import Instance, Override, Slot, find_instance

BookingNewsKind = Literal[
    "appvaral", "bookSuccess", "bookCancel", "bookRefuse", "bookUpdate", "bookMemberChange"
]
"""As the reference spells them (rooms.md 7); `appvaral`: it waits for approval."""
PreStatus = Literal["INIT", "APPROVALING", "SUCCESS"]

_PRE_STATUS: Mapping[RoomStatus | None, PreStatus] = {
    None: "INIT",
    "declined": "INIT",
    "tentative": "APPROVALING",
    "accepted": "SUCCESS",
}


class BookingNews(Struct, frozen=True, gc=False):
    """What became of one room on an event, or on one occurrence."""

    kind: BookingNewsKind
    room_id: str
    waits: bool
    """Whether it waits, or waited, for somebody to approve of it."""
    pre_status: PreStatus | None = None
    """What it was; None where it is what it was."""


def book_id(event_id: str, occurrence: str | None, room_id: str) -> str:
    """The id of the booking of a room by an event, or by an occurrence: the same as long as it lasts."""
    return sha256(f"{event_id} {occurrence or ''} {room_id}".encode()).hexdigest()[:32]


def news_of_room(room_id: str, before: RoomStatus | None, after: RoomStatus | None) -> BookingNews | None:
    """None where nothing became of the room."""
    if before == after:
        return None
    kind: BookingNewsKind
    match after:
        case "tentative":
            kind = "appvaral"
        case "accepted":
            kind = "bookSuccess"
        case _ if before not in ("tentative", "accepted"):
            return None
        case "declined":
            kind = "bookRefuse"
        case None:
            kind = "bookCancel"
    return BookingNews(kind, room_id, "tentative" in (before, after), _PRE_STATUS[before])


def news_of_event(before: Event | None, after: Event | None, *, people_changed: bool) -> list[BookingNews]:
    """Of an event that was made, changed, cancelled or deleted; of a series, as far as all its occurrences go."""
    were, are = _rooms(before), _rooms(after)
    news: list[BookingNews] = []
    for room_id in dict.fromkeys([*were, *are]):
        status = are.get(room_id)
        became = news_of_room(room_id, were.get(room_id), status)
        if became is not None:
            news.append(became)
        elif status != "declined" and before is not None and after is not None and _differ(before, after):
            news.append(BookingNews("bookUpdate", room_id, status == "tentative"))
        if people_changed and room_id in were and status in ("tentative", "accepted"):
            news.append(BookingNews("bookMemberChange", room_id, status == "tentative"))
    return news


def given_back(
    series: Event, overrides: Mapping[Slot, Override]
) -> Iterable[tuple[Instance, list[BookingNews]]]:
    """What is given back when all of *series* goes, that single occurrences had by themselves."""
    whole = {one.room_id for one in series.rooms if one.holds}
    for slot, override in overrides.items():
        one = find_instance(series, slot, override) if override.rooms else None
        if one is None or override.cancelled:
            continue
        news = [
            news_of_room(room.room_id, room.status, None)
            for room in one.event.rooms
            if room.room_id not in whole
        ]
        yield one, [told for told in news if told is not None]


def _rooms(event: Event | None) -> dict[str, RoomStatus]:
    """What is cancelled or deleted has none (decision 83)."""
    return {} if event is None or event.cancelled else {one.room_id: one.status for one in event.rooms}


def _differ(before: Event, after: Event) -> bool:
    """In what a booking says: who books, when, for what."""
    return (before.summary, before.when, before.recurrence, before.organizer_id) != (
        after.summary, after.when, after.recurrence, after.organizer_id,
    )  # fmt: skip
