"""`rili room`, on both databases."""

from __future__ import annotations

import pytest

from tests.test_cli_admin import Terminal, terminal  # noqa: F401 - a fixture


@pytest.fixture
def office(terminal: Terminal) -> Terminal:  # noqa: F811
    """An organisation with ann, in department 2."""
    terminal.json("org", "add", "公司")
    terminal.json("department", "add", "研发部", "--id", "2")
    terminal.json("user", "add", "安", "--userid", "ann", "--department", "2")
    return terminal


def test_a_room_from_nothing(office: Terminal):
    ann = office.json("user", "show", "ann")["union_id"]
    group = office.json("room", "group", "add", "9 层")
    added = office.json(
        "room", "add", "长城", "--capacity", "20", "--group", str(group["group_id"]), "--label", "3", "--label", "5",
        "--place", "A 座", "--isv-id", "gw",
    )  # fmt: skip
    room_id = added["room_id"]

    assert len(room_id) == 48
    assert added == {
        "room_id": room_id, "name": "长城", "capacity": 20, "group_id": group["group_id"], "for": "everyone",
        "open": True, "approval": "none", "member_union_ids": [], "member_dept_ids": [], "super_union_ids": [],
        "super_dept_ids": [], "labels": [3, 5], "place": "A 座", "place_details": None, "description": None,
        "picture": None, "isv_id": "gw", "recurring": True, "min_minutes": 0, "max_minutes": 0, "ahead": None,
        "ahead_from": None, "closed_from": None, "closed_until": None, "closed_reason": None,
        "closed_contact_union_id": None, "closed_notify": None,
    }  # fmt: skip
    changed = office.json(
        "room", "set", room_id, "--name", "Great Wall", "--capacity", "8", "--for", "some", "--member", "ann",
        "--member-department", "2", "--group", "0", "--label", "", "--place", "", "--place-details", "9",
        "--description", "d", "--picture", "https://example.com/p.png", "--isv-id", "", "--no-recurring", "--not-open",
        "--super-user", ann, "--super-department", "1", "--min-minutes", "15", "--max-minutes", "120",
        "--ahead", "2weeks", "--ahead-from", "09:00", "--approval", "standard",
    )  # fmt: skip
    assert changed == added | {
        "name": "Great Wall", "capacity": 8, "for": "some", "member_union_ids": [ann], "member_dept_ids": [2],
        "group_id": 0, "labels": [], "place": None, "place_details": "9", "description": "d",
        "picture": "https://example.com/p.png", "isv_id": None, "recurring": False, "open": False,
        "super_union_ids": [ann], "super_dept_ids": [1], "min_minutes": 15, "max_minutes": 120, "ahead": "2weeks",
        "ahead_from": "09:00", "approval": "standard",
    }  # fmt: skip
    assert office.json("room", "show", room_id) == changed
    listed = {
        name: changed[name] for name in ("room_id", "name", "capacity", "group_id", "for", "open", "approval")
    }
    assert office.json("room", "list") == {"rooms": [listed]}
    fewer = office.json("room", "set", room_id, "--member-department", "", "--super-user", "")
    assert (fewer["member_union_ids"], fewer["member_dept_ids"]) == ([ann], [])
    assert (fewer["super_union_ids"], fewer["super_dept_ids"]) == ([], [1])
    assert office.json("room", "set", room_id, "--ahead", "1 month")["ahead_from"] == "09:00"
    assert office.json("room", "set", room_id, "--ahead-from", "10:30")["ahead"] == "1months"
    assert office.json("room", "set", room_id, "--ahead", "")["ahead_from"] is None
    assert office.json("room", "remove", room_id) == {"room_id": room_id, "removed": True}
    assert office.json("room", "list") == {"rooms": []}


def test_closing(office: Terminal):
    ann = office.json("user", "show", "ann")["union_id"]
    room_id = office.json("room", "add", "长城")["room_id"]

    closed = office.json(
        "room", "close", room_id, "--from", "2026-05-01T00:00", "--until", "2026-05-02T00:00Z", "--reason", "装修",
        "--contact", "ann", "--notify",
    )  # fmt: skip

    assert {name: value for name, value in closed.items() if name.startswith("closed_")} == {
        "closed_from": "2026-05-01T00:00:00+08:00",
        "closed_until": "2026-05-02T08:00:00+08:00",
        "closed_reason": "装修",
        "closed_contact_union_id": ann,
        "closed_notify": True,
    }
    assert "closed_reason" in office.run("room", "show", room_id).stdout
    for_good = office.json("room", "close", room_id)
    assert for_good["closed_from"]
    assert for_good["closed_until"] is None
    assert office.json("room", "reopen", room_id)["closed_from"] is None


