from __future__ import annotations

import asyncio
import re

import pytest

from rili.actions import register
from rili.actions.sign_in import issue_token, sign_in
from rili.errors import ItemNotFound
from rili.errors.access import InvalidClientIdOrSecret, UnauthorizedClient
from rili.model.secrets import hash_secret
from rili.store import tokens
from tests.people import NOW_MS, SharedDatabase, add_app, add_organisation

HOURS_2_MS = 7_200_000


@pytest.fixture
def app(shared_database: SharedDatabase):
    return shared_database.write(lambda tx: add_app(tx, add_organisation(tx)))


def expires(db: SharedDatabase, token: str) -> int:
    return db.read(lambda tx: tokens.owner(tx, hash_secret(token))).expires_ms


def test_asking_again_returns_the_same_token_and_extends_it(shared_database: SharedDatabase, app):
    key, secret = app[0].app_key, app[1]

    def ask(nonce, now_ms):
        return shared_database.write(lambda tx: sign_in(tx, key, secret, new_nonce=nonce, now_ms=now_ms))

    first = ask("n1", NOW_MS)
    again = ask("n2", NOW_MS + HOURS_2_MS - 1)

    assert re.fullmatch("[0-9a-f]{32}", first)
    assert again == first
    assert expires(shared_database, first) == NOW_MS + HOURS_2_MS - 1 + HOURS_2_MS

    # Of other tests' tokens, which expired too: a sweep takes some at a time.
    shared_database.write(
        lambda tx: tx.run("DELETE FROM tokens WHERE corp_id <> :corp_id", corp_id=app[0].corp_id)
    )
    late = NOW_MS + 2 * HOURS_2_MS - 1
    after_expiry = ask("n3", late)

    assert after_expiry != first
    assert expires(shared_database, after_expiry) == late + HOURS_2_MS
    assert shared_database.read(lambda tx: tokens.owner(tx, hash_secret(first))) is None, "swept on the way"


def test_two_at_once_agree_on_one_token(shared_database: SharedDatabase, app):
    async def ask(nonce):
        return await shared_database.db.write(
            lambda tx: sign_in(tx, app[0].app_key, app[1], new_nonce=nonce, now_ms=NOW_MS)
        )

    async def all_at_once():
        return await asyncio.gather(*(ask(f"nonce {number}") for number in range(8)))

    assert len(set(shared_database.run(all_at_once()))) == 1


def test_nothing_readable_is_stored(shared_database: SharedDatabase, app):
    """decision 25"""
    key, secret = app[0].app_key, app[1]

    token = shared_database.write(lambda tx: sign_in(tx, key, secret, new_nonce="n", now_ms=NOW_MS))

    rows = shared_database.read(
        lambda tx: [
            tx.one("SELECT * FROM apps WHERE app_key = :key", key=key),
            *tx.all("SELECT * FROM tokens WHERE app_key = :key", key=key),
        ]
    )
    assert len(rows) == 2
    assert token not in str(rows)
    assert secret not in str(rows)


@pytest.mark.parametrize(
    ("key", "secret"),
    [
        pytest.param(None, "wrong", id="wrong secret"),
        pytest.param(None, "", id="no secret"),
        pytest.param("dingnobody", None, id="unknown key"),
        pytest.param("", None, id="no key"),
        pytest.param("ding\0", None, id="NUL in the key"),
        pytest.param(None, "\ud800", id="lone surrogate in the secret"),
    ],
)
def test_a_wrong_pair_is_refused(shared_database: SharedDatabase, app, key, secret):
    key = app[0].app_key if key is None else key
    secret = app[1] if secret is None else secret

    with pytest.raises(InvalidClientIdOrSecret):
        shared_database.write(lambda tx: sign_in(tx, key, secret, new_nonce="n", now_ms=NOW_MS))


def test_another_organisation_is_refused(shared_database: SharedDatabase, app):
    def ask(corp_id):
        return shared_database.write(
            lambda tx: sign_in(tx, app[0].app_key, app[1], corp_id=corp_id, new_nonce="n", now_ms=NOW_MS)
        )

    with pytest.raises(UnauthorizedClient):
        ask("ding0")
    assert ask(app[0].corp_id)


def test_an_issued_token_stands_beside_the_apps_own(shared_database: SharedDatabase, app):
    key, secret = app[0].app_key, app[1]
    own = shared_database.write(lambda tx: sign_in(tx, key, secret, new_nonce="n", now_ms=NOW_MS))

    shared_database.write(lambda tx: issue_token(tx, key, new_token=own[::-1], now_ms=NOW_MS))

    assert expires(shared_database, own) == expires(shared_database, own[::-1]) == NOW_MS + HOURS_2_MS
    with pytest.raises(ItemNotFound, match="No app dingnobody"):
        shared_database.write(lambda tx: issue_token(tx, "dingnobody", new_token="0", now_ms=NOW_MS))


def test_a_new_secret_ends_the_tokens_of_the_old(shared_database: SharedDatabase, app):
    key, secret = app[0].app_key, app[1]
    old = shared_database.write(lambda tx: sign_in(tx, key, secret, new_nonce="n", now_ms=NOW_MS))

    shared_database.write(lambda tx: register.set_app(tx, app[0].corp_id, key, new_secret="new" * 20))

    assert shared_database.read(lambda tx: tokens.owner(tx, hash_secret(old))) is None
    with pytest.raises(InvalidClientIdOrSecret):
        shared_database.write(lambda tx: sign_in(tx, key, secret, new_nonce="n", now_ms=NOW_MS))
    assert shared_database.write(lambda tx: sign_in(tx, key, "new" * 20, new_nonce="n", now_ms=NOW_MS)) != old
