"""Finding a time at which people can meet, by when they are busy and when they work. Pure.

Our extension: `docs/find-times.md`; decision 89. A start is one of a grid; sets of starts are the bits of a number, so
that a search costs what people's calendars hold, not how many starts there are for each of them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Literal, get_args

from msgspec import Struct

from rili.errors import InvalidParameter
from rili.model.free_busy import PEOPLE, Busy, Status
from rili.model.moment import DAY_MS, EPOCH_S, Moment
from rili.model.zones import DAY_S, offset_at

MINUTE_MS = 60_000
WINDOW_MS = 31 * DAY_MS
"""The longest window."""
DURATION_MINUTES = range(1, 24 * 60 + 1)
STEPS_MINUTES = (15, 30, 60)
DEFAULT_STEP_MINUTES = 30
RESULTS = range(1, 51)
DEFAULT_RESULTS = 10
CAPACITY = range(1, 100_001)

Standing = Literal["FREE", "TENTATIVE", "BUSY"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)
Reason = Literal[
    "windowPassed", "windowTooShort", "noCommonWorkingHours", "attendeesBusy", "noSuchRoom", "roomsBusy"
]


class WorkingHours(Struct, frozen=True, gc=False):
    """From one time of the clock to another, on some weekdays (Monday is 0); in each person's own zone."""

    from_minute: int = 9 * 60
    to_minute: int = 18 * 60
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4)


class Search(Struct, frozen=True, gc=False):
    """What is looked for."""

    from_ms: int
    to_ms: int
    """By when it must be over."""
    minutes: int
    zone: str
    """By whose clock a start is a multiple of the step; empty until it is known whose."""
    step_minutes: int = DEFAULT_STEP_MINUTES
    hours: WorkingHours = WorkingHours()
    outside_hours: bool = False
    """Whether those who must be there may be asked out of their working hours."""
    conflicts: bool = False
    """Whether times count too at which not all who must be there are free."""
    results: int = DEFAULT_RESULTS


class Person(Struct, frozen=True, gc=False):
    """Somebody who should be there, and when they are busy in the window."""

    id: str
    zone: str
    is_optional: bool
    busy: Sequence[Busy]


class RoomTimes(Struct, frozen=True, gc=False):
    """A room that would do, and when it is taken in the window."""

    id: str
    taken: Sequence[tuple[int, int]]
    bookable: Callable[[int, int], bool] = lambda _starts_ms, _ends_ms: True
    """Whether it may be booked for a span, whoever else has it then."""


class PersonThen(Struct, frozen=True, gc=False):
    """How somebody stands at a time."""

    person: Person
    standing: Standing
    working: bool
    """Whether it lies within their working hours."""


class TimeSlot(Struct, frozen=True, gc=False):
    """A time at which to meet."""

    starts_ms: int
    ends_ms: int
    people: tuple[PersonThen, ...]
    room_ids: tuple[str, ...] = ()
    """The rooms that are free then and may be booked, in the order in which they were given."""

    @property
    def required_free(self) -> bool:
        """Whether all are free who must be there."""
        return all(one.standing == "FREE" or one.person.is_optional for one in self.people)


class Found(Struct, frozen=True, gc=False):
    """The best times, the best first; where there is none, why, and who is in the way."""

    slots: tuple[TimeSlot, ...]
    reason: Reason | None = None
    never_free: tuple[str, ...] = ()
    """Who must be there and is free at none of the times that would do otherwise."""


def check_search(search: Search, people: int) -> None:
    """Raises InvalidParameter for what breaks a bound."""
    if people > PEOPLE:
        raise InvalidParameter(
            description=f"attendees: {people} people, the path's user included, are more than {PEOPLE}"
        )
    if search.to_ms <= search.from_ms:
        raise InvalidParameter(description="endTime: it must lie after startTime")
    if search.to_ms - search.from_ms > WINDOW_MS:
        raise InvalidParameter(description=f"endTime: the window is longer than {WINDOW_MS // DAY_MS} days")
    _within(search.minutes, DURATION_MINUTES, "durationMinutes")
    if search.step_minutes not in STEPS_MINUTES:
        raise InvalidParameter(
            description="stepMinutes: expected one of " + ", ".join(map(str, STEPS_MINUTES))
        )
    _within(search.results, RESULTS, "maxResults")
    if search.hours.to_minute <= search.hours.from_minute:
        raise InvalidParameter(description="workingHours.end: it must lie after workingHours.start")


