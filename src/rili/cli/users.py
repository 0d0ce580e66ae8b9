"""`rili user`."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Sequence
from typing import Annotated, TypeVar

import typer
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from rili.actions import directory, roles
from rili.actions.directory import Place
from rili.auth.passwords import hash_password
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
from rili.cli.login_codes import code
from rili.cli.people_file import import_users
from rili.cli.user_options import (
    Avatar,
    Departments,
    Email,
    Extension,
    Flags,
    Hired,
    JobNumber,
    Language,
    Leads,
    Manager,
    Mobile,
    Nickname,
    OrgEmail,
    Remark,
    StateCode,
    Telephone,
    Title,
    Userid,
    WorkPlace,
    Zone,
    flags_of,
    hired_ms,
)
from rili.errors import InvalidParameter
from rili.model.directory import Membership, User, UserChange, new_union_id, new_userid
from rili.model.ids import opaque_id
from rili.store.db import Tx

users = typer.Typer(no_args_is_help=True, help="People of an organisation.")

users.command("import")(import_users)
users.command("code")(code)

T = TypeVar("T")


@users.command("add")
def add_user(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    userid: Annotated[str | None, typer.Option(metavar="USERID", help="Made up unless said.")] = None,
    union_id: Annotated[str | None, typer.Option(metavar="UNION_ID", help="Made up unless said.")] = None,
    mobile: Mobile = None,
    state_code: StateCode = None,
    email: Email = None,
    title: Title = None,
    job_number: JobNumber = None,
    avatar: Avatar = None,
    manager: Manager = None,
    admin: Annotated[bool, typer.Option("--admin", help="An administrator of the organisation.")] = False,
    nickname: Nickname = None,
    remark: Remark = None,
    work_place: WorkPlace = None,
    telephone: Telephone = None,
    org_email: OrgEmail = None,
    extension: Extension = None,
    hired: Hired = None,
    flag: Flags = None,
    zone: Zone = None,
    language: Language = None,
    department: Departments = None,
    leads: Leads = None,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Add a person, with a calendar."""
    calendar_id = opaque_id(os.urandom)
    chosen_userid = userid or new_userid(os.urandom)
    chosen_union_id = union_id or new_union_id(os.urandom)
    created_ms = now_ms()

    def add(tx: Tx) -> Record:
        corp_id = corp_id_of(tx, org)
        user = User(
            corp_id=corp_id,
            userid=chosen_userid,
            union_id=chosen_union_id,
            name=name,
            mobile=mobile,
            state_code=state_code,
            email=email,
            title=title,
            job_number=job_number,
            avatar=avatar,
            manager_userid=manager,
            admin=admin,
            nickname=nickname,
            remark=remark,
            work_place=work_place,
            telephone=telephone,
            org_email=org_email,
            extension=extension,
            hired_ms=hired_ms(tx, corp_id, hired),
            flags=flags_of(flag) or frozenset(),
            zone=zone,
            language=language,
            created_ms=created_ms,
        )
        places = _places(department, leads) or []
        return _detail(tx, directory.add_user(tx, user, places, new_calendar_id=calendar_id))

    print_record(write(config, database, add), as_json)


