"""Apps, found by their key before the organisation is known."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

from rili.model.app_kinds import AppKind
from rili.model.directory import App
from rili.store.db import Row, Tx


class AppCredentials(Struct, frozen=True, kw_only=True):
    """What signing in compares and derives from (decision 25)."""

    corp_id: str
    kind: AppKind
    secret_hash: str
    token_nonce: str | None
    token_expires_ms: int | None


def add(tx: Tx, app: App, secret_hash: str) -> None:
    tx.run(
        """
        INSERT INTO apps (app_key, corp_id, agent_id, kind, name, secret_hash, scopes, created_ms, redirects, networks)
        VALUES (:app_key, :corp_id, :agent_id, :kind, :name, :secret_hash, :scopes, :created_ms, :redirects, :networks)
        """,
        app_key=app.app_key,
        corp_id=app.corp_id,
        agent_id=app.agent_id,
        kind=app.kind,
        name=app.name,
        secret_hash=secret_hash,
        scopes=joined_scopes(app.scopes),
        created_ms=app.created_ms,
        redirects=" ".join(app.redirects),
        networks=" ".join(app.networks),
    )


def get(tx: Tx, app_key: str) -> App | None:
    row = tx.one(
        """
        SELECT app_key, corp_id, agent_id, kind, name, scopes, created_ms, redirects, networks
          FROM apps WHERE app_key = :app_key
        """,
        app_key=app_key,
    )
    return _app(row) if row else None


def list_all(tx: Tx, corp_id: str) -> list[App]:
    """The organisation's apps, the oldest first."""
    rows = tx.all(
        """
        SELECT app_key, corp_id, agent_id, kind, name, scopes, created_ms, redirects, networks
          FROM apps
         WHERE corp_id = :corp_id
         ORDER BY created_ms, app_key
        """,
        corp_id=corp_id,
    )
    return [_app(row) for row in rows]


def replace(tx: Tx, app: App) -> None:
    """Write name, agent id, permission points, redirect addresses and networks."""
    tx.run(
        """
        UPDATE apps SET name = :name, agent_id = :agent_id, scopes = :scopes, redirects = :redirects,
                        networks = :networks
         WHERE app_key = :app_key
        """,
        app_key=app.app_key,
        name=app.name,
        agent_id=app.agent_id,
        scopes=joined_scopes(app.scopes),
        redirects=" ".join(app.redirects),
        networks=" ".join(app.networks),
    )


def replace_secret(tx: Tx, app_key: str, secret_hash: str) -> None:
    """The next token starts from the new secret."""
    tx.run(
        """
        UPDATE apps SET secret_hash = :secret_hash, token_nonce = NULL, token_expires_ms = NULL
         WHERE app_key = :app_key
        """,
        app_key=app_key,
        secret_hash=secret_hash,
    )


def remove(tx: Tx, app_key: str) -> None:
    tx.run("DELETE FROM apps WHERE app_key = :app_key", app_key=app_key)


def secret_hash(tx: Tx, app_key: str) -> str | None:
    """The SHA-256 of the app's secret, in hexadecimal; None where there is no such app."""
    row = tx.one("SELECT secret_hash FROM apps WHERE app_key = :app_key", app_key=app_key)
    return row[0] if row else None


def lock(tx: Tx, app_key: str) -> None:
    """Hold the app: nobody signs in to it meanwhile."""
    tx.lock("SELECT 1 FROM apps WHERE app_key = :app_key", app_key=app_key)


def lock_credentials(tx: Tx, app_key: str) -> AppCredentials | None:
    """The app's credentials, held: two that sign in at once must agree on one token."""
    lock(tx, app_key)
    row = tx.one(
        """
        SELECT corp_id, kind, secret_hash, token_nonce, token_expires_ms FROM apps WHERE app_key = :app_key
        """,
        app_key=app_key,
    )
    if row is None:
        return None
    return AppCredentials(
        corp_id=row[0], kind=row[1], secret_hash=row[2], token_nonce=row[3], token_expires_ms=row[4]
    )


def extend_token(tx: Tx, app_key: str, *, token_nonce: str, token_expires_ms: int) -> None:
    tx.queue(
        """
        UPDATE apps SET token_nonce = :token_nonce, token_expires_ms = :token_expires_ms
         WHERE app_key = :app_key
        """,
        app_key=app_key,
        token_nonce=token_nonce,
        token_expires_ms=token_expires_ms,
    )


@lru_cache(maxsize=1024)
def split_scopes(scopes: str) -> frozenset[str]:
    """The permission points of a stored `scopes` column."""
    return frozenset(scopes.split())


def joined_scopes(scopes: frozenset[str]) -> str:
    """Names in one text, as `split_scopes` reads them."""
    return " ".join(sorted(scopes))


def _app(row: Row) -> App:
    return App(
        app_key=row[0],
        corp_id=row[1],
        agent_id=row[2],
        kind=row[3],
        name=row[4],
        scopes=split_scopes(row[5]),
        created_ms=row[6],
        redirects=tuple(row[7].split()),
        networks=tuple(row[8].split()),
    )
