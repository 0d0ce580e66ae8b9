"""`rili delivery`: what waits to be delivered, and what failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, cast

import msgspec
import typer

from rili.actions import deliveries
from rili.actions.deliveries import AT_ONCE
from rili.cli.command import (
    Config,
    Json,
    Org,
    Record,
    Url,
    corp_id_of,
    fail,
    now_ms,
    print_record,
    print_records,
    read,
    write,
)
from rili.model.moment import utc_text
from rili.store.db import Tx
from rili.store.deliveries import Channel, Delivery
from rili.store.delivery_list import State, Which

delivery = typer.Typer(
    no_args_is_help=True, help="What waits to be delivered, and what failed. 待投递与投递失败的内容。"
)

SECRETS = frozenset({"suiteTicket", "SuiteTicket", "suite_ticket", "token", "aes_key", "ticket", "code"})
"""Members of bodies that are shown to nobody."""

Numbers = Annotated[
    list[int] | None,
    typer.Argument(min=0, max=2**63 - 1, metavar="[NUMBER]...", help="As `list` shows them. 投递编号。"),
]
App = Annotated[str | None, typer.Option("--app", metavar="APP_KEY", help="Those to this app. 指定应用。")]
OfChannel = Annotated[Channel | None, typer.Option("--channel", help="Those by this channel. 指定渠道。")]
All = Annotated[bool, typer.Option("--all", help="All of the organisation's. 全部。")]


@delivery.command("list")
def list_deliveries(
    app: App = None,
    channel: OfChannel = None,
    state: Annotated[
        State | None, typer.Option("--state", help="Only what waits, or what failed. 仅待投递或仅失败的。")
    ] = None,
    older: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=10**9,
            metavar="MINUTES",
            help="Only what was queued so long ago. 仅列出早于若干分钟前的。",
        ),
    ] = None,
    above: Annotated[
        int,
        typer.Option(
            "--above",
            min=0,
            max=2**63 - 1,
            metavar="NUMBER",
            help="Only numbers above it. 仅列出更大的编号。",
        ),
    ] = 0,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most. 最多条数。")] = 100,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """List what waits and what failed, the oldest first. 列出待投递与投递失败的内容，最早的在前。"""
    instant_ms = now_ms()
    which = Which(
        channel=channel,
        receiver=app,
        state=state,
        queued_before_ms=None if older is None else instant_ms - older * 60_000,
        above=above,
    )
    found = read(
        config,
        database,
        lambda tx: deliveries.list_deliveries(tx, corp_id_of(tx, org), which, limit + 1),
    )
    shown = found[:limit]
    record = _record if as_json else _row
    print_records("deliveries", [record(one, instant_ms) for one in shown], as_json)
    if len(found) > limit:
        typer.echo(f"There are more: --above {shown[-1].number}", err=True)


@delivery.command()
def show(
    number: Annotated[int, typer.Argument(min=0, max=2**63 - 1, metavar="NUMBER")],
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Show one with its body; secrets in it are masked. 查看一条投递及其内容，其中的密钥已隐去。"""
    found = read(config, database, lambda tx: deliveries.get_delivery(tx, corp_id_of(tx, org), number))
    body = _masked(msgspec.json.decode(found.body))
    if as_json:
        print_record({**_record(found, now_ms()), "body": body}, as_json=True)
    else:
        print_record(_row(found, now_ms()), as_json=False)
        typer.echo(msgspec.json.format(msgspec.json.encode(body), indent=2).decode())


