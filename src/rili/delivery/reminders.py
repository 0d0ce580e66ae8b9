"""Reminds people: keeps the next firing of each reminder, and fires what is due (decisions 109, 110)."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec import Raw, Struct

from rili.actions import reminder_rows
from rili.actions.reminder_rows import READER
from rili.delivery.firing import fire, follow
from rili.delivery.turns import InTurns
from rili.model.when import AllDay, When
from rili.store import outbox_readers, reminder_people, reminders, zone_changes
from rili.store.db import Database, Tx
from rili.store.outbox import Change

ROWS = 32
"""That fire in one transaction, at most."""
PEOPLE = 200
"""Whom one transaction reminds, at most: it holds up everybody else on SQLite."""


class ReminderReader:
    """Keeps the rows of an event up to date as it changes."""

    name = READER

    def begin(self, tx: Tx, corp_id: str) -> None:
        return

    def take(self, tx: Tx, change: Change, people_done: int) -> int | None:
        if change.kind in ("create", "update", "delete", "cancel"):
            reminder_rows.renew(tx, change.corp_id, change.event_id, change.created_ms)
        elif change.kind in ("people", "respond") and _may_have_whole_days(change):
            # Who answers may come back after they had left.
            came = {*change.joined, change.on_behalf_of or change.operator_id}
            zones = reminder_people.zones_of_people(tx, change.corp_id, came)
            reminder_rows.add_zones(tx, change.corp_id, change.event_id, zones, change.created_ms)
        return None

    def end(self, tx: Tx) -> None:
        return


class Reminders(InTurns):
    """The duty that fires what is due, organisation by organisation."""

    name = "reminders"

    def __init__(
        self, db: Database, clock: Callable[[], int], *, mail: bool, rung: Callable[[], None] = lambda: None
    ) -> None:
        """*mail*: besides the notification, which everybody gets."""
        super().__init__(db, rung)
        self._clock = clock
        self._mail = mail

    def waiting(self, tx: Tx) -> list[str]:
        return reminders.waiting_in(tx, self._clock())

    def work(self, tx: Tx, corp_id: str) -> int:
        if not outbox_readers.claim(tx, corp_id, READER):
            return 0
        now_ms = self._clock()
        if derived := reminder_rows.derive_some(tx, corp_id, now_ms):
            return derived
        # Before anything fires, which goes by the zones of now.
        if (change := zone_changes.first(tx, corp_id)) is not None:
            follow(tx, corp_id, change, now_ms, mail=self._mail)
            return 1
        done, people = 0, PEOPLE
        for one in reminders.due(tx, corp_id, now_ms, ROWS):
            people -= fire(tx, corp_id, one, now_ms, limit=people, mail=self._mail)
            done += 1
            if people <= 0:
                break
        return done


class _Shape(Struct, frozen=True):
    """What of an event says whether it may have whole days."""

    when: When
    recurrence: Raw = Raw()


_shape = msgspec.json.Decoder(_Shape).decode


def _may_have_whole_days(change: Change) -> bool:
    if change.after is None or change.occurrence is not None:
        return True
    shape = _shape(change.after)
    return isinstance(shape.when, AllDay) or bool(bytes(shape.recurrence))
