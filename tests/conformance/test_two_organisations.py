"""Operations on people with another organisation's token, ids and people: nothing is seen, nothing is changed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from rili.api.router import Route
from rili.api.routes import ROUTES
from rili.testing import Rili
from rili.web.routes import PAGES
from tests.conformance.clients import HOUR, TOKEN, App, Json, Reply, call
from tests.conformance.firm import Firm
from tests.people import SharedDatabase, add_app, add_organisation, add_user


class Stranger(NamedTuple):
    """An administrator of another organisation, with its app's token."""

    union_id: str
    token: str


@pytest.fixture
def stranger(app: App, database: SharedDatabase) -> Stranger:
    def make(tx: Any) -> tuple[str, str, str]:
        corp_id = add_organisation(tx)
        union_id = add_user(tx, corp_id, f"s{os.urandom(4).hex()}", admin=True).union_id
        other, secret = add_app(tx, corp_id)
        return union_id, other.app_key, secret

    union_id, app_key, secret = database.write(make)
    body = {"appKey": app_key, "appSecret": secret}
    token = call(app.server.endpoint, "POST", "/v1.0/oauth2/accessToken", body=body).json["accessToken"]
    return Stranger(union_id, token)


OPERATIONS: list[tuple[str, str, Json | None]] = [
    ("POST", "/attendees", {"attendeesToAdd": [{"id": "{theirs}"}]}),
    ("POST", "/attendees/batchRemove", {"attendeesToRemove": [{"id": "{colleague}"}]}),
    ("POST", "/respond", {"responseStatus": "declined"}),
    ("GET", "/attendees", None),
]


@pytest.mark.parametrize("user", ["theirs", "organizer", "colleague"])
@pytest.mark.parametrize(
    ("method", "path", "body"), [pytest.param(*one, id=f"{one[0]} {one[1]}") for one in OPERATIONS]
)
@pytest.mark.parametrize("occurrence", [False, True], ids=["whole", "occurrence"])
def test_their_token(
    app: App, stranger: Stranger, method: str, path: str, body: Json | None, user: str, *, occurrence: bool
) -> None:
    series, days = app.make_series({"attendees": [{"id": app.colleague.union_id}]})
    event_id = days[1] if occurrence else series
    before = app.get(event_id)
    users = {
        "theirs": stranger.union_id, "organizer": app.organizer.union_id, "colleague": app.colleague.union_id,
    }  # fmt: skip

    reply = send(app, stranger.token, method, app.path(event_id, user=users[user]) + path, named(body, users))

    assert (reply.status, reply.json["code"]) == (404, "itemNotFound")
    after = app.get(event_id)
    assert (after.body, after.headers["etag"]) == (before.body, before.headers["etag"])


def test_their_people(app: App, stranger: Stranger) -> None:
    """A person of theirs is nobody here: not added, not removed, and has no answer to give."""
    event_id = app.create({"attendees": [{"id": app.colleague.union_id}]})["id"]
    before = app.get(event_id)
    them = {"id": stranger.union_id}
    path = app.path(event_id)

    added = send(app, app.token, "POST", path + "/attendees", {"attendeesToAdd": [them]})
    removed = send(app, app.token, "POST", path + "/attendees/batchRemove", {"attendeesToRemove": [them]})
    answered = send(
        app,
        app.token,
        "POST",
        app.path(event_id, user=stranger.union_id) + "/respond",
        {"responseStatus": "accepted"},
    )

    assert (added.status, added.json["code"]) == (400, "invalidParameter")
    assert (removed.status, removed.json) == (200, {})
    assert (answered.status, answered.json["code"]) == (404, "itemNotFound")
    after = app.get(event_id)
    assert (after.body, after.headers["etag"]) == (before.body, before.headers["etag"])


def named(body: Json | None, users: dict[str, str]) -> Json | None:
    """*body* with the people's ids."""
    if body is None:
        return None
    return {
        name: [{"id": one["id"].format(**users)} for one in value] if isinstance(value, list) else value
        for name, value in body.items()
    }


def send(app: App, token: str, method: str, target: str, body: Json | None) -> Reply:
    return call(app.server.endpoint, method, target, {TOKEN: token}, body)


