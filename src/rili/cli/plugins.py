"""`rili plugin`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from rili.actions import plugins as actions
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
from rili.store.plugins import Plugin

plugins = typer.Typer(no_args_is_help=True, help="What an organisation adds to its people's calendars.")

PluginId = Annotated[str, typer.Argument(metavar="PLUGIN_ID")]
Logo = Annotated[str | None, typer.Option(metavar="URL", help="Address of a picture.")]
Classification = Annotated[str | None, typer.Option(metavar="TEXT", help="Which kind of plugin it is.")]


@plugins.command("add")
def add_plugin(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    plugin_id: Annotated[
        str | None, typer.Option("--id", metavar="PLUGIN_ID", help="Made up unless said.")
    ] = None,
    logo: Logo = None,
    classification: Classification = None,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Add a plugin; apps say for whom it is."""
    plugin = Plugin(plugin_id or opaque_id(os.urandom), name, logo or "", classification or "")
    added_ms = now_ms()
    added = write(
        config, database, lambda tx: actions.add_plugin(tx, corp_id_of(tx, org), plugin, now_ms=added_ms)
    )
    print_record(_plugin(added), as_json)


@plugins.command("list")
def list_plugins(org: Org = None, config: Config = None, database: Url = None, as_json: Json = False) -> None:
    """List the plugins, the oldest first."""
    found = read(config, database, lambda tx: actions.list_plugins(tx, corp_id_of(tx, org)))
    print_records("plugins", [_plugin(one) for one in found], as_json)


@plugins.command("show")
def show_plugin(
    plugin_id: PluginId, org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """Show one plugin."""
    found = read(config, database, lambda tx: actions.get_plugin(tx, corp_id_of(tx, org), plugin_id))
    print_record(_plugin(found), as_json)


@plugins.command("set")
def set_plugin(
    plugin_id: PluginId,
    name: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    logo: Logo = None,
    classification: Classification = None,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Change what is given; an empty text clears a logo or a classification."""
    set_ms = now_ms()
    changed = write(
        config,
        database,
        lambda tx: actions.set_plugin(
            tx,
            corp_id_of(tx, org),
            plugin_id,
            name=name,
            logo=logo,
            classification=classification,
            now_ms=set_ms,
        ),
    )
    print_record(_plugin(changed), as_json)


@plugins.command("remove")
def remove_plugin(
    plugin_id: PluginId, org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """Delete a plugin."""
    write(config, database, lambda tx: actions.remove_plugin(tx, corp_id_of(tx, org), plugin_id))
    print_record({"plugin_id": plugin_id, "removed": True}, as_json)


def _plugin(plugin: Plugin) -> Record:
    return {
        "plugin_id": plugin.plugin_id,
        "name": plugin.name,
        "logo": plugin.logo or None,
        "classification": plugin.classification or None,
        "union_ids": list(plugin.union_ids),
        "dept_ids": list(plugin.dept_ids),
    }
