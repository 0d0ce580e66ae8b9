"""`rili dev`: the sandbox on SQLite in one folder, seeded, its secrets in DIR/dev.json and nowhere else in clear."""

from __future__ import annotations

import fcntl
import os
import re
import shlex
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from rili import __version__
from rili.actions import directory, events, sealed
from rili.actions.register import find_app, set_app
from rili.actions.sign_in import sign_in
from rili.auth.callers import Caller
from rili.auth.passwords import hash_password
from rili.cli.command import Json, fail, now_ms, print_record, print_records
from rili.cli.serve import database_failures, derive_again, listen, secret_key_of, serve_until_stopped
from rili.config import LOOPBACK, MOST, Rules, Settings
from rili.errors import Failure
from rili.model import scopes
from rili.model.directory import new_app_secret
from rili.model.ids import opaque_id
from rili.model.secrets import matches
from rili.sandbox.demo import (
    APP_KEY,
    CORP_ID,
    REDIRECTS,
    Demo,
    DemoSecrets,
    describe,
    events_to_seed,
    seed,
    union_id_of,
)
from rili.sandbox.demo_events import event_id_of, seed_events
from rili.store import apps, migrations, organisations
from rili.store.db import Database, Tx


class Sample(msgspec.Struct, frozen=True):
    """What the printed `curl` needs: a valid token, and an event of the demo unless all have been deleted."""

    token: str
    union_id: str | None = None
    event_id: str | None = None


def register(app: typer.Typer) -> None:
    """Add the command to *app*."""
    app.command()(dev)


def _limit(meaning: str) -> Any:
    return typer.Option(min=0, max=MOST, metavar="N", help=meaning)


