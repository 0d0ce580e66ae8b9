"""The reader `people`: what happens to events becomes notifications and mails for those whom it concerns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from rili.delivery.addresses import Addresses
from rili.delivery.telling import Telling, tell
from rili.model.event import Event
from rili.model.ids import NewBytes
from rili.model.notice import SharedCalendar
from rili.model.people import RESPONSES, Response
from rili.model.series import PLAIN, Override, Slot, find_instance
from rili.model.series_edit import days_moved
from rili.model.who_is_told import Happened, Word, words
from rili.store import attendee_rows, notifications, overrides
from rili.store.attendee_rows import OnOccurrence
from rili.store.db import Tx
from rili.store.events import decode_event
from rili.store.notifications import NewNotification
from rili.store.outbox import Change, RoomChange

PEOPLE = 300
"""Who are told something in one transaction, about: it holds up everybody else on SQLite."""

ANSWERS_BY_MAIL = 200
"""People on an event, at most, of whose answers its organizer is told by mail too."""

_ID_BYTES = 12


class People:
    """Tells people. *mail*: there is a server that takes mail; without one none is queued."""

    name = "people"

    def __init__(self, clock: Callable[[], int], new_bytes: NewBytes, *, mail: bool) -> None:
        self._clock = clock
        self._new_bytes = new_bytes
        self._mail = mail
        self._addresses = Addresses()
        self._corp_id = ""
        self._now_ms = 0
        self._left = PEOPLE

    def begin(self, tx: Tx, corp_id: str) -> None:
        self._corp_id = corp_id
        self._now_ms = self._clock()
        self._left = PEOPLE
        self._tellings: list[Telling] = []
        self._addresses.begin(tx, corp_id)

    def take(self, tx: Tx, change: Change, people_done: int) -> int | None:
        if change.kind == "share":
            self._tell_of_calendar(tx, change)
            return None
        whole_series = _is_of_whole_series(change)
        if not whole_series and all(_did(change, one) for one in change.recipients[people_done:]):
            return None
        happened = _happened(change)
        told = words(happened, self._now_ms)
        if told is None:
            return None
        count = len(change.recipients)
        if people_done < count:
            if self._left <= 0:
                return people_done
            some = change.recipients[people_done : people_done + self._left]
            self._tell(tx, change, [(one, told.to(one)) for one in some])
            people_done += len(some)
        if not whole_series:
            return people_done if people_done < count else None
        if self._left <= 0:
            return people_done
        some = attendee_rows.on_occurrences_alone(
            tx, self._corp_id, change.event_id, limit=self._left, offset=people_done - count
        )
        more = len(some) == self._left
        self._tell(tx, change, self._on_occurrences(tx, happened, some))
        return people_done + len(some) if more else None

    def end(self, tx: Tx) -> None:
        if self._tellings:
            tell(tx, self._corp_id, self._tellings, now_ms=self._now_ms)

    def _on_occurrences(
        self, tx: Tx, happened: Happened, some: Sequence[OnOccurrence]
    ) -> list[tuple[str, Word | None]]:
        """What those are told who are on one occurrence alone of a series that changed: what became of that one."""
        event = happened.before
        if not some or event is None:
            return []
        found = overrides.of_event(tx, self._corp_id, event.id)
        told: list[tuple[str, Word | None]] = []
        for one in some:
            said = words(_on_occurrence(happened, one, found.get(one.slot, PLAIN)), self._now_ms)
            told.append((one.person_id, said and said.to(one.person_id)))
        return told

    def _tell(self, tx: Tx, change: Change, told: Sequence[tuple[str, Word | None]]) -> None:
        self._left -= len(told)
        addresses = self._addresses.of(tx, [one for one, _ in told])
        mark = self._new_bytes(_ID_BYTES).hex()
        for place, (person_id, word) in enumerate(told):
            address = addresses[person_id]
            if word is None or address is None:
                continue
            here = word.by.here and not address.guest
            email = address.email if self._mail and word.by.mail else None
            if email is not None and word.notice.kind == "answer" and self._is_large(tx, change):
                email = None
            if here or email is not None:
                self._tellings.append(
                    Telling(person_id, f"{mark}{place:x}", word.notice, here, email, address.guest)
                )

    def _is_large(self, tx: Tx, change: Change) -> bool:
        return attendee_rows.has_more_than(tx, self._corp_id, change.event_id, ANSWERS_BY_MAIL)

    def _tell_of_calendar(self, tx: Tx, change: Change) -> None:
        shared = SharedCalendar(change.event_id, change.operator_id)
        mark = self._new_bytes(_ID_BYTES).hex()
        notifications.add(
            tx,
            self._corp_id,
            [NewNotification(one, f"{mark}{place:x}", shared) for place, one in enumerate(change.recipients)],
            now_ms=self._now_ms,
        )


def _did(change: Change, person_id: str) -> bool:
    return person_id in (change.operator_id, change.on_behalf_of)


def _is_of_whole_series(change: Change) -> bool:
    """Whether people on single occurrences may be concerned besides; the text says so before it is decoded."""
    return (
        change.kind in ("update", "delete", "cancel")
        and change.occurrence is None
        and change.other_half is None
        and change.before is not None
        and '"recurrence":' in change.before
    )


def _on_occurrence(happened: Happened, one: OnOccurrence, override: Override) -> Happened:
    """The same of the occurrence that somebody is on.

    Where the series moved to other days, the occurrence may have come along or not; in doubt they are told of a move.
    """
    days = 0
    if happened.before is not None and happened.after is not None:
        days = days_moved(happened.before, happened.after.when)

    def there(series: Event | None, slot: Slot) -> Event | None:
        found = series and find_instance(series, slot, override)
        return replace(found.event, id=found.series.id) if found else None

    before_move = replace(one.slot, day=one.slot.day - days)
    nobody: frozenset[str] = frozenset()
    return replace(
        happened,
        before=there(happened.before, before_move) or there(happened.before, one.slot),
        after=there(happened.after, one.slot),
        occurrence=one.slot.key,
        joined=nobody,
        left=nobody,
        gone=nobody,
        declined=frozenset((one.person_id,)) if one.response == "declined" else nobody,
    )


def _happened(change: Change) -> Happened:
    return Happened(
        kind=change.kind,
        operator_id=change.operator_id,
        on_behalf_of=change.on_behalf_of,
        before=_event(change, change.before),
        after=_event(change, change.after),
        occurrence=change.occurrence,
        joined=frozenset(change.joined),
        left=frozenset(change.left),
        declined=frozenset(change.declined),
        gone=frozenset(change.gone),
        response=_response(change.response),
        answered=frozenset(one.room_id for one in change.rooms if _is_answer(one)),
        split=change.other_half is not None,
        switches=change.switches,
    )


def _event(change: Change, text: str | None) -> Event | None:
    """An occurrence stands alone, with its series' id."""
    if text is None:
        return None
    event = decode_event(text)
    return event if change.occurrence is None else replace(event, id=change.event_id)


def _response(text: str | None) -> Response | None:
    return next((one for one in RESPONSES if one == text), None)


def _is_answer(change: RoomChange) -> bool:
    return None not in (change.before, change.after) and change.after != "tentative"
