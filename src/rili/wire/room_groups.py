"""Groups of rooms, and the booking blacklist, as DingTalk's JSON spells them."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct

from rili.model.room import Ban
from rili.wire.event import Maybe
from rili.wire.rooms import OPERATOR, GroupView, lack


class CreateMeetingRoomGroup(Struct, frozen=True, rename="camel"):
    """The body of CreateMeetingRoomGroup."""

    union_id: Annotated[Maybe[str], Meta(description=OPERATOR)] = UNSET
    parent_group_id: Annotated[
        Maybe[int], Meta(description="The group above it, 0 for none. 父分组 ID，0 为根。")
    ] = UNSET
    group_name: Annotated[Maybe[str], Meta(description="Up to 64 characters. 分组名称。")] = UNSET

    def parent_and_name(self) -> tuple[int, str]:
        """Raises RoomParameter."""
        if self.parent_group_id is UNSET or self.parent_group_id is None:
            raise lack("parentGroupId")
        return self.parent_group_id, self.group_name or ""


class UpdateMeetingRoomGroup(Struct, frozen=True, rename="camel"):
    """The body of UpdateMeetingRoomGroup."""

    union_id: Annotated[Maybe[str], Meta(description=OPERATOR)] = UNSET
    group_id: Annotated[Maybe[int], Meta(description="Which group. 分组 ID。")] = UNSET
    group_name: Annotated[Maybe[str], Meta(description="Up to 64 characters. 分组名称。")] = UNSET


class CreateBookingBlacklist(Struct, frozen=True, rename="camel"):
    """The body of CreateBookingBlacklist."""

    union_id: Annotated[Maybe[str], Meta(description=OPERATOR)] = UNSET
    blacklist_union_id: Annotated[Maybe[str], Meta(description="Who. 被加入黑名单的人。")] = UNSET
    start_time: Annotated[Maybe[int], Meta(description="Epoch milliseconds. 开始时间，毫秒。")] = UNSET
    end_time: Annotated[
        Maybe[int], Meta(description="Epoch milliseconds; not sent: for ever. 结束时间，不传为永久。")
    ] = UNSET
    memo: Annotated[Maybe[str], Meta(description="Up to 500 characters. 备注。")] = UNSET

    def ban(self) -> Ban:
        """Raises RoomParameter."""
        if not self.blacklist_union_id:
            raise lack("blacklistUnionId")
        if self.start_time is UNSET or self.start_time is None:
            raise lack("startTime")
        return Ban(self.blacklist_union_id, self.start_time, self.end_time or None, self.memo or None)


class DeleteBookingBlacklist(Struct, frozen=True, rename="camel"):
    """The body of DeleteBookingBlacklist."""

    union_id: Annotated[Maybe[str], Meta(description=OPERATOR)] = UNSET
    blacklist_union_ids: Annotated[Maybe[tuple[str, ...]], Meta(description="Up to 100. 最多 100 个。")] = (
        UNSET
    )

    def union_ids(self) -> tuple[str, ...]:
        """Raises RoomParameter."""
        if not self.blacklist_union_ids:
            raise lack("blacklistUnionIds")
        return self.blacklist_union_ids


class GroupIdView(Struct, frozen=True):
    """The id of the new group."""

    result: Annotated[int, Meta(description="groupId. 分组 ID。")]


class GroupsView(Struct, frozen=True):
    """All groups."""

    result: tuple[GroupView, ...]


class GroupAdminView(Struct, frozen=True, rename="camel"):
    """One administrator of a group; `memberId` is a unionId."""

    member_id: str
    member_name: str


class GroupAdminsView(Struct, frozen=True, rename="camel"):
    """Who administers a group, and all below it."""

    group_id: int
    group_name: str
    group_admins: tuple[GroupAdminView, ...]


class GroupAdminsAnswer(Struct, frozen=True):
    """The administrators of one group."""

    result: GroupAdminsView
