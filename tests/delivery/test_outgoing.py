"""Where requests go, and where not. The receivers here answer whatever they are sent."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from rili.config import LOOPBACK
from rili.delivery import lookup
from rili.delivery.outgoing import LARGEST, Outgoing, Unanswered
from tests.certificates import make_certificate
from tests.receiver import receiving

LONG_MS = 20_000


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        seen.append((self.path, dict(self.headers)))
        kind, _, length = self.path.strip("/").partition("?")
        if kind == "moved":
            self._send(307, b"elsewhere", location="/found")
        elif kind == "huge":
            self._send(200, b"x" * int(length))
        elif kind == "zipped":
            self._send(200, b"\x1f\x8b not unpacked", **{"content-encoding": "gzip"})
        elif kind == "noise":
            self.wfile.write(b"\0\0\0 this is no HTTP\r\n\r\n")
            self.close_connection = True
        elif kind == "heads":
            self._send(200, b"", **{"x-much": "x" * 100_000})
        else:
            self._send(200, b"{}", **{"set-cookie": "a=b; Path=/"})

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        return


seen: list[tuple[str, dict[str, str]]] = []


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


class Names(AbstractResolver):
    """Each lookup has the next answer; the last stays."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        address = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        kind = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=0)]

    async def close(self) -> None:
        return


async def post(url: str, *, timeout_ms: int = LONG_MS, allowed: Any = LOOPBACK, **how: Any) -> Any:
    """The reply, or what was at fault."""
    async with Outgoing(allowed, **how) as outgoing:
        try:
            return await outgoing.post_json(url, b"{}", timeout_ms=timeout_ms)
        except Unanswered as unanswered:
            return unanswered.fault


def test_what_is_sent(run: Callable[..., Any], port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the address as it is written, whatever proxies the environment names; cookies are not kept."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    async def twice() -> None:
        async with Outgoing(LOOPBACK) as outgoing:
            for _ in range(2):
                reply = await outgoing.post_json(
                    f"http://127.0.0.1:{port}/a%2Fb?x=%7E+1", b"{}", timeout_ms=LONG_MS
                )
                assert (reply.status, reply.body) == (200, b"{}")

    seen.clear()
    run(twice())
    assert [target for target, _ in seen] == ["/a%2Fb?x=%7E+1"] * 2
    for _, headers in seen:
        lower = {name.lower(): value for name, value in headers.items()}
        assert (lower["content-type"], lower["accept-encoding"]) == ("application/json", "identity")
        assert lower["user-agent"].startswith("Rili/")
        assert "cookie" not in lower


def test_answers(run: Callable[..., Any], port: int) -> None:
    base = f"http://127.0.0.1:{port}"
    moved = run(post(f"{base}/moved"))
    assert (moved.status, moved.body) == (307, b"elsewhere")
    assert run(post(f"{base}/zipped")).body == b"\x1f\x8b not unpacked"
    assert len(run(post(f"{base}/huge?{LARGEST}")).body) == LARGEST
    assert run(post(f"{base}/huge?{LARGEST + 1}")) == "reply"
    assert run(post(f"{base}/noise")) == "unreachable"
    assert run(post(f"{base}/heads")) == "unreachable"


INSIDE = [
    "127.0.0.1", "0x7f000001", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "[::]",
    "[64:ff9b::7f00:1]", "169.254.169.254", "10.0.0.1", "224.0.0.1",
]  # fmt: skip
UNUSUAL = ["127.1", "2130706433", "0177.0.0.1", "127.0.0.1.", "0"]
"""Which some read as addresses, and others do not."""


@pytest.mark.parametrize(
    ("host", "fault"), [*((one, "blocked") for one in INSIDE), *((one, "url") for one in UNUSUAL)]
)
def test_addresses_that_are_not_public(run: Callable[..., Any], port: int, host: str, fault: str) -> None:
    seen.clear()
    assert run(post(f"http://{host}:{port}/", allowed=())) == fault
    assert seen == []


def test_why_they_are_refused(run: Callable[..., Any], port: int) -> None:
    async def refused() -> str:
        async with Outgoing() as outgoing:
            with pytest.raises(Unanswered) as raised:
                await outgoing.post_json(f"http://127.0.0.1:{port}/", b"{}", timeout_ms=LONG_MS)
            assert raised.value.fault == "blocked"
            return str(raised.value)

    assert "callback_networks" in run(refused())
    assert run(post(f"http://127.0.0.1:{port}/", allowed=["10.0.0.0/8"])) == "blocked"
    assert run(post(f"http://localhost:{port}/", allowed=())) == "blocked"


def test_names_that_lead_inside(run: Callable[..., Any], port: int) -> None:
    """Whatever is looked up is looked at when it is connected to."""
    for inside in ("127.0.0.1", "::ffff:127.0.0.1", "10.0.0.1", "169.254.169.254"):
        url = f"http://app.example:{port}/"
        assert run(post(url, allowed=(), resolver=Names(inside))) == "blocked"
    assert run(post(f"http://app.example:{port}/", resolver=Names("127.0.0.1"))).status == 200


def test_a_name_that_changes_what_it_leads_to(run: Callable[..., Any], port: int) -> None:
    """The check is that of the very address that is connected to, so it does not help to answer twice."""
    names = Names("93.184.216.34", "127.0.0.1")
    checked: list[str] = []

    class Watched(Outgoing):
        def _socket(self, info: tuple[Any, ...]) -> socket.socket:
            checked.append(info[4][0])
            made = super()._socket(info)
            made.close()
            raise OSError("no network in tests")

    async def twice() -> list[str]:
        faults: list[str] = []
        for _ in range(2):
            async with Watched(resolver=names) as outgoing:
                try:
                    await outgoing.post_json(f"http://app.example:{port}/", b"{}", timeout_ms=LONG_MS)
                except Unanswered as unanswered:
                    faults.append(unanswered.fault)
        return faults

    seen.clear()
    assert run(twice()) == ["unreachable", "blocked"]
    assert (checked, seen) == (["93.184.216.34", "127.0.0.1"], [])


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        pytest.param(f"http://{'a' * 70}.example/", "unreachable", id="label too long"),
        pytest.param("http://127.0.0.1:1/", "unreachable", id="nobody listens"),
        pytest.param("ftp://127.0.0.1/", "url", id="another scheme"),
        pytest.param("/path", "url", id="no host"),
    ],
)
def test_nobody_there(run: Callable[..., Any], url: str, fault: str) -> None:
    assert run(post(url)) == fault


