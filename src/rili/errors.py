"""Failures that a caller may read. `api/http.py` alone turns them into answers.

Status and code sit on the class; every code is one that the reference documents. *description* says
which field and which rule, and what to do (decision 17).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal


class Failure(Exception):
    """Something the caller did, or asked for, that ends in a documented error."""

    status = 400
    code = "invalidParameter"
    message = "invalid parameter"
    required_scopes: Sequence[str] = ()
    """Permission points that the app lacks."""
    headers: Mapping[str, str] = {}
    """Headers that the answer carries besides."""

    def __init__(self, message: str | None = None, *, description: str | None = None) -> None:
        super().__init__(message or self.message)
        self.message = message or self.message
        self.description = description


class InvalidParameter(Failure):
    """400 `invalidParameter`. Where the reference has no text of its own, the description is the message too."""

    def __init__(self, message: str | None = None, *, description: str | None = None) -> None:
        super().__init__(message or description, description=description)


class ParsedTimestampError(InvalidParameter):
    """400 for a timestamp that is none, where the reference types the field as one (`endDate`)."""

    code = "InvalidParameter.ParsedISO8601TimestampError"


class ParamIllegal(Failure):
    """400 `paramIllegal`: what the queries of free/busy and of calendars call any fault of a request."""

    code = "paramIllegal"
    message = "PARAM ILLEGAL"


class ItemNotFound(Failure):
    """404 `itemNotFound`."""

    status = 404
    code = "itemNotFound"
    message = "Event does not exist."


class InstanceNotExist(Failure):
    """404 `instanceNotExist`: deleted, or an occurrence that does not exist (decision 13)."""

    status = 404
    code = "instanceNotExist"
    message = "instance not exist"


class PermissionDenied(Failure):
    """403 `permissionDenied`: the caller is not the one who may (decision 12)."""

    status = 403
    code = "permissionDenied"
    message = "permission denied"


class PermissionDeny(Failure):
    """400 `permissionDeny`: an event for somebody outside the range of the app (decision 8)."""

    code = "permissionDeny"
    message = "permissionDeny"


class OutOfRange(ItemNotFound):
    """404 `itemNotFound`: a person or a department outside the range of the app (decision 75)."""

    message = "User does not exist."


class LaunchDenied(Failure):
    """400 `permissionDenied`: who is not the organizer asks for the link through which people sign in or out."""

    code = "permissionDenied"


class SubscribedCalendar(Failure):
    """400: what concerns people on events, asked of a subscribed calendar."""

    message = "Subscribed calendar not support this method"

    def __init__(self) -> None:
        super().__init__(description="calendarId: nobody attends the events of a subscribed calendar")


class SubscribedAttendees(SubscribedCalendar):
    """400 `invalidParameter.subscribed.invalid`: the same of ListAttendees, with the dotted code it alone has."""

    code = "invalidParameter.subscribed.invalid"


class OutsideSubscribeScope(Failure):
    """400 `permissionDenied`: the calendar is not offered to this person. Not 403: so the page says."""

    code = "permissionDenied"
    message = "用户不在订阅范围"


class ExceedSubscribeLimit(Failure):
    """400 `exceedSubscribeLimit`: the person subscribes as many calendars as one may."""

    code = "exceedSubscribeLimit"
    message = "exceed subscribe limit"


class NotInEvent(Failure):
    """400 `notInEvent`: who signs in or out is not on the event."""

    code = "notInEvent"
    message = "用户不在日程内"


class MeetingRoomNotAvailable(Failure):
    """400 `meetingRoomNotAvailable`: a room is taken, or not to be had by this person or then."""

    code = "meetingRoomNotAvailable"
    message = "room busy"


class IdempotencyProcessing(Failure):
    """400 `idempotencyProcessing`: the first request with this token still runs (decision 18)."""

    code = "idempotencyProcessing"
    message = "Idempotency processing"


class IdempotentParameterMismatch(Failure):
    """400 `IdempotentParameterMismatch`: the same token with another body (decision 18)."""

    code = "IdempotentParameterMismatch"
    message = (
        "The request uses the same client token as a previous, but non-identical request. "
        "Do not reuse a client token with different requests, unless the requests are identical."
    )


class PreconditionFailed(Failure):
    """412 `preconditionFailed`: `If-Match` names another version (decision 19)."""

    status = 412
    code = "preconditionFailed"
    message = "precondition failed"


class Stale(Exception):
    """A row moved on between reading and writing it: the transaction runs again."""


class MissingToken(Failure):
    """400 `AuthenticationFailed.MissingParameter`: no token header. Not 401: so the real gateway answers."""

    code = "AuthenticationFailed.MissingParameter"
    message = "缺少参数：x-acs-dingtalk-access-token"


class InvalidAuthentication(Failure):
    """400 `InvalidAuthentication`: a token that is unknown or expired."""

    code = "InvalidAuthentication"
    message = "不合法的access_token"


class UserTokenExpired(Failure):
    """400 `accesstoken.expired`: a user's token, past its time (decision 61)."""

    code = "accesstoken.expired"
    message = "用户accessToken过期"


