"""Lists and views of a calendar, and the occurrences of one series: the operations, and what their tokens carry."""

from __future__ import annotations

from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from rili.actions import sync, walk
from rili.actions.access import Place, calendar_of, find_to_read, listed_calendar, reach, target_of
from rili.actions.disclosure import Busy, disclosed
from rili.actions.items import Item, Position, Query, Today, items_by_slot
from rili.actions.memory import Memory
from rili.actions.sync import Gone, Point
from rili.actions.walk import Listed
from rili.auth.callers import Caller
from rili.errors import InvalidParameter
from rili.model.moment import DAY_MS, EPOCH_DAY
from rili.model.series import Slot
from rili.store.agenda import LIFE_MS
from rili.store.agenda_rows import EVER_MS
from rili.store.calendars import Primary
from rili.store.db import Tx

YEAR_MS = 366 * DAY_MS
"""The longest window."""

_MARGIN_DAYS = 2


class Cursor(Struct, frozen=True, gc=False, array_like=True):
    """What a token carries: whose it is, what was asked for, and where to go on.

    *position* goes on within a list, *place* within a sync; a token with neither is a sync token.
    """

    binding: str
    from_ms: int | None
    to_ms: int | None
    deleted: bool
    series_id: str | None
    max_results: int
    max_attendees: int
    point: Point
    """What is known once the last page is read."""
    position: Position | None = None
    since: Point | None = None
    place: sync.Reached | None = None


class Asked(Struct, frozen=True, gc=False):
    """What a request asks for; None is a parameter that is absent."""

    from_ms: int | None = None
    to_ms: int | None = None
    deleted: bool | None = None
    series_id: str | None = None
    max_results: int | None = None
    max_attendees: int | None = None
    cursor: Cursor | None = None


class Page(Struct, frozen=True, gc=False):
    """One page of an answer, and the token of what comes after it."""

    items: list[Listed | Busy | Gone]
    shown: int
    """People of each item that are shown."""
    next: Cursor | None = None
    sync: Cursor | None = None


DEFAULT_RESULTS = DEFAULT_ATTENDEES = 100


def list_events(tx: Tx, by: Caller, place: Place, asked: Asked, memory: Memory | None = None) -> Page:
    """Events that start in a window, and of series what is due; or what changed since a sync token.

    Raises InvalidParameter, PermissionDenied. Source: spec of ListEvents; decisions 20, 84.
    """
    calendar = listed_calendar(tx, by, place, "reader")
    cursor = asked.cursor
    binding = _binding("ListEvents", by, calendar)
    if cursor is not None:
        _check_same(asked, cursor, binding)
    else:
        _check_window(asked.from_ms, asked.to_ms)
        cursor = Cursor(
            binding, asked.from_ms, asked.to_ms, asked.deleted or False, asked.series_id,
            asked.max_results or DEFAULT_RESULTS,
            DEFAULT_ATTENDEES if asked.max_attendees is None else asked.max_attendees,
            Point(tx.known_below(), by.now_ms, calendar.zone), position=Position(-2 * EVER_MS, ""),
        )  # fmt: skip
    cursor = _resized(cursor, asked)
    if cursor.point.now_ms > by.now_ms:  # nothing comes due before its time
        cursor = replace(cursor, point=replace(cursor.point, now_ms=by.now_ms))
    if cursor.position is None and cursor.since is None:
        cursor = _begin_sync(tx, by, calendar, cursor)
    if cursor.since is not None:
        return _sync_page(tx, by, calendar, cursor)
    return _list_page(tx, calendar, cursor, memory or Memory(0))


