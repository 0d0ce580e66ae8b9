"""The operations on rooms, their groups and the booking blacklist: one line each."""

from __future__ import annotations

from functools import partial

from rili.api import room_groups, rooms
from rili.api.router import Parameter, Route
from rili.model import scopes
from rili.model.app_kinds import NOT_PERSONAL
from rili.wire.organizing import ResultView
from rili.wire.room_groups import (
    CreateBookingBlacklist,
    CreateMeetingRoomGroup,
    DeleteBookingBlacklist,
    GroupAdminsAnswer,
    GroupIdView,
    GroupsView,
    UpdateMeetingRoomGroup,
)
from rili.wire.rooms import (
    CreateMeetingRoom,
    GroupView,
    RoomDetailView,
    RoomIdView,
    RoomsView,
    SetSuperUserMeetingRoom,
    UpdateMeetingRoom,
)

OPERATOR = Parameter("unionId", "unionId of who asks; changes need an administrator. 操作人的 unionId。")
ROOM_ID = Parameter("roomId", "Which room. 会议室 ID。")
LISTED_ROOMS = Parameter("maxResults", "How many a page: 1 to 100, default 20. 每页数量。", int)
ROOMS_TOKEN = Parameter("nextToken", "From the page before. 分页标识。", int)

_route = partial(Route, tag="rooms", kinds=NOT_PERSONAL)

# fmt: off
ROOM_ROUTES = (
    _route("POST", "/v1.0/rooms/meetingrooms", rooms.create_meeting_room, "CreateMeetingRoom",
          "Add a room. 创建会议室。", scopes.ROOM_WRITE, CreateMeetingRoom, RoomIdView),
    _route("POST", "/v1.0/rooms/meetingRooms", rooms.create_meeting_room, "CreateMeetingRoomCamelCase",
          "The same, spelled as the others are. 创建会议室（另一写法）。", scopes.ROOM_WRITE,
          CreateMeetingRoom, RoomIdView),
    _route("PUT", "/v1.0/rooms/meetingRooms", rooms.update_meeting_room, "UpdateMeetingRoom",
          "Change a room. 更新会议室信息。", scopes.ROOM_WRITE, UpdateMeetingRoom, ResultView),
    _route("DELETE", "/v1.0/rooms/meetingRooms/{roomId}", rooms.delete_meeting_room, "DeleteMeetingRoom",
          "Delete a room. 删除会议室。", scopes.ROOM_WRITE, None, ResultView, (OPERATOR,)),
    _route("GET", "/v1.0/rooms/meetingRooms/{roomId}", rooms.query_meeting_room, "QueryMeetingRoom",
          "Get a room. 查询会议室详情。", scopes.ROOM_READ, None, RoomDetailView, (OPERATOR,)),
    _route("GET", "/v1.0/rooms/meetingRoomLists", rooms.query_meeting_room_list, "QueryMeetingRoomList",
          "List rooms. 查询会议室列表。", scopes.ROOM_READ, None, RoomsView,
          (OPERATOR, LISTED_ROOMS, ROOMS_TOKEN)),
    _route("POST", "/v1.0/rooms/meetingRooms/superUsers/set", rooms.set_super_user_meeting_room,
          "SetSuperUserMeetingRoom", "Say who may always book a room. 设置会议室超级用户。", scopes.ROOM_WRITE,
          SetSuperUserMeetingRoom, ResultView),
    _route("POST", "/v1.0/rooms/meetingRooms/superUsers/remove", rooms.remove_super_user_meeting_room,
          "RemoveSuperUserMeetingRoom", "Nobody may always book a room. 移除会议室超级用户。", scopes.ROOM_WRITE,
          None, ResultView, (ROOM_ID, OPERATOR)),
    _route("POST", "/v1.0/rooms/groups", room_groups.create_meeting_room_group, "CreateMeetingRoomGroup",
          "Add a group of rooms. 创建会议室分组。", scopes.ROOM_WRITE, CreateMeetingRoomGroup,
          GroupIdView),
    _route("PUT", "/v1.0/rooms/groups", room_groups.update_meeting_room_group, "UpdateMeetingRoomGroup",
          "Rename a group of rooms. 更新会议室分组。", scopes.ROOM_WRITE,
          UpdateMeetingRoomGroup, ResultView),
    _route("DELETE", "/v1.0/rooms/groups/{groupId}", room_groups.delete_meeting_room_group, "DeleteMeetingRoomGroup",
          "Delete a group of rooms. 删除会议室分组。", scopes.ROOM_WRITE, None, ResultView, (OPERATOR,)),
    _route("GET", "/v1.0/rooms/groups/{groupId}", room_groups.query_meeting_room_group, "QueryMeetingRoomGroup",
          "Get a group of rooms. 查询会议室分组。", scopes.ROOM_READ, None, GroupView, (OPERATOR,)),
    _route("GET", "/v1.0/rooms/groupLists", room_groups.query_meeting_room_group_list, "QueryMeetingRoomGroupList",
          "List the groups of rooms. 查询会议室分组列表。", scopes.ROOM_READ,
          None, GroupsView, (OPERATOR,)),
    _route("GET", "/v1.0/rooms/groupAdmin/{groupId}", room_groups.query_meeting_room_group_admin,
          "QueryMeetingRoomGroupAdmin", "Who administers a group of rooms. 查询会议室分组管理员。", scopes.ROOM_READ,
          None, GroupAdminsAnswer, (OPERATOR,)),
    _route("POST", "/v1.0/rooms/bookings/blacklist", room_groups.create_booking_blacklist, "CreateBookingBlacklist",
          "Keep somebody from booking. 添加预定黑名单。", scopes.ROOM_WRITE,
          CreateBookingBlacklist, ResultView),
    _route("POST", "/v1.0/rooms/bookings/blacklist/remove", room_groups.delete_booking_blacklist,
          "DeleteBookingBlacklist", "Let people book again. 移除预定黑名单。", scopes.ROOM_WRITE,
          DeleteBookingBlacklist, ResultView),
)
# fmt: on
