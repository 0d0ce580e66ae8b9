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
from rili.config import Settings
from rili.delivery.bell import Bell
from rili.delivery.duty import Duty
from rili.delivery.mail.codes import Codes
from rili.delivery.mail.inbound import Verdict, receive
from rili.delivery.mail.mailbox import Mailbox
from rili.delivery.mail.message import Sender
from rili.delivery.mail.smtp import Smtp
from rili.delivery.mail.transport import MailTransport
from rili.delivery.people import People
from rili.delivery.reading import Reading
from rili.delivery.sending import Sending
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
    duties: list[Duty] = [
        Reading(db, People(clock, new_bytes, mail=settings.smtp_url is not None), bell.ring),
        *_mail_duties(settings, db, clock, bell, metrics),
    ]
    return Worker(duties, bell)


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
