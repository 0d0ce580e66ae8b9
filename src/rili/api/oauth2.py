"""Access tokens of apps, in both families."""

from __future__ import annotations

from msgspec import UNSET
from starlette.responses import Response

from rili.actions import user_tokens
from rili.actions.sign_in import TOKEN_SECONDS, sign_in
from rili.api.http import Request, json_answer, report
from rili.errors import InvalidParameter, LegacyFailure, Missingbody, Unavailable
from rili.errors.access import InvalidClient, InvalidClientIdOrSecret, UnsupportedGrantType
from rili.model import scopes
from rili.wire import topapi
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


async def get_access_token(request: Request) -> Response:
    """POST /v1.0/oauth2/accessToken"""
    if not (await request.body()).lstrip().startswith((b"{", b"[")):
        raise Missingbody  # A form here is no body: so the real gateway answers, unlike decision 5.
    body = await request.read(GetAccessToken)
    for name, value in (("appKey", body.app_key), ("appSecret", body.app_secret)):
        if not value:
            raise InvalidClientIdOrSecret(description=f"{name}: it is missing")
    token = await _sign_in(request, body.app_key, body.app_secret)
    return json_answer(AccessToken(TOKEN_SECONDS, token))


async def get_token(request: Request) -> Response:
    """POST /v1.0/oauth2/{corpId}/token"""
    body = await request.read(GetToken)
    if body.grant_type != "client_credentials":
        raise UnsupportedGrantType(description="grant_type must be client_credentials")
    for name, value in (("client_id", body.client_id), ("client_secret", body.client_secret)):
        if not value:
            raise InvalidClient(description=f"{name}: it is missing")
    try:
        token = await _sign_in(request, body.client_id, body.client_secret, request.path["corpId"])
    except InvalidClientIdOrSecret as wrong:
        raise InvalidClient(description=wrong.description) from None
    return json_answer(Token(token, TOKEN_SECONDS))


async def get_user_token(request: Request) -> Response:
    """POST /v1.0/oauth2/userAccessToken"""
    body = await request.read(GetUserToken)
    exchanges = {
        "authorization_code": ("code", body.code, user_tokens.redeem_code),
        "refresh_token": ("refreshToken", body.refresh_token, user_tokens.refresh),
    }
    if body.grant_type not in exchanges:
        raise InvalidParameter(description=f"grantType: expected {' or '.join(exchanges)}")
    field, given, exchange = exchanges[body.grant_type]
    for name, value in (("clientId", body.client_id), ("clientSecret", body.client_secret), (field, given)):
        if not value:
            raise InvalidParameter(description=f"{name}: it is missing")
    access, fresh = (request.service.new_bytes(16).hex() for _ in range(2))
    tokens = await request.service.db.write(
        lambda tx: exchange(
            tx,
            body.client_id,
            body.client_secret,
            given or "",
            new_access=access,
            new_refresh=fresh,
            now_ms=request.now_ms,
        )
    )
    return json_answer(
        UserToken(tokens.access_token, tokens.refresh_token, TOKEN_SECONDS, tokens.corp_id or UNSET)
    )


async def get_auth_rules(request: Request) -> Response:
    """GET /v1.0/oauth2/authRules/user"""
    caller = await request.caller()
    if caller.union_id is None:
        # decision 14
        raise InvalidParameter(description="x-acs-dingtalk-access-token: a user token is needed")
    return json_answer(AuthRules.of(caller.scopes, scopes.USER_MOBILE))


async def get_legacy_token(request: Request) -> Response:
    """GET /gettoken"""
    try:
        query = request.query
    except InvalidParameter:
        return _refused(LegacyFailure(40035, "参数错误"))
    app_key = query.get("appkey") or query.get("corpid") or ""
    if not app_key:
        return _refused(LegacyFailure(40035, "缺少参数 corpid or appkey"))
    try:
        token = await _sign_in(request, app_key, query.get("appsecret") or query.get("corpsecret") or "")
    except InvalidClientIdOrSecret:
        return _refused(LegacyFailure(40096, "不合法的appKey或appSecret"))
    except Unavailable as busy:
        report(request.scope, busy)
        return _refused(topapi.BUSY)
    return json_answer(LegacyToken(token, TOKEN_SECONDS))


async def _sign_in(request: Request, app_key: str, app_secret: str, corp_id: str | None = None) -> str:
    nonce = request.service.new_bytes(16).hex()
    now_ms = request.now_ms
    return await request.service.db.write(
        lambda tx: sign_in(tx, app_key, app_secret, corp_id=corp_id, new_nonce=nonce, now_ms=now_ms)
    )


def _refused(refusal: LegacyFailure) -> Response:
    """Calls outside /topapi name the cause in `errcode` itself, and carry no request_id."""
    return json_answer(topapi.failure(refusal, None))