class AccessTokenPermissionDenied(Failure):
    """403: the app lacks permission points; `accessdenieddetail` names them."""

    status = 403
    code = "Forbidden.AccessDenied.AccessTokenPermissionDenied"

    def __init__(self, required_scopes: list[str]) -> None:
        names = ",".join(required_scopes)
        super().__init__(
            f"应用尚未开通所需的权限：[{names}]",
            description=f"The app lacks the permission point {names}. An administrator grants it: rili app grant;"
            " to an enterprise app, rili app authorize once more after that.",
        )
        self.required_scopes = required_scopes


class AppKindDenied(Failure):
    """403 with the gateway's code for what an app may not call, and no point that would help (decision 73)."""

    status = 403
    code = AccessTokenPermissionDenied.code
    message = "没有调用该接口的权限"

    def __init__(self, kind: str, allowed: Iterable[str]) -> None:
        kinds = " and ".join(sorted(allowed))
        super().__init__(description=f"The token is that of {kind}; this operation is for {kinds} apps.")


class _Throttled(Failure):
    status = 403
    legacy_errcode = 90018
    period = ""

    def __init__(self, limit: int, *, enterprise: bool) -> None:
        kind = "ISV" if enterprise else "企业"
        super().__init__(
            f"您的{kind}应用调用钉钉开放平台当前接口的所有请求都被暂时禁用了",
            description=f"The app may call this operation {limit} times a {self.period}; try again in the next.",
        )
        if enterprise:
            self.code = self.code.replace("AppkeyAndApi", "SuitekeyAndOrgAndApi")


class QpsLimit(_Throttled):
    """403 `…QpsLimitForAppkeyAndApi`, of enterprise apps `…QpsLimitForSuitekeyAndOrgAndApi`."""

    code = "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"
    period = "second"


class QpmLimit(_Throttled):
    """403 `…QpmLimitForAppkeyAndApi`, of enterprise apps `…QpmLimitForSuitekeyAndOrgAndApi`."""

    code = "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi"
    period = "minute"


class ApiCountLimitForOrg(Failure):
    """403: the organisation's calls of this month are used up."""

    status = 403
    code = "Forbidden.AccessDenied.ApiCountLimitForOrg"
    message = "您的企业本月调用次数已用完"

    def __init__(self, limit: int) -> None:
        super().__init__(description=f"The organisation's apps may call the calendar {limit} times a month.")


class FlowLimit(Failure):
    """400 `flowLimit`: the person has made as many events today as one may."""

    code = "flowLimit"

    def __init__(self, limit: int) -> None:
        super().__init__(f"current user can not create events exceed {limit} per day")


class IpNotInWhiteList(Failure):
    """403: not from this address."""

    status = 403
    code = "Forbidden.AccessDenied.IpNotInWhiteList"
    message = "访问ip不在白名单之中"

    def __init__(self, address: str, allowed_by: str) -> None:
        super().__init__(
            description=f"This is not allowed from {address or 'here'}. An administrator allows it: {allowed_by}."
        )


