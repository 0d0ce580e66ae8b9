"""What waits to be delivered and what failed, as an administrator looks at it and decides."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from rili.store import deliveries
from rili.store.db import Tx
from rili.store.deliveries import COLUMNS, Channel, Delivery

State = Literal["waiting", "failed"]


class Which(Struct, frozen=True, kw_only=True):
    """Some of an organisation's deliveries; what is not said is any."""

    channel: Channel | None = None
    receiver: str | None = None
    """The app's key."""
    state: State | None = None
    queued_before_ms: int | None = None
    above: int = 0
    upto: int | None = None
    """Numbers above the one, up to the other."""


def find(tx: Tx, corp_id: str, which: Which, limit: int) -> list[Delivery]:
    """The first of them, in the order of their numbers."""
    rows = tx.all(
        f"""
        SELECT {COLUMNS} FROM deliveries
         WHERE corp_id = :corp_id AND number > :above AND number <= COALESCE(:upto, number)
           AND channel = COALESCE(:channel, channel) AND receiver = COALESCE(:receiver, receiver)
           AND (:state = '' OR (failed_ms IS NULL) = (:state = 'waiting'))
           AND queued_ms <= COALESCE(:queued_before_ms, queued_ms)
         ORDER BY number LIMIT :limit
        """,
        corp_id=corp_id,
        above=which.above,
        upto=which.upto,
        channel=which.channel,
        receiver=which.receiver,
        state=which.state or "",
        queued_before_ms=which.queued_before_ms,
        limit=limit,
    )
    return [Delivery(*row) for row in rows]


def get(tx: Tx, corp_id: str, number: int) -> Delivery | None:
    row = tx.one(
        f"SELECT {COLUMNS} FROM deliveries WHERE corp_id = :corp_id AND number = :number",
        corp_id=corp_id,
        number=number,
    )
    return Delivery(*row) if row else None


def last_number(tx: Tx, corp_id: str) -> int:
    """The highest that was given; 0 before any."""
    row = tx.one("SELECT last FROM delivery_numbers WHERE corp_id = :corp_id", corp_id=corp_id)
    return row[0] if row else 0


def queue_again(tx: Tx, corp_id: str, failed: Iterable[Delivery], *, now_ms: int) -> int:
    """Let *failed* wait again, in the order of their numbers, behind what waits. How many still were failed."""
    some = sorted(failed, key=lambda one: one.number)
    first = deliveries.take_numbers(tx, corp_id, len(some))
    done = [
        one
        for place, one in enumerate(some)
        if tx.run(
            """
            UPDATE deliveries SET number = :first, attempts = 0, failed_ms = NULL, queued_ms = :now_ms
             WHERE corp_id = :corp_id AND number = :number AND failed_ms IS NOT NULL
            """,
            first=first + place,
            now_ms=now_ms,
            corp_id=corp_id,
            number=one.number,
        )
    ]
    deliveries.wake_lines(tx, corp_id, {_line(one) for one in done}, now_ms=now_ms)
    return len(done)


def drop(tx: Tx, corp_id: str, some: Iterable[Delivery], *, now_ms: int) -> int:
    """Forget *some*. How many still were there."""
    done = [
        one
        for one in some
        if tx.run(
            "DELETE FROM deliveries WHERE corp_id = :corp_id AND number = :number",
            corp_id=corp_id,
            number=one.number,
        )
    ]
    drop_empty_lines(tx, [one for one in done if one.failed_ms is None], now_ms=now_ms)
    return len(done)


def drop_empty_lines(tx: Tx, some: Iterable[Delivery], *, now_ms: int) -> None:
    """Delete the lines that *some* were in, where nothing waits there any more and nobody is delivering from them."""
    for corp_id, (channel, receiver, subject) in sorted({(one.corp_id, _line(one)) for one in some}):
        key = {"corp_id": corp_id, "channel": channel, "receiver": receiver, "subject": subject}
        tx.lock(
            """
            SELECT 1 FROM delivery_lines
             WHERE corp_id = :corp_id AND channel = :channel AND receiver = :receiver AND subject = :subject
            """,
            **key,
        )
        tx.queue(
            """
            DELETE FROM delivery_lines
             WHERE corp_id = :corp_id AND channel = :channel AND receiver = :receiver AND subject = :subject
               AND due_ms <= :now_ms
               AND NOT EXISTS (SELECT 1 FROM deliveries
                                WHERE corp_id = :corp_id AND channel = :channel AND receiver = :receiver
                                  AND subject = :subject AND failed_ms IS NULL)
            """,
            now_ms=now_ms,
            **key,
        )


def _line(one: Delivery) -> tuple[Channel, str, str]:
    return one.channel, one.receiver, one.subject
