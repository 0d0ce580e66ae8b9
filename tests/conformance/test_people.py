"""`attendees` of an update: who is meant, who stays, who has to answer again, how many may be named."""

from __future__ import annotations

from typing import Any

import pytest

from rili.model.event import Event
from rili.model.people import Attendee
from rili.store import attendees, events, guests
from rili.store.db import Tx
from rili.testing import START
from tests.conformance.clients import ZONE, App, Json, assert_refused, timed
from tests.people import SharedDatabase

NOW_MS = round(START.timestamp() * 1000)


def rows(event: Json) -> list[tuple[str, str, bool]]:
    return [(one["id"], one["responseStatus"], one["isOptional"]) for one in event["attendees"]]


def test_by_union_id(app: App) -> None:
    event_id = app.create()["id"]
    wanted = [{"id": app.colleague.union_id, "isOptional": True}, {"id": app.other.union_id}]

    answer = app.patch(event_id, {"attendees": wanted}).body

    organizer = app.organizer
    assert [one.to_map() for one in answer.attendees] == [
        row(organizer.union_id, organizer.name, "accepted", self=True),
        row(app.colleague.union_id, app.colleague.name, isOptional=True),
        row(app.other.union_id, app.other.name),
    ]
    assert answer.organizer.to_map() == {
        "id": organizer.union_id, "displayName": organizer.name, "responseStatus": "accepted", "self": True,
    }  # fmt: skip


def row(id_: str, name: str, response: str = "needsAction", **members: Any) -> Json:
    return {
        "id": id_, "displayName": name, "responseStatus": response, "self": False, "isOptional": False,
    } | members  # fmt: skip


def test_self_is_the_path_user(app: App) -> None:
    event_id = app.create({"attendees": [{"id": app.colleague.union_id}]})["id"]

    seen = app.get(event_id, user=app.colleague.union_id).json

    assert [one["self"] for one in seen["attendees"]] == [False, True]
    assert seen["organizer"]["self"] is False


@pytest.mark.parametrize("spelled", [str, str.upper], ids=["as it is", "in capitals"])
def test_a_colleague_by_mail(app: App, spelled: Any) -> None:
    """The mail address of a colleague is the colleague (decision 4)."""
    event_id = app.create()["id"]

    app.patch(event_id, {"attendees": [{"email": spelled(app.colleague.email)}]})

    assert app.get(event_id).json["attendees"][1] == row(app.colleague.union_id, app.colleague.name)


def test_a_guest_by_mail(app: App) -> None:
    """Anybody else is a guest with an id of ours, known again without case, and accepted back by either."""
    event_id = app.create()["id"]
    app.patch(event_id, {"attendees": [{"email": "Ann.Other@Example.org", "isOptional": True}]})
    guest = app.get(event_id).json["attendees"][1]
    assert guest == row(guest["id"], "Ann.Other@Example.org", isOptional=True, email="Ann.Other@Example.org")
    assert guest["id"].isalnum()

    other_id = app.create()["id"]
    for named in ({"email": "ann.other@EXAMPLE.ORG"}, {"id": guest["id"]}):
        app.patch(event_id, {"attendees": [named]})
        app.patch(other_id, {"attendees": [named]})
        for one in (event_id, other_id):
            assert app.get(one).json["attendees"][1] == guest | {"isOptional": False}


def test_one_person_named_twice(app: App) -> None:
    """Counts once, as named first; the organizer is there already."""
    event_id = app.create()["id"]
    colleague = app.colleague

    app.patch(
        event_id,
        {
            "attendees": [
                {"id": app.organizer.union_id, "isOptional": True},
                {"id": colleague.union_id, "isOptional": True},
                {"email": colleague.email},
                {"email": "twice@example.org"},
                {"email": "TWICE@example.org"},
            ]
        },
    )

    seen = app.get(event_id).json["attendees"]
    assert [(one["displayName"], one["isOptional"]) for one in seen] == [
        (app.organizer.name, False), (colleague.name, True), ("twice@example.org", False),
    ]  # fmt: skip


def test_list_is_replaced(app: App) -> None:
    """Who is not named leaves, but for the organizer; `[]` leaves nobody else (decision 3)."""
    colleague, other = app.colleague.union_id, app.other.union_id
    event_id = app.create({"attendees": [{"id": colleague}, {"email": "g@example.org"}]})["id"]

    app.patch(event_id, {"attendees": [{"id": other}]})
    assert [id_ for id_, *_ in rows(app.get(event_id).json)] == [app.organizer.union_id, other]
    assert_refused(app.get(event_id, user=colleague), 404, "instanceNotExist", "instance not exist")
    assert app.get(event_id, user=other).status == 200

    app.patch(event_id, {"attendees": []})
    assert rows(app.get(event_id).json) == [(app.organizer.union_id, "accepted", False)]
    assert app.get(event_id, user=other).status == 404


