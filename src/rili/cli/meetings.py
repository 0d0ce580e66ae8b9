"""`rili category` and `rili minutes`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from rili.actions import meetings
from rili.cli.command import (
    Config,
    Json,
    Org,
    Record,
    Url,
    corp_id_of,
    now_ms,
    print_record,
    print_records,
    read,
    write,
)
from rili.model.ids import opaque_id
from rili.store.ai_minutes import Minutes
from rili.store.categories import Category

categories = typer.Typer(no_args_is_help=True, help="Types of meeting of an organisation.")
minutes = typer.Typer(no_args_is_help=True, help="Minutes of events.")

CategoryId = Annotated[str, typer.Argument(metavar="CATEGORY_ID")]
EventId = Annotated[str, typer.Argument(metavar="EVENT_ID", help="Of an event, or of one occurrence.")]


@categories.command("add")
def add_category(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    category_id: Annotated[
        str | None, typer.Option("--id", metavar="CATEGORY_ID", help="Made up unless said.")
    ] = None,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Add a type of meeting."""
    category, added_ms = Category(category_id or opaque_id(os.urandom), name), now_ms()
    added = write(
        config,
        database,
        lambda tx: meetings.add_category(tx, corp_id_of(tx, org), category, now_ms=added_ms),
    )
    print_record(_category(added), as_json)


@categories.command("list")
def list_categories(
    org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """List the types of meeting, the oldest first."""
    found = read(config, database, lambda tx: meetings.list_categories(tx, corp_id_of(tx, org)))
    print_records("categories", [_category(one) for one in found], as_json)


@categories.command("show")
def show_category(
    category_id: CategoryId,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Show one type of meeting."""
    found = read(config, database, lambda tx: meetings.get_category(tx, corp_id_of(tx, org), category_id))
    print_record(_category(found), as_json)


@categories.command("set")
def set_category(
    category_id: CategoryId,
    name: Annotated[str, typer.Option(metavar="NAME")],
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Rename a type of meeting."""
    category = Category(category_id, name)
    changed = write(config, database, lambda tx: meetings.set_category(tx, corp_id_of(tx, org), category))
    print_record(_category(changed), as_json)


@categories.command("remove")
def remove_category(
    category_id: CategoryId,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Delete a type of meeting. Events that name it keep the name."""
    write(config, database, lambda tx: meetings.remove_category(tx, corp_id_of(tx, org), category_id))
    print_record({"category_id": category_id, "removed": True}, as_json)


@minutes.command("add")
def add_minutes(
    event_id: EventId,
    minutes_id: Annotated[str, typer.Argument(metavar="MINUTES_ID", help="In the service that keeps them.")],
    creator: Annotated[str, typer.Option(metavar="USERID", help="Who had them made.")],
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Say that there are minutes of an event."""
    added_ms = now_ms()
    added = write(
        config,
        database,
        lambda tx: meetings.add_minutes(
            tx, corp_id_of(tx, org), event_id, minutes_id, creator=creator, now_ms=added_ms
        ),
    )
    print_record(_minutes(added), as_json)


@minutes.command("list")
def list_minutes(
    event_id: EventId, org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """List the minutes of an event, the oldest first."""
    found = read(config, database, lambda tx: meetings.list_minutes(tx, corp_id_of(tx, org), event_id))
    print_records("minutes", [_minutes(one) for one in found], as_json)


@minutes.command("remove")
def remove_minutes(
    event_id: EventId,
    minutes_id: Annotated[str, typer.Argument(metavar="MINUTES_ID")],
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Forget that there are these minutes."""
    write(config, database, lambda tx: meetings.remove_minutes(tx, corp_id_of(tx, org), event_id, minutes_id))
    print_record({"minutes_id": minutes_id, "removed": True}, as_json)


def _category(category: Category) -> Record:
    return {"category_id": category.category_id, "name": category.name}


def _minutes(one: Minutes) -> Record:
    return {"minutes_id": one.minutes_id, "creator_union_id": one.creator_id}
