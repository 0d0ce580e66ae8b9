"""The documented shape of an error, for whoever has to answer one: the app, the log around it, the server.

A JSON object; `requestid` is written all lower case, and its value is an upper-case UUID.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

CONTENT_TYPE = b"application/json;charset=utf-8"

_encode = msgspec.json.Encoder().encode


def request_id(raw: bytes) -> str:
    """Upper-case UUID text, version 4 of RFC 4122, of 16 random bytes."""
    text = raw[:16].hex().upper()
    variant = "89AB"[raw[8] >> 4 & 3]
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-{variant}{text[17:20]}-{text[20:]}"


def error_body(
    requestid: str,
    code: str,
    message: str,
    *,
    description: str | None = None,
    accessdenieddetail: Mapping[str, Any] | None = None,
) -> bytes:
    """An error as the SDKs read it; *description* is decision 17's."""
    body: dict[str, Any] = {"code": code, "requestid": requestid, "message": message}
    if description is not None:
        body["description"] = description
    if accessdenieddetail is not None:
        body["accessdenieddetail"] = accessdenieddetail
    return _encode(body)
