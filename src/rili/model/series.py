"""A series and its single occurrences: what one of them changed, and what it is like with that. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from rili.model.event import AttendeeRights, Card, Category, Event, FreeBusy, Reminder, UiConfig
from rili.model.event_rooms import OwnRoom, own_rooms, rooms_on
from rili.model.expansion import Occurrence, occurrence_at, wall_seconds
from rili.model.ids import occurrence_id
from rili.model.moment import Moment
from rili.model.when import AllDay, Timed, When

OWN_FIELDS = (
    "when", "summary", "description", "location", "reminders", "conference_id", "rich_text", "ui_configs",
    "categories", "cards", "free_busy", "attendee_rights",
)  # fmt: skip
"""What an occurrence may have of its own."""


class Slot(Struct, frozen=True, gc=False, order=True):
    """The identity of an occurrence: its original local date and a number within that day (decision 9)."""

    day: int
    """As of `date.toordinal`."""
    number: int = 0

    @property
    def key(self) -> str:
        """As it is stored: `yyyyMMdd` and two digits, in the order of the slots."""
        day = date.fromordinal(self.day)
        return f"{day.year:04d}{day.month:02d}{day.day:02d}{self.number:02d}"

    @classmethod
    def of_key(cls, key: str) -> Slot:
        """The slot that has this key."""
        return cls(date(int(key[:4]), int(key[4:6]), int(key[6:8])).toordinal(), int(key[8:]))

    def id_in(self, series_id: str) -> str:
        """The id of the occurrence."""
        return occurrence_id(series_id, self.day, self.number)


class Override(Struct, frozen=True, gc=False, omit_defaults=True):
    """What one occurrence has of its own. UNSET follows the series, None was cleared here."""

    edited: bool = False
    """Changed or removed by the organizer: an exception. Otherwise only its people differ."""
    removed: bool = False
    cancelled: bool = False
    asked_again: bool = False
    """It was moved: what was answered for the series is no answer for it (decision 11)."""
    asked_version: int = 0
    """The series' version when it was last moved."""
    updated_ms: int = 0
    when: When | UnsetType = UNSET
    summary: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    location: str | UnsetType | None = UNSET
    reminders: tuple[Reminder, ...] | UnsetType = UNSET
    conference_id: str | UnsetType | None = UNSET
    rich_text: str | UnsetType | None = UNSET
    ui_configs: tuple[UiConfig, ...] | UnsetType = UNSET
    categories: tuple[Category, ...] | UnsetType = UNSET
    cards: tuple[Card, ...] | UnsetType = UNSET
    free_busy: FreeBusy | UnsetType = UNSET
    attendee_rights: AttendeeRights | UnsetType | None = UNSET
    rooms: tuple[OwnRoom, ...] = ()
    """Where its rooms differ from those of its series."""

    def own(self) -> dict[str, Any]:
        """The fields that do not follow the series."""
        return {name: value for name in OWN_FIELDS if (value := getattr(self, name)) is not UNSET}


PLAIN = Override()
"""An occurrence that has nothing of its own."""


class Instance(Struct, frozen=True, gc=False):
    """One occurrence of a series as it is."""

    series: Event
    slot: Slot
    origin_ms: int
    """When it starts by the rule: `originStart` and `recurrenceId`."""
    inherited: When
    """When it is by the rule."""
    override: Override
    event: Event
    """What it is like: an event without a rule, under the occurrence's id."""


def instance(series: Event, occurrence: Occurrence, override: Override = PLAIN) -> Instance:
    """*occurrence* of *series*, with what it has of its own."""
    slot = Slot(occurrence.day, occurrence.number)
    when = when_of(series.when, occurrence)
    event = replace(
        series,
        id=slot.id_in(series.id),
        recurrence=None,
        updated_ms=max(series.updated_ms, override.updated_ms),
        cancelled=series.cancelled or override.cancelled,
        rooms=rooms_on(series.rooms, override.rooms),
        asked_version=max(series.asked_version, override.asked_version),
        **{"when": when} | override.own(),
    )
    return Instance(series, slot, occurrence.starts_ms, when, override, event)


def find_instance(series: Event, slot: Slot, override: Override = PLAIN) -> Instance | None:
    """The occurrence in *slot*, if the rule has it and it was not removed."""
    if series.recurrence is None or override.removed:
        return None
    occurrence = occurrence_at(series.recurrence, series.when, slot.day, slot.number)
    return None if occurrence is None else instance(series, occurrence, override)


def override_of(one: Instance, changed: Event, *, asked_again: bool, now_ms: int) -> Override:
    """What the occurrence has of its own once it is like *changed*: the fields that differ from its series."""
    inherited = replace(one.series, when=one.inherited)
    own = {
        name: value for name in OWN_FIELDS if (value := getattr(changed, name)) != getattr(inherited, name)
    }
    return Override(
        edited=True,
        cancelled=one.override.cancelled,
        asked_again=one.override.asked_again or asked_again,
        asked_version=one.series.version + 1 if asked_again else one.override.asked_version,
        updated_ms=now_ms,
        rooms=own_rooms(one.series.rooms, changed.rooms),
        **own,
    )


def when_of(when: When, occurrence: Occurrence) -> When:
    """When an occurrence of a series is that begins at *when*."""
    day = date.fromordinal(occurrence.day)
    if isinstance(when, AllDay):
        return AllDay(day, day + (when.end - when.start))
    if occurrence.starts_ms == when.starts_ms:
        return when
    zone = when.start.zone
    start = Moment(datetime.combine(day, when.start.wall.time()), zone)
    if start.epoch_ms() != occurrence.starts_ms:  # several a day, each at its own time
        start = Moment.at(occurrence.starts_ms, zone)
    end = Moment(start.wall + timedelta(seconds=wall_seconds(when)), zone)
    return Timed(start, end if end.epoch_ms() == occurrence.ends_ms else Moment.at(occurrence.ends_ms, zone))


class Span(Struct, frozen=True, gc=False):
    """From when to when something of an event may be; `until_ms` is None without end."""

    starts_ms: int
    until_ms: int | None


def span_of(event: Event, moved: Iterable[When] = ()) -> Span:
    """The span of *event* and of its occurrences that were *moved*."""
    starts_ms, until_ms = event.when.starts_ms, event.until_ms
    for when in moved:
        starts_ms = min(starts_ms, when.starts_ms)
        until_ms = None if until_ms is None else max(until_ms, when.ends_ms)
    return Span(starts_ms, until_ms)


class Carried(Struct, frozen=True, gc=False):
    """An exception that a change of its series kept, maybe under another id, or dropped."""

    id: str
    former_id: str
    slot: Slot
    override: Override
    instance: Instance | None
    """What it is like; None when it is removed."""


def decode_override(body: str | bytes) -> Override:
    """An override from the text it is kept as."""
    return _decode(body)


_decode = msgspec.json.Decoder(Override).decode
