"""Calendars to look at by the month: one person's, a tenth of its events repeat weekly, for a year each.

The same events for Rili, made by the actions, and for Radicale.
"""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bench.population import ATTENDEES, DESCRIPTION, PEOPLE, Population, given_time
from bench.servers import vevent
from rili.model.event import EventChange
from rili.model.recurrence import GivenPattern, GivenRange, GivenRecurrence
from rili.model.when import GivenWhen

SHOWN = 2027
"""The year whose months are looked at."""
REPEATS = 10
"""Of so many events one does."""
OFFSET = "+08:00"


class Calendar(Struct, frozen=True):
    """*count* events that begin in the course of the years from *first*, evenly; everybody's is number 0's too."""

    count: int
    first: int
    years: int

    def plan(self, number: int) -> tuple[list[int], EventChange]:
        """A `Plan`: somebody else organizes, the calendar's owner and three more are invited."""
        starts, repeats = self._starts(number), number % REPEATS == 0
        draft = EventChange(
            when=GivenWhen(given_time(starts), given_time(starts + timedelta(hours=1)), all_day=False),
            summary=f"Planning {number}",
            description=DESCRIPTION,
            location="West Lake",
        )
        if repeats:
            last = GivenRange(type="endDate", end_date=_last(starts).isoformat())
            draft = _repeating(draft, last)
        organizer = 1 + number % (PEOPLE - 1)
        others = [1 + (organizer + step * 37) % (PEOPLE - 1) for step in range(1, ATTENDEES - 1)]
        return [organizer, 0, *others], draft

    def vevents(self) -> Iterator[str]:
        """The same in iCalendar."""
        for number in range(self.count):
            starts = self._starts(number)
            until = _last(starts) + timedelta(days=1)
            rrule = f"FREQ=WEEKLY;UNTIL={until:%Y%m%d}T000000Z" if number % REPEATS == 0 else None
            yield vevent(number, starts, ATTENDEES, rrule)

    def _starts(self, number: int) -> datetime:
        day = datetime(self.first, 1, 1) + timedelta(days=number * 365 * self.years // self.count)
        return day + timedelta(hours=9 + number % 9, minutes=15 * (number % 4))


class Month(Struct, frozen=True):
    """What whole months of a calendar are, on average over the year shown."""

    answers: float
    occurrences: float


class _Shown(Struct):
    id: str


class _Page(Struct, rename="camel"):
    next_token: str | None
    events: list[_Shown]


def months() -> list[tuple[date, date]]:
    """The first day of each month of the year shown, and of the next."""
    return list(pairwise([*(date(SHOWN, month, 1) for month in range(1, 13)), date(SHOWN + 1, 1, 1)]))


def write_months(path: Path) -> Path:
    """A line a month, as the scripts read it: the hour in which it begins and the moment when it ends, in local time
    and in UTC. Nothing happens in the first hour of a day, so the scripts ask from any of its seconds on.
    """
    night = timedelta(days=1)  # midnight in Shanghai is 16:00 of the day before
    path.write_text(
        "".join(
            f"{first}T00\t{after}T00:00:00\t{first - night:%Y%m%dT16}\t{after - night:%Y%m%dT160000Z}\n"
            for first, after in months()
        )
    )
    return path


def view_path(owner: str) -> str:
    """Where the month views of a person's calendar are."""
    return f"/v1.0/calendar/users/{owner}/calendars/primary/eventsview"


def average_month(base_url: str, population: Population) -> Month:
    """Every month of the year read to its last page. Raises AssertionError when something comes twice."""
    answers = occurrences = 0
    for first, after in months():
        low, high = (quote(f"{day}T00:00:00{OFFSET}") for day in (first, after))
        url = f"{base_url}{view_path(population.people[0])}?timeMin={low}&timeMax={high}&maxResults=100"
        seen: list[str] = []
        token: str | None = ""
        while token is not None:
            page = _page(url + (token and f"&nextToken={token}"), population.token)
            seen += [one.id for one in page.events]
            token = page.next_token
            answers += 1
        assert len(set(seen)) == len(seen)
        occurrences += len(seen)
    return Month(answers / 12, occurrences / 12)


def _page(url: str, access_token: str) -> _Page:
    request = urllib.request.Request(url, headers={"x-acs-dingtalk-access-token": access_token})
    with urllib.request.urlopen(request) as answer:
        return msgspec.json.decode(answer.read(), type=_Page)


def _last(starts: datetime) -> date:
    return starts.date() + timedelta(days=363)


def _repeating(draft: EventChange, last: GivenRange) -> EventChange:
    return replace(draft, recurrence=GivenRecurrence(GivenPattern(type="weekly"), last))
