"""Events as iCalendar text (RFC 5545, 7986), for clients of every kind.

What a client computes from the text is what Rili computes, in instants, so:

* DTSTART of a series is its first occurrence, also where its own start is off the pattern (decision 7).
* A start in a skipped hour is written as the clock shows it; in a series it stays, for the rule repeats it, and means
  the same instant by RFC 5545 3.3.5.
* A second pass of a repeated hour is written in UTC. A series that begins in one has its DTSTART in the first pass, as
  its other occurrences are, and its first occurrence as an exception in UTC.

Two things the format cannot say: an occurrence that lasts over a change of the clock ends where the clock on the wall
says, and one whose start is skipped is as long as the others. Clients disagree there among themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Literal

from msgspec import Struct

from rili import __version__
from rili.ical.lines import component, folded, line, text_line
from rili.ical.times import is_utc, time_line, utc_time_text
from rili.ical.zone import vtimezone
from rili.model.event import Event, Reminder
from rili.model.expansion import expand_days, occurrence_at, wall_seconds
from rili.model.moment import Moment
from rili.model.people import Attendee
from rili.model.rrule import to_rrule
from rili.model.series import PLAIN, Instance, Override, Slot, instance
from rili.model.when import AllDay, Timed, When

PRODID = f"-//Rili//Rili {__version__}//EN"
PERSON_URI = "urn:x-rili:"
"""Before the id of a person whose address is not known."""
ROOM_URI = "urn:x-rili-room:"
"""Before the id of a room."""

_PARTSTAT = {
    "needsAction": "NEEDS-ACTION",
    "accepted": "ACCEPTED",
    "declined": "DECLINED",
    "tentative": "TENTATIVE",
}


class Naming(Struct, frozen=True):
    """What the text says and an event does not know."""

    emails: Mapping[str, str] = {}
    """Addresses of colleagues by id. Guests carry their own."""
    meeting_url: Callable[[str], str] | None = None
    """The address of the online meeting with that `conference_id`."""


class Message(Struct, frozen=True):
    """What makes of a text a message from one calendar to another (RFC 5546)."""

    method: Literal["REQUEST", "CANCEL", "REPLY"]
    stamp_ms: int
    sequence: int
    organizer_uri: str
    """Where answers are to go."""
    named: frozenset[str]
    """Of whom it speaks besides the organizer, by their ids."""


class _Part(Struct):
    """One VEVENT to be."""

    event: Event
    people: Sequence[Attendee]
    when: When
    uid: str
    own: list[str]
    """Its lines about repeating."""
    by_rule: When
    """When its series is, or it would be by the rule."""


def event_text(
    event: Event,
    people: Sequence[Attendee] = (),
    *,
    overrides: Mapping[Slot, Override] | None = None,
    people_on: Mapping[Slot, Sequence[Attendee]] | None = None,
    naming: Naming | None = None,
    message: Message | None = None,
) -> bytes:
    """*event*, a series with its exceptions, as one VCALENDAR.

    *overrides* are what occurrences have of their own, *people_on* the people of those whose people are not the
    series'. The text depends on nothing else: DTSTAMP is when it was last changed (RFC 5545 3.8.7.2), unless it is a
    *message*.
    """
    naming = naming or Naming()
    if event.recurrence is None:
        return _text([_Part(event, people, event.when, event.id, [], event.when)], naming, message)
    overrides, people_on = overrides or {}, people_on or {}
    first = next(expand_days(event.recurrence, event.when), None)
    start = event.when if first is None else instance(event, first).inherited
    master = _Part(event, people, _repeated(start, event.when), event.id, [], start)
    master.own.append(f"RRULE:{to_rrule(event.recurrence, event.when)}")
    parts = [master]
    if first is not None and _span(master.when) != (first.starts_ms, first.ends_ms):
        overrides = {Slot(first.day, first.number): Override(edited=True)} | dict(overrides)
    for slot in sorted({*overrides, *people_on}):
        occurrence = occurrence_at(event.recurrence, event.when, slot.day, slot.number)
        if occurrence is None:
            continue
        override, there = overrides.get(slot, PLAIN), people_on.get(slot, people)
        one = instance(event, occurrence, override)
        if override.removed:
            master.own.append(_rule_time("EXDATE", one))
        elif override.edited or tuple(there) != tuple(people):
            parts.append(_exception(one, there))
    return _text(parts, naming, message)


def occurrence_text(
    one: Instance,
    people: Sequence[Attendee] = (),
    *,
    naming: Naming | None = None,
    message: Message | None = None,
) -> bytes:
    """One occurrence alone, for who is on no other: a VEVENT with RECURRENCE-ID and no series."""
    return _text([_exception(one, people)], naming or Naming(), message)


def _text(parts: Sequence[_Part], naming: Naming, message: Message | None) -> bytes:
    # With an ORGANIZER an event is a meeting, which its owner's client asks about before each change (RFC 6638 3.2).
    meeting = any(
        part.event.rooms or one.person_id != part.event.organizer_id for part in parts for one in part.people
    )
    lines = ["VERSION:2.0", text_line("PRODID", PRODID), "CALSCALE:GREGORIAN"]
    if message is not None:
        lines.append(f"METHOD:{message.method}")
    lines += _zones(parts)
    for part in parts:
        people = list(_people(part.event, part.people, naming, message)) if meeting or message else []
        # Whoever gets a message is reminded by their own calendar, as they want it.
        alarms = () if message else _alarms(part.event.reminders)
        lines += component("VEVENT", [*_vevent(part, naming, message), *people, *alarms])
    return folded(component("VCALENDAR", lines))


def _vevent(part: _Part, naming: Naming, message: Message | None) -> Iterator[str]:
    event = part.event
    yield text_line("UID", part.uid)
    yield f"DTSTAMP:{utc_time_text(message.stamp_ms if message else event.updated_ms)}"
    yield f"CREATED:{utc_time_text(event.created_ms)}"
    yield f"LAST-MODIFIED:{utc_time_text(event.updated_ms)}"
    yield f"SEQUENCE:{message.sequence if message else event.version}"
    yield from _when(part.when, repeats=event.recurrence is not None)
    yield from part.own
    yield text_line("SUMMARY", event.summary)
    if event.description:
        yield text_line("DESCRIPTION", event.description)
    if event.rich_text:
        yield text_line("X-ALT-DESC", event.rich_text, FMTTYPE="text/html")
    # What comes back from a client of ours is the place alone; who gets a message should see the rooms too.
    rooms = [room.name for room in event.rooms if room.holds] if message else []
    if place := "; ".join(filter(None, [event.location, *rooms])):
        yield text_line("LOCATION", place)
    cancelled = event.cancelled or (message is not None and message.method == "CANCEL")
    yield "STATUS:CANCELLED" if cancelled else "STATUS:CONFIRMED"
    yield "TRANSP:TRANSPARENT" if event.free_busy == "free" else "TRANSP:OPAQUE"
    if event.private:
        yield "CLASS:PRIVATE"
    for category in event.categories:
        if category.name:
            yield text_line("CATEGORIES", category.name)
    if event.conference_id is not None and naming.meeting_url is not None:
        url = _uri(naming.meeting_url(event.conference_id))
        yield line("CONFERENCE", url, VALUE="URI", FEATURE="VIDEO", LABEL="Online meeting")
        yield line("URL", url, VALUE="URI")


def _when(when: When, *, repeats: bool) -> Iterator[str]:
    """DTSTART and DTEND. What takes no time has no DTEND: it must lie later (RFC 5545 3.8.2.2)."""
    if isinstance(when, AllDay):
        yield time_line("DTSTART", when.start)
        yield time_line("DTEND", when.end)
        return
    start, end = when.start, when.end
    if not repeats:
        start, end = (Moment.at(one.epoch_ms(), one.zone) for one in (start, end))
    utc = not repeats and bool(start.fold or end.fold)
    yield time_line("DTSTART", start, utc=utc)
    if (start.wall, start.fold) != (end.wall, end.fold):
        yield time_line("DTEND", end, utc=utc)


def _repeated(first: When, when: When) -> When:
    """When a series is by its rule alone: the first occurrence in a first pass, as long as all are on the wall."""
    if isinstance(first, AllDay) or isinstance(when, AllDay):
        return first
    zone, wall = first.start.zone, first.start.wall
    return Timed(Moment(wall, zone), Moment(wall + timedelta(seconds=wall_seconds(when)), zone))


def _span(when: When) -> tuple[int, int]:
    return when.starts_ms, when.ends_ms


def _exception(one: Instance, people: Sequence[Attendee]) -> _Part:
    return _Part(
        one.event, people, one.event.when, one.series.id, [_rule_time("RECURRENCE-ID", one)], one.inherited
    )


def _rule_time(name: str, one: Instance) -> str:
    """The start that the rule gives, as the client that expands the rule finds it."""
    return time_line(name, one.inherited.start)


def _people(
    event: Event, people: Iterable[Attendee], naming: Naming, message: Message | None
) -> Iterator[str]:
    people = list(people)
    organizer = next((one for one in people if one.person_id == event.organizer_id), None)
    name = organizer.name if organizer else ""
    address = _uri(message.organizer_uri) if message else _address(event.organizer_id, organizer, naming)
    yield line("ORGANIZER", address, CN=name or None)
    for one in people:
        if message is not None and one.person_id not in message.named:
            continue
        yield line(
            "ATTENDEE",
            _address(one.person_id, one, naming),
            CN=one.name or None,
            ROLE="OPT-PARTICIPANT" if one.is_optional else "REQ-PARTICIPANT",
            PARTSTAT=_PARTSTAT[one.response],
            RSVP="TRUE" if one.response == "needsAction" else None,
        )
    if message is None or message.method != "REPLY":
        for room in event.rooms:
            status = "NEEDS-ACTION" if room.status == "tentative" else _PARTSTAT[room.status]
            yield line(
                "ATTENDEE",
                _uri(ROOM_URI + room.room_id),
                CUTYPE="ROOM",
                CN=room.name or None,
                ROLE="NON-PARTICIPANT",
                PARTSTAT=status,
            )


def _address(person_id: str, person: Attendee | None, naming: Naming) -> str:
    email = (person and person.email) or naming.emails.get(person_id)
    return _uri(f"mailto:{email}" if email else PERSON_URI + person_id)


def _uri(text: str) -> str:
    """On one line, whatever it holds."""
    return "".join(text.split())


def _alarms(reminders: Sequence[Reminder]) -> Iterator[str]:
    for reminder in reminders:
        trigger = f"TRIGGER:-PT{reminder.minutes}M"
        yield from component("VALARM", ["ACTION:DISPLAY", "DESCRIPTION:Reminder", trigger])


def _zones(parts: Sequence[_Part]) -> Iterator[str]:
    """A VTIMEZONE for each zone, from the first year that it is needed in."""
    years: dict[str, int] = {}
    for when in (when for part in parts for when in (part.when, part.by_rule)):
        if isinstance(when, Timed) and not is_utc(zone := when.start.zone):
            years[zone] = min(when.start.wall.year, years.get(zone, when.start.wall.year))
    for zone, year in sorted(years.items()):
        yield from vtimezone(zone, year)
