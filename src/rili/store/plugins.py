"""What an organisation adds to its people's calendars, and for whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from rili.store.db import Tx

Kind = Literal["user", "department"]


class Plugin(Struct, frozen=True, gc=False):
    """One plugin; it is for the people with these unionIds, and for the departments with these numbers."""

    plugin_id: str
    name: str
    logo: str = ""
    classification: str = ""
    union_ids: tuple[str, ...] = ()
    dept_ids: tuple[str, ...] = ()


def list_all(tx: Tx, corp_id: str) -> list[Plugin]:
    """The oldest first."""
    subscribers: dict[tuple[str, Kind], list[str]] = {}
    for plugin_id, kind, subscriber in tx.all(
        "SELECT plugin_id, kind, subscriber FROM plugin_subscribers WHERE corp_id = :corp_id ORDER BY place",
        corp_id=corp_id,
    ):
        subscribers.setdefault((plugin_id, kind), []).append(subscriber)
    rows = tx.all(
        """
        SELECT plugin_id, name, logo, classification FROM plugins
         WHERE corp_id = :corp_id ORDER BY created_ms, plugin_id
        """,
        corp_id=corp_id,
    )
    return [
        Plugin(
            plugin_id,
            name,
            logo,
            classification,
            tuple(subscribers.get((plugin_id, "user"), ())),
            tuple(subscribers.get((plugin_id, "department"), ())),
        )
        for plugin_id, name, logo, classification in rows
    ]


def put(tx: Tx, corp_id: str, plugin: Plugin, now_ms: int) -> None:
    """Write the plugin, but not whom it is for."""
    tx.queue(
        """
        INSERT INTO plugins (corp_id, plugin_id, name, logo, classification, created_ms)
        VALUES (:corp_id, :plugin_id, :name, :logo, :classification, :now_ms)
            ON CONFLICT (corp_id, plugin_id)
            DO UPDATE SET name = excluded.name, logo = excluded.logo, classification = excluded.classification
        """,
        corp_id=corp_id,
        plugin_id=plugin.plugin_id,
        name=plugin.name,
        logo=plugin.logo,
        classification=plugin.classification,
        now_ms=now_ms,
    )


def replace_subscribers(tx: Tx, corp_id: str, plugin: Plugin) -> None:
    """Say whom the plugin is for."""
    tx.queue(
        "DELETE FROM plugin_subscribers WHERE corp_id = :corp_id AND plugin_id = :plugin_id",
        corp_id=corp_id,
        plugin_id=plugin.plugin_id,
    )
    for kind, subscribers in (("user", plugin.union_ids), ("department", plugin.dept_ids)):
        tx.run_many(
            """
            INSERT INTO plugin_subscribers (corp_id, plugin_id, kind, subscriber, place)
            VALUES (:corp_id, :plugin_id, :kind, :subscriber, :place)
            """,
            [
                {
                    "corp_id": corp_id,
                    "plugin_id": plugin.plugin_id,
                    "kind": kind,
                    "subscriber": subscriber,
                    "place": place,
                }
                for place, subscriber in enumerate(subscribers)
            ],
        )


def remove(tx: Tx, corp_id: str, plugin_id: str) -> None:
    for table in ("plugin_subscribers", "plugins"):
        tx.queue(
            f"DELETE FROM {table} WHERE corp_id = :corp_id AND plugin_id = :plugin_id",
            corp_id=corp_id,
            plugin_id=plugin_id,
        )


def forget(tx: Tx, corp_id: str, kind: Kind, subscribers: Iterable[str]) -> None:
    """Take people who left, or a department that is gone, off every plugin."""
    tx.run_many(
        """
        DELETE FROM plugin_subscribers
         WHERE corp_id = :corp_id AND kind = :kind AND subscriber = :subscriber
        """,
        [{"corp_id": corp_id, "kind": kind, "subscriber": one} for one in subscribers],
    )
