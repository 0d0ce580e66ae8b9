"""Answers that their receiver can prove to come from this server, for this app, to this question (decision 102)."""

from __future__ import annotations

import hmac
from hashlib import sha256

TIMESTAMP, SIGNATURE = "x-rili-timestamp", "x-rili-signature"


def signed(key: str, cursor: str, body: bytes, *, now_ms: int) -> dict[str, str]:
    """The headers that sign *body*, the answer to a request with *cursor*.

    *key*: SHA-256 of the app's secret, as hexadecimal text.
    """
    timestamp = str(now_ms)
    text = f"{timestamp}\n{cursor}\n".encode() + body
    return {TIMESTAMP: timestamp, SIGNATURE: f"v1={hmac.new(key.encode(), text, sha256).hexdigest()}"}
