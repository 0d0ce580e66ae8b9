"""Access tokens, as hashes only (decision 25)."""

from __future__ import annotations

from msgspec import Struct

from rili.store.apps import split_scopes
from rili.store.db import Tx


class TokenOwner(Struct, frozen=True):
    """Whom a token stands for, and until when. union_id only for a user's token."""

    corp_id: str
    """'' for a token of the app itself, which acts in no organisation."""
    app_key: str
    kind: str
    scopes: frozenset[str]
    union_id: str | None
    expires_ms: int
    networks: str
    """From where the app may call, between them a space; from anywhere when it is empty."""
    ranged: bool = False
    """Whether the app sees and acts for less than everybody (`store/app_ranges.py`)."""


def owner(tx: Tx, token_hash: str) -> TokenOwner | None:
    """Expired ones too: the caller holds the clock. None for an enterprise app's where it is not authorised."""
    row = tx.one(
        """
        SELECT tokens.corp_id, tokens.app_key, apps.kind, apps.scopes, tokens.union_id, tokens.expires_ms,
               apps.networks, authorizations.scopes,
               EXISTS (SELECT 1 FROM app_ranges
                        WHERE app_ranges.corp_id = tokens.corp_id AND app_ranges.app_key = tokens.app_key)
          FROM tokens
          JOIN apps ON apps.app_key = tokens.app_key
          LEFT JOIN authorizations
            ON authorizations.corp_id = tokens.corp_id AND authorizations.app_key = tokens.app_key
         WHERE tokens.token_hash = :token_hash
           AND (apps.kind <> 'enterprise' OR tokens.corp_id = '' OR authorizations.app_key IS NOT NULL)
        """,
        token_hash=token_hash,
    )
    if row is None:
        return None
    scopes = split_scopes(row[3])
    if row[7] is not None:
        scopes &= split_scopes(row[7])
    return TokenOwner(row[0], row[1], row[2], scopes, row[4], row[5], row[6], bool(row[8]))


def put(
    tx: Tx, token_hash: str, *, app_key: str, corp_id: str, expires_ms: int, union_id: str | None = None
) -> None:
    """Store an app's token, or extend it; with *union_id*, a user's. *corp_id* as in TokenOwner."""
    tx.queue(
        """
        INSERT INTO tokens (token_hash, app_key, corp_id, union_id, expires_ms)
        VALUES (:token_hash, :app_key, :corp_id, :union_id, :expires_ms)
        ON CONFLICT (token_hash) DO UPDATE SET expires_ms = excluded.expires_ms
        """,
        token_hash=token_hash,
        app_key=app_key,
        corp_id=corp_id,
        union_id=union_id,
        expires_ms=expires_ms,
    )


def remove_of_app(tx: Tx, app_key: str) -> None:
    tx.run("DELETE FROM tokens WHERE app_key = :app_key", app_key=app_key)


def remove_of_app_in(tx: Tx, corp_id: str, app_key: str) -> None:
    tx.run(
        "DELETE FROM tokens WHERE app_key = :app_key AND corp_id = :corp_id", app_key=app_key, corp_id=corp_id
    )


def remove_of_user(tx: Tx, corp_id: str, union_id: str) -> None:
    tx.run(
        "DELETE FROM tokens WHERE corp_id = :corp_id AND union_id = :union_id",
        corp_id=corp_id,
        union_id=union_id,
    )


def remove_expired(tx: Tx, now_ms: int) -> None:
    """Delete some of what expired. One transaction at a time: two would wait for each other's rows."""
    if tx.claim("tokens.remove_expired"):
        tx.queue(
            """
            DELETE FROM tokens
             WHERE token_hash IN (
                SELECT token_hash FROM tokens WHERE expires_ms <= :now_ms ORDER BY expires_ms LIMIT 100
             )
            """,
            now_ms=now_ms,
        )
