"""Our extensions `scope` and `dryRun`: a series changed or deleted through one of its occurrences (decision 10)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.backdoor import answer_all
from tests.conformance.clients import App, Json, assert_refused, at, starts, timed
from tests.people import SharedDatabase

INVALID = "invalidParameter"
GONE = (404, "instanceNotExist", "instance not exist")
RULE = {
    "none": {"pattern": {"type": "daily"}, "range": {"type": "noEnd"}},
    "date": {"pattern": {"type": "daily"}, "range": {"type": "endDate", "endDate": "2026-03-05"}},
    "five": {"pattern": {"type": "daily"}, "range": {"type": "numbered", "numberOfOccurrences": 5}},
}


class Series:
    """Five days from 2026-03-01, 10:00, the organizer's with one colleague."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.id, self.days = app.make_series({"attendees": [{"id": app.colleague.union_id}]})

    def shown(self) -> list[str]:
        return shown(self.app, self.id)


def shown(app: App, series_id: str) -> list[str]:
    """When the occurrences of a series start."""
    query = "?timeMin=2026-02-01T00:00:00Z&timeMax=2026-07-01T00:00:00Z"
    return starts(app.call("GET", f"{app.path(series_id)}/instances{query}").json["events"])


@pytest.fixture
def series(own_app: App) -> Series:
    return Series(own_app)


def days(first: int, last: int, hour: str = "10:00") -> list[str]:
    return [f"03-0{day}T{hour}" for day in range(first, last + 1)]


# What may be asked


@pytest.mark.parametrize(
    ("query", "description"),
    [
        pytest.param("scope=following", "scope: following needs the id of an occurrence", id="following"),
        pytest.param("scope=this", "scope: this needs the id of an occurrence", id="this"),
        pytest.param("scope=single", "scope: expected one of this, following, all", id="unknown"),
        pytest.param("scope=All", "scope: expected one of this, following, all", id="in capitals"),
        pytest.param("dryRun=yes", "dryRun: expected true or false", id="dryRun"),
    ],
)
@pytest.mark.parametrize("whole", ["series", "single"])
def test_scope_refused(own_app: App, series: Series, whole: str, query: str, description: str) -> None:
    event_id = series.id if whole == "series" else own_app.create()["id"]
    before = own_app.get(event_id)

    for reply in (
        own_app.update(event_id, {"summary": "New"}, query=f"?{query}"),
        own_app.delete(event_id, query=f"?{query}"),
    ):
        assert_refused(reply, 400, INVALID, reply.json["message"], description)
    assert own_app.get(event_id).body == before.body


def test_all_of_a_single_event(own_app: App) -> None:
    event_id = own_app.create()["id"]

    assert own_app.update(event_id, {"summary": "New"}, query="?scope=all").json["summary"] == "New"
    assert own_app.delete(event_id, query="?scope=all").json == {}


def test_this_is_the_default(own_app: App, series: Series) -> None:
    own_app.update(series.days[1], {"summary": "One"})
    own_app.update(series.days[2], {"summary": "Two"}, query="?scope=this")
    own_app.delete(series.days[3], query="?scope=this")

    assert [one["summary"] for one in (own_app.get(one).json for one in (*series.days[:3], series.id))] == [
        "Budget review", "One", "Two", "Budget review",
    ]  # fmt: skip
    assert series.shown() == [*days(1, 3), *days(5, 5)]


# Following: update


