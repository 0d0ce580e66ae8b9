"""Does all duties side by side, until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from rili.delivery.bell import Bell
from rili.delivery.duty import AFTER_FAILURE_S, Duty
from rili.errors import Failure

GATHER_S = 0.05
"""How long a worker that was woken waits for more: many changes are read in one transaction."""
STOP_S = 2.0
"""How long what was begun may take to end."""

_log = logging.getLogger("rili.delivery")


class Worker:
    """The duties of one process."""

    def __init__(
        self, duties: Sequence[Duty], bell: Bell, closing: Sequence[Callable[[], Awaitable[None]]] = ()
    ) -> None:
        """*closing* ends what the duties have open, once `running` does."""
        self._duties = duties
        self._bell = bell
        self._stepping: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """By the names of duties: held while one takes a step."""
        self._closing = closing

    def add(self, duty: Duty) -> None:
        """Another one, before it works."""
        self._duties = [*self._duties, duty]

    async def run(self) -> None:
        """Work until cancelled. What was begun may end; what takes longer is left as a crash would leave it."""
        try:
            async with asyncio.TaskGroup() as group:
                for duty in self._duties:
                    group.create_task(self._keep_doing(duty), name=duty.name)
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(STOP_S):
                    await asyncio.gather(*(duty.rest() for duty in self._duties))

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Work as long as the block runs."""
        working = asyncio.create_task(self.run())
        try:
            yield
        finally:
            working.cancel()
            with suppress(asyncio.CancelledError):
                await working
            for close in self._closing:
                await close()

    async def settle(self) -> None:
        """Do what is to be done now, and what comes of it; return when nothing is left that is due.

        Where the worker runs besides, it takes no step meanwhile: what it was reading would seem to be done already.
        """
        async with AsyncExitStack() as held:
            for duty in self._duties:
                await held.enter_async_context(self._stepping[duty.name])
            while True:
                done = [await duty.step() for duty in self._duties]
                for duty in self._duties:
                    await duty.rest()
                if not any(done):
                    return

    async def _keep_doing(self, duty: Duty) -> None:
        while True:
            try:
                async with self._stepping[duty.name]:
                    done = await duty.step()
            except Failure as failure:
                _log.warning("%s: %s", duty.name, failure.description or failure.message)
                await asyncio.sleep(AFTER_FAILURE_S)
                continue
            except Exception:  # noqa: BLE001 - a defect must not end what else is to be delivered
                _log.exception("%s failed", duty.name)
                await asyncio.sleep(AFTER_FAILURE_S)
                continue
            if not done:
                await self._bell.wait(duty.pause_s)
                await asyncio.sleep(GATHER_S)
