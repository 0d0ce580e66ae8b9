"""What enterprise apps are to be told about themselves, until it is handed out: tickets, and who authorised them."""

from __future__ import annotations

from msgspec import Struct

from rili.store.db import Tx


class SuiteEvent(Struct, frozen=True, gc=False):
    """One. *corp_id*: the vendor's for a ticket, otherwise whose authorisation it is about."""

    corp_id: str
    app_key: str
    number: int
    event_type: str
    created_ms: int


def add(tx: Tx, corp_id: str, app_key: str, event_type: str, *, now_ms: int) -> None:
    """Queue one, behind those of the app in the organisation. Who calls holds the app (`apps.lock`)."""
    tx.queue(
        """
        INSERT INTO suite_events (corp_id, app_key, number, event_type, created_ms)
        SELECT :corp_id, :app_key, COALESCE(MAX(number), 0) + 1, :event_type, :now_ms
          FROM suite_events WHERE corp_id = :corp_id AND app_key = :app_key
        """,
        corp_id=corp_id,
        app_key=app_key,
        event_type=event_type,
        now_ms=now_ms,
    )


def waiting_in(tx: Tx) -> list[str]:
    """The organisations with some."""
    rows = tx.all(
        """
        SELECT corp_id FROM organisations
         WHERE EXISTS (SELECT 1 FROM suite_events WHERE suite_events.corp_id = organisations.corp_id)
        """
    )
    return [corp_id for (corp_id,) in rows]


def first(tx: Tx, corp_id: str, limit: int) -> list[SuiteEvent]:
    """The first ones of an organisation, those of each app in order."""
    rows = tx.all(
        """
        SELECT corp_id, app_key, number, event_type, created_ms FROM suite_events
         WHERE corp_id = :corp_id ORDER BY app_key, number LIMIT :limit
        """,
        corp_id=corp_id,
        limit=limit,
    )
    return [SuiteEvent(*row) for row in rows]


def remove(tx: Tx, one: SuiteEvent) -> None:
    """It was handed out."""
    tx.queue(
        "DELETE FROM suite_events WHERE corp_id = :corp_id AND app_key = :app_key AND number = :number",
        corp_id=one.corp_id,
        app_key=one.app_key,
        number=one.number,
    )


def remove_of_app(tx: Tx, app_key: str) -> None:
    tx.run("DELETE FROM suite_events WHERE app_key = :app_key", app_key=app_key)
