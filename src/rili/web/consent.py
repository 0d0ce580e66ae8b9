"""A person signs in and lets an app act for them, or not: `/oauth2/auth`.

Two steps on one address. Signing in gives the browser a cookie for ten minutes; the form that decides carries a
proof made of it, so that no other site can decide. Every refusal before the redirect address is known to be the
app's is a page here: nobody is ever sent on to a foreign address (decision 63).
"""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

from msgspec import Struct
from starlette.responses import RedirectResponse, Response

from rili.actions import user_tokens
from rili.actions.authorizations import home_of, only_home, scopes_in
from rili.actions.register import find_app
from rili.api.http import Request
from rili.errors import InvalidParameter, ItemNotFound, UserOutOfRange
from rili.errors.access import TooManyTries
from rili.model import scopes
from rili.model.directory import App, Organisation
from rili.model.redirects import allows, origin, with_query
from rili.model.secrets import derive_token, hash_secret, matches
from rili.store.db import Tx
from rili.web.page import Language, language_of, page, read_form
from rili.web.who import who

COOKIE = "rili_consent"
SCOPES = {"openid": False, "openid corpid": True}
"""What may be asked for, and whether the organisation is told."""
STATE_CHARACTERS = 2048

_ASKED = {
    scopes.EVENT_READ: ("See your calendar", "查看您的日程"),
    scopes.EVENT_WRITE: ("Create, change and delete events in your calendar", "创建、修改和删除您的日程"),
    scopes.SCHEDULE_READ: ("See when people are busy", "查看忙闲信息"),
    scopes.ACL_READ: ("See with whom your calendar is shared", "查看您的日历共享给了谁"),
    scopes.ACL_WRITE: ("Share your calendar with colleagues, and end that", "将您的日历共享给同事或取消共享"),
    scopes.CALENDAR_READ: ("See how calendars that you publish are set up", "查看您发布的日历的设置"),
    scopes.CALENDAR_WRITE: (
        "Publish, change, delete and subscribe calendars for you",
        "代您发布、修改、删除和订阅日历",
    ),
    scopes.ROOM_READ: ("See the meeting rooms that you see", "查看您可见的会议室"),
    scopes.ROOM_WRITE: ("Set up meeting rooms, where you may", "在您的权限内管理会议室"),
    scopes.MEMBER: ("See the profiles of your colleagues", "查看同事的个人资料"),
    scopes.ADDRESS_SEARCH: ("Search for colleagues and departments", "搜索同事和部门"),
    scopes.USER_MOBILE: ("See your phone number", "查看您的手机号码"),
}


class _Asked(Struct, frozen=True):
    """What the address asks for, checked."""

    app: App
    organisation: Organisation | None
    """Whose people may agree; None where those of several may, and the person says whose they are."""
    redirect: str
    with_corp: bool
    state: str | None


async def show(request: Request) -> Response:
    """GET /oauth2/auth"""
    language = language_of(request)
    try:
        asked = await _asked(request)
    except InvalidParameter as refusal:
        return _refused(language, refusal)
    return _sign_in_page(request, language, asked)


async def decide(request: Request) -> Response:
    """POST /oauth2/auth: the form of either step."""
    language = language_of(request)
    # A browser says where a form came from; a page of another site may not sign anybody in here.
    if request.header("sec-fetch-site") not in (None, "same-origin", "none"):
        return _refused(language, InvalidParameter(description="the form came from another site"))
    form = await read_form(request)
    try:
        asked = await _asked(request)
    except InvalidParameter as refusal:
        return _refused(language, refusal)
    if "decision" not in form:
        return await _sign_in(request, asked, form)
    secret = _cookie(request)
    if secret is None or not matches(_proof(secret), hash_secret(form.get("proof", ""))):
        return _sign_in_page(request, language, asked, problem="expired", status=403)
    return await _decided(request, asked, secret, agreed=form["decision"] == "agree")


