"""Links with which guests answer without signing in; what they hold is stored as a hash (decision 25)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from rili.model.event import Event
from rili.model.series import Slot
from rili.store.db import Tx
from rili.store.keys import as_keys

Kind = Literal["page", "mail"]
"""`page`: the code opens a page. `mail`: it is part of the address that an answer by mail is sent to."""


class AnswerLink(Struct, frozen=True, gc=False):
    """Of what, and of whom, a link speaks."""

    corp_id: str
    event_id: str
    slot: Slot | None
    person_id: str
    kind: Kind = "page"


def add(tx: Tx, code_hash: str, link: AnswerLink, now_ms: int) -> None:
    """Keep a link, unless it is there. Those made before stay: each is in some mail."""
    tx.queue(
        """
        INSERT INTO answer_links (code_hash, corp_id, event_id, occurrence, person_id, kind, created_ms)
        VALUES (:code_hash, :corp_id, :event_id, :occurrence, :person_id, :kind, :now_ms)
        ON CONFLICT DO NOTHING
        """,
        code_hash=code_hash,
        corp_id=link.corp_id,
        event_id=link.event_id,
        occurrence=link.slot.key if link.slot else "",
        person_id=link.person_id,
        kind=link.kind,
        now_ms=now_ms,
    )


def get(tx: Tx, code_hash: str, kind: Kind = "page") -> AnswerLink | None:
    """The link of that *kind* that has this code."""
    row = tx.one(
        """
        SELECT corp_id, event_id, occurrence, person_id FROM answer_links
         WHERE code_hash = :code_hash AND kind = :kind
        """,
        code_hash=code_hash,
        kind=kind,
    )
    if row is None:
        return None
    corp_id, event_id, occurrence, person_id = row
    return AnswerLink(corp_id, event_id, Slot.of_key(occurrence) if occurrence else None, person_id, kind)


def known(tx: Tx, code_hashes: Iterable[str]) -> set[str]:
    """Those of *code_hashes* that there are."""
    rows = tx.all(
        "SELECT code_hash FROM answer_links WHERE code_hash IN (SELECT key FROM json_each(:hashes))",
        hashes=as_keys(code_hashes),
    )
    return {code_hash for (code_hash,) in rows}


def drop(tx: Tx, event: Event, person_ids: Iterable[str], slot: Slot | None = None) -> None:
    """Forget the links of these people; with *slot* those that speak of that occurrence alone."""
    tx.run_many(
        """
        DELETE FROM answer_links
         WHERE corp_id = :corp_id AND event_id = :event_id AND person_id = :person_id
           AND (:occurrence = '' OR occurrence = :occurrence)
        """,
        [
            {
                "corp_id": event.corp_id,
                "event_id": event.id,
                "person_id": person_id,
                "occurrence": slot.key if slot else "",
            }
            for person_id in person_ids
        ],
    )
