"""People, in the old family: HTTP 200 always, failures in `errcode`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from starlette.responses import Response

from rili.actions import contacts
from rili.api.http import Request, json_answer, report
from rili.auth.callers import Caller, authenticate, require
from rili.errors import (
    AccessTokenPermissionDenied,
    InvalidAuthentication,
    InvalidParameter,
    LegacyFailure,
    MissingToken,
    RequestTooLarge,
    Unavailable,
    UserNotFound,
    UserTokenExpired,
)
from rili.model import scopes
from rili.wire import topapi

Fields = dict[str, Any]
Method = Callable[[Request, Caller, Fields], Awaitable[object]]
Handler = Callable[[Request], Awaitable[Response]]


def _method(scope: str) -> Callable[[Method], Handler]:
    """Make a handler of a method that needs *scope*: token and body in, envelope out."""

    def wrap(method: Method) -> Handler:
        async def handle(request: Request) -> Response:
            request_id = topapi.request_id(request.service.new_bytes(8))
            try:
                body = await request.body()
                form = topapi.read_form(request.header("content-type"), body)
                token = request.query.get("access_token") or (form or {}).get("access_token")
                caller = await _caller(request, token, scope)
                fields = topapi.read_json(body) if form is None else form
                answer = topapi.success(await method(request, caller, fields), request_id)
            except LegacyFailure as failure:
                answer = topapi.failure(failure, request_id)
            except RequestTooLarge:
                raise
            except Unavailable as busy:
                report(request.scope, busy)
                answer = topapi.failure(topapi.BUSY, request_id)
            except InvalidParameter:
                answer = topapi.failure(LegacyFailure(400002, "参数错误"), request_id)
            return json_answer(answer)

        handle.__doc__ = method.__doc__
        handle.__name__ = method.__name__
        return handle

    return wrap


@_method(scopes.MEMBER)
async def get_user(request: Request, caller: Caller, fields: Fields) -> object:
    """POST /topapi/v2/user/get"""
    userid = _text(fields, "userid")
    try:
        person = await request.service.db.read(lambda tx: contacts.person(tx, caller.corp_id, userid))
    except InvalidParameter:
        raise LegacyFailure(33012, "无效的USERID") from None
    except UserNotFound:
        raise _unknown() from None
    # Which points stand for "the phone permission" and "the e-mail permission" of this page, no source
    # says: the ones that open the same members in the new family.
    return topapi.UserDetail.of(
        person.user,
        person.memberships,
        with_mobile=scopes.USER_MOBILE in caller.scopes,
        with_email=scopes.USER_READ in caller.scopes,
    )


@_method(scopes.MEMBER)
async def get_user_by_union_id(request: Request, caller: Caller, fields: Fields) -> object:
    """POST /topapi/user/getbyunionid"""
    union_id = _text(fields, "unionid")
    try:
        user = await request.service.db.read(
            lambda tx: contacts.user_by_union_id(tx, caller.corp_id, union_id)
        )
    except UserNotFound:
        raise _unknown() from None
    return topapi.UserByUnionId(0, user.userid)


@_method(scopes.MEMBER_BY_MOBILE)
async def get_user_by_mobile(request: Request, caller: Caller, fields: Fields) -> object:
    """POST /topapi/v2/user/getbymobile"""
    mobile = _text(fields, "mobile")
    try:
        user = await request.service.db.read(lambda tx: contacts.user_by_mobile(tx, caller.corp_id, mobile))
    except InvalidParameter:
        raise LegacyFailure(40104, "无效的手机号码") from None
    except UserNotFound:
        raise _unknown() from None
    return topapi.UserByMobile(user.userid)


async def unknown_method(request: Request) -> Response:
    """Any other path under /topapi/"""
    path = unquote(request.scope["raw_path"].decode("latin-1"))
    name = "dingtalk.oapi." + path.removeprefix("/topapi/").strip("/").replace("/", ".")
    refusal = LegacyFailure(22, "Invalid method", sub_msg=f"不合法ApiName，ApiName = {name}")
    return json_answer(topapi.failure(refusal, topapi.request_id(request.service.new_bytes(8))))


async def _caller(request: Request, token: str | None, scope: str) -> Caller:
    """Whose token it is; refusals are wrapped in errcode 88, exactly as observed."""
    service = request.service
    try:
        caller = await authenticate(service.db, token, request.now_ms, service.tokens)
        if caller.union_id is not None:
            raise InvalidAuthentication  # a token of one kind does not stand in for another (decision 61)
        require(caller, scope)
    except MissingToken:
        raise _refused("40000", "access_token is blank") from None
    except (InvalidAuthentication, UserTokenExpired):
        raise _refused("40014", InvalidAuthentication.message) from None
    except AccessTokenPermissionDenied as denied:
        raise _refused("60011", f"{denied.message}, {{requiredScopes=[{scope}]}}") from None
    return caller


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    if value is None or (value == "" and name != "userid"):
        raise LegacyFailure(400002, f"参数错误: {name} is required")
    if not isinstance(value, str):
        raise LegacyFailure(400002, f"参数错误: {name} must be a string")
    return value


def _refused(sub_code: str, sub_msg: str) -> LegacyFailure:
    return LegacyFailure(88, "ding talk error", sub_code=sub_code, sub_msg=sub_msg)


def _unknown() -> LegacyFailure:
    return LegacyFailure(60121, UserNotFound.message)
