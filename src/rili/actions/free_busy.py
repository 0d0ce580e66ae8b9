"""When people are busy: the operation."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from rili.actions.access import PRIMARY, Place, listed_calendar
from rili.actions.app_range import within
from rili.actions.busy_parts import BusyMemory, Cut, busy_in
from rili.auth.callers import Caller
from rili.store import calendars
from rili.store.db import Tx


class Schedule(Struct, frozen=True, gc=False):
    """When one person is busy; None where nobody here has that unionId, or the app may not see who has."""

    user_id: str
    cuts: list[Cut] | None


def get_schedule(
    tx: Tx, by: Caller, user_id: str, user_ids: Sequence[str], from_ms: int, to_ms: int, memory: BusyMemory
) -> list[Schedule]:
    """When each of *user_ids* is busy in a window, half-open; who is named twice is told of once.

    Colleagues may be asked about without a grant: what is told is times alone (decision 88).
    Raises InvalidParameter for a *user_id* unknown or out of range, on whose behalf it is asked (decision 8).
    """
    found = calendars.primaries(tx, by.corp_id, {user_id, *user_ids})
    seen = within(tx, by, found)
    if user_id not in seen:
        listed_calendar(tx, by, Place(user_id, PRIMARY), "owner")
    asked = dict.fromkeys(user_ids)
    known = [found[one] for one in asked if one in seen]
    busy = busy_in(tx, known, from_ms, to_ms, memory)
    return [Schedule(one, busy.get(one)) for one in asked]
