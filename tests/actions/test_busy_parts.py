"""Free/busy is the expanded view without what takes no time, whatever was done, and whatever is remembered of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from rili.actions import attendees, busy_parts, cancel, events, free_busy, lists, transfer
from rili.actions.access import Place
from rili.actions.busy_parts import PART_MS, BusyMemory, spans_of
from rili.actions.lists import Asked
from rili.actions.transfer import Handover
from rili.auth.callers import Caller
from rili.errors import Failure
from rili.model.event import EventChange
from rili.model.moment import DAY_MS, Moment, parse_date_time
from rili.model.people import GivenAttendee
from rili.model.recurrence import GivenPattern, GivenRange, GivenRecurrence
from rili.model.when import AllDay, GivenTime, GivenWhen
from rili.store.db import Tx
from tests import people
from tests.people import NOW_MS, SharedDatabase
from tests.properties import everyday

FIRST = datetime(2026, 3, 2)
ZONES = ("Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago")
NIGHT_MS = parse_date_time("2026-02-20T00:00Z", "").within("UTC").epoch_ms()

HOUR = GivenWhen(
    *(GivenTime(date_time=parse_date_time(f"2026-03-02T{at}:00", ""), zone="UTC") for at in (10, 11))
)

Span = tuple[int, int, str]


class Office:
    """Four people of far zones, what was made in their calendars, and a memory that is never emptied."""

    def __init__(self, database: SharedDatabase) -> None:
        self.database = database
        self.memory = BusyMemory()
        self.made: list[tuple[str, str]] = []
        """Organizer and id."""
        database.write(self._fill)

    def _fill(self, tx: Tx) -> None:
        corp_id = people.add_organisation(tx)
        self.users = [
            people.add_user(tx, corp_id, f"u{number}", zone=zone).union_id
            for number, zone in enumerate(ZONES)
        ]
        app, _ = people.add_app(tx, corp_id)
        self.by = Caller(
            corp_id=corp_id, app_key=app.app_key, kind="internal", scopes=frozenset(), now_ms=NOW_MS
        )

    def busy(self, user: str, from_ms: int, to_ms: int, memory: BusyMemory) -> list[Span]:
        (one,) = self.database.read(
            lambda tx: free_busy.get_schedule(tx, self.by, user, [user], from_ms, to_ms, memory)
        )
        assert one.cuts is not None
        found = [(span.starts_ms, span.ends_ms, span.status) for span in spans_of(one.cuts)]
        assert found == sorted(found, key=lambda span: span[:2])
        return found

    def seen(self, user: str, from_ms: int, to_ms: int) -> list[Span]:
        """What the expanded view shows them, as the table of decision 88 reads it."""
        zone = ZONES[self.users.index(user)]
        asked: Asked | None = Asked(from_ms=from_ms - DAY_MS, to_ms=to_ms + DAY_MS)
        found: list[Span] = []
        while asked is not None:
            page = self.database.read(
                lambda tx, asked=asked: lists.view_events(tx, self.by, Place(user, "primary"), asked)
            )
            for one in page.items:
                assert isinstance(one, lists.Listed)
                event = one.seen.event
                response = next(person.response for person in one.seen.people if person.person_id == user)
                if event.cancelled or event.free_busy == "free" or response == "declined":
                    continue
                status = "BUSY" if response == "accepted" or event.organizer_id == user else "TENTATIVE"
                starts_ms, ends_ms = event.when.starts_ms, event.when.ends_ms
                if isinstance(event.when, AllDay):
                    starts_ms, ends_ms = (
                        Moment(datetime(day.year, day.month, day.day), zone).epoch_ms()
                        for day in (event.when.start, event.when.end)
                    )
                if starts_ms < to_ms and (
                    ends_ms > from_ms or (starts_ms == ends_ms and starts_ms >= from_ms)
                ):
                    found.append((starts_ms, ends_ms, status))
            asked = None if page.next is None else Asked(cursor=page.next)
        return sorted(found)

    def create(self, user: str, draft: EventChange) -> str:
        place = Place(user, "primary")
        made = self.database.write(
            lambda tx: events.create_event(
                tx, self.by, place, draft, rules="documented", new_bytes=os.urandom
            )
        )
        return made.event.id

    def act(self, act: Callable[[Tx], Any]) -> None:
        with suppress(Failure):  # what is refused is no concern of this test
            self.database.write(act)

    def target(self, draw: Callable[[Any], Any]) -> tuple[str, str]:
        """The organizer and the id of something that was made, or of an occurrence of it."""
        organizer, event_id = draw(st.sampled_from(self.made))
        occurrences = self.database.read(
            lambda tx: lists.view_events(
                tx,
                self.by,
                Place(organizer, "primary"),
                Asked(from_ms=NIGHT_MS, to_ms=NIGHT_MS + 60 * DAY_MS),
            )
        )
        ids = [
            one.item.id
            for one in occurrences.items
            if isinstance(one, lists.Listed) and one.item.event.id == event_id
        ]
        return organizer, draw(st.sampled_from([event_id, *ids[:4]]))


def whens(draw: Callable[[Any], Any]) -> GivenWhen:
    day = FIRST + timedelta(days=draw(st.integers(-3, 12)))
    if draw(st.booleans()):
        last = day + timedelta(days=draw(st.integers(1, 3)))
        return GivenWhen(GivenTime(date=day.date()), GivenTime(date=last.date()), all_day=True)
    zone = draw(st.sampled_from(ZONES))
    start = day + timedelta(hours=draw(st.integers(0, 23)))
    end = start + timedelta(hours=draw(st.sampled_from([0, 1, 30])))
    start, end = (
        GivenTime(date_time=parse_date_time(one.isoformat(), ""), zone=zone) for one in (start, end)
    )
    return GivenWhen(start, end, all_day=False)


def step(office: Office, draw: Callable[[Any], Any]) -> None:
    """Something that somebody does."""
    kind = draw(st.sampled_from(KINDS)) if office.made else "create"
    if kind == "create":
        user = draw(st.sampled_from(office.users))
        rule = GivenRecurrence(
            GivenPattern(type="daily", interval=draw(st.integers(1, 3))),
            GivenRange(type="numbered", number_of_occurrences=draw(st.integers(1, 9))),
        )
        invited = draw(st.lists(st.sampled_from(office.users), unique=True))
        draft = EventChange(
            when=whens(draw), summary="Secret", attendees=tuple(GivenAttendee(id=one) for one in invited),
            free_busy=draw(st.sampled_from(["busy", "busy", "free"])),
            **({"recurrence": rule} if draw(st.booleans()) else {}),
        )  # fmt: skip
        office.made.append((user, office.create(user, draft)))
        return
    organizer, event_id = office.target(draw)
    user = draw(st.sampled_from([organizer, *office.users]))
    place, by, person = Place(user, "primary"), office.by, draw(st.sampled_from(office.users))
    scope = draw(st.sampled_from([None, "this", "following", "all"]))
    if kind == "respond":
        response = draw(st.sampled_from(["accepted", "declined", "tentative", "needsAction"]))
        office.act(lambda tx: attendees.respond_event(tx, by, place, event_id, response))
    elif kind == "update":
        change = draw(
            st.sampled_from(
                [
                    EventChange(when=whens(draw)), EventChange(free_busy="free"), EventChange(free_busy="busy"),
                    EventChange(attendees=(GivenAttendee(id=person),)), EventChange(attendees=()),
                ]
            )
        )  # fmt: skip
        place = Place(organizer, "primary")
        office.act(
            lambda tx: events.update_event(
                tx, by, place, event_id, change, scope=scope, rules="documented", new_bytes=os.urandom
            )
        )
    elif kind == "delete":
        office.act(lambda tx: events.delete_event(tx, by, place, event_id, scope=scope, switches={}))
    elif kind == "cancel":
        office.act(
            lambda tx: cancel.cancel_event(
                tx, by, place, event_id, scope=scope, rules="documented", new_bytes=os.urandom
            )
        )
    elif kind == "add":
        one = (GivenAttendee(id=person),)
        office.act(
            lambda tx: attendees.add_attendees(
                tx, by, place, event_id, one, new_bytes=os.urandom, switches={}
            )
        )
    elif kind == "remove":
        office.act(
            lambda tx: attendees.remove_attendees(tx, by, place, event_id, (GivenAttendee(id=person),))
        )
    else:
        leaves = draw(st.booleans())
        office.act(
            lambda tx: transfer.transfer_event(tx, by, place, event_id, Handover(person, leaves=leaves))
        )


KINDS = (
    *["create"] * 2, *["respond"] * 3, *["update"] * 2, "delete", "cancel", "add", "remove", "transfer",
)  # fmt: skip


# Without shrinking: it would take minutes, and an example is short enough to be read.
@settings(everyday, max_examples=max(everyday.max_examples // 6, 1), phases=[Phase.generate])
@given(st.data())
def test_it_is_the_expanded_view_filtered(shared_database: SharedDatabase, data: st.DataObject) -> None:
    office = Office(shared_database)
    for _ in range(data.draw(st.integers(4, 12))):
        step(office, data.draw)
        from_ms = NIGHT_MS + data.draw(st.integers(0, 20 * 24)) * 3_600_000
        to_ms = from_ms + data.draw(st.sampled_from([1, 24, 7 * 24, 40 * 24])) * 3_600_000
        for user in office.users:
            expected = office.seen(user, from_ms, to_ms)

            assert sorted(office.busy(user, from_ms, to_ms, office.memory)) == expected
            assert sorted(office.busy(user, from_ms, to_ms, BusyMemory())) == expected


@pytest.mark.parametrize(
    ("number", "hour", "found"),
    [
        pytest.param(2, "2026-02-27T09", False, id="Kiritimati, before"),
        pytest.param(2, "2026-02-27T10", True, id="Kiritimati, from the day before in UTC on"),
        pytest.param(2, "2026-02-28T09", True, id="Kiritimati, to the end"),
        pytest.param(2, "2026-02-28T10", False, id="Kiritimati, after"),
        pytest.param(3, "2026-02-28T10", False, id="Pago Pago, before"),
        pytest.param(3, "2026-02-28T11", True, id="Pago Pago, from the morning of UTC on"),
        pytest.param(3, "2026-03-01T10", True, id="Pago Pago, to the day after in UTC"),
        pytest.param(3, "2026-03-01T11", False, id="Pago Pago, after"),
    ],
)
@pytest.mark.parametrize("repeated", [False, True], ids=["single", "series"])
def test_whole_days_where_a_part_begins(
    office: Office, number: int, hour: str, found: bool, repeated: bool
) -> None:
    """2026-02-28 in UTC; a window may begin or end in either part."""
    rule = GivenRecurrence(GivenPattern(type="daily"), GivenRange(type="numbered", number_of_occurrences=1))
    day = GivenTime(date=datetime(2026, 2, 28).date())
    draft = EventChange(
        when=GivenWhen(day, day, all_day=True), summary="Off", **({"recurrence": rule} if repeated else {})
    )
    office.create(office.users[number], draft)
    from_ms = parse_date_time(f"{hour}:00Z", "").within("UTC").epoch_ms()

    assert parse_date_time("2026-02-28T00:00Z", "").within("UTC").epoch_ms() % PART_MS == 0
    assert len(office.busy(office.users[number], from_ms, from_ms + 3_600_000, BusyMemory())) == found
    assert (
        len(office.busy(office.users[number], from_ms - 40 * DAY_MS, from_ms + 40 * DAY_MS, BusyMemory()))
        == 1
    )


@pytest.fixture
def office(shared_database: SharedDatabase) -> Office:
    return Office(shared_database)


def test_it_forgets(office: Office) -> None:
    """What was not asked for in the longest time, and what would fill the memory by itself."""
    for user in office.users:
        draft = EventChange(
            when=HOUR,
            summary="Planning",
            recurrence=GivenRecurrence(GivenPattern(type="daily"), GivenRange()),
        )
        office.create(user, draft)
    small, tiny = BusyMemory(kept=140), BusyMemory(kept=40)

    for memory in (small, tiny, small, tiny):
        for user in office.users:
            assert len(office.busy(user, NIGHT_MS, NIGHT_MS + 40 * DAY_MS, memory)) == 30
    assert 0 < small._kept <= 140
    assert tiny._kept < 40


def test_what_stays_is_not_read_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither while nothing is committed, nor where something else was."""
    walks: list[str] = []
    walk = busy_parts._walk
    monkeypatch.setattr(busy_parts, "_walk", lambda *given: walks.append(given[1].owner_id) or walk(*given))
    first, other, *others = office.users
    draft = EventChange(
        when=HOUR,
        summary="Planning",
        attendees=tuple(GivenAttendee(id=one) for one in (other, *others)),
    )
    made = office.create(first, draft)

    def look() -> list[str]:
        walks.clear()
        for user in office.users:
            office.busy(user, NIGHT_MS, NIGHT_MS + 10 * DAY_MS, office.memory)
        return list(dict.fromkeys(walks))

    assert look() == office.users
    assert look() == []
    office.act(lambda tx: attendees.respond_event(tx, office.by, Place(other, "primary"), made, "accepted"))
    assert look() == [other]
