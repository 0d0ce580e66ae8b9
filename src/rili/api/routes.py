"""Every operation that is answered: one line each, the busiest part of the map."""

from __future__ import annotations

from rili.api import (
    attendees,
    beside,
    calendars,
    changes,
    check_in,
    contact,
    events,
    find_times,
    free_busy,
    lists,
    meeting_rooms,
    metrics,
    notification_stream,
    notifications,
    oauth2,
    organizing,
    site,
    stream,
    suite_tokens,
    topapi_departments,
    topapi_users,
)
from rili.api.callback_routes import CALLBACK_ROUTES
from rili.api.room_routes import ROOM_ROUTES
from rili.api.router import Parameter, Route
from rili.model import scopes
from rili.model.app_kinds import NOT_ENTERPRISE, NOT_PERSONAL, ONLY_INTERNAL
from rili.wire import topapi_departments as old_departments
from rili.wire import topapi_users as old
from rili.wire.attendees import AddAttendees, AttendeesView, RemoveAttendees, RespondEvent
from rili.wire.beside import AiMinutes, Categories, ConvertLegacyEventId, LegacyEventIds
from rili.wire.calendars import (
    AclsView,
    AclView,
    CreateAcls,
    CreateSubscribedCalendar,
    ListedCalendars,
    PluginSubscribersBody,
    PluginsView,
    SubscribedCalendarId,
    SubscribedCalendarView,
)
from rili.wire.changes import ChangesView
from rili.wire.check_in import CheckedIn, CheckedOut, SignInLink, SignInList, SignOutLink, SignOutList
from rili.wire.contact import (
    BatchUsers,
    ContactUser,
    FoundDepartments,
    FoundUsers,
    SearchDepartmentRequest,
    SearchUserRequest,
)
from rili.wire.event import CreateEvent, PatchEvent
from rili.wire.event_view import EventView
from rili.wire.find_times import FindTimes, FoundTimesView
from rili.wire.free_busy import GetSchedule, SchedulesView
from rili.wire.lists import EventsView, InstancesView
from rili.wire.meeting_rooms import AddMeetingRooms, RemoveMeetingRooms, RespondForRoom
from rili.wire.notifications import NotificationsView, NotificationView, ReadNotifications, UnreadView
from rili.wire.oauth2 import (
    AccessToken,
    AuthRules,
    GetAccessToken,
    GetToken,
    GetUserToken,
    LegacyToken,
    Token,
    UserToken,
)
from rili.wire.organizing import CancelledView, ResultView, TransferEvent
from rili.wire.room_schedule import GetMeetingRoomsSchedule, RoomSchedulesView
from rili.wire.series_view import EditedView
from rili.wire.stream import OpenConnection, OpenedConnection
from rili.wire.suite_tokens import (
    GetCorpAccessToken,
    GetSuiteAccessToken,
    LegacyGetCorpToken,
    LegacySnsToken,
    RePushedSuiteTicket,
)

CALENDAR = "/v1.0/calendar/users/{userId}/calendars/{calendarId}"
EVENTS = CALENDAR + "/events"
EVENT = EVENTS + "/{eventId}"
NOTIFICATIONS = "/v1.0/calendar/users/{userId}/notifications"
SUBSCRIBED = "/v1.0/calendar/users/{userId}/subscribedCalendars"

CLIENT_TOKEN = Parameter(
    "x-client-token", "The same token is the same request, for a day. 幂等标识，有效期一天。", place="header"
)
IF_MATCH = Parameter(
    "If-Match", "Only if the event is still this version (its ETag). 版本校验。", place="header"
)
MAX_ATTENDEES = Parameter(
    "maxAttendees", "How many attendees to answer: 0 to 500, default 100. 返回的参与人数上限。", int
)
PUSH = Parameter("pushNotification", "Whether people are told by a pop-up. 是否弹窗通知。", bool)

