"""People as the old family spells them. Source: "Query user details" and the pages beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType, field

from rili.model import scopes
from rili.model.app_kinds import INTERNAL
from rili.model.directory import Membership, Role, User
from rili.wire.topapi import Envelope

Language = Annotated[str, Meta(description="zh_CN or en_US. 通讯录语言。")]
DeptId = Annotated[int, Meta(description="The root is 1. 部门ID，根部门为 1。")]
Cursor = Annotated[int, Meta(description="0 first, then next_cursor. 分页游标。")]
Size = Annotated[int, Meta(description="1 to 100. 分页大小。")]


class DeptOrder(Struct):
    dept_id: int
    order: int


class DeptLeader(Struct):
    dept_id: int
    leader: bool


class RoleView(Struct):
    id: int
    name: str
    group_name: str


class Rights(Struct, frozen=True):
    """Which private members the app may read. Which permission points they are: decision 66."""

    mobile: bool
    personal: bool
    internal: bool
    """Whether the app is the organisation's own: others do not see telephone and hired_date."""

    @classmethod
    def granted(cls, kind: str, points: frozenset[str]) -> Rights:
        """By the permission points that open the same members in the new family, to internal apps alone."""
        internal = kind == INTERNAL
        return cls(
            mobile=internal and scopes.USER_MOBILE in points,
            personal=internal and scopes.USER_READ in points,
            internal=internal,
        )


class Profile(Struct, omit_defaults=True, kw_only=True):
    """What a person is in every answer. What a person does not have is left out; avatar is empty then."""

    userid: str
    unionid: str
    name: str
    avatar: str
    active: bool
    admin: bool
    boss: bool
    exclusive_account: bool
    hide_mobile: bool
    dept_id_list: list[int]
    title: str | UnsetType = UNSET
    job_number: str | UnsetType = UNSET
    telephone: str | UnsetType = UNSET
    mobile: str | UnsetType = UNSET
    state_code: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    org_email: str | UnsetType = UNSET
    work_place: str | UnsetType = UNSET
    remark: str | UnsetType = UNSET
    extension: Annotated[str | UnsetType, Meta(description="A JSON object. 扩展属性。")] = UNSET
    hired_date: Annotated[int | UnsetType, Meta(description="Milliseconds. 入职时间。")] = UNSET


class UserDetail(Profile, omit_defaults=True, kw_only=True):
    """`result` of `/topapi/v2/user/get`."""

    senior: bool
    real_authed: bool
    dept_order_list: list[DeptOrder]
    leader_in_dept: list[DeptLeader]
    role_list: list[RoleView] = []
    create_time: str
    manager_userid: str | UnsetType = UNSET

    @classmethod
    def of(
        cls, user: User, memberships: Sequence[Membership], roles: Sequence[Role], rights: Rights
    ) -> UserDetail:
        created = datetime.fromtimestamp(user.created_ms / 1000, UTC)
        return cls(
            **_profile(user, [place.dept_id for place in memberships], rights),
            senior="senior" in user.flags,
            real_authed="real_authed" in user.flags,
            dept_order_list=[DeptOrder(place.dept_id, place.sort_order) for place in memberships],
            leader_in_dept=[DeptLeader(place.dept_id, place.leader) for place in memberships],
            role_list=[RoleView(role.role_id, role.name, role.group_name) for role in roles],
            create_time=created.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            manager_userid=user.manager_userid or UNSET,
        )


class MemberView(Profile, omit_defaults=True, kw_only=True):
    """One of `list` of `/topapi/v2/user/list`."""

    leader: bool
    dept_order: int

    @classmethod
    def of(cls, user: User, place: Membership, dept_ids: list[int], rights: Rights) -> MemberView:
        return cls(
            **_profile(user, dept_ids, rights),
            leader=place.leader,
            dept_order=place.sort_order,
        )


class NamedUser(Struct):
    """One of `list` of `/topapi/user/listsimple`."""

    userid: str
    name: str


class Members(Struct, omit_defaults=True):
    """`result` of `/topapi/v2/user/list`; no `next_cursor` on the last page."""

    has_more: bool
    found: list[MemberView] = field(name="list")
    next_cursor: int | UnsetType = UNSET


class NamedUsers(Struct, omit_defaults=True):
    """`result` of `/topapi/user/listsimple`; no `next_cursor` on the last page."""

    has_more: bool
    found: list[NamedUser] = field(name="list")
    next_cursor: int | UnsetType = UNSET


class UserByUnionId(Struct):
    """`result` of `/topapi/user/getbyunionid`; contact_type 0 is a colleague."""

    contact_type: int
    userid: str


class UserByMobile(Struct):
    """`result` of `/topapi/v2/user/getbymobile`."""

    userid: str


class UseridList(Struct):
    """`result` of `/topapi/user/listid`."""

    userid_list: list[str]


class UserCount(Struct):
    """`result` of `/topapi/user/count`."""

    count: int


class Admin(Struct):
    """One of `result` of `/topapi/user/listadmin`."""

    userid: str
    sys_level: Annotated[int, Meta(description="1: may do everything, as all here may. 1 为主管理员。")]


