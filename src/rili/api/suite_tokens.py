"""Access tokens of vendors' apps, in both families, and the ticket that some need. Others: oauth2.py."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from rili.actions import suite_events, suite_tokens
from rili.actions.sign_in import TOKEN_SECONDS, sign_in_personal
from rili.api.http import Request, json_answer, report, storable
from rili.errors import InvalidParameter, LegacyFailure, RequestTooLarge, Unavailable
from rili.errors.access import (
    InvalidAuthInfo,
    InvalidClientIdOrSecret,
    InvalidSignature,
    InvalidSuiteKey,
    InvalidSuiteTicket,
)
from rili.wire import topapi
from rili.wire.oauth2 import AccessToken, LegacyToken
from rili.wire.suite_tokens import (
    GetCorpAccessToken,
    GetSuiteAccessToken,
    LegacySnsToken,
    RePushedSuiteTicket,
)

SKEW_MS = 60_000
"""How far the clock of who signs may be off."""


async def get_corp_access_token(request: Request) -> Response:
    """POST /v1.0/oauth2/corpAccessToken"""
    body = await request.read(GetCorpAccessToken)
    token, key, now_ms = _new_token(request), request.service.secret_key, request.now_ms
    await request.service.db.write(
        lambda tx: suite_tokens.corp_token(
            tx,
            body.suite_key,
            body.suite_secret,
            body.suite_ticket,
            body.auth_corp_id,
            key,
            new_token=token,
            now_ms=now_ms,
        )
    )
    return json_answer(AccessToken(TOKEN_SECONDS, token))


async def get_suite_access_token(request: Request) -> Response:
    """POST /v1.0/oauth2/suiteAccessToken"""
    body = await request.read(GetSuiteAccessToken)
    token, key, now_ms = _new_token(request), request.service.secret_key, request.now_ms
    try:
        await request.service.db.write(
            lambda tx: suite_tokens.suite_token(
                tx, body.suite_key, body.suite_secret, body.suite_ticket, key, new_token=token, now_ms=now_ms
            )
        )
    except InvalidClientIdOrSecret:  # which has another text on this page
        raise InvalidClientIdOrSecret("clientId或者clientSecret错误") from None
    return json_answer(AccessToken(TOKEN_SECONDS, token))


async def re_push_suite_ticket(request: Request) -> Response:
    """POST /v1.0/event/suiteTicket/rePush"""
    query, now_ms = request.query, request.now_ms
    number = query.get("suiteId", "")
    if not (number.isascii() and number.isdecimal() and len(number) <= 16):
        raise InvalidParameter(description="suiteId: expected the number of an enterprise app")
    suite_id, suite_secret = int(number), query.get("suiteSecret", "")
    await request.service.db.write(
        lambda tx: suite_events.tell_ticket_again(tx, suite_id, suite_secret, now_ms=now_ms)
    )
    return json_answer(RePushedSuiteTicket())


async def get_legacy_corp_token(request: Request) -> Response:
    """POST /service/get_corp_token"""
    try:
        token = await _signed_corp_token(request, request.query)
    except LegacyFailure as refusal:
        return _refused(refusal)
    except InvalidSuiteKey:
        return _refused(LegacyFailure(853003, "accessKey不合法"))
    except InvalidSignature:
        return _refused(LegacyFailure(853004, "签名不匹配"))
    except InvalidSuiteTicket:
        return _refused(LegacyFailure(40085, "不合法的suite_ticket"))
    except InvalidAuthInfo:
        return _refused(LegacyFailure(43007, "需要授权"))
    except RequestTooLarge:
        raise
    except InvalidParameter:
        return _refused(LegacyFailure(40035, "参数错误"))
    except Unavailable as busy:
        report(request.scope, busy)
        return _refused(topapi.BUSY)
    return json_answer(LegacyToken(token, TOKEN_SECONDS))


async def _signed_corp_token(request: Request, query: Mapping[str, str]) -> str:
    timestamp = query.get("timestamp", "")
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 15):
        raise LegacyFailure(853001, "timestamp格式错误：须为毫秒")
    if abs(int(timestamp) - request.now_ms) > SKEW_MS:
        raise LegacyFailure(853002, "timestamp与服务器时间相差超过1分钟")
    raw = await request.body()
    form = topapi.read_form(request.header("content-type"), raw)
    corp_id = (topapi.read_json(raw) if form is None else form).get("auth_corpid")
    if not isinstance(corp_id, str) or not corp_id or not storable(corp_id):
        raise LegacyFailure(40035, "缺少参数 auth_corpid")
    token, key, now_ms = _new_token(request), request.service.secret_key, request.now_ms
    await request.service.db.write(
        lambda tx: suite_tokens.signed_corp_token(
            tx,
            query.get("accessKey", ""),
            timestamp,
            query.get("suiteTicket", ""),
            query.get("signature", "").replace(" ", "+"),  # a + that nobody encoded; Base64 has no space
            corp_id,
            key,
            new_token=token,
            now_ms=now_ms,
        )
    )
    return token


async def get_sns_token(request: Request) -> Response:
    """GET /sns/gettoken"""
    try:
        query = request.query
        app_id, app_secret = query.get("appid", ""), query.get("appsecret", "")
    except InvalidParameter:
        return _refused(LegacyFailure(40035, "参数错误"))
    if not app_id:
        return _refused(LegacyFailure(40035, "缺少参数 appid"))
    nonce, now_ms = _new_token(request), request.now_ms
    try:
        token = await request.service.db.write(
            lambda tx: sign_in_personal(tx, app_id, app_secret, new_nonce=nonce, now_ms=now_ms)
        )
    except InvalidClientIdOrSecret:
        return _refused(LegacyFailure(40001, "不合法的appid或appsecret"))
    except Unavailable as busy:
        report(request.scope, busy)
        return _refused(topapi.BUSY)
    return json_answer(LegacySnsToken(token))


def _new_token(request: Request) -> str:
    return request.service.new_bytes(16).hex()


def _refused(refusal: LegacyFailure) -> Response:
    return json_answer(topapi.failure(refusal, None))
