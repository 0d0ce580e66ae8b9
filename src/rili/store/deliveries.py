"""What is to be told to whom. A row waits in the line of its subject, so that each receiver hears of it in order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, get_args

from msgspec import Struct

from rili.store.db import Row, Tx

Channel = Literal["http", "stream", "sync_http", "mail"]


class NewDelivery(Struct, frozen=True, gc=False):
    """Something to be told."""

    channel: Channel
    receiver: str
    """The app's key; of mail ''."""
    subject: str
    """What order is kept for: the event's id, ..."""
    id: str
    """Which stays the same however often it is sent."""
    event_type: str
    born_ms: int
    body: str
    """Of the channels of apps: the business object as stream clients get it, as JSON text; what goes around it each
    transport makes of the rest. Of mail: a `MailNotice`."""


class Delivery(Struct, frozen=True, gc=False):
    """One that was queued."""

    corp_id: str
    number: int
    channel: Channel
    receiver: str
    subject: str
    id: str
    event_type: str
    born_ms: int
    body: str
    attempts: int = 0
    error: str | None = None
    failed_ms: int | None = None
    queued_ms: int = 0
    """Since when it waits."""


class Line(Struct, frozen=True, gc=False):
    """What of one subject waits for one receiver; *due_ms* tells apart who holds it."""

    corp_id: str
    channel: Channel
    receiver: str
    subject: str
    due_ms: int


COLUMNS = """
    corp_id, number, channel, receiver, subject, id, event_type, born_ms, body, attempts, error, failed_ms, queued_ms
"""


def add(tx: Tx, corp_id: str, new: Sequence[NewDelivery], *, now_ms: int) -> None:
    """Queue *new*, in this order."""
    if not new:
        return
    numbered = list(enumerate(new, start=take_numbers(tx, corp_id, len(new))))
    tx.run_many(
        """
        INSERT INTO deliveries
               (corp_id, number, channel, receiver, subject, id, event_type, born_ms, queued_ms, attempts, body)
        VALUES (:corp_id, :number, :channel, :receiver, :subject, :id, :event_type, :born_ms, :now_ms, 0, :body)
        """,
        [
            {
                "corp_id": corp_id,
                "number": number,
                "channel": one.channel,
                "receiver": one.receiver,
                "subject": one.subject,
                "id": one.id,
                "event_type": one.event_type,
                "born_ms": one.born_ms,
                "now_ms": now_ms,
                "body": one.body,
            }
            for number, one in numbered
        ],
    )
    wake_lines(tx, corp_id, {(one.channel, one.receiver, one.subject) for one in new}, now_ms=now_ms)


def take_numbers(tx: Tx, corp_id: str, count: int) -> int:
    """The first of so many numbers, which are above all before."""
    row = tx.one(
        """
        INSERT INTO delivery_numbers (corp_id, last) VALUES (:corp_id, :count)
        ON CONFLICT (corp_id) DO UPDATE SET last = delivery_numbers.last + excluded.last
        RETURNING last
        """,
        corp_id=corp_id,
        count=count,
    )
    assert row is not None
    return row[0] - count + 1


def wake_lines(tx: Tx, corp_id: str, subjects: Iterable[tuple[Channel, str, str]], *, now_ms: int) -> None:
    """See to it that there is a line for each channel, receiver and subject, which have something to deliver.

    One that is there is touched: whoever is about to let go of it waits, and looks again (`leave_line`).
    """
    tx.run_many(
        """
        INSERT INTO delivery_lines (corp_id, channel, receiver, subject, due_ms)
        VALUES (:corp_id, :channel, :receiver, :subject, :now_ms)
        ON CONFLICT (corp_id, channel, receiver, subject) DO UPDATE SET due_ms = delivery_lines.due_ms
        """,
        [
            {
                "corp_id": corp_id,
                "channel": channel,
                "receiver": receiver,
                "subject": subject,
                "now_ms": now_ms,
            }
            for channel, receiver, subject in sorted(subjects)
        ],
    )


def drop(tx: Tx, corp_id: str, receiver: str, *, subject: str | None = None, but: str | None = None) -> None:
    """Delete what the app was to be told, failed or not: of *subject*, or of all subjects, *but* one excepted."""
    for channel in get_args(Channel):
        for table in ("deliveries", "delivery_lines"):
            tx.queue(
                f"""
                DELETE FROM {table}
                 WHERE corp_id = :corp_id AND channel = :channel AND receiver = :receiver
                   AND subject = COALESCE(:subject, subject) AND subject <> COALESCE(:but, '')
                """,
                corp_id=corp_id,
                channel=channel,
                receiver=receiver,
                subject=subject,
                but=but,
            )


