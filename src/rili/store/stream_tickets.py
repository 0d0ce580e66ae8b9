"""Tickets of stream push, as hashes only (decision 25)."""

from __future__ import annotations

from msgspec import Struct

from rili.store.db import Tx


class Ticket(Struct, frozen=True):
    """What one is good for. *events*: whether the client asked for them."""

    app_key: str
    events: bool
    expires_ms: int


def put(tx: Tx, ticket_hash: str, ticket: Ticket) -> None:
    tx.queue(
        """
        INSERT INTO stream_tickets (ticket_hash, app_key, events, expires_ms)
        VALUES (:ticket_hash, :app_key, :events, :expires_ms)
        """,
        ticket_hash=ticket_hash,
        app_key=ticket.app_key,
        events=int(ticket.events),
        expires_ms=ticket.expires_ms,
    )


def take(tx: Tx, ticket_hash: str) -> Ticket | None:
    """The ticket, which is gone from here on: of two that take it at once, one gets it. Expired ones too."""
    row = tx.one(
        """
        DELETE FROM stream_tickets WHERE ticket_hash = :ticket_hash RETURNING app_key, events, expires_ms
        """,
        ticket_hash=ticket_hash,
    )
    return Ticket(row[0], bool(row[1]), row[2]) if row else None


def remove_of_app(tx: Tx, app_key: str) -> None:
    tx.run("DELETE FROM stream_tickets WHERE app_key = :app_key", app_key=app_key)


def remove_expired(tx: Tx, now_ms: int) -> int:
    """Delete some of what expired. How many. One transaction at a time: two would wait for each other's rows."""
    if not tx.claim("stream_tickets.remove_expired"):
        return 0
    return tx.run(
        """
        DELETE FROM stream_tickets
         WHERE ticket_hash IN (
            SELECT ticket_hash FROM stream_tickets WHERE expires_ms <= :now_ms ORDER BY expires_ms LIMIT 100
         )
        """,
        now_ms=now_ms,
    )
