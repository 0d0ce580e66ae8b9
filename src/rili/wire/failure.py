"""The body of every error of the new family."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType


class AccessDeniedDetail(Struct, frozen=True, rename="camel"):
    """Which permission points the app lacks."""

    required_scopes: list[str]


class ErrorBody(Struct, frozen=True):
    """Branch on `code`; `description` says what to mend."""

    code: Annotated[str, Meta(description="Machine code. 错误码。")]
    message: Annotated[str, Meta(description="Text of the reference. 错误信息。")]
    requestid: Annotated[str, Meta(description="Upper-case UUID, also in x-acs-request-id. 请求ID。")]
    description: Annotated[
        str | UnsetType, Meta(description="Which field, which rule. 哪个字段、哪条规则。")
    ] = UNSET
    accessdenieddetail: AccessDeniedDetail | UnsetType = UNSET
