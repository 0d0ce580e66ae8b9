"""SyncHTTP against receivers that know nothing of ours."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from rili.actions import register
from rili.auth.sealing import SecretKey
from rili.config import LOOPBACK
from rili.delivery import sync_http
from rili.delivery.outgoing import Outgoing
from rili.delivery.sync_http import ROWS, SyncHttp
from rili.model.directory import App, Organisation
from rili.store import deliveries, delivery_list, organisations, push_settings
from rili.store.db import Database, Tx
from rili.store.delivery_list import Which
from rili.wire.sync_http import Biz, BizRow, biz_row
from tests.delivery.conftest import CORP, NOW_MS
from tests.delivery.vendor import (
    KEY,
    SUITE_ID,
    Clock,
    Queue,
    add_suite,
    changed,
    remove_suites,
    rows,
    states,
    subscribe,
)
from tests.receiver import Answer, Handler, Receiver, dies, receiving, says, sends, success


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def suite(db: Database, run: Callable[..., Any]) -> Iterator[App]:
    yield run(db.write(add_suite))
    run(db.write(remove_suites))


@pytest.fixture
def receiver(db: Database, run: Callable[..., Any], suite: App) -> Iterator[Receiver]:
    with receiving(suite.app_key) as receiver:
        run(db.write(lambda tx: subscribe(tx, receiver)))
        yield receiver


@pytest.fixture
def queue(db: Database, run: Callable[..., Any], suite: App, clock: Clock) -> Queue:
    return Queue(db, run, suite.app_key, clock)


class Work:
    """A worker's duty, until nothing is due."""

    def __init__(self, db: Database, run: Callable[..., Any], clock: Clock) -> None:
        self.db, self.run, self.clock = db, run, clock

    def __call__(self, *, workers: int = 1, timeout_ms: int = 30_000) -> None:
        self.run(self._work(workers, timeout_ms))

    def for_retries(self) -> None:
        """Now, after 10 seconds, and 30 seconds after that."""
        for wait_ms in (0, 10_000, 30_000):
            self.clock.now_ms += wait_ms
            self()

    async def _work(self, workers: int, timeout_ms: int) -> None:
        async with Outgoing(LOOPBACK) as outgoing:
            some = [self.duty(outgoing, timeout_ms) for _ in range(workers)]
            while any([await one.step() for one in some]):
                for one in some:
                    await one.rest()

    def duty(self, outgoing: Outgoing, timeout_ms: int = 30_000) -> SyncHttp:
        return SyncHttp(self.db, outgoing, KEY, self.clock, counting(), timeout_ms=timeout_ms)


def counting() -> Callable[[int], bytes]:
    numbers = iter(range(2**30))
    return lambda count: (next(numbers)).to_bytes(count)


@pytest.fixture
def work(db: Database, run: Callable[..., Any], clock: Clock) -> Work:
    return Work(db, run, clock)


def left(tx: Tx) -> tuple[int, int]:
    """How many deliveries and lines there are."""
    found = tx.one("SELECT (SELECT COUNT(*) FROM deliveries), (SELECT COUNT(*) FROM delivery_lines)")
    assert found is not None
    return found[0], found[1]


def failed(tx: Tx, suite: App) -> list[tuple[str, int, str | None]]:
    found = delivery_list.find(tx, CORP, Which(receiver=suite.app_key, state="failed"), 999)
    return [(one.subject, one.attempts, one.error) for one in found]


def test_a_push(db, run, work, queue, receiver) -> None:
    """Rows as the vendor's page has them."""
    queue(changed("e1", "created"))
    queue({"userid": "ann", "name": "安"}, event_type="user_add_org", subject="ann")
    work()
    (push,) = receiver.got
    assert push == {
        "EventType": "SYNC_HTTP_PUSH_MEDIUM",
        "bizData": [
            {
                "id": push["bizData"][0]["id"],
                "subscribe_id": f"{SUITE_ID}_0",
                "corp_id": CORP,
                "biz_id": "e1",
                "biz_type": 100,
                "biz_data": '{"syncAction":"calendar_event_change","calendarEventId":"e1","changeType":"created"}',
                "gmt_create": NOW_MS,
                "gmt_modified": NOW_MS,
                "open_cursor": 0,
                "status": 0,
            },
            {
                "id": push["bizData"][1]["id"],
                "subscribe_id": f"{SUITE_ID}_0",
                "corp_id": CORP,
                "biz_id": "ann",
                "biz_type": 13,
                "biz_data": '{"syncAction":"user_add_org","userid":"ann","name":"安"}',
                "gmt_create": NOW_MS,
                "gmt_modified": NOW_MS,
                "open_cursor": 0,
                "status": 0,
            },
        ],
    }
    assert run(db.read(left)) == (0, 0)


