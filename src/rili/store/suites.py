"""What enterprise apps have besides: suiteSecret and suite tickets, encrypted (decision 25)."""

from __future__ import annotations

from msgspec import Struct

from rili.store.db import Tx


class Suite(Struct, frozen=True, kw_only=True):
    """secret, ticket and former_ticket are as `auth/sealing.py` encrypts them. fixed: the ticket is not renewed."""

    app_key: str
    secret: str
    ticket: str
    former_ticket: str | None = None
    fixed: bool = False
    ticket_ms: int
    told_ms: int
    """When the ticket was last told without being asked for."""


def put(tx: Tx, suite: Suite) -> None:
    """Write it, over the one that the app has."""
    tx.run(
        """
        INSERT INTO suites (app_key, secret, ticket, former_ticket, fixed, ticket_ms, told_ms)
        VALUES (:app_key, :secret, :ticket, :former_ticket, :fixed, :ticket_ms, :told_ms)
        ON CONFLICT (app_key) DO UPDATE
           SET secret = excluded.secret, ticket = excluded.ticket, former_ticket = excluded.former_ticket,
               fixed = excluded.fixed, ticket_ms = excluded.ticket_ms, told_ms = excluded.told_ms
        """,
        app_key=suite.app_key,
        secret=suite.secret,
        ticket=suite.ticket,
        former_ticket=suite.former_ticket,
        fixed=int(suite.fixed),
        ticket_ms=suite.ticket_ms,
        told_ms=suite.told_ms,
    )


def get(tx: Tx, app_key: str) -> Suite | None:
    row = tx.one(
        """
        SELECT app_key, secret, ticket, former_ticket, fixed, ticket_ms, told_ms
          FROM suites WHERE app_key = :app_key
        """,
        app_key=app_key,
    )
    if row is None:
        return None
    return Suite(
        app_key=row[0],
        secret=row[1],
        ticket=row[2],
        former_ticket=row[3],
        fixed=bool(row[4]),
        ticket_ms=row[5],
        told_ms=row[6],
    )


def due(tx: Tx, *, before_ms: int, limit: int) -> list[str]:
    """The apps whose tickets are from *before_ms* or older; of those that stay, which were told as long ago."""
    rows = tx.all(
        """
        SELECT app_key FROM suites
         WHERE (fixed = 0 AND ticket_ms <= :before_ms) OR (fixed = 1 AND told_ms <= :before_ms)
         ORDER BY app_key LIMIT :limit
        """,
        before_ms=before_ms,
        limit=limit,
    )
    return [app_key for (app_key,) in rows]


def some(tx: Tx) -> Suite | None:
    """Any one, if there is any: what a key can be tried on."""
    row = tx.one("SELECT app_key FROM suites ORDER BY app_key LIMIT 1")
    return get(tx, row[0]) if row else None


def remove(tx: Tx, app_key: str) -> None:
    tx.run("DELETE FROM suites WHERE app_key = :app_key", app_key=app_key)
