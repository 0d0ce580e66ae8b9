"""Any sequence of bookings, moves, answers and cancellations: rooms are held as a plain model says, and never twice."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from msgspec import UNSET

from rili.actions import cancel, derived, events, meeting_rooms
from rili.actions.events import Place, Scope
from rili.auth.callers import Caller
from rili.errors import Failure, InvalidParameter, MeetingRoomNotAvailable
from rili.model import scopes
from rili.model.event import EventChange
from rili.model.event_rooms import RoomStatus
from rili.model.moment import Instant
from rili.model.recurrence import GivenPattern, GivenRange, GivenRecurrence
from rili.model.room import Room, RoomSettings, new_room_id, new_room_number
from rili.model.series import Slot
from rili.model.when import GivenTime, GivenWhen
from rili.store import rooms
from rili.store.db import Tx
from tests.people import SharedDatabase, add_app, add_organisation, add_user
from tests.properties import everyday
from tests.soak.scale import scaled

FIRST = date(2026, 4, 1)
NOW_MS = int(datetime(2026, 3, 1, tzinfo=UTC).timestamp() * 1000)
ZONE = "UTC"
ROOMS = 3
"""The last needs approval."""

Span = tuple[int, int]
"""In hours from the first day on."""


@dataclass
class Day:
    """One occurrence: when it is, and what was said of its rooms; None follows the series."""

    span: Span
    own: dict[int, RoomStatus | None] = field(default_factory=dict)
    moved: bool = False
    gone: bool = False
    cancelled: bool = False


@dataclass
class Plain:
    """An event, or a series of days, each an hour or more at the same hour."""

    id: str
    repeats: bool
    days: dict[int, Day]
    rooms: dict[int, RoomStatus] = field(default_factory=dict)

    def on(self, day: int) -> dict[int, RoomStatus]:
        found: dict[int, RoomStatus | None] = dict(self.rooms) | self.days[day].own
        return {room: status for room, status in found.items() if status is not None}

    def held(self) -> list[tuple[int, int, Span, RoomStatus]]:
        """Room, day, span and status of all that it holds."""
        return [
            (room, number, day.span, status)
            for number, day in self.days.items()
            if not day.gone and not day.cancelled
            for room, status in self.on(number).items()
            if status != "declined"
        ]

    def id_of(self, day: int) -> str:
        return Slot((FIRST + timedelta(days=day)).toordinal()).id_in(self.id) if self.repeats else self.id


def overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[0] < one[1] and other[0] < other[1]


def copied(one: Plain) -> Plain:
    days = {number: replace(day, own=dict(day.own)) for number, day in one.days.items()}
    return Plain(one.id, one.repeats, days, dict(one.rooms))


class Bookings(RuleBasedStateMachine):
    """Events and rooms here, and plain ones beside them."""

    shared: SharedDatabase

    @initialize()
    def seed(self) -> None:
        self.plain: dict[str, Plain] = {}

        def make(tx: Tx) -> tuple[Caller, list[str]]:
            corp_id = add_organisation(tx)
            people = [add_user(tx, corp_id, "ann", admin=True).union_id]
            app, _ = add_app(tx, corp_id)
            ids = []
            for number in range(ROOMS):
                settings_ = RoomSettings(approval="standard" if number == ROOMS - 1 else "none")
                room = Room(
                    corp_id=corp_id, room_id=new_room_id(os.urandom), number=new_room_number(os.urandom),
                    name=f"Room {number}", settings=settings_,
                )  # fmt: skip
                rooms.add(tx, room)
                ids.append(room.room_id)
            by = Caller(corp_id=corp_id, app_key=app.app_key, kind=app.kind, scopes=scopes.ALL, now_ms=NOW_MS)
            self.place = Place(people[0], events.PRIMARY)
            return by, ids

        self.by, self.rooms = self.shared.write(make)

    # What can be done

    @rule(
        day=st.integers(0, 2), hour=st.integers(0, 3), hours=st.integers(0, 3), days=st.sampled_from([0, 0, 2, 3]),
        some=st.sets(st.integers(0, ROOMS - 1), max_size=2),
    )  # fmt: skip
    def create(self, day: int, hour: int, hours: int, days: int, some: set[int]) -> None:
        span = (day * 24 + hour, day * 24 + hour + hours)
        draft = EventChange(
            summary="Event", when=_when(span), recurrence=_rule(day + days) if days else UNSET
        )
        made = self.shared.write(
            lambda tx: events.create_event(
                tx, self.by, self.place, draft, rules="documented", new_bytes=os.urandom
            )
        )
        each = {day + later: Day((span[0] + 24 * later, span[1] + 24 * later)) for later in range(days + 1)}
        one = self.plain[made.event.id] = Plain(made.event.id, bool(days), each)
        if some:
            self._add(one, None, some)

    @rule(
        data=st.data(), some=st.sets(st.integers(0, ROOMS - 1), min_size=1, max_size=2), whole=st.booleans()
    )
    def add(self, data: st.DataObject, some: set[int], whole: bool) -> None:
        if (picked := self._pick(data, whole=whole)) is None:
            return
        self._add(*picked, some)

    def _add(self, one: Plain, day: int | None, some: set[int]) -> None:
        after = copied(one)
        now = one.rooms if day is None else one.on(day)
        for room in sorted(some):
            if now.get(room, "declined") != "declined":
                continue
            status: RoomStatus = "tentative" if room == ROOMS - 1 else "accepted"
            if day is None:
                after.rooms[room] = status
                for each in after.days.values():
                    if room in each.own and each.own[room] in (None, "declined"):
                        del each.own[room]
            else:
                self._say(after, day, room, status)
        ids = [self.rooms[room] for room in sorted(some)]
        self._do(
            lambda tx: meeting_rooms.add_meeting_rooms(tx, self.by, self.place, _id(one, day), ids),
            one, after, MeetingRoomNotAvailable,
        )  # fmt: skip

    @rule(data=st.data(), room=st.integers(0, ROOMS - 1), whole=st.booleans())
    def remove(self, data: st.DataObject, room: int, whole: bool) -> None:
        if (picked := self._pick(data, whole=whole)) is None:
            return
        one, day = picked
        after = copied(one)
        if day is None:
            after.rooms.pop(room, None)
            for each in after.days.values():
                each.own.pop(room, None)
        elif room in one.on(day):
            self._say(after, day, room, None)
        self._do(
            lambda tx: meeting_rooms.remove_meeting_rooms(
                tx, self.by, self.place, _id(one, day), [self.rooms[room]]
            ),
            one, after, None,
        )  # fmt: skip

    @rule(
        data=st.data(), room=st.integers(0, ROOMS - 1), whole=st.booleans(),
        status=st.sampled_from(["accepted", "declined", "tentative"]),
    )  # fmt: skip
    def respond(self, data: st.DataObject, room: int, whole: bool, status: RoomStatus) -> None:
        if (picked := self._pick(data, whole=whole)) is None:
            return
        one, day = picked
        if room not in (one.rooms if day is None else one.on(day)):
            return
        after = copied(one)
        if day is None:
            after.rooms[room] = status
            for each in after.days.values():
                if status != "tentative" and each.own.get(room) == "tentative":
                    del each.own[room]
        else:
            self._say(after, day, room, status)
        self._do(
            lambda tx: meeting_rooms.respond_for_room(
                tx, self.by, self.place, _id(one, day), self.rooms[room], status
            ),
            one, after, MeetingRoomNotAvailable,
        )  # fmt: skip

    @rule(
        data=st.data(),
        whole=st.booleans(),
        hours=st.sampled_from([-1, 0, 1, 2, 3, 5]),
        longer=st.integers(-1, 1),
    )
    def move(self, data: st.DataObject, whole: bool, hours: int, longer: int) -> None:
        """Within its days: what moves over midnight is another series' tests' affair."""
        if (picked := self._pick(data, whole=whole)) is None:
            return
        one, day = picked
        first = min(one.days)
        span = one.days[first if day is None else day].span
        if day is None and one.days[first].moved:
            span = _by_rule(one, first)
        to = (span[0] + hours, max(span[1] + hours + longer, span[0] + hours))
        if to[0] // 24 != span[0] // 24 or to[1] - 1 >= (span[0] // 24 + 1) * 24:
            return
        after = copied(one)
        if to != span:
            for number, each in after.days.items():
                if day is None and not each.moved:
                    later = 24 * (number - first)
                    each.span = (to[0] + later, to[1] + later)
                if day == number:
                    each.span, each.moved = to, True
            self._ask_again(one, after, day)
        change = EventChange(when=_when(to))
        self._do(
            lambda tx: events.update_event(
                tx, self.by, self.place, _id(one, day), change, rules="documented", new_bytes=os.urandom
            ),
            one, after, InvalidParameter,
        )  # fmt: skip

    @rule(data=st.data(), whole=st.booleans(), deletes=st.booleans(), following=st.booleans())
    def call_off(self, data: st.DataObject, whole: bool, deletes: bool, following: bool) -> None:
        if (picked := self._pick(data, whole=whole)) is None:
            return
        one, day = picked
        after = copied(one)
        scope: Scope | None = "following" if following and deletes and day is not None else None
        for number, each in after.days.items():
            if day is None or number == day or (scope and number > day):
                if deletes:
                    each.gone = True
                else:
                    each.cancelled = True

        def act(tx: Tx) -> None:
            if deletes:
                events.delete_event(tx, self.by, self.place, _id(one, day), scope=scope, switches={})
            else:
                cancel.cancel_event(
                    tx, self.by, self.place, _id(one, day), rules="documented", new_bytes=os.urandom
                )

        self._do(act, one, after, None)

    # What holds all the while

    @invariant()
    def nobody_has_a_room_twice(self) -> None:
        if not hasattr(self, "rooms"):
            return
        held = [(one.id, *each) for one in self.plain.values() for each in one.held()]
        stored = self.shared.read(
            lambda tx: tx.all(
                """
                SELECT event_id, room_id, occurrence, starts_ms, ends_ms, status FROM bookings
                 WHERE corp_id = :corp_id
                """,
                corp_id=self.by.corp_id,
            )
        )
        wanted = {
            (id_, self.rooms[room], self._key(id_, day), _ms(span[0]), _ms(span[1]), status)
            for id_, room, day, span, status in held
        }
        assert set(stored) == wanted

    def teardown(self) -> None:
        if not hasattr(self, "rooms"):
            return
        ours = [line for line in self.shared.read(derived.check) if self.by.corp_id in line]
        for one in self.plain.values():
            for number, day in one.days.items():
                if not day.gone and not day.cancelled:
                    assert self._shown(one.id_of(number)) == {
                        self.rooms[room]: status for room, status in one.on(number).items()
                    }
        self.shared.write(self._forget)
        assert ours == []

    def _shown(self, event_id: str) -> dict[str, RoomStatus]:
        seen = self.shared.read(lambda tx: events.get_event(tx, self.by, self.place, event_id, shown=1))
        return {room.room_id: room.status for room in seen.event.rooms}

    def _forget(self, tx: Tx) -> None:
        """So that what `rili doctor` reads does not grow from example to example."""
        for table in ("bookings", "overrides", "former_rules", "attendees", "agenda", "outbox", "events"):
            tx.run(f"DELETE FROM {table} WHERE corp_id = :corp_id", corp_id=self.by.corp_id)

    def _do(self, act: Any, one: Plain, after: Plain, refusal: type[Failure] | None) -> None:
        """Make the change here and there, unless it holds a room twice: then it is refused, and changes nothing."""
        others = [each for other in self.plain.values() if other is not one for each in other.held()]
        there = {(room, day): span for room, day, span, _ in one.held()}
        mine = after.held()
        new = [each for each in mine if there.get(each[:2]) != each[2]]
        clashes = any(
            room == other and overlap(span, taken)
            for room, _, span, _ in new
            for other, _, taken, _ in others
        ) or any(
            room == other and day != number and overlap(span, taken)
            for room, day, span, _ in new
            for other, number, taken, _ in mine
        )
        if clashes and refusal is not None:
            with pytest.raises(refusal):
                self.shared.write(act)
        else:
            assert not clashes
            self.shared.write(act)
            self.plain[one.id] = after

    def _pick(self, data: st.DataObject, *, whole: bool) -> tuple[Plain, int | None] | None:
        """An event that is still on, or one day of a series; None is the whole of it."""
        there = [
            (one, None if whole or not one.repeats else number)
            for one in self.plain.values()
            if any(not day.gone for day in one.days.values())
            for number, day in one.days.items()
            if not day.gone and not day.cancelled
        ]
        if whole:  # of what was cancelled in part everything else may still be done, to the whole of it too
            there = [pair for pair in there if not all(d.cancelled or d.gone for d in pair[0].days.values())]
        return data.draw(st.sampled_from(there)) if there else None

    def _say(self, after: Plain, day: int, room: int, status: RoomStatus | None) -> None:
        """What is said of one day alone; what the series says too follows it from then on."""
        if not after.repeats:
            after.rooms.pop(room, None)
            if status is not None:
                after.rooms[room] = status
            return
        own = after.days[day].own
        own[room] = status
        if after.rooms.get(room) == status:
            del own[room]

    def _ask_again(self, one: Plain, after: Plain, day: int | None) -> None:
        """The room that needs approval waits for it again, on what moved."""
        room = ROOMS - 1
        moved = [
            number for number in one.days if day == number or (day is None and not one.days[number].moved)
        ]
        statuses = {number: one.on(number).get(room) for number in one.days}
        for number in moved:
            if statuses[number] == "accepted":
                statuses[number] = "tentative"
        if day is None and after.rooms.get(room) == "accepted":
            after.rooms[room] = "tentative"
        for number, status in statuses.items():
            if day in (None, number):
                after.days[number].own.pop(room, None)
                if after.rooms.get(room) != status:
                    after.days[number].own[room] = status

    def _key(self, event_id: str, day: int) -> str:
        return Slot((FIRST + timedelta(days=day)).toordinal()).key if self.plain[event_id].repeats else ""


def _id(one: Plain, day: int | None) -> str:
    return one.id if day is None else one.id_of(day)


def _by_rule(one: Plain, first: int) -> Span:
    """Where the first day is by the rule, though it was moved: as the days that were not."""
    for number, day in one.days.items():
        if not day.moved:
            later = 24 * (number - first)
            return day.span[0] - later, day.span[1] - later
    return one.days[first].span


def _ms(hours: int) -> int:
    return int(
        (datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC) + timedelta(hours=hours)).timestamp() * 1000
    )


def _when(span: Span) -> GivenWhen:
    start, end = (
        GivenTime(
            date_time=Instant(datetime(FIRST.year, FIRST.month, FIRST.day) + timedelta(hours=hours)),
            zone=ZONE,
        )
        for hours in span
    )
    return GivenWhen(start, end, False)


def _rule(last: int) -> GivenRecurrence:
    end = (FIRST + timedelta(days=last)).isoformat()
    return GivenRecurrence(GivenPattern("daily"), GivenRange("endDate", end))


def test_any_sequence(module_database: SharedDatabase) -> None:
    kind = type("BookingsHere", (Bookings,), {"shared": module_database})
    run_state_machine_as_test(
        kind,
        settings=settings(
            everyday,
            max_examples=scaled(30, 1_000),
            stateful_step_count=20,
            suppress_health_check=list(HealthCheck),
        ),
    )
