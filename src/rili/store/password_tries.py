"""How many wrong passwords came in a row, by account and by address."""

from __future__ import annotations

from rili.store.db import Tx


def lock(tx: Tx, keys: list[str]) -> None:
    """Make a row of each of *keys*, in one order, and hold them."""
    for key in sorted(keys):
        tx.queue(
            """
            INSERT INTO password_tries (key, wrong, last_ms) VALUES (:key, 0, 0) ON CONFLICT (key) DO NOTHING
            """,
            key=key,
        )
        tx.lock("SELECT 1 FROM password_tries WHERE key = :key", key=key)


def get(tx: Tx, key: str) -> tuple[int, int]:
    """How many were wrong, and when the last one was."""
    row = tx.one("SELECT wrong, last_ms FROM password_tries WHERE key = :key", key=key)
    return (row[0], row[1]) if row else (0, 0)


def put(tx: Tx, key: str, wrong: int, last_ms: int) -> None:
    """Also where the row that was held has been deleted by whoever held it before."""
    tx.queue(
        """
        INSERT INTO password_tries (key, wrong, last_ms) VALUES (:key, :wrong, :last_ms)
        ON CONFLICT (key) DO UPDATE SET wrong = excluded.wrong, last_ms = excluded.last_ms
        """,
        key=key,
        wrong=wrong,
        last_ms=last_ms,
    )


def remove(tx: Tx, key: str) -> None:
    tx.run("DELETE FROM password_tries WHERE key = :key", key=key)


def remove_older(tx: Tx, before_ms: int) -> None:
    """Delete some of what is old. One transaction at a time: two would wait for each other's rows."""
    if tx.claim("password_tries.remove_older"):
        tx.queue(
            """
            DELETE FROM password_tries
             WHERE key IN (SELECT key FROM password_tries WHERE last_ms < :before_ms ORDER BY last_ms LIMIT 100)
            """,
            before_ms=before_ms,
        )
