"""`rili delivery`, on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from rili.cli import delivery as cli
from rili.store import deliveries
from rili.store.db import Tx
from rili.store.deliveries import NewDelivery
from rili.store.open import open_database
from tests.conftest import KINDS, migrated
from tests.people import NOW_MS, add_organisation
from tests.test_cli_admin import Terminal


class Queue:
    """Deliveries of an organisation of its own: 1 to 3 and 6 failed, 4 and 5 wait."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self.do(self._fill)

    def run(self, *arguments: str) -> Result:
        return self._terminal.run("delivery", *arguments, "--org", self.corp_id)

    def json(self, *arguments: str) -> Any:
        return self._terminal.json("delivery", *arguments, "--org", self.corp_id)

    def _fill(self, tx: Tx) -> None:
        self.corp_id = add_organisation(tx)
        for name, channel, receiver in (
            ("a1", "http", "one"), ("a2", "http", "one"), ("m1", "mail", ""), ("a3", "http", "one"),
            ("b1", "stream", "two"), ("b2", "stream", "two"),
        ):  # fmt: skip
            body = '{"calendarEventId":"e","suiteTicket":"t0p","more":[{"token":"s3cret"}]}'
            one = NewDelivery(channel, receiver, name[0], name, "calendar_event_change", NOW_MS, body)  # type: ignore[arg-type]
            deliveries.add(tx, self.corp_id, [one], now_ms=NOW_MS)
        tx.run(
            """
            UPDATE deliveries SET failed_ms = :now_ms, attempts = 3, error = 'refused'
             WHERE corp_id = :corp_id AND number IN (1, 2, 3, 6)
            """,
            now_ms=NOW_MS,
            corp_id=self.corp_id,
        )
        tx.run("DELETE FROM delivery_lines WHERE corp_id = :corp_id AND subject = 'm'", corp_id=self.corp_id)

    def do(self, action: Callable[[Tx], Any]) -> Any:
        async def run() -> Any:
            db = open_database(self._terminal.url, 1)
            try:
                return await db.write(action)
            finally:
                await db.close()

        return asyncio.run(run())

    def listed(self, *options: str) -> list[tuple[int, str, str]]:
        found = self.json("list", *options)["deliveries"]
        return [(one["number"], one["id"], one["state"]) for one in found]

    def lines(self) -> list[tuple[str, str]]:
        return self.do(
            lambda tx: tx.all(
                "SELECT receiver, subject FROM delivery_lines WHERE corp_id = :corp_id ORDER BY receiver, subject",
                corp_id=self.corp_id,
            )
        )


@pytest.fixture(scope="module", params=KINDS)
def terminal(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    """At a database that is migrated once."""
    return Terminal(migrated(request, tmp_path_factory))


@pytest.fixture
def queue(terminal: Terminal) -> Queue:
    return Queue(terminal)


ALL = [
    (1, "a1", "failed"),
    (2, "a2", "failed"),
    (3, "m1", "failed"),
    (4, "a3", "waiting"),
    (5, "b1", "waiting"),
    (6, "b2", "failed"),
]


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        pytest.param((), [1, 2, 3, 4, 5, 6], id="all"),
        pytest.param(("--app", "one"), [1, 2, 4], id="of an app"),
        pytest.param(("--channel", "mail"), [3], id="by a channel"),
        pytest.param(("--state", "failed", "--app", "two"), [6], id="failed ones of an app"),
        pytest.param(("--state", "waiting"), [4, 5], id="waiting"),
        pytest.param(("--older", "60"), [1, 2, 3, 4, 5, 6], id="old ones"),
        pytest.param(("--older", "100000000"), [], id="very old ones"),
        pytest.param(("--above", "2", "--limit", "2"), [3, 4], id="a page"),
    ],
)
def test_list(queue: Queue, options: tuple[str, ...], numbers: list[int]) -> None:
    assert queue.listed(*options) == [one for one in ALL if one[0] in numbers]


