"""Events with everything that iCalendar text carries, for properties."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import islice

from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace

from rili.errors import InvalidParameter
from rili.model.event import Category, Event, Reminder
from rili.model.expansion import Occurrence, expand_days
from rili.model.moment import Moment
from rili.model.people import Attendee
from rili.model.recurrence import Recurrence
from rili.model.rrule import from_rrule, to_rrule
from rili.model.series import Override, Slot, instance
from rili.model.when import AllDay, Timed, When
from tests.model.make import ORGANIZER, single
from tests.model.repeating import TIMED, WHENS, ZONES, ranges, rules, series_of_patterns

ALICE = Attendee("aliceId", 'Alice, the "first"; ^\'x^', response="accepted", place=1)
GUEST = Attendee(
    "guestId", "林 Guest", is_optional=True, response="tentative", email="Guest+1@mail.example", place=2
)
BOB = Attendee("bobId", "", response="declined", place=3)
CHAIR = Attendee(ORGANIZER, "Chair", response="accepted")

TEXTS = st.one_of(
    st.sampled_from(
        ["C:\\New\\notes", "a,b;c:d", "line\nline\r\nline\rline", "会议室" * 40, "=?^&\\", '"x"']
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=90),
)


class Sample(Struct, frozen=True):
    """What one text is written from."""

    event: Event
    people: Sequence[Attendee] = ()
    overrides: Mapping[Slot, Override] = {}
    people_on: Mapping[Slot, Sequence[Attendee]] = {}


def plain(text: str) -> str:
    """What is left of *text* by RFC 5545: one kind of line break, no control characters."""
    return re.sub("[\0-\x08\x0b-\x1f\x7f]", "", re.sub("\r\n?", "\n", text))


def _has_words(text: str) -> bool:
    return bool(plain(text).strip())


WORDS = TEXTS.filter(_has_words)


@st.composite
def text_series(draw: st.DrawFn) -> tuple[Recurrence, When]:
    """A series by a rule of RFC 5545 that has an occurrence."""
    when = draw(WHENS)
    rule = draw(rules())
    try:
        recurrence = replace(from_rrule(rule, when), range=draw(ranges(when)))
        first = next(expand_days(recurrence, when), None)
        if first is not None:
            # Of a BYSETPOS beyond the times of a day the model refuses at its first occurrence what it took at another.
            from_rrule(to_rrule(recurrence, when), instance(single(when=when), first).inherited)
            return recurrence, when
    except InvalidParameter:
        pass
    return from_rrule("FREQ=DAILY;BYDAY=MO,TU,WE;COUNT=9", when), when


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    """An event or, mostly, a series with exceptions on its first occurrences."""
    event = single(
        summary=draw(WORDS),
        description=draw(st.none() | TEXTS),
        location=draw(st.none() | TEXTS),
        rich_text=draw(st.none() | WORDS.map("<p>{}</p>".format)),
        categories=tuple(Category(name=name) for name in draw(st.lists(WORDS, max_size=2))),
        reminders=tuple(map(Reminder, draw(st.lists(st.integers(0, 2**31 - 1), max_size=3, unique=True)))),
        free_busy=draw(st.sampled_from(["busy", "free"])),
        private=draw(st.booleans()),
    )
    people = draw(st.sampled_from([(), (CHAIR,), (CHAIR, ALICE), (CHAIR, ALICE, GUEST, BOB)]))
    if draw(st.integers(0, 9)) == 0:
        return Sample(replace(event, when=draw(WHENS)), people)
    recurrence, when = draw(st.one_of(series_of_patterns(), text_series()))
    event = replace(event, recurrence=recurrence, when=when)
    first = list(islice(expand_days(recurrence, when), 12))
    if not first:
        return Sample(replace(event, recurrence=None), people)
    some = draw(st.lists(st.sampled_from(first), max_size=4, unique=True))
    overrides = {slot_of(one): draw(overrides_of(event, one)) for one in some}
    there = draw(st.lists(st.sampled_from(first), max_size=2, unique=True)) if people else []
    people_on = {slot_of(one): draw(st.sampled_from([people, (CHAIR,), (*people, GUEST)])) for one in there}
    return Sample(event, people, overrides, people_on)


def slot_of(one: Occurrence) -> Slot:
    return Slot(one.day, one.number)


@st.composite
def overrides_of(draw: st.DrawFn, event: Event, one: Occurrence) -> Override:
    kind = draw(st.sampled_from(["removed", "moved", "elsewhere", "texts", "untouched"]))
    if kind == "removed":
        return Override(edited=True, removed=True)
    if kind == "texts":
        return Override(edited=True, summary=draw(WORDS), description=None, free_busy="free")
    if kind == "untouched":
        return Override()
    if kind == "elsewhere":
        return Override(edited=True, when=draw(WHENS))
    when = instance(event, one).inherited
    if isinstance(when, AllDay):
        by = timedelta(days=draw(st.integers(-3, 3)))
        return Override(edited=True, when=AllDay(when.start + by, when.end + by))
    by_ms, zone = draw(st.integers(-72, 72)) * 1_800_000, draw(ZONES | st.just(when.start.zone))
    moved = Timed(Moment.at(when.starts_ms + by_ms, zone), Moment.at(when.ends_ms + by_ms, zone))
    return Override(edited=True, when=moved, location=draw(st.none() | WORDS))


SINGLES = TIMED.map(lambda when: Sample(single(when=when)))
