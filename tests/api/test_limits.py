"""Limits of the paid service: off unless set, counted for all processes, with the documented errors (decision 21)."""

from __future__ import annotations

from typing import Any

import pytest

from rili.actions import directory
from rili.app import build
from rili.config import Settings
from rili.model.directory import UserChange
from tests.api.conftest import Office
from tests.asgi import Answered
from tests.people import NOW_MS, SharedDatabase

QPS = "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"
QPM = "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi"
MONTH = "Forbidden.AccessDenied.ApiCountLimitForOrg"
DAY_MS = 86_400_000


class Limited:
    """An office whose server limits calls, in two processes of one database, at a time that the test sets."""

    def __init__(self, database: SharedDatabase, **limits: int) -> None:
        self.now_ms = NOW_MS
        settings = Settings(database="sqlite:unused", **limits)
        self.processes = [build(settings, database.db, clock=lambda: self.now_ms) for _ in range(2)]
        self.office = Office(database, self.processes[0])
        self.database = database
        self.calls = 0
        self.headers = self.office.token()

    def call(self, method: str, target: str, **sent: Any) -> Answered:
        self.calls += 1
        self.office._http = self.processes[self.calls % 2]
        return self.office.call(method, target, headers=self.headers, **sent)

    def view(self, who: str = "ann") -> Answered:
        user = getattr(self.office, who).union_id
        return self.call("GET", f"/v1.0/calendar/users/{user}/calendars/primary/eventsview?maxResults=1")

    def instances(self) -> Answered:
        return self.call(
            "GET",
            f"/v1.0/calendar/users/{self.office.ann.union_id}/calendars/primary/instances?seriesMasterId=none",
        )

    def create(self, who: str = "ann", summary: str = "Planning") -> Answered:
        user = getattr(self.office, who).union_id
        body = {
            "summary": summary,
            "start": {"dateTime": "2026-03-02T10:00:00+08:00", "timeZone": "Asia/Shanghai"},
            "end": {"dateTime": "2026-03-02T11:00:00+08:00", "timeZone": "Asia/Shanghai"},
        }
        return self.call("POST", f"/v1.0/calendar/users/{user}/calendars/primary/events", json=body)

    def codes(self, *answers: Answered) -> list[str]:
        return [answer.json.get("code", "ok") if answer.status != 200 else "ok" for answer in answers]


def test_nothing_is_limited_or_counted_unless_said(shared_database: SharedDatabase):
    limited = Limited(shared_database)

    assert limited.codes(*(limited.view() for _ in range(50)), limited.create()) == ["ok"] * 51
    assert shared_database.read(
        lambda tx: tx.all("SELECT what FROM usage WHERE corp_id = :corp_id", corp_id=limited.office.corp_id)
    ) == []  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "period_ms", "code", "word"),
    [
        pytest.param("calls_per_second", 1_000, QPS, "3 times a second", id="second"),
        pytest.param("calls_per_minute", 60_000, QPM, "3 times a minute", id="minute"),
    ],
)
def test_calls_of_one_operation(
    shared_database: SharedDatabase, setting: str, period_ms: int, code: str, word: str
):
    limited = Limited(shared_database, **{setting: 3})

    answers = [limited.view() for _ in range(5)]
    assert limited.codes(*answers) == ["ok", "ok", "ok", code, code]
    assert answers[3].status == 403
    assert answers[3].json["message"] == "您的企业应用调用钉钉开放平台当前接口的所有请求都被暂时禁用了"
    assert word in answers[3].json["description"]
    assert limited.codes(limited.instances()) == ["itemNotFound"]  # another operation has a count of its own

    limited.now_ms += period_ms
    assert limited.codes(*(limited.view() for _ in range(4))) == ["ok", "ok", "ok", code]


def test_another_app_has_a_count_of_its_own(shared_database: SharedDatabase):
    limited, other = (Limited(shared_database, calls_per_minute=1) for _ in range(2))

    assert limited.codes(limited.view(), limited.view()) == ["ok", QPM]
    assert other.codes(other.view(), other.view()) == ["ok", QPM]


