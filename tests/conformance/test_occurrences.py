"""One occurrence of a series: reading, changing and deleting it alone, and who may."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from rili.model.ids import event_id as new_event_id
from rili.model.ids import occurrence_id
from tests.conformance.backdoor import answer_all
from tests.conformance.clients import App, Json, assert_refused, at, refused, starts, timed
from tests.people import SharedDatabase

INVALID = "invalidParameter"
GONE = (404, "instanceNotExist", "instance not exist")
UNKNOWN = (404, "itemNotFound", "Event does not exist.")


class Series:
    """Five days from 2026-03-01, 10:00, the organizer's with one colleague."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.id, self.days = app.make_series({"attendees": [{"id": app.colleague.union_id}]})

    def responses(self, event_id: str) -> list[str]:
        return [one["responseStatus"] for one in self.app.get(event_id).json["attendees"]]


@pytest.fixture
def series(own_app: App) -> Series:
    return Series(own_app)


def ask(app: App, operation: str, event_id: str, user: str | None = None, **query: Any) -> Any:
    return app.ask(operation, user or app.organizer.union_id, "primary", event_id, **query)


# Ids


def test_get(own_app: App, series: Series) -> None:
    """As the lists show it."""
    read = ask(own_app, "get_event", series.days[1])

    assert (read.id, read.series_master_id) == (series.days[1], series.id)
    assert read.origin_start.date_time == "2026-03-02T02:00:00Z"
    assert read.start.date_time == "2026-03-02T10:00:00+08:00"
    listed = own_app.call("GET", own_app.path()).json["events"]
    assert own_app.get(series.days[1]).json == listed[1]
    assert len(set(series.days)) == 5
    assert all(len(one) == 48 and one.isalnum() for one in series.days)


def test_max_attendees(own_app: App, series: Series) -> None:
    organizer = own_app.organizer.union_id
    for shown, expected in ((0, []), (1, [organizer]), (500, [organizer, own_app.colleague.union_id])):
        read = ask(own_app, "get_event", series.days[1], max_attendees=shown)
        assert [one.id for one in read.attendees or []] == expected
        assert read.organizer.id == organizer


def test_id_that_the_push_carries(own_app: App, series: Series) -> None:
    """Decision 9: the series' id and seconds since 1970, of the original start."""
    own_app.update(series.days[0], at("03-20T10:00"))

    assert own_app.get(f"{series.id}_1772330400").body == own_app.get(series.days[0]).body
    assert_refused(own_app.get(f"{series.id}_1772330401"), *GONE)
    own_app.delete(series.days[0])
    assert_refused(own_app.get(f"{series.id}_1772330400"), *GONE)


@pytest.mark.parametrize(
    ("day", "number"),
    [
        pytest.param(date(2026, 2, 28), 0, id="before the first"),
        pytest.param(date(2026, 3, 6), 0, id="after the last"),
        pytest.param(date(2026, 3, 2), 1, id="a second of the day"),
        pytest.param(date(2026, 3, 4), 0, id="removed"),
        pytest.param(date(9999, 12, 31), 0, id="at the end of time"),
    ],
)
def test_occurrence_that_is_not_there(own_app: App, series: Series, day: date, number: int) -> None:
    own_app.delete(series.days[3])
    event_id = occurrence_id(series.id, day.toordinal(), number)

    assert_refused(own_app.get(event_id), *GONE)
    for scope in ("", "?scope=this", "?scope=following", "?scope=all"):
        assert_refused(own_app.update(event_id, {"summary": "x"}, query=scope), *UNKNOWN)
        assert_refused(own_app.delete(event_id, query=scope), *UNKNOWN)
    with refused(*GONE[:2], message=GONE[2]):
        ask(own_app, "get_event", event_id)
    with refused(*UNKNOWN[:2], message=UNKNOWN[2]):
        own_app.patch(event_id, {"summary": "x"})
    with refused(*UNKNOWN[:2], message=UNKNOWN[2]):
        ask(own_app, "delete_event", event_id)


