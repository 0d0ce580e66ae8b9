"""A headless Chromium, driven by its DevTools protocol over a pipe: no driver, no port, no package."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
KEYS = {"Tab": 9, "Enter": 13}


class Browser:
    """One page. Keys go to whatever has the focus."""

    def __init__(self, folder: Path, language: str) -> None:
        assert CHROMIUM is not None
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        arguments = [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-first-run",
            "--remote-debugging-pipe",
            f"--user-data-dir={folder}",
            f"--lang={language}",
            f"--accept-lang={language}",
        ]
        # The browser reads commands from 3 and writes answers to 4; numbers from 10 on are in nobody's way.
        ends = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (to_read, to_write)]
        self._pid = os.posix_spawn(
            CHROMIUM,
            arguments,
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                (os.POSIX_SPAWN_DUP2, ends[0], 3),
                (os.POSIX_SPAWN_DUP2, ends[1], 4),
            ],
        )
        for end in (to_read, to_write, *ends):
            os.close(end)
        self._number = 0
        self._buffer = b""
        self._session: str | None = None
        self._loaded = 0
        page = self.send("Target.createTarget", url="about:blank")
        attached = self.send("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = attached["sessionId"]
        self.send("Page.enable")

    def send(self, method: str, **parameters: Any) -> Any:
        """The result of a command; events that come before it are noted."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def open(self, url: str) -> None:
        self._after_load("Page.navigate", url=url)

    def press(self, key: str) -> None:
        self._key("keyDown", key)
        self._key("keyUp", key)

    def press_and_load(self, key: str) -> None:
        """Press *key*, and wait for the page that it leads to."""
        loaded = self._loaded
        self.press(key)
        self._wait_beyond(loaded)

    def type(self, text: str) -> None:
        self.send("Input.insertText", text=text)

    def value(self, expression: str) -> Any:
        """What *expression* is in the page."""
        return self.send("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def close(self) -> None:
        os.kill(self._pid, signal.SIGTERM)
        os.waitpid(self._pid, 0)
        os.close(self._write)
        os.close(self._read)

    def _key(self, kind: str, key: str) -> None:
        text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
        self.send(
            "Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=KEYS[key], **text
        )

    def _after_load(self, method: str, **parameters: Any) -> None:
        loaded = self._loaded
        self.send(method, **parameters)
        self._wait_beyond(loaded)

    def _wait_beyond(self, loaded: int) -> None:
        while self._loaded == loaded:
            self._next()

    def _next(self) -> Any:
        while b"\0" not in self._buffer:
            part = os.read(self._read, 65536)
            assert part, "the browser has ended"
            self._buffer += part
        raw, _, self._buffer = self._buffer.partition(b"\0")
        message = json.loads(raw)
        self._loaded += message.get("method") == "Page.loadEventFired"
        return message