@delivery.command()
def retry(
    numbers: Numbers = None,
    app: App = None,
    channel: OfChannel = None,
    every: All = False,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Send failed ones again, in their order, behind what waits. 重新投递失败的内容，保持原有顺序，排在等待内容之后。

    They get new numbers, and keep their ids. 编号会改变，标识不变。
    """
    instant_ms = now_ms()
    if _one_way(numbers, app, channel, every=every):
        chosen = numbers or []
        done = write(
            config,
            database,
            lambda tx: deliveries.retry_named(tx, corp_id_of(tx, org), chosen, now_ms=instant_ms),
        )
    else:
        which = Which(channel=channel, receiver=app, state="failed")
        done = _in_parts(
            config, database, org, which, lambda tx, some: deliveries.retry(tx, some, now_ms=instant_ms)
        )
    print_record({"retried": done}, as_json)


@delivery.command()
def drop(
    numbers: Numbers = None,
    app: App = None,
    channel: OfChannel = None,
    every: All = False,
    waiting: Annotated[
        bool,
        typer.Option("--waiting", help="With --app, --channel, --all: also what waits. 同时丢弃待投递的。"),
    ] = False,
    org: Org = None,
    config: Config = None,
    database: Url = None,
    as_json: Json = False,
) -> None:
    """Drop some: nobody is told of them any more. 丢弃，不再投递。

    By NUMBER also what waits; otherwise what failed, unless --waiting.
    """
    instant_ms = now_ms()
    if _one_way(numbers, app, channel, every=every):
        chosen = numbers or []
        done = write(
            config,
            database,
            lambda tx: deliveries.drop_named(tx, corp_id_of(tx, org), chosen, now_ms=instant_ms),
        )
    else:
        which = Which(channel=channel, receiver=app, state=None if waiting else "failed")
        done = _in_parts(
            config, database, org, which, lambda tx, some: deliveries.drop(tx, some, now_ms=instant_ms)
        )
    print_record({"dropped": done}, as_json)


def _one_way(numbers: list[int] | None, app: str | None, channel: str | None, *, every: bool) -> bool:
    """Whether they are named by number; the end of the command where they are named in no way, or in two."""
    others = app is not None or channel is not None or every
    if bool(numbers) == others:
        fail("say which: NUMBER..., or --app, --channel, --all")
    return bool(numbers)


def _in_parts(
    config: Any, database: str | None, org: str | None, which: Which, act: Callable[[Tx, list[Delivery]], int]
) -> int:
    """Do *act* to all of *which* there is now, some in a transaction: the server goes on meanwhile."""
    upto = read(config, database, lambda tx: deliveries.last_number(tx, corp_id_of(tx, org)))
    above = done = 0
    while True:
        part = msgspec.structs.replace(which, above=above, upto=upto)
        some = read(
            config,
            database,
            lambda tx, part=part: deliveries.list_deliveries(tx, corp_id_of(tx, org), part, AT_ONCE),
        )
        if not some:
            return done
        done += write(config, database, lambda tx, some=some: act(tx, some))
        above = some[-1].number


def _record(one: Delivery, instant_ms: int) -> Record:
    return {
        "number": one.number,
        "state": _state(one),
        "channel": one.channel,
        "app_key": one.receiver or None,
        "event_type": one.event_type,
        "subject": one.subject,
        "id": one.id,
        "born_ms": one.born_ms,
        "queued_ms": one.queued_ms,
        "failed_ms": one.failed_ms,
        "age_seconds": _age_s(one, instant_ms),
        "attempts": one.attempts,
        "error": one.error,
    }


def _row(one: Delivery, instant_ms: int) -> Record:
    return {
        "number": one.number,
        "state": _state(one),
        "channel": one.channel,
        "app_key": one.receiver,
        "event_type": one.event_type,
        "subject": one.subject,
        "born": utc_text(one.born_ms),
        "age": _words(_age_s(one, instant_ms)),
        "attempts": one.attempts,
        "error": one.error or "",
    }


def _state(one: Delivery) -> State:
    return "waiting" if one.failed_ms is None else "failed"


def _age_s(one: Delivery, instant_ms: int) -> int:
    """Since it was queued."""
    return max(0, instant_ms - one.queued_ms) // 1000


def _words(seconds: int) -> str:
    """In the largest unit that fits, and the next: 3d4h."""
    days, hours, minutes = seconds // 86_400, seconds // 3_600, seconds // 60
    if days:
        return f"{days}d{hours % 24}h"
    if hours:
        return f"{hours}h{minutes % 60}m"
    return f"{minutes}m{seconds % 60}s" if minutes else f"{seconds}s"


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {name: "***" if name in SECRETS else _masked(member) for name, member in members.items()}
    if isinstance(value, list):
        return [_masked(item) for item in cast("list[Any]", value)]
    return value
