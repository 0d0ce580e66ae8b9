"""Run as a program: a server around an app that answers with what it was sent. Says when it is asked.

Arguments: how many seconds running requests may take after a signal.
"""

from __future__ import annotations

import asyncio
import sys

import uvloop
from starlette.types import Receive, Scope, Send

from rili import server
from rili.api.log import RequestLog
from rili.config import Settings


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    print("asked", flush=True)
    body = b""
    while len(body) < 5:
        body += (await receive())["body"]
    headers = [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def main() -> None:
    server.STOP_SECONDS = float(sys.argv[1])  # type: ignore[assignment]
    listener = server.bind("127.0.0.1", 0)
    running = server.Server(
        RequestLog(app, clock=lambda: 0),
        Settings(database="sqlite:unused"),
        clock=lambda: 0,
        on_ready=lambda: print(listener.getsockname()[1], flush=True),
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(running.serve(sockets=[listener]))
    print("closed", flush=True)


if __name__ == "__main__":
    main()
