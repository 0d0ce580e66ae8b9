"""`x-client-token`: the same token is the same request, for a day (decision 18)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from rili.errors import IdempotentParameterMismatch
from rili.model import scopes
from rili.testing import running
from tests.conformance.backdoor import first_of, held, sign_in_other_app
from tests.conformance.clients import HOUR, TOKEN, App, Reply, assert_refused, call
from tests.people import SharedDatabase

MISMATCH = (
    400,
    "IdempotentParameterMismatch",
    IdempotentParameterMismatch.message,
)
PROCESSING = (400, "idempotencyProcessing", "Idempotency processing")


@pytest.fixture
def event_id(app: App) -> str:
    return str(app.create({"attendees": [{"id": app.colleague.union_id}]})["id"])


def create(app: App, event_id: str, token: str, body: Any = None) -> Reply:
    return app.call("POST", app.path(), body or HOUR, x_client_token=token)


def update(app: App, event_id: str, token: str, body: Any = None) -> Reply:
    return app.update(event_id, body or {"summary": "Again"}, x_client_token=token)


def delete(app: App, event_id: str, token: str, body: Any = None) -> Reply:
    return app.delete(event_id, x_client_token=token)


Ask = Callable[..., Reply]
OPERATIONS = [create, update, delete]


@pytest.mark.parametrize("ask", OPERATIONS)
def test_replay(app: App, event_id: str, ask: Ask) -> None:
    """The same bytes and ETag, and nothing is done twice."""
    first = ask(app, event_id, f"replay-{event_id}")
    app.server.clock.advance(minutes=1)
    second = ask(app, event_id, f"replay-{event_id}")

    assert first.status == second.status == 200
    assert second.body == first.body
    assert second.headers.get("etag") == first.headers.get("etag")
    assert second.headers["content-type"] == first.headers["content-type"]
    assert second.headers["x-acs-request-id"] != first.headers["x-acs-request-id"]
    if ask is update:
        assert app.get(event_id).headers["etag"] == first.headers["etag"]


def test_replay_through_the_sdk(app: App, event_id: str) -> None:
    token = f"sdk-{event_id}"

    seen = [
        app.patch(event_id, {"onlineMeetingInfo": {"type": "dingtalk"}}, x_client_token=token)
        for _ in range(2)
    ]

    assert seen[0].body.to_map() == seen[1].body.to_map()


@pytest.mark.parametrize("ask", [create, update])
def test_another_body(app: App, event_id: str, ask: Ask) -> None:
    token = f"mismatch-{event_id}"
    assert ask(app, event_id, token).status == 200

    other = HOUR | {"summary": "Another"} if ask is create else {"summary": "Another"}
    assert_refused(ask(app, event_id, token, other), *MISMATCH)

    assert app.get(event_id).json["summary"] != "Another"


def test_failures_are_not_remembered(app: App, event_id: str) -> None:
    token = f"failure-{event_id}"
    assert update(app, event_id, token, {"summary": " "}).status == 400
    assert app.update("unknown", {}, x_client_token=token).status == 404
    assert app.update(event_id, {"summary": "Again"}, x_client_token=token, if_match='"9"').status == 412

    assert update(app, event_id, token).status == 200


def test_a_failure_is_over_when_it_is_answered(app: App, event_id: str) -> None:
    """Who asks again at once, with the same token, never meets what is left of the first request."""
    for number in range(20):
        token = f"over-{number}-{event_id}"
        assert app.update(event_id, {"summary": "x"}, x_client_token=token, if_match='"0"').status == 412
        assert app.update(event_id, {"summary": "x"}, x_client_token=token).status == 200


def test_a_day(app: App, event_id: str) -> None:
    token = f"day-{event_id}"
    first = update(app, event_id, token)

    app.server.clock.advance(hours=23, minutes=59, seconds=59)
    app.token = app.sign_in()
    assert update(app, event_id, token).body == first.body
    app.server.clock.advance(seconds=1)

    again = update(app, event_id, token)
    assert again.json == first.json | {"updateTime": "2026-03-03T01:00:00Z"}
    assert again.headers["etag"] != first.headers["etag"]
    assert update(app, event_id, token, {"summary": "Another"}).json["code"] == "IdempotentParameterMismatch"


def test_replay_comes_before_if_match(app: App, event_id: str) -> None:
    token, version = f"match-{event_id}", app.get(event_id).headers["etag"]
    ask = {"x_client_token": token, "if_match": version}
    first = app.update(event_id, {"summary": "Again"}, **ask)
    assert (first.status, first.headers["etag"] == version) == (200, False)

    second = app.update(event_id, {"summary": "Again"}, **ask)

    assert (second.status, second.body, second.headers["etag"]) == (200, first.body, first.headers["etag"])


def test_what_makes_the_key(app: App, database: SharedDatabase, event_id: str) -> None:
    """App, method, path and query, besides the token: the same token elsewhere is another request."""
    token = f"key-{event_id}"
    versions = [update(app, event_id, token).headers["etag"]]

    other_path = app.create()["id"]
    assert update(app, other_path, token, {"summary": "Other"}).json["id"] == other_path
    queried = app.call(
        "PUT", app.path(event_id) + "?x=1", {"id": event_id, "summary": "Query"}, x_client_token=token
    )
    versions.append(queried.headers["etag"])
    other_app = sign_in_other_app(app, database, scopes.ALL)
    by_other_app = app.update(event_id, {"summary": "App"}, x_client_token=token, **{TOKEN: other_app})
    versions.append(by_other_app.headers["etag"])
    assert app.call("POST", app.path(), HOUR, x_client_token=token).status == 200
    assert app.delete(event_id, x_client_token=token).json == {}

    assert len(set(versions)) == 3


# While the first one runs


@pytest.mark.parametrize("ask", OPERATIONS)
def test_still_running(app: App, event_id: str, ask: Ask) -> None:
    """Of two requests at once one waits, for a lock that the test holds; the other is told so and may ask again."""
    token = f"running-{event_id}"

    with ThreadPoolExecutor(2) as threads, held(app.server) as release:
        both = [threads.submit(ask, app, event_id, token) for _ in range(2)]
        refused, waiting = first_of(both)
        assert_refused(refused.result(), *PROCESSING)
        assert not waiting.done()
        release()
        answered = waiting.result(20)

    assert answered.status == 200
    assert ask(app, event_id, token).body == answered.body


def test_the_sdk_is_told_that_it_runs(app: App, event_id: str) -> None:
    token = f"sdk-running-{event_id}"

    with ThreadPoolExecutor(2) as threads, held(app.server) as release:
        both = [threads.submit(app.patch, event_id, {"summary": "x"}, x_client_token=token) for _ in range(2)]
        refused, waiting = first_of(both)
        error: Any = refused.exception()
        release()
        answer = waiting.result(20)

    assert (error.code, error.data["statusCode"]) == ("idempotencyProcessing", 400)
    assert answer.body.summary == "x"


def test_still_running_in_another_process(app: App, event_id: str) -> None:
    """Two servers on one database stand for two processes: they share nothing else.

    On SQLite the second waits for the one writer, and then replays: there is nothing to refuse.
    """
    token = f"processes-{event_id}"
    with (
        running(database=app.server.database, clock=app.server.clock) as second,
        ThreadPoolExecutor(2) as threads,
        held(app.server) as release,
    ):
        headers = {TOKEN: app.token, "x-client-token": token}
        body = {"id": event_id, "summary": "x"}
        both = [
            threads.submit(call, server.endpoint, "PUT", app.path(event_id), headers, body)
            for server in (app.server, second)
        ]
        if app.server.database.startswith("sqlite:"):
            release()
            first, other = (one.result(20) for one in both)
            assert (first.status, other.status, first.body) == (200, 200, other.body)
            return
        refused, waiting = first_of(both)
        assert_refused(refused.result(), *PROCESSING)
        release()
        assert waiting.result(20).status == 200
