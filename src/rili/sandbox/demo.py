"""The demo organisation of `rili dev`. Every id is a constant; secrets are the caller's."""

from __future__ import annotations

from hashlib import shake_256

from msgspec import Struct

from rili.actions import directory, meetings, register
from rili.actions.directory import Place
from rili.model import scopes
from rili.model.directory import App, Organisation, User, new_app_key, new_corp_id, new_union_id
from rili.model.ids import NewBytes, opaque_id
from rili.model.room import (
    NO_GROUP,
    Approval,
    Room,
    RoomGroup,
    RoomSettings,
    new_group_id,
    new_room_number,
)
from rili.store import organisations, room_groups, rooms
from rili.store.categories import Category
from rili.store.db import Tx


class DemoSecrets(Struct, frozen=True):
    """Made once for each data folder: of the app, and the one password of everybody."""

    app_secret: str
    password: str


class DemoUser(Struct, frozen=True):
    """One of `users` in dev.json."""

    userid: str
    union_id: str
    name: str
    mobile: str
    email: str
    password: str


class DemoRoom(Struct, frozen=True):
    """One of `rooms` in dev.json."""

    room_id: str
    name: str
    capacity: int


class Demo(Struct, frozen=True):
    """What dev.json says, its base_url aside."""

    corp_id: str
    app_key: str
    app_secret: str
    agent_id: int
    users: list[DemoUser]
    rooms: list[DemoRoom]


class DemoEvent(Struct, frozen=True, kw_only=True):
    """An event to seed: days from the first day, wall clock in the organisation's zone, userids."""

    organizer: str
    attendees: list[str]
    summary: str
    description: str = ""
    location: str = ""
    day: int
    starts: str
    minutes: int


def _bytes_for(name: str) -> NewBytes:
    """Always the same bytes for *name*."""
    return lambda count: shake_256(f"rili demo {name}".encode()).digest(count)


CORP_ID = new_corp_id(_bytes_for("organisation"))
APP_KEY = new_app_key(_bytes_for("app"))
AGENT_ID = 1
REDIRECTS = ("http://127.0.0.1", "http://localhost")
"""On every port."""
ZONE = "Asia/Shanghai"

_HEAD_OFFICE = "总部 Head office"
# Name, the group above it.
_GROUPS = {_HEAD_OFFICE: "", "9 层 Floor 9": _HEAD_OFFICE, "8 层 Floor 8": _HEAD_OFFICE}
GROUP_IDS = {name: new_group_id(_bytes_for(f"room group {name}")) for name in _GROUPS}
"""Of the groups of rooms, by name."""
_GROUP_ADMIN = "user19"

_DEPARTMENTS = {2: "产品部 Product", 3: "研发部 Engineering", 4: "市场部 Marketing"}

# Name, department, title. The first is user01.
_PEOPLE = [
    ("王小明", 2, "总经理"),
    ("李静", 2, "产品总监"),
    ("张伟", 3, "研发总监"),
    ("Emma Clarke", 4, "Marketing Director"),
    ("刘洋", 3, "后端工程师"),
    ("陈思思", 3, "前端工程师"),
    ("杨帆", 3, "测试工程师"),
    ("Liam Murphy", 3, "Site Reliability Engineer"),
    ("赵雪", 2, "产品经理"),
    ("黄磊", 2, "产品经理"),
    ("周敏", 2, "设计师"),
    ("Sofia Rossi", 2, "Designer"),
    ("吴强", 3, "后端工程师"),
    ("徐丽", 3, "数据工程师"),
    ("孙浩然", 3, "安全工程师"),
    ("Noah Fischer", 3, "Backend Engineer"),
    ("马超", 3, "移动端工程师"),
    ("朱婷", 3, "移动端工程师"),
    ("胡静怡", 4, "市场经理"),
    ("郭建国", 4, "销售经理"),
    ("Olivia Tremblay", 4, "Content Editor"),
    ("何欣", 4, "活动策划"),
    ("高翔", 4, "销售代表"),
    ("林子涵", 4, "客户成功经理"),
    ("Lucas Silva", 4, "Account Manager"),
    ("罗佳", 4, "品牌经理"),
    ("梁宇", 3, "架构师"),
    ("宋文静", 2, "用户研究员"),
    ("Mia Andersson", 3, "Frontend Engineer"),
    ("唐俊", 3, "运维工程师"),
    ("韩雨桐", 4, "公关经理"),
    ("Ethan Nguyen", 2, "Product Analyst"),
]

_CATEGORIES = [
    "周例会 Weekly meeting",
    "双周会 Bi-weekly meeting",
    "面试 Interview",
    "客户拜访 Customer visit",
]

_LEADERS = {2: "user02", 3: "user03", 4: "user04"}

# Name, capacity, group, labels, approval.
_ROOMS: list[tuple[str, int, str, tuple[int, ...], Approval]] = [
    ("长城 Great Wall", 20, "9 层 Floor 9", (1, 3, 5), "standard"),
    ("黄山 Huangshan", 12, "9 层 Floor 9", (1, 4, 5), "none"),
    ("西湖 West Lake", 8, "8 层 Floor 8", (1, 4), "none"),
    ("漓江 Li River", 6, "8 层 Floor 8", (4,), "none"),
    ("兰亭 Orchid Pavilion", 4, "", (2,), "none"),
    ("茶室 Tea Room", 2, "", (), "none"),
]


