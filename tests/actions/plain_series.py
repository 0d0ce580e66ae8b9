"""A calendar of series as plain dicts, which expands its rules day by day: what the real one is held against.

Nothing of `rili.model` decides here when something occurs; only ids are made by it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from rili.model.series import Slot

HORIZON = date(2027, 6, 30)
"""No series is looked at beyond it."""

SAFE = range(1, 29)
INDEXES = ("first", "second", "third", "fourth", "last")


class Refused(Exception):
    """The edit must be refused, and change nothing."""


@dataclass(frozen=True)
class Rule:
    """How a series repeats; `until` is its last day."""

    kind: str  # daily, weekly, absoluteMonthly, relativeMonthly
    interval: int = 1
    days: tuple[int, ...] = ()
    day_of_month: int = 0
    index: str = ""
    week_start: int = 6
    count: int | None = None
    until: date | None = None


@dataclass(frozen=True)
class Time:
    """From when to when by the clock on the wall; whole days where there is no zone."""

    start: datetime
    end: datetime
    zone: str | None

    @property
    def day(self) -> date:
        return self.start.date()

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def instants(self) -> tuple[int, int]:
        return _ms(self.start, self.zone), _ms(self.end, self.zone)


@dataclass
class Standing:
    """How one person is on a series, or on an occurrence."""

    answer: str = "needsAction"
    left: bool = False
    removed: bool = False


@dataclass
class Own:
    """What one occurrence has of its own."""

    edited: bool = False
    removed: bool = False
    asked_again: bool = False
    title: str | None = None
    time: Time | None = None
    own: dict[str, Standing] = field(default_factory=dict)


@dataclass
class Series:
    """A series: *time* is when it begins."""

    id: str
    organizer: str
    title: str
    time: Time
    rule: Rule
    people: dict[str, Standing]
    exceptions: dict[date, Own] = field(default_factory=dict)

    def days(self) -> tuple[date, ...]:
        """On which days it occurs."""
        return days_of(self.rule, self.time.day)

    def id_on(self, day: date) -> str:
        return Slot(day.toordinal()).id_in(self.id)

    def time_on(self, day: date) -> Time:
        """When the occurrence of that day is by the rule."""
        start = datetime.combine(day, self.time.start.time())
        return Time(start, start + self.time.length, self.time.zone)

    def people_on(self, day: date) -> dict[str, Standing]:
        exception = self.exceptions.get(day, Own())
        people = copied(self.people)
        if exception.asked_again:
            ask_again(people, self.organizer)
        for person, standing in exception.own.items():
            if not standing.removed:
                people[person] = replace(standing)
            else:
                people.pop(person, None)
        return people

    def sees(self, person: str, day: date) -> bool:
        exception = self.exceptions.get(day, Own())
        standing = exception.own.get(person) or self.people.get(person)
        return standing is not None and not standing.left and not standing.removed

    def check(self) -> None:
        """Raises Refused where it may not be like this."""
        if (self.rule.until and self.rule.until < self.time.day) or not self.days():
            raise Refused


@dataclass(frozen=True)
class Seen:
    """One occurrence as somebody sees it."""

    title: str
    starts_ms: int
    ends_ms: int
    zone: str | None
    people: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Outcome:
    """Ids of exceptions: those before, and what they are now; and those that are dropped."""

    kept: dict[str, str]
    dropped: frozenset[str]


class Calendar:
    """All series of a few people."""

    def __init__(self, organizer: str) -> None:
        self.organizer = organizer
        self.series: dict[str, Series] = {}

    def occurrences(self, person: str) -> dict[str, tuple[Series, date]]:
        """What is in somebody's calendar, by id."""
        return {
            one.id_on(day): (one, day)
            for one in self.series.values()
            for day in one.days()
            if not one.exceptions.get(day, Own()).removed and one.sees(person, day)
        }

    def seen(self, person: str) -> dict[str, Seen]:
        """The same, as it is seen."""
        return {id_: seen_on(one, day) for id_, (one, day) in self.occurrences(person).items()}

    def due(self, person: str, now: datetime, reader_zone: str) -> dict[str, Seen]:
        """What of it has come due, and every exception."""
        found: dict[str, Seen] = {}
        for id_, (one, day) in self.occurrences(person).items():
            today = now.astimezone(ZoneInfo(one.time.zone or reader_zone)).date()
            if day <= today or one.exceptions.get(day, Own()).edited:
                found[id_] = seen_on(one, day)
        return found

    def change_one(
        self, one: Series, day: date, title: str | None, time: Time | None, people: tuple[str, ...] | None
    ) -> Outcome:
        exception = one.exceptions.setdefault(day, Own())
        before_title, before_time = exception.title or one.title, exception.time or one.time_on(day)
        self._set_own(one, day, title or before_title, time or before_time)
        exception.edited = True
        if people is not None:
            there = one.people_on(day)
            for person in people:
                if person not in there:
                    exception.own[person] = Standing()
            for person in there:
                if person not in people and person != self.organizer:
                    if person in one.people:
                        exception.own[person] = Standing(removed=True)
                    else:
                        exception.own.pop(person, None)
        if time is not None and time != before_time:
            exception.asked_again = True
            ask_again(exception.own, self.organizer)
        return Outcome({}, frozenset())

    def change_series(
        self,
        one: Series,
        title: str | None,
        time: Time | None,
        rule: Rule | None,
        people: tuple[str, ...] | None,
    ) -> Outcome:
        """As it is sent for the series itself."""
        after = replace(one, title=title or one.title, time=time or one.time, rule=rule or one.rule)
        return self._become(one, after, 0, people, None)

    def change_all(
        self, one: Series, day: date, title: str | None, time: Time | None, rule: Rule | None,
        people: tuple[str, ...] | None,
    ) -> Outcome:  # fmt: skip
        """As it is sent for an occurrence, with scope=all."""
        after, days = self._shifted(one, one, day, time, rule)
        after.title = title or one.title
        return self._become(one, after, days, people, (day, title, time))

    def change_following(
        self, one: Series, day: date, title: str | None, time: Time | None, rule: Rule | None,
        people: tuple[str, ...] | None, new_id: str,
    ) -> Outcome:  # fmt: skip
        if self.is_first(one, day):
            return self.change_all(one, day, title, time, rule, people)
        before = one.days().index(day)
        later = {slot: exc for slot, exc in one.exceptions.items() if slot >= day}
        rest_rule = replace(one.rule, count=one.rule.count and one.rule.count - before)
        rest = Series(
            new_id, one.organizer, one.title, one.time_on(day), rest_rule, copied(one.people), later
        )
        after, days = self._shifted(rest, one, day, time, rule)
        after.title = title or one.title
        after.check()
        one_id = one.id
        outcome = self._become(rest, after, days, people, (day, title, time), former_id=one_id)
        self._truncate(one, day, before)
        earlier = {one.id_on(slot): one.id_on(slot) for slot in one.exceptions}
        return Outcome(earlier | outcome.kept, outcome.dropped)

    def delete_one(self, one: Series, day: date) -> Outcome:
        exception = one.exceptions.setdefault(day, Own())
        exception.removed = exception.edited = True
        return Outcome({}, frozenset())

    def delete_following(self, one: Series, day: date) -> Outcome:
        if self.is_first(one, day):
            return self.delete_all(one)
        dropped = frozenset(one.id_on(slot) for slot in one.exceptions if slot >= day)
        self._truncate(one, day, one.days().index(day))
        return Outcome({one.id_on(slot): one.id_on(slot) for slot in one.exceptions}, dropped)

    def delete_all(self, one: Series) -> Outcome:
        del self.series[one.id]
        return Outcome({}, frozenset(map(one.id_on, one.exceptions)))

    def leave_one(self, one: Series, day: date, person: str) -> Outcome:
        exception = one.exceptions.setdefault(day, Own())
        exception.own[person] = Standing("declined", left=True)
        return Outcome({}, frozenset())

    def leave_all(self, one: Series, person: str) -> Outcome:
        for people in (one.people, *(exception.own for exception in one.exceptions.values())):
            if person in people:
                people[person] = replace(people[person], answer="declined", left=True)
        return Outcome({}, frozenset())

    def is_first(self, one: Series, day: date) -> bool:
        return all(earlier >= day or one.exceptions.get(earlier, Own()).removed for earlier in one.days())

    def _truncate(self, one: Series, day: date, before: int) -> None:
        if one.rule.count is not None:
            one.rule = replace(one.rule, count=before)
        else:
            one.rule = replace(one.rule, until=day - timedelta(days=1))
        one.exceptions = {slot: exc for slot, exc in one.exceptions.items() if slot < day}

    def _shifted(
        self, rest: Series, one: Series, day: date, time: Time | None, rule: Rule | None
    ) -> tuple[Series, int]:
        """*rest* moved as the occurrence of *one* on *day* is, and by how many days."""
        exception = one.exceptions.get(day, Own())
        before = exception.time or one.time_on(day)
        if time is None or time == before:
            return replace(rest, rule=rule or rest.rule), 0
        start = rest.time.start + (time.start - before.start)
        length = rest.time.length if time.length == before.length else time.length
        zone = rest.time.zone if time.zone == before.zone else time.zone
        moved = Time(start, start + length, zone)
        days = (moved.day - rest.time.day).days
        if rule is None:
            rule = _rotated(rest.rule, days)
        after = replace(rest, time=moved, rule=rule)
        return after, days

    def _become(
        self, one: Series, after: Series, days: int, people: tuple[str, ...] | None,
        addressed: tuple[date, str | None, Time | None] | None, *, former_id: str | None = None,
    ) -> Outcome:  # fmt: skip
        """*one* becomes *after*, its exceptions *days* later. Refused leaves it as it is."""
        after.check()
        after = replace(after, people=copied(one.people), exceptions={})
        former = replace(one, id=former_id or one.id)
        if people is not None:
            for person in [p for p in after.people if p not in people and p != self.organizer]:
                del after.people[person]
                for exception in one.exceptions.values():
                    exception.own.pop(person, None)
            for person in people:
                after.people.setdefault(person, Standing())
        if (one.time, one.rule) != (after.time, after.rule):
            ask_again(after.people, self.organizer)
        occurring = set(after.days())
        kept: dict[str, str] = {}
        dropped: set[str] = set()
        for slot, exception in one.exceptions.items():
            new = slot + timedelta(days=days)
            if new in occurring:
                after.exceptions[new] = exception
                kept[former.id_on(slot)] = after.id_on(new)
            else:
                dropped.add(former.id_on(slot))
        if addressed is not None:
            day, title, time = addressed
            exception = after.exceptions.get(day + timedelta(days=days))
            if exception is not None and (exception.title or exception.time):
                wanted = title or exception.title or one.title
                when = time or exception.time or one.time_on(day)
                self._set_own(after, day + timedelta(days=days), wanted, when)
                exception.edited = True
        self.series[after.id] = after
        return Outcome(kept, frozenset(dropped))

    def _set_own(self, one: Series, day: date, title: str, time: Time) -> None:
        exception = one.exceptions[day]
        exception.title = title if title != one.title else None
        exception.time = time if time != one.time_on(day) else None


