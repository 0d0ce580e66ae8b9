"""Telling an app of things, and the calls by which it says where."""

from __future__ import annotations

import json
import os
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from rili.model.ids import opaque_id
from rili.store import deliveries
from rili.store.deliveries import NewDelivery
from rili.testing import Rili
from tests.conformance.clients import App, Json, call
from tests.conformance.firm import FORM, Firm
from tests.people import SharedDatabase
from tests.receiver import Receiver

TAGS = ["calendar_event_change", "user_add_org", "bpms_task_change"]
CHANGED: Json = {
    "calendarEventId": "e1",
    "legacyCalendarEventId": "0A",
    "calendarEventUpdateTime": 1_772_413_200_000,
    "calendarId": "primary",
    "unionIdList": ["u1iEiE", "u2iEiE"],
    "changeType": "updated",
    "operator": {"type": "user"},
}


class Told:
    """A firm whose app is told of events, queued as what reads the outbox queues them."""

    def __init__(self, server: Rili, database: SharedDatabase) -> None:
        self.server = server
        self.firm = Firm(server, database)
        server.deliver()  # that its people came: nobody is told yet
        self._database = database

    def queue(
        self,
        body: Json = CHANGED,
        *,
        event_type: str = "calendar_event_change",
        subject: str = "e1",
        channel: Any = "http",
        app_key: str | None = None,
        born_ms: int | None = None,
    ) -> str:
        """The id of one more."""
        delivery_id = opaque_id(os.urandom, 26)
        now_ms = self.server.clock()
        new = NewDelivery(
            channel,
            app_key or self.firm.app_key,
            subject,
            delivery_id,
            event_type,
            now_ms if born_ms is None else born_ms,
            json.dumps(body),
        )
        corp_id = self.firm.corp_id
        self._database.write(lambda tx: deliveries.add(tx, corp_id, [new], now_ms=now_ms))
        return delivery_id

    def give_up(self, count: int = 1, **what: Any) -> list[str]:
        """Queue and deliver, in vain, for 40 seconds of the server's clock."""
        ids = [self.queue(**what) for _ in range(count)]
        for seconds in (0, 10, 30):
            self.server.clock.advance(seconds=seconds)
            self.server.deliver()
        return ids

    def old(self, operation: str, body: Json | None = None, **how: Any) -> Json:
        """A call of the old family."""
        return old(self.server.endpoint, how.pop("token", self.firm.token), operation, body, **how)

    def sdk(self) -> App:
        """The vendor's SDK, signed in as the firm's app; its organizer is Ann."""
        firm = self.firm
        people = [firm.ann, firm.bob, firm.bob]
        server: Any = SimpleNamespace(
            endpoint=firm.endpoint, app_key=firm.app_key, app_secret=firm.app_secret, users=people
        )
        return App(server)

    def register(self, receiver: Receiver, tags: list[str] | None = None) -> Json:
        return self.old("register_call_back", wanted(receiver, tags))


def old(
    endpoint: str, token: str | None, operation: str, body: Json | None = None, *, form: bool = False
) -> Json:
    """Answer of /call_back/*operation*, which is 200 whatever it says."""
    target = f"/call_back/{operation}" + ("" if token is None else f"?access_token={token}")
    if form:
        assert body is not None
        fields = {
            name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()
        }
        reply = call(endpoint, "POST", target, FORM, urlencode(fields).encode())
    else:
        reply = call(endpoint, "GET" if body is None else "POST", target, None, body)
    assert reply.status == 200
    return reply.json


def wanted(receiver: Receiver, tags: list[str] | None = None) -> Json:
    """Body of a registration."""
    return {
        "call_back_tag": TAGS if tags is None else tags,
        "token": receiver.token,
        "aes_key": receiver.aes_key,
        "url": receiver.url,
    }
