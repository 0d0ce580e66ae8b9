"""An attendee takes an event, or one occurrence, off their own calendar; it stays for everybody else (decision 13).

What it costs does not grow with the people on the event, so that thousands may leave it.
"""

from __future__ import annotations

from rili.actions.access import Place, Seen
from rili.actions.announce import announce, text_of
from rili.actions.occurrences import people_of
from rili.actions.some_people import concerned, next_version, tell, there_of
from rili.auth.callers import Caller
from rili.model.series import Instance
from rili.store import agenda, attendee_rows, attendees
from rili.store.db import Tx
from rili.store.events import Stored


def leave_event(
    tx: Tx, by: Caller, place: Place, stored: Stored, switches: dict[str, str], *, shown: int
) -> Seen:
    """Off the whole of it, single occurrences too, and declined; answers it with the first *shown* of its people."""
    event, user_id = stored.event, place.user_id
    people = attendees.of_event(tx, by.corp_id, event.id, limit=shown) if shown else ()
    after = next_version(tx, event)
    attendees.leave(tx, after, user_id, by.now_ms)
    tell(tx, after, None, shown=[])
    agenda.hide(tx, after, [user_id], by.now_ms)
    announce(
        tx, by, user_id, event, "leave", concerned(event, user_id, []),
        before=stored.body, after=text_of(after), switches=switches,
    )  # fmt: skip
    return Seen(event, people, user_id)


def leave_occurrence(
    tx: Tx, by: Caller, place: Place, stored: Stored, one: Instance, switches: dict[str, str], *, shown: int
) -> Seen:
    """Off one occurrence, and declined; off the series where nothing else of it is left to them."""
    series, user_id = stored.event, place.user_id
    people = people_of(tx, one, limit=shown) if shown else ()
    (me,) = there_of(tx, series, one, [user_id])
    after = next_version(tx, series)
    attendees.put_own(tx, after, one.slot, me)
    attendees.leave(tx, after, user_id, by.now_ms, one.slot)
    tell(tx, after, one, shown=[])
    if attendee_rows.still_on(tx, after, [user_id]):
        agenda.touch_of(tx, after, [user_id])
    else:
        agenda.hide(tx, after, [user_id], by.now_ms)
    announce(
        tx, by, user_id, after, "leave", concerned(series, user_id, []),
        before=text_of(one.event), after=text_of(one.event), occurrence=one, switches=switches,
    )  # fmt: skip
    return Seen(one.event, people, user_id, one)
