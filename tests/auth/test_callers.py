from __future__ import annotations

import pytest

from rili.actions import register
from rili.actions.sign_in import sign_in
from rili.auth.callers import Caller, TokenCache, authenticate, require
from rili.errors.access import AccessTokenPermissionDenied, InvalidAuthentication, MissingToken
from rili.model import scopes
from rili.model.secrets import hash_secret
from rili.store import tokens
from rili.store.tokens import TokenOwner
from tests.people import NOW_MS, SharedDatabase, add_app, add_organisation

HOURS_2_MS = 7_200_000

HERE = "192.0.2.7"


@pytest.fixture
def signed_in(shared_database: SharedDatabase):
    def act(tx):
        app, secret = add_app(tx, add_organisation(tx), frozenset({scopes.EVENT_READ}))
        return app, sign_in(tx, app.app_key, secret, new_nonce="n", now_ms=NOW_MS)

    return shared_database.write(act)


def test_a_token_becomes_a_caller(shared_database: SharedDatabase, signed_in):
    app, token = signed_in

    caller = shared_database.run(
        authenticate(shared_database.db, token, NOW_MS + 5, TokenCache(), address=HERE)
    )

    assert caller == Caller(
        corp_id=app.corp_id,
        app_key=app.app_key,
        kind="internal",
        scopes=frozenset({scopes.EVENT_READ}),
        union_id=None,
        now_ms=NOW_MS + 5,
    )


@pytest.mark.parametrize(
    ("token", "later_ms", "failure", "code", "message"),
    [
        pytest.param(
            None,
            0,
            MissingToken,
            "AuthenticationFailed.MissingParameter",
            "缺少参数：x-acs-dingtalk-access-token",
            id="no token",
        ),
        pytest.param(
            "",
            0,
            MissingToken,
            "AuthenticationFailed.MissingParameter",
            "缺少参数：x-acs-dingtalk-access-token",
            id="empty",
        ),
        pytest.param(
            "0" * 32, 0, InvalidAuthentication, "InvalidAuthentication", "不合法的access_token", id="unknown"
        ),
        pytest.param(
            "ÿ\0",
            0,
            InvalidAuthentication,
            "InvalidAuthentication",
            "不合法的access_token",
            id="no token at all",
        ),
        pytest.param(
            "own",
            HOURS_2_MS,
            InvalidAuthentication,
            "InvalidAuthentication",
            "不合法的access_token",
            id="expired",
        ),
    ],
)
def test_a_token_is_refused(
    shared_database: SharedDatabase, signed_in, token, later_ms, failure, code, message
):
    token = signed_in[1] if token == "own" else token

    with pytest.raises(failure) as refused:
        shared_database.run(
            authenticate(shared_database.db, token, NOW_MS + later_ms, TokenCache(), address=HERE)
        )

    assert (refused.value.status, refused.value.code, refused.value.message) == (400, code, message)


def test_a_missing_permission_point_is_named(shared_database: SharedDatabase, signed_in):
    caller = shared_database.run(
        authenticate(shared_database.db, signed_in[1], NOW_MS, TokenCache(), address=HERE)
    )

    require(caller, scopes.EVENT_READ)
    with pytest.raises(AccessTokenPermissionDenied) as denied:
        require(caller, scopes.EVENT_WRITE)

    assert denied.value.status == 403
    assert denied.value.code == "Forbidden.AccessDenied.AccessTokenPermissionDenied"
    assert denied.value.message == "应用尚未开通所需的权限：[Calendar.Event.Write]"
    assert denied.value.required_scopes == ["Calendar.Event.Write"]


def test_a_removed_app_is_out_as_soon_as_the_database_allows(shared_database: SharedDatabase, signed_in):
    app, token = signed_in
    cache = TokenCache()
    db = shared_database.db
    shared_database.run(authenticate(db, token, NOW_MS, cache, address=HERE))

    shared_database.write(lambda tx: register.remove_app(tx, app.corp_id, app.app_key))

    with pytest.raises(InvalidAuthentication):
        shared_database.run(authenticate(db, token, NOW_MS + db.cache_ms, cache, address=HERE))


def test_a_token_that_was_extended_goes_on(shared_database: SharedDatabase, signed_in):
    """Also where the time of before is still remembered."""
    app, token = signed_in
    cache = TokenCache()
    db = shared_database.db
    last_ms = NOW_MS + HOURS_2_MS - 1
    shared_database.run(authenticate(db, token, last_ms, cache, address=HERE))

    shared_database.write(
        lambda tx: tokens.put(
            tx,
            hash_secret(token),
            app_key=app.app_key,
            corp_id=app.corp_id,
            expires_ms=last_ms + HOURS_2_MS,
        )
    )

    assert (
        shared_database.run(authenticate(db, token, last_ms + 1, cache, address=HERE)).app_key == app.app_key
    )


@pytest.mark.parametrize(
    ("later_ms", "cache_ms", "found"),
    [
        pytest.param(0, 100, True, id="at once"),
        pytest.param(99, 100, True, id="just within"),
        pytest.param(100, 100, False, id="too old"),
        pytest.param(-1, 100, False, id="the clock went back"),
        pytest.param(0, 0, False, id="no cache"),
    ],
)
def test_the_cache_forgets_in_time(later_ms, cache_ms, found):
    cache = TokenCache()
    owner = TokenOwner("corp", "app", "internal", frozenset(), None, NOW_MS + HOURS_2_MS, "")
    cache.put("hash", owner, NOW_MS)

    assert (cache.get("hash", NOW_MS + later_ms, cache_ms) == owner) is found


def test_the_cache_is_bounded():
    cache = TokenCache(size=2)
    owner = TokenOwner("corp", "app", "internal", frozenset(), None, NOW_MS + HOURS_2_MS, "")
    for name in ("a", "b", "a", "c"):
        cache.put(name, owner, NOW_MS)

    assert [name for name in "abc" if cache.get(name, NOW_MS, 100)] == ["a", "c"]
