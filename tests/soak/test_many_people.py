"""An event with as many people as one may have: added, listed, answered by all, updated, left by all, deleted."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import pytest
from msgspec import UNSET, UnsetType

from rili.actions import attendees, derived, events, lists
from rili.actions.events import Place
from rili.actions.transfer import Handover, transfer_event
from rili.auth.callers import Caller
from rili.errors import ExceedMaxReceiverSize, InvalidParameter
from rili.model import scopes
from rili.model.event import EventChange
from rili.model.moment import parse_date_time
from rili.model.people import PEOPLE_PER_CALL, PEOPLE_PER_EVENT, GivenAttendee
from rili.model.recurrence import GivenPattern, GivenRange, GivenRecurrence
from rili.model.when import GivenTime, GivenWhen
from rili.store import attendees as store
from rili.store.db import Tx
from tests.people import NOW_MS, SharedDatabase, add_app, add_organisation, add_user
from tests.soak.scale import scaled

T = TypeVar("T")

PEOPLE = scaled(200, 5_000)
"""With the organizer."""

A_CALL = scaled(60, 500)

CLIENTS = 8


class Office:
    """An organisation of PEOPLE, and an event of one of them."""

    def __init__(self, shared: SharedDatabase, recurrence: GivenRecurrence | UnsetType = UNSET) -> None:
        self.shared = shared

        def make(tx: Tx) -> tuple[str, str, list[str]]:
            corp_id = add_organisation(tx)
            ids = [add_user(tx, corp_id, f"u{number}").union_id for number in range(PEOPLE)]
            return corp_id, add_app(tx, corp_id)[0].app_key, ids

        corp_id, app_key, self.ids = shared.write(make)
        self.by = Caller(app_key=app_key, corp_id=corp_id, kind="internal", scopes=scopes.ALL, now_ms=NOW_MS)
        self.place = Place(self.ids[0], "primary")
        ten, eleven = (parse_date_time(f"2026-03-10T{hours}:00", "start") for hours in (10, 11))
        hour = [GivenTime(date_time=one, zone="Asia/Shanghai") for one in (ten, eleven)]
        draft = EventChange(summary="All hands", when=GivenWhen(*hour), recurrence=recurrence)
        self.slowest = 0.0
        self.event_id = self.write(
            lambda tx: events.create_event(
                tx, self.by, self.place, draft, rules="documented", new_bytes=os.urandom
            )
        ).event.id

    def write(self, act: Callable[[Tx], T]) -> T:
        with self.timed():
            return self.shared.write(act)

    @contextmanager
    def timed(self) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.slowest = max(self.slowest, time.perf_counter() - began)

    def add(self, ids: list[str]) -> None:
        self.write(lambda tx: self.add_to(tx, [GivenAttendee(id_) for id_ in ids]))

    def add_to(self, tx: Tx, given: list[GivenAttendee]) -> None:
        attendees.add_attendees(
            tx, self.by, self.place, self.event_id, given, new_bytes=os.urandom, switches={}
        )

    def add_all(self) -> None:
        for first in range(1, PEOPLE, A_CALL):
            self.add(self.ids[first : first + A_CALL])

    def leave(self, id_: str, event_id: str) -> None:
        self.write(lambda tx: events.delete_event(tx, self.by, Place(id_, "primary"), event_id, switches={}))

    def findings(self) -> list[str]:
        """What `rili doctor` says of the event."""
        return [line for line in self.shared.read(derived.check) if self.event_id in line]

    def listed(self, limit: int, event_id: str | None = None) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        after = None
        while True:
            with self.timed():
                page = self.shared.read(
                    lambda tx, after=after: attendees.list_attendees(
                        tx, self.by, self.place, event_id or self.event_id, limit=limit, after=after
                    )
                )
            assert len(page.people) <= limit
            found += [(one.person_id, one.response) for one in page.people]
            if (after := page.next) is None:
                return found


def test_life_of_a_large_event(shared_database: SharedDatabase) -> None:
    office = Office(shared_database)
    everybody = office.ids[:PEOPLE]
    office.add_all()
    assert [id_ for id_, _ in office.listed(A_CALL)] == everybody

    began = time.perf_counter()
    for id_ in everybody:
        office.write(
            lambda tx, id_=id_: attendees.respond_event(
                tx, office.by, Place(id_, "primary"), office.event_id, "tentative"
            )
        )
    average = (time.perf_counter() - began) / PEOPLE
    assert office.listed(A_CALL) == [(id_, "tentative") for id_ in everybody]

    seen = shared_database.read(
        lambda tx: events.get_event(tx, office.by, office.place, office.event_id, shown=7)
    )
    assert [one.response for one in seen.people] == ["tentative"] * 7
    office.write(
        lambda tx: events.update_event(
            tx, office.by, office.place, office.event_id, EventChange(summary="All hands, again"),
            rules="documented", new_bytes=os.urandom,
        )
    )  # fmt: skip
    if PEOPLE > PEOPLE_PER_CALL:
        with pytest.raises(InvalidParameter, match="more than one answer shows"):
            office.write(
                lambda tx: events.update_event(
                    tx, office.by, office.place, office.event_id, EventChange(attendees=()),
                    rules="documented", new_bytes=os.urandom,
                )
            )  # fmt: skip
    began = time.perf_counter()
    for id_ in everybody[1:]:
        office.leave(id_, office.event_id)
    leaving = (time.perf_counter() - began) / PEOPLE
    assert office.listed(A_CALL) == [
        (everybody[0], "tentative"),
        *((id_, "declined") for id_ in everybody[1:]),
    ]
    assert office.findings() == []

    gone = [GivenAttendee(id_) for id_ in everybody[1:A_CALL]]
    office.write(lambda tx: attendees.remove_attendees(tx, office.by, office.place, office.event_id, gone))
    assert [id_ for id_, _ in office.listed(A_CALL)] == [everybody[0], *everybody[A_CALL:]]
    assert office.findings() == []
    office.write(lambda tx: events.delete_event(tx, office.by, office.place, office.event_id, switches={}))

    print(
        f"{PEOPLE} people: {average * 1000:.1f} ms an answer, {leaving * 1000:.1f} ms a leave, "
        f"slowest call {office.slowest:.2f} s"
    )


def test_everybody_leaves_one_occurrence(shared_database: SharedDatabase) -> None:
    daily = GivenRecurrence(GivenPattern("daily"), GivenRange(number_of_occurrences=3))
    office = Office(shared_database, daily)
    office.add_all()
    asked = lists.Asked()
    one, other = shared_database.read(
        lambda tx: [
            item.item.id
            for item in lists.list_instances(tx, office.by, office.place, office.event_id, asked).items[:2]
            if isinstance(item, lists.Listed)
        ]
    )
    times: list[float] = []
    for id_ in office.ids[1:]:
        began = time.perf_counter()
        office.leave(id_, one)
        times.append(time.perf_counter() - began)

    assert office.listed(A_CALL, one) == [
        (office.ids[0], "accepted"),
        *((id_, "declined") for id_ in office.ids[1:]),
    ]
    assert {answer for _, answer in office.listed(A_CALL, other)[1:]} == {"needsAction"}
    assert office.findings() == []
    print(
        f"{PEOPLE} people: {sum(times) / len(times) * 1000:.1f} ms a leave, at last {times[-1] * 1000:.1f} ms"
    )


def test_the_most_people(shared_database: SharedDatabase) -> None:
    """Eight clients add at once: nobody is lost, 5,000 are never exceeded, and what is refused is refused whole."""
    office = Office(shared_database)
    addresses = [f"guest{number}@example.org" for number in range(PEOPLE_PER_EVENT + 2 * PEOPLE_PER_CALL)]
    calls = [
        [GivenAttendee(email=email) for email in addresses[first : first + PEOPLE_PER_CALL]]
        for first in range(0, len(addresses), PEOPLE_PER_CALL)
    ]
    added: list[str] = []
    refused: list[str] = []

    async def add(given: list[GivenAttendee]) -> None:
        try:
            await shared_database.db.write(lambda tx: office.add_to(tx, given))
        except ExceedMaxReceiverSize:
            refused.extend(one.email or "" for one in given)
        else:
            added.extend(one.email or "" for one in given)

    async def client(number: int) -> None:
        for given in calls[number::CLIENTS]:
            await add(given)

    async def all_clients() -> None:
        await asyncio.gather(*(client(number) for number in range(CLIENTS)))

    shared_database.run(all_clients())
    room = PEOPLE_PER_EVENT - 1 - len(added)
    assert 0 <= room < PEOPLE_PER_CALL <= len(refused)
    shared_database.run(add([GivenAttendee(email=email) for email in refused[:room]]))
    with pytest.raises(ExceedMaxReceiverSize, match="日程人数超过上限"):
        office.write(lambda tx: office.add_to(tx, [GivenAttendee(email=refused[room])]))
    office.write(lambda tx: office.add_to(tx, [GivenAttendee(email=email) for email in added[:3]]))
    handover = Handover(office.ids[1])
    with pytest.raises(ExceedMaxReceiverSize, match="日程人数超过上限"):
        office.write(lambda tx: transfer_event(tx, office.by, office.place, office.event_id, handover))

    people = shared_database.read(lambda tx: store.of_event(tx, office.by.corp_id, office.event_id))
    assert len({one.place for one in people}) == len(people) == PEOPLE_PER_EVENT
    assert sorted(one.email or "" for one in people[1:]) == sorted(added)
