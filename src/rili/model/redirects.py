"""Where an app may send people on to: an address that was registered, or one below it (decision 63)."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from rili.errors import InvalidParameter

LONGEST = 2048
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

_PLAIN = re.compile(r"[\x21-\x7e]+")
_NOT_IN_AN_ADDRESS = re.compile(r"""[\s\\"'<>{}|^`;,#]""")
_DOTS = re.compile(r"(?:\.|%2e){1,2}", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}


class _Address(NamedTuple):
    scheme: str
    host: str
    port: int | None
    path: str


def check(url: str) -> str:
    """*url* as an administrator may register it. Raises InvalidParameter."""
    parts = _parts(url)
    if parts is None or "?" in url:
        raise InvalidParameter(
            "A redirect address is http:// or https://, a host, and a path if need be: "
            "no user, query, fragment, or dot segment"
        )
    return url


def allows(registered: str, wanted: str) -> bool:
    """Whether *wanted* has the scheme, host and port of *registered*, and its path or one below.

    A loopback address that was registered without a port stands for all its ports (RFC 8252 7.3).
    """
    ours, theirs = _parts(registered), _parts(wanted)
    if ours is None or theirs is None or (ours.scheme, ours.host) != (theirs.scheme, theirs.host):
        return False
    any_port = ours.host in LOOPBACK and ours.port is None
    if not any_port and _port(ours) != _port(theirs):
        return False
    below = ours.path.rstrip("/") + "/"
    return theirs.path == ours.path or (theirs.path + "/").startswith(below)


def origin(url: str) -> str:
    """Scheme, host and port of a checked address, as Content-Security-Policy spells it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def with_query(url: str, **values: str) -> str:
    """*url* with *values* added to its query."""
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *values.items()]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _parts(url: str) -> _Address | None:
    """None for anything that two readers of addresses might read in two ways."""
    if len(url) > LONGEST or not _PLAIN.fullmatch(url) or _NOT_IN_AN_ADDRESS.search(url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname or "@" in parts.netloc or port == 0:
        return None
    if any(_DOTS.fullmatch(segment) for segment in parts.path.split("/")) or "%2f" in parts.path.lower():
        return None
    return _Address(parts.scheme, parts.hostname, port, parts.path)


def _port(address: _Address) -> int:
    return address.port or _PORTS[address.scheme]
