"""`rili category` and `rili minutes`, on both databases."""

from __future__ import annotations

import asyncio
import os

import pytest

from rili.actions import events
from rili.actions.access import PRIMARY, Place, Seen
from rili.auth.callers import Caller
from rili.model.event import EventChange
from rili.model.ids import occurrence_id
from rili.model.moment import parse_date
from rili.model.when import GivenTime, GivenWhen
from rili.store.open import open_database
from tests.people import NOW_MS
from tests.test_cli_admin import Terminal, terminal  # noqa: F401 - a fixture


def test_categories(terminal: Terminal):  # noqa: F811
    terminal.json("org", "add", "公司")
    weekly = terminal.json("category", "add", "周会", "--id", "weekly")
    other = terminal.json("category", "add", "Review")

    assert weekly == {"category_id": "weekly", "name": "周会"}
    assert terminal.json("category", "list") == {"categories": [weekly, other]}
    assert terminal.json("category", "show", "weekly") == weekly
    assert terminal.json("category", "set", "weekly", "--name", "例会")["name"] == "例会"
    assert terminal.json("category", "set", other["category_id"], "--name", "REVIEW")["name"] == "REVIEW"
    assert terminal.json("category", "remove", other["category_id"])["removed"]
    assert [one["name"] for one in terminal.json("category", "list")["categories"]] == ["例会"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param(("add", " "), "name is empty", id="blank name"),
        pytest.param(("add", "x" * 129), "name is longer than 128", id="long name"),
        pytest.param(("add", "x", "--id", "a b"), "category id is 1 to 64", id="bad id"),
        pytest.param(("add", "x", "--id", "weekly"), "exists already", id="known id"),
        pytest.param(("add", " 周会 "), "Category weekly has the name 周会 already", id="known name"),
        pytest.param(("add", "STRASSE"), "Category road has the name Straße already", id="in another case"),
        pytest.param(("set", "road", "--name", "周会"), "Category weekly has the name", id="renamed to one"),
        pytest.param(("show", "x"), "No category x", id="show an unknown one"),
        pytest.param(("set", "x", "--name", "y"), "No category x", id="set an unknown one"),
        pytest.param(("set", "weekly", "--name", ""), "name is empty", id="set to nothing"),
        pytest.param(("remove", "x"), "No category x", id="remove an unknown one"),
    ],
)
def test_categories_refused(terminal: Terminal, arguments: tuple[str, ...], said: str):  # noqa: F811
    terminal.json("org", "add", "公司")
    terminal.json("category", "add", "周会", "--id", "weekly")
    terminal.json("category", "add", "Straße", "--id", "road")

    result = terminal.run("category", *arguments)

    assert (result.exit_code, said in result.stderr) == (1, True), result.stderr
    named = {one["category_id"]: one["name"] for one in terminal.json("category", "list")["categories"]}
    assert named == {"weekly": "周会", "road": "Straße"}


def make_event(terminal: Terminal) -> str:  # noqa: F811
    """An event of Ann's, who is made for it."""
    corp_id = terminal.json("org", "add", "公司")["corp_id"]
    ann = terminal.json("user", "add", "安", "--userid", "ann")
    by = Caller(corp_id=corp_id, app_key="a", kind="internal", scopes=frozenset(), now_ms=NOW_MS)
    start, end = (GivenTime(date=parse_date(text, "date")) for text in ("2026-03-10", "2026-03-11"))
    draft = EventChange(when=GivenWhen(start=start, end=end, all_day=True), summary="Review")
    place = Place(ann["union_id"], PRIMARY)

    async def create() -> Seen:
        db = open_database(terminal.url, 1)
        try:
            return await db.write(
                lambda tx: events.create_event(tx, by, place, draft, rules="documented", new_bytes=os.urandom)
            )
        finally:
            await db.close()

    return asyncio.run(create()).event.id


def test_minutes(terminal: Terminal):  # noqa: F811
    event_id = make_event(terminal)

    added = terminal.json("minutes", "add", event_id, "m1", "--creator", "ann")

    assert added == {"minutes_id": "m1", "creator_union_id": terminal.json("user", "show", "ann")["union_id"]}
    assert terminal.json("minutes", "list", event_id) == {"minutes": [added]}
    for arguments, said in (
        (("add", event_id, "m1", "--creator", "ann"), "has the minutes m1 already"),
        (("add", event_id, "m 2", "--creator", "ann"), "minutes id is 1 to 64"),
        (("add", event_id, "m2", "--creator", "bob"), "No user bob"),
        (("add", "x", "m2", "--creator", "ann"), "No event x"),
        (("list", occurrence_id(event_id, 739_000, 0)), "No event"),
        (("remove", event_id, "m2"), "has no minutes m2"),
    ):
        result = terminal.run("minutes", *arguments)
        assert (result.exit_code, said in result.stderr) == (1, True), result.stderr
    assert terminal.json("minutes", "remove", event_id, "m1")["removed"]
    assert terminal.json("minutes", "list", event_id) == {"minutes": []}
