"""One organisation after another, each in a transaction of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from rili.errors import Failure
from rili.store.db import Database, Tx

_log = logging.getLogger("rili.delivery")


async def take_turns(
    db: Database, name: str, corp_ids: Iterable[str], action: Callable[[Tx, str], int]
) -> int:
    """Run *action* for each; how much all have done. One that fails is logged under *name*, and stops nobody else.

    Raises what the last of them raised when none has done anything: then there is no sense in trying again at once.
    """
    done = 0
    failed: Exception | None = None
    for corp_id in corp_ids:
        try:
            done += await db.write(lambda tx, corp_id=corp_id: action(tx, corp_id))
        except Exception as failure:  # noqa: BLE001 - one organisation's must not stop the others'
            if not isinstance(failure, Failure):
                _log.exception("%s failed in %s", name, corp_id)
            failed = failure
    if failed is not None and not done:
        raise failed
    return done
