"""An organisation whose people are in several zones, a clock, and a worker that reminds them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

import msgspec

from rili.actions import attendees, directory, events, register
from rili.actions.events import Place, Scope
from rili.auth.callers import Caller
from rili.delivery.reading import Reading
from rili.delivery.reminders import ReminderReader, Reminders
from rili.model import scopes
from rili.model.app_kinds import INTERNAL
from rili.model.directory import ROOT_DEPT_ID, Department, OrganisationChange, UserChange
from rili.model.event import EventChange, Reminder
from rili.model.moment import parse_date_time
from rili.model.people import GivenAttendee, Response
from rili.model.recurrence import GivenPattern, GivenRange, GivenRecurrence
from rili.model.when import GivenTime, GivenWhen
from rili.store import departments
from rili.store.db import Database, Tx
from tests.delivery.conftest import CORP
from tests.model.repeating import ms
from tests.people import add_user

T = TypeVar("T")

ZONES = {"ann": None, "bob": "Europe/Berlin", "cat": "America/New_York", "dan": "Australia/Lord_Howe"}
"""By userid; None is the organisation's, Asia/Shanghai."""


class Told(NamedTuple):
    """One notification: when, who, of what."""

    at: str
    who: str
    event_id: str
    slot: str
    minutes: int
    late: bool


class Office:
    """*run* is the event loop; the clock stands at *now* (UTC) until a test moves it."""

    def __init__(self, db: Database, run: Callable[..., Any], now: str, *, mail: bool = False) -> None:
        self.db, self.run, self.mail = db, run, mail
        self.now_ms = ms(now)
        root = Department(corp_id=CORP, dept_id=ROOT_DEPT_ID, parent_id=None, name="Delivery")
        self.write(lambda tx: departments.add(tx, root))
        self.people = {
            userid: self.write(
                lambda tx, userid=userid, zone=zone: add_user(
                    tx, CORP, userid, zone=zone, email=f"{userid}@example.com"
                )
            ).union_id
            for userid, zone in ZONES.items()
        }
        self.names = {union_id: userid for userid, union_id in self.people.items()}
        self.restart()

    def restart(self) -> None:
        """Other objects do what the worker's did."""
        self.reading = Reading(self.db, ReminderReader())
        self.reminding = Reminders(self.db, lambda: self.now_ms, mail=self.mail)

    def write(self, action: Callable[[Tx], T]) -> T:
        return self.run(self.db.write(action))

    def read(self, query: Callable[[Tx], T]) -> T:
        return self.run(self.db.read(query))

    def follow(self) -> None:
        """The reader reads what changed."""
        while self.run(self.reading.step()):
            pass

    def work(self, now: str | None = None) -> None:
        """All that is to be done by then, by two workers at once."""
        if now is not None:
            self.now_ms = ms(now)
        self.follow()
        self.run(self._fire())

    async def _fire(self) -> None:
        other = Reminders(self.db, lambda: self.now_ms, mail=self.mail)
        while any(await asyncio.gather(self.reminding.step(), other.step())):
            pass

    def create(self, who: str, draft: EventChange) -> str:
        place = Place(self.people[who], events.PRIMARY)
        return self.write(
            lambda tx: events.create_event(
                tx, self._by(), place, draft, rules="lenient", new_bytes=os.urandom
            )
        ).event.id

    def update(self, who: str, event_id: str, change: EventChange, scope: Scope | None = None) -> None:
        place = Place(self.people[who], events.PRIMARY)
        self.write(
            lambda tx: events.update_event(
                tx, self._by(), place, event_id, change, scope=scope, rules="lenient", new_bytes=os.urandom
            )
        )

    def delete(self, who: str, event_id: str, scope: Scope | None = None) -> None:
        place = Place(self.people[who], events.PRIMARY)
        self.write(lambda tx: events.delete_event(tx, self._by(), place, event_id, scope=scope, switches={}))

    def respond(self, who: str, event_id: str, response: Response) -> None:
        place = Place(self.people[who], events.PRIMARY)
        self.write(lambda tx: attendees.respond_event(tx, self._by(), place, event_id, response))

    def invite(self, who: str, event_id: str, *others: str) -> None:
        place, given = Place(self.people[who], events.PRIMARY), self.given(*others)
        self.write(
            lambda tx: attendees.add_attendees(
                tx, self._by(), place, event_id, given, new_bytes=os.urandom, switches={}
            )
        )

    def uninvite(self, who: str, event_id: str, *others: str) -> None:
        place, given = Place(self.people[who], events.PRIMARY), self.given(*others)
        self.write(lambda tx: attendees.remove_attendees(tx, self._by(), place, event_id, given))

    def move_person(self, who: str, zone: str | None) -> None:
        self.write(
            lambda tx: directory.set_user(tx, CORP, who, UserChange(zone=zone), None, now_ms=self.now_ms)
        )

    def move_organisation(self, zone: str) -> None:
        self.write(
            lambda tx: register.set_organisation(
                tx, CORP, OrganisationChange(zone=zone, language="en_US"), now_ms=self.now_ms
            )
        )

    def given(self, *userids: str) -> tuple[GivenAttendee, ...]:
        return tuple(GivenAttendee(id=self.people[userid]) for userid in userids)

    def told(self) -> list[Told]:
        """Every notification, in the order of time."""
        rows = self.read(
            lambda tx: tx.all(
                "SELECT created_ms, person_id, body FROM notifications WHERE corp_id = :corp_id", corp_id=CORP
            )
        )
        found: list[Told] = []
        for created_ms, person_id, body in rows:
            notice = msgspec.json.decode(body)
            assert notice["kind"] == "reminder"
            found.append(
                Told(
                    at_text(created_ms),
                    self.names[person_id],
                    notice["event"]["id"],
                    notice.get("occurrence", ""),
                    notice["minutes"],
                    notice.get("late", False),
                )
            )
        return sorted(found)

    def mailed_once(self) -> bool:
        """Whether each notification has one mail, under its id."""
        mails = self.read(lambda tx: tx.all("SELECT id FROM deliveries WHERE channel = 'mail' ORDER BY id"))
        return mails == self.read(lambda tx: tx.all("SELECT id FROM notifications ORDER BY id"))

    def rows(self) -> int:
        """How many firings wait."""
        sql = "SELECT COUNT(*) FROM reminders WHERE corp_id = :corp_id"
        return self.read(lambda tx: tx.all(sql, corp_id=CORP))[0][0]

    def _by(self) -> Caller:
        return Caller(corp_id=CORP, app_key="app", kind=INTERNAL, scopes=scopes.ALL, now_ms=self.now_ms)


def at_text(epoch_ms: int) -> str:
    return f"{datetime.fromtimestamp(epoch_ms / 1000, UTC):%Y-%m-%dT%H:%M}"


def timed(start: str, end: str, zone: str = "Asia/Shanghai") -> GivenWhen:
    first, last = (GivenTime(date_time=parse_date_time(one, "test"), zone=zone) for one in (start, end))
    return GivenWhen(first, last, False)


def whole_day(start: str, end: str | None = None) -> GivenWhen:
    first, last = (GivenTime(date=datetime.fromisoformat(one).date()) for one in (start, end or start))
    return GivenWhen(first, last, True)


def daily(number: int | None = None) -> GivenRecurrence:
    return GivenRecurrence(GivenPattern("daily"), GivenRange(number_of_occurrences=number))


def before(*minutes: int) -> tuple[Reminder, ...]:
    return tuple(map(Reminder, minutes))


def draft(when: GivenWhen, **more: Any) -> EventChange:
    return EventChange(when=when, summary="Meeting", **more)
