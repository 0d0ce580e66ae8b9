"""What series were before they changed: a sync tells from it which occurrences are gone."""

from __future__ import annotations

import msgspec

from rili.model.event import Event
from rili.model.recurrence import Recurrence
from rili.model.when import When
from rili.store.db import Tx

LIFE_MS = 30 * 86_400_000
"""As long as tombstones of the agenda, and so sync tokens, live."""


class FormerRule(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """When an event was, and how it repeated; and the exceptions that the change took away."""

    when: When
    recurrence: Recurrence | None = None
    dropped: tuple[str, ...] = ()
    """The keys of their slots."""


_decode = msgspec.json.Decoder(FormerRule).decode


def add(tx: Tx, event: Event, former: FormerRule, now_ms: int) -> None:
    """Remember what *event* was, and forget a few that no sync can ask for any more."""
    tx.queue(
        """
        INSERT INTO former_rules (corp_id, event_id, change_no, changed_ms, body)
        VALUES (:corp_id, :event_id, :change_no, :now_ms, :body)
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        change_no=tx.change_no(),
        now_ms=now_ms,
        body=msgspec.json.encode(former).decode(),
    )
    if tx.claim("former_rules.forget"):
        tx.queue(
            """
            DELETE FROM former_rules WHERE (corp_id, event_id, change_no) IN
                   (SELECT corp_id, event_id, change_no FROM former_rules WHERE changed_ms <= :oldest_ms
                     ORDER BY changed_ms LIMIT 20)
            """,
            oldest_ms=now_ms - LIFE_MS,
        )


def since(tx: Tx, corp_id: str, event_id: str, change_no: int) -> list[FormerRule]:
    """What the event was before the change of that number and each later one."""
    rows = tx.all(
        """
        SELECT body FROM former_rules
         WHERE corp_id = :corp_id AND event_id = :event_id AND change_no >= :change_no
        """,
        corp_id=corp_id,
        event_id=event_id,
        change_no=change_no,
    )
    return [_decode(body) for (body,) in rows]
