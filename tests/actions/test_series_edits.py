"""Any sequence of edits to series: the calendar is what a naive one is, and nothing is lost silently (decision 10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from rili.actions import derived, events, lists
from rili.actions.events import Edited, Place, Scope
from rili.actions.lists import Asked
from rili.actions.memory import Memory
from rili.auth.callers import Caller
from rili.errors import Failure, InstanceNotExist, InvalidParameter, ItemNotFound
from rili.model import scopes
from rili.model.event import EventChange
from rili.model.moment import Instant
from rili.model.people import GivenAttendee
from rili.model.recurrence import WEEKDAYS, GivenPattern, GivenRange, GivenRecurrence
from rili.model.when import AllDay, GivenTime, GivenWhen
from rili.store import agenda
from rili.store.db import Tx
from tests.actions.plain_series import Calendar, Outcome, Refused, Rule, Seen, Series, Standing, Time
from tests.people import SharedDatabase, add_app, add_organisation, add_user
from tests.properties import everyday
from tests.soak.scale import scaled

SHANGHAI, NEW_YORK = "Asia/Shanghai", "America/New_York"
NOW = datetime.fromisoformat("2026-03-10T12:00:00+00:00")
NOW_MS = int(NOW.timestamp() * 1000)
FROM, TO = (
    int(datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp() * 1000)
    for day in ("2026-02-15", "2026-05-01")
)
LAST_PICKED = date(2026, 12, 31)
"""Well before the horizon, so that what is made of an occurrence begins before it."""

NAMES = ("ann", "bob", "cat")


@dataclass(frozen=True)
class Move:
    """What a request says of the time: each member where it is not None."""

    days: int = 0
    hour: int | None = None
    zone: str | None = None
    minutes: int | None = None

    def of(self, time_: Time) -> Time:
        start = time_.start + timedelta(days=self.days)
        if time_.zone is None:
            length = timedelta(days=max(1, (self.minutes or 0) // 30)) if self.minutes else time_.length
            return Time(start, start + length, None)
        if self.hour is not None:
            start = datetime.combine(start.date(), time(self.hour, 30))
        length = timedelta(minutes=self.minutes) if self.minutes is not None else time_.length
        return Time(start, start + length, self.zone or time_.zone)


@dataclass(frozen=True)
class Change:
    """An update by the organizer. *which* occurrence, or with scope `series` which series: counted from the first."""

    which: int
    scope: str
    title: str | None = None
    move: Move | None = None
    rule: Rule | None = None
    people: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Delete:
    """A delete, by the organizer (0) or an attendee."""

    which: int
    scope: str
    who: int = 0


@dataclass(frozen=True)
class Accept:
    """An attendee accepts a whole series."""

    which: int
    who: int


DAYS = st.sets(st.integers(0, 6), min_size=1, max_size=3).map(lambda some: tuple(sorted(some)))
ENDS = st.one_of(
    st.just({}),
    st.builds(lambda count: {"count": count}, st.integers(1, 9)),
    st.builds(lambda days: {"until": date(2026, 3, 10) + timedelta(days=days)}, st.integers(0, 60)),
)
RULES = st.one_of(
    st.builds(lambda interval, ends: Rule("daily", interval, **ends), st.integers(1, 4), ENDS),
    st.builds(lambda interval, days, ends: Rule("weekly", interval, days, **ends), st.integers(1, 2), DAYS, ENDS),
    st.builds(lambda day, ends: Rule("absoluteMonthly", 1, (), day, **ends), st.integers(1, 31), ENDS),
    st.builds(
        lambda index, days, ends: Rule("relativeMonthly", 1, days, index=index, **ends),
        st.sampled_from(["first", "second", "last"]), DAYS, ENDS,
    ),
)  # fmt: skip
TIMES = st.builds(
    lambda day, hour, minutes, zone: _time(date(2026, 2, 25) + timedelta(days=day), hour, minutes, zone),
    st.integers(0, 14), st.sampled_from([0, 4, 9, 22]), st.sampled_from([0, 30, 90]),
    st.sampled_from([SHANGHAI, NEW_YORK, None]),
)  # fmt: skip
MOVES = st.builds(
    Move,
    st.sampled_from([0, 0, 0, 1, -1, 3, 7, -8]),
    st.sampled_from([None, None, 4, 9, 14, 23]),
    st.sampled_from([None, None, SHANGHAI, NEW_YORK]),
    st.sampled_from([None, None, 30, 60]),
)
PEOPLE = st.sampled_from([None, None, None, (), (1,), (2,), (1, 2)])
WHICH = st.one_of(st.integers(0, 4), st.integers(0, 40))
EDITS = st.one_of(
    st.builds(
        Change, WHICH, st.just("this"), st.sampled_from([None, "Own", "Other"]), st.none() | MOVES, st.none(), PEOPLE
    ),
    st.builds(
        Change, WHICH, st.sampled_from(["following", "all", "series"]), st.sampled_from([None, "New", "Other"]),
        st.none() | MOVES, st.none() | st.none() | RULES, PEOPLE,
    ),
    st.builds(Delete, WHICH, st.just("this")),
    st.builds(Delete, WHICH, st.sampled_from(["this", "this", "following"])),
    st.builds(Delete, WHICH, st.sampled_from(["this", "this", "this", "all", "series"]), st.integers(1, 2)),
    st.builds(Accept, st.integers(0, 3), st.integers(1, 2)),
)  # fmt: skip


def _time(day: date, hour: int, minutes: int, zone: str | None) -> Time:
    if zone is None:
        start = datetime.combine(day, time())
        return Time(start, start + timedelta(days=1 + minutes // 60), None)
    start = datetime.combine(day, time(hour, 30))
    return Time(start, start + timedelta(minutes=minutes), zone)


class World:
    """One organisation with its calendar, and the naive one beside it."""

    def __init__(self, shared: SharedDatabase) -> None:
        self.shared = shared
        self.memory = Memory()
        self.number = 0
        self.refused = 0

        def seed(tx: Tx) -> tuple[Caller, list[str]]:
            corp_id = add_organisation(tx)
            people = [add_user(tx, corp_id, name).union_id for name in NAMES]
            app, _ = add_app(tx, corp_id)
            by = Caller(corp_id=corp_id, app_key=app.app_key, kind=app.kind, scopes=scopes.ALL, now_ms=NOW_MS)
            return by, people

        self.by, self.people = shared.write(seed)
        self.model = Calendar(self.people[0])

    def place(self, who: int) -> Place:
        return Place(self.people[who], events.PRIMARY)

    def create(self, when: Time, rule: Rule, people: tuple[int, ...]) -> None:
        invited = tuple(self.people[who] for who in people)
        draft = EventChange(
            when=_given(when), summary="Series", recurrence=_given_rule(rule),
            attendees=tuple(GivenAttendee(id=one) for one in invited),
        )  # fmt: skip
        standings = {self.people[0]: Standing("accepted")} | {one: Standing() for one in invited}
        series = Series("", self.people[0], "Series", when, rule, standings)

        def act(tx: Tx) -> str:
            return events.create_event(
                tx, self.by, self.place(0), draft, rules="lenient", new_bytes=self.new_bytes()
            ).event.id

        try:
            series.check()
        except Refused:
            with pytest.raises(InvalidParameter):
                self.shared.write(act)
            return
        series.id = self.shared.write(act)
        self.model.series[series.id] = series

    def new_bytes(self) -> Callable[[int], bytes]:
        """Bytes that nobody had, the same each time until `number` moves on."""
        count = 0

        def bytes_(size: int) -> bytes:
            nonlocal count
            count += 1
            return sha256(f"{self.by.corp_id} {self.number} {count}".encode()).digest()[:size]

        return bytes_

    def do(self, edit: Change | Delete | Accept) -> None:
        """Make the edit here and there, and hold what it answers against each other."""
        self.number += 1
        if isinstance(edit, Accept):
            return self._accept(edit)
        act, expected = self._change(edit) if isinstance(edit, Change) else self._delete(edit)
        if act is None or expected is None:
            return None
        before = self.views()
        rehearsed = self._attempt(act, rehearse=True)
        assert self.views() == before, "a dry run changes nothing"
        answered = self._attempt(act, rehearse=False)
        assert rehearsed == answered
        try:
            outcome = expected(answered)
        except Refused:
            self.refused += 1
            assert isinstance(answered, InvalidParameter)
            assert self.views() == before
            return None
        if isinstance(answered, Failure):
            raise answered
        if isinstance(answered, Edited):
            assert {one.former_id: one.id for one in answered.kept} == outcome.kept
            assert {one.id for one in answered.dropped} == outcome.dropped
        if edit.scope == "this":
            self._only_one_differs(before, edit)
        return None

    def views(self) -> list[dict[str, Seen]]:
        return [self.shared.read(lambda tx, who=who: self._view(tx, who, 40)) for who in range(len(NAMES))]

    def check(self, page: int) -> None:
        """Everything that can be read is what the naive calendar says, and `rili doctor` finds nothing."""

        def look(tx: Tx) -> None:
            assert [one for one in derived.check(tx) if self.by.corp_id in one] == []
            for who, person in enumerate(self.people):
                expected = self.model.seen(person)
                view = self._view(tx, who, page)
                assert view == {
                    id_: one for id_, one in expected.items() if one.starts_ms < TO and one.ends_ms >= FROM
                }
                assert self._listed(tx, who, page) == self.model.due(person, NOW, SHANGHAI)
                for id_ in [*view][: 8 if who else 20]:
                    got = events.get_event(tx, self.by, self.place(who), id_, shown=100)
                    assert _seen(got) == view[id_]
                    assert got.event.id == id_
                self._not_there(tx, who, expected)

        self.shared.read(look)

    def forget(self) -> None:
        """So that what `rili doctor` reads does not grow from example to example."""

        def act(tx: Tx) -> None:
            for table in ("overrides", "former_rules", "attendees", "agenda", "outbox", "events"):
                tx.run(f"DELETE FROM {table} WHERE corp_id = :corp_id", corp_id=self.by.corp_id)

        self.shared.write(act)

    def _not_there(self, tx: Tx, who: int, expected: dict[str, Seen]) -> None:
        for one in self.model.series.values():
            for day in one.exceptions:
                if (id_ := one.id_on(day)) not in expected:
                    with pytest.raises((InstanceNotExist, ItemNotFound)):
                        events.get_event(tx, self.by, self.place(who), id_, shown=100)

    def _pages(self, page: int, ask: Callable[[Asked], lists.Page], asked: Asked) -> Iterator[lists.Listed]:
        last = None
        while True:
            answer = ask(asked)
            assert len(answer.items) <= page
            for item in answer.items:
                assert isinstance(item, lists.Listed)
                assert last is None or last < item.item.position
                last = item.item.position
                yield item
            if answer.next is None:
                return
            asked = Asked(cursor=answer.next)

    def _view(self, tx: Tx, who: int, page: int) -> dict[str, Seen]:
        found = self._pages(
            page,
            lambda asked: lists.view_events(tx, self.by, self.place(who), asked, self.memory),
            Asked(FROM, TO, max_results=page),
        )
        return {one.item.id: _seen(one.seen) for one in found}

    def _listed(self, tx: Tx, who: int, page: int) -> dict[str, Seen]:
        found = self._pages(
            page,
            lambda asked: lists.list_events(tx, self.by, self.place(who), asked, self.memory),
            Asked(max_results=page),
        )
        return {one.item.id: _seen(one.seen) for one in found}

    def _attempt(self, act: Callable[[Tx], Any], *, rehearse: bool) -> Any:
        """What it answers, or the failure that it raises."""

        def run(tx: Tx) -> Any:
            if rehearse:
                raise _Rehearsed(act(tx))
            return act(tx)

        try:
            return self.shared.write(run)
        except _Rehearsed as rehearsed:
            return rehearsed.answer
        except InvalidParameter as failure:
            return failure if not rehearse else _Same(failure)

    def _pick(self, edit: Change | Delete, who: int) -> tuple[Series, date] | None:
        """The occurrence that an edit is about, or the series with its first day."""
        if edit.scope == "series":
            mine = [
                one for one in self.model.series.values() if not one.people.get(self.people[who], _LEFT).left
            ]
            return (mine[edit.which % len(mine)], mine[edit.which % len(mine)].time.day) if mine else None
        there = sorted(
            (pair for pair in self.model.occurrences(self.people[who]).values() if pair[1] < LAST_PICKED),
            key=lambda pair: (pair[1], pair[0].id),
        )
        return there[edit.which % len(there)] if there else None

    def _change(self, edit: Change) -> tuple[Any, Any]:
        if (picked := self._pick(edit, 0)) is None:
            return None, None
        one, day = picked
        exception = one.exceptions.get(day)
        now = one.time if edit.scope == "series" else (exception and exception.time) or one.time_on(day)
        when = edit.move and edit.move.of(now)
        people = None if edit.people is None else tuple(self.people[who] for who in edit.people)
        change = EventChange(
            when=_given(when) if when else GivenWhen(),
            summary=edit.title or UNSET,
            recurrence=_given_rule(edit.rule) if edit.rule else UNSET,
            attendees=UNSET if people is None else tuple(GivenAttendee(id=person) for person in people),
        )
        event_id = one.id if edit.scope == "series" else one.id_on(day)
        scope: Scope | None = edit.scope if edit.scope != "series" else None  # type: ignore[assignment]

        def act(tx: Tx) -> Any:
            return events.update_event(
                tx, self.by, self.place(0), event_id, change,
                scope=scope, rules="lenient", new_bytes=self.new_bytes(),
            )  # fmt: skip

        def expected(answered: Any) -> Outcome:
            if edit.scope == "this":
                return self.model.change_one(one, day, edit.title, when, people)
            if edit.scope == "series":
                return self.model.change_series(one, edit.title, when, edit.rule, people)
            if edit.scope == "all":
                return self.model.change_all(one, day, edit.title, when, edit.rule, people)
            new_id = answered.seen.event.id if isinstance(answered, Edited) else ""
            return self.model.change_following(one, day, edit.title, when, edit.rule, people, new_id)

        return act, expected

    def _delete(self, edit: Delete) -> tuple[Any, Any]:
        if (picked := self._pick(edit, edit.who)) is None:
            return None, None
        one, day = picked
        person = self.people[edit.who]
        if edit.scope == "series" and not (person in one.people and not one.people[person].left):
            return None, None
        event_id = one.id if edit.scope == "series" else one.id_on(day)
        scope: Scope | None = edit.scope if edit.scope != "series" else None  # type: ignore[assignment]

        def act(tx: Tx) -> Any:
            return events.delete_event(tx, self.by, self.place(edit.who), event_id, scope=scope, switches={})

        def expected(_: Any) -> Outcome:
            if edit.who:
                if edit.scope == "this":
                    return self.model.leave_one(one, day, person)
                return self.model.leave_all(one, person)
            if edit.scope == "this":
                return self.model.delete_one(one, day)
            return self.model.delete_following(one, day)

        return act, expected

    def _accept(self, edit: Accept) -> None:
        """As it will be answered; nothing else of it is there yet."""
        mine = list(self.model.series.values())
        person = self.people[edit.who]
        if not mine:
            return
        one = mine[edit.which % len(mine)]
        if person not in one.people or one.people[person].left:
            return
        one.people[person].answer = "accepted"

        def act(tx: Tx) -> None:
            event = events.get_event(tx, self.by, self.place(0), one.id, shown=1).event
            tx.run(
                """
                UPDATE attendees SET response = 'accepted'
                 WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = '' AND person_id = :person_id
                """,
                corp_id=event.corp_id,
                event_id=event.id,
                person_id=person,
            )
            agenda.touch(tx, event)

        self.shared.write(act)

    def _only_one_differs(self, before: list[dict[str, Seen]], edit: Change | Delete) -> None:
        """Known from what is answered alone."""
        differing = {
            id_
            for old, new in zip(before, self.views(), strict=True)
            for id_ in old.keys() | new.keys()
            if old.get(id_) != new.get(id_)
        }
        assert len(differing) <= 1


class _Rehearsed(Exception):
    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer


class _Same:
    """Equal to a failure that says the same."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Failure) and str(other) == str(self.failure)

    __hash__ = None  # type: ignore[assignment]


