"""How much waits to be delivered, and for how long: for those who watch a server."""

from __future__ import annotations

from typing import get_args

from msgspec import Struct

from rili.store.db import Tx
from rili.store.deliveries import Channel

CHANNELS: tuple[Channel, ...] = get_args(Channel)
READERS = ("apps", "people", "reminders")
"""Of the outbox, by the names under which they keep their places."""


class Length(Struct, frozen=True):
    """Of one queue: its name, what is in it, and since when the oldest is, in epoch milliseconds."""

    name: str
    length: int
    oldest_ms: int | None


def waiting(tx: Tx) -> list[Length]:
    """Deliveries that wait, by channel."""
    return _deliveries(tx, "failed_ms IS NULL")


def given_up(tx: Tx) -> list[Length]:
    """Deliveries that failed for good, by channel."""
    return _deliveries(tx, "failed_ms IS NOT NULL")


def unread(tx: Tx) -> list[Length]:
    """Rows of the outbox that a reader has not read, by reader."""
    return [unread_by(tx, reader) for reader in READERS]


def unread_by(tx: Tx, reader: str) -> Length:
    """The rows that one reader has not read."""
    row = tx.one(
        """
        SELECT COUNT(*), MIN(outbox.created_ms)
          FROM organisations
          LEFT JOIN outbox_readers ON outbox_readers.corp_id = organisations.corp_id AND reader = :reader
         CROSS JOIN outbox  -- of which SQLite then reads an organisation's end, and not all
         WHERE outbox.corp_id = organisations.corp_id
           AND outbox.change_no >= COALESCE(outbox_readers.change_no, 0)
           AND (outbox.change_no > COALESCE(outbox_readers.change_no, 0)
                OR outbox.event_id > outbox_readers.event_id)
        """,
        reader=reader,
    )
    assert row is not None
    return Length(reader, row[0], row[1])


def _deliveries(tx: Tx, which: str) -> list[Length]:
    """Counted in an index alone; born when the first of each organisation's was, which was queued first."""
    rows = tx.all(
        f"""
        SELECT counted.channel, SUM(counted.length), MIN(deliveries.born_ms)
          FROM (SELECT corp_id, channel, COUNT(*) AS length, MIN(number) AS first
                  FROM deliveries WHERE {which} GROUP BY corp_id, channel) AS counted
          JOIN deliveries ON deliveries.corp_id = counted.corp_id AND deliveries.number = counted.first
         GROUP BY counted.channel
        """
    )
    known = {channel: Length(channel, int(length), oldest_ms) for channel, length, oldest_ms in rows}
    return [known.get(channel) or Length(channel, 0, None) for channel in CHANNELS]