def test_the_month_counts_the_calendar_and_what_was_let_through(shared_database: SharedDatabase):
    limited = Limited(shared_database, calls_per_second=2, calls_per_month=4)

    assert limited.codes(*(limited.view() for _ in range(4))) == ["ok", "ok", QPS, QPS]
    person = f"/v1.0/contact/users/{limited.office.ann.union_id}"
    assert limited.codes(limited.call("GET", person)) == ["ok"]  # contacts are not sold
    limited.now_ms += 1_000
    assert limited.codes(limited.view(), limited.view()) == ["ok", "ok"]
    limited.now_ms += 1_000
    refused = limited.view()
    assert (refused.status, refused.json["code"]) == (403, MONTH)
    assert "4 times a month" in refused.json["description"]
    assert limited.codes(limited.call("GET", person)) == ["ok"]

    limited.now_ms += 31 * DAY_MS
    limited.headers = limited.office.token()
    shared_database.write(
        lambda tx: tx.run("UPDATE tokens SET expires_ms = :later", later=limited.now_ms + 1_000)
    )
    assert limited.codes(limited.view()) == ["ok"]


def test_the_old_family_says_so_in_its_way(shared_database: SharedDatabase):
    limited = Limited(shared_database, calls_per_second=1)

    answers = [limited.office.topapi("v2/user/get", {"userid": "ann"}) for _ in range(2)]
    scopes = f"/auth/scopes?access_token={limited.office.token()['x-acs-dingtalk-access-token']}"
    answers += [limited.office.call("GET", scopes).json for _ in range(2)]

    assert [answer["errcode"] for answer in answers] == [0, 90018] * 2


def test_events_of_one_person_in_a_day_of_theirs(shared_database: SharedDatabase):
    limited = Limited(shared_database, creates_per_day=2)
    shared_database.write(
        lambda tx: directory.set_user(
            tx, limited.office.corp_id, "bob", UserChange(zone="Pacific/Kiritimati"), None, now_ms=NOW_MS
        )
    )

    bad = limited.create(summary="")
    answers = [limited.create() for _ in range(3)]

    assert limited.codes(bad, *answers) == ["invalidParameter", "ok", "ok", "flowLimit"]
    assert answers[2].status == 400
    assert answers[2].json["message"] == "current user can not create events exceed 2 per day"
    assert limited.codes(limited.create("bob"), limited.create("bob"), limited.create("bob")) == [
        "ok", "ok", "flowLimit",
    ]  # fmt: skip

    held = shared_database.read(
        lambda tx: tx.all("SELECT id FROM events WHERE corp_id = :corp_id", corp_id=limited.office.corp_id)
    )
    assert len(held) == 4  # what was refused was not made


@pytest.mark.parametrize(
    ("zone", "same_day"),
    [
        pytest.param("Asia/Shanghai", True, id="midnight is far"),
        pytest.param("Pacific/Kiritimati", False, id="midnight came"),
    ],
)
def test_a_day_is_one_of_the_person(shared_database: SharedDatabase, zone: str, same_day: bool):
    limited = Limited(shared_database, creates_per_day=1)
    limited.now_ms = 1_772_442_000_000  # 2026-03-02 09:00 UTC: 17:00 in Shanghai, 23:00 on Kiritimati
    shared_database.write(
        lambda tx: directory.set_user(
            tx, limited.office.corp_id, "ann", UserChange(zone=zone), None, now_ms=NOW_MS
        )
    )
    shared_database.write(
        lambda tx: tx.run("UPDATE tokens SET expires_ms = :later", later=limited.now_ms + DAY_MS)
    )

    first = limited.create()
    limited.now_ms += 3_600_000

    assert limited.codes(first, limited.create()) == ["ok", "flowLimit" if same_day else "ok"]


def test_a_clock_that_is_behind_takes_nothing_back(shared_database: SharedDatabase):
    limited = Limited(shared_database, calls_per_second=1)

    first = limited.view()
    limited.now_ms -= 1_500

    assert limited.codes(first, limited.view()) == ["ok", QPS]
