"""Bookings in the store: the database itself refuses one over another, and finds what is in the way."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rili.model.booking import Booking
from rili.model.event import Event
from rili.model.moment import Moment
from rili.model.when import Timed
from rili.store import bookings, calendars, events
from rili.store.bookings import Overlap
from rili.store.db import Refused, Tx
from tests.people import SharedDatabase, add_organisation, add_user
from tests.properties import everyday
from tests.soak.scale import scaled

ROOM = {"a": 2**61 + 1, "b": 2**61 + 2}
KEYS = [f"20260301{number:02d}" for number in range(100)]


class _Undone(Exception):
    """Leaves nothing of a transaction."""


@pytest.fixture(scope="session")
def pair(shared_database: SharedDatabase) -> tuple[Event, Event]:
    """Two events of one organisation."""

    def make(tx: Tx) -> tuple[Event, Event]:
        corp_id = add_organisation(tx)
        owner_id = add_user(tx, corp_id, "ann").union_id
        calendar = calendars.primary(tx, corp_id, owner_id)
        assert calendar is not None
        when = Timed(Moment.at(0, "UTC"), Moment.at(0, "UTC"))
        one, other = (
            Event(
                corp_id,
                f"e{number}{os.urandom(4).hex()}",
                calendar.calendar_id,
                owner_id,
                "Event",
                when,
                0,
                0,
            )
            for number in range(2)
        )
        events.add(tx, one)
        events.add(tx, other)
        return one, other

    return shared_database.write(make)


def spans(room_id: str, *found: tuple[int, int]) -> list[Booking]:
    return [
        Booking(room_id, KEYS[number], starts, ends, "accepted")
        for number, (starts, ends) in enumerate(found)
    ]


@pytest.mark.parametrize(
    ("there", "wanted", "free"),
    [
        pytest.param((10, 20), (20, 30), True, id="begins as it ends"),
        pytest.param((10, 20), (0, 10), True, id="ends as it begins"),
        pytest.param((10, 20), (19, 21), False, id="begins before it ends"),
        pytest.param((10, 20), (0, 11), False, id="ends after it begins"),
        pytest.param((10, 20), (12, 13), False, id="within"),
        pytest.param((10, 20), (0, 30), False, id="around"),
        pytest.param((10, 20), (10, 20), False, id="the same"),
        pytest.param((-(10**14), 10**14), (0, 1), False, id="within what is long"),
        pytest.param((-(10**14), 0), (0, 10**14), True, id="both long"),
        pytest.param((10, 20), (15, 15), True, id="without length, within"),
        pytest.param((15, 15), (10, 20), True, id="around what has no length"),
    ],
)
def test_the_database_refuses(
    shared_database: SharedDatabase,
    pair: tuple[Event, Event],
    there: tuple[int, int],
    wanted: tuple[int, int],
    *,
    free: bool,
) -> None:
    """Whoever asks: nobody looked before. Another room is another matter."""
    one, other = pair

    def act(tx: Tx) -> None:
        bookings.add(tx, one, ROOM, spans("a", (-(9 * 10**14), -(10**14)), there, (10**14, 9 * 10**14)))
        bookings.add(tx, other, ROOM, spans("b", wanted))
        assert (bookings.clashes(tx, other.corp_id, "a", spans("a", wanted)) == []) == free
        bookings.add(tx, other, ROOM, spans("a", wanted))
        raise _Undone

    with pytest.raises(_Undone if free else Overlap):
        shared_database.write(act)


def test_a_booking_is_not_moved(shared_database: SharedDatabase, pair: tuple[Event, Event]) -> None:
    """On SQLite nothing would see to it; what is moved is written anew."""
    one, other = pair

    def act(tx: Tx) -> None:
        bookings.add(tx, one, ROOM, spans("a", (10, 20)))
        bookings.add(tx, other, ROOM, spans("a", (20, 30)))
        tx.run(
            "UPDATE bookings SET starts_ms = 15 WHERE corp_id = :corp_id AND starts_ms = 20",
            corp_id=one.corp_id,
        )

    with pytest.raises(Refused):
        shared_database.write(act)


SPANS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 6)).map(lambda one: (one[0], sum(one))), max_size=12
)


@settings(everyday, max_examples=scaled(60, 2_000), suppress_health_check=list(HealthCheck))
@given(held=SPANS, beside=SPANS, wanted=SPANS)
def test_what_clashes(
    shared_database: SharedDatabase,
    pair: tuple[Event, Event],
    held: list[tuple[int, int]],
    beside: list[tuple[int, int]],
    wanted: list[tuple[int, int]],
) -> None:
    """Found exactly, whatever is held, is without length, or lies over others since a zone was redefined."""
    one, other = pair
    free: list[tuple[int, int]] = []
    for span in held:
        if all(not _overlap(span, taken) for taken in free):
            free.append(span)
    rows = spans("a", *free, *beside)

    def act(tx: Tx) -> None:
        bookings.add(tx, one, ROOM, rows[: len(free)])
        bookings.add(tx, one, ROOM, rows[len(free) :], holds=False)
        asked = spans("a", *wanted)
        found = bookings.clashes(tx, one.corp_id, "a", asked)
        assert {clash.occurrence for clash in found} == {
            each.occurrence
            for each in asked
            if any(_overlap((each.starts_ms, each.ends_ms), taken) for taken in [*free, *beside])
        }
        assert {clash.event_id for clash in found} <= {one.id}
        assert bookings.of_event(tx, one.corp_id, one.id) == set(rows)
        assert bookings.of_event(tx, one.corp_id, other.id) == set()
        raise _Undone

    with pytest.raises(_Undone):
        shared_database.write(act)


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[0] < one[1] and other[0] < other[1]
