"""What is written is read back, and every client finds the occurrences that Rili finds."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

import icalendar
import pytest
import recurring_ical_events
from hypothesis import Phase, assume, given, settings
from msgspec import UNSET
from msgspec.structs import replace

from rili.ical.read import EventText, read_event
from rili.ical.write import Naming, event_text, occurrence_text
from rili.model.event import Event
from rili.model.expansion import expand, expand_days
from rili.model.moment import Moment, midnight_ms
from rili.model.rrule import to_rrule
from rili.model.series import PLAIN, Slot, instance
from rili.model.when import Timed, When
from tests.ical.events import SINGLES, Sample, plain, samples, slot_of
from tests.properties import everyday
from tests.soak.scale import scaled

some = settings(everyday, max_examples=scaled(100, 1_000), phases=[Phase.explicit, Phase.generate])
EVER = 10**17
FIRST = 15
"""Occurrences that are looked at; exceptions lie on the first twelve."""


def written(sample: Sample) -> bytes:
    naming = Naming({"aliceId": "alice@corp.example"}, "https://meet.example/{}".format)
    return event_text(
        sample.event, sample.people, overrides=sample.overrides, people_on=sample.people_on, naming=naming
    )


def spans(
    event: Event, changed: Mapping[Slot, When], removed: Iterable[Slot], until_ms: int = EVER
) -> dict[Slot, Any]:
    """The first slots, or all to *until_ms*, and from when to when each is."""
    if event.recurrence is None:
        return {Slot(0): span(event.when)}
    occurrences = expand(event.recurrence, event.when, -EVER, until_ms + 1)
    there = {
        slot_of(one): (one.starts_ms, one.ends_ms)
        for one in islice(occurrences, FIRST if until_ms == EVER else None)
    }
    moved = {slot: span(when) for slot, when in changed.items()}
    return {slot: one for slot, one in (there | moved).items() if slot not in removed}


def span(when: When) -> tuple[int, int]:
    return when.starts_ms, when.ends_ms


def own_spans(sample: Sample, until_ms: int = EVER) -> dict[Slot, Any]:
    overrides = sample.overrides
    moved = {slot: one.when for slot, one in overrides.items() if one.when is not UNSET}
    return spans(sample.event, moved, [slot for slot, one in overrides.items() if one.removed], until_ms)


def read_spans(text: EventText, event: Event) -> dict[Slot, Any]:
    assert text.content is not None
    there = replace(event, when=text.content.when, recurrence=text.recurrence)
    return spans(there, {one.slot: one.content.when for one in text.exceptions if one.slot}, text.removed)


@given(samples())
@some
def test_occurrences_are_read_back(sample):
    text = read_event(written(sample))

    assert read_spans(text, sample.event) == own_spans(sample)
    assert text.removed == {slot for slot, one in sample.overrides.items() if one.removed}
    recurrence = sample.event.recurrence
    if recurrence is not None and recurrence.pattern is not None:
        assert to_rrule(text.recurrence, text.content.when) == to_rrule(recurrence, sample.event.when)
        assert text.recurrence.pattern == recurrence.pattern


@given(samples())
@some
def test_fields_and_people_are_read_back(sample):
    text = read_event(written(sample))

    parts = [(sample.event, sample.people, text.content)]
    for one in text.exceptions:
        occurrence = next(expand_days(sample.event.recurrence, sample.event.when, one.slot.day, one.slot.day))
        override = sample.overrides.get(one.slot, PLAIN)
        there = sample.people_on.get(one.slot, sample.people)
        parts.append((instance(sample.event, occurrence, override).event, there, one.content))
    meeting = max(len(people) for _, people, _ in parts) > 1
    for event, people, content in parts:
        assert content.summary == plain(event.summary)
        for name in ("description", "location", "rich_text"):
            assert getattr(content, name) == (plain(getattr(event, name) or "") or None)
        assert [one.name for one in content.categories] == list(
            dict.fromkeys(plain(one.name or "").strip() for one in event.categories)
        )
        assert content.reminders == event.reminders
        assert content.free_busy == event.free_busy
        assert content.private == event.private
        assert content.sequence == event.version
        assert [
            (one.name or "", one.response, one.is_optional, one.email or one.person_id)
            for one in content.people
        ] == [
            (one.name, one.response, one.is_optional, address_of(one))
            for one in dict.fromkeys(people)
            if meeting
        ]


def address_of(person: Any) -> str:
    return person.email or {"aliceId": "alice@corp.example"}.get(person.person_id, person.person_id)


@given(SINGLES)
@some
def test_a_single_event_keeps_its_instants_zone_and_pass(sample):
    when = read_event(event_text(sample.event)).content.when

    assert span(when) == span(sample.event.when)
    assert when == Timed(
        *(Moment.at(one.epoch_ms(), one.zone) for one in (sample.event.when.start, sample.event.when.end))
    )


@given(samples())
@some
def test_one_occurrence_alone(sample):
    if sample.event.recurrence is None:
        return
    for occurrence in islice(expand_days(sample.event.recurrence, sample.event.when), 3):
        override = sample.overrides.get(slot_of(occurrence), PLAIN)
        if override.removed:
            continue
        one = instance(sample.event, occurrence, override)
        text = read_event(occurrence_text(one, sample.people))

        assert text.content is None
        assert [span(there.content.when) for there in text.exceptions] == [span(one.event.when)]
        assert text.uid == sample.event.id


@pytest.fixture(scope="module")
def one_tz_database() -> Iterator[None]:
    """The oracle's zones from the package that ours are from, not from the machine, whose laws may be older."""
    zoneinfo.reset_tzpath(())
    zoneinfo.ZoneInfo.clear_cache()
    yield
    zoneinfo.reset_tzpath()


