"""AddAttendee, RemoveAttendee, ListAttendees, RespondEvent: who may, what is seen, what readers and syncs are told."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from alibabacloud_dingtalk.calendar_1_0 import models
from alibabacloud_tea_util.models import RuntimeOptions

from rili.actions import derived
from tests.conformance.backdoor import outbox
from tests.conformance.clients import App, Json, Reply, assert_refused, refused
from tests.conformance.test_sync import Reader
from tests.people import SharedDatabase

UNKNOWN = (404, "itemNotFound", "Event does not exist.")
TOO_MANY = "maxResults size must within range [0,500]"
GONE = (404, "instanceNotExist", "instance not exist")
DENIED = (403, "permissionDenied", "permission denied")


def post(app: App, event_id: str, what: str, body: Any, *, user: str | None = None, **headers: str) -> Reply:
    return app.call("POST", f"{app.path(event_id, user=user)}/{what}", body, **headers)


def add(app: App, event_id: str, *people: Json, **more: Any) -> Reply:
    return post(app, event_id, "attendees", {"attendeesToAdd": [*people]}, **more)


def remove(app: App, event_id: str, *people: Json, **more: Any) -> Reply:
    return post(app, event_id, "attendees/batchRemove", {"attendeesToRemove": [*people]}, **more)


def respond(app: App, event_id: str, answer: str, user: str, **more: Any) -> Reply:
    return post(app, event_id, "respond", {"responseStatus": answer}, user=user, **more)


def listed(app: App, event_id: str, *, query: str = "", user: str | None = None) -> Reply:
    return app.call("GET", f"{app.path(event_id, user=user)}/attendees{query}")


def answers(app: App, event_id: str) -> dict[str, str]:
    reply = listed(app, event_id)
    assert reply.status == 200, reply.body
    found = {one["id"]: one["responseStatus"] for one in reply.json["attendees"]}
    assert app.get(event_id).json["attendees"] == reply.json["attendees"]
    return found


def rows(event: Json) -> list[tuple[str, str, bool]]:
    return [(one["id"], one["responseStatus"], one["isOptional"]) for one in event["attendees"]]


@pytest.fixture
def event_id(own_app: App) -> str:
    """An event of the organizer's with one colleague."""
    return str(own_app.create({"attendees": [{"id": own_app.colleague.union_id}]})["id"])


def test_through_the_sdk(app: App) -> None:
    place = (app.organizer.union_id, "primary", app.create()["id"])
    token = {"x_acs_dingtalk_access_token": app.token}
    colleague, other = app.colleague.union_id, app.other.union_id
    to_add = [
        models.AddAttendeeRequestAttendeesToAdd(id=one, is_optional=one == other)
        for one in (colleague, other)
    ]

    app.calendar.add_attendee_with_options(
        *place,
        models.AddAttendeeRequest(attendees_to_add=to_add, push_notification=True, chat_notification=False),
        models.AddAttendeeHeaders(**token),
        RuntimeOptions(),
    )
    app.calendar.respond_event_with_options(
        colleague, *place[1:], models.RespondEventRequest(response_status="tentative"),
        models.RespondEventHeaders(**token, x_client_token=place[2]), RuntimeOptions(),
    )  # fmt: skip
    app.calendar.remove_attendee_with_options(
        *place,
        models.RemoveAttendeeRequest(
            attendees_to_remove=[models.RemoveAttendeeRequestAttendeesToRemove(id=other)]
        ),
        models.RemoveAttendeeHeaders(**token),
        RuntimeOptions(),
    )
    page = app.ask("list_attendees", *place, max_results=1, next_token="0")
    rest = app.ask("list_attendees", *place, next_token=page.next_token)

    assert [one.to_map() for one in (*page.attendees, *rest.attendees)] == [
        {
            "id": one.union_id, "displayName": one.name, "responseStatus": response,
            "self": one is app.organizer, "isOptional": False,
        }
        for one, response in ((app.organizer, "accepted"), (app.colleague, "tentative"))
    ]  # fmt: skip
    assert rest.next_token is None
    with refused(400, "invalidParameter.maxResults", message="maxResults size must within range [0,500]"):
        app.ask("list_attendees", *place, max_results=501)


