"""In whose calendars an event stands, or stood until a little while ago."""

from __future__ import annotations

from rili.store.db import Tx


def of_event(tx: Tx, corp_id: str, event_id: str) -> list[str]:
    """Whose own calendar shows it, and, of one in a subscribed calendar, its author, managers and subscribers."""
    rows = tx.all(
        """
        WITH showing (calendar_id) AS (
            SELECT calendar_id FROM agenda WHERE corp_id = :corp_id AND event_id = :event_id
        )
        SELECT owner_id FROM showing
          JOIN calendars ON calendars.corp_id = :corp_id AND calendars.calendar_id = showing.calendar_id
         UNION
        SELECT person_id FROM showing
          JOIN subscriptions ON subscriptions.corp_id = :corp_id AND subscriptions.calendar_id = showing.calendar_id
         UNION
        SELECT person_id FROM showing
          JOIN calendar_managers
            ON calendar_managers.corp_id = :corp_id AND calendar_managers.calendar_id = showing.calendar_id
        """,
        corp_id=corp_id,
        event_id=event_id,
    )
    return [person_id for (person_id,) in rows]
