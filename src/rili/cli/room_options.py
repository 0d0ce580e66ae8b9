"""What `rili room add` and `rili room set` may be told of a room."""

from __future__ import annotations

import re
from typing import Annotated, Literal, TypeVar, get_args

import typer
from msgspec import UNSET, UnsetType

from rili.cli.command import fail
from rili.model.room import (
    ADMINISTRATORS,
    EVERYONE,
    LABELS,
    SOME,
    Advance,
    AdvanceUnit,
    Approval,
    Members,
    Room,
)

For = Literal["everyone", "administrators", "some"]
_STATUS: dict[For, int] = {"everyone": EVERYONE, "administrators": ADMINISTRATORS, "some": SOME}

T = TypeVar("T")

_LABELS = ", ".join(f"{label_id} {english}" for label_id, (_, english) in LABELS.items())
_UNITS: dict[str, AdvanceUnit] = {unit[:-1]: unit for unit in get_args(AdvanceUnit)}

RoomId = Annotated[str, typer.Argument(metavar="ROOM_ID")]
Capacity = Annotated[int | None, typer.Option(metavar="PEOPLE", help="0: not known.")]
Whom = Annotated[For | None, typer.Option("--for", help="Whom it is for.")]
Group = Annotated[int | None, typer.Option(metavar="GROUP_ID", help="The group it is in; 0: none.")]
Labels = Annotated[
    list[str] | None,
    typer.Option("--label", metavar="NUMBER", help=f"{_LABELS}. May be repeated; '' clears."),
]
MemberPeople = Annotated[
    list[str] | None,
    typer.Option(
        "--member", metavar="USERID", help="Whom a room for some is for. May be repeated; '' clears."
    ),
]
MemberDepartments = Annotated[
    list[str] | None,
    typer.Option(
        "--member-department", metavar="DEPT_ID", help="With all below it. May be repeated; '' clears."
    ),
]
SuperPeople = Annotated[
    list[str] | None,
    typer.Option(
        "--super-user", metavar="USERID", help="Books it whatever its rules say. May be repeated; '' clears."
    ),
]
SuperDepartments = Annotated[
    list[str] | None,
    typer.Option("--super-department", metavar="DEPT_ID", help="The same. May be repeated; '' clears."),
]
PlaceTitle = Annotated[str | None, typer.Option("--place", metavar="TEXT", help="Where it is.")]
PlaceDetails = Annotated[str | None, typer.Option(metavar="TEXT", help="How to find it.")]
Description = Annotated[str | None, typer.Option(metavar="TEXT")]
Picture = Annotated[str | None, typer.Option(metavar="URL", help="Address of a picture.")]
IsvId = Annotated[str | None, typer.Option(metavar="ID", help="Its id in a system of yours.")]
Recurring = Annotated[
    bool | None, typer.Option("--recurring/--no-recurring", help="Whether recurring events may book it.")
]
Open = Annotated[bool | None, typer.Option("--open/--not-open", help="Whether it is open for booking.")]
MinMinutes = Annotated[int | None, typer.Option(metavar="MINUTES", help="The shortest booking.")]
MaxMinutes = Annotated[int | None, typer.Option(metavar="MINUTES", help="The longest booking; 0: any.")]
Ahead = Annotated[
    str | None,
    typer.Option(
        metavar="SPAN", help="How far ahead it is booked, such as 7days, 2weeks, 3months; '': any time."
    ),
]
AheadFrom = Annotated[
    str | None,
    typer.Option(
        metavar="HH:MM", help="When one more day opens, in the organisation's zone; 00:00 unless said."
    ),
]
Approved = Annotated[
    Approval | None,
    typer.Option(
        "--approval", help="Whether bookings wait for an administrator; with custom it is not booked here."
    ),
]


def status_of(whom: For | None) -> int | UnsetType:
    return UNSET if whom is None else _STATUS[whom]


def name_of_status(status: int) -> For:
    return next(name for name, value in _STATUS.items() if value == status)


def given(value: T | None) -> T | UnsetType:
    """What an option says, if it was used."""
    return UNSET if value is None else value


def numbers(option: str, texts: list[str] | None) -> tuple[int, ...] | UnsetType:
    """The numbers of an option that may be repeated; an empty text names none. Ends the command for what is none."""
    if texts is None:
        return UNSET
    named = [text for text in texts if text]
    if wrong := [text for text in named if not (text.isascii() and text.isdecimal() and len(text) <= 15)]:
        fail(f"{option} {wrong[0]} is no number")
    return tuple(int(text) for text in named)


def members(
    option: str, before: Members, people: list[str] | None, departments: list[str] | None
) -> Members | UnsetType:
    """The list that *before* becomes; of people and departments, what no option names stays."""
    if people is None and departments is None:
        return UNSET
    dept_ids = numbers(f"{option}-department", departments)
    return Members(
        before.union_ids if people is None else tuple(one for one in people if one),
        before.dept_ids if dept_ids is UNSET else dept_ids,
    )


def ahead_of(room: Room, ahead: str | None, ahead_from: str | None) -> Advance | UnsetType | None:
    """How far ahead *room* is to be booked. Ends the command for what is no such span."""
    before = room.settings.advance
    if ahead is None and ahead_from is None:
        return UNSET
    opens_at = ahead_from or (before.opens_at if before else "00:00")
    if ahead is None:
        if before is None:
            fail("--ahead-from needs --ahead: the room is booked any time ahead")
        return Advance(before.count, before.unit, opens_at)
    if not ahead:
        return None
    match = re.fullmatch(r"([0-9]{1,3}) *([a-z]+)", ahead)
    unit = _UNITS.get(match[2].removesuffix("s")) if match else None
    if match is None or unit is None:
        fail(f"--ahead {ahead} is no span such as 7days, 2weeks, 3months, 1year")
    return Advance(int(match[1]), unit, opens_at)