@pytest.mark.parametrize(
    ("range_", "first", "rest"),
    [
        pytest.param(
            RULE["five"]["range"],
            {"type": "numbered", "numberOfOccurrences": 2},
            {"type": "numbered", "numberOfOccurrences": 3},
            id="numbered",
        ),
        pytest.param(
            RULE["date"]["range"],
            {"type": "endDate", "endDate": "2026-03-02"},
            RULE["date"]["range"],
            id="endDate",
        ),
        pytest.param(
            RULE["none"]["range"],
            {"type": "endDate", "endDate": "2026-03-02"},
            RULE["none"]["range"],
            id="noEnd",
        ),
    ],
)
def test_split(own_app: App, range_: Json, first: Json, rest: Json) -> None:
    """One answer: its id is that of the half with the addressed occurrence, and both halves are in it."""
    rule = {"pattern": {"type": "daily"}, "range": range_}
    series_id, ids = own_app.make_series({"recurrence": rule})

    answer = own_app.update(ids[2], {"summary": "New"}, query="?scope=following").json

    assert answer["id"] == answer["newSeries"]["id"] != series_id
    assert answer["event"]["id"] == series_id
    assert answer["newSeries"] == own_app.get(answer["id"]).json
    assert answer["event"] == own_app.get(series_id).json
    extra = {"event", "newSeries", "keptExceptions", "droppedExceptions"}
    assert {name: one for name, one in answer.items() if name not in extra} == answer["newSeries"]
    assert (answer["event"]["summary"], answer["newSeries"]["summary"]) == ("Budget review", "New")
    assert (answer["event"]["recurrence"]["range"], answer["newSeries"]["recurrence"]["range"]) == (
        first,
        rest,
    )
    assert answer["keptExceptions"] == answer["droppedExceptions"] == []
    query = "?timeMin=2026-03-01T00:00:00Z&timeMax=2026-03-06T00:00:00Z"
    view = own_app.call("GET", own_app.path().removesuffix("/events") + f"/eventsview{query}").json["events"]
    assert starts(view) == days(1, 5)
    assert [one["seriesMasterId"] for one in view] == [series_id] * 2 + [answer["id"]] * 3
    assert_refused(own_app.get(ids[2]), *GONE)
    assert own_app.get(ids[1]).status == 200


def test_split_with_another_time(own_app: App, series: Series) -> None:
    answer = own_app.update(series.days[2], at("03-04T12:00"), query="?scope=following").json

    assert series.shown() == days(1, 2)
    assert shown(own_app, answer["id"]) == days(4, 6, "12:00")


def test_split_with_another_rule(own_app: App, series: Series) -> None:
    rule = {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": "tuesday"},
        "range": {"numberOfOccurrences": 2},
    }

    answer = own_app.update(series.days[2], {"recurrence": rule}, query="?scope=following").json

    assert series.shown() == days(1, 2)
    assert shown(own_app, answer["id"]) == ["03-03T10:00", "03-10T10:00"]


def test_split_keeps_exceptions(own_app: App, series: Series) -> None:
    """Of both halves: what they changed themselves stays, and each is named with its id before."""
    own_app.update(series.days[1], {"summary": "Early"})
    own_app.update(series.days[3], at("03-04T18:00"))
    own_app.delete(series.days[4])

    answer = own_app.update(series.days[2], {"summary": "New"}, query="?scope=following").json

    new_ids = own_app.occurrence_ids(answer["id"])
    kept = answer["keptExceptions"]
    assert [(one["status"], one.get("formerId"), one.get("summary")) for one in kept] == [
        ("confirmed", None, "Early"),
        ("confirmed", series.days[3], "New"),
        ("cancelled", series.days[4], None),
    ]
    assert [one["id"] for one in kept[:2]] == [series.days[1], new_ids[1]]
    assert kept[1]["start"]["dateTime"] == "2026-03-04T18:00:00+08:00"
    assert kept[1]["originStart"] == {"dateTime": "2026-03-04T02:00:00Z"}
    assert answer["droppedExceptions"] == []
    assert shown(own_app, answer["id"]) == ["03-03T10:00", "03-04T18:00"]


def test_split_on_an_exception(own_app: App, series: Series) -> None:
    """Through an exception: what the request names is the new series' and the exception's."""
    own_app.update(series.days[2], {"summary": "Own", "description": "Own"})

    answer = own_app.update(series.days[2], {"summary": "New"}, query="?scope=following").json

    events = [own_app.get(one).json for one in own_app.occurrence_ids(answer["id"])]
    assert [(one["summary"], one.get("description")) for one in events] == [
        ("New", "Own"), ("New", None), ("New", None),
    ]  # fmt: skip


def test_following_the_first_is_all(own_app: App, series: Series) -> None:
    answer = own_app.update(series.days[0], {"summary": "New"}, query="?scope=following").json

    assert answer["id"] == series.id
    assert {"event", "newSeries"}.isdisjoint(answer)
    assert (answer["keptExceptions"], answer["droppedExceptions"]) == ([], [])
    assert own_app.occurrence_ids(series.id) == series.days
    assert own_app.get(series.days[4]).json["summary"] == "New"


def test_following_the_first_that_is_left(own_app: App, series: Series) -> None:
    own_app.delete(series.days[0])

    answer = own_app.update(series.days[1], {"summary": "New"}, query="?scope=following").json

    assert answer["id"] == series.id
    assert [one["id"] for one in answer["keptExceptions"]] == [series.days[0]]


