"""Walking through a calendar in the order of starts, page by page. What a page costs is what it shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import UNSET, Struct

from rili.actions.access import Seen
from rili.model.event import Event
from rili.model.expansion import Occurrence, expand, expand_days, occurrence_at
from rili.model.moment import DAY_MS, EPOCH_DAY, Moment
from rili.model.people import people_on
from rili.model.series import PLAIN, Instance, Override, Slot, instance
from rili.model.when import AllDay, When
from rili.store import agenda_rows, attendees, overrides
from rili.store.agenda import LIFE_MS
from rili.store.agenda_rows import EVER_MS, AgendaRow
from rili.store.attendees import Standing
from rili.store.calendars import Primary
from rili.store.db import Tx

FIRST_STEP_MS = 32 * DAY_MS
"""How far the first look goes; each further one twice as far."""

_MARGIN_DAYS = 2


class Query(Struct, frozen=True, gc=False):
    """Which events and occurrences of a calendar."""

    from_ms: int
    """The first start; of a view the first end."""
    to_ms: int
    """The last start, included."""
    now_ms: int
    by_end: bool = False
    """Whether what began before *from_ms* and has not ended by then belongs to it."""
    due: bool = False
    """Of series only what has come due, and exceptions; not what is still to come."""
    deleted: bool = False
    """What was deleted too, as cancelled."""
    series_id: str | None = None
    """Only occurrences of that series."""


class Position(Struct, frozen=True, gc=False, order=True, array_like=True):
    """A place in the order of starts."""

    starts_ms: int
    id: str


class Item(Struct, frozen=True, gc=False):
    """Something in a calendar: an event, or an occurrence of a series."""

    starts_ms: int
    id: str
    event: Event
    """The event, or the series."""
    occurrence: Occurrence | None = None
    override: Override = PLAIN
    cancelled: bool = False

    @property
    def position(self) -> Position:
        return Position(self.starts_ms, self.id)

    def instance(self) -> Instance | None:
        """The occurrence, whole."""
        return None if self.occurrence is None else instance(self.event, self.occurrence, self.override)


class Listed(Struct, frozen=True, gc=False):
    """One item of an answer."""

    seen: Seen
    cancelled: bool


class Today:
    """The local date of an instant in each zone, as a day of `date.toordinal`; all-day events have their reader's."""

    def __init__(self, now_ms: int, reader_zone: str) -> None:
        self._now_ms = now_ms
        self._reader_zone = reader_zone
        self._days: dict[str, int] = {}

    def of(self, when: When) -> int:
        """Today where the event is."""
        zone = self._reader_zone if isinstance(when, AllDay) else when.start.zone
        if zone not in self._days:
            self._days[zone] = Moment.at(self._now_ms, zone).wall.toordinal()
        return self._days[zone]


def page(
    tx: Tx, calendar: Primary, corp_id: str, query: Query, after: Position | None, limit: int
) -> tuple[list[Item], bool]:
    """The first *limit* items that come after a position, and whether there are more."""
    found: list[Item] = []
    for items in _segments(tx, calendar, corp_id, query, after, limit):
        found += items if after is None else [one for one in items if one.position > after]
        if len(found) > limit:
            break
    return found[:limit], len(found) > limit


def occurrences_page(
    tx: Tx, calendar: Primary, series: Event, query: Query, after: Position | None, limit: int
) -> tuple[list[Item], bool]:
    """The same of one series alone."""
    found: list[Item] = []
    from_ms, to_ms, step = _start(query, after), query.to_ms, FIRST_STEP_MS
    while len(found) <= limit and from_ms <= to_ms:
        until_ms = min(to_ms, from_ms + step)
        items = _collect(tx, calendar, [AgendaRow(series)], query, from_ms, until_ms)
        found += items if after is None else [one for one in items if one.position > after]
        from_ms, step = until_ms + 1, step * 2
    return found[:limit], len(found) > limit


