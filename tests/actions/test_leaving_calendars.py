"""Somebody leaves: what they share and are shared ends, their subscribed calendars pass on or go (decision 86)."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import Any

import pytest

from rili.actions import acls, calendars, derived, directory, events, plugins, subscribed, subscriptions
from rili.actions.access import PRIMARY, Place, Target, calendar_of, find_to_read, reach
from rili.actions.lists import Asked, list_events
from rili.auth.callers import Caller
from rili.errors import InvalidParameter, ItemNotFound
from rili.model import scopes
from rili.model.event import EventChange
from rili.model.moment import parse_date_time
from rili.model.recurrence import GivenPattern, GivenRange, GivenRecurrence
from rili.model.subscribed import CalendarChange, GivenScope
from rili.model.when import GivenTime, GivenWhen
from rili.store.db import Tx
from rili.store.plugins import Plugin
from tests.people import NOW_MS, SharedDatabase, add_app, add_organisation, add_user

NAMES = ("ann", "bob", "cat", "dan")
DAY_MS = 86_400_000


class Scene:
    """Ann's calendar, which bob and cat manage and dan subscribes; ann and dan share theirs with each other."""

    def __init__(self, shared: SharedDatabase) -> None:
        self.shared = shared

        def seed(tx: Tx) -> None:
            self.corp_id = add_organisation(tx)
            self.ids = {name: add_user(tx, self.corp_id, name).union_id for name in NAMES}
            app, _ = add_app(tx, self.corp_id)
            self.by = Caller(
                corp_id=self.corp_id, app_key=app.app_key, kind=app.kind, scopes=scopes.ALL, now_ms=NOW_MS
            )
            managers = (self.ids["bob"], self.ids["cat"])
            change = CalendarChange(
                name="Holidays", managers=managers, scope=GivenScope(corp_ids=(self.corp_id,))
            )
            self.calendar = subscribed.create_subscribed_calendar(
                tx, self.by, self.ids["ann"], change, new_bytes=os.urandom
            ).calendar_id
            subscriptions.subscribe_calendar(tx, self.by, self.ids["dan"], self.calendar)
            for owner, person in (("ann", "dan"), ("dan", "ann")):
                acls.create_acl(
                    tx, self.by, Place(self.ids[owner], PRIMARY), self.ids[person], "reader",
                    tells=False, new_bytes=os.urandom,
                )  # fmt: skip
            plugins.add_plugin(tx, self.corp_id, Plugin("p", "Plugin"), now_ms=NOW_MS)
            plugins.update_subscribers(tx, self.by, "p", [self.ids["ann"], self.ids["dan"]], ["1"])
            draft = EventChange(
                when=at("2026-01-01T10:00"), summary="Day off",
                recurrence=GivenRecurrence(GivenPattern("daily"), GivenRange(number_of_occurrences=3)),
            )  # fmt: skip
            self.event_id = events.create_event(
                tx, self.by, self.place("cat"), draft, rules="lenient", new_bytes=os.urandom
            ).event.id

        shared.write(seed)

    def place(self, name: str) -> Place:
        return Place(self.ids[name], self.calendar)

    def leave(self, *names: str) -> None:
        def act(tx: Tx) -> None:
            for name in names:
                directory.remove_user(tx, self.corp_id, name, now_ms=NOW_MS)

        self.shared.write(act)

    def calendars(self, name: str) -> list[tuple[str, str]]:
        found = self.shared.read(lambda tx: calendars.list_calendars(tx, self.by, self.ids[name]))
        return [(one.type, one.privilege) for one in found]

    def organizer(self, name: str) -> str:
        """Of the event, as somebody reads it."""
        seen = self.shared.read(
            lambda tx: events.get_event(tx, self.by, self.place(name), self.event_id, shown=9)
        )
        assert [one.person_id for one in seen.people] == [seen.event.organizer_id]
        return next(name for name, id_ in self.ids.items() if id_ == seen.event.organizer_id)

    def findings(self) -> list[str]:
        return [line for line in self.shared.read(derived.check) if self.corp_id in line]


