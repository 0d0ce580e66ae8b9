"""`rili worker`: delivers what happens, beside servers whose setting `worker` is `apart`, or beside others."""

from __future__ import annotations

import asyncio
import signal

import typer

from rili import __version__
from rili.cli.command import Config, Json, now_ms, print_record
from rili.cli.serve import check_database, database_failures, require_migrated, settings_of
from rili.store.open import open_database


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command()(worker)


def worker(config: Config = None, as_json: Json = False) -> None:
    """Deliver what happens: to apps, by mail, reminders. 投递变更、通知与提醒。

    The server does so itself; where its setting worker is "apart", run this beside it. On PostgreSQL any number may
    run. 默认由服务进程投递；设置 worker = "apart" 后由本命令投递，PostgreSQL 上可同时运行多个。
    """
    import uvloop

    from rili.app import build_worker
    from rili.delivery.bell import Bell
    from rili.server.logs import log_to_stderr

    settings = settings_of(config, None)
    require_migrated(settings)
    log_to_stderr(now_ms)

    async def run() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        db = open_database(settings.database, settings.database_connections)
        try:
            await check_database(db, settings)
            async with build_worker(settings, db, clock=now_ms, bell=Bell()).running():
                if as_json:
                    print_record({"worker": "running"}, as_json=True)
                else:
                    typer.echo(f"Rili {__version__} · worker")
                await stop.wait()
        finally:
            await db.close()

    with database_failures(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())
