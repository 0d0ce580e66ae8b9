"""`rili room group` and `rili room blacklist`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from rili.actions import booking_blacklist, register
from rili.actions import room_groups as actions
from rili.cli.command import (
    Config,
    Json,
    Org,
    Record,
    Url,
    corp_id_of,
    fail,
    now_ms,
    print_record,
    print_records,
    read,
    write,
)
from rili.cli.room_times import time_ms, time_text
from rili.model.room import NO_GROUP, Ban, RoomGroup
from rili.store.db import Tx

groups = typer.Typer(no_args_is_help=True, help="Groups of rooms, and who administers them.")
blacklist = typer.Typer(no_args_is_help=True, help="Who may book no room for a while, or ever.")

GroupId = Annotated[int, typer.Argument(metavar="GROUP_ID")]
Userid = Annotated[str, typer.Argument(metavar="USERID")]


@groups.command("add")
def add_group(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    parent: Annotated[
        int, typer.Option(metavar="GROUP_ID", help="The group above it; none unless said.")
    ] = NO_GROUP,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Add a group of rooms."""

    def add(tx: Tx) -> Record:
        return _detail(tx, actions.add_group(tx, corp_id_of(tx, org), parent, name, new_bytes=os.urandom))

    print_record(write(config, database, add), as_json)


@groups.command("list")
def list_groups(org: Org = None, config: Config = None, database: Url = None, as_json: Json = False) -> None:
    """List the groups, by number."""
    found = read(config, database, lambda tx: actions.list_groups(tx, corp_id_of(tx, org)))
    print_records("groups", [_line(group) for group in found], as_json)


@groups.command("show")
def show_group(
    group_id: GroupId, org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """Show a group and who administers it."""
    found = read(
        config, database, lambda tx: _detail(tx, actions.get_group(tx, corp_id_of(tx, org), group_id))
    )
    print_record(found, as_json)


@groups.command("set")
def set_group(
    group_id: GroupId,
    name: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    admin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="USERID", help="Administers it and all below it. May be repeated; '' for nobody."
        ),
    ] = None,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Rename a group, and say who administers it: those who are named, and nobody else."""
    admins = None if admin is None else [one for one in admin if one]

    def change(tx: Tx) -> Record:
        return _detail(tx, actions.set_group(tx, corp_id_of(tx, org), group_id, name=name, admins=admins))

    print_record(write(config, database, change), as_json)


@groups.command("remove")
def remove_group(
    group_id: GroupId, org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """Delete a group that has none below it; its rooms move to the one above it."""
    write(config, database, lambda tx: actions.remove_group(tx, corp_id_of(tx, org), group_id))
    print_record({"group_id": group_id, "removed": True}, as_json)


@blacklist.command("add")
def add_to_blacklist(
    userid: Userid,
    begins: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Such as 2026-05-01T08:00; now unless said.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="For ever unless said.")] = None,
    memo: Annotated[str | None, typer.Option(metavar="TEXT", help="Why, for administrators.")] = None,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Keep somebody from booking rooms. Bookings there are stay; what was said of the person before is replaced."""
    said_ms = now_ms()

    def add(tx: Tx) -> Record:
        corp_id = corp_id_of(tx, org)
        ban = Ban(
            userid,
            said_ms if begins is None else time_ms(tx, corp_id, "--from", begins),
            None if until is None else time_ms(tx, corp_id, "--until", until),
            memo,
        )
        return _ban(booking_blacklist.ban(tx, corp_id, ban), register.get_organisation(tx, corp_id).zone)

    print_record(write(config, database, add), as_json)


@blacklist.command("list")
def list_blacklist(
    org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """List who is on it, also where it is over or yet to begin."""

    def find(tx: Tx) -> list[Record]:
        organisation = register.get_organisation(tx, corp_id_of(tx, org))
        listed = booking_blacklist.blacklist(tx, organisation.corp_id)
        return [{"name": name} | _ban(ban, organisation.zone) for ban, name in listed]

    print_records("blacklist", read(config, database, find), as_json)


@blacklist.command("remove")
def remove_from_blacklist(
    userid: Userid, org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """Let somebody book again."""
    if not write(config, database, lambda tx: booking_blacklist.unban(tx, corp_id_of(tx, org), [userid])):
        fail(f"{userid} is not on the blacklist")
    print_record({"userid": userid, "removed": True}, as_json)


def _line(group: RoomGroup) -> dict[str, object]:
    return {"group_id": group.group_id, "parent_id": group.parent_id, "name": group.name}


def _detail(tx: Tx, group: RoomGroup) -> Record:
    found = actions.group_admins(tx, group.corp_id, group.group_id)
    return _line(group) | {"admin_union_ids": list(found.admins)}


def _ban(ban: Ban, zone: str) -> dict[str, object]:
    return {
        "union_id": ban.union_id,
        "from": time_text(ban.starts_ms, zone),
        "until": None if ban.ends_ms is None else time_text(ban.ends_ms, zone),
        "memo": ban.memo,
    }
