"""What an app was not told, as it is listed to the app itself: by when it happened, over all its channels."""

from __future__ import annotations

from rili.store.db import Tx
from rili.store.deliveries import Delivery

_COLUMNS = (
    "corp_id, number, channel, receiver, subject, id, event_type, born_ms, body, attempts, error, failed_ms"
)


def born_between(
    tx: Tx, corp_id: str, app_key: str, *, from_ms: int = 0, to_ms: int, limit: int
) -> list[Delivery]:
    """What was given up of what happened from *from_ms* to *to_ms*, both included, the oldest first."""
    rows = tx.all(
        f"""
        SELECT {_COLUMNS} FROM deliveries
         WHERE corp_id = :corp_id AND receiver = :app_key AND failed_ms IS NOT NULL
           AND born_ms >= :from_ms AND born_ms <= :to_ms
         ORDER BY born_ms, number LIMIT :limit
        """,
        corp_id=corp_id,
        app_key=app_key,
        from_ms=from_ms,
        to_ms=to_ms,
        limit=limit,
    )
    return [Delivery(*row) for row in rows]


def mark_read(tx: Tx, corp_id: str, some: list[Delivery], *, now_ms: int) -> None:
    """Their app was told of them."""
    tx.run_many(
        "UPDATE deliveries SET read_ms = :now_ms WHERE corp_id = :corp_id AND number = :number",
        [{"corp_id": corp_id, "number": one.number, "now_ms": now_ms} for one in some],
    )


def forget_read(tx: Tx, corp_id: str, app_key: str) -> None:
    """Delete what the app was told of, unless it failed once more since."""
    tx.run(
        """
        DELETE FROM deliveries
         WHERE corp_id = :corp_id AND channel IN ('http', 'stream', 'sync_http') AND receiver = :app_key
           AND read_ms IS NOT NULL AND failed_ms <= read_ms
        """,
        corp_id=corp_id,
        app_key=app_key,
    )