ROOM: Json = {
    "unionId": "{them}",
    "roomName": "Theirs now",
    "roomStatus": 0,
    "isvRoomId": "x",
    "groupId": "{group}",
}
WINDOW = {"startTime": "2026-03-01T00:00Z", "endTime": "2026-04-01T00:00Z"}
BODIES: dict[str, Json] = {
    "AddMeetingRooms": {"meetingRoomsToAdd": [{"roomId": "{room}"}]},
    "AddAttendee": {"attendeesToAdd": [{"id": "{colleague}"}]},
    "CreateBookingBlacklist": {"unionId": "{them}", "blacklistUnionId": "{colleague}", "startTime": 0},
    "ConvertLegacyEventId": {"legacyEventIds": ["{legacy}"]},
    "CreateAcls": {
        "privilege": "writer",
        "sendMsg": True,
        "scope": {"scopeType": "user", "userId": "{colleague}"},
    },
    "CreateEvent": HOUR,
    "CreateEventByMe": HOUR,
    "CreateMeetingRoom": ROOM,
    "CreateMeetingRoomCamelCase": ROOM,
    "CreateMeetingRoomGroup": {"unionId": "{them}", "parentGroupId": "{group}", "groupName": "Theirs now"},
    "DeleteBookingBlacklist": {"unionId": "{them}", "blacklistUnionIds": ["{colleague}"]},
    "CreateSubscribedCalendar": {"name": "Theirs", "subscribeScope": {"unionIds": ["{colleague}"]}},
    "MeetingRoomRespond": {"responseStatus": "accepted"},
    "FindTimes": {"attendees": [{"id": "{colleague}"}], "durationMinutes": 30} | WINDOW,
    "GetMeetingRoomsSchedule": {"roomIds": ["{room}"]} | WINDOW,
    "GetSchedule": {"userIds": ["{colleague}"]} | WINDOW,
    "GetScheduleByMe": {"userIds": ["{colleague}"]} | WINDOW,
    "GetScheduleAlias": {"userIds": ["{colleague}"]} | WINDOW,
    "PatchEvent": {"id": "{event}", "summary": "Theirs now"},
    "RemoveAttendee": {"attendeesToRemove": [{"id": "{colleague}"}]},
    "RemoveMeetingRooms": {"meetingRoomsToRemove": [{"roomId": "{room}"}]},
    "ReadNotifications": {"upTo": "999999999"},
    "RespondEvent": {"responseStatus": "declined"},
    "SetSuperUserMeetingRoom": {"unionId": "{them}", "roomId": "{room}", "userIdWhiteList": ["{colleague}"]},
    "SearchDepartment": {"queryWord": "研发", "offset": 0, "size": 10},
    "SearchUser": {"queryWord": "白", "offset": 0, "size": 10},
    "TransferEvent": {"newOrganizerId": "{colleague}"},
    "department.get": {"dept_id": "{dept_id}"},
    "department.listparentbydept": {"dept_id": "{dept_id}"},
    "department.listparentbyuser": {"userid": "{userid}"},
    "department.listsub": {"dept_id": 1},
    "department.listsubid": {"dept_id": 1},
    "user.count": {"only_active": False},
    "user.get": {"userid": "{userid}"},
    "user.getuserinfo": {"code": "{code}"},
    "user.getbymobile": {"mobile": "{mobile}"},
    "user.getbyunionid": {"unionid": "{colleague}"},
    "user.list": {"dept_id": "{dept_id}", "cursor": 0, "size": 10},
    "user.listid": {"dept_id": "{dept_id}"},
    "user.listsimple": {"dept_id": "{dept_id}", "cursor": 0, "size": 10},
    "UpdateMeetingRoom": {"unionId": "{them}", "roomId": "{room}", "roomName": "Theirs now"},
    "UpdateMeetingRoomGroup": {"unionId": "{them}", "groupId": "{group}", "groupName": "Theirs now"},
    "UpdateOrgPluginSubscribers": {"unionIds": ["{colleague}"]},
    "UpdateSubscribedCalendars": {"name": "Theirs now"},
}
QUERIES = {
    "BatchGetUser": "?userIdList=%5B%22{userid}%22%5D",
    "GetSignInList": "?maxResults=9&type=sign_in",
    "GetSignOutList": "?maxResults=9&type=sign_out",
    "ListEventsInstances": "?seriesMasterId={event}",
    "RemoveSuperUserMeetingRoom": "?roomId={room}&unionId={them}",
}
WALKED = [route for route in ROUTES if route.scope is not None]
"""Every operation of the new family that takes a token: one that is added later is walked too."""
SIGNING_IN = {"GetAccessToken", "GetToken", "GetUserToken", "gettoken"}
"""What takes secrets instead: `test_crossed` has each."""
VENDORS = {"GetCorpAccessToken", "GetSuiteAccessToken", "get_corp_token", "sns.gettoken"}
"""The same of apps that are no organisation's own: `tests/api/test_suite_tokens.py`."""
OLD_FAMILY = [route for route in ROUTES if route.tag == "topapi" and route.name not in SIGNING_IN | VENDORS]
"""Every operation of the old family that takes a token."""
NOBODYS = {"healthz", "metrics", "openapi", "meet"}


@pytest.fixture
def ours(server: Rili, database: SharedDatabase) -> Firm:
    return Firm(server, database, "ours")


