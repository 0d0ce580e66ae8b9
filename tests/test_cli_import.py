"""`rili user import`: what a file adds, changes, leaves alone, and every line that cannot be."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
import typer
from typer.testing import CliRunner

from rili.actions import directory
from rili.actions import register as organisations
from rili.actions.directory import Place
from rili.cli.admin import register
from rili.store import memberships
from rili.store.db import Tx
from rili.store.migrations import migrate
from rili.store.open import open_database
from tests.people import NOW_MS, add_organisation, add_user

T = TypeVar("T")

cli = typer.Typer()
register(cli)


class Desk:
    """An organisation with 研发 2 above 平台 3, ann who leads 2, bob, and gone, who left; and files."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._file = folder / "people.csv"
        migrate(url)
        self.within(self._seed)

    def _seed(self, tx: Tx) -> None:
        corp_id = add_organisation(tx)
        directory.add_department(tx, corp_id, 2, "研发", now_ms=NOW_MS)
        directory.add_department(tx, corp_id, 3, "平台", 2, now_ms=NOW_MS)
        add_user(tx, corp_id, "ann", Place(2, leader=True), name="安", mobile="13900000001", title="工程师")
        add_user(tx, corp_id, "bob", name="鲍", mobile="13900000002", email="b@example.com")
        add_user(tx, corp_id, "gone", name="走")
        directory.remove_user(tx, corp_id, "gone", now_ms=NOW_MS)

    def within(self, action: Callable[[Tx], T]) -> T:
        async def run() -> T:
            db = open_database(self._url, 1)
            try:
                return await db.write(action)
            finally:
                await db.close()

        return asyncio.run(run())

    def run(self, *arguments: str) -> Any:
        return CliRunner().invoke(cli, [*arguments], env={"RILI_DATABASE": self._url})

    def json(self, *arguments: str) -> Any:
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)

    def load(self, text: str | bytes, *options: str) -> Any:
        self._file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return self.run("user", "import", str(self._file), *options)

    def report(self, text: str | bytes, *options: str) -> Any:
        return json.loads(self.load(text, "--json", *options).stdout)

    def everybody(self) -> Any:
        """All that is stored of people and departments."""

        def read(tx: Tx) -> Any:
            corp_id = organisations.only_organisation(tx).corp_id
            return (
                directory.list_users(tx, corp_id, left=True),
                memberships.of_everybody(tx, corp_id),
                directory.list_departments(tx, corp_id),
            )

        return self.within(read)


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Desk:
    return Desk(database_url, tmp_path)


FILE = """\
userid,name,mobile,email,departments,title,job_number,manager,language,zone,nickname
cai,蔡小明,13900000003,c@example.com,研发/平台;研发,架构师,7,ann,en_US,Europe/Paris,Charles
ann,安安,13900000001,,研发,工程师,,,,,
bob,鲍,13900000002,b@example.com,,,,,,,
"""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(FILE, id="plain"),
        pytest.param(b"\xef\xbb\xbf" + FILE.encode(), id="with a byte order mark"),
        pytest.param(FILE.replace("\n", "\r\n") + "\r\n", id="as a spreadsheet writes it"),
    ],
)
def test_people_are_added_changed_and_left_alone(desk: Desk, text: str | bytes):
    before = desk.everybody()
    dry = desk.report(text, "--dry-run")
    assert desk.everybody() == before

    report = desk.report(text)

    assert report == {
        "added": ["cai"], "changed": ["ann"], "left_alone": ["bob"], "made_departments": [], "problems": [],
        "written": True,
    }  # fmt: skip
    assert dry == report | {"written": False}
    cai = desk.json("user", "show", "cai")
    assert {
        "name": "蔡小明", "mobile": "13900000003", "state_code": "86", "email": "c@example.com", "title": "架构师",
        "job_number": "7", "manager_userid": "ann", "language": "en_US", "zone": "Europe/Paris",
        "nickname": "Charles", "departments": [2, 3], "leads": [],
    }.items() <= cai.items()  # fmt: skip
    ann = desk.json("user", "show", "ann")
    assert (ann["name"], ann["departments"], ann["leads"], ann["title"]) == ("安安", [2], [2], "工程师")
    again = desk.report(text)
    assert (again["added"], again["changed"], again["left_alone"]) == ([], [], ["cai", "ann", "bob"])


def test_a_column_that_is_not_there_changes_nothing(desk: Desk):
    before = desk.json("user", "show", "ann")

    assert desk.report("userid,nickname\nann,Anna\n")["changed"] == ["ann"]

    assert desk.json("user", "show", "ann") == before | {"nickname": "Anna"}


def test_two_people_exchange_their_numbers(desk: Desk):
    report = desk.report("userid,mobile\nann,13900000002\nbob,13900000001\n")

    assert (report["changed"], report["problems"]) == (["ann", "bob"], [])
    assert [desk.json("user", "show", name)["mobile"] for name in ("ann", "bob")] == [
        "13900000002",
        "13900000001",
    ]


