"""Puts the rooms together; the only file that knows them all."""

from __future__ import annotations

import os
from collections.abc import Callable

from starlette.types import ASGIApp

from rili.api import stream, topapi
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
from rili.delivery.mail.codes import Codes
from rili.delivery.mail.inbound import Verdict, receive
from rili.delivery.mail.mailbox import Mailbox
from rili.delivery.mail.message import Sender
from rili.delivery.mail.smtp import Smtp
from rili.delivery.mail.transport import MailTransport
from rili.delivery.outgoing import Outgoing
from rili.delivery.people import People
from rili.delivery.pruning import Pruning
from rili.delivery.reading import Reading
from rili.delivery.reminders import ReminderReader, Reminders
from rili.delivery.sending import Sending
from rili.delivery.stream_transport import StreamTransport
from rili.delivery.streams import Streams
from rili.delivery.suite_events import SuiteEvents
from rili.delivery.suite_tickets import SuiteTickets
from rili.delivery.sync_http import SyncHttp
from rili.delivery.worker import Worker
from rili.metrics import Metrics
from rili.model.ids import NewBytes
from rili.model.mail_server import imap_server, smtp_server
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
    streams: Streams | None = None,
) -> ASGIApp:
    """The whole app over an open *db*, which stays its opener's to close. *clock* gives epoch milliseconds.

    *bell* is rung after changes, and wakes those who wait for news. *metrics*: of the whole process. *streams*: those
    that are open, for the worker of the same process.
    """
    service = Service(
        settings,
        db,
        clock,
        new_bytes,
        bell or Bell(),
        metrics or Metrics(),
        streams or Streams(new_bytes),
    )
    router = Router(
        service,
        (*ROUTES, *PAGES),
        {"/topapi/": topapi.unknown_method},
        {stream.SOCKET_PATH: stream.connect},
    )
    return _logged(router, service)


def build_watch(
    settings: Settings,
    db: Database,
    *,
    clock: Callable[[], int],
    new_bytes: NewBytes = os.urandom,
    metrics: Metrics,
) -> ASGIApp:
    """What a worker by itself answers: whether it is well, and what it counted."""
    service = Service(settings, db, clock, new_bytes, Bell(), metrics, Streams(new_bytes))
    routes = [route for route in ROUTES if route.path in ("/healthz", "/metrics")]
    router = Router(service, routes, {})
    return _logged(router, service)


def _logged(router: Router, service: Service) -> ASGIApp:
    return RequestLog(
        router,
        clock=service.clock,
        new_bytes=service.new_bytes,
        cors_origins=service.settings.cors_origins,
        metrics=service.metrics,
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
        Reading(db, People(clock, new_bytes, mail=settings.smtp_url is not None), bell.ring),
        Reading(db, ReminderReader()),
        HandingOut(db, clock, new_bytes, bell.ring),
        Reminders(db, clock, mail=settings.smtp_url is not None, rung=bell.ring),
        SuiteTickets(db, key, clock, new_bytes),
        SuiteEvents(db, new_bytes, bell.ring),
        Sending(db, callbacks, clock, metrics),
        sync_http,
        *_mail_duties(settings, db, clock, bell, metrics),
        Pruning(db, clock),
    ]
    return Worker(duties, bell, [outgoing.close])


def build_server_worker(
    settings: Settings,
    db: Database,
    *,
    clock: Callable[[], int],
    new_bytes: NewBytes = os.urandom,
    bell: Bell,
    metrics: Metrics,
    streams: Streams,
) -> Worker:
    """What a server does without being asked: it pushes through its *streams*, which nobody else can, and does all the
    rest unless the setting `worker` is `apart`.
    """
    worker = Worker([], bell)
    if settings.worker == "inside":
        worker = build_worker(settings, db, clock=clock, new_bytes=new_bytes, bell=bell, metrics=metrics)
    transport = StreamTransport(streams, clock, ack_s=settings.stream_ack_seconds)
    key = SecretKey(settings.secret_key, new_bytes) if settings.secret_key else None
    worker.add(Sending(db, transport, clock, metrics, key))
    return worker


def _mail_duties(
    settings: Settings, db: Database, clock: Callable[[], int], bell: Bell, metrics: Metrics
) -> list[Duty]:
    if settings.smtp_url is None:
        return []
    # Settings that are loaded name all of these beside it.
    sent_from, public_url, secret_key = settings.mail_from, settings.public_url, settings.secret_key
    assert sent_from is not None
    assert public_url is not None
    assert secret_key is not None

    def meeting_url(conference_id: str) -> str:
        return settings.meeting_url.format(public_url=public_url, conferenceId=conference_id)

    sender = Sender(sent_from, settings.mail_reply_to, public_url, meeting_url, Codes(secret_key))
    smtp = Smtp(smtp_server(settings.smtp_url), sent_from.rpartition("@")[2])
    duties: list[Duty] = [Sending(db, MailTransport(db, smtp, sender, clock), clock, metrics)]
    if settings.imap_url is not None:

        async def take(message: bytes) -> Verdict:
            verdict = await receive(db, message, clock)
            bell.ring()
            return verdict

        duties.append(Mailbox(imap_server(settings.imap_url), take, clock))
    return duties
