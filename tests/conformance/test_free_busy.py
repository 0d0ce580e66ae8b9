"""GetSchedule and GetScheduleByMe, through the vendor's SDK: whose time is taken when, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from rili.actions import directory
from rili.model.directory import UserChange
from tests.conformance.backdoor import user_token
from tests.conformance.clients import TOKEN, App, Json, assert_refused, at, call, refused, timed
from tests.people import NOW_MS, SharedDatabase, add_organisation, add_user

WINDOW = {"start_time": "2026-03-01T00:00+08:00", "end_time": "2026-04-01T00:00+08:00"}
ONE_DAY = {"isAllDay": True, "start": {"date": "2026-03-10"}, "end": {"date": "2026-03-11"}}
INSTANT = timed("2026-03-10T14:00:00+08:00", "2026-03-10T14:00:00+08:00")
QUERY = "/v1.0/calendar/users/{}/querySchedule"
ILLEGAL = "PARAM ILLEGAL"


def schedule(app: App, *user_ids: str, **times: str) -> Any:
    """The entries that the SDK has, as JSON."""
    ids = list(user_ids) or [app.organizer.union_id]
    answer = app.ask("get_schedule", app.organizer.union_id, user_ids=ids, **(WINDOW | times))
    return answer.to_map()["scheduleInformation"]


def spans(app: App, user_id: str | None = None, **times: str) -> list[str]:
    """When somebody is busy, and how: `BUSY 03-10T14:00/03-10T15:00`."""
    (entry,) = schedule(app, user_id or app.organizer.union_id, **times)
    assert "error" not in entry
    return [f"{one['status']} {_short(one['start'])}/{_short(one['end'])}" for one in entry["scheduleItems"]]


def _short(time: Json) -> str:
    return str(time.get("dateTime") or time["date"])[5:16]


HOUR = "03-10T14:00/03-10T15:00"


def respond(app: App, event_id: str, response: str, user: str | None = None) -> None:
    path = app.path(event_id, user=user or app.colleague.union_id) + "/respond"
    assert app.call("POST", path, {"responseStatus": response}).status == 200


def remove(app: App, event_id: str) -> None:
    body = {"attendeesToRemove": [{"id": app.colleague.union_id}]}
    app.call("POST", app.path(event_id) + "/attendees/batchRemove", body)


ACTS: list[Any] = [
    pytest.param(lambda app, id_: None, f"BUSY {HOUR}", f"TENTATIVE {HOUR}", id="invited"),
    pytest.param(lambda app, id_: respond(app, id_, "accepted"), f"BUSY {HOUR}", f"BUSY {HOUR}", id="accepted"),
    pytest.param(
        lambda app, id_: respond(app, id_, "tentative"), f"BUSY {HOUR}", f"TENTATIVE {HOUR}", id="maybe"
    ),
    pytest.param(lambda app, id_: respond(app, id_, "declined"), f"BUSY {HOUR}", None, id="declined"),
    pytest.param(
        lambda app, id_: (respond(app, id_, "declined"), respond(app, id_, "needsAction")),
        f"BUSY {HOUR}", f"TENTATIVE {HOUR}", id="no longer declined",
    ),
    pytest.param(
        lambda app, id_: (respond(app, id_, "accepted"), app.update(id_, at("03-11T14:00"))),
        "BUSY 03-11T14:00/03-11T15:00", "TENTATIVE 03-11T14:00/03-11T15:00", id="moved: asked again",
    ),
    pytest.param(
        lambda app, id_: respond(app, id_, "declined", app.organizer.union_id),
        None, f"TENTATIVE {HOUR}", id="declined by the organizer",
    ),
    pytest.param(
        lambda app, id_: app.call("POST", app.path(id_) + "/cancel"), None, None, id="cancelled"
    ),
    pytest.param(lambda app, id_: app.delete(id_), None, None, id="deleted"),
    pytest.param(
        lambda app, id_: app.delete(id_, user=app.colleague.union_id), f"BUSY {HOUR}", None, id="left"
    ),
    pytest.param(remove, f"BUSY {HOUR}", None, id="removed"),
    pytest.param(lambda app, id_: app.update(id_, {"freeBusyStatus": "free"}), None, None, id="free"),
    pytest.param(
        lambda app, id_: app.call(
            "POST", app.path(id_) + "/transfer", {"newOrganizerId": app.colleague.union_id, "isExitCalendar": True}
        ),
        None, f"BUSY {HOUR}", id="handed over",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("act", "organizers", "colleagues"), ACTS)
@pytest.mark.parametrize("repeated", [False, True], ids=["single", "series"])
def test_what_an_event_takes(
    own_app: App, act: Callable[[App, str], Any], organizers: str | None, colleagues: str | None, repeated: bool
) -> None:  # fmt: skip
    rule = {"pattern": {"type": "daily"}, "range": {"type": "numbered", "numberOfOccurrences": 1}}
    draft: Json = {"attendees": [{"id": own_app.colleague.union_id}]}
    event_id = own_app.create(draft | ({"recurrence": rule} if repeated else {}))["id"]
    both = own_app.organizer.union_id, own_app.colleague.union_id
    before = [spans(own_app, one) for one in both]  # what is remembered of it is not believed

    act(own_app, event_id)

    assert before == [[f"BUSY {HOUR}"], [f"TENTATIVE {HOUR}"]]
    assert [spans(own_app, one) for one in both] == [[one] if one else [] for one in (organizers, colleagues)]


def test_occurrences(own_app: App) -> None:
    """Each as it is: moved, removed, cancelled, free, answered by itself; what was moved is asked again."""
    colleague = own_app.colleague.union_id
    series, ids = own_app.make_series(
        {
            "attendees": [{"id": colleague}],
            "recurrence": {
                "pattern": {"type": "daily"},
                "range": {"type": "numbered", "numberOfOccurrences": 8},
            },
        }
    )
    respond(own_app, series, "accepted")
    own_app.patch(ids[0], at("03-01T08:00"))
    own_app.delete(ids[1])
    own_app.call("POST", own_app.path(ids[2]) + "/cancel")
    own_app.patch(ids[3], {"freeBusyStatus": "free"})
    respond(own_app, ids[4], "declined")
    respond(own_app, ids[5], "tentative")
    own_app.delete(ids[6], user=colleague)

    found = spans(own_app, colleague)

    assert found == [
        "TENTATIVE 03-01T08:00/03-01T09:00", "TENTATIVE 03-06T10:00/03-06T11:00", "BUSY 03-08T10:00/03-08T11:00",
    ]  # fmt: skip
    assert [one[:10] for one in spans(own_app)] == [f"BUSY 03-0{day}" for day in (1, 5, 6, 7, 8)]


def test_who_is_on_one_occurrence(own_app: App) -> None:
    _, ids = own_app.make_series()

    own_app.patch(ids[3], {"attendees": [{"id": own_app.other.union_id}]})

    assert spans(own_app, own_app.other.union_id) == ["TENTATIVE 03-04T10:00/03-04T11:00"]


@pytest.mark.parametrize(
    ("draft", "start", "end", "found"),
    [
        pytest.param(at("03-10T14:00"), "2026-03-10T15:00:00+08:00", None, False, id="ends when it begins"),
        pytest.param(at("03-10T14:00"), "2026-03-10T14:59:59+08:00", None, True, id="ends after it begins"),
        pytest.param(at("03-10T14:00"), None, "2026-03-10T14:00:01+08:00", True, id="starts before its end"),
        pytest.param(at("03-10T14:00"), None, "2026-03-10T14:00:00+08:00", False, id="starts when it ends"),
        pytest.param(
            at("03-10T14:00"), "2026-03-10T14:20:00+08:00", "2026-03-10T14:40:00+08:00", True, id="runs, unclipped"
        ),
        pytest.param(INSTANT, "2026-03-10T06:00:00Z", "2026-03-10T06:00:01Z", True, id="of no length, first instant"),
        pytest.param(INSTANT, None, "2026-03-10T06:00:00Z", False, id="of no length, at its end"),
        pytest.param(INSTANT, "2026-03-10T06:00:01Z", None, False, id="of no length, before"),
        pytest.param(ONE_DAY, None, "2026-03-09T16:00:01Z", True, id="all day: from the user's midnight on"),
        pytest.param(ONE_DAY, None, "2026-03-09T16:00:00Z", False, id="all day: not before it"),
        pytest.param(ONE_DAY, "2026-03-10T15:59:59Z", None, True, id="all day: to the user's midnight"),
        pytest.param(ONE_DAY, "2026-03-10T16:00:00Z", None, False, id="all day: not after it"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("repeated", [False, True], ids=["single", "series"])
def test_window(
    own_app: App, draft: Json, start: str | None, end: str | None, found: bool, repeated: bool
) -> None:
    """start < endTime and end > startTime."""
    rule = {"pattern": {"type": "daily"}, "range": {"type": "numbered", "numberOfOccurrences": 1}}
    own_app.create(draft | ({"recurrence": rule} if repeated else {}))
    times = {"start_time": start, "end_time": end}

    assert len(spans(own_app, **{name: text for name, text in times.items() if text})) == found


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param("2026-03-10T14:20", "2026-03-10T14:30", id="no offset: Shanghai's"),
        pytest.param("2026-03-10T06:20:01.5Z", "2026-03-10T06:30:00,25Z", id="Z and fractions"),
        pytest.param("2026-03-10T14:20:01+0800", "2026-03-10T14:30+0800", id="+hhmm"),
        pytest.param("2026-03-10T02:20:01-04", "2026-03-10T14:30+08", id="+hh"),
    ],
)
def test_forms_of_times(own_app: App, start: str, end: str) -> None:
    own_app.create()

    assert spans(own_app, start_time=start, end_time=end) == [f"BUSY {HOUR}"]
    assert spans(own_app, start_time=end, end_time="2026-03-10T15:00+08:00") == [f"BUSY {HOUR}"]
    assert spans(own_app, start_time="2026-03-10T15:00+08:00", end_time="2026-03-10T15:00:01+08") == []


def test_whole_days_are_those_of_whom_is_asked_about(own_app: App, database: SharedDatabase) -> None:
    """Also once they move to another zone."""
    own_app.create(ONE_DAY | {"attendees": [{"id": own_app.colleague.union_id}]})
    night = {"start_time": "2026-03-10T00:30-05:00", "end_time": "2026-03-10T23:30-05:00"}
    morning = {"start_time": "2026-03-10T00:30+08:00", "end_time": "2026-03-10T01:00+08:00"}
    first = [spans(own_app, own_app.colleague.union_id, **times) for times in (night, morning)]
    corp_id, userid = own_app.server.corp_id, own_app.colleague.userid
    change = UserChange(zone="America/New_York")

    database.write(lambda tx: directory.set_user(tx, corp_id, userid, change, None, now_ms=NOW_MS))

    day = "TENTATIVE 03-10/03-11"
    assert first == [[day], [day]]
    assert [spans(own_app, own_app.colleague.union_id, **times) for times in (night, morning)] == [[day], []]


def test_times_as_they_are_told(own_app: App) -> None:
    """Sorted by start, then end; each in the event's own zone, whole days in UTC's name; neither clipped nor merged."""
    own_app.create(ONE_DAY)
    own_app.create(timed("2026-03-10T14:00:00+08:00", "2026-03-10T16:00:00+08:00"))
    own_app.create(timed("2026-03-10T02:00:00-04:00", "2026-03-10T02:30:00-04:00", "America/New_York"))

    (entry,) = schedule(own_app)

    assert entry == {
        "userId": own_app.organizer.union_id,
        "scheduleItems": [
            {
                "status": "BUSY",
                "start": {"date": "2026-03-10", "timeZone": "UTC"},
                "end": {"date": "2026-03-11", "timeZone": "UTC"},
            },
            {
                "status": "BUSY",
                "start": {"dateTime": "2026-03-10T02:00:00-04:00", "timeZone": "America/New_York"},
                "end": {"dateTime": "2026-03-10T02:30:00-04:00", "timeZone": "America/New_York"},
            },
            {
                "status": "BUSY",
                "start": {"dateTime": "2026-03-10T14:00:00+08:00", "timeZone": "Asia/Shanghai"},
                "end": {"dateTime": "2026-03-10T16:00:00+08:00", "timeZone": "Asia/Shanghai"},
            },
        ],
    }


def test_several_months(own_app: App) -> None:
    """In one list, what lies across the bounds of what is remembered told once."""
    own_app.create(
        timed("2026-01-05T22:00:00+08:00", "2026-01-08T02:00:00+08:00")
        | {"recurrence": {"pattern": {"type": "daily", "interval": 5}, "range": {"type": "noEnd"}}}
    )
    whole = {"start_time": "2026-02-01T00:00Z", "end_time": "2026-05-01T00:00Z"}

    days = [one.split("/")[0] for one in spans(own_app, **whole)]

    assert days == sorted(set(days))
    assert len(days) == 19
    assert spans(own_app, start_time="2026-03-01T00:00Z", end_time="2026-03-01T00:00:01Z") == []
    assert len(spans(own_app, start_time="2026-03-02T15:00Z", end_time="2026-03-02T15:00:01Z")) == 1


def test_people(own_app: App) -> None:
    """One entry for each, in the order of the request; who is nobody has an error of their own."""
    own_app.create({"attendees": [{"id": own_app.colleague.union_id}, {"email": "guest@example.org"}]})
    guest = own_app.list_events().events[0].attendees[2].id
    ids = [
        own_app.colleague.union_id,
        "nobody",
        own_app.organizer.union_id,
        guest,
        own_app.colleague.union_id,
    ]

    found = schedule(own_app, *ids)

    assert [one["userId"] for one in found] == ids[:4]
    assert [len(one["scheduleItems"]) for one in found] == [1, 0, 1, 0]
    assert [one.get("error") for one in found] == [None, "user not found", None, "user not found"]


def test_nothing_but_times(own_app: App) -> None:
    """Of an event with every member set."""
    own_app.full_event()

    reply = own_app.call("POST", QUERY.format(own_app.other.union_id), asking([own_app.colleague.union_id]))

    (entry,) = reply.json["scheduleInformation"]
    assert entry.keys() == {"userId", "scheduleItems"}
    assert len(entry["scheduleItems"]) == 22
    for item in entry["scheduleItems"]:
        assert item.keys() == {"status", "start", "end"}
        assert item["start"].keys() == item["end"].keys() == {"dateTime", "timeZone"}
    assert own_app.organizer.union_id not in reply.body.decode()


def asking(user_ids: Any = (), **changes: Any) -> Json:
    times = {"startTime": "2026-03-01T00:00:00Z", "endTime": "2026-04-01T00:00:00Z"}
    return {"userIds": list(user_ids)} | times | changes


@pytest.mark.parametrize(
    ("body", "description"),
    [
        pytest.param(asking(), "userIds: it is missing or empty", id="nobody"),
        pytest.param({}, "startTime: it is missing", id="nothing"),
        pytest.param(asking(["x"], userIds=None), "userIds: it is missing or empty", id="null"),
        pytest.param(asking(map(str, range(21))), "userIds: 21 people", id="21 people"),
        pytest.param(asking(["x", " "]), "userIds[1]: it is blank", id="blank id"),
        pytest.param(asking(["x"], endTime=None), "endTime: it is missing", id="no end"),
        pytest.param(asking(["x"], startTime="2026-03-01"), "startTime: expected an ISO 8601", id="a date"),
        pytest.param(asking(["x"], startTime="yesterday"), "startTime: expected an ISO 8601", id="no time"),
        pytest.param(
            asking(["x"], startTime="2026-02-30T00:00Z"), "startTime: no such date", id="no such day"
        ),
        pytest.param(asking(["x"], endTime="2026-03-01T00:00:00Z"), "endTime: it must lie after", id="empty"),
        pytest.param(
            asking(["x"], endTime="2026-02-01T00:00:00Z"), "endTime: it must lie after", id="backwards"
        ),
        pytest.param(asking(["x"], endTime="2026-05-30T00:00:01Z"), "longer than 90 days", id="too long"),
    ],
)
def test_illegal(app: App, body: Json, description: str) -> None:
    for path in (QUERY.format(app.organizer.union_id), QUERY.format("nobody")):
        assert_refused(app.call("POST", path, body), 400, "paramIllegal", ILLEGAL, description)


def test_what_is_just_legal(app: App) -> None:
    ids = [one.union_id for one in app.server.users[:20]]

    reply = app.call("POST", QUERY.format(ids[0]), asking(ids, endTime="2026-05-30T00:00:00Z"))

    assert len(reply.json["scheduleInformation"]) == 20


@pytest.mark.parametrize(
    ("user", "body", "code", "description"),
    [
        pytest.param("{user}", None, "Missingbody", "", id="no body"),
        pytest.param("{user}", b"[]", "invalidParameter", "body: expected object", id="an array"),
        pytest.param(
            "{user}", asking([7]), "invalidParameter", "userIds[0]: expected string", id="a number for an id"
        ),
        pytest.param(
            "nobody", asking(["x"]), "invalidParameter", "nobody here has the unionId", id="unknown user"
        ),
        pytest.param("user01", asking(["x"]), "invalidParameter", "it is a userid", id="a userid"),
        pytest.param("me", asking(["x"]), "invalidParameter", "me needs a user token", id="me"),
    ],
)
def test_refused_before_anything_is_looked_up(
    app: App, user: str, body: Any, code: str, description: str
) -> None:
    reply = app.call("POST", QUERY.format(user.format(user=app.organizer.union_id)), body)

    assert (reply.status, reply.json["code"]) == (400, code)
    assert description in reply.json.get("description", "")


def test_by_me(own_app: App, database: SharedDatabase) -> None:
    """The token's user asks; about others too. x-client-token means nothing to a read."""
    own_app.create({"attendees": [{"id": own_app.colleague.union_id}]})
    ids = [own_app.organizer.union_id, own_app.colleague.union_id]
    with refused(400, "invalidParameter", "me needs a user token"):
        own_app.ask("get_schedule_by_me", user_ids=ids, **WINDOW)
    expected = schedule(own_app, *ids)

    own_app.token = user_token(own_app, database, own_app.other.union_id)

    mine = own_app.ask("get_schedule_by_me", user_ids=ids, **WINDOW)
    assert mine.to_map()["scheduleInformation"] == expected
    body = asking(ids)
    first, again = (
        own_app.call("POST", "/v1.0/calendar/me/schedules/query", one, x_client_token="t")
        for one in (body, asking(ids[:1]))
    )
    assert first.json["scheduleInformation"] == expected
    assert again.json["scheduleInformation"] == expected[:1]
    assert own_app.call("POST", QUERY.format(own_app.other.union_id), body).body == first.body
    assert own_app.call("POST", QUERY.format("me"), body).body == first.body
    reply = own_app.call("POST", QUERY.format(own_app.organizer.union_id), body)
    assert (reply.status, reply.json["code"]) == (403, "permissionDenied")