@users.command("list")
def list_users(
    left: Annotated[bool, typer.Option("--left", help="Also people who left.")] = False,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """List the people."""
    found = read(config, database, lambda tx: directory.list_users(tx, corp_id_of(tx, org), left=left))
    print_records("users", [_line(user) for user in found], as_json)


@users.command("show")
def show_user(
    userid: Userid, org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """Show one person."""
    found = read(
        config, database, lambda tx: _detail(tx, directory.get_user(tx, corp_id_of(tx, org), userid))
    )
    print_record(found, as_json)


@users.command("set")
def set_user(
    userid: Userid,
    name: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    mobile: Mobile = None,
    state_code: StateCode = None,
    email: Email = None,
    title: Title = None,
    job_number: JobNumber = None,
    avatar: Avatar = None,
    manager: Manager = None,
    admin: Annotated[bool | None, typer.Option("--admin/--no-admin")] = None,
    nickname: Nickname = None,
    remark: Remark = None,
    work_place: WorkPlace = None,
    telephone: Telephone = None,
    org_email: OrgEmail = None,
    extension: Extension = None,
    hired: Hired = None,
    flag: Flags = None,
    zone: Zone = None,
    language: Language = None,
    department: Departments = None,
    leads: Leads = None,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Change what the options name; an empty text clears. Departments replace the ones before."""
    change = UserChange(
        name=_named(name),
        mobile=_named(mobile),
        state_code=_named(state_code),
        email=_named(email),
        title=_named(title),
        job_number=_named(job_number),
        avatar=_named(avatar),
        manager_userid=_named(manager),
        admin=_named(admin),
        nickname=_named(nickname),
        remark=_named(remark),
        work_place=_named(work_place),
        telephone=_named(telephone),
        org_email=_named(org_email),
        extension=_named(extension),
        flags=_named(flags_of(flag)),
        zone=_named(zone),
        language=_named(language),
    )

    def change_user(tx: Tx) -> Record:
        corp_id = corp_id_of(tx, org)
        began = UNSET if hired is None else hired_ms(tx, corp_id, hired)
        changed = replace(change, hired_ms=began)
        return _detail(
            tx, directory.set_user(tx, corp_id, userid, changed, _places(department, leads), now_ms=now_ms())
        )

    print_record(write(config, database, change_user), as_json)


@users.command("remove")
def remove_user(
    userid: Userid, org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """A person leaves. Their events to come pass to the next person on each; number and address are free again."""
    instant = now_ms()
    write(config, database, lambda tx: directory.remove_user(tx, corp_id_of(tx, org), userid, now_ms=instant))
    print_record({"userid": userid, "removed": True}, as_json)


@users.command("password")
def set_password(
    userid: Userid,
    remove: Annotated[
        bool, typer.Option("--remove", help="Take the password away: nobody signs in as this person.")
    ] = False,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Set a person's password: typed twice, or the first line of the standard input.

    Apps that act for this person do so no more, until they agree again.
    """
    try:
        password_hash = None if remove else hash_password(_read_password())
    except InvalidParameter as failure:
        fail(failure.message)
    write(
        config,
        database,
        lambda tx: directory.set_password(tx, corp_id_of(tx, org), userid, password_hash),
    )
    print_record({"userid": userid, "password_set": not remove}, as_json)


def _read_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        fail("the two passwords differ")
    return password


def _named(value: T | None) -> T | UnsetType:
    return UNSET if value is None else value


def _places(members: Sequence[int] | None, leads: Sequence[int] | None) -> list[Place] | None:
    """None when no department was named."""
    if not members and not leads:
        return None
    return [Place(dept_id) for dept_id in members or ()] + [Place(dept_id, True) for dept_id in leads or ()]


def _line(user: User) -> dict[str, object]:
    return {
        "userid": user.userid,
        "union_id": user.union_id,
        "name": user.name,
        "mobile": user.mobile,
        "email": user.email,
        "admin": user.admin,
        "active": user.active,
    }


def _detail(tx: Tx, user: User) -> Record:
    places: list[Membership] = directory.departments_of(tx, user)
    return _line(user) | {
        "state_code": user.state_code,
        "title": user.title,
        "job_number": user.job_number,
        "avatar": user.avatar,
        "manager_userid": user.manager_userid,
        "nickname": user.nickname,
        "remark": user.remark,
        "work_place": user.work_place,
        "telephone": user.telephone,
        "org_email": user.org_email,
        "extension": user.extension,
        "hired_ms": user.hired_ms,
        "flags": sorted(user.flags),
        "roles": [role.role_id for role in roles.roles_of(tx, user)],
        "zone": user.zone,
        "language": user.language,
        "departments": [place.dept_id for place in places],
        "leads": [place.dept_id for place in places if place.leader],
    }
