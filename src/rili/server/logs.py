"""Where log lines go: standard error, one JSON object a line."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable
from typing import Any

import msgspec

from rili.api.log import describe, utc


class JsonLines(logging.Formatter):
    """Lines of `rili.request` are JSON already; others become it. Exceptions appear without their texts."""

    def __init__(self, clock: Callable[[], int]) -> None:
        super().__init__()
        self._clock = clock

    def format(self, record: logging.LogRecord) -> str:
        if record.name == "rili.request":
            return str(record.msg)
        line = {
            "time": utc(self._clock()),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = describe(record.exc_info[1])
        return msgspec.json.encode(line).decode()


def log_to_stderr(clock: Callable[[], int]) -> None:
    """Set up logging for a process that is the server."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(clock))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("rili").setLevel(logging.INFO)
    # Nothing prints these, and looking them up costs as much as the rest of a line.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    # A log that cannot be written is no reason to write more of it.
    logging.raiseExceptions = False


def log_loop_failure(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """asyncio's own report repeats addresses, objects and the arguments of callbacks; this one names the failure."""
    del loop
    before, callback, _ = str(context["message"]).partition("in callback")  # its arguments follow
    logging.getLogger("rili.failure").error("%s: %s", before + callback, describe(context.get("exception")))
