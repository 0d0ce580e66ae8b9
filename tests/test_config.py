"""What a configuration may say, and how it is refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from rili.config import BadSettings, Settings, load
from tests.certificates import make_certificate

DATABASE = 'database = "sqlite:rili.db"\n'


def problems(path: Path | None, environ: dict[str, str] | None = None, **given: str) -> list[str]:
    with pytest.raises(BadSettings) as refused:
        load(path, environ or {}, **given)
    return refused.value.problems


@pytest.fixture
def file(tmp_path: Path) -> Any:
    """`file(text)` gives the path of a rili.toml that says it."""

    def write(text: str | bytes) -> Path:
        path = tmp_path / "rili.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_defaults() -> None:
    assert load(None, {"RILI_DATABASE": "sqlite:a"}) == Settings(database="sqlite:a")


def test_every_setting_in_a_file(file: Any, tmp_path: Path) -> None:
    cert, key = make_certificate(tmp_path)
    path = file(f'''
        database = "postgresql://rili:secret@db.example:5432/rili"
        database_connections = 4
        host = "::"
        port = 443
        public_url = "https://calendar.example/rili/"
        trusted_proxies = [
            "10.0.0.0/8",
            "2001:db8::1",
        ]
        tls_certificate = "{cert}"
        tls_key = "{key}"
        cors_origins = ["https://app.example:8443", "http://localhost:3000"]
        rules = "documented"
        meeting_url = "{{public_url}}/meet/{{conferenceId}}"
        meeting_provider_url = "https://meet.example/{{conferenceId}}?lang=zh#config"
        secret_key = "{"0f" * 32}"
    ''')

    assert load(path, {}) == Settings(
        database="postgresql://rili:secret@db.example:5432/rili",
        database_connections=4,
        host="::",
        port=443,
        public_url="https://calendar.example/rili",
        trusted_proxies=["10.0.0.0/8", "2001:db8::1"],
        tls_certificate=str(cert),
        tls_key=str(key),
        cors_origins=["https://app.example:8443", "http://localhost:3000"],
        rules="documented",
        meeting_url="{public_url}/meet/{conferenceId}",
        meeting_provider_url="https://meet.example/{conferenceId}?lang=zh#config",
        secret_key="0f" * 32,
    )


def test_environment_wins_over_file_and_command_line_over_both(file: Any) -> None:
    environ = {
        "RILI_PORT": "0",
        "RILI_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.1",
        "RILI_CORS_ORIGINS": "",
        "RILI_TLS_KEY": "",
        "RILI_DATABASE": "sqlite:b",
        "RILI_TEST_SOMETHING": "1",
        "PATH": "/bin",
    }
    path = file(DATABASE + "port = 99999\n")

    assert load(path, environ, database="sqlite:c") == Settings(
        database="sqlite:c", port=0, trusted_proxies=["10.0.0.0/8", "192.0.2.1"], cors_origins=[]
    )


@pytest.mark.parametrize(
    ("line", "key", "says"),
    [
        pytest.param("prot = 80", "prot", "did you mean port?", id="unknown key"),
        pytest.param("zzz = 80", "zzz", "unknown setting", id="unknown key like none"),
        pytest.param("[server]", "server", "unknown setting", id="table"),
        pytest.param("[[server]]", "server", "unknown setting", id="list of tables"),
        pytest.param('database.url = "x"', "database", "sqlite:PATH", id="dotted key"),
        pytest.param('"port" = "80"', "port", '0 to 65535, not "80"', id="text for a number"),
        pytest.param("port = true", "port", "0 to 65535, not true", id="boolean for a number"),
        pytest.param("port = 80.0", "port", "0 to 65535, not 80.0", id="fraction"),
        pytest.param("port = -1", "port", "0 to 65535, not -1", id="below the range"),
        pytest.param("stream_ack_seconds = 4", "stream_ack_seconds", "5 to 60, not 4", id="too short"),
        pytest.param("port = 65536", "port", "0 to 65535, not 65536", id="above the range"),
        pytest.param("database_connections = 0", "database_connections", "1 to 1000", id="no connections"),
        pytest.param("host = 127", "host", "host name", id="number for a text"),
        pytest.param('host = ""', "host", "host name", id="no host"),
        pytest.param('host = "0.0.0.0:80"', "host", "without a port", id="host with port"),
        pytest.param('host = "http://a"', "host", "host name", id="host with scheme"),
        pytest.param('rules = "strict"', "rules", 'documented or lenient, not "strict"', id="unknown rules"),
        pytest.param('public_url = "calendar.example"', "public_url", "http:// or https://", id="no scheme"),
        pytest.param('public_url = "ftp://calendar.example"', "public_url", "https://", id="another scheme"),
        pytest.param('public_url = "https://"', "public_url", "https://", id="no host in an address"),
        pytest.param('public_url = "https://a.example/?x=1"', "public_url", "without query", id="query"),
        pytest.param('public_url = "https://a.example/#x"', "public_url", "fragment", id="fragment"),
        pytest.param('public_url = "https://a.example:x"', "public_url", "https://", id="port of letters"),
        pytest.param('public_url = "https://a.example/a b"', "public_url", "https://", id="space"),
        pytest.param('public_url = "https://日历.example"', "public_url", "https://", id="not ASCII"),
        pytest.param('trusted_proxies = "10.0.0.1"', "trusted_proxies", "a list", id="text for a list"),
        pytest.param('trusted_proxies = ["10.0.0.0/33"]', "trusted_proxies", "networks", id="bad prefix"),
        pytest.param('trusted_proxies = ["10.0.0.1/8"]', "trusted_proxies", "prefix", id="host bits set"),
        pytest.param('trusted_proxies = ["*"]', "trusted_proxies", "networks", id="everybody trusted"),
        pytest.param("trusted_proxies = [1]", "trusted_proxies", "networks", id="list of numbers"),
        pytest.param('cors_origins = ["a.example"]', "cors_origins", "origins", id="origin without scheme"),
        pytest.param(
            'cors_origins = ["https://a.example/"]', "cors_origins", "origins", id="origin with path"
        ),
        pytest.param('meeting_url = "https://a.example/x"', "meeting_url", "{conferenceId}", id="no id"),
        pytest.param(
            'meeting_url = "https://a.example/{conferenceId}/{user}"', "meeting_url", "only", id="placeholder"
        ),
        pytest.param(
            'meeting_url = "https://a.example/{conferenceId"', "meeting_url", "holds", id="open brace"
        ),
        pytest.param(
            'meeting_url = "https://a.example/{conferenceId!r}"', "meeting_url", "holds", id="conversion"
        ),
        pytest.param('meeting_url = "mailto:{conferenceId}"', "meeting_url", "http", id="template's scheme"),
        pytest.param(
            'meeting_provider_url = "{public_url}/{conferenceId}"',
            "meeting_provider_url",
            "no other",
            id="provider",
        ),
        pytest.param('tls_certificate = "missing.pem"', "tls_certificate", "can be read", id="missing file"),
        pytest.param('tls_key = "missing.pem"', "tls_key", "needs tls_certificate", id="key alone"),
        pytest.param('tls_certificate = "/"', "tls_certificate", "needs tls_key", id="certificate alone"),
        pytest.param('host = """a\nport = 1"""', "host", "host name", id="several lines"),
    ],
)
def test_refused_line(file: Any, line: str, key: str, says: str) -> None:
    path = file(f"# A comment\n{DATABASE if key != 'database' else ''}\n\n# port = 1\n{line}\n")
    number = 6 - (key == "database")
    found = problems(path)

    assert any(p.startswith(f"{path}:{number}: ") and key in p and says in p for p in found), found


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        pytest.param("port = 1\nport = 2\n", 2, "not TOML", id="key twice"),
        pytest.param('port = 1\n\nhost = "a\n', 3, "not TOML", id="open text"),
        pytest.param("port = 1\nhost = [", 2, "not TOML", id="open list"),
        pytest.param(b"port = 1\n# \xff\n", 2, "not UTF-8", id="another encoding"),
    ],
)
def test_refused_file(file: Any, text: str | bytes, line: int, says: str) -> None:
    path = file(text)

    [problem] = problems(path)

    assert problem.startswith(f"{path}:{line}: {says}")


def test_missing_file(tmp_path: Path) -> None:
    [problem] = problems(tmp_path / "none.toml")

    assert "cannot be read: No such file" in problem


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        pytest.param("RILI_PROT", "80", "unknown variable, did you mean RILI_PORT?", id="unknown"),
        pytest.param("RILI_port", "80", "unknown variable, did you mean RILI_PORT?", id="lower case"),
        pytest.param("RILI_ZZZ", "80", "unknown variable", id="like none"),
        pytest.param("RILI_PORT", "http", '0 to 65535, not "http"', id="not a number"),
        pytest.param("RILI_PORT", "1_0", "0 to 65535", id="Python's number"),
        pytest.param("RILI_TRUSTED_PROXIES", "10.0.0.1,proxy", "networks", id="one of a list"),
    ],
)
def test_refused_variable(variable: str, value: str, says: str) -> None:
    [problem] = problems(None, {"RILI_DATABASE": "sqlite:a", variable: value})

    assert problem.startswith(f"{variable}: ")
    assert says in problem


def test_every_problem_at_once(file: Any) -> None:
    path = file('port = "x"\nhots = "y"\nrules = 1\n')
    found = problems(path, {"RILI_NOPE": "1"})

    assert len(found) == 5
    for start in (
        f"{path}:1: port",
        f"{path}:2: unknown setting hots",
        f"{path}:3: rules",
        "RILI_NOPE",
        f"{path}: d",
    ):
        assert any(problem.startswith(start) for problem in found), found


@pytest.mark.parametrize(
    "line",
    [
        'database = "mysql://rili:hunter2@db.example/rili"',
        'database = "postgresql://rili:hunter2@db.example:none/rili"',
        'host = "postgresql://rili:hunter2@db.example/rili"',
        'public_url = "https://rili:hunter2@calendar.example"',
        'database = "sqlite:a"\nport = ["rili:hunter2@x"]',
    ],
)
def test_secrets_are_not_repeated(file: Any, line: str) -> None:
    assert "hunter2" not in "".join(problems(file(line + "\n")))


@pytest.mark.parametrize("fault", ["another key", "pass phrase", "no PEM"])
def test_certificate_and_key_must_belong_together(file: Any, tmp_path: Path, fault: str) -> None:
    cert, key = make_certificate(tmp_path, pass_phrase=b"secret" if fault == "pass phrase" else None)
    if fault == "another key":
        (tmp_path / "other").mkdir()
        key = make_certificate(tmp_path / "other")[1]
    elif fault == "no PEM":
        key.write_text("no key")
    [problem] = problems(file(f'{DATABASE}tls_certificate = "{cert}"\ntls_key = "{key}"\n'))

    assert ":2: tls_certificate and tls_key must be" in problem


def test_documented() -> None:
    """docs/configuration.md and Settings name the same settings, variables and defaults."""
    text = (Path(__file__).parent.parent / "docs/configuration.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \| `(RILI_\w+)` \| (?:`(.+?)`|none) \|", text, re.MULTILINE)
    defaults = Settings(database="")
    shown = {name: getattr(defaults, name) for name in Settings.__struct_fields__}

    assert [name for name, _, _ in rows] == list(Settings.__struct_fields__)
    for name, variable, default in rows:
        assert variable == f"RILI_{name.upper()}"
        assert default == (
            ",".join(shown[name])
            if isinstance(shown[name], list)
            else ""
            if shown[name] is None
            else str(shown[name])
        ), name