@lru_cache(256)
def days_of(rule: Rule, start: date) -> tuple[date, ...]:
    """On which days a series occurs that begins then, each day up to the horizon looked at."""
    found: list[date] = []
    day = start
    while day <= HORIZON and not (rule.until and day > rule.until) and len(found) != rule.count:
        if _falls_on(rule, start, day):
            found.append(day)
        day += timedelta(days=1)
    return tuple(found)


def _falls_on(rule: Rule, start: date, day: date) -> bool:
    months = (day.year - start.year) * 12 + day.month - start.month
    if rule.kind == "daily":
        return (day - start).days % rule.interval == 0
    if rule.kind == "weekly":
        weeks = (_week(day, rule.week_start) - _week(start, rule.week_start)).days // 7
        return day.weekday() in rule.days and weeks % rule.interval == 0
    if months % rule.interval:
        return False
    if rule.kind == "absoluteMonthly":
        return day.day == rule.day_of_month
    fitting = [
        number
        for number in range(1, 32)
        if _valid(day, number) and day.replace(day=number).weekday() in rule.days
    ]
    return day.day == fitting[-1 if rule.index == "last" else INDEXES.index(rule.index)]


def copied(people: dict[str, Standing]) -> dict[str, Standing]:
    return {person: replace(standing) for person, standing in people.items()}


