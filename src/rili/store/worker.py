"""A thread of our own, for what waits for the disk."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread


class Worker:
    """A thread that calls what it is given, one after the other."""

    def __init__(self, name: str) -> None:
        self._tasks: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self.do = self._tasks.put
        self._thread = Thread(target=self._main, name=name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Return when everything given before is done."""
        self._tasks.put(None)
        self._thread.join()

    def _main(self) -> None:
        while (task := self._tasks.get()) is not None:
            task()
