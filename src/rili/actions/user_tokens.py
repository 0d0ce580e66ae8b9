"""A person lets an app act for them: consent, code, user token, refresh token."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from rili.actions.app_range import check_consent
from rili.actions.authorizations import is_home
from rili.actions.sign_in import TOKEN_SECONDS, check_secret
from rili.errors import InvalidParameter
from rili.errors.access import AuthCodeNotFound
from rili.model.directory import App, User
from rili.model.secrets import hash_secret
from rili.store import apps, grants, tokens, users
from rili.store.db import Tx
from rili.store.grants import Grant

CONSENT_SECONDS = 600
CODE_SECONDS = 300
REFRESH_SECONDS = 30 * 86_400


class UserTokens(Struct, frozen=True):
    """What a code or a refresh token was exchanged for. corp_id only where the person agreed to tell it."""

    access_token: str
    refresh_token: str
    corp_id: str | None


def find_person(tx: Tx, corp_id: str, name: str) -> tuple[User, str] | None:
    """Who is known by *name*, a userid, mobile number or mail address, with the hash of their password."""
    return users.with_password(tx, corp_id, name)


def begin_consent(
    tx: Tx, user: User, password_hash: str, app: App, *, with_corp: bool, new_secret: str, now_ms: int
) -> bool:
    """*user* has signed in; *new_secret* is what their browser decides with.

    False: *password_hash*, which was checked outside of the transaction, is theirs no more, or *app* does not act there
    any more. Raises UserOutOfRange.
    """
    app_key = app.app_key
    apps.lock(tx, app_key)  # as `withdraw` does
    users.lock(tx, user.corp_id, user.union_id)  # as in `_issue`
    known = users.with_password(tx, user.corp_id, user.userid)
    if known is None or known[1] != password_hash or not is_home(tx, app, user.corp_id):
        return False
    check_consent(tx, user, app_key)
    grants.remove_expired(tx, now_ms)
    grant = Grant(
        kind="consent",
        app_key=app_key,
        corp_id=user.corp_id,
        union_id=user.union_id,
        with_corp=with_corp,
        expires_ms=now_ms + CONSENT_SECONDS * 1000,
    )
    grants.put(tx, hash_secret(new_secret), grant)
    return True


def agree(tx: Tx, secret: str, app_key: str, *, with_corp: bool, new_code: str, now_ms: int) -> bool:
    """Make *new_code* valid once, for CODE_SECONDS. False: nobody is signed in with *secret*, or no longer."""
    apps.lock(tx, app_key)  # or a withdrawal at this moment would miss the code
    consent = grants.take(tx, hash_secret(secret), "consent", app_key)
    if consent is None or consent.expires_ms <= now_ms or consent.with_corp != with_corp:
        return False
    users.lock(tx, consent.corp_id, consent.union_id)  # as in `_issue`
    code = replace(consent, kind="code", expires_ms=now_ms + CODE_SECONDS * 1000)
    grants.put(tx, hash_secret(new_code), code)
    return True


def refuse(tx: Tx, secret: str, app_key: str) -> None:
    """Forget that somebody signed in with *secret*."""
    grants.take(tx, hash_secret(secret), "consent", app_key)


def redeem_code(
    tx: Tx, app_key: str, app_secret: str, code: str, *, new_access: str, new_refresh: str, now_ms: int
) -> UserTokens:
    """Raises InvalidClientIdOrSecret, AuthCodeNotFound."""
    check_secret(tx, app_key, app_secret)
    found = grants.take(tx, hash_secret(code), "code", app_key)
    if found is None or found.expires_ms <= now_ms:
        raise AuthCodeNotFound
    return _issue(tx, found, new_access, new_refresh, now_ms)


def refresh(
    tx: Tx, app_key: str, app_secret: str, token: str, *, new_access: str, new_refresh: str, now_ms: int
) -> UserTokens:
    """Exchange a refresh token for a new one and a new access token (decision 62).

    Raises InvalidClientIdOrSecret, InvalidParameter.
    """
    check_secret(tx, app_key, app_secret)
    found = grants.take(tx, hash_secret(token), "refresh", app_key)
    if found is None or found.expires_ms <= now_ms:
        raise InvalidParameter(description="refreshToken: it is unknown, was used, or is older than 30 days")
    return _issue(tx, found, new_access, new_refresh, now_ms)


def _issue(tx: Tx, found: Grant, new_access: str, new_refresh: str, now_ms: int) -> UserTokens:
    # Or another password, set at this moment, would miss what is new here.
    users.lock(tx, found.corp_id, found.union_id)
    tokens.put(
        tx,
        hash_secret(new_access),
        app_key=found.app_key,
        corp_id=found.corp_id,
        union_id=found.union_id,
        expires_ms=now_ms + TOKEN_SECONDS * 1000,
    )
    expires_ms = now_ms + REFRESH_SECONDS * 1000
    grants.put(tx, hash_secret(new_refresh), replace(found, kind="refresh", expires_ms=expires_ms))
    grants.remove_expired(tx, now_ms)
    tokens.remove_expired(tx, now_ms)
    return UserTokens(new_access, new_refresh, found.corp_id if found.with_corp else None)
