"""People and departments on the wire of the new family."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType, field

from rili.model.directory import User, open_id

_VENDOR_MAIL = "@dingtalk.com"
"""Addresses of the vendor's own mail are not answered, the page says."""


class ContactUser(Struct, rename="camel", omit_defaults=True, kw_only=True):
    """Answer of `GET /v1.0/contact/users/{unionId}`. What a person does not have is left out."""

    nick: str
    union_id: str
    open_id: str
    avatar_url: str | None = None
    mobile: str | None = None
    state_code: str | None = None
    email: str | None = None
    visitor: bool

    @classmethod
    def of(cls, user: User, *, app_key: str, internal: bool, with_mobile: bool) -> ContactUser:
        """*internal*: the app is the organisation's own; others are shown numbers with four digits hidden."""
        mobile = user.mobile if internal or user.mobile is None else masked(user.mobile)
        email = user.email or ""
        return cls(
            nick=user.name,
            union_id=user.union_id,
            open_id=open_id(app_key, user.union_id),
            avatar_url=user.avatar,
            mobile=mobile if with_mobile else None,
            state_code=user.state_code if with_mobile else None,
            email=None if email.lower().endswith(_VENDOR_MAIL) else user.email,
            visitor=False,
        )


class SearchUserRequest(Struct, rename="camel"):
    """Body of `POST /v1.0/contact/users/search`."""

    query_word: Annotated[
        str | UnsetType,
        Meta(
            description="Name, pinyin, its initials, nickname, or a whole mobile number. 姓名、拼音、昵称或手机号。"
        ),
    ] = UNSET
    offset: Annotated[int | UnsetType, Meta(description="How many to pass over: 0 to 100000. 偏移量。")] = (
        UNSET
    )
    size: Annotated[int | UnsetType, Meta(description="1 to 100. 分页大小。")] = UNSET
    full_match_field: Annotated[
        int | UnsetType | None, Meta(description="1: the whole name alone is found. 1 为精确匹配。")
    ] = UNSET


class SearchDepartmentRequest(Struct, rename="camel"):
    """Body of `POST /v1.0/contact/departments/search`."""

    query_word: Annotated[
        str | UnsetType, Meta(description="Name, pinyin, or its initials. 部门名称或拼音。")
    ] = UNSET
    offset: Annotated[int | UnsetType, Meta(description="How many to pass over: 0 to 100000. 偏移量。")] = (
        UNSET
    )
    size: Annotated[int | UnsetType, Meta(description="1 to 100. 分页大小。")] = UNSET


class FoundUsers(Struct, rename="camel"):
    """Answer of `POST /v1.0/contact/users/search`: userids."""

    has_more: bool
    total_count: int
    found: list[str] = field(name="list")


class FoundDepartments(Struct, rename="camel"):
    """Answer of `POST /v1.0/contact/departments/search`: numbers of departments."""

    has_more: bool
    total_count: int
    found: list[int] = field(name="list")


class BatchUser(Struct, omit_defaults=True, kw_only=True):
    """One of `userList`. What a person does not have is left out."""

    userid: str
    unionid: str
    name: str
    senior: bool
    nickname: str | None = None
    avatar: str | None = None
    job_number: str | None = None
    remark: str | None = None
    mobile: str | None = None
    state_code: str | None = None

    @classmethod
    def of(cls, user: User, *, with_mobile: bool, with_remark: bool) -> BatchUser:
        return cls(
            userid=user.userid,
            unionid=user.union_id,
            name=user.name,
            senior="senior" in user.flags,
            nickname=user.nickname,
            avatar=user.avatar,
            job_number=user.job_number,
            remark=user.remark if with_remark else None,
            mobile=user.mobile if with_mobile else None,
            state_code=user.state_code if with_mobile else None,
        )


class BatchUsers(Struct, rename="camel"):
    """Answer of `GET /v1.0/contact/users/batch/get`."""

    user_list: list[BatchUser]
    unauthorized_user_id_list: Annotated[
        list[str], Meta(description="Of nobody whom the app may see. 无权限或不存在的 userid。")
    ]


def masked(mobile: str) -> str:
    """155****3240: the four digits before the last four are hidden."""
    return mobile[: max(len(mobile) - 8, 0)] + "****" + mobile[-4:]