def test_answers_after_a_split(own_app: App, series: Series, database: SharedDatabase) -> None:
    """Nobody is asked again for what is as it was; all are for a half that moved."""
    answer_all(own_app, database, series.id, "accepted")

    same = own_app.update(series.days[3], {"summary": "New"}, query="?scope=following").json
    moved = own_app.update(series.days[1], at("03-02T12:00"), query="?scope=following").json

    assert [
        [who["responseStatus"] for who in own_app.get(one).json["attendees"]]
        for one in (same["id"], moved["id"], series.id)
    ] == [["accepted", "accepted"], ["accepted", "needsAction"], ["accepted", "accepted"]]


def test_people_after_a_split(own_app: App, series: Series) -> None:
    """Each half is seen by those who are on it."""
    colleague, other = own_app.colleague.union_id, own_app.other.union_id

    answer = own_app.update(series.days[2], {"attendees": [{"id": other}]}, query="?scope=following").json

    assert own_app.occurrence_ids(series.id, user=colleague) == series.days[:2]
    assert_refused(own_app.get(answer["id"], user=colleague), 404, "itemNotFound", "Event does not exist.")
    assert_refused(own_app.get(series.id, user=other), 404, "itemNotFound", "Event does not exist.")
    assert starts(own_app.view(user=other, time_min="2026-03-01T00:00:00Z").events) == days(3, 5)


# Following: delete


def test_delete_following(own_app: App, series: Series) -> None:
    own_app.update(series.days[1], {"summary": "Early"})
    own_app.update(series.days[3], {"summary": "Late"})

    reply = own_app.delete(series.days[2], query="?scope=following")

    assert reply.json["event"] == own_app.get(series.id).json
    assert reply.json["event"]["recurrence"]["range"] == {"type": "numbered", "numberOfOccurrences": 2}
    assert [one["id"] for one in reply.json["keptExceptions"]] == [series.days[1]]
    assert [(one["id"], one["summary"]) for one in reply.json["droppedExceptions"]] == [
        (series.days[3], "Late")
    ]
    assert own_app.occurrence_ids(series.id) == series.days[:2]
    assert_refused(own_app.get(series.days[3]), *GONE)
    assert own_app.occurrence_ids(series.id, user=own_app.colleague.union_id) == series.days[:2]


def test_delete_following_the_first(own_app: App, series: Series) -> None:
    reply = own_app.delete(series.days[0], query="?scope=following")

    assert (reply.json["event"]["id"], reply.json["event"]["status"]) == (series.id, "cancelled")
    assert_refused(own_app.get(series.id), *GONE)


def test_delete_all(own_app: App, series: Series) -> None:
    assert own_app.delete(series.days[2], query="?scope=all").json == {}

    assert_refused(own_app.get(series.id), *GONE)
    assert own_app.view().events == []


def test_delete_by_an_attendee(own_app: App, series: Series) -> None:
    """`all` leaves the series; `following` is the organizer's alone."""
    colleague = own_app.colleague.union_id

    refused = own_app.delete(series.days[2], user=colleague, query="?scope=following")
    assert_refused(refused, 403, "permissionDenied", "permission denied", own_app.organizer.union_id)
    assert own_app.delete(series.days[2], user=colleague, query="?scope=all").status == 200

    assert_refused(own_app.get(series.id, user=colleague), *GONE)
    assert own_app.occurrence_ids(series.id) == series.days


# All


