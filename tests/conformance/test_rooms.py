"""Rooms, groups, blacklist and super users through the official SDK: all fifteen operations."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from rili.actions import directory, rooms
from rili.actions.room_groups import DEPTH, GROUPS
from rili.model.room import NO_GROUP, Advance, Closing, RoomGroup
from rili.model.room_change import RoomChange
from rili.store import room_groups, room_people
from rili.testing import Rili
from tests.conformance.backdoor import sign_in_other_app, user_token
from tests.conformance.clients import App, Json, assert_refused, refused
from tests.conformance.office import Office, an_office
from tests.people import NOW_MS, SharedDatabase


@pytest.fixture
def office(server: Rili, database: SharedDatabase) -> Iterator[Office]:
    with an_office(server, database) as office:
        yield office


FULL: Json = {
    "roomName": "长城 Great Wall",
    "roomStatus": 2,
    "isvRoomId": "gw-1",
    "roomCapacity": 20,
    "roomPicture": "https://example.com/gw.png",
    "roomLocation": {"title": "A 座", "desc": "9 层"},
    "roomLabelIds": [5, 1],
    "enableCycleReservation": False,
    "openReservation": False,
    "roomDescription": "请保持整洁",
}


def test_a_room_from_first_to_last(office: Office) -> None:
    """Every member that is written is read; a partial update changes what it names."""
    group_id = office.ask("create_meeting_room_group", parentGroupId=0, groupName="9 层").result
    members = [
        {"memberId": office.ann, "memberType": "user", "memberName": "ignored"},
        {"memberId": "2", "memberType": "dept"},
    ]

    room_id = office.make("", **FULL, groupId=group_id, reservationAuthority={"authorizedMembers": members})

    listed = {
        "corpId": office.corp_id,
        "roomId": room_id,
        "roomName": "长城 Great Wall",
        "roomStatus": 2,
        "isvRoomId": "gw-1",
        "roomCapacity": 20,
        "roomPicture": "https://example.com/gw.png",
        "roomLocation": {"title": "A 座", "desc": "9 层"},
        "roomLabels": [{"labelId": 5, "labelName": "视频会议"}, {"labelId": 1, "labelName": "电视"}],
        "roomGroup": {"groupId": group_id, "groupName": "9 层", "parentId": 0},
    }
    detail = listed | {
        "reservationAuthority": {
            "authorizedMembers": [
                {"memberId": office.ann, "memberType": "user", "memberName": "安"},
                {"memberId": "2", "memberType": "dept", "memberName": "研发部"},
            ]
        },
        "enableCycleReservation": False,
        "roomDescription": "请保持整洁",
        "extensionConfig": {"openReservation": False, "approvalSwitch": False},
    }
    assert len(room_id) == 48
    assert office.show(room_id) == detail
    page = office.ask("query_meeting_room_list")
    assert [one.to_map() for one in page.result] == [listed]
    assert (page.has_more, page.next_token) == (False, None)

    assert office.ask("update_meeting_room", roomId=room_id, roomCapacity=8).result is True
    assert office.show(room_id) == detail | {"roomCapacity": 8}
    office.ask("update_meeting_room", roomId=room_id, roomStatus=0, roomPicture="", roomLabelIds=[], groupId=0,
               roomLocation={"desc": "10 层"}, openReservation=True)  # fmt: skip
    gone = {"reservationAuthority", "roomPicture", "roomGroup"}
    assert office.show(room_id) == {name: value for name, value in detail.items() if name not in gone} | {
        "roomCapacity": 8, "roomStatus": 0, "roomLabels": [], "roomLocation": {"desc": "10 层"},
        "extensionConfig": {"openReservation": True, "approvalSwitch": False},
    }  # fmt: skip

    assert office.ask("delete_meeting_room", room_id).result is True
    for operation in ("query_meeting_room", "delete_meeting_room"):
        with refused(400, "room.not.found", room_id, "Room Not Found"):
            office.ask(operation, room_id)


def test_rules_of_booking_are_read(office: Office) -> None:
    """As `rili room` sets them; labels in the organisation's language."""
    room_id = office.make("r", roomLabelIds=[3])
    change = RoomChange(
        min_minutes=15, max_minutes=120, advance=Advance(2, "weeks", "09:00"), approval="standard",
        closing=Closing(1_000, 2_000, "装修", office.ann, notify=True),
    )  # fmt: skip

    office.database.write(lambda tx: rooms.set_room(tx, office.corp_id, room_id, change, now_ms=NOW_MS))

    assert office.show(room_id)["extensionConfig"] == {
        "openReservation": True,
        "minReservationTimeInterval": 15,
        "maxReservationTimeInterval": 120,
        "advanceReservation": {
            "advanceReservationTime": 2,
            "advanceReservationTimeUnit": "weeks",
            "advanceBookTimeFormat": "09:00",
        },
        "reservationCloseDetail": {
            "taskStartTime": 1_000, "taskEndTime": 2_000, "closeReason": "装修",
            "contactUnionId": office.ann, "contactNick": "安", "sendNotify": True,
        },
        "approvalSwitch": True,
        "approvalType": 1,
    }  # fmt: skip
    office.database.write(
        lambda tx: tx.run(
            "UPDATE organisations SET language = 'en_US' WHERE corp_id = :id", id=office.corp_id
        )
    )
    assert office.show(room_id)["roomLabels"] == [{"labelId": 3, "labelName": "Projector"}]


