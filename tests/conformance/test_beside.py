"""Minutes, former ids and types of meeting (decision 59); and what another organisation gets of all this: nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from rili.actions import meetings
from rili.actions.sign_in import issue_token
from rili.model.ids import opaque_id
from rili.store import organisations
from rili.store.categories import Category
from tests.conformance.clients import App, Json, assert_refused, legacy_id, refused
from tests.people import SharedDatabase, add_app, add_organisation, add_user


def add_minutes(app: App, database: SharedDatabase, event_id: str, minutes_id: str, creator: str) -> None:
    corp_id = app.server.corp_id
    database.write(
        lambda tx: meetings.add_minutes(tx, corp_id, event_id, minutes_id, creator=creator, now_ms=0)
    )


def minutes(app: App, event_id: str, user: str | None = None, **query: Any) -> list[tuple[str, str]]:
    body = app.ask("list_ai_minutes", user or app.organizer.union_id, "primary", event_id, **query)
    return [(one.creator_user_id, one.minutes_id) for one in body.minutes or []]


def test_minutes(own_app: App, database: SharedDatabase) -> None:
    """Of a series and of one occurrence; one's own, and everybody's."""
    series_id, days = own_app.make_series({"attendees": [{"id": own_app.colleague.union_id}]})
    add_minutes(own_app, database, series_id, "m1", own_app.organizer.userid)
    add_minutes(own_app, database, series_id, "m2", own_app.colleague.userid)
    add_minutes(own_app, database, days[1], "m3", own_app.organizer.userid)
    organizer, colleague = own_app.organizer.union_id, own_app.colleague.union_id

    assert minutes(own_app, series_id) == minutes(own_app, series_id, fetch_all=False) == [(organizer, "m1")]
    assert minutes(own_app, series_id, colleague) == [(colleague, "m2")]
    assert minutes(own_app, series_id, fetch_all=True) == [(organizer, "m1"), (colleague, "m2")]
    assert minutes(own_app, days[1]) == [(organizer, "m3")]
    assert minutes(own_app, days[2], fetch_all=True) == []
    with refused(404, "itemNotFound"):
        minutes(own_app, series_id, own_app.other.union_id)
    own_app.delete(days[1])
    with refused(404, "instanceNotExist"):
        minutes(own_app, days[1])


def convert(app: App, legacy_ids: list[str], user: str | None = None) -> Any:
    body = app.ask("convert_legacy_event_id", user or app.organizer.union_id, legacy_event_ids=legacy_ids)
    return body.legacy_event_id_map


def test_former_ids(own_app: App) -> None:
    """Of what the user sees; others are left out."""
    seen, deleted = own_app.create()["id"], own_app.create()["id"]
    own_app.delete(deleted)
    asked = [
        legacy_id(seen),
        legacy_id(deleted),
        "0" * 32,
        "汉",
        legacy_id(seen).lower(),
        legacy_id(seen)[:-1],
    ]

    assert convert(own_app, asked) == {legacy_id(seen): seen}
    assert convert(own_app, asked, own_app.colleague.union_id) == {}
    assert convert(own_app, ["0" * 32] * 99 + [legacy_id(seen)]) == {legacy_id(seen): seen}


@pytest.mark.parametrize(
    ("body", "description"),
    [
        pytest.param({}, "legacyEventIds: it is missing", id="missing"),
        pytest.param({"legacyEventIds": ["0" * 32] * 101}, "101 are more than the 100", id="too many"),
        pytest.param({"legacyEventIds": [1]}, "legacyEventIds", id="a number"),
    ],
)
def test_former_ids_refused(own_app: App, body: Json, description: str) -> None:
    target = f"/v1.0/calendar/users/{own_app.organizer.union_id}/legacyEventIds/convert"

    reply = own_app.call("POST", target, body)

    assert_refused(reply, 400, "invalidParameter", reply.json["message"], description)


def test_former_ids_of_nobody(own_app: App) -> None:
    reply = own_app.call("POST", "/v1.0/calendar/users/x/legacyEventIds/convert", {"legacyEventIds": []})

    assert_refused(reply, 400, "invalidParameter", "User does not exist.", "nobody here has the unionId x")


class Strangers:
    """Another organisation on the same server: its app's token, and a person of it."""

    def __init__(self, app: App, database: SharedDatabase) -> None:
        self.token = opaque_id(os.urandom)

        def add(tx: Any) -> tuple[str, str]:
            corp_id = add_organisation(tx)
            person = add_user(tx, corp_id, "stranger")
            stored, _ = add_app(tx, corp_id)
            issue_token(tx, stored.app_key, new_token=self.token, now_ms=app.server.clock())
            meetings.add_category(tx, corp_id, Category("theirs", "Theirs"), now_ms=0)
            return corp_id, person.union_id

        self.corp_id, self.person = database.write(add)


