"""What people were told here: kept for each, read or not.

Numbers grow in the order of commits, so that who has read up to one misses nothing (`notification_numbers`).
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from rili.model.notice import Told
from rili.store.db import Row, Tx
from rili.store.keys import as_keys

COUNTED = 1_000
"""Of what somebody has not read."""


class NewNotification(Struct, frozen=True, gc=False):
    """One person's. The same *id* again is the same notification, and changes nothing."""

    person_id: str
    id: str
    told: Told


class Notification(Struct, frozen=True, gc=False):
    """One that a person was told."""

    number: int
    created_ms: int
    read_ms: int | None
    told: Told


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Told).decode


def add(tx: Tx, corp_id: str, new: Sequence[NewNotification], *, now_ms: int) -> None:
    """Tell each of them, behind what they were told before."""
    if not new:
        return
    tx.queue(
        """
        INSERT INTO notification_numbers (corp_id, last) VALUES (:corp_id, :count)
        ON CONFLICT (corp_id) DO UPDATE SET last = notification_numbers.last + excluded.last
        """,
        corp_id=corp_id,
        count=len(new),
    )
    texts: dict[int, str] = {}  # many are told the same
    for one in new:
        if id(one.told) not in texts:
            texts[id(one.told)] = _encode(one.told).decode()
    tx.run_many(
        """
        INSERT INTO notifications (corp_id, person_id, number, id, created_ms, body)
        SELECT :corp_id, :person_id, last - :after, :id, :now_ms, :body
          FROM notification_numbers WHERE corp_id = :corp_id
        ON CONFLICT (corp_id, person_id, id) DO NOTHING
        """,
        [
            {
                "corp_id": corp_id,
                "person_id": one.person_id,
                "after": len(new) - place,
                "id": one.id,
                "now_ms": now_ms,
                "body": texts[id(one.told)],
            }
            for place, one in enumerate(new, start=1)
        ],
    )


def newest(
    tx: Tx, corp_id: str, person_id: str, *, limit: int, before: int | None, unread: bool
) -> list[Notification]:
    """The newest *limit* of that person's, or those before the one of number *before*; *unread*: of those alone."""
    rows = tx.all(
        f"""
        SELECT number, created_ms, read_ms, body FROM notifications
         WHERE corp_id = :corp_id AND person_id = :person_id AND number < :before
           {"AND read_ms IS NULL" if unread else ""}
         ORDER BY number DESC LIMIT :limit
        """,
        corp_id=corp_id,
        person_id=person_id,
        before=_LARGEST if before is None else before,
        limit=limit,
    )
    return [_notification(row) for row in rows]


def after(tx: Tx, corp_id: str, person_id: str, number: int, limit: int) -> list[Notification]:
    """The first *limit* of that person's after the one of this *number*, the oldest first."""
    rows = tx.all(
        """
        SELECT number, created_ms, read_ms, body FROM notifications
         WHERE corp_id = :corp_id AND person_id = :person_id AND number > :number
         ORDER BY number LIMIT :limit
        """,
        corp_id=corp_id,
        person_id=person_id,
        number=number,
        limit=limit,
    )
    return [_notification(row) for row in rows]


def last_number(tx: Tx, corp_id: str, person_id: str) -> int:
    """The number of that person's newest; 0 where there is none."""
    row = tx.one(
        "SELECT COALESCE(MAX(number), 0) FROM notifications WHERE corp_id = :corp_id AND person_id = :person_id",
        corp_id=corp_id,
        person_id=person_id,
    )
    assert row is not None
    return int(row[0])


def count_unread(tx: Tx, corp_id: str, person_id: str) -> int:
    """How many that person has not read; COUNTED when there are more."""
    row = tx.one(
        """
        SELECT COUNT(*) FROM (SELECT 1 FROM notifications
                               WHERE corp_id = :corp_id AND person_id = :person_id AND read_ms IS NULL
                               LIMIT :most) AS unread
        """,
        corp_id=corp_id,
        person_id=person_id,
        most=COUNTED,
    )
    assert row is not None
    return int(row[0])


def mark_read(tx: Tx, corp_id: str, person_id: str, numbers: Sequence[int], now_ms: int) -> None:
    """That person has read those of these *numbers* that are theirs."""
    tx.queue(
        """
        UPDATE notifications SET read_ms = :now_ms
         WHERE corp_id = :corp_id AND person_id = :person_id AND read_ms IS NULL
           AND number IN (SELECT CAST(key AS BIGINT) FROM json_each(:numbers))
        """,
        corp_id=corp_id,
        person_id=person_id,
        numbers=as_keys(map(str, numbers)),
        now_ms=now_ms,
    )


def mark_read_up_to(tx: Tx, corp_id: str, person_id: str, number: int, now_ms: int, *, limit: int) -> int:
    """That person has read the one of this *number* and all before it: the oldest *limit* of them, and how many."""
    return tx.run(
        """
        UPDATE notifications SET read_ms = :now_ms
         WHERE corp_id = :corp_id AND person_id = :person_id
           AND number IN (SELECT number FROM notifications
                           WHERE corp_id = :corp_id AND person_id = :person_id AND read_ms IS NULL
                             AND number <= :number
                           ORDER BY number LIMIT :limit)
        """,
        corp_id=corp_id,
        person_id=person_id,
        number=number,
        limit=limit,
        now_ms=now_ms,
    )


_LARGEST = 2**63 - 1


def _notification(row: Row) -> Notification:
    return Notification(row[0], row[1], row[2], _decode(row[3]))