def test_more_than_one_push_holds(db, run, work, queue, receiver) -> None:
    names = [f"e{number:03}" for number in range(2 * ROWS + 3)]
    queue(*(changed(name) for name in names))
    queue({"auth_corp_info": {}}, event_type="org_suite_auth", subject="suite")
    work()
    assert sorted(biz_id for biz_id, _ in states(receiver)) == sorted([*names, str(SUITE_ID)])
    assert all(len(push["bizData"]) <= ROWS for push in receiver.got)
    assert [push["EventType"] for push in receiver.got].count("SYNC_HTTP_PUSH_HIGH") == 1
    assert len(receiver.got) <= 5
    assert run(db.read(left)) == (0, 0)


def test_long_rows_go_by_themselves(work, queue, receiver) -> None:
    people = ["u" * 1_000] * 190
    queue(*(changed(f"e{number}") | {"unionIdList": people} for number in range(3)))
    work()
    assert [len(push["bizData"]) for push in receiver.got] == [1, 1, 1]


def test_the_latest_states_alone_after_a_burst_while_it_is_down(db, run, work, queue, receiver) -> None:
    receiver.answer = sends(502)
    queue(changed("e1", "created"), changed("e2", "created"))
    work()
    for number in range(50):
        queue(changed("e1", f"updated {number}"), changed("e1_1772413200", f"occurrence {number}"))
    work()
    # What waits for its next attempt waits in order.
    assert [len(push["bizData"]) for push in receiver.got] == [2, 1]
    receiver.answer = success
    receiver.got.clear()
    clock_ms = work.clock.now_ms
    work.clock.now_ms += 10_000
    work()
    assert sorted(states(receiver)) == [
        ("e1", "updated 49"), ("e1_1772413200", "occurrence 49"), ("e2", "created"),
    ]  # fmt: skip
    assert {row["gmt_modified"] for row in rows(receiver)} == {clock_ms}
    assert run(db.read(left)) == (0, 0)


def test_what_one_change_is_told_as(db, run, work, queue, receiver) -> None:
    """Under several names, in order, and never two rows of one object in a push; a later change takes their place."""
    receiver.answer = sends(502)
    ann: dict[str, Any] = {"userid": "ann"}
    for event_type in ("user_modify_org", "user_dept_change"):
        queue(ann, event_type=event_type, subject="person ann")
    work()
    receiver.got.clear()
    work.clock.now_ms += 10_000
    for event_type in ("user_leave_org", "user_add_org", "user_active_org"):
        queue(ann, event_type=event_type, subject="person ann")
    queue({"userid": "bob"}, event_type="user_add_org", subject="person bob")
    receiver.answer = success
    work()
    told = [(row["biz_id"], json.loads(row["biz_data"])["syncAction"]) for row in rows(receiver)]
    assert [action for biz_id, action in told if biz_id == "ann"] == [
        "user_leave_org", "user_add_org", "user_active_org",
    ]  # fmt: skip
    assert ("bob", "user_add_org") in told
    for push in receiver.got:
        ids = [row["biz_id"] for row in push["bizData"]]
        assert len(set(ids)) == len(ids)
    assert run(db.read(left)) == (0, 0)


def test_each_object_in_order_under_ids_that_grow(work, queue, receiver) -> None:
    for number in range(5):
        queue(*(changed(name, str(number)) for name in ("e1", "e2")))
        work(workers=2)
    seen = [(row["id"], *state) for row, state in zip(rows(receiver), states(receiver), strict=True)]
    for name in ("e1", "e2"):
        ours = [(row_id, what) for row_id, biz_id, what in seen if biz_id == name]
        assert [what for _, what in ours] == ["0", "1", "2", "3", "4"]
        assert sorted(set(ours)) == ours
    assert max(row_id for row_id, _, _ in seen) < 2**53


def test_what_changes_while_it_is_being_told(db, run, work, queue, receiver) -> None:
    def answer(handler: Handler, text: str) -> None:
        if len(receiver.got) == 1:
            asyncio.run_coroutine_threadsafe(later(), loop).result()
        success(handler, text)

    async def later() -> None:
        await db.write(lambda tx: deliveries.add(tx, CORP, [newer], now_ms=NOW_MS))

    async def running_loop() -> asyncio.AbstractEventLoop:
        return asyncio.get_running_loop()

    loop = run(running_loop())
    newer = deliveries.NewDelivery(
        "sync_http",
        receiver.owner,
        "e1",
        "x",
        "calendar_event_change",
        NOW_MS,
        json.dumps(changed("e1", "2")),
    )
    receiver.answer = answer
    queue(changed("e1", "1"))
    work()
    assert states(receiver) == [("e1", "1"), ("e1", "2")]
    assert run(db.read(left)) == (0, 0)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(sends(500), "reply: it answers 500, not 200", id="refuses"),
        pytest.param(says("fail"), "reply: it answers 'fail', not success", id="says no"),
        pytest.param(dies, "unreachable: ", id="dead"),
    ],
)
def test_given_up_until_something_newer(db, run, work, queue, receiver, suite, answer: Answer, error) -> None:
    receiver.answer = answer
    queue(changed("e1", "1"), changed("e2", "1"))
    work.for_retries()
    given_up = run(db.read(lambda tx: failed(tx, suite)))
    assert [(name, attempts) for name, attempts, _ in given_up] == [("e1", 3), ("e2", 3)]
    assert all(text.startswith(error) for _, _, text in given_up)

    receiver.answer = success
    receiver.got.clear()
    queue(changed("e1", "2"))
    work()
    assert states(receiver) == [("e1", "2")]
    assert [name for name, _, _ in run(db.read(lambda tx: failed(tx, suite)))] == ["e2"]


