"""Rooms as DingTalk's JSON spells them."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType

from rili.errors.rooms import RoomParameter
from rili.model.room import LABELS, SOME, Closing, Members, Room, RoomGroup
from rili.model.room_change import RoomChange, invalid
from rili.wire.event import Maybe

T = TypeVar("T")

OPERATOR = "unionId of an administrator. 操作人的 unionId，须为管理员。"


class LocationBody(Struct, frozen=True):
    """`roomLocation`: sent, it replaces what there was."""

    title: Annotated[Maybe[str], Meta(description="Place. 地点。")] = UNSET
    desc: Annotated[Maybe[str], Meta(description="Details. 位置描述。")] = UNSET


class MemberBody(Struct, frozen=True, rename="camel"):
    """One of `authorizedMembers`."""

    member_id: Annotated[Maybe[str], Meta(description="unionId, or a department's id. 成员或部门 ID。")] = (
        UNSET
    )
    member_type: Annotated[Maybe[str], Meta(description="user, dept. 成员类型。")] = UNSET
    member_name: Annotated[Maybe[str], Meta(description="Ignored. 名称，忽略。")] = UNSET


class AuthorityBody(Struct, frozen=True, rename="camel"):
    """`reservationAuthority`."""

    authorized_members: Annotated[
        Maybe[tuple[MemberBody, ...]], Meta(description="All of them. 有权限的成员。")
    ] = UNSET

    def members(self) -> Members:
        """Raises RoomParameter."""
        people: list[str] = []
        departments: list[int] = []
        for place, one in enumerate(self.authorized_members or ()):
            where = f"[{place}]"
            if not one.member_id:
                raise _member(f"{where}.memberId: it is missing")
            if one.member_type == "user":
                people.append(one.member_id)
            elif one.member_type == "dept":
                dept_id = number_of(one.member_id)
                if dept_id is None:
                    raise _member(f"{where}.memberId: expected the number of a department")
                departments.append(dept_id)
            else:
                raise _member(f"{where}.memberType: expected one of user, dept")
        return Members(tuple(people), tuple(departments))


class _RoomBody(Struct, frozen=True, rename="camel", kw_only=True):
    union_id: Annotated[Maybe[str], Meta(description=OPERATOR)] = UNSET
    room_name: Annotated[Maybe[str], Meta(description="No other room's. 名称，组织内唯一。")] = UNSET
    room_status: Annotated[
        Maybe[int],
        Meta(description="0 everyone, 1 administrators, 2 some. 0 所有人，1 管理员，2 部分成员。"),
    ] = UNSET
    isv_room_id: Annotated[Maybe[str], Meta(description="Its id in your system. 三方会议室 ID。")] = UNSET
    room_capacity: Annotated[Maybe[int], Meta(description="0: not known. 容量。")] = UNSET
    room_picture: Annotated[Maybe[str], Meta(description="Address of a picture. 图片地址。")] = UNSET
    room_location: Annotated[Maybe[LocationBody], Meta(description="Where it is. 位置。")] = UNSET
    room_label_ids: Annotated[
        Maybe[tuple[int, ...]],
        Meta(
            description="1 television, 2 telephone, 3 projector, 4 whiteboard, 5 video conference. "
            "1 电视，2 电话，3 投影仪，4 白板，5 视频会议。"
        ),
    ] = UNSET
    group_id: Annotated[Maybe[int], Meta(description="0: in none. 分组 ID，0 为无分组。")] = UNSET
    reservation_authority: Annotated[
        Maybe[AuthorityBody], Meta(description="Needed with roomStatus 2. roomStatus 为 2 时必填。")
    ] = UNSET
    enable_cycle_reservation: Annotated[
        Maybe[bool], Meta(description="Recurring events may book it. 是否支持循环预定。")
    ] = UNSET
    open_reservation: Annotated[Maybe[bool], Meta(description="Open for booking. 是否开放预定。")] = UNSET
    room_description: Annotated[Maybe[str], Meta(description="What else to know. 说明。")] = UNSET

    def to_change(self) -> RoomChange:
        """Raises RoomParameter."""
        location = self.room_location
        return RoomChange(
            name=_sent(self.room_name),
            status=_sent(self.room_status),
            capacity=_sent(self.room_capacity),
            group_id=_sent(self.group_id),
            authorized=self._authorized(),
            isv_room_id=_needed("isvRoomId", self.isv_room_id),
            picture=_sent(self.room_picture),
            location_title=(location.title or None) if location else UNSET,
            location_desc=(location.desc or None) if location else UNSET,
            label_ids=_sent(self.room_label_ids),
            description=_sent(self.room_description),
            enable_cycle_reservation=_sent(self.enable_cycle_reservation),
            open_reservation=_sent(self.open_reservation),
        )

    def _authorized(self) -> Members | UnsetType:
        authority = self.reservation_authority
        if not authority or authority.authorized_members in (UNSET, None):
            return UNSET
        return authority.members()


class CreateMeetingRoom(_RoomBody, frozen=True, kw_only=True):
    """The body of CreateMeetingRoom."""

    def to_change(self) -> RoomChange:
        for name, value in (
            ("roomName", self.room_name),
            ("roomStatus", self.room_status),
            ("isvRoomId", self.isv_room_id),
        ):
            if value in (UNSET, None, ""):
                raise lack(name)
        return super().to_change()


class UpdateMeetingRoom(_RoomBody, frozen=True, kw_only=True):
    """The body of UpdateMeetingRoom: what is not sent stays."""

    room_id: Annotated[Maybe[str], Meta(description="Which room. 会议室 ID。")] = UNSET


class SetSuperUserMeetingRoom(Struct, frozen=True, rename="camel"):
    """The body of SetSuperUserMeetingRoom: the lists replace those there were."""

    union_id: Annotated[Maybe[str], Meta(description=OPERATOR)] = UNSET
    room_id: Annotated[Maybe[str], Meta(description="Which room. 会议室 ID。")] = UNSET
    user_id_white_list: Annotated[
        Maybe[tuple[str, ...]], Meta(description="unionIds or userids. 成员白名单。")
    ] = UNSET
    dept_id_white_list: Annotated[
        Maybe[tuple[int, ...]], Meta(description="Departments, with all below them. 部门白名单。")
    ] = UNSET

    def members(self) -> Members:
        return Members(self.user_id_white_list or (), self.dept_id_white_list or ())


class RoomIdView(Struct, frozen=True):
    """The id of the new room."""

    result: Annotated[str, Meta(description="roomId. 会议室 ID。")]


class LabelView(Struct, frozen=True, rename="camel"):
    """What is in the room."""

    label_id: int
    label_name: Annotated[str, Meta(description="In the organisation's language. 以组织语言。")]


class LocationView(Struct, frozen=True, omit_defaults=True):
    """Where the room is."""

    title: str | UnsetType = UNSET
    desc: str | UnsetType = UNSET


class GroupView(Struct, frozen=True, rename="camel"):
    """A group of rooms; `parentId` is 0 at the top."""

    group_id: int
    group_name: str
    parent_id: int

    @classmethod
    def of(cls, group: RoomGroup) -> GroupView:
        return cls(group.group_id, group.name, group.parent_id)


class RoomView(Struct, frozen=True, rename="camel", kw_only=True):
    """A room in a list. What it does not have is left out."""

    corp_id: str
    room_id: str
    room_name: str
    room_status: int
    room_capacity: int
    room_labels: tuple[LabelView, ...]
    isv_room_id: str | UnsetType = UNSET
    room_picture: str | UnsetType = UNSET
    room_location: LocationView | UnsetType = UNSET
    room_group: GroupView | UnsetType = UNSET


class RoomsView(Struct, frozen=True, rename="camel", kw_only=True):
    """A page of rooms."""

    result: tuple[RoomView, ...]
    has_more: bool
    next_token: Annotated[int | UnsetType, Meta(description="Not on the last page. 最后一页没有该字段。")] = (
        UNSET
    )


class MemberView(Struct, frozen=True, rename="camel"):
    """One of `authorizedMembers`."""

    member_id: str
    member_name: str
    member_type: Literal["user", "dept"]


class AuthorityView(Struct, frozen=True, rename="camel"):
    """For whom a room of status 2 is."""

    authorized_members: tuple[MemberView, ...]


class AdvanceView(Struct, frozen=True, rename="camel"):
    """How far ahead the room is booked: from so many units before the day on, at a time of day."""

    advance_reservation_time: int
    advance_reservation_time_unit: str
    advance_book_time_format: str


class ClosingView(Struct, frozen=True, rename="camel", kw_only=True):
    """When the room is closed, in epoch milliseconds; without an end for good."""

    task_start_time: int
    task_end_time: int | UnsetType = UNSET
    close_reason: str | UnsetType = UNSET
    contact_union_id: str | UnsetType = UNSET
    contact_nick: str | UnsetType = UNSET
    send_notify: bool


class ExtensionView(Struct, frozen=True, rename="camel", kw_only=True):
    """The rules of booking."""

    open_reservation: bool
    min_reservation_time_interval: Annotated[
        int | UnsetType, Meta(description="Minutes. 最短预定分钟数。")
    ] = UNSET
    max_reservation_time_interval: Annotated[
        int | UnsetType, Meta(description="Minutes, 0 for any. 最长预定分钟数，0 为不限。")
    ] = UNSET
    advance_reservation: AdvanceView | UnsetType = UNSET
    reservation_close_detail: ClosingView | UnsetType = UNSET
    approval_switch: bool
    approval_type: Annotated[int | UnsetType, Meta(description="1 standard, 2 custom. 审批类型。")] = UNSET


class RoomDetail(RoomView, frozen=True, kw_only=True):
    """A room with the rules of booking."""

    reservation_authority: AuthorityView | UnsetType = UNSET
    enable_cycle_reservation: bool
    room_description: str | UnsetType = UNSET
    extension_config: ExtensionView


class RoomDetailView(Struct, frozen=True):
    """One room."""

    result: RoomDetail


def lack(field: str) -> RoomParameter:
    """The refusal of a body without *field*."""
    return RoomParameter(f"lack {field}", description=f"{field}: it is missing")


def room_view(room: Room, group: RoomGroup | None, language: str) -> RoomView:
    """A room as lists show it."""
    settings = room.settings
    return RoomView(
        corp_id=room.corp_id,
        room_id=room.room_id,
        room_name=room.name,
        room_status=room.status,
        room_capacity=room.capacity,
        room_labels=tuple(LabelView(one, LABELS[one][language == "en_US"]) for one in settings.label_ids),
        isv_room_id=settings.isv_room_id or UNSET,
        room_picture=settings.picture or UNSET,
        room_location=LocationView(settings.location_title or UNSET, settings.location_desc or UNSET)
        if settings.location_title or settings.location_desc
        else UNSET,
        room_group=GroupView.of(group) if group else UNSET,
    )


def room_detail(
    room: Room,
    group: RoomGroup | None,
    language: str,
    people: dict[str, str],
    departments: dict[int, str],
) -> RoomDetail:
    """A room with the rules of booking; *people* and *departments* are names of those it names."""
    listed, settings = room_view(room, group, language), room.settings
    authority = AuthorityView(
        tuple(MemberView(one, people.get(one, ""), "user") for one in room.authorized.union_ids)
        + tuple(MemberView(str(one), departments.get(one, ""), "dept") for one in room.authorized.dept_ids)
    )
    return RoomDetail(
        **{name: getattr(listed, name) for name in listed.__struct_fields__},
        reservation_authority=authority if room.status == SOME else UNSET,
        enable_cycle_reservation=settings.enable_cycle_reservation,
        room_description=settings.description or UNSET,
        extension_config=ExtensionView(
            open_reservation=settings.open_reservation,
            min_reservation_time_interval=settings.min_minutes or UNSET,
            max_reservation_time_interval=settings.max_minutes or UNSET,
            advance_reservation=AdvanceView(
                settings.advance.count, settings.advance.unit, settings.advance.opens_at
            )
            if settings.advance
            else UNSET,
            reservation_close_detail=_closing_view(settings.closing, people) if settings.closing else UNSET,
            approval_switch=settings.approval != "none",
            approval_type=UNSET
            if settings.approval == "none"
            else 1
            if settings.approval == "standard"
            else 2,
        ),
    )


def number_of(text: str) -> int | None:
    """The number of a department, or of a group, that *text* is."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 15 else None


def _closing_view(closing: Closing, people: dict[str, str]) -> ClosingView:
    return ClosingView(
        task_start_time=closing.starts_ms,
        task_end_time=UNSET if closing.ends_ms is None else closing.ends_ms,
        close_reason=closing.reason or UNSET,
        contact_union_id=closing.contact_id or UNSET,
        contact_nick=people.get(closing.contact_id or "") or UNSET,
        send_notify=closing.notify,
    )


def _sent(value: Maybe[T]) -> T | UnsetType:
    """`null` is not sent (decision 2)."""
    return UNSET if value is None else value


def _needed(field: str, value: Maybe[str]) -> str | UnsetType:
    """What may be left as it is, and not be emptied."""
    if value == "":
        raise invalid(field, "it must not be empty")
    return _sent(value)


def _member(rule: str) -> RoomParameter:
    return RoomParameter(
        "authorizedMembers invalid", description=f"reservationAuthority.authorizedMembers{rule}"
    )
