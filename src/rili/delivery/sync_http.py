"""Delivers by SyncHTTP: of each object the latest state alone, several of an organisation in one push (decision 97)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from time import perf_counter_ns

from msgspec import Struct

from rili.actions.push_settings import opened
from rili.auth.sealing import SecretKey
from rili.delivery.callback import Receiver, receiver_of, tell
from rili.delivery.duty import AFTER_FAILURE_S
from rili.delivery.http_callbacks import RETRY_MS
from rili.delivery.outgoing import Outgoing, Unanswered
from rili.delivery.sending import Undelivered
from rili.delivery.suite_events import in_clear
from rili.errors import Failure
from rili.metrics import Metrics
from rili.model.ids import NewBytes
from rili.store import apps, deliveries, push_settings, sync_http
from rili.store.db import Database, Tx
from rili.store.deliveries import Delivery, Line
from rili.store.push_settings import PushSettings
from rili.wire.sync_http import Biz, BizRow, Level, biz_row, find_biz, push_text

ROWS = 20
"""Of a push, at most; public receivers refuse more."""
BYTES = 262_144
"""Of a push, unless one row is longer: an event of thousands of people."""
OF_LINE = 256
"""Deliveries of one line that are looked through at once for the latest states."""
AT_ONCE = 4
"""Pushes to one app that are under way, whatever the number of organisations that authorised it."""

_log = logging.getLogger("rili.delivery")


class _OfSome(Undelivered):
    """Some of what was pushed may be why: before it takes the others along, each goes by itself."""


class _Batch(Struct, frozen=True):
    """What is pushed next, and the lines that are held meanwhile."""

    settings: PushSettings | None
    suite_id: int
    organisation: int
    level: Level
    lines: list[Line]
    states: list[tuple[Delivery, Biz]]


class SyncHttp:
    """The duty. Every organisation of every app has a turn when something is due, and nobody waits for another app."""

    name = "delivery by sync_http"
    pause_s = 1.0

    def __init__(
        self,
        db: Database,
        outgoing: Outgoing,
        key: SecretKey | None,
        clock: Callable[[], int],
        new_bytes: NewBytes,
        metrics: Metrics | None = None,
        *,
        timeout_ms: int,
    ) -> None:
        self._db = db
        self._outgoing = outgoing
        self._key = key
        self._clock = clock
        self._new_bytes = new_bytes
        self._metrics = metrics or Metrics()
        self._timeout_ms = timeout_ms
        self._lease_ms = (1 + ROWS) * timeout_ms + 30_000
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._not_before_s: dict[tuple[str, str], float] = {}
        self._turns: dict[str, asyncio.Semaphore] = {}

    async def step(self) -> int:
        begun = 0
        found = ("", "")
        now_s = asyncio.get_running_loop().time()
        while (due := await self._next_due(found)) is not None:
            found = due
            if found not in self._tasks and self._not_before_s.get(found, now_s) <= now_s:
                self._tasks[found] = task = asyncio.create_task(self._deliver(*found))
                task.add_done_callback(lambda _, found=found: self._tasks.pop(found))
                begun += 1
        return begun

    async def rest(self) -> None:
        while self._tasks:
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _next_due(self, after: tuple[str, str]) -> tuple[str, str] | None:
        return await self._db.read(
            lambda tx: deliveries.next_due(tx, "sync_http", after, now_ms=self._clock())
        )

    async def _deliver(self, app_key: str, corp_id: str) -> None:
        """Push batch after batch until nothing is due; what cannot even begin is left for a while."""
        self._not_before_s.pop((app_key, corp_id), None)
        turns = self._turns.setdefault(app_key, asyncio.Semaphore(AT_ONCE))
        try:
            more = True
            while more:
                async with turns:  # which is fair: other organisations have their turn in between
                    more = await self._deliver_batch(corp_id, app_key)
        except Failure as failure:  # the lines are somebody's again when the lease ends
            _log.warning("%s: %s", self.name, failure.description or failure.message)
            self._put_off(app_key, corp_id)
        except Exception:  # noqa: BLE001 - a defect must not end what else is to be delivered
            _log.exception("%s failed", self.name)
            self._put_off(app_key, corp_id)

    def _put_off(self, app_key: str, corp_id: str) -> None:
        self._not_before_s[app_key, corp_id] = asyncio.get_running_loop().time() + AFTER_FAILURE_S

    async def _deliver_batch(self, corp_id: str, app_key: str) -> bool:
        """Whether anything was due."""
        batch = await self._db.write(lambda tx: self._take(tx, corp_id, app_key))
        if batch is None:
            return False
        faults = await self._push(batch)
        await self._db.write(lambda tx: self._settle(tx, batch, faults))
        return True

    def _take(self, tx: Tx, corp_id: str, app_key: str) -> _Batch | None:
        """Hold lines that are due; what of them cannot be told is given up."""
        now_ms = self._clock()
        organisation = sync_http.organisation_number(tx, corp_id)
        if organisation is None:
            return None
        lines = deliveries.take_lines(
            tx, "sync_http", corp_id, app_key, now_ms=now_ms, until_ms=now_ms + self._lease_ms, limit=ROWS
        )
        if not lines:
            return None
        app, settings = apps.get(tx, app_key), push_settings.get(tx, app_key)
        if app is None or (settings is not None and settings.channel != "sync_http"):
            settings = None
        suite_id = app.agent_id if app else 0
        told: list[tuple[Delivery, Biz]] = []
        for one, biz in _latest(tx, lines, suite_id):
            if settings is None:
                _give_up(tx, one, "the app is told by SyncHTTP no more", now_ms)
            elif biz is None:
                _give_up(tx, one, f"SyncHTTP has no rows for {one.event_type}", now_ms)
            else:
                told.append((one, biz))
        level: Level = "HIGH" if any(biz.level == "HIGH" for _, biz in told) else "MEDIUM"
        return _Batch(settings, suite_id, organisation, level, lines, _first(told, level))

    async def _push(self, batch: _Batch) -> list[Undelivered | None]:
        """Why each state did not get there; None: it did. Raises NoSecretKey, WrongSecretKey."""
        if batch.settings is None or not batch.states:
            return []
        began_ns = perf_counter_ns()
        receiver = receiver_of(opened(batch.settings, self._key), batch.lines[0].corp_id)
        fault = await self._tell(receiver, batch, batch.states)
        last = any(_is_last(one) for one, _ in batch.states)
        if fault is None or not isinstance(fault, _OfSome) or not last or len(batch.states) == 1:
            faults = [fault for _ in batch.states]
        else:
            faults = [await self._tell(receiver, batch, [state]) for state in batch.states]
        seconds = (perf_counter_ns() - began_ns) / 1e9
        for (one, _), fault in zip(batch.states, faults, strict=True):
            outcome = "delivered" if fault is None else "given_up" if _is_last(one) else "failed"
            self._metrics.attempt("sync_http", outcome, seconds)
        return faults

    def _row(self, batch: _Batch, one: Delivery, biz: Biz) -> BizRow:
        return biz_row(
            biz,
            sync_http.row_id(batch.organisation, one.number),
            batch.suite_id,
            one.corp_id,
            one.event_type,
            one.born_ms,
            in_clear(one, self._key).body,
        )

    async def _tell(
        self, receiver: Receiver, batch: _Batch, states: Sequence[tuple[Delivery, Biz]]
    ) -> Undelivered | None:
        try:
            await tell(
                self._outgoing,
                receiver,
                push_text(batch.level, [self._row(batch, one, biz) for one, biz in states]),
                new_bytes=self._new_bytes,
                now_ms=self._clock(),
                timeout_ms=self._timeout_ms,
            )
        except Unanswered as unanswered:
            kind = _OfSome if unanswered.fault == "reply" else Undelivered
            return kind(f"{unanswered.fault}: {unanswered}")
        except Failure:
            raise
        except Exception as defect:  # noqa: BLE001 - uncounted, this attempt would be made for ever
            _log.exception("%s failed", self.name)
            return _OfSome(f"a defect: {type(defect).__name__}")
        return None

    def _settle(self, tx: Tx, batch: _Batch, faults: list[Undelivered | None]) -> None:
        """Write what became of the batch, and let go of its lines."""
        now_ms = self._clock()
        again_ms: dict[str, int] = {}
        for (one, _), fault in zip(batch.states, faults, strict=True):
            if fault is None:
                deliveries.delivered(tx, one)
            elif _is_last(one):
                _give_up(tx, one, str(fault), now_ms)
            else:
                deliveries.not_delivered(tx, one, str(fault), failed_ms=None)
                due_ms = now_ms + RETRY_MS[one.attempts]
                again_ms[one.subject] = max(due_ms, again_ms.get(one.subject, 0))
        for line in batch.lines:
            deliveries.leave_line(tx, line, due_ms=again_ms.get(line.subject, now_ms))


def _latest(tx: Tx, lines: Sequence[Line], suite_id: int) -> list[tuple[Delivery, Biz | None]]:
    """What of *lines* waits, and what it is about, in order. Of each object the latest state is left, with what else
    was told of the same change under other names; states before it, failed ones too, are deleted.
    """
    some_failed = sync_http.has_failed(tx, lines[0].corp_id, lines[0].receiver)
    known: list[Delivery] = []
    for line in lines:
        known += deliveries.in_line(tx, line, OF_LINE)
        if some_failed:
            known += sync_http.failed_in(tx, line)
    latest: dict[int, tuple[Delivery, Biz | None]] = {}
    of_object: dict[tuple[int, str], list[Delivery]] = {}
    for one in sorted(known, key=lambda one: one.number):
        biz = find_biz(one.event_type, one.corp_id, suite_id, one.subject, one.body)
        latest[one.number] = (one, biz)
        if biz is None:
            continue
        states = of_object.setdefault((biz.biz_type, biz.biz_id), [])
        for former in states:
            if former.born_ms != one.born_ms or former.event_type == one.event_type:
                deliveries.delivered(tx, former)
                del latest[former.number]
        states[:] = [*(former for former in states if former.number in latest), one]
    return [(one, biz) for one, biz in latest.values() if one.failed_ms is None]


def _first(told: Sequence[tuple[Delivery, Biz]], level: Level) -> list[tuple[Delivery, Biz]]:
    """What goes into one push: of each object the first alone, the others are for the next push."""
    chosen: dict[tuple[int, str], tuple[Delivery, Biz]] = {}
    size = 0
    for one, biz in told:
        key = biz.biz_type, biz.biz_id
        if biz.level != level or key in chosen:
            continue
        size += len(one.body)
        if chosen and (size > BYTES or len(chosen) == ROWS):
            break
        chosen[key] = (one, biz)
    return list(chosen.values())


def _is_last(one: Delivery) -> bool:
    return one.attempts >= len(RETRY_MS)


def _give_up(tx: Tx, one: Delivery, reason: str, now_ms: int) -> None:
    deliveries.not_delivered(tx, one, reason, failed_ms=now_ms)