SCOPE = Parameter(
    "scope", "With an occurrence's id: this (default), following, all. 修改范围：仅此次、此次及以后、全部。"
)
CANCEL_SCOPE = Parameter(
    "scope", "With an occurrence's id: single (default), following, all. 取消范围：仅此次、此次及以后、全部。"
)
DRY_RUN = Parameter("dryRun", "Answer what would change, and change nothing. 只预览，不修改。", bool)

LISTED_ATTENDEES = Parameter(
    "maxAttendees",
    "How many attendees of each to answer: 0 to 100, default 100. 每个日程返回的参与人数上限。",
    int,
)
PEOPLE_RESULTS = Parameter("maxResults", "How many a page: 0 to 500, default 100. 每页人数。", int)
MAX_RESULTS = Parameter("maxResults", "How many a page: 1 to 100, default 100. 每页数量。", int)
SUITE_ID = Parameter("suiteId", "The app's number. 应用的 suiteId（agentId）。", int)
SUITE_SECRET = Parameter("suiteSecret", "Its secret. 应用的 suiteSecret。")
NEXT_TOKEN = Parameter("nextToken", "From the page before. 分页标识。")
SYNC_TOKEN = Parameter("syncToken", "From the last page: what changed since. 增量同步标识。")
TIME_MIN = Parameter("timeMin", "ISO 8601 with an offset. 起始时间。")
TIME_MAX = Parameter("timeMax", "ISO 8601 with an offset, a year later at most. 结束时间。")
SHOW_DELETED = Parameter("showDeleted", "What was deleted too, as cancelled. 是否返回已删除的日程。", bool)
SERIES = Parameter("seriesMasterId", "Only occurrences of this series. 循环日程主日程ID。")
START_RECURRENCE = Parameter("startRecurrenceId", "From this recurrenceId on. 起始循环实例标识。")
PAGED = (TIME_MIN, TIME_MAX, MAX_RESULTS, LISTED_ATTENDEES, NEXT_TOKEN)

SIGNED = (
    Parameter("maxResults", "How many a page: 1 to 500, required. 每页数量，必填。", int),
    NEXT_TOKEN,
)
SIGNED_IN = Parameter("type", "sign_in, not_yet_sign_in: required. 签到状态，必填。")
SIGNED_OUT = Parameter("type", "sign_out, not_yet_sign_out: required. 签退状态，必填。")

FETCH_ALL = Parameter("fetchAll", "Everybody's, not only the user's own. 是否查询全部。", bool)

CURSOR = Parameter(
    "cursor", "nextCursor of before; oldest (unless said) or latest. 上次的 nextCursor，或 oldest、latest。"
)
CHANGES_RESULTS = Parameter("maxResults", "How many a page: 1 to 500, default 100. 每页数量。", int)
WAIT_SECONDS = Parameter(
    "waitSeconds", "How long to wait for a change where there is none: 0 to 30. 无变更时的等待秒数。", int
)

USER_ID_LIST = Parameter("userIdList", "1 to 100 userids, as a JSON array. 用户 userId 列表。")
PERMISSION_CODE = Parameter("permissionCode", "A point that the app must have too. 权限点编码。")
ACCESS_TOKEN = Parameter("access_token", "The app's token. 应用的 access_token。")

APP_KEY = Parameter("appkey", "The app's key. 应用的 AppKey。")
APP_ID = Parameter("appid", "The app's appId. 应用的 AppId。")
ACCESS_KEY = Parameter("accessKey", "The suiteKey. 应用的 SuiteKey。")
TIMESTAMP = Parameter("timestamp", "Milliseconds, a minute off at most. 毫秒时间戳。")
SUITE_TICKET = Parameter("suiteTicket", "The suite ticket. 推送的 suiteTicket。")
SIGNATURE = Parameter(
    "signature", "Base64 of HMAC-SHA256 of timestamp, newline, suiteTicket under the suiteSecret. 签名。"
)
APP_SECRET = Parameter("appsecret", "Its secret. 应用的 AppSecret。")

