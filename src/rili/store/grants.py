"""What people gave to apps: consents, codes and refresh tokens, as hashes only (decision 25)."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from rili.store.db import Tx

Kind = Literal["consent", "code", "refresh", "login"]


class Grant(Struct, frozen=True, kw_only=True):
    """A person's permission to an app. with_corp: the app is told the organisation too."""

    kind: Kind
    app_key: str
    corp_id: str
    union_id: str
    with_corp: bool
    expires_ms: int


def put(tx: Tx, secret_hash: str, grant: Grant) -> None:
    tx.run(
        """
        INSERT INTO grants (secret_hash, kind, app_key, corp_id, union_id, with_corp, expires_ms)
        VALUES (:secret_hash, :kind, :app_key, :corp_id, :union_id, :with_corp, :expires_ms)
        """,
        secret_hash=secret_hash,
        kind=grant.kind,
        app_key=grant.app_key,
        corp_id=grant.corp_id,
        union_id=grant.union_id,
        with_corp=int(grant.with_corp),
        expires_ms=grant.expires_ms,
    )


def take(tx: Tx, secret_hash: str, kind: Kind, app_key: str) -> Grant | None:
    """The grant, which is gone from here on: of two that take it at once, one gets it. Expired ones too."""
    row = tx.one(
        """
        DELETE FROM grants
         WHERE secret_hash = :secret_hash AND kind = :kind AND app_key = :app_key
        RETURNING kind, app_key, corp_id, union_id, with_corp, expires_ms
        """,
        secret_hash=secret_hash,
        kind=kind,
        app_key=app_key,
    )
    if row is None:
        return None
    return Grant(
        kind=row[0],
        app_key=row[1],
        corp_id=row[2],
        union_id=row[3],
        with_corp=bool(row[4]),
        expires_ms=row[5],
    )


def remove_of_app(tx: Tx, app_key: str) -> None:
    tx.run("DELETE FROM grants WHERE app_key = :app_key", app_key=app_key)


def remove_of_app_in(tx: Tx, corp_id: str, app_key: str) -> None:
    tx.run(
        "DELETE FROM grants WHERE app_key = :app_key AND corp_id = :corp_id", app_key=app_key, corp_id=corp_id
    )


def remove_of_user(tx: Tx, corp_id: str, union_id: str) -> None:
    tx.run(
        "DELETE FROM grants WHERE corp_id = :corp_id AND union_id = :union_id",
        corp_id=corp_id,
        union_id=union_id,
    )


def remove_expired(tx: Tx, now_ms: int) -> None:
    """Delete some of what expired. One transaction at a time: two would wait for each other's rows."""
    if tx.claim("grants.remove_expired"):
        tx.queue(
            """
            DELETE FROM grants
             WHERE secret_hash IN (
                SELECT secret_hash FROM grants WHERE expires_ms <= :now_ms ORDER BY expires_ms LIMIT 100
             )
            """,
            now_ms=now_ms,
        )