def view_events(tx: Tx, by: Caller, place: Place, asked: Asked, memory: Memory | None = None) -> Page:
    """Everything that touches a window, series expanded. Raises InvalidParameter, PermissionDenied."""
    calendar = listed_calendar(tx, by, place, "free_busy_reader")
    cursor = _windowed(asked, _binding("ListEventsView", by, calendar), by.now_ms)
    if cursor.from_ms is None or cursor.to_ms is None:
        raise InvalidParameter(description="nextToken: no such token; begin again without it")
    query = Query(cursor.from_ms, cursor.to_ms - 1, cursor.point.now_ms, by_end=True)
    items, more = walk.page(tx, calendar, query, cursor.position, cursor.max_results, memory or Memory(0))
    listed = disclosed(tx, calendar, items, cursor.max_attendees)
    return Page(
        [*listed], cursor.max_attendees, replace(cursor, position=items[-1].position) if more else None
    )


def list_instances(tx: Tx, by: Caller, place: Place, event_id: str, asked: Asked) -> Page:
    """The occurrences of a series that touch a window; none of an event that does not repeat.

    Raises ItemNotFound, InstanceNotExist, InvalidParameter, PermissionDenied.
    """
    by, place = reach(tx, by, place, "reader")
    target = target_of(event_id)
    event = find_to_read(tx, by, place, target).event
    calendar = calendar_of(tx, by, place)
    cursor = _windowed(asked, _binding(f"ListInstances {event.id}", by, calendar), by.now_ms)
    if event.recurrence is None:
        return Page([], cursor.max_attendees)
    if cursor.from_ms is None or cursor.to_ms is None:
        raise InvalidParameter(description="nextToken: no such token; begin again without it")
    query = Query(cursor.from_ms, cursor.to_ms - 1, cursor.point.now_ms, by_end=True)
    items, more = walk.occurrences_page(tx, calendar, event, query, cursor.position, cursor.max_results)
    listed = disclosed(tx, calendar, items, cursor.max_attendees)
    return Page(
        [*listed], cursor.max_attendees, replace(cursor, position=items[-1].position) if more else None
    )


