"""Every operation that is answered: one line each, the busiest part of the map."""

from __future__ import annotations

from rili.api import contact, events, oauth2, site, topapi
from rili.api.router import Parameter, Route
from rili.model import scopes
from rili.wire import topapi as old
from rili.wire.contact import ContactUser
from rili.wire.event import CreateEvent, PatchEvent
from rili.wire.event_view import EventView
from rili.wire.oauth2 import AccessToken, GetAccessToken, GetToken, LegacyToken, Token

EVENTS = "/v1.0/calendar/users/{userId}/calendars/{calendarId}/events"
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

APP_KEY = Parameter("appkey", "The app's key. 应用的 AppKey。")
APP_SECRET = Parameter("appsecret", "Its secret. 应用的 AppSecret。")

# fmt: off
ROUTES = (
    Route("PUT", EVENT, events.put_event, "PatchEvent", "Update an event. 修改日程。",
          scopes.EVENT_WRITE, PatchEvent, EventView, (CLIENT_TOKEN, IF_MATCH)),
    Route("GET", EVENT, events.get_event, "GetEvent", "Get an event. 查询日程详情。",
          scopes.EVENT_READ, None, EventView, (MAX_ATTENDEES,)),
    Route("DELETE", EVENT, events.delete_event, "DeleteEvent", "Delete an event. 删除日程。",
          scopes.EVENT_WRITE, None, None, (PUSH, CLIENT_TOKEN, IF_MATCH)),
    Route("POST", EVENTS, events.create_event, "CreateEvent", "Create an event. 创建日程。",
          scopes.EVENT_WRITE, CreateEvent, EventView, (CLIENT_TOKEN,)),
    Route("POST", "/v1.0/oauth2/accessToken", oauth2.get_access_token, "GetAccessToken",
          "Get the access token of an internal app. 获取企业内部应用的 accessToken。",
          None, GetAccessToken, AccessToken, tag="oauth2"),
    Route("POST", "/v1.0/oauth2/{corpId}/token", oauth2.get_token, "GetToken",
          "Get an app's access token in one organisation. 获取应用的 accessToken。",
          None, GetToken, Token, tag="oauth2"),
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
