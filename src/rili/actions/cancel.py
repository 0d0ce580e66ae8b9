"""Calling an event off: it stays where it is, cancelled (decision 13)."""

from __future__ import annotations

from rili.actions import events
from rili.actions.access import Place, check_on_whole, find_occurrence, find_to_change, no_event, target_of
from rili.actions.events import Scope
from rili.auth.callers import Caller
from rili.errors import InvalidParameter
from rili.model.event import EventChange, check_organizer
from rili.model.ids import NewBytes
from rili.store.db import Tx

_CALLED_OFF = EventChange(cancels=True)


def cancel_event(
    tx: Tx, by: Caller, place: Place, event_id: str, *, scope: Scope | None, new_bytes: NewBytes
) -> None:
    """Cancel an event, a series, or through an occurrence's id that one, all, or those from there on.

    What is cancelled already stays so, and nobody is told again. Where a series is split, what follows is a series of
    its own (decision 10). Raises ItemNotFound, PermissionDenied, InvalidParameter.
    """
    target, gone_already = target_of(event_id), False
    series = find_to_change(tx, by, place, target).event
    if target == target_of(series.id):
        check_on_whole(tx, by, place, series)
        if scope in ("this", "following") and series.recurrence is not None:
            raise InvalidParameter(
                description=f"scope: {scope} needs the id of an occurrence; this id is a whole series'"
            )
        scope = "all"
    else:
        one = find_occurrence(tx, by, place, series, target)
        if one is None:
            raise no_event(event_id)
        gone_already = scope in (None, "this") and one.event.cancelled
    check_organizer(series, place.user_id)
    if series.cancelled or gone_already:
        return
    # All of it by its own id: by an occurrence's, what that has of its own would be settled anew.
    events.update_event(
        tx, by, place, series.id if scope == "all" else event_id, _CALLED_OFF,
        scope=None if scope == "all" else scope, rules="lenient", new_bytes=new_bytes,
    )  # fmt: skip
