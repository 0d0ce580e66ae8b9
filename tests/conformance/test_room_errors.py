"""What the operations on rooms refuse, and how: every documented code that can be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rili.actions import rooms
from rili.store import room_groups, room_people
from rili.testing import Rili
from tests.conformance.clients import Json, assert_refused
from tests.conformance.office import Office, an_office
from tests.people import SharedDatabase


@pytest.fixture
def office(server: Rili, database: SharedDatabase) -> Iterator[Office]:
    with an_office(server, database) as office:
        yield office


ROOM: Json = {"roomName": "new", "roomStatus": 0, "isvRoomId": "x"}
SOME: Json = {
    "roomStatus": 2,
    "reservationAuthority": {"authorizedMembers": [{"memberId": "nobody", "memberType": "user"}]},
}
CREATE, UPDATE = ("POST", "meetingrooms", ROOM), ("PUT", "meetingRooms", {"roomId": "{room}"})
DELETE, DETAIL, LIST = (
    ("DELETE", "meetingRooms/{room}", None), ("GET", "meetingRooms/{room}", None), ("GET", "meetingRoomLists", None),
)  # fmt: skip
SUPER_SET = ("POST", "meetingRooms/superUsers/set", {"roomId": "{room}", "userIdWhiteList": ["bob"]})
SUPER_REMOVE = ("POST", "meetingRooms/superUsers/remove?roomId={room}", None)
ADD_GROUP = ("POST", "groups", {"parentGroupId": 0, "groupName": "new"})
SET_GROUP = ("PUT", "groups", {"groupId": "{group}", "groupName": "new"})
DELETE_GROUP, GROUP = ("DELETE", "groups/{group}", None), ("GET", "groups/{group}", None)
GROUP_LIST, GROUP_ADMIN = ("GET", "groupLists", None), ("GET", "groupAdmin/{group}", None)
BAN = ("POST", "bookings/blacklist", {"blacklistUnionId": "{bob}", "startTime": 5})
UNBAN = ("POST", "bookings/blacklist/remove", {"blacklistUnionIds": ["{bob}"]})
WRITES = {
    "create": CREATE, "update": UPDATE, "delete": DELETE, "set super users": SUPER_SET, "remove them": SUPER_REMOVE,
    "add a group": ADD_GROUP, "rename it": SET_GROUP, "delete it": DELETE_GROUP, "ban": BAN, "unban": UNBAN,
}  # fmt: skip
READS = {
    "detail": DETAIL, "list": LIST, "group": GROUP, "groups": GROUP_LIST, "administrators": GROUP_ADMIN,
}  # fmt: skip
Operation = tuple[str, str, Json | None]

# What is wrong, the operation, what its body or query says instead, and what is answered.
BAD: list[tuple[str, Operation, Json, str, str, str]] = [
    ("no name", CREATE, {"roomName": None}, "param.error", "Error:lack roomName", "roomName: it is missing"),
    ("blank name", CREATE, {"roomName": " "}, "param.error", "Error:lack roomName", "roomName: it is missing"),
    ("long name", CREATE, {"roomName": "x" * 129}, "param.error", "Error:roomName invalid", "128 is the most"),
    ("unsafe name", CREATE, {"roomName": "a\u202eb"}, "room.name.unsafe", "Room Name Unsafe", "roomName"),
    ("known name", CREATE, {"roomName": "there"}, "room.exist", "Room Exsit", "roomName: the room {room}"),
    ("no status", CREATE, {"roomStatus": None}, "param.error", "Error:lack roomStatus", "roomStatus: it is"),
    ("status 3", CREATE, {"roomStatus": 3}, "param.error", "Error:roomStatus invalid", "from 0 to 2"),
    ("text for a status", CREATE, {"roomStatus": "0"}, "param.error", "Error:roomStatus invalid", "expected integer"),
    ("no isvRoomId", CREATE, {"isvRoomId": None}, "param.error", "Error:lack isvRoomId", "isvRoomId: it is missing"),
    ("status 2 alone", CREATE, {"roomStatus": 2}, "param.error", "Error:lack authorizedMembers", "at least one"),
    ("nobody", CREATE, SOME, "param.error", "Error:authorizedMembers invalid", "nobody here has"),
    ("members beside status 0", CREATE, SOME | {"roomStatus": 0}, "param.error", "Error:authorizedMembers invalid", ""),
    (
        "no such department", CREATE,
        {"roomStatus": 2, "reservationAuthority": {"authorizedMembers": [{"memberId": "9", "memberType": "dept"}]}},
        "param.error", "Error:authorizedMembers invalid", "there is no department 9",
    ),
    (
        "no number of a department", CREATE,
        {"reservationAuthority": {"authorizedMembers": [{"memberId": "x", "memberType": "dept"}]}},
        "param.error", "Error:authorizedMembers invalid", "[0].memberId: expected the number",
    ),
    (
        "no kind of member", CREATE,
        {"reservationAuthority": {"authorizedMembers": [{"memberId": "x", "memberType": "role"}]}},
        "param.error", "Error:authorizedMembers invalid", "[0].memberType: expected one of user, dept",
    ),
    (
        "no member", CREATE, {"reservationAuthority": {"authorizedMembers": [{"memberType": "user"}]}},
        "param.error", "Error:authorizedMembers invalid", "[0].memberId: it is missing",
    ),
    ("no such group", CREATE, {"groupId": 5}, "param.error", "Error:groupId invalid", "there is no group 5"),
    ("no number of a group", CREATE, {"groupId": 2**63}, "param.error", "Error:groupId invalid", "groupId"),
    ("no such label", CREATE, {"roomLabelIds": [6]}, "param.error", "Error:roomLabelIds invalid", "no label 6"),
    ("capacity", CREATE, {"roomCapacity": -1}, "param.error", "Error:roomCapacity invalid", "roomCapacity: a number"),
    ("no room", UPDATE, {"roomId": None}, "param.error", "Error:lack roomId", "roomId: it is missing"),
    ("unknown room", UPDATE, {"roomId": "x"}, "room.not.found", "Room Not Found", "there is no room x"),
    ("name of another", UPDATE, {"roomName": "other"}, "room.exist", "Room Exsit", "roomName"),
    ("blank new name", UPDATE, {"roomName": ""}, "param.error", "Error:lack roomName", "roomName"),
    ("unsafe new name", UPDATE, {"roomName": "a\nb"}, "room.name.unsafe", "Room Name Unsafe", "roomName"),
    ("empty isvRoomId", UPDATE, {"isvRoomId": ""}, "param.error", "Error:isvRoomId invalid", "must not be empty"),
    ("becomes 2 alone", UPDATE, {"roomStatus": 2}, "param.error", "Error:lack authorizedMembers", "at least one"),
    ("super, no room", SUPER_SET, {"roomId": None}, "param.error", "Error:lack roomId", "roomId"),
    ("super, unknown room", SUPER_SET, {"roomId": "x"}, "room.not.found", "Room Not Found", "there is no room x"),
    ("super, nobody", SUPER_SET, {"userIdWhiteList": ["x"]}, "param.error", "Error:userIdWhiteList invalid", "nobody"),
    ("super, no department", SUPER_SET, {"deptIdWhiteList": [9]}, "param.error", "Error:deptIdWhiteList invalid", "9"),
    ("no parent", ADD_GROUP, {"parentGroupId": None}, "param.error", "Error:lack parentGroupId", "parentGroupId"),
    ("unknown parent", ADD_GROUP, {"parentGroupId": 5}, "group.not.found", "Parent Group Not Found", "no group 5"),
    ("no number", ADD_GROUP, {"parentGroupId": 2**64}, "param.error", "Error:parentGroupId invalid", "parentGroupId"),
    ("group, no name", ADD_GROUP, {"groupName": None}, "param.error", "Error:lack groupName", "groupName"),
    ("group, long name", ADD_GROUP, {"groupName": "x" * 65}, "param.error", "Error:groupName invalid", "64"),
    ("group, unsafe name", ADD_GROUP, {"groupName": "a\tb"}, "param.error", "Error:groupName invalid", "groupName"),
    ("set no group", SET_GROUP, {"groupId": None}, "param.error", "Error:lack groupId", "groupId: it is missing"),
    ("set unknown group", SET_GROUP, {"groupId": 5}, "group.not.found", "Group Not Found", "there is no group 5"),
    ("set no number", SET_GROUP, {"groupId": -(2**70)}, "group.not.found", "Group Not Found", "there is no group"),
    ("ban nobody", BAN, {"blacklistUnionId": None}, "param.error", "Error:lack blacklistUnionId", "blacklistUnionId"),
    ("ban a stranger", BAN, {"blacklistUnionId": "x"}, "user.not.org", "User Not In Org", "nobody here has"),
    ("ban from never", BAN, {"startTime": None}, "param.error", "Error:lack startTime", "startTime"),
    ("ban backwards", BAN, {"endTime": 5}, "param.error", "Error:endTime invalid", "not after startTime"),
    ("ban before time", BAN, {"startTime": -1}, "param.error", "Error:startTime invalid", "startTime"),
    ("ban, long memo", BAN, {"memo": "x" * 501}, "param.error", "Error:memo invalid", "500 is the most"),
    ("unban nobody", UNBAN, {"blacklistUnionIds": []}, "param.error", "Error:lack blacklistUnionIds", "missing"),
    ("unban many", UNBAN, {"blacklistUnionIds": ["x"] * 101}, "user.over.limit", "User Over Limit", "101 are more"),
    *(
        (f"{name}: no operator", operation, {"unionId": None}, "param.error",
         "Error:lack unionId" if operation[2] else "Param Error", "unionId: ")
        for name, operation in (WRITES | READS).items() if name != "administrators"
    ),
    *(
        (f"{name}: no administrator", operation, {"unionId": "{ann}"}, "user.not.admin", "User Not Admin", "--admin")
        for name, operation in WRITES.items()
    ),
    *(
        (f"{name}: a stranger", operation, {"unionId": "x"}, "user.not.admin", "User Not Admin", "nobody here has")
        for name, operation in WRITES.items()
    ),
    *(
        (f"{name}: a stranger", operation, {"unionId": "x"}, "user.not.employee", "User Not Employee", "nobody here")
        for name, operation in READS.items()
    ),
]  # fmt: skip
PATHS = [
    ("delete an unknown room", "DELETE", "meetingRooms/x?unionId={boss}", "room.not.found", "Room Not Found"),
    ("an unknown room", "GET", "meetingRooms/x?unionId={boss}", "room.not.found", "Room Not Found"),
    ("of no room", "POST", "meetingRooms/superUsers/remove?unionId={boss}", "param.error", "Error:lack roomId"),
    (
        "of an unknown room", "POST", "meetingRooms/superUsers/remove?unionId={boss}&roomId=x",
        "room.not.found", "Room Not Found",
    ),
    *(
        (f"{text} a page", "GET", f"meetingRoomLists?unionId={{boss}}&maxResults={text}", "param.error", "Param Error")
        for text in ("0", "101", "x", "-1")
    ),
    ("no token", "GET", "meetingRoomLists?unionId={boss}&nextToken=x", "param.error", "Param Error"),
    *(
        (f"{method} {what} {text}", method, f"{what}/{text}?unionId={{boss}}", code, message)
        for method, what in (("GET", "groups"), ("DELETE", "groups"), ("GET", "groupAdmin"))
        for text, code, message in (
            ("5", "group.not.found", "Group Not Found"), ("9" * 15, "group.not.found", "Group Not Found"),
            ("x", "param.error", "Param Error"), ("9" * 40, "param.error", "Param Error"),
        )
    ),
]  # fmt: skip


def fill(value: Any, ids: dict[str, Any]) -> Any:
    """*value* with the ids that it names."""
    match value:
        case dict():
            return {name: fill(one, ids) for name, one in value.items()}
        case list():
            return [fill(one, ids) for one in value]
        case "{group}":
            return ids["group"]
        case str():
            return value.format(**ids)
        case _:
            return value


def test_what_is_refused(office: Office) -> None:
    """With the documented code and message, and nothing is changed: every row in one organisation."""
    room, _ = office.make("there"), office.make("other")
    group = office.ask("create_meeting_room_group", parentGroupId=0, groupName="g").result
    ids = {
        "room": room, "group": group, "boss": office.boss, "ann": office.ann, "bob": office.bob,
    }  # fmt: skip

    def state() -> Any:
        return office.database.read(
            lambda tx: (
                rooms.list_rooms(tx, office.corp_id), room_groups.list_all(tx, office.corp_id),
                room_people.bans(tx, office.corp_id),
            )
        )  # fmt: skip

    before = state()
    for row, (method, target, draft), other, code, message, description in BAD:
        members = {"unionId": "{boss}"} | (draft or {}) | other
        path = fill(target, ids)
        if draft is None:
            query = f"unionId={fill(members['unionId'], ids)}" if members["unionId"] else ""
            path += ("&" if "?" in path else "?") + query
        reply = office.call(method, path, fill(members, ids) if draft is not None else None)
        assert reply.status == 400, (row, reply)
        assert_refused(reply, 400, code, message, description.format(**ids))
    for row, method, target, code, message in PATHS:
        reply = office.call(method, fill(target, ids))
        assert (reply.status, reply.json["code"], reply.json["message"]) == (400, code, message), row
        assert reply.json["description"], row
    for method, target, draft in WRITES.values():
        if draft is not None:
            reply = office.call(method, fill(target, ids))
            assert_refused(reply, 400, "Missingbody", "body is mandatory for this action.")
            reply = office.call(method, fill(target, ids), b"[]")
            assert_refused(reply, 400, "param.error", "Error:body invalid", "body")
    assert state() == before