def listed(tx: Tx, corp_id: str, viewer_id: str, items: Sequence[Item], shown: int) -> list[Listed]:
    """*items* with at most *shown* of their people, and the organizer in any case."""
    own = attendees.own_places(tx, corp_id, {one.event.id for one in items if one.override is not PLAIN})
    removed = max(
        (sum(p.removed for p in places) for slots in own.values() for places in slots.values()), default=0
    )
    whole = attendees.of_events(tx, corp_id, {one.event.id for one in items}, max(shown, 1) + removed)
    found: list[Listed] = []
    for item in items:
        people = whole[item.event.id]
        one = item.instance()
        if one is not None and item.override is not PLAIN:
            places = own.get(item.event.id, {}).get(one.slot, [])
            people = people_on(people, places, item.event.organizer_id, asked_again=item.override.asked_again)
        event = one.event if one else item.event
        found.append(Listed(Seen(event, people, viewer_id, one), item.cancelled))
    return found


def items_by_slot(
    series: Event, standing: Standing, found: dict[Slot, Override], today: int, first: Slot
) -> Iterator[tuple[Slot, Item]]:
    """What a list shows of *series* from a slot on, in the order of slots: what is due, and exceptions."""
    assert series.recurrence is not None
    due = expand_days(series.recurrence, series.when, first.day, today)
    later = (
        occurrence_at(series.recurrence, series.when, slot.day, slot.number)
        for slot, override in sorted(found.items(), key=lambda pair: pair[0])
        if slot.day > today and override.edited
    )
    for one in (*due, *later) if found else due:
        slot = one and Slot(one.day, one.number)
        if one is None or slot is None or slot < first:
            continue
        if item := item_of(series, one, found.get(slot, PLAIN), standing):
            yield slot, item


def _segments(
    tx: Tx, calendar: Primary, corp_id: str, query: Query, after: Position | None, limit: int
) -> Iterator[list[Item]]:
    from_ms, step = _start(query, after), FIRST_STEP_MS
    if from_ms <= -EVER_MS:
        from_ms = _earliest(tx, calendar, corp_id, query)
    due_ms = query.now_ms + _MARGIN_DAYS * DAY_MS
    gone = (
        agenda_rows.gone(tx, corp_id, calendar.calendar_id, calendar.owner_id, query.now_ms - LIFE_MS)
        if query.deleted
        else []
    )
    while from_ms <= query.to_ms:
        # Of series nothing is expanded that is not due: there the next look may go to the end.
        until_ms = query.to_ms if query.due and from_ms > due_ms else min(query.to_ms, from_ms + step)
        hundredth = agenda_rows.start_of(tx, corp_id, calendar.calendar_id, limit, from_ms)
        if hundredth is not None:
            until_ms = min(until_ms, hundredth)
        rows = agenda_rows.touching(tx, corp_id, calendar.calendar_id, from_ms, until_ms)
        yield _collect(tx, calendar, [*rows, *gone], query, from_ms, until_ms)
        from_ms, step = until_ms + 1, step * 2


def _start(query: Query, after: Position | None) -> int:
    """From where to look: what began before *from_ms* comes first, and is found there too."""
    return query.from_ms if after is None else max(query.from_ms, after.starts_ms)


def _earliest(tx: Tx, calendar: Primary, corp_id: str, query: Query) -> int:
    first = agenda_rows.first_start(tx, corp_id, calendar.calendar_id)
    starts = [] if first is None else [first]
    if query.deleted:
        gone = agenda_rows.gone(tx, corp_id, calendar.calendar_id, calendar.owner_id, query.now_ms - LIFE_MS)
        starts += [row.event.when.starts_ms for row in gone]
    return min(starts, default=EVER_MS)


