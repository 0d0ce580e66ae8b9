"""A year of reminders beside an oracle that knows no rows: events of all kinds, edits between, a worker that is away
now and then and starts again, people and the organisation in other zones, both changes of the clock in each.

The oracle lists every firing of every event anew after each edit, from what is stored of the event, by the zone files
of the standard library. In `make soak` the clock goes minute by minute.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from rili.actions import reminder_rows
from rili.actions.cancel import cancel_event
from rili.actions.events import Place
from rili.errors import Failure
from rili.model.event import EventChange
from rili.model.expansion import expand_days
from rili.model.people import people_on
from rili.model.recurrence import GivenPattern, GivenRange, GivenRecurrence
from rili.model.series import Override, Slot, find_instance
from rili.model.when import AllDay, Timed, When
from rili.store import attendees, events, overrides
from rili.store.db import Tx
from tests.delivery.conftest import CORP
from tests.delivery.zones_office import ZONES, Office, Told, at_text, before, draft, timed, whole_day
from tests.soak.scale import SOAK, scaled

MINUTE_MS = 60_000
START = datetime(2027, 3, 1, tzinfo=UTC)
DAYS = 366
WHERE = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC")
WALLS = ("00:00", "01:30", "02:30", "09:00", "23:45")
MINUTES = (0, 5, 15, 60, 900, 1440, 10_000, 200_000)


class Due(NamedTuple):
    """One firing, for all who are in a zone; '' for everybody."""

    due_ms: int
    slot: str
    minutes: int
    zone: str
    ends_ms: int
    wall: str
    """What is told once to each."""


def instants(when: When, minutes: int, zone: str) -> tuple[int, int]:
    """When a reminder fires, and when the occurrence ends."""
    if isinstance(when, Timed):
        start, end = (
            one.wall.replace(tzinfo=ZoneInfo(one.zone), fold=one.fold) for one in (when.start, when.end)
        )
        return round(start.timestamp() * 1000) - minutes * MINUTE_MS, round(end.timestamp() * 1000)
    try:
        due = datetime.combine(when.start, datetime.min.time()) - timedelta(minutes=minutes)
    except OverflowError:
        return -(10**18), 0
    end = datetime.combine(when.end, datetime.min.time())
    there = ZoneInfo(zone)
    return round(due.replace(tzinfo=there).timestamp() * 1000), round(
        end.replace(tzinfo=there).timestamp() * 1000
    )


class Oracle:
    """What is to be told, one event at a time."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.zones = {userid: zone or "Asia/Shanghai" for userid, zone in ZONES.items()}
        self.waiting: dict[str, list[Due]] = {}
        self.over: dict[str, set[Due]] = {}
        """Those that fired, and those whose time had passed when an edit made them."""
        self.told: set[tuple[str, str, int, str, str]] = set()
        self.expected: list[Told] = []
        self.late: list[tuple[str, Due, str]] = []
        """Whose new zone has left a reminder behind."""

    def edited(self, event_id: str) -> None:
        """An event changed, or is new."""
        now_ms, before_it = self.office.now_ms, set(self.waiting.get(event_id, ()))
        over = self.over.setdefault(event_id, set())
        firings = set(self.office.read(lambda tx: list(self._firings(tx, event_id))))
        overdue: dict[tuple[int, str], Due] = {}
        for one in sorted(before_it, reverse=True):
            if one.due_ms <= now_ms:
                overdue[one.minutes, one.zone] = one
        for one in firings - before_it:
            # While the worker is away, and one of them waits, nobody knows which of those behind it an edit made.
            first = overdue.get((one.minutes, one.zone))
            if one.due_ms <= now_ms and (first is None or one < first):
                over.add(one)
        self.waiting[event_id] = sorted(firings - over)

    def moved(self, userid: str, zone: str) -> None:
        """Somebody is in another zone: what waits for them in the old one, and has passed in the new, is late."""
        former, self.zones[userid] = self.zones[userid], zone
        for event_id, waiting in self.waiting.items():
            there = {
                (one.slot, one.minutes): one
                for one in self.office.read(lambda tx, event_id=event_id: list(self._firings(tx, event_id)))
                if one.zone == zone
            }
            for one in waiting:
                passed = there.get((one.slot, one.minutes)) if one.zone == former else None
                if passed is not None and passed.due_ms <= self.office.now_ms:
                    self.late.append((event_id, passed, userid))

    def work(self) -> None:
        """A worker does what is due."""
        now_ms = self.office.now_ms
        for event_id, one, userid in self.late:
            self._tell(event_id, one, {userid})
        self.late.clear()
        for event_id, waiting in self.waiting.items():
            while waiting and waiting[0].due_ms <= now_ms:
                one = waiting.pop(0)
                self.over[event_id].add(one)
                there = {userid for userid, zone in self.zones.items() if one.zone in ("", zone)}
                self._tell(event_id, one, there)

    def next_ms(self) -> Iterator[int]:
        """When something is to happen."""
        return (one.due_ms for waiting in self.waiting.values() for one in waiting)

    def _tell(self, event_id: str, one: Due, there: set[str]) -> None:
        now_ms = self.office.now_ms
        late = now_ms - one.due_ms > MINUTE_MS
        if one.ends_ms <= now_ms - MINUTE_MS:
            return
        for userid in sorted(there & self.office.read(lambda tx: self._on_it(tx, event_id, one.slot))):
            key = (event_id, one.slot, one.minutes, one.wall, userid)
            if key not in self.told:
                self.told.add(key)
                self.expected.append(Told(at_text(now_ms), userid, event_id, one.slot, one.minutes, late))

    def _firings(self, tx: Tx, event_id: str) -> Iterator[Due]:
        stored = events.find(tx, CORP, event_id, lock=False)
        if stored is None or stored.deleted or stored.event.cancelled:
            return
        event, occurrences = stored.event, [("", stored.event)]
        if event.recurrence is not None:
            own = overrides.of_event(tx, CORP, event_id)
            first = START.date().toordinal()
            slots = {
                Slot(one.day, one.number)
                for one in expand_days(event.recurrence, event.when, first - 9, first + 600)
            }
            found = (find_instance(event, slot, own.get(slot, Override())) for slot in slots | own.keys())
            occurrences = [(one.slot.key, one.event) for one in found if one and not one.event.cancelled]
        for slot, one in occurrences:
            all_day = isinstance(one.when, AllDay)
            wall = str(one.when.start if all_day else one.when)
            for minutes in {reminder.minutes for reminder in one.reminders}:
                for zone in WHERE if all_day else ("",):
                    due_ms, ends_ms = instants(one.when, minutes, zone)
                    yield Due(due_ms, slot, minutes, zone, ends_ms, wall)

    def _on_it(self, tx: Tx, event_id: str, slot: str) -> set[str]:
        stored = events.find(tx, CORP, event_id, lock=False)
        assert stored is not None
        people = attendees.of_event(tx, CORP, event_id)
        if slot:
            key = Slot.of_key(slot)
            override = overrides.get(tx, CORP, event_id, key) or Override()
            own = attendees.own_places(tx, CORP, [event_id], key).get(event_id, {}).get(key, [])
            people = people_on(people, own, stored.event.organizer_id, asked_again=override.asked_again)
        return {
            self.office.names[one.person_id] for one in people if not one.left and one.response != "declined"
        }


