"""A guest answers through a link, without signing in; the link dies with the event, or with the guest's removal."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
import typer
from typer.testing import CliRunner

from rili.cli.admin import register
from rili.model.secrets import hash_secret
from tests.conformance.backdoor import outbox
from tests.conformance.clients import App, Reply, call
from tests.conformance.test_attendees import add, listed, remove
from tests.conformance.test_sync import Reader
from tests.people import SharedDatabase

GUEST = {"email": "guest@example.org"}
cli = typer.Typer()
register(cli)


def mint(app: App, event_id: str, email: str = "Guest@Example.org") -> Any:
    arguments = ["guest", "link", event_id, email, "--org", app.server.corp_id, "--json"]
    return CliRunner().invoke(cli, arguments, env={"RILI_DATABASE": app.server.database})


def link(app: App, event_id: str) -> str:
    result = mint(app, event_id)
    assert result.exit_code == 0, result.stderr
    path: str = json.loads(result.stdout)["path"]
    return path


def read(app: App, path: str, **headers: str) -> Reply:
    return call(
        app.server.endpoint, "GET", path, {name.replace("_", "-"): one for name, one in headers.items()}
    )


def send(app: App, path: str, answer: str) -> Reply:
    form = urlencode({"answer": answer}).encode()
    return call(
        app.server.endpoint, "POST", path, {"content-type": "application/x-www-form-urlencoded"}, form
    )


def guest_answer(app: App, event_id: str) -> str:
    (row,) = (one for one in listed(app, event_id).json["attendees"] if "email" in one)
    return str(row["responseStatus"])


@pytest.mark.parametrize(
    ("headers", "organizer", "buttons"),
    [
        pytest.param({}, "Organizer: ", ["Accept", "Maybe", "Decline"], id="English"),
        pytest.param({"accept_language": "zh-CN,en"}, "组织者：", ["接受", "暂定", "拒绝"], id="Chinese"),
    ],
)
def test_the_page(app: App, headers: dict[str, str], organizer: str, buttons: list[str]) -> None:
    """Title, time in the event's zone, organizer, and buttons that a keyboard reaches; nothing of it is kept."""
    event_id = app.create({"summary": "Budget <b>review</b>", "attendees": [GUEST]})["id"]

    reply = read(app, link(app, event_id), **headers)

    text = reply.body.decode()
    assert reply.status == 200
    assert reply.headers["cache-control"] == "no-store"
    assert "<h1>Budget &lt;b&gt;review&lt;/b&gt;</h1>" in text
    assert "2026-03-10 14:00 – 15:00 (Asia/Shanghai)" in text
    assert organizer + app.organizer.name in text
    assert [one.split("<")[0].split(">")[1] for one in text.split("<button")[1:]] == buttons


@pytest.mark.parametrize("answer", ["accepted", "tentative", "declined"])
def test_answers(own_app: App, database: SharedDatabase, answer: str) -> None:
    event_id = own_app.create({"attendees": [GUEST]})["id"]
    path, before, reader = link(own_app, event_id), own_app.get(event_id).headers["etag"], Reader(own_app)

    reply = send(own_app, path, answer)

    assert reply.status == 200
    assert f'value="{answer}" class="main" aria-pressed="true"' in reply.body.decode()
    assert guest_answer(own_app, event_id) == answer
    assert own_app.get(event_id).headers["etag"] != before
    assert [one["id"] for one in reader.sync()] == [event_id]
    told = outbox(own_app, database, event_id)[-1]
    assert (told["response"], told["app_key"]) == (answer, "")
    assert send(own_app, path, "tentative").status == 200
    assert guest_answer(own_app, event_id) == "tentative"


def test_one_occurrence(app: App) -> None:
    series, days = app.make_series({"attendees": [GUEST]})
    path = link(app, days[1])

    assert "2026-03-02 10:00 – 11:00" in read(app, path).body.decode()
    send(app, path, "declined")

    assert [guest_answer(app, one) for one in (series, days[0], days[1])] == [
        "needsAction",
        "needsAction",
        "declined",
    ]
    remove(app, days[1], GUEST)
    assert read(app, path).status == send(app, path, "accepted").status == 404
    add(app, days[1], GUEST)
    assert read(app, path).status == 404


@pytest.mark.parametrize("end", ["removed", "removed and added again", "replaced", "deleted"])
def test_a_dead_link(app: App, end: str) -> None:
    """It says so, and answers nothing any more; an older one lives as long as a newer one."""
    event_id = app.create({"attendees": [GUEST]})["id"]
    paths = [link(app, event_id), link(app, event_id)]
    assert [read(app, path).status for path in paths] == [200, 200]

    if end == "deleted":
        app.delete(event_id)
    elif end == "replaced":
        app.update(event_id, {"attendees": []})
    else:
        remove(app, event_id, GUEST)
        if end != "removed":
            add(app, event_id, GUEST)

    for path in paths:
        for reply in (read(app, path), send(app, path, "accepted")):
            assert reply.status == 404
            assert "not good any more" in reply.body.decode()
    if end == "removed and added again":
        assert guest_answer(app, event_id) == "needsAction"


@pytest.mark.parametrize("code", ["x", "0" * 32, "%00" * 32, "%C3%A9" * 32, "x" * 2000])
def test_no_such_link(app: App, code: str) -> None:
    replies = [read(app, f"/answer/{code}"), send(app, f"/answer/{code}", "accepted")]

    assert {one.status for one in replies} == {400 if "%00" in code else 404}


@pytest.mark.parametrize("answer", ["", "maybe", "needsAction", "accepted\0"])
def test_no_answer(app: App, answer: str) -> None:
    event_id = app.create({"attendees": [GUEST]})["id"]

    assert send(app, link(app, event_id), answer).status == 400
    assert guest_answer(app, event_id) == "needsAction"


def test_who_gets_a_link(app: App, database: SharedDatabase) -> None:
    """Guests of the event alone; and the code is kept as a hash."""
    event_id = app.create({"attendees": [GUEST, {"id": app.colleague.union_id}]})["id"]
    app.create({"attendees": [{"email": "elsewhere@example.org"}]})

    for email in (app.colleague.email, "elsewhere@example.org", "nobody@example.org"):
        assert "is no guest of this event" in mint(app, event_id, email).stderr
    assert mint(app, "unknown").exit_code == 1

    code = link(app, event_id).rpartition("/")[2]
    rows = database.read(
        lambda tx: tx.all("SELECT code_hash FROM answer_links WHERE event_id = :id", id=event_id)
    )
    assert rows == [(hash_secret(code),)]
