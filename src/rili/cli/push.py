"""`rili app push`: how an app is told of what happens."""

from __future__ import annotations

import asyncio
import os
from typing import Annotated

import typer
from msgspec.structs import replace

from rili.actions import push_settings, register
from rili.actions.push_settings import Push
from rili.cli.command import (
    AppKey,
    Config,
    Json,
    Url,
    now_ms,
    or_end,
    print_record,
    read,
    secret_key_of,
    settings_of,
    write,
)
from rili.config import Settings
from rili.model.directory import App
from rili.model.push_rules import Mode, new_aes_key, new_token


def push(
    app_key: AppKey,
    http: Annotated[
        str | None,
        typer.Option("--http", metavar="URL", help="By HTTP callback, at this address. HTTP 回调地址。"),
    ] = None,
    stream: Annotated[
        bool, typer.Option("--stream", help="Over a connection that the app opens. Stream 模式。")
    ] = False,
    sync_http: Annotated[
        str | None,
        typer.Option(
            "--sync-http",
            metavar="URL",
            help="Of an enterprise app: in batches, at this address. SyncHTTP 地址。",
        ),
    ] = None,
    off: Annotated[
        bool, typer.Option("--off", help="Not at all, even when it opens a stream. 关闭推送。")
    ] = False,
    events: Annotated[
        str | None,
        typer.Option("--events", metavar="NAME,...", help="Of these events alone. 仅推送这些事件。"),
    ] = None,
    all_events: Annotated[bool, typer.Option("--all-events", help="Of all events. 推送全部事件。")] = False,
    token: Annotated[
        str | None,
        typer.Option(
            "--token",
            metavar="TEXT",
            help="What callbacks are signed with; made up unless said. 签名 token。",
        ),
    ] = None,
    aes_key: Annotated[
        str | None,
        typer.Option(
            "--aes-key", metavar="TEXT", help="What they are encrypted under; made up unless said. 加密密钥。"
        ),
    ] = None,
    new_secrets: Annotated[
        bool, typer.Option("--new-secrets", help="Make up another token and aes_key. 重新生成。")
    ] = False,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Ask whoever answers at the address, also where nothing changes. 校验地址。"
        ),
    ] = False,
    unchecked: Annotated[
        bool,
        typer.Option(
            "--unchecked", help="Take the address without asking whoever answers there. 不校验地址。"
        ),
    ] = False,
    secrets: Annotated[
        bool, typer.Option("--secrets", help="Show token and aes_key too. 显示密钥。")
    ] = False,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Say how an app is told of what happens; without an option, show it. 设置应用的事件推送方式。

    What is not said stays as it is. Whoever answers at an address is asked first, and must answer as the vendor's page
    on callbacks says; but for secrets that are made up, which nobody can know yet: give them to the app, then --check.
    Token and aes_key are shown where they are new, or with --secrets.
    """
    given = _given_modes(http, sync_http, stream=stream)
    if len(given) + off > 1:
        raise typer.BadParameter("say one of --http, --stream, --sync-http, --off", param_hint="--http")
    if check and unchecked:
        raise typer.BadParameter("say --check or --unchecked", param_hint="--check")
    if events is not None and all_events:
        raise typer.BadParameter("say --events or --all-events", param_hint="--events")
    names = frozenset(name.strip() for name in (events or "").split(",") if name.strip())
    if events is not None and not names:  # which would be all of them
        raise typer.BadParameter("name one event or more, or say --all-events", param_hint="--events")
    if off and (events or all_events or token or aes_key or new_secrets or check or unchecked):
        raise typer.BadParameter("nothing else can be said with it", param_hint="--off")
    if unchecked and not (http or sync_http or token or aes_key):
        raise typer.BadParameter(
            "say which address or secrets are not to be checked", param_hint="--unchecked"
        )
    if off:  # which needs no key: what nobody can read any more can be left behind
        write(config, database, lambda tx: push_settings.turn_off(tx, app_key, now_ms=now_ms()))
        print_record({"app_key": app_key, "mode": "off"}, as_json)
        return
    key, instant_ms = secret_key_of(config, database), now_ms()
    app, before = read(
        config,
        database,
        lambda tx: (register.find_app(tx, app_key), push_settings.get_push(tx, app_key, key)),
    )
    wanted = _of_mode(app, before, given[0] if given else None)
    if events is not None or all_events:
        wanted = _required(wanted, "--events")
        wanted = replace(wanted, event_types=names)
    if token or aes_key:
        wanted = _of_address(wanted, "--token")
        wanted = replace(wanted, token=token or wanted.token, aes_key=aes_key or wanted.aes_key)
    made_up = wanted is not None and wanted.url is not None and not (wanted.token and wanted.aes_key)
    if new_secrets or made_up:
        made_up, wanted = True, _with_new_secrets(_of_address(wanted, "--new-secrets"), token, aes_key)
    if check:
        wanted = _of_address(wanted, "--check")
    if wanted is not None and (wanted != before or check):
        or_end(lambda: push_settings.check(app.kind, wanted))
        if wanted.url is not None and not (made_up or unchecked):
            settings = settings_of(config, database)
            or_end(lambda: asyncio.run(_ask(app, wanted, before, settings, instant_ms)))
            typer.echo("The address answers as it should.（地址校验通过）", err=True)
    if wanted is not None and wanted != before:
        write(config, database, lambda tx: push_settings.set_push(tx, wanted, key, now_ms=instant_ms))
    print_record(_shown(app, wanted, before, secrets=secrets, as_json=as_json), as_json)
    if made_up:
        typer.echo(
            f"Give token and aes_key to the app, then: rili app push {app_key} --check（请先配置应用，再执行检查）",
            err=True,
        )


def _given_modes(http: str | None, sync_http: str | None, *, stream: bool) -> list[tuple[Mode, str | None]]:
    given: list[tuple[Mode, str | None]] = []
    if http is not None:
        given.append(("http", http))
    if sync_http is not None:
        given.append(("sync_http", sync_http))
    if stream:
        given.append(("stream", None))
    return given


def _of_mode(app: App, before: Push | None, given: tuple[Mode, str | None] | None) -> Push | None:
    """As it was, or in another way, or at another address; secrets stay with who made them."""
    if given is None:
        return before
    mode, url = given
    new = Push(
        app_key=app.app_key, mode=mode, event_types=before.event_types if before else frozenset(), url=url
    )
    if before is not None and before.mode == mode and not before.legacy:
        return replace(new, token=before.token, aes_key=before.aes_key)
    return new


def _required(wanted: Push | None, option: str) -> Push:
    if wanted is None:
        raise typer.BadParameter("say how the app is told: --http, --stream, --sync-http", param_hint=option)
    return wanted


def _of_address(wanted: Push | None, option: str) -> Push:
    wanted = _required(wanted, option)
    if wanted.url is None:
        raise typer.BadParameter("only for what is sent to an address", param_hint=option)
    return wanted


def _with_new_secrets(wanted: Push, token: str | None, aes_key: str | None) -> Push:
    """Those that were not given made up."""
    return replace(wanted, token=token or new_token(os.urandom), aes_key=aes_key or new_aes_key(os.urandom))


async def _ask(app: App, wanted: Push, before: Push | None, settings: Settings, instant_ms: int) -> None:
    """Whoever answers at the address. Raises CallbackRefused."""
    # Not at the top: the other commands have no use for an HTTP client.
    from rili.delivery.callback import receiver_of
    from rili.delivery.outgoing import Outgoing
    from rili.delivery.url_check import check_url, check_url_of_suite

    receiver, timeout_ms = receiver_of(wanted, app.corp_id), settings.callback_timeout_ms
    async with Outgoing(settings.callback_networks) as outgoing:
        if wanted.mode == "sync_http":
            again = before is not None and before.url is not None
            await check_url_of_suite(
                outgoing,
                receiver,
                again=again,
                new_bytes=os.urandom,
                now_ms=instant_ms,
                timeout_ms=timeout_ms,
            )
        else:
            await check_url(
                outgoing, receiver, new_bytes=os.urandom, now_ms=instant_ms, timeout_ms=timeout_ms
            )


def _shown(
    app: App, push: Push | None, before: Push | None, *, secrets: bool, as_json: bool
) -> dict[str, object]:
    if push is None:
        return {"app_key": app.app_key, "mode": "off"}
    shown: dict[str, object] = {
        "app_key": app.app_key,
        "mode": push.mode,
        "url": push.url,
        "events": sorted(push.event_types) if push.event_types or as_json else "all",
    }
    if push.url is not None:
        shown |= {"owner_key": push.owner_key(app.corp_id), "registered_by_app": push.legacy}
        was = (before.token, before.aes_key) if before else None
        if secrets or was != (push.token, push.aes_key):
            shown |= {"token": push.token, "aes_key": push.aes_key}
    return shown
