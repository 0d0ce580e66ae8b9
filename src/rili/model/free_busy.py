"""When people are busy: what events take of somebody's time, and nothing else of them. Pure.

Source: the reference page of GetSchedule ("free-schedule"); decision 88.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import UNSET, Struct

from rili.errors import ParamIllegal
from rili.model.event import FreeBusy
from rili.model.expansion import expand, occurrence_at
from rili.model.moment import DAY_MS, EPOCH_S
from rili.model.people import Response
from rili.model.recurrence import Recurrence
from rili.model.series import PLAIN, Override, Slot, when_of
from rili.model.when import AllDay, When
from rili.model.zones import DAY_S, offset_at

PEOPLE = 20
"""Whom one query may ask for, at most."""
WINDOW_MS = 90 * DAY_MS
"""The longest window."""
DEFAULT_ZONE = "Asia/Shanghai"
"""Of a time without an offset."""

Status = Literal["BUSY", "TENTATIVE"]

ZONES_APART_MS = DAY_MS
"""A midnight of UTC and that of the same date in any zone lie less than this apart."""


class Occupying(Struct, frozen=True, gc=False):
    """What of an event, or a series, says when it takes time; read from the text that an event is kept as."""

    id: str
    organizer_id: str
    when: When
    recurrence: Recurrence | None = None
    free_busy: FreeBusy = "busy"
    cancelled: bool = False


decode_occupying = msgspec.json.Decoder(Occupying).decode


class Answers(Struct, frozen=True, gc=False):
    """What somebody answered; None where they are not on it, or took it off their calendar."""

    whole: Response | None = None
    own: Mapping[Slot, Response | None] = {}
    """On single occurrences."""


class Busy(Struct, frozen=True, gc=False, order=True):
    """A span of somebody's time that is taken."""

    starts_ms: int
    ends_ms: int
    status: Status
    zone: str = ""
    """In which it is told; empty where it is whole days of its owner's zone."""
    first_day: int = 0
    """Of whole days: the first, and the one after the last, as of `date.toordinal`."""
    end_day: int = 0


def check_query(user_ids: Sequence[str], from_ms: int, to_ms: int) -> None:
    """Raises ParamIllegal for too many people, none, or a window that is empty or too long."""
    if not user_ids:
        raise ParamIllegal(description=f"userIds: it is missing or empty; name 1 to {PEOPLE} unionIds")
    if len(user_ids) > PEOPLE:
        raise ParamIllegal(
            description=f"userIds: {len(user_ids)} people are more than the {PEOPLE} of one query"
        )
    for number, one in enumerate(user_ids):
        if not one.strip():
            raise ParamIllegal(description=f"userIds[{number}]: it is blank")
    if to_ms <= from_ms:
        raise ParamIllegal(description="endTime: it must lie after startTime")
    if to_ms - from_ms > WINDOW_MS:
        raise ParamIllegal(description=f"endTime: the window is longer than {WINDOW_MS // DAY_MS} days")


def busy_times(
    event: Occupying,
    overrides: Mapping[Slot, Override],
    answers: Answers,
    person_id: str,
    zone: str,
    from_ms: int,
    to_ms: int,
) -> Iterator[Busy]:
    """The spans that *event* takes of a person's time in a window, half-open; *zone* is the person's."""
    organizes = event.organizer_id == person_id
    if event.recurrence is None:
        status = _status(event.free_busy, answers.whole, organizes=organizes)
        if status is not None and not event.cancelled:
            yield from _within(_busy(event.when, status, zone), from_ms, to_ms)
        return
    if event.cancelled:
        return
    status = _status(event.free_busy, answers.whole, organizes=organizes)
    own = overrides.keys() | answers.own.keys()
    if status is not None:
        yield from _plain(event, event.recurrence, status, zone, own, from_ms, to_ms)
    for slot in own:
        yield from _exception(
            event, event.recurrence, slot, overrides.get(slot, PLAIN), answers, zone, from_ms, to_ms,
            organizes=organizes,
        )  # fmt: skip


def touches(starts_ms: int, ends_ms: int, from_ms: int, to_ms: int) -> bool:
    """Whether a span has something of a window; one of no length counts from the window's first instant on.

    Source: RFC 4791 9.9.
    """
    return starts_ms < to_ms and (starts_ms >= from_ms or ends_ms > from_ms)


def day_starts_ms(day: int, zone: str) -> int:
    """The instant at which a day of `date.toordinal` begins in a zone; where that hour is skipped, right after it."""
    second = day * DAY_S
    return (second - offset_at(zone, second)[0] - EPOCH_S) * 1000


def _status(free_busy: FreeBusy, response: Response | None, *, organizes: bool) -> Status | None:
    """What a person's answer makes of an event; None where it takes none of their time."""
    if free_busy == "free" or response is None or response == "declined":
        return None
    return "BUSY" if organizes or response == "accepted" else "TENTATIVE"


def _plain(
    event: Occupying, rule: Recurrence, status: Status, zone: str, own: set[Slot], from_ms: int, to_ms: int
) -> Iterator[Busy]:
    """The occurrences that have nothing of their own."""
    if isinstance(event.when, AllDay):
        length = (event.when.end - event.when.start).days
        for one in expand(rule, event.when, from_ms - ZONES_APART_MS, to_ms + ZONES_APART_MS):
            if not own or Slot(one.day, one.number) not in own:
                yield from _within(_whole_days(one.day, one.day + length, status, zone), from_ms, to_ms)
        return
    told_in = event.when.start.zone
    for one in expand(rule, event.when, from_ms, to_ms):
        if own and Slot(one.day, one.number) in own:
            continue
        if touches(one.starts_ms, one.ends_ms, from_ms, to_ms):
            yield Busy(one.starts_ms, one.ends_ms, status, told_in)


def _exception(
    event: Occupying, rule: Recurrence, slot: Slot, override: Override, answers: Answers, zone: str,
    from_ms: int, to_ms: int, *, organizes: bool,
) -> Iterator[Busy]:  # fmt: skip
    """An occurrence that differs, or on which the person stands in another way."""
    if override.removed or override.cancelled:
        return
    if slot in answers.own:
        response = answers.own[slot]
    elif override.asked_again and not organizes and answers.whole is not None:
        response = "needsAction"  # decision 11
    else:
        response = answers.whole
    free_busy = event.free_busy if override.free_busy is UNSET else override.free_busy
    status = _status(free_busy, response, organizes=organizes)
    if status is None:
        return
    one = occurrence_at(rule, event.when, slot.day, slot.number)
    if one is None:
        return
    when = when_of(event.when, one) if override.when is UNSET else override.when
    yield from _within(_busy(when, status, zone), from_ms, to_ms)


def _busy(when: When, status: Status, zone: str) -> Busy:
    if isinstance(when, AllDay):
        return _whole_days(when.start.toordinal(), when.end.toordinal(), status, zone)
    return Busy(when.starts_ms, when.ends_ms, status, when.start.zone)


def _whole_days(first: int, end: int, status: Status, zone: str) -> Busy:
    return Busy(day_starts_ms(first, zone), day_starts_ms(end, zone), status, "", first, end)


def _within(one: Busy, from_ms: int, to_ms: int) -> Iterator[Busy]:
    if touches(one.starts_ms, one.ends_ms, from_ms, to_ms):
        yield one