def find_times(
    search: Search, people: Sequence[Person], rooms: Sequence[RoomTimes] | None, now_ms: int
) -> Found:
    """The best times for *people*, in a room of *rooms* unless that is None; none that began before *now_ms*.

    Ranked by how many who must be there are not free, then by how many optional people are, then by how many work
    then, then the earlier first. Who is tentative is not free; an event of no length takes no time.
    """
    if search.to_ms <= now_ms:
        return Found((), "windowPassed")
    length_ms = search.minutes * MINUTE_MS
    starts = grid(search.zone, max(search.from_ms, now_ms), search.to_ms - length_ms, search.step_minutes)
    if not starts:
        return Found((), "windowTooShort")
    table = _Table(search, starts, people, length_ms)
    return table.found(rooms)


def grid(zone: str, from_ms: int, last_ms: int, step_minutes: int) -> list[int]:
    """The instants from one to another, both included, at which the clock of *zone* shows a multiple of the step."""
    step_s, found = step_minutes * 60, list[int]()
    at_ms = -(-from_ms // 1000) * 1000
    while at_ms <= last_ms:
        wall = Moment.at(at_ms, zone).wall
        wall_s = wall.toordinal() * DAY_S + wall.hour * 3600 + wall.minute * 60 + wall.second
        offset, until_s = offset_at(zone, wall_s)
        # In the second pass of an hour the offset is another than `offset_at` knows: a step at a time there.
        alike = wall_s - offset == at_ms // 1000 + EPOCH_S
        end_ms = at_ms + (until_s - wall_s if alike else step_s) * 1000
        if alike and end_ms <= last_ms:  # no clock shows what a change skips
            end_ms -= max(offset_at(zone, until_s)[0] - offset, 0) * 1000
        at_ms += -wall_s % step_s * 1000
        found += range(at_ms, min(end_ms, last_ms + 1), step_s * 1000)
        at_ms = end_ms
    return found


class _Table:
    """Who can at which start: each set of starts is a number whose bit *n* stands for `starts[n]`."""

    def __init__(self, search: Search, starts: list[int], people: Sequence[Person], length_ms: int) -> None:
        self.search = search
        self.starts = starts
        self.length_ms = length_ms
        self.people = people
        self.all = (1 << len(starts)) - 1
        hours = {zone: self._at_work(zone) for zone in {one.zone for one in people}}
        self.working = [hours[one.zone] for one in people]
        self.by_status: list[dict[Status, int]] = [self._taken_by_status(one) for one in people]
        self.free = [self.all & ~(busy["BUSY"] | busy["TENTATIVE"]) for busy in self.by_status]
        self.required = [number for number, one in enumerate(people) if not one.is_optional]

    def found(self, rooms: Sequence[RoomTimes] | None) -> Found:
        """Narrowed down step by step, so that what leaves nothing is the reason."""
        fitting = self.all
        if not self.search.outside_hours:
            # Where nobody must be there, everybody's hours count: nobody is asked to meet at night.
            whose = self.required or range(len(self.people))
            fitting = _common(fitting, (self.working[number] for number in whose))
            if not fitting:
                return Found((), "noCommonWorkingHours")
        if not self.search.conflicts:
            in_hours = fitting
            fitting = _common(fitting, (self.free[number] for number in self.required))
            if not fitting:
                never = (self.people[n].id for n in self.required if not self.free[n] & in_hours)
                return Found((), "attendeesBusy", tuple(never))
        ranked = sorted(self._ranked(fitting))
        if rooms is None:
            best = ((place, ()) for *_, place in ranked)
        elif not rooms:
            return Found((), "noSuchRoom")
        else:
            best = self._with_rooms((place for *_, place in ranked), rooms)
        slots = tuple(self._slot(*one) for one in islice(best, self.search.results))
        return Found(slots) if slots else Found((), "roomsBusy")

    def _with_rooms(
        self, places: Iterable[int], rooms: Sequence[RoomTimes]
    ) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Those of *places* at which there is a room, and which."""
        free = [(room, self.all & ~self._taken(room.taken)) for room in rooms]
        for place in places:
            span = self.starts[place], self.starts[place] + self.length_ms
            found = tuple(room.id for room, then in free if then >> place & 1 and room.bookable(*span))
            if found:
                yield place, found

    def _ranked(self, fitting: int) -> Iterator[tuple[int, int, int, int]]:
        optional = [self.free[n] for n, one in enumerate(self.people) if one.is_optional]
        required = [self.free[n] for n in self.required]
        for place in _bits(fitting):
            bit = 1 << place
            yield (
                sum(not free & bit for free in required),
                sum(not free & bit for free in optional),
                sum(not at_work & bit for at_work in self.working),
                place,
            )

    def _slot(self, place: int, room_ids: tuple[str, ...]) -> TimeSlot:
        bit, starts_ms = 1 << place, self.starts[place]
        people = tuple(
            PersonThen(
                one,
                "BUSY" if busy["BUSY"] & bit else "TENTATIVE" if busy["TENTATIVE"] & bit else "FREE",
                bool(working & bit),
            )
            for one, busy, working in zip(self.people, self.by_status, self.working, strict=True)
        )
        return TimeSlot(starts_ms, starts_ms + self.length_ms, people, room_ids)

    def _taken_by_status(self, one: Person) -> dict[Status, int]:
        spans: dict[Status, list[tuple[int, int]]] = {"BUSY": [], "TENTATIVE": []}
        for span in one.busy:
            spans[span.status].append((span.starts_ms, span.ends_ms))
        return {status: self._taken(taken) for status, taken in spans.items()}

    def _taken(self, spans: Iterable[tuple[int, int]]) -> int:
        """The starts from which a meeting would run into one of *spans*."""
        starts, length_ms, taken = self.starts, self.length_ms, 0
        for starts_ms, ends_ms in spans:
            if starts_ms < ends_ms:
                first, end = bisect_right(starts, starts_ms - length_ms), bisect_left(starts, ends_ms)
                taken |= _run(first, end)
        return taken

    def _at_work(self, zone: str) -> int:
        """The starts from which a meeting lies within working hours there, from the day's first to its last minute."""
        hours, starts, at_work = self.search.hours, self.starts, 0
        first = Moment.at(starts[0], zone).wall.toordinal()
        last = Moment.at(starts[-1], zone).wall.toordinal()
        for day in range(first, last + 1):
            if (day - 1) % 7 in hours.weekdays:
                from_ms, to_ms = (
                    _instant_ms(day, minute, zone) for minute in (hours.from_minute, hours.to_minute)
                )
                at_work |= _run(bisect_left(starts, from_ms), bisect_right(starts, to_ms - self.length_ms))
        return at_work


def _run(first: int, end: int) -> int:
    """The bits from *first* up to, but not including, *end*."""
    return ((1 << (end - first)) - 1) << first if end > first else 0


def _common(among: int, sets: Iterable[int]) -> int:
    """What of *among* is in all of *sets*."""
    for one in sets:
        among &= one
    return among


def _bits(number: int) -> Iterator[int]:
    """The places of the bits that are set."""
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest


def _instant_ms(day: int, minute: int, zone: str) -> int:
    """When the clock shows that minute of a day of `date.toordinal`; 24 o'clock is the next day's first."""
    wall_s = day * DAY_S + minute * 60
    return (wall_s - offset_at(zone, wall_s)[0] - EPOCH_S) * 1000


def _within(number: int, allowed: range, field: str) -> None:
    if number not in allowed:
        raise InvalidParameter(
            description=f"{field}: expected a number from {allowed.start} to {allowed.stop - 1}"
        )
