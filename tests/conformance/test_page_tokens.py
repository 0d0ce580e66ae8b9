"""Tokens of lists: for the operation, user, calendar and filters they were given for (decision 20)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conformance.clients import App, Json, assert_refused, at, refused

INVALID = "invalidParameter"
OTHER = "the token was given for another operation, user or calendar"
FROM, TO = "2026-03-01T00:00:00+08:00", "2026-04-01T00:00:00+08:00"


@pytest.fixture
def series_id(own_app: App) -> str:
    """A series with one colleague, among enough events for several pages of one."""
    own_app.create(at("03-02T12:00"))
    series_id, _ = own_app.make_series({"attendees": [{"id": own_app.colleague.union_id}]})
    return series_id


def list_events(app: App, series_id: str, **query: Any) -> Any:
    return app.list_events(**query)


def view(app: App, series_id: str, **query: Any) -> Any:
    return app.view(**query)


def instances(app: App, series_id: str, **query: Any) -> Any:
    return app.instances(series_id, **query)


Operation = Callable[..., Any]
PAGED = [
    pytest.param(list_events, id="ListEvents"),
    pytest.param(view, id="ListEventsView"),
    pytest.param(instances, id="ListInstances"),
]


@pytest.mark.parametrize("operation", PAGED)
def test_what_is_absent_is_inherited(own_app: App, series_id: str, operation: Operation) -> None:
    """Bounds and sizes; a size may change from page to page."""
    query = {"time_min": FROM, "time_max": TO}
    whole = [one.id for one in operation(own_app, series_id, **query).events]
    first = operation(own_app, series_id, max_results=1, max_attendees=0, **query)

    second = operation(own_app, series_id, next_token=first.next_token)
    rest = operation(
        own_app, series_id, next_token=second.next_token, max_results=100, max_attendees=1, **query
    )

    pages = [[one.id for one in page.events] for page in (first, second, rest)]
    assert pages == [whole[:1], whole[1:2], whole[2:]]
    assert [len(page.events[0].attendees or []) for page in (first, second, rest)] == [0, 0, 1]
    assert rest.next_token is None


@pytest.mark.parametrize("operation", PAGED)
@pytest.mark.parametrize(
    ("different", "named"),
    [
        pytest.param({"time_min": "2026-03-01T00:00:01+08:00"}, "timeMin: it differs", id="timeMin"),
        pytest.param({"time_max": "2026-03-31T00:00:00+08:00"}, "timeMax: it differs", id="timeMax"),
    ],
)
def test_another_window(
    own_app: App, series_id: str, operation: Operation, different: Json, named: str
) -> None:
    token = operation(own_app, series_id, max_results=1, time_min=FROM, time_max=TO).next_token

    with refused(400, INVALID, named):
        operation(own_app, series_id, next_token=token, **different)


@pytest.mark.parametrize("operation", PAGED)
def test_the_same_instant_written_otherwise(own_app: App, series_id: str, operation: Operation) -> None:
    token = operation(own_app, series_id, max_results=1, time_min=FROM).next_token

    operation(own_app, series_id, next_token=token, time_min="2026-02-28T16:00:00Z")


@pytest.mark.parametrize("kind", ["next_token", "sync_token"])
@pytest.mark.parametrize(
    ("given", "different", "named"),
    [
        pytest.param({}, {"show_deleted": True}, "showDeleted: it differs", id="showDeleted"),
        pytest.param(
            {"show_deleted": True}, {"show_deleted": False}, "showDeleted: it differs", id="no longer"
        ),
        pytest.param({}, {"series_master_id": "x"}, "seriesMasterId: it differs", id="seriesMasterId"),
        pytest.param({}, {"time_min": FROM}, "timeMin: it differs", id="timeMin that was not given"),
        pytest.param({}, {"time_max": TO}, "timeMax: it differs", id="timeMax that was not given"),
    ],
)
def test_another_filter(
    own_app: App, series_id: str, kind: str, given: Json, different: Json, named: str
) -> None:
    sizes = {"max_results": 1} if kind == "next_token" else {}
    token = getattr(own_app.list_events(**given, **sizes), kind)
    assert token is not None

    with refused(400, INVALID, named):
        own_app.list_events(**{kind: token}, **different)
    own_app.list_events(**{kind: token}, **given)


@pytest.mark.parametrize("operation", PAGED)
def test_of_another_user(own_app: App, series_id: str, operation: Operation) -> None:
    token = operation(own_app, series_id, max_results=1, time_min=FROM).next_token

    with refused(400, INVALID, OTHER):
        operation(own_app, series_id, next_token=token, user=own_app.colleague.union_id)


def test_of_another_operation(own_app: App, series_id: str) -> None:
    """Also of another series, and between a list's two tokens."""
    operations = (list_events, view, instances)
    tokens = {one: one(own_app, series_id, max_results=1, time_min=FROM).next_token for one in operations}
    sync_token = own_app.list_events(time_min=FROM).sync_token

    for operation in operations:
        for giver in operations:
            if operation is not giver:
                with refused(400, INVALID, OTHER):
                    operation(own_app, series_id, next_token=tokens[giver])
        with refused(400, INVALID, "nextToken: no such token"):
            operation(own_app, series_id, next_token=sync_token)
    with refused(400, INVALID, "syncToken: no such token"):
        own_app.list_events(sync_token=tokens[list_events])
    other_series = own_app.create({"recurrence": {"pattern": {"type": "daily"}}})["id"]
    with refused(400, INVALID, OTHER):
        own_app.instances(other_series, next_token=tokens[instances])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x", id="a letter"),
        pytest.param("c3luY18wMDAwMDAwMDE3", id="the vendor's"),
        pytest.param("AAAA", id="bytes"),
        pytest.param("令牌", id="not ASCII"),
        pytest.param("a" * 1025, id="too long"),
        pytest.param("%00", id="encoded twice"),
        pytest.param("null", id="null"),
    ],
)
def test_garbage(own_app: App, series_id: str, text: str) -> None:
    for operation in (list_events, view, instances):
        with refused(400, INVALID, "nextToken: no such token; begin again without it"):
            operation(own_app, series_id, next_token=text)
    with refused(400, INVALID, "syncToken: no such token; begin again without it"):
        own_app.list_events(sync_token=text)


