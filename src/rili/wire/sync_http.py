"""What enterprise apps get by SyncHTTP, in clear: rows of the latest states of objects, some in one push.

Source: DingTalk "development-data-format-help", "data-formats" of third-party enterprise apps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

Level = Literal["HIGH", "MEDIUM"]

SUITE_TICKET, SUITE_AUTH, CONTACT, DEPARTMENT, ROLE, ORGANISATION, CALENDAR = 2, 4, 13, 14, 15, 16, 100
"""biz_type."""


class _Place(Struct, frozen=True):
    """Of an event: its table, and the members of its business object that may name what it is about; without them its
    subject does.
    """

    biz_type: int
    level: Level
    named_by: tuple[str, ...] = ()


_SUITE = _Place(SUITE_AUTH, "HIGH")
_USER = _Place(CONTACT, "MEDIUM", ("userid", "userId"))
_DEPARTMENT = _Place(DEPARTMENT, "MEDIUM", ("id", "dept_id", "deptId"))
_ROLE = _Place(ROLE, "MEDIUM", ("id", "role_id", "roleId", "labelId"))
_ORGANISATION = _Place(ORGANISATION, "MEDIUM")

_PLACES = {
    "suite_ticket": _Place(SUITE_TICKET, "HIGH"),
    **dict.fromkeys(("org_suite_auth", "org_suite_change", "org_suite_relieve"), _SUITE),
    **dict.fromkeys(
        (
            "user_add_org", "user_modify_org", "user_leave_org", "user_active_org", "user_dept_change",
            "user_role_change", "org_admin_add", "org_admin_remove",
        ),
        _USER,
    ),
    **dict.fromkeys(("org_dept_create", "org_dept_modify", "org_dept_remove"), _DEPARTMENT),
    **dict.fromkeys(("org_role_add", "org_role_modify", "org_role_remove"), _ROLE),
    **dict.fromkeys(("org_update", "org_change", "org_remove"), _ORGANISATION),
    "calendar_event_change": _Place(CALENDAR, "MEDIUM"),
}  # fmt: skip


class Biz(Struct, frozen=True):
    """What a row is about. With the app and the organisation biz_type and biz_id are unique."""

    biz_type: int
    biz_id: str
    level: Level


class BizRow(Struct, frozen=True, rename={"row_id": "id"}):
    """A row, as in the vendor's tables."""

    row_id: int
    subscribe_id: str
    corp_id: str
    biz_id: str
    biz_type: int
    biz_data: str
    """JSON text."""
    gmt_create: int
    """Epoch milliseconds; the row of a newer state is another row, so both are one."""
    gmt_modified: int
    open_cursor: int = 0
    status: int = 0
    """Not worked off: the receiver's to change in its own table."""


class SyncPush(Struct, frozen=True):
    """A push."""

    event_type: str = msgspec.field(name="EventType")
    biz_data: Sequence[BizRow] = msgspec.field(name="bizData")


def find_biz(event_type: str, corp_id: str, suite_id: int, subject: str, body: str) -> Biz | None:
    """What an event is about; None for one that has no table. *subject*: what else names it."""
    place = _PLACES.get(event_type)
    if place is None:
        return None
    if place.level == "HIGH":
        return Biz(place.biz_type, str(suite_id), place.level)
    if place is _ORGANISATION:
        return Biz(place.biz_type, corp_id, place.level)
    members: dict[str, Any] = msgspec.json.decode(body)
    named = (members.get(name) for name in place.named_by)
    biz_id = next((str(one) for one in named if isinstance(one, str | int)), subject)
    return Biz(place.biz_type, biz_id, place.level)


def biz_row(
    biz: Biz, row_id: int, suite_id: int, corp_id: str, event_type: str, born_ms: int, body: str
) -> BizRow:
    """*body*: the business object, as stream clients get it, as JSON text."""
    members: dict[str, Any] = msgspec.json.decode(body)
    return BizRow(
        row_id=row_id,
        subscribe_id=f"{suite_id}_0",
        corp_id=corp_id,
        biz_id=biz.biz_id,
        biz_type=biz.biz_type,
        biz_data=msgspec.json.encode({"syncAction": event_type, **members}).decode(),
        gmt_create=born_ms,
        gmt_modified=born_ms,
    )


def push_text(level: Level, rows: Sequence[BizRow]) -> str:
    """What is encrypted."""
    return msgspec.json.encode(SyncPush(f"SYNC_HTTP_PUSH_{level}", rows)).decode()
