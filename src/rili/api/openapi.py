"""`/openapi.json`: OpenAPI 3.1, generated from the routes and the structs they read and answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from rili import __version__
from rili.api.router import Parameter, Route
from rili.model.app_kinds import ENTERPRISE, INTERNAL, PERSONAL
from rili.wire.failure import ErrorBody

_ERRORS = {
    400: "What was sent breaks a rule: `description` says which. 请求有误，description 说明原因。",
    401: "Not the secret of an app, or not a ticket. 密钥或票据无效。",
    403: "Not allowed. 没有权限。",
    404: "Not found. 不存在。",
    410: "What follows the cursor is no longer kept. 游标之后的部分变更已不再保留。",
    412: "Another version than `If-Match` names. 版本不匹配。",
    426: "It is spoken by WebSocket. 需使用 WebSocket 协议。",
}
_KINDS: dict[str, str] = {
    INTERNAL: "企业内部应用",
    ENTERPRISE: "第三方企业应用",
    PERSONAL: "第三方个人应用",
}
_TYPES: dict[type, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
}


def document(routes: Iterable[Route], public_url: str) -> bytes:
    """The description of *routes*, as JSON; pages for people are left out."""
    routes = [route for route in routes if route.tag != "page"]
    structs = [
        ErrorBody,
        *(kind for route in routes for kind in (route.body, route.answer) if kind is not None),
    ]
    schemas, components = msgspec.json.schema_components(structs, ref_template="#/components/schemas/{name}")
    reference = dict(zip(structs, schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, reference)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "Rili",
                "version": __version__,
                "summary": "A calendar server that speaks DingTalk's Calendar API. 兼容钉钉日历接口的日历服务。",
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "servers": [{"url": public_url}],
            "paths": paths,
            "components": {
                "schemas": components,
                "securitySchemes": {
                    "token": {
                        "type": "apiKey",
                        "in": "header",
                        "name": "x-acs-dingtalk-access-token",
                        "description": "From /v1.0/oauth2/accessToken. 由 /v1.0/oauth2/accessToken 获取。",
                    },
                    "legacyToken": {
                        "type": "apiKey",
                        "in": "query",
                        "name": "access_token",
                        "description": "The same token, in the old family. 旧版接口的 access_token。",
                    },
                },
            },
        }
    )


def _operation(route: Route, reference: dict[type, dict[str, Any]]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.tag],
        "responses": _responses(route, reference),
    }
    parameters = [_path_parameter(name) for name in re.findall(r"{(\w+)}", route.path)]
    parameters += [_parameter(one) for one in route.parameters]
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        content = {"application/json": {"schema": reference[route.body]}}
        if route.form:
            content["application/x-www-form-urlencoded"] = {"schema": reference[route.body]}
        operation["requestBody"] = {"required": True, "content": content}
    if route.scope is not None:
        operation["security"] = [{"token": []}]
        operation["description"] = (
            f"Permission point `{route.scope}`. 需要权限点 {route.scope}。 {_kinds(route)}"
        )
    elif route.form:
        operation["security"] = [{"legacyToken": []}]
        operation["description"] = _kinds(route)
    return operation


def _kinds(route: Route) -> str:
    kinds = [kind for kind in _KINDS if kind in route.kinds]
    return f"Kinds of app: {', '.join(kinds)}. 适用应用类型：{'、'.join(_KINDS[kind] for kind in kinds)}。"


def _responses(route: Route, reference: dict[type, dict[str, Any]]) -> dict[str, Any]:
    schema = {"type": "object"} if route.answer is None else reference[route.answer]
    success: dict[str, Any] = {"description": "OK", "content": {route.answer_type: {"schema": schema}}}
    if route.redirects:
        return {"302": {"description": "On to the meeting. 跳转到会议。"}, "404": _error(404, reference)}
    if "If-Match" in {one.name for one in route.parameters} or route.path.endswith("{eventId}"):
        success["headers"] = {"ETag": {"description": "The version. 版本。", "schema": {"type": "string"}}}
    return {
        "200": success,
        **{str(status): _error(status, reference) for status in _ERRORS if _may(route, status)},
    }


def _may(route: Route, status: int) -> bool:
    if status in (401, 426):
        return route.tag == "gateway"
    if status == 410:
        return any(one.name == "cursor" for one in route.parameters)
    if status == 412:
        return any(one.name == "If-Match" for one in route.parameters)
    if status == 400:
        return route.tag != "server"  # also in the old family: a query, for one, that is not UTF-8
    return route.tag not in ("topapi", "server")


def _error(status: int, reference: dict[type, dict[str, Any]]) -> dict[str, Any]:
    return {"description": _ERRORS[status], "content": {"application/json": {"schema": reference[ErrorBody]}}}


def _path_parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}


def _parameter(one: Parameter) -> dict[str, Any]:
    return {
        "name": one.name,
        "in": one.place,
        "required": False,
        "description": one.description,
        "schema": _TYPES[one.type],
    }
