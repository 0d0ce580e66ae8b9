"""`rili user code`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from rili.actions import login_codes
from rili.cli.command import AppKey, Config, Json, Org, Url, corp_id_of, now_ms, print_record, write


def code(
    userid: Annotated[str, typer.Argument(metavar="USERID")],
    app_key: AppKey,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Make the code that an app gets when somebody opens it inside the client; good once, for five minutes."""
    new_code, instant_ms = os.urandom(16).hex(), now_ms()
    write(
        config,
        database,
        lambda tx: login_codes.make(
            tx, corp_id_of(tx, org), userid, app_key, new_code=new_code, now_ms=instant_ms
        ),
    )
    print_record({"userid": userid, "app_key": app_key, "code": new_code}, as_json)