_LEFT = Standing(left=True)


def _seen(one: events.Seen) -> Seen:
    when = one.event.when
    zone = None if isinstance(when, AllDay) else when.start.zone
    people = tuple(sorted((person.person_id, person.response) for person in one.people))
    assert one.people[0].person_id == one.event.organizer_id
    return Seen(one.event.summary, when.starts_ms, when.ends_ms, zone, people)


def _given(when: Time) -> GivenWhen:
    if when.zone is None:
        return GivenWhen(GivenTime(date=when.start.date()), GivenTime(date=when.end.date()), True)
    start, end = (GivenTime(date_time=Instant(wall), zone=when.zone) for wall in (when.start, when.end))
    return GivenWhen(start, end, False)


def _given_rule(rule: Rule) -> GivenRecurrence:
    names = ",".join(WEEKDAYS[day] for day in rule.days) or None
    return GivenRecurrence(
        GivenPattern(
            rule.kind, rule.interval, names, rule.day_of_month or None, rule.index or None,
            "sunday" if rule.kind == "weekly" else None,
        ),
        GivenRange(
            "endDate" if rule.until else "numbered" if rule.count else "noEnd",
            rule.until.isoformat() if rule.until else None,
            rule.count,
        ),
    )  # fmt: skip


Sequence = tuple[tuple[Time, Rule, tuple[int, ...]], list[Change | Delete | Accept], int]

