"""What is around every answer: ids, CORS, the log line, and an answer when the app has none."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from rili.api.log import RequestLog, network
from rili.server.logs import JsonLines, log_loop_failure
from tests.server.conftest import NOW_MS

SECRETS = ["T0ken", "Quer1", "Pa7h", "B0dy", "H3ader", "Exc3ption", "198.51.100.77"]


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    scope["rili.route"] = "/v1.0/users/{userId}"
    scope["rili.app_key"] = "dingkey"
    message = await receive()
    if scope["query_string"].startswith(b"fail"):
        raise KeyError(SECRETS[5]) from ValueError(SECRETS[5])
    if scope["query_string"].startswith(b"late"):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
        raise KeyError(SECRETS[5])
    if scope["query_string"].startswith(b"silent"):
        return
    scope["rili.code"] = "itemNotFound"
    body = message["body"]
    headers = [(b"content-length", str(len(body)).encode()), (b"vary", b"Accept")]
    await send({"type": "http.response.start", "status": 404, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def ask(query: bytes = b"", cors_origins: tuple[str, ...] = ("*",), **scope: Any) -> tuple[Any, ...]:
    """Status, headers and body of the answer, in process."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"B0dy", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [
        (b"x-acs-dingtalk-access-token", b"T0ken"),
        (b"authorization", b"H3ader"),
        *scope.pop("headers", []),
    ]
    given = {
        "type": "http",
        "method": "PUT",
        "path": "/Pa7h",
        "raw_path": b"/Pa7h",
        "query_string": query + b"&Quer1",
        "headers": headers,
        "client": ("198.51.100.77", 50000),
        **scope,
    }
    log = RequestLog(app, clock=lambda: NOW_MS, new_bytes=lambda n: b"\xff" * n, cors_origins=cors_origins)
    await log(given, receive, send)
    start = sent[0]
    return start["status"], start["headers"], b"".join(m["body"] for m in sent[1:])


@pytest.mark.parametrize(
    ("query", "status", "members"),
    [
        pytest.param(
            b"", 404, {"level": "info", "code": "itemNotFound", "bytes_in": 4, "bytes_out": 4}, id="answered"
        ),
        pytest.param(b"fail", 500, {"level": "error", "code": "unknownError"}, id="exception"),
        pytest.param(b"late", 200, {"level": "info", "bytes_out": 0}, id="exception after the head"),
        pytest.param(b"silent", 500, {"level": "error", "code": "unknownError"}, id="no answer"),
    ],
)
def test_line(caplog: Any, lines: Any, query: bytes, status: int, members: dict[str, Any]) -> None:
    answered, headers, _ = asyncio.run(ask(query, headers=[(b"x-acs-action", b"PatchEvent")]))

    assert answered == status
    [line] = lines()
    assert line["duration_ms"] >= 0
    expected = {
        "time": "2026-01-01T00:00:00.123Z",
        "requestid": "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF",
        "method": "PUT",
        "route": "/v1.0/users/{userId}",
        "status": status,
        "app_key": "dingkey",
        "action": "PatchEvent",
        "network": "198.51.100.0/24",
        **members,
    }
    assert expected.items() <= line.items()
    assert (b"x-acs-request-id", line["requestid"].encode()) in headers
    assert (b"x-acs-trace-id", b"ff" * 16) in headers
    formatter = JsonLines(lambda: NOW_MS)
    written = "".join(formatter.format(record) for record in caplog.records)
    assert not [secret for secret in SECRETS if secret in written]


def test_exception_becomes_the_documented_error(caplog: Any) -> None:
    status, headers, body = asyncio.run(ask(b"fail"))

    assert status == 500
    assert (b"content-type", b"application/json;charset=utf-8") in headers
    requestid = "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF"
    assert json.loads(body) == {"code": "unknownError", "message": "未知错误", "requestid": requestid}
    [failure] = [record for record in caplog.records if record.name == "rili.failure"]
    assert requestid in failure.getMessage()
    assert "KeyError" in failure.getMessage()
    assert "from ValueError" in failure.getMessage()
    assert "test_log.py" in failure.getMessage()


@pytest.mark.parametrize("action", [b"Patch Event", b"x" * 65, b"T0ken1", b""])
def test_action_must_be_a_name(lines: Any, action: bytes) -> None:
    asyncio.run(ask(headers=[(b"x-acs-action", action)]))

    assert "action" not in lines()[0]


@pytest.mark.parametrize(
    ("origins", "origin", "allowed", "vary"),
    [
        pytest.param(("*",), b"https://a.example", b"*", False, id="everyone"),
        pytest.param(("*",), None, b"*", False, id="everyone, no origin"),
        pytest.param(("https://a.example",), b"https://a.example", b"https://a.example", True, id="listed"),
        pytest.param(("https://a.example",), b"https://b.example", None, True, id="not listed"),
        pytest.param(("https://a.example",), None, None, True, id="listed, no origin"),
        pytest.param((), b"https://a.example", None, False, id="nobody"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "OPTIONS"])
def test_cors(method: str, origins: Any, origin: bytes | None, allowed: bytes | None, vary: bool) -> None:
    sent = [(b"origin", origin)] if origin else []
    status, headers, _ = asyncio.run(ask(method=method, cors_origins=origins, headers=sent))

    assert status == (204 if method == "OPTIONS" else 404)
    assert [v for n, v in headers if n == b"access-control-allow-origin"] == ([allowed] if allowed else [])
    assert ((b"vary", b"Origin") in headers) is vary
    others = [
        n for n, _ in headers if n.startswith(b"access-control-") and n != b"access-control-allow-origin"
    ]
    assert bool(others) is bool(allowed)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.200", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", "-"),
    ],
)
def test_network(address: str, expected: str) -> None:
    assert network(address) == expected


def test_other_lines_are_json() -> None:
    record = logging.LogRecord("rili.server", logging.WARNING, "", 0, "stopped %s", ("early",), None)

    assert json.loads(JsonLines(lambda: NOW_MS).format(record)) == {
        "time": "2026-01-01T00:00:00.123Z",
        "level": "warning",
        "logger": "rili.server",
        "message": "stopped early",
    }


def test_a_failed_callback_is_logged_without_its_arguments(caplog: Any) -> None:
    def fail(_: str) -> None:
        raise ValueError("of somebody")

    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        loop.set_exception_handler(log_loop_failure)
        loop.call_soon(fail, "a-secret")
        runner.run(asyncio.sleep(0))

    assert caplog.messages[0].startswith("Exception in callback: ValueError")
    assert "test_log.py" in caplog.text
    assert "a-secret" not in caplog.text
    assert "of somebody" not in caplog.messages[0].partition("\n")[0]