def test_cut_or_changed(own_app: App, series_id: str) -> None:
    """A token with any one character changed or gone is none, or is answered; never is it a failure of ours."""
    token = own_app.list_events(max_results=1).next_token

    for number in range(0, len(token), 7):
        for text in (token[:number] + token[number + 1 :], token[:number] + "A" + token[number + 1 :]):
            reply = own_app.call("GET", f"{own_app.path()}?nextToken={text}")
            if reply.status != 200:
                assert_refused(reply, 400, INVALID, reply.json["message"])


@pytest.mark.parametrize("operation", PAGED)
def test_zero_and_nothing(own_app: App, series_id: str, operation: Operation) -> None:
    """Both are the beginning: the vendor's sample of paging begins with 0."""
    whole = operation(own_app, series_id, time_min=FROM)

    for token in ("0", ""):
        page = operation(own_app, series_id, time_min=FROM, next_token=token)
        assert [one.id for one in page.events] == [one.id for one in whole.events]


def test_both_tokens(own_app: App, series_id: str) -> None:
    """nextToken wins: the vendor's sample sends both."""
    first = own_app.list_events(max_results=1)
    whole = own_app.list_events()

    page = own_app.list_events(next_token=first.next_token, sync_token=whole.sync_token, max_results=100)

    assert [one.id for one in page.events] == [one.id for one in whole.events][1:]


def test_survives_a_change_of_what_it_names(own_app: App, series_id: str) -> None:
    """The item that a page ended with may be gone when the next page is asked for."""
    whole = [one.id for one in own_app.list_events().events]
    first = own_app.list_events(max_results=1)
    own_app.delete(first.events[0].id)

    page = own_app.list_events(next_token=first.next_token, max_results=100)

    assert [one.id for one in page.events] == whole[1:]