@pytest.fixture
def strangers(own_app: App, database: SharedDatabase) -> Iterator[Strangers]:
    found = Strangers(own_app, database)
    yield found
    database.write(lambda tx: organisations.erase(tx, found.corp_id))


OPERATIONS = [
    pytest.param("POST", "{events}/{id}/cancel", None, id="CancelEvent"),
    pytest.param("POST", "{events}/{id}/transfer", {"newOrganizerId": "{colleague}"}, id="TransferEvent"),
    pytest.param("POST", "{events}/{id}/signin", None, id="SignIn"),
    pytest.param("POST", "{events}/{id}/checkIn", None, id="CheckIn"),
    pytest.param("POST", "{events}/{id}/signOut", None, id="SignOut"),
    pytest.param("GET", "{events}/{id}/signin?maxResults=9&type=sign_in", None, id="GetSignInList"),
    pytest.param("GET", "{events}/{id}/signOut?maxResults=9&type=sign_out", None, id="GetSignOutList"),
    pytest.param("GET", "{events}/{id}/signInLinks", None, id="GetSignInLink"),
    pytest.param("GET", "{events}/{id}/signOutLinks", None, id="GetSignOutLink"),
    pytest.param("GET", "{events}/{id}/minutes?fetchAll=true", None, id="ListAiMinutes"),
    pytest.param(
        "POST", "/v1.0/calendar/users/{user}/legacyEventIds/convert", {"legacyEventIds": ["{legacy}"]},
        id="ConvertLegacyEventId",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS)
def test_another_organisation(
    own_app: App, strangers: Strangers, method: str, path: str, body: Json | None
) -> None:
    """With its token, and our people's ids or its own: our events are not there, and nothing changes."""
    event_id = own_app.create({"attendees": [{"id": own_app.colleague.union_id}]})["id"]
    before = own_app.get(event_id)
    ours, own_app.token = own_app.token, strangers.token
    for user in (own_app.organizer.union_id, strangers.person):
        named = {"events": own_app.path(user=user), "id": event_id, "user": user}
        named |= {"colleague": own_app.colleague.union_id, "legacy": legacy_id(event_id)}
        sent = body and {
            name: [one.format(**named) for one in value] if isinstance(value, list) else value.format(**named)
            for name, value in body.items()
        }

        reply = own_app.call(method, path.format(**named), sent)

        if "legacy" in path and user == strangers.person:
            assert (reply.status, reply.json) == (200, {"legacyEventIdMap": {}})
        else:
            assert reply.status in (400, 404), reply.body
            assert reply.json["code"] in ("itemNotFound", "notInEvent", "invalidParameter")
    own_app.token = ours
    after = own_app.get(event_id)
    assert (after.body, after.headers["etag"]) == (before.body, before.headers["etag"])


def test_people_and_types_of_another_organisation(own_app: App, strangers: Strangers) -> None:
    event_id = own_app.create()["id"]

    reply = own_app.call("POST", own_app.path(event_id) + "/transfer", {"newOrganizerId": strangers.person})

    assert_refused(reply, 400, "invalidParameter", reply.json["message"], "newOrganizerId: nobody here")
    ours = own_app.ask("list_categories", "the SDK sends no user").categories
    assert ours
    assert "theirs" not in [one.open_category_id for one in ours]
    own_app.token = strangers.token
    theirs = own_app.ask("list_categories", "the SDK sends no user")
    assert [(one.open_category_id, one.display_name) for one in theirs.categories] == [("theirs", "Theirs")]
