"""Delivery over streams: which connection, what counts as delivered, and what when it closes."""

from __future__ import annotations

import asyncio
import json
import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from rili.delivery.sending import Sending
from rili.delivery.stream_transport import StreamTransport
from rili.delivery.streams import MOST_OF_APP, Pace, Stream, Streams
from rili.errors import TooManyStreams
from rili.store import deliveries, delivery_list
from rili.store.db import Database, Tx
from rili.store.deliveries import Delivery, NewDelivery
from rili.store.delivery_list import Which
from tests.delivery.conftest import CORP, NOW_MS
from tests.delivery.test_sending import Clock, left, work

LATER = json.dumps({"status": "LATER"})
NEVER = 0.02
"""How long an answer that never comes is waited for."""


class Client:
    """The other end of a stream. *answers* says, of each event that it gets, what it does."""

    def __init__(self, answers: Callable[[Client, dict[str, Any]], None] | None = None) -> None:
        self.got: list[str] = []
        self.frames: list[dict[str, Any]] = []
        self._answers = answers or (lambda client, frame: client.answer(frame))
        self.gone = False

    def connect(self, streams: Streams, app_key: str = "app", *, events: bool = True) -> Client:
        self.streams = streams
        self.stream = Stream(app_key, self._take, events=events, clock=lambda: NOW_MS, new_bytes=os.urandom)
        streams.add(self.stream)
        return self

    async def _take(self, text: str) -> None:
        if self.gone:
            raise ConnectionResetError
        frame = json.loads(text)
        self.frames.append(frame)
        if frame["type"] == "EVENT":
            self.got.append(frame["headers"]["eventId"])
            self._answers(self, frame)

    def answer(self, frame: dict[str, Any], code: Any = 200, data: str = "{}") -> None:
        said = {"code": code, "headers": {"messageId": frame["headers"]["messageId"]}, "data": data}
        self.stream.receive(json.dumps(said))

    def leave(self) -> None:
        self.streams.remove(self.stream)


def new(name: str, *, receiver: str = "app") -> NewDelivery:
    return NewDelivery("stream", receiver, name.split(".")[0], name, "calendar_event_change", NOW_MS, "{}")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def streams() -> Streams:
    return Streams(os.urandom)


@pytest.fixture
def sending(db: Database, streams: Streams, clock: Clock) -> Sending:
    return Sending(db, StreamTransport(streams, clock, ack_s=5), clock)


@pytest.fixture
def queue(db: Database, run: Callable[..., Any]) -> Callable[..., None]:
    def queue(*names: str, receiver: str = "app") -> None:
        some = [new(name, receiver=receiver) for name in names]
        run(db.write(lambda tx: deliveries.add(tx, CORP, some, now_ms=NOW_MS)))

    return queue


def given_up(tx: Tx) -> list[Delivery]:
    return delivery_list.find(tx, CORP, Which(state="failed"), 9)


def test_what_waited_is_told_in_order(db, run, queue, streams, sending) -> None:
    names = [f"e{subject}.{number:02}" for number in range(20) for subject in range(3)]
    queue(*names)
    work(run, sending)
    assert run(db.read(left)) == (60, 3)  # nobody is connected

    bots = Client().connect(streams, events=False)
    others = Client().connect(streams, "another app")
    work(run, sending)
    assert run(db.read(left)) == (60, 3)

    client = Client().connect(streams)
    work(run, sending)
    assert sorted(client.got) == sorted(names)
    for subject in ("e0", "e1", "e2"):
        ours = [name for name in client.got if name.startswith(subject)]
        assert ours == sorted(ours)
    assert run(db.read(left)) == (0, 0)
    assert bots.got == others.got == []
    assert {(one["headers"]["eventCorpId"], one["data"]) for one in client.frames} == {(CORP, "{}")}
    assert {one["headers"]["connectionId"] for one in client.frames} == {client.stream.id}
    assert len({one["headers"]["messageId"] for one in client.frames}) == 60


@pytest.mark.parametrize(
    ("says", "error"),
    [
        pytest.param(lambda client, frame: client.answer(frame, 500), "the client answered 500", id="500"),
        pytest.param(lambda client, frame: client.answer(frame, 404), "the client answered 404", id="404"),
        pytest.param(
            lambda client, frame: client.answer(frame, 200, LATER), "the client answered LATER", id="LATER"
        ),
        pytest.param(
            lambda client, frame: client.answer(frame, "200"),
            "the client answered without a code",
            id="a code that is none",
        ),
        pytest.param(lambda client, frame: None, "no answer within 0.02 seconds", id="nothing"),
        pytest.param(
            lambda client, frame: client.stream.receive("garbage"),
            "no answer within 0.02 seconds",
            id="garbage",
        ),
        pytest.param(
            lambda client, frame: client.answer({"headers": {"messageId": "another"}}),
            "no answer within 0.02 seconds",
            id="an answer to something else",
        ),
    ],
)
def test_again_after_ten_and_thirty_seconds_then_given_up(
    db, run, queue, streams, clock, says, error
) -> None:
    client = Client(says).connect(streams)
    sending = Sending(db, StreamTransport(streams, clock, ack_s=NEVER), clock)
    queue("e1.1")
    for wait_ms, times in ((0, 1), (9_999, 1), (1, 2), (29_999, 2), (1, 3), (99_999, 3)):
        clock.now_ms += wait_ms
        work(run, sending)
        assert client.got == ["e1.1"] * times
    assert len({one["headers"]["messageId"] for one in client.frames}) == 3
    [failed] = run(db.read(given_up))
    assert (failed.id, failed.attempts, failed.error) == ("e1.1", 3, error)
    assert failed.failed_ms == NOW_MS + 40_000
    assert run(db.read(left)) == (1, 0)