def seen_on(one: Series, day: date) -> Seen:
    exception = one.exceptions.get(day, Own())
    time = exception.time or one.time_on(day)
    starts_ms, ends_ms = time.instants()
    if exception.time is None and day != one.time.day and _skipped(time):
        ends_ms = starts_ms + int(time.length.total_seconds()) * 1000
    people = one.people_on(day)
    return Seen(
        exception.title or one.title, starts_ms, ends_ms, time.zone,
        tuple(sorted((person, standing.answer) for person, standing in people.items())),
    )  # fmt: skip


def ask_again(people: dict[str, Standing], organizer: str) -> None:
    for person, standing in people.items():
        if person != organizer and not standing.left and not standing.removed:
            people[person] = replace(standing, answer="needsAction")


def _rotated(rule: Rule, days: int) -> Rule:
    if rule.until is not None:
        rule = replace(rule, until=rule.until + timedelta(days=days))
    if days == 0 or rule.kind == "daily":
        return rule
    if rule.kind == "weekly":
        turned = tuple(sorted((day + days) % 7 for day in rule.days))
        start = (rule.week_start + days) % 7 if rule.interval > 1 else rule.week_start
        return replace(rule, days=turned, week_start=start)
    day = rule.day_of_month + days
    if rule.kind == "absoluteMonthly" and day in SAFE and rule.day_of_month in SAFE:
        return replace(rule, day_of_month=day)
    raise Refused


def _week(day: date, week_start: int) -> date:
    return day - timedelta(days=(day.weekday() - week_start) % 7)


def _valid(day: date, number: int) -> bool:
    try:
        day.replace(day=number)
    except ValueError:
        return False
    return True


def _ms(wall: datetime, zone: str | None) -> int:
    return int(wall.replace(tzinfo=ZoneInfo(zone) if zone else UTC).timestamp() * 1000)


def _skipped(time: Time) -> bool:
    if time.zone is None:
        return False
    there = time.start.replace(tzinfo=ZoneInfo(time.zone))
    return there.astimezone(UTC).astimezone(there.tzinfo).replace(tzinfo=None) != time.start
