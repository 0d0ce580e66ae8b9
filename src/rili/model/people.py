"""People on an event: who is invited, and what they answered (decisions 3, 4, 11)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from rili.errors import InvalidParameter

Response = Literal["needsAction", "accepted", "declined", "tentative"]
RESPONSES: tuple[Response, ...] = ("needsAction", "accepted", "declined", "tentative")

PEOPLE_PER_CALL = 500
PEOPLE_PER_EVENT = 5_000
EMAIL_CHARACTERS = 254

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class Attendee(Struct, frozen=True, gc=False):
    """One person on an event; the organizer is the first. `email` is set for guests only."""

    person_id: str
    name: str
    is_optional: bool = False
    response: Response = "needsAction"
    email: str | None = None
    place: int = 0
    """Where in the list: the order in which people were added."""
    left: bool = False
    """Took the event off their own calendar, and stays declined until added again (decisions 13, 30)."""


class GivenAttendee(Struct, frozen=True, gc=False):
    """One person as a request named them, by id or by mail address."""

    id: str | None = None
    email: str | None = None
    is_optional: bool = False


class Invited(Struct, frozen=True, gc=False):
    """One person whom a request wants on the event, found in the directory or made a guest."""

    person_id: str
    name: str
    is_optional: bool
    email: str | None = None


class PeopleChange(Struct, frozen=True, gc=False):
    """What replacing a list of people comes to."""

    people: tuple[Attendee, ...]
    joined: tuple[Attendee, ...] = ()
    changed: tuple[Attendee, ...] = ()
    left: tuple[Attendee, ...] = ()


def check_given(given: Sequence[GivenAttendee], field: str = "attendees") -> None:
    """Raises InvalidParameter for more people than one call may name in *field*, or one named by nothing."""
    if len(given) > PEOPLE_PER_CALL:
        raise InvalidParameter(
            description=f"{field}: {len(given)} people are more than the {PEOPLE_PER_CALL} that one call may name"
        )
    for number, one in enumerate(given):
        if one.id is None and one.email is None:
            raise InvalidParameter(description=f"{field}[{number}]: it needs an id (a unionId) or an email")
        if one.email is not None and (len(one.email) > EMAIL_CHARACTERS or not _EMAIL.fullmatch(one.email)):
            raise InvalidParameter(description=f"{field}[{number}].email: expected a mail address")


def organizer_only(union_id: str, name: str) -> Attendee:
    """The organizer, who is on every event and has accepted."""
    return Attendee(union_id, name, response="accepted")


def replace_people(current: Sequence[Attendee], wanted: Sequence[Invited], organizer_id: str) -> PeopleChange:
    """*current* with the list replaced by *wanted*: who stays keeps their answer, the organizer always stays.

    A person named twice counts once, as named first. Raises InvalidParameter when *current* is longer than
    one answer shows: a list that cannot be read whole must not be replaced (decision 3).
    """
    if len(current) > PEOPLE_PER_CALL:
        raise InvalidParameter(
            description=f"attendees: this event has {len(current)} people, more than one answer shows; "
            "add and remove them with POST .../attendees and POST .../attendees/batchRemove"
        )
    by_id = {one.person_id: one for one in current}
    place = max((one.place for one in current), default=0)
    kept: dict[str, Attendee] = {}
    joined: dict[str, Attendee] = {}
    changed: list[Attendee] = []
    for one in wanted:
        if one.person_id == organizer_id or one.person_id in kept or one.person_id in joined:
            continue
        before = by_id.get(one.person_id)
        if before is None:
            place += 1
            joined[one.person_id] = Attendee(
                one.person_id, one.name, one.is_optional, email=one.email, place=place
            )
        else:
            kept[one.person_id] = replace(before, is_optional=one.is_optional)
            if kept[one.person_id] != before:
                changed.append(kept[one.person_id])
    stays = [
        kept.get(one.person_id, one)
        for one in current
        if one.person_id in kept or one.person_id == organizer_id
    ]
    return PeopleChange(
        people=(*stays, *joined.values()),
        joined=tuple(joined.values()),
        changed=tuple(changed),
        left=tuple(one for one in current if one.person_id not in kept and one.person_id != organizer_id),
    )


class OwnPlace(Struct, frozen=True, gc=False):
    """What one occurrence has of its own about one person: how they stand there, or that they were taken off it."""

    attendee: Attendee
    removed: bool


def people_on(
    people: Sequence[Attendee], own: Sequence[OwnPlace], organizer_id: str, *, asked_again: bool
) -> tuple[Attendee, ...]:
    """The *people* of a series as they are on an occurrence that has *own* places.

    *asked_again*: what was answered for the series is no answer for this occurrence (decision 11).
    """
    if asked_again:
        people = reset_answers(people, organizer_id)
    if not own:
        return tuple(people)
    by_id = {one.attendee.person_id: one for one in own}
    there = [
        by_id[one.person_id].attendee if one.person_id in by_id else one
        for one in people
        if one.person_id not in by_id or not by_id[one.person_id].removed
    ]
    known = {one.person_id for one in people}
    joined = [one.attendee for one in own if one.attendee.person_id not in known and not one.removed]
    return tuple(sorted((*there, *joined), key=lambda one: (one.place, one.person_id)))


def reset_answers(people: Sequence[Attendee], organizer_id: str) -> tuple[Attendee, ...]:
    """Everybody's answer is asked for again, but the organizer's (decision 11), and of those who left (decision 30)."""
    return tuple(
        one
        if one.person_id == organizer_id or one.response == "needsAction" or one.left
        else replace(one, response="needsAction")
        for one in people
    )