def test_adding_again_keeps_the_answer(own_app: App, event_id: str) -> None:
    colleague = own_app.colleague.union_id
    respond(own_app, event_id, "accepted", colleague)

    assert add(own_app, event_id, {"id": colleague, "isOptional": True}).json == {}

    me = own_app.get(event_id).json["attendees"][1]
    assert (me["responseStatus"], me["isOptional"]) == ("accepted", True)


def test_by_mail(app: App) -> None:
    """A colleague's address is the colleague; a guest is taken off by either name (decision 4)."""
    event_id = app.create()["id"]

    assert (
        add(
            app, event_id, {"email": app.colleague.email.upper()}, {"email": "A@x.org"}, {"email": "b@x.org"}
        ).status
        == 200
    )

    people = app.get(event_id).json["attendees"]
    assert people[1]["id"] == app.colleague.union_id
    assert [one.get("email") for one in people[2:]] == ["A@x.org", "b@x.org"]
    assert (
        remove(app, event_id, {"email": "a@X.org"}, {"id": people[3]["id"]}, {"email": "no@x.org"}).json == {}
    )
    assert len(answers(app, event_id)) == 2


BAD: list[Any] = [
    pytest.param("attendees", {}, "attendeesToAdd: it is missing or empty", id="nobody to add"),
    pytest.param("attendees", {"attendeesToAdd": []}, "attendeesToAdd: it is missing or empty", id="an empty list"),
    pytest.param("attendees", {"attendeesToAdd": [{"id": "x"}]}, "attendeesToAdd[0].id: nobody here", id="unknown id"),
    pytest.param("attendees", {"attendeesToAdd": [{}]}, "attendeesToAdd[0]: it needs an id", id="nobody named"),
    pytest.param("attendees", {"attendeesToAdd": [{"email": "x"}]}, "attendeesToAdd[0].email", id="no mail address"),
    pytest.param("attendees", {"attendeesToAdd": [{"id": "x"}] * 501}, "attendeesToAdd: 501 people", id="add 501"),
    pytest.param(
        "attendees/batchRemove", {"attendeesToRemove": [{"id": "x"}] * 501}, "attendeesToRemove: 501 people",
        id="remove 501",
    ),
    pytest.param("attendees/batchRemove", {"attendeesToRemove": [{}]}, "attendeesToRemove[0]", id="nobody to remove"),
    pytest.param("respond", {}, "responseStatus: it is missing", id="no answer"),
    pytest.param("respond", {"responseStatus": "maybe"}, "responseStatus", id="unknown answer"),
    pytest.param("respond", {"responseStatus": 1}, "responseStatus", id="a number for an answer"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "body", "description"), BAD)
def test_bad_input(own_app: App, event_id: str, what: str, body: Json, description: str) -> None:
    """Refused with the reason, and nothing changed."""
    before = own_app.get(event_id)

    reply = post(own_app, event_id, what, body)

    assert_refused(reply, 400, "invalidParameter", reply.json["message"], description)
    after = own_app.get(event_id)
    assert (after.body, after.headers["etag"]) == (before.body, before.headers["etag"])


@pytest.mark.parametrize("what", ["attendees", "attendees/batchRemove", "respond"])
def test_no_body(own_app: App, event_id: str, what: str) -> None:
    assert_refused(
        post(own_app, event_id, what, None), 400, "Missingbody", "body is mandatory for this action."
    )


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        pytest.param(f"?maxResults={text}", "invalidParameter.maxResults", TOO_MANY, id=text)
        for text in ("501", "-1", "x", "9999999999")
    ]
    + [pytest.param("?nextToken=x", "invalidParameter", None, id="no token of ours")],
)  # fmt: skip
def test_bad_list(own_app: App, event_id: str, query: str, code: str, message: str | None) -> None:
    reply = listed(own_app, event_id, query=query)

    assert_refused(reply, 400, code, message or reply.json["message"])


