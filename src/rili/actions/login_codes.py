"""Codes by which an app learns who opened it inside the client, without a page (decision 74)."""

from __future__ import annotations

from rili.actions.app_range import check_user
from rili.actions.register import find_app
from rili.auth.callers import Caller
from rili.errors import InvalidParameter, UserNotFound
from rili.errors.access import AuthCodeNotFound
from rili.model.app_kinds import ENTERPRISE, INTERNAL
from rili.model.directory import User
from rili.model.secrets import hash_secret
from rili.store import authorizations, grants, users
from rili.store.db import Tx
from rili.store.grants import Grant

CODE_SECONDS = 300


def make(tx: Tx, corp_id: str, userid: str, app_key: str, *, new_code: str, now_ms: int) -> None:
    """Make *new_code* say, once and for CODE_SECONDS, that *userid* of the organisation opened the app.

    Raises ItemNotFound, UserNotFound, InvalidParameter.
    """
    app = find_app(tx, app_key)
    here = (app.kind == INTERNAL and app.corp_id == corp_id) or (
        app.kind == ENTERPRISE and authorizations.get(tx, corp_id, app_key) is not None
    )
    if not here:
        raise InvalidParameter(f"{app_key} does not act in {corp_id} with a token of its own")
    user = users.by_userid(tx, corp_id, userid)
    if user is None or not user.active:
        raise UserNotFound(description=f"{corp_id} has no user {userid}")
    grants.remove_expired(tx, now_ms)
    grant = Grant(
        kind="login",
        app_key=app_key,
        corp_id=corp_id,
        union_id=user.union_id,
        with_corp=False,
        expires_ms=now_ms + CODE_SECONDS * 1000,
    )
    grants.put(tx, hash_secret(new_code), grant)


def redeem(tx: Tx, by: Caller, code: str) -> User:
    """Who it was. Raises AuthCodeNotFound for a code that is unknown, spent, too old or of another organisation;
    UserOutOfRange.
    """
    found = grants.take(tx, hash_secret(code), "login", by.app_key)
    if found is None or found.expires_ms <= by.now_ms or found.corp_id != by.corp_id:
        raise AuthCodeNotFound
    user = users.by_union_id(tx, by.corp_id, found.union_id)
    if user is None:
        raise AuthCodeNotFound
    check_user(tx, by, user)
    return user