WEEKLY = {"type": "weekly", "interval": 1, "daysOfWeek": "monday,thursday", "firstDayOfWeek": "monday"}
MONTHLY = {"type": "absoluteMonthly", "interval": 1, "dayOfMonth": 10}
NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("draft", "number", "move", "expected"),
    [
        pytest.param({}, 2, at("03-03T12:00"), days(1, 5, "12:00"), id="another hour"),
        pytest.param({}, 2, at("03-04T10:00"), days(2, 6), id="a day later"),
        pytest.param(
            at("03-02T10:00") | {"recurrence": {"pattern": WEEKLY, "range": {"numberOfOccurrences": 4}}},
            1,
            at("03-06T10:00"),
            ["03-03T10:00", "03-06T10:00", "03-10T10:00", "03-13T10:00"],
            id="weekdays turn along",
        ),
        pytest.param(
            at("03-02T10:00")
            | {"recurrence": {"pattern": WEEKLY, "range": {"type": "endDate", "endDate": "2026-03-12"}}},
            1,
            at("03-06T10:00"),
            ["03-03T10:00", "03-06T10:00", "03-10T10:00", "03-13T10:00"],
            id="the end turns along",
        ),
        pytest.param(
            at("03-10T10:00") | {"recurrence": {"pattern": MONTHLY, "range": {"numberOfOccurrences": 3}}},
            1,
            at("04-12T11:00"),
            ["03-12T11:00", "04-12T11:00", "05-12T11:00"],
            id="day of the month",
        ),
        pytest.param(
            timed("2026-03-06T10:00:00-05:00", "2026-03-06T11:00:00-05:00", NEW_YORK),
            3,
            timed("2026-03-09T12:00:00-04:00", "2026-03-09T13:00:00-04:00", NEW_YORK),
            ["03-06T12:00", "03-07T12:00", "03-08T12:00", "03-09T12:00", "03-10T12:00"],
            id="two hours by the clock on the wall in New York",
        ),
        pytest.param(
            {"isAllDay": True, "start": {"date": "2026-03-01"}, "end": {"date": "2026-03-02"}},
            2,
            {"start": {"date": "2026-03-05"}, "end": {"date": "2026-03-06"}},
            ["03-03", "03-04", "03-05", "03-06", "03-07"],
            id="all day",
        ),
        pytest.param(
            {},
            2,
            {"isAllDay": True, "start": {"date": "2026-03-03"}, "end": {"date": "2026-03-04"}},
            ["03-01", "03-02", "03-03", "03-04", "03-05"],
            id="becomes all day",
        ),
    ],
)
def test_series_moves_along(own_app: App, draft: Json, number: int, move: Json, expected: list[str]) -> None:
    """By the difference of one of its occurrences, in wall time."""
    series_id, ids = own_app.make_series(draft)

    answer = own_app.update(ids[number], move, query="?scope=all").json

    assert answer["id"] == series_id
    assert shown(own_app, series_id) == expected


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param({"type": "absoluteMonthly", "dayOfMonth": 31}, id="a day that not every month has"),
        pytest.param(
            {"type": "relativeMonthly", "daysOfWeek": "tuesday", "index": "last"}, id="last Tuesday"
        ),
    ],
)
def test_rule_that_cannot_move(own_app: App, pattern: Json) -> None:
    """Unless the request brings another."""
    series_id, ids = own_app.make_series(
        at("03-31T10:00") | {"recurrence": {"pattern": pattern, "range": {"numberOfOccurrences": 3}}}
    )
    before = own_app.get(series_id).body

    reply = own_app.update(ids[0], at("04-01T10:00"), query="?scope=all")

    assert_refused(reply, 400, INVALID, reply.json["message"], "send recurrence with it")
    assert own_app.get(series_id).body == before
    own = {"recurrence": {"pattern": {"type": "absoluteMonthly", "dayOfMonth": 1}}}
    assert own_app.update(ids[0], at("04-01T10:00") | own, query="?scope=all").status == 200
    assert own_app.get(series_id).json["start"]["dateTime"] == "2026-04-01T10:00:00+08:00"


def test_hour_of_a_rule_that_cannot_move(own_app: App) -> None:
    """Another hour of the same day asks nothing of the rule."""
    rule = {"pattern": {"type": "absoluteMonthly", "dayOfMonth": 31}, "range": {"numberOfOccurrences": 2}}
    series_id, ids = own_app.make_series(at("03-31T10:00") | {"recurrence": rule})

    own_app.update(ids[1], at("05-31T12:00"), query="?scope=all")

    assert shown(own_app, series_id) == ["03-31T12:00", "05-31T12:00"]


