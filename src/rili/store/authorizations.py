"""Which enterprise app may act in which organisation."""

from __future__ import annotations

from msgspec import Struct

from rili.model.directory import Authorization
from rili.store.apps import joined_scopes, split_scopes
from rili.store.db import Row, Tx


class TokenSource(Struct, frozen=True):
    """What the app's token in the organisation is derived from (decision 25), as `apps` has it for an internal app."""

    token_nonce: str | None
    token_expires_ms: int | None


def put(tx: Tx, one: Authorization) -> None:
    """Write it; over one that is there, what the app may do."""
    tx.run(
        """
        INSERT INTO authorizations (corp_id, app_key, scopes, created_ms)
        VALUES (:corp_id, :app_key, :scopes, :created_ms)
        ON CONFLICT (corp_id, app_key) DO UPDATE SET scopes = excluded.scopes
        """,
        corp_id=one.corp_id,
        app_key=one.app_key,
        scopes=joined_scopes(one.scopes),
        created_ms=one.created_ms,
    )


def get(tx: Tx, corp_id: str, app_key: str) -> Authorization | None:
    row = tx.one(
        """
        SELECT corp_id, app_key, scopes, created_ms FROM authorizations
         WHERE corp_id = :corp_id AND app_key = :app_key
        """,
        corp_id=corp_id,
        app_key=app_key,
    )
    return _authorization(row) if row else None


def of_app(tx: Tx, app_key: str, *, at_most: int = 2**31) -> list[Authorization]:
    """Where the app may act, by corp_id."""
    rows = tx.all(
        """
        SELECT corp_id, app_key, scopes, created_ms FROM authorizations
         WHERE app_key = :app_key ORDER BY corp_id LIMIT :at_most
        """,
        app_key=app_key,
        at_most=at_most,
    )
    return [_authorization(row) for row in rows]


def of_organisation(tx: Tx, corp_id: str) -> list[Authorization]:
    """Which apps may act there, by app_key."""
    rows = tx.all(
        """
        SELECT corp_id, app_key, scopes, created_ms FROM authorizations
         WHERE corp_id = :corp_id ORDER BY app_key
        """,
        corp_id=corp_id,
    )
    return [_authorization(row) for row in rows]


def remove(tx: Tx, corp_id: str, app_key: str) -> bool:
    """Whether there was one."""
    return bool(
        tx.run(
            "DELETE FROM authorizations WHERE corp_id = :corp_id AND app_key = :app_key",
            corp_id=corp_id,
            app_key=app_key,
        )
    )


def token_source(tx: Tx, corp_id: str, app_key: str) -> TokenSource | None:
    """None: the app may not act there."""
    row = tx.one(
        """
        SELECT token_nonce, token_expires_ms FROM authorizations
         WHERE corp_id = :corp_id AND app_key = :app_key
        """,
        corp_id=corp_id,
        app_key=app_key,
    )
    return TokenSource(row[0], row[1]) if row else None


def extend_token(tx: Tx, corp_id: str, app_key: str, *, token_nonce: str, token_expires_ms: int) -> None:
    tx.queue(
        """
        UPDATE authorizations SET token_nonce = :token_nonce, token_expires_ms = :token_expires_ms
         WHERE corp_id = :corp_id AND app_key = :app_key
        """,
        corp_id=corp_id,
        app_key=app_key,
        token_nonce=token_nonce,
        token_expires_ms=token_expires_ms,
    )


def forget_tokens(tx: Tx, app_key: str) -> None:
    """The app's next token starts anew, everywhere."""
    tx.lock("SELECT 1 FROM authorizations WHERE app_key = :app_key ORDER BY corp_id", app_key=app_key)
    tx.run(
        "UPDATE authorizations SET token_nonce = NULL, token_expires_ms = NULL WHERE app_key = :app_key",
        app_key=app_key,
    )


def _authorization(row: Row) -> Authorization:
    return Authorization(corp_id=row[0], app_key=row[1], scopes=split_scopes(row[2]), created_ms=row[3])
