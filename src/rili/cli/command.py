"""What every administrator's command shares: where the database is, one transaction, and what is printed."""

from __future__ import annotations

import asyncio
import os
import sys
import time
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import msgspec
import typer

from rili import config as settings_file
from rili.actions import register
from rili.auth.sealing import SecretKey
from rili.cli.room_words import as_options
from rili.config import Settings
from rili.errors import Failure
from rili.errors.rooms import RoomParameter
from rili.store.db import Refused, Tx
from rili.store.migrations import UnknownMigration, pending
from rili.store.open import open_database

T = TypeVar("T")
Record = Mapping[str, object]

Config = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Settings, as `rili serve` reads them.")
]
Url = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="sqlite:PATH or postgresql://…; else RILI_DATABASE, else what FILE says.",
    ),
]
Org = Annotated[
    str | None,
    typer.Option("--org", metavar="CORP_ID", help="Which organisation, where there are several."),
]
AppKey = Annotated[str, typer.Argument(metavar="APP_KEY")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def write(config: Path | None, url: str | None, action: Callable[[Tx], T]) -> T:
    """Run *action* in one transaction; end the command with a line on stderr when it cannot be done."""
    return _run(config, url, action, writes=True)


def read(config: Path | None, url: str | None, query: Callable[[Tx], T]) -> T:
    """As `write`, for what only looks."""
    return _run(config, url, query, writes=False)


def settings_of(config: Path | None, url: str | None) -> Settings:
    """What the file, the environment and the command line say; or the end of the command."""
    try:
        return settings_file.load(config, os.environ, database=url)
    except settings_file.BadSettings as bad:
        fail("\nerror: ".join(bad.problems))


def secret_key_of(config: Path | None, url: str | None) -> SecretKey | None:
    """The key under which secrets in the database are encrypted, where one is set; or the end of the command."""
    key = settings_of(config, url).secret_key
    return SecretKey(key, os.urandom) if key else None


def or_end(action: Callable[[], T]) -> T:
    """What *action* gives; its failure ends the command with a line on stderr."""
    try:
        return action()
    except Failure as failure:
        fail(failure.description or failure.message)


def corp_id_of(tx: Tx, org: str | None) -> str:
    """The organisation that is meant: the one named, or the only one."""
    return register.only_organisation(tx).corp_id if org is None else org


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def fail(message: str) -> NoReturn:
    """End the command."""
    typer.echo(f"error: {message}", err=True)
    raise typer.Exit(1)


def print_record(record: Record, as_json: bool) -> None:
    """One thing: JSON, or a line a member."""
    if as_json:
        _print_json(record)
    else:
        members = [(name, _cell(value)) for name, value in record.items() if value not in (None, [])]
        width = max((len(name) for name, _ in members), default=0)
        for name, value in members:
            typer.echo(f"{name:{width}}  {value}")


def print_records(name: str, records: Sequence[Record], as_json: bool) -> None:
    """Several things: `{name: [...]}`, or a table."""
    if as_json:
        _print_json({name: records})
    elif not records:
        typer.echo(f"No {name}.", err=True)
    else:
        rows = [list(records[0]), *([_cell(value) for value in record.values()] for record in records)]
        widths = [max(_columns(cell) for cell in column) for column in zip(*rows, strict=True)]
        for row in rows:
            padded = (cell + " " * (width - _columns(cell)) for cell, width in zip(row, widths, strict=True))
            typer.echo("  ".join(padded).rstrip())


def _run(config: Path | None, url: str | None, action: Callable[[Tx], T], *, writes: bool) -> T:
    try:
        settings = settings_file.load(config, os.environ, database=url)
        if pending(settings.database):
            fail("the database has an older schema or none yet: rili migrate brings it up to date")
        return asyncio.run(_transaction(settings.database, action, writes=writes))
    except settings_file.BadSettings as bad:
        fail("\nerror: ".join(bad.problems))
    except RoomParameter as failure:
        fail(as_options(failure.description or failure.message))
    except Failure as failure:
        fail(failure.description or failure.message)
    except Refused:
        fail("somebody else changed the same at this moment: run the command again")
    except UnknownMigration as unknown:
        fail(str(unknown))
    except UnicodeEncodeError:
        fail("an argument is no valid UTF-8")


async def _transaction(url: str, action: Callable[[Tx], T], *, writes: bool) -> T:
    db = open_database(url, connections=1)
    try:
        return await (db.write(action) if writes else db.read(action))
    finally:
        await db.close()


def _print_json(value: object) -> None:
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
    sys.stdout.buffer.flush()


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case list():
            return " ".join(str(item) for item in value)  # pyright: ignore[reportUnknownVariableType,reportUnknownArgumentType]
        case _:
            return str(value)


def _columns(text: str) -> int:
    """How wide a terminal shows it: a Chinese character takes two columns."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