def test_groups(office: Terminal):
    ann = office.json("user", "show", "ann")["union_id"]
    top = office.json("room", "group", "add", "总部")
    below = office.json("room", "group", "add", "9 层", "--parent", str(top["group_id"]))
    room_id = office.json("room", "add", "长城", "--group", str(below["group_id"]))["room_id"]

    assert top == {"group_id": top["group_id"], "parent_id": 0, "name": "总部", "admin_union_ids": []}
    assert below["parent_id"] == top["group_id"]
    changed = office.json(
        "room", "group", "set", str(below["group_id"]), "--name", "Floor 9", "--admin", "ann"
    )
    assert changed == below | {"name": "Floor 9", "admin_union_ids": [ann]}
    assert office.json("room", "group", "show", str(below["group_id"])) == changed
    assert {one["name"] for one in office.json("room", "group", "list")["groups"]} == {"总部", "Floor 9"}
    assert office.json("room", "group", "set", str(below["group_id"]), "--admin", "")["admin_union_ids"] == []
    assert office.json("room", "group", "remove", str(below["group_id"]))["removed"]
    assert office.json("room", "show", room_id)["group_id"] == top["group_id"]


def test_the_blacklist(office: Terminal):
    ann = office.json("user", "show", "ann")["union_id"]

    office.json("room", "blacklist", "add", "ann")
    added = office.json(
        "room",
        "blacklist",
        "add",
        "ann",
        "--from",
        "2026-05-01T00:00",
        "--until",
        "2026-06-01T00:00",
        "--memo",
        "空置",
    )

    assert added == {
        "union_id": ann,
        "from": "2026-05-01T00:00:00+08:00",
        "until": "2026-06-01T00:00:00+08:00",
        "memo": "空置",
    }
    assert office.json("room", "blacklist", "list") == {"blacklist": [{"name": "安"} | added]}
    assert office.json("room", "blacklist", "remove", "ann")["removed"]
    assert office.json("room", "blacklist", "list") == {"blacklist": []}


REFUSED = {
    "add exists": "the room {room} has that name",
    "add x --label 9": "--label: no label 9",
    "add x --label x": "--label x is no number",
    "add x --group 5": "--group: there is no group 5",
    "add x --capacity -1": "--capacity: a number from 0",
    "set nothing --name x": "roomId: there is no room nothing",
    "set {room} --for some": "--for some needs at least one",
    "set {room} --member ann": "--member-department go with --for some",
    "set {room} --for some --member bob": "nobody here has the unionId or userid bob",
    "set {room} --super-user bob": "userIdWhiteList: nobody here",
    "set {room} --super-department 7": "deptIdWhiteList: there is no department 7",
    "set {room} --min-minutes 9 --max-minutes 8": "--max-minutes: it is less than --min-minutes",
    "set {room} --ahead soon": "--ahead soon is no span",
    "set {room} --ahead 0days": "advanceReservationTime: a number from 1",
    "set {room} --ahead-from 09:00": "--ahead-from needs --ahead",
    "set {room} --ahead 1day --ahead-from 24:00": "a time of day, such as 09:00",
    "close {room} --from now": "--from: expected an ISO 8601",
    "close {room} --until 1990-01-01T00:00": "--until: it is not after",
    "close {room} --contact bob": "contactUnionId: nobody here",
    "reopen nothing": "there is no room nothing",
    "remove nothing": "there is no room nothing",
    "group add x --parent 5": "parentGroupId: there is no group 5",
    "group set 5 --name x": "groupId: there is no group 5",
    "blacklist add bob": "blacklistUnionId: nobody here",
    "blacklist remove ann": "ann is not on the blacklist",
    "list --org nothing": "No organisation nothing",
    "group list --org nothing": "No organisation nothing",
    "blacklist list --org nothing": "No organisation nothing",
}
"""What is said no to, and what is said then."""


def test_refused(office: Terminal):
    """And nothing is changed. One database for all: making one takes longer than all of them."""
    room = office.json("room", "add", "exists")

    for arguments, said in REFUSED.items():
        result = office.run("room", *arguments.format(room=room["room_id"]).split())

        assert result.exit_code == 1, arguments
        assert said.format(room=room["room_id"]) in result.stderr, (arguments, result.stderr)
    assert office.json("room", "show", room["room_id"]) == room
    assert len(office.json("room", "list")["rooms"]) == 1
    assert office.json("room", "group", "list") == {"groups": []}
    assert office.json("room", "blacklist", "list") == {"blacklist": []}
