"""What apps are told of people, departments, roles and the organisation, as DingTalk's JSON spells it.

Internal apps get ids, and ask for the rest; enterprise apps get records. Source: push.md 2.3, and the pages of the
events.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import msgspec
from msgspec import UNSET, Struct, UnsetType

from rili.model.announced import (
    DepartmentNews,
    DepartmentState,
    OrganisationNews,
    PersonNews,
    PersonState,
    RoleHolderNews,
    RoleNews,
)
from rili.model.directory import Role
from rili.model.moment import Moment
from rili.wire.topapi_users import Rights, UserDetail

PERSON_EVENTS = (
    "user_add_org", "user_active_org", "user_modify_org", "user_dept_change", "user_leave_org",
    "org_admin_add", "org_admin_remove",
)  # fmt: skip
DEPARTMENT_EVENTS = ("org_dept_create", "org_dept_modify", "org_dept_remove")
ROLE_EVENTS = (
    "label_user_change", "label_conf_add", "label_conf_modify", "label_conf_del",
    "user_role_change", "org_role_add", "org_role_modify", "org_role_remove",
)  # fmt: skip
ORGANISATION_EVENTS = ("org_change", "org_update")

LABEL_SCOPE = "1"
"""As in the examples of the reference, which says no more of it."""


class To(NamedTuple):
    """To whom something is told."""

    internal: bool
    rights: Rights
    saw: bool
    """Whether it was within the app's range before."""
    sees: bool
    at_ms: int
    zone: str
    """The organisation's."""


class Push(NamedTuple):
    """A business object, and the name of the event."""

    event_type: str
    body: Struct


class Described(Struct, frozen=True, rename="camel", omit_defaults=True):
    """What of a person `diffInfo` shows; what the person does not have, or the app may not read, is left out."""

    name: str
    email: str | None = None
    job_number: str | None = None
    work_place: str | None = None
    remark: str | None = None
    telephone: str | None = None
    ext_fields: str | None = None
    manager_userid: str | None = None
    hired_date: str | None = None


class DiffInfo(Struct, frozen=True):
    prev: Described
    curr: Described
    userid: str


class Users(Struct, frozen=True, rename="camel"):
    """Of internal apps, all about people but roles."""

    user_id: tuple[str, ...]
    time_stamp: str | UnsetType = UNSET
    diff_info: DiffInfo | UnsetType = UNSET


class PersonRecord(Struct, frozen=True, rename="camel", kw_only=True):
    """Of enterprise apps, all about people who are there. There is no dingId."""

    errcode: int = 0
    errmsg: str = "ok"
    userid: str
    unionid: str
    ding_id: str = ""
    name: str
    avatar: str
    active: bool
    is_admin: bool
    is_boss: bool
    is_senior: bool
    is_hide: bool
    real_authed: bool
    exclusive_account: bool
    department: tuple[int, ...]
    is_leader_in_depts: str
    order_in_depts: str
    jobnumber: str
    position: str


class PersonGone(Struct, frozen=True, rename="camel"):
    unionid: str
    user_id: str
    ding_id: str = ""


class RoleHolders(Struct, frozen=True, rename="camel"):
    user_id_list: tuple[str, ...]
    label_id_list: tuple[int, ...]
    action: str


class Departments(Struct, frozen=True, rename="camel"):
    dept_id: tuple[int, ...]


class DepartmentRecord(Struct, frozen=True, rename="camel", kw_only=True):
    """`deptPerimits` is the reference's spelling. Lists of who may see a department are empty (decision 66)."""

    errcode: int = 0
    errmsg: str = "ok"
    id: int
    name: str
    parentid: int | UnsetType
    order: int
    create_dept_group: bool
    auto_add_user: bool
    auto_approve_apply: str
    group_contain_sub_dept: bool
    dept_hiding: bool
    outer_dept: bool
    dept_manager_userid_list: str
    dept_perimits: str = ""
    user_permits: str = ""
    outer_permit_depts: str = ""
    outer_permit_users: str = ""