SEQUENCES: st.SearchStrategy[Sequence] = st.tuples(
    st.tuples(TIMES, RULES, st.sampled_from([(), (1,), (1, 2)])),
    st.lists(EDITS, min_size=5, max_size=10),
    st.sampled_from([3, 10, 40]),
)


@settings(everyday, max_examples=scaled(40, 1_500), suppress_health_check=list(HealthCheck))
@given(sequence=SEQUENCES)
def test_any_sequence(module_database: SharedDatabase, sequence: Sequence):
    run(module_database, sequence)


def run(module_database: SharedDatabase, sequence: Sequence) -> None:
    (when, rule, people), edits, page = sequence
    world = World(module_database)
    try:
        world.create(when, rule, people)
        world.check(page)
        for edit in edits:
            world.do(edit)
            world.check(page)
    finally:
        world.forget()


def _series(
    rule: Rule, day: int, *, hour: int = 9, zone: str | None = SHANGHAI, people: tuple[int, ...] = ()
) -> tuple[Time, Rule, tuple[int, ...]]:
    return _time(date(2026, 3, day), hour, 30, zone), rule, people


# Each caught something.
CASES = [
    pytest.param(
        _series(Rule("weekly", 1, (0,), count=6), 2),
        [Change(1, "this", move=Move(hour=23)), Change(1, "all", move=Move(hour=9))],
        id="the series passes midnight where the occurrence does not",
    ),
    pytest.param(
        _series(Rule("weekly", 2, (1,), until=date(2026, 4, 18)), 5, hour=22),
        [Change(2, "this", move=Move(-8, 4)), Change(17, "following", move=Move(3, 14, NEW_YORK))],
        id="the occurrence passes midnight where the split series does not",
    ),
    pytest.param(
        _series(Rule("absoluteMonthly", 1, (), 29, until=date(2026, 4, 17)), 3, hour=4, zone=NEW_YORK),
        [
            Change(39, "this", move=Move(1, 23, SHANGHAI)),
            Change(0, "following", move=Move(hour=4, minutes=60)),
        ],
        id="a day of the month that cannot move",
    ),
    pytest.param(
        _series(Rule("daily", count=5), 8),
        [Change(2, "this", move=Move(zone=NEW_YORK)), Change(2, "all", move=Move(hour=14))],
        id="an occurrence in a zone of its own moves its series by the clock",
    ),
    pytest.param(
        _series(Rule("daily", count=8), 3, people=(1,)),
        [Change(3, "this", people=()), Change(3, "this", people=(1,)), Change(2, "following", people=(2,))],
        id="who leaves the second half leaves the occurrences they were put on",
    ),
    pytest.param(
        _series(Rule("daily", count=8), 3),
        [Change(3, "this", people=(2,)), Delete(0, "this", who=2)],
        id="who leaves the only occurrence they were on",
    ),
    pytest.param(
        _series(Rule("daily", count=8), 3, people=(1,)),
        [Delete(0, "series", who=1), Change(3, "this", people=()), Change(3, "this", people=(1,))],
        id="left the whole, and is put on one occurrence again",
    ),
    pytest.param(
        _series(Rule("daily", count=8), 3, people=(1,)),
        [
            Delete(0, "series", who=1),
            Change(3, "this", people=()),
            Change(3, "this", people=(1,)),
            Change(0, "series", people=()),
        ],
        id="the same, and is taken off the whole",
    ),
    pytest.param(
        _series(Rule("daily"), 1),
        [Change(0, "this")],
        id="what later pages remember does not begin the first",
    ),
]


@pytest.mark.parametrize(("created", "edits"), CASES)
def test_sequence(
    module_database: SharedDatabase,
    created: tuple[Time, Rule, tuple[int, ...]],
    edits: list[Change | Delete | Accept],
):
    run(module_database, (created, edits, 3))