def test_who_sees_what(office: Office) -> None:
    """Whom it is for, administrators, those of its group or one above it, super users (decision 78)."""
    top = office.ask("create_meeting_room_group", parentGroupId=0, groupName="top").result
    below = office.ask("create_meeting_room_group", parentGroupId=top, groupName="below").result
    by_department = {"authorizedMembers": [{"memberId": "2", "memberType": "dept"}]}
    everyones = office.make("everyone's")
    admins = office.make("administrators'", roomStatus=1)
    some = office.make("some's", roomStatus=2, reservationAuthority=by_department)
    grouped = office.make("in a group", roomStatus=1, groupId=below)

    assert office.names(office.boss) == ["everyone's", "administrators'", "some's", "in a group"]
    assert office.names(office.ann) == ["everyone's", "some's"]
    assert office.names(office.bob) == ["everyone's"]
    office.database.write(lambda tx: room_groups.put_admins(tx, office.corp_id, top, [office.bob]))
    assert office.ask(
        "set_super_user_meeting_room", roomId=admins, userIdWhiteList=["bob"], deptIdWhiteList=[3]
    ).result
    assert office.names(office.bob) == ["everyone's", "administrators'", "in a group"]
    assert office.names(office.ann) == ["everyone's", "administrators'", "some's"]
    assert office.ask("remove_super_user_meeting_room", roomId=admins).result is True
    assert office.names(office.ann) == ["everyone's", "some's"]
    assert office.show(everyones, office.bob)["roomName"] == "everyone's"
    assert office.show(grouped, office.bob)["roomGroup"]["groupId"] == below
    for room_id in (some, admins):
        with refused(400, "room.not.found"):
            office.show(room_id, office.bob)


def test_pages(office: Office) -> None:
    """In the order of creation, whatever comes and goes between two; `nextToken` is a number."""
    made = [office.make(f"room {number}") for number in range(5)]

    first = office.ask("query_meeting_room_list", maxResults=2)
    office.ask("delete_meeting_room", made[0])
    office.ask("delete_meeting_room", made[1])
    made.append(office.make("one more"))
    second = office.ask("query_meeting_room_list", maxResults=2, nextToken=first.next_token)
    third = office.ask("query_meeting_room_list", maxResults=2, nextToken=second.next_token)

    assert [first.has_more, second.has_more, third.has_more] == [True, True, False]
    assert isinstance(first.next_token, int)
    assert third.next_token is None
    assert [one.room_id for page in (first, second, third) for one in page.result] == made
    reply = office.call("GET", f"meetingRoomLists?unionId={office.ann}&maxResults=4")
    assert reply.json.keys() == {"result", "hasMore"}
    for number in range(20):
        office.make(f"more {number}")
    assert len(office.ask("query_meeting_room_list").result) == 20