@pytest.fixture
def theirs(server: Rili, database: SharedDatabase) -> Firm:
    return Firm(server, database, "theirs")


def request_of(route: Route, firm: Firm, ids: dict[str, str | int]) -> tuple[str, str, Json | None]:
    """A good request of *route*, with *ids* of whoever it is about; an administrator of *firm*'s looks after rooms."""
    ids = ids | {"them": firm.bob.union_id}
    query = "?unionId={them}" if route.path.startswith("/v1.0/rooms/") and route.body is None else ""
    names = {"userId": "ann", "unionId": "ann", "calendarId": "calendar", "eventId": "event", "roomId": "room",
             "groupId": "group", "aclId": "acl", "pluginId": "plugin"}  # fmt: skip
    path = route.path.format(**{name: ids.get(known, "") for name, known in names.items()})
    body = json.loads(fill(json.dumps(BODIES[route.name]), ids)) if route.body is not None else None
    return route.method, path + fill(QUERIES.get(route.name, query), ids), body


def told(reply: Reply) -> str:
    """What *reply* tells besides what was asked."""
    body = reply.json
    for name in ("description", "errmsg", "unauthorizedUserIdList"):
        body.pop(name, None)
    for one in body.get("scheduleInformation", []):
        if "error" in one:  # nobody here
            del one["userId"]
    return json.dumps(body, ensure_ascii=False)


def ids_and_names(firm: Firm, event_id: str) -> list[str]:
    """What of *firm* nobody else may read."""
    people = [text for one in (firm.ann, firm.bob) for text in (one.union_id, one.name)]
    return [*people, firm.bob.userid, str(firm.dept_id), firm.corp_id, event_id, "Ours alone", "Room alone"]


@pytest.mark.parametrize("route", [pytest.param(route, id=route.name) for route in WALKED])
def test_every_operation(ours: Firm, theirs: Firm, route: Route) -> None:
    """With ids of ours, all in order otherwise: they learn nothing of ours, and change nothing."""
    event_id = ours.create(summary="Ours alone")
    ids = ours.ids(event_id, route.path)
    method, target, body = request_of(route, theirs, ids)
    before = ours.rows()

    for token in (theirs.token, theirs.user_token(theirs.ann)):
        reply = theirs.send(method, target, body, token=token)
        assert reply.status < 500
        assert [one for one in ids_and_names(ours, event_id) if one in told(reply)] == []

    assert ours.rows() == before
    own = ours.user_token(ours.ann) if "/me/" in route.path or route.name == "authRules.user" else ours.token
    good = ours.send(*request_of(route, ours, ids), token=own)
    assert good.status == 200, good.body


@pytest.mark.parametrize("route", [pytest.param(route, id=route.name) for route in OLD_FAMILY])
def test_every_operation_of_the_old_family(ours: Firm, theirs: Firm, route: Route) -> None:
    event_id = ours.create(summary="Ours alone")
    ids = ours.ids(event_id, route.path)
    method, target, body = request_of(route, theirs, ids)
    before = ours.rows()

    for token in (theirs.token, theirs.user_token(theirs.ann)):
        reply = theirs.send(method, f"{target}?access_token={token}", body)
        assert reply.status == 200
        assert [one for one in ids_and_names(ours, event_id) if one in told(reply)] == []

    assert ours.rows() == before
    good = ours.send(method, f"{target}?access_token={ours.token}", body)
    assert good.json["errcode"] == 0, good.body


@pytest.mark.parametrize("route", [pytest.param(route, id=f"{route.method} {route.path}") for route in PAGES])
def test_every_page(ours: Firm, theirs: Firm, route: Route) -> None:
    """Theirs in every field, their links and our ids in the place of the code: as good as nobody's."""
    event_id, their_event = ours.create(summary="Ours alone"), theirs.create()
    links = [theirs.guest_link(their_event)] + [theirs.sign_link(their_event, kind) for kind in ("In", "Out")]
    codes = [link.rpartition("/")[2] for link in links]
    codes += [event_id, ours.ann.union_id, ours.bob.userid, ours.corp_id, ours.app_key, ours.token]
    cookie, proof = theirs.consent()
    form = {
        "account": "ann", "name": "ann", "password": theirs.password, "proof": proof, "decision": "agree",
        "answer": "declined",
    }  # fmt: skip
    query = urlsplit(ours.consent_path()).query
    headers = {"cookie": cookie, TOKEN: theirs.token}
    before = ours.rows()

    for code in codes if "{code}" in route.path else [""]:
        target = f"{route.path.format(code=code)}?{query}"
        if route.method == "GET":
            reply = call(ours.endpoint, "GET", target, headers)
        else:
            for sent in (form, {name: value for name, value in form.items() if name != "decision"}):
                reply = ours.post(target, sent, **headers)
                assert reply.status < 500
        shown = reply.body.decode() + reply.headers.get("location", "")
        assert reply.status < 500
        assert [one for one in ids_and_names(ours, event_id) if one in shown] == []

    assert ours.rows() == before


