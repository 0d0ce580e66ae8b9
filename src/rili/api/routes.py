"""Every operation that is answered: one line each, the busiest part of the map."""

from __future__ import annotations

from rili.api import contact, events, lists, oauth2, site, topapi
from rili.api.router import Parameter, Route
from rili.model import scopes
from rili.wire import topapi as old
from rili.wire.contact import ContactUser
from rili.wire.event import CreateEvent, PatchEvent
from rili.wire.event_view import EventView
from rili.wire.lists import EventsView, InstancesView
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
from rili.wire.series_view import EditedView

CALENDAR = "/v1.0/calendar/users/{userId}/calendars/{calendarId}"
EVENTS = CALENDAR + "/events"
EVENT = EVENTS + "/{eventId}"

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
DRY_RUN = Parameter("dryRun", "Answer what would change, and change nothing. 只预览，不修改。", bool)

LISTED_ATTENDEES = Parameter(
    "maxAttendees",
    "How many attendees of each to answer: 0 to 100, default 100. 每个日程返回的参与人数上限。",
    int,
)
MAX_RESULTS = Parameter("maxResults", "How many a page: 1 to 100, default 100. 每页数量。", int)
NEXT_TOKEN = Parameter("nextToken", "From the page before. 分页标识。")
SYNC_TOKEN = Parameter("syncToken", "From the last page: what changed since. 增量同步标识。")
TIME_MIN = Parameter("timeMin", "ISO 8601 with an offset. 起始时间。")
TIME_MAX = Parameter("timeMax", "ISO 8601 with an offset, a year later at most. 结束时间。")
SHOW_DELETED = Parameter("showDeleted", "What was deleted too, as cancelled. 是否返回已删除的日程。", bool)
SERIES = Parameter("seriesMasterId", "Only occurrences of this series. 循环日程主日程ID。")
START_RECURRENCE = Parameter("startRecurrenceId", "From this recurrenceId on. 起始循环实例标识。")
PAGED = (TIME_MIN, TIME_MAX, MAX_RESULTS, LISTED_ATTENDEES, NEXT_TOKEN)

APP_KEY = Parameter("appkey", "The app's key. 应用的 AppKey。")
APP_SECRET = Parameter("appsecret", "Its secret. 应用的 AppSecret。")

# fmt: off
ROUTES = (
    Route("PUT", EVENT, events.put_event, "PatchEvent", "Update an event. 修改日程。",
          scopes.EVENT_WRITE, PatchEvent, EditedView, (SCOPE, DRY_RUN, CLIENT_TOKEN, IF_MATCH)),
    Route("GET", EVENT, events.get_event, "GetEvent", "Get an event. 查询日程详情。",
          scopes.EVENT_READ, None, EventView, (MAX_ATTENDEES,)),
    Route("DELETE", EVENT, events.delete_event, "DeleteEvent", "Delete an event. 删除日程。",
          scopes.EVENT_WRITE, None, None, (PUSH, SCOPE, DRY_RUN, CLIENT_TOKEN, IF_MATCH)),
    Route("POST", EVENTS, events.create_event, "CreateEvent", "Create an event. 创建日程。",
          scopes.EVENT_WRITE, CreateEvent, EventView, (CLIENT_TOKEN,)),
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
    Route("POST", "/v1.0/oauth2/accessToken", oauth2.get_access_token, "GetAccessToken",
          "Get the access token of an internal app. 获取企业内部应用的 accessToken。",
          None, GetAccessToken, AccessToken, tag="oauth2"),
    Route("POST", "/v1.0/oauth2/{corpId}/token", oauth2.get_token, "GetToken",
          "Get an app's access token in one organisation. 获取应用的 accessToken。",
          None, GetToken, Token, tag="oauth2"),
    Route("POST", "/v1.0/oauth2/userAccessToken", oauth2.get_user_token, "GetUserToken",
          "Get the token of a user who agreed. 获取用户 token。", None, GetUserToken, UserToken, tag="oauth2"),
    Route("GET", "/v1.0/oauth2/authRules/user", oauth2.get_auth_rules, "authRules.user",
          "What an app may do for a user. 查询用户授权的权限。", scopes.PERSONAL_BASE, None, AuthRules, tag="oauth2"),
    Route("GET", "/v1.0/contact/users/{unionId}", contact.get_user, "GetUser",
          "Get a user's profile. 获取用户通讯录个人信息。", scopes.USER_READ, None, ContactUser, tag="contact"),
    Route("GET", "/gettoken", oauth2.get_legacy_token, "gettoken",
          "Get an app's access token (old family). 获取 access_token（旧版）。", None, None, LegacyToken,
          (APP_KEY, APP_SECRET), tag="topapi"),
    Route("POST", "/topapi/v2/user/get", topapi.get_user, "user.get",
          "Get a user by userid (old family). 查询用户详情（旧版）。", None,
          old.GetUser, old.UserEnvelope, tag="topapi", form=True),
    Route("POST", "/topapi/user/getbyunionid", topapi.get_user_by_union_id, "user.getbyunionid",
          "Get a userid by unionid (old family). 根据 unionid 查询用户（旧版）。", None,
          old.GetUserByUnionId, old.UserByUnionIdEnvelope, tag="topapi", form=True),
    Route("POST", "/topapi/v2/user/getbymobile", topapi.get_user_by_mobile, "user.getbymobile",
          "Get a userid by mobile number (old family). 根据手机号查询用户（旧版）。", None,
          old.GetUserByMobile, old.UserByMobileEnvelope, tag="topapi", form=True),
    Route("GET", "/healthz", site.healthz, "healthz", "Whether the database answers. 健康检查。", tag="server"),
    Route("GET", "/openapi.json", site.openapi, "openapi", "This description. 接口描述。", tag="server"),
    Route("GET", "/meet/{conferenceId}", site.meet, "meet", "Go to an online meeting. 进入视频会议。", tag="server",
          redirects=True),
)
# fmt: on
