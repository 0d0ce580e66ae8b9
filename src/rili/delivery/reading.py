"""Reads the outbox, each organisation's in order, and hands every change on exactly once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from rili.delivery.turns import InTurns
from rili.store import outbox, outbox_readers
from rili.store.db import Database, Tx
from rili.store.outbox import Change
from rili.store.outbox_readers import Place

CHANGES = 64
"""A transaction: it holds up everybody else on SQLite."""


class Reader(Protocol):
    """Makes of a change what is to be delivered, inside the transaction that counts the change as read."""

    name: str
    """As it is stored: how far it has come stays its own."""

    def begin(self, tx: Tx, corp_id: str) -> None:
        """Look up what holds for every change of this transaction."""
        ...

    def take(self, tx: Tx, change: Change, people_done: int) -> int | None:
        """Hand *change* on, its first *people_done* recipients excepted; None, or how many are done, to go on later."""
        ...

    def end(self, tx: Tx) -> None:
        """Hand on what `take` kept, to do it for all changes of the transaction at once."""
        ...


class Reading(InTurns):
    """The duty of one reader."""

    def __init__(self, db: Database, reader: Reader, rung: Callable[[], None] = lambda: None) -> None:
        super().__init__(db, rung)
        self.name = f"outbox for {reader.name}"
        self._reader = reader

    def waiting(self, tx: Tx) -> list[str]:
        return outbox_readers.behind(tx, self._reader.name)

    def work(self, tx: Tx, corp_id: str) -> int:
        place = outbox_readers.hold(tx, corp_id, self._reader.name)
        if place is None:
            return 0
        queued = outbox.after(tx, corp_id, place.position, CHANGES)
        if not queued:
            return 0
        self._reader.begin(tx, corp_id)
        people_done = place.people_done
        for one in queued:
            left = self._reader.take(tx, one.change, people_done)
            if left is not None:
                self._reader.end(tx)
                outbox_readers.move(tx, corp_id, self._reader.name, Place(place.position, left))
                return 1
            place, people_done = Place(one.position), 0
        self._reader.end(tx)
        outbox_readers.move(tx, corp_id, self._reader.name, place)
        return len(queued)
