"""Which calendar shows which event in which span; a row that leaves stays as a tombstone.

Guests have no calendar here, so they have no row. Who is on single occurrences of a series alone has a row for it.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from rili.model.event import Event
from rili.model.series import Span
from rili.store.db import Tx

LIFE_MS = 30 * 86_400_000
"""How long a tombstone stays, and so how far back a sync may begin."""

SPAN_CLASS_MS = tuple(86_400_000 * 8**step for step in range(5))
"""The longest span of each class, from a day to eleven years; longer ones and those without end are the last class."""


CELL_MS = 32 * 86_400_000
"""Starts are indexed by cells of this length."""

SLACK_MS = CELL_MS // 2
"""What moves out of its cell no further than this stays in it: hardly any move has to be written to the index."""


def cells_of(from_ms: int, to_ms: int) -> tuple[int, int]:
    """The first and the last cell in which a row may be that starts between two instants."""
    return (from_ms - SLACK_MS) // CELL_MS, (to_ms + SLACK_MS) // CELL_MS


def span_class(span: Span) -> int:
    """The class of a span: what is in it and touches an instant began no longer before it than the class is long."""
    if span.until_ms is None:
        return len(SPAN_CLASS_MS)
    length = span.until_ms - span.starts_ms
    return sum(length > longest for longest in SPAN_CLASS_MS)


def show(tx: Tx, event: Event, span: Span, person_ids: Iterable[str]) -> None:
    """Put *event* on the primary calendars of these people, or back on them; one of a subscribed calendar on that."""
    change_no = tx.change_no()
    tx.run_many(
        """
        INSERT INTO agenda (corp_id, calendar_id, event_id, span_class, start_cell, starts_ms, until_ms,
                            change_no, whole_change_no)
        SELECT corp_id, calendar_id, :event_id, :span_class, :start_cell, :starts_ms, :until_ms,
               :change_no, :change_no
          FROM calendars
         WHERE corp_id = :corp_id AND owner_id = :person_id
           AND kind = :kind AND calendar_id = COALESCE(:calendar_id, calendar_id)
            ON CONFLICT (corp_id, event_id, calendar_id)
            DO UPDATE SET span_class = excluded.span_class, start_cell = excluded.start_cell,
                          starts_ms = excluded.starts_ms, until_ms = excluded.until_ms, change_no = excluded.change_no,
                          whole_change_no = excluded.whole_change_no, gone_ms = NULL
        """,
        [
            {
                "corp_id": event.corp_id,
                "person_id": person_id,
                "kind": "subscribed" if event.subscribed else "primary",
                "calendar_id": event.calendar_id if event.subscribed else None,
                "event_id": event.id,
                "span_class": span_class(span),
                "start_cell": span.starts_ms // CELL_MS,
                "starts_ms": span.starts_ms,
                "until_ms": span.until_ms,
                "change_no": change_no,
            }
            for person_id in person_ids
        ],
    )


def move(tx: Tx, event: Event, span: Span) -> None:
    """Give every calendar that shows *event* its span and the number of this change."""
    tx.queue(
        """
        UPDATE agenda
           SET starts_ms = :starts_ms, until_ms = :until_ms, change_no = :change_no, whole_change_no = :change_no
         WHERE corp_id = :corp_id AND event_id = :event_id AND gone_ms IS NULL
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        starts_ms=span.starts_ms,
        until_ms=span.until_ms,
        change_no=tx.change_no(),
    )
    _index(tx, event, span)


def _index(tx: Tx, event: Event, span: Span) -> None:
    """Bring the index up to a span. A statement of its own: it writes nothing where the cell stays the same."""
    first, last = cells_of(span.starts_ms, span.starts_ms)
    tx.queue(
        """
        UPDATE agenda SET span_class = :span_class, start_cell = :start_cell
         WHERE corp_id = :corp_id AND event_id = :event_id
           AND (span_class <> :span_class OR start_cell NOT BETWEEN :first AND :last)
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        span_class=span_class(span),
        start_cell=span.starts_ms // CELL_MS,
        first=first,
        last=last,
    )


def touch(tx: Tx, event: Event) -> None:
    """Tell every calendar that shows *event* that it is another now, where it still is."""
    tx.queue(
        """
        UPDATE agenda SET change_no = :change_no, whole_change_no = :change_no
         WHERE corp_id = :corp_id AND event_id = :event_id AND gone_ms IS NULL
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        change_no=tx.change_no(),
    )