def test_one_that_is_refused_takes_no_other_along(db, run, work, queue, receiver, suite) -> None:
    def answer(handler: Handler, text: str) -> None:
        (sends(500) if "poison" in text else success)(handler, text)

    receiver.answer = answer
    queue(changed("e1"), changed("poison"), changed("e2"))
    work.for_retries()
    assert [name for name, _, _ in run(db.read(lambda tx: failed(tx, suite)))] == ["poison"]
    assert run(db.read(left)) == (1, 0)


def test_a_defect_counts_as_an_attempt_and_takes_no_other_along(
    db, run, work, queue, receiver, suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    def row(biz: Biz, *rest: Any) -> BizRow:
        if biz.biz_id == "poison":
            raise RecursionError("too deep")
        return biz_row(biz, *rest)

    monkeypatch.setattr(sync_http, "biz_row", row)
    queue(changed("e1"), changed("poison"), changed("e2"))
    work.for_retries()
    assert run(db.read(lambda tx: failed(tx, suite))) == [("poison", 3, "a defect: RecursionError")]
    assert {name for name, _ in states(receiver)} == {"e1", "e2"}


def test_nobody_waits_for_another_app(db, run, work, queue, receiver) -> None:
    """One hangs, in more organisations than may be told at once, and the other is told all the same."""
    other = run(db.write(lambda tx: add_suite(tx, SUITE_ID + 1)))
    corps = [f"dingsync{number}" for number in range(6)]
    for corp_id in corps:
        one = Organisation(corp_id=corp_id, name="C", zone="Asia/Shanghai", language="en", created_ms=0)
        run(db.write(lambda tx, one=one: organisations.add(tx, one)))
        queue(changed("e1"), corp_id=corp_id)
    told, let_go = threading.Event(), threading.Event()

    def hold(handler: Handler, text: str) -> None:
        let_go.wait()
        success(handler, text)

    receiver.answer = hold
    with receiving(other.app_key) as others:
        run(db.write(lambda tx: subscribe(tx, others)))

        def answer(handler: Handler, text: str) -> None:
            success(handler, text)
            told.set()

        others.answer = answer
        Queue(db, run, other.app_key, work.clock)(changed("e9"))

        async def steps() -> None:
            async with Outgoing(LOOPBACK) as outgoing:
                duty = work.duty(outgoing)
                while not told.is_set():
                    await duty.step()
                    await asyncio.sleep(0)
                assert len(receiver.got) <= 4
                let_go.set()
                await duty.rest()

        run(steps())
        assert states(others) == [("e9", "updated")]
    for corp_id in corps:
        run(db.write(lambda tx, corp_id=corp_id: organisations.erase(tx, corp_id)))
    ids = [row["id"] for row in rows(receiver)]
    assert len(set(ids)) == len(ids)  # of all organisations


def test_what_it_cannot_be_told(db, run, work, queue, receiver, suite) -> None:
    queue({}, event_type="meetingroom_book", subject="room")
    work()
    run(db.write(lambda tx: push_settings.remove(tx, suite.app_key)))
    queue(changed("e1"))
    work()
    assert receiver.got == []
    assert run(db.read(lambda tx: failed(tx, suite))) == [
        ("room", 1, "SyncHTTP has no rows for meetingroom_book"),
        ("e1", 1, "the app is told by SyncHTTP no more"),
    ]


def test_who_cannot_read_the_settings_leaves_it_to_others(db, run, work, queue, receiver) -> None:
    async def step(key: SecretKey | None) -> list[int]:
        async with Outgoing(LOOPBACK) as outgoing:
            duty = SyncHttp(db, outgoing, key, work.clock, os.urandom, timeout_ms=30_000)
            begun = [await duty.step()]
            await duty.rest()
            return [*begun, await duty.step()]

    queue(changed("e1"))
    for key in (None, SecretKey(os.urandom(32).hex(), os.urandom)):
        assert run(step(key)) == [1, 0]  # and again when the lease ends
        work.clock.now_ms += 3_600_000
    work()
    assert states(receiver) == [("e1", "updated")]


def test_an_app_that_goes_takes_along_what_waits(db, run, work, queue, receiver, suite) -> None:
    queue(changed("e1"))
    run(db.write(lambda tx: register.remove_app(tx, CORP, suite.app_key)))
    assert run(db.read(left)) == (0, 0)
    work()
    assert receiver.got == []