class InvalidClientIdOrSecret(Failure):
    """400 `invalidClientIdOrSecret`: no such app, or not its secret."""

    code = "invalidClientIdOrSecret"
    message = "无效的clientId或者clientSecret"


class InvalidSuiteKey(Failure):
    """400 `invalidSuiteKey`: no enterprise app has this suiteKey, or not this suiteSecret."""

    code = "invalidSuiteKey"
    message = "suitekey不合法"


class InvalidSuiteTicket(Failure):
    """400 `invalidSuiteTicket`: neither the ticket of now nor the one before."""

    code = "invalidSuiteTicket"
    message = "suiteTicket无效"


class InvalidAuthInfo(Failure):
    """400 `invalidAuthInfo`: the organisation has not authorised the app."""

    code = "invalidAuthInfo"
    message = "授权关系不存在"


class InvalidSignature(Exception):
    """A signature that does not fit what it signs; in the old family errcode 853004."""


class AuthCodeNotFound(Failure):
    """400 `invalidParameter.authCode.notFound`: a code that is unknown, spent or too old."""

    code = "invalidParameter.authCode.notFound"
    message = "不合法的临时授权码"


class TooManyTries(Failure):
    """429: wrong passwords came too fast; *seconds* are left to wait."""

    status = 429
    code = "flowLimit"

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many wrong passwords: try again in {seconds} s")
        self.seconds = seconds
        self.headers = {"retry-after": str(seconds)}


class InvalidClient(Failure):
    """400 `invalid.client`: as `invalidClientIdOrSecret`, on `{corpId}/token`."""

    code = "invalid.client"
    message = "invalid.client"


class UnsupportedGrantType(Failure):
    """400 `unsupported.grant.type`: anything but `client_credentials`."""

    code = "unsupported.grant.type"
    message = "unsupported.grant.type"


class UnauthorizedClient(Failure):
    """401 `unauthorized.client`: the app may not act in that organisation."""

    status = 401
    code = "unauthorized.client"
    message = "unauthorized.client"


class ParameterError(Failure):
    """400 `parameter.error`: what the searches of the directory call a parameter that breaks a rule."""

    code = "parameter.error"
    message = "参数错误"


class UserNotFound(Failure):
    """404 `invalidParameter.user.notFound`."""

    status = 404
    code = "invalidParameter.user.notFound"
    message = "找不到该用户"


class UserOutOfRange(UserNotFound):
    """404 `invalidParameter.user.notFound`: somebody outside the range of the app (decision 75)."""


class LegacyFailure(Exception):
    """A failure of the old family: HTTP 200 with `errcode`, sometimes with what lies below it."""

    def __init__(
        self, errcode: int, errmsg: str, *, sub_code: str | None = None, sub_msg: str | None = None
    ) -> None:
        super().__init__(errmsg)
        self.errcode = errcode
        self.errmsg = errmsg
        self.sub_code = sub_code
        self.sub_msg = sub_msg


CallbackFault = Literal[
    "parameter", "url", "unreachable", "reply", "blocked", "timeout", "tag", "exists", "absent"
]  # fmt: skip
"""What is wrong with settings for callbacks; url to timeout also with an address that was tried."""


class CallbackRefused(Failure):
    """Settings for callbacks that are refused: 400050 to 400054 where an administrator makes them, and in the old
    family, which calls the same otherwise, *errcode*.
    """

    def __init__(self, fault: CallbackFault, description: str) -> None:
        self.fault: CallbackFault = fault
        self.errcode, message, number = _CALLBACK_FAULTS[fault]
        super().__init__(message, description=f"{description} ({number})" if number else description)
        self.reason = description


_CALLBACK_FAULTS: dict[CallbackFault, tuple[int, str, int | None]] = {
    "parameter": (71010, "POST的JSON数据不包含所需要的参数字段或包含的参数格式非法", None),
    "url": (71011, "传入的url参数不是合法的url格式", 400050),
    "unreachable": (71012, "url地址访问异常", 400051),
    "reply": (71009, "返回文本非success", 400052),
    "blocked": (71013, "此域名或IP不能注册或者接收回调事件", 400053),
    "timeout": (71012, "url地址访问异常", 400054),
    "tag": (71008, "回调call_back_tag必须在指定的call_back_tag列表中", None),
    "exists": (71006, "回调地址已经存在", None),
    "absent": (71007, "回调地址已不存在", None),
}