class Labels(Struct, frozen=True, rename="camel"):
    """`preLabelList` and `postLabelList` hold objects as text."""

    label_id_list: tuple[int, ...]
    scope: str | UnsetType = UNSET
    pre_label_list: tuple[str, ...] | UnsetType = UNSET
    post_label_list: tuple[str, ...] | UnsetType = UNSET


class Label(Struct, frozen=True):
    id: int
    name: str
    hidden: bool = False


class RoleRecord(Struct, frozen=True, rename="camel"):
    """A group of roles has a name here, and no number."""

    role_id: int
    role_name: str
    group_name: str


class Nothing(Struct, frozen=True):
    """`{}`: that it happened is all that is told."""


class OrganisationRecord(Struct, frozen=True, rename="camel", kw_only=True):
    errcode: int = 0
    errmsg: str = "ok"
    corpid: str
    corp_name: str
    corp_logo_url: str = ""
    industry: str = ""
    is_authenticated: bool = False
    auth_level: int = 0


def of_person(news: PersonNews, to: To) -> list[Push]:
    """Who comes into the app's range was added for it, who goes out of it left (decision 92)."""
    before, after = news.before if to.saw else None, news.after if to.sees else None
    if to.internal:
        return _of_person_to_internal(before, after, to)
    if after is None:
        return [] if before is None else [Push("user_leave_org", _gone(before))]
    record = _record(after)
    if before is None:
        return [Push("user_add_org", record), Push("user_active_org", record)]
    pushes: list[Push] = []
    was = _record(before)
    for event_type, members in (
        ("user_modify_org", _OF_PERSON),
        ("user_dept_change", ("department", "is_leader_in_depts", "order_in_depts")),
        ("user_role_change", ("is_admin",)),
    ):
        if any(getattr(was, member) != getattr(record, member) for member in members):
            pushes.append(Push(event_type, record))
    return pushes


def of_role_holder(news: RoleHolderNews, to: To) -> list[Push]:
    if not to.sees:
        return []
    if not to.internal:
        return [Push("user_role_change", _record(news.person))]
    return [
        Push("label_user_change", RoleHolders((news.person.user.userid,), (news.role_id,), news.action)),
    ]


def of_department(news: DepartmentNews, to: To) -> list[Push]:
    """A department that comes into the app's range was made for it, one that goes out of it deleted."""
    before, after = news.before if to.saw else None, news.after if to.sees else None
    now = after or before
    if now is None:
        return []
    event_type = "org_dept_modify" if before and after else "org_dept_create" if after else "org_dept_remove"
    if to.internal:
        return [Push(event_type, Departments((now.department.dept_id,)))]
    return [Push(event_type, _department_record(now))]


def of_role(news: RoleNews, to: To) -> list[Push]:
    now = news.after or news.before
    if now is None:
        return []
    change = "modify" if news.before and news.after else "add" if news.after else "remove"
    if not to.internal:
        return [Push(f"org_role_{change}", RoleRecord(now.role_id, now.name, now.group_name))]
    ids = (now.role_id,)
    if news.before and news.after:
        return [
            Push("label_conf_modify", Labels(ids, LABEL_SCOPE, _labels(news.before), _labels(news.after)))
        ]
    if news.after:
        return [Push("label_conf_add", Labels(ids, LABEL_SCOPE))]
    return [Push("label_conf_del", Labels(ids))]


def of_organisation(news: OrganisationNews, to: To) -> list[Push]:
    if to.internal:
        return [Push("org_change", Nothing())]
    return [
        Push("org_update", OrganisationRecord(corpid=news.after.corp_id, corp_name=news.after.name)),
    ]


_OF_PERSON = (
    "unionid", "name", "avatar", "is_boss", "is_senior", "is_hide", "real_authed", "exclusive_account", "jobnumber",
    "position",
)  # fmt: skip