def test_departments_are_made_when_that_is_said(desk: Desk):
    text = "userid,name,departments\ncai,蔡,销售/华东;研发/工具\ndan,单,销售/华东\n"

    refused = desk.report(text)
    report = desk.report(text, "--make-departments")

    assert {problem["column"] for problem in refused["problems"]} == {"departments"}
    assert report["made_departments"] == ["销售", "销售/华东", "研发/工具"]
    found = {one["name"]: one for one in desk.json("department", "list")["departments"]}
    assert found["华东"]["parent_id"] == found["销售"]["dept_id"]
    assert (found["销售"]["parent_id"], found["工具"]["parent_id"]) == (1, 2)
    assert desk.json("user", "show", "dan")["departments"] == [found["华东"]["dept_id"]]


@pytest.mark.parametrize(
    ("text", "line", "column", "rule"),
    [
        pytest.param("userid,name\ncai,\n", 2, "name", "is new, and needs a name", id="no name"),
        pytest.param("userid,name\nann,\n", 2, "name", "name is empty", id="name cleared"),
        pytest.param("userid,name\n,x\n", 2, "userid", "userid is 1 to 64", id="no userid"),
        pytest.param("userid,name\ngone,x\n", 2, "userid", "belonged to 走, who left", id="who left"),
        pytest.param("userid,name\nann,a\n\nann,b\n", 4, "userid", "stands in line 2 already", id="twice"),
        pytest.param("userid,mobile\nbob,+86\n", 2, "mobile", "mobile is 5 to 15 digits", id="number"),
        pytest.param(
            "userid,mobile\nbob,13900000001\n", 2, "mobile", "is the number of ann", id="number taken"
        ),
        pytest.param(
            "userid,email\nann,B@example.com\n", 2, "email", "is the address of bob", id="address taken"
        ),
        pytest.param("userid,email\nann,b\n", 2, "email", "is no mail address", id="address"),
        pytest.param(
            "userid,manager\nann,ann\n", 2, "manager", "nobody is their own manager", id="own manager"
        ),
        pytest.param(
            "userid,manager\nann,gone\n", 2, "manager", "nobody with the userid gone", id="manager left"
        ),
        pytest.param("userid,language\nann,fr\n", 2, "language", "language is one of", id="language"),
        pytest.param("userid,zone\nann,Mars\n", 2, "zone", "not in the tz database", id="zone"),
        pytest.param(
            "userid,departments\nann,无\n", 2, "departments", "there is no department 无", id="department"
        ),
        pytest.param(f"userid,title\nann,{'x' * 201}\n", 2, "title", "longer than 200", id="long"),
    ],
)
def test_a_line_that_cannot_be_is_told_and_nothing_is_written(
    desk: Desk, text: str, line: int, column: str, rule: str
):
    before = desk.everybody()

    result = desk.load(text, "--json")
    report = json.loads(result.stdout)

    assert result.exit_code == 1
    assert not report["written"]
    (problem,) = report["problems"]
    assert (problem["line"], problem["column"]) == (line, column)
    assert rule in problem["rule"]
    assert desk.everybody() == before


def test_every_problem_is_told(desk: Desk):
    result = desk.load("userid,name,mobile,zone\ncai,蔡,x,Mars\ndan,,1,\n")

    assert result.exit_code == 1
    assert [row.split()[:2] for row in result.stdout.splitlines()[1:4]] == [
        ["2", "mobile"], ["2", "zone"], ["3", "name"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("userid,salary\nann,1\n", "line 1: no such column: salary", id="unknown column"),
        pytest.param("userid,name,name\nann,1,2\n", "line 1: a column stands there twice", id="column twice"),
        pytest.param("name\nann\n", "line 1: the column userid is missing", id="no userid"),
        pytest.param("", "line 1: the column userid is missing", id="nothing"),
        pytest.param("userid,name\nann\n", "line 2: 1 cells, where there are 2 columns", id="too few cells"),
        pytest.param('userid,name\nann,"a\n', "line 2: unexpected end of data", id="open quote"),
        pytest.param(b"userid,name\nann,\xb0\xb2\n", "is not UTF-8", id="GBK"),
    ],
)
def test_a_file_that_cannot_be_read(desk: Desk, text: str | bytes, problem: str):
    result = desk.load(text)

    assert result.exit_code == 1
    assert problem in result.stderr


def test_thousands_of_lines_tell_how_far_they_are(desk: Desk):
    lines = [f"u{number},张{number},{13_000_000_000 + number},研发/平台" for number in range(2500)]

    result = desk.load("userid,name,mobile,departments\n" + "\n".join(lines) + "\n", "--json")

    assert len(json.loads(result.stdout)["added"]) == 2500
    assert [row for row in result.stderr.splitlines() if "written" in row] == [
        "1000 of 2500 written",
        "2000 of 2500 written",
    ]
    assert len(desk.json("user", "list")["users"]) == 2502
