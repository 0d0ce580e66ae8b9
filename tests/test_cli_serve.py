"""`rili dev`, `serve`, `migrate` and `doctor`, as a person or a supervisor runs them."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from typer.testing import CliRunner

from rili import __version__
from rili.cli import app
from rili.server import bind

RILI = [sys.executable, "-c", "from rili.cli import main; main()"]
ENVIRON = {
    **{name: value for name, value in os.environ.items() if not name.startswith("RILI_")},
    "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
}


class Command:
    """One `rili` process, until it is told to stop."""

    def __init__(self, *arguments: str, **environ: str) -> None:
        self._process = subprocess.Popen(
            [*RILI, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**ENVIRON, **environ},
        )

    def until(self, start: str) -> list[str]:
        """What it prints, up to the line that starts so."""
        assert self._process.stdout
        lines: list[str] = []
        for line in self._process.stdout:
            lines.append(line.rstrip("\n"))
            if line.startswith(start):
                return lines
        raise AssertionError(f"it ended with {self._process.wait()} after {lines}")

    def stop(self) -> int:
        assert self._process.stdout
        self._process.send_signal(signal.SIGTERM)  # nothing, when it has ended
        self._process.stdout.close()
        return self._process.wait(10)


@pytest.fixture
def start() -> Iterator[Any]:
    """`start(*arguments)` gives a Command that ends with the test."""
    commands: list[Command] = []

    def run(*arguments: str, **environ: str) -> Command:
        commands.append(Command(*arguments, **environ))
        return commands[-1]

    yield run
    for command in commands:
        command.stop()


def once(*arguments: str, **environ: str) -> Any:
    """A command that answers and ends."""
    none = dict.fromkeys(name for name in os.environ if name.startswith("RILI_"))
    return CliRunner().invoke(app, arguments, env={**none, **environ})


def call(base_url: str, method: str, target: str, body: Any = None, headers: Any = None) -> tuple[int, Any]:
    connection = HTTPConnection(urlsplit(base_url).netloc, timeout=10)
    connection.request(method, target, body and json.dumps(body), headers or {})
    reply = connection.getresponse()
    answer = reply.status, json.loads(reply.read())
    connection.close()
    return answer


def sign_in(demo: dict[str, Any]) -> int:
    body = {"appKey": demo["app_key"], "appSecret": demo["app_secret"]}
    return call(demo["base_url"], "POST", "/v1.0/oauth2/accessToken", body)[0]


def run_curl(line: str) -> Any:
    """The printed line, by curl itself where there is one."""
    words = shlex.split(line)
    if shutil.which("curl"):
        return json.loads(subprocess.run(words, capture_output=True, check=True).stdout)
    options = dict(pairwise(words))
    headers = dict(words[i + 1].split(": ", 1) for i, word in enumerate(words) if word == "-H")
    [url] = [word for word in words if word.startswith("http")]
    return call(url, options["-X"], urlsplit(url).path, json.loads(options["-d"]), headers)[1]


def test_dev(start: Any, tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    sandbox = start("dev", "--data", str(data), "--port", "0", "--calls-per-month", "1")
    printed = sandbox.until("curl ")
    demo = json.loads((data / "dev.json").read_text())

    assert list(demo) == ["base_url", "corp_id", "app_key", "app_secret", "agent_id", "users", "rooms"]
    assert list(demo["users"][0]) == ["userid", "union_id", "name", "mobile", "email", "password"]
    assert list(demo["rooms"][0]) == ["room_id", "name", "capacity"]
    assert len(demo["users"]) >= 30
    assert len(demo["rooms"]) == 6
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    for private in ("dev.json", "secret.key"):
        assert stat.S_IMODE((data / private).stat().st_mode) == 0o600
    for shown in (
        demo["base_url"],
        demo["app_secret"],
        demo["users"][31]["union_id"],
        demo["rooms"][5]["name"],
    ):
        assert any(shown in line for line in printed), shown
    assert call(demo["base_url"], "GET", "/healthz")[0] == 200
    assert sign_in(demo) == 200
    assert run_curl(printed[-1])["summary"] == "Updated by curl"
    assert run_curl(printed[-1])["code"] == "Forbidden.AccessDenied.ApiCountLimitForOrg"

    refused = once("dev", "--data", str(data), "--port", "0")
    assert refused.exit_code == 1
    assert len(refused.stderr.splitlines()) == 1
    assert "another rili dev" in refused.stderr
    assert sandbox.stop() == 0


def test_dev_needs_the_key_of_its_folder(tmp_path: Path) -> None:
    """The one that what is in the database was encrypted under."""
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "secret.key").write_text("no key\n")
    assert (
        "secret.key does not hold a key"
        in once("dev", "--data", str(tmp_path / "other"), "--port", "0").stderr
    )

    environ = {"RILI_DATABASE": f"sqlite:{tmp_path / 'rili.db'}"}
    once("migrate", **environ)
    once("org", "add", "Vendor", **environ)
    added = once("app", "add", "Suite", "--kind", "enterprise", RILI_SECRET_KEY="0f" * 32, **environ)
    assert added.exit_code == 0, added.stderr

    assert_refused("secret_key is not the key that ", "dev", "--data", str(tmp_path), "--port", "0")
    assert re.fullmatch(r"[0-9a-f]{64}\n", (tmp_path / "secret.key").read_text())


def test_dev_keeps_its_secrets_where_dev_json_is(start: Any, tmp_path: Path) -> None:
    def start_once() -> tuple[dict[str, Any], str]:
        sandbox = start("dev", "--data", str(tmp_path), "--port", "0", "--json")
        demo = json.loads("\n".join(sandbox.until("}")))
        assert sign_in(demo) == 200
        assert demo == json.loads((tmp_path / "dev.json").read_text())
        assert sandbox.stop() == 0
        database = sqlite3.connect(tmp_path / "rili.db")
        [(password_hash,)] = database.execute("SELECT password_hash FROM users WHERE userid = 'user01'")
        database.close()
        for secret in (demo["app_secret"], demo["users"][0]["password"]):
            assert secret.encode() not in (tmp_path / "rili.db").read_bytes()
        return {**demo, "base_url": ""}, password_hash

    first = start_once()
    assert start_once() == first
    # As a start leaves it that ended before it was ready: no address that is wrong, and no secret lost.
    (tmp_path / "dev.json").rename(tmp_path / "dev.last")
    assert start_once() == first
    assert not (tmp_path / "dev.last").exists()
    (tmp_path / "dev.json").unlink()
    third, password_hash = start_once()

    assert third["corp_id"] == first[0]["corp_id"]
    assert third["app_secret"] != first[0]["app_secret"]
    assert third["users"][0]["password"] != first[0]["users"][0]["password"]
    assert password_hash != first[1]


def test_taken_port(tmp_path: Path) -> None:
    taken = bind("127.0.0.1", 0)
    port = str(taken.getsockname()[1])
    refused = once("dev", "--data", str(tmp_path), "--port", port)
    taken.close()

    assert refused.exit_code == 1
    assert refused.stderr.startswith(
        f"error: cannot listen on 127.0.0.1, port {port}: Address already in use"
    )
    assert len(refused.stderr.splitlines()) == 1


def test_serve_from_an_empty_database(start: Any, database_url: str) -> None:
    environ = {"RILI_DATABASE": database_url, "RILI_PORT": "0"}
    refused = once("serve", **environ)
    assert refused.exit_code == 1
    assert "the database lacks 0001_calendar, " in refused.stderr
    assert "; run: rili migrate" in refused.stderr
    assert "lacks 0001_calendar" in once("doctor", **environ).stdout

    migrated = once("migrate", **environ)
    assert migrated.exit_code == 0
    assert migrated.stdout.startswith("applied 0001_calendar\n")
    assert json.loads(once("migrate", "--json", **environ).stdout) == {"applied": [], "moved": 0}
    assert json.loads(once("doctor", "--json", **environ).stdout) == {"findings": []}

    server = start("serve", **environ)
    [line] = server.until("Rili ")
    assert call(line.split()[-1], "GET", "/healthz")[0] == 200
    assert server.stop() == 0


def test_a_worker_apart(start: Any, database_url: str) -> None:
    environ = {"RILI_DATABASE": database_url, "RILI_PORT": "0", "RILI_WORKER": "apart"}
    assert "; run: rili migrate" in once("worker", **environ).stderr
    once("migrate", **environ)

    watched = start("worker", "--port", "0", "--json", **environ)
    base_url = json.loads("".join(watched.until("}")))["base_url"]
    assert call(base_url, "GET", "/healthz")[0] == 200
    with urlopen(f"{base_url}/metrics") as answer:
        assert b"rili_outbox_unread" in answer.read()
    assert call(base_url, "GET", "/openapi.json")[0] == 404
    alone = start("worker", **environ)
    assert alone.until("Rili ")[0].endswith(" · worker")
    assert alone.stop() == 0
    assert watched.stop() == 0


def test_another_tzdata_stops_serve_until_migrated(tmp_path: Path) -> None:
    environ = {"RILI_DATABASE": f"sqlite:{tmp_path / 'rili.db'}", "RILI_PORT": "0"}
    once("migrate", **environ)
    database = sqlite3.connect(tmp_path / "rili.db")
    database.execute("UPDATE facts SET value = '1970a' WHERE name = 'tzdata'")
    database.commit()
    database.close()

    refused = subprocess.run(
        [*RILI, "serve"], env={**ENVIRON, **environ}, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert "another tzdata; run: rili migrate" in refused.stderr
    assert once("doctor", **environ).exit_code == 1
    assert once("migrate", **environ).exit_code == 0
    assert once("doctor", **environ).exit_code == 0


def test_serve_needs_the_key_that_secrets_are_encrypted_under(start: Any, tmp_path: Path) -> None:
    environ = {"RILI_DATABASE": f"sqlite:{tmp_path / 'rili.db'}", "RILI_PORT": "0"}
    once("migrate", **environ)
    once("org", "add", "Vendor", **environ)
    added = once("app", "add", "Suite", "--kind", "enterprise", RILI_SECRET_KEY="0f" * 32, **environ)
    assert added.exit_code == 0, added.stderr

    assert_refused("secret_key is not set: ", "serve", **environ)
    server = start("serve", RILI_SECRET_KEY="0F" * 32, **environ)
    [line] = server.until("Rili ")
    assert call(line.split()[-1], "GET", "/healthz")[0] == 200
    assert server.stop() == 0


def assert_refused(says: str, *arguments: str, **environ: str) -> None:
    """It does not start, and says so in one line."""
    ended = subprocess.run(
        [*RILI, *arguments], env={**ENVIRON, **environ}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"error: {says}")
    assert len(ended.stderr.splitlines()) == 1


def test_serve_refuses_a_configuration_with_every_problem(tmp_path: Path) -> None:
    path = tmp_path / "rili.toml"
    path.write_text('database = "mysql://rili:hunter2@db"\n\nprot = 1\n')
    refused = once("serve", "--config", str(path), RILI_RULES="strict")

    assert refused.exit_code == 1
    lines = refused.stderr.splitlines()
    assert [line.split(": ")[1] for line in lines] == [f"{path}:3", f"{path}:1", "RILI_RULES"]
    assert "hunter2" not in refused.stderr


@pytest.mark.parametrize("url", ["sqlite:/nowhere/rili.db", "postgresql://rili:hunter2@127.0.0.1:1/rili"])
def test_database_out_of_reach(url: str) -> None:
    for command in ("serve", "migrate", "doctor"):
        refused = once(command, RILI_DATABASE=url)

        assert refused.exit_code == 1
        assert refused.stderr.startswith("error: ")
        assert len(refused.stderr.splitlines()) == 1
        assert "hunter2" not in refused.stderr


def test_version_and_help() -> None:
    assert once("--version").stdout == f"rili {__version__}\n"
    for command in ("dev", "serve", "migrate", "doctor", "org", "app", "user", "department", "token"):
        assert command in once("--help").stdout