def test_optional_can_change(app: App) -> None:
    person = {"id": app.colleague.union_id}
    event_id = app.create({"attendees": [person]})["id"]

    for optional in (True, False):
        app.patch(event_id, {"attendees": [person | {"isOptional": optional}]})
        assert rows(app.get(event_id).json)[1] == (person["id"], "needsAction", optional)


@pytest.mark.parametrize(
    ("kind", "description"),
    [
        pytest.param("nobody", "attendees[1].id: nobody here has the unionId nobody", id="nobody"),
        pytest.param("userid", "it is a userid, and /topapi/v2/user/get tells its unionId", id="a userid"),
        pytest.param("email", "it is a mail address, and a unionId is needed", id="a mail address"),
        pytest.param(
            "mobile",
            "it is a mobile number, and /topapi/v2/user/getbymobile tells whose",
            id="a mobile number",
        ),
    ],
)
def test_unknown_people(app: App, kind: str, description: str) -> None:
    event = app.create()
    wrong = getattr(app.other, kind, kind)

    reply = app.update(event["id"], {"attendees": [{"id": app.colleague.union_id}, {"id": wrong}]})

    assert_refused(reply, 400, "invalidParameter", reply.json["message"], description)
    assert app.get(event["id"]).json == event


@pytest.mark.parametrize(
    ("attendee", "description"),
    [
        pytest.param({}, "attendees[0]: it needs an id", id="neither"),
        pytest.param({"isOptional": True}, "attendees[0]: it needs an id", id="only isOptional"),
        pytest.param({"email": "somebody"}, "attendees[0].email: expected a mail address", id="no address"),
        pytest.param({"id": 7}, "attendees[0].id: expected", id="number"),
    ],
)
def test_nobody_is_named(app: App, attendee: Json, description: str) -> None:
    reply = app.update(app.create()["id"], {"attendees": [attendee]})

    assert_refused(reply, 400, "invalidParameter", reply.json["message"], description)


# Answers (decisions 3, 11)

RULE = {"pattern": {"type": "daily", "interval": 1}, "range": {"type": "endDate", "endDate": "2026-06-30"}}


@pytest.mark.parametrize(
    ("change", "asked_again"),
    [
        pytest.param({"summary": "Moved"}, False, id="title"),
        pytest.param(
            {"location": {"displayName": "Room 2"}, "reminders": []}, False, id="place and reminders"
        ),
        pytest.param(
            timed("2026-03-10T14:00:00+08:00", "2026-03-10T15:00:00+08:00"), False, id="the same time"
        ),
        pytest.param(timed("2026-03-10T06:00:00Z", "2026-03-10T07:00Z"), False, id="the same time in UTC"),
        pytest.param({"recurrence": RULE}, False, id="the same rule"),
        pytest.param(
            {"start": {"dateTime": "2026-03-10T14:15:00+08:00", "timeZone": ZONE}}, True, id="start"
        ),
        pytest.param({"end": {"dateTime": "2026-03-10T15:15:00+08:00", "timeZone": ZONE}}, True, id="end"),
        pytest.param(
            timed("2026-03-10T14:00:00+08:00", "2026-03-10T15:00:00+08:00", "Asia/Singapore"), True, id="zone"
        ),
        pytest.param({"recurrence": {"pattern": {"type": "daily", "interval": 2}}}, True, id="rule"),
        pytest.param(
            {"isAllDay": True, "start": {"date": "2026-03-10"}, "end": {"date": "2026-03-11"}},
            True,
            id="all day",
        ),
    ],
)
def test_who_must_answer_again(app: App, database: SharedDatabase, change: Json, asked_again: bool) -> None:
    """Everybody but the organizer, when start, end, zone or rule really changed."""
    colleague, other = app.colleague.union_id, app.other.union_id
    event_id = app.create({"attendees": [{"id": colleague}, {"id": other}], "recurrence": RULE})["id"]
    answer(app, database, event_id, {colleague: "accepted", other: "tentative"})

    answered = app.update(event_id, change).json

    expected = ["accepted", *(["needsAction"] * 2 if asked_again else ["accepted", "tentative"])]
    assert [response for _, response, _ in rows(answered)] == expected
    assert [response for _, response, _ in rows(app.get(event_id).json)] == expected


