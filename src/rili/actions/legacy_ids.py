"""Ids of the API before this one."""

from __future__ import annotations

from collections.abc import Sequence

from rili.actions.access import PRIMARY, Place, listed_calendar
from rili.auth.callers import Caller
from rili.errors import InvalidParameter
from rili.model.ids import event_id_of_legacy
from rili.store import agenda_rows, attendees
from rili.store.attendees import Standing
from rili.store.db import Tx

MOST = 100
"""Ids of a call."""


def convert_legacy_ids(tx: Tx, by: Caller, user_id: str, legacy_ids: Sequence[str]) -> dict[str, str]:
    """The event id for each of *legacy_ids* whose event is in the user's calendar; the others are left out.

    Raises InvalidParameter for more than MOST, and for an unknown user (decision 8).
    """
    if len(legacy_ids) > MOST:
        raise InvalidParameter(
            description=f"legacyEventIds: {len(legacy_ids)} ids, where {MOST} are the most"
        )
    calendar = listed_calendar(tx, by, Place(user_id, PRIMARY))
    wanted = {legacy: found for legacy in legacy_ids if (found := event_id_of_legacy(legacy)) is not None}
    rows = agenda_rows.rows_of(tx, by.corp_id, calendar.calendar_id, set(wanted.values()))
    there = {row.event.id: row.event for row in rows if not row.gone and not row.deleted}
    standings = attendees.standings(
        tx, by.corp_id, user_id, [one.id for one in there.values() if one.recurrence]
    )
    shown = {id_ for id_, one in there.items() if not one.recurrence or standings.get(id_, Standing()).whole}
    return {legacy: event_id for legacy, event_id in wanted.items() if event_id in shown}