def test_occurrence_of_what_is_no_series(own_app: App) -> None:
    event_id = own_app.create(at("03-10T14:00"))["id"]

    assert_refused(own_app.get(occurrence_id(event_id, date(2026, 3, 10).toordinal(), 0)), *GONE)
    assert_refused(own_app.get(occurrence_id(new_event_id(bytes(16)), 1, 0)), *UNKNOWN)


def test_occurrence_of_a_deleted_series(own_app: App, series: Series) -> None:
    own_app.delete(series.id)

    assert_refused(own_app.get(series.days[0]), *GONE)
    assert_refused(own_app.update(series.days[0], {"summary": "x"}), *UNKNOWN)
    assert_refused(own_app.delete(series.days[0]), *UNKNOWN)


def test_occurrences_beyond_a_new_end(own_app: App, series: Series) -> None:
    rule = {"pattern": {"type": "daily"}, "range": {"type": "numbered", "numberOfOccurrences": 2}}
    own_app.update(series.id, {"recurrence": rule})

    assert [own_app.get(one).status for one in series.days] == [200, 200, 404, 404, 404]
    assert_refused(own_app.get(series.days[4]), *GONE)


# Changing


def test_patch(own_app: App, series: Series) -> None:
    """The id and what says which occurrence it is stay; the others, and the series, are not touched."""
    before = [own_app.get(one).json for one in (*series.days, series.id)]
    own_app.server.clock.advance(minutes=5)

    answer = own_app.patch(series.days[2], at("03-07T15:00") | {"summary": "Own"}).body

    after = [own_app.get(one).json for one in (*series.days, series.id)]
    assert after[:2] + after[3:] == before[:2] + before[3:]
    assert after[2] == before[2] | at("03-07T15:00") | {
        "summary": "Own",
        "updateTime": "2026-03-02T01:05:00Z",
    }
    assert (answer.id, answer.summary, answer.start.date_time) == (
        series.days[2], "Own", "2026-03-07T15:00:00+08:00",
    )  # fmt: skip
    assert answer.recurrence.range.number_of_occurrences == 5


@pytest.mark.parametrize("draft", [{"recurrence": {"pattern": {"type": "daily"}}}, {"recurrence": {}}])
def test_recurrence_of_one(own_app: App, series: Series, draft: Json) -> None:
    reply = own_app.update(series.days[2], draft)

    assert_refused(reply, 400, INVALID, reply.json["message"], "recurrence")
    assert own_app.get(series.days[2]).json["start"]["dateTime"] == "2026-03-03T10:00:00+08:00"


def test_other_kinds_of_time(own_app: App, series: Series) -> None:
    """An occurrence may be all day, and in another zone, among those that are not."""
    all_day = {"isAllDay": True, "start": {"date": "2026-03-02"}, "end": {"date": "2026-03-04"}}
    new_york = timed("2026-03-10T10:00:00-04:00", "2026-03-10T11:00:00-04:00", "America/New_York")

    own_app.update(series.days[1], all_day)
    own_app.update(series.days[2], new_york)

    one, two = (own_app.get(one).json for one in series.days[1:3])
    assert {name: one[name] for name in all_day} == all_day
    assert {name: two[name] for name in new_york} == new_york
    assert [one["originStart"]["dateTime"], two["originStart"]["dateTime"]] == [
        "2026-03-02T02:00:00Z",
        "2026-03-03T02:00:00Z",
    ]


def test_back_to_what_the_series_is(own_app: App, series: Series) -> None:
    """What an occurrence no longer has of its own follows the series again."""
    own_app.update(series.days[1], {"summary": "Own", "description": "Own"})
    own_app.update(series.days[1], {"summary": "Budget review"})

    own_app.update(series.id, {"summary": "New", "description": "New"})

    read = own_app.get(series.days[1]).json
    assert (read["summary"], read["description"]) == ("New", "Own")


def test_cleared_here_alone(own_app: App, series: Series) -> None:
    own_app.update(series.id, {"description": "Figures", "location": {"displayName": "Room"}})

    own_app.update(series.days[1], {"description": "", "location": {}})

    assert {"description", "location"} & own_app.get(series.days[1]).json.keys() <= {"description"}
    assert own_app.get(series.days[1]).json.get("description", "") == ""
    assert own_app.get(series.days[0]).json["location"] == {"displayName": "Room"}


