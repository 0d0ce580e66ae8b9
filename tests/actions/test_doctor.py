"""What `rili doctor` prints: each kind of damage by a line of its own, and nothing after any honest change."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from rili.actions import derived, events
from rili.actions.events import Place
from rili.auth.callers import Caller
from rili.model import scopes
from rili.model.event import EventChange
from rili.model.moment import parse_date_time
from rili.model.people import GivenAttendee
from rili.model.recurrence import GivenPattern, GivenRange, GivenRecurrence
from rili.model.series import Slot
from rili.model.when import GivenTime, GivenWhen
from rili.store.db import Tx
from tests.people import NOW_MS, SharedDatabase, add_app, add_organisation, add_user

AT_ANOTHER_TIME = "a calendar shows it at another time"
BODY_DIFFERS = "version or span differ from its body"
HOUR_MS = 3_600_000


class Scene:
    """A daily series of ten by ann, with bob on the whole of it and cat on its third day alone, which was moved."""

    def __init__(self, shared: SharedDatabase) -> None:
        self.shared = shared

        def seed(tx: Tx) -> None:
            corp_id = add_organisation(tx)
            self.ann, self.bob, self.cat = (
                add_user(tx, corp_id, name).union_id for name in ("ann", "bob", "cat")
            )
            app, _ = add_app(tx, corp_id)
            self.by = Caller(
                corp_id=corp_id, app_key=app.app_key, kind=app.kind, scopes=scopes.ALL, now_ms=NOW_MS
            )
            draft = EventChange(
                when=at("2026-03-01T10:00"), summary="Series", attendees=(GivenAttendee(id=self.bob),),
                recurrence=GivenRecurrence(GivenPattern("daily"), GivenRange(number_of_occurrences=10)),
            )  # fmt: skip
            place = Place(self.ann, events.PRIMARY)
            seen = events.create_event(tx, self.by, place, draft, rules="lenient", new_bytes=os.urandom)
            self.id = seen.event.id

        shared.write(seed)
        self.third = Slot(seen_day("2026-03-03"))
        both = tuple(GivenAttendee(id=one) for one in (self.bob, self.cat))
        self.update(
            self.third.id_in(self.id), EventChange(when=at("2026-05-03T12:00"), attendees=both), scope="this"
        )

    def update(self, event_id: str, change: EventChange, *, scope: events.Scope | None = None) -> None:
        place = Place(self.ann, events.PRIMARY)
        self.shared.write(
            lambda tx: events.update_event(
                tx, self.by, place, event_id, change, scope=scope, rules="lenient", new_bytes=os.urandom
            )
        )

    def delete(self, who: str, event_id: str, scope: events.Scope | None = None) -> None:
        place = Place(who, events.PRIMARY)
        self.shared.write(
            lambda tx: events.delete_event(tx, self.by, place, event_id, scope=scope, switches={})
        )

    def sql(self, statement: str, **params: str | int) -> None:
        assert self.shared.write(lambda tx: tx.run(statement, corp_id=self.by.corp_id, **params))

    def findings(self) -> list[str]:
        """Without the name of the event, which each of them begins with."""
        name = f"event {self.id} of {self.by.corp_id}: "
        found = [line for line in self.shared.read(derived.check) if self.by.corp_id in line]
        assert all(line.startswith(name) for line in found)
        return [line.removeprefix(name) for line in found]


def at(text: str) -> GivenWhen:
    start, end = (
        GivenTime(date_time=parse_date_time(one, "test"), zone="Asia/Shanghai")
        for one in (text, text.replace(":00", ":30"))
    )
    return GivenWhen(start, end, False)


def seen_day(text: str) -> int:
    return parse_date_time(f"{text}T00:00", "test").wall.toordinal()


@pytest.fixture
def scene(module_database: SharedDatabase) -> Iterator[Scene]:
    made = Scene(module_database)
    yield made

    def forget(tx: Tx) -> None:
        for table in ("overrides", "former_rules", "attendees", "agenda", "outbox", "events"):
            tx.run(f"DELETE FROM {table} WHERE corp_id = :corp_id", corp_id=made.by.corp_id)

    module_database.write(forget)


MINE = "corp_id = :corp_id"
OF = "(SELECT calendar_id FROM calendars WHERE corp_id = :corp_id AND owner_id = :who)"
THIRD = "occurrence = '2026030300'"
STRANGE_PEOPLE = "people of their own in slot 2026030300, which nothing tells of"

DAMAGES = [
    pytest.param(
        f"UPDATE events SET starts_ms = starts_ms + 1 WHERE {MINE}",
        "",
        [BODY_DIFFERS],
        id="start of the event",
    ),
    pytest.param(
        f"UPDATE events SET ends_ms = ends_ms + 1 WHERE {MINE}", "", [BODY_DIFFERS], id="end of the event"
    ),
    pytest.param(
        f"UPDATE events SET until_ms = NULL WHERE {MINE}", "", [BODY_DIFFERS], id="end of the series"
    ),
    pytest.param(f"UPDATE events SET version = 99 WHERE {MINE}", "", [BODY_DIFFERS], id="version"),
    pytest.param(
        f"UPDATE agenda SET starts_ms = starts_ms - 1 WHERE {MINE}",
        "",
        [AT_ANOTHER_TIME],
        id="start in calendars",
    ),
    pytest.param(
        f"UPDATE agenda SET until_ms = NULL WHERE {MINE} AND calendar_id = {OF}",
        "bob",
        [AT_ANOTHER_TIME],
        id="end in one calendar",
    ),
    pytest.param(
        f"UPDATE agenda SET span_class = 0 WHERE {MINE} AND calendar_id = {OF}",
        "cat",
        [AT_ANOTHER_TIME],
        id="class of a span",
    ),
    pytest.param(
        f"DELETE FROM agenda WHERE {MINE} AND calendar_id = {OF}",
        "ann",
        ["1 of its people have it in no calendar"],
        id="not in the organizer's calendar",
    ),
    pytest.param(
        f"DELETE FROM agenda WHERE {MINE} AND calendar_id = {OF}",
        "cat",
        ["1 of its people have it in no calendar"],
        id="not in that of who is on one day",
    ),
    pytest.param(
        f"UPDATE agenda SET gone_ms = 1 WHERE {MINE} AND calendar_id <> {OF}",
        "ann",
        ["2 of its people have it in no calendar"],
        id="gone from calendars",
    ),
    pytest.param(
        f"DELETE FROM attendees WHERE {MINE} AND person_id = :who",
        "ann",
        ["its organizer is not on it", "1 calendars show it whose owners are not on it"],
        id="organizer not on it",
    ),
    pytest.param(
        f"DELETE FROM attendees WHERE {MINE} AND person_id = :who",
        "bob",
        ["1 calendars show it whose owners are not on it"],
        id="attendee not on it",
    ),
    pytest.param(
        f"DELETE FROM attendees WHERE {MINE} AND person_id = :who AND {THIRD}",
        "cat",
        ["1 calendars show it whose owners are not on it"],
        id="not on the one day",
    ),
    pytest.param(
        f"UPDATE attendees SET left_ms = 1 WHERE {MINE} AND person_id = :who",
        "bob",
        ["1 calendars show it whose owners are not on it"],
        id="left, and shown",
    ),
    pytest.param(
        f"UPDATE events SET deleted_ms = 1 WHERE {MINE}",
        "",
        ["deleted, and a calendar shows it"],
        id="deleted, and shown",
    ),
    pytest.param(
        f"UPDATE overrides SET starts_ms = NULL WHERE {MINE}",
        "",
        ["the exception in slot 2026030300 is found at another time than it is"],
        id="start of an exception",
    ),
    pytest.param(
        f"UPDATE overrides SET ends_ms = 5 WHERE {MINE}",
        "",
        ["the exception in slot 2026030300 is found at another time than it is"],
        id="end of an exception",
    ),
    pytest.param(
        f"UPDATE overrides SET occurrence = '2026040100' WHERE {MINE}",
        "",
        ["an exception in slot 2026040100, which its rule does not have", STRANGE_PEOPLE],
        id="exception on another day",
    ),
    pytest.param(
        f"DELETE FROM overrides WHERE {MINE}", "", [AT_ANOTHER_TIME, STRANGE_PEOPLE], id="exception lost"
    ),
]


@pytest.mark.parametrize(("statement", "who", "expected"), DAMAGES)
def test_damage_is_told(scene: Scene, statement: str, who: str, expected: list[str]):
    assert scene.findings() == []

    scene.sql(statement, **({"who": getattr(scene, who)} if who else {}))

    assert scene.findings() == expected


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE events SET starts_ms = 1, ends_ms = 2, until_ms = 3", id="event"),
        pytest.param("UPDATE events SET until_ms = NULL", id="end of the series"),
        pytest.param("UPDATE agenda SET starts_ms = starts_ms + 1, until_ms = NULL", id="calendars"),
        pytest.param("UPDATE agenda SET span_class = 5", id="class of spans"),
        pytest.param("UPDATE agenda SET start_cell = start_cell + 2", id="cell of starts"),
        pytest.param("UPDATE overrides SET starts_ms = NULL, ends_ms = NULL", id="exception"),
    ],
)
def test_spans_are_mended(scene: Scene, statement: str):
    scene.sql(f"{statement} WHERE {MINE}")
    assert scene.findings()

    scene.shared.write(derived.derive)

    assert scene.findings() == []


def test_a_tombstone_that_lies_elsewhere_is_no_damage(scene: Scene):
    scene.delete(scene.bob, scene.id)
    scene.sql(f"UPDATE agenda SET starts_ms = 1 WHERE {MINE} AND gone_ms IS NOT NULL")

    assert scene.findings() == []


def cat_joins(scene: Scene) -> None:
    scene.update(scene.id, EventChange(attendees=(GivenAttendee(id=scene.cat),)))


def split(scene: Scene) -> None:
    fifth = Slot(scene.third.day + 2).id_in(scene.id)
    scene.update(fifth, EventChange(summary="Later", attendees=()), scope="following")


CHANGES: list[Callable[[Scene], None]] = [
    pytest.param(lambda it: it.delete(it.ann, it.id), id="deleted"),
    pytest.param(lambda it: it.delete(it.bob, it.id), id="attendee left"),
    pytest.param(lambda it: it.delete(it.bob, it.third.id_in(it.id)), id="attendee left one day"),
    # Was left in the calendar of somebody who had no occurrence any more.
    pytest.param(lambda it: it.delete(it.cat, it.third.id_in(it.id)), id="left the only day"),
    pytest.param(
        lambda it: it.delete(it.cat, it.third.id_in(it.id), "all"), id="left all through the only day"
    ),
    pytest.param(lambda it: it.delete(it.ann, it.third.id_in(it.id)), id="the moved day deleted"),
    pytest.param(
        lambda it: it.delete(it.ann, Slot(it.third.day - 1).id_in(it.id), "following"), id="ended before it"
    ),
    pytest.param(
        lambda it: it.update(it.third.id_in(it.id), EventChange(when=at("2026-03-03T09:00"), attendees=())),
        id="moved back, its people taken off",
    ),
    pytest.param(
        lambda it: it.update(it.id, EventChange(when=at("2026-03-04T10:00"))), id="begins after the moved day"
    ),
    pytest.param(cat_joins, id="on one day, then on the whole"),
    pytest.param(split, id="split"),
]


@pytest.mark.parametrize("change", CHANGES)
def test_honest_changes_are_no_damage(scene: Scene, change: Callable[[Scene], None]):
    change(scene)

    assert [line for line in scene.shared.read(derived.check) if scene.by.corp_id in line] == []


def test_who_left_and_is_put_on_one_day_again_sees_it(scene: Scene):
    """Was in no calendar: who had left the whole counted as being on it."""
    third = scene.third.id_in(scene.id)
    scene.delete(scene.bob, scene.id)
    scene.update(third, EventChange(attendees=(GivenAttendee(id=scene.cat),)))
    scene.update(third, EventChange(attendees=tuple(map(given, (scene.bob, scene.cat)))))

    place = Place(scene.bob, events.PRIMARY)
    seen = scene.shared.read(lambda tx: events.get_event(tx, scene.by, place, third, shown=9))

    assert seen.event.id == third
    assert scene.findings() == []


def given(person_id: str) -> GivenAttendee:
    return GivenAttendee(id=person_id)
