"""Reading a calendar's agenda: by range of time, and by what changed."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from rili.model.event import Event
from rili.store.agenda import CELL_MS, SLACK_MS, SPAN_CLASS_MS, cells_of
from rili.store.db import Row, Tx
from rili.store.events import decode_event
from rili.store.keys import as_keys
from rili.store.outbox_pruning import GONE

FEW_CHANGES = 1_000
"""Of an organisation, up to which a sync looks at each of them rather than through its calendar."""

EVER_MS = 10**15
"""Longer than any span, later than any event."""

_LENGTHS_MS = (*SPAN_CLASS_MS, EVER_MS)

CLASSES = ", ".join(f"({number}, {length}, :first_{number})" for number, length in enumerate(_LENGTHS_MS))
"""Rows of a VALUES list: a class of spans, its longest, the first cell to look into. `bounds` has the parameters."""


class AgendaRow(Struct, frozen=True, gc=False):
    """One event as a calendar shows it, or showed it."""

    event: Event
    change_no: int = 0
    """Of what is in the calendar's own row: not of other people's comings, goings and answers."""
    whole_change_no: int = 0
    """The last change that concerned more than single occurrences, of people included."""
    gone: bool = False
    """No longer in the calendar."""
    deleted: bool = False
    """Deleted by its organizer, for everybody."""


_TOUCHING = f"""
    SELECT event_id, change_no
      FROM (VALUES {CLASSES}) AS classes
     CROSS JOIN agenda
     WHERE agenda.corp_id = :corp_id AND agenda.calendar_id = :calendar_id AND gone_ms IS NULL
       AND span_class = classes.column1
       AND start_cell BETWEEN classes.column3 AND :last
       AND agenda.starts_ms BETWEEN :from_ms - classes.column2 AND :to_ms
       AND (agenda.until_ms IS NULL OR agenda.until_ms >= :from_ms)
"""

_FIRST = f"""
    SELECT MIN((SELECT MIN(start_cell) FROM agenda
                 WHERE corp_id = :corp_id AND calendar_id = :calendar_id AND gone_ms IS NULL
                   AND span_class = classes.column1))
      FROM (VALUES {", ".join(f"({number})" for number in range(len(_LENGTHS_MS)))}) AS classes
"""


def touching(tx: Tx, corp_id: str, calendar_id: str, from_ms: int, to_ms: int) -> dict[str, int]:
    """The ids of what starts at *to_ms* or before and may not end before *from_ms*, with their change numbers.

    Spans are classed by how long they are, so that the start bounds the range on both sides.
    """
    return dict(tx.all(_TOUCHING, corp_id=corp_id, calendar_id=calendar_id, **bounds(from_ms, to_ms)))


def bounds(from_ms: int, to_ms: int) -> dict[str, int]:
    """The parameters of a query of what touches a range of time."""
    cells = [cells_of(from_ms - length, to_ms) for length in _LENGTHS_MS]
    firsts = {f"first_{number}": first for number, (first, _) in enumerate(cells)}
    return {"from_ms": from_ms, "to_ms": to_ms, "last": cells[0][1], **firsts}


def lasting(tx: Tx, corp_id: str, calendar_id: str, from_ms: int, to_ms: int) -> int:
    """How many of them have no end, or one far from their start."""
    row = tx.one(
        """
        SELECT COUNT(*)
          FROM agenda
         WHERE corp_id = :corp_id AND calendar_id = :calendar_id AND gone_ms IS NULL
           AND span_class = :longest AND start_cell <= :last
           AND starts_ms <= :to_ms AND (until_ms IS NULL OR until_ms >= :from_ms)
        """,
        corp_id=corp_id,
        calendar_id=calendar_id,
        longest=len(SPAN_CLASS_MS),
        last=cells_of(from_ms, to_ms)[1],
        from_ms=from_ms,
        to_ms=to_ms,
    )
    return 0 if row is None else int(row[0])


def state_of_event(
    tx: Tx, corp_id: str, owner_id: str, calendar_id: str | None, event_id: str
) -> tuple[int, int, int] | None:
    """What is another once the event changed, its people or a name: of one that the owner's primary calendar shows."""
    row = tx.one(
        """
        SELECT agenda.change_no, people_no, people_change_no
          FROM users
          JOIN organisations ON organisations.corp_id = users.corp_id
          JOIN calendars ON calendars.corp_id = users.corp_id AND owner_id = union_id AND kind = 'primary'
          JOIN agenda ON agenda.corp_id = calendars.corp_id AND agenda.calendar_id = calendars.calendar_id
          JOIN events ON events.corp_id = agenda.corp_id AND events.id = event_id
         WHERE users.corp_id = :corp_id AND union_id = :owner_id AND active = 1
           AND calendars.calendar_id = COALESCE(:calendar_id, calendars.calendar_id)
           AND event_id = :event_id AND gone_ms IS NULL
        """,
        corp_id=corp_id,
        owner_id=owner_id,
        calendar_id=calendar_id,
        event_id=event_id,
    )
    return None if row is None else (row[0], row[1], row[2])


