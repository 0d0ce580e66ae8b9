"""Clients that change events while something terrible happens, and a ledger of what they were told."""

from __future__ import annotations

import http.client
import itertools
import json
import threading
from collections.abc import Iterator
from random import Random

from msgspec import Struct

from rili.actions import sign_in
from rili.store.db import Database, Tx
from tests import people
from tests.soak.process import ServerProcess

PEOPLE = 6
INVITED = 5
CLIENTS = 6
EVENTS_EACH = 3
TIMEOUT_SECONDS = 20


class Event(Struct, frozen=True):
    """An event that may be changed."""

    organizer_id: str
    id: str


class Organisation(Struct, frozen=True):
    """Who may change what."""

    corp_id: str
    token: str
    union_ids: list[str]

    @classmethod
    async def make(cls, db: Database, now_ms: int) -> Organisation:
        """A new one in *db*, without events, signed in until two hours after *now_ms*."""
        return await db.write(lambda tx: cls.in_transaction(tx, now_ms))

    @classmethod
    def in_transaction(cls, tx: Tx, now_ms: int) -> Organisation:
        """The same in *tx*."""
        corp_id = people.add_organisation(tx)
        union_ids = [people.add_user(tx, corp_id, f"user{number}").union_id for number in range(PEOPLE)]
        app, _ = people.add_app(tx, corp_id)
        token = f"{app.app_key}-token"
        sign_in.issue_token(tx, app.app_key, new_token=token, now_ms=now_ms)
        return cls(corp_id, token, union_ids)


class Sent(Struct, frozen=True):
    """An update that was sent; its summary is its number."""

    number: int
    event: Event
    body: bytes
    client_token: str | None

    @property
    def summary(self) -> str:
        return f"change {self.number}"


class Answered(Struct, frozen=True):
    """An update that was answered 200."""

    sent: Sent
    etag: str
    answer: bytes

    @property
    def version(self) -> int:
        return int(self.etag.strip('"'))


class Reply(Struct, frozen=True):
    """What a server said."""

    status: int
    etag: str
    body: bytes


class Client:
    """One connection, opened when it is needed."""

    def __init__(self, server: ServerProcess, token: str) -> None:
        self._token = token
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=TIMEOUT_SECONDS)

    def ask(self, method: str, path: str, body: bytes = b"", client_token: str | None = None) -> Reply:
        """Raises OSError or HTTPException when the server is gone."""
        headers = {"x-acs-dingtalk-access-token": self._token, "content-type": "application/json"}
        if client_token:
            headers["x-client-token"] = client_token
        try:
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            return Reply(answer.status, answer.headers.get("etag", ""), answer.read())
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise

    def update(self, sent: Sent) -> Reply:
        """Send it, for the first time or again."""
        return self.ask("PUT", path_of(sent.event), sent.body, sent.client_token)

    def close(self) -> None:
        self._connection.close()


class Load:
    """CLIENTS threads, each changing events of its own and one that all of them change."""

    def __init__(self, server: ServerProcess, organisation: Organisation, random: Random) -> None:
        self._server = server
        self._organisation = organisation
        self._random = random
        self._numbers = itertools.count(1)
        self._lock = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._events: list[Event] = []
        self.sent: dict[int, Sent] = {}
        self.answered: dict[int, Answered] = {}
        self.refused: list[Reply] = []

    def create_events(self) -> None:
        """Make the events over HTTP."""
        client = Client(self._server, self._organisation.token)
        for number in range(CLIENTS * EVENTS_EACH + 1):
            organizer = self._organisation.union_ids[number % PEOPLE]
            draft = _times(number) | {"summary": "change 0", "attendees": self._attendees(organizer, INVITED)}
            reply = client.ask("POST", path_of(Event(organizer, ""))[:-1], json.dumps(draft).encode())
            assert reply.status == 200, reply.body
            self._events.append(Event(organizer, json.loads(reply.body)["id"]))
        client.close()

    def start(self) -> None:
        """Begin; `refused` gets every answer but 200."""
        self._threads = [
            threading.Thread(target=self._work, args=(number, Random(self._random.random())))
            for number in range(CLIENTS)
        ]
        for thread in self._threads:
            thread.start()

    def wait_for(self, answers: int) -> None:
        """Return when so many more were answered."""
        with self._lock:
            wanted = len(self.answered) + answers
            arrived = self._lock.wait_for(lambda: len(self.answered) >= wanted, TIMEOUT_SECONDS)
        assert arrived, f"no {answers} answers within {TIMEOUT_SECONDS} s"

    def join(self) -> None:
        """Return when every client has noticed that the server is gone."""
        for thread in self._threads:
            thread.join()

    def unanswered(self) -> Iterator[Sent]:
        """What was sent, and nobody knows what became of it."""
        return (sent for number, sent in self.sent.items() if number not in self.answered)

    def _work(self, number: int, random: Random) -> None:
        client = Client(self._server, self._organisation.token)
        mine = [*self._events[number * EVENTS_EACH :][:EVENTS_EACH], self._events[-1]]
        while True:
            with self._lock:
                sent = self._update(next(self._numbers), random.choice(mine), random)
                self.sent[sent.number] = sent
            try:
                reply = client.update(sent)
            except (OSError, http.client.HTTPException):
                return
            with self._lock:
                if reply.status == 200:
                    self.answered[sent.number] = Answered(sent, reply.etag, reply.body)
                else:
                    self.refused.append(reply)
                self._lock.notify_all()

    def _update(self, number: int, event: Event, random: Random) -> Sent:
        change = {"id": event.id, "summary": f"change {number}"}
        if random.random() < 0.7:
            change |= _times(number)
        if random.random() < 0.3:
            change["attendees"] = self._attendees(event.organizer_id, random.randrange(PEOPLE))
        client_token = f"once-{number}" if random.random() < 0.4 else None
        return Sent(number, event, json.dumps(change).encode(), client_token)

    def _attendees(self, organizer: str, count: int) -> list[dict[str, str]]:
        others = [union_id for union_id in self._organisation.union_ids if union_id != organizer]
        return [{"id": union_id} for union_id in others[:count]]


def path_of(event: Event) -> str:
    return f"/v1.0/calendar/users/{event.organizer_id}/calendars/primary/events/{event.id}"


def _times(number: int) -> dict[str, object]:
    day, hour, minute = number % 28 + 1, number % 9 + 9, number % 60
    return {
        "start": {"dateTime": f"2026-11-{day:02d}T{hour:02d}:{minute:02d}:00+08:00", "timeZone": "Asia/Shanghai"},
        "end": {"dateTime": f"2026-11-{day:02d}T{hour + 1:02d}:{minute:02d}:00+08:00", "timeZone": "Asia/Shanghai"},
    }  # fmt: skip
