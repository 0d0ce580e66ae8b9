"""`rili serve`, `rili migrate`, `rili doctor`: the server, and the care of its database."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import msgspec
import typer

from rili import __version__
from rili.actions import contacts, derived, sealed
from rili.auth.sealing import SecretKey
from rili.cli.command import Config, Json, Url, fail, now_ms, print_record
from rili.config import BadSettings, Settings, load
from rili.errors import Failure
from rili.model import zones
from rili.store import facts, migrations
from rili.store.db import Database, Tx
from rili.store.migrations import UnknownMigration
from rili.store.open import open_database


def register(app: typer.Typer) -> None:
    """Add the commands to *app*."""
    app.command()(serve)
    app.command()(migrate)
    app.command()(doctor)


def serve(config: Config = None, as_json: Json = False) -> None:
    """Serve, with the settings of a file and of the environment. 启动服务。"""
    settings = settings_of(config, None)

    async def check(db: Database) -> None:
        await check_database(db, settings)

    def say(base_url: str) -> None:
        if as_json:
            print_record({"base_url": base_url}, as_json=True)
        else:
            typer.echo(f"Rili {__version__} · {base_url}")

    require_migrated(settings)
    listener = listen(settings.host, settings.port)
    serve_until_stopped(settings, listener, check, say)


def migrate(config: Config = None, database: Url = None, as_json: Json = False) -> None:
    """Bring the database up to date: its schema, and what depends on the time zone data. 升级数据库。"""
    settings = settings_of(config, database)

    def say(line: str) -> None:
        if not as_json:
            typer.echo(line)

    with database_failures():
        applied = migrations.migrate(settings.database, lambda name: say(f"applied {name}"))
        moved = asyncio.run(_derive(settings.database, lambda done: say(f"derived {done} events")))
    if as_json:
        print_record({"applied": applied, "moved": moved}, as_json=True)
    else:
        say(f"up to date（数据库已是最新）{f': {moved} events moved' if moved else ''}")


def doctor(config: Config = None, database: Url = None, as_json: Json = False) -> None:
    """Check that everything derived still agrees with its source; end with 1 when not. 检查数据一致性。"""
    settings = settings_of(config, database)
    with database_failures():
        findings = [
            f"the schema lacks {name}; rili migrate mends it"
            for name in migrations.pending(settings.database)
        ]
        if not findings:
            findings = asyncio.run(_check(settings.database))
    if as_json:
        print_record({"findings": findings}, as_json=True)
    else:
        typer.echo("\n".join(findings or ["nothing to mend（未发现问题）"]))
    raise typer.Exit(1 if findings else 0)


def require_migrated(settings: Settings) -> None:
    """The end of the command, unless the schema is that of this Rili."""
    with database_failures():
        waiting = migrations.pending(settings.database)
        moved = migrations.moved(settings.database)
    if waiting:
        fail(f"the database lacks {', '.join(waiting)}; run: rili migrate（请先运行 rili migrate）")
    if moved:
        fail("the database was restored into another PostgreSQL; run: rili migrate（请先运行 rili migrate）")


async def check_database(db: Database, settings: Settings) -> None:
    """The end of the command, unless what is in *db* was made under the same key and with the same time zones."""
    key = secret_key_of(settings)
    await db.read(lambda tx: sealed.check_key(tx, key))
    if await db.read(_of_another_tzdata):
        fail("the database was made with another tzdata; run: rili migrate（请先运行 rili migrate）")


def settings_of(config: Path | None, database: str | None) -> Settings:
    """The settings, or the end of the command with a line for each problem."""
    try:
        return load(config, os.environ, database=database)
    except BadSettings as bad:
        fail("\nerror: ".join(bad.problems))


def secret_key_of(settings: Settings) -> SecretKey | None:
    """The key under which secrets in the database are encrypted, where one is set."""
    return SecretKey(settings.secret_key, os.urandom) if settings.secret_key else None


@contextmanager
def database_failures() -> Generator[None]:
    """Inside, a database that cannot be used ends the command with a line that says why."""
    try:
        yield
    except Failure as failure:
        fail(" ".join((failure.description or failure.message).split()))
    except UnknownMigration as unknown:
        fail(str(unknown))


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, or the end of the command."""
    from rili.server import bind

    try:
        return bind(host, port)
    except OSError as e:
        fail(f"cannot listen on {host}, port {port}: {e.strerror or e}（无法监听，端口可能已被占用）")


def serve_until_stopped(
    settings: Settings,
    listener: socket.socket,
    prepare: Callable[[Database], Awaitable[None]],
    on_ready: Callable[[str], None],
) -> None:
    """Open the database, *prepare* it, then serve until a signal; *on_ready* is told the address once it answers."""
    # Not at the top: the other commands have no use for them, and should answer at once.
    import uvloop

    from rili.app import build, build_worker
    from rili.delivery.bell import Bell
    from rili.metrics import Metrics
    from rili.server import Server, base_url
    from rili.server.logs import log_to_stderr

    # Until the server has taken the signals over, nothing runs that would have to be finished.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    log_to_stderr(now_ms)
    address = base_url(listener, tls=settings.tls_certificate is not None)
    settings = msgspec.structs.replace(settings, public_url=settings.public_url or address)

    def ready() -> None:
        # What has been loaded stays: the collector need not walk it again and again.
        gc.collect()
        gc.freeze()
        on_ready(address)

    async def run() -> None:
        db = open_database(settings.database, settings.database_connections)
        try:
            await prepare(db)
            bell, metrics = Bell(), Metrics()
            app = build(settings, db, clock=now_ms, bell=bell, metrics=metrics)
            server = Server(app, settings, clock=now_ms, on_ready=ready, on_stop=bell.close)
            worker = build_worker(settings, db, clock=now_ms, bell=bell, metrics=metrics)
            async with worker.running() if settings.worker == "inside" else nullcontext():
                await server.serve(sockets=[listener])
        finally:
            await db.close()

    with database_failures(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


async def derive_again(db: Database, progress: Callable[[int], None] = lambda done: None) -> int:
    """Bring what is derived up to the rules and the tz data of now, where it is not; how many events moved."""
    if not await db.read(contacts.indexed):
        await db.write(contacts.index_again)
    if not await db.read(_of_another_tzdata):
        return 0
    return await db.write(lambda tx: derived.derive(tx, progress))


async def _derive(url: str, progress: Callable[[int], None]) -> int:
    db = open_database(url, 1)
    try:
        return await derive_again(db, progress)
    finally:
        await db.close()


async def _check(url: str) -> list[str]:
    db = open_database(url, 1)
    try:
        return await db.read(derived.check)
    finally:
        await db.close()


def _of_another_tzdata(tx: Tx) -> bool:
    return facts.get(tx, "tzdata") != zones.VERSION
