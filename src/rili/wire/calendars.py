"""Calendars, grants and plugins as DingTalk's JSON spells them."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from rili.errors import InvalidParameter
from rili.model.privileges import GRANTED, Privilege
from rili.model.rules import one_of
from rili.model.subscribed import CalendarChange, GivenScope
from rili.wire.event import Maybe

SCOPE_TYPES = ("user",)


class CalendarView(Struct, frozen=True, rename="camel", kw_only=True):
    """One calendar of a list."""

    id: Annotated[str, Meta(description="primary, or an opaque id. 日历ID。")]
    summary: Annotated[str, Meta(description="Its title. 日历标题。")]
    description: str | UnsetType = UNSET
    time_zone: str
    e_tag: Annotated[str, Meta(description="Another once it, or an event in it, changed. 变更标识。")]
    type: Annotated[str, Meta(description="primary, shared, subscribed. 日历类型。")]
    privilege: Annotated[
        str, Meta(description="free_busy_reader, title_reader, reader, writer, owner. 访问权限。")
    ]


class CalendarsView(Struct, frozen=True):
    """The calendars that somebody sees."""

    calendars: tuple[CalendarView, ...]


class ListedCalendars(Struct, frozen=True):
    """The same, one level deeper than elsewhere."""

    response: CalendarsView


class AclScopeBody(Struct, frozen=True, rename="camel"):
    """To whom a calendar is shared."""

    scope_type: Annotated[Maybe[str], Meta(description="user. 授权范围类型。")] = UNSET
    user_id: Annotated[Maybe[str], Meta(description="unionId. 被授权人的 unionId。")] = UNSET


class CreateAcls(Struct, frozen=True, rename="camel"):
    """The body of CreateAcls: one grant."""

    privilege: Annotated[
        Maybe[str], Meta(description="free_busy_reader, title_reader, reader, writer. 访问权限。")
    ] = UNSET
    send_msg: Annotated[Maybe[bool], Meta(description="Whether the person is told. 是否发送通知。")] = UNSET
    scope: Maybe[AclScopeBody] = UNSET

    def granted(self) -> tuple[str, Privilege, bool]:
        """To whom, what, and whether they are told. Raises InvalidParameter, which names the member."""
        if not self.privilege:
            raise InvalidParameter(description="privilege: it is missing")
        privilege: Privilege = one_of(self.privilege, GRANTED, "privilege")
        if not self.scope or not self.scope.scope_type:
            raise InvalidParameter(description="scope.scopeType: it is missing")
        one_of(self.scope.scope_type, SCOPE_TYPES, "scope.scopeType")
        if not self.scope.user_id:
            raise InvalidParameter(description="scope.userId: it is missing")
        if not isinstance(self.send_msg, bool):
            raise InvalidParameter(description="sendMsg: it is missing")
        return self.scope.user_id, privilege, self.send_msg


class AclScopeView(Struct, frozen=True, rename="camel"):
    """To whom a calendar is shared."""

    user_id: str
    scope_type: str = "user"


class AclView(Struct, frozen=True, rename="camel"):
    """One grant."""

    acl_id: str
    privilege: str
    scope: AclScopeView


class AclsView(Struct, frozen=True):
    """All of a calendar, the oldest first."""

    acls: tuple[AclView, ...]


class SubscribeScopeBody(Struct, frozen=True, rename="camel"):
    """Who may subscribe; nobody named: author and managers alone."""

    union_ids: Annotated[Maybe[tuple[str, ...]], Meta(description="Up to 5,000 unionIds. 用户列表。")] = UNSET
    open_conversation_ids: Annotated[
        Maybe[tuple[str, ...]], Meta(description="Groups; there are none. 群会话列表。")
    ] = UNSET
    corp_ids: Annotated[Maybe[tuple[str, ...]], Meta(description="The own organisation. 企业列表。")] = UNSET

    def given(self) -> GivenScope:
        return GivenScope(self.union_ids or (), self.open_conversation_ids or (), self.corp_ids or ())


class CreateSubscribedCalendar(Struct, frozen=True, rename="camel"):
    """The body of Create and of Update subscribed calendar."""

    name: Annotated[Maybe[str], Meta(description="Up to 128 characters. 日历名称。")] = UNSET
    description: Annotated[Maybe[str], Meta(description="Up to 1,024 characters. 日历描述。")] = UNSET
    managers: Annotated[
        Maybe[tuple[str, ...]], Meta(description="unionIds of up to 100 who write too. 管理员列表。")
    ] = UNSET
    subscribe_scope: Annotated[Maybe[SubscribeScopeBody], Meta(description="可订阅范围。")] = UNSET

    def change(self) -> CalendarChange:
        return CalendarChange(
            name=UNSET if self.name is None else self.name,
            description=UNSET if self.description is None else self.description,
            managers=UNSET if self.managers is None else self.managers,
            scope=self.subscribe_scope.given() if self.subscribe_scope else UNSET,
        )


class SubscribedCalendarId(Struct, frozen=True, rename="camel"):
    """The id of a new calendar."""

    calendar_id: str


class SubscribeScopeView(Struct, frozen=True, rename="camel"):
    """Who may subscribe."""

    union_ids: tuple[str, ...]
    open_conversation_ids: tuple[str, ...]
    corp_ids: tuple[str, ...]


class SubscribedCalendarView(Struct, frozen=True, rename="camel", kw_only=True):
    """How a subscribed calendar is set up."""

    calendar_id: str
    name: str
    description: str
    author: Annotated[str, Meta(description="unionId. 创建人的 unionId。")]
    managers: tuple[str, ...]
    subscribe_scope: SubscribeScopeView


class PluginSubscribersBody(Struct, frozen=True, rename="camel"):
    """The body of UpdateOrgPluginSubscribers: it replaces both lists."""

    union_ids: Annotated[Maybe[tuple[str, ...]], Meta(description="unionIds. 用户列表。")] = UNSET
    dept_ids: Annotated[
        Maybe[tuple[str, ...]], Meta(description="Numbers of departments, as text. 部门列表。")
    ] = UNSET


class PluginSubscribersView(Struct, frozen=True, rename="camel"):
    """For whom a plugin is."""

    union_ids: tuple[str, ...]
    dept_ids: tuple[str, ...]


class PluginView(Struct, frozen=True, rename="camel"):
    """What the organisation adds to its people's calendars."""

    plugin_id: str
    name: str
    logo: str
    plugin_classification: str
    subscribers: PluginSubscribersView


class PluginsView(Struct, frozen=True):
    """All of the organisation's, the oldest first."""

    plugins: tuple[PluginView, ...]
