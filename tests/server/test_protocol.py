"""What HTTP itself refuses, and what it must not."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from rili.api.log import RequestLog
from rili.server import protocol

UUID = re.compile(r"[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}")


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers what it understood. Below /early it answers before it reads."""
    body = b""
    more = not scope["path"].startswith("/early")
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body += message["body"]
        more = message["more_body"]
    answer = json.dumps(
        {
            "method": scope["method"],
            "raw_path": scope["raw_path"].decode(),
            "query": scope["query_string"].decode(),
            "body": body.decode(),
            "scheme": scope["scheme"],
            "client": scope["client"][0],
            "headers": [name.decode() for name, _ in scope["headers"]],
        }
    ).encode()
    headers = [(b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


@pytest.fixture(scope="module")
def server(serve_module: Any) -> Any:
    return serve_module(RequestLog(echo, clock=lambda: 0))


@pytest.mark.parametrize(
    ("request_bytes", "status", "says"),
    [
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01", 400, "TLS", id="TLS on a plain port"),
        pytest.param(b"HELLO\r\n\r\n", 400, "method", id="not HTTP"),
        pytest.param(b"FOO / HTTP/1.1\r\n\r\n", 400, "method", id="unknown method"),
        pytest.param(b"GET\r\n\r\n", 400, "", id="no target"),
        pytest.param(b"GET /a b HTTP/1.1\r\n\r\n", 400, "Not HTTP", id="space in the target"),
        pytest.param("GET /ü HTTP/1.1\r\n\r\n".encode(), 400, "ASCII", id="raw UTF-8 in the target"),
        pytest.param(b"GET /a?x=\xff HTTP/1.1\r\n\r\n", 400, "ASCII", id="raw byte in the query"),
        pytest.param(b"GET a HTTP/1.1\r\n\r\n", 400, "ASCII", id="relative target"),
        pytest.param(b"GET / HTTX/1.1\r\n\r\n", 400, "Not HTTP", id="another protocol"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "Not HTTP", id="HTTP/2 preface"),
        pytest.param(b"CONNECT a.example:443 HTTP/1.1\r\n\r\n", 400, "path", id="CONNECT"),
        pytest.param(b"GET ftp://a.example/x HTTP/1.1\r\n\r\n", 400, "path", id="another scheme"),
        pytest.param(b"GET http://[::1/ HTTP/1.1\r\n\r\n", 400, "path", id="broken absolute form"),
        pytest.param(
            b"GET / HTTP/1.1\r\nbad name: x\r\n\r\n", 400, "Not HTTP", id="space in a header's name"
        ),
        pytest.param(b"GET / HTTP/1.1\r\nX: a\x00b\r\n\r\n", 400, "Not HTTP", id="NUL in a header"),
        pytest.param(b"GET / HTTP/1.1\r\nno colon\r\n\r\n", 400, "Not HTTP", id="header without colon"),
        pytest.param(b"PUT / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400, "Not HTTP", id="negative length"),
        pytest.param(
            b"PUT / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
            400,
            "Not HTTP",
            id="huge length",
        ),
        pytest.param(
            b"PUT / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            400,
            "Not HTTP",
            id="two lengths",
        ),
        pytest.param(
            b"PUT / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            400,
            "Not HTTP",
            id="length and chunks",
        ),
        pytest.param(
            b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
            400,
            "Not HTTP",
            id="bad chunk size",
        ),
        pytest.param(
            b"PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
            400,
            "Not HTTP",
            id="long chunk",
        ),
        pytest.param(
            b"GET / HTTP/1.1\r\nX: " + b"x" * 70_000 + b"\r\n\r\n", 431, "65536", id="one large header"
        ),
        pytest.param(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000, 431, "65536", id="endless headers"),
        pytest.param(b"GET /" + b"x" * 600_000, 431, "65536", id="endless target"),
    ],
)
def test_refused(server: Any, lines: Any, request_bytes: bytes, status: int, says: str) -> None:
    client = server.client()
    client.send(request_bytes)
    reply = client.reply()

    assert reply.status == status
    error = reply.json()
    assert error["code"] == "invalidParameter"
    assert says in error["description"]
    assert UUID.fullmatch(error["requestid"])
    assert reply.headers["x-acs-request-id"] == error["requestid"]
    assert re.fullmatch("[0-9a-f]{32}", reply.headers["x-acs-trace-id"])
    assert reply.headers["content-type"] == "application/json;charset=utf-8"
    assert reply.headers["access-control-allow-origin"] == "*"
    assert reply.headers["connection"] == "close"
    assert "date" in reply.headers
    assert "server" not in reply.headers
    assert client.ended()
    [line] = lines()
    assert (line["requestid"], line["status"], line["code"]) == (
        error["requestid"],
        status,
        "invalidParameter",
    )


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param(
            b"GET /a%2Fb/c=+?x=%20", {"raw_path": "/a%2Fb/c=+", "query": "x=%20"}, id="as it is sent"
        ),
        pytest.param(b"GET //a/b", {"raw_path": "//a/b"}, id="two slashes"),
        pytest.param(b"GET /a#b", {"raw_path": "/a"}, id="fragment"),
        pytest.param(
            b"PUT http://api.dingtalk.com/v1.0/a%2Fb?x=1",
            {"raw_path": "/v1.0/a%2Fb", "query": "x=1"},
            id="proxy",
        ),
        pytest.param(b"GET https://api.dingtalk.com:443/v1.0", {"raw_path": "/v1.0"}, id="proxy with port"),
        pytest.param(b"GET http://api.dingtalk.com", {"raw_path": "/"}, id="proxy without path"),
        pytest.param(
            b"GET http://api.dingtalk.com?x", {"raw_path": "/", "query": "x"}, id="proxy, query only"
        ),
        pytest.param(b"PROPFIND /dav/", {"method": "PROPFIND"}, id="verb of WebDAV"),
    ],
)
def test_targets(server: Any, head: bytes, expected: dict[str, str]) -> None:
    reply = server.ask(head + b" HTTP/1.1\r\nHost: http://127.0.0.1:8470\r\n\r\n")

    assert reply.status == 200
    assert expected.items() <= reply.json().items()


def test_no_host_and_http_1_0(server: Any) -> None:
    client = server.client()
    client.send(b"GET /x HTTP/1.0\r\n\r\n")

    assert client.reply().status == 200
    assert client.ended()


def test_body_after_100_continue(server: Any) -> None:
    client = server.client()
    client.send(b"PUT /x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
    assert client.line() == b"HTTP/1.1 100 Continue"
    assert client.line() == b""
    client.send(b"hello")

    assert client.reply().json()["body"] == "hello"


def test_answered_before_100_continue_closes(server: Any) -> None:
    client = server.client()
    client.send(b"PUT /early HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")

    assert client.reply().status == 200
    assert client.ended()


def test_chunks_and_trailers(server: Any) -> None:
    client = server.client()
    chunks = b"2\r\n{}\r\n0\r\nx-acs-dingtalk-access-token: T\r\n\r\n"
    client.send(b"PUT /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
    reply = client.reply().json()

    assert reply["body"] == "{}"
    assert reply["headers"] == ["transfer-encoding"]


def test_pipelined_answers_come_in_order_before_a_refusal(server: Any) -> None:
    client = server.client()
    client.send(b"GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /\xff HTTP/1.1\r\n\r\n")

    assert [client.reply().json()["raw_path"] for _ in range(2)] == ["/1", "/2"]
    assert client.ended()


def test_upgrade_offer_is_ignored(server: Any) -> None:
    client = server.client()
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n"
    client.send(b"GET /1 HTTP/1.1\r\n" + offer + b"GET /2 HTTP/1.1\r\n\r\n")

    assert [client.reply().json()["raw_path"] for _ in range(2)] == ["/1", "/2"]


def test_large_body_behind_a_small_head(server: Any) -> None:
    reply = server.ask(b"PUT /x HTTP/1.1\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300_000)

    assert len(reply.json()["body"]) == 300_000


def test_answer_before_the_body_keeps_the_connection(server: Any) -> None:
    client = server.client()
    client.send(b"PUT /early HTTP/1.1\r\nContent-Length: 300000\r\n\r\n" + b"x" * 300_000)
    client.send(b"GET /2 HTTP/1.1\r\n\r\n")

    assert [client.reply().json()["raw_path"] for _ in range(2)] == ["/early", "/2"]


@pytest.mark.parametrize(
    ("begun", "part"),
    [
        pytest.param(b"GET /x HTTP/1.1\r\nHost:", "head", id="head"),
        pytest.param(b"PUT /x HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel", "body", id="body"),
    ],
)
def test_slow_requests_are_refused(serve: Any, monkeypatch: Any, begun: bytes, part: str) -> None:
    monkeypatch.setattr(protocol, f"{part.upper()}_SECONDS", 0)
    client = serve(RequestLog(echo, clock=lambda: 0)).client()
    client.send(begun)
    reply = client.reply()

    assert reply.status == 408
    assert f"The {part} " in reply.json()["description"]
    assert client.ended()


def test_silent_connections_are_closed(serve: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(protocol, "HEAD_SECONDS", 0)

    assert serve(echo).client().ended()


def test_idle_connections_are_closed(serve: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(protocol, "IDLE_SECONDS", 0)
    client = serve(echo).client()
    client.send(b"GET /x HTTP/1.1\r\n\r\n")

    assert client.reply().status == 200
    assert client.ended()


def test_endless_requests_are_cut(serve: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(protocol, "MESSAGE_BYTES", 100_000)
    client = serve(RequestLog(echo, clock=lambda: 0)).client()
    client.send(b"PUT /x HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n" + b"x" * 1_000_000)
    reply = client.reply()

    assert reply.status == 413
    assert client.ended()
