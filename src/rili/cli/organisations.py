"""`rili org` and `rili department`."""

from __future__ import annotations

import os
from typing import Annotated

import typer
from msgspec import UNSET

from rili.actions import directory, register
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
from rili.cli.user_options import flags_of
from rili.model.directory import (
    DEPARTMENT_FLAGS,
    ROOT_DEPT_ID,
    Department,
    Organisation,
    OrganisationChange,
    new_corp_id,
    new_dept_id,
)

orgs = typer.Typer(no_args_is_help=True, help="Organisations.")
departments = typer.Typer(no_args_is_help=True, help="Departments of an organisation.")

CorpId = Annotated[str, typer.Argument(metavar="CORP_ID")]
DeptId = Annotated[int, typer.Argument(metavar="DEPT_ID")]
Zone = Annotated[str | None, typer.Option(metavar="ZONE", help="tz database name, such as Asia/Shanghai.")]
Language = Annotated[str | None, typer.Option(metavar="zh_CN|en_US", help="Language of what is sent.")]


@orgs.command("add")
def add_org(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    zone: Zone = "Asia/Shanghai",
    language: Language = "zh_CN",
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Add an organisation with its root department, number 1."""
    organisation = Organisation(
        corp_id=new_corp_id(os.urandom),
        name=name,
        zone=zone or "",
        language=language or "",
        created_ms=now_ms(),
    )
    added = write(config, database, lambda tx: register.add_organisation(tx, organisation))
    print_record(_organisation(added), as_json)


@orgs.command("list")
def list_orgs(config: Config = None, database: Url = None, as_json: Json = False) -> None:
    """List the organisations."""
    found = read(config, database, register.list_organisations)
    print_records("organisations", [_organisation(organisation) for organisation in found], as_json)


@orgs.command("show")
def show_org(corp_id: CorpId, config: Config = None, database: Url = None, as_json: Json = False) -> None:
    """Show one organisation."""
    found = read(config, database, lambda tx: register.get_organisation(tx, corp_id))
    print_record(_organisation(found), as_json)


@orgs.command("set")
def set_org(
    corp_id: CorpId,
    name: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    zone: Zone = None,
    language: Language = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Change what the options name."""
    change = OrganisationChange(
        name=UNSET if name is None else name,
        zone=UNSET if zone is None else zone,
        language=UNSET if language is None else language,
    )
    changed = write(
        config, database, lambda tx: register.set_organisation(tx, corp_id, change, now_ms=now_ms())
    )
    print_record(_organisation(changed), as_json)


@orgs.command("remove")
def remove_org(corp_id: CorpId, config: Config = None, database: Url = None, as_json: Json = False) -> None:
    """Delete an organisation that has no people and no apps any more, with its calendars and events."""
    write(config, database, lambda tx: register.remove_organisation(tx, corp_id))
    print_record({"corp_id": corp_id, "removed": True}, as_json)


Order = Annotated[
    int | None, typer.Option(metavar="NUMBER", help="Place among its siblings, the lowest first.")
]
Flags = Annotated[
    list[str] | None,
    typer.Option(
        "--flag",
        metavar="NAME",
        help=f"Told to apps: {', '.join(DEPARTMENT_FLAGS)}. May be repeated; '' clears.",
    ),
]


@departments.command("add")
def add_department(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    parent: Annotated[int, typer.Option(metavar="DEPT_ID", help="The department above.")] = ROOT_DEPT_ID,
    dept_id: Annotated[int | None, typer.Option("--id", metavar="DEPT_ID", help="Its number.")] = None,
    order: Order = None,
    flag: Flags = None,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Add a department."""
    number = new_dept_id(os.urandom) if dept_id is None else dept_id
    added = write(
        config,
        database,
        lambda tx: directory.add_department(
            tx,
            corp_id_of(tx, org),
            number,
            name,
            parent,
            sort_order=order or 0,
            flags=flags_of(flag) or frozenset(),
            now_ms=now_ms(),
        ),
    )
    print_record(_department(added), as_json)


@departments.command("list")
def list_departments(
    org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """List the departments, the root first."""
    found = read(config, database, lambda tx: directory.list_departments(tx, corp_id_of(tx, org)))
    print_records("departments", [_department(department) for department in found], as_json)


@departments.command("show")
def show_department(
    dept_id: DeptId, org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """Show one department."""
    found = read(config, database, lambda tx: directory.get_department(tx, corp_id_of(tx, org), dept_id))
    print_record(_department(found), as_json)


@departments.command("set")
def set_department(
    dept_id: DeptId,
    name: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    parent: Annotated[int | None, typer.Option(metavar="DEPT_ID", help="Move below this one.")] = None,
    order: Order = None,
    flag: Flags = None,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Change what the options name. Who leads it is said of the person: rili user set --leads."""
    changed = write(
        config,
        database,
        lambda tx: directory.set_department(
            tx,
            corp_id_of(tx, org),
            dept_id,
            name=name,
            parent_id=parent,
            sort_order=order,
            flags=flags_of(flag),
            now_ms=now_ms(),
        ),
    )
    print_record(_department(changed), as_json)


@departments.command("remove")
def remove_department(
    dept_id: DeptId, org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """Delete a department that nobody is in."""
    write(
        config,
        database,
        lambda tx: directory.remove_department(tx, corp_id_of(tx, org), dept_id, now_ms=now_ms()),
    )
    print_record({"dept_id": dept_id, "removed": True}, as_json)


def _organisation(organisation: Organisation) -> Record:
    return {
        "corp_id": organisation.corp_id,
        "name": organisation.name,
        "zone": organisation.zone,
        "language": organisation.language,
    }


def _department(department: Department) -> Record:
    return {
        "dept_id": department.dept_id,
        "parent_id": department.parent_id,
        "name": department.name,
        "order": department.sort_order,
        "flags": sorted(department.flags),
    }
