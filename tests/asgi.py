"""Requests straight into the app, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec import Struct
from starlette.types import ASGIApp, Message


class Answered(Struct):
    """What came back; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


async def call(
    app: ASGIApp,
    method: str,
    target: str,
    *,
    json: Any = None,
    form: Mapping[str, str] | None = None,
    raw: bytes = b"",
    headers: Mapping[str, str] | None = None,
    client: str = "127.0.0.1",
) -> Answered:
    """One request with a JSON, form or *raw* body. *target* is as on the wire, query included; *client* its address."""
    sent = dict(headers or {})
    if json is not None:
        raw = msgspec.json.encode(json)
        sent.setdefault("content-type", "application/json")
    elif form is not None:
        raw = urlencode(form).encode()
        sent.setdefault("content-type", "application/x-www-form-urlencoded")
    path, _, query = target.partition("?")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
        "client": (client, 50000),
        "server": ("127.0.0.1", 8470),
    }
    messages: list[Message] = []
    requests = [{"type": "http.request", "body": raw, "more_body": False}]
    answered = asyncio.Event()

    async def receive() -> Message:
        if requests:
            return requests.pop()
        await answered.wait()  # of an answer that does not end, the first piece is enough
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        messages.append(message)
        if message["type"] == "http.response.body":
            answered.set()

    await app(scope, receive, send)
    start = messages[0]
    return Answered(
        start["status"],
        {name.decode().lower(): value.decode() for name, value in start["headers"]},
        b"".join(message.get("body", b"") for message in messages[1:]),
    )
