"""An app that may see and act for some people alone: every operation that names a person or a department."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from rili.actions import app_range, directory, login_codes
from rili.actions.directory import Place
from rili.api.router import Route
from rili.api.routes import ROUTES
from rili.model.directory import Range, User, UserChange
from rili.model.ids import opaque_id
from rili.store.db import Tx
from tests.conformance.clients import HOUR, TOKEN, App, Json, Reply, call, legacy_id
from tests.conformance.test_two_organisations import BODIES, QUERIES, REGISTRATIONS, fill
from tests.people import NOW_MS, SharedDatabase, add_app, add_organisation, add_user

CREATES = {"CreateEvent"}
ABOUT_ONE_EVENT = {"ListEventsInstances"}
"""Besides those with an event in their path."""

NAMES_NOBODY = {
    "GetScheduleByMe",
    "CreateEventByMe",  # nor do these two name another than the token's user
    "ListEventsViewByMe",
    "ListCategories",
    "ListOrgPlugins",
    "UpdateOrgPluginSubscribers",  # but in a list, as people are invited
    "authRules.user",
    "GetAccessToken",
    "GetToken",
    "GetUserToken",
    "GetCorpAccessToken",
    "GetSuiteAccessToken",
    "RePushSuiteTicket",
    "get_corp_token",
    "GetCallBackFaileResult",
    "get_call_back_failed_result",
    *REGISTRATIONS,
    "sns.gettoken",
    "gettoken",
    "healthz",
    "metrics",
    "openapi",
    "meet",
}


PATHS = [route for route in ROUTES if "{userId}" in route.path or "{unionId}" in route.path]
ROOMS = [route for route in ROUTES if route.path.startswith("/v1.0/rooms/")]
"""An administrator, or a colleague, is named by `unionId`, in the query or the body."""

OF_SOMETHING_ELSE = {
    "AddMeetingRooms",
    "GetMeetingRoomsSchedule",
    "MeetingRoomRespond",
    "DeleteAcl",
    "DeleteSubscribedCalendar",
    "GetSubscribedCalendar",
    "SubscribeCalendar",
    "UnsubscribeCalendar",
    "UpdateSubscribedCalendars",
}
"""What they name besides is not made here, so they are refused in any case."""


class Office(NamedTuple):
    """An organisation: 王内 and, below her department, 王下; 王一, who is named alone; 王外, who is outside."""

    endpoint: str
    corp_id: str
    app_key: str
    token: str
    """Of the app that has a range."""
    free: str
    """Of one that has none."""
    inside: User
    below: User
    single: User
    outside: User
    login_code: Callable[[str], str]
    """A code with which the person of that userid opens the app."""

    def send(self, method: str, target: str, body: Any = None, *, token: str = "") -> Reply:
        return call(self.endpoint, method, target, {TOKEN: token or self.token}, body)

    def ask(self, path: str, body: Json, *, token: str = "") -> Any:
        """The answer of the old family."""
        return self.send("POST", f"{path}?access_token={token or self.token}", body).json


@pytest.fixture
def office(app: App, database: SharedDatabase) -> Office:
    number = f"139{int.from_bytes(os.urandom(3), 'big'):08d}"

    def make(tx: Tx) -> tuple[Any, ...]:
        corp_id = add_organisation(tx)
        directory.add_department(tx, corp_id, 2, "研发部", now_ms=NOW_MS)
        directory.add_department(tx, corp_id, 3, "研发一组", 2, now_ms=NOW_MS)
        directory.add_department(tx, corp_id, 4, "研究院", now_ms=NOW_MS)
        inside = add_user(tx, corp_id, "inside", Place(2, leader=True), name="王内", admin=True)
        below = add_user(tx, corp_id, "below", Place(3), Place(4), name="王下")
        single = add_user(tx, corp_id, "single", Place(4), name="王一")
        outside = add_user(
            tx, corp_id, "outside", Place(4), name="王外", admin=True, mobile=number, email="w@example.com"
        )
        limited, free = add_app(tx, corp_id), add_app(tx, corp_id)
        app_range.set_range(
            tx, corp_id, limited[0].app_key, Range((2,), ("single",)), now_ms=app.server.clock()
        )
        return corp_id, limited, free, (inside, below, single, outside)

    corp_id, limited, free, people = database.write(make)

    def sign_in(app_key: str, secret: str) -> str:
        body = {"appKey": app_key, "appSecret": secret}
        return call(app.server.endpoint, "POST", "/v1.0/oauth2/accessToken", body=body).json["accessToken"]

    tokens = [sign_in(one.app_key, secret) for one, secret in (limited, free)]

    def login_code(userid: str) -> str:
        code, key, now_ms = opaque_id(os.urandom), limited[0].app_key, app.server.clock()
        database.write(lambda tx: login_codes.make(tx, corp_id, userid, key, new_code=code, now_ms=now_ms))
        return code

    return Office(app.server.endpoint, corp_id, limited[0].app_key, *tokens, *people, login_code)


def make_event(office: Office, organizer: User, *others: User) -> str:
    """By the app that has no range."""
    path = f"/v1.0/calendar/users/{organizer.union_id}/calendars/primary/events"
    body = HOUR | {"attendees": [{"id": one.union_id} for one in others]}
    made = office.send("POST", path, body, token=office.free)
    assert made.status == 200, made.body
    return made.json["id"]


def request_of(route: Route, user: User, event_id: str, colleague: User) -> tuple[str, str, Json | None]:
    """A good request of *route* that names *user*."""
    names = {
        "event": event_id, "legacy": legacy_id(event_id), "colleague": colleague.union_id, "them": user.union_id,
        "room": "room", "group": 1,
    }  # fmt: skip
    path = route.path.format(
        userId=user.union_id, unionId=user.union_id, eventId=event_id, aclId="acl", roomId="room", groupId="1",
        calendarId="published" if route.path.endswith("subscribe") else "primary",
    )  # fmt: skip
    query = "?unionId={them}" if route in ROOMS and route.body is None else ""
    body = json.loads(fill(json.dumps(BODIES[route.name]), names)) if route.body is not None else None
    return route.method, path + fill(QUERIES.get(route.name, query), names), body


@pytest.mark.parametrize("route", [pytest.param(route, id=route.name) for route in PATHS])
def test_whoever_is_in_the_path(office: Office, route: Route) -> None:
    """The same request is good for those within, and for an app that has no range."""
    event_id = make_event(office, office.outside, office.inside)
    other = make_event(office, office.below, office.inside)
    if route.name in CREATES:
        expected = 400, "permissionDeny"
    elif route.name == "GetUser":
        expected = 404, "invalidParameter.user.notFound"
    elif route.name == "ListCalendars":
        expected = 400, "paramIllegal"
    elif "{eventId}" in route.path or route.name in ABOUT_ONE_EVENT:
        expected = 404, "itemNotFound"
    else:
        expected = 400, "invalidParameter"

    refused = office.send(*request_of(route, office.outside, event_id, office.inside))
    allowed = office.send(*request_of(route, office.below, other, office.inside))
    unlimited = office.send(*request_of(route, office.outside, event_id, office.inside), token=office.free)

    assert (refused.status, refused.json["code"]) == expected
    assert "outside the range of this app" in refused.json["description"]
    for reply in (allowed, unlimited):
        assert reply.status == 200 or route.name in OF_SOMETHING_ELSE, reply.body
        assert "outside the range" not in reply.body.decode()


@pytest.mark.parametrize("route", [pytest.param(route, id=route.name) for route in ROOMS])
def test_whoever_looks_after_rooms(office: Office, route: Route) -> None:
    refused = office.send(*request_of(route, office.outside, "x" * 32, office.inside))
    allowed = office.send(*request_of(route, office.inside, "x" * 32, office.inside))
    unlimited = office.send(*request_of(route, office.outside, "x" * 32, office.inside), token=office.free)

    assert (refused.status, "outside the range of this app" in refused.json["description"]) == (400, True)
    assert "outside the range" not in allowed.body.decode() + unlimited.body.decode()


def users_get(o: Office) -> None:
    assert o.ask("/topapi/v2/user/get", {"userid": "outside"})["errcode"] == 50002
    assert o.ask("/topapi/v2/user/get", {"userid": "nobody"})["errcode"] == 60121
    for userid in ("inside", "below", "single"):
        assert o.ask("/topapi/v2/user/get", {"userid": userid})["result"]["userid"] == userid


def users_by_union_id(o: Office) -> None:
    assert o.ask("/topapi/user/getbyunionid", {"unionid": o.outside.union_id})["errcode"] == 50002
    found = o.ask("/topapi/user/getbyunionid", {"unionid": o.single.union_id})
    assert found["result"]["userid"] == "single"


def users_by_mobile(o: Office) -> None:
    asked = {"mobile": o.outside.mobile}
    assert o.ask("/topapi/v2/user/getbymobile", asked)["errcode"] == 50002
    assert o.ask("/topapi/v2/user/getbymobile", asked, token=o.free)["result"]["userid"] == "outside"


def whoever_opened_the_app(o: Office) -> None:
    for userid, errcode in (("inside", 0), ("outside", 50002)):
        code = o.login_code(userid)
        assert o.ask("/topapi/v2/user/getuserinfo", {"code": code})["errcode"] == errcode


def parents_of_users(o: Office) -> None:
    path = "/topapi/v2/department/listparentbyuser"
    assert o.ask(path, {"userid": "outside"})["errcode"] == 50002
    lists = o.ask(path, {"userid": "below"})["result"]["parent_list"]
    assert [one["parent_dept_id_list"] for one in lists] == [[3, 2, 1], [4, 1]]


def department(path: str, **more: Any) -> Callable[[Office], None]:
    def check(o: Office) -> None:
        for dept_id, errcode in ((2, 0), (3, 0), (4, 50004), (1, 50004), (5, 60003)):
            assert o.ask(path, {"dept_id": dept_id} | more)["errcode"] == errcode, dept_id
        assert o.ask(path, {"dept_id": 4} | more, token=o.free)["errcode"] == 0

    return check


def userids(o: Office) -> None:
    """Its page says that no range limits it."""
    assert set(o.ask("/topapi/user/listid", {"dept_id": 4})["result"]["userid_list"]) == {
        "outside", "single", "below",
    }  # fmt: skip


def counted(o: Office) -> None:
    asked = {"only_active": False}
    assert o.ask("/topapi/user/count", asked)["result"]["count"] == 3
    assert o.ask("/topapi/user/count", asked, token=o.free)["result"]["count"] == 4


def administrators(o: Office) -> None:
    assert [one["userid"] for one in o.ask("/topapi/user/listadmin", {})["result"]] == ["inside"]


def scopes_told(o: Office) -> None:
    def told(token: str) -> Json:
        return o.send("GET", f"/auth/scopes?access_token={token}").json["auth_org_scopes"]

    assert told(o.token) == {"authed_dept": [2], "authed_user": ["single"]}
    assert told(o.free) == {"authed_dept": [1], "authed_user": []}


def batches(o: Office) -> None:
    ids = "%5B%22below%22,%22outside%22,%22single%22%5D"
    found = o.send("GET", f"/v1.0/contact/users/batch/get?userIdList={ids}").json
    assert [one["userid"] for one in found["userList"]] == ["below", "single"]
    assert found["unauthorizedUserIdList"] == ["outside"]


def searched_users(o: Office) -> None:
    def search(word: str, offset: int = 0, size: int = 9, **more: Any) -> Json:
        body = {"queryWord": word, "offset": offset, "size": size} | more
        return o.send("POST", "/v1.0/contact/users/search", body).json

    everybody = search("王")
    assert everybody == {"hasMore": False, "totalCount": 3, "list": sorted(["inside", "below", "single"])}
    pages = [search("王", offset, 1) for offset in range(4)]
    assert [one["list"] for one in pages] == [[one] for one in everybody["list"]] + [[]]
    assert [one["hasMore"] for one in pages] == [True, True, False, False]
    assert search("王外")["totalCount"] == search("wangwai")["totalCount"] == 0
    assert search("王下", fullMatchField=1)["list"] == ["below"]


def searched_departments(o: Office) -> None:
    body = {"queryWord": "研", "offset": 0, "size": 9}
    found = o.send("POST", "/v1.0/contact/departments/search", body).json
    assert found == {"hasMore": False, "totalCount": 2, "list": [2, 3]}


NAMED: dict[str, Callable[[Office], None]] = {
    "user.get": users_get,
    "user.getbyunionid": users_by_union_id,
    "user.getbymobile": users_by_mobile,
    "user.getuserinfo": whoever_opened_the_app,
    "user.list": department("/topapi/v2/user/list", cursor=0, size=9),
    "user.listsimple": department("/topapi/user/listsimple", cursor=0, size=9),
    "user.listid": userids,
    "user.count": counted,
    "user.listadmin": administrators,
    "department.listsub": department("/topapi/v2/department/listsub"),
    "department.listsubid": department("/topapi/v2/department/listsubid"),
    "department.get": department("/topapi/v2/department/get"),
    "department.listparentbydept": department("/topapi/v2/department/listparentbydept"),
    "department.listparentbyuser": parents_of_users,
    "auth.scopes": scopes_told,
    "BatchGetUser": batches,
    "SearchUser": searched_users,
    "SearchDepartment": searched_departments,
}


@pytest.mark.parametrize("name", NAMED)
def test_whoever_is_named_or_told(office: Office, name: str) -> None:
    NAMED[name](office)


def test_every_operation_is_here() -> None:
    """One that is added later says whom it names."""
    known = {route.name for route in (*PATHS, *ROOMS)} | NAMED.keys() | NAMES_NOBODY

    assert {route.name for route in ROUTES} == known


def test_people_outside_are_invited(office: Office) -> None:
    """By unionId and by address; they answer, and the app sees them on the event. It does not act for them."""
    path = f"/v1.0/calendar/users/{office.inside.union_id}/calendars/primary/events"
    people = [{"id": office.single.union_id}, {"email": "W@example.com"}]
    made = office.send("POST", path, HOUR | {"attendees": people})
    event_id = made.json["id"]
    theirs = f"/v1.0/calendar/users/{office.outside.union_id}/calendars/primary/events/{event_id}"

    answer = {"responseStatus": "accepted"}
    assert office.send("POST", theirs + "/respond", answer, token=office.free).status == 200
    assert office.send("POST", theirs + "/respond", answer).status == 404

    shown = {
        one["id"]: one["responseStatus"] for one in office.send("GET", f"{path}/{event_id}").json["attendees"]
    }
    assert (made.status, shown[office.outside.union_id]) == (200, "accepted")
    removed = {"attendeesToRemove": [{"id": office.outside.union_id}]}
    assert office.send("POST", f"{path}/{event_id}/attendees/batchRemove", removed).status == 200
    again = {"attendeesToAdd": [{"id": office.outside.union_id}]}
    assert office.send("POST", f"{path}/{event_id}/attendees", again).status == 200


def test_an_event_is_handed_over_within(office: Office) -> None:
    event_id = make_event(office, office.inside, office.outside, office.below)
    path = f"/v1.0/calendar/users/{office.inside.union_id}/calendars/primary/events/{event_id}/transfer"

    refused = office.send("POST", path, {"newOrganizerId": office.outside.union_id})

    assert (refused.status, refused.json["code"]) == (400, "invalidParameter")
    assert "newOrganizerId" in refused.json["description"]
    assert office.send("POST", path, {"newOrganizerId": office.below.union_id}).status == 200


@pytest.mark.parametrize("known_as", ["userid", "email", "mobile"])
def test_what_an_id_is_instead_is_told_of_people_within(office: Office, known_as: str) -> None:
    path = f"/v1.0/calendar/users/{getattr(office.outside, known_as)}/calendars/primary/eventsview"

    assert "; it is a" not in office.send("GET", path).json["description"]
    assert "; it is a" in office.send("GET", path, token=office.free).json["description"]


def test_what_was_read_before_is_not_remembered_for_others(office: Office) -> None:
    """GetEvent keeps the answers it encoded, and lists what they read."""
    event_id = make_event(office, office.outside)
    events = f"/v1.0/calendar/users/{office.outside.union_id}/calendars/primary/events"
    view = events + "view?timeMin=2026-03-01T00:00:00Z&timeMax=2026-04-01T00:00:00Z"

    for path, status in ((f"{events}/{event_id}", 404), (events, 400), (view, 400)):
        for _ in range(2):
            assert office.send("GET", path, token=office.free).status == 200
            assert office.send("GET", path).status == status


def test_the_range_changes_under_the_app(office: Office, database: SharedDatabase, app: App) -> None:
    """With the directory and with the range itself, at once; from everybody to fewer as tokens do."""
    corp_id, userid = office.corp_id, opaque_id(os.urandom, 12)
    made = database.write(lambda tx: add_user(tx, corp_id, userid, Place(4)))

    def seen(user: User = made) -> int:
        return office.ask("/topapi/user/getbyunionid", {"unionid": user.union_id})["errcode"]

    def change(action: Callable[[Tx], object], user: User = made) -> int:
        database.write(action)
        return seen(user)

    def ranged(given: Range | None) -> Callable[[Tx], object]:
        return lambda tx: app_range.set_range(tx, corp_id, office.app_key, given, now_ms=app.server.clock())

    def move(dept_id: int) -> Callable[[Tx], object]:
        return lambda tx: directory.set_user(
            tx, corp_id, userid, UserChange(), [Place(dept_id)], now_ms=NOW_MS
        )

    assert seen() == 50002
    assert change(move(3)) == 0
    assert change(move(4)) == 50002
    assert change(lambda tx: directory.set_department(tx, corp_id, 4, parent_id=3, now_ms=NOW_MS)) == 0
    assert change(lambda tx: directory.set_department(tx, corp_id, 4, parent_id=1, now_ms=NOW_MS)) == 50002
    assert change(ranged(Range((), (userid,)))) == 0
    assert seen(office.inside) == 50002

    def leave(tx: Tx) -> None:
        directory.remove_user(tx, corp_id, userid, now_ms=app.server.clock())

    assert change(leave, office.inside) == 50002, "a range with nobody in it is not everybody"
    assert database.read(lambda tx: app_range.get_range(tx, corp_id, office.app_key)) == Range()
    assert change(ranged(None), office.inside) == seen(office.outside) == 0
    database.write(ranged(Range((2,))))
    app.server.clock.advance(seconds=5)
    assert (seen(office.inside), seen(office.outside)) == (0, 50002)


def test_shared_calendars(office: Office) -> None:
    """Neither does somebody outside act in a shared calendar, nor is one of theirs acted in."""
    calendars = {}
    for owner, reader in (
        (office.inside, office.outside),
        (office.outside, office.inside),
        (office.inside, office.below),
    ):
        path = f"/v1.0/calendar/users/{owner.union_id}/calendars/primary/acls"
        scope = {"scopeType": "user", "userId": reader.union_id}
        body = {"privilege": "writer", "sendMsg": False, "scope": scope}
        assert office.send("POST", path, body, token=office.free).status == 200
        listed = office.send(
            "GET", f"/v1.0/calendar/users/{reader.union_id}/calendars", token=office.free
        ).json
        calendars[owner.userid, reader.userid] = next(
            one["id"] for one in listed["response"]["calendars"] if one["id"] != "primary"
        )
    for (owner, reader), calendar_id in calendars.items():
        user = getattr(office, reader)
        events = f"/v1.0/calendar/users/{user.union_id}/calendars/{calendar_id}/events"
        event_id = office.send("POST", events, HOUR, token=office.free).json["id"]
        within = "outside" not in (owner, reader)
        shown = office.send("GET", f"/v1.0/calendar/users/{user.union_id}/calendars").json
        ids = [one["id"] for one in shown.get("response", {}).get("calendars", [])]

        got = office.send("GET", f"{events}/{event_id}").status
        listed = office.send("GET", events).status
        made = office.send("POST", events, HOUR)

        assert (got, listed, made.status) == ((200, 200, 200) if within else (404, 400, 400)), (owner, reader)
        assert within or made.json["code"] == "permissionDeny"
        assert (calendar_id in ids) is within


def test_a_calendar_that_somebody_outside_publishes(office: Office) -> None:
    """It is read, since who publishes may be anybody; nothing is written in their name."""
    author, manager = office.outside.union_id, office.inside.union_id
    body = {"name": "Menu", "managers": [manager], "subscribeScope": {"unionIds": [manager]}}
    path = f"/v1.0/calendar/users/{author}/subscribedCalendars"
    calendar_id = office.send("POST", path, body, token=office.free).json["calendarId"]
    mine = f"/v1.0/calendar/users/{manager}/calendars/{calendar_id}"
    assert office.send("POST", f"{mine}/subscribe", token=office.free).status == 200

    listed = office.send("GET", f"{mine}/events")
    made = office.send("POST", f"{mine}/events", HOUR | {"freeBusyStatus": "free"})

    assert (listed.status, listed.json["events"]) == (200, [])
    assert (made.status, made.json["code"]) == (400, "permissionDeny")


def test_when_people_are_busy(office: Office) -> None:
    """Of whoever is outside it is told as of nobody; no time is found at which they can."""
    make_event(office, office.inside, office.outside)
    user = f"/v1.0/calendar/users/{office.inside.union_id}"
    ids = [office.inside.union_id, office.outside.union_id]
    window = {"startTime": "2026-03-10T00:00Z", "endTime": "2026-03-11T00:00Z"}

    def busy(token: str) -> list[int]:
        reply = office.send("POST", f"{user}/querySchedule", {"userIds": ids} | window, token=token)
        return [len(one["scheduleItems"]) for one in reply.json["scheduleInformation"]]

    wanted = {"attendees": [{"id": office.outside.union_id}], "durationMinutes": 30} | window
    refused = office.send("POST", f"{user}/findTimes", wanted)

    assert (busy(office.token), busy(office.free)) == ([1, 0], [1, 1])
    assert (refused.status, "outside the range" in refused.json["description"]) == (400, True)
    assert office.send("POST", f"{user}/findTimes", wanted, token=office.free).status == 200
