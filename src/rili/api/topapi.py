"""What every call of the old family shares: HTTP 200 always, failures in `errcode`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from starlette.responses import Response

from rili.api.http import Request, json_answer, report
from rili.auth.callers import Caller, authenticate, require, require_kind
from rili.errors import (
    CallbackRefused,
    InvalidParameter,
    ItemNotFound,
    LegacyFailure,
    OutOfRange,
    RequestTooLarge,
    Unavailable,
    UserNotFound,
    UserOutOfRange,
)
from rili.errors.access import (
    AccessTokenPermissionDenied,
    AppKindDenied,
    InvalidAuthentication,
    IpNotInWhiteList,
    MissingToken,
    QpmLimit,
    QpsLimit,
    UserTokenExpired,
)
from rili.model.directory import LANGUAGES
from rili.wire import topapi

Fields = dict[str, Any]
Method = Callable[[Request, Caller, Fields], Awaitable[object]]
Handler = Callable[[Request], Awaitable[Response]]

_MEANINGS = {
    40035: "不合法的参数",
    40068: "不合法的偏移量",
    40069: "不合法的分页大小",
    50004: "请求的部门id不在授权范围内",
    60003: "部门不存在",
    400002: "参数错误",
}


def method(scope: str) -> Callable[[Method], Handler]:
    """Make a handler of a method that needs *scope*: token and body in, envelope out."""
    return _door(scope, plain=False)


def plain_method(scope: str) -> Callable[[Method], Handler]:
    """Make a handler of a method outside /topapi: what it answers is the answer, the cause of a refusal stands in
    `errcode` itself, and there is no `request_id`.
    """
    return _door(scope, plain=True)


def _door(scope: str, *, plain: bool) -> Callable[[Method], Handler]:
    """A handler of a method, of the two kinds that the old family has."""

    def wrap(method: Method) -> Handler:
        async def handle(request: Request) -> Response:
            request_id = None if plain else topapi.request_id(request.service.new_bytes(8))
            try:
                body = await request.body()
                form = topapi.read_form(request.header("content-type"), body)
                token = request.query.get("access_token") or (form or {}).get("access_token")
                caller = await (_plain_caller if plain else _caller)(request, token, scope)
                await request.take_call(caller, request.scope["rili.route"], monthly=False)
                fields = topapi.read_json(body) if form is None else form
                answer = await method(request, caller, fields)
                if request_id is not None:
                    answer = topapi.success(answer, request_id)
            except LegacyFailure as failure:
                answer = topapi.failure(failure, request_id)
            except CallbackRefused as refused:
                meaning = f"{refused.message}: {refused.reason}"
                answer = topapi.failure(LegacyFailure(refused.errcode, meaning), request_id)
            except (QpsLimit, QpmLimit) as throttled:
                failure = LegacyFailure(throttled.legacy_errcode, throttled.message)
                answer = topapi.failure(failure, request_id)
            except RequestTooLarge:
                raise
            except Unavailable as busy:
                report(request.scope, busy)
                answer = topapi.failure(topapi.BUSY, request_id)
            except InvalidParameter:
                answer = topapi.failure(LegacyFailure(40035 if plain else 400002, "参数错误"), request_id)
            return json_answer(answer)

        handle.__doc__ = method.__doc__
        handle.__name__ = method.__name__
        return handle

    return wrap


async def unknown_method(request: Request) -> Response:
    """Any other path under /topapi/"""
    path = unquote(request.scope["raw_path"].decode("latin-1"))
    name = "dingtalk.oapi." + path.removeprefix("/topapi/").strip("/").replace("/", ".")
    refusal = LegacyFailure(22, "Invalid method", sub_msg=f"不合法ApiName，ApiName = {name}")
    return json_answer(topapi.failure(refusal, topapi.request_id(request.service.new_bytes(8))))


async def _caller(request: Request, token: str | None, scope: str) -> Caller:
    """Whose token it is; refusals are wrapped in errcode 88, exactly as observed."""
    try:
        return await _allowed(request, token, scope)
    except MissingToken:
        raise _refused("40000", "access_token is blank") from None
    except (InvalidAuthentication, UserTokenExpired):
        raise _refused("40014", InvalidAuthentication.message) from None
    except IpNotInWhiteList:
        raise _refused("60020", IpNotInWhiteList.message) from None
    except AppKindDenied as denied:
        raise _refused("60011", f"{denied.message}: {denied.description}") from None
    except AccessTokenPermissionDenied as denied:
        raise _refused("60011", f"{denied.message}, {{requiredScopes=[{scope}]}}") from None


async def _plain_caller(request: Request, token: str | None, scope: str) -> Caller:
    """The same; the cause itself is the refusal."""
    try:
        return await _allowed(request, token, scope)
    except MissingToken:
        raise LegacyFailure(41001, "缺少access_token参数") from None
    except (InvalidAuthentication, UserTokenExpired):
        raise LegacyFailure(40014, InvalidAuthentication.message) from None
    except IpNotInWhiteList as denied:
        raise LegacyFailure(60020, denied.message) from None
    except (AccessTokenPermissionDenied, AppKindDenied) as denied:
        raise LegacyFailure(60011, denied.message) from None


async def _allowed(request: Request, token: str | None, scope: str) -> Caller:
    service = request.service
    caller = await authenticate(service.db, token, request.now_ms, service.tokens, address=request.address)
    if caller.union_id is not None:
        raise InvalidAuthentication  # a person's token is none of the old family
    request.scope["rili.app_key"] = caller.app_key
    require_kind(caller, request.scope["rili.kinds"])
    require(caller, scope)
    return caller


def text(fields: Fields, name: str) -> str:
    """A text that must be there. Raises LegacyFailure."""
    value = fields.get(name)
    if value is None or (value == "" and name != "userid"):
        raise bad(400002, f"{name} is required")
    if not isinstance(value, str):
        raise bad(400002, f"{name} must be a string")
    return value


def number(fields: Fields, name: str, default: int | None = None) -> int:
    """A number from 0 on, in JSON or as digits. Raises LegacyFailure."""
    value = fields.get(name, "")
    if value in ("", None):
        if default is None:
            raise bad(400002, f"{name} is required")
        return default
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 16:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise bad(400002, f"{name} must be a number")
    return value


def flag(fields: Fields, name: str, default: bool | None = None) -> bool:
    """A boolean, in JSON or as text. Raises LegacyFailure."""
    value = fields.get(name, "")
    if value in ("", None):
        if default is None:
            raise bad(400002, f"{name} is required")
        return default
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise bad(400002, f"{name} must be true or false")
    return value


def check_language(fields: Fields) -> None:
    """Names are what they are in every language; another language than there is is refused."""
    if fields.get("language") not in (None, "", *LANGUAGES):
        raise bad(400002, f"language is one of {', '.join(LANGUAGES)}")


def bad(errcode: int, rule: str) -> LegacyFailure:
    """A refusal that names the member and the rule."""
    return LegacyFailure(errcode, f"{_MEANINGS[errcode]}: {rule}")


def no_department(dept_id: int, refusal: ItemNotFound) -> LegacyFailure:
    """What is said of a department that is not there, or outside the range of the app (decision 75)."""
    return bad(50004 if isinstance(refusal, OutOfRange) else 60003, f"dept_id {dept_id}")


def no_user(refusal: UserNotFound) -> LegacyFailure:
    """What is said of an id of nobody, of another organisation, of who left; of somebody outside the range."""
    if isinstance(refusal, UserOutOfRange):
        return LegacyFailure(50002, "请求的员工userid不在授权范围内")
    return LegacyFailure(60121, UserNotFound.message)


def _refused(sub_code: str, sub_msg: str) -> LegacyFailure:
    return LegacyFailure(88, "ding talk error", sub_code=sub_code, sub_msg=sub_msg)