class Year:
    """What people do in it, drawn by *chance*."""

    def __init__(self, office: Office, oracle: Oracle, chance: random.Random) -> None:
        self.office, self.oracle, self.chance = office, oracle, chance
        self.events: list[str] = []
        self.repeating: set[str] = set()
        self.organisation = "Asia/Shanghai"
        self.own_zones = dict(ZONES)

    def act(self, *, away: bool) -> None:
        """Somebody does something; while the worker is *away*, to what is known already."""
        if away:
            (self._edit if self.events else self.create)()
            self.office.follow()
            return
        what = self.chance.choices(
            (self.create, self._edit, self._except, self._answer, self._invite, self._end, self._move),
            (6, 4, 6, 3, 2, 1, 3),
        )[0]
        if self.events or what == self.create:
            what()
        # The reader is not away for long: of two changes that it reads together, it knows the event after both.
        self.office.follow()

    def create(self) -> None:
        more: dict[str, Any] = {"attendees": self.office.given(*self._some(("bob", "cat", "dan")))}
        if self.chance.random() < 0.7:
            more["reminders"] = self._reminders()
        repeats = self.chance.random() < 0.6
        if repeats:
            pattern = self.chance.choice(
                [
                    GivenPattern("daily"),
                    GivenPattern("daily", interval=3),
                    GivenPattern("weekly", days_of_week="sunday"),
                ]
            )
            last = self.chance.choice([None, self.chance.randrange(2, 60)])
            more["recurrence"] = GivenRecurrence(pattern, GivenRange(number_of_occurrences=last))
        event_id = self.office.create("ann", draft(self._when(), **more))
        self.events.append(event_id)
        if repeats:
            self.repeating.add(event_id)
        self.oracle.edited(event_id)

    def _edit(self) -> None:
        event_id = self.chance.choice(self.events)
        change: dict[str, Any] = {"summary": f"Meeting {self.chance.random()}"}
        if self.chance.random() < 0.5:
            change["reminders"] = self._reminders()
        if self.chance.random() < 0.5 and event_id not in self.repeating:
            change["when"] = self._when()
        self._try(event_id, lambda: self.office.update("ann", event_id, EventChange(**change)))

    def _except(self) -> None:
        series_id = self.chance.choice(self.events)
        day = self._today() + timedelta(days=self.chance.randrange(9))
        id_ = Slot(day.toordinal()).id_in(series_id)
        change: dict[str, Any] = {}
        if self.chance.random() < 0.6:
            change["reminders"] = self._reminders()
        if self.chance.random() < 0.6:
            change["when"] = self._when()
        if self.chance.random() < 0.3:
            change["attendees"] = self.office.given(*self._some(("bob", "cat", "dan")))
        do = self.chance.choice(
            [
                lambda: self.office.update("ann", id_, EventChange(**change), "this"),
                lambda: self.office.update("ann", id_, EventChange(**change), "this"),
                lambda: self.office.delete("ann", id_, "this"),
                lambda: self.office.respond(
                    self._somebody(), id_, self.chance.choice(["declined", "accepted"])
                ),
                lambda: self._cancel(id_),
            ]
        )
        self._try(series_id, do)

    def _answer(self) -> None:
        event_id = self.chance.choice(self.events)
        self._try(
            event_id,
            lambda: self.office.respond(
                self._somebody(), event_id, self.chance.choice(["declined", "accepted"])
            ),
        )

    def _invite(self) -> None:
        event_id, who = self.chance.choice(self.events), self._somebody()
        do = self.office.invite if self.chance.random() < 0.6 else self.office.uninvite
        self._try(event_id, lambda: do("ann", event_id, who))

    def _end(self) -> None:
        event_id = self.chance.choice(self.events)
        by = self.chance.choice(["ann", "ann", self._somebody()])
        do = self.chance.choice([lambda: self.office.delete(by, event_id), lambda: self._cancel(event_id)])
        self._try(event_id, do)

    def _move(self) -> None:
        """Into another zone: somebody, or the organisation."""
        zone = self.chance.choice(WHERE)
        if self.chance.random() < 0.3:
            self.office.move_organisation(zone)
            self.organisation = zone
            moved = [userid for userid, own in self.own_zones.items() if own is None]
        else:
            userid = self.chance.choice(list(ZONES))
            self.own_zones[userid] = self.chance.choice([zone, zone, None])
            self.office.move_person(userid, self.own_zones[userid])
            moved = [userid]
        for userid in moved:
            there = self.own_zones[userid] or self.organisation
            if there != self.oracle.zones[userid]:
                self.oracle.moved(userid, there)

    def _try(self, event_id: str, do: Any) -> None:
        """What is refused (an occurrence that is none, somebody who is not invited) changes nothing."""
        try:
            do()
        except Failure:
            return
        self.oracle.edited(event_id)

    def _cancel(self, id_: str) -> None:
        place = Place(self.office.people["ann"], "primary")
        self.office.write(
            lambda tx: cancel_event(
                tx, self.office._by(), place, id_, rules="lenient", new_bytes=random.randbytes
            )
        )

    def _when(self) -> Any:
        """Within a few days; the clock is changed in some of them."""
        day = self._today() + timedelta(days=self.chance.randrange(6))
        if self.chance.random() < 0.4:
            return whole_day(day.isoformat(), (day + timedelta(days=self.chance.randrange(3))).isoformat())
        start = f"{day}T{self.chance.choice(WALLS)}"
        end = datetime.fromisoformat(start) + timedelta(minutes=self.chance.choice([0, 1, 30, 3000]))
        return timed(start, end.isoformat()[:16], self.chance.choice(WHERE))

    def _reminders(self) -> Any:
        return before(*self._some(MINUTES))

    def _some(self, choices: Any) -> list[Any]:
        return self.chance.sample(choices, self.chance.randrange(min(len(choices), 3) + 1))

    def _somebody(self) -> str:
        return self.chance.choice(["bob", "cat", "dan"])

    def _today(self) -> date:
        return datetime.fromtimestamp(self.office.now_ms / 1000, UTC).date()


