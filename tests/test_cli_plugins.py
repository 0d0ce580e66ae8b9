"""`rili plugin`, on both databases."""

from __future__ import annotations

import pytest

from tests.test_cli_admin import Terminal, terminal  # noqa: F401 - a fixture


def test_plugins(terminal: Terminal):  # noqa: F811
    terminal.json("org", "add", "公司")
    hr = terminal.json(
        "plugin", "add", "考勤", "--id", "hr", "--logo", "https://x.org/l", "--classification", "hr"
    )
    other = terminal.json("plugin", "add", "Other")

    assert hr == {
        "plugin_id": "hr", "name": "考勤", "logo": "https://x.org/l", "classification": "hr", "union_ids": [],
        "dept_ids": [],
    }  # fmt: skip
    assert terminal.json("plugin", "list") == {"plugins": [hr, other]}
    assert terminal.json("plugin", "show", "hr") == hr
    assert terminal.json("plugin", "set", "hr", "--name", "假期", "--logo", "") == hr | {
        "name": "假期",
        "logo": None,
    }
    assert terminal.json("plugin", "remove", other["plugin_id"])["removed"]
    assert [one["name"] for one in terminal.json("plugin", "list")["plugins"]] == ["假期"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("add", " "), "name is empty", id="blank name"),
        pytest.param(("add", "x" * 65), "name is longer than 64", id="long name"),
        pytest.param(("add", "x", "--id", "a b"), "plugin id is 1 to 64", id="bad id"),
        pytest.param(("add", "x", "--id", "hr"), "exists already", id="known id"),
        pytest.param(("show", "x"), "No plugin x", id="show an unknown one"),
        pytest.param(("set", "x", "--name", "y"), "No plugin x", id="set an unknown one"),
        pytest.param(("set", "hr", "--name", ""), "name is empty", id="set to nothing"),
        pytest.param(("remove", "x"), "No plugin x", id="remove an unknown one"),
    ],
)
def test_plugins_refused(terminal: Terminal, arguments: tuple[str, ...], said: str):  # noqa: F811
    terminal.json("org", "add", "公司")
    terminal.json("plugin", "add", "考勤", "--id", "hr")

    result = terminal.run("plugin", *arguments)

    assert (result.exit_code, said in result.stderr) == (1, True), result.stderr
    assert [one["name"] for one in terminal.json("plugin", "list")["plugins"]] == ["考勤"]
