"""What people were told here: kept for each, read or not."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from rili.model.notice import Notice
from rili.store.db import Tx


class NewNotification(Struct, frozen=True, gc=False):
    """One person's. The same *id* again is the same notification, and changes nothing."""

    person_id: str
    id: str
    notice: Notice


_encode = msgspec.json.Encoder().encode


def add(tx: Tx, corp_id: str, new: Sequence[NewNotification], *, now_ms: int) -> None:
    """Tell each of them, behind what they were told before."""
    tx.run_many(
        """
        INSERT INTO notifications (corp_id, person_id, number, id, created_ms, body)
        SELECT :corp_id, :person_id, COALESCE(MAX(number), 0) + 1, :id, :now_ms, :body
          FROM notifications WHERE corp_id = :corp_id AND person_id = :person_id
        ON CONFLICT DO NOTHING
        """,
        [
            {
                "corp_id": corp_id,
                "person_id": one.person_id,
                "id": one.id,
                "now_ms": now_ms,
                "body": _encode(one.notice).decode(),
            }
            for one in new
        ],
    )