def at(text: str) -> GivenWhen:
    start, end = (
        GivenTime(date_time=parse_date_time(one, "test"), zone="Asia/Shanghai")
        for one in (text, text.replace(":00", ":30"))
    )
    return GivenWhen(start, end, False)


@pytest.fixture
def scene(shared_database: SharedDatabase) -> Scene:
    return Scene(shared_database)


def test_before(scene: Scene) -> None:
    assert scene.organizer("dan") == "ann"
    assert scene.calendars("ann") == [("primary", "owner"), ("subscribed", "owner"), ("shared", "reader")]
    assert scene.findings() == []


def test_what_is_not_reached_is_not_there(scene: Scene) -> None:
    """An action that forgot `reach` finds no calendar but the path user's own; `primary` costs it no question."""
    nothing: Any = None
    own = Place(scene.ids["dan"], PRIMARY)
    assert reach(nothing, scene.by, own, "owner") == (scene.by, own)

    for look in (calendar_of, lambda tx, by, place: find_to_read(tx, by, place, Target(scene.event_id))):
        for name in ("ann", "bob", "dan"):
            with pytest.raises(ItemNotFound, match=r"Calendar does not exist\."):
                scene.shared.read(lambda tx: look(tx, scene.by, scene.place(name)))  # noqa: B023


def test_it_passes_to_the_first_manager(scene: Scene) -> None:
    token = scene.shared.read(lambda tx: list_events(tx, scene.by, scene.place("dan"), Asked())).sync
    assert token is not None

    scene.leave("ann")

    assert scene.organizer("dan") == "bob"
    assert scene.calendars("bob") == [("primary", "owner"), ("subscribed", "owner")]
    assert scene.calendars("dan") == [("primary", "owner"), ("subscribed", "reader")]
    found = scene.shared.read(
        lambda tx: subscribed.get_subscribed_calendar(tx, scene.by, scene.ids["cat"], scene.calendar)
    )
    assert (found.author_id, found.managers) == (scene.ids["bob"], (scene.ids["cat"],))
    told = scene.shared.read(lambda tx: list_events(tx, scene.by, scene.place("dan"), Asked(cursor=token)))
    assert len(told.items) == 1  # what is due
    scene.shared.write(
        lambda tx: events.update_event(
            tx, scene.by, scene.place("bob"), scene.event_id, EventChange(summary="Changed"), rules="lenient",
            new_bytes=os.urandom,
        )
    )  # fmt: skip
    assert scene.findings() == []
    scene.leave("bob")
    assert scene.organizer("dan") == "cat"
    assert scene.findings() == []


def test_without_a_manager_it_goes(scene: Scene) -> None:
    scene.leave("bob", "cat", "ann")

    assert scene.calendars("dan") == [("primary", "owner")]
    with pytest.raises(ItemNotFound, match=r"Calendar does not exist\."):
        scene.organizer("dan")
    with pytest.raises(InvalidParameter, match="calendarId invalid"):
        scene.shared.write(
            lambda tx: subscriptions.subscribe_calendar(tx, scene.by, scene.ids["dan"], scene.calendar)
        )
    assert scene.findings() == []


def test_grants_and_subscriptions_end(scene: Scene) -> None:
    scene.leave("dan")

    assert scene.calendars("ann") == [("primary", "owner"), ("subscribed", "owner")]
    shared = scene.shared.read(lambda tx: acls.list_acls(tx, scene.by, Place(scene.ids["ann"], PRIMARY)))
    assert shared == []
    (plugin,) = scene.shared.read(lambda tx: plugins.list_plugins(tx, scene.corp_id))
    assert (plugin.union_ids, plugin.dept_ids) == ((scene.ids["ann"],), ("1",))
    assert scene.findings() == []


