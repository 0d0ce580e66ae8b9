"""Requests to addresses that others name: short, small, and never into somebody's own network."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import ip_network
from types import TracebackType
from typing import Any, Literal, Self

import aiohttp
from aiohttp.abc import AbstractResolver
from msgspec import Struct
from yarl import URL

from rili import __version__
from rili.delivery.lookup import Lookup
from rili.model.public_addresses import may_be_reached

LARGEST = 65_536
"""Bytes of a reply that are read."""
KEPT_S = 4.0
"""How long a connection is kept: less than the 5 s after which many servers close it."""

Fault = Literal["url", "unreachable", "reply", "blocked", "timeout"]
"""The address is none, nobody answers there, they answer no good, it is not to be reached, it takes too long."""


class Unanswered(Exception):
    """There is no reply that could be used. The text says why, in a line that an administrator reads."""

    def __init__(self, fault: Fault, reason: str) -> None:
        super().__init__(reason)
        self.fault: Fault = fault


class Reply(Struct, frozen=True):
    """What was answered, whatever the status."""

    status: int
    body: bytes


class Outgoing:
    """A client over HTTP. Its connections live on the event loop that it is first used on, until `close`.

    Where it connects to is checked at the moment of connecting, whatever the name resolved to before. Certificates are
    verified, redirects not followed, proxies of the environment not asked.
    """

    def __init__(self, allowed: Iterable[str] = (), *, resolver: AbstractResolver | None = None) -> None:
        """*allowed*: networks that may be reached besides the public Internet (the setting `callback_networks`)."""
        self._allowed = [ip_network(one) for one in allowed]
        self._resolver = resolver
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def post_json(self, url: str, body: bytes, *, timeout_ms: int) -> Reply:
        """POST the JSON *body* to *url*, which goes out as it is written. Raises Unanswered."""
        try:
            async with (
                asyncio.timeout(timeout_ms / 1000),
                self._opened().post(
                    URL(url, encoded=True),
                    data=body,
                    headers={"content-type": "application/json"},
                    allow_redirects=False,
                ) as response,
            ):
                return Reply(response.status, await _read(response))
        except TimeoutError:
            raise Unanswered("timeout", f"it does not answer within {timeout_ms} ms") from None
        except aiohttp.ClientConnectorError as error:
            raise _not_connected(error) from None
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, ValueError) as error:
            raise Unanswered("url", f"it is no address: {error}") from None
        except (aiohttp.ClientError, OSError) as error:
            raise Unanswered("unreachable", f"no answer over HTTP: {_one_line(error)}") from None

    async def close(self) -> None:
        """Let go of every connection."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=0,
                keepalive_timeout=KEPT_S,
                resolver=self._resolver or Lookup(),
                socket_factory=self._socket,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"user-agent": f"Rili/{__version__}", "accept-encoding": "identity"},
                auto_decompress=False,
                trust_env=False,
            )
        return self._session

    def _socket(self, info: tuple[Any, ...]) -> socket.socket:
        """A socket for the address that is about to be connected to. Raises _Blocked."""
        family, kind, proto, _, address = info
        if not may_be_reached(address[0], self._allowed):
            raise _Blocked
        return socket.socket(family, kind, proto)


class _Blocked(OSError):
    """Which address it is stays untold: what names stand for inside is no business of who asks."""

    def __init__(self) -> None:
        super().__init__(
            "it is not on the public Internet; the setting callback_networks allows more networks"
        )


async def _read(response: aiohttp.ClientResponse) -> bytes:
    read = bytearray()
    async for part in response.content.iter_any():
        read += part
        if len(read) > LARGEST:
            response.close()
            raise Unanswered("reply", f"its answer is longer than {LARGEST} bytes")
    return bytes(read)


def _not_connected(error: aiohttp.ClientConnectorError) -> Unanswered:
    if isinstance(error.os_error, _Blocked):
        return Unanswered("blocked", str(error.os_error))
    return Unanswered("unreachable", f"cannot connect: {_one_line(error.os_error)}")


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
