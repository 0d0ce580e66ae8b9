"""Wall time and zone are the truth; instants are derived from them (decision 6)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from typing import Annotated, Self

from msgspec import Meta, Struct

from rili.errors import InvalidParameter, ParsedTimestampError
from rili.model.zones import DAY_S, known, zone

YEARS = range(1000, 9001)
"""Years that an event may lie in: far enough from the ends of Python's calendar for every offset and rule."""

DAY_MS = 86_400_000
EPOCH_DAY = date(1970, 1, 1).toordinal()
EPOCH_S = EPOCH_DAY * DAY_S

_EPOCH = datetime(1970, 1, 1)
_UTC_NAMES = frozenset({"UTC", "Etc/UTC", "UCT", "Etc/UCT", "Zulu", "Etc/Zulu", "Universal", "Etc/Universal"})
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DATE_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:[.,]\d{1,9})?)?(?:(Z)|([+-])(\d\d):?(\d\d))?", re.ASCII
)


class Moment(Struct, frozen=True, gc=False):
    """A wall-clock time in a named zone: what the organizer meant.

    A repeated hour means its first pass unless `fold` is 1; a skipped one keeps the
    offset before the gap. Source: RFC 5545 3.3.5, decision 6.
    """

    wall: Annotated[datetime, Meta(tz=False)]
    zone: str
    fold: int = 0

    @classmethod
    def at(cls, epoch_ms: int, zone_name: str) -> Self:
        """The moment in that zone which is that instant; parts of a second are not kept."""
        there = zone(zone_name)
        utc = _EPOCH + timedelta(seconds=epoch_ms // 1000)
        local = there.fromutc(utc.replace(tzinfo=there))
        return cls(utc + (local.utcoffset() or timedelta()), zone_name, local.fold)

    def epoch_ms(self) -> int:
        """UTC epoch milliseconds. Orders and finds events; does not define them."""
        return _ms(self._utc() - _EPOCH)

    def text(self) -> str:
        """ISO 8601 in the moment's own zone: seconds, numeric offset, `Z` when the zone is UTC.

        A skipped wall time is printed as the instant it is, and so is one under an offset with seconds,
        as zones had them long ago: with the nearest offset that can be written (RFC 3339 5.8).
        """
        if self.zone in _UTC_NAMES:
            return self.wall.isoformat() + "Z"
        there = zone(self.zone)
        local = there.fromutc(self._utc().replace(tzinfo=there))
        offset = local.utcoffset() or timedelta()
        if offset.seconds % 60:
            local = local.astimezone(timezone(timedelta(minutes=round(offset / timedelta(minutes=1)))))
        return local.isoformat()

    def _utc(self) -> datetime:
        wall = self.wall.replace(fold=1) if self.fold else self.wall
        return self.wall - (zone(self.zone).utcoffset(wall) or timedelta())


class Instant(Struct, frozen=True, gc=False):
    """A date-time as it was written: wall time and, where one was given, the offset in minutes."""

    wall: datetime
    offset_minutes: int | None = None

    def within(self, zone_name: str) -> Moment:
        """The moment in that zone. A given offset names the instant and wins over the zone (decision 6)."""
        if self.offset_minutes is None:
            return Moment(self.wall, zone_name)
        return Moment.at(_ms(self.wall - timedelta(minutes=self.offset_minutes) - _EPOCH), zone_name)


def parse_date(text: str, field: str) -> date:
    """Read `yyyy-MM-dd`. Raises InvalidParameter, which names *field*."""
    try:
        if not _DATE.fullmatch(text):
            raise ValueError
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidParameter(description=f"{field}: expected a date as yyyy-MM-dd") from None
    return _within_years(day, field)


def parse_date_time(text: str, field: str) -> Instant:
    """Read ISO 8601 `yyyy-MM-ddTHH:mm[:ss[.fff]]`, alone or with `Z`, `±hh:mm` or `±hhmm`.

    Fractions of a second are not kept. Raises InvalidParameter, which names *field*.
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise InvalidParameter(
            description=f"{field}: expected an ISO 8601 date-time such as 2026-01-31T10:15:30+08:00"
        )
    year, month, day, hour, minute, second, utc, sign, offset_hours, offset_minutes = match.groups()
    offset: int | None = 0 if utc else None
    if sign:
        offset = int(offset_hours) * 60 + int(offset_minutes)
        if int(offset_minutes) > 59 or offset >= 24 * 60:
            raise InvalidParameter(description=f"{field}: no such offset: {text[match.start(8) :]}")
        offset = -offset if sign == "-" else offset
    try:
        wall = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0))
    except ValueError as error:
        raise InvalidParameter(description=f"{field}: no such date or time: {error}") from None
    _within_years(wall, field)
    return Instant(wall, offset)


def parse_instant_ms(text: str, field: str) -> int:
    """Read a timestamp, which names its offset, as epoch milliseconds; fractions of a second are not kept.

    In a query a `+` that nobody encoded arrives as a space. Raises ParsedTimestampError, which names *field*.
    """
    try:
        instant = parse_date_time(re.sub(r" (?=\d\d:?\d\d$)", "+", text), field)
    except InvalidParameter as bad:
        raise ParsedTimestampError(
            f"{field} is not an ISO 8601 date-time", description=bad.description
        ) from None
    if instant.offset_minutes is None:
        raise ParsedTimestampError(
            f"{field} is not an ISO 8601 date-time",
            description=f"{field}: it needs Z or an offset, as in 2026-01-31T10:15:30+08:00",
        )
    return _ms(instant.wall - timedelta(minutes=instant.offset_minutes) - _EPOCH)


def check_zone(name: str, field: str) -> str:
    """Raises InvalidParameter, which names *field*, unless *name* is in the tz database."""
    if not known(name):
        raise InvalidParameter(
            description=f"{field}: not a name of the tz database (for example Asia/Shanghai)"
        )
    return name


def utc_text(epoch_ms: int) -> str:
    """`yyyy-MM-ddTHH:mm:ssZ`, as `createTime` and `updateTime` are written (decision 6)."""
    return (_EPOCH + timedelta(seconds=epoch_ms // 1000)).isoformat() + "Z"


def midnight_ms(day: date) -> int:
    """Epoch milliseconds of a date's midnight in UTC: where all-day events are ordered and found."""
    return (day.toordinal() - EPOCH_DAY) * DAY_MS


def _ms(span: timedelta) -> int:
    return (span.days * DAY_S + span.seconds) * 1000


def _within_years(day: date, field: str) -> date:
    if day.year not in YEARS:
        raise InvalidParameter(
            description=f"{field}: the year must be from {YEARS.start} to {YEARS.stop - 1}"
        )
    return day
