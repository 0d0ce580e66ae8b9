"""Failures that a caller may read. `api/http.py` alone turns them into answers.

Status and code sit on the class; every code is one that the reference documents. *description* says
which field and which rule, and what to do (decision 17).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


class CursorTooOld(InvalidParameter):
    """410 `invalidParameter`: some of what follows a place in the change feed is no longer kept (decision 101)."""

    status = 410

    def __init__(self) -> None:
        super().__init__(
            description="cursor: some of what came after it is no longer kept; begin again with cursor=oldest, or read "
            "the calendars anew and go on from cursor=latest"
        )


class Stale(Exception):
    """A row moved on between reading and writing it: the transaction runs again."""


class TooManyNotificationStreams(Failure):
    """429: the person has that many streams of notifications open."""

    status = 429
    code = "flowLimit"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"{limit} streams are open",
            description=f"userId: this person has {limit} streams open; close one",
        )


class UpgradeRequired(Failure):
    """426: what is spoken here is WebSocket (RFC 9110, 15.5.22)."""

    status = 426

    def __init__(self) -> None:
        super().__init__(
            description="This is where streams are connected, by WebSocket (RFC 6455); POST"
            " /v1.0/gateway/connections/open gives the ticket that it takes."
        )
        self.headers = {"upgrade": "websocket", "sec-websocket-version": "13", "connection": "upgrade"}


class TooManyStreams(Failure):
    """503 `system.busy`: as many connections are open as may be."""

    status = 503
    code = "system.busy"
    message = "系统错误"


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
