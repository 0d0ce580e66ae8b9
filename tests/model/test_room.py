"""Who sees a room, and who may book it when: rules one by one, then all of them against a plain reading."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from rili.errors.rooms import RoomNameUnsafe, RoomParameter
from rili.model.room import (
    ADMINISTRATORS,
    EVERYONE,
    NOBODY,
    SOME,
    Advance,
    Ban,
    Closing,
    Members,
    Person,
    Room,
    RoomSettings,
    administers,
    may_book,
    may_see,
    new_room_id,
    new_room_number,
)
from rili.model.room_change import RoomChange, change_room
from tests.properties import everyday

ZONE = "Asia/Shanghai"
NOW = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo(ZONE))
HOUR_MS = 3_600_000


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


NOW_MS = ms(NOW)
ROOM = Room(corp_id="c", room_id="r", number=1, name="room", group_id=7)
ANN = Person(union_id="ann", dept_ids=frozenset({1, 5}), zone=ZONE)
NAMED = Members(("ann",))


def ask(
    room: Room = ROOM,
    person: Person = ANN,
    *,
    begins: datetime = NOW + timedelta(days=1),
    minutes: float = 60,
    series: bool = False,
) -> str | None:
    starts_ms = ms(begins)
    return may_book(
        room,
        person,
        starts_ms=starts_ms,
        ends_ms=starts_ms + int(minutes * 60_000),
        now_ms=NOW_MS,
        series=series,
    )


def with_(**settings) -> Room:
    return replace(ROOM, settings=RoomSettings(**settings))


TOMORROW_MS = NOW_MS + 24 * HOUR_MS
CLOSED = Closing(TOMORROW_MS, TOMORROW_MS + HOUR_MS, "carpet")


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        pytest.param({}, None, id="plain"),
        pytest.param({"room": with_(approval="standard")}, None, id="standard approval"),
        pytest.param({"room": with_(approval="custom")}, "approval process of its own", id="custom approval"),
        pytest.param({"room": with_(open_reservation=False)}, "not open", id="not open"),
        pytest.param({"series": True}, None, id="series"),
        pytest.param(
            {"series": True, "room": with_(enable_cycle_reservation=False)}, "recurring", id="no series"
        ),
        pytest.param({"room": with_(enable_cycle_reservation=False)}, None, id="no series, and none"),
        pytest.param({"room": replace(ROOM, status=ADMINISTRATORS)}, "only administrators", id="not an administrator"),
        pytest.param(
            {"room": replace(ROOM, status=ADMINISTRATORS), "person": replace(ANN, admin=True)}, None, id="administrator"
        ),
        pytest.param(
            {"room": replace(ROOM, status=ADMINISTRATORS), "person": replace(ANN, group_ids=frozenset({7}))},
            None,
            id="administrator of the group",
        ),
        pytest.param(
            {"room": replace(ROOM, status=ADMINISTRATORS), "person": replace(ANN, group_ids=frozenset({8}))},
            "only administrators",
            id="administrator of another group",
        ),
        pytest.param(
            {"room": replace(ROOM, status=SOME, authorized=NAMED)}, None, id="one of some"
        ),
        pytest.param(
            {"room": replace(ROOM, status=SOME, authorized=Members((), (5,)))}, None, id="in a department of some"
        ),
        pytest.param(
            {"room": replace(ROOM, status=SOME, authorized=Members(("bob",), (6,)))}, "some people", id="none of some"
        ),
        pytest.param(
            {"room": replace(ROOM, status=ADMINISTRATORS, authorized=NAMED)},
            "only administrators",
            id="a list that is not in use",
        ),
        pytest.param(
            {"room": replace(with_(open_reservation=False, closing=Closing(0), advance=Advance(1, "days")),
                             status=ADMINISTRATORS, super_users=Members((), (1,))), "begins": NOW + timedelta(days=9)},
            None,
            id="super user",
        ),
        pytest.param(
            {"room": replace(with_(max_minutes=30), super_users=NAMED)}, "30 minutes at most", id="long, super user"
        ),
        pytest.param({"room": with_(min_minutes=60, max_minutes=60)}, None, id="as long as it must be"),
        pytest.param({"room": with_(min_minutes=61)}, "61 minutes at least", id="too short"),
        pytest.param({"room": with_(max_minutes=60), "minutes": 60.01}, "60 minutes at most", id="too long"),
        pytest.param({"room": with_(), "minutes": 0}, None, id="no length"),
        pytest.param({"person": replace(ANN, ban=Ban("ann", NOW_MS))}, "blacklist", id="banned from now on"),
        pytest.param({"person": replace(ANN, ban=Ban("ann", NOW_MS + 1))}, None, id="banned later"),
        pytest.param({"person": replace(ANN, ban=Ban("ann", 0, NOW_MS + 1))}, "blacklist", id="banned until soon"),
        pytest.param({"person": replace(ANN, ban=Ban("ann", 0, NOW_MS))}, None, id="banned until now"),
        pytest.param({"room": with_(closing=CLOSED)}, "closed then: carpet", id="closed then"),
        pytest.param({"room": with_(closing=replace(CLOSED, reason=None))}, "it is closed then", id="no reason"),
        pytest.param(
            {"room": with_(closing=CLOSED), "begins": NOW + timedelta(hours=25)}, None, id="opens as it begins"
        ),
        pytest.param(
            {"room": with_(closing=CLOSED), "begins": NOW + timedelta(hours=23)}, None, id="closes as it ends"
        ),
        pytest.param({"room": with_(closing=CLOSED), "minutes": 0}, "closed", id="no length, as it closes"),
        pytest.param({"room": with_(closing=Closing(0))}, "closed", id="closed for good"),
    ],
)  # fmt: skip
def test_may_book(asked, reason):
    said = ask(**asked)

    assert (said is None) == (reason is None), said
    assert reason is None or reason in said


@pytest.mark.parametrize(
    ("advance", "day", "may"),
    [
        # It is Monday, 2 March 2026, 09:00.
        pytest.param(Advance(7, "days", "09:00"), "2026-03-09", True, id="a week, opens now"),
        pytest.param(Advance(7, "days", "09:01"), "2026-03-09", False, id="a week, opens in a minute"),
        pytest.param(Advance(7, "days"), "2026-03-10", False, id="a day more"),
        pytest.param(Advance(2, "weeks"), "2026-03-16", True, id="two weeks"),
        pytest.param(Advance(2, "weeks"), "2026-03-17", False, id="a day more than two weeks"),
        pytest.param(Advance(1, "months"), "2026-04-02", True, id="a month"),
        pytest.param(Advance(1, "months"), "2026-04-03", False, id="a day more than a month"),
        pytest.param(Advance(2, "years"), "2028-03-02", True, id="two years"),
        pytest.param(Advance(2, "years"), "2028-03-03", False, id="a day more than two years"),
    ],
)
def test_how_far_ahead(advance, day, may):
    begins = datetime.fromisoformat(f"{day}T23:30").replace(tzinfo=ZoneInfo(ZONE))

    assert (ask(with_(advance=advance), begins=begins, minutes=60) is None) == may


@pytest.mark.parametrize(
    ("day", "count", "unit", "opens"),
    [
        pytest.param("2026-03-31", 1, "months", "2026-02-28", id="a month without that day"),
        pytest.param("2028-02-29", 1, "years", "2027-02-28", id="a year without that day"),
        pytest.param("2026-01-15", 13, "months", "2024-12-15", id="over two years"),
    ],
)
def test_when_a_day_opens(day, count, unit, opens):
    zone = ZoneInfo("America/New_York")
    starts = datetime.fromisoformat(f"{day}T00:30").replace(tzinfo=zone)

    opens_ms = Advance(count, unit, "08:15").opens_ms(ms(starts), "America/New_York")

    assert opens_ms == ms(datetime.fromisoformat(f"{opens}T08:15").replace(tzinfo=zone))


MEMBERS = st.builds(
    Members,
    st.lists(st.sampled_from(["ann", "bob"]), unique=True).map(tuple),
    st.lists(st.sampled_from([1, 5, 6]), unique=True).map(tuple),
)
SPANS = st.tuples(st.integers(-9, 9), st.none() | st.integers(1, 9))
ROOMS = st.builds(
    lambda status, group_id, authorized, powerful, settings: replace(
        ROOM, status=status, group_id=group_id, authorized=authorized, super_users=powerful, settings=settings
    ),
    st.sampled_from([EVERYONE, ADMINISTRATORS, SOME]),
    st.sampled_from([0, 7]),
    MEMBERS,
    MEMBERS,
    st.builds(
        RoomSettings,
        enable_cycle_reservation=st.booleans(),
        open_reservation=st.booleans(),
        min_minutes=st.sampled_from([0, 60]),
        max_minutes=st.sampled_from([0, 120]),
        advance=st.none() | st.builds(Advance, st.integers(1, 3), st.sampled_from(["days", "weeks"]), st.just("09:00")),
        closing=st.none()
        | SPANS.map(lambda span: Closing(NOW_MS + span[0] * HOUR_MS,
                                         None if span[1] is None else NOW_MS + (span[0] + span[1]) * HOUR_MS)),
        approval=st.sampled_from(["none", "standard", "custom"]),
    ),
)  # fmt: skip
PEOPLE = st.builds(
    Person,
    union_id=st.sampled_from(["ann", "bob"]),
    dept_ids=st.sets(st.sampled_from([1, 5, 6])).map(frozenset),
    admin=st.booleans(),
    group_ids=st.sets(st.sampled_from([7, 8])).map(frozenset),
    ban=st.none()
    | SPANS.map(
        lambda span: Ban("x", NOW_MS + span[0], None if span[1] is None else NOW_MS + span[0] + span[1])
    ),
    zone=st.just(ZONE),
)


@everyday
@given(ROOMS, PEOPLE, st.integers(0, 24 * 25), st.integers(0, 4), st.booleans())
def test_may_book_is_what_it_says(room, person, hours, half_hours, series):
    """Against the same rules, written as one sentence each."""
    begins = NOW + timedelta(hours=hours)
    ends = begins + timedelta(minutes=30 * half_hours)
    settings = room.settings

    def listed(members):
        return person.union_id in members.union_ids or any(one in members.dept_ids for one in person.dept_ids)

    is_super = listed(room.super_users)
    is_admin = person.admin or room.group_id in person.group_ids
    minutes = 30 * half_hours
    instants = range(ms(begins), max(ms(ends), ms(begins) + 1), HOUR_MS // 2)
    closing, advance = settings.closing, settings.advance
    closed = closing is not None and any(
        closing.starts_ms <= one and (closing.ends_ms is None or one < closing.ends_ms) for one in instants
    )
    # It is 09:00, and days open at 09:00: today's is the last that opened.
    too_early = advance is not None and begins.date() > NOW.date() + timedelta(
        days=advance.count * (7 if advance.unit == "weeks" else 1)
    )
    banned = person.ban is not None and (
        person.ban.starts_ms <= NOW_MS and (person.ban.ends_ms is None or person.ban.ends_ms > NOW_MS)
    )
    for_them = room.status == EVERYONE or is_admin or (room.status == SOME and listed(room.authorized))
    wanted = (
        settings.approval != "custom"
        and not (series and not settings.enable_cycle_reservation)
        and not banned
        and minutes >= settings.min_minutes
        and (settings.max_minutes == 0 or minutes <= settings.max_minutes)
        and (is_super or (settings.open_reservation and for_them and not closed and not too_early))
    )

    said = may_book(room, person, starts_ms=ms(begins), ends_ms=ms(ends), now_ms=NOW_MS, series=series)

    assert (said is None) == wanted, said
    assert administers(room, person) == is_admin
    assert may_see(room, person) == (for_them or is_super)


def test_ids():
    assert new_room_id(lambda count: b"\xab" * count) == "ab" * 24
    assert new_room_number(lambda count: b"\x00" * count) == 1
    assert new_room_number(lambda count: b"\xff" * count) < 2**62


BAD = [
    pytest.param({"name": " "}, "lack roomName", id="blank name"),
    pytest.param({"name": "x" * 129}, "roomName invalid", id="long name"),
    pytest.param({"status": 3}, "roomStatus invalid", id="status"),
    pytest.param({"status": SOME}, "lack authorizedMembers", id="some, and nobody"),
    pytest.param(
        {"status": SOME, "authorized": NOBODY}, "lack authorizedMembers", id="some, and an empty list"
    ),
    pytest.param({"capacity": -1}, "roomCapacity invalid", id="capacity"),
    pytest.param({"capacity": 2**53}, "roomCapacity invalid", id="capacity beyond numbers"),
    pytest.param({"group_id": -1}, "groupId invalid", id="group"),
    pytest.param({"label_ids": (1, 6)}, "roomLabelIds invalid", id="label"),
    pytest.param({"picture": "x" * 1001}, "roomPicture invalid", id="long picture"),
    pytest.param({"isv_room_id": "x" * 129}, "isvRoomId invalid", id="long id"),
    pytest.param({"min_minutes": -1}, "minReservationTimeInterval invalid", id="less than nothing"),
    pytest.param(
        {"min_minutes": 9, "max_minutes": 8}, "maxReservationTimeInterval invalid", id="no length is both"
    ),
    pytest.param({"advance": Advance(0, "days")}, "advanceReservationTime invalid", id="no time ahead"),
    pytest.param({"advance": Advance(1, "days", "9:00")}, "advanceBookTimeFormat invalid", id="time of day"),
    pytest.param(
        {"advance": Advance(1, "days", "25:00")}, "advanceBookTimeFormat invalid", id="no time of day"
    ),
    pytest.param({"closing": Closing(-1)}, "taskStartTime invalid", id="closed before time"),
    pytest.param({"closing": Closing(5, 5)}, "taskEndTime invalid", id="closed for no time"),
]


@pytest.mark.parametrize(("change", "error"), BAD)
def test_bad_changes(change, error):
    with pytest.raises(RoomParameter) as raised:
        change_room(ROOM, RoomChange(**change))

    assert raised.value.message == f"Error:{error}"
    assert raised.value.description


@pytest.mark.parametrize("name", ["a\nb", "a\u202eb", "\x00", "a\u2028b"])
def test_unsafe_names(name):
    with pytest.raises(RoomNameUnsafe):
        change_room(ROOM, RoomChange(name=f"x{name}x"))


def test_changing():
    """What is not named stays; texts are trimmed, and empty ones clear; a list goes with the status that uses it."""
    some = change_room(ROOM, RoomChange(status=SOME, authorized=NAMED, picture=" p ", label_ids=(2, 1, 2)))

    assert (some.authorized, some.settings.picture, some.settings.label_ids) == (NAMED, "p", (2, 1))
    assert change_room(some, RoomChange()) == some
    assert change_room(some, RoomChange(name=" new ")).name == "new"
    assert change_room(some, RoomChange(picture="")).settings.picture is None
    everyone = change_room(some, RoomChange(status=EVERYONE))
    assert everyone.authorized == NOBODY
    assert change_room(ROOM, RoomChange(authorized=NAMED)) == ROOM
    # Whose list lost its last member is changed all the same.
    assert change_room(replace(some, authorized=NOBODY), RoomChange(capacity=3)).capacity == 3