def next_due(
    tx: Tx, channel: Channel, after: tuple[str, str], *, only: str | None = None, now_ms: int
) -> tuple[str, str] | None:
    """The first (receiver, corp_id) behind *after* for whom something is due; *only* looks at that receiver alone."""
    behind = "(receiver, corp_id) > (:receiver, :corp_id)"
    if only is not None:
        behind = "receiver = :receiver AND corp_id > :corp_id"
    row = tx.one(
        f"""
        SELECT receiver, corp_id FROM delivery_lines
         WHERE channel = :channel AND {behind} AND due_ms <= :now_ms
         ORDER BY receiver, corp_id LIMIT 1
        """,
        channel=channel,
        receiver=after[0] if only is None else only,
        corp_id=after[1],
        now_ms=now_ms,
    )
    return (row[0], row[1]) if row else None


def take_lines(
    tx: Tx, channel: Channel, corp_id: str, receiver: str, *, now_ms: int, until_ms: int, limit: int
) -> list[Line]:
    """Up to *limit* lines that are due, nobody else's until *until_ms*."""
    rows = tx.take(
        """
        SELECT subject FROM delivery_lines
         WHERE channel = :channel AND corp_id = :corp_id AND receiver = :receiver AND due_ms <= :now_ms
         ORDER BY due_ms LIMIT :limit
        """,
        channel=channel,
        corp_id=corp_id,
        receiver=receiver,
        now_ms=now_ms,
        limit=limit,
    )
    lines = [Line(corp_id, channel, receiver, subject, until_ms) for (subject,) in rows]
    for line in lines:
        _put_off(tx, line, until_ms)
    return lines


def in_line(tx: Tx, line: Line, limit: int) -> list[Delivery]:
    """What waits in *line*, in order."""
    rows = tx.all(
        f"""
        SELECT {COLUMNS} FROM deliveries
         WHERE corp_id = :corp_id AND channel = :channel AND receiver = :receiver AND subject = :subject
           AND failed_ms IS NULL
         ORDER BY number LIMIT :limit
        """,
        limit=limit,
        **_key(line),
    )
    return [_delivery(row) for row in rows]


def delivered(tx: Tx, delivery: Delivery) -> None:
    """It reached its receiver, or a newer state did or will."""
    tx.queue(
        "DELETE FROM deliveries WHERE corp_id = :corp_id AND number = :number",
        corp_id=delivery.corp_id,
        number=delivery.number,
    )


def not_delivered(tx: Tx, delivery: Delivery, error: str, *, failed_ms: int | None) -> None:
    """It did not; with *failed_ms* it is given up."""
    tx.queue(
        """
        UPDATE deliveries SET attempts = :attempts, error = :error, failed_ms = :failed_ms
         WHERE corp_id = :corp_id AND number = :number
        """,
        corp_id=delivery.corp_id,
        number=delivery.number,
        attempts=delivery.attempts + 1,
        error=error,
        failed_ms=failed_ms,
    )


def keep_line(tx: Tx, line: Line, until_ms: int) -> Line | None:
    """Hold *line* longer; None when others took it for abandoned."""
    held = tx.run(
        """
        UPDATE delivery_lines SET due_ms = :until_ms
         WHERE corp_id = :corp_id AND channel = :channel AND receiver = :receiver AND subject = :subject
           AND due_ms = :due_ms
        """,
        until_ms=until_ms,
        due_ms=line.due_ms,
        **_key(line),
    )
    return Line(line.corp_id, line.channel, line.receiver, line.subject, until_ms) if held else None


def leave_line(tx: Tx, line: Line, *, due_ms: int) -> None:
    """Let go of *line*: it goes when nothing is left in it, otherwise somebody is to go on at *due_ms*."""
    tx.lock(
        """
        SELECT 1 FROM delivery_lines
         WHERE corp_id = :corp_id AND channel = :channel AND receiver = :receiver AND subject = :subject
        """,
        **_key(line),
    )
    if in_line(tx, line, 1):
        keep_line(tx, line, due_ms)
        return
    tx.run(
        """
        DELETE FROM delivery_lines
         WHERE corp_id = :corp_id AND channel = :channel AND receiver = :receiver AND subject = :subject
           AND due_ms = :due_ms
        """,
        due_ms=line.due_ms,
        **_key(line),
    )


def _put_off(tx: Tx, line: Line, due_ms: int) -> None:
    tx.queue(
        """
        UPDATE delivery_lines SET due_ms = :due_ms
         WHERE corp_id = :corp_id AND channel = :channel AND receiver = :receiver AND subject = :subject
        """,
        due_ms=due_ms,
        **_key(line),
    )


def _key(line: Line) -> dict[str, str]:
    return {
        "corp_id": line.corp_id,
        "channel": line.channel,
        "receiver": line.receiver,
        "subject": line.subject,
    }


def _delivery(row: Row) -> Delivery:
    return Delivery(*row)
