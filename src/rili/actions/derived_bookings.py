"""Bookings are derived from events: held against them, and derived again when a zone is redefined, or another one.

That must not fail, and nobody is there to be asked: a booking that comes to lie over another one is kept, in nobody's
way, and told by `rili doctor` until somebody moves one of the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from rili.model.booking import bookings_of, crowded
from rili.model.event import Event
from rili.store import bookings, events, organisations, overrides, rooms
from rili.store.db import Tx


def disagreements(tx: Tx, event: Event, zone: str, *, deleted: bool) -> Iterator[str]:
    """What the bookings of *event* say otherwise than it does, and which lie over others."""
    held = bookings.of_event(tx, event.corp_id, event.id)
    wanted = () if deleted else bookings_of(event, overrides.of_event(tx, event.corp_id, event.id), zone)
    if held != set(wanted):
        yield "its rooms are booked otherwise than it says"
    for room_id, occurrence, other in bookings.lying_over(tx, event.corp_id, event.id):
        what = f"its occurrence in slot {occurrence}" if occurrence else "it"
        yield f"{what} has the room {room_id} while event {other} has it; move one of them"


def let_go(tx: Tx, event: Event, zone: str) -> set[str]:
    """Drop what *event* does not hold any more, or held beside others; the rooms that `book_again` has to book."""
    bookings.drop_lying_over(tx, event)
    held = bookings.of_event(tx, event.corp_id, event.id)
    wanted = set(bookings_of(event, overrides.of_event(tx, event.corp_id, event.id), zone))
    bookings.drop(tx, event, held - wanted)
    return {one.room_id for one in wanted - held}


def book_again(tx: Tx, event: Event, zone: str) -> None:
    """Book what *event* holds and is not booked; of a room that was removed meanwhile nothing can be said any more."""
    found = overrides.of_event(tx, event.corp_id, event.id)
    held = bookings.of_event(tx, event.corp_id, event.id)
    wanted = set(bookings_of(event, found, zone)) - held
    known = rooms.of_ids(tx, event.corp_id, {one.room_id for one in wanted})
    numbers = {room_id: room.number for room_id, room in known.items()}
    for room_id in numbers:
        mine = {one for one in wanted if one.room_id == room_id}
        # What the event kept is in the way as others' is: so nobody's own is passed over.
        over = {clash.occurrence for clash in bookings.clashes(tx, replace(event, id=""), room_id, mine)}
        over |= {one.occurrence for one in crowded(mine)}
        bookings.add(tx, event, numbers, (one for one in mine if one.occurrence not in over))
        bookings.add(tx, event, numbers, (one for one in mine if one.occurrence in over), holds=False)


def derive_again(tx: Tx, event_ids: Iterable[tuple[str, str]]) -> None:
    """Bring the bookings of these events, each with its organisation before it, up to what zones are now.

    First all let go of what they do not hold, so that none is in the way of another that moves along.
    """
    zones: dict[str, str] = {}
    waiting: dict[tuple[str, str], set[str]] = {}
    for corp_id, event_id in event_ids:
        if corp_id not in zones:
            zones[corp_id] = zone_of(tx, corp_id)
        stored = events.find(tx, corp_id, event_id)
        if stored is None or stored.deleted:
            continue
        if wanted := let_go(tx, stored.event, zones[corp_id]):
            waiting[corp_id, event_id] = wanted
    for corp_id in zones:  # after the events, as every change does
        named = {one for (owner, _), wanted in waiting.items() if owner == corp_id for one in wanted}
        if named:
            rooms.lock(tx, corp_id, named)
    for corp_id, event_id in waiting:
        stored = events.find(tx, corp_id, event_id, lock=False)
        assert stored is not None
        book_again(tx, stored.event, zones[corp_id])


def zone_of(tx: Tx, corp_id: str) -> str:
    """Of the organisation: there whole days begin and end (decision 81)."""
    organisation = organisations.get(tx, corp_id)
    return organisation.zone if organisation else "UTC"