def their_person_on_our_page(ours: Firm, theirs: Firm) -> Reply:
    return ours.sign_in(ours.consent_path(), "ann", theirs.password)


def their_consent_to_our_app(ours: Firm, theirs: Firm) -> Reply:
    return ours.decide(*theirs.consent())


def our_consent_to_their_app(ours: Firm, theirs: Firm) -> Reply:
    consent = ours.consent()
    reply = theirs.decide(*consent)
    assert ours.decide(*consent).status == 302, "it was not spent"
    return reply


def their_organisation_at_our_app(ours: Firm, theirs: Firm) -> Reply:
    return call(ours.endpoint, "GET", ours.consent_path(corpId=theirs.corp_id))


def their_person_through_our_link(ours: Firm, theirs: Firm) -> Reply:
    return ours.sign_in(ours.sign_link(ours.create(), "In"), "ann", theirs.password)


def our_code_at_their_app(ours: Firm, theirs: Firm) -> Reply:
    code = ours.code()
    reply = theirs.exchange(code=code)
    assert ours.exchange(code=code).status == 200, "it was not spent"
    return reply


def our_refresh_token_at_their_app(ours: Firm, theirs: Firm) -> Reply:
    token = ours.exchange(code=ours.code()).json["refreshToken"]
    reply = theirs.exchange(refreshToken=token)
    assert ours.exchange(refreshToken=token).status == 200, "it was not spent"
    return reply


def their_pair_in_our_organisation(ours: Firm, theirs: Firm) -> Reply:
    pair = {"client_id": theirs.app_key, "client_secret": theirs.app_secret}
    body = pair | {"grant_type": "client_credentials"}
    return call(ours.endpoint, "POST", f"/v1.0/oauth2/{ours.corp_id}/token", body=body)


def their_secret_with_our_key(ours: Firm, theirs: Firm) -> Reply:
    body = {"appKey": ours.app_key, "appSecret": theirs.app_secret}
    return call(ours.endpoint, "POST", "/v1.0/oauth2/accessToken", body=body)


def their_secret_with_our_key_as_before(ours: Firm, theirs: Firm) -> Reply:
    target = f"/gettoken?appkey={ours.app_key}&appsecret={theirs.app_secret}"
    return call(ours.endpoint, "GET", target)


@pytest.mark.parametrize(
    ("cross", "status", "says"),
    [
        pytest.param(their_person_on_our_page, 403, "Wrong account or password.", id="person, page"),
        pytest.param(their_consent_to_our_app, 403, "You are signed in no longer.", id="consent, app"),
        pytest.param(
            our_consent_to_their_app, 403, "You are signed in no longer.", id="our consent, their app"
        ),
        pytest.param(their_organisation_at_our_app, 400, "corpId: ", id="corpId, app"),
        pytest.param(their_person_through_our_link, 403, "name or the password is wrong", id="person, link"),
        pytest.param(
            our_code_at_their_app, 400, "invalidParameter.authCode.notFound", id="our code, their app"
        ),
        pytest.param(
            our_refresh_token_at_their_app, 400, "refreshToken: ", id="our refresh token, their app"
        ),
        pytest.param(their_pair_in_our_organisation, 401, "unauthorized.client", id="app, organisation"),
        pytest.param(their_secret_with_our_key, 400, "invalidClientIdOrSecret", id="secret, key"),
        pytest.param(their_secret_with_our_key_as_before, 200, "40096", id="secret, key, old family"),
    ],
)
def test_crossed(
    ours: Firm, theirs: Firm, cross: Callable[[Firm, Firm], Reply], status: int, says: str
) -> None:
    """What belongs together is of two organisations: nobody gets in, and nothing of ours is spent."""
    reply = cross(ours, theirs)

    assert (reply.status, says in reply.body.decode()) == (status, True), reply.body
    assert "location" not in reply.headers
    assert ours.rows()["check_ins"] == []


def test_every_route_is_here() -> None:
    known = {route.name for route in (*WALKED, *OLD_FAMILY)} | SIGNING_IN | VENDORS | NOBODYS

    assert {route.name for route in ROUTES} == known


def fill(text: str, ids: Mapping[str, str | int]) -> str:
    """*text*, with what stands in braces replaced; in JSON, a number takes the place of the quotes too."""
    for name, value in ids.items():
        if isinstance(value, int):
            text = text.replace('"{' + name + '}"', str(value))
        text = text.replace("{" + name + "}", str(value))
    return text
