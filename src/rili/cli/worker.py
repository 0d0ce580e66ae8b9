"""`rili worker`: delivers what happens, beside servers whose setting `worker` is `apart`, or beside others."""

from __future__ import annotations

import asyncio
import signal
from typing import Annotated

import typer

from rili import __version__
from rili.cli.command import Config, Json, now_ms, print_record
from rili.cli.serve import check_database, database_failures, listen, require_migrated, settings_of
from rili.store.open import open_database


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command()(worker)


def worker(
    config: Config = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=0, max=65535, help="Answer /healthz and /metrics there; 0 takes a free one. 监控端口"
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Deliver what happens: to apps, by mail, reminders. 投递变更、通知与提醒。

    The server does so itself; where its setting worker is "apart", run this beside it. On PostgreSQL any number may
    run. 默认由服务进程投递；设置 worker = "apart" 后由本命令投递，PostgreSQL 上可同时运行多个。
    """
    import uvloop

    from rili.app import build_watch, build_worker
    from rili.delivery.bell import Bell
    from rili.metrics import Metrics
    from rili.server import Server, base_url
    from rili.server.logs import log_to_stderr

    settings = settings_of(config, None)
    require_migrated(settings)
    listener = None if port is None else listen(settings.host, port)
    log_to_stderr(now_ms)

    def say() -> None:
        watched = None if listener is None else base_url(listener, tls=settings.tls_certificate is not None)
        if as_json:
            print_record({"worker": "running", "base_url": watched}, as_json=True)
        else:
            typer.echo(f"Rili {__version__} · worker{f' · {watched}' if watched else ''}")

    async def run() -> None:
        db = open_database(settings.database, settings.database_connections)
        metrics = Metrics()
        try:
            await check_database(db, settings)
            async with build_worker(settings, db, clock=now_ms, bell=Bell(), metrics=metrics).running():
                if listener is None:
                    stop = _stop_signal()
                    say()
                    await stop.wait()
                else:
                    watch = build_watch(settings, db, clock=now_ms, metrics=metrics)
                    await Server(watch, settings, clock=now_ms, on_ready=say).serve(sockets=[listener])
        finally:
            await db.close()

    with database_failures(), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run())


def _stop_signal() -> asyncio.Event:
    """Set when the process is told to end."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
