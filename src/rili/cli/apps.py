"""`rili app` and `rili token`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from rili.actions import register
from rili.actions.sign_in import TOKEN_SECONDS, issue_token
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
from rili.cli.suites import authorize, authorized, ticket, withdraw
from rili.model import scopes
from rili.model.app_kinds import AppKind
from rili.model.directory import App, new_agent_id, new_app_key, new_app_secret, new_suite_ticket
from rili.store.db import Tx

apps = typer.Typer(no_args_is_help=True, help="Apps that call the API.")
for command in (authorize, withdraw, authorized, ticket):
    apps.command()(command)
tokens = typer.Typer(no_args_is_help=True, help="Access tokens.")

Redirects = Annotated[
    list[str] | None,
    typer.Option(
        "--redirect",
        metavar="URL",
        help="Where people may be sent on to after signing in; may be given several times.",
    ),
]


@apps.command("add")
def add_app(
    name: Annotated[str, typer.Argument(metavar="NAME")],
    kind: Annotated[
        AppKind,
        typer.Option(
            help="internal: of the organisation. enterprise, personal: a vendor's, for others to authorise."
        ),
    ] = "internal",
    agent_id: Annotated[int | None, typer.Option(metavar="NUMBER", help="Made up unless said.")] = None,
    redirect: Redirects = None,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Add an app. Its secret is shown here, and never again."""
    app_key, app_secret = new_app_key(os.urandom, kind), new_app_secret(os.urandom)
    ticket = new_suite_ticket(os.urandom)
    key = secret_key_of(config, database)
    number = new_agent_id(os.urandom) if agent_id is None else agent_id
    created_ms = now_ms()
    added = write(
        config,
        database,
        lambda tx: register.add_app(
            tx,
            App(
                app_key=app_key,
                corp_id=corp_id_of(tx, org),
                agent_id=number,
                kind=kind,
                name=name,
                scopes=scopes.BASIC,
                redirects=tuple(redirect or ()),
                created_ms=created_ms,
            ),
            app_secret,
            key,
            new_ticket=ticket,
        ),
    )
    print_record(_app(added, app_secret), as_json)


@apps.command("list")
def list_apps(org: Org = None, config: Config = None, database: Url = None, as_json: Json = False) -> None:
    """List the apps."""
    found = read(config, database, lambda tx: register.list_apps(tx, corp_id_of(tx, org)))
    print_records("apps", [_app(app) for app in found], as_json)


@apps.command("show")
def show_app(
    app_key: AppKey, org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """Show one app."""
    found = read(config, database, lambda tx: register.get_app(tx, owner_of(tx, org, app_key), app_key))
    print_record(_app(found), as_json)


@apps.command("set")
def set_app(
    app_key: AppKey,
    name: Annotated[str | None, typer.Option(metavar="NAME")] = None,
    agent_id: Annotated[int | None, typer.Option(metavar="NUMBER")] = None,
    redirect: Redirects = None,
    no_redirect: Annotated[
        bool, typer.Option("--no-redirect", help="Take all redirect addresses away.")
    ] = False,
    network: Annotated[
        list[str] | None,
        typer.Option(
            "--network",
            metavar="ADDRESS/BITS",
            help="From where alone it may call; may be given several times.",
        ),
    ] = None,
    any_network: Annotated[bool, typer.Option("--any-network", help="Let it call from anywhere.")] = False,
    new_secret: Annotated[
        bool, typer.Option("--new-secret", help="Make a new secret; tokens of the old one end.")
    ] = False,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Rename, renumber, or give a new secret, which is shown here and never again.

    Redirect addresses and networks take the place of those there are.
    """
    if redirect and no_redirect:
        raise typer.BadParameter("say --redirect or --no-redirect", param_hint="--redirect")
    if network and any_network:
        raise typer.BadParameter("say --network or --any-network", param_hint="--network")
    app_secret = new_app_secret(os.urandom) if new_secret else None
    key = secret_key_of(config, database) if new_secret else None
    changed = write(
        config,
        database,
        lambda tx: register.set_app(
            tx,
            owner_of(tx, org, app_key),
            app_key,
            name=name,
            agent_id=agent_id,
            redirects=redirect or ([] if no_redirect else None),
            networks=network or ([] if any_network else None),
            new_secret=app_secret,
            key=key,
        ),
    )
    print_record(_app(changed, app_secret), as_json)


@apps.command("grant")
def grant(
    app_key: AppKey,
    points: Annotated[
        list[str] | None, typer.Argument(metavar="POINT...", help="Such as Calendar.Event.Write.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every permission point.")] = False,
    only: Annotated[bool, typer.Option("--only", help="Take away the points that are not named.")] = False,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Give an app permission points."""
    if bool(points) == every:
        raise typer.BadParameter("name permission points, or say --all", param_hint="POINT")
    wanted = scopes.ALL if every else frozenset(points or ())
    changed = write(
        config,
        database,
        lambda tx: register.grant(tx, owner_of(tx, org, app_key), app_key, wanted, only=only),
    )
    print_record(_app(changed), as_json)


@apps.command("remove")
def remove_app(
    app_key: AppKey, org: Org = None, config: Config = None, database: Url = None, as_json: Json = False
) -> None:
    """Delete an app. Its tokens end now."""
    write(config, database, lambda tx: register.remove_app(tx, owner_of(tx, org, app_key), app_key))
    print_record({"app_key": app_key, "removed": True}, as_json)


@tokens.command("issue")
def issue(
    app_key: AppKey,
    corp: Annotated[
        str | None, typer.Option("--corp", metavar="CORP_ID", help="Where an enterprise app is to act.")
    ] = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Make a token of an app without its secret, valid for two hours."""
    token = os.urandom(16).hex()
    instant_ms = now_ms()
    write(
        config,
        database,
        lambda tx: issue_token(tx, app_key, corp_id=corp, new_token=token, now_ms=instant_ms),
    )
    print_record({"app_key": app_key, "access_token": token, "expires_in": TOKEN_SECONDS}, as_json)


# `token` would otherwise have one command, and a group of one takes no name.
@tokens.callback()
def tokens_group() -> None: ...


def owner_of(tx: Tx, org: str | None, app_key: str) -> str:
    """The organisation that is meant: the one named, or the app's."""
    return register.find_app(tx, app_key).corp_id if org is None else org


def _app(app: App, app_secret: str | None = None) -> Record:
    record: dict[str, object] = {"corp_id": app.corp_id, "app_key": app.app_key}
    if app_secret is not None:
        record["app_secret"] = app_secret
    return record | {
        "kind": app.kind,
        "agent_id": app.agent_id,
        "name": app.name,
        "scopes": sorted(app.scopes),
        "redirects": list(app.redirects),
        "networks": list(app.networks),
    }