def test_groups(office: Office) -> None:
    top = office.ask("create_meeting_room_group", parentGroupId=0, groupName=" 总部 ").result
    below = office.ask("create_meeting_room_group", parentGroupId=top, groupName="9 层").result
    room_id = office.make("r", groupId=below)
    office.database.write(lambda tx: room_groups.put_admins(tx, office.corp_id, below, [office.ann]))

    assert office.ask("update_meeting_room_group", groupId=below, groupName="Floor 9").result is True
    assert office.ask("update_meeting_room_group", groupId=below).result is True
    shown = {"groupId": below, "groupName": "Floor 9", "parentId": top}
    assert office.ask("query_meeting_room_group", str(below), unionId=office.ann).to_map() == shown
    found = office.ask("query_meeting_room_group_list", unionId=office.ann).result
    assert sorted((one.to_map() for one in found), key=lambda one: one["parentId"]) == [
        {"groupId": top, "groupName": "总部", "parentId": 0}, shown,
    ]  # fmt: skip
    admins = {
        "groupId": below, "groupName": "Floor 9", "groupAdmins": [{"memberId": office.ann, "memberName": "安"}],
    }  # fmt: skip
    assert office.ask("query_meeting_room_group_admin", str(below)).result.to_map() == admins
    assert office.call("GET", f"groupAdmin/{below}").json == {"result": admins}
    with refused(400, "param.error", "groups below it", "Error:group has children"):
        office.ask("delete_meeting_room_group", str(top))
    assert office.ask("delete_meeting_room_group", str(below)).result is True
    assert office.show(room_id)["roomGroup"]["groupId"] == top
    assert office.ask("delete_meeting_room_group", str(top)).result is True
    assert "roomGroup" not in office.show(room_id)
    assert office.call("GET", f"groupLists?unionId={office.bob}").json == {"result": []}


def test_limits_of_groups(office: Office) -> None:
    parent = 0
    for depth in range(DEPTH):
        parent = office.ask("create_meeting_room_group", parentGroupId=parent, groupName=f"{depth}").result
    with refused(400, "depth.over.limit", "10 deep", "Group Depth Over Limit"):
        office.ask("create_meeting_room_group", parentGroupId=parent, groupName="too deep")

    def fill(tx: Any) -> None:
        for number in range(DEPTH, GROUPS):
            room_groups.add(
                tx, RoomGroup(corp_id=office.corp_id, group_id=number, parent_id=NO_GROUP, name="x")
            )

    office.database.write(fill)
    with refused(400, "group.too.much", "1000", "Group Too Much"):
        office.ask("create_meeting_room_group", parentGroupId=0, groupName="one more")


def test_blacklist(office: Office) -> None:
    """Putting somebody on it again replaces what was said."""

    def bans() -> list[tuple[Any, ...]]:
        found = office.database.read(lambda tx: room_people.bans(tx, office.corp_id))
        return [(one.union_id, one.starts_ms, one.ends_ms, one.memo) for one in found]

    assert office.ask("create_booking_blacklist", blacklistUnionId=office.ann, startTime=5).result is True
    assert bans() == [(office.ann, 5, None, None)]
    office.ask("create_booking_blacklist", blacklistUnionId=office.ann, startTime=1, endTime=2, memo="空置")
    assert bans() == [(office.ann, 1, 2, "空置")]
    assert office.ask("delete_booking_blacklist", blacklistUnionIds=[office.bob, "nobody"]).result is True
    assert len(bans()) == 1
    office.ask("delete_booking_blacklist", blacklistUnionIds=[office.bob, office.ann] * 50)
    assert bans() == []


def test_both_spellings(office: Office) -> None:
    body = {"unionId": office.boss, "roomName": "r", "roomStatus": 0, "isvRoomId": "x"}

    assert office.call("POST", "meetingrooms", body).status == 200
    assert_refused(
        office.call("POST", "meetingRooms", body), 400, "room.exist", "Room Exsit", "roomName: the room"
    )
    assert office.call("POST", "meetingRooms", body | {"roomName": "another"}).status == 200


