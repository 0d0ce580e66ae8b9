"""What is read of people's agendas to tell when they are busy: no titles, nobody else's answers."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from rili.model.free_busy import Occupying, decode_occupying
from rili.model.people import Response
from rili.model.series import Slot
from rili.store.agenda_rows import CLASSES, bounds
from rili.store.db import Tx
from rili.store.keys import as_keys
from rili.store.outbox_pruning import GONE

_TOUCHING = f"""
    SELECT agenda.calendar_id, event_id, change_no
      FROM (SELECT key AS wanted FROM json_each(:calendar_ids)) AS calendars
     CROSS JOIN (VALUES {CLASSES}) AS classes
     CROSS JOIN agenda
     WHERE agenda.corp_id = :corp_id AND agenda.calendar_id = wanted AND gone_ms IS NULL
       AND span_class = classes.column1
       AND start_cell BETWEEN classes.column3 AND :last
       AND agenda.starts_ms BETWEEN :from_ms - classes.column2 AND :to_ms
       AND (agenda.until_ms IS NULL OR agenda.until_ms >= :from_ms)
"""


FEW_CHANGES = 200
"""Of an organisation, up to which it is asked whose calendars they are in."""


class BusyRow(Struct, frozen=True, gc=False):
    """One event of an agenda, and what the agenda's owner answered for the whole of it."""

    event: Occupying
    response: Response | None


def touching(
    tx: Tx, corp_id: str, calendar_ids: Iterable[str], from_ms: int, to_ms: int
) -> dict[str, dict[str, int]]:
    """By calendar, the change numbers of what `agenda_rows.touching` finds in each, by event."""
    found: dict[str, dict[str, int]] = {calendar_id: {} for calendar_id in calendar_ids}
    rows = tx.all(_TOUCHING, corp_id=corp_id, calendar_ids=as_keys(found), **bounds(from_ms, to_ms))
    for calendar_id, event_id, change_no in rows:
        found[calendar_id][event_id] = change_no
    return found


def changed_calendars(tx: Tx, corp_id: str, calendar_ids: Iterable[str], from_no: int) -> set[str] | None:
    """Which of these calendars a change with a number from *from_no* on concerns; None where changes are too many, or
    the outbox has let go of some.

    No change of an event, its people and their answers comes without a row in the outbox.
    """
    rows = tx.all(
        f"""
        SELECT event_id FROM outbox WHERE corp_id = :corp_id AND change_no >= :from_no
         UNION ALL {GONE} LIMIT :few
        """,
        corp_id=corp_id,
        from_no=from_no,
        few=FEW_CHANGES + 1,
    )
    if len(rows) > FEW_CHANGES or ("",) in rows:
        return None
    if not rows:
        return set()
    rows = tx.all(
        """
        SELECT DISTINCT agenda.calendar_id
          FROM (SELECT key AS changed FROM json_each(:event_ids)) AS events
         CROSS JOIN (SELECT key AS wanted FROM json_each(:calendar_ids)) AS calendars
         CROSS JOIN agenda
         WHERE agenda.corp_id = :corp_id AND event_id = changed AND agenda.calendar_id = wanted
           AND change_no >= :from_no
        """,
        corp_id=corp_id,
        event_ids=as_keys(event_id for (event_id,) in rows),
        calendar_ids=as_keys(calendar_ids),
        from_no=from_no,
    )
    return {calendar_id for (calendar_id,) in rows}


def of_person(tx: Tx, corp_id: str, person_id: str, event_ids: Iterable[str]) -> list[BusyRow]:
    """These events, as that person stands on the whole of each."""
    rows = tx.all(
        """
        SELECT body, response, left_ms
          FROM events
          LEFT JOIN attendees ON attendees.corp_id = events.corp_id AND attendees.event_id = events.id
               AND occurrence = '' AND person_id = :person_id
         WHERE (events.corp_id, events.id) IN (SELECT :corp_id, key FROM json_each(:event_ids))
        """,
        corp_id=corp_id,
        person_id=person_id,
        event_ids=as_keys(event_ids),
    )
    return [
        BusyRow(decode_occupying(body), response if left_ms is None else None)
        for body, response, left_ms in rows
    ]


def on_occurrences(
    tx: Tx, corp_id: str, person_id: str, event_ids: Iterable[str]
) -> dict[str, dict[Slot, Response | None]]:
    """What that person answered on single occurrences of these series; None where they are not on one."""
    found: dict[str, dict[Slot, Response | None]] = {}
    rows = tx.all(
        """
        SELECT event_id, occurrence, response, left_ms, removed FROM attendees
         WHERE (corp_id, person_id, event_id) IN (SELECT :corp_id, :person_id, key FROM json_each(:event_ids))
           AND occurrence > ''
        """,
        corp_id=corp_id,
        person_id=person_id,
        event_ids=as_keys(event_ids),
    )
    for event_id, key, response, left_ms, removed in rows:
        there = left_ms is None and not removed
        found.setdefault(event_id, {})[Slot.of_key(key)] = response if there else None
    return found
