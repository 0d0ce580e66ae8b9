"""What apps are told of the rooms of an event that changed."""

from __future__ import annotations

from collections.abc import Iterable

from rili.model.booking_news import BookingNews, given_back, news_of_event, news_of_room
from rili.model.event import Event
from rili.store import organisations, overrides, rooms, users
from rili.store.db import Tx
from rili.store.events import decode_event
from rili.store.outbox import Change
from rili.wire import pushes
from rili.wire.pushes import Booker

_Occurrence = tuple[str, int]
"""The key of its slot, and when it starts by the rule."""


def bodies(tx: Tx, change: Change) -> Iterable[tuple[str, str]]:
    """A room's id, and the body of `meetingroom_book`, for each thing that became of a room."""
    # What is made by a split says what it was part of; its bookings are new all the same.
    before = decode_event(change.before) if change.before and change.kind != "create" else None
    after = decode_event(change.after) if change.after else None
    told = list(_news(tx, change, before, after))
    if not told:
        return
    booker = _booker(tx, change, (after or before))
    known = rooms.of_ids(tx, change.corp_id, {news.room_id for news, _, _ in told})
    for news, event, occurrence in told:
        body = pushes.meetingroom_book(
            news, event, change.event_id, occurrence, known.get(news.room_id), booker
        )
        yield news.room_id, body


def _news(
    tx: Tx, change: Change, before: Event | None, after: Event | None
) -> Iterable[tuple[BookingNews, Event, _Occurrence | None]]:
    event = after or before
    assert event is not None
    occurrence = None
    if change.occurrence is not None and change.origin_ms is not None:
        occurrence = (change.occurrence, change.origin_ms)
    if change.kind == "rooms":
        for room in change.rooms:
            news = news_of_room(room.room_id, room.before, room.after)
            if news is not None:
                yield news, event if room.after else (before or event), occurrence
        return
    if change.kind in ("respond", "leave"):
        return
    people_changed = bool(change.joined or change.left)
    for news in news_of_event(before, after, people_changed=people_changed):
        yield news, event, occurrence
    if change.kind in ("delete", "cancel") and before is not None and before.recurrence is not None:
        found = (
            overrides.of_event(tx, change.corp_id, change.event_id) if before.occurrences_with_rooms else {}
        )
        for one, given in given_back(before, found):
            for news in given:
                yield news, one.event, (one.slot.key, one.origin_ms)


def _booker(tx: Tx, change: Change, event: Event | None) -> Booker:
    """The organizer, who may have left since."""
    assert event is not None
    organisation = organisations.get(tx, change.corp_id)
    assert organisation is not None
    people = users.userids_and_names(tx, change.corp_id, [event.organizer_id])
    userid, name = people[event.organizer_id]
    return Booker(change.corp_id, userid, name, change.created_ms, organisation.zone)
