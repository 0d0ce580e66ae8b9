"""People by mail who are in no directory (decision 4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rili.model.directory import email_key
from rili.store.db import Tx
from rili.store.keys import as_keys


def find_or_add(
    tx: Tx, corp_id: str, emails: Iterable[str], now_ms: int, new_id: Callable[[], str]
) -> dict[str, str]:
    """The guest's id for each address, by its key (`directory.email_key`). Who is new keeps the spelling given here."""
    # Sorted: two transactions that add the same guests must wait for one another in one order.
    spelling = {email_key(email): email for email in sorted(emails, key=email_key)}
    known = by_keys(tx, corp_id, spelling)
    new = [key for key in spelling if key not in known]
    if not new:
        return known
    tx.run_many(
        """
        INSERT INTO guests (corp_id, id, email, email_key, created_ms)
        VALUES (:corp_id, :id, :email, :email_key, :created_ms)
        ON CONFLICT DO NOTHING
        """,
        [
            {
                "corp_id": corp_id,
                "id": new_id(),
                "email": spelling[key],
                "email_key": key,
                "created_ms": now_ms,
            }
            for key in new
        ],
    )
    return by_keys(tx, corp_id, spelling)


def emails(tx: Tx, corp_id: str, ids: Iterable[str]) -> dict[str, str]:
    """The addresses of those *ids* that are guests."""
    rows = tx.all(
        """
        SELECT id, email
          FROM guests
         WHERE (corp_id, id) IN (SELECT :corp_id, key FROM json_each(:ids))
        """,
        corp_id=corp_id,
        ids=as_keys(ids),
    )
    return dict(rows)


def by_keys(tx: Tx, corp_id: str, keys: Iterable[str]) -> dict[str, str]:
    """The ids of the guests that have these addresses, by their keys."""
    rows = tx.all(
        """
        SELECT email_key, id
          FROM guests
         WHERE (corp_id, email_key) IN (SELECT :corp_id, key FROM json_each(:keys))
        """,
        corp_id=corp_id,
        keys=as_keys(keys),
    )
    return dict(rows)
