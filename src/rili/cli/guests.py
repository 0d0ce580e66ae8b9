"""`rili guest`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from rili.actions.guest_answers import mint_link
from rili.cli.command import Config, Json, Org, Url, corp_id_of, now_ms, print_record, write

guests = typer.Typer(no_args_is_help=True, help="People by mail who are in no directory.")


@guests.command("link")
def link(
    event_id: Annotated[str, typer.Argument(metavar="EVENT_ID", help="Of an event, or of one occurrence.")],
    email: Annotated[str, typer.Argument(metavar="EMAIL")],
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Make the address of a page on which a guest answers an event. It is shown here, and never again."""
    instant_ms = now_ms()
    code = write(
        config,
        database,
        lambda tx: mint_link(
            tx, corp_id_of(tx, org), event_id, email, new_bytes=os.urandom, now_ms=instant_ms
        ),
    )
    print_record({"event_id": event_id, "email": email, "path": f"/answer/{code}"}, as_json)


# `guest` would otherwise have one command, and a group of one takes no name.
@guests.callback()
def guests_group() -> None: ...
