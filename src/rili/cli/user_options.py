"""What `rili user add` and `rili user set` may be told of a person."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from rili.actions import register
from rili.cli.command import fail
from rili.model.directory import USER_FLAGS
from rili.store.db import Tx

Userid = Annotated[str, typer.Argument(metavar="USERID")]
Mobile = Annotated[str | None, typer.Option(metavar="DIGITS", help="Mobile number, without the country.")]
StateCode = Annotated[
    str | None, typer.Option(metavar="DIGITS", help="Country of the number; 86 unless said.")
]
Email = Annotated[str | None, typer.Option(metavar="ADDRESS")]
Title = Annotated[str | None, typer.Option(metavar="TEXT", help="Position.")]
JobNumber = Annotated[str | None, typer.Option(metavar="TEXT")]
Avatar = Annotated[str | None, typer.Option(metavar="URL", help="Address of a picture.")]
Manager = Annotated[str | None, typer.Option(metavar="USERID", help="Direct manager.")]
Zone = Annotated[
    str | None, typer.Option(metavar="ZONE", help="tz database name; the organisation's unless said.")
]
Language = Annotated[str | None, typer.Option(metavar="zh_CN|en_US", help="The organisation's unless said.")]
Departments = Annotated[
    list[int] | None,
    typer.Option("--department", metavar="DEPT_ID", help="May be repeated; the root unless said."),
]
Leads = Annotated[
    list[int] | None,
    typer.Option("--leads", metavar="DEPT_ID", help="In this department, and leads it. May be repeated."),
]
Nickname = Annotated[
    str | None,
    typer.Option(metavar="TEXT", help="Another name that finds the person, such as an English one."),
]
Remark = Annotated[str | None, typer.Option(metavar="TEXT")]
WorkPlace = Annotated[str | None, typer.Option(metavar="TEXT", help="Where the person works.")]
Telephone = Annotated[str | None, typer.Option(metavar="TEXT", help="Number of the office.")]
OrgEmail = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Address given by the organisation.")]
Extension = Annotated[str | None, typer.Option(metavar="JSON", help="A JSON object of your own members.")]
Hired = Annotated[str | None, typer.Option(metavar="YYYY-MM-DD", help="When the person began to work here.")]
Flags = Annotated[
    list[str] | None,
    typer.Option(
        "--flag", metavar="NAME", help=f"Told to apps: {', '.join(USER_FLAGS)}. May be repeated; '' clears."
    ),
]


def hired_ms(tx: Tx, corp_id: str, hired: str | None) -> int | None:
    """The beginning of that day where the organisation is; None for nothing. Ends the command for no date."""
    if not hired:
        return None
    try:
        day = date.fromisoformat(hired)
    except ValueError:
        fail(f"--hired {hired} is no date such as 2024-07-15")
    zone = ZoneInfo(register.get_organisation(tx, corp_id).zone)
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def flags_of(given: list[str] | None) -> frozenset[str] | None:
    """None when none was named; an empty text names none."""
    return None if given is None else frozenset(name for name in given if name)
