"""Names of hosts to addresses, in threads that nothing waits for: no other lookup, and not the end of the process."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress

from aiohttp.abc import AbstractResolver, ResolveResult

MOST = 64
"""Lookups at once, in the whole process: a name server that never answers holds a thread for many seconds."""

_free = threading.BoundedSemaphore(MOST)


class Lookup(AbstractResolver):
    """The operating system's own resolver."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Every address of *host*. Raises OSError."""
        if not _free.acquire(blocking=False):
            raise OSError(f"{MOST} other names are being looked up")
        loop = asyncio.get_running_loop()
        found: asyncio.Future[list[ResolveResult]] = loop.create_future()

        def settle(answer: list[ResolveResult] | OSError) -> None:
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
            except (OSError, UnicodeError) as error:
                answer = OSError(str(error))
            finally:
                _free.release()
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(settle, answer)

        threading.Thread(target=look_up, name="rili-lookup", daemon=True).start()
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
