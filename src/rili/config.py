"""Every setting, its default and its rule. docs/configuration.md says what each means.

A configuration that is not understood is refused whole: every problem at once, each with the place that
said it, the rule and what is allowed. What looks like it holds a password is never repeated.
"""

from __future__ import annotations

import re
import ssl
import tomllib
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from string import Formatter
from typing import Any, Literal, NamedTuple, cast, get_args
from urllib.parse import urlsplit

import msgspec

Rules = Literal["documented", "lenient"]
Worker = Literal["inside", "apart"]
LOOPBACK = ("127.0.0.0/8", "::1/128")
"""This machine alone."""
MOST = 999_999_999
"""Of a limit of the paid service."""
PREFIX = "RILI_"
NOT_SETTINGS = ("RILI_TEST_", "RILI_SOAK")
"""How the variables begin that tests keep for themselves."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What one server runs with. In a file: these names; in the environment: RILI_ and the name."""

    database: str
    database_connections: int = 16
    host: str = "127.0.0.1"
    port: int = 8470
    public_url: str | None = None
    trusted_proxies: list[str] = []
    tls_certificate: str | None = None
    tls_key: str | None = None
    cors_origins: list[str] = msgspec.field(default_factory=lambda: ["*"])
    rules: Rules = "lenient"
    meeting_url: str = "{public_url}/meet/{conferenceId}"
    meeting_provider_url: str = "https://meet.jit.si/{conferenceId}"
    calls_per_second: int = 0
    calls_per_minute: int = 0
    calls_per_month: int = 0
    creates_per_day: int = 0
    secret_key: str | None = None
    worker: Worker = "inside"
    metrics_networks: list[str] = msgspec.field(default_factory=lambda: list(LOOPBACK))
    callback_networks: list[str] = []
    callback_timeout_ms: int = 1500