UNREAD = Parameter("unread", "Only what is not read. 仅未读。", bool)
A_PAGE = Parameter("maxResults", "How many a page: 1 to 100, default 20. 每页数量。", int)
LAST_EVENT_ID = Parameter(
    "lastEventId",
    "From this notification on; the header Last-Event-ID wins. Without either, what is new. 从此通知之后开始。",
)

# fmt: off
ROUTES = (
    Route("PUT", EVENT, events.put_event, "PatchEvent", "Update an event. 修改日程。",
          scopes.EVENT_WRITE, PatchEvent, EditedView, (SCOPE, DRY_RUN, CLIENT_TOKEN, IF_MATCH)),
    Route("GET", EVENT, events.get_event, "GetEvent", "Get an event. 查询日程详情。",
          scopes.EVENT_READ, None, EventView, (MAX_ATTENDEES,)),
    Route("DELETE", EVENT, events.delete_event, "DeleteEvent", "Delete an event. 删除日程。",
          scopes.EVENT_WRITE, None, None, (PUSH, SCOPE, DRY_RUN, CLIENT_TOKEN, IF_MATCH)),
    Route("POST", EVENT + "/attendees", attendees.add_attendee, "AddAttendee",
          "Put people on an event. 添加日程参与人。", scopes.EVENT_WRITE, AddAttendees, None, (CLIENT_TOKEN, IF_MATCH)),
    Route("POST", EVENT + "/attendees/batchRemove", attendees.remove_attendee, "RemoveAttendee",
          "Take people off an event. 删除日程参与人。", scopes.EVENT_WRITE, RemoveAttendees, None,
          (CLIENT_TOKEN, IF_MATCH)),
    Route("GET", EVENT + "/attendees", attendees.list_attendees, "ListAttendees",
          "The people on an event, and their answers. 查询日程参与人。", scopes.EVENT_READ, None, AttendeesView,
          (PEOPLE_RESULTS, NEXT_TOKEN)),
    Route("POST", EVENT + "/respond", attendees.respond_event, "RespondEvent",
          "Accept, decline, or maybe. 设置日程响应状态。", scopes.EVENT_WRITE, RespondEvent, None,
          (CLIENT_TOKEN, IF_MATCH)),
    Route("POST", EVENTS, events.create_event, "CreateEvent", "Create an event. 创建日程。",
          scopes.EVENT_WRITE, CreateEvent, EventView, (CLIENT_TOKEN,)),
    Route("POST", "/v1.0/calendar/me/calendars/{calendarId}/events", events.create_event, "CreateEventByMe",
          "The same by the token's user. 本人创建日程。", scopes.EVENT_WRITE, CreateEvent, EventView, (CLIENT_TOKEN,)),
    Route("POST", EVENT + "/cancel", organizing.cancel_event, "CancelEvent", "Call an event off. 取消日程。",
          scopes.EVENT_WRITE, None, CancelledView, (CANCEL_SCOPE, DRY_RUN, CLIENT_TOKEN, IF_MATCH)),
    Route("POST", EVENT + "/transfer", organizing.transfer_event, "TransferEvent",
          "Hand an event over to a colleague. 转让日程。",
          scopes.EVENT_WRITE, TransferEvent, ResultView, (DRY_RUN, CLIENT_TOKEN, IF_MATCH)),
    Route("POST", EVENT + "/meetingRooms", meeting_rooms.add_meeting_rooms, "AddMeetingRooms",
          "Book rooms for an event. 添加会议室。", scopes.EVENT_WRITE, AddMeetingRooms, ResultView,
          (DRY_RUN, CLIENT_TOKEN, IF_MATCH), kinds=NOT_PERSONAL),
    Route("POST", EVENT + "/meetingRooms/batchRemove", meeting_rooms.remove_meeting_rooms, "RemoveMeetingRooms",
          "Give rooms of an event back. 移除会议室。", scopes.EVENT_WRITE, RemoveMeetingRooms, ResultView,
          (DRY_RUN, CLIENT_TOKEN, IF_MATCH), kinds=NOT_PERSONAL),
    Route("POST", EVENT + "/meetingRooms/{roomId}/respond", meeting_rooms.respond_for_room, "MeetingRoomRespond",
          "Approve that an event has a room, or refuse it. 设置会议室响应状态。",
          scopes.EVENT_WRITE, RespondForRoom, ResultView, (DRY_RUN, CLIENT_TOKEN, IF_MATCH),
          kinds=NOT_PERSONAL),
    Route("POST", EVENT + "/signin", check_in.sign_in, "SignIn", "Sign in to an event. 签到。",
          scopes.EVENT_WRITE, None, CheckedIn),
    Route("POST", EVENT + "/checkIn", check_in.sign_in, "CheckIn", "The same, by its former name. 签到（旧版）。",
          scopes.EVENT_WRITE, None, CheckedIn),
    Route("POST", EVENT + "/signOut", check_in.sign_out, "SignOut", "Sign out of an event. 签退。",
          scopes.EVENT_WRITE, None, CheckedOut),
    Route("GET", EVENT + "/signin", check_in.list_sign_ins, "GetSignInList",
          "Who signed in, or has not yet. 查询签到详情。",
          scopes.EVENT_READ, None, SignInList, (*SIGNED, SIGNED_IN)),
    Route("GET", EVENT + "/signOut", check_in.list_sign_outs, "GetSignOutList",
          "Who signed out, or has not yet. 查询签退详情。",
          scopes.EVENT_READ, None, SignOutList, (*SIGNED, SIGNED_OUT)),
    Route("GET", EVENT + "/signInLinks", check_in.sign_in_link, "GetSignInLink",
          "A link through which people sign in. 获取签到链接。", scopes.EVENT_WRITE, None, SignInLink),
    Route("GET", EVENT + "/signOutLinks", check_in.sign_out_link, "GetSignOutLink",
          "A link through which people sign out. 获取签退链接。", scopes.EVENT_WRITE, None, SignOutLink),
    Route("GET", EVENT + "/minutes", beside.list_ai_minutes, "ListAiMinutes",
          "Minutes of an event. 查询日程的 AI 纪要。", scopes.EVENT_READ, None, AiMinutes, (FETCH_ALL,)),
    Route("POST", "/v1.0/calendar/users/{userId}/legacyEventIds/convert", beside.convert_legacy_event_id,
          "ConvertLegacyEventId", "Ids of events by their former ones. 旧版日程ID转换。",
          scopes.EVENT_READ, ConvertLegacyEventId, LegacyEventIds),
    Route("GET", "/v1.0/calendar/categories", beside.list_categories, "ListCategories",
          "Types of meeting. 查询会议类型。", scopes.EVENT_READ, None, Categories, (CLIENT_TOKEN,)),
    Route("GET", "/v1.0/calendar/changes", changes.list_changes, "ListChanges",
          "What changed in the organisation's calendars, signed. 查询日程变更流。", scopes.EVENT_READ, None,
          ChangesView, (CURSOR, CHANGES_RESULTS, WAIT_SECONDS)),
    Route("GET", EVENTS, lists.list_events, "ListEvents", "List events, or what changed since. 查询日程列表。",
          scopes.EVENT_READ, None, EventsView, (*PAGED, SHOW_DELETED, SYNC_TOKEN, SERIES)),
    Route("GET", CALENDAR + "/eventsview", lists.list_events_view, "ListEventsView",
          "Everything in a window, series expanded. 查询日程视图。", scopes.EVENT_READ, None, EventsView, PAGED),
    Route("GET", "/v1.0/calendar/me/calendars/{calendarId}/eventsview", lists.list_events_view, "ListEventsViewByMe",
          "The same of the token's user. 查询本人日程视图。", scopes.EVENT_READ, None, EventsView,
          (*PAGED, CLIENT_TOKEN)),
    Route("GET", EVENT + "/instances", lists.list_instances, "ListInstances",
          "The occurrences of a series in a window. 查询循环日程实例。", scopes.EVENT_READ, None, EventsView, PAGED),
    Route("GET", CALENDAR + "/instances", lists.list_events_instances, "ListEventsInstances",
          "What is due of a series, and its exceptions. 查询循环日程已生成的实例。", scopes.EVENT_READ, None,
          InstancesView,
          (SERIES, START_RECURRENCE, MAX_RESULTS, LISTED_ATTENDEES)),
    Route("GET", "/v1.0/calendar/users/{userId}/calendars", calendars.list_calendars, "ListCalendars",
          "The calendars that somebody sees. 查询日历列表。", scopes.EVENT_READ, None, ListedCalendars),
    Route("POST", CALENDAR + "/acls", calendars.create_acls, "CreateAcls",
          "Share a calendar with a colleague. 创建访问控制。", scopes.ACL_WRITE, CreateAcls, AclView,
          kinds=NOT_ENTERPRISE),
    Route("GET", CALENDAR + "/acls", calendars.list_acls, "ListAcls",
          "With whom a calendar is shared. 获取访问控制列表。", scopes.ACL_READ, None, AclsView,
          kinds=NOT_ENTERPRISE),
    Route("DELETE", CALENDAR + "/acls/{aclId}", calendars.delete_acl, "DeleteAcl",
          "Share it no longer. 删除访问控制。", scopes.ACL_WRITE, kinds=NOT_ENTERPRISE),
    Route("POST", SUBSCRIBED, calendars.create_subscribed_calendar, "CreateSubscribedCalendar",
          "Make a calendar that others subscribe. 创建订阅日历。", scopes.CALENDAR_WRITE,
          CreateSubscribedCalendar, SubscribedCalendarId),
    Route("GET", SUBSCRIBED + "/{calendarId}", calendars.get_subscribed_calendar, "GetSubscribedCalendar",
          "How it is set up. 查询单个订阅日历。", scopes.CALENDAR_READ, None, SubscribedCalendarView),
    Route("PUT", SUBSCRIBED + "/{calendarId}", calendars.update_subscribed_calendar, "UpdateSubscribedCalendars",
          "Set it up otherwise. 更新订阅日历。", scopes.CALENDAR_WRITE, CreateSubscribedCalendar, ResultView),
    Route("DELETE", SUBSCRIBED + "/{calendarId}", calendars.delete_subscribed_calendar, "DeleteSubscribedCalendar",
          "Delete it with its events. 删除订阅日历。", scopes.CALENDAR_WRITE, None, ResultView),
    Route("POST", CALENDAR + "/subscribe", calendars.subscribe_calendar, "SubscribeCalendar",
          "Subscribe a calendar. 订阅公共日历。", scopes.CALENDAR_WRITE),
    Route("POST", CALENDAR + "/unsubscribe", calendars.unsubscribe_calendar, "UnsubscribeCalendar",
          "Subscribe it no longer. 取消订阅公共日历。", scopes.CALENDAR_WRITE, None, ResultView),
    Route("GET", "/v1.0/calendar/plugins", calendars.list_org_plugins, "ListOrgPlugins",
          "What the organisation adds to calendars. 查询企业日历插件。", scopes.CALENDAR_READ, None, PluginsView),
    Route("POST", "/v1.0/calendar/plugins/{pluginId}/subscribers", calendars.update_org_plugin_subscribers,
          "UpdateOrgPluginSubscribers", "For whom a plugin is. 更新企业日历插件订阅者。", scopes.CALENDAR_WRITE,
          PluginSubscribersBody, ResultView),
    Route("POST", "/v1.0/calendar/users/{userId}/querySchedule", free_busy.get_schedule, "GetSchedule",
          "When people are busy. 查询用户忙闲信息。", scopes.SCHEDULE_READ, GetSchedule, SchedulesView),
    Route("POST", "/v1.0/calendar/users/{userId}/getSchedule", free_busy.get_schedule, "GetScheduleAlias",
          "The same, as the sample of the reference page calls it. 查询用户忙闲信息（示例中的路径）。",
          scopes.SCHEDULE_READ, GetSchedule, SchedulesView),
    Route("POST", "/v1.0/calendar/me/schedules/query", free_busy.get_schedule, "GetScheduleByMe",
          "The same by the token's user. 本人查询用户忙闲信息。", scopes.SCHEDULE_READ, GetSchedule, SchedulesView,
          (CLIENT_TOKEN,)),
    Route("POST", "/v1.0/calendar/users/{userId}/meetingRooms/schedules/query", free_busy.get_meeting_rooms_schedule,
          "GetMeetingRoomsSchedule", "When rooms are taken. 查询会议室忙闲信息。", scopes.EVENT_READ,
          GetMeetingRoomsSchedule, RoomSchedulesView, kinds=NOT_PERSONAL),
    Route("POST", "/v1.0/calendar/users/{userId}/findTimes", find_times.find_times, "FindTimes",
          "Find times at which people, and a room, are free. 查找共同的空闲时间。", scopes.SCHEDULE_READ,
          FindTimes, FoundTimesView),
    Route("GET", NOTIFICATIONS, notifications.list_notifications, "ListNotifications",
          "What a person was told of events, the newest first. 查询通知列表。", scopes.EVENT_READ, None,
          NotificationsView, (A_PAGE, NEXT_TOKEN, UNREAD)),
    Route("GET", NOTIFICATIONS + "/unreadCount", notifications.count_unread, "CountUnreadNotifications",
          "How much of it is not read. 查询未读通知数。", scopes.EVENT_READ, None, UnreadView),
    Route("POST", NOTIFICATIONS + "/read", notifications.read_notifications, "ReadNotifications",
          "Some of it was read, or all up to one. 标记通知为已读。", scopes.EVENT_WRITE, ReadNotifications, UnreadView),
    Route("GET", NOTIFICATIONS + "/stream", notification_stream.stream_notifications, "StreamNotifications",
          "The same as it happens, as server-sent events. 以服务器推送事件（SSE）接收通知。", scopes.EVENT_READ,
          None, NotificationView, (LAST_EVENT_ID,), answer_type="text/event-stream"),
    Route("POST", "/v1.0/oauth2/accessToken", oauth2.get_access_token, "GetAccessToken",
          "Get the access token of an internal app. 获取企业内部应用的 accessToken。",
          None, GetAccessToken, AccessToken, tag="oauth2"),
    Route("POST", "/v1.0/oauth2/{corpId}/token", oauth2.get_token, "GetToken",
          "Get an app's access token in one organisation. 获取应用的 accessToken。",
          None, GetToken, Token, tag="oauth2"),
    Route("POST", "/v1.0/oauth2/corpAccessToken", suite_tokens.get_corp_access_token, "GetCorpAccessToken",
          "Get an enterprise app's token in an organisation that authorised it. 获取第三方企业应用的 accessToken。",
          None, GetCorpAccessToken, AccessToken, tag="oauth2"),
    Route("POST", "/v1.0/oauth2/suiteAccessToken", suite_tokens.get_suite_access_token, "GetSuiteAccessToken",
          "Get an enterprise app's own token. 获取第三方应用的 suiteAccessToken。",
          None, GetSuiteAccessToken, AccessToken, tag="oauth2"),
    Route("POST", "/v1.0/event/suiteTicket/rePush", suite_tokens.re_push_suite_ticket, "RePushSuiteTicket",
          "Have an enterprise app told its suite ticket again. 重新推送 suiteTicket。", None, None,
          RePushedSuiteTicket, (SUITE_ID, SUITE_SECRET), tag="event"),
    Route("POST", "/v1.0/oauth2/userAccessToken", oauth2.get_user_token, "GetUserToken",
          "Get the token of a user who agreed. 获取用户 token。", None, GetUserToken, UserToken, tag="oauth2"),
    Route("GET", "/v1.0/oauth2/authRules/user", oauth2.get_auth_rules, "authRules.user",
          "What an app may do for a user. 查询用户授权的权限。", scopes.PERSONAL_BASE, None, AuthRules, tag="oauth2"),
    Route("GET", "/v1.0/contact/users/{unionId}", contact.get_user, "GetUser",
          "Get a user's profile. 获取用户通讯录个人信息。", scopes.USER_READ, None, ContactUser, tag="contact"),
    Route("POST", "/v1.0/contact/users/search", contact.search_users, "SearchUser",
          "Find users by name, pinyin or number. 搜索用户 userId。", scopes.ADDRESS_SEARCH,
          SearchUserRequest, FoundUsers, tag="contact", kinds=NOT_PERSONAL),
    Route("POST", "/v1.0/contact/departments/search", contact.search_departments, "SearchDepartment",
          "Find departments by name or pinyin. 搜索部门 ID。", scopes.ADDRESS_SEARCH,
          SearchDepartmentRequest, FoundDepartments, tag="contact", kinds=NOT_PERSONAL),
    Route("GET", "/v1.0/contact/users/batch/get", contact.batch_get_users, "BatchGetUser",
          "Get several users by userid. 批量查询用户。", scopes.MEMBER, None, BatchUsers,
          (USER_ID_LIST, PERMISSION_CODE), tag="contact", kinds=NOT_PERSONAL),
    Route("GET", "/gettoken", oauth2.get_legacy_token, "gettoken",
          "Get an app's access token (old family). 获取 access_token（旧版）。", None, None, LegacyToken,
          (APP_KEY, APP_SECRET), tag="topapi"),
    Route("POST", "/service/get_corp_token", suite_tokens.get_legacy_corp_token, "get_corp_token",
          "Get an enterprise app's token by a signature (old family). 获取第三方企业应用的 access_token（旧版）。",
          None, LegacyGetCorpToken, LegacyToken, (ACCESS_KEY, TIMESTAMP, SUITE_TICKET, SIGNATURE), tag="topapi"),
    Route("GET", "/sns/gettoken", suite_tokens.get_sns_token, "sns.gettoken",
          "Get a personal app's own token (old family). 获取第三方个人应用的 access_token（旧版）。",
          None, None, LegacySnsToken, (APP_ID, APP_SECRET), tag="topapi"),
    Route("POST", "/topapi/v2/user/getuserinfo", topapi_users.get_user_info, "user.getuserinfo",
          "Who opened the app, by a code of the client's (old family). 通过免登码获取用户信息（旧版）。", None,
          old.GetUserInfo, old.UserInfoEnvelope, tag="topapi", form=True, kinds=NOT_PERSONAL),
    Route("POST", "/topapi/v2/user/get", topapi_users.get_user, "user.get",
          "Get a user by userid (old family). 查询用户详情（旧版）。", None,
          old.GetUser, old.UserEnvelope, tag="topapi", form=True, kinds=NOT_PERSONAL),
    Route("POST", "/topapi/user/getbyunionid", topapi_users.get_user_by_union_id, "user.getbyunionid",
          "Get a userid by unionid (old family). 根据 unionid 查询用户（旧版）。", None,
          old.GetUserByUnionId, old.UserByUnionIdEnvelope, tag="topapi", form=True, kinds=NOT_PERSONAL),
    Route("POST", "/topapi/v2/user/getbymobile", topapi_users.get_user_by_mobile, "user.getbymobile",
          "Get a userid by mobile number (old family). 根据手机号查询用户（旧版）。", None,
          old.GetUserByMobile, old.UserByMobileEnvelope, tag="topapi", form=True, kinds=ONLY_INTERNAL),
    Route("POST", "/topapi/v2/user/list", topapi_users.list_users, "user.list",
          "Users of a department (old family). 获取部门用户详情（旧版）。", None,
          old.ListUsers, old.MembersEnvelope, tag="topapi", form=True, kinds=NOT_PERSONAL),
    Route("POST", "/topapi/user/listsimple", topapi_users.list_users_simple, "user.listsimple",
          "Names of users of a department (old family). 获取部门用户基础信息（旧版）。", None,
          old.ListUsersSimple, old.NamedUsersEnvelope, tag="topapi", form=True, kinds=NOT_PERSONAL),
    Route("POST", "/topapi/user/listid", topapi_users.list_userids, "user.listid",
          "Userids of a department (old family). 获取部门用户 userid 列表（旧版）。", None,
          old.ListUserids, old.UseridListEnvelope, tag="topapi", form=True, kinds=NOT_PERSONAL),
    Route("POST", "/topapi/user/count", topapi_users.count_users, "user.count",
          "How many users there are (old family). 获取员工人数（旧版）。", None,
          old.CountUsers, old.UserCountEnvelope, tag="topapi", form=True, kinds=NOT_PERSONAL),
    Route("POST", "/topapi/user/listadmin", topapi_users.list_admins, "user.listadmin",
          "The administrators (old family). 获取管理员列表（旧版）。", None,
          None, old.AdminsEnvelope, tag="topapi", form=True, kinds=NOT_PERSONAL),
    Route("POST", "/topapi/v2/department/listsub", topapi_departments.list_below, "department.listsub",
          "Departments below one (old family). 获取部门列表（旧版）。", None,
          old_departments.ListBelow, old_departments.DepartmentsEnvelope, tag="topapi", form=True, kinds=NOT_PERSONAL),
    Route("POST", "/topapi/v2/department/listsubid", topapi_departments.list_ids_below, "department.listsubid",
          "Their ids (old family). 获取子部门 ID 列表（旧版）。", None,
          old_departments.ListIdsBelow, old_departments.DeptIdListEnvelope,
          tag="topapi", form=True, kinds=NOT_PERSONAL),
    Route("POST", "/topapi/v2/department/get", topapi_departments.get_department, "department.get",
          "Get a department (old family). 获取部门详情（旧版）。", None,
          old_departments.GetDepartment, old_departments.DepartmentEnvelope,
          tag="topapi", form=True, kinds=NOT_PERSONAL),
    Route("POST", "/topapi/v2/department/listparentbydept", topapi_departments.list_parents_of_department,
          "department.listparentbydept",
          "What is above a department (old family). 获取指定部门的所有父部门列表（旧版）。", None,
          old_departments.ListParentsOfDepartment, old_departments.ParentIdListEnvelope,
          tag="topapi", form=True, kinds=NOT_PERSONAL),
    Route("POST", "/topapi/v2/department/listparentbyuser", topapi_departments.list_parents_of_user,
          "department.listparentbyuser",
          "What is above the departments of a user (old family). 获取指定用户的所有父部门列表（旧版）。", None,
          old_departments.ListParentsOfUser, old_departments.ParentListEnvelope,
          tag="topapi", form=True, kinds=NOT_PERSONAL),
    Route("GET", "/auth/scopes", topapi_departments.get_scopes, "auth.scopes",
          "What of the directory the app may see (old family). 获取通讯录权限范围（旧版）。", None, None,
          old_departments.AuthScopes, (ACCESS_TOKEN,), tag="topapi", kinds=NOT_PERSONAL),
    *ROOM_ROUTES,
    *CALLBACK_ROUTES,
    Route("POST", "/v1.0/gateway/connections/open", stream.open_connection, "OpenConnection",
          "Get an address and a ticket for a stream of events. 建立 Stream 连接。",
          None, OpenConnection, OpenedConnection, tag="gateway"),
    Route("GET", stream.SOCKET_PATH, stream.no_upgrade, "connect",
          "Where streams are connected, by WebSocket. Stream 连接的 WebSocket 地址。", tag="gateway"),
    Route("GET", "/healthz", site.healthz, "healthz", "Whether the database answers. 健康检查。", tag="server"),
    Route("GET", "/metrics", metrics.metrics, "metrics", "For Prometheus. 监控指标。", tag="server",
          answer_type="text/plain"),
    Route("GET", "/openapi.json", site.openapi, "openapi", "This description. 接口描述。", tag="server"),
    Route("GET", "/meet/{conferenceId}", site.meet, "meet", "Go to an online meeting. 进入视频会议。", tag="server",
          redirects=True),
)
# fmt: on
