"""Renews the suite tickets of enterprise apps."""

from __future__ import annotations

from collections.abc import Callable

from rili.actions import suite_events
from rili.auth.sealing import SecretKey
from rili.model.directory import new_suite_ticket
from rili.model.ids import NewBytes
from rili.store.db import Database


class SuiteTickets:
    """The duty: each ticket every five hours; one that is fixed is told again instead."""

    name = "suite tickets"
    pause_s = 30.0

    def __init__(
        self, db: Database, key: SecretKey | None, clock: Callable[[], int], new_bytes: NewBytes
    ) -> None:
        self._db = db
        self._key = key
        self._clock = clock
        self._new_bytes = new_bytes

    async def step(self) -> int:
        now_ms = self._clock()
        if not await self._db.read(lambda tx: suite_events.tickets_due(tx, now_ms=now_ms)):
            return 0
        return await self._db.write(
            lambda tx: suite_events.renew_tickets(
                tx, self._key, new_ticket=lambda: new_suite_ticket(self._new_bytes), now_ms=now_ms
            )
        )

    async def rest(self) -> None:
        return