def test_who_stays_keeps_the_answer(app: App, database: SharedDatabase) -> None:
    colleague, other = app.colleague.union_id, app.other.union_id
    event_id = app.create({"attendees": [{"id": colleague}, {"id": other}]})["id"]
    answer(app, database, event_id, {colleague: "declined", other: "accepted"})

    app.patch(event_id, {"attendees": [{"email": "g@example.org"}, {"id": colleague, "isOptional": True}]})

    assert rows(app.get(event_id).json)[1] == (colleague, "declined", True)


def answer(app: App, database: SharedDatabase, event_id: str, responses: dict[str, Any]) -> None:
    """Write people's answers: no operation is offered for it yet."""

    def write(tx: Tx) -> None:
        for person_id, response in responses.items():
            tx.queue(
                "UPDATE attendees SET response = :response WHERE event_id = :event_id AND person_id = :person_id",
                event_id=event_id,
                person_id=person_id,
                response=response,
            )

    database.write(write)


def stored(tx: Tx, app: App, event_id: str) -> Event:
    found = events.in_calendar(tx, app.server.corp_id, app.organizer.union_id, None, event_id, lock=True)
    assert found is not None
    return found.event


# How many (decisions 3, 15)


def mails(count: int) -> list[Json]:
    return [{"email": f"guest{number}@example.org"} for number in range(count)]


def test_500_in_one_body(app: App) -> None:
    event_id = app.create()["id"]

    answer = app.patch(event_id, {"attendees": mails(500)}).body

    # With the organizer they are 501, and up to 500 are answered.
    assert len(answer.attendees) == 500
    assert answer.attendees[0].id == app.organizer.union_id
    assert len(app.get(event_id, query="?maxAttendees=500").json["attendees"]) == 500


@pytest.mark.parametrize("operation", ["create", "update"])
def test_501_in_one_body(app: App, operation: str) -> None:
    event = app.create()

    if operation == "create":
        draft = {name: event[name] for name in ("summary", "start", "end")}
        reply = app.call("POST", app.path(), draft | {"attendees": mails(501)})
    else:
        reply = app.update(event["id"], {"attendees": mails(501)})

    assert_refused(reply, 400, "invalidParameter", reply.json["message"], "attendees")
    assert app.get(event["id"]).json == event


@pytest.fixture
def crowded(app: App, database: SharedDatabase) -> str:
    """An event of 502 people, as adding them in several calls would make it."""
    event_id = app.create()["id"]

    def add(tx: Tx) -> None:
        emails = [f"crowd{number}@example.org" for number in range(501)]
        number = iter(range(501))
        ids = guests.find_or_add(
            tx, app.server.corp_id, emails, NOW_MS, lambda: f"crowd{next(number):03d}{event_id[:8]}"
        )
        people = [
            Attendee(ids[email], email, email=email, place=place)
            for place, email in enumerate(emails, start=1)
        ]
        attendees.add(tx, stored(tx, app, event_id), people)

    database.write(add)
    return event_id


def test_a_list_that_cannot_be_named_whole_is_not_replaced(app: App, crowded: str) -> None:
    before = app.get(crowded, query="?maxAttendees=500").json

    for people in ([], [{"id": app.colleague.union_id}]):
        reply = app.update(crowded, {"attendees": people})
        assert_refused(
            reply, 400, "invalidParameter", reply.json["message"],
            "add and remove them with POST .../attendees and POST .../attendees/batchRemove",
        )  # fmt: skip
    assert app.get(crowded, query="?maxAttendees=500").json == before

    changed = app.update(crowded, {"summary": "All hands"})
    assert changed.status == 200
    assert len(changed.json["attendees"]) == 500


@pytest.mark.parametrize(
    ("query", "count"),
    [
        pytest.param("", 100, id="default"),
        pytest.param("?maxAttendees=", 100, id="empty"),
        pytest.param("?maxAttendees=0", 0, id="0"),
        pytest.param("?maxAttendees=1", 1, id="1"),
        pytest.param("?maxAttendees=500", 500, id="500"),
    ],
)
def test_max_attendees(app: App, crowded: str, query: str, count: int) -> None:
    seen = app.get(crowded, query=query).json

    assert len(seen["attendees"]) == count
    assert seen["organizer"]["id"] == app.organizer.union_id


@pytest.mark.parametrize("value", ["501", "-1", "x", "1.5", "١", "99999999999999999999"])
def test_max_attendees_refused(app: App, value: str) -> None:
    event_id = app.create()["id"]
    value = "".join(f"%{byte:02X}" for byte in value.encode())

    reply = app.get(event_id, query=f"?maxAttendees={value}")

    assert_refused(
        reply, 400, "invalidParameter", reply.json["message"], "maxAttendees: expected a number from 0 to 500"
    )
