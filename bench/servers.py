"""What else is measured beside `rili serve`: the floor, the ceiling of the load client, and Radicale."""

from __future__ import annotations

import base64
import http.client
import re
import subprocess
import sys
import venv
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

from tests.soak.process import ServerProcess

ROOT = Path(__file__).parent.parent
REQUIREMENTS = Path(__file__).parent / "radicale.txt"
COLLECTION = "/bench/calendar/"
MONTHS = "/bench/months/"
AUTHORIZATION = "Basic " + base64.b64encode(b"bench:bench").decode()
"""Whose calendar it is; nobody checks the password."""


class Floor(ServerProcess):
    """`bench/floor.py`, on a database for the token check, with *answer* as its answer."""

    def __init__(self, database: str, answer: Path) -> None:
        super().__init__()
        self._database = database
        self._answer = answer

    def command(self) -> list[str | Path]:
        return [sys.executable, "-m", "bench.floor", self._database, str(self.port), self._answer]

    def environment(self) -> dict[str, str]:
        return {"PYTHONPATH": str(ROOT)}


class Ceiling(ServerProcess):
    """`bench/ceiling.py`, which answers *size* bytes to everything."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size

    def command(self) -> list[str | Path]:
        return [sys.executable, "-m", "bench.ceiling", str(self.port), str(self._size)]

    def environment(self) -> dict[str, str]:
        return {"PYTHONPATH": str(ROOT)}


class Radicale(ServerProcess):
    """Radicale in an environment of its own, as it comes: files with fsync. Only `auth.type` is set, to `none`,
    because its default refuses everybody, and where it listens and stores.
    """

    def __init__(self, environment: Path, storage: Path) -> None:
        """*environment* is kept from run to run, *storage* is new."""
        super().__init__(path="/.web/")
        self._environment = environment
        self._storage = storage

    def install(self) -> str:
        """Make the environment unless it is there; its version."""
        python = self._environment / "bin" / "python"
        if not python.exists():
            venv.create(self._environment, with_pip=True)
        pip = [python, "-m", "pip", "--disable-pip-version-check", "--no-input", "-qq"]
        subprocess.run([*pip, "install", "-r", REQUIREMENTS], check=True, capture_output=True)
        shown = subprocess.run(
            [python, "-c", "import importlib.metadata as m; print(m.version('radicale'))"],
            check=True,
            capture_output=True,
            text=True,
        )
        return shown.stdout.strip()

    def command(self) -> list[str | Path]:
        return [
            self._environment / "bin" / "python", "-m", "radicale", "--config", "",
            "--hosts", f"127.0.0.1:{self.port}", "--auth-type", "none",
            "--storage-filesystem-folder", self._storage,
        ]  # fmt: skip

    def populate(self, count: int, attendees: int, targets: Path) -> Path:
        """One collection of *count* events; *targets* gets what `radicale.lua` reads."""
        first = datetime(2026, 11, 1)
        starts = (first + timedelta(days=number % 28, hours=number % 9 + 9) for number in range(count))
        self.fill(COLLECTION, (vevent(*one, attendees) for one in enumerate(starts)))
        listing = self._ask("PROPFIND", COLLECTION, headers={"depth": "1"})
        hrefs = [href for href in re.findall(r"<(?:\w+:)?href>([^<]+)<", listing) if not href.endswith("/")]
        assert len(hrefs) == count, f"{len(hrefs)} events are there, not {count}"
        # It names what comes in a whole collection after the UID.
        uids = (unquote(href).removeprefix(COLLECTION).removesuffix(".ics") for href in hrefs)
        targets.write_text("".join(f"{href}\t{uid}\n" for href, uid in zip(hrefs, uids, strict=True)))
        return targets

    def fill(self, collection: str, events: Iterable[str]) -> None:
        """A new collection with *events*, each a VEVENT."""
        self._ask("MKCALENDAR", collection)
        text = "".join(events)
        self._ask(
            "PUT",
            collection,
            f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Rili//EN\r\n{text}END:VCALENDAR\r\n",
        )

    def _ask(self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        given = {
            "authorization": AUTHORIZATION,
            "content-type": "text/calendar; charset=utf-8",
            **(headers or {}),
        }
        connection.request(method, path, body.encode(), given)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        assert answer.status < 300, f"{method} {path}: {answer.status} {text}"
        return text


def vevent(number: int, starts: datetime, attendees: int, rrule: str | None = None) -> str:
    """An event of an hour, or with *rrule* a series."""
    lines = [
        "BEGIN:VEVENT",
        f"UID:event-{number}@example.com",
        "DTSTAMP:20261101T000000Z",
        f"DTSTART;TZID=Asia/Shanghai:{starts:%Y%m%dT%H%M%S}",
        f"DTEND;TZID=Asia/Shanghai:{starts + timedelta(hours=1):%Y%m%dT%H%M%S}",
        *([f"RRULE:{rrule}"] if rrule else []),
        f"SUMMARY:Planning {number}",
        "DESCRIPTION:Where we stand\\, what is next\\, what we need from each other.",
        "ORGANIZER:mailto:user0@example.com",
        *(f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:user{one}@example.com" for one in range(1, attendees + 1)),
        "END:VEVENT",
    ]
    return "".join(f"{line}\r\n" for line in lines)
