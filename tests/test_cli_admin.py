"""The administrator's commands, run as a program would, on both databases."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
import typer
from argon2 import PasswordHasher
from click.testing import Result
from typer.testing import CliRunner

from rili.cli.admin import register
from rili.store.migrations import migrate
from rili.store.open import open_database

cli = typer.Typer()
register(cli)


class Terminal:
    def __init__(self, url: str) -> None:
        self.url = url

    def run(self, *arguments: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(cli, [*arguments], input=typed, env={"RILI_DATABASE": self.url})

    def json(self, *arguments: str, typed: str | None = None) -> Any:
        result = self.run(*arguments, "--json", typed=typed)
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)


@pytest.fixture
def terminal(database_url: str) -> Terminal:
    migrate(database_url, lambda _: None)
    return Terminal(database_url)


def test_an_organisation_from_nothing(terminal: Terminal):
    organisation = terminal.json("org", "add", "公司")
    department = terminal.json("department", "add", "研发部", "--id", "2")
    boss = terminal.json("user", "add", "老板", "--userid", "boss", "--admin", "--mobile", "13900000001")
    ann = terminal.json(
        "user",
        "add",
        "安",
        "--email",
        "ann@example.com",
        "--leads",
        "2",
        "--department",
        "1",
        "--manager",
        "boss",
    )
    app = terminal.json("app", "add", "集成")
    granted = terminal.json("app", "grant", app["app_key"], "Calendar.Event.Read", "Calendar.Event.Write")
    token = terminal.json("token", "issue", app["app_key"])

    assert organisation == {
        "corp_id": organisation["corp_id"],
        "name": "公司",
        "zone": "Asia/Shanghai",
        "language": "zh_CN",
    }
    assert department == {"dept_id": 2, "parent_id": 1, "name": "研发部", "order": 0, "flags": []}
    assert boss["admin"]
    assert len(ann["userid"]) == 18
    assert ann["union_id"].endswith("iEiE")
    assert (ann["departments"], ann["leads"], ann["manager_userid"]) == ([1, 2], [2], "boss")
    assert len(app["app_secret"]) == 64
    assert "app_secret" not in granted
    assert set(granted["scopes"]) - set(app["scopes"]) == {"Calendar.Event.Read", "Calendar.Event.Write"}
    assert len(token["access_token"]) == 32
    assert token["expires_in"] == 7200
    assert [user["userid"] for user in terminal.json("user", "list")["users"]] == sorted(
        ["boss", ann["userid"]]
    )
    assert terminal.json("user", "show", ann["userid"]) == ann
    assert terminal.json("org", "list") == {"organisations": [organisation]}
    assert terminal.json("org", "show", organisation["corp_id"]) == organisation
    assert [found["dept_id"] for found in terminal.json("department", "list")["departments"]] == [1, 2]
    assert terminal.json("app", "list")["apps"] == [granted]
    assert terminal.json("app", "show", app["app_key"]) == granted


def test_set_and_remove(terminal: Terminal):
    corp_id = terminal.json("org", "add", "公司")["corp_id"]
    terminal.json("department", "add", "研发部", "--id", "2")
    terminal.json("user", "add", "安", "--userid", "ann", "--email", "ann@example.com", "--department", "2")
    app = terminal.json("app", "add", "集成")

    assert terminal.json("org", "set", corp_id, "--zone", "Europe/Paris")["zone"] == "Europe/Paris"
    assert terminal.json("department", "set", "2", "--name", "研究部")["name"] == "研究部"
    changed = terminal.json("user", "set", "ann", "--email", "", "--title", "工程师", "--admin")
    assert (changed["email"], changed["title"], changed["admin"]) == (None, "工程师", True)
    assert changed["departments"] == [2]
    renewed = terminal.json("app", "set", app["app_key"], "--name", "新集成", "--new-secret")
    assert renewed["name"] == "新集成"
    assert renewed["app_secret"] != app["app_secret"]

    assert terminal.json("user", "remove", "ann") == {"userid": "ann", "removed": True}
    assert terminal.json("user", "list") == {"users": []}
    assert [user["active"] for user in terminal.json("user", "list", "--left")["users"]] == [False]
    assert terminal.json("department", "remove", "2")["removed"]
    assert terminal.json("app", "remove", app["app_key"])["removed"]
    assert terminal.json("org", "remove", corp_id)["removed"]
    assert terminal.json("org", "list") == {"organisations": []}


def test_what_apps_are_told_besides(terminal: Terminal):
    terminal.json("org", "add", "公司")
    department = terminal.json(
        "department", "add", "研发部", "--id", "2", "--order", "7", "--flag", "hide_dept"
    )
    ann = terminal.json(
        "user", "add", "安", "--userid", "ann", "--nickname", "Anna", "--remark", "新人", "--work-place", "杭州",
        "--telephone", "0571-1", "--org-email", "ann@corp.example", "--extension", '{"爱好": "旅游"}',
        "--hired", "2024-07-15", "--flag", "senior", "--flag", "boss",
    )  # fmt: skip
    role = terminal.json("role", "add", "财务", "--group", "职务", "--id", "9")
    given = terminal.json("role", "set", "9", "--give", "ann", "--name", "出纳")

    assert (department["order"], department["flags"]) == (7, ["hide_dept"])
    assert {name: ann[name] for name in ("nickname", "remark", "work_place", "telephone", "org_email")} == {
        "nickname": "Anna", "remark": "新人", "work_place": "杭州", "telephone": "0571-1",
        "org_email": "ann@corp.example",
    }  # fmt: skip
    assert (ann["hired_ms"], ann["flags"]) == (1_720_972_800_000, ["boss", "senior"])
    assert ann["extension"] == '{"爱好": "旅游"}'
    assert role == {"role_id": 9, "group": "职务", "name": "财务", "members": []}
    assert given == {"role_id": 9, "group": "职务", "name": "出纳", "members": ["ann"]}
    assert terminal.json("user", "show", "ann")["roles"] == [9]
    assert terminal.json("role", "list") == {"roles": [{"role_id": 9, "group": "职务", "name": "出纳"}]}

    cleared = terminal.json("user", "set", "ann", "--hired", "", "--flag", "", "--remark", "")
    assert (cleared["hired_ms"], cleared["flags"], cleared["remark"], cleared["nickname"]) == (
        None, [], None, "Anna",
    )  # fmt: skip
    assert terminal.json("department", "set", "2", "--flag", "", "--order", "1")["flags"] == []
    assert terminal.json("role", "set", "9", "--take", "ann")["members"] == []
    assert terminal.json("role", "remove", "9") == {"role_id": 9, "removed": True}
    assert terminal.json("role", "list") == {"roles": []}


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        pytest.param(
            "user set ann --extension [1]", "extension is not the text of a JSON object", id="extension"
        ),
        pytest.param("user set ann --hired yesterday", "is no date such as", id="hired"),
        pytest.param("user set ann --flag rich", "No such flag: rich", id="flag of a person"),
        pytest.param("department set 1 --flag rich", "No such flag: rich", id="flag of a department"),
        pytest.param("department set 1 --order -1", "order is a number from 0", id="order"),
        pytest.param("role set 9 --give nobody", "No user nobody", id="role for nobody"),
        pytest.param("role set 8 --name x", "No role 8", id="no role"),
        pytest.param("role add 财务 --id 8", "has that name already", id="name twice in a group"),
        pytest.param("role add 出纳 --id 9", "Role 9 exists already", id="number twice"),
    ],
)
def test_what_apps_are_told_is_refused(terminal: Terminal, command: str, problem: str):
    terminal.json("org", "add", "公司")
    terminal.json("user", "add", "安", "--userid", "ann")
    terminal.json("role", "add", "财务", "--id", "9")

    result = terminal.run(*command.split())

    assert result.exit_code == 1
    assert problem in result.stderr


def test_redirect_addresses_of_an_app(terminal: Terminal):
    terminal.json("org", "add", "公司")
    one, two = "https://app.example/cb", "http://127.0.0.1"
    app = terminal.json("app", "add", "集成", "--redirect", one)

    def change(*arguments: str) -> list[str]:
        terminal.json("app", "set", app["app_key"], *arguments)
        return terminal.json("app", "show", app["app_key"])["redirects"]

    assert app["redirects"] == [one]
    assert change("--redirect", two, "--redirect", one) == [two, one]
    assert change("--name", "新集成") == [two, one]
    refused = terminal.run("app", "set", app["app_key"], "--redirect", "https://app.example/#x")
    assert refused.stderr.startswith("error: A redirect address is")
    many = [part for number in range(21) for part in ("--redirect", f"https://h{number}.example")]
    assert "at most 20" in terminal.run("app", "set", app["app_key"], *many).stderr
    assert terminal.run("app", "set", app["app_key"], "--redirect", one, "--no-redirect").exit_code == 2
    assert change() == [two, one]
    assert change("--no-redirect") == []


def test_a_password_comes_from_the_standard_input(terminal: Terminal):
    terminal.json("org", "add", "公司")
    terminal.json("user", "add", "安", "--userid", "ann")

    assert terminal.json("user", "password", "ann", typed="correct horse\n")["password_set"]
    short = terminal.run("user", "password", "ann", typed="short\n")

    assert (short.exit_code, short.stderr) == (1, "error: The password is shorter than 8 characters\n")
    password_hash = _password_hash(terminal.url)
    assert password_hash
    assert PasswordHasher().verify(password_hash, "correct horse")
    assert terminal.json("user", "password", "ann", "--remove") == {"userid": "ann", "password_set": False}
    assert _password_hash(terminal.url) is None


def _password_hash(url: str) -> str | None:
    async def read() -> tuple[str | None]:
        db = open_database(url)
        try:
            return await db.read(lambda tx: tx.one("SELECT password_hash FROM users"))
        finally:
            await db.close()

    return asyncio.run(read())[0]


def test_a_table_aligns_chinese(terminal: Terminal):
    terminal.json("org", "add", "公司")
    terminal.json(
        "user", "add", "安安", "--userid", "ann", "--union-id", "annUnionId", "--mobile", "13900000001"
    )
    terminal.json("user", "add", "Bob", "--userid", "bob", "--union-id", "bobUnionId")

    assert terminal.run("user", "list").stdout.splitlines() == [
        "userid  union_id    name  mobile       email  admin  active",
        "ann     annUnionId  安安  13900000001         no     yes",
        "bob     bobUnionId  Bob                       no     yes",
    ]
    assert terminal.run("department", "show", "1").stdout == "dept_id  1\nname     公司\norder    0\n"


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        pytest.param(["user", "show", "nobody"], 1, "error: No user nobody\n", id="unknown user"),
        pytest.param(["user", "add", "安", "--zone", "X"], 1, "error: zone 'X' is not", id="unknown zone"),
        pytest.param(["app", "show", "dingx"], 1, "error: No app dingx\n", id="unknown app"),
        pytest.param(["app", "grant", "dingx", "Nope"], 1, "error: No app dingx\n", id="grant to no app"),
        pytest.param(["app", "grant", "dingx"], 2, "name permission points", id="grant nothing"),
        pytest.param(["token", "issue", "dingx"], 1, "error: No app dingx\n", id="token of no app"),
        pytest.param(
            ["user", "list", "--org", "ding0"], 1, "error: No organisation ding0\n", id="no such org"
        ),
        pytest.param(["user", "show", "\udcff"], 1, "error: ", id="no UTF-8"),
        pytest.param(["user", "wipe"], 2, "No such command", id="unknown command"),
        pytest.param(["department", "show", "two"], 2, "Invalid value for", id="no number"),
    ],
)
def test_an_error_is_one_line(terminal: Terminal, arguments, exit_code, says):
    terminal.json("org", "add", "公司")

    result = terminal.run(*arguments)

    assert result.exit_code == exit_code
    assert says in result.stderr
    assert result.stdout == ""
    if exit_code == 1:
        assert result.stderr.count("\n") == 1


def test_the_organisation_must_be_clear(terminal: Terminal):
    none = terminal.run("user", "list")
    one, two = (terminal.json("org", "add", name)["corp_id"] for name in "一二")
    several = terminal.run("user", "list")

    assert (none.exit_code, none.stderr) == (1, "error: There is no organisation yet: rili org add NAME\n")
    assert (several.exit_code, several.stderr) == (
        1,
        "error: There are 2 organisations: say which with --org\n",
    )
    app_key = terminal.json("app", "add", "集成", "--org", two)["app_key"]
    assert terminal.json("app", "show", app_key)["corp_id"] == two  # its key is nobody else's
    assert terminal.run("app", "show", app_key, "--org", one).exit_code == 1
    assert terminal.json("user", "list", "--org", one) == terminal.json("user", "list", "--org", two)


def test_a_database_without_schema_is_not_touched(database_url: str):
    result = Terminal(database_url).run("org", "add", "公司")

    assert result.exit_code == 1
    assert "rili migrate" in result.stderr
    # A path mistyped leaves no file behind.
    assert not Path(database_url.removeprefix("sqlite:")).exists()


def test_the_database_is_named_by_option_before_environment(terminal: Terminal):
    result = CliRunner().invoke(
        cli, ["org", "list", "--json", "--database", terminal.url], env={"RILI_DATABASE": "sqlite:/nowhere"}
    )

    assert (result.exit_code, json.loads(result.stdout)) == (0, {"organisations": []})


def test_no_database_named():
    result = CliRunner().invoke(cli, ["org", "list"], env={"RILI_DATABASE": None})

    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")


def test_from_where_an_app_may_call(terminal: Terminal):
    terminal.json("org", "add", "公司")
    key = terminal.json("app", "add", "集成")["app_key"]

    assert terminal.json("app", "set", key, "--network", "10.0.0.0/8", "--network", "::1")["networks"] == [
        "10.0.0.0/8", "::1/128",
    ]  # fmt: skip
    assert terminal.json("app", "set", key, "--name", "Other")["networks"] == ["10.0.0.0/8", "::1/128"]
    assert terminal.json("app", "set", key, "--any-network")["networks"] == []
    assert terminal.run("app", "set", key, "--any-network", "--network", "::1").exit_code == 2


def test_whom_an_app_may_see(terminal: Terminal):
    terminal.json("org", "add", "公司")
    terminal.json("department", "add", "研发部", "--id", "2")
    for userid in ("ann", "bob"):
        terminal.json("user", "add", userid, "--userid", userid)
    key = terminal.json("app", "add", "集成")["app_key"]

    def ranged(*arguments: str) -> tuple[bool, list[int], list[str]]:
        shown = terminal.json("app", "range", key, *arguments)
        assert shown == terminal.json("app", "range", key)
        return shown["everybody"], shown["departments"], shown["users"]

    assert ranged() == (True, [], [])
    assert ranged("--user", "bob", "--department", "2", "--user", "ann", "--user", "bob") == (
        False, [2], ["ann", "bob"],
    )  # fmt: skip
    assert ranged("--user", "ann") == (False, [], ["ann"])
    assert ranged("--department", "1", "--user", "ann") == (True, [], [])  # the root is everybody
    assert ranged("--user", "ann", "--department", "2") == (False, [2], ["ann"])
    terminal.json("user", "remove", "ann")
    terminal.json("department", "remove", "2")
    assert ranged() == (False, [], [])
    assert ranged("--everybody") == (True, [], [])
    assert ranged("--user", "bob") == (False, [], ["bob"])
    assert terminal.json("app", "remove", key)["removed"]


@pytest.mark.parametrize(
    ("arguments", "exit_code", "says"),
    [
        pytest.param(["--department", "7"], 1, "No department 7", id="no department"),
        pytest.param(["--user", "nobody"], 1, "No user nobody", id="nobody"),
        pytest.param(["--user", "gone"], 1, "User gone left", id="who left"),
        pytest.param(["--user", "ann", "--everybody"], 2, "say --everybody, or whom", id="both"),
        pytest.param(
            ["--user", "nobody", "--department", "1"], 1, "No user nobody", id="a wrong one beside all"
        ),
        pytest.param(
            [part for number in range(1001) for part in ("--user", f"u{number}")],
            1,
            "at most 1000",
            id="many",
        ),
    ],
)
def test_a_range_is_refused(terminal: Terminal, arguments: list[str], exit_code: int, says: str):
    terminal.json("org", "add", "公司")
    for userid in ("ann", "gone"):
        terminal.json("user", "add", userid, "--userid", userid)
    terminal.json("user", "remove", "gone")
    key = terminal.json("app", "add", "集成")["app_key"]

    result = terminal.run("app", "range", key, *arguments)

    assert (result.exit_code, says in result.stderr) == (exit_code, True), result.stderr
    assert terminal.json("app", "range", key)["everybody"]
