"""Names of hosts to addresses, in threads that nothing waits for: no other lookup, and not the end of the process."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress

from aiohttp.abc import AbstractResolver, ResolveResult

MOST = 64
"""Lookups at once: a name server that never answers holds a thread for many seconds."""


class Lookup(AbstractResolver):
    """The operating system's own resolver, for one event loop. Who finds no thread free waits for one."""

    def __init__(self, most: int = MOST) -> None:
        """*most*: lookups at once. Who shares a Lookup shares them."""
        self._free = asyncio.Semaphore(most)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Every address of *host*. Raises OSError."""
        await self._free.acquire()
        loop = asyncio.get_running_loop()
        found: asyncio.Future[list[ResolveResult]] = loop.create_future()

        def settle(answer: list[ResolveResult] | OSError) -> None:
            self._free.release()  # not before: who stopped waiting leaves a thread behind
            if found.done():
                return
            if isinstance(answer, OSError):
                found.set_exception(answer)
            else:
                found.set_result(answer)

        def look_up() -> None:
            answer: list[ResolveResult] | OSError
            try:
                answer = _addresses(host, port, family)
            except Exception as error:  # noqa: BLE001 - who waits must hear of it, whatever it is
                answer = OSError(str(error))
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(settle, answer)

        try:
            threading.Thread(target=look_up, name="rili-lookup", daemon=True).start()
        except RuntimeError as error:  # the system has no more threads
            settle(OSError(str(error)))
        return await found

    async def close(self) -> None:
        return


def _addresses(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    infos = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [
        ResolveResult(
            hostname=host,
            host=str(address[0]),
            port=port,
            family=found,
            proto=proto,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
        for found, _, proto, _, address in infos
    ]
