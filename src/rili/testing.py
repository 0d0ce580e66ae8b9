"""A calendar server inside a test: seeded, offline, with a clock that the test holds.

The package brings pytest the fixture `rili`; without pytest, use `running()`.

    def test_moves_the_meeting(rili):
        client = Client(Config(protocol="http", region_id="central", endpoint=rili.endpoint))
        ...
        rili.clock.advance(minutes=10)
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import get_args

from rili.app import build, build_worker
from rili.auth.passwords import hash_password
from rili.config import LOOPBACK, MOST, Rules, Settings
from rili.delivery.bell import Bell
from rili.delivery.worker import Worker
from rili.metrics import Metrics
from rili.model.directory import new_app_secret
from rili.sandbox.demo import DemoRoom, DemoSecrets, DemoUser, describe, seed
from rili.sandbox.demo_events import seed_events
from rili.server import Server, base_url, bind
from rili.store.db import Tx
from rili.store.migrations import migrate
from rili.store.open import open_database

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""When a server's clock stands at first, unless the test says otherwise."""


class Clock:
    """The server's time, in epoch milliseconds. It stands still until the test moves it."""

    def __init__(self, now: datetime = START) -> None:
        self.set(now)

    def __call__(self) -> int:
        return self._now_ms

    def set(self, now: datetime) -> None:
        """Move to *now*, which must name its zone."""
        if now.tzinfo is None:
            raise ValueError("the clock needs a time with a zone")
        self._now_ms = round(now.timestamp() * 1000)

    def advance(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Move on by so much."""
        self._now_ms += round(
            timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds) / timedelta(milliseconds=1)
        )


class Rili:
    """A running server and what a client needs to know of it: the members of `dev.json`, and the clock."""

    def __init__(
        self,
        base_url: str,
        clock: Clock,
        database: str,
        secrets: DemoSecrets,
        secret_key: str,
        settle: Callable[[], None],
    ) -> None:
        demo = describe(secrets)
        self.base_url = base_url
        self.endpoint = base_url.removeprefix("http://")
        """Host and port, as the SDKs' `Config(endpoint=...)` takes it."""
        self.clock = clock
        self.database = database
        self.secret_key = secret_key
        """The setting of that name: what `rili app` needs as RILI_SECRET_KEY for enterprise apps."""
        self.corp_id: str = demo.corp_id
        self.app_key: str = demo.app_key
        self.app_secret: str = demo.app_secret
        self.agent_id: int = demo.agent_id
        self.users: list[DemoUser] = demo.users
        self.rooms: list[DemoRoom] = demo.rooms
        self.deliver = settle
        """Deliver what is due by the server's clock; return when nothing is left of it. Whatever is due is delivered
        without it too, about a second later."""


@contextmanager
def running(
    *,
    database: str | None = None,
    rules: Rules = "documented",
    clock: Clock | None = None,
    secret_key: str | None = None,
    calls_per_second: int = 0,
    calls_per_minute: int = 0,
    calls_per_month: int = 0,
    creates_per_day: int = 0,
) -> Generator[Rili]:
    """A server on a free port of 127.0.0.1 while the block lasts, by default on a database of its own.

    *database* and *secret_key* are as the settings of these names; the database is brought up to date and seeded.
    Without *secret_key* there is a new one, which opens nothing that an earlier server encrypted. The limits are those
    of the paid service, by the server's clock; 0 is none.
    """
    if rules not in get_args(Rules):
        raise ValueError(f"rules must be {' or '.join(get_args(Rules))}, not {rules}")
    limits = {
        "calls_per_second": calls_per_second,
        "calls_per_minute": calls_per_minute,
        "calls_per_month": calls_per_month,
        "creates_per_day": creates_per_day,
    }
    for name, limit in limits.items():
        if not 0 <= limit <= MOST:
            raise ValueError(f"{name} must be from 0 (no limit) to {MOST}, not {limit}")
    with tempfile.TemporaryDirectory(prefix="rili-") as folder:
        url = database or f"sqlite:{Path(folder) / 'rili.db'}"
        clock = clock or Clock()
        secrets, password_hash = _secrets()
        secret_key = secret_key or os.urandom(32).hex()
        listener = bind("127.0.0.1", 0)
        address = base_url(listener, tls=False)
        settings = Settings(
            database=url,
            port=listener.getsockname()[1],
            rules=rules,
            public_url=address,
            secret_key=secret_key,
            callback_networks=list(LOOPBACK),
            calls_per_second=calls_per_second,
            calls_per_minute=calls_per_minute,
            calls_per_month=calls_per_month,
            creates_per_day=creates_per_day,
        )
        migrate(url)
        ready = threading.Event()
        failed: list[BaseException] = []
        servers: list[Server] = []
        working: list[tuple[asyncio.AbstractEventLoop, Worker]] = []

        async def serve() -> None:
            db = open_database(url)
            try:
                await db.write(lambda tx: _seed(tx, secrets, password_hash, clock()))
                bell, metrics = Bell(), Metrics()
                app = build(settings, db, clock=clock, bell=bell, metrics=metrics)
                worker = build_worker(settings, db, clock=clock, bell=bell, metrics=metrics)
                working.append((asyncio.get_running_loop(), worker))
                servers.append(Server(app, settings, clock=clock, on_ready=ready.set, on_stop=bell.close))
                async with worker.running():
                    await servers[0].serve(sockets=[listener])
            finally:
                await db.close()

        def run() -> None:
            try:
                asyncio.run(serve())
            except BaseException as error:  # noqa: BLE001 - it is raised again in the test's own thread
                failed.append(error)
            finally:
                ready.set()

        def settle() -> None:
            loop, worker = working[0]
            asyncio.run_coroutine_threadsafe(worker.settle(), loop).result()

        thread = threading.Thread(target=run, name="rili", daemon=True)
        thread.start()
        ready.wait()
        try:
            if failed:
                raise failed[0]
            yield Rili(address, clock, url, secrets, secret_key, settle)
        finally:
            if servers:
                servers[0].should_exit = True
            thread.join()
            listener.close()


@cache
def _secrets() -> tuple[DemoSecrets, str]:
    """Made once a process: hashing a password is slow on purpose."""
    secrets = DemoSecrets(app_secret=new_app_secret(os.urandom), password=new_app_secret(os.urandom))
    return secrets, hash_password(secrets.password)


def _seed(tx: Tx, secrets: DemoSecrets, password_hash: str, now_ms: int) -> None:
    if seed(tx, secrets, password_hash=password_hash, now_ms=now_ms):
        seed_events(tx, now_ms=now_ms)
