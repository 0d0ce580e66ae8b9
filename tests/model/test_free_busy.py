"""What takes somebody's time, held against an oracle that looks at every day of a rule and every minute of a window."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from rili.model.free_busy import Answers, Busy, Occupying, busy_times, day_starts_ms
from rili.model.moment import Moment
from rili.model.people import RESPONSES
from rili.model.recurrence import GivenPattern, GivenRange, GivenRecurrence, Recurrence, settle
from rili.model.series import Override, Slot
from rili.model.when import AllDay, Timed, When
from tests.properties import everyday

ME, OTHER = "me", "other"
MINUTE_MS = 60_000
FIRST = date(2026, 3, 6)
ZONES = ["Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago"]
"""One of them moves its clocks on 8 March."""

minutes = st.integers(0, 24 * 4 - 1).map(lambda quarter: quarter * 15)


@st.composite
def whens(draw: st.DrawFn) -> When:
    first = FIRST + timedelta(days=draw(st.integers(-1, 3)))
    if draw(st.booleans()):
        return AllDay(first, first + timedelta(days=draw(st.integers(1, 2))))
    zone = draw(st.sampled_from(ZONES))
    start = datetime(first.year, first.month, first.day) + timedelta(minutes=draw(minutes))
    moment = Moment(start, zone)
    return Timed(moment, Moment.at(moment.epoch_ms() + draw(st.sampled_from([0, 15, 600])) * MINUTE_MS, zone))


def rule_of(when: When, interval: int, number: int) -> Recurrence:
    given_ = GivenRecurrence(
        GivenPattern(type="daily", interval=interval), GivenRange(number_of_occurrences=number)
    )
    return settle(given_, when, "documented")


@st.composite
def cases(draw: st.DrawFn) -> dict[str, Any]:
    when, interval, number = draw(whens()), draw(st.integers(1, 2)), draw(st.integers(1, 5))
    responses = st.none() | st.sampled_from(RESPONSES)
    busy_or_free = st.sampled_from(["busy", "free"])
    slots = [Slot(when.first_day.toordinal() + interval * step) for step in range(number)]
    flags = {name: st.booleans() for name in ("removed", "cancelled", "asked_again")}
    override = st.one_of(
        st.builds(Override, edited=st.just(True), **flags),
        st.builds(Override, when=whens(), asked_again=st.just(True)),
        st.builds(Override, free_busy=busy_or_free),
    )
    from_ms = draw(st.integers(-12, 5 * 24)) * 3_600_000 + day_starts_ms(FIRST.toordinal(), "UTC")
    repeats = draw(st.booleans())
    return {
        "event": Occupying(
            "id", draw(st.sampled_from([ME, OTHER])), when, rule_of(when, interval, number) if repeats else None,
            draw(busy_or_free), draw(st.integers(0, 9)) == 0,
        ),
        "slots": slots if repeats else [],
        "overrides": draw(st.dictionaries(st.sampled_from(slots), override, max_size=3)) if repeats else {},
        "answers": Answers(
            draw(responses), draw(st.dictionaries(st.sampled_from(slots), responses, max_size=2)) if repeats else {}
        ),
        "zone": draw(st.sampled_from(ZONES)),
        "from_ms": from_ms,
        "to_ms": from_ms + draw(st.sampled_from([15, 60, 1440, 7 * 1440])) * MINUTE_MS,
    }  # fmt: skip


def instant(wall: datetime, zone: str) -> int:
    return round(wall.replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1000


def plain_span(when: When, zone: str) -> tuple[int, int]:
    if isinstance(when, AllDay):
        return tuple(instant(datetime(day.year, day.month, day.day), zone) for day in (when.start, when.end))  # type: ignore[return-value]
    return when.starts_ms, when.ends_ms


def on_day(when: When, days: int) -> When:
    """The same by the clock, some days later."""
    if isinstance(when, AllDay):
        return AllDay(when.start + timedelta(days=days), when.end + timedelta(days=days))
    start, end = (Moment(one.wall + timedelta(days=days), one.zone) for one in (when.start, when.end))
    return when if not days else Timed(start, end)


def plain(case: dict[str, Any]) -> list[tuple[int, int, str]]:
    event, answers = case["event"], case["answers"]
    found: list[tuple[int, int, str]] = []
    for slot in case["slots"] or [None]:
        override = case["overrides"].get(slot, Override()) if slot else Override()
        days = slot.day - event.when.first_day.toordinal() if slot else 0
        when = on_day(event.when, days) if not isinstance(override.when, When) else override.when
        response = answers.own.get(slot, answers.whole)
        if slot not in answers.own and override.asked_again and response and event.organizer_id != ME:
            response = "needsAction"
        free = event.free_busy if override.free_busy not in ("busy", "free") else override.free_busy
        if event.cancelled or override.cancelled or override.removed or free == "free":
            continue
        if response in (None, "declined"):
            continue
        starts_ms, ends_ms = plain_span(when, case["zone"])
        if any(
            starts_ms <= at < ends_ms or at == starts_ms == ends_ms
            for at in range(case["from_ms"], case["to_ms"], MINUTE_MS)
        ):
            busy = event.organizer_id == ME or response == "accepted"
            found.append((starts_ms, ends_ms, "BUSY" if busy else "TENTATIVE"))
    return sorted(found)


@everyday
@given(cases())
def test_it_is_what_every_minute_says(case: dict[str, Any]) -> None:
    spans: list[Busy] = sorted(
        busy_times(
            case["event"],
            case["overrides"],
            case["answers"],
            ME,
            case["zone"],
            case["from_ms"],
            case["to_ms"],
        )
    )

    assert [(one.starts_ms, one.ends_ms, one.status) for one in spans] == plain(case)
    for one in spans:
        assert (one.first_day > 0) == (one.end_day > 0) == (not one.zone)


@everyday
@given(
    st.sampled_from([*ZONES, "America/Sao_Paulo", "Asia/Beirut"]),
    st.dates(date(2000, 1, 1), date(2030, 1, 1)),
)
def test_a_day_begins_with_its_first_instant(zone: str, day: date) -> None:
    """Also where midnight is skipped."""
    starts_ms = day_starts_ms(day.toordinal(), zone)
    local = [
        datetime.fromtimestamp((starts_ms + shift) / 1000, UTC).astimezone(ZoneInfo(zone)).date()
        for shift in (-1, 0)
    ]

    assert local == [day - timedelta(days=1), day]
