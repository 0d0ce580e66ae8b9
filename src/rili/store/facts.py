"""What the database knows about itself, by name: `tzdata` is the release its instants were derived with."""

from __future__ import annotations

from rili.store.db import Tx


def get(tx: Tx, name: str) -> str | None:
    """The fact, or None."""
    row = tx.one("SELECT value FROM facts WHERE name = :name", name=name)
    return None if row is None else row[0]


def put(tx: Tx, name: str, value: str) -> None:
    """Remember a fact, over what was known before."""
    tx.queue(
        """
        INSERT INTO facts (name, value) VALUES (:name, :value)
            ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """,
        name=name,
        value=value,
    )
