"""Puts the rooms together; the only file that knows them all."""

from __future__ import annotations

import os
from collections.abc import Callable

from starlette.types import ASGIApp

from rili.api import topapi
from rili.api.http import Service
from rili.api.log import RequestLog
from rili.api.router import Router
from rili.api.routes import ROUTES
from rili.auth.sealing import SecretKey
from rili.config import Settings
from rili.delivery.apps import Apps
from rili.delivery.bell import Bell
from rili.delivery.duty import Duty
from rili.delivery.handing_out import HandingOut
from rili.delivery.http_callbacks import HttpCallbacks
from rili.delivery.outgoing import Outgoing
from rili.delivery.reading import Reading
from rili.delivery.sending import Sending
from rili.delivery.suite_events import SuiteEvents
from rili.delivery.suite_tickets import SuiteTickets
from rili.delivery.sync_http import SyncHttp
from rili.delivery.worker import Worker
from rili.metrics import Metrics
from rili.model.ids import NewBytes
from rili.store.db import Database
from rili.web.routes import PAGES


def build(
    settings: Settings,
    db: Database,
    *,
    clock: Callable[[], int],
    new_bytes: NewBytes = os.urandom,
    bell: Bell | None = None,
    metrics: Metrics | None = None,
) -> ASGIApp:
    """The whole app over an open *db*, which stays its opener's to close. *clock* gives epoch milliseconds.

    *bell* is rung after changes, and wakes those who wait for news. *metrics*: of the whole process.
    """
    metrics = metrics or Metrics()
    service = Service(settings, db, clock, new_bytes, bell or Bell(), metrics)
    router = Router(service, (*ROUTES, *PAGES), {"/topapi/": topapi.unknown_method})
    return RequestLog(
        router, clock=clock, new_bytes=new_bytes, cors_origins=settings.cors_origins, metrics=metrics
    )


def build_watch(
    settings: Settings,
    db: Database,
    *,
    clock: Callable[[], int],
    new_bytes: NewBytes = os.urandom,
    metrics: Metrics,
) -> ASGIApp:
    """What a worker by itself answers: whether it is well, and what it counted."""
    service = Service(settings, db, clock, new_bytes, Bell(), metrics)
    routes = [route for route in ROUTES if route.path in ("/healthz", "/metrics")]
    router = Router(service, routes, {})
    return RequestLog(
        router, clock=clock, new_bytes=new_bytes, cors_origins=settings.cors_origins, metrics=metrics
    )


def build_worker(
    settings: Settings,
    db: Database,
    *,
    clock: Callable[[], int],
    new_bytes: NewBytes = os.urandom,
    bell: Bell,
    metrics: Metrics,
) -> Worker:
    """All that is done without being asked: readers of the outbox first, then what delivers."""
    key = SecretKey(settings.secret_key, new_bytes) if settings.secret_key else None
    outgoing = Outgoing(settings.callback_networks)
    callbacks = HttpCallbacks(db, outgoing, key, clock, new_bytes, timeout_ms=settings.callback_timeout_ms)
    sync_http = SyncHttp(
        db, outgoing, key, clock, new_bytes, metrics, timeout_ms=settings.callback_timeout_ms
    )
    duties: list[Duty] = [
        Reading(db, Apps(clock, new_bytes), bell.ring),
        HandingOut(db, clock, new_bytes, bell.ring),
        SuiteTickets(db, key, clock, new_bytes),
        SuiteEvents(db, new_bytes, bell.ring),
        Sending(db, callbacks, clock, metrics),
        sync_http,
    ]
    return Worker(duties, bell, [outgoing.close])
