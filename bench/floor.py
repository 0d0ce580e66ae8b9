"""The floor: the server and the app as they are, but whoever updates or reads an event gets the same bytes.

Same server, request log, router, token check in the database, same length of answer. What is missing is what an update
or a read is: decoding, rules, the transaction, encoding. `python -m bench.floor DATABASE PORT ANSWER`.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import uvloop
from starlette.responses import Response

from rili.api.http import Answer, Request, Service, respond
from rili.api.log import RequestLog
from rili.api.router import Route, Router
from rili.api.routes import EVENT
from rili.api.site import healthz
from rili.config import Settings
from rili.model import scopes
from rili.server import Server, bind
from rili.server.logs import log_to_stderr
from rili.store.open import open_database


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


async def _serve(database: str, port: int, body: bytes) -> None:
    answer = Answer(body, "1")

    async def put_event(request: Request) -> Response:
        await request.body()
        return respond(answer)

    async def get_event(_: Request) -> Response:
        return respond(answer)

    routes = (
        Route("PUT", EVENT, put_event, "PatchEvent", "The floor", scopes.EVENT_WRITE),
        Route("GET", EVENT, get_event, "GetEvent", "The floor", scopes.EVENT_READ),
        Route("GET", "/healthz", healthz, "healthz", "Health"),
    )
    settings = Settings(database=database, port=port)
    db = open_database(database)
    try:
        router = Router(Service(settings, db, _now_ms, os.urandom), routes, {})
        app = RequestLog(router, clock=_now_ms, cors_origins=settings.cors_origins)
        await Server(app, settings, clock=_now_ms).serve(sockets=[bind(settings.host, port)])
    finally:
        await db.close()


if __name__ == "__main__":
    log_to_stderr(_now_ms)
    uvloop.run(_serve(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]).read_bytes()))
