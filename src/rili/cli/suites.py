"""`rili app` for apps of vendors: authorize, withdraw, authorized, ticket."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from rili.actions import authorizations, suites
from rili.cli.command import (
    AppKey,
    Config,
    Json,
    Org,
    Record,
    Url,
    corp_id_of,
    now_ms,
    print_record,
    print_records,
    read,
    secret_key_of,
    write,
)
from rili.model.directory import Authorization, new_suite_ticket

Corp = Annotated[str, typer.Option("--corp", metavar="CORP_ID", help="The organisation that decides.")]


def authorize(
    app_key: AppKey,
    corp: Corp,
    scopes: Annotated[
        list[str] | None,
        typer.Option(
            "--scopes",
            metavar="POINT",
            help="What it may do there, instead of all that it may do now; may be given several times.",
        ),
    ] = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Let an enterprise app act in an organisation. Once more: with other permission points."""
    instant_ms = now_ms()
    one = write(
        config,
        database,
        lambda tx: authorizations.authorize(tx, app_key, corp, scopes or None, now_ms=instant_ms),
    )
    print_record(_authorization(one), as_json)


def withdraw(
    app_key: AppKey, corp: Corp, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """Take an enterprise app's authorisation back. Its tokens there end now."""
    instant_ms = now_ms()
    write(config, database, lambda tx: authorizations.withdraw(tx, app_key, corp, now_ms=instant_ms))
    print_record({"corp_id": corp, "app_key": app_key, "withdrawn": True}, as_json)


def authorized(
    app_key: Annotated[str | None, typer.Argument(metavar="[APP_KEY]")] = None,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """List where an enterprise app may act; without APP_KEY, which may act in the organisation."""
    if app_key is not None:
        found = read(config, database, lambda tx: authorizations.of_app(tx, app_key))
        records = [_authorization(one) for one in found]
    else:
        here = read(config, database, lambda tx: authorizations.of_organisation(tx, corp_id_of(tx, org)))
        records = [{"name": app.name, **_authorization(one)} for app, one in here]
    print_records("authorizations", records, as_json)


def ticket(
    app_key: AppKey,
    renew: Annotated[bool, typer.Option("--renew", help="Make a new one.")] = False,
    fix: Annotated[
        str | None, typer.Option("--fix", metavar="TICKET", help="Make this one the ticket, which stays.")
    ] = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Show the suite ticket of an enterprise app, or change it; the one of before stays good until the next."""
    if renew and fix is not None:
        raise typer.BadParameter("say --renew or --fix", param_hint="--fix")
    key, instant_ms = secret_key_of(config, database), now_ms()
    if renew or fix is not None:
        text = new_suite_ticket(os.urandom) if fix is None else fix
        shown = write(
            config,
            database,
            lambda tx: suites.set_ticket(tx, app_key, text, key, fixed=fix is not None, now_ms=instant_ms),
        )
    else:
        shown = read(config, database, lambda tx: suites.ticket(tx, app_key, key))
    print_record(
        {
            "app_key": shown.app_key,
            "suite_ticket": shown.ticket,
            "fixed": shown.fixed,
            "since_ms": shown.ticket_ms,
        },
        as_json,
    )


def _authorization(one: Authorization) -> Record:
    return {"corp_id": one.corp_id, "app_key": one.app_key, "scopes": sorted(one.scopes)}
