"""Bookings that nobody asked to move: zones are redefined, rooms removed, rows lost; and who comes from outside."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import date

import pytest

from rili.actions import derived, events, meeting_rooms, register
from rili.actions import rooms as rooms_actions
from rili.actions.events import Place
from rili.auth.callers import Caller
from rili.errors import MeetingRoomNotAvailable
from rili.model import scopes
from rili.model.directory import OrganisationChange
from rili.model.event import EventChange
from rili.model.moment import parse_date, parse_date_time
from rili.model.recurrence import GivenPattern, GivenRange, GivenRecurrence
from rili.model.room import Room, new_room_id, new_room_number
from rili.model.series import Slot
from rili.model.when import GivenTime, GivenWhen
from rili.store import rooms
from rili.store.db import Tx
from tests.people import NOW_MS, SharedDatabase, add_app, add_organisation, add_user
from tests.store.conftest import outside

OTHERWISE = "its rooms are booked otherwise than it says"
HOUR_MS = 3_600_000


class Scene:
    """An organisation of Shanghai with one room and one person."""

    def __init__(self, shared: SharedDatabase) -> None:
        self.shared = shared

        def seed(tx: Tx) -> None:
            corp_id = add_organisation(tx)
            ann = add_user(tx, corp_id, "ann", admin=True).union_id
            app, _ = add_app(tx, corp_id)
            self.room = Room(
                corp_id=corp_id,
                room_id=new_room_id(os.urandom),
                number=new_room_number(os.urandom),
                name="Room",
            )
            rooms.add(tx, self.room)
            self.by = Caller(
                corp_id=corp_id, app_key=app.app_key, kind=app.kind, scopes=scopes.ALL, now_ms=NOW_MS
            )
            self.place = Place(ann, events.PRIMARY)

        shared.write(seed)

    def event(
        self, when: GivenWhen, *, until: str | None = None, books: bool = True, at_ms: int = NOW_MS
    ) -> str:
        rule = (
            GivenRecurrence(GivenPattern("daily"), GivenRange("endDate", f"2026-{until}")) if until else None
        )
        draft = EventChange(when=when, summary="Meeting", **({"recurrence": rule} if rule else {}))
        by = Caller(
            corp_id=self.by.corp_id,
            app_key=self.by.app_key,
            kind=self.by.kind,
            scopes=scopes.ALL,
            now_ms=at_ms,
        )

        seen = self.shared.write(
            lambda tx: events.create_event(
                tx, by, self.place, draft, rules="documented", new_bytes=os.urandom
            )
        )
        if books:
            self.shared.write(
                lambda tx: meeting_rooms.add_meeting_rooms(
                    tx, by, self.place, seen.event.id, [self.room.room_id]
                )
            )
        return seen.event.id

    def findings(self) -> dict[str, list[str]]:
        """By event."""
        found: dict[str, list[str]] = {}
        for line in self.shared.read(derived.check):
            if self.by.corp_id in line:
                event, _, finding = line.removeprefix("event ").partition(f" of {self.by.corp_id}: ")
                found.setdefault(event, []).append(finding)
        return found

    def sql(self, statement: str, **params: str | int) -> int:
        return self.shared.write(lambda tx: tx.run(statement, corp_id=self.by.corp_id, **params))

    def spans(self) -> dict[str, list[tuple[int, int, int]]]:
        """From when to when each event has the room, and whether it holds it."""
        found: dict[str, list[tuple[int, int, int]]] = {}
        for event_id, *span in self.shared.read(
            lambda tx: tx.all(
                """
                SELECT event_id, starts_ms, ends_ms, holds FROM bookings WHERE corp_id = :corp_id
                 ORDER BY starts_ms
                """,
                corp_id=self.by.corp_id,
            )
        ):
            found.setdefault(event_id, []).append((span[0], span[1], span[2]))
        return found


@pytest.fixture
def scene(shared_database: SharedDatabase) -> Scene:
    return Scene(shared_database)


def timed(start: str, end: str) -> GivenWhen:
    first, last = (
        GivenTime(date_time=parse_date_time(f"2026-{one}", "test"), zone="Asia/Shanghai")
        for one in (start, end)
    )
    return GivenWhen(first, last, False)


def days(first: str, end: str) -> GivenWhen:
    return GivenWhen(*(GivenTime(date=parse_date(f"2026-{one}", "test")) for one in (first, end)), True)


def test_an_organisation_that_moves(scene: Scene) -> None:
    """Its whole days are others then. What lies over another booking is kept, told, and still taken."""
    whole, night = scene.event(days("03-10", "03-12")), scene.event(timed("03-12T02:00", "03-12T03:00"))
    assert scene.findings() == {}

    scene.shared.write(
        lambda tx: register.set_organisation(
            tx, scene.by.corp_id, OrganisationChange(zone="UTC"), now_ms=NOW_MS
        )
    )

    assert scene.findings() == {
        whole: [f"it has the room {scene.room.room_id} while event {night} has it; move one of them"]
    }
    assert scene.spans()[whole][0][2] == 0
    with pytest.raises(MeetingRoomNotAvailable):
        scene.event(timed("03-12T04:00", "03-12T05:00"))
    scene.shared.write(
        lambda tx: events.update_event(
            tx, scene.by, scene.place, night, EventChange(when=timed("03-12T08:00", "03-12T09:00")),
            rules="documented", new_bytes=os.urandom,
        )
    )  # fmt: skip
    assert scene.findings() == {}


def test_a_series_that_comes_to_lie_over_itself(scene: Scene) -> None:
    """What an occurrence with a time of its own keeps is in the way of a whole day that moves."""
    series = scene.event(days("03-04", "03-05"), until="03-05")
    second = Slot(date(2026, 3, 5).toordinal(), 0).id_in(series)
    scene.shared.write(
        lambda tx: events.update_event(
            tx, scene.by, scene.place, second,
            EventChange(when=timed("03-05T02:00", "03-05T04:00")),
            rules="documented", new_bytes=os.urandom,
        )
    )  # fmt: skip

    scene.shared.write(
        lambda tx: register.set_organisation(
            tx, scene.by.corp_id, OrganisationChange(zone="Europe/London"), now_ms=NOW_MS
        )
    )

    assert [holds for _, _, holds in scene.spans()[series]] == [0, 1]
    (finding,) = scene.findings()[series]
    assert f"while event {series} has it" in finding


def test_a_zone_is_redefined(scene: Scene) -> None:
    """Two that follow each other an hour later than they should be: neither is in the other's way."""
    one = scene.event(timed("03-10T10:00", "03-10T11:00"))
    other = scene.event(timed("03-10T11:00", "03-10T12:00"), until="03-12")
    right = scene.spans()
    rows = scene.shared.read(
        lambda tx: tx.all(
            """
            SELECT event_id, occurrence, room_id, room_number, starts_ms, ends_ms, status FROM bookings
             WHERE corp_id = :corp_id
            """,
            corp_id=scene.by.corp_id,
        )
    )
    scene.sql("DELETE FROM bookings WHERE corp_id = :corp_id")
    for event_id, occurrence, room_id, number, starts_ms, ends_ms, status in rows:
        scene.sql(
            """
            INSERT INTO bookings (corp_id, event_id, occurrence, room_id, room_number, starts_ms, ends_ms, status,
                                  holds)
            VALUES (:corp_id, :event_id, :occurrence, :room_id, :number, :starts_ms, :ends_ms, :status, 1)
            """,
            event_id=event_id, occurrence=occurrence, room_id=room_id, number=number,
            starts_ms=starts_ms + HOUR_MS, ends_ms=ends_ms + HOUR_MS, status=status,
        )  # fmt: skip
    assert scene.findings() == {one: [OTHERWISE], other: [OTHERWISE]}

    scene.shared.write(derived.derive)

    assert scene.findings() == {}
    assert scene.spans() == right


