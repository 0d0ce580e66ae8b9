"""Permission points: what an administrator grants to an app.

Source: the reference's table of permission points, one line an operation there.
"""

from __future__ import annotations

EVENT_READ = "Calendar.Event.Read"
EVENT_WRITE = "Calendar.Event.Write"
SCHEDULE_READ = "Calendar.EventSchedule.Read"
CALENDAR_READ = "Calendar.Calendar.Read"
CALENDAR_WRITE = "Calendar.Calendar.Write"
ACL_READ = "Calendar.Acl.Read"
ACL_WRITE = "Calendar.Acl.Write"
ROOM_READ = "VideoConference.Conference.Read"
ROOM_WRITE = "VideoConference.Conference.Write"
USER_READ = "Contact.User.Read"
USER_MOBILE = "Contact.User.mobile"
MEMBER = "qyapi_get_member"
MEMBER_BY_MOBILE = "qyapi_get_member_by_mobile"
DEPARTMENT_MEMBER = "qyapi_get_department_member"
DEPARTMENT_LIST = "qyapi_get_department_list"
ADDRESS_SEARCH = "qyapi_addresslist_search"
APP_BASE = "qyapi_base"
USER_TOKEN_BASE = "open_app_api_base"
SUITE_BASE = "isvapi_base"
PERSONAL_BASE = "snsapi_base"

ALL = frozenset(
    {
        EVENT_READ,
        EVENT_WRITE,
        SCHEDULE_READ,
        CALENDAR_READ,
        CALENDAR_WRITE,
        ACL_READ,
        ACL_WRITE,
        ROOM_READ,
        ROOM_WRITE,
        USER_READ,
        USER_MOBILE,
        MEMBER,
        MEMBER_BY_MOBILE,
        DEPARTMENT_MEMBER,
        DEPARTMENT_LIST,
        ADDRESS_SEARCH,
        APP_BASE,
        USER_TOKEN_BASE,
        SUITE_BASE,
        PERSONAL_BASE,
    }
)

BASIC = frozenset({APP_BASE, USER_TOKEN_BASE, PERSONAL_BASE})
"""What every app starts with."""
