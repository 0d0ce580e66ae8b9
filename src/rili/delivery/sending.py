"""Delivers what waits: each receiver by itself, each subject in order, again after a while when it fails."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from time import perf_counter_ns
from typing import Protocol

from rili.auth.sealing import SecretKey
from rili.delivery.suite_events import in_clear
from rili.errors import Failure
from rili.metrics import Metrics, Outcome
from rili.store import deliveries
from rili.store.db import Database, Tx
from rili.store.deliveries import Channel, Delivery, Line

ROWS = 16
"""Read of a line at a time."""

_log = logging.getLogger("rili.delivery")


class Undelivered(Exception):
    """It did not reach its receiver, or nobody knows. The text says why, in a line that an administrator reads."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        """*final*: trying again would not help."""
        super().__init__(reason)
        self.final = final


class Away(Exception):
    """The receiver left before it could be told: that was no attempt. It is told when it is reached again."""


class Transport(Protocol):
    """A way to receivers."""

    channel: Channel
    at_once: int
    """Lines of one receiver that are delivered side by side."""
    lease_ms: int
    """How long one attempt may take, at most: then others may take this process for dead."""
    delays_ms: tuple[int, ...]
    """After each failed attempt but the last; then it is given up."""

    def receivers(self) -> Collection[str] | None:
        """Who alone can be tried by this process now, what waits for others goes on waiting; None: everybody."""
        ...

    async def send(self, delivery: Delivery) -> None:
        """Return when the receiver has it. Raises Undelivered, Away."""
        ...


class Sending:
    """The duty of one transport."""

    pause_s = 1.0

    def __init__(
        self,
        db: Database,
        transport: Transport,
        clock: Callable[[], int],
        metrics: Metrics | None = None,
        key: SecretKey | None = None,
    ) -> None:
        """*key*: for what is encrypted in a delivery, a suite ticket."""
        self.name = f"delivery by {transport.channel}"
        self._db = db
        self._transport = transport
        self._clock = clock
        self._metrics = metrics or Metrics()
        self._key = key
        self._busy: dict[tuple[str, str], int] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def step(self) -> int:
        begun = 0
        for only in (None,) if (here := self._transport.receivers()) is None else here:
            after = ("", "")
            while (found := await self._next_due(after, only)) is not None:
                after = found
                free = self._transport.at_once - self._busy.get(found, 0)
                if free > 0:
                    begun += await self._begin(*found, free)
        return begun

    async def rest(self) -> None:
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _next_due(self, after: tuple[str, str], only: str | None) -> tuple[str, str] | None:
        channel, now_ms = self._transport.channel, self._clock()
        return await self._db.read(
            lambda tx: deliveries.next_due(tx, channel, after, only=only, now_ms=now_ms)
        )

    async def _begin(self, receiver: str, corp_id: str, free: int) -> int:
        lines = await self._take(corp_id, receiver, free)
        for line in lines:
            self._busy[receiver, corp_id] = self._busy.get((receiver, corp_id), 0) + 1
            task = asyncio.create_task(self._deliver(line))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(lines)

    async def _take(self, corp_id: str, receiver: str, limit: int) -> list[Line]:
        channel, now_ms = self._transport.channel, self._clock()
        until_ms = now_ms + self._transport.lease_ms
        return await self._db.write(
            lambda tx: deliveries.take_lines(
                tx, channel, corp_id, receiver, now_ms=now_ms, until_ms=until_ms, limit=limit
            )
        )

    async def _deliver(self, line: Line) -> None:
        """Deliver what is in *line*, then in another one of this receiver, until none is due."""
        try:
            lines = [line]
            while lines:
                await self._deliver_in_order(lines[0])
                here = self._transport.receivers()
                reached = here is None or line.receiver in here
                lines = await self._take(line.corp_id, line.receiver, 1) if reached else []
        except Failure as failure:  # the line is somebody's again when the lease ends
            _log.warning("%s: %s", self.name, failure.description or failure.message)
        except Exception:  # noqa: BLE001 - a defect must not end what else is to be delivered
            _log.exception("%s failed", self.name)
        finally:
            self._busy[line.receiver, line.corp_id] -= 1

    async def _deliver_in_order(self, line: Line) -> None:
        held: Line = line
        while waiting := await self._waiting_in(held):
            for delivery in waiting:
                try:
                    failure = await self._attempt(delivery)
                except Away:
                    await self._leave(held)
                    return
                last = delivery is waiting[-1] and len(waiting) < ROWS
                kept = await self._settle(held, delivery, failure, last=last)
                if kept is None:
                    return
                held = kept
        await self._leave(held)

    async def _leave(self, line: Line) -> None:
        """Let go of *line*; what is left in it is due now."""
        await self._db.write(lambda tx: deliveries.leave_line(tx, line, due_ms=self._clock()))

    async def _waiting_in(self, line: Line) -> list[Delivery]:
        return await self._db.read(lambda tx: deliveries.in_line(tx, line, ROWS))

    async def _attempt(self, delivery: Delivery) -> Undelivered | None:
        began_ns = perf_counter_ns()
        failure: Undelivered | None = None
        try:
            await self._transport.send(in_clear(delivery, self._key))
        except Undelivered as undelivered:
            failure = undelivered
        except (Away, Failure):
            raise
        except Exception as defect:  # noqa: BLE001 - uncounted, this attempt would be made for ever
            _log.exception("%s failed", self.name)
            failure = Undelivered(f"a defect: {type(defect).__name__}")
        seconds = (perf_counter_ns() - began_ns) / 1e9
        self._metrics.attempt(self._transport.channel, self._outcome(delivery, failure), seconds)
        return failure

    def _outcome(self, delivery: Delivery, failure: Undelivered | None) -> Outcome:
        if failure is None:
            return "delivered"
        return (
            "given_up" if failure.final or delivery.attempts >= len(self._transport.delays_ms) else "failed"
        )

    async def _settle(
        self, line: Line, delivery: Delivery, failure: Undelivered | None, *, last: bool
    ) -> Line | None:
        """Write what became of *delivery*. The line, held for another attempt, or None when it was let go of."""
        now_ms = self._clock()
        again_ms = None
        if self._outcome(delivery, failure) == "failed":
            again_ms = now_ms + self._transport.delays_ms[delivery.attempts]

        def settle(tx: Tx) -> Line | None:
            if failure is None:
                deliveries.delivered(tx, delivery)
            else:
                failed_ms = now_ms if again_ms is None else None
                deliveries.not_delivered(tx, delivery, str(failure), failed_ms=failed_ms)
            if last or again_ms is not None:
                deliveries.leave_line(tx, line, due_ms=now_ms if again_ms is None else again_ms)
                return None
            return deliveries.keep_line(tx, line, now_ms + self._transport.lease_ms)

        return await self._db.write(settle)
