"""Walking through a calendar in the order of starts, page by page. What a page costs is what it shows."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from rili.actions.access import Seen
from rili.actions.items import Item, Position, Query, collect, place_of, start_of
from rili.actions.memory import Known, Memory, Part, ShownPeople
from rili.actions.parts import STEP_MS, parts
from rili.model.event import Event
from rili.model.event_rooms import renamed
from rili.model.people import Attendee, people_on
from rili.model.series import PLAIN, Slot
from rili.store import attendee_rows, attendees, overrides, rooms
from rili.store.attendees import Standing
from rili.store.calendars import Primary
from rili.store.db import Tx


class Listed(Struct, frozen=True, gc=False):
    """One item of an answer, with its people as *viewer_id* sees them."""

    item: Item
    people: tuple[Attendee, ...]
    viewer_id: str
    room_names: dict[str, str]
    """As they are now, of the rooms that are there."""

    @property
    def seen(self) -> Seen:
        """The event or occurrence, whole."""
        one = self.item.instance()
        event = one.event if one else self.item.event
        if event.rooms:
            event = replace(event, rooms=renamed(event.rooms, self.room_names))
        return Seen(event, self.people, self.viewer_id, one)


def page(
    tx: Tx, calendar: Primary, query: Query, after: Position | None, limit: int, memory: Memory
) -> tuple[list[Item], bool]:
    """The first *limit* items that come after a position, and whether there are more."""
    found: list[Item] = []
    for part in parts(tx, calendar, query, _start(query, after), memory):
        found += _cut(part, query, after, limit + 1 - len(found))
        if len(found) > limit:
            break
    return found[:limit], len(found) > limit


def _cut(part: Part, query: Query, after: Position | None, limit: int) -> list[Item]:
    """The first *limit* items of a part that a query asks for, after a position."""
    items: list[Item] = part.items
    first = bisect_left(items, query.from_ms, key=start_of)
    before: list[Item] = []
    if (
        query.by_end
        and part.from_ms <= query.from_ms < part.until_ms
        and (after is None or after.starts_ms < query.from_ms)
    ):
        began = chain(part.before, items[:first])
        before = [
            one for one in began if one.ends_ms >= query.from_ms and (after is None or one.position > after)
        ]
    if after is not None:
        first = max(first, bisect_right(items, (after.starts_ms, after.id), key=place_of))
    last = min(first + max(limit - len(before), 0), bisect_right(items, query.to_ms, key=start_of))
    return [*before[:limit], *items[first:last]]


def occurrences_page(
    tx: Tx, calendar: Primary, series: Event, query: Query, after: Position | None, limit: int
) -> tuple[list[Item], bool]:
    """The same of one series alone."""
    found: list[Item] = []
    known = [known_now(tx, calendar, series)]
    from_ms, to_ms, step = _start(query, after), query.to_ms, STEP_MS
    while len(found) <= limit and from_ms <= to_ms:
        until_ms = min(to_ms, from_ms + step)
        began_before = query.by_end and from_ms <= query.from_ms
        items = collect(calendar, known, query, from_ms, until_ms, began_before=began_before)
        found += items if after is None else [one for one in items if one.position > after]
        from_ms, step = until_ms + 1, step * 2
    return found[:limit], len(found) > limit


def known_now(tx: Tx, calendar: Primary, event: Event) -> Known:
    """An event as the calendar's owner sees it, read anew."""
    if event.recurrence is None:
        return Known(event, {}, Standing(whole=True))
    found = overrides.of_event(tx, event.corp_id, event.id)
    standings = attendees.standings(tx, event.corp_id, calendar.owner_id, [event.id])
    return Known(event, found, standings.get(event.id, Standing()))


def listed(tx: Tx, calendar: Primary, items: Sequence[Item], shown: int) -> list[Listed]:
    """*items* with at most *shown* of their people, and the organizer in any case."""
    if not items:
        return []
    corp_id = items[0].event.corp_id
    differing = {one.event.id for one in items if one.override is not PLAIN}
    own = attendees.own_places(tx, corp_id, differing) if differing else {}
    removed = max(
        (sum(p.removed for p in places) for slots in own.values() for places in slots.values()), default=0
    )
    wanted = max(shown, 1) + removed
    people_of = _people(tx, corp_id, {one.event.id: one.known for one in items}, wanted)
    booked = {room.room_id for one in items for room in (*one.event.rooms, *one.override.rooms)}
    room_names = rooms.names(tx, corp_id, booked) if booked else {}
    found: list[Listed] = []
    for item in items:
        people = people_of[item.event.id]
        if item.override is not PLAIN and (one := item.occurrence) is not None:
            places = own.get(item.event.id, {}).get(Slot(one.day, one.number), [])
            people = people_on(people, places, item.event.organizer_id, asked_again=item.override.asked_again)
        found.append(Listed(item, people, calendar.owner_id, room_names))
    return found


def _people(tx: Tx, corp_id: str, known: dict[str, Known], wanted: int) -> dict[str, tuple[Attendee, ...]]:
    """The first *wanted* people of each, as they are remembered, or read."""
    seen = tx.seen()
    people: dict[str, tuple[Attendee, ...]] = {}
    doubtful: dict[str, ShownPeople | None] = {}  # as they are now: others read meanwhile, on PostgreSQL
    for event_id, one in known.items():
        kept = one.people.get(wanted)
        if kept is not None and kept.seen == seen:
            people[event_id] = kept.people
        else:
            doubtful[event_id] = kept
    if not doubtful:
        return people
    numbers = attendee_rows.change_numbers(tx, corp_id, doubtful)
    strange = {
        event_id for event_id, kept in doubtful.items() if kept is None or kept.change_no != numbers[event_id]
    }
    read = attendees.of_events(tx, corp_id, strange, wanted) if strange else {}
    for event_id, kept in doubtful.items():
        found = read[event_id] if kept is None or event_id in strange else kept.people
        known[event_id].people[wanted] = ShownPeople(found, numbers[event_id], seen)
        people[event_id] = found
    return people


def _start(query: Query, after: Position | None) -> int:
    """From where to look: what began before *from_ms* comes first, and is found there too."""
    return query.from_ms if after is None else max(query.from_ms, after.starts_ms)