def test_a_department_that_is_gone_has_no_plugin(scene: Scene) -> None:
    def act(tx: Tx) -> None:
        directory.add_department(tx, scene.corp_id, 2, "Two", now_ms=NOW_MS)
        plugins.update_subscribers(tx, scene.by, "p", [], ["1", "2"])
        directory.remove_department(tx, scene.corp_id, 2, now_ms=NOW_MS)

    scene.shared.write(act)

    (plugin,) = scene.shared.read(lambda tx: plugins.list_plugins(tx, scene.corp_id))
    assert plugin.dept_ids == ("1",)


LEFT = "UPDATE users SET active = 0 WHERE corp_id = :corp_id AND userid = "
DAMAGES = [
    pytest.param(
        LEFT + "'dan'",
        ["a grant to somebody who left", "a subscription of somebody who left"],
        id="somebody left, and nothing ended",
    ),
    pytest.param(LEFT + "'cat'", ["a manager who left"], id="a manager left"),
    pytest.param(
        LEFT + "'ann'",
        ["a grant to somebody who left", "a subscription of somebody who left", "an author who left"],
        id="the author left",
    ),
    pytest.param(
        "DELETE FROM subscribed_calendars WHERE corp_id = :corp_id", ["no settings"], id="settings lost"
    ),
    pytest.param(
        "UPDATE calendars SET kind = 'deleted' WHERE corp_id = :corp_id AND kind = 'subscribed'",
        [
            "a manager, and it is no subscribed calendar",
            "a subscription, and it is no subscribed calendar",
            "settings, and it is no subscribed calendar",
        ],
        id="deleted, and used",
    ),
    pytest.param(
        "UPDATE calendars SET kind = 'deleted' WHERE corp_id = :corp_id AND kind = 'primary'",
        ["a grant, and it is no primary calendar"],
        id="a grant of another calendar",
    ),
    pytest.param(
        """
        UPDATE calendars
           SET owner_id = (SELECT union_id FROM users WHERE corp_id = calendars.corp_id AND userid = 'bob')
         WHERE corp_id = :corp_id AND kind = 'subscribed'
        """,
        ["of a subscribed calendar, and not in that of its organizer alone"],
        id="another author",
    ),
    pytest.param(
        "UPDATE events SET body = REPLACE(body, ',\"subscribed\":true', '') WHERE corp_id = :corp_id",
        ["a subscribed calendar shows it, and people may attend it"],
        id="an event that may be attended",
    ),
]


@pytest.mark.parametrize(("statement", "said"), DAMAGES)
def test_the_doctor_sees(scene: Scene, statement: str, said: list[str]) -> None:
    def damage(tx: Tx) -> None:
        assert tx.run(statement, corp_id=scene.corp_id)
        found.extend(line.partition(": ")[2] for line in derived.check(tx) if scene.corp_id in line)
        raise Undone

    found: list[str] = []
    with pytest.raises(Undone):
        scene.shared.write(damage)

    assert {*said} <= {*found}
    assert scene.findings() == []


class Undone(Exception):
    """Rolls the damage back."""


def test_two_at_once(scene: Scene) -> None:
    """A calendar is deleted while a manager fills it: what was made is deleted with it, or was never made."""

    def make(tx: Tx) -> str:
        return events.create_event(
            tx, scene.by, scene.place("bob"), EventChange(when=at("2026-01-02T10:00"), summary="x"),
            rules="lenient", new_bytes=os.urandom,
        ).event.id  # fmt: skip

    def delete(tx: Tx) -> None:
        subscribed.delete_subscribed_calendar(tx, scene.by, scene.ids["ann"], scene.calendar)

    async def both() -> list[object]:
        actions: list[Callable[[Tx], object]] = [make, delete, make, make]
        return await asyncio.gather(*(scene.shared.db.write(one) for one in actions), return_exceptions=True)

    found = scene.shared.run(both())

    assert found[1] is None
    assert {type(one) for one in found} <= {str, type(None), ItemNotFound}
    live = scene.shared.read(
        lambda tx: tx.all(
            "SELECT id FROM events WHERE corp_id = :corp_id AND deleted_ms IS NULL", corp_id=scene.corp_id
        )
    )
    assert live == []
