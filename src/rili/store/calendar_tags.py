"""Whether a calendar changed: its own row, or any event that it shows. Nothing is written for it."""

from __future__ import annotations

from collections.abc import Iterable

from rili.store.agenda import LIFE_MS
from rili.store.db import Tx
from rili.store.keys import as_keys

RECENT = 1_000
"""Changes of an organisation among which the last one of a calendar is looked for first."""


def tags(tx: Tx, corp_id: str, calendar_ids: Iterable[str], now_ms: int) -> dict[str, str]:
    """Of each calendar a text that is another once the calendar, or an event that it shows, changed.

    It is the number of the last change. Where that lies back further than tombstones live, the events are counted
    too: a tombstone that was let go of took its number along.
    """
    wanted = as_keys(calendar_ids)
    own: dict[str, int] = dict(
        tx.all(
            """
            SELECT calendar_id, change_no FROM calendars
             WHERE (corp_id, calendar_id) IN (SELECT :corp_id, key FROM json_each(:wanted))
            """,
            corp_id=corp_id,
            wanted=wanted,
        )
    )
    lately: dict[str, int] = dict(
        tx.all(
            """
            SELECT agenda.calendar_id, MAX(recent.change_no)
              FROM (SELECT change_no, event_id, created_ms FROM outbox
                     WHERE corp_id = :corp_id ORDER BY change_no DESC LIMIT :recent) AS recent
             CROSS JOIN (SELECT key AS calendar_id FROM json_each(:wanted)) AS wanted
              JOIN agenda ON agenda.corp_id = :corp_id AND agenda.event_id = recent.event_id
                         AND agenda.calendar_id = wanted.calendar_id
             WHERE recent.created_ms > :oldest_ms
             GROUP BY agenda.calendar_id
            """,
            corp_id=corp_id,
            wanted=wanted,
            recent=RECENT,
            oldest_ms=now_ms - LIFE_MS,
        )
    )
    return {
        calendar_id: str(max(change_no, lately[calendar_id]))
        if calendar_id in lately
        else _by_its_events(tx, corp_id, calendar_id, change_no)
        for calendar_id, change_no in own.items()
    }


def _by_its_events(tx: Tx, corp_id: str, calendar_id: str, own_change_no: int) -> str:
    row = tx.one(
        """
        SELECT MAX(last), SUM(shown)
          FROM (SELECT CASE WHEN people_change_no > change_no THEN people_change_no ELSE change_no END AS last,
                       1 AS shown
                  FROM agenda
                  JOIN events ON events.corp_id = agenda.corp_id AND events.id = event_id
                 WHERE agenda.corp_id = :corp_id AND agenda.calendar_id = :calendar_id AND gone_ms IS NULL
                UNION ALL
                SELECT change_no, 0 FROM agenda
                 WHERE corp_id = :corp_id AND calendar_id = :calendar_id AND gone_ms IS NOT NULL) AS shown_or_gone
        """,
        corp_id=corp_id,
        calendar_id=calendar_id,
    )
    assert row is not None
    last, shown = row
    return f"{max(int(last or 0), own_change_no)}-{int(shown or 0)}"
