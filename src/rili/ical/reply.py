"""What an answer says that comes from somebody's calendar: METHOD:REPLY or COUNTER (RFC 5546 3.2.3, 3.2.7).

It repeats of the event what it likes, so no more is read than what was answered, by whom, and to what.
"""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from rili.errors import InvalidParameter
from rili.ical.attendees import Person, people_of
from rili.ical.lines import Component, parse
from rili.ical.times import read_time
from rili.model.moment import Moment

ANSWERS = 100
"""In one text: each occurrence may have one."""


class Answer(Struct, frozen=True):
    """One VEVENT."""

    uid: str
    at: Moment | date | None
    """Of which occurrence: where the rule has it. None: of the whole."""
    sequence: int
    """Of the request that it answers."""
    stamp_ms: int
    person: Person


def read_answers(text: bytes) -> list[Answer]:
    """The answers that *text* holds. Raises InvalidParameter for what holds none, or none that can be told."""
    calendar = next((one for one in parse(text) if one.name == "VCALENDAR"), None)
    method = calendar and calendar.first("METHOD")
    if calendar is None or method is None or method.text().strip().upper() not in ("REPLY", "COUNTER"):
        raise InvalidParameter(description="METHOD: expected REPLY or COUNTER")
    events = [one for one in calendar.components if one.name == "VEVENT"]
    if not 0 < len(events) <= ANSWERS:
        raise InvalidParameter(description=f"VEVENT: expected one, and at most {ANSWERS}")
    locations = {
        tzid.text().strip(): location.text().strip()
        for zone in calendar.components
        if (tzid := zone.first("TZID")) is not None and (location := zone.first("X-LIC-LOCATION")) is not None
    }
    return [_answer(one, locations) for one in events]


def _answer(event: Component, locations: dict[str, str]) -> Answer:
    uid, stamp, people = event.only("UID"), event.only("DTSTAMP"), people_of(event)
    if uid is None or stamp is None:
        raise InvalidParameter(description="UID, DTSTAMP: a message needs both")
    at = event.only("RECURRENCE-ID")
    stamped = read_time(stamp, locations)
    if not isinstance(stamped, Moment):
        raise stamp.refusal("expected a time")
    if len(people) != 1:
        raise InvalidParameter(description="ATTENDEE: an answer is one person's")
    sequence = event.first("SEQUENCE")
    number = "0" if sequence is None else sequence.value.strip()
    if sequence is not None and not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise sequence.refusal("expected a number")
    return Answer(
        uid.text().strip(),
        None if at is None else read_time(at, locations),
        int(number),
        stamped.epoch_ms(),
        people[0],
    )