def dev(
    host: Annotated[str, typer.Option(help="Address to listen on. 监听地址")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one. 端口")] = 8470,
    data: Annotated[
        Path, typer.Option(metavar="DIR", help="Where database and dev.json are. 数据目录")
    ] = Path(".rili"),
    rules: Annotated[
        Rules, typer.Option(help="As the reference says, or as its samples do. 规则")
    ] = "documented",
    calls_per_second: Annotated[
        int, _limit("Calls of an app to one operation in a second. 单接口每秒调用上限")
    ] = 0,
    calls_per_minute: Annotated[int, _limit("The same in a minute. 单接口每分钟调用上限")] = 0,
    calls_per_month: Annotated[int, _limit("Calls of all apps to the calendar. 日历每月调用上限")] = 0,
    creates_per_day: Annotated[int, _limit("Events made for one person. 每人每天新建日程上限")] = 0,
    as_json: Json = False,
) -> None:
    """Serve a sandbox with a demo organisation. 启动带演示数据的沙箱。

    The limits of the paid service are off unless given. 付费服务的各项限额默认关闭。
    """
    _prepare_folder(data)
    listener = listen(host, port)
    url = f"sqlite:{data / 'rili.db'}"
    with database_failures():
        migrations.migrate(url)
    last = _set_aside(data / "dev.json")
    known = _known_secrets(last)
    secrets = known or _new_secrets()
    sample: list[Sample] = []
    settings = Settings(
        database=url,
        host=host,
        port=listener.getsockname()[1],
        rules=rules,
        secret_key=_secret_key(data / "secret.key"),
        callback_networks=list(LOOPBACK),
        calls_per_second=calls_per_second,
        calls_per_minute=calls_per_minute,
        calls_per_month=calls_per_month,
        creates_per_day=creates_per_day,
    )

    async def prepare(db: Database) -> None:
        key = secret_key_of(settings)
        await db.read(lambda tx: sealed.check_key(tx, key))
        await derive_again(db)
        sample.append(await _seed(db, secrets, changed=known is None))

    def say(base_url: str) -> None:
        facts = {"base_url": base_url, **msgspec.structs.asdict(describe(secrets))}
        _write_private(data / "dev.json", msgspec.json.format(msgspec.json.encode(facts), indent=2) + b"\n")
        last.unlink(missing_ok=True)
        if as_json:
            print_record(facts, as_json=True)
        else:
            _print_table(base_url, secrets, sample[0], data)

    serve_until_stopped(settings, listener, prepare, say)


def _prepare_folder(data: Path) -> None:
    """Make the folder, and hold it: two servers would each write their own address into dev.json."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(data / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)  # until the process ends
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        fail(f"another rili dev runs on {data}（该目录已被另一个 rili dev 使用）")
    except OSError as e:
        fail(f"cannot use {data}: {e.strerror}（无法使用数据目录）")


def _set_aside(path: Path) -> Path:
    """Where the dev.json of the last start is from now on: its address is wrong until this one is ready."""
    aside = path.with_suffix(".last")
    if path.exists():
        path.replace(aside)
    return aside


def _secret_key(path: Path) -> str:
    """What the file says, or a new key, which it says from now on."""
    if not path.exists():
        _write_private(path, f"{os.urandom(32).hex()}\n".encode())
    key = path.read_text("ascii", "replace").strip()
    if not re.fullmatch(r"[0-9A-Fa-f]{64}", key):
        fail(f"{path} does not hold a key: 64 hexadecimal digits（密钥文件内容无效）")
    return key


def _known_secrets(path: Path) -> DemoSecrets | None:
    """The secrets of the last start, when its dev.json is there and whole."""
    try:
        demo = msgspec.json.decode(path.read_bytes(), type=Demo)
        return DemoSecrets(app_secret=demo.app_secret, password=demo.users[0].password)
    except (OSError, msgspec.MsgspecError, IndexError):
        return None


def _new_secrets() -> DemoSecrets:
    return DemoSecrets(app_secret=new_app_secret(os.urandom), password=opaque_id(os.urandom, 16))


async def _seed(db: Database, secrets: DemoSecrets, *, changed: bool) -> Sample:
    """Bring the demo organisation and its secrets to where dev.json says they are; sign its app in."""
    seeded = await db.read(lambda tx: organisations.get(tx, CORP_ID)) is not None
    password_hash = hash_password(secrets.password) if changed or not seeded else None
    at_ms, nonce = now_ms(), os.urandom(16).hex()
    return await db.write(lambda tx: _seed_now(tx, secrets, password_hash, nonce, at_ms))


def _seed_now(tx: Tx, secrets: DemoSecrets, password_hash: str | None, nonce: str, at_ms: int) -> Sample:
    if password_hash is not None:
        if seed(tx, secrets, password_hash=password_hash, now_ms=at_ms):
            seed_events(tx, now_ms=at_ms)
        else:
            for user in directory.list_users(tx, CORP_ID):
                directory.set_password(tx, CORP_ID, user.userid, password_hash)
    known = apps.lock_credentials(tx, APP_KEY)
    if known is None or not matches(secrets.app_secret, known.secret_hash):
        set_app(tx, CORP_ID, APP_KEY, new_secret=secrets.app_secret)
    if not find_app(tx, APP_KEY).redirects:  # a data folder of before there were any
        set_app(tx, CORP_ID, APP_KEY, redirects=REDIRECTS)
    token = sign_in(tx, APP_KEY, secrets.app_secret, new_nonce=nonce, now_ms=at_ms)
    return _sample(tx, token, at_ms)


def _sample(tx: Tx, token: str, at_ms: int) -> Sample:
    by = Caller(corp_id=CORP_ID, app_key=APP_KEY, kind="internal", scopes=scopes.ALL, now_ms=at_ms)
    for number, demo in enumerate(events_to_seed(), start=1):
        union_id, event_id = union_id_of(demo.organizer), event_id_of(number)
        try:
            events.get_event(tx, by, events.Place(union_id, events.PRIMARY), event_id, shown=1)
        except Failure:
            continue  # whoever plays here may have deleted it
        return Sample(token, union_id, event_id)
    return Sample(token)


def _print_table(base_url: str, secrets: DemoSecrets, sample: Sample, data: Path) -> None:
    demo = describe(secrets)
    typer.echo(f"Rili {__version__} · sandbox 沙箱 · {data / 'dev.json'} · Ctrl+C stops it 按 Ctrl+C 停止\n")
    print_record(
        {
            "base_url": base_url,
            "corp_id": demo.corp_id,
            "app_key": demo.app_key,
            "app_secret": demo.app_secret,
            "agent_id": demo.agent_id,
            "password": f"{secrets.password}  (everybody's 所有人相同)",
        },
        as_json=False,
    )
    people = [msgspec.structs.asdict(user) for user in demo.users]
    typer.echo()
    print_records(
        "users", [{k: v for k, v in one.items() if k != "password"} for one in people], as_json=False
    )
    typer.echo()
    print_records("rooms", [msgspec.structs.asdict(room) for room in demo.rooms], as_json=False)
    if sample.event_id is None:
        typer.echo(
            f"\nThe demo's events are deleted; for new ones remove {data}. 如需重新生成演示日程，请删除该目录。"
        )
    else:
        typer.echo("\nUpdate an event; the token is good for 2 hours. 更新日程（令牌 2 小时内有效）：\n")
        typer.echo(_curl(base_url, sample))


def _curl(base_url: str, sample: Sample) -> str:
    path = f"/v1.0/calendar/users/{sample.union_id}/calendars/primary/events/{sample.event_id}"
    body = f'{{"id":"{sample.event_id}","summary":"Updated by curl"}}'
    headers = [f"x-acs-dingtalk-access-token: {sample.token}", "content-type: application/json"]
    return shlex.join(
        [
            "curl",
            "-gsS",
            "-X",
            "PUT",
            base_url + path,
            *(part for h in headers for part in ("-H", h)),
            "-d",
            body,
        ]
    )


def _write_private(path: Path, content: bytes) -> None:
    """Replace the file whole; nobody else may read it."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