def test_made_at_once(office: Office) -> None:
    """Of one name there is one room; of others all, each in a place of its own."""

    def make(name: str) -> tuple[int, str | None]:
        body = {"unionId": office.boss, "roomName": name, "roomStatus": 0, "isvRoomId": "x"}
        reply = office.call("POST", "meetingrooms", body)
        return reply.status, reply.json.get("code")

    names = ["same"] * 8 + [f"room {number}" for number in range(8)]
    with ThreadPoolExecutor(8) as several:
        replies = list(several.map(make, names))

    assert sorted(replies[:8], key=str) == [(200, None)] + [(400, "room.exist")] * 7
    assert replies[8:] == [(200, None)] * 8
    assert sorted(office.names(office.bob)) == sorted({*names})


def test_who_leaves_is_on_no_list(office: Office) -> None:
    """Nor is a department that is deleted: its number may be given again."""
    members = [{"memberId": office.ann, "memberType": "user"}, {"memberId": "3", "memberType": "dept"}]
    room_id = office.make("r", roomStatus=2, reservationAuthority={"authorizedMembers": members})
    office.ask("set_super_user_meeting_room", roomId=room_id, userIdWhiteList=[office.ann])
    office.ask("create_booking_blacklist", blacklistUnionId=office.ann, startTime=0)
    group_id = office.ask("create_meeting_room_group", parentGroupId=0, groupName="g").result
    office.database.write(lambda tx: room_groups.put_admins(tx, office.corp_id, group_id, [office.ann]))

    def leave(tx: Any) -> None:
        directory.remove_user(tx, office.corp_id, "ann", now_ms=0)
        directory.remove_department(tx, office.corp_id, 3, now_ms=NOW_MS)

    office.database.write(leave)

    assert office.show(room_id)["reservationAuthority"] == {"authorizedMembers": []}
    assert (
        office.database.read(lambda tx: rooms.get_room(tx, office.corp_id, room_id)).super_users.union_ids
        == ()
    )
    assert office.database.read(lambda tx: room_people.bans(tx, office.corp_id)) == []
    assert office.ask("query_meeting_room_group_admin", str(group_id)).result.group_admins == []
    assert office.ask("update_meeting_room", roomId=room_id, roomCapacity=3).result is True
    with refused(400, "user.not.employee"):
        office.names(office.ann)


def test_permission_points_and_user_tokens(app: App, database: SharedDatabase) -> None:
    """Reading and writing are two points; a person's token asks for that person alone."""
    room_id, organizer, colleague = (
        app.server.rooms[0].room_id,
        app.organizer.union_id,
        app.colleague.union_id,
    )
    path = f"/v1.0/rooms/meetingRooms/{room_id}?unionId="

    app.token = sign_in_other_app(app, database, frozenset({"VideoConference.Conference.Read"}))
    assert app.call("GET", path + organizer).status == 200
    reply = app.call("DELETE", path + organizer)
    assert reply.status == 403
    assert reply.json["accessdenieddetail"] == {"requiredScopes": ["VideoConference.Conference.Write"]}
    app.token = user_token(app, database, colleague)
    assert app.call("GET", path + colleague).status == 200
    assert app.call("GET", path + organizer).json["code"] == "permissionDenied"
    body = {"unionId": organizer, "roomId": room_id, "roomName": "x"}
    assert app.call("PUT", "/v1.0/rooms/meetingRooms", body).json["code"] == "permissionDenied"
    assert app.call("GET", f"/v1.0/rooms/groupAdmin/1?unionId={organizer}").json["code"] == "permissionDenied"


def test_the_demo_rooms(app: App) -> None:
    page = app.call("GET", f"/v1.0/rooms/meetingRoomLists?unionId={app.other.union_id}").json["result"]

    found = page[: len(app.server.rooms)]  # in the order of creation: other tests' come after them
    assert [one["roomName"] for one in found] == [room.name for room in app.server.rooms]
    assert sum("roomGroup" in one for one in found) == 4
    details = [
        app.call("GET", f"/v1.0/rooms/meetingRooms/{one['roomId']}?unionId={app.other.union_id}").json[
            "result"
        ]
        for one in found
    ]
    assert [one["extensionConfig"]["approvalSwitch"] for one in details] == [True] + [False] * 5
