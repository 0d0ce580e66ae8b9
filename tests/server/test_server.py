"""Proxies, TLS, binding."""

from __future__ import annotations

import json
import ssl
from pathlib import Path
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from rili.server import base_url, bind
from tests.certificates import make_certificate


async def who(scope: Scope, receive: Receive, send: Send) -> None:
    body = json.dumps([scope["scheme"], scope["client"][0]]).encode()
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.mark.parametrize(
    ("trusted", "sent", "expected"),
    [
        pytest.param([], "203.0.113.9", ["http", "127.0.0.1"], id="nobody trusted"),
        pytest.param(["10.0.0.0/8"], "203.0.113.9", ["http", "127.0.0.1"], id="another one trusted"),
        pytest.param(["127.0.0.1"], "203.0.113.9", ["https", "203.0.113.9"], id="address"),
        pytest.param(["127.0.0.0/8"], "203.0.113.9", ["https", "203.0.113.9"], id="network"),
        pytest.param(["127.0.0.1"], "192.0.2.1, 203.0.113.9", ["https", "203.0.113.9"], id="forged in front"),
        pytest.param(
            ["127.0.0.1", "10.0.0.0/8"], "203.0.113.9, 10.1.2.3", ["https", "203.0.113.9"], id="two proxies"
        ),
    ],
)
def test_proxies(serve: Any, trusted: list[str], sent: str, expected: list[str]) -> None:
    server = serve(who, trusted_proxies=trusted)
    reply = server.ask(
        f"GET / HTTP/1.1\r\nX-Forwarded-For: {sent}\r\nX-Forwarded-Proto: https\r\n\r\n".encode()
    )

    assert reply.json() == expected


def test_tls(serve: Any, tmp_path: Path) -> None:
    cert, key = make_certificate(tmp_path)
    server = serve(who, tls_certificate=str(cert), tls_key=str(key))
    client = server.client(ssl.create_default_context(cafile=str(cert)))
    client.send(b"GET / HTTP/1.1\r\n\r\n")

    assert client.reply().json() == ["https", "127.0.0.1"]
    client.send(b"GET /\xff HTTP/1.1\r\n\r\n")
    assert client.reply().status == 400
    assert client.ended()


def test_two_cannot_listen() -> None:
    first = bind("127.0.0.1", 0)
    try:
        with pytest.raises(OSError, match="in use"):
            bind("127.0.0.1", first.getsockname()[1])
    finally:
        first.close()


@pytest.mark.parametrize(
    ("host", "tls", "expected"),
    [
        ("127.0.0.1", False, "http://127.0.0.1"),
        ("0.0.0.0", True, "https://127.0.0.1"),
        ("localhost", False, "http://127.0.0.1"),
    ],
)
def test_base_url(host: str, tls: bool, expected: str) -> None:
    listener = bind(host, 0)
    try:
        assert base_url(listener, tls=tls) == f"{expected}:{listener.getsockname()[1]}"
    finally:
        listener.close()
