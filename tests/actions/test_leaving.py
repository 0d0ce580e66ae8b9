"""One attendee takes an event off their own calendar, twice at once."""

from __future__ import annotations

import asyncio
import os

from rili.actions import events
from rili.actions.events import Place
from rili.auth.callers import Caller
from rili.errors import ItemNotFound
from rili.model import scopes
from rili.model.event import EventChange
from rili.model.moment import parse_date_time
from rili.model.people import GivenAttendee
from rili.model.when import GivenTime, GivenWhen
from tests.people import NOW_MS, SharedDatabase, add_app, add_organisation, add_user
from tests.store.conftest import go_on_when


def test_leaving_twice_at_once(shared_database: SharedDatabase):
    """PostgreSQL's second one waits for the first, and must then see what it did."""
    db = shared_database.db

    def seed(tx):
        corp_id = add_organisation(tx)
        organizer, attendee = (add_user(tx, corp_id, userid).union_id for userid in ("ann", "bob"))
        app, _ = add_app(tx, corp_id)
        by = Caller(corp_id=corp_id, app_key=app.app_key, kind=app.kind, scopes=scopes.ALL, now_ms=NOW_MS)
        at_ten = GivenTime(date_time=parse_date_time("2026-03-10T10:00", "test"), zone="Asia/Shanghai")
        draft = EventChange(
            when=GivenWhen(at_ten, at_ten), summary="Stand-up", attendees=(GivenAttendee(id=attendee),)
        )
        place = Place(organizer, events.PRIMARY)
        seen = events.create_event(tx, by, place, draft, rules="documented", new_bytes=os.urandom)
        return by, Place(attendee, events.PRIMARY), seen.event.id

    by, place, event_id = shared_database.write(seed)
    left, go_on = asyncio.Event(), asyncio.Event()

    def leave(tx):
        events.delete_event(tx, by, place, event_id, switches={})

    def leave_slowly(tx):
        leave(tx)
        tx.one("SELECT 1")
        left.set()
        go_on_when(go_on, tx)

    def somebody_waits(tx):
        return tx.one("SELECT 1 FROM pg_locks WHERE NOT granted") is not None

    async def scenario():
        if db.cache_ms == 0:  # SQLite: one after the other
            return await asyncio.gather(db.write(leave), db.write(leave), return_exceptions=True)
        first = asyncio.create_task(db.write(leave_slowly))
        await left.wait()
        second = asyncio.create_task(db.write(leave))
        while not await db.read(somebody_waits):
            pass
        go_on.set()
        return await asyncio.gather(first, second, return_exceptions=True)

    first, second = shared_database.run(scenario())

    assert first is None
    assert isinstance(second, ItemNotFound)
    kinds = shared_database.read(
        lambda tx: tx.all(
            "SELECT kind FROM outbox WHERE event_id = :event_id ORDER BY change_no", event_id=event_id
        )
    )
    assert kinds == [("create",), ("leave",)]