def test_start_after_the_unchanged_end(own_app: App, series: Series) -> None:
    start = {"start": {"dateTime": "2026-03-03T12:00:00+08:00", "timeZone": "Asia/Shanghai"}}

    reply = own_app.update(series.days[2], start)

    assert_refused(reply, 400, INVALID, reply.json["message"])


def test_replayed(own_app: App, series: Series) -> None:
    """x-client-token works on occurrences as on events."""
    replies = [own_app.update(series.days[2], {"summary": "Own"}, x_client_token="once") for _ in range(2)]
    replies += [own_app.update(series.days[3], {"summary": "Own"}, x_client_token="once")]

    assert [one.status for one in replies] == [200, 200, 200]
    assert replies[0].body == replies[1].body != replies[2].body


# Versions


def test_etag(own_app: App, series: Series) -> None:
    """Of the series: a change of any occurrence is a change of it (decision 19)."""
    etag = own_app.get(series.days[2]).headers["etag"]
    assert etag == own_app.get(series.id).headers["etag"]

    first = own_app.update(series.days[2], {"summary": "Own"}, if_match=etag)
    late = own_app.update(series.days[2], {"summary": "Late"}, if_match=etag)

    assert first.status == 200
    assert first.headers["etag"] == own_app.get(series.days[2]).headers["etag"] != etag
    assert_refused(late, 412, "preconditionFailed", "precondition failed")
    assert_refused(
        own_app.delete(series.days[2], if_match=etag), 412, "preconditionFailed", "precondition failed"
    )
    assert own_app.get(series.days[2]).json["summary"] == "Own"
    assert own_app.delete(series.days[2], if_match=first.headers["etag"]).status == 200
    assert own_app.get(series.id).headers["etag"] != first.headers["etag"]


# Who may


@pytest.mark.parametrize("query", ["", "?scope=following", "?scope=all"])
def test_update_by_an_attendee(own_app: App, series: Series, query: str) -> None:
    path = own_app.path(series.days[2], user=own_app.colleague.union_id) + query
    reply = own_app.call("PUT", path, {"id": series.days[2], "summary": "Mine"})

    named = f"Only the organizer, {own_app.organizer.union_id}, can change this event."
    assert_refused(reply, 403, "permissionDenied", "permission denied", named)
    with refused(403, "permissionDenied", named):
        own_app.patch(series.days[2], {"summary": "Mine"}, user=own_app.colleague.union_id)
    assert own_app.get(series.days[2]).json["summary"] == "Budget review"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_stranger(own_app: App, series: Series, method: str) -> None:
    path = own_app.path(series.days[2], user=own_app.other.union_id)

    assert_refused(own_app.call(method, path, {"id": series.days[2]}), *UNKNOWN)


def test_an_attendee_reads(own_app: App, series: Series) -> None:
    read = ask(own_app, "get_event", series.days[2], own_app.colleague.union_id)

    assert [one.self_ for one in read.attendees] == [False, True]


# Deleting


def test_delete(own_app: App, series: Series) -> None:
    """By the organizer: it does not occur, for anybody."""
    reply = own_app.delete(series.days[2])

    assert (reply.status, reply.json) == (200, {})
    for user in (own_app.organizer.union_id, own_app.colleague.union_id):
        assert own_app.occurrence_ids(series.id, user=user) == [*series.days[:2], *series.days[3:]]
        assert_refused(own_app.get(series.days[2], user=user), *GONE)
        assert_refused(own_app.delete(series.days[2], user=user), *UNKNOWN)
    assert [own_app.get(one).status for one in series.days] == [200, 200, 404, 200, 200]


