"""`rili app range`."""

from __future__ import annotations

from typing import Annotated

import typer

from rili.actions import app_range
from rili.cli.apps import AppKey, owner_of
from rili.cli.command import Config, Json, Org, Record, Url, now_ms, print_record, read, write
from rili.model.directory import Range
from rili.store.db import Tx


def range_of_app(
    app_key: AppKey,
    department: Annotated[
        list[int] | None,
        typer.Option(
            metavar="DEPT_ID", help="Those in this department and below it. May be given several times."
        ),
    ] = None,
    user: Annotated[
        list[str] | None, typer.Option(metavar="USERID", help="This person. May be given several times.")
    ] = None,
    everybody: Annotated[bool, typer.Option("--everybody", help="Everybody, as at first.")] = False,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Show whom an app may see and act for, or say whom: in place of those there were."""
    if everybody and (department or user):
        raise typer.BadParameter("say --everybody, or whom", param_hint="--everybody")
    given = Range(tuple(department or ()), tuple(user or ())) if department or user else None

    instant_ms = now_ms()

    def change(tx: Tx) -> Record:
        owner = owner_of(tx, org, app_key)
        return _record(app_key, app_range.set_range(tx, owner, app_key, given, now_ms=instant_ms))

    def show(tx: Tx) -> Record:
        return _record(app_key, app_range.get_range(tx, owner_of(tx, org, app_key), app_key))

    changes = everybody or given is not None
    print_record(write(config, database, change) if changes else read(config, database, show), as_json)


def _record(app_key: str, found: Range | None) -> Record:
    named = found or Range()
    return {
        "app_key": app_key,
        "everybody": found is None,
        "departments": list(named.departments),
        "users": list(named.userids),
    }
