"""Signing in to events and out of them: when, who, who not yet, and through links (decision 58)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from rili.store.check_ins import LINKS
from tests.conformance.clients import App, Json, Reply, assert_refused, call, refused
from tests.people import SharedDatabase

START_MS = 1_772_413_200_000
NOT_IN_EVENT = (400, "notInEvent", "用户不在日程内")
BOTH = [pytest.param("in", id="sign in"), pytest.param("out", id="sign out")]


@pytest.fixture
def event_id(own_app: App) -> str:
    return str(own_app.create({"attendees": [{"id": own_app.colleague.union_id}]})["id"])


def sign(app: App, event_id: str, user: str | None = None, operation: str = "sign_in") -> Any:
    return app.ask(operation, user or app.organizer.union_id, "primary", event_id)


def listed(
    app: App, kind: str, event_id: str, user: str | None = None, **query: Any
) -> list[tuple[str, Any]]:
    query = {"max_results": 500, "type": f"sign_{kind}"} | query
    body = app.ask(f"get_sign_{kind}_list", user or app.organizer.union_id, "primary", event_id, **query)
    time = "check_in_time" if kind == "in" else "check_out_time"
    return [(one.user_id, getattr(one, time)) for one in body.users or []]


def link(app: App, kind: str, event_id: str, user: str | None = None) -> str:
    body = app.ask(
        f"get_sign_{kind}_link", "primary", user or app.organizer.union_id, event_id
    )  # the SDK's order
    return str(getattr(body, f"sign_{kind}_link"))


def test_the_first_time_counts(own_app: App, event_id: str) -> None:
    """CheckIn is SignIn; signing out is another matter."""
    colleague = own_app.colleague.union_id
    assert sign(own_app, event_id, colleague).check_in_time == START_MS
    own_app.server.clock.advance(minutes=1)

    assert sign(own_app, event_id, colleague).check_in_time == START_MS
    assert sign(own_app, event_id, colleague, "check_in").check_in_time == START_MS
    assert sign(own_app, event_id, colleague, "sign_out").check_out_time == START_MS + 60_000
    own_app.server.clock.advance(minutes=1)
    assert sign(own_app, event_id, colleague, "sign_out").check_out_time == START_MS + 60_000
    assert sign(own_app, event_id, operation="check_in").check_in_time == START_MS + 120_000


@pytest.mark.parametrize("kind", BOTH)
def test_lists(own_app: App, event_id: str, kind: str) -> None:
    organizer, colleague = own_app.organizer.union_id, own_app.colleague.union_id
    sign(own_app, event_id, colleague, f"sign_{kind}")

    other = "check_in" if kind == "in" else "check_out"
    for type_ in (f"sign_{kind}", other):
        assert listed(own_app, kind, event_id, type=type_) == [(colleague, START_MS)]
        assert listed(own_app, kind, event_id, colleague, type=f"not_yet_{type_}") == [(organizer, None)]
    opposite = "out" if kind == "in" else "in"
    assert listed(own_app, opposite, event_id) == []


@pytest.mark.parametrize("kind", BOTH)
def test_pages(own_app: App, kind: str) -> None:
    guests = [{"email": f"guest{number}@example.org"} for number in range(4)]
    event_id = own_app.create({"attendees": guests})["id"]
    path = own_app.path(event_id) + ("/signin" if kind == "in" else "/signOut")
    query = {"maxResults": "2", "type": f"not_yet_sign_{kind}", "nextToken": "0"}
    found: list[str] = []
    for _ in range(3):
        body = own_app.call("GET", f"{path}?{urlencode(query)}").json
        found += [one["displayName"] for one in body["users"]]
        query["nextToken"] = body["nextToken"] or ""

    assert found == ["Organizer", *(one["email"] for one in guests)]
    assert query["nextToken"] == ""


def test_token_of_another_list(own_app: App, event_id: str) -> None:
    path = own_app.path(event_id) + "/signin?maxResults=1&type="
    token = own_app.call("GET", path + "not_yet_sign_in").json["nextToken"]

    for text in (token, token[:-2], "x", "汉"):
        reply = own_app.call("GET", path + "sign_in&" + urlencode({"nextToken": text}))
        assert_refused(
            reply, 400, "invalidParameter", reply.json["message"], "nextToken: it is of no such list"
        )


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize(
    ("query", "description"),
    [
        pytest.param({"type": "sign_{}"}, "maxResults: it is missing", id="no maxResults"),
        pytest.param({"type": "sign_{}", "maxResults": "0"}, "maxResults: expected", id="none"),
        pytest.param({"type": "sign_{}", "maxResults": "501"}, "maxResults: expected", id="too many"),
        pytest.param({"maxResults": "1"}, "type: expected one of", id="no type"),
        pytest.param({"maxResults": "1", "type": "signed"}, "type: expected one of", id="another type"),
    ],
)
def test_list_refused(own_app: App, event_id: str, kind: str, query: Json, description: str) -> None:
    path = own_app.path(event_id) + ("/signin?" if kind == "in" else "/signOut?")

    reply = own_app.call("GET", path + urlencode(query).replace("%7B%7D", kind))

    assert_refused(reply, 400, "invalidParameter", reply.json["message"], description)


def test_occurrences_are_separate(own_app: App) -> None:
    series_id, days = own_app.make_series({"attendees": [{"id": own_app.colleague.union_id}]})
    organizer = own_app.organizer.union_id

    sign(own_app, days[1])

    assert listed(own_app, "in", days[1]) == [(organizer, START_MS)]
    assert listed(own_app, "in", days[0]) == listed(own_app, "in", series_id) == []
    own_app.delete(days[2])
    own_app.delete(days[1], user=own_app.colleague.union_id)
    assert listed(own_app, "in", days[1], type="not_yet_sign_in") == []
    with refused(404, "instanceNotExist"):
        listed(own_app, "in", days[2])
    with refused(*NOT_IN_EVENT[:2], message=NOT_IN_EVENT[2]):
        sign(own_app, days[2])


@pytest.mark.parametrize("operation", ["sign_in", "check_in", "sign_out"])
def test_who_cannot_sign(own_app: App, event_id: str, operation: str) -> None:
    with refused(*NOT_IN_EVENT[:2], "this person is on no event", NOT_IN_EVENT[2]):
        sign(own_app, event_id, own_app.other.union_id, operation)
    with refused(404, "itemNotFound", "nobody here has the unionId"):
        sign(own_app, event_id, "nobody", operation)
    own_app.ask("cancel_event", own_app.organizer.union_id, "primary", event_id)
    with refused(400, "invalidParameter", "was cancelled"):
        sign(own_app, event_id, operation=operation)
    assert listed(own_app, "in", event_id) == listed(own_app, "out", event_id) == []


@pytest.mark.parametrize("path", ["signin", "checkIn", "signOut", "signInLinks", "signOutLinks"])
@pytest.mark.parametrize(
    ("calendar", "event", "message"),
    [
        pytest.param("%20", None, "CalendarId cannot be blank", id="calendar"),
        pytest.param("primary", "%20", "eventId cannot be blank", id="event"),
    ],
)
def test_blanks(
    own_app: App, event_id: str, path: str, calendar: str, event: str | None, message: str
) -> None:
    method = "GET" if path.endswith("Links") else "POST"

    reply = own_app.call(method, own_app.path(event or event_id, calendar=calendar) + "/" + path)

    assert_refused(reply, 400, "invalidParameter", message)


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        pytest.param("in", "Request user has no permission to launch check in", id="sign in"),
        pytest.param("out", "Request user has no permission to launch sign out", id="sign out"),
    ],
)
def test_who_may_launch(own_app: App, event_id: str, kind: str, message: str) -> None:
    with refused(400, "permissionDenied", own_app.organizer.union_id, message):
        link(own_app, kind, event_id, own_app.colleague.union_id)
    with refused(404, "itemNotFound"):
        link(own_app, kind, event_id, own_app.other.union_id)


# The pages behind the links. Their people are of the demo organisation: they have passwords.


def post(app: App, url: str, name: str, password: str, **headers: str) -> Reply:
    body = urlencode({"name": name, "password": password}).encode()
    form = {"content-type": "application/x-www-form-urlencoded"} | headers
    return call(app.server.endpoint, "POST", urlsplit(url).path, form, body)


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("named_by", ["userid", "mobile", "email"])
def test_through_a_link(app: App, kind: str, named_by: str, database: SharedDatabase) -> None:
    event_id = app.create({"attendees": [{"id": app.colleague.union_id}]})["id"]
    url = link(app, kind, event_id)
    code = url.rpartition("/")[2]
    assert url.startswith(f"{app.server.base_url}/sign{kind}/")
    assert (
        database.read(lambda tx: tx.all("SELECT 1 FROM check_in_links WHERE code_hash = :code", code=code))
        == []
    )

    asked = call(app.server.endpoint, "GET", urlsplit(url).path)
    name = getattr(app.colleague, named_by)
    wrong = post(app, url, name, "not the password")
    right = post(app, url, name, app.colleague.password, accept_language="en")

    assert (asked.status, b'<form method="post">' in asked.body) == (200, True)
    assert (wrong.status, b"The name or the password is wrong." in wrong.body) == (403, True)
    assert (right.status, b"<time>2026-03-02 09:00:00</time> (Asia/Shanghai)" in right.body) == (200, True)
    assert listed(app, kind, event_id) == [(app.colleague.union_id, START_MS)]
    assert call(app.server.endpoint, "GET", f"/sign{'out' if kind == 'in' else 'in'}/{code}").status == 404


def test_page_in_chinese(app: App) -> None:
    path = urlsplit(link(app, "in", app.create()["id"])).path

    asked = call(app.server.endpoint, "GET", path + "?lang=zh")

    assert 'lang="zh-CN"' in asked.body.decode()
    assert "签到" in asked.body.decode()
    assert "Sign in" not in asked.body.decode()


def test_guessing_through_a_link_is_slowed_down(app: App, database: SharedDatabase) -> None:
    url = link(app, "in", app.create()["id"])

    answers = [post(app, url, "nobody-guesses", "wrong", accept_language="en") for _ in range(6)]

    assert [answer.status for answer in answers] == [403] * 5 + [429]
    assert b"Wait 1 seconds" in answers[5].body
    assert answers[5].headers["retry-after"] == "1"
    database.write(lambda tx: tx.run("DELETE FROM password_tries"))  # the address is that of all tests


def test_who_cannot_sign_through_a_link(app: App) -> None:
    event_id = app.create()["id"]
    url = link(app, "in", event_id)

    stranger = post(app, url, app.other.userid, app.other.password)
    nobody = post(app, url, '"><script>', "x")
    app.ask("cancel_event", app.organizer.union_id, "primary", event_id)
    late = post(app, url, app.organizer.userid, app.organizer.password)

    assert (stranger.status, b"You are not on this event." in stranger.body) == (400, True)
    assert (nobody.status, b"<script>" in nobody.body) == (403, False)
    assert (late.status, b"This event was cancelled." in late.body) == (400, True)
    assert listed(app, "in", event_id) == []


def test_links_are_good_until_there_are_many(app: App) -> None:
    event_id = app.create()["id"]
    urls = []
    for _ in range(LINKS + 1):
        app.server.clock.advance(seconds=1)
        urls.append(urlsplit(link(app, "in", event_id)).path)

    assert [call(app.server.endpoint, "GET", url).status for url in urls] == [404, *[200] * LINKS]
    assert len(set(urls)) == LINKS + 1