def test_list_as_a_table_and_show(queue: Queue) -> None:
    table = queue.run("list", "--limit", "1")
    assert "refused" in table.stdout
    assert "There are more: --above 1" in table.stderr

    shown = queue.json("show", "6")
    assert (shown["app_key"], shown["attempts"], shown["error"]) == ("two", 3, "refused")
    assert shown["body"] == {"calendarEventId": "e", "suiteTicket": "***", "more": [{"token": "***"}]}
    text = queue.run("show", "6").stdout
    assert "calendarEventId" in text
    assert "t0p" not in text
    assert "s3cret" not in text


@pytest.mark.parametrize(
    ("options", "expected", "lines"),
    [
        pytest.param(
            ("2", "1"),
            [ALL[2], ALL[3], ALL[4], ALL[5], (7, "a1", "waiting"), (8, "a2", "waiting")],
            [("one", "a"), ("two", "b")],
            id="by number, in their order",
        ),
        pytest.param(
            ("--app", "one"),
            [ALL[2], ALL[3], ALL[4], ALL[5], (7, "a1", "waiting"), (8, "a2", "waiting")],
            [("one", "a"), ("two", "b")],
            id="of an app",
        ),
        pytest.param(
            ("--channel", "mail"),
            [ALL[0], ALL[1], ALL[3], ALL[4], ALL[5], (7, "m1", "waiting")],
            [("", "m"), ("one", "a"), ("two", "b")],
            id="of a channel: its line is there again",
        ),
        pytest.param(
            ("--all",),
            [
                ALL[3], ALL[4], (7, "a1", "waiting"), (8, "a2", "waiting"), (9, "m1", "waiting"), (10, "b2", "waiting"),
            ],
            [("", "m"), ("one", "a"), ("two", "b")],
            id="all",
        ),
    ],
)  # fmt: skip
def test_retry(
    queue: Queue, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], expected: list[Any], lines: list[Any]
) -> None:  # fmt: skip
    monkeypatch.setattr(cli, "AT_ONCE", 2)
    done = queue.json("retry", *options)

    assert queue.listed() == expected
    again = [one for one in queue.json("list")["deliveries"] if one["number"] > 6]
    assert done == {"retried": len(again)}
    for one in again:
        assert (one["attempts"], one["failed_ms"], one["born_ms"]) == (0, None, NOW_MS)
        assert one["age_seconds"] < 3600
    assert queue.lines() == lines


@pytest.mark.parametrize(
    ("options", "left", "lines"),
    [
        pytest.param(("1", "5"), [2, 3, 4, 6], [("one", "a")], id="by number, one that waits too"),
        pytest.param(("--app", "one"), [3, 4, 5, 6], [("one", "a"), ("two", "b")], id="of an app"),
        pytest.param(("--app", "one", "--waiting"), [3, 5, 6], [("two", "b")], id="with what waits"),
        pytest.param(("--all", "--waiting"), [], [], id="everything"),
    ],
)
def test_drop(queue: Queue, options: tuple[str, ...], left: list[int], lines: list[Any]) -> None:
    done = queue.json("drop", *options)

    assert queue.listed() == [one for one in ALL if one[0] in left]
    assert done == {"dropped": len(ALL) - len(left)}
    assert queue.lines() == lines


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("show", "7"), "No delivery 7", id="show an unknown one"),
        pytest.param(("retry", "1", "7"), "No delivery 7", id="retry an unknown one"),
        pytest.param(("retry", "1", "4"), "Delivery 4 still waits", id="retry what waits"),
        pytest.param(("drop", "1", "7"), "No delivery 7", id="drop an unknown one"),
        pytest.param(("retry",), "say which", id="retry nothing"),
        pytest.param(("drop", "1", "--all"), "say which", id="named in two ways"),
    ],
)
def test_refused(queue: Queue, arguments: tuple[str, ...], said: str) -> None:
    result = queue.run(*arguments)

    assert (result.exit_code, said in result.stderr) == (1, True), result.stderr
    assert queue.listed() == ALL


def test_an_organisation_that_is_not_there(terminal: Terminal) -> None:
    for command in (("list",), ("retry", "--all"), ("drop", "--all")):
        result = terminal.run("delivery", *command, "--org", "nope")
        assert (result.exit_code, "No organisation nope" in result.stderr) == (1, True), command
