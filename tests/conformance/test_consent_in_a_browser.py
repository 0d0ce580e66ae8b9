"""A person lets an app act for them, in a real browser, by the keyboard alone.

What only a browser shows: that the focus is where one types, that Content-Security-Policy lets the form lead on to the
app, that the cookie comes back.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from rili.testing import running
from tests.conformance.browser import CHROMIUM, Browser

pytestmark = pytest.mark.skipif(  # a developer may have no browser; CI always has one, and fails without
    CHROMIUM is None and not os.environ.get("CI"), reason="there is no chromium on this machine"
)


@pytest.fixture
def callback() -> Iterator[tuple[str, Queue[dict[str, list[str]]]]]:
    """The app's own page: its address, and what came in its query."""
    came: Queue[dict[str, list[str]]] = Queue()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/callback":
                came.put(parse_qs(parts.query))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/callback", came
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("language", "titles", "keys", "expected"),
    [
        pytest.param(
            "en-US", ("Sign in · Rili", "Allow access · Rili"), ["Enter"], "authCode", id="agree, English"
        ),
        pytest.param("zh-CN", ("登录 · Rili", "授权 · Rili"), ["Enter"], "authCode", id="agree, Chinese"),
        pytest.param(
            "zh-CN", ("登录 · Rili", "授权 · Rili"), ["Tab", "Enter"], "error", id="refuse, Chinese"
        ),
    ],
)
def test_by_the_keyboard_alone(
    tmp_path: Path,
    callback: tuple[str, Queue[dict[str, list[str]]]],
    language: str,
    titles: tuple[str, str],
    keys: list[str],
    expected: str,
) -> None:
    address, came = callback
    browser = Browser(tmp_path, language)
    try:
        with running() as server:
            person = server.users[4]
            query = {
                "client_id": server.app_key,
                "redirect_uri": address,
                "response_type": "code",
                "scope": "openid",
                "prompt": "consent",
                "state": "7",
            }
            browser.open(f"{server.base_url}/oauth2/auth?{urlencode(query)}")
            shown = [browser.value("document.title")]
            browser.type(person.userid)
            browser.press("Tab")
            browser.type("wrong password")
            browser.press_and_load("Enter")
            assert browser.value("document.querySelector('[role=alert]') !== null")

            browser.type(person.userid)
            browser.press("Tab")
            browser.type(person.password)
            browser.press_and_load("Enter")
            shown.append(browser.value("document.title"))
            for key in keys[:-1]:
                browser.press(key)
            browser.press_and_load(keys[-1])
            back = came.get(timeout=20)
    finally:
        browser.close()

    assert tuple(shown) == titles
    assert back["state"] == ["7"]
    assert expected in back
