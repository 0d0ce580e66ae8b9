"""The people that a text names: ORGANIZER and ATTENDEE (RFC 5545 3.8.4)."""

from __future__ import annotations

from msgspec import Struct

from rili.errors import InvalidParameter
from rili.ical.lines import Component, Property
from rili.ical.write import PERSON_URI
from rili.model.people import Response

ATTENDEES = 5_000
"""In one VEVENT (decision 3)."""

_RESPONSES: dict[str, Response] = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}
_OPTIONAL = frozenset({"OPT-PARTICIPANT", "NON-PARTICIPANT"})


class Person(Struct, frozen=True, gc=False):
    """One person, room or group as a text names it."""

    uri: str
    email: str | None = None
    """From `mailto:`, or from EMAIL beside an address of the client's own; as it was written."""
    person_id: str | None = None
    """Ours, where we had no mail address to write."""
    name: str | None = None
    response: Response = "needsAction"
    """What is none of the four answers counts as none given (RFC 5545 3.2.12)."""
    is_optional: bool = False
    kind: str = "INDIVIDUAL"
    """CUTYPE: INDIVIDUAL, GROUP, RESOURCE, ROOM, UNKNOWN."""


def organizer_of(event: Component) -> Person | None:
    """Who holds the event."""
    given = event.only("ORGANIZER")
    return None if given is None else _person(given)


def people_of(event: Component) -> tuple[Person, ...]:
    """Who is invited, in the order of the text; who is named twice counts once, as named first."""
    given = event.all("ATTENDEE")
    if len(given) > ATTENDEES:
        raise InvalidParameter(description=f"ATTENDEE: more than {ATTENDEES} people")
    people: dict[str, Person] = {}
    for one in map(_person, given):
        people.setdefault((one.email or one.uri).casefold(), one)
    return tuple(people.values())


def _person(given: Property) -> Person:
    uri = given.value.strip()
    if not uri:
        raise given.refusal("it names nobody")
    parameters = given.parameters
    email = parameters.get("EMAIL", "").strip() or None
    if uri.lower().startswith("mailto:"):
        email = uri[len("mailto:") :].strip() or email
    ours = uri.startswith(PERSON_URI)
    return Person(
        uri,
        email=email,
        person_id=uri.removeprefix(PERSON_URI) or None if ours else None,
        name=parameters.get("CN", "").strip() or None,
        response=_RESPONSES.get(parameters.get("PARTSTAT", "").upper(), "needsAction"),
        is_optional=parameters.get("ROLE", "").upper() in _OPTIONAL,
        kind=parameters.get("CUTYPE", "INDIVIDUAL").upper() or "INDIVIDUAL",
    )