def test_delete_by_an_attendee(own_app: App, series: Series) -> None:
    """Gone from that calendar alone, and declined, for that day alone."""
    colleague = own_app.colleague.union_id

    ask(own_app, "delete_event", series.days[2], colleague)

    assert_refused(own_app.get(series.days[2], user=colleague), *GONE)
    assert_refused(own_app.delete(series.days[2], user=colleague), *UNKNOWN)
    assert own_app.occurrence_ids(series.id, user=colleague) == [*series.days[:2], *series.days[3:]]
    assert own_app.occurrence_ids(series.id) == series.days
    assert series.responses(series.days[2]) == ["accepted", "declined"]
    assert series.responses(series.days[1]) == series.responses(series.id) == ["accepted", "needsAction"]


def test_every_occurrence_deleted(own_app: App, series: Series) -> None:
    for one in series.days:
        own_app.delete(one)

    assert own_app.occurrence_ids(series.id) == []
    assert own_app.list_events().events == []
    assert own_app.get(series.id).status == 200


# People of one occurrence


def test_one_more(own_app: App, series: Series) -> None:
    """Who is on one occurrence alone sees it, and nothing else of the series."""
    colleague, other = own_app.colleague.union_id, own_app.other.union_id

    answer = own_app.patch(series.days[2], {"attendees": [{"id": colleague}, {"id": other}]}).body

    organizer = own_app.organizer.union_id
    assert [one.id for one in answer.attendees] == [organizer, colleague, other]
    assert len(own_app.get(series.days[1]).json["attendees"]) == 2
    assert own_app.get(series.days[2], user=other).status == 200
    assert own_app.occurrence_ids(series.days[2], user=other) == [series.days[2]]
    assert_refused(own_app.get(series.days[1], user=other), *GONE)
    for event_id in (series.id, series.days[1]):
        path = own_app.path(event_id, user=other)
        assert_refused(own_app.call("PUT", path, {"id": event_id, "summary": "x"}), *UNKNOWN)
        assert_refused(own_app.call("DELETE", path), *UNKNOWN)
    assert_refused(own_app.get(series.id, user=other), *UNKNOWN)
    own_app.delete(series.days[2], user=other)
    assert_refused(own_app.get(series.days[2], user=other), *GONE)
    assert own_app.view(user=other).events == []


def test_one_less(own_app: App, series: Series) -> None:
    colleague = own_app.colleague.union_id

    own_app.update(series.days[2], {"attendees": []})

    assert series.responses(series.days[2]) == ["accepted"]
    assert_refused(own_app.get(series.days[2], user=colleague), *GONE)
    assert own_app.occurrence_ids(series.id, user=colleague) == [*series.days[:2], *series.days[3:]]
    own_app.update(series.days[2], {"attendees": [{"id": colleague}]})
    assert own_app.get(series.days[2], user=colleague).status == 200
    assert own_app.occurrence_ids(series.id, user=colleague) == series.days


def test_people_of_the_series_change(own_app: App, series: Series) -> None:
    """An occurrence that named its own people keeps those; the others follow."""
    colleague, other = {"id": own_app.colleague.union_id}, {"id": own_app.other.union_id}
    own_app.update(series.days[2], {"attendees": []})

    own_app.update(series.id, {"attendees": [colleague, other]})

    people = {one: [who["id"] for who in own_app.get(one).json["attendees"]][1:] for one in series.days[1:3]}
    assert people == {series.days[1]: [colleague["id"], other["id"]], series.days[2]: [other["id"]]}


# Answers


@pytest.mark.parametrize(
    ("change", "response"),
    [
        pytest.param(at("03-03T12:00"), "needsAction", id="moved"),
        pytest.param(
            timed("2026-03-03T10:00:00+08:00", "2026-03-03T11:30:00+08:00"), "needsAction", id="longer"
        ),
        pytest.param(at("03-03T10:00"), "accepted", id="sent as it was"),
        pytest.param(at("03-03T10:00") | {"summary": "Own"}, "accepted", id="renamed"),
        pytest.param({"attendees": None}, "accepted", id="nothing"),
    ],
)
def test_answers(own_app: App, series: Series, database: SharedDatabase, change: Json, response: str) -> None:
    """Those for the occurrence that moves are asked again, no others (decision 11)."""
    answer_all(own_app, database, series.id, "accepted")

    answered = own_app.update(series.days[2], change).json

    assert [one["responseStatus"] for one in answered["attendees"]] == ["accepted", response]
    assert series.responses(series.days[2]) == ["accepted", response]
    assert series.responses(series.days[1]) == series.responses(series.id) == ["accepted", "accepted"]
    listed = {one.id: one for one in own_app.view(time_min="2026-03-01T00:00:00Z").events}
    assert listed[series.days[2]].attendees[1].response_status == response
    assert listed[series.days[1]].attendees[1].response_status == "accepted"


