"""Runs what waits for others (a mail server) in a thread of its own.

A daemon: the pools of asyncio and concurrent.futures are waited for when the process ends, however long that takes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import TypeVar

T = TypeVar("T")


async def run_aside(work: Callable[[], T]) -> T:
    """What *work* returns or raises. Whoever is cancelled waits no more; the thread goes on to its end."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(result)  # pyright: ignore[reportArgumentType] - a result where there is no error
        else:
            done.set_exception(error)

    def run() -> None:
        result: T | None = None
        error: BaseException | None = None
        try:
            result = work()
        except BaseException as raised:  # noqa: BLE001 - it is raised again where it is waited for
            error = raised
        with suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits
            loop.call_soon_threadsafe(settle, result, error)

    leave_aside(run)
    return await done


def leave_aside(work: Callable[[], None]) -> None:
    """Nobody waits for *work*."""
    Thread(target=work, name="rili aside", daemon=True).start()
