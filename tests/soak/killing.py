"""Receivers that die and workers that are killed, each a process, and each started again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from rili.actions.push_settings import Push
from rili.model.directory import App
from tests import people
from tests.soak.process import ServerProcess
from tests.soak.scale import scaled

SPEED = 10
"""The workers' clock to the real one."""
TIMEOUT_MS = 500
"""By the real clock, of a receiver that hangs: far less than what a lease is of it."""
KILLS_S = scaled((0.1, 0.5), (2.0, 20.0))
"""From when a worker is up to when it is killed, from and to."""
KILLS = scaled(3, 2**31)


class ReceiverProcess(ServerProcess):
    """One receiver; whoever kills it, it is started again."""

    def __init__(self, folder: Path, app: App, *, mischief: float) -> None:
        """*mischief*: how often, from 0 to 1, it does wrong."""
        super().__init__()
        self.app = app
        self.mischief = mischief
        self.token, self.aes_key = os.urandom(8).hex(), os.urandom(22).hex()[:43]
        self.pushes = folder / f"{app.app_key}.log"
        self.pushes.touch()
        self.deaths = 0
        self._stopped = threading.Event()
        self._watching = threading.Thread(target=self._start_again)

    def command(self) -> list[str | Path]:
        return [
            *(sys.executable, "-m", "tests.soak.receiver", str(self.port), self.pushes),
            *(f"{self.app.app_key} {self.deaths}", str(self.mischief)),
        ]

    def environment(self) -> dict[str, str]:
        return {"RECEIVER": f"{self.token} {self.aes_key} {self.app.app_key}"}

    def __enter__(self) -> ReceiverProcess:
        super().__enter__()
        self._watching.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stopped.set()
        self._watching.join()
        super().__exit__()

    def _start_again(self) -> None:
        while not self._stopped.wait(0.02):
            assert self.process is not None
            if self.process.poll() is not None:
                self.deaths += 1
                with suppress(RuntimeError):  # it died again before it could be asked whether it is up
                    self.start()

    def settings(self) -> Push:
        return Push(
            app_key=self.app.app_key,
            mode="http",
            url=f"{self.base_url}/",
            token=self.token,
            aes_key=self.aes_key,
        )

    def got(self) -> list[tuple[str, dict[str, Any]]]:
        """How each push was answered, and what it was."""
        lines = self.pushes.read_text().splitlines()
        return [(one["how"], one["push"]) for one in map(json.loads, lines)]


class Workers:
    """Some workers, of which one is killed now and then and started again."""

    def __init__(self, url: str, count: int, begin_ms: int, random: Random) -> None:
        """*begin_ms*: from when on their clocks run fast."""
        self._url = url
        self._begin_ms = begin_ms
        self._random = random
        self.kills = 0
        self._processes = [self._start() for _ in range(count)]
        self._stopped = threading.Event()
        self._killing = threading.Thread(target=self._kill)

    def __enter__(self) -> Workers:
        self._killing.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stopped.set()
        self._killing.join()
        for process in self._processes:
            _kill(process)

    def _start(self) -> subprocess.Popen[bytes]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RILI_")}
        return subprocess.Popen(
            [sys.executable, "-m", "tests.soak.delivering", str(self._begin_ms), str(SPEED)],
            env=environment
            | {
                "RILI_DATABASE": self._url,
                "RILI_DATABASE_CONNECTIONS": "8",
                "RILI_SECRET_KEY": people.SECRET_KEY,
                "RILI_CALLBACK_NETWORKS": "127.0.0.0/8",
                "RILI_CALLBACK_TIMEOUT_MS": str(TIMEOUT_MS),
            },
            stdout=subprocess.PIPE,
        )

    def _kill(self) -> None:
        for _ in range(KILLS):
            number = self._random.randrange(len(self._processes))
            _wait_until_up(self._processes[number])
            if self._stopped.wait(self._random.uniform(*KILLS_S)):
                return
            _kill(self._processes[number])
            self.kills += 1
            self._processes[number] = self._start()


def _wait_until_up(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None
    process.stdout.readline()


def _kill(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None
    process.kill()
    process.stdout.close()
    process.wait()
