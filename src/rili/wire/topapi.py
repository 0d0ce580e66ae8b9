"""The old family on the wire: form or JSON in, one envelope with `errcode` out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import parse_qsl

import msgspec
from msgspec import UNSET, Struct, UnsetType

from rili.errors import LegacyFailure
from rili.model.directory import Membership, User

BUSY = LegacyFailure(-1, "系统繁忙")
"""What the new family answers with 503."""

_ID_LETTERS = "0123456789abcdefghijklmnpqrstuvy"


class DeptOrder(Struct):
    dept_id: int
    order: int


class DeptLeader(Struct):
    dept_id: int
    leader: bool


class UserDetail(Struct, omit_defaults=True, kw_only=True):
    """`result` of `/topapi/v2/user/get`. What a person does not have is left out; avatar is empty then."""

    userid: str
    unionid: str
    name: str
    avatar: str
    active: bool
    admin: bool
    boss: bool
    senior: bool
    real_authed: bool
    exclusive_account: bool
    hide_mobile: bool
    dept_id_list: list[int]
    dept_order_list: list[DeptOrder]
    leader_in_dept: list[DeptLeader]
    create_time: str
    title: str | None = None
    job_number: str | None = None
    mobile: str | None = None
    state_code: str | None = None
    email: str | None = None
    manager_userid: str | None = None

    @classmethod
    def of(
        cls, user: User, memberships: Sequence[Membership], *, with_mobile: bool, with_email: bool
    ) -> UserDetail:
        created = datetime.fromtimestamp(user.created_ms / 1000, UTC)
        return cls(
            userid=user.userid,
            unionid=user.union_id,
            name=user.name,
            avatar=user.avatar or "",
            active=user.active,
            admin=user.admin,
            boss=False,
            senior=False,
            real_authed=False,
            exclusive_account=False,
            hide_mobile=False,
            dept_id_list=[place.dept_id for place in memberships],
            dept_order_list=[DeptOrder(place.dept_id, place.sort_order) for place in memberships],
            leader_in_dept=[DeptLeader(place.dept_id, place.leader) for place in memberships],
            create_time=created.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            title=user.title,
            job_number=user.job_number,
            mobile=user.mobile if with_mobile else None,
            state_code=user.state_code if with_mobile else None,
            email=user.email if with_email else None,
            manager_userid=user.manager_userid,
        )


class UserByUnionId(Struct):
    """`result` of `/topapi/user/getbyunionid`; contact_type 0 is a colleague."""

    contact_type: int
    userid: str


class UserByMobile(Struct):
    """`result` of `/topapi/v2/user/getbymobile`."""

    userid: str


class GetUser(Struct):
    """Body of `/topapi/v2/user/get`, JSON or form."""

    userid: str
    language: str = "zh_CN"


class GetUserByUnionId(Struct):
    """Body of `/topapi/user/getbyunionid`, JSON or form."""

    unionid: str


class GetUserByMobile(Struct):
    """Body of `/topapi/v2/user/getbymobile`, JSON or form."""

    mobile: str


class Envelope(Struct, omit_defaults=True, kw_only=True):
    """What every answer of the old family is: `errcode` 0, or a failure and what lies below it."""

    errcode: int
    errmsg: str
    request_id: str = ""
    sub_code: str = ""
    sub_msg: str = ""


class UserEnvelope(Envelope, omit_defaults=True, kw_only=True):
    """Answer of `/topapi/v2/user/get`."""

    result: UserDetail | UnsetType = UNSET


class UserByUnionIdEnvelope(Envelope, omit_defaults=True, kw_only=True):
    """Answer of `/topapi/user/getbyunionid`."""

    result: UserByUnionId | UnsetType = UNSET


class UserByMobileEnvelope(Envelope, omit_defaults=True, kw_only=True):
    """Answer of `/topapi/v2/user/getbymobile`."""

    result: UserByMobile | UnsetType = UNSET


def read_form(content_type: str | None, body: bytes) -> dict[str, Any] | None:
    """The members of a form, or None for JSON, which is told by its type or its first letter.

    Raises:
        LegacyFailure: more members than any call has.
    """
    if "json" in (content_type or "") or body.lstrip()[:1] == b"{":
        return None
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=100))
    except ValueError:
        raise LegacyFailure(400002, "参数错误") from None


def read_json(body: bytes) -> dict[str, Any]:
    """The members of a JSON object; none for no body. Raises LegacyFailure for anything else."""
    if not body.strip():
        return {}
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise LegacyFailure(400002, "参数错误") from None
    if not isinstance(value, dict):
        raise LegacyFailure(400002, "参数错误")
    return cast("dict[str, Any]", value)


def success(result: object, request_id: str) -> dict[str, object]:
    return {"errcode": 0, "errmsg": "ok", "result": result, "request_id": request_id}


def failure(failure: LegacyFailure, request_id: str | None) -> dict[str, object]:
    """The envelope: what lies below is named beside and within `errmsg`, exactly as observed."""
    answer: dict[str, object] = {"errcode": failure.errcode}
    below: list[str] = []
    if failure.sub_code is not None:
        answer["sub_code"] = failure.sub_code
        below.append(f"subcode={failure.sub_code}")
    if failure.sub_msg is not None:
        answer["sub_msg"] = failure.sub_msg
        below.append(f"submsg={failure.sub_msg}")
    answer["errmsg"] = f"{failure.errmsg}[{','.join(below)}]" if below else failure.errmsg
    if request_id is not None:
        answer["request_id"] = request_id
    return answer


def request_id(random: bytes) -> str:
    """Thirteen letters and digits, from eight bytes."""
    number = int.from_bytes(random[:8], "big")
    return "".join(_ID_LETTERS[number >> shift & 31] for shift in range(60, -1, -5))
