"""`rili worker`, but for its clock, which runs fast: retries come soon.

python -m tests.soak.delivering BEGIN_MS SPEED    the settings from the environment, as `rili worker` reads them
"""

from __future__ import annotations

import asyncio
import os
import sys
import time

from rili.app import build_worker
from rili.config import load
from rili.delivery.bell import Bell
from rili.metrics import Metrics
from rili.store.open import open_database


def fast_clock(begin_ms: int, speed: int) -> int:
    """Milliseconds that pass *speed* times as fast as they do, since *begin_ms*."""
    return begin_ms + (time.time_ns() // 1_000_000 - begin_ms) * speed


async def _main(begin_ms: int, speed: int) -> None:
    settings = load(None, os.environ)
    db = open_database(settings.database, settings.database_connections)
    worker = build_worker(
        settings, db, clock=lambda: fast_clock(begin_ms, speed), bell=Bell(), metrics=Metrics()
    )
    await worker.run()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), int(sys.argv[2])))
