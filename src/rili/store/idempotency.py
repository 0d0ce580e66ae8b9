"""Answers of requests that carried `x-client-token` (decision 18)."""

from __future__ import annotations

from msgspec import Struct

from rili.store.db import Tx

LIFE_MS = 86_400_000


class Remembered(Struct, frozen=True, gc=False):
    """What a request was answered, and the SHA-256 of what it had asked."""

    body_hash: str
    status: int
    etag: str | None
    answer: str


def recall(tx: Tx, corp_id: str, key: str, now_ms: int) -> Remembered | None:
    """What the request under *key* was answered less than a day ago."""
    row = tx.one(
        """
        SELECT body_hash, status, etag, answer FROM idempotency
         WHERE corp_id = :corp_id AND key = :key AND created_ms > :oldest_ms
        """,
        corp_id=corp_id,
        key=key,
        oldest_ms=now_ms - LIFE_MS,
    )
    return None if row is None else Remembered(*row)


def remember(tx: Tx, corp_id: str, key: str, what: Remembered, now_ms: int) -> None:
    """Keep *what* under *key*, and let go of a few that are older than a day."""
    _forget(tx, now_ms)
    tx.queue(
        """
        INSERT INTO idempotency (corp_id, key, body_hash, status, etag, answer, created_ms)
        VALUES (:corp_id, :key, :body_hash, :status, :etag, :answer, :now_ms)
            ON CONFLICT (corp_id, key)
            DO UPDATE SET body_hash = excluded.body_hash, status = excluded.status, etag = excluded.etag,
                          answer = excluded.answer, created_ms = excluded.created_ms
        """,
        corp_id=corp_id,
        key=key,
        body_hash=what.body_hash,
        status=what.status,
        etag=what.etag,
        answer=what.answer,
        now_ms=now_ms,
    )


def _forget(tx: Tx, now_ms: int) -> None:
    """One transaction at a time: the others would wait for it to end, to find the same rows gone."""
    if tx.claim("idempotency.forget"):
        tx.queue(
            """
            DELETE FROM idempotency WHERE (corp_id, key) IN
                   (SELECT corp_id, key FROM idempotency WHERE created_ms <= :oldest_ms
                     ORDER BY created_ms LIMIT 20)
            """,
            oldest_ms=now_ms - LIFE_MS,
        )
