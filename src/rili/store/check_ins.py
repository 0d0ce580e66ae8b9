"""Who signed in to an event, or out of it, and the links through which people do."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from rili.model.event import Event
from rili.model.series import Slot
from rili.store.db import Tx

Kind = Literal["in", "out"]

LINKS = 20
"""Of one event and kind that are good at a time."""


def put(tx: Tx, event: Event, slot: Slot | None, kind: Kind, person_id: str, now_ms: int) -> int:
    """Write that this person signed, unless they did before; answers when it was."""
    key = {
        "corp_id": event.corp_id,
        "event_id": event.id,
        "occurrence": slot.key if slot else "",
        "kind": kind,
        "person_id": person_id,
    }
    tx.queue(
        """
        INSERT INTO check_ins (corp_id, event_id, occurrence, kind, person_id, at_ms)
        VALUES (:corp_id, :event_id, :occurrence, :kind, :person_id, :now_ms)
        ON CONFLICT DO NOTHING
        """,
        **key,
        now_ms=now_ms,
    )
    row = tx.one(
        """
        SELECT at_ms FROM check_ins
         WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = :occurrence AND kind = :kind
           AND person_id = :person_id
        """,
        **key,
    )
    assert row is not None
    at_ms: int = row[0]
    return at_ms


def of_event(tx: Tx, event: Event, slot: Slot | None, kind: Kind) -> dict[str, int]:
    """When each person signed who did."""
    rows = tx.all(
        """
        SELECT person_id, at_ms FROM check_ins
         WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = :occurrence AND kind = :kind
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        occurrence=slot.key if slot else "",
        kind=kind,
    )
    return dict(rows)


class Link(Struct, frozen=True, gc=False):
    """What a link is good for."""

    corp_id: str
    event_id: str
    """Of the event, or of one occurrence."""
    kind: Kind


def add_link(tx: Tx, link: Link, code_hash: str, now_ms: int) -> None:
    """Keep *link*; of more than LINKS the oldest are no longer good."""
    tx.queue(
        """
        INSERT INTO check_in_links (code_hash, corp_id, named, kind, created_ms)
        VALUES (:code_hash, :corp_id, :named, :kind, :now_ms)
        """,
        code_hash=code_hash,
        corp_id=link.corp_id,
        named=link.event_id,
        kind=link.kind,
        now_ms=now_ms,
    )
    tx.queue(
        """
        DELETE FROM check_in_links
         WHERE code_hash IN (SELECT code_hash FROM check_in_links
                              WHERE corp_id = :corp_id AND named = :named AND kind = :kind
                              ORDER BY created_ms DESC, code_hash LIMIT 1000 OFFSET :links)
        """,
        corp_id=link.corp_id,
        named=link.event_id,
        kind=link.kind,
        links=LINKS,
    )


def link(tx: Tx, code_hash: str) -> Link | None:
    """What the link with this code is good for."""
    row = tx.one(
        "SELECT corp_id, named, kind FROM check_in_links WHERE code_hash = :code_hash", code_hash=code_hash
    )
    return None if row is None else Link(*row)
