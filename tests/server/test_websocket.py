"""What becomes WebSocket and what stays HTTP; what a client may do to the server then."""

from __future__ import annotations

import json
import os
import random
import select
import ssl
import struct
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from rili.api.log import RequestLog
from rili.server import websocket
from tests.certificates import make_certificate
from tests.server.conftest import Client
from tests.server.test_protocol import echo

KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
ACCEPTED = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
"""Both of RFC 6455, 1.3."""
TEXT, BINARY, CONT, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Says what it hears; HTTP is answered by `echo`."""
    if scope["type"] == "http":
        await echo(scope, receive, send)
        return
    await receive()
    if b"refuse" in scope["query_string"]:
        await send(
            {"type": "websocket.http.response.start", "status": 401, "headers": [(b"content-length", b"2")]}
        )
        await send({"type": "websocket.http.response.body", "body": b"{}"})
        return
    if b"fail" in scope["query_string"]:
        raise ValueError("a defect")
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    await send({"type": "websocket.accept"})
    await send(
        {"type": "websocket.send", "text": json.dumps({"headers": headers, "client": scope["client"][0]})}
    )
    while (message := await receive())["type"] != "websocket.disconnect":
        heard = message.get("text") or message.get("bytes").decode("latin-1")
        if heard == "close":
            await send({"type": "websocket.close", "code": 1001})
        elif heard == "much":
            await send({"type": "websocket.send", "bytes": bytes(32 * 1024 * 1024)})
        else:
            await send({"type": "websocket.send", "text": f"heard {len(heard)}"})


@pytest.fixture(scope="module")
def server(serve_module: Any) -> Any:
    return serve_module(RequestLog(app, clock=lambda: 0))


def head(
    target: str = "/connect?ticket=t", method: str = "GET", version: str = "1.1", **changed: str
) -> bytes:
    headers = {
        "Host": "rili.example",
        "Upgrade": "websocket",
        "Connection": "keep-alive, Upgrade",
        "Sec-WebSocket-Key": KEY.decode(),
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Extensions": "permessage-deflate",
        "Cookie": "c=1",
    } | {name.replace("_", "-"): value for name, value in changed.items()}
    lines = [f"{name}: {value}\r\n" for name, value in headers.items() if value]
    return f"{method} {target} HTTP/{version}\r\n{''.join(lines)}\r\n".encode()


def frame(opcode: int, data: bytes = b"", *, fin: bool = True) -> bytes:
    """As a client masks it."""
    first = bytes([opcode | 128 * fin])
    size = len(data)
    if size < 126:
        length = bytes([128 | size])
    elif size < 65536:
        length = b"\xfe" + struct.pack("!H", size)
    else:
        length = b"\xff" + struct.pack("!Q", size)
    mask = os.urandom(4)
    return first + length + mask + bytes(byte ^ mask[place % 4] for place, byte in enumerate(data))


def heard(client: Client) -> tuple[int, bytes]:
    """The next frame: its opcode and its data; of the end of the connection -1."""
    start = client._file.read(2)
    if len(start) < 2:
        return -1, b""
    size = start[1]
    if size == 126:
        size = struct.unpack("!H", client._file.read(2))[0]
    return start[0] & 15, client._file.read(size)


def opened(server: Any, **changed: str) -> Client:
    client: Client = server.client()
    client.send(head(**changed))
    reply = client.reply()
    assert (reply.status, reply.headers["Sec-WebSocket-Accept"]) == (101, ACCEPTED), reply
    assert "Sec-WebSocket-Extensions" not in reply.headers
    assert heard(client)[0] == TEXT
    return client


def test_the_log_has_a_line_and_no_ticket(serve: Any, lines: Any, caplog: Any) -> None:
    server = serve(RequestLog(app, clock=lambda: 0))
    opened(server)
    server.ask(head("/connect?ticket=secret&refuse"))
    assert [(one["method"], one["status"]) for one in lines()] == [("GET", 101), ("GET", 401)]
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("rili")]
    assert not any("ticket" in line for line in ours)


def test_a_connection(server: Any) -> None:
    client = opened(server)
    client.send(frame(TEXT, b"hello") + frame(PING, b"now") + frame(BINARY, b"\xff" * 300))
    assert {heard(client) for _ in range(3)} == {(TEXT, b"heard 5"), (PONG, b"now"), (TEXT, b"heard 300")}
    client.send(frame(TEXT, b"he", fin=False) + frame(PING, b"between") + frame(CONT, b"llo!"))
    assert {heard(client) for _ in range(2)} == {(PONG, b"between"), (TEXT, b"heard 6")}
    client.send(frame(CLOSE, struct.pack("!H", 1000)))
    assert heard(client) == (CLOSE, struct.pack("!H", 1000))
    assert client.ended()


def test_the_server_closes(server: Any) -> None:
    client = opened(server)
    client.send(frame(TEXT, b"close"))
    assert heard(client) == (CLOSE, struct.pack("!H", 1001))
    client.send(frame(CLOSE, struct.pack("!H", 1001)))
    assert client.ended()


def test_what_the_app_gets_to_see(server: Any) -> None:
    client = server.client()
    client.send(head(X_Forwarded_For="192.0.2.7"))
    assert client.reply().status == 101
    _, data = heard(client)
    assert json.loads(data) == {
        "client": "127.0.0.1",
        "headers": {
            "upgrade": "websocket",
            "connection": "Upgrade",
            "sec-websocket-version": "13",
            "sec-websocket-key": KEY.decode(),
            "host": "rili.example",
            "x-forwarded-for": "192.0.2.7",
        },
    }


def test_behind_a_trusted_proxy(serve: Any) -> None:
    server = serve(RequestLog(app, clock=lambda: 0), trusted_proxies=["127.0.0.1/32"])
    client = server.client()
    client.send(head(X_Forwarded_For="192.0.2.7"))
    assert client.reply().status == 101
    assert json.loads(heard(client)[1])["client"] == "192.0.2.7"


def test_over_tls(serve: Any, tmp_path: Any) -> None:
    certificate, key = make_certificate(tmp_path)
    server = serve(RequestLog(app, clock=lambda: 0), tls_certificate=str(certificate), tls_key=str(key))
    client = server.client(ssl.create_default_context(cafile=str(certificate)))
    client.send(head())
    assert client.reply().status == 101
    assert heard(client)[0] == TEXT
    client.send(frame(TEXT, b"hello"))
    assert heard(client) == (TEXT, b"heard 5")


@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(head("/"), id="another path"),
        pytest.param(head("/connect/"), id="a path like it"),
        pytest.param(head("/%63onnect"), id="the path, escaped"),
        pytest.param(head(Upgrade="h2c", HTTP2_Settings="AAMAAABkAAQAoAAAAAIAAAAA"), id="h2c"),
        pytest.param(head(Upgrade=""), id="no upgrade"),
        pytest.param(head(Connection="keep-alive"), id="connection says nothing of it"),
        pytest.param(head(Sec_WebSocket_Version="8"), id="an old version"),
        pytest.param(head(Sec_WebSocket_Version=""), id="no version"),
        pytest.param(head(Sec_WebSocket_Key=""), id="no key"),
        pytest.param(head(Sec_WebSocket_Key="short"), id="a key that is none"),
        pytest.param(head(**{"sec-websocket-key": KEY.decode()}), id="two keys"),
        pytest.param(head(Content_Length="0"), id="a body, empty"),
        pytest.param(head("/connect?" + "x" * 9000), id="a long target"),
        pytest.param(head(Host="x" * 9000), id="a long header"),
        pytest.param(head(Host="ü"), id="a header that is no ASCII"),
        pytest.param(head(version="1.0"), id="HTTP/1.0"),
    ],
)
def test_what_stays_http(server: Any, request_bytes: bytes) -> None:
    reply = server.ask(request_bytes)
    assert (reply.status, reply.json()["method"]) == (200, "GET")


def test_other_methods_stay_http(server: Any) -> None:
    reply = server.ask(head(method="POST", Content_Length="0"))
    assert (reply.status, reply.json()["method"]) == (200, "POST")


def test_many_headers_are_no_matter(server: Any) -> None:
    many = {f"X-{number}": "x" * 100 for number in range(400)}
    opened(server, **many)


def test_after_requests_on_the_same_connection(server: Any) -> None:
    """What is behind requests becomes WebSocket once these are answered; before, it is one of them."""
    client = server.client()
    for _ in range(2):
        client.send(b"GET /x HTTP/1.1\r\n\r\n")
        assert client.reply().status == 200
    client.send(head())
    assert client.reply().status == 101
    assert heard(client)[0] == TEXT

    client = server.client()
    client.send(b"GET /x HTTP/1.1\r\n\r\n" + head())
    assert [client.reply().json()["raw_path"] for _ in range(2)] == ["/x", "/connect"]


def test_frames_that_come_early(server: Any) -> None:
    client = server.client()
    client.send(head() + frame(TEXT, b"early"))
    assert client.reply().status == 101
    assert heard(client)[0] == TEXT
    assert heard(client) == (TEXT, b"heard 5")

    client = server.client()
    client.send(head() + b"x" * (websocket.EARLY_BYTES + 1))
    with pytest.raises((ConnectionError, IndexError)):  # at the first line of a reply that does not come
        client.reply()


def test_refused_by_the_app(server: Any) -> None:
    for early in (b"", b"garbage", frame(TEXT, b"early")):
        client = server.client()
        client.send(head("/connect?refuse") + early)
        reply = client.reply()
        assert (reply.status, reply.body) == (401, b"{}")
        assert "x-acs-request-id" in reply.headers


def test_a_defect_of_the_app(server: Any, caplog: Any) -> None:
    client = server.client()
    client.send(head("/connect?fail"))
    assert client.reply().status >= 400
    assert any(one.name == "rili.failure" and "ValueError" in one.message for one in caplog.records)
    opened(server)


def closes(client: Client) -> int:
    """The code with which the server ends the connection; 0 when it just ends."""
    while True:
        try:
            opcode, data = heard(client)
        except ConnectionError:
            return 0
        if opcode == -1:
            return 0
        if opcode == CLOSE:
            return struct.unpack("!H", data[:2])[0]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        pytest.param(b"\x81\x01a", 1002, id="not masked"),
        pytest.param(frame(TEXT, b"\xff"), 1007, id="text that is not UTF-8"),
        pytest.param(frame(3), 1002, id="an opcode that does not exist"),
        pytest.param(b"\xf1" + frame(TEXT, b"a")[1:], 1002, id="reserved bits"),
        pytest.param(frame(CONT, b"a"), 1002, id="a continuation of nothing"),
        pytest.param(frame(TEXT, b"a", fin=False) + frame(TEXT, b"b"), 1002, id="a new message within one"),
        pytest.param(frame(PING, b"x" * 126), 1002, id="a long ping"),
        pytest.param(frame(PING, b"x", fin=False), 1002, id="a ping in parts"),
        pytest.param(frame(CLOSE, b"x"), 1002, id="a close of one byte"),
        pytest.param(frame(CLOSE, struct.pack("!H", 1005)), 1002, id="a close with no code that may be sent"),
        pytest.param(b"\x81\xff" + struct.pack("!Q", 2**63) + b"mask", 1009, id="a length of 2^63"),
        pytest.param(b"\x81\xff" + struct.pack("!Q", 2**62) + b"mask", 1009, id="a length of 2^62"),
        pytest.param(
            b"\x81\xff" + struct.pack("!Q", websocket.FRAME_BYTES + 1) + b"mask", 1009, id="too long"
        ),
        pytest.param(
            frame(TEXT, b"x" * 60_000, fin=False) + frame(CONT, b"x" * 60_000, fin=False) * 17,
            1009,
            id="too long in parts",
        ),
        pytest.param(
            frame(TEXT, fin=False) + frame(CONT, fin=False) * (websocket.FRAGMENTS + 1), 0, id="many parts"
        ),
    ],
)
def test_what_breaks_the_protocol(server: Any, caplog: Any, sent: bytes, code: int) -> None:
    client = opened(server)
    client.send(sent)
    assert closes(client) == code
    assert [one for one in caplog.records if one.name == "rili.failure"] == []


def test_as_long_as_may_be(server: Any) -> None:
    client = opened(server)
    client.send(frame(TEXT, b"x" * websocket.FRAME_BYTES))
    assert heard(client) == (TEXT, f"heard {websocket.FRAME_BYTES}".encode())


def test_garbage(server: Any, caplog: Any) -> None:
    """Whatever comes ends that connection alone, in silence."""
    chance = random.Random(7)
    bystander = opened(server)
    for _ in range(150):
        client = opened(server)
        parts = [frame(chance.choice([TEXT, BINARY, CONT, PING]), chance.randbytes(chance.randrange(200)))]
        broken = bytearray(b"".join(parts * 3))
        for _ in range(chance.randrange(1, 4)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        client.send(bytes(broken))
        client.close()
    for _ in range(50):
        line = bytearray(head())
        line[chance.randrange(len(line))] = chance.randrange(256)
        client = server.client()
        client.send(bytes(line))
        client.close()
    bystander.send(frame(TEXT, b"hello"))
    assert heard(bystander) == (TEXT, b"heard 5")
    assert [one for one in caplog.records if one.name == "rili.failure"] == []


def test_who_answers_no_ping_is_gone(serve: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("rili.server.PING_SECONDS", 0.05)
    monkeypatch.setattr("rili.server.PONG_SECONDS", 0.05)
    client = opened(serve(RequestLog(app, clock=lambda: 0)))
    opcode, data = heard(client)
    assert (opcode, len(data)) == (PING, 4)
    client.send(frame(PONG, data))
    assert heard(client)[0] == PING  # which is not answered
    assert closes(client) == 1011


def test_who_does_not_read_is_gone(serve: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("rili.server.websocket.WRITE_SECONDS", 0)
    client = opened(serve(RequestLog(app, clock=lambda: 0)))
    client.send(frame(TEXT, b"much"))
    ended = select.poll()
    ended.register(client._socket, 0)  # nothing but its end
    for _ in range(1000):
        if ended.poll(10):
            return
        client._socket.send(frame(PING))  # what comes to nobody is told so
    raise AssertionError("it was let go on")