def _collect(
    tx: Tx, calendar: Primary, rows: Iterable[AgendaRow], query: Query, from_ms: int, to_ms: int
) -> list[Item]:
    """What of *rows* starts between two instants, in order; of a view also what has not ended by its first."""
    began_before = query.by_end and from_ms <= query.from_ms
    rows = [row for row in rows if query.series_id in (None, row.event.id)]
    series = [row.event for row in rows if row.event.recurrence is not None]
    items = [
        Item(row.event.when.starts_ms, row.event.id, row.event, cancelled=row.gone)
        for row in rows
        if row.event.recurrence is None
        and query.series_id is None
        and _fits(row.event.when.starts_ms, row.event.when.ends_ms, from_ms, to_ms, began_before=began_before)
    ]
    if series:
        corp_id, ids = series[0].corp_id, [one.id for one in series]
        standings = attendees.standings(tx, corp_id, calendar.owner_id, ids)
        longest = max(one.when.ends_ms - one.when.starts_ms for one in series) // DAY_MS + _MARGIN_DAYS
        slots = (
            Slot(max(from_ms // DAY_MS + EPOCH_DAY - longest, 1)),
            Slot(min(to_ms // DAY_MS + EPOCH_DAY + _MARGIN_DAYS, _LAST_KEY_DAY), 99),
        )
        found = overrides.within(tx, corp_id, ids, slots, from_ms, to_ms)
        today = Today(query.now_ms, calendar.zone)
        for row in rows:
            if row.event.recurrence is not None:
                standing = standings.get(row.event.id, Standing())
                if row.gone:
                    standing = Standing(whole=True)
                items += _of_series(
                    row,
                    standing,
                    found.get(row.event.id, {}),
                    query,
                    today,
                    from_ms,
                    to_ms,
                    began_before=began_before,
                )
    return sorted(items, key=lambda one: (one.starts_ms, one.id))


_LAST_KEY_DAY = 3_652_059  # the last day of year 9999


def _of_series(
    row: AgendaRow, standing: Standing, found: dict[Slot, Override], query: Query, today: Today,
    from_ms: int, to_ms: int, *, began_before: bool,
) -> Iterator[Item]:  # fmt: skip
    series = row.event
    rule = series.recurrence
    assert rule is not None
    last = today.of(series.when) if query.due else _LAST_KEY_DAY
    to_expand = to_ms + 1
    if query.due:
        to_expand = min(to_expand, (last - EPOCH_DAY + _MARGIN_DAYS) * DAY_MS)
    prefix = series.id
    for one in expand(rule, series.when, from_ms, to_expand):
        if one.starts_ms < from_ms and not began_before:
            continue
        if found and Slot(one.day, one.number) in found:
            continue
        if one.day > last or not standing.sees(Slot(one.day, one.number)):
            continue
        yield Item(one.starts_ms, Slot(one.day, one.number).id_in(prefix), series, one, cancelled=row.gone)
    for slot, override in found.items():
        if slot.day > last and not override.edited:
            continue
        one = occurrence_at(rule, series.when, slot.day, slot.number)
        if one is None:
            continue
        item = item_of(series, one, override, standing, cancelled=row.gone, removed_too=query.deleted)
        ends_ms = one.ends_ms if override.when is UNSET else override.when.ends_ms
        if item and _fits(item.starts_ms, ends_ms, from_ms, to_ms, began_before=began_before):
            yield item


def item_of(
    series: Event,
    one: Occurrence,
    override: Override,
    standing: Standing,
    *,
    cancelled: bool = False,
    removed_too: bool = False,
) -> Item | None:
    """The item that an occurrence is; None when it is not there, or with *removed_too* was never there."""
    slot = Slot(one.day, one.number)
    gone = override.removed or not standing.sees(slot)
    if gone and not (removed_too and standing.whole):
        return None
    starts_ms = one.starts_ms if override.when is UNSET else override.when.starts_ms
    return Item(starts_ms, slot.id_in(series.id), series, one, override, cancelled or gone)


def _fits(starts_ms: int, ends_ms: int, from_ms: int, to_ms: int, *, began_before: bool) -> bool:
    if starts_ms > to_ms:
        return False
    return ends_ms >= from_ms if began_before else starts_ms >= from_ms
