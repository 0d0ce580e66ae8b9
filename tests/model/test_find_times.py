"""Finding a time: named rows, and a minute-by-minute oracle that knows nothing of sets of starts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from rili.errors import InvalidParameter
from rili.model.find_times import (
    MINUTE_MS,
    STEPS_MINUTES,
    Found,
    Person,
    RoomTimes,
    Search,
    WorkingHours,
    check_search,
    find_times,
    grid,
)
from rili.model.free_busy import Busy
from rili.model.moment import DAY_MS, parse_date_time
from tests.properties import everyday

SHANGHAI, BERLIN, KATHMANDU, NEW_YORK = "Asia/Shanghai", "Europe/Berlin", "Asia/Kathmandu", "America/New_York"
LORD_HOWE = "Australia/Lord_Howe"


def ms(text: str, zone: str = SHANGHAI) -> int:
    """2026-03-02 is a Monday."""
    return parse_date_time(f"2026-{text}", "").within(zone).epoch_ms()


def busy(start: str, end: str, status: str = "BUSY") -> Busy:
    return Busy(ms(start), ms(end), status, SHANGHAI)  # type: ignore[arg-type]


def person(id_: str, *spans: Busy, zone: str = SHANGHAI, is_optional: bool = False) -> Person:
    return Person(id_, zone, is_optional, spans)


UNTIL_HALF_PAST_FOUR = person("a", busy("03-02T09:00", "03-02T16:30"))
MONDAY = Search(ms("03-02T00:00"), ms("03-03T00:00"), 60, SHANGHAI, results=50)


def shown(found: Found, zone: str = SHANGHAI) -> list[str]:
    """When the slots start by the clock."""
    return [f"{_local(one.starts_ms, zone):%m-%dT%H:%M}" for one in found.slots]


@pytest.mark.parametrize(
    ("search", "people", "expected"),
    [
        pytest.param(
            replace(MONDAY, results=3), [person("a")],
            ["03-02T09:00", "03-02T09:30", "03-02T10:00"], id="nobody is busy: from when work begins",
        ),
        pytest.param(
            MONDAY, [person("a", busy("03-02T09:00", "03-02T16:30"))],
            ["03-02T16:30", "03-02T17:00"], id="after what there is, and over when work ends",
        ),
        pytest.param(
            MONDAY, [person("a", busy("03-02T09:00", "03-02T12:00"), busy("03-02T13:00", "03-02T18:00"))],
            ["03-02T12:00"], id="exactly between two",
        ),
        pytest.param(
            MONDAY, [person("a", busy("03-02T09:00", "03-02T17:00", "TENTATIVE"))],
            ["03-02T17:00"], id="who is tentative is not free",
        ),
        pytest.param(
            MONDAY, [person("a", busy("03-02T09:00", "03-02T16:00"), busy("03-02T16:30", "03-02T16:30"))],
            ["03-02T16:00", "03-02T16:30", "03-02T17:00"], id="what has no length takes no time",
        ),
        pytest.param(
            MONDAY, [UNTIL_HALF_PAST_FOUR, person("b", busy("03-02T16:00", "03-02T17:30"), is_optional=True)],
            ["03-02T16:30", "03-02T17:00"], id="optional people are in the way of nothing",
        ),
        pytest.param(
            replace(MONDAY, minutes=30),
            [UNTIL_HALF_PAST_FOUR, person("b", busy("03-02T16:00", "03-02T17:30"), is_optional=True)],
            ["03-02T17:30", "03-02T16:30", "03-02T17:00"], id="times at which optional people can come first",
        ),
        pytest.param(
            replace(MONDAY, results=4), [person("a"), person("b", zone=BERLIN)],
            ["03-02T16:00", "03-02T16:30", "03-02T17:00"], id="the hours that zones have in common",
        ),
        pytest.param(
            replace(MONDAY, results=2), [person("a"), person("b", zone=BERLIN, is_optional=True)],
            ["03-02T16:00", "03-02T16:30"], id="optional people's hours first",
        ),
        pytest.param(
            replace(MONDAY, outside_hours=True, results=2), [person("a", busy("03-02T00:00", "03-02T17:30"))],
            ["03-02T17:30", "03-02T18:00"], id="outside working hours",
        ),
        pytest.param(
            replace(MONDAY, outside_hours=True, results=2), [person("a", busy("03-02T00:00", "03-02T09:00"))],
            ["03-02T09:00", "03-02T09:30"], id="working hours first",
        ),
        pytest.param(
            replace(MONDAY, conflicts=True, results=2),
            [
                person("a", busy("03-02T09:00", "03-02T18:00")),
                person("b", busy("03-02T09:00", "03-02T17:00")),
            ],
            ["03-02T17:00", "03-02T09:00"], id="with conflicts: the fewest first",
        ),
        pytest.param(
            replace(MONDAY, from_ms=ms("03-02T09:10:30"), results=2), [person("a")],
            ["03-02T09:30", "03-02T10:00"], id="by the clock, not by when the window begins",
        ),
        pytest.param(
            replace(MONDAY, zone=KATHMANDU, results=2), [person("a")],
            ["03-02T09:15", "03-02T09:45"], id="by the clock of the zone that is asked for",
        ),
        pytest.param(
            replace(MONDAY, to_ms=ms("03-09T00:00"), hours=WorkingHours(weekdays=(5,)), results=1), [person("a")],
            ["03-07T09:00"], id="on the days on which people work",
        ),
        pytest.param(
            replace(MONDAY, hours=WorkingHours(0, 1440), results=1), [person("a", busy("03-02T00:00", "03-02T23:00"))],
            ["03-02T23:00"], id="to the day's end",
        ),
    ],
)  # fmt: skip
def test_times(search: Search, people: list[Person], expected: list[str]) -> None:
    assert shown(find_times(search, people, None, 0)) == expected


@pytest.mark.parametrize(
    ("search", "people", "rooms", "now", "reason", "never_free"),
    [
        pytest.param(MONDAY, [person("a")], None, "03-03T00:00", "windowPassed", (), id="passed"),
        pytest.param(MONDAY, [person("a")], None, "03-02T23:30", "windowTooShort", (), id="too late"),
        pytest.param(
            replace(MONDAY, minutes=1440), [person("a")], None, "01-01T00:00", "noCommonWorkingHours", (),
            id="longer than a day of work",
        ),
        pytest.param(
            MONDAY, [person("a"), person("b", zone=NEW_YORK)], None, "01-01T00:00", "noCommonWorkingHours", (),
            id="far apart",
        ),
        pytest.param(
            MONDAY, [person("a", busy("03-02T09:00", "03-02T18:00")), person("b")], None, "01-01T00:00",
            "attendeesBusy", ("a",), id="somebody is busy all day",
        ),
        pytest.param(
            MONDAY, [person("a", busy("03-02T08:00", "03-02T13:00")), person("b", busy("03-02T13:00", "03-02T20:00"))],
            None, "01-01T00:00", "attendeesBusy", (), id="one after the other",
        ),
        pytest.param(MONDAY, [person("a")], [], "01-01T00:00", "noSuchRoom", (), id="no room"),
        pytest.param(
            MONDAY, [person("a")], [RoomTimes("r", [(ms("03-02T00:00"), ms("03-03T00:00"))])], "01-01T00:00",
            "roomsBusy", (), id="no room is free",
        ),
    ],
)  # fmt: skip
def test_why_there_is_none(
    search: Search, people: list[Person], rooms: list[RoomTimes] | None, now: str, reason: str,
    never_free: tuple[str, ...],
) -> None:  # fmt: skip
    assert find_times(search, people, rooms, ms(now)) == Found((), reason, never_free)  # type: ignore[arg-type]


def test_rooms() -> None:
    """A time at which one is free; all that are, in their order."""
    rooms = [
        RoomTimes("small", [(ms("03-02T09:00"), ms("03-02T17:00"))]),
        RoomTimes("large", [(ms("03-02T09:00"), ms("03-02T16:00")), (ms("03-02T17:30"), ms("03-02T18:00"))]),
    ]

    found = find_times(replace(MONDAY, minutes=30), [person("a")], rooms, 0)

    assert [(start[6:], one.room_ids) for start, one in zip(shown(found), found.slots, strict=True)] == [
        ("16:00", ("large",)), ("16:30", ("large",)), ("17:00", ("small", "large")), ("17:30", ("small",)),
    ]  # fmt: skip


def test_who_can() -> None:
    people = [
        person("a"),
        person("b", busy("03-02T09:00", "03-02T10:00", "TENTATIVE"), zone=BERLIN, is_optional=True),
        person("c", busy("03-02T09:00", "03-02T10:00"), is_optional=True),
    ]

    slot = find_times(replace(MONDAY, to_ms=ms("03-02T10:00")), people, None, 0).slots[0]

    assert slot.required_free
    assert [(one.person.id, one.standing, one.working) for one in slot.people] == [
        ("a", "FREE", True), ("b", "TENTATIVE", False), ("c", "BUSY", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "people", "description"),
    [
        pytest.param({}, 21, "attendees: 21 people", id="people"),
        pytest.param({"to_ms": MONDAY.from_ms}, 1, "endTime: it must lie after startTime", id="empty window"),
        pytest.param({"to_ms": MONDAY.from_ms + 31 * DAY_MS + 1}, 1, "longer than 31 days", id="long window"),
        pytest.param(
            {"minutes": 0}, 1, "durationMinutes: expected a number from 1 to 1440", id="no duration"
        ),
        pytest.param({"minutes": 1441}, 1, "durationMinutes", id="long duration"),
        pytest.param({"step_minutes": 20}, 1, "stepMinutes: expected one of 15, 30, 60", id="step"),
        pytest.param({"results": 51}, 1, "maxResults: expected a number from 1 to 50", id="results"),
        pytest.param({"hours": WorkingHours(600, 600)}, 1, "workingHours.end", id="no working hours"),
    ],
)
def test_bounds(change: dict[str, object], people: int, description: str) -> None:
    check_search(MONDAY, 20)

    with pytest.raises(InvalidParameter) as refused:
        check_search(replace(MONDAY, **change), people)

    assert description in (refused.value.description or "")


# The oracle: every minute of the window is looked at, with `zoneinfo` and plain comparisons.

ZONES = [SHANGHAI, BERLIN, KATHMANDU, NEW_YORK, LORD_HOWE, "America/St_Johns", "Pacific/Apia"]
AROUND = [ms(f"{day}T00:00") for day in ("03-29", "03-08", "04-05", "10-25", "11-01", "06-01")]
"""Days on which some of their clocks are moved, and one on which none is."""


def _local(epoch_ms: int, zone: str) -> datetime:
    return datetime.fromtimestamp(epoch_ms / 1000, UTC).astimezone(ZoneInfo(zone))


def plain_grid(zone: str, from_ms: int, last_ms: int, step_minutes: int) -> list[int]:
    first = -(-from_ms // MINUTE_MS) * MINUTE_MS
    minutes = range(first, last_ms + 1, MINUTE_MS)
    return [
        one for one in minutes if (_local(one, zone).hour * 60 + _local(one, zone).minute) % step_minutes == 0
    ]


def works(one: Person, starts_ms: int, ends_ms: int, hours: WorkingHours) -> bool:
    day = _local(starts_ms, one.zone).date()
    midnight = datetime(day.year, day.month, day.day)
    begin, end = (
        (midnight + timedelta(minutes=minute)).replace(tzinfo=ZoneInfo(one.zone)).timestamp() * 1000
        for minute in (hours.from_minute, hours.to_minute)
    )
    return day.weekday() in hours.weekdays and begin <= starts_ms and ends_ms <= end


def standing(one: Person, starts_ms: int, ends_ms: int) -> str:
    minutes = range(starts_ms, ends_ms, MINUTE_MS)
    met = {
        span.status
        for span in one.busy
        if span.starts_ms < span.ends_ms
        and any(span.starts_ms - MINUTE_MS < at < span.ends_ms for at in minutes)
    }
    return "BUSY" if "BUSY" in met else "TENTATIVE" if met else "FREE"


Plain = tuple[int, list[str], list[bool], list[str]]
"""When it starts, how each person stands and whether they work then, and the rooms."""


def plain_times(search: Search, people: list[Person], rooms: list[RoomTimes] | None) -> list[Plain]:
    found: list[tuple[tuple[int, ...], list[str], list[bool], list[str]]] = []
    length_ms = search.minutes * MINUTE_MS
    for starts_ms in plain_grid(search.zone, search.from_ms, search.to_ms - length_ms, search.step_minutes):
        ends_ms = starts_ms + length_ms
        standings = [standing(one, starts_ms, ends_ms) for one in people]
        working = [works(one, starts_ms, ends_ms, search.hours) for one in people]
        free_rooms = [
            room.id
            for room in rooms or ()
            if all(ends_ms <= low or high <= starts_ms for low, high in room.taken)
            and room.bookable(starts_ms, ends_ms)
        ]
        missing = sum(standings[n] != "FREE" for n, one in enumerate(people) if not one.is_optional)
        if (missing and not search.conflicts) or (rooms is not None and not free_rooms):
            continue
        nobody_must = all(one.is_optional for one in people)
        at_work = all(working[n] or (one.is_optional and not nobody_must) for n, one in enumerate(people))
        if not search.outside_hours and not at_work:
            continue
        away = sum(standings[n] != "FREE" for n, one in enumerate(people) if one.is_optional)
        found.append(((missing, away, working.count(False), starts_ms), standings, working, free_rooms))
    found.sort()
    return [(rank[-1], *rest) for rank, *rest in found[: search.results]]  # type: ignore[misc]


WEEKS = [(0, 1, 2, 3, 4), (5, 6), tuple(range(7))]
EVEN_HOURS = RoomTimes("e", [], lambda starts_ms, _: starts_ms // 3_600_000 % 2 == 0)
STATUSES = st.sampled_from(["BUSY", "TENTATIVE"])


@st.composite
def searches(draw: st.DrawFn) -> tuple[Search, list[Person], list[RoomTimes] | None]:
    from_ms = draw(st.sampled_from(AROUND)) + draw(st.integers(0, 48)) * 17 * MINUTE_MS
    to_ms = from_ms + draw(st.integers(1, 36)) * 60 * MINUTE_MS
    from_minute = draw(st.sampled_from([0, 60, 150, 540]))
    search = Search(
        from_ms, to_ms, draw(st.sampled_from([1, 15, 60, 100, 480])), draw(st.sampled_from(ZONES)),
        draw(st.sampled_from(STEPS_MINUTES)),
        WorkingHours(from_minute, draw(st.integers(from_minute + 1, 1440)), draw(st.sampled_from(WEEKS))),
        draw(st.booleans()), draw(st.booleans()), draw(st.integers(1, 50)),
    )  # fmt: skip
    hours = (to_ms - from_ms) // MINUTE_MS

    def span(low: int, length: int) -> tuple[int, int]:
        return from_ms + low * MINUTE_MS, from_ms + (low + length) * MINUTE_MS

    spans = st.builds(span, st.integers(-200, hours), st.integers(0, 300))
    people = [
        Person(
            f"p{number}", draw(st.sampled_from(ZONES)), draw(st.booleans()),
            [Busy(*one, draw(STATUSES), SHANGHAI) for one in draw(st.lists(spans, max_size=4))],
        )
        for number in range(draw(st.integers(1, 4)))
    ]  # fmt: skip
    taken = st.lists(spans.filter(lambda one: one[0] < one[1]), max_size=3)
    room = st.builds(RoomTimes, st.sampled_from("rs"), taken) | st.just(EVEN_HOURS)
    return search, people, draw(st.none() | st.lists(room, max_size=2))


@everyday
@given(searches())
def test_it_finds_what_looking_at_every_minute_finds(
    given_: tuple[Search, list[Person], list[RoomTimes] | None],
) -> None:
    search, people, rooms = given_

    found = find_times(search, people, rooms, 0)

    assert [
        (one.starts_ms, [p.standing for p in one.people], [p.working for p in one.people], list(one.room_ids))
        for one in found.slots
    ] == plain_times(search, people, rooms)
    assert (found.reason is None) == bool(found.slots)


@everyday
@given(
    st.sampled_from(ZONES), st.sampled_from(AROUND), st.integers(0, 3600), st.integers(0, 72),
    st.sampled_from(STEPS_MINUTES),
)  # fmt: skip
@example("Australia/Lord_Howe", ms("10-03T14:00", "UTC"), 0, 6, 60)  # skips half an hour
def test_the_grid_follows_the_clock(zone: str, day: int, seconds: int, hours: int, step: int) -> None:
    from_ms = day + seconds * 1000
    last_ms = from_ms + hours * 3_600_000

    assert grid(zone, from_ms, last_ms, step) == plain_grid(zone, from_ms, last_ms, step)