def list_series_instances(
    tx: Tx, by: Caller, place: Place, series_id: str, from_recurrence_id: int | None, asked: Asked
) -> Page:
    """What is due of a series, and its exceptions, from a recurrenceId on, in this order. Raises ItemNotFound."""
    by, place = reach(tx, by, place, "reader")
    target = target_of(series_id)
    event = find_to_read(tx, by, place, target).event
    calendar = calendar_of(tx, by, place)
    shown = DEFAULT_ATTENDEES if asked.max_attendees is None else asked.max_attendees
    limit = asked.max_results or DEFAULT_RESULTS
    if event.recurrence is None:
        return Page([], shown)
    from_ms = -EVER_MS if from_recurrence_id is None else from_recurrence_id
    first = Slot(max(from_ms // DAY_MS + EPOCH_DAY - _MARGIN_DAYS, 1))
    known = walk.known_now(tx, calendar, event)
    today = Today(by.now_ms, calendar.zone).of(event.when)
    items: list[Item] = []
    for _, item in items_by_slot(known, today, first):
        assert item.occurrence is not None
        if item.occurrence.starts_ms >= from_ms:
            items.append(item)
        if len(items) == limit:
            break
    return Page([*disclosed(tx, calendar, items, shown)], shown)


def _list_page(tx: Tx, calendar: Primary, cursor: Cursor, memory: Memory) -> Page:
    items, more = walk.page(tx, calendar, _list_query(cursor), cursor.position, cursor.max_results, memory)
    listed = disclosed(tx, calendar, items, cursor.max_attendees)
    if more:
        return Page([*listed], cursor.max_attendees, replace(cursor, position=items[-1].position))
    # Documented: given once, on the last page, and only without timeMax.
    token = replace(cursor, position=None, since=None, place=None) if cursor.to_ms is None else None
    return Page([*listed], cursor.max_attendees, sync=token)


def _begin_sync(tx: Tx, by: Caller, calendar: Primary, cursor: Cursor) -> Cursor:
    point = Point(tx.known_below(), by.now_ms, calendar.zone)
    return replace(cursor, point=point, since=cursor.point)


def _sync_page(tx: Tx, by: Caller, calendar: Primary, cursor: Cursor) -> Page:
    assert cursor.since is not None
    if cursor.since.now_ms < by.now_ms - LIFE_MS:
        raise InvalidParameter(description="syncToken: it is older than 30 days; begin again without it")
    found, reached = sync.changes(
        tx, calendar, _list_query(cursor), cursor.since, cursor.point, cursor.place, cursor.max_results
    )  # fmt: skip
    items = [one for one in found if not isinstance(one, Gone)]
    listed = iter(disclosed(tx, calendar, items, cursor.max_attendees))
    told: list[Listed | Busy | Gone] = [one if isinstance(one, Gone) else next(listed) for one in found]
    if reached is not None:
        return Page(told, cursor.max_attendees, replace(cursor, place=reached))
    return Page(told, cursor.max_attendees, sync=replace(cursor, position=None, since=None, place=None))


def _list_query(cursor: Cursor) -> Query:
    return Query(
        from_ms=-EVER_MS if cursor.from_ms is None else cursor.from_ms,
        to_ms=EVER_MS if cursor.to_ms is None else cursor.to_ms,
        now_ms=cursor.point.now_ms,
        due=True,
        deleted=cursor.deleted,
        series_id=cursor.series_id,
    )


def _windowed(asked: Asked, binding: str, now_ms: int) -> Cursor:
    """The cursor of a view: a window without one bound, or without both, is a year from the other, or from now."""
    if asked.cursor is not None:
        _check_same(asked, asked.cursor, binding)
        _check_window(asked.cursor.from_ms, asked.cursor.to_ms)
        return _resized(asked.cursor, asked)
    from_ms, to_ms = asked.from_ms, asked.to_ms
    if from_ms is None:
        from_ms = now_ms if to_ms is None else to_ms - YEAR_MS
    if to_ms is None:
        to_ms = from_ms + YEAR_MS
    _check_window(from_ms, to_ms)
    return Cursor(
        binding, from_ms, to_ms, False, None, asked.max_results or DEFAULT_RESULTS,
        DEFAULT_ATTENDEES if asked.max_attendees is None else asked.max_attendees, Point(0, now_ms, ""),
    )  # fmt: skip


def _check_window(from_ms: int | None, to_ms: int | None) -> None:
    if from_ms is None or to_ms is None:
        return
    if to_ms - from_ms > YEAR_MS:
        raise InvalidParameter("The gap between timeMin and timeMax must not exceed one year")
    if to_ms < from_ms:
        raise InvalidParameter(description="timeMax: it lies before timeMin")


def _check_same(asked: Asked, cursor: Cursor, binding: str) -> None:
    """A token is for the calendar, as its reader sees it, and the filters; what is absent is inherited."""
    if cursor.binding != binding:
        raise InvalidParameter(
            description="the token was given for another operation, user or calendar; begin again without it"
        )
    for name, value, kept in (
        ("timeMin", asked.from_ms, cursor.from_ms),
        ("timeMax", asked.to_ms, cursor.to_ms),
        ("showDeleted", asked.deleted, cursor.deleted),
        ("seriesMasterId", asked.series_id, cursor.series_id),
    ):
        if value is not None and value != kept:
            raise InvalidParameter(description=f"{name}: it differs from what the token was given for")


def _resized(cursor: Cursor, asked: Asked) -> Cursor:
    """How many items and people a page has may change from page to page."""
    return replace(
        cursor,
        max_results=asked.max_results or cursor.max_results,
        max_attendees=cursor.max_attendees if asked.max_attendees is None else asked.max_attendees,
    )


def _binding(operation: str, by: Caller, calendar: Primary) -> str:
    parts = (operation, by.corp_id, calendar.calendar_id, calendar.privilege)
    return sha256("\0".join(parts).encode()).hexdigest()[:16]
