"""An organisation with apps that are told of what happens in it, and what they were told."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import msgspec

from rili.actions import authorizations, events
from rili.actions.app_range import set_range
from rili.actions.events import PRIMARY, Place
from rili.auth.callers import Caller
from rili.delivery.apps import Apps
from rili.delivery.duty import Duty
from rili.delivery.handing_out import HandingOut
from rili.delivery.reading import Reading
from rili.model import scopes
from rili.model.app_kinds import ENTERPRISE, INTERNAL, AppKind
from rili.model.directory import Range, User
from rili.model.event import EventChange
from rili.model.people import GivenAttendee
from rili.model.recurrence import GivenPattern, GivenRange, GivenRecurrence
from rili.model.when import GivenWhen
from rili.store import organisations, push_settings
from rili.store.db import Tx
from rili.store.deliveries import Channel
from rili.store.push_settings import PushSettings
from tests.model.make import given_time
from tests.people import NOW_MS, SharedDatabase, add_app, add_organisation, add_user

Told = tuple[str, str, dict[str, Any]]
"""The name of the event, its subject and its body."""

DAILY = GivenRecurrence(GivenPattern(type="daily"), GivenRange(type="endDate", end_date="2026-03-14"))
"""Five days from 2026-03-10 on."""


def hour(start: str) -> GivenWhen:
    """*start* is like 03-10T14:00, of 2026, in Shanghai."""
    day, _, clock = start.partition("T")
    end = f"{int(clock[:2]) + 1:02d}{clock[2:]}"
    zone = "Asia/Shanghai"
    return GivenWhen(given_time(f"2026-{start}", zone), given_time(f"2026-{day}T{end}", zone))


class Corp:
    """An organisation of the test's own: ann organises, bob and cid attend; all in the root department."""

    def __init__(self, database: SharedDatabase) -> None:
        self.database = database
        self.receivers: dict[str, str] = {}
        """App keys by the tests' names for them."""

        def make(tx: Tx) -> tuple[str, list[User], str]:
            corp_id = add_organisation(tx)
            people = [add_user(tx, corp_id, userid, name=userid.title()) for userid in ("ann", "bob", "cid")]
            writer, _ = add_app(tx, corp_id)
            return corp_id, people, writer.app_key

        self.corp_id, people, self.writer = database.write(make)
        self.ann, self.bob, self.cid = (one.union_id for one in people)
        self.place = Place(self.ann, PRIMARY)

    @property
    def by(self) -> Caller:
        return Caller(
            corp_id=self.corp_id, app_key=self.writer, kind=INTERNAL, scopes=scopes.ALL, now_ms=NOW_MS
        )

    def listen(
        self,
        name: str = "app",
        *event_types: str,
        kind: AppKind = INTERNAL,
        channel: Channel = "http",
        points: frozenset[str] = scopes.ALL,
        granted: frozenset[str] | None = None,
        within: Range | None = None,
    ) -> str:
        """An app that is told of *event_types*, or all; an enterprise app has *granted* here, or all of its points."""

        def add(tx: Tx) -> str:
            home = add_organisation(tx) if kind == ENTERPRISE else self.corp_id
            app, _ = add_app(tx, home, points, kind)
            if kind == ENTERPRISE:
                authorizations.authorize(tx, app.app_key, self.corp_id, granted, now_ms=NOW_MS)
            if within is not None:
                set_range(tx, self.corp_id, app.app_key, within, now_ms=NOW_MS)
            settings = PushSettings(
                app_key=app.app_key, channel=channel, event_types=frozenset(event_types), created_ms=NOW_MS
            )
            push_settings.put(tx, settings)
            return app.app_key

        self.receivers[name] = self.database.write(add)
        return self.receivers[name]

    def deaf(self, name: str = "app") -> None:
        """It is told of nothing more; the database is shared with other tests."""
        self.database.write(lambda tx: push_settings.remove(tx, self.receivers[name]))

    def do(self, action: Any, *given: Any, **named: Any) -> Any:
        """In a transaction of its own."""
        return self.database.write(lambda tx: action(tx, *given, **named))

    def create(self, *attendees: str, **named: Any) -> str:
        """An event of Ann's at 14:00 on 2026-03-10; its id."""
        named = {"summary": "Review", "when": hour("03-10T14:00")} | named
        draft = EventChange(attendees=tuple(GivenAttendee(id=one) for one in attendees), **named)
        seen = self.do(
            events.create_event, self.by, self.place, draft, rules="documented", new_bytes=os.urandom
        )
        return seen.event.id

    def update(self, event_id: str, change: EventChange, **named: Any) -> Any:
        return self.do(
            events.update_event, self.by, self.place, event_id, change,
            rules="documented", new_bytes=os.urandom, **named,
        )  # fmt: skip

    def deliver(self) -> None:
        """Hand on all that happened."""
        db = self.database.db
        duties: list[Duty] = [
            Reading(db, Apps(lambda: NOW_MS, os.urandom)),
            HandingOut(db, lambda: NOW_MS, os.urandom),
        ]

        async def steps() -> None:
            while any([await duty.step() for duty in duties]):
                pass

        self.database.run(steps())

    def told(self, name: str = "app") -> list[Told]:
        """What the app was told since it was last asked."""
        self.deliver()
        receiver = {"corp_id": self.corp_id, "receiver": self.receivers[name]}
        sql = "WHERE corp_id = :corp_id AND receiver = :receiver"

        def take(tx: Tx) -> list[Told]:
            rows = tx.all(
                f"SELECT event_type, subject, body FROM deliveries {sql} ORDER BY number", **receiver
            )
            tx.run(f"DELETE FROM deliveries {sql}", **receiver)
            return [(event_type, subject, msgspec.json.decode(body)) for event_type, subject, body in rows]

        return self.database.write(take)

    def erase(self) -> None:
        for name in self.receivers:
            self.deaf(name)
        self.database.write(lambda tx: organisations.erase(tx, self.corp_id))


def bodies(told: Iterable[Told], event_type: str) -> list[dict[str, Any]]:
    return [body for name, _, body in told if name == event_type]
