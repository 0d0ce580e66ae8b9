"""`rili mail`: what a mail server hands to Rili."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from typing import Annotated, NoReturn

import typer

from rili import config as settings_file
from rili.cli.command import Config, Json, Url, now_ms, print_record
from rili.errors import Failure
from rili.store.migrations import UnknownMigration, pending
from rili.store.open import open_database

mails = typer.Typer(no_args_is_help=True, help="Answers that come back by mail. 邮件答复。")


@mails.command("receive")
def receive(
    recipient: Annotated[
        str | None,
        typer.Option("--to", metavar="ADDRESS", help="To whom it came, as the mail server says. 收件地址"),
    ] = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Read one message on standard input, and write the answer that it holds. 读取一封邮件并记录其中的答复。

    Ends as sysexits.h says: 0 done, or nothing to do; 65 not understood; 75 try again later.
    成功或无需处理为 0，无法理解为 65，稍后重试为 75。
    """
    from rili.delivery.mail.inbound import MESSAGE_BYTES, Verdict
    from rili.delivery.mail.inbound import receive as receive_message

    async def run(url: str, message: bytes) -> Verdict:
        db = open_database(url, connections=1)
        try:
            return await receive_message(db, message, now_ms, recipient=recipient)
        finally:
            await db.close()

    logging.basicConfig(stream=sys.stderr, format="%(message)s", level=logging.WARNING)
    message = sys.stdin.buffer.read(MESSAGE_BYTES + 1)
    while sys.stdin.buffer.read(1 << 16):  # whoever pipes a long one must not be cut off
        pass
    try:
        settings = settings_file.load(config, os.environ, database=database)
        if pending(settings.database):
            _end(os.EX_TEMPFAIL, "the database is not up to date: rili migrate")
        verdict = asyncio.run(run(settings.database, message))
    except settings_file.BadSettings as bad:
        _end(os.EX_TEMPFAIL, "; ".join(bad.problems))
    except Failure as failure:
        _end(os.EX_TEMPFAIL, " ".join((failure.description or failure.message).split()))
    except UnknownMigration as unknown:
        _end(os.EX_TEMPFAIL, str(unknown))
    except typer.Exit:
        raise
    except Exception as defect:  # noqa: BLE001 - with another code the mail server would send the answer back
        _end(os.EX_TEMPFAIL, type(defect).__name__)
    print_record({"verdict": verdict}, as_json)
    if verdict == "not_understood":
        _end(os.EX_DATAERR, "this message is no answer to an invitation（邮件中没有可识别的答复）")


def _end(code: int, why: str) -> NoReturn:
    typer.echo(f"error: {why}", err=True)
    raise typer.Exit(code)


# `mail` would otherwise have one command, and a group of one takes no name.
@mails.callback()
def mails_group() -> None: ...
