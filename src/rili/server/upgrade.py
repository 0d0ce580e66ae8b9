"""Which requests become WebSocket: those to one path, asked for as RFC 6455 says. Every other one stays HTTP."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rili.api.stream import SOCKET_PATH

PATH = SOCKET_PATH.encode()
TARGET_BYTES = 2048
PASSED_ON = 16

Header = tuple[bytes, bytes]

_FIXED = (b"upgrade", b"connection", b"sec-websocket-version", b"sec-websocket-key")
# What the app, or the trusting of proxies, reads of the rest. No extension is spoken.
_READ = (b"host", b"origin", b"x-forwarded-for", b"x-forwarded-proto")
_key = re.compile(rb"[A-Za-z0-9+/]{22}==").fullmatch
_plain_target = re.compile(rb"[\x21-\x7e]+").fullmatch
_plain_value = re.compile(rb"[\x20-\x7e]{0,4096}").fullmatch


def upgrade_of(method: bytes, target: bytes, headers: Sequence[Header]) -> bytes | None:
    """The head of the request, with what of it WebSocket needs; None when it is to be answered as HTTP.

    What the library behind it would choke on (bounds of its own, a body) is HTTP too, and refused there.
    """
    if method != b"GET" or target.partition(b"?")[0] != PATH:
        return None
    if len(target) > TARGET_BYTES or not _plain_target(target):
        return None
    names = [name for name, _ in headers]
    if b"content-length" in names or b"transfer-encoding" in names:
        return None
    offered = {name: value for name, value in headers if name in _FIXED and names.count(name) == 1}
    if (
        offered.get(b"upgrade", b"").lower() != b"websocket"
        or offered.get(b"sec-websocket-version") != b"13"
        or not _key(offered.get(b"sec-websocket-key", b""))
    ):
        return None
    passed_on = [(name, value) for name, value in headers if name in _READ]
    if len(passed_on) > PASSED_ON or not all(_plain_value(value) for _, value in passed_on):
        return None
    fixed = [
        (b"upgrade", b"websocket"),
        (b"connection", b"Upgrade"),
        (b"sec-websocket-version", b"13"),
        (b"sec-websocket-key", offered[b"sec-websocket-key"]),
    ]
    lines = [name + b": " + value for name, value in (*fixed, *passed_on)]
    return b"\r\n".join([b"GET " + target + b" HTTP/1.1", *lines, b"", b""])