@pytest.mark.parametrize("through", ["series", "occurrence"])
def test_exceptions_follow(own_app: App, series: Series, through: str) -> None:
    """In what they did not change themselves."""
    own_app.update(series.days[1], {"summary": "Own"})
    own_app.update(series.days[2], at("03-03T18:00"))
    own_app.delete(series.days[3])
    event_id, query = (series.id, "") if through == "series" else (series.days[4], "?scope=all")

    answer = own_app.update(event_id, {"summary": "New", "description": "New"}, query=query).json

    events = [own_app.get(one).json for one in own_app.occurrence_ids(series.id)]
    assert [(one["start"]["dateTime"][5:16], one["summary"], one["description"]) for one in events] == [
        ("03-01T10:00", "New", "New"),
        ("03-02T10:00", "Own", "New"),
        ("03-03T18:00", "New", "New"),
        ("03-05T10:00", "New", "New"),
    ]
    kept = [(one["id"], one["status"]) for one in answer["keptExceptions"]]
    assert kept == [
        (series.days[1], "confirmed"),
        (series.days[2], "confirmed"),
        (series.days[3], "cancelled"),
    ]
    assert answer["droppedExceptions"] == []


def test_exceptions_when_the_hour_changes(own_app: App, series: Series) -> None:
    """Identity is the day: one that was moved stays where it was, and no id changes (decision 9)."""
    own_app.update(series.days[1], {"summary": "Own"})
    own_app.update(series.days[2], at("03-03T18:00"))

    own_app.update(series.id, at("03-01T08:00"))

    assert series.shown() == ["03-01T08:00", "03-02T08:00", "03-03T18:00", "03-04T08:00", "03-05T08:00"]
    assert own_app.occurrence_ids(series.id) == series.days
    assert own_app.get(series.days[1]).json["summary"] == "Own"


def test_exceptions_whose_day_is_gone(own_app: App, series: Series) -> None:
    """They are dropped, and listed as they were."""
    own_app.update(series.days[1], {"summary": "Own"})
    own_app.update(series.days[2], {"summary": "Kept"})
    rule = {"pattern": {"type": "daily", "interval": 2}, "range": {"numberOfOccurrences": 3}}

    answer = own_app.update(series.id, {"recurrence": rule}).json

    assert [(one["id"], one["summary"]) for one in answer["keptExceptions"]] == [(series.days[2], "Kept")]
    assert [(one["id"], one["summary"], one["start"]["dateTime"]) for one in answer["droppedExceptions"]] == [
        (series.days[1], "Own", "2026-03-02T10:00:00+08:00")
    ]
    assert_refused(own_app.get(series.days[1]), *GONE)
    own_app.update(series.id, {"recurrence": RULE["five"]})
    assert own_app.get(series.days[1]).json["summary"] == "Budget review"


def test_plain_answer(own_app: App, series: Series) -> None:
    """Who does not use the extensions, and has no exceptions, gets the documented answer."""
    answer = own_app.update(series.id, {"summary": "New"}).json

    assert {"event", "newSeries", "keptExceptions", "droppedExceptions"}.isdisjoint(answer)


# Versions


def test_if_match(own_app: App, series: Series) -> None:
    etag = own_app.get(series.id).headers["etag"]
    own_app.update(series.days[1], {"summary": "Own"})

    for scope in ("following", "all"):
        reply = own_app.update(series.days[2], {"summary": "New"}, query=f"?scope={scope}", if_match=etag)
        assert_refused(reply, 412, "preconditionFailed", "precondition failed")
        reply = own_app.delete(series.days[2], query=f"?scope={scope}", if_match=etag)
        assert_refused(reply, 412, "preconditionFailed", "precondition failed")
    etag = own_app.get(series.id).headers["etag"]
    split = own_app.update(series.days[2], {"summary": "New"}, query="?scope=following", if_match=etag)
    assert split.headers["etag"] == own_app.get(split.json["id"]).headers["etag"]


def test_replayed(own_app: App, series: Series) -> None:
    """A split with an x-client-token happens once."""
    replies = [
        own_app.update(series.days[2], {"summary": "New"}, query="?scope=following", x_client_token="split")
        for _ in range(2)
    ]

    assert replies[0].body == replies[1].body
    assert replies[0].headers["etag"] == replies[1].headers["etag"]
    assert len(own_app.view(time_min="2026-03-01T00:00:00Z").events) == 5


# Dry runs


CHANGES: dict[str, tuple[str, int, str, Json | None]] = {
    "update an occurrence": ("PUT", 2, "", at("03-03T18:00") | {"summary": "New"}),
    "update the following": ("PUT", 2, "scope=following", at("03-03T18:00") | {"summary": "New"}),
    "update all": ("PUT", 2, "scope=all", at("03-03T18:00") | {"summary": "New"}),
    "update the series": ("PUT", -1, "", {"recurrence": RULE["none"]}),
    "update people": ("PUT", 2, "scope=following", {"attendees": [{"email": "new@example.org"}]}),
    "delete an occurrence": ("DELETE", 2, "", None),
    "delete the following": ("DELETE", 2, "scope=following", None),
    "delete all": ("DELETE", 2, "scope=all", None),
    "delete the series": ("DELETE", -1, "", None),
}