async def _sign_in(request: Request, asked: _Asked, form: dict[str, str]) -> Response:
    language, now_ms, db = language_of(request), request.now_ms, request.service.db
    name = (form.get("organisation") or "").strip()
    organisation = asked.organisation or await db.read(lambda tx: home_of(tx, asked.app, name))
    # One that there is not has its own count of tries, as one has that there is: no count tells them apart.
    corp_id = organisation.corp_id if organisation else f"no organisation {name}"
    try:
        found = await who(request, corp_id, form.get("account", ""), form.get("password", ""))
    except TooManyTries as wait:
        return _sign_in_page(
            request, language, asked, problem="wait", seconds=wait.seconds, status=429, headers=wait.headers
        )
    if found is None or organisation is None:
        return _sign_in_page(request, language, asked, problem="wrong", status=403)
    user, password_hash = found
    secret = request.service.new_bytes(32).hex()

    def enter(tx: Tx) -> frozenset[str] | None:
        if not user_tokens.begin_consent(
            tx, user, password_hash, asked.app, with_corp=asked.with_corp, new_secret=secret, now_ms=now_ms
        ):
            return None
        return scopes_in(tx, asked.app, organisation.corp_id)

    try:
        allowed = await db.write(enter)
    except UserOutOfRange:
        return _sign_in_page(request, language, asked, problem="outside", status=403)
    if allowed is None:  # another password was set, or the app was stopped, while this one was checked
        return _sign_in_page(request, language, asked, problem="wrong", status=403)
    return page(
        "consent.html",
        language_of(request, user.language),
        form_action=f"'self' {origin(asked.redirect)}",
        headers={"set-cookie": _set_cookie(request, secret, user_tokens.CONSENT_SECONDS)},
        asked=asked,
        organisation=organisation.name,
        user=user,
        points=[texts for point, texts in _ASKED.items() if point in allowed],
        proof=_proof(secret),
        action=_action(request),
        host=origin(asked.redirect),
    )


async def _decided(request: Request, asked: _Asked, secret: str, *, agreed: bool) -> Response:
    app_key, with_corp, now_ms, db = asked.app.app_key, asked.with_corp, request.now_ms, request.service.db
    if agreed:
        code = request.service.new_bytes(16).hex()
        done = await db.write(
            lambda tx: user_tokens.agree(
                tx, secret, app_key, with_corp=with_corp, new_code=code, now_ms=now_ms
            )
        )
        if not done:
            return _sign_in_page(request, language_of(request), asked, problem="expired", status=403)
        values = {"authCode": code, "code": code}
    else:
        await db.write(lambda tx: user_tokens.refuse(tx, secret, app_key))
        values = {"error": "access_denied"}
    if asked.state is not None:
        values["state"] = asked.state
    return RedirectResponse(
        with_query(asked.redirect, **values),
        302,
        {
            "set-cookie": _set_cookie(request, "", 0),
            "cache-control": "no-store",
            "referrer-policy": "no-referrer",
        },
    )


async def _asked(request: Request) -> _Asked:
    """What the query asks for. Raises InvalidParameter."""
    query = request.query
    client_id, redirect, state = query.get("client_id", ""), query.get("redirect_uri", ""), query.get("state")
    corp_id = query.get("corpId")

    def find(tx: Tx) -> tuple[App, Organisation | None]:
        app = find_app(tx, client_id)
        if corp_id is None:
            return app, only_home(tx, app)
        organisation = home_of(tx, app, corp_id)
        return app, organisation if organisation and organisation.corp_id == corp_id else None

    try:
        app, organisation = await request.service.db.read(find)
    except ItemNotFound:
        raise InvalidParameter(description="client_id: no app has it") from None
    if not any(allows(registered, redirect) for registered in app.redirects):
        raise InvalidParameter(
            description="redirect_uri: the app has not registered it (rili app set --redirect)"
        )
    if query.get("response_type") != "code":
        raise InvalidParameter(description="response_type: expected code")
    if query.get("scope") not in SCOPES:
        raise InvalidParameter(description="scope: expected openid or openid corpid")
    if query.get("prompt", "consent") != "consent":
        raise InvalidParameter(description="prompt: expected consent")
    if corp_id is not None and organisation is None:
        raise InvalidParameter(description="corpId: the app does not act in that organisation")
    if state is not None and len(state) > STATE_CHARACTERS:
        raise InvalidParameter(description=f"state: it is longer than {STATE_CHARACTERS} characters")
    return _Asked(app, organisation, redirect, SCOPES[query["scope"]], state)


def _sign_in_page(
    request: Request,
    language: Language,
    asked: _Asked,
    *,
    problem: str | None = None,
    seconds: int = 0,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    return page(
        "sign_in.html",
        language,
        status=status,
        headers=headers,
        asked=asked,
        problem=problem,
        seconds=seconds,
        action=_action(request),
        other=_action(request, lang="en" if language == "zh" else "zh"),
    )


def _refused(language: Language, refusal: InvalidParameter) -> Response:
    return page("refused.html", language, status=refusal.status, reason=refusal.description)


def _action(request: Request, **changed: str) -> str:
    """This address again."""
    return with_query("", **(request.query | changed))


def _proof(secret: str) -> str:
    return derive_token(secret, "decide")


def _cookie(request: Request) -> str | None:
    try:
        morsel = SimpleCookie(request.header("cookie") or "").get(COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel is not None and morsel.value else None


def _set_cookie(request: Request, secret: str, seconds: int) -> str:
    secure = "; Secure" if request.service.public_url.startswith("https:") else ""
    return f"{COOKIE}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
