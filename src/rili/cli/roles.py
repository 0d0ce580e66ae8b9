"""`rili role`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from rili.actions import roles as actions
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
from rili.model.directory import Role, new_role_id
from rili.store.db import Tx

roles = typer.Typer(no_args_is_help=True, help="Roles of people, in groups.")

RoleId = Annotated[int, typer.Argument(metavar="ROLE_ID")]
Group = Annotated[str | None, typer.Option(metavar="NAME", help="The group that it is in.")]


@roles.command("add")
def add_role(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    group: Group = "默认",
    role_id: Annotated[int | None, typer.Option("--id", metavar="ROLE_ID", help="Its number.")] = None,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Add a role."""
    number = new_role_id(os.urandom) if role_id is None else role_id

    def add(tx: Tx) -> Record:
        role = Role(corp_id=corp_id_of(tx, org), role_id=number, group_name=group or "", name=name)
        return _detail(tx, actions.add_role(tx, role, now_ms=now_ms()))

    print_record(write(config, database, add), as_json)


@roles.command("list")
def list_roles(org: Org = None, config: Config = None, database: Url = None, as_json: Json = False) -> None:
    """List the roles, by group."""
    found = read(config, database, lambda tx: actions.list_roles(tx, corp_id_of(tx, org)))
    print_records("roles", [_line(role) for role in found], as_json)


@roles.command("show")
def show_role(
    role_id: RoleId, org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """Show a role and who has it."""
    found = read(config, database, lambda tx: _detail(tx, actions.get_role(tx, corp_id_of(tx, org), role_id)))
    print_record(found, as_json)


@roles.command("set")
def set_role(
    role_id: RoleId,
    name: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    group: Group = None,
    give: Annotated[
        list[str] | None, typer.Option(metavar="USERID", help="To this person too. May be repeated.")
    ] = None,
    take: Annotated[
        list[str] | None, typer.Option(metavar="USERID", help="From this person. May be repeated.")
    ] = None,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Rename a role, give it to people and take it from others."""

    def change(tx: Tx) -> Record:
        role = actions.set_role(
            tx,
            corp_id_of(tx, org),
            role_id,
            name=name,
            group_name=group,
            give=give or (),
            take=take or (),
            now_ms=now_ms(),
        )
        return _detail(tx, role)

    print_record(write(config, database, change), as_json)


@roles.command("remove")
def remove_role(
    role_id: RoleId, org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """Delete a role; whoever had it has it no more."""
    write(config, database, lambda tx: actions.remove_role(tx, corp_id_of(tx, org), role_id, now_ms=now_ms()))
    print_record({"role_id": role_id, "removed": True}, as_json)


def _line(role: Role) -> dict[str, object]:
    return {"role_id": role.role_id, "group": role.group_name, "name": role.name}


def _detail(tx: Tx, role: Role) -> Record:
    return _line(role) | {"members": actions.members_of(tx, role)}
