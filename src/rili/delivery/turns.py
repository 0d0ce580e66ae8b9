"""Duties that have something to do in each of many organisations."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from rili.delivery.duty import AFTER_FAILURE_S
from rili.errors import Failure
from rili.store.db import Database, Tx

_log = logging.getLogger("rili.delivery")


class InTurns:
    """A duty that does some of it in one organisation after another, each time in a transaction of its own."""

    name = ""
    pause_s = 1.0

    def __init__(self, db: Database, rung: Callable[[], None] = lambda: None) -> None:
        """*rung* is called when something was done."""
        self._db = db
        self._rung = rung
        self._not_before_s: dict[str, float] = {}
        """Organisations in which it failed: by the loop's time, when to try again."""

    def waiting(self, tx: Tx) -> list[str]:
        """The organisations in which there is something to do."""
        raise NotImplementedError

    def work(self, tx: Tx, corp_id: str) -> int:
        """Do some of it; how much that was, 0 also when somebody else does it."""
        raise NotImplementedError

    async def step(self) -> int:
        """One organisation's failure is logged, stops nobody else, and is raised only when nothing else was done."""
        now_s = asyncio.get_running_loop().time()
        done = 0
        failed: Exception | None = None
        for corp_id in await self._db.read(self.waiting):
            if self._not_before_s.get(corp_id, now_s) > now_s:
                continue
            self._not_before_s.pop(corp_id, None)
            try:
                done += await self._db.write(lambda tx, corp_id=corp_id: self.work(tx, corp_id))
            except Exception as failure:  # noqa: BLE001 - one organisation's must not stop the others'
                if not isinstance(failure, Failure):
                    _log.exception("%s failed in %s", self.name, corp_id)
                self._not_before_s[corp_id] = now_s + AFTER_FAILURE_S
                failed = failure
        if done:
            self._rung()
        elif failed is not None:
            raise failed
        return done

    async def rest(self) -> None:
        """Every step ends what it begins."""