@pytest.mark.usefixtures("one_tz_database")
@given(samples())
@some
def test_occurrences_are_those_of_recurring_ical_events(sample):
    """The oracle adds the length to the clock on the wall, also where the start is skipped, so what begins at a skipped
    02:30 and lasts an hour ends as it begins: of such an occurrence the start alone is compared.
    """
    event = sample.event
    assume(not misread_by_dateutil(event))
    by_rule = own_spans(replace(sample, overrides={}))
    low, high = min(start for start, _ in by_rule.values()), max(start for start, _ in by_rule.values())
    ours = own_spans(sample, high)
    query = recurring_ical_events.of(icalendar.Calendar.from_ical(written(sample)))
    skipped = skipped_starts(event)

    def comparable(spans: Iterable[tuple[int, int]]) -> list[object]:
        return sorted(
            (one[0], None if one[0] in skipped else one[1]) for one in spans if low <= one[0] <= high
        )

    assert comparable(found(query, low, high + 1000)) == comparable(ours.values())


def misread_by_dateutil(event: Event) -> bool:
    """The oracle expands with dateutil as it is. That takes plain days and numbered ones beside each other for both at
    once, and BYWEEKNO without BYDAY for every day of the week, where RFC 5545 3.3.10 means the one of DTSTART.
    """
    rule = (event.recurrence and event.recurrence.rrule) or ""
    days = next((part[6:].split(",") for part in rule.split(";") if part.startswith("BYDAY=")), [])
    return len({len(day) > 2 for day in days}) > 1 or ("BYWEEKNO" in rule and not days)


def found(query: Any, from_ms: int, to_ms: int) -> list[tuple[int, int]]:
    from_, to = (datetime.fromtimestamp(ms / 1000, UTC) for ms in (from_ms, to_ms))
    return [(as_ms(one.start), as_ms(one.end)) for one in query.between(from_, to)]


def skipped_starts(event: Event) -> set[int]:
    if event.recurrence is None or not isinstance(event.when, Timed):
        return set()
    starts = [
        instance(event, one).inherited.start
        for one in islice(expand_days(event.recurrence, event.when), FIRST)
    ]
    return {one.epoch_ms() for one in starts if Moment.at(one.epoch_ms(), one.zone).wall != one.wall}


def as_ms(time: date) -> int:
    return int(time.timestamp() * 1000) if isinstance(time, datetime) else midnight_ms(time)