class BadSettings(Exception):
    """A configuration that was not understood: one line a problem."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _Rule(NamedTuple):
    kind: type
    holds: Callable[[Any], bool]
    allowed: str
    allowed_zh: str


class _Said(NamedTuple):
    value: Any
    where: str


def load(path: Path | None, environ: Mapping[str, str], *, database: str | None = None) -> Settings:
    """Read the file at *path*, then *environ*, then *database* (the command line's): the later wins.

    Raises:
        BadSettings: with every problem found, in the order of the file, then of the environment.
    """
    problems: list[str] = []
    in_file = _file(path, problems) if path else {}
    said = (in_file or {}) | _environment(environ, problems)
    if database is not None:
        said["database"] = _Said(database, "--database")
    values: dict[str, Any] = {}
    for name, (value, where) in said.items():
        rule = _RULES[name]
        if type(value) is rule.kind and rule.holds(value):
            values[name] = value.rstrip("/") if name == "public_url" else value
        else:
            problems.append(
                f"{where}: {name} must be {rule.allowed}{_shown(name, value)}（须为{rule.allowed_zh}）"
            )
    if "database" not in said and in_file is not None:
        problems.append(
            f"{path or 'settings'}: database is not set: {_RULES['database'].allowed},"
            f" in the file or as {PREFIX}DATABASE（未设置 database）"
        )
    _check_tls(said, values, problems)
    if problems:
        raise BadSettings(problems)
    return Settings(**values)


def _file(path: Path, problems: list[str]) -> dict[str, _Said] | None:
    """None: what the file says is not known."""
    try:
        text = path.read_bytes().decode()
    except OSError as e:
        problems.append(f"{path}: cannot be read: {e.strerror}（无法读取配置文件）")
        return None
    except UnicodeDecodeError as e:
        line = e.object.count(b"\n", 0, e.start) + 1
        problems.append(f"{path}:{line}: not UTF-8（不是 UTF-8 编码）")
        return None
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        place = re.search(r"\s*\(at line (\d+), column \d+\)$", str(e))
        line = f":{place[1]}" if place else f":{text.count(chr(10)) + 1}"  # "(at end of document)"
        problems.append(f"{path}{line}: not TOML: {str(e)[: place.start()] if place else e}（TOML 语法错误）")
        return None
    lines = {key: _line_of(key, text) for key in table}
    said: dict[str, _Said] = {}
    for key in sorted(table, key=lines.__getitem__):
        where = f"{path}:{lines[key]}"
        if key in _RULES:
            said[key] = _Said(table[key], where)
        else:
            problems.append(f"{where}: unknown setting {key}{_meant(key, '')}（未知的设置项）")
    return said


def _line_of(key: str, text: str) -> int:
    """The line that opens *key*: tomllib does not say. What comes before it must be whole TOML."""
    lines = text.split("\n")
    opens = re.compile(rf"\s*\[*\s*[\"']?{re.escape(key)}[\"']?\s*[=.\]]")
    for number, line in enumerate(lines):
        if opens.match(line):
            try:
                if key not in tomllib.loads("\n".join(lines[:number])):
                    return number + 1
            except tomllib.TOMLDecodeError:
                pass  # inside a string or a list of several lines
    return 1  # a key spelled with escapes


def _environment(environ: Mapping[str, str], problems: list[str]) -> dict[str, _Said]:
    said: dict[str, _Said] = {}
    for variable in sorted(v for v in environ if v.startswith(PREFIX) and not v.startswith(NOT_SETTINGS)):
        name = variable.removeprefix(PREFIX).lower()
        if name not in _RULES or variable != variable.upper():
            problems.append(f"{variable}: unknown variable{_meant(name, PREFIX)}（未知的环境变量）")
        elif environ[variable] != "" or _RULES[name].kind is list:
            said[name] = _Said(_from_text(environ[variable], _RULES[name].kind), variable)
    return said


def _from_text(text: str, kind: type) -> object:
    if kind is list:
        return [part.strip() for part in text.split(",") if part.strip()]
    return int(text) if kind is int and re.fullmatch(r"[0-9]{1,9}", text) else text


def _meant(name: str, prefix: str) -> str:
    close = get_close_matches(name.lower(), _RULES, n=1)
    if not close:
        return ""
    return f", did you mean {prefix + close[0].upper() if prefix else close[0]}?"


def _shown(name: str, value: object) -> str:
    text = str(msgspec.json.encode(value, enc_hook=str), "utf-8")
    if name in ("database", "secret_key") or "@" in text:
        return ""
    return f", not {text[:60]}{'…' if len(text) > 60 else ''}"


def _check_tls(said: Mapping[str, _Said], values: Mapping[str, Any], problems: list[str]) -> None:
    pair = ("tls_certificate", "tls_key")
    given = [name for name in pair if name in said]
    if len(given) == 1:
        other = pair[given[0] == "tls_certificate"]
        problems.append(f"{said[given[0]].where}: {given[0]} needs {other} beside it（二者须同时设置）")
    elif all(name in values for name in pair):
        try:
            # A key with a pass phrase is refused here, where the loader would stop and ask for it.
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
                values["tls_certificate"], values["tls_key"], password=lambda: ""
            )
        except (OSError, ValueError) as e:
            reason = getattr(e, "reason", None) or getattr(e, "strerror", None) or "a pass phrase is needed"
            problems.append(
                f"{said['tls_certificate'].where}: tls_certificate and tls_key must be a PEM certificate and"
                f" its unencrypted key: {reason}（须为配对的 PEM 证书与未加密的私钥）"
            )


def _is_database(url: str) -> bool:
    if url.startswith("sqlite:"):
        return len(url) > len("sqlite:")
    try:
        return url.startswith(("postgresql://", "postgres://")) and urlsplit(url).port != 0
    except ValueError:
        return False


def _is_web_address(url: str) -> bool:
    """An http or https address that paths can be added to: no query, fragment, user or white space."""
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.port != 0
            and re.search(r"[\s?#@{}<>\"\\^`|]|[^\x21-\x7e]", url) is None
        )
    except ValueError:
        return False


def _is_origin(origin: str) -> bool:
    return origin == "*" or (_is_web_address(origin) and urlsplit(origin).path == "")


def _is_network(text: str) -> bool:
    try:
        ip_network(text)
    except ValueError:
        return False
    return True


def _template(names: frozenset[str]) -> Callable[[str], bool]:
    """A check of address templates that may hold *names*, and must hold {conferenceId}."""

    def holds(template: str) -> bool:
        try:
            parts = list(Formatter().parse(template))
        except ValueError:
            return False
        used = [name for _, name, _, _ in parts if name is not None]
        plain = all(not spec and not conversion for _, _, spec, conversion in parts)
        if not plain or not names.issuperset(used) or "conferenceId" not in used:
            return False
        address = template.format(public_url="https://rili.example", conferenceId="0")
        return _is_web_address(address.split("?")[0].split("#")[0])

    return holds


def _is_host(host: str) -> bool:
    if ":" in host:
        return _is_network(host.partition("%")[0])
    return re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", host) is not None


def _is_file(path: str) -> bool:
    try:
        with Path(path).open("rb"):
            return True
    except (OSError, ValueError):
        return False


def _is_key(text: str) -> bool:
    return re.fullmatch(r"[0-9A-Fa-f]{64}", text) is not None


def _between(lowest: int, highest: int) -> Callable[[int], bool]:
    return lambda number: lowest <= number <= highest


def _each(holds: Callable[[str], bool]) -> Callable[[list[Any]], bool]:
    return lambda items: all(isinstance(item, str) and holds(item) for item in items)


_RULE_NAMES = cast("tuple[str, ...]", get_args(Rules))
_WORKERS = cast("tuple[str, ...]", get_args(Worker))
_DATABASE_EN = "sqlite:PATH or postgresql://USER:PASSWORD@HOST/NAME"
_FILE_EN, _FILE_ZH = "the path of a file that can be read", "可读取的文件路径"
_NETWORKS_EN = "a list of addresses or networks, such as 10.0.0.0/8, with no bits set after the prefix"
_NETWORKS_ZH = " IP 地址或网段（如 10.0.0.0/8）的列表"
_RULES: dict[str, _Rule] = {
    "database": _Rule(str, _is_database, _DATABASE_EN, " sqlite:路径 或 postgresql:// 地址"),
    "database_connections": _Rule(
        int, _between(1, 1000), "a whole number from 1 to 1000", " 1 到 1000 的整数"
    ),
    "host": _Rule(str, _is_host, "an address or a host name, without a port", "不带端口的地址或主机名"),
    "port": _Rule(int, _between(0, 65535), "a whole number from 0 to 65535", " 0 到 65535 的整数"),
    "public_url": _Rule(
        str,
        _is_web_address,
        "an http:// or https:// address without query, fragment or user",
        "不含查询、片段与用户的 http(s) 地址",
    ),
    "trusted_proxies": _Rule(list, _each(_is_network), _NETWORKS_EN, _NETWORKS_ZH),
    "tls_certificate": _Rule(str, _is_file, _FILE_EN, _FILE_ZH),
    "tls_key": _Rule(str, _is_file, _FILE_EN, _FILE_ZH),
    "cors_origins": _Rule(
        list,
        _each(_is_origin),
        'a list of origins, such as https://app.example, or ["*"]',
        '来源列表（如 https://app.example）或 ["*"]',
    ),
    "rules": _Rule(str, _RULE_NAMES.__contains__, " or ".join(_RULE_NAMES), " " + " 或 ".join(_RULE_NAMES)),
    "meeting_url": _Rule(
        str,
        _template(frozenset({"public_url", "conferenceId"})),
        "an http(s) address that holds {conferenceId}, and of other placeholders only {public_url}",
        "含 {conferenceId}（另可含 {public_url}）的 http(s) 地址",
    ),
    "meeting_provider_url": _Rule(
        str,
        _template(frozenset({"conferenceId"})),
        "an http(s) address that holds {conferenceId} and no other placeholder",
        "仅含占位符 {conferenceId} 的 http(s) 地址",
    ),
    **dict.fromkeys(
        ("calls_per_second", "calls_per_minute", "calls_per_month", "creates_per_day"),
        _Rule(
            int,
            _between(0, MOST),
            f"a whole number from 0 (no limit) to {MOST}",
            f" 0（不限）到 {MOST} 的整数",
        ),
    ),
    "worker": _Rule(str, _WORKERS.__contains__, " or ".join(_WORKERS), " " + " 或 ".join(_WORKERS)),
    "metrics_networks": _Rule(list, _each(_is_network), _NETWORKS_EN, _NETWORKS_ZH),
    "callback_networks": _Rule(list, _each(_is_network), _NETWORKS_EN, _NETWORKS_ZH),
    "callback_timeout_ms": _Rule(
        int,
        _between(100, 30_000),
        "a whole number of milliseconds from 100 to 30000",
        " 100 到 30000 的整数（毫秒）",
    ),
    "secret_key": _Rule(str, _is_key, "64 hexadecimal digits", " 64 位十六进制数字"),
}
