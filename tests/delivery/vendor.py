"""An enterprise app that is told by SyncHTTP, in the organisation of these tests."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any

from rili.actions import register
from rili.actions.push_settings import Push, set_push
from rili.auth.sealing import SecretKey
from rili.model import scopes
from rili.model.directory import App, new_app_key, new_app_secret, new_suite_ticket
from rili.model.ids import opaque_id
from rili.store import apps, deliveries
from rili.store.db import Database, Tx
from rili.store.deliveries import NewDelivery
from tests.delivery.conftest import CORP, NOW_MS
from tests.receiver import Receiver

KEY = SecretKey(os.urandom(32).hex(), os.urandom)
SUITE_ID = 716_001
HOUR_MS = 3_600_000


class Clock:
    def __init__(self) -> None:
        self.now_ms = NOW_MS

    def __call__(self) -> int:
        return self.now_ms


def add_suite(tx: Tx, number: int = SUITE_ID, corp_id: str = CORP) -> App:
    app = App(
        app_key=new_app_key(os.urandom, "enterprise"),
        corp_id=corp_id,
        kind="enterprise",
        agent_id=number,
        name="Suite",
        scopes=scopes.ALL,
        created_ms=NOW_MS,
    )
    ticket = new_suite_ticket(os.urandom)
    return register.add_app(tx, app, new_app_secret(os.urandom), KEY, new_ticket=ticket)


def remove_suites(tx: Tx) -> None:
    for app in apps.list_all(tx, CORP):
        register.remove_app(tx, CORP, app.app_key)


def tell_at(receiver: Receiver) -> Push:
    """Settings by which the receiver's owner is told at it."""
    return Push(
        app_key=receiver.owner,
        mode="sync_http",
        url=receiver.url,
        token=receiver.token,
        aes_key=receiver.aes_key,
    )


def subscribe(tx: Tx, receiver: Receiver) -> None:
    set_push(tx, tell_at(receiver), KEY, now_ms=NOW_MS)


def changed(name: str, what: str = "updated") -> dict[str, Any]:
    return {"calendarEventId": name, "changeType": what}


class Queue:
    """Puts in line what the reader of the outbox would."""

    def __init__(self, db: Database, run: Callable[..., Any], app_key: str, clock: Clock) -> None:
        self.db, self.run, self.app_key, self.clock = db, run, app_key, clock

    def __call__(
        self,
        *bodies: dict[str, Any],
        event_type: str = "calendar_event_change",
        subject: str | None = None,
        corp_id: str = CORP,
    ) -> None:
        some = [
            NewDelivery(
                "sync_http",
                self.app_key,
                subject or body["calendarEventId"],
                opaque_id(os.urandom, 26),
                event_type,
                self.clock.now_ms,
                json.dumps(body),
            )
            for body in bodies
        ]
        self.run(self.db.write(lambda tx: deliveries.add(tx, corp_id, some, now_ms=self.clock.now_ms)))


def rows(receiver: Receiver) -> list[dict[str, Any]]:
    """All that it got, push after push."""
    return [row for push in receiver.got for row in push["bizData"]]


def states(receiver: Receiver) -> list[tuple[str, Any]]:
    """Of which objects it got what."""
    return [(row["biz_id"], json.loads(row["biz_data"]).get("changeType")) for row in rows(receiver)]