@pytest.mark.parametrize(("method", "number", "query", "body"), CHANGES.values(), ids=CHANGES)
def test_dry_run(
    own_app: App,
    series: Series,
    database: SharedDatabase,
    method: str,
    number: int,
    query: str,
    body: Json | None,
) -> None:
    """Answers what the change then answers, and changes no row; no x-client-token remembers it."""
    own_app.update(series.days[1], {"summary": "Own"})
    own_app.update(series.days[3], {"summary": "Own too"})
    event_id = series.id if number < 0 else series.days[number]
    body = body and {"id": event_id} | body
    before = rows(own_app, database)

    def run(dry: str, **headers: str) -> Any:
        return own_app.call(method, own_app.path(event_id) + f"?{query}&dryRun={dry}", body, **headers)

    rehearsed = [run("true", x_client_token="dry"), run("True", x_client_token="dry"), run("true")]

    assert [one.status for one in rehearsed] == [200] * 3
    assert all("etag" not in one.headers for one in rehearsed)
    assert rows(own_app, database) == before
    done = run("false")
    assert rows(own_app, database) != before
    for reply in rehearsed:
        if method == "PUT":
            assert without_new_ids(reply.json) == without_new_ids(done.json)
        else:
            assert {"event", "keptExceptions", "droppedExceptions"} == reply.json.keys()
            ends_earlier = query == "scope=following"
            assert reply.json["event"]["status"] == ("confirmed" if ends_earlier else "cancelled")


def test_dry_run_is_not_remembered(own_app: App, series: Series) -> None:
    """The same token may go on with another body, and with the change itself."""
    for summary in ("One", "Two"):
        reply = own_app.update(series.id, {"summary": summary}, query="?dryRun=true", x_client_token="dry")
        assert (reply.status, reply.json["summary"]) == (200, summary)

    assert own_app.update(series.id, {"summary": "Three"}, x_client_token="dry").json["summary"] == "Three"
    assert own_app.get(series.id).json["summary"] == "Three"


def test_dry_run_of_a_single_event(own_app: App) -> None:
    event = own_app.create()

    answer = own_app.update(event["id"], {"summary": "New"}, query="?dryRun=true").json
    gone = own_app.delete(event["id"], query="?dryRun=true").json

    assert answer["summary"] == "New"
    assert gone["event"] == event | {"status": "cancelled"}
    assert own_app.get(event["id"]).json == event


def test_dry_run_of_what_is_refused(own_app: App, series: Series) -> None:
    """It is refused as the change would be."""
    path = own_app.path(series.days[2], user=own_app.colleague.union_id) + "?dryRun=true"
    reply = own_app.call("PUT", path, {"id": series.days[2], "summary": "Mine"})
    assert_refused(reply, 403, "permissionDenied", "permission denied")

    reply = own_app.update(series.days[2], {"recurrence": RULE["none"]}, query="?dryRun=true")
    assert_refused(reply, 400, INVALID, reply.json["message"], "recurrence: one occurrence has none")

    reply = own_app.update(series.days[2], {"summary": "x"}, query="?dryRun=true", if_match='"0"')
    assert_refused(reply, 412, "preconditionFailed", "precondition failed")


def without_new_ids(value: Any) -> Any:
    """*value* without the ids that are made anew each time, and what is derived of them."""
    if isinstance(value, list):
        return [without_new_ids(one) for one in value]
    if isinstance(value, dict):
        return {name: without_new_ids(one) for name, one in value.items() if name not in ("id", "email")}
    return value


def rows(app: App, database: SharedDatabase) -> dict[str, Any]:
    """Everything that the organisation has of events, people and their history."""
    return database.read(
        lambda tx: {
            table: sorted(
                map(
                    str, tx.all(f"SELECT * FROM {table} WHERE corp_id = :corp_id", corp_id=app.server.corp_id)
                )
            )
            for table in (
                "events",
                "attendees",
                "overrides",
                "former_rules",
                "agenda",
                "guests",
                "outbox",
                "idempotency",
            )
        }
    )
