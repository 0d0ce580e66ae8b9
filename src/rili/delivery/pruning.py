"""Lets go of what has been kept for long enough, once an hour, a little at a time."""

from __future__ import annotations

from collections.abc import Callable

from rili.delivery.turns import InTurns
from rili.model.moment import DAY_MS
from rili.store import agenda, outbox_pruning, pruning, stream_tickets
from rili.store.db import Database, Tx

HOUR_MS = 3_600_000
OUTBOX_MS = 31 * DAY_MS
"""A day more than the 30 for which syncs and the change feed may ask what changed."""
WAITING_DAYS = 3
MAIL_WAITING_DAYS = 5
FAILED_MS = 30 * DAY_MS
NOTIFICATIONS_MS = 180 * DAY_MS
ROWS = 200
"""A transaction: it holds up everybody else on SQLite."""

Sweep = Callable[[Tx, int], int]
"""Does some of it by the time it is given, and says how much that was."""


class Pruning(InTurns):
    """The duty: once an hour what is swept for all organisations, then the outbox of each."""

    name = "pruning"
    pause_s = 60.0

    def __init__(self, db: Database, clock: Callable[[], int]) -> None:
        super().__init__(db)
        self._clock = clock
        self._done_ms: int | None = None

    def waiting(self, tx: Tx) -> list[str]:
        return outbox_pruning.organisations_with_older(tx, self._clock() - OUTBOX_MS)

    def work(self, tx: Tx, corp_id: str) -> int:
        return outbox_pruning.prune(tx, corp_id, self._clock() - OUTBOX_MS, ROWS)

    async def step(self) -> int:
        now_ms = self._clock()
        if self._done_ms is not None and 0 <= now_ms - self._done_ms < HOUR_MS:
            return 0
        done = 0
        for sweep in SWEEPS:
            done += await self._db.write(lambda tx, sweep=sweep: sweep(tx, now_ms))
        done += await super().step()
        if not done:
            self._done_ms = now_ms
        return done


def _give_up(tx: Tx, now_ms: int) -> int:
    return pruning.give_up(
        tx,
        now_ms=now_ms,
        before_ms=now_ms - WAITING_DAYS * DAY_MS,
        mail_before_ms=now_ms - MAIL_WAITING_DAYS * DAY_MS,
        limit=ROWS,
    )


def _forget_failed(tx: Tx, now_ms: int) -> int:
    return pruning.forget_failed(tx, now_ms - FAILED_MS, ROWS)


def _forget_notifications(tx: Tx, now_ms: int) -> int:
    return pruning.forget_notifications(tx, now_ms - NOTIFICATIONS_MS, ROWS)


def _forget_tombstones(tx: Tx, now_ms: int) -> int:
    """Writes let go of some too, and one deletion may leave thousands."""
    return agenda.forget(tx, now_ms, ROWS)


SWEEPS: tuple[Sweep, ...] = (
    _give_up,
    _forget_failed,
    _forget_notifications,
    _forget_tombstones,
    stream_tickets.remove_expired,
)