@pytest.mark.parametrize(
    ("calendar", "event", "code", "message"),
    [
        pytest.param(
            "%20", "x", "invalidParameter.event.calendarId", "CalendarId cannot be blank", id="calendar"
        ),
        pytest.param(
            "primary", "%20", "invalidParameter.event.eventId", "eventId cannot be blank", id="event"
        ),
    ],
)
def test_blanks_in_the_path_of_a_list(app: App, calendar: str, event: str, code: str, message: str) -> None:
    reply = app.call("GET", f"{app.path(event, calendar=calendar)}/attendees")

    assert_refused(reply, 400, code, message)


def test_a_token_is_for_one_event(own_app: App, event_id: str) -> None:
    token = listed(own_app, event_id, query="?maxResults=1").json["nextToken"]
    another = own_app.create({"attendees": [{"id": own_app.colleague.union_id}]})["id"]

    reply = listed(own_app, another, query=f"?nextToken={token}")

    assert_refused(reply, 400, "invalidParameter", reply.json["message"], "begin again")


def test_a_page_of_nobody(own_app: App, event_id: str) -> None:
    page = listed(own_app, event_id, query="?maxResults=0").json

    assert page["attendees"] == []
    assert (
        listed(own_app, event_id, query=f"?nextToken={page['nextToken']}").json["attendees"]
        == (own_app.get(event_id).json["attendees"])
    )


def test_who_may(own_app: App, event_id: str) -> None:
    """The organizer; with allowAttendeeAddParticipants any attendee may add, and nobody else may remove."""
    colleague, other = own_app.colleague.union_id, own_app.other.union_id
    named = f"Only the organizer, {own_app.organizer.union_id}"
    assert_refused(add(own_app, event_id, {"id": other}, user=colleague), *DENIED, named)
    assert_refused(add(own_app, event_id, {"id": other}, user=other), *UNKNOWN)

    own_app.update(event_id, {"eventConfig": {"allowAttendeeAddParticipants": True}})

    assert_refused(add(own_app, event_id, {"id": other}, user=other), *UNKNOWN)
    assert add(own_app, event_id, {"id": other}, user=colleague).status == 200
    assert_refused(remove(own_app, event_id, {"id": other}, user=colleague), *DENIED, named)
    assert remove(own_app, event_id, {"id": other}).status == 200
    organizer = {"id": own_app.organizer.union_id}
    reply = remove(own_app, event_id, {"id": colleague}, organizer)
    assert_refused(reply, 400, "invalidParameter", reply.json["message"], "the organizer cannot be removed")
    assert list(answers(own_app, event_id)) == [organizer["id"], colleague]


def test_removing_who_is_not_there_changes_nothing(own_app: App, event_id: str) -> None:
    before = own_app.get(event_id).headers["etag"]

    assert remove(own_app, event_id, {"id": own_app.other.union_id}, {"id": "nobody"}).json == {}
    assert remove(own_app, event_id).json == {}

    assert own_app.get(event_id).headers["etag"] == before


def test_who_was_removed_has_it_no_longer(own_app: App, event_id: str) -> None:
    colleague = own_app.colleague.union_id

    remove(own_app, event_id, {"id": colleague})

    assert_refused(own_app.get(event_id, user=colleague), *GONE)
    assert_refused(respond(own_app, event_id, "accepted", colleague), *UNKNOWN)


@pytest.mark.parametrize("answer", ["needsAction", "accepted", "declined", "tentative"])
def test_answers(own_app: App, event_id: str, answer: str) -> None:
    """Of an attendee, and of the organizer; the version moves with each."""
    before = own_app.get(event_id).headers["etag"]

    for user in (own_app.colleague.union_id, own_app.organizer.union_id):
        assert respond(own_app, event_id, answer, user).json == {}
        after = own_app.get(event_id).headers["etag"]
        assert after != before
        before = after

    assert set(answers(own_app, event_id).values()) == {answer}


