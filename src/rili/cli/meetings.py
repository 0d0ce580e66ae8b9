"""`rili category` and `rili minutes`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from rili.actions import categories, minutes
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
from rili.model.event import Category
from rili.store.minutes import Minutes

categories_app = typer.Typer(no_args_is_help=True, help="Kinds of meetings, to choose from.")
minutes_app = typer.Typer(no_args_is_help=True, help="Which minutes belong to which event.")

Name = Annotated[str, typer.Argument(metavar="NAME")]
CategoryId = Annotated[str, typer.Argument(metavar="CATEGORY_ID")]
EventId = Annotated[str, typer.Argument(metavar="EVENT_ID", help="Of an event, a series or one occurrence.")]
MinutesId = Annotated[str, typer.Argument(metavar="MINUTES_ID")]


@categories_app.command("add")
def add_category(
    name: Name, org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """Add a kind of meeting."""
    created_ms = now_ms()
    added = write(
        config,
        database,
        lambda tx: categories.add_category(
            tx, corp_id_of(tx, org), name, new_bytes=os.urandom, now_ms=created_ms
        ),
    )
    print_record(_category(added), as_json)


@categories_app.command("list")
def list_categories(
    org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """List them, the oldest first."""
    found = read(config, database, lambda tx: categories.list_categories(tx, corp_id_of(tx, org)))
    print_records("categories", [_category(one) for one in found], as_json)


@categories_app.command("show")
def show_category(
    category_id: CategoryId,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Show one."""
    found = read(config, database, lambda tx: categories.get_category(tx, corp_id_of(tx, org), category_id))
    print_record(_category(found), as_json)


@categories_app.command("set")
def set_category(
    category_id: CategoryId,
    name: Annotated[str, typer.Option(metavar="NAME")],
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Rename one. Events that were given it keep the name that they have."""
    changed = write(
        config,
        database,
        lambda tx: categories.rename_category(tx, corp_id_of(tx, org), category_id, name),
    )
    print_record(_category(changed), as_json)


@categories_app.command("remove")
def remove_category(
    category_id: CategoryId,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Delete one. Events keep what they were given."""
    write(config, database, lambda tx: categories.remove_category(tx, corp_id_of(tx, org), category_id))
    print_record({"category_id": category_id, "removed": True}, as_json)


@minutes_app.command("add")
def add_minutes(
    event_id: EventId,
    minutes_id: MinutesId,
    creator: Annotated[str, typer.Option(metavar="USERID", help="Who made them.")],
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Tie minutes, which are kept elsewhere, to an event."""
    created_ms = now_ms()
    added = write(
        config,
        database,
        lambda tx: minutes.add_minutes(tx, corp_id_of(tx, org), event_id, minutes_id, creator, created_ms),
    )
    print_record(_minutes(added), as_json)


@minutes_app.command("list")
def list_minutes(
    event_id: EventId, org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """List those of an event, the oldest first."""
    found = read(config, database, lambda tx: minutes.minutes_of(tx, corp_id_of(tx, org), event_id))
    print_records("minutes", [_minutes(one) for one in found], as_json)


@minutes_app.command("remove")
def remove_minutes(
    event_id: EventId,
    minutes_id: MinutesId,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Untie minutes from an event."""
    write(config, database, lambda tx: minutes.remove_minutes(tx, corp_id_of(tx, org), event_id, minutes_id))
    print_record({"minutes_id": minutes_id, "removed": True}, as_json)


def _category(one: Category) -> Record:
    return {"category_id": one.category_id, "name": one.name}


def _minutes(one: Minutes) -> Record:
    return {"minutes_id": one.minutes_id, "creator_union_id": one.creator_id}