def test_a_name_that_nobody_has(run: Callable[..., Any]) -> None:
    class Nobody(Names):
        async def resolve(self, *args: Any, **kwargs: Any) -> list[ResolveResult]:
            raise OSError("Name or service not known")

    assert run(post("http://app.example/", resolver=Nobody(""))) == "unreachable"


def test_names_that_are_looked_up_for_ever(
    run: Callable[..., Any], port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Take no more threads than there are for it. Who finds none free waits, as long as the request may take."""
    looked_up: list[str] = []
    let_go = threading.Event()

    def addresses(host: str, *where: Any) -> list[ResolveResult]:
        looked_up.append(host)
        if host == "silent.example":
            let_go.wait()
            raise ValueError("of no kind that is known")
        return found(host, *where)

    found = lookup._addresses
    monkeypatch.setattr(lookup, "_addresses", addresses)

    async def steps() -> None:
        shared = lookup.Lookup(most=1)
        assert await post("http://silent.example/", timeout_ms=50, resolver=shared) == "timeout"
        assert await post("http://another.example/", timeout_ms=50, resolver=shared) == "timeout"
        waiting = asyncio.create_task(post(f"http://localhost:{port}/", resolver=shared))
        await asyncio.sleep(0.05)
        assert looked_up == ["silent.example"]
        assert not waiting.done()
        let_go.set()
        assert (await waiting).status == 200
        assert (await post(f"http://localhost:{port}/", resolver=shared)).status == 200

    run(steps())
    assert looked_up == ["silent.example", "localhost", "localhost"], "who gave up waiting is not looked up"


def test_a_system_without_threads(
    run: Callable[..., Any], port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoThread(threading.Thread):
        def start(self) -> None:
            raise RuntimeError("can't start new thread")

    async def steps() -> None:
        shared = lookup.Lookup(most=1)
        with monkeypatch.context() as patched:
            patched.setattr(lookup.threading, "Thread", NoThread)
            assert await post(f"http://localhost:{port}/", resolver=shared) == "unreachable"
        assert (await post(f"http://localhost:{port}/", resolver=shared)).status == 200

    run(steps())


def test_certificates_are_verified(run: Callable[..., Any], tmp_path) -> None:
    with receiving("owner", certificate=make_certificate(tmp_path)) as receiver:
        assert run(post(receiver.url)) == "unreachable"
        assert receiver.requests == []


def test_who_says_nothing(run: Callable[..., Any]) -> None:
    """Nor accepts: the backlog of the system does."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert run(post(f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout_ms=50)) == "timeout"
        assert run(post(f"https://127.0.0.1:{silent.getsockname()[1]}/", timeout_ms=50)) == "timeout"


def test_a_name_server_that_says_nothing(run: Callable[..., Any]) -> None:
    class Silent(Names):
        async def resolve(self, *args: Any, **kwargs: Any) -> list[ResolveResult]:
            await asyncio.Event().wait()
            raise AssertionError

    assert run(post("http://app.example/", timeout_ms=50, resolver=Silent("127.0.0.1"))) == "timeout"