def test_versions_and_tokens(own_app: App, event_id: str) -> None:
    """If-Match names the version that must still be; a token that was used changes nothing again."""
    colleague, other = own_app.colleague.union_id, {"id": own_app.other.union_id}
    stale = own_app.get(event_id).headers["etag"]
    token = f"attendees-{event_id}"

    assert add(own_app, event_id, other, if_match=stale, x_client_token=token).status == 200
    for refused_one in (
        add(own_app, event_id, other, if_match=stale),
        remove(own_app, event_id, other, if_match=stale),
        respond(own_app, event_id, "accepted", colleague, if_match=stale),
    ):
        assert refused_one.status == 412
    remove(own_app, event_id, other)
    assert add(own_app, event_id, other, if_match=stale, x_client_token=token).status == 200
    assert list(answers(own_app, event_id)) == [own_app.organizer.union_id, colleague]


@pytest.mark.parametrize("bring_back", ["answer", "add"])
@pytest.mark.parametrize("kind", ["single", "series", "occurrence"])
def test_coming_back(own_app: App, kind: str, bring_back: str) -> None:
    """Who had left has it again once they answer, or are added again (decisions 13, 55)."""
    colleague = own_app.colleague.union_id
    people = {"attendees": [{"id": colleague}]}
    if kind == "single":
        here = own_app.create(people)["id"]
    else:
        series, days = own_app.make_series(people)
        here = series if kind == "series" else days[1]
    reader = Reader(own_app, colleague)
    own_app.delete(here, user=colleague)
    assert own_app.get(here, user=colleague).status == 404
    reader.sync()

    if bring_back == "answer":
        assert respond(own_app, here, "tentative", colleague).status == 200
    else:
        assert add(own_app, here, {"id": colleague}).status == 200

    assert own_app.get(here, user=colleague).status == 200
    assert answers(own_app, here)[colleague] == ("tentative" if bring_back == "answer" else "needsAction")
    reader.sync()
    reader.check()


def test_one_occurrence(own_app: App) -> None:
    """Adding, answering and removing there leave the others as they are; who is there alone sees that one only."""
    colleague, other = own_app.colleague.union_id, own_app.other.union_id
    series, days = own_app.make_series({"attendees": [{"id": colleague}]})

    assert add(own_app, days[1], {"id": other}, {"id": colleague, "isOptional": True}).status == 200
    assert respond(own_app, days[1], "accepted", other).status == 200
    assert respond(own_app, days[2], "declined", colleague).status == 200
    assert remove(own_app, days[3], {"id": colleague}).status == 200

    organizer = own_app.organizer.union_id
    assert answers(own_app, days[1]) == {organizer: "accepted", colleague: "needsAction", other: "accepted"}
    assert answers(own_app, days[2]) == {organizer: "accepted", colleague: "declined"}
    assert answers(own_app, days[3]) == {organizer: "accepted"}
    assert (
        answers(own_app, series)
        == answers(own_app, days[0])
        == {organizer: "accepted", colleague: "needsAction"}
    )
    assert own_app.get(days[3], user=colleague).status == 404
    assert_refused(listed(own_app, series, user=other), *UNKNOWN)
    assert len(listed(own_app, days[1], user=other).json["attendees"]) == 3
    for elsewhere in (series, days[0]):
        assert_refused(respond(own_app, elsewhere, "accepted", other), *UNKNOWN)
    assert remove(own_app, days[1], {"id": other}).status == 200
    assert own_app.get(days[1], user=other).status == 404
    assert add(own_app, days[3], {"id": colleague}).status == 200
    assert own_app.get(days[3], user=colleague).status == 200