def test_the_path_of_the_sample(own_app: App) -> None:
    own_app.create()
    path, body = QUERY.format(own_app.organizer.union_id), asking([own_app.organizer.union_id])

    sample = own_app.call("POST", path.replace("querySchedule", "getSchedule"), body)

    assert sample.json["scheduleInformation"][0]["scheduleItems"]
    assert sample.body == own_app.call("POST", path, body).body


def test_another_organisation(own_app: App, database: SharedDatabase) -> None:
    """Its people are nobody here, also to who has a grant of the right point."""

    def make(tx: Any) -> str:
        return add_user(tx, add_organisation(tx), "stranger").union_id

    stranger = database.write(make)

    assert schedule(own_app, stranger) == [
        {"userId": stranger, "error": "user not found", "scheduleItems": []}
    ]


def test_who_left(own_app: App, database: SharedDatabase) -> None:
    own_app.create({"attendees": [{"id": own_app.colleague.union_id}]})
    corp_id, userid = own_app.server.corp_id, own_app.colleague.userid
    first = schedule(own_app, own_app.colleague.union_id)

    database.write(lambda tx: directory.remove_user(tx, corp_id, userid, now_ms=own_app.server.clock()))

    assert len(first[0]["scheduleItems"]) == 1
    assert schedule(own_app, own_app.colleague.union_id)[0]["error"] == "user not found"


def test_an_answer_of_many_people_is_json(app: App) -> None:
    """As the page lays it out, byte for byte without spaces."""
    ids = [one.union_id for one in app.server.users[:5]]

    reply = call(app.server.endpoint, "POST", QUERY.format(ids[0]), {TOKEN: app.token}, asking(ids))

    assert reply.headers["content-type"] == "application/json;charset=utf-8"
    assert reply.body.decode() == json.dumps(reply.json, separators=(",", ":"), ensure_ascii=False)
