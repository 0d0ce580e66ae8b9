"""Departments, in the old family, and what of the directory an app may see."""

from __future__ import annotations

from rili.actions import app_range, contacts
from rili.api.http import Request
from rili.api.topapi import (
    Fields,
    check_language,
    method,
    no_department,
    no_user,
    number,
    plain_method,
    text,
)
from rili.auth.callers import Caller
from rili.errors import InvalidParameter, ItemNotFound, LegacyFailure, UserNotFound
from rili.model import scopes
from rili.model.directory import ROOT_DEPT_ID, Department
from rili.wire import topapi_departments as wire


@method(scopes.DEPARTMENT_LIST)
async def list_below(request: Request, caller: Caller, fields: Fields) -> object:
    """POST /topapi/v2/department/listsub"""
    dept_id = number(fields, "dept_id", ROOT_DEPT_ID)
    check_language(fields)
    return [wire.DepartmentBelow.of(one) for one in await _below(request, caller, dept_id)]


@method(scopes.DEPARTMENT_LIST)
async def list_ids_below(request: Request, caller: Caller, fields: Fields) -> object:
    """POST /topapi/v2/department/listsubid"""
    found = await _below(request, caller, number(fields, "dept_id"))
    return wire.DeptIdList([one.dept_id for one in found])


@method(scopes.DEPARTMENT_LIST)
async def get_department(request: Request, caller: Caller, fields: Fields) -> object:
    """POST /topapi/v2/department/get"""
    dept_id = number(fields, "dept_id")
    check_language(fields)
    try:
        found = await request.service.db.read(lambda tx: contacts.department(tx, caller, dept_id))
    except ItemNotFound as refusal:
        raise no_department(dept_id, refusal) from None
    return wire.DepartmentDetail.of(
        found.department, found.leaders, members=found.members, members_below=found.members_below
    )


@method(scopes.DEPARTMENT_LIST)
async def list_parents_of_department(request: Request, caller: Caller, fields: Fields) -> object:
    """POST /topapi/v2/department/listparentbydept"""
    dept_id = number(fields, "dept_id")
    try:
        path = await request.service.db.read(lambda tx: contacts.path_to_root(tx, caller, dept_id))
    except ItemNotFound as refusal:
        raise no_department(dept_id, refusal) from None
    return wire.ParentIdList(path)


@method(scopes.DEPARTMENT_LIST)
async def list_parents_of_user(request: Request, caller: Caller, fields: Fields) -> object:
    """POST /topapi/v2/department/listparentbyuser"""
    userid = text(fields, "userid")
    try:
        paths = await request.service.db.read(lambda tx: contacts.paths_of_user(tx, caller, userid))
    except InvalidParameter:
        raise LegacyFailure(33012, "无效的USERID") from None
    except UserNotFound as refusal:
        raise no_user(refusal) from None
    return wire.ParentList([wire.ParentDeptIdList(path) for path in paths])


@plain_method(scopes.APP_BASE)
async def get_scopes(request: Request, caller: Caller, fields: Fields) -> object:
    """GET /auth/scopes. Outside /topapi: the cause stands in `errcode` itself."""
    del fields
    seen = await request.service.db.read(lambda tx: app_range.range_of(tx, caller))
    members = ["name", "avatar", "title", "job_number", "manager_userid"]
    if scopes.USER_MOBILE in caller.scopes:
        members.append("mobile")
    if scopes.USER_READ in caller.scopes:
        members.append("email")
    return wire.AuthScopes(
        auth_user_field=members,
        condition_field=[],
        auth_org_scopes=wire.OrgScopes(list(seen.departments), list(seen.userids)),
    )


async def _below(request: Request, caller: Caller, dept_id: int) -> list[Department]:
    try:
        return await request.service.db.read(lambda tx: contacts.departments_below(tx, caller, dept_id))
    except ItemNotFound as refusal:
        raise no_department(dept_id, refusal) from None
