"""What iCalendar text says of one event: its fields, its rule, its exceptions and its people.

Reading decides nothing about what is allowed: lengths, rights and names are checked where an event is changed. What the
text says and Rili cannot follow is refused, never guessed; what does not concern an event is passed over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec import Struct

from rili.errors import InvalidParameter
from rili.ical.attendees import Person, organizer_of, people_of
from rili.ical.lines import Component, Property, data_html, parse
from rili.ical.times import later, read_duration, read_time, read_times
from rili.model.event import REMINDER_MINUTES, Category, FreeBusy, Reminder
from rili.model.moment import Moment
from rili.model.recurrence import Recurrence
from rili.model.rrule import from_rrule
from rili.model.series import Slot
from rili.model.slots import SlotFinder
from rili.model.when import AllDay, Timed, When

OCCURRENCES = 1_000
"""That a text may name, in EXDATE and RECURRENCE-ID each."""

_MINUTE = 60
_REFUSED = {
    "RDATE": "single dates that follow no rule cannot be kept: make them events of their own",
    "EXRULE": "rules that take dates out are deprecated (RFC 5545) and not read: name them in EXDATE",
}
_MEETING = ("CONFERENCE", "X-GOOGLE-CONFERENCE", "X-MICROSOFT-SKYPETEAMSMEETINGURL")


class Content(Struct, frozen=True):
    """What one VEVENT says. The names are those of `model.event.Event`; what it does not say is None, or empty."""

    when: When
    summary: str = ""
    description: str | None = None
    location: str | None = None
    reminders: tuple[Reminder, ...] = ()
    rich_text: str | None = None
    categories: tuple[Category, ...] = ()
    """By name alone."""
    free_busy: FreeBusy = "busy"
    private: bool = False
    meeting_url: str | None = None
    url: str | None = None
    cancelled: bool = False
    sequence: int = 0
    organizer: Person | None = None
    people: tuple[Person, ...] = ()


class Exceptional(Struct, frozen=True):
    """A VEVENT with RECURRENCE-ID: one occurrence, with all that it is like."""

    at: Moment | date
    """Where the rule had it."""
    slot: Slot | None
    """Its identity; None where the text has no series: `SlotFinder` finds it in the one that is kept."""
    content: Content


class EventText(Struct, frozen=True):
    """One event as a text has it."""

    uid: str
    content: Content | None
    """None where the text holds single occurrences alone."""
    recurrence: Recurrence | None
    exceptions: tuple[Exceptional, ...] = ()
    removed: frozenset[Slot] = frozenset()
    method: str | None = None
    """Of a message (RFC 5546); None in what is stored."""


def read_event(text: bytes) -> EventText:
    """Read the one event that *text* holds.

    An EXDATE that names no occurrence changes nothing. Raises InvalidParameter, whose description begins with the
    property, for what is no iCalendar text, what it must have and has not, and what Rili cannot follow.
    """
    calendars = parse(text)
    if [one.name for one in calendars] != ["VCALENDAR"]:
        raise InvalidParameter(description="VCALENDAR: expected one")
    calendar = calendars[0]
    events = [one for one in calendar.components if one.name == "VEVENT"]
    others = ("VTODO", "VJOURNAL")  # RFC 5545 3.6: tasks and journals, refused by name rather than lost
    other = next((one.name for one in calendar.components if one.name in others), None)
    if other is not None:
        raise InvalidParameter(description=f"{other}: only events are kept")
    if not events:
        raise InvalidParameter(description="VEVENT: there is none")
    uids = {_uid(one) for one in events}
    if len(uids) > 1:
        raise InvalidParameter(description="UID: one text holds one event, and all its parts have one UID")
    locations = _locations(calendar.components)
    masters = [one for one in events if one.only("RECURRENCE-ID") is None]
    if len(masters) > 1:
        raise InvalidParameter(description="RECURRENCE-ID: only one VEVENT may be without it")
    method = calendar.only("METHOD")
    changed = [one for one in events if one.only("RECURRENCE-ID") is not None]
    if len(changed) > OCCURRENCES:
        raise InvalidParameter(description=f"RECURRENCE-ID: more than {OCCURRENCES} of them")
    content = recurrence = None
    removed: set[Slot] = set()
    finder = None
    if masters:
        content = _content(masters[0], locations)
        recurrence = _recurrence(masters[0], content.when)
        finder = SlotFinder(recurrence, content.when)
        removed = _removed(masters[0], finder, locations)
    exceptions = _exceptions(changed, finder, locations)
    # What is both taken out and described is there: clients that move an occurrence write both.
    removed -= {one.slot for one in exceptions if one.slot is not None}
    return EventText(
        uids.pop(),
        content,
        recurrence,
        exceptions,
        frozenset(removed),
        method and method.text().strip().upper(),
    )


def _uid(event: Component) -> str:
    uid = event.only("UID")
    if uid is None or not uid.text().strip():
        raise InvalidParameter(description="UID: every VEVENT needs one")
    return uid.text().strip()


def _locations(components: Iterable[Component]) -> dict[str, str]:
    """What the VTIMEZONEs say of themselves, by TZID."""
    locations: dict[str, str] = {}
    for one in components:
        tzid, location = one.first("TZID"), one.first("X-LIC-LOCATION")
        if one.name == "VTIMEZONE" and tzid is not None and location is not None:
            locations[tzid.text().strip()] = location.text().strip()
    return locations


def _recurrence(event: Component, when: When) -> Recurrence | None:
    rule = event.only("RRULE")
    return None if rule is None else from_rrule(rule.value.strip(), when)


def _removed(event: Component, finder: SlotFinder, locations: Mapping[str, str]) -> set[Slot]:
    removed: set[Slot] = set()
    left = OCCURRENCES
    for given in event.all("EXDATE"):
        if not given.value.strip():
            continue  # Outlook writes empty ones
        times = read_times(given, locations, most=left)
        left -= len(times)
        for at in times:
            removed.update(finder.find(at))
    return removed


def _exceptions(
    events: Sequence[Component], finder: SlotFinder | None, locations: Mapping[str, str]
) -> tuple[Exceptional, ...]:
    exceptions: dict[object, Exceptional] = {}
    for event in events:
        given = event.only("RECURRENCE-ID")
        assert given is not None
        if "RANGE" in given.parameters:
            raise given.refusal("RANGE is not read: change the series, or end it and begin another")
        if event.first("RRULE") is not None:
            raise InvalidParameter(description="RRULE: a single occurrence has none")
        at = read_time(given, locations)
        slot = None
        if finder is not None:
            slot = next(iter(finder.find(at)), None)
            if slot is None:
                raise given.refusal(f"the series has no occurrence at {given.value[:40]!r}")
        key = slot or (at.epoch_ms() if isinstance(at, Moment) else at)
        if key in exceptions:
            raise given.refusal(f"{given.value[:40]!r} is there twice")
        exceptions[key] = Exceptional(at, slot, _content(event, locations))
    return tuple(exceptions.values())


def _content(event: Component, locations: Mapping[str, str]) -> Content:
    for name, why in _REFUSED.items():
        if (given := event.first(name)) is not None and given.value.strip():
            raise given.refusal(why)
    when = _when(event, locations)
    categories = dict.fromkeys(text for given in event.all("CATEGORIES") for text in given.texts())
    conference = event.first(*_MEETING)
    url = event.first("URL")
    return Content(
        when=when,
        summary=_text(event, "SUMMARY") or "",
        description=_text(event, "DESCRIPTION"),
        location=_text(event, "LOCATION"),
        reminders=_reminders(event, when, locations),
        rich_text=_rich_text(event),
        categories=tuple(Category(name=name) for name in categories),
        free_busy="free" if _word(event, "TRANSP") == "TRANSPARENT" else "busy",
        # What is not known counts as private (RFC 5545 3.8.1.3).
        private=_word(event, "CLASS") not in ("", "PUBLIC"),
        meeting_url=(conference and conference.value.strip()) or None,
        url=(url and url.value.strip()) or None,
        cancelled=_word(event, "STATUS") == "CANCELLED",
        sequence=_sequence(event),
        organizer=organizer_of(event),
        people=people_of(event),
    )


def _when(event: Component, locations: Mapping[str, str]) -> When:
    """DTSTART, and DTEND or DURATION. Without either it lasts one day, or no time (RFC 5545 3.6.1)."""
    given, until, lasts = event.only("DTSTART"), event.only("DTEND"), event.only("DURATION")
    if given is None:
        raise InvalidParameter(description="DTSTART: every VEVENT needs one")
    if until is not None and lasts is not None:
        raise lasts.refusal("DTEND and DURATION must not be there together")
    start = read_time(given, locations)
    if until is not None:
        end = read_time(until, locations)
    else:
        end = start if lasts is None else later(start, *read_duration(lasts), lasts)
    told = until or lasts or given
    if isinstance(start, Moment) and isinstance(end, Moment):
        # An event has one zone, its start's: a flight that lands in another lands at the same instant.
        end = end if end.zone == start.zone else Moment.at(end.epoch_ms(), start.zone)
        when = Timed(start, end)
        if when.ends_ms < when.starts_ms:
            raise told.refusal("the event must not end before it starts")
        return when
    if isinstance(start, Moment) or isinstance(end, Moment):
        raise told.refusal("it must be a date where DTSTART is one, and only there")
    if end < start:
        raise told.refusal("the event must not end before it starts")
    return AllDay(start, max(end, _next_day(start, given)))  # as decision 1 reads an end on the first day


def _next_day(day: date, given: Property) -> date:
    after = later(day, 1, 0, given)
    assert not isinstance(after, Moment)
    return after


def _reminders(event: Component, when: When, locations: Mapping[str, str]) -> tuple[Reminder, ...]:
    """Minutes before the start, in the order of the alarms. One that a reminder cannot be is passed over."""
    minutes: dict[int, None] = {}
    for alarm in event.components:
        if alarm.name == "VALARM":
            # Apple says "no alarm" with ACTION:NONE, and "on leaving" with PROXIMITY.
            trigger = alarm.only("TRIGGER")
            if trigger is None or _word(alarm, "ACTION") == "NONE" or alarm.first("PROXIMITY") is not None:
                continue
            seconds = _seconds_before(trigger, when, locations)
            if seconds >= 0 and -(-seconds // _MINUTE) in REMINDER_MINUTES:
                minutes[-(-seconds // _MINUTE)] = None
    return tuple(map(Reminder, minutes))


def _seconds_before(trigger: Property, when: When, locations: Mapping[str, str]) -> int:
    """How long before the start; less than none is after it."""
    if trigger.parameters.get("VALUE", "").upper() == "DATE-TIME":
        at = read_time(trigger, locations)
        if not isinstance(at, Moment):
            raise trigger.refusal("expected a time in UTC")
        return (when.starts_ms - at.epoch_ms()) // 1000
    days, seconds = read_duration(trigger)
    before = -(days * 24 * 3600 + seconds)
    if trigger.parameters.get("RELATED", "").upper() == "END":
        before -= (when.ends_ms - when.starts_ms) // 1000
    return before


def _rich_text(event: Component) -> str | None:
    """The description as HTML: as Outlook writes it, or RFC 9073, or Thunderbird."""
    for name in ("X-ALT-DESC", "STYLED-DESCRIPTION"):
        for given in event.all(name):
            if given.parameters.get("FMTTYPE", "").lower() == "text/html" and given.text().strip():
                return given.text()
    plain = event.first("DESCRIPTION")
    return None if plain is None else data_html(plain.parameters.get("ALTREP", "")) or None


def _sequence(event: Component) -> int:
    given = event.first("SEQUENCE")
    if given is None:
        return 0
    text = given.value.strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise given.refusal("expected a number")
    return int(text)


def _text(component: Component, name: str) -> str | None:
    given = component.first(name)
    return None if given is None else given.text() or None


def _word(component: Component, name: str) -> str:
    given = component.first(name)
    return "" if given is None else given.value.strip().upper()
