"""The command `rili`: parse arguments, call an action, print. Each command imports what it needs."""

from __future__ import annotations

from typing import Annotated

import typer

from rili import __version__
from rili.cli import admin, dev, serve, worker

app = typer.Typer(
    name="rili",
    no_args_is_help=True,
    # It would write to the shell's start-up files.
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A calendar server that speaks DingTalk's Calendar API. 兼容钉钉日历接口的日历服务器。",
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"rili {__version__}")
        raise typer.Exit


@app.callback()
def _rili(  # pyright: ignore[reportUnusedFunction] - typer calls it
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version


dev.register(app)
serve.register(app)
worker.register(app)
admin.register(app)


def main() -> None:
    """The console script."""
    app(prog_name="rili")