def test_answers_when_the_series_moves(own_app: App, series: Series, database: SharedDatabase) -> None:
    answer_all(own_app, database, series.id, "accepted")

    own_app.update(series.id, at("03-01T12:00"))

    assert series.responses(series.id) == series.responses(series.days[1]) == ["accepted", "needsAction"]


def test_declined_stays_declined(own_app: App, series: Series) -> None:
    """Decision 30: an answer is asked of those who see the occurrence."""
    own_app.delete(series.days[2], user=own_app.colleague.union_id)

    own_app.update(series.days[2], at("03-03T12:00"))

    assert series.responses(series.days[2]) == ["accepted", "declined"]
    assert_refused(own_app.get(series.days[2], user=own_app.colleague.union_id), *GONE)


def test_moved_is_where_it_is_listed(own_app: App, series: Series) -> None:
    own_app.update(series.days[0], at("04-20T10:00"))

    assert starts(own_app.view(time_min="2026-04-20T00:00:00Z").events) == ["04-20T10:00"]


@pytest.mark.parametrize("day", [0, 5_000_000, 2**24 - 1])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_ids_of_days_that_no_calendar_has(own_app: App, method: str, day: int) -> None:
    series, _ = own_app.make_series(
        {"recurrence": {"pattern": {"type": "daily"}, "range": {"numberOfOccurrences": 3}}}
    )
    event_id = occurrence_id(series, day, 0)

    assert own_app.call(method, own_app.path(event_id), {"id": event_id}).status == 404


@pytest.mark.parametrize("query", ["dryrun=true", "DryRun=true", "dryRun=", "Scope=this", "scope="])
def test_a_rehearsal_is_not_taken_for_the_act(own_app: App, query: str) -> None:
    _, days = own_app.make_series(
        {"recurrence": {"pattern": {"type": "daily"}, "range": {"numberOfOccurrences": 3}}}
    )

    assert own_app.call("DELETE", f"{own_app.path(days[1])}?{query}").status == 400
    assert own_app.get(days[1]).status == 200


@pytest.mark.parametrize(
    "gone",
    [
        pytest.param(lambda app, series, day: app.delete(series), id="the series was deleted"),
        pytest.param(
            lambda app, series, day: app.delete(day, user=app.colleague.union_id), id="they left it"
        ),
    ],
)
def test_who_was_on_one_occurrence_is_not_shown_the_others(own_app: App, gone: Any) -> None:
    series, days = own_app.make_series(
        {"recurrence": {"pattern": {"type": "daily"}, "range": {"numberOfOccurrences": 3}}}
    )
    own_app.update(days[1], {"attendees": [{"id": own_app.colleague.union_id}]})
    gone(own_app, series, days[1])
    own_app.update(series, {"summary": "Not for them"})
    target = own_app.path(user=own_app.colleague.union_id) + "?showDeleted=true"

    assert {one["id"] for one in own_app.call("GET", target).json["events"]} <= {days[1]}


def test_who_was_taken_off_an_occurrence_is_not_told_what_became_of_it(own_app: App) -> None:
    _, days = own_app.make_series(
        {
            "recurrence": {"pattern": {"type": "daily"}, "range": {"numberOfOccurrences": 3}},
            "attendees": [{"id": own_app.colleague.union_id}],
        }
    )
    own_app.update(days[0], {"attendees": [], "summary": "Without them"})
    target = own_app.path(user=own_app.colleague.union_id) + "?showDeleted=true"

    titles = {one["summary"] for one in own_app.call("GET", target).json["events"]}

    assert "Without them" not in titles
