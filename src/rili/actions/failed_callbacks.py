"""What an app was not told, for the app itself to catch up with."""

from __future__ import annotations

from rili.store import failed_deliveries
from rili.store.db import Tx
from rili.store.deliveries import Delivery

MOST = 200
"""Source: DingTalk "obtain-the-event-list-of-failed-push-messages"."""


def read(tx: Tx, corp_id: str, app_key: str, *, now_ms: int) -> tuple[list[Delivery], bool]:
    """The oldest, and whether there are more. What the call before answered is gone (decision 96)."""
    failed_deliveries.forget_read(tx, corp_id, app_key)
    found = failed_deliveries.born_between(tx, corp_id, app_key, from_ms=0, to_ms=now_ms, limit=MOST + 1)
    failed_deliveries.mark_read(tx, corp_id, found[:MOST], now_ms=now_ms)
    return found[:MOST], len(found) > MOST


def between(tx: Tx, corp_id: str, app_key: str, *, from_ms: int, to_ms: int) -> tuple[list[Delivery], bool]:
    """The oldest of what happened from *from_ms* to *to_ms*, both included, and whether there are more."""
    found = failed_deliveries.born_between(tx, corp_id, app_key, from_ms=from_ms, to_ms=to_ms, limit=MOST + 1)
    return found[:MOST], len(found) > MOST