def test_a_row_is_lost(scene: Scene) -> None:
    event_id = scene.event(timed("03-10T10:00", "03-10T11:00"), until="03-14")

    scene.sql("DELETE FROM bookings WHERE corp_id = :corp_id AND occurrence = '2026031200'")

    assert scene.findings() == {event_id: [OTHERWISE]}
    scene.shared.write(derived.derive)
    assert scene.findings() == {}
    assert len(scene.spans()[event_id]) == 5


def test_a_room_is_removed(scene: Scene) -> None:
    """Events that are not over lose it, and are told; those that are keep it."""
    past = scene.event(timed("01-02T10:00", "01-02T11:00"))
    coming, series = (
        scene.event(timed("03-10T10:00", "03-10T11:00")),
        scene.event(timed("03-11T10:00", "03-11T11:00"), until="03-20"),
    )
    later = Caller(
        corp_id=scene.by.corp_id, app_key="", kind="administrator", scopes=frozenset(),
        now_ms=NOW_MS + 30 * 24 * HOUR_MS,
    )  # fmt: skip

    scene.shared.write(lambda tx: rooms_actions.remove_room(tx, later, "", scene.room.room_id))

    assert [*scene.spans()] == [past]
    shown = [
        scene.shared.read(lambda tx, id_=id_: events.get_event(tx, scene.by, scene.place, id_, shown=1))
        for id_ in (past, coming, series)
    ]
    assert [[room.name for room in one.event.rooms] for one in shown] == [["Room"], [], []]
    told = scene.shared.read(
        lambda tx: tx.all(
            "SELECT event_id FROM outbox WHERE corp_id = :corp_id AND kind = 'rooms' AND body LIKE '%\"after\":null%'",
            corp_id=scene.by.corp_id,
        )
    )
    assert {event_id for (event_id,) in told} == {coming, series}
    assert scene.findings() == {}