def _of_person_to_internal(before: PersonState | None, after: PersonState | None, to: To) -> list[Push]:
    now = after or before
    if now is None:
        return []
    ids = (now.user.userid,)
    told = Users(ids, str(to.at_ms))
    pushes: list[Push] = []
    was_admin, is_admin = bool(before and before.user.admin), bool(after and after.user.admin)
    if before is None:
        pushes += [Push("user_add_org", told), Push("user_active_org", Users(ids))]
    elif after is not None and _shown(before, to.rights) != _shown(after, to.rights):
        diff = DiffInfo(_described(before, to), _described(after, to), now.user.userid)
        pushes.append(Push("user_modify_org", Users(ids, str(to.at_ms), diff)))
    if was_admin != is_admin:
        pushes.append(Push("org_admin_add" if is_admin else "org_admin_remove", told))
    if after is None:
        pushes.append(Push("user_leave_org", told))
    return pushes


def _shown(state: PersonState, rights: Rights) -> UserDetail:
    """What the app may read of somebody, whether they administer aside: that is told by itself."""
    user = msgspec.structs.replace(state.user, admin=False)
    return UserDetail.of(user, state.places, (), rights)


def _described(state: PersonState, to: To) -> Described:
    user, rights = state.user, to.rights
    hired = None
    if rights.internal and user.hired_ms is not None:
        hired = Moment.at(user.hired_ms, to.zone).wall.date().isoformat()
    return Described(
        name=user.name,
        job_number=user.job_number,
        manager_userid=user.manager_userid,
        email=user.email if rights.personal else None,
        work_place=user.work_place if rights.personal else None,
        remark=user.remark if rights.personal else None,
        ext_fields=user.extension if rights.personal else None,
        telephone=user.telephone if rights.internal else None,
        hired_date=hired,
    )


def _record(state: PersonState) -> PersonRecord:
    user, places = state.user, state.places
    return PersonRecord(
        userid=user.userid,
        unionid=user.union_id,
        name=user.name,
        avatar=user.avatar or "",
        active=user.active,
        is_admin=user.admin,
        is_boss="boss" in user.flags,
        is_senior="senior" in user.flags,
        is_hide="hide_mobile" in user.flags,
        real_authed="real_authed" in user.flags,
        exclusive_account="exclusive_account" in user.flags,
        department=tuple(place.dept_id for place in places),
        is_leader_in_depts=_by_department((place.dept_id, str(place.leader).lower()) for place in places),
        order_in_depts=_by_department((place.dept_id, str(place.sort_order)) for place in places),
        jobnumber=user.job_number or "",
        position=user.title or "",
    )


def _by_department(values: Iterable[tuple[int, str]]) -> str:
    """`{1:false,2:true}`: text, and no JSON, as in the reference."""
    return "{" + ",".join(f"{dept_id}:{value}" for dept_id, value in values) + "}"


def _gone(state: PersonState) -> PersonGone:
    return PersonGone(state.user.union_id, state.user.userid)


def _department_record(state: DepartmentState) -> DepartmentRecord:
    one = state.department
    return DepartmentRecord(
        id=one.dept_id,
        name=one.name,
        parentid=one.parent_id or UNSET,
        order=one.sort_order,
        create_dept_group="create_dept_group" in one.flags,
        auto_add_user="auto_add_user" in one.flags,
        auto_approve_apply=str("auto_approve_apply" in one.flags).lower(),
        group_contain_sub_dept="group_contain_sub_dept" in one.flags,
        dept_hiding="hide_dept" in one.flags,
        outer_dept="outer_dept" in one.flags,
        dept_manager_userid_list="|".join(state.leaders),
    )


def _labels(role: Role) -> tuple[str, ...]:
    return (msgspec.json.encode(Label(role.role_id, role.name)).decode(),)