class ExceedMaxReceiverSize(Failure):
    """400 `exceedMaxReceiverSize`: more people than an event may have (decision 3)."""

    code = "exceedMaxReceiverSize"
    message = "日程人数超过上限"


class AttendeesParameter(InvalidParameter):
    """400 with a dotted code, as ListAttendees alone has them: `invalidParameter.` and what is wrong."""

    def __init__(self, detail: str, message: str, *, description: str) -> None:
        super().__init__(message, description=description)
        self.code = f"{InvalidParameter.code}.{detail}"


class RoomParameter(Failure):
    """400 `param.error`; where the reference has `Error:%s`, *error* is what follows it, such as `lack roomName`."""

    code = "param.error"
    message = "Param Error"

    def __init__(self, error: str | None = None, *, description: str) -> None:
        super().__init__(f"Error:{error}" if error else None, description=description)


class RoomNameUnsafe(Failure):
    """400 `room.name.unsafe`: a name with characters that do not show, or turn the text around them."""

    code = "room.name.unsafe"
    message = "Room Name Unsafe"


class RoomNotFound(Failure):
    """400 `room.not.found`, also of a room that the person may not see."""

    code = "room.not.found"
    message = "Room Not Found"


class RoomExists(Failure):
    """400 `room.exist`: the name is another room's. The reference spells it so."""

    code = "room.exist"
    message = "Room Exsit"


class UserNotAdmin(Failure):
    """400 `user.not.admin`: only administrators change rooms."""

    code = "user.not.admin"
    message = "User Not Admin"


class UserNotEmployee(Failure):
    """400 `user.not.employee`: only members of the organisation look at rooms."""

    code = "user.not.employee"
    message = "User Not Employee"


class UserNotInOrg(Failure):
    """400 `user.not.org`: who is to be put on the blacklist is nobody here."""

    code = "user.not.org"
    message = "User Not In Org"


class UserOverLimit(Failure):
    """400 `user.over.limit`: more people in one call than it takes off the blacklist."""

    code = "user.over.limit"
    message = "User Over Limit"


class GroupNotFound(Failure):
    """400 `group.not.found`; of a parent the message is `Parent Group Not Found`."""

    code = "group.not.found"
    message = "Group Not Found"


class GroupTooMuch(Failure):
    """400 `group.too.much`: as many groups as an organisation may have."""

    code = "group.too.much"
    message = "Group Too Much"


class DepthOverLimit(Failure):
    """400 `depth.over.limit`: the group would be too deep below the top."""

    code = "depth.over.limit"
    message = "Group Depth Over Limit"


class Missingbody(Failure):
    """400 `Missingbody`: no body, where the operation has no text of its own (decision 5)."""

    code = "Missingbody"
    message = "body is mandatory for this action."


class RequestTooLarge(InvalidParameter):
    """413: the body is longer than *limit* bytes."""

    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(description=f"body: it is longer than {limit} bytes")
        self.headers = {"connection": "close"}


class UnknownPath(Failure):
    """404: no operation has this path (decision 17)."""

    status = 404
    code = "InvalidAction.NotFound"
    message = "请求的URI地址不存在"

    def __init__(self) -> None:
        super().__init__(description="No operation has this path; /openapi.json lists those there are.")


class WrongMethod(Failure):
    """405: the path is known, the method is not one of *allowed* (decision 17)."""

    status = 405
    code = "InvalidAction.NotFound"
    message = "请求的方法不支持"

    def __init__(self, allowed: list[str]) -> None:
        super().__init__(description="This path answers to " + ", ".join(allowed))
        self.headers = {"allow": ", ".join(allowed)}


class Unavailable(Failure):
    """503 `system.busy`: the database cannot be reached, is full, or stays locked. Asking again may help."""

    status = 503
    code = "system.busy"
    message = "系统错误"
