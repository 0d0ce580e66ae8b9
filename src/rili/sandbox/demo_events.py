"""The events of the demo organisation, made as an app would make them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from hashlib import shake_256

from rili.actions import events
from rili.auth.callers import Caller
from rili.model import scopes
from rili.model.event import EventChange
from rili.model.ids import EVENT_ID_BYTES, event_id
from rili.model.moment import Instant
from rili.model.people import GivenAttendee
from rili.model.when import GivenTime, GivenWhen
from rili.model.zones import zone
from rili.sandbox.demo import APP_KEY, CORP_ID, ZONE, DemoEvent, events_to_seed, union_id_of
from rili.store.db import Tx


def seed_events(tx: Tx, *, now_ms: int) -> None:
    """Make the demo's events; the first of their days is the one after that of *now_ms*."""
    by = Caller(corp_id=CORP_ID, app_key=APP_KEY, kind="internal", scopes=scopes.ALL, now_ms=now_ms)
    today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone(ZONE)).date()
    for number, demo in enumerate(events_to_seed(), start=1):
        starts = datetime.combine(today + timedelta(days=demo.day), time.fromisoformat(demo.starts))
        events.create_event(
            tx,
            by,
            events.Place(union_id_of(demo.organizer), events.PRIMARY),
            _draft(demo, starts),
            rules="documented",
            new_bytes=lambda count, number=number: _seed_bytes(number, count),
        )


def event_id_of(number: int) -> str:
    """The id of the demo's event of that number, from 1: a constant, as all ids of the demo."""
    return event_id(_seed_bytes(number, EVENT_ID_BYTES))


def _draft(demo: DemoEvent, starts: datetime) -> EventChange:
    return EventChange(
        when=GivenWhen(_time(starts), _time(starts + timedelta(minutes=demo.minutes)), all_day=False),
        summary=demo.summary,
        description=demo.description,
        location=demo.location,
        attendees=tuple(GivenAttendee(id=union_id_of(userid)) for userid in demo.attendees),
        switches={"noChatNotification": "true"},  # nobody gets mail of what was there from the start
    )


def _time(wall: datetime) -> GivenTime:
    return GivenTime(date_time=Instant(wall), zone=ZONE)


def _seed_bytes(number: int, count: int) -> bytes:
    return shake_256(f"rili demo event {number}".encode()).digest(count)
