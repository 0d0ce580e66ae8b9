"""Tells those who wait in this process that something was committed."""

from __future__ import annotations

import asyncio


class Bell:
    """Rung after a commit. What other processes commit rings nothing: who waits also looks now and then."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()
        self.closed = False
        """Whether the process is about to stop: who waits for news should say goodbye."""

    def ring(self) -> None:
        """Wake whoever waits."""
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
        self._waiting.clear()

    def close(self) -> None:
        """Wake whoever waits, for the last time."""
        self.closed = True
        self.ring()

    async def wait(self, seconds: float) -> None:
        """Return when it rings, or after *seconds*; at once when it is closed."""
        if self.closed:
            return
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        try:
            await asyncio.wait_for(waiting, seconds)
        except TimeoutError:
            return
        finally:
            self._waiting.discard(waiting)
