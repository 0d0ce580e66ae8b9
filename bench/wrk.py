"""The load client: wrk, which is C, with its scripts of this folder."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from msgspec import Struct

HERE = Path(__file__).parent
MISSING = "`make bench` needs wrk, a load client: `apt-get install wrk` or `brew install wrk`"


class Load(Struct, frozen=True):
    """What one run of wrk found."""

    requests: int
    us: int
    p50_us: int
    p99_us: int
    refused: int
    """Answers of 400 and above."""
    broken: int
    """Connections that failed, and requests without an answer in time."""
    answers_each: float = 1
    """How many answers make one of what is counted: the pages of a month."""

    @property
    def rate(self) -> float:
        """How many of what is counted a second."""
        return self.requests / self.answers_each * 1e6 / self.us


def program() -> str:
    """Raises SystemExit with the line that says how to get it."""
    found = shutil.which("wrk")
    if found is None:
        raise SystemExit(MISSING)
    return found


def version() -> str:
    """`wrk -v` prints it, and ends with 1."""
    said = subprocess.run([program(), "-v"], check=False, capture_output=True, text=True)
    return " ".join((said.stdout + said.stderr).split()[:2])


def load(script: str, url: str, *arguments: str, clients: int, seconds: float) -> Load:
    """Ask *url* as fast as *clients* connections do, one thread. Raises RuntimeError when an answer was an error."""
    done = subprocess.run(
        [
            program(), "-t1", f"-c{clients}", f"-d{max(round(seconds), 1)}s", "--timeout", "30s",
            "-s", str(HERE / script), url, "--", *arguments,
        ],
        check=True,
        capture_output=True,
        text=True,
    )  # fmt: skip
    result = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    found = Load(**json.loads(result.removeprefix("RESULT ")))
    if found.refused or found.broken or not found.requests:
        raise RuntimeError(
            f"{url}: {found.refused} errors and {found.broken} failures in {found.requests} answers"
        )
    return found