def _moments(year: Year, chance: random.Random) -> Iterator[int]:
    """The minutes at which the clock is looked at: around everything that happens, or all of them."""
    now_ms, end_ms = year.office.now_ms, year.office.now_ms + DAYS * 1440 * MINUTE_MS
    while now_ms < end_ms:
        if SOAK:
            now_ms += MINUTE_MS
        else:
            coming = [due_ms for due_ms in year.oracle.next_ms() if due_ms > now_ms]
            soon = min((due_ms - due_ms % MINUTE_MS for due_ms in coming), default=end_ms)
            step = chance.choice([MINUTE_MS, 60 * MINUTE_MS, 1440 * MINUTE_MS, 4320 * MINUTE_MS])
            now_ms = max(now_ms + MINUTE_MS, min(now_ms + step, soon - chance.choice([0, 0, 1]) * MINUTE_MS))
        yield now_ms


@pytest.mark.parametrize("seed", range(scaled(1, 4)))
def test_each_fires_exactly_once(db: Any, run: Any, seed: int) -> None:
    chance = random.Random(seed)
    office = Office(db, run, START.isoformat(), mail=True)
    oracle = Oracle(office)
    year = Year(office, oracle, chance)
    away_until_ms = 0
    edits = {chance.randrange(DAYS) * 1440 + chance.randrange(1440) for _ in range(scaled(70, 400))}
    waiting = sorted(office.now_ms + minute * MINUTE_MS for minute in edits)
    for _ in range(4):
        year.create()
    for now_ms in _moments(year, chance):
        office.now_ms = now_ms
        if now_ms >= away_until_ms:
            oracle.work()
            office.work()
            if chance.random() < (0.0001 if SOAK else 0.05):
                away_until_ms = now_ms + chance.choice([2, 30, 700, 5000]) * MINUTE_MS
                office.restart()
        while waiting and waiting[0] <= now_ms:
            waiting.pop(0)
            year.act(away=now_ms < away_until_ms)
    assert office.told() == sorted(oracle.expected)
    assert office.mailed_once()
    assert office.read(lambda tx: reminder_rows.check(tx, office.now_ms)) == []
    assert len(oracle.expected) > 50