def rows_of(tx: Tx, corp_id: str, calendar_id: str, event_ids: Iterable[str]) -> list[AgendaRow]:
    """The rows of these events in a calendar."""
    rows = tx.all(
        """
        SELECT body, change_no,
               CASE WHEN whole_people_change_no > whole_change_no THEN whole_people_change_no ELSE whole_change_no END,
               gone_ms, deleted_ms
          FROM agenda
          JOIN events ON events.corp_id = agenda.corp_id AND events.id = event_id
         WHERE (agenda.corp_id, event_id, agenda.calendar_id) IN
               (SELECT :corp_id, key, :calendar_id FROM json_each(:event_ids))
        """,
        corp_id=corp_id,
        calendar_id=calendar_id,
        event_ids=as_keys(event_ids),
    )
    return [_row(row) for row in rows]


def first_start(tx: Tx, corp_id: str, calendar_id: str) -> int | None:
    """An instant before which no span of a calendar starts; None where it shows nothing."""
    row = tx.one(_FIRST, corp_id=corp_id, calendar_id=calendar_id)
    return None if row is None or row[0] is None else row[0] * CELL_MS - SLACK_MS


def gone(tx: Tx, corp_id: str, calendar_id: str, owner_id: str, oldest_ms: int) -> list[AgendaRow]:
    """What was deleted, by its organizer or by the calendar's owner, and has left it since *oldest_ms*."""
    rows = tx.all(
        """
        SELECT body, change_no, whole_change_no, gone_ms, deleted_ms
          FROM agenda
          JOIN events ON events.corp_id = agenda.corp_id AND events.id = event_id
         WHERE agenda.corp_id = :corp_id AND agenda.calendar_id = :calendar_id AND gone_ms > :oldest_ms
           AND (deleted_ms IS NOT NULL
                OR EXISTS (SELECT 1 FROM attendees
                            WHERE attendees.corp_id = agenda.corp_id AND attendees.event_id = agenda.event_id
                              AND occurrence = '' AND person_id = :owner_id AND left_ms IS NOT NULL))
        """,
        corp_id=corp_id,
        calendar_id=calendar_id,
        owner_id=owner_id,
        oldest_ms=oldest_ms,
    )
    return [_row(row) for row in rows]


def changed(tx: Tx, corp_id: str, calendar_id: str, from_no: int) -> list[tuple[int, str]]:
    """The number and the event of what changed in a calendar, its people included, with a number from *from_no* on."""
    lately = _changed_lately(tx, corp_id, from_no)
    if lately is None:
        return _changed_in(tx, corp_id, calendar_id, from_no)
    rows = tx.all(
        """
        SELECT CASE WHEN gone_ms IS NULL AND people_change_no > change_no THEN people_change_no ELSE change_no END,
               event_id
          FROM agenda
          JOIN events ON events.corp_id = agenda.corp_id AND events.id = event_id
         WHERE (agenda.corp_id, event_id, agenda.calendar_id) IN
               (SELECT :corp_id, key, :calendar_id FROM json_each(:event_ids))
           AND (change_no >= :from_no OR (gone_ms IS NULL AND people_change_no >= :from_no))
        """,
        corp_id=corp_id,
        calendar_id=calendar_id,
        event_ids=as_keys(lately),
        from_no=from_no,
    )
    return [(number, event_id) for number, event_id in rows]


def _changed_lately(tx: Tx, corp_id: str, from_no: int) -> list[str] | None:
    """The events of the organisation that changed since; None where they are too many to look at each, or the outbox
    has let go of some.
    """
    rows = tx.all(
        f"""
        SELECT event_id
          FROM (SELECT event_id FROM outbox
                 WHERE corp_id = :corp_id AND change_no >= :from_no
                 ORDER BY change_no LIMIT :few) AS lately
         UNION ALL {GONE}
        """,
        corp_id=corp_id,
        from_no=from_no,
        few=FEW_CHANGES + 1,
    )
    return None if len(rows) > FEW_CHANGES or ("",) in rows else [event_id for (event_id,) in rows]


def _changed_in(tx: Tx, corp_id: str, calendar_id: str, from_no: int) -> list[tuple[int, str]]:
    """The same by the whole calendar."""
    rows = tx.all(
        """
        SELECT CASE WHEN people_change_no > change_no THEN people_change_no ELSE change_no END, event_id
          FROM agenda
          JOIN events ON events.corp_id = agenda.corp_id AND events.id = event_id
         WHERE agenda.corp_id = :corp_id AND agenda.calendar_id = :calendar_id AND gone_ms IS NULL
           AND (change_no >= :from_no OR people_change_no >= :from_no)
        UNION ALL
        SELECT change_no, event_id FROM agenda
         WHERE corp_id = :corp_id AND calendar_id = :calendar_id AND gone_ms IS NOT NULL AND change_no >= :from_no
        """,
        corp_id=corp_id,
        calendar_id=calendar_id,
        from_no=from_no,
    )
    return [(number, event_id) for number, event_id in rows]


def _row(row: Row) -> AgendaRow:
    body, change_no, whole_change_no, gone_ms, deleted_ms = row
    return AgendaRow(
        decode_event(body), change_no, whole_change_no, gone_ms is not None, deleted_ms is not None
    )
