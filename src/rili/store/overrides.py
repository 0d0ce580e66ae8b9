"""What single occurrences of a series have of their own, by the keys of their slots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from rili.model.event import Event
from rili.model.series import Override, Slot, decode_override
from rili.model.when import When
from rili.store.db import Tx, Value
from rili.store.keys import as_keys


def get(tx: Tx, corp_id: str, event_id: str, slot: Slot) -> Override | None:
    """What the occurrence in *slot* has of its own, if anything."""
    row = tx.one(
        """
        SELECT body FROM overrides
         WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = :occurrence
        """,
        corp_id=corp_id,
        event_id=event_id,
        occurrence=slot.key,
    )
    return None if row is None else decode_override(row[0])


def of_event(tx: Tx, corp_id: str, event_id: str) -> dict[Slot, Override]:
    """Those of a series, in the order of their slots."""
    rows = tx.all(
        """
        SELECT occurrence, body FROM overrides
         WHERE corp_id = :corp_id AND event_id = :event_id
         ORDER BY occurrence
        """,
        corp_id=corp_id,
        event_id=event_id,
    )
    return {Slot.of_key(key): decode_override(body) for key, body in rows}


def of_events(tx: Tx, corp_id: str, event_ids: Iterable[str]) -> dict[str, dict[Slot, Override]]:
    """Those of several series."""
    found: dict[str, dict[Slot, Override]] = {}
    rows = tx.all(
        """
        SELECT event_id, occurrence, body FROM overrides
         WHERE (corp_id, event_id) IN (SELECT :corp_id, key FROM json_each(:event_ids))
        """,
        corp_id=corp_id,
        event_ids=as_keys(event_ids),
    )
    for event_id, key, body in rows:
        found.setdefault(event_id, {})[Slot.of_key(key)] = decode_override(body)
    return found


def changed_since(tx: Tx, corp_id: str, event_id: str, change_no: int) -> dict[Slot, Override]:
    """Those of a series that were written by a change of that number or a later one."""
    rows = tx.all(
        """
        SELECT occurrence, body FROM overrides
         WHERE corp_id = :corp_id AND event_id = :event_id AND change_no >= :change_no
        """,
        corp_id=corp_id,
        event_id=event_id,
        change_no=change_no,
    )
    return {Slot.of_key(key): decode_override(body) for key, body in rows}


def put(tx: Tx, event: Event, slot: Slot, override: Override) -> None:
    """Write what one occurrence of *event* has of its own, over what it had."""
    moved = override.when if not isinstance(override.when, msgspec.UnsetType) else None
    tx.queue(
        """
        INSERT INTO overrides (corp_id, event_id, occurrence, change_no, starts_ms, ends_ms, body)
        VALUES (:corp_id, :event_id, :occurrence, :change_no, :starts_ms, :ends_ms, :body)
            ON CONFLICT (corp_id, event_id, occurrence)
            DO UPDATE SET change_no = excluded.change_no, starts_ms = excluded.starts_ms,
                          ends_ms = excluded.ends_ms, body = excluded.body
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        occurrence=slot.key,
        change_no=tx.change_no(),
        **_instants(moved),
        body=msgspec.json.encode(override).decode(),
    )


def set_span(tx: Tx, event: Event, slot: Slot, when: When) -> None:
    """Write the instants again that follow from where the occurrence was moved."""
    tx.queue(
        """
        UPDATE overrides SET starts_ms = :starts_ms, ends_ms = :ends_ms
         WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = :occurrence
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        occurrence=slot.key,
        **_instants(when),
    )


def spans(tx: Tx, corp_id: str, event_id: str) -> dict[Slot, tuple[int | None, int | None]]:
    """The columns beside the bodies of a series' overrides, to be held against them."""
    rows = tx.all(
        "SELECT occurrence, starts_ms, ends_ms FROM overrides WHERE corp_id = :corp_id AND event_id = :event_id",
        corp_id=corp_id,
        event_id=event_id,
    )
    return {Slot.of_key(key): (starts_ms, ends_ms) for key, starts_ms, ends_ms in rows}


def drop(tx: Tx, event: Event, slots: Iterable[Slot]) -> None:
    """Forget what these occurrences have of their own, and who was on them alone."""
    rows = [{"corp_id": event.corp_id, "event_id": event.id, "occurrence": slot.key} for slot in slots]
    tx.run_many(
        "DELETE FROM overrides WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = :occurrence",
        rows,
    )
    tx.run_many(
        "DELETE FROM attendees WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = :occurrence",
        rows,
    )


def carry(tx: Tx, source: Event, target: Event, slots: Mapping[Slot, Slot]) -> None:
    """Give what occurrences of *source* have of their own to those of *target*, by slots; both may be one series.

    In an order in which no row meets another that is still to move.
    """
    later_first = any(new > old for old, new in slots.items())
    rows: list[Mapping[str, Value]] = [
        {
            "corp_id": source.corp_id,
            "event_id": source.id,
            "new_event_id": target.id,
            "occurrence": old.key,
            "new_occurrence": new.key,
            "change_no": tx.change_no(),
        }
        for old, new in sorted(slots.items(), reverse=later_first)
    ]
    tx.run_many(
        """
        UPDATE overrides SET event_id = :new_event_id, occurrence = :new_occurrence, change_no = :change_no
         WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = :occurrence
        """,
        rows,
    )
    tx.run_many(
        """
        UPDATE attendees SET event_id = :new_event_id, occurrence = :new_occurrence
         WHERE corp_id = :corp_id AND event_id = :event_id AND occurrence = :occurrence
        """,
        [{name: value for name, value in row.items() if name != "change_no"} for row in rows],
    )


def _instants(when: When | None) -> dict[str, int | None]:
    if when is None:
        return {"starts_ms": None, "ends_ms": None}
    return {"starts_ms": when.starts_ms, "ends_ms": when.ends_ms}
