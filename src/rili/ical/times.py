"""DATE, DATE-TIME and DURATION (RFC 5545 3.3), both ways.

A time of the model has a zone and a pass of a repeated hour; DATE-TIME has no word for the second pass. So a time that
needs one is written in UTC, and the parameter X-RILI-TZID keeps its zone for when it is read back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from rili.errors import InvalidParameter
from rili.ical.lines import Property, line
from rili.model.moment import YEARS, Moment
from rili.model.zones import DAY_S, known

_DATE = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_DATE_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(Z?)", re.ASCII)
_DURATION = re.compile(
    r"([+-]?)P(?:(\d{1,6})W|(?:(\d{1,7})D)?(?:T(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,12})S)?)?)", re.ASCII
)
_OTHER_NAMES = {"tzone://Microsoft/Utc": "UTC", "(UTC) Coordinated Universal Time": "UTC", "Z": "UTC"}


def time_line(name: str, time: Moment | date, *, utc: bool = False) -> str:
    """A property whose value is *time*: by the clock of its zone, or in UTC where *utc* says so or its zone is UTC."""
    if not isinstance(time, Moment):
        return line(name, date_text(time), VALUE="DATE")
    if is_utc(time.zone) or utc:
        there = None if time.zone == "UTC" else time.zone
        return line(name, utc_time_text(time.epoch_ms()), X_RILI_TZID=there)
    return line(name, f"{time.wall:%Y%m%dT%H%M%S}", TZID=time.zone)


def utc_time_text(epoch_ms: int) -> str:
    """An instant as DATE-TIME in UTC."""
    return f"{Moment.at(epoch_ms, 'UTC').wall:%Y%m%dT%H%M%S}Z"


def date_text(day: date) -> str:
    """A day as DATE."""
    return f"{day:%Y%m%d}"


def is_utc(zone: str) -> bool:
    """Whether the zone is a name of UTC itself, which needs no VTIMEZONE."""
    return Moment(datetime(2000, 1, 1), zone).text().endswith("Z")


def zone_named(tzid: str, locations: Mapping[str, str]) -> str | None:
    """The zone of the tz database that *tzid* means; *locations* are what the text's own VTIMEZONEs say it is.

    None where nothing tells it: guessing from offsets would be right until the next change of law.
    """
    for name in (tzid, locations.get(tzid, "")):
        if known(name):
            return name
        if name in WINDOWS_TO_OLSON:
            return WINDOWS_TO_OLSON[name]
        if name in _OTHER_NAMES:
            return _OTHER_NAMES[name]
        parts = name.strip("/").split("/")
        # As in /freeassociation.sourceforge.net/Europe/Berlin: unique names of RFC 5545 3.8.3.1.
        for count in (3, 2, 1):
            if name.startswith("/") and known(tail := "/".join(parts[-count:])):
                return tail
    return None


def read_time(given: Property, locations: Mapping[str, str]) -> Moment | date:
    """The value of *given*. Raises InvalidParameter, also for times without a zone."""
    return read_times(given, locations, most=1)[0]


def read_times(given: Property, locations: Mapping[str, str], *, most: int) -> list[Moment | date]:
    """The values of *given*, a list."""
    texts = given.value.split(",", most)
    if len(texts) > most:
        raise given.refusal(f"expected at most {most} of them")
    return [_read(text.strip().upper(), given, locations) for text in texts]


def _read(text: str, given: Property, locations: Mapping[str, str]) -> Moment | date:
    match = _DATE.fullmatch(text)
    try:
        if match is not None:
            return _within_years(date(*map(int, match.groups())), given)
        if given.parameters.get("VALUE", "DATE-TIME").upper() != "DATE-TIME":
            raise given.refusal("expected a date as 20260131")
        match = _DATE_TIME.fullmatch(text)
        if match is None:
            raise given.refusal("expected a date or a time as 20260131T101530Z")
        *numbers, utc = match.groups()
        year, month, day, hour, minute, second = map(int, numbers)
        # A leap second is the one before it (RFC 5545 3.3.12).
        wall = datetime(year, month, day, hour, minute, min(second, 59) if second < 61 else second)
    except ValueError as error:
        raise given.refusal(f"no such date or time: {error}") from None
    _within_years(wall, given)
    if utc:
        there = given.parameters.get("X-RILI-TZID", "UTC")
        return Moment.at(Moment(wall, "UTC").epoch_ms(), there if known(there) else "UTC")
    tzid = given.parameters.get("TZID")
    if tzid is None:
        raise given.refusal("a time needs a zone: TZID, or Z for UTC")
    there = zone_named(tzid, locations)
    if there is None:
        raise given.refusal(
            f"TZID {tzid[:80]!r} is not a name of the tz database, and no VTIMEZONE says in X-LIC-LOCATION which it is"
        )
    return Moment(wall, there)


def read_duration(given: Property) -> tuple[int, int]:
    """The value of *given* in days by the calendar and seconds by the clock (RFC 5545 3.3.6), both signed."""
    match = _DURATION.fullmatch(given.value.strip().upper())
    if match is None or not any(match.groups()[1:]):
        raise given.refusal("expected a duration as P1D or PT1H30M")
    weeks, days, hours, minutes, seconds = (int(number or 0) for number in match.groups()[1:])
    sign = -1 if match[1] == "-" else 1
    return sign * (weeks * 7 + days), sign * (hours * 3600 + minutes * 60 + seconds)


def later(time: Moment | date, days: int, seconds: int, given: Property) -> Moment | date:
    """*time* and then *days* by the calendar and *seconds* by the clock, which *given* asks for."""
    try:
        if not isinstance(time, Moment):
            if seconds % DAY_S:
                raise given.refusal("an event on whole days lasts whole days")
            return _within_years(time + timedelta(days=days + seconds // DAY_S), given)
        wall = time.wall + timedelta(days=days)
        _within_years(wall + timedelta(seconds=seconds), given)
        moment = Moment(wall, time.zone, time.fold)
        return moment if not seconds else Moment.at(moment.epoch_ms() + seconds * 1000, time.zone)
    except OverflowError:
        raise given.refusal("it is too long") from None


def _within_years(day: date, given: Property) -> date:
    if day.year not in YEARS:
        raise InvalidParameter(
            description=f"{given.name}: the year must be from {YEARS.start} to {YEARS.stop - 1}"
        )
    return day
