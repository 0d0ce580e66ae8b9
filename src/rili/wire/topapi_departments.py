"""Departments as the old family spells them. Source: "Query department details" and the pages beside it."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from rili.model import scopes
from rili.model.directory import DEPARTMENT_FLAGS, Department, Range
from rili.wire.topapi import Envelope
from rili.wire.topapi_users import DeptId, Language


class DepartmentBelow(Struct):
    """One of `result` of `/topapi/v2/department/listsub`."""

    dept_id: int
    name: str
    parent_id: int
    create_dept_group: bool
    auto_add_user: bool

    @classmethod
    def of(cls, department: Department) -> DepartmentBelow:
        return cls(
            department.dept_id,
            department.name,
            department.parent_id or 0,
            "create_dept_group" in department.flags,
            "auto_add_user" in department.flags,
        )


class DepartmentDetail(Struct, omit_defaults=True, kw_only=True):
    """`result` of `/topapi/v2/department/get`. The root has no `parent_id`."""

    dept_id: int
    name: str
    parent_id: int | UnsetType = UNSET
    order: int
    create_dept_group: bool
    auto_add_user: bool
    auto_approve_apply: bool
    group_contain_sub_dept: bool
    hide_dept: bool
    outer_dept: bool
    dept_manager_userid_list: list[str]
    dept_permits: list[int]
    user_permits: list[str]
    outer_permit_depts: list[int]
    outer_permit_users: list[str]
    member_count: Annotated[int, Meta(description="In it or below it. 部门及下级部门的人数。")]
    owning_member_count: Annotated[int, Meta(description="Directly in it. 部门直属人数。")]

    @classmethod
    def of(
        cls, department: Department, leaders: list[str], *, members: int, members_below: int
    ) -> DepartmentDetail:
        return cls(
            dept_id=department.dept_id,
            name=department.name,
            parent_id=department.parent_id or UNSET,
            order=department.sort_order,
            dept_manager_userid_list=leaders,
            dept_permits=[],  # decision 66
            user_permits=[],
            outer_permit_depts=[],
            outer_permit_users=[],
            member_count=members_below,
            owning_member_count=members,
            **{flag: flag in department.flags for flag in DEPARTMENT_FLAGS},
        )


class DeptIdList(Struct):
    """`result` of `/topapi/v2/department/listsubid`."""

    dept_id_list: list[int]


class ParentIdList(Struct):
    """`result` of `/topapi/v2/department/listparentbydept`: the department first, the root last."""

    parent_id_list: list[int]


class ParentDeptIdList(Struct):
    """One department of a person, and what is above it; the root last."""

    parent_dept_id_list: list[int]


class ParentList(Struct):
    """`result` of `/topapi/v2/department/listparentbyuser`."""

    parent_list: list[ParentDeptIdList]


class ListBelow(Struct):
    """Body of `/topapi/v2/department/listsub`, JSON or form."""

    dept_id: DeptId = 1
    language: Language = "zh_CN"


class ListIdsBelow(Struct):
    """Body of `/topapi/v2/department/listsubid`, JSON or form."""

    dept_id: DeptId


class GetDepartment(Struct):
    """Body of `/topapi/v2/department/get`, JSON or form."""

    dept_id: DeptId
    language: Language = "zh_CN"


class ListParentsOfDepartment(Struct):
    """Body of `/topapi/v2/department/listparentbydept`, JSON or form."""

    dept_id: DeptId


class ListParentsOfUser(Struct):
    """Body of `/topapi/v2/department/listparentbyuser`, JSON or form."""

    userid: str


class DepartmentsEnvelope(Envelope, omit_defaults=True, kw_only=True):
    """Answer of `/topapi/v2/department/listsub`."""

    result: list[DepartmentBelow] | UnsetType = UNSET


class DeptIdListEnvelope(Envelope, omit_defaults=True, kw_only=True):
    """Answer of `/topapi/v2/department/listsubid`."""

    result: DeptIdList | UnsetType = UNSET


class DepartmentEnvelope(Envelope, omit_defaults=True, kw_only=True):
    """Answer of `/topapi/v2/department/get`."""

    result: DepartmentDetail | UnsetType = UNSET


class ParentIdListEnvelope(Envelope, omit_defaults=True, kw_only=True):
    """Answer of `/topapi/v2/department/listparentbydept`."""

    result: ParentIdList | UnsetType = UNSET


class ParentListEnvelope(Envelope, omit_defaults=True, kw_only=True):
    """Answer of `/topapi/v2/department/listparentbyuser`."""

    result: ParentList | UnsetType = UNSET


class OrgScopes(Struct):
    """The departments, with all below them, and people that the app may see; the root: everybody."""

    authed_dept: list[int]
    authed_user: list[str]


class AuthScopes(Struct, kw_only=True):
    """Answer of `GET /auth/scopes`; one that fails has `errcode` and `errmsg` alone."""

    errcode: int = 0
    errmsg: str = "ok"
    auth_user_field: Annotated[
        list[str] | UnsetType, Meta(description="Members of people that the app may read. 可获取的成员字段。")
    ] = UNSET
    condition_field: list[str] | UnsetType = UNSET
    auth_org_scopes: OrgScopes | UnsetType = UNSET


def auth_scopes(granted: frozenset[str], seen: Range) -> AuthScopes:
    """What an app with these points may read of the directory. *seen*: of whom."""
    members = ["name", "avatar", "title", "job_number", "manager_userid"]
    if scopes.USER_MOBILE in granted:
        members.append("mobile")
    if scopes.USER_READ in granted:
        members.append("email")
    return AuthScopes(
        auth_user_field=members,
        condition_field=[],
        auth_org_scopes=OrgScopes(list(seen.departments), list(seen.userids)),
    )
