"""What SyncHTTP asks of the deliveries: which state of an object is the latest, and ids over all organisations."""

from __future__ import annotations

from rili.store.db import Row, Tx
from rili.store.deliveries import Delivery, Line

ORGANISATIONS = 2**20
"""Ids are unique among so many; above them is the number of the delivery, so that newer ones are greater. A client
in JavaScript can tell them apart until an organisation has made 2^33 deliveries."""


def has_failed(tx: Tx, corp_id: str, receiver: str) -> bool:
    """Whether anything was given up there."""
    row = tx.one(
        """
        SELECT 1 FROM deliveries
         WHERE corp_id = :corp_id AND channel = 'sync_http' AND receiver = :receiver AND failed_ms IS NOT NULL
         LIMIT 1
        """,
        corp_id=corp_id,
        receiver=receiver,
    )
    return row is not None


def failed_in(tx: Tx, line: Line) -> list[Delivery]:
    """What of the line was given up."""
    rows = tx.all(
        """
        SELECT corp_id, number, channel, receiver, subject, id, event_type, born_ms, body, attempts, error, failed_ms
          FROM deliveries
         WHERE corp_id = :corp_id AND channel = 'sync_http' AND receiver = :receiver AND subject = :subject
           AND failed_ms IS NOT NULL
         ORDER BY number
        """,
        corp_id=line.corp_id,
        receiver=line.receiver,
        subject=line.subject,
    )
    return [_delivery(row) for row in rows]


def organisation_number(tx: Tx, corp_id: str) -> int | None:
    """The small number of the organisation, which gets one now if it has none; None while others get theirs."""
    row = tx.one("SELECT number FROM sync_http_organisations WHERE corp_id = :corp_id", corp_id=corp_id)
    if row is None:
        if not tx.claim("numbers of sync_http_organisations"):
            return None
        row = tx.one(
            """
            INSERT INTO sync_http_organisations (corp_id, number)
            SELECT :corp_id, COALESCE(MAX(number), 0) + 1 FROM sync_http_organisations
            RETURNING number
            """,
            corp_id=corp_id,
        )
        assert row is not None
    return row[0]


def row_id(organisation: int, number: int) -> int:
    """The id of a row, of the organisation's number and the delivery's."""
    return number * ORGANISATIONS + organisation % ORGANISATIONS


def _delivery(row: Row) -> Delivery:
    return Delivery(*row)
