"""Meeting rooms: what one is, who sees it, and who may book it for when."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import Literal

from msgspec import Struct

from rili.model.ids import NewBytes
from rili.model.moment import Moment

EVERYONE, ADMINISTRATORS, SOME = 0, 1, 2
"""`roomStatus`: whom a room is for."""

NO_GROUP = 0
"""The `groupId` of a room that is in none, and the parent of a group that is below none."""

LABELS = {
    1: ("电视", "Television"),
    2: ("电话", "Telephone"),
    3: ("投影仪", "Projector"),
    4: ("白板", "Whiteboard"),
    5: ("视频会议", "Video conference"),
}
"""`roomLabelIds`, each in Chinese and English. Source: "Create a meeting room"."""

Approval = Literal["none", "standard", "custom"]
"""`custom` is a process of the vendor's own client: such a room is not booked through the API."""
AdvanceUnit = Literal["days", "weeks", "months", "years"]

_MINUTE_MS = 60_000


class Members(Struct, frozen=True, gc=False):
    """People by unionId, and departments with all below them."""

    union_ids: tuple[str, ...] = ()
    dept_ids: tuple[int, ...] = ()


NOBODY = Members()


class Advance(Struct, frozen=True, gc=False):
    """How far ahead a room is booked: a day, from so many units before it on, at a time of day (`HH:MM`)."""

    count: int
    unit: AdvanceUnit
    opens_at: str = "00:00"

    def opens_ms(self, starts_ms: int, zone: str) -> int:
        """When what starts then may first be booked. A day that a month does not have is its last (decision 79)."""
        day = Moment.at(starts_ms, zone).wall.date()
        match self.unit:
            case "days":
                first = day - timedelta(days=self.count)
            case "weeks":
                first = day - timedelta(weeks=self.count)
            case "months":
                first = _months_before(day, self.count)
            case "years":
                first = _months_before(day, 12 * self.count)
        return Moment(datetime.combine(first, time.fromisoformat(self.opens_at)), zone).epoch_ms()


class Closing(Struct, frozen=True, gc=False):
    """A span in which a room is closed, from *starts_ms* to before *ends_ms*; None: for good."""

    starts_ms: int
    ends_ms: int | None = None
    reason: str | None = None
    contact_id: str | None = None
    """The unionId of who knows more."""
    notify: bool = False

    def covers(self, starts_ms: int, ends_ms: int) -> bool:
        """Whether some of that span is within; what has no length is at its start."""
        return max(ends_ms, starts_ms + 1) > self.starts_ms and (
            self.ends_ms is None or starts_ms < self.ends_ms
        )


class RoomSettings(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a room is like, by itself; this is how it is stored."""

    isv_room_id: str | None = None
    """Its id in the system of whoever made it."""
    picture: str | None = None
    location_title: str | None = None
    location_desc: str | None = None
    label_ids: tuple[int, ...] = ()
    description: str | None = None
    enable_cycle_reservation: bool = True
    open_reservation: bool = True
    min_minutes: int = 0
    max_minutes: int = 0
    """0: any length."""
    advance: Advance | None = None
    closing: Closing | None = None
    approval: Approval = "none"


class Room(Struct, frozen=True, kw_only=True):
    """A meeting room."""

    corp_id: str
    room_id: str
    number: int
    """Tells it from every other room, of whatever organisation; from 1 to below 2**62."""
    name: str
    status: int = EVERYONE
    capacity: int = 0
    """0: not known."""
    group_id: int = NO_GROUP
    settings: RoomSettings = RoomSettings()
    authorized: Members = NOBODY
    """Whom a room of status SOME is for."""
    super_users: Members = NOBODY


class Ban(Struct, frozen=True, gc=False):
    """Somebody on the booking blacklist, from *starts_ms* to before *ends_ms*; None: for ever."""

    union_id: str
    starts_ms: int
    ends_ms: int | None = None
    memo: str | None = None


class RoomGroup(Struct, frozen=True, kw_only=True, gc=False):
    """A group of rooms; *parent_id* is NO_GROUP at the top."""

    corp_id: str
    group_id: int
    parent_id: int = NO_GROUP
    name: str


class Person(Struct, frozen=True, kw_only=True):
    """Who looks for rooms or books one: what the rules ask of a person."""

    union_id: str
    dept_ids: frozenset[int] = frozenset()
    """The departments that the person is in, and all above them."""
    admin: bool = False
    group_ids: frozenset[int] = frozenset()
    """The groups of rooms that the person administers, and all below them."""
    ban: Ban | None = None
    zone: str
    """The organisation's: there a room's days begin."""


def administers(room: Room, person: Person) -> bool:
    """Whether *person* is an administrator, or one of a group that *room* is in."""
    return person.admin or room.group_id in person.group_ids


def may_see(room: Room, person: Person) -> bool:
    """Whether lists show *room*: to whom it is for, to its administrators and super users (decision 78)."""
    return (
        room.status == EVERYONE
        or administers(room, person)
        or (room.status == SOME and _among(person, room.authorized))
        or _among(person, room.super_users)
    )


def may_book(
    room: Room, person: Person, *, starts_ms: int, ends_ms: int, now_ms: int, series: bool
) -> str | None:
    """None when *person* may book *room* for that span now; else why not, as a sentence to be read.

    Of a series each occurrence is asked about by itself. Other bookings are not looked at. A super user is held by no
    rule about whom, when or how far ahead (decision 79).
    """
    settings = room.settings
    if settings.approval == "custom":
        return "it is booked through an approval process of its own, not through the API"
    if series and not settings.enable_cycle_reservation:
        return "recurring events cannot book it"
    if person.ban is not None and _holds(person.ban, now_ms):
        return "the person is on the booking blacklist"
    minutes = (ends_ms - starts_ms) / _MINUTE_MS
    if minutes < settings.min_minutes:
        return f"it is booked for {settings.min_minutes} minutes at least"
    if settings.max_minutes and minutes > settings.max_minutes:
        return f"it is booked for {settings.max_minutes} minutes at most"
    if _among(person, room.super_users):
        return None
    if not settings.open_reservation:
        return "it is not open for booking"
    if room.status != EVERYONE and not may_see(room, person):
        return (
            "only administrators book it" if room.status == ADMINISTRATORS else "it is for some people only"
        )
    if settings.closing is not None and settings.closing.covers(starts_ms, ends_ms):
        return "it is closed then" + (f": {settings.closing.reason}" if settings.closing.reason else "")
    if settings.advance is not None and now_ms < settings.advance.opens_ms(starts_ms, person.zone):
        return f"it is booked {settings.advance.count} {settings.advance.unit} ahead at most"
    return None


def new_room_id(new_bytes: NewBytes) -> str:
    """48 lower-case hexadecimal digits, as the published ids."""
    return new_bytes(24).hex()


def new_room_number(new_bytes: NewBytes) -> int:
    """61 random bits, and never 0: two rooms that share a number are not to be expected."""
    return (int.from_bytes(new_bytes(8)) >> 3) + 1


def new_group_id(new_bytes: NewBytes) -> int:
    """Nine or ten digits."""
    return 100_000_000 + int.from_bytes(new_bytes(4))


def _among(person: Person, members: Members) -> bool:
    return person.union_id in members.union_ids or not person.dept_ids.isdisjoint(members.dept_ids)


def _holds(ban: Ban, now_ms: int) -> bool:
    return ban.starts_ms <= now_ms and (ban.ends_ms is None or now_ms < ban.ends_ms)


def _months_before(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
