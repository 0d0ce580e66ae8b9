"""Tickets, and who authorised an app: told by the channel that the app has."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rili.actions import app_range, authorizations, register, suite_events, suites
from rili.actions.push_settings import Push, set_push
from rili.auth.sealing import NoSecretKey
from rili.config import LOOPBACK
from rili.delivery.outgoing import Outgoing
from rili.delivery.sending import Sending
from rili.delivery.suite_events import SuiteEvents, in_clear
from rili.delivery.suite_tickets import SuiteTickets
from rili.delivery.sync_http import SyncHttp
from rili.errors import InvalidParameter
from rili.errors.access import InvalidSuiteKey
from rili.model.directory import App, Organisation, Range, new_app_secret
from rili.store import deliveries, organisations, push_settings
from rili.store.db import Database, Tx
from rili.store.deliveries import Delivery, NewDelivery
from tests.delivery.conftest import CORP, NOW_MS
from tests.delivery.vendor import (
    HOUR_MS,
    KEY,
    SUITE_ID,
    Clock,
    add_suite,
    remove_suites,
    rows,
    subscribe,
)
from tests.people import add_user
from tests.receiver import Receiver, receiving, sends, success

CUSTOMER = "dingcustomer"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def suite(db: Database, run: Callable[..., Any]) -> Iterator[App]:
    customer = Organisation(
        corp_id=CUSTOMER, name="客户", zone="Asia/Shanghai", language="zh_CN", created_ms=0
    )
    run(db.write(lambda tx: register.add_organisation(tx, customer)))
    yield run(db.write(add_suite))
    run(db.write(remove_suites))
    run(db.write(lambda tx: organisations.erase(tx, CUSTOMER)))


@pytest.fixture
def receiver(db: Database, run: Callable[..., Any], suite: App) -> Iterator[Receiver]:
    with receiving(suite.app_key) as receiver:
        run(db.write(lambda tx: subscribe(tx, receiver)))
        yield receiver


class Streams:
    """A transport whose receivers keep what they get."""

    channel = "stream"
    at_once = 4
    lease_ms = 30_000
    delays_ms = (10_000, 30_000)

    def __init__(self) -> None:
        self.got: list[Delivery] = []
        self.here = True

    def receivers(self) -> list[str] | None:
        return None if self.here else []

    async def send(self, delivery: Delivery) -> None:
        self.got.append(delivery)


class Worker:
    """The duties, until nothing is due."""

    def __init__(self, db: Database, run: Callable[..., Any], clock: Clock) -> None:
        self.db, self.run, self.clock = db, run, clock
        self.streams = Streams()

    def __call__(self) -> None:
        self.run(self._work())

    async def _work(self) -> None:
        async with Outgoing(LOOPBACK) as outgoing:
            duties = [
                SuiteTickets(self.db, KEY, self.clock, os.urandom),
                SuiteTickets(self.db, KEY, self.clock, os.urandom),  # another process
                SuiteEvents(self.db, os.urandom, lambda: None),
                Sending(self.db, self.streams, self.clock, key=KEY),
                SyncHttp(self.db, outgoing, KEY, self.clock, os.urandom, timeout_ms=30_000),
            ]
            while any([await one.step() for one in duties]):
                for one in duties:
                    await one.rest()


@pytest.fixture
def work(db: Database, run: Callable[..., Any], clock: Clock) -> Worker:
    return Worker(db, run, clock)


def tickets(receiver: Receiver) -> list[str]:
    return [json.loads(row["biz_data"])["suiteTicket"] for row in rows(receiver) if row["biz_type"] == 2]


def now(tx: Tx, suite: App) -> str:
    return suites.ticket(tx, suite.app_key, KEY).ticket


def test_a_ticket_when_the_settings_are_made(db, run, work, receiver, suite) -> None:
    work()
    (push,) = receiver.got
    assert push == {
        "EventType": "SYNC_HTTP_PUSH_HIGH",
        "bizData": [
            {
                "id": push["bizData"][0]["id"],
                "subscribe_id": f"{SUITE_ID}_0",
                "corp_id": CORP,
                "biz_id": str(SUITE_ID),
                "biz_type": 2,
                "biz_data": json.dumps(
                    {"syncAction": "suite_ticket", "suiteTicket": run(db.read(lambda tx: now(tx, suite)))},
                    separators=(",", ":"),
                ),
                "gmt_create": NOW_MS,
                "gmt_modified": NOW_MS,
                "open_cursor": 0,
                "status": 0,
            }
        ],
    }


def test_tickets_of_a_day(db, run, work, clock, receiver, suite) -> None:
    work()
    seen = tickets(receiver)
    for hour in range(1, 25):
        clock.now_ms = NOW_MS + hour * HOUR_MS
        work()
        assert len(tickets(receiver)) == 1 + hour // 5
    seen = tickets(receiver)
    assert len(set(seen)) == len(seen) == 5
    assert seen[-1] == run(db.read(lambda tx: now(tx, suite)))
    good = [
        run(db.read(lambda tx, one=one: suites.ticket_is_good(tx, suite.app_key, one, KEY))) for one in seen
    ]
    assert good == [False, False, False, True, True]


def test_a_worker_that_slept_for_days_renews_once(work, clock, receiver) -> None:
    work()
    clock.now_ms += 72 * HOUR_MS
    work()
    assert len(tickets(receiver)) == 2


def test_a_fixed_ticket_is_told_again(db, run, work, clock, receiver, suite) -> None:
    run(db.write(lambda tx: suites.set_ticket(tx, suite.app_key, "chosen", KEY, fixed=True, now_ms=NOW_MS)))
    for hour in range(11):
        clock.now_ms = NOW_MS + hour * HOUR_MS
        work()
    assert tickets(receiver) == ["chosen"] * 3
    shown = run(db.read(lambda tx: suites.ticket(tx, suite.app_key, KEY)))
    assert shown.ticket_ms == NOW_MS


def test_only_the_latest_ticket_waits(db, run, work, clock, receiver, suite) -> None:
    receiver.answer = sends(500)
    for hour in range(11):
        clock.now_ms = NOW_MS + hour * HOUR_MS
        work()
    receiver.answer = success
    receiver.got.clear()
    run(
        db.write(
            lambda tx: suites.set_ticket(tx, suite.app_key, "newest", KEY, fixed=False, now_ms=clock.now_ms)
        )
    )
    work()
    assert tickets(receiver) == ["newest"]
    assert run(db.read(left)) == 0


def left(tx: Tx) -> int:
    found = tx.one("SELECT (SELECT COUNT(*) FROM deliveries) + (SELECT COUNT(*) FROM suite_events)")
    assert found is not None
    return found[0]


def test_no_ticket_in_clear_in_the_database(db, run, receiver, suite) -> None:
    run(
        db.write(lambda tx: suites.set_ticket(tx, suite.app_key, "secretive", KEY, fixed=True, now_ms=NOW_MS))
    )
    duty = SuiteEvents(db, os.urandom, lambda: None)
    run(duty.step())
    (body,) = run(db.read(lambda tx: tx.all("SELECT body FROM deliveries")))
    assert "secretive" not in body[0]


def test_over_a_stream(db, run, work, clock, suite) -> None:
    """Whatever events it asked for; of what waits while it is away the latest ticket alone."""
    push = Push(app_key=suite.app_key, mode="stream", event_types=frozenset({"calendar_event_change"}))
    run(db.write(lambda tx: set_push(tx, push, KEY, now_ms=NOW_MS)))
    work.streams.here = False
    for hour in range(11):
        clock.now_ms = NOW_MS + hour * HOUR_MS
        work()
    work.streams.here = True
    work()
    (got,) = work.streams.got
    assert (got.event_type, got.corp_id, got.born_ms) == ("suite_ticket", CORP, NOW_MS + 10 * HOUR_MS)
    assert json.loads(got.body) == {"suiteTicket": run(db.read(lambda tx: now(tx, suite)))}
    with pytest.raises(NoSecretKey):
        in_clear(got, None)


def test_told_again_by_number_and_secret(db, run, work, clock, receiver, suite) -> None:
    secret = new_app_secret(os.urandom)
    run(db.write(lambda tx: register.set_app(tx, CORP, suite.app_key, new_secret=secret, key=KEY)))

    def again(number: int, given: str) -> None:
        run(db.write(lambda tx: suite_events.tell_ticket_again(tx, number, given, now_ms=clock.now_ms)))

    work()
    for number, given in ((SUITE_ID, "wrong"), (SUITE_ID + 1, secret), (0, "")):
        with pytest.raises(InvalidSuiteKey):
            again(number, given)
    again(SUITE_ID, secret)
    work()
    first, second = tickets(receiver)
    assert first == second
    run(db.write(lambda tx: push_settings.remove(tx, suite.app_key)))
    with pytest.raises(InvalidParameter) as refused:
        again(SUITE_ID, secret)
    assert "rili app push" in (refused.value.description or "")


def authorize(tx: Tx, suite: App, points: tuple[str, ...] | None = None) -> None:
    authorizations.authorize(tx, suite.app_key, CUSTOMER, points, now_ms=NOW_MS)


def actions(receiver: Receiver) -> list[tuple[str, str]]:
    """Who did what about the authorisation."""
    return [
        (row["corp_id"], json.loads(row["biz_data"])["syncAction"])
        for row in rows(receiver)
        if row["biz_type"] == 4
    ]


def test_authorised_changed_withdrawn(db, run, work, receiver, suite) -> None:
    def add_admin(tx: Tx) -> None:
        add_user(tx, CUSTOMER, "boss", admin=True)

    run(db.write(add_admin))
    run(db.write(lambda tx: authorize(tx, suite)))
    work()
    (row,) = [row for row in rows(receiver) if row["biz_type"] == 4]
    assert (row["corp_id"], row["biz_id"], row["subscribe_id"]) == (
        CUSTOMER, str(SUITE_ID), f"{SUITE_ID}_0",
    )  # fmt: skip
    told = json.loads(row["biz_data"])
    assert told["syncAction"] == "org_suite_auth"
    assert {name: told["auth_corp_info"][name] for name in ("corpid", "corp_name", "full_corp_name")} == {
        "corpid": CUSTOMER, "corp_name": "客户", "full_corp_name": "客户",
    }  # fmt: skip
    assert told["auth_user_info"] == {"userId": "boss"}
    (agent,) = told["auth_info"]["agent"]
    assert (agent["agent_name"], agent["appid"], agent["admin_list"]) == ("Suite", SUITE_ID, ["boss"])
    assert told["auth_scope"]["auth_org_scopes"] == {"authed_dept": [1], "authed_user": []}
    assert "mobile" in told["auth_scope"]["auth_user_field"]

    only_boss = Range((), ("boss",))
    changes: list[Callable[[Tx], object]] = [
        lambda tx: authorize(tx, suite),  # which changes nothing
        lambda tx: authorize(tx, suite, ("Calendar.Event.Read",)),
        lambda tx: app_range.set_range(tx, CUSTOMER, suite.app_key, only_boss, now_ms=NOW_MS),
        lambda tx: authorizations.withdraw(tx, suite.app_key, CUSTOMER, now_ms=NOW_MS),
    ]
    for change in changes:
        run(db.write(change))
        work()
    assert actions(receiver) == [
        (CUSTOMER, "org_suite_auth"),
        (CUSTOMER, "org_suite_change"),
        (CUSTOMER, "org_suite_change"),
        (CUSTOMER, "org_suite_relieve"),
    ]
    *_, ranged, relieved = [json.loads(row["biz_data"]) for row in rows(receiver) if row["biz_type"] == 4]
    assert ranged["auth_scope"]["auth_org_scopes"] == {"authed_dept": [], "authed_user": ["boss"]}
    assert "mobile" not in ranged["auth_scope"]["auth_user_field"]
    assert "auth_scope" not in relieved
    assert relieved["auth_corp_info"]["corpid"] == CUSTOMER
    assert run(db.read(left)) == 0


def test_what_waits_when_it_is_withdrawn(db, run, work, receiver, suite) -> None:
    """Of that organisation alone, and the ticket stays."""
    run(db.write(lambda tx: authorize(tx, suite)))

    def queue(tx: Tx, corp_id: str) -> None:
        body = json.dumps({"calendarEventId": "e1"})
        for channel in ("sync_http", "stream"):
            new = NewDelivery(channel, suite.app_key, "e1", "x", "calendar_event_change", NOW_MS, body)
            deliveries.add(tx, corp_id, [new], now_ms=NOW_MS)

    for corp_id in (CUSTOMER, CORP):
        run(db.write(lambda tx, corp_id=corp_id: queue(tx, corp_id)))
    run(db.write(lambda tx: authorizations.withdraw(tx, suite.app_key, CUSTOMER, now_ms=NOW_MS)))
    work()
    assert sorted((row["corp_id"], row["biz_type"]) for row in rows(receiver)) == [
        (CUSTOMER, 4), (CORP, 2), (CORP, 100),
    ]  # fmt: skip
    assert actions(receiver) == [(CUSTOMER, "org_suite_relieve")]
    assert [one.corp_id for one in work.streams.got] == [CORP]


def test_over_a_stream_as_it_happened(db, run, work, suite) -> None:
    push = Push(app_key=suite.app_key, mode="stream")
    run(db.write(lambda tx: set_push(tx, push, KEY, now_ms=NOW_MS)))
    work.streams.here = False
    run(db.write(lambda tx: authorize(tx, suite)))
    run(db.write(lambda tx: authorize(tx, suite, ("Calendar.Event.Read",))))
    work()
    work.streams.here = True
    work()
    seen = [(one.corp_id, one.event_type) for one in work.streams.got if one.event_type != "suite_ticket"]
    assert seen == [(CUSTOMER, "org_suite_auth"), (CUSTOMER, "org_suite_change")]
    assert "syncAction" not in json.loads(work.streams.got[-1].body)


def test_an_app_that_is_told_of_nothing(db, run, work, suite) -> None:
    run(db.write(lambda tx: authorize(tx, suite)))
    work()
    assert run(db.read(left)) == 0