def touch_occurrences(tx: Tx, event: Event, span: Span) -> None:
    """Tell every calendar that shows *event* that single occurrences of it are others now."""
    tx.queue(
        """
        UPDATE agenda SET starts_ms = :starts_ms, until_ms = :until_ms, change_no = :change_no
         WHERE corp_id = :corp_id AND event_id = :event_id AND gone_ms IS NULL
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        starts_ms=span.starts_ms,
        until_ms=span.until_ms,
        change_no=tx.change_no(),
    )
    _index(tx, event, span)


def touch_of(tx: Tx, event: Event, person_ids: Iterable[str]) -> None:
    """Tell the primary calendars of these people alone that something of their own is another on *event* now."""
    change_no = tx.change_no()
    tx.run_many(
        """
        UPDATE agenda SET change_no = :change_no
         WHERE corp_id = :corp_id AND event_id = :event_id AND gone_ms IS NULL
           AND calendar_id = (SELECT calendar_id FROM calendars
                               WHERE corp_id = :corp_id AND owner_id = :person_id AND kind = 'primary')
        """,
        [
            {"corp_id": event.corp_id, "event_id": event.id, "person_id": one, "change_no": change_no}
            for one in person_ids
        ],
    )


def hide(tx: Tx, event: Event, person_ids: Iterable[str], now_ms: int) -> None:
    """Take *event* off the primary calendars of these people, where it still is."""
    change_no = tx.change_no()
    tx.run_many(
        """
        UPDATE agenda SET gone_ms = :now_ms, change_no = :change_no, whole_change_no = :change_no
         WHERE corp_id = :corp_id AND event_id = :event_id AND gone_ms IS NULL
           AND calendar_id = (SELECT calendar_id FROM calendars
                               WHERE corp_id = :corp_id AND owner_id = :person_id AND kind = 'primary')
        """,
        [
            {
                "corp_id": event.corp_id,
                "event_id": event.id,
                "person_id": person_id,
                "now_ms": now_ms,
                "change_no": change_no,
            }
            for person_id in person_ids
        ],
    )
    _forget(tx, now_ms)


def hide_everywhere(tx: Tx, event: Event, now_ms: int) -> None:
    """Take *event* off every calendar."""
    tx.queue(
        """
        UPDATE agenda SET gone_ms = :now_ms, change_no = :change_no, whole_change_no = :change_no
         WHERE corp_id = :corp_id AND event_id = :event_id AND gone_ms IS NULL
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        now_ms=now_ms,
        change_no=tx.change_no(),
    )
    _forget(tx, now_ms)


class Shown(Struct, frozen=True, gc=False):
    """One row: whose calendar shows the event, and where in time."""

    owner_id: str
    calendar_id: str
    kind: str
    """Of the calendar."""
    span: Span
    span_class: int
    start_cell: int
    gone: bool

    @property
    def indexed(self) -> bool:
        """Whether the row is found by its span."""
        first, last = cells_of(self.span.starts_ms, self.span.starts_ms)
        return self.span_class == span_class(self.span) and first <= self.start_cell <= last


def of_event(tx: Tx, corp_id: str, event_id: str) -> list[Shown]:
    """Every calendar that shows the event, or showed it once."""
    rows = tx.all(
        """
        SELECT owner_id, calendars.calendar_id, kind, starts_ms, until_ms, span_class, start_cell, gone_ms
          FROM agenda
          JOIN calendars ON calendars.corp_id = agenda.corp_id AND calendars.calendar_id = agenda.calendar_id
         WHERE agenda.corp_id = :corp_id AND event_id = :event_id
        """,
        corp_id=corp_id,
        event_id=event_id,
    )
    return [
        Shown(owner_id, calendar_id, kind, Span(starts_ms, until_ms), class_, cell, gone_ms is not None)
        for owner_id, calendar_id, kind, starts_ms, until_ms, class_, cell, gone_ms in rows
    ]


def set_span(tx: Tx, event: Event, span: Span) -> None:
    """Write the span again that follows from *event*, under a number that no sync is told of."""
    tx.queue(
        """
        UPDATE agenda SET starts_ms = :starts_ms, until_ms = :until_ms
         WHERE corp_id = :corp_id AND event_id = :event_id
        """,
        corp_id=event.corp_id,
        event_id=event.id,
        starts_ms=span.starts_ms,
        until_ms=span.until_ms,
    )
    _index(tx, event, span)
    tx.change_no()


_FORGET = """
    DELETE FROM agenda WHERE gone_ms <= :oldest_ms AND (corp_id, event_id, calendar_id) IN
           (SELECT corp_id, event_id, calendar_id FROM agenda WHERE gone_ms <= :oldest_ms
             ORDER BY gone_ms LIMIT :limit)
"""
"""One transaction at a time: two would wait for each other's rows."""


def forget(tx: Tx, now_ms: int, limit: int) -> int:
    """Let go of up to *limit* old tombstones; how many those were."""
    if not tx.claim("agenda.forget"):
        return 0
    return tx.run(_FORGET, oldest_ms=now_ms - LIFE_MS, limit=limit)


def _forget(tx: Tx, now_ms: int) -> None:
    """Let go of a few old tombstones, where that waits for nobody."""
    if tx.claim("agenda.forget"):
        tx.queue(_FORGET, oldest_ms=now_ms - LIFE_MS, limit=20)