def seed(tx: Tx, secrets: DemoSecrets, *, password_hash: str, now_ms: int) -> bool:
    """Make the demo organisation, or answer False when it is there."""
    if organisations.get(tx, CORP_ID) is not None:
        return False
    register.add_organisation(
        tx, Organisation(corp_id=CORP_ID, name="日历演示公司 Rili Demo", zone=ZONE, created_ms=now_ms)
    )
    for dept_id, name in _DEPARTMENTS.items():
        directory.add_department(tx, CORP_ID, dept_id, name, now_ms=now_ms)
    for number, (_, dept_id, title) in enumerate(_PEOPLE, start=1):
        shown = _user(number, secrets)
        leader = _LEADERS[dept_id]
        directory.add_user(
            tx,
            User(
                corp_id=CORP_ID,
                userid=shown.userid,
                union_id=shown.union_id,
                name=shown.name,
                mobile=shown.mobile,
                email=shown.email,
                title=title,
                job_number=f"R{number:04d}",
                manager_userid="user01" if shown.userid == leader else leader if number > 4 else None,
                admin=number == 1,
                created_ms=now_ms,
            ),
            [Place(dept_id, leader=shown.userid == leader)],
            new_calendar_id=opaque_id(_bytes_for(f"calendar {number}")),
        )
        directory.set_password(tx, CORP_ID, shown.userid, password_hash)
    _seed_rooms(tx)
    for number, name in enumerate(_CATEGORIES, start=1):
        category = Category(opaque_id(_bytes_for(f"category {number}")), name)
        meetings.add_category(tx, CORP_ID, category, now_ms=now_ms + number)
    register.add_app(
        tx,
        App(
            app_key=APP_KEY,
            corp_id=CORP_ID,
            agent_id=AGENT_ID,
            name="演示应用 Demo App",
            scopes=scopes.ALL,
            redirects=REDIRECTS,
            created_ms=now_ms,
        ),
        secrets.app_secret,
    )
    return True


def _seed_rooms(tx: Tx) -> None:
    for name, above in _GROUPS.items():
        parent_id = GROUP_IDS.get(above, NO_GROUP)
        room_groups.add(
            tx, RoomGroup(corp_id=CORP_ID, group_id=GROUP_IDS[name], parent_id=parent_id, name=name)
        )
    room_groups.put_admins(tx, CORP_ID, GROUP_IDS[_HEAD_OFFICE], [union_id_of(_GROUP_ADMIN)])
    for shown, (_, _, group, label_ids, approval) in zip(_rooms(), _ROOMS, strict=True):
        rooms.add(
            tx,
            Room(
                corp_id=CORP_ID,
                room_id=shown.room_id,
                number=new_room_number(_bytes_for(f"number of {shown.room_id}")),
                name=shown.name,
                capacity=shown.capacity,
                group_id=GROUP_IDS.get(group, NO_GROUP),
                settings=RoomSettings(label_ids=label_ids, location_title=group or None, approval=approval),
            ),
        )


def describe(secrets: DemoSecrets) -> Demo:
    """The demo organisation as it was seeded."""
    return Demo(
        corp_id=CORP_ID,
        app_key=APP_KEY,
        app_secret=secrets.app_secret,
        agent_id=AGENT_ID,
        users=[_user(number, secrets) for number in range(1, len(_PEOPLE) + 1)],
        rooms=_rooms(),
    )


def events_to_seed() -> list[DemoEvent]:
    """What the calendars of the demo show in the first days."""
    return [
        DemoEvent(
            organizer="user01",
            attendees=["user02", "user03", "user04"],
            summary="管理层周会",
            description="上周进展、本周重点、需要协调的事项。",
            location="长城 Great Wall",
            day=1,
            starts="09:30",
            minutes=60,
        ),
        DemoEvent(
            organizer="user03",
            attendees=["user05", "user06", "user07", "user08", "user16"],
            summary="Engineering stand-up",
            location="西湖 West Lake",
            day=1,
            starts="10:45",
            minutes=15,
        ),
        DemoEvent(
            organizer="user02",
            attendees=["user01", "user09", "user10", "user11", "user12"],
            summary="产品路线图评审",
            description="带上本季度的用户反馈。",
            location="黄山 Huangshan",
            day=2,
            starts="14:00",
            minutes=90,
        ),
        DemoEvent(
            organizer="user04",
            attendees=["user19", "user21", "user22", "user31"],
            summary="Launch campaign planning",
            description="Draft messages, channels and budget.",
            location="漓江 Li River",
            day=3,
            starts="16:00",
            minutes=60,
        ),
        DemoEvent(
            organizer="user01",
            attendees=["user02"],
            summary="一对一 1:1",
            location="茶室 Tea Room",
            day=4,
            starts="11:00",
            minutes=30,
        ),
    ]


def union_id_of(userid: str) -> str:
    """The unionId of one of the demo's people."""
    return new_union_id(_bytes_for(userid))


def _user(number: int, secrets: DemoSecrets) -> DemoUser:
    userid = f"user{number:02d}"
    return DemoUser(
        userid=userid,
        union_id=union_id_of(userid),
        name=_PEOPLE[number - 1][0],
        mobile=f"139000000{number:02d}",
        email=f"{userid}@example.com",
        password=secrets.password,
    )


def _rooms() -> list[DemoRoom]:
    return [
        DemoRoom(room_id=opaque_id(_bytes_for(f"room {number}")), name=name, capacity=capacity)
        for number, (name, capacity, *_) in enumerate(_ROOMS, start=1)
    ]
