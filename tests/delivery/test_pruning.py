"""What the worker lets go of, and that nobody who still needs it misses anything."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from rili.actions import changes, events, register
from rili.actions.access import Place as CalendarPlace
from rili.auth.callers import Caller
from rili.delivery.pruning import HOUR_MS, ROWS, Pruning
from rili.errors import CursorTooOld
from rili.model.event import Event, EventChange
from rili.model.moment import DAY_MS, parse_date
from rili.model.notice import Notice
from rili.model.people import GivenAttendee
from rili.model.when import AllDay, GivenTime, GivenWhen
from rili.store import (
    agenda_rows,
    busy_rows,
    deliveries,
    notifications,
    organisations,
    outbox,
    outbox_readers,
    stream_tickets,
)
from rili.store.db import Database, Tx
from rili.store.deliveries import NewDelivery
from rili.store.notifications import NewNotification
from rili.store.outbox import Change, Position
from rili.store.outbox_readers import Place
from rili.store.queues import READERS
from rili.store.stream_tickets import Ticket
from tests.delivery.conftest import CORP, NOW_MS
from tests.people import add_app, add_organisation, add_user

DAY = parse_date("2026-03-02", "date")
EVENT = Event(CORP, "e1", "k", "u1", "Review", AllDay(DAY, DAY), 0, 0)
BEGINNING = Position()
BY = Caller(corp_id=CORP, app_key="app", kind="internal", scopes=frozenset(), now_ms=NOW_MS)


class Clock:
    def __init__(self) -> None:
        self.now_ms = NOW_MS

    def __call__(self) -> int:
        return self.now_ms


class Keeper:
    """A database with a duty of pruning and a clock."""

    def __init__(self, db: Database, run: Callable[..., Any]) -> None:
        self.db = db
        self.run = run
        self.clock = Clock()
        self.duty = Pruning(db, self.clock)

    def write(self, action: Callable[[Tx], Any]) -> Any:
        return self.run(self.db.write(action))

    def read(self, query: Callable[[Tx], Any]) -> Any:
        return self.run(self.db.read(query))

    def change(self, event_id: str, days_ago: float) -> None:
        body = msgspec.json.encode(EVENT).decode()
        at_ms = NOW_MS - round(days_ago * DAY_MS)
        one = Change(CORP, event_id, "create", "app", "u1", at_ms, ("u1",), after=body)
        self.write(lambda tx: outbox.add(tx, one))

    def all_read(self, *readers: str) -> None:
        """Every reader, or these, are at the end."""
        for reader in readers or READERS:
            self.write(
                lambda tx, reader=reader: outbox_readers.move(
                    tx, CORP, reader, Place(Position(tx.known_below()))
                )
            )

    def prune(self) -> int:
        """Until nothing is left to do; how many steps did something."""

        async def steps() -> int:
            done = 0
            while await self.duty.step():
                done += 1
            return done

        return self.run(steps())

    def kept(self, position: Position = BEGINNING) -> list[str]:
        part = self.read(lambda tx: changes.read_part(tx, BY, position, 1000))
        return [one.event_id for one in part.changes]


@pytest.fixture
def keeper(db: Database, run: Callable[..., Any]) -> Keeper:
    return Keeper(db, run)


def test_changes_that_all_have_read(keeper: Keeper) -> None:
    """A younger one in between keeps what comes after it: places in the history must be an end of it."""
    for name, days_ago in (("a", 40), ("b", 31.5), ("c", 30.5), ("d", 33), ("e", 1)):
        keeper.change(name, days_ago)

    keeper.prune()
    assert keeper.kept() == ["a", "b", "c", "d", "e"]  # nobody has read any
    keeper.all_read("apps", "people")
    keeper.clock.now_ms += HOUR_MS
    keeper.prune()
    assert keeper.kept() == ["a", "b", "c", "d", "e"]
    keeper.all_read()
    keeper.clock.now_ms += HOUR_MS
    keeper.prune()

    assert keeper.kept() == ["c", "d", "e"]


def test_a_reader_in_the_middle(keeper: Keeper) -> None:
    for name in "abc":
        keeper.change(name, 40)
    keeper.all_read("apps", "people")
    _, second, _ = keeper.read(lambda tx: outbox.after(tx, CORP, Position(), 9))
    keeper.write(lambda tx: outbox_readers.move(tx, CORP, "reminders", Place(second.position)))
    keeper.prune()
    assert keeper.kept() == ["c"]


def test_a_place_before_what_is_kept(keeper: Keeper) -> None:
    """It is refused; one from behind it, and the beginning, are not, however old they are."""
    for name in "ab":
        keeper.change(name, 40)
    first, second = (one.position for one in keeper.read(lambda tx: outbox.after(tx, CORP, Position(), 9)))
    end = keeper.read(changes.latest)
    keeper.all_read()
    keeper.clock.now_ms += 400 * DAY_MS
    keeper.prune()
    keeper.change("c", 0)

    with pytest.raises(CursorTooOld):
        keeper.kept(first)
    assert [keeper.kept(place) for place in (second, end, Position())] == [["c"]] * 3


def test_who_goes_by_the_outbox_looks_elsewhere(keeper: Keeper) -> None:
    """What is remembered of free/busy, and syncs, ask what changed since a number: some of it is gone."""
    keeper.change("a", 40)
    keeper.change("b", 0)
    a, b = (one.position.change_no for one in keeper.read(lambda tx: outbox.after(tx, CORP, Position(), 9)))
    keeper.all_read()

    def known(from_no: int) -> tuple[Any, Any]:
        return keeper.read(
            lambda tx: (
                busy_rows.changed_calendars(tx, CORP, ["k"], from_no),
                agenda_rows._changed_lately(tx, CORP, from_no),
            )
        )

    assert known(a) == (set(), ["a", "b"])
    keeper.prune()
    assert known(a) == (None, None)
    assert known(a + 1) == known(b) == (set(), ["b"])


def test_what_has_waited_too_long(keeper: Keeper) -> None:
    """It is given up and says why; mails wait longer; the line of who cannot be reached goes with it."""

    def queue(tx: Tx) -> None:
        for name, channel, days in (
            ("p3", "http", 3.1),
            ("p2", "http", 2.9),
            ("m3", "mail", 4.9),
            ("m5", "mail", 5.1),
        ):
            one = NewDelivery(channel, "app", f"s{name}", name, "x", 0, "{}")  # type: ignore[arg-type]
            deliveries.add(tx, CORP, [one], now_ms=NOW_MS - round(days * DAY_MS))
        tx.run("UPDATE deliveries SET error = 'refused' WHERE id = 'm5'")

    keeper.write(queue)
    keeper.prune()

    rows = keeper.read(lambda tx: tx.all("SELECT id, failed_ms, error FROM deliveries ORDER BY id"))
    assert rows == [
        ("m3", None, None),
        ("m5", NOW_MS, "given up: it had waited for 5 days; the last attempt: refused"),
        ("p2", None, None),
        ("p3", NOW_MS, "given up: it had waited for 3 days, and could not be tried"),
    ]
    lines = keeper.read(lambda tx: tx.all("SELECT subject FROM delivery_lines ORDER BY subject"))
    assert lines == [("sm3",), ("sp2",)]

    keeper.clock.now_ms += 31 * DAY_MS
    keeper.prune()
    left = keeper.read(lambda tx: tx.all("SELECT id FROM deliveries ORDER BY id"))
    assert left == [("m3",), ("p2",)]  # given up now, after waiting


def test_many_go_a_few_at_a_time_and_once_an_hour(keeper: Keeper) -> None:
    notice = Notice("invitation", EVENT)

    def tell(tx: Tx, days_ago: int, count: int) -> None:
        told = [NewNotification("u1", f"n{days_ago}x{number}", notice) for number in range(count)]
        notifications.add(tx, CORP, told, now_ms=NOW_MS - days_ago * DAY_MS)

    keeper.write(lambda tx: tell(tx, 181, ROWS + 1))
    keeper.write(lambda tx: tell(tx, 179, 2))

    assert keeper.prune() == 2
    assert keeper.read(lambda tx: tx.one("SELECT COUNT(*) FROM notifications")) == (2,)
    keeper.write(lambda tx: tell(tx, 182, 1))
    keeper.clock.now_ms += HOUR_MS - 1
    assert keeper.prune() == 0
    keeper.clock.now_ms += 1
    assert keeper.prune() == 1
    keeper.write(lambda tx: tell(tx, 183, 1))
    keeper.clock.now_ms -= HOUR_MS  # a clock that was set back
    assert keeper.prune() == 1


def test_marks_of_what_left_calendars(keeper: Keeper) -> None:
    """One deletion leaves one for each person; those of the last 30 days tell syncs."""
    corp_id = keeper.write(add_organisation)
    by = msgspec.structs.replace(BY, corp_id=corp_id)

    def make(tx: Tx) -> tuple[CalendarPlace, str]:
        people = [add_user(tx, corp_id, f"u{number}").union_id for number in range(30)]
        whole_day = GivenWhen(GivenTime(date=DAY), GivenTime(date=DAY), True)
        others = tuple(GivenAttendee(id=one) for one in people[1:])
        draft = EventChange(when=whole_day, summary="Review", attendees=others)
        place = CalendarPlace(people[0], events.PRIMARY)
        made = events.create_event(tx, by, place, draft, rules="documented", new_bytes=os.urandom)
        return place, made.event.id

    def marks(tx: Tx) -> Any:
        return tx.one("SELECT COUNT(*) FROM agenda WHERE corp_id = :corp_id", corp_id=corp_id)

    made = keeper.write(make)
    keeper.write(lambda tx: events.delete_event(tx, by, *made, switches={}))
    keeper.clock.now_ms += 30 * DAY_MS - 1
    keeper.prune()
    assert keeper.read(marks) == (30,)
    keeper.clock.now_ms += HOUR_MS
    keeper.prune()
    assert keeper.read(marks) == (0,)
    keeper.write(lambda tx: organisations.erase(tx, corp_id))


def test_tickets_of_streams_that_expired(keeper: Keeper) -> None:
    """Where no app opens a stream any more."""

    def open_some(tx: Tx) -> str:
        app, _ = add_app(tx, CORP)
        for name, expires_ms in (("old", NOW_MS), ("new", NOW_MS + 1)):
            stream_tickets.put(tx, name, Ticket(app.app_key, events=True, expires_ms=expires_ms))
        return app.app_key

    app_key = keeper.write(open_some)
    keeper.prune()
    left = keeper.read(lambda tx: tx.all("SELECT ticket_hash FROM stream_tickets"))
    keeper.write(lambda tx: register.remove_app(tx, CORP, app_key))
    assert left == [("new",)]
