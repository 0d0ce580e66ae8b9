"""People, in the old family."""

from __future__ import annotations

from typing import cast, get_args

from rili.actions import contacts, login_codes
from rili.api.http import Request
from rili.api.topapi import (
    Fields,
    bad,
    check_language,
    flag,
    method,
    no_department,
    no_user,
    number,
    text,
)
from rili.auth.callers import Caller
from rili.errors import InvalidParameter, ItemNotFound, LegacyFailure, UserNotFound
from rili.errors.access import AuthCodeNotFound
from rili.model import scopes
from rili.store.memberships import Member, Order
from rili.wire import topapi_users as wire

PAGE = 100
LAST_CURSOR = 2**31


@method(scopes.MEMBER)
async def get_user(request: Request, caller: Caller, fields: Fields) -> object:
    """POST /topapi/v2/user/get"""
    userid = text(fields, "userid")
    check_language(fields)
    try:
        person = await request.service.db.read(lambda tx: contacts.person(tx, caller, userid))
    except InvalidParameter:
        raise LegacyFailure(33012, "无效的USERID") from None
    except UserNotFound as refusal:
        raise no_user(refusal) from None
    return wire.UserDetail.of(
        person.user, person.memberships, person.roles, wire.Rights.granted(caller.kind, caller.scopes)
    )


@method(scopes.APP_BASE)
async def get_user_info(request: Request, caller: Caller, fields: Fields) -> object:
    """POST /topapi/v2/user/getuserinfo"""
    code = text(fields, "code")
    try:
        user = await request.service.db.write(lambda tx: login_codes.redeem(tx, caller, code))
    except AuthCodeNotFound:
        raise LegacyFailure(40078, "不存在的临时授权码") from None
    except UserNotFound as refusal:
        raise no_user(refusal) from None
    return wire.UserInfo.of(user)


@method(scopes.MEMBER)
async def get_user_by_union_id(request: Request, caller: Caller, fields: Fields) -> object:
    """POST /topapi/user/getbyunionid"""
    union_id = text(fields, "unionid")
    try:
        user = await request.service.db.read(lambda tx: contacts.user_by_union_id(tx, caller, union_id))
    except UserNotFound as refusal:
        raise no_user(refusal) from None
    return wire.UserByUnionId(0, user.userid)


@method(scopes.MEMBER_BY_MOBILE)
async def get_user_by_mobile(request: Request, caller: Caller, fields: Fields) -> object:
    """POST /topapi/v2/user/getbymobile"""
    mobile = text(fields, "mobile")
    try:
        user = await request.service.db.read(lambda tx: contacts.user_by_mobile(tx, caller, mobile))
    except InvalidParameter:
        raise LegacyFailure(40104, "无效的手机号码") from None
    except UserNotFound as refusal:
        raise no_user(refusal) from None
    return wire.UserByMobile(user.userid)


@method(scopes.DEPARTMENT_MEMBER)
async def list_users(request: Request, caller: Caller, fields: Fields) -> object:
    """POST /topapi/v2/user/list"""
    found, next_cursor = await _page(request, caller, fields)
    rights = wire.Rights.granted(caller.kind, caller.scopes)
    shown = [wire.MemberView.of(one.user, one.place, one.dept_ids, rights) for one in found]
    answer = wire.Members(next_cursor is not None, shown)
    if next_cursor is not None:
        answer.next_cursor = next_cursor
    return answer


@method(scopes.DEPARTMENT_MEMBER)
async def list_users_simple(request: Request, caller: Caller, fields: Fields) -> object:
    """POST /topapi/user/listsimple"""
    found, next_cursor = await _page(request, caller, fields)
    shown = [wire.NamedUser(one.user.userid, one.user.name) for one in found]
    answer = wire.NamedUsers(next_cursor is not None, shown)
    if next_cursor is not None:
        answer.next_cursor = next_cursor
    return answer


@method(scopes.MEMBER)
async def list_userids(request: Request, caller: Caller, fields: Fields) -> object:
    """POST /topapi/user/listid"""
    dept_id = number(fields, "dept_id")
    try:
        found = await request.service.db.read(lambda tx: contacts.userids_in(tx, caller, dept_id))
    except ItemNotFound as refusal:
        raise no_department(dept_id, refusal) from None
    return wire.UseridList(found)


@method(scopes.MEMBER)
async def count_users(request: Request, caller: Caller, fields: Fields) -> object:
    """POST /topapi/user/count"""
    flag(fields, "only_active")
    return wire.UserCount(await request.service.db.read(lambda tx: contacts.count_users(tx, caller)))


@method(scopes.MEMBER)
async def list_admins(request: Request, caller: Caller, fields: Fields) -> object:
    """POST /topapi/user/listadmin"""
    found = await request.service.db.read(lambda tx: contacts.admins(tx, caller))
    return [wire.Admin(userid, 1) for userid in found]


async def _page(request: Request, caller: Caller, fields: Fields) -> tuple[list[Member], int | None]:
    """Some people of a department, and the cursor of the next page, if there is one. Raises LegacyFailure."""
    dept_id = number(fields, "dept_id")
    cursor = number(fields, "cursor")
    size = number(fields, "size")
    order = fields.get("order_field") or "custom"
    flag(fields, "contain_access_limit", False)
    check_language(fields)
    if cursor >= LAST_CURSOR:
        raise bad(40068, f"cursor is less than {LAST_CURSOR}")
    if not 1 <= size <= PAGE:
        raise bad(40069, f"size is from 1 to {PAGE}")
    if order not in get_args(Order):
        raise bad(40035, f"order_field is one of {', '.join(get_args(Order))}")
    try:
        found, more = await request.service.db.read(
            lambda tx: contacts.members(tx, caller, dept_id, cast("Order", order), offset=cursor, size=size)
        )
    except ItemNotFound as refusal:
        raise no_department(dept_id, refusal) from None
    return found, cursor + size if more else None