def test_pages_of_an_occurrence(own_app: App) -> None:
    """Page by page the same as at once, whoever has a place of their own there."""
    colleague, other = own_app.colleague.union_id, own_app.other.union_id
    series, days = own_app.make_series({"attendees": [{"id": colleague}]})
    add(own_app, days[1], {"id": other}, {"email": "g1@x.org"}, {"email": "g2@x.org"})
    remove(own_app, days[1], {"id": colleague})
    add(own_app, days[1], {"id": colleague})
    add(own_app, series, *({"email": f"h{number}@x.org"} for number in range(5)))
    add(own_app, series, {"id": other})
    whole = listed(own_app, days[1]).json["attendees"]
    assert len(whole) == 10

    for size in (1, 2, 3, 9):
        found: list[Json] = []
        token: str | None = "0"
        while token is not None:
            page = listed(own_app, days[1], query=f"?maxResults={size}&nextToken={token}").json
            assert len(page["attendees"]) <= size
            found += page["attendees"]
            token = page["nextToken"]
        assert found == whole
        shown = own_app.get(days[1], query=f"?maxAttendees={size}").json["attendees"]
        instances = own_app.call("GET", f"{own_app.path(series)}/instances?maxAttendees={size}").json[
            "events"
        ]
        assert shown == next(one["attendees"] for one in instances if one["id"] == days[1]) == whole[:size]


Act = Callable[[App, str, list[str]], Reply]
ACTS: dict[str, Act] = {
    "answer": lambda app, event, _: respond(app, event, "declined", app.colleague.union_id),
    "answer on one": lambda app, _, days: respond(app, days[1], "accepted", app.colleague.union_id),
    "answer on one again": lambda app, _, days: respond(app, days[1], "tentative", app.colleague.union_id),
    "add": lambda app, event, _: add(app, event, {"id": app.other.union_id}),
    "add on one": lambda app, _, days: add(app, days[2], {"email": "g@x.org"}, {"id": app.other.union_id}),
    "remove on one": lambda app, _, days: remove(app, days[1], {"id": app.colleague.union_id}),
    "add again on one": lambda app, _, days: add(app, days[1], {"id": app.colleague.union_id}),
    "leave one": lambda app, _, days: app.delete(days[2], user=app.other.union_id),
    "answer on one after leaving": lambda app, _, days: respond(app, days[2], "accepted", app.other.union_id),
    "remove": lambda app, event, _: remove(app, event, {"id": app.other.union_id}),
    "remove again": lambda app, event, _: remove(app, event, {"id": app.colleague.union_id}),
}


def test_readers_and_syncs_are_told(own_app: App, database: SharedDatabase) -> None:
    """After each change everybody's sync knows what a new reader reads, and every answer is what the database holds."""
    users = [one.union_id for one in (own_app.organizer, own_app.colleague, own_app.other)]
    people = {"attendees": [{"id": own_app.colleague.union_id}]}
    single = own_app.create(people)["id"]
    series, days = own_app.make_series(people)
    own_app.server.clock.advance(days=3)
    own_app.token = own_app.sign_in()
    readers = [Reader(own_app, user) for user in users]
    for event in (series, single):
        for name, act in ACTS.items():
            if event is single and ("on one" in name or name == "leave one"):
                continue
            reply = act(own_app, event, days)
            assert reply.status == 200, (name, reply.body)
            for reader in readers:
                reader.sync()
                reader.check()
                for id_, shown in reader.copy.items():
                    assert rows(own_app.get(id_, user=reader.user).json) == rows(shown), name
            for one in (event, *days):
                answers(own_app, one)
    corp_id = own_app.server.corp_id
    assert [
        line for line in database.read(derived.check) if f"{series} of {corp_id}" in line or single in line
    ] == []


def test_what_is_announced(own_app: App, event_id: str, database: SharedDatabase) -> None:
    """Those whom it concerns, and not everybody (decision 54)."""
    organizer, colleague, other = (
        one.union_id for one in (own_app.organizer, own_app.colleague, own_app.other)
    )
    body = {"attendeesToAdd": [{"id": other}], "pushNotification": False}
    post(own_app, event_id, "attendees", body)
    respond(own_app, event_id, "accepted", colleague)
    remove(own_app, event_id, {"id": other})

    _, added, answered, removed = outbox(own_app, database, event_id)

    assert (added["recipients"], added["joined"]) == ([organizer, other], [other])
    assert added["switches"] == {"pushNotification": "false"}
    assert (answered["recipients"], answered["response"]) == ([organizer, colleague], "accepted")
    assert (removed["recipients"], removed["left"]) == ([organizer, other], [other])
    assert json.loads(json.dumps(answered["after"]))["id"] == event_id