class UserInfo(Struct):
    """`result` of `/topapi/v2/user/getuserinfo`: who a code of the client's is of (decision 74)."""

    userid: str
    unionid: str
    name: str
    sys: bool
    sys_level: Annotated[int, Meta(description="1 for an administrator, else 0. 管理员级别。")]
    associated_unionid: Annotated[str, Meta(description="Always empty. 恒为空。")] = ""
    device_id: Annotated[str, Meta(description="Always empty. 恒为空。")] = ""

    @classmethod
    def of(cls, user: User) -> UserInfo:
        return cls(user.userid, user.union_id, user.name, user.admin, 1 if user.admin else 0)


class GetUserInfo(Struct):
    """Body of `/topapi/v2/user/getuserinfo`, JSON or form."""

    code: Annotated[str, Meta(description="Good once, for 5 minutes. 免登授权码。")]


class GetUser(Struct):
    """Body of `/topapi/v2/user/get`, JSON or form."""

    userid: str
    language: Language = "zh_CN"


class GetUserByUnionId(Struct):
    """Body of `/topapi/user/getbyunionid`, JSON or form."""

    unionid: str


class GetUserByMobile(Struct):
    """Body of `/topapi/v2/user/getbymobile`, JSON or form."""

    mobile: str


class ListUsers(Struct):
    """Body of `/topapi/v2/user/list`, JSON or form."""

    dept_id: DeptId
    cursor: Cursor
    size: Size
    order_field: Annotated[
        str,
        Meta(description="entry_asc, entry_desc, modify_asc, modify_desc, custom. 排序规则。"),
    ] = "custom"
    contain_access_limit: Annotated[
        bool, Meta(description="Limits nothing here. 是否返回访问受限的员工。")
    ] = False
    language: Language = "zh_CN"


class ListUsersSimple(Struct):
    """Body of `/topapi/user/listsimple`, JSON or form."""

    dept_id: DeptId
    cursor: Cursor
    size: Size
    order_field: Annotated[
        str,
        Meta(description="entry_asc, entry_desc, modify_asc, modify_desc, custom. 排序规则。"),
    ] = "custom"
    contain_access_limit: Annotated[
        bool, Meta(description="Limits nothing here. 是否返回访问受限的员工。")
    ] = False
    language: Language = "zh_CN"


class ListUserids(Struct):
    """Body of `/topapi/user/listid`, JSON or form."""

    dept_id: DeptId


class CountUsers(Struct):
    """Body of `/topapi/user/count`, JSON or form."""

    only_active: Annotated[bool, Meta(description="Everybody here is active. 是否只统计已激活的员工。")]


class UserEnvelope(Envelope, omit_defaults=True, kw_only=True):
    """Answer of `/topapi/v2/user/get`."""

    result: UserDetail | UnsetType = UNSET


class UserInfoEnvelope(Envelope, omit_defaults=True, kw_only=True):
    """Answer of `/topapi/v2/user/getuserinfo`."""

    result: UserInfo | UnsetType = UNSET


class UserByUnionIdEnvelope(Envelope, omit_defaults=True, kw_only=True):
    """Answer of `/topapi/user/getbyunionid`."""

    result: UserByUnionId | UnsetType = UNSET


class UserByMobileEnvelope(Envelope, omit_defaults=True, kw_only=True):
    """Answer of `/topapi/v2/user/getbymobile`."""

    result: UserByMobile | UnsetType = UNSET


class MembersEnvelope(Envelope, omit_defaults=True, kw_only=True):
    """Answer of `/topapi/v2/user/list`."""

    result: Members | UnsetType = UNSET


class NamedUsersEnvelope(Envelope, omit_defaults=True, kw_only=True):
    """Answer of `/topapi/user/listsimple`."""

    result: NamedUsers | UnsetType = UNSET


class UseridListEnvelope(Envelope, omit_defaults=True, kw_only=True):
    """Answer of `/topapi/user/listid`."""

    result: UseridList | UnsetType = UNSET


class UserCountEnvelope(Envelope, omit_defaults=True, kw_only=True):
    """Answer of `/topapi/user/count`."""

    result: UserCount | UnsetType = UNSET


class AdminsEnvelope(Envelope, omit_defaults=True, kw_only=True):
    """Answer of `/topapi/user/listadmin`."""

    result: list[Admin] | UnsetType = UNSET


def _profile(user: User, dept_ids: list[int], rights: Rights) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "userid": user.userid,
        "unionid": user.union_id,
        "name": user.name,
        "avatar": user.avatar or "",
        "active": user.active,
        "admin": user.admin,
        "boss": "boss" in user.flags,
        "exclusive_account": "exclusive_account" in user.flags,
        "hide_mobile": "hide_mobile" in user.flags,
        "dept_id_list": dept_ids,
        "title": user.title,
        "job_number": user.job_number,
    }
    if rights.internal:
        shown |= {"telephone": user.telephone, "hired_date": user.hired_ms}
    if rights.mobile:
        shown |= {"mobile": user.mobile, "state_code": user.state_code}
    if rights.personal:
        shown |= {
            "email": user.email,
            "org_email": user.org_email,
            "work_place": user.work_place,
            "remark": user.remark,
            "extension": user.extension,
        }
    return {name: value for name, value in shown.items() if value is not None}
