"""The script of the README, run as its reader runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import msgspec

from rili.testing import Rili

SCRIPT = Path(__file__).parents[2] / "examples" / "update_event.py"


def test_update_event(server: Rili, tmp_path: Path) -> None:
    dev = {
        name: getattr(server, name) for name in ("base_url", "corp_id", "app_key", "app_secret", "agent_id")
    }
    dev["users"] = msgspec.to_builtins(server.users)
    (tmp_path / "dev.json").write_text(json.dumps(dev), "utf-8")

    done = subprocess.run(
        [sys.executable, SCRIPT, tmp_path / "dev.json"],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 0, done.stderr
    verbs = [line.split()[0] for line in done.stdout.splitlines()]
    assert verbs == ["Signed", "Created", "Updated", "Read", "Deleted"]
    assert "Budget review, moved to room 2, Room 2" in done.stdout
    assert all(person.name in done.stdout for person in server.users[:2])
