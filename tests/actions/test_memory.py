"""What is remembered of a calendar is believed only while the database agrees."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from rili.actions import directory, events, lists
from rili.actions.events import Place
from rili.actions.lists import Asked, Page
from rili.actions.memory import Memory
from rili.auth.callers import Caller
from rili.model.directory import UserChange
from rili.model.event import EventChange
from rili.model.moment import Instant, parse_date_time, parse_instant_ms
from rili.model.people import GivenAttendee
from rili.model.recurrence import GivenPattern, GivenRange, GivenRecurrence
from rili.model.when import GivenTime, GivenWhen
from rili.store.db import Tx
from tests import people
from tests.people import NOW_MS, SharedDatabase

MONTH = Asked(
    from_ms=parse_instant_ms("2026-03-01T00:00:00Z", ""), to_ms=parse_instant_ms("2026-04-01T00:00:00Z", ""),
    max_results=3,
)  # fmt: skip


def at(text: str) -> GivenTime:
    instant: Instant = parse_date_time(text, "")
    return GivenTime(date_time=instant, zone="Asia/Shanghai")


class Office:
    """An organisation with a weekly series and a single event, read again and again through one memory."""

    def __init__(self, database: SharedDatabase) -> None:
        self.database = database
        self.memory = Memory()
        database.write(self._fill)

    def _fill(self, tx: Tx) -> None:
        corp_id = people.add_organisation(tx)
        self.me, self.other = (people.add_user(tx, corp_id, name) for name in ("me", "other"))
        app, _ = people.add_app(tx, corp_id)
        self.by = Caller(
            corp_id=corp_id, app_key=app.app_key, kind="internal", scopes=frozenset(), now_ms=NOW_MS
        )
        self.place = Place(self.me.union_id, "primary")
        rule = GivenRecurrence(GivenPattern(type="weekly"), GivenRange())
        attendees = (GivenAttendee(id=self.other.union_id),)
        self.series = self._create(
            tx, "2026-03-02T10:00", "2026-03-02T11:00", recurrence=rule, attendees=attendees
        )
        self.single = self._create(tx, "2026-03-10T10:00", "2026-03-10T11:00")

    def _create(self, tx: Tx, start: str, end: str, **members: object) -> str:
        draft = EventChange(when=GivenWhen(at(start), at(end)), summary="Planning", **members)  # type: ignore[arg-type]
        seen = events.create_event(tx, self.by, self.place, draft, rules="documented", new_bytes=os.urandom)
        return seen.event.id

    def update(self, event_id: str, change: EventChange) -> None:
        self.database.write(
            lambda tx: events.update_event(
                tx, self.by, self.place, event_id, change, rules="documented", new_bytes=os.urandom
            )
        )

    def delete(self, event_id: str, user: str | None = None) -> None:
        place = self.place if user is None else Place(user, "primary")
        self.database.write(lambda tx: events.delete_event(tx, self.by, place, event_id, switches={}))

    def occurrence(self, number: int) -> str:
        return [one for one in self.read(Memory()) if one[0] != self.single][number][0]

    def read(self, memory: Memory) -> list[tuple[str, str, int, tuple[str, ...], tuple[str, ...]]]:
        """Every page of a month: id, title, start, names and answers."""
        found: list[tuple[str, str, int, tuple[str, ...], tuple[str, ...]]] = []
        asked = MONTH
        while True:
            page: Page = self.database.read(
                lambda tx, asked=asked: lists.view_events(tx, self.by, self.place, asked, memory)
            )
            for one in page.items:
                assert isinstance(one, lists.Listed)
                seen = one.seen
                names = tuple(person.name for person in seen.people)
                answers = tuple(person.response for person in seen.people)
                found.append((one.item.id, seen.event.summary, one.item.starts_ms, names, answers))
            if page.next is None:
                return found
            asked = Asked(cursor=page.next)


@pytest.fixture
def office(shared_database: SharedDatabase) -> Office:
    return Office(shared_database)


CHANGES: dict[str, Callable[[Office], object]] = {
    "nothing": lambda it: None,
    "a title": lambda it: it.update(it.single, EventChange(summary="New")),
    "a move": lambda it: it.update(
        it.single, EventChange(when=GivenWhen(at("2026-03-11T10:00"), at("2026-03-11T11:00")))
    ),
    "a move out of the window": lambda it: it.update(
        it.single, EventChange(when=GivenWhen(at("2026-05-11T10:00"), at("2026-05-11T11:00")))
    ),
    "a delete": lambda it: it.delete(it.single),
    "a series": lambda it: it.update(it.series, EventChange(summary="New")),
    "an occurrence": lambda it: it.update(it.occurrence(1), EventChange(summary="Own")),
    "an occurrence less": lambda it: it.delete(it.occurrence(1)),
    "an attendee less": lambda it: it.update(it.series, EventChange(attendees=())),
    "an attendee who leaves": lambda it: it.delete(it.series, it.other.union_id),
    "an attendee who leaves once": lambda it: it.delete(it.occurrence(2), it.other.union_id),
    "a name": lambda it: it.database.write(
        lambda tx: directory.set_user(tx, it.by.corp_id, "other", UserChange(name="Another"), None, now_ms=NOW_MS)
    ),
    "a new event": lambda it: it.database.write(lambda tx: it._create(tx, "2026-03-12T10:00", "2026-03-12T11:00")),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_it_never_tells_what_was(office: Office, change: Callable[[Office], object]) -> None:
    before = office.read(office.memory)
    assert office.read(office.memory) == before

    change(office)

    now = office.read(Memory())
    assert office.read(office.memory) == now
    assert office.read(office.memory) == now


def test_it_forgets(office: Office) -> None:
    small = Memory(size=1, part_items=1)

    assert [office.read(small) for _ in range(2)] == [office.read(Memory())] * 2
