"""Departments, in the old family, and what of the directory an app may see."""

from __future__ import annotations

from starlette.responses import Response

from rili.actions import app_range, contacts
from rili.api.http import Request, json_answer, report
from rili.api.topapi import Fields, check_language, method, no_department, no_user, number, text
from rili.auth.callers import Caller, authenticate, require, require_kind
from rili.errors import (
    AccessTokenPermissionDenied,
    AppKindDenied,
    InvalidAuthentication,
    InvalidParameter,
    IpNotInWhiteList,
    ItemNotFound,
    LegacyFailure,
    MissingToken,
    Unavailable,
    UserNotFound,
    UserTokenExpired,
)
from rili.model import scopes
from rili.model.directory import ROOT_DEPT_ID, Department
from rili.wire import topapi
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


async def get_scopes(request: Request) -> Response:
    """GET /auth/scopes. Outside /topapi: the cause stands in `errcode` itself."""
    service = request.service
    try:
        token = request.query.get("access_token")
        caller = await authenticate(
            service.db, token, request.now_ms, service.tokens, address=request.address
        )
        if caller.union_id is not None:
            raise InvalidAuthentication
        require_kind(caller, request.scope["rili.kinds"])
        require(caller, scopes.APP_BASE)
        seen = await service.db.read(lambda tx: app_range.range_of(tx, caller))
    except InvalidParameter:
        return _refused(40035, "参数错误")
    except MissingToken:
        return _refused(41001, "缺少access_token参数")
    except (InvalidAuthentication, UserTokenExpired):
        return _refused(40014, InvalidAuthentication.message)
    except IpNotInWhiteList as denied:
        return _refused(60020, denied.message)
    except (AccessTokenPermissionDenied, AppKindDenied) as denied:
        return _refused(60011, denied.message)
    except Unavailable as busy:
        report(request.scope, busy)
        return json_answer(topapi.failure(topapi.BUSY, None))
    members = ["name", "avatar", "title", "job_number", "manager_userid"]
    if scopes.USER_MOBILE in caller.scopes:
        members.append("mobile")
    if scopes.USER_READ in caller.scopes:
        members.append("email")
    return json_answer(
        wire.AuthScopes(
            auth_user_field=members,
            condition_field=[],
            auth_org_scopes=wire.OrgScopes(list(seen.departments), list(seen.userids)),
        )
    )


async def _below(request: Request, caller: Caller, dept_id: int) -> list[Department]:
    try:
        return await request.service.db.read(lambda tx: contacts.departments_below(tx, caller, dept_id))
    except ItemNotFound as refusal:
        raise no_department(dept_id, refusal) from None


def _refused(errcode: int, errmsg: str) -> Response:
    return json_answer(topapi.failure(LegacyFailure(errcode, errmsg), None))
