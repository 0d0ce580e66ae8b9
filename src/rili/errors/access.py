"""Failures of who may call: tokens, secrets, permission points, limits."""

from __future__ import annotations

from collections.abc import Iterable

from rili.errors import Failure


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


class AuthFailed(Failure):
    """401 `authFailed`: a stream is opened with a key, secret or ticket that is not good."""

    status = 401
    code = "authFailed"
    message = "鉴权失败"
