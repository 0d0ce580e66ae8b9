"""GET /metrics: what this process counted, and what waits in the database, for Prometheus."""

from __future__ import annotations

from starlette.responses import Response

from rili.api.http import Request
from rili.auth.callers import within
from rili.errors.access import IpNotInWhiteList
from rili.metrics import CONTENT_TYPE, Queues
from rili.store import queues
from rili.store.db import Tx


async def metrics(request: Request) -> Response:
    """GET /metrics. Raises IpNotInWhiteList."""
    service = request.service
    if not within(request.address, " ".join(service.settings.metrics_networks)):
        raise IpNotInWhiteList(request.address, "the setting metrics_networks")
    now = await service.db.read(_queues)
    return Response(service.metrics.text(now, request.now_ms), media_type=CONTENT_TYPE)


def _queues(tx: Tx) -> Queues:
    return Queues(waiting=queues.waiting(tx), given_up=queues.given_up(tx), unread=queues.unread(tx))
