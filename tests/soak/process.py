"""Servers as processes of their own, which can be killed; `rili serve` above all."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Self

from tests.postgres import die_with_parent

START_SECONDS = 30


class ServerProcess(ABC):
    """A server on a free port of 127.0.0.1; `with` starts and ends it. It is up when *path* answers 200."""

    def __init__(self, log: Path | None = None, path: str = "/healthz") -> None:
        """*log* gets what it prints; without one, nobody does."""
        self._log = log
        self._path = path
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> list[str | Path]:
        """What starts it."""

    def environment(self) -> dict[str, str]:
        """What it finds in its environment besides what is there, without RILI_*."""
        return {}

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> float:
        """Return once the server answers: the seconds that it took. Raises RuntimeError when it does not."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("RILI_")}
        environment |= self.environment()
        started = time.perf_counter()
        with Path(self._log or os.devnull).open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),  # noqa: PLW1509 - it calls nothing that takes a lock
            )
        while time.perf_counter() - started < START_SECONDS:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}; its log: {self._log}")
            if self.healthy():
                return time.perf_counter() - started
            time.sleep(0.001)
        self.kill()
        raise RuntimeError(f"the server did not answer within {START_SECONDS} s; its log: {self._log}")

    def healthy(self) -> bool:
        """Whether it answers 200 now."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
        try:
            connection.request("GET", self._path)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def peak_memory_mb(self) -> float:
        """The most memory it has held so far, in megabytes of 10^6 bytes."""
        assert self.process is not None
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
        raise RuntimeError("no VmHWM in /proc: this needs Linux")

    def cpu_seconds(self) -> float:
        """The processor time it has used so far, of all its threads."""
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        """SIGKILL: nothing of it runs on."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """SIGTERM; its exit status."""
        return self._end(signal.SIGTERM)

    def _end(self, number: int) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(START_SECONDS)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: Any) -> None:
        if self.process is not None and self.process.poll() is None:
            self.stop()


class RiliServe(ServerProcess):
    """`rili serve` on *database*, configured by environment alone; *settings* are named as in the file."""

    def __init__(self, database: str, log: Path | None = None, **settings: str) -> None:
        super().__init__(log)
        self._settings = settings | {"database": database, "host": "127.0.0.1", "port": str(self.port)}

    def command(self) -> list[str | Path]:
        return [Path(sys.executable).with_name("rili"), "serve"]

    def environment(self) -> dict[str, str]:
        return {f"RILI_{name.upper()}": value for name, value in self._settings.items()}


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
