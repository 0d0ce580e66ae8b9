"""Requests made up from `/openapi.json`, fitting and not, with a valid token and ids that exist.

No answer is a 5xx, none is late, each has the documented shape, and what is refused changes nothing.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from math import ceil
from typing import Any

import psycopg
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from rili.sandbox.demo_events import event_id_of
from rili.testing import Rili, running
from tests.soak.scale import scaled

REQUESTS = scaled(300, 10_000)
AT_A_TIME = scaled(300, 250)
TIMEOUT_SECONDS = 10
# What of a run goes to whom; the others share what is left.
SHARES = {"PatchEvent": 0.5, "CreateEvent": 0.2, "GetEvent": 0.05, "DeleteEvent": 0.05}
CHECKED = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


class World:
    """A running server with events, and a count of everything that it stores."""

    def __init__(self, rili: Rili) -> None:
        self.rili = rili
        self.session = requests.Session()
        self.statuses: Counter[tuple[str, int]] = Counter()
        answer = self.session.post(
            f"{rili.base_url}/v1.0/oauth2/accessToken",
            json={"appKey": rili.app_key, "appSecret": rili.app_secret},
            timeout=TIMEOUT_SECONDS,
        )
        self.token: str = answer.json()["accessToken"]
        self.union_ids = [user.union_id for user in rili.users]
        self.organizer = self.union_ids[0]
        self.events = [self._new_event() for _ in range(8)]
        self.occurrences = self._occurrences()
        self._count = _counter(rili.database)
        rili.deliver()
        self._stored = self._count()

    def send(self, case: Any) -> None:
        """Send *case*; hold the answer against the description, and what is stored against the answer."""
        label = case.operation.definition.raw["operationId"]
        response = case.call(
            base_url=self.rili.base_url,
            session=self.session,
            headers={"x-acs-dingtalk-access-token": self.token},
            params={"access_token": self.token} if "/topapi/" in case.path else {},
            timeout=TIMEOUT_SECONDS,
            allow_redirects=False,
        )
        self.statuses[label, response.status_code] += 1
        case.validate_response(response, checks=CHECKED)
        self.rili.deliver()  # what follows from a change must not be taken for what the next one did
        stored = self._count()
        is_json = any("json" in one for one in response.headers.get("content-type", ()))
        body = response.json() if is_json else None
        if case.method == "GET" and label != "gettoken":
            assert stored == self._stored, f"{label}: reading changed what is stored"
        if response.status_code >= 400 or (body and body.get("errcode")):
            assert isinstance(body, dict)
            assert stored == self._stored, f"{label}: refused, and yet it changed what is stored"
        self._stored = stored
        if label == "DeleteEvent" and response.status_code == 200:
            self.events = [
                self._new_event() if one == case.path_parameters["eventId"] else one for one in self.events
            ]
            self.occurrences = self._occurrences()
            self.rili.deliver()
            self._stored = self._count()

    def _occurrences(self) -> list[str]:
        """Ids of the occurrences of a series, made anew where nothing is left of the one before."""
        self.series = self._new_event(
            recurrence={"pattern": {"type": "daily"}, "range": {"numberOfOccurrences": 20}}
        )
        answer = self.session.get(
            f"{self.rili.base_url}/v1.0/calendar/users/{self.organizer}/calendars/primary/events/{self.series}/instances",
            headers={"x-acs-dingtalk-access-token": self.token},
            timeout=TIMEOUT_SECONDS,
        )
        return [one["id"] for one in answer.json()["events"]]

    def _new_event(self, **members: Any) -> str:
        draft = members | {
            "summary": "For everybody to change",
            "start": {"dateTime": "2026-03-03T10:00:00+08:00", "timeZone": "Asia/Shanghai"},
            "end": {"dateTime": "2026-03-03T11:00:00+08:00", "timeZone": "Asia/Shanghai"},
            "attendees": [{"id": union_id} for union_id in self.union_ids[1:5]],
        }
        answer = self.session.post(
            f"{self.rili.base_url}/v1.0/calendar/users/{self.organizer}/calendars/primary/events",
            json=draft,
            headers={"x-acs-dingtalk-access-token": self.token},
            timeout=TIMEOUT_SECONDS,
        )
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])


def test_made_up_requests_break_nothing(database_url: str) -> None:
    with running(database=database_url) as rili:
        world = World(rili)
        schema = schemathesis.openapi.from_url(f"{rili.base_url}/openapi.json")
        operations = {one.ok().definition.raw["operationId"]: one.ok() for one in schema.get_all_operations()}
        shares = _shares(list(operations))
        batch = 0
        while (done := world.statuses.total()) < REQUESTS:
            batch += 1
            for name, share in shares.items():
                wanted = ceil(min(REQUESTS - done, AT_A_TIME) * share)
                _batch(world, operations[name], wanted, batch)
        by_status = Counter[int]()
        for (_, status), count in world.statuses.items():
            by_status[status] += count
        print(f"{world.statuses.total()} requests: {dict(sorted(by_status.items()))}")
        # Deep enough to be worth something: some of the updates must have been updates.
        assert world.statuses["PatchEvent", 200] * 20 > world.statuses.total() * SHARES["PatchEvent"], (
            world.statuses
        )


def _batch(world: World, operation: APIOperation, count: int, number: int) -> None:
    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(case=_cases(world, operation))
    def send(case: Any) -> None:
        world.send(case)

    send()


def _cases(world: World, operation: APIOperation) -> st.SearchStrategy[Any]:
    kinds = [operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode]
    if not operation.path_parameters and not operation.body and not operation.query:
        kinds = kinds[:1]  # nothing in it could be wrong

    @st.composite
    def build(draw: Callable[[Any], Any]) -> Any:
        case = draw(st.one_of(*kinds))
        if draw(st.integers(0, 9)):
            _make_real(world, case, draw)
        return case

    return build()


def _make_real(world: World, case: Any, draw: Callable[[Any], Any]) -> None:
    """Put ids that exist where a stranger would only guess."""
    path = case.path_parameters or {}
    if "userId" in path:
        path["userId"] = draw(st.sampled_from([world.organizer] * 8 + world.union_ids[1:3]))
    if "unionId" in path:
        path["unionId"] = draw(st.sampled_from(world.union_ids))
    if "calendarId" in path:
        path["calendarId"] = "primary"
    if "corpId" in path:
        path["corpId"] = world.rili.corp_id
    if "eventId" in path:
        path["eventId"] = draw(st.sampled_from([*world.events, world.series, *world.occurrences]))
    query = case.query or {}
    for name, likely in _LIKELY.items():
        if name in query and draw(st.booleans()):
            query[name] = draw(st.sampled_from(likely))
    if "seriesMasterId" in query:
        query["seriesMasterId"] = world.series
    body = case.body
    if not isinstance(body, dict):
        return
    if "id" in body or case.method == "PUT":
        body["id"] = path.get("eventId", event_id_of(1))
    for member in ("appKey", "client_id"):
        if member in body:
            body[member] = world.rili.app_key
    for member in ("appSecret", "client_secret"):
        if member in body:
            body[member] = world.rili.app_secret
    if draw(st.booleans()):
        _make_plausible(world, body, draw)


_LIKELY = {
    "scope": ["this", "following", "all"],
    "dryRun": ["true", "false"],
    "timeMin": ["2026-03-01T00:00:00Z", "2026-03-05T00:00:00+08:00"],
    "timeMax": ["2026-03-08T00:00:00Z", "2026-04-01T00:00:00-05:00"],
    "showDeleted": ["True"],
    "maxResults": [1, 7],
    "nextToken": ["0"],
}


def _make_plausible(world: World, body: dict[str, Any], draw: Callable[[Any], Any]) -> None:
    """Times and people that pass, so that what stands beside them is looked at."""
    hour = draw(st.integers(0, 22))
    for member, at in (("start", hour), ("end", hour + 1)):
        if member in body:
            body[member] = {"dateTime": f"2026-03-04T{at:02d}:00:00+08:00", "timeZone": "Asia/Shanghai"}
    if ("start" in body) != ("end" in body):
        body.pop("start", None), body.pop("end", None)
    body.pop("isAllDay", None)
    if "attendees" in body:
        body["attendees"] = [
            {"id": one} for one in draw(st.lists(st.sampled_from(world.union_ids), max_size=4))
        ]
    if not draw(st.integers(0, 3)):
        body.pop("recurrence", None)
    if isinstance(body.get("summary"), str) and not body["summary"].strip():
        body["summary"] = "From the fuzzer"


def _shares(names: list[str]) -> dict[str, float]:
    others = [name for name in names if name not in SHARES]
    return {name: SHARES.get(name, (1 - sum(SHARES.values())) / len(others)) for name in names}


def _counter(url: str) -> Callable[[], Any]:
    """A function that counts the rows of every table, the events' versions and the changes."""
    if url.startswith("sqlite:"):
        sqlite = sqlite3.connect(url.removeprefix("sqlite:"))
        names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        query = _counting([name for (name,) in sqlite.execute(names)])
        return lambda: sqlite.execute(query).fetchone()
    postgres = psycopg.connect(url, autocommit=True)
    names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    query = _counting([name for (name,) in postgres.execute(names)])
    return lambda: postgres.execute(query).fetchone()


def _counting(tables: list[str]) -> str:
    counts = ", ".join(f"(SELECT COUNT(*) FROM {table})" for table in sorted(tables))
    return f"""
        SELECT {counts}, (SELECT SUM(version) FROM events), (SELECT COUNT(deleted_ms) FROM events),
               (SELECT MAX(change_no) FROM outbox), (SELECT MAX(change_no) FROM agenda),
               (SELECT SUM(expires_ms) FROM tokens), (SELECT SUM(created_ms) FROM idempotency)
    """
