"""Which app is told of what, and how: one row an app. That of an app that an administrator turned off has the channel
`off`, and is no settings.
"""

from __future__ import annotations

from msgspec import Struct

from rili.model.app_kinds import ENTERPRISE, AppKind
from rili.store.apps import split_scopes
from rili.store.db import Row, Tx
from rili.store.deliveries import Channel


class PushSettings(Struct, frozen=True, kw_only=True):
    """How an app is told. token and aes_key are as `auth/sealing.py` encrypts them."""

    app_key: str
    channel: Channel
    event_types: frozenset[str] = frozenset()
    """None of them is all."""
    url: str | None = None
    token: str | None = None
    aes_key: str | None = None
    legacy: bool = False
    """Registered by the old API: what it gets is encrypted for the organisation's id, not for the app's key."""
    created_ms: int


class Subscriber(Struct, frozen=True, kw_only=True):
    """An app as one organisation tells it."""

    app_key: str
    kind: AppKind
    scopes: frozenset[str]
    """What it may do there: of an enterprise app what both have (decision 72)."""
    ranged: bool
    """Whether it is told of less than everybody (decision 75)."""
    settings: PushSettings

    def wants(self, event_type: str) -> bool:
        """Whether it is told of such events."""
        return not self.settings.event_types or event_type in self.settings.event_types


def put(tx: Tx, one: PushSettings) -> None:
    """Write it, over what the app had."""
    tx.run(
        """
        INSERT INTO push_settings (app_key, channel, event_types, url, token, aes_key, legacy, created_ms)
        VALUES (:app_key, :channel, :event_types, :url, :token, :aes_key, :legacy, :created_ms)
        ON CONFLICT (app_key) DO UPDATE
           SET channel = excluded.channel, event_types = excluded.event_types, url = excluded.url,
               token = excluded.token, aes_key = excluded.aes_key, legacy = excluded.legacy
        """,
        app_key=one.app_key,
        channel=one.channel,
        event_types=" ".join(sorted(one.event_types)),
        url=one.url,
        token=one.token,
        aes_key=one.aes_key,
        legacy=int(one.legacy),
        created_ms=one.created_ms,
    )


def get(tx: Tx, app_key: str) -> PushSettings | None:
    row = tx.one(
        """
        SELECT app_key, channel, event_types, url, token, aes_key, legacy, created_ms
          FROM push_settings WHERE app_key = :app_key AND channel <> 'off'
        """,
        app_key=app_key,
    )
    return _settings(row) if row else None


def put_off(tx: Tx, app_key: str, *, now_ms: int) -> None:
    """Keep that an administrator wants the app told of nothing, over what it had."""
    tx.run(
        """
        INSERT INTO push_settings (app_key, channel, event_types, legacy, created_ms)
        VALUES (:app_key, 'off', '', 0, :now_ms)
        ON CONFLICT (app_key) DO UPDATE
           SET channel = 'off', event_types = '', url = NULL, token = NULL, aes_key = NULL, legacy = 0
        """,
        app_key=app_key,
        now_ms=now_ms,
    )


def is_off(tx: Tx, app_key: str) -> bool:
    """Whether an administrator wants it told of nothing; not so an app that nobody said anything about."""
    row = tx.one(
        "SELECT 1 FROM push_settings WHERE app_key = :app_key AND channel = 'off'",
        app_key=app_key,
    )
    return row is not None


def some_sealed(tx: Tx) -> PushSettings | None:
    """Any with a token, to try a key on."""
    row = tx.one(
        """
        SELECT app_key, channel, event_types, url, token, aes_key, legacy, created_ms
          FROM push_settings WHERE token IS NOT NULL LIMIT 1
        """
    )
    return _settings(row) if row else None


def remove(tx: Tx, app_key: str) -> None:
    """From here on nobody said anything about it."""
    tx.run("DELETE FROM push_settings WHERE app_key = :app_key", app_key=app_key)


def subscribers(tx: Tx, corp_id: str) -> list[Subscriber]:
    """The apps that are told of what happens in the organisation: its own, and those it authorised."""
    rows = tx.all(
        """
        SELECT push_settings.app_key, channel, event_types, url, token, aes_key, legacy, push_settings.created_ms,
               apps.kind, apps.scopes, authorizations.scopes,
               EXISTS (SELECT 1 FROM app_ranges WHERE app_ranges.corp_id = :corp_id
                                                  AND app_ranges.app_key = apps.app_key)
          FROM push_settings
          JOIN apps ON apps.app_key = push_settings.app_key
          LEFT JOIN authorizations
            ON authorizations.corp_id = :corp_id AND authorizations.app_key = apps.app_key
         WHERE channel <> 'off'
           AND ((apps.corp_id = :corp_id AND apps.kind <> :enterprise)
                OR (apps.kind = :enterprise AND authorizations.app_key IS NOT NULL))
         ORDER BY push_settings.app_key
        """,
        corp_id=corp_id,
        enterprise=ENTERPRISE,
    )
    return [
        Subscriber(
            app_key=row[0],
            kind=row[8],
            scopes=split_scopes(row[9])
            if row[8] != ENTERPRISE
            else split_scopes(row[9]) & split_scopes(row[10]),
            ranged=bool(row[11]),
            settings=_settings(row[:8]),
        )
        for row in rows
    ]


def hold_subscribers(tx: Tx, corp_id: str) -> list[Subscriber]:
    """Those apps, none of which is removed, and no authorisation withdrawn, until the transaction has ended: what it
    queues for them goes with them. Who becomes one meanwhile is left out.

    Locks are taken in the order authorizations, apps; of each by their keys.
    """
    before = {one.app_key for one in subscribers(tx, corp_id)}
    if not before:
        return []
    tx.lock(
        """
        SELECT 1 FROM authorizations
         WHERE corp_id = :corp_id AND app_key IN (SELECT app_key FROM push_settings)
         ORDER BY app_key
        """,
        corp_id=corp_id,
    )
    tx.lock(
        """
        SELECT 1 FROM apps
         WHERE corp_id = :corp_id AND kind <> :enterprise AND app_key IN (SELECT app_key FROM push_settings)
         ORDER BY app_key
        """,
        corp_id=corp_id,
        enterprise=ENTERPRISE,
    )
    return [one for one in subscribers(tx, corp_id) if one.app_key in before]


def _settings(row: Row) -> PushSettings:
    return PushSettings(
        app_key=row[0],
        channel=row[1],
        event_types=frozenset(row[2].split()),
        url=row[3],
        token=row[4],
        aes_key=row[5],
        legacy=bool(row[6]),
        created_ms=row[7],
    )
