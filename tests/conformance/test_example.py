"""The scripts of the README and of docs/push.md, run as their readers run them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import msgspec

from rili.testing import Rili
from tests.conformance.callbacks import Told
from tests.people import SharedDatabase

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "examples" / "update_event.py"
RECEIVER = ROOT / "examples" / "receive_callbacks.py"


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


def test_receive_callbacks(server: Rili, database: SharedDatabase) -> None:
    told, aes_key = Told(server, database), "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    command = [sys.executable, RECEIVER, "0", "mytoken123", aes_key, told.firm.corp_id]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        try:
            url = process.stdout.readline().strip()
            body = {
                "call_back_tag": ["calendar_event_change"],
                "token": "mytoken123",
                "aes_key": aes_key,
                "url": url,
            }
            assert told.old("register_call_back", body)["errcode"] == 0
            told.queue()
            server.deliver()
            assert process.stdout.readline().split() == ["check_url"]
            assert process.stdout.readline().split() == ["calendar_event_change", "updated", "e1"]
        finally:
            process.kill()


def test_what_is_printed_of_it() -> None:
    """The page has the script as it is, from its imports on."""
    _, begins, script = RECEIVER.read_text("utf-8").partition("import base64\n")
    assert f"```python\n{begins}{script}```" in (ROOT / "docs" / "push.md").read_text("utf-8")
