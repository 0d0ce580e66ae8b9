"""Somebody leaves the organisation: what becomes of the events they organise, and of their answers (decision 69)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from rili.actions import derived, directory, events
from rili.actions.events import Place
from rili.auth.callers import Caller
from rili.errors import InstanceNotExist, ItemNotFound
from rili.model import scopes
from rili.model.event import EventChange
from rili.model.moment import parse_date_time
from rili.model.people import GivenAttendee
from rili.model.recurrence import GivenPattern, GivenRange, GivenRecurrence
from rili.model.series import Slot
from rili.model.when import GivenTime, GivenWhen
from rili.store import attendees
from rili.store.db import Tx
from tests.people import NOW_MS, SharedDatabase, add_app, add_organisation, add_user

NAMES = ("ann", "bob", "cat", "dan")
DAY_MS = 86_400_000
DAILY = GivenRecurrence(GivenPattern("daily"), GivenRange(number_of_occurrences=3))
ENDLESS = GivenRecurrence(GivenPattern("daily"), GivenRange(type="noEnd"))


class Scene:
    """Four colleagues; ann leaves on 2026-03-10, 10:30 there."""

    LEAVES_MS = 1_773_109_800_000

    def __init__(self, shared: SharedDatabase) -> None:
        self.shared = shared

        def seed(tx: Tx) -> None:
            self.corp_id = add_organisation(tx)
            self.ids = {name: add_user(tx, self.corp_id, name).union_id for name in NAMES}
            app, _ = add_app(tx, self.corp_id)
            self.by = Caller(
                corp_id=self.corp_id, app_key=app.app_key, kind=app.kind, scopes=scopes.ALL, now_ms=NOW_MS
            )

        shared.write(seed)

    def place(self, name: str) -> Place:
        return Place(self.ids[name], events.PRIMARY)

    def make(
        self, text: str, people: Sequence[str], *, by: str = "ann", recurrence: Any = msgspec.UNSET
    ) -> str:
        given = tuple(
            GivenAttendee(email=name) if "@" in name else GivenAttendee(id=self.ids[name]) for name in people
        )
        draft = EventChange(when=at(text), summary="Plan", attendees=given, recurrence=recurrence)
        return self.shared.write(
            lambda tx: events.create_event(
                tx, self.by, self.place(by), draft, rules="lenient", new_bytes=os.urandom
            )
        ).event.id

    def decline(self, name: str, event_id: str) -> None:
        self.shared.write(
            lambda tx: tx.run(
                "UPDATE attendees SET response = 'declined' WHERE event_id = :event_id AND person_id = :person_id",
                event_id=event_id,
                person_id=self.ids[name],
            )
        )

    def delete(self, name: str, event_id: str) -> None:
        self.shared.write(
            lambda tx: events.delete_event(tx, self.by, self.place(name), event_id, switches={})
        )

    def leave(self, name: str = "ann") -> None:
        self.shared.write(lambda tx: directory.remove_user(tx, self.corp_id, name, now_ms=self.LEAVES_MS))

    def people(self, event_id: str) -> list[tuple[str, str]]:
        """Names and answers, in order."""
        found = self.shared.read(lambda tx: attendees.of_event(tx, self.corp_id, event_id))
        return [(one.name, one.response) for one in found]

    def see(self, name: str, event_id: str) -> Any:
        return self.shared.read(
            lambda tx: events.get_event(tx, self.by, self.place(name), event_id, shown=100)
        )

    def organizer(self, event_id: str) -> str:
        body, column = self.shared.read(
            lambda tx: tx.one(
                """
                SELECT body, owner_id FROM events
                  JOIN calendars ON calendars.corp_id = events.corp_id AND calendars.calendar_id = events.calendar_id
                 WHERE events.corp_id = :corp_id AND id = :id
                """,
                corp_id=self.corp_id,
                id=event_id,
            )
        )
        organizer_id = msgspec.json.decode(body)["organizer_id"]
        assert organizer_id == column
        return next(name for name, id_ in self.ids.items() if id_ == organizer_id)

    def last_change(self, event_id: str) -> tuple[str, dict[str, Any]]:
        rows = self.shared.read(
            lambda tx: tx.all(
                "SELECT kind, body FROM outbox WHERE corp_id = :corp_id AND event_id = :id ORDER BY change_no",
                corp_id=self.corp_id,
                id=event_id,
            )
        )
        return rows[-1][0], msgspec.json.decode(rows[-1][1])

    def findings(self) -> list[str]:
        found = self.shared.read(derived.check)
        return [line for line in found if self.corp_id in line]


def at(text: str) -> GivenWhen:
    start = parse_date_time(f"2026-{text}:00", "test")
    end = parse_date_time(f"2026-{text[:6]}{int(text[6:8]) + 1:02}{text[8:]}:00", "test")
    return GivenWhen(
        GivenTime(date_time=start, zone="Asia/Shanghai"), GivenTime(date_time=end, zone="Asia/Shanghai")
    )


@pytest.fixture
def scene(shared_database: SharedDatabase) -> Scene:
    return Scene(shared_database)


@pytest.mark.parametrize(
    ("start", "recurrence"),
    [
        pytest.param("03-11T10:00", msgspec.UNSET, id="tomorrow"),
        pytest.param("03-10T10:00", msgspec.UNSET, id="it runs at this moment"),
        pytest.param("03-09T10:00", DAILY, id="a series with occurrences to come"),
        pytest.param("03-01T10:00", ENDLESS, id="a series without end"),
    ],
)
def test_what_is_not_over_passes_on(scene: Scene, start: str, recurrence: Any):
    event_id = scene.make(start, ["bob", "cat"], recurrence=recurrence)

    scene.leave()

    assert scene.organizer(event_id) == "bob"
    assert scene.people(event_id) == [("bob", "accepted"), ("ann", "accepted"), ("cat", "needsAction")]
    assert scene.see("cat", event_id).event.organizer_id == scene.ids["bob"]
    kind, change = scene.last_change(event_id)
    assert (kind, change["app_key"], change["operator_id"]) == ("update", "", scene.ids["ann"])
    assert scene.findings() == []


@pytest.mark.parametrize(
    ("start", "recurrence"),
    [
        pytest.param("03-09T10:00", msgspec.UNSET, id="yesterday"),
        pytest.param("03-10T09:00", msgspec.UNSET, id="it ended before"),
        pytest.param("03-01T10:00", DAILY, id="a series that is over"),
    ],
)
def test_what_is_over_stays(scene: Scene, start: str, recurrence: Any):
    event_id = scene.make(start, ["bob"], recurrence=recurrence)

    scene.leave()

    assert scene.organizer(event_id) == "ann"
    assert scene.see("bob", event_id).event.organizer_id == scene.ids["ann"]
    assert scene.last_change(event_id)[0] == "create"
    assert scene.findings() == []


def test_the_new_organizer_may_change_it(scene: Scene):
    event_id = scene.make("03-11T10:00", ["bob"])
    scene.leave()

    def rename(tx: Tx) -> Any:
        return events.update_event(
            tx, scene.by, scene.place("bob"), event_id, EventChange(summary="Mine"), rules="lenient",
            new_bytes=os.urandom,
        )  # fmt: skip

    scene.shared.write(rename)

    assert scene.see("bob", event_id).event.summary == "Mine"
    assert scene.findings() == []


def test_who_declined_or_took_it_off_or_is_a_guest_is_passed_over(scene: Scene):
    event_id = scene.make("03-11T10:00", ["guest@example.com", "bob", "cat", "dan"])
    scene.decline("bob", event_id)
    scene.delete("cat", event_id)

    scene.leave()

    assert scene.organizer(event_id) == "dan"
    assert scene.people(event_id) == [
        ("dan", "accepted"), ("ann", "accepted"), ("guest@example.com", "needsAction"), ("bob", "declined"),
        ("cat", "declined"),
    ]  # fmt: skip
    assert scene.findings() == []


@pytest.mark.parametrize("people", [[], ["guest@example.com"], ["bob"]], ids=["alone", "a guest", "declined"])
def test_without_a_colleague_it_is_deleted_for_everybody(scene: Scene, people: list[str]):
    event_id = scene.make("03-11T10:00", people)
    if "bob" in people:
        scene.decline("bob", event_id)

    scene.leave()

    kind, change = scene.last_change(event_id)
    assert (kind, len(change["recipients"])) == ("delete", len(people) + 1)
    if "bob" in people:
        with pytest.raises(InstanceNotExist):
            scene.see("bob", event_id)
    assert scene.findings() == []


def test_it_passes_on_again(scene: Scene):
    event_id = scene.make("03-11T10:00", ["bob", "cat"])

    scene.leave("ann")
    scene.leave("bob")

    assert scene.organizer(event_id) == "cat"
    assert [name for name, _ in scene.people(event_id)] == ["cat", "bob", "ann"]
    scene.leave("cat")
    assert scene.last_change(event_id)[0] == "delete"
    assert scene.findings() == []


def test_who_leaves_keeps_the_answers_given_elsewhere(scene: Scene):
    event_id = scene.make("03-11T10:00", ["ann", "cat"], by="bob")
    scene.decline("ann", event_id)

    scene.leave()

    assert scene.people(event_id) == [("bob", "accepted"), ("ann", "declined"), ("cat", "needsAction")]
    assert scene.organizer(event_id) == "bob"
    with pytest.raises(ItemNotFound):
        scene.see("ann", event_id)
    assert scene.findings() == []


def test_the_new_organizer_is_on_every_occurrence(scene: Scene):
    event_id = scene.make("03-11T10:00", ["bob", "cat"], recurrence=DAILY)
    second = _occurrences(scene, event_id)[1]
    scene.delete("bob", second)

    scene.leave()

    seen = scene.see("bob", second)
    assert [(one.name, one.response) for one in seen.people][:1] == [("bob", "accepted")]
    assert scene.findings() == []


def test_a_sync_of_those_who_stay_tells_of_it(scene: Scene):
    event_id = scene.make("03-11T10:00", ["bob", "cat"])
    before = _change_no(scene, event_id, "cat")

    scene.leave()

    assert _change_no(scene, event_id, "cat") > before
    assert _change_no(scene, event_id, "bob") > before


def _change_no(scene: Scene, event_id: str, name: str) -> int:
    row = scene.shared.read(
        lambda tx: tx.one(
            """
            SELECT whole_change_no FROM agenda
              JOIN calendars ON calendars.corp_id = agenda.corp_id AND calendars.calendar_id = agenda.calendar_id
             WHERE agenda.corp_id = :corp_id AND event_id = :event_id AND owner_id = :owner_id AND gone_ms IS NULL
            """,
            corp_id=scene.corp_id,
            event_id=event_id,
            owner_id=scene.ids[name],
        )
    )
    number: int = row[0]
    return number


def _occurrences(scene: Scene, event_id: str) -> list[str]:
    day = scene.see("bob", event_id).event.when.start.wall.date()
    return [Slot(day.toordinal() + number).id_in(event_id) for number in range(3)]