def test_an_answer_that_comes_too_late_changes_nothing(db, run, queue, streams, clock) -> None:
    client = Client(lambda client, frame: None).connect(streams)
    sending = Sending(db, StreamTransport(streams, clock, ack_s=NEVER), clock)
    queue("e1.1")
    work(run, sending)
    client.answer(client.frames[0])
    work(run, sending)
    assert run(db.read(left)) == (1, 1)

    client._answers = lambda client, frame: [client.answer(frame, 200), client.answer(frame, 500)]
    clock.now_ms += 10_000
    work(run, sending)
    assert client.got == ["e1.1", "e1.1"]
    assert run(db.read(left)) == (0, 0)


def test_a_connection_that_closes_costs_no_attempt(db, run, queue, streams, sending) -> None:
    """At once to another one, or left due now."""
    Client(lambda client, frame: client.leave()).connect(streams)
    queue("e1.1", "e1.2", "e2.1")
    work(run, sending)
    assert run(db.read(left)) == (3, 2)
    [(attempts, due_ms)] = run(
        db.read(lambda tx: tx.all("SELECT DISTINCT attempts, due_ms FROM deliveries, delivery_lines"))
    )
    assert (attempts, due_ms) == (0, NOW_MS)

    rude = [Client(lambda client, frame: client.leave()).connect(streams) for _ in range(5)]
    good = Client().connect(streams)
    work(run, sending)
    assert sorted(good.got) == ["e1.1", "e1.2", "e2.1"]
    assert all(len(one.got) <= 2 for one in rude)
    assert run(db.read(left)) == (0, 0)


def test_a_connection_that_breaks_while_it_is_written_to(db, run, queue, streams, sending) -> None:
    broken = Client().connect(streams)
    broken.gone = True
    queue("e1.1")
    run(sending.step())
    broken.leave()
    work(run, sending)
    assert run(db.read(left)) == (1, 1)


def test_connections_share(db, run, queue, streams, sending) -> None:
    clients = [Client().connect(streams) for _ in range(4)]
    names = [f"e{number}.1" for number in range(400)]
    queue(*names)
    work(run, sending)
    counts = Counter(len(one.got) for one in clients)
    assert sum(count * times for count, times in counts.items()) == 400
    assert min(counts) > 50  # a hundred each; fewer than 50 once in 10^9


def test_two_processes_share(db, run, queue, clock) -> None:
    here, there = Streams(os.urandom), Streams(os.urandom)
    one, two = Client().connect(here), Client().connect(there)
    workers = [Sending(db, StreamTransport(streams, clock, ack_s=5), clock) for streams in (here, there)]
    queue(*(f"e{number}.1" for number in range(200)))
    work(run, *workers)
    assert len(one.got) + len(two.got) == 200
    assert min(len(one.got), len(two.got)) > 0
    assert not set(one.got) & set(two.got)


def test_who_was_told_to_go_gets_nothing_new(run, streams) -> None:
    async def go() -> Client:
        client = Client().connect(streams)
        keeping = asyncio.create_task(client.stream.keep(streams.stopping, good, Pace(stop_s=0)))
        await asyncio.sleep(0)
        assert streams.reaches("app")
        streams.close()
        await keeping
        return client

    async def good() -> bool:
        return True

    client = run(go())
    assert not streams.reaches("app")
    assert streams.pick("app") is None
    assert said(client) == [("disconnect", {"reason": "the server stops"})]
    with pytest.raises(TooManyStreams):
        streams.require_room("app")


def said(client: Client) -> list[tuple[str, Any]]:
    return [(one["headers"]["topic"], json.loads(one["data"])) for one in client.frames]


@pytest.mark.parametrize(
    ("pace", "good", "pings", "reason"),
    [
        pytest.param(Pace(ping_s=60, age_s=0, leave_s=0), [], 0, "connection is expired", id="too old"),
        pytest.param(
            Pace(ping_s=0, leave_s=0),
            [True, True, False],
            2,
            "the app has another secret or another channel now",
            id="not good any more",
        ),
    ],
)
def test_keeping(run, streams, pace, good, pings, reason) -> None:
    answers = iter(good)

    async def is_still_good() -> bool:
        return next(answers)

    client = Client().connect(streams)
    run(client.stream.keep(streams.stopping, is_still_good, pace))
    *before, last = said(client)
    assert last == ("disconnect", {"reason": reason})
    assert [topic for topic, _ in before] == ["ping"] * pings
    assert len({one["opaque"] for _, one in before}) == pings
    assert client.stream.leaving


def test_room(streams) -> None:
    for _ in range(MOST_OF_APP):
        streams.require_room("app")
        Client().connect(streams)
    with pytest.raises(TooManyStreams):
        streams.require_room("app")
    streams.require_room("other")
    for stream in list(streams._of_app["app"]):
        streams.remove(stream)
    streams.require_room("app")
    assert not streams.reaches("app")


def test_the_lease_outlasts_an_answer(streams, clock) -> None:
    assert StreamTransport(streams, clock, ack_s=60).lease_ms > 60_000