def test_who_does_not_look_is_refused_all_the_same(scene: Scene) -> None:
    """Somebody books past every lock of ours, and commits while an action waits for it: the constraint says so."""
    url = getattr(scene.shared.db, "_url", None)
    if url is None:
        return  # on SQLite nobody writes between an action's look and its row
    other = scene.event(timed("03-01T10:00", "03-01T11:00"), books=False)
    wanted = scene.event(timed("03-10T10:00", "03-10T11:00"), books=False)
    starts_ms = parse_ms("2026-03-10T02:30:00")

    async def meet(commit: Callable[[], object], waiting: Callable[[], bool]) -> None:
        asked = asyncio.ensure_future(
            scene.shared.db.write(
                lambda tx: meeting_rooms.add_meeting_rooms(
                    tx, scene.by, scene.place, wanted, [scene.room.room_id]
                )
            )
        )
        while not waiting():  # noqa: ASYNC110 - another connection is asked, and the loop goes on
            await asyncio.sleep(0)
        commit()
        with pytest.raises(MeetingRoomNotAvailable, match="room busy"):
            await asked

    with outside(url) as rude, outside(url) as looking:
        rude.execute("BEGIN")
        rude.execute(
            "INSERT INTO bookings VALUES (%s, %s, '', %s, %s, %s, %s, 'accepted', 1)",
            (scene.by.corp_id, other, scene.room.room_id, scene.room.number, starts_ms, starts_ms + HOUR_MS),
        )
        scene.shared.run(
            meet(
                rude.commit if not rude.autocommit else lambda: rude.execute("COMMIT"),
                lambda: looking.execute(
                    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)"
                ).fetchone()[0],
            )
        )


def parse_ms(text: str) -> int:
    instant = parse_date_time(text + "Z", "test")
    return instant.within("UTC").epoch_ms()
