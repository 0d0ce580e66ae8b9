"""syncToken of ListEvents, through the vendor's SDK: what changed since. It may repeat, it never misses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conformance.clients import App, Json, at, refused, timed

INVALID = "invalidParameter"


class Reader:
    """A client that keeps a copy of somebody's calendar, and brings it up to date by sync alone."""

    def __init__(
        self, app: App, user: str | None = None, *, calendar: str = "primary", **filters: Any
    ) -> None:
        self.app, self.user, self.calendar, self.filters = app, user, calendar, filters
        self.copy: dict[str, Json] = {}
        self.token: str = ""
        self.read(**filters)

    def read(self, **query: Any) -> list[Json]:
        """What the pages of one answer hold, which go into the copy."""
        self.app.server.deliver()  # a token that is given while somebody writes may repeat a change
        return self.read_on(self.app.list_events(user=self.user, calendar=self.calendar, **query))

    def read_on(self, page: Any) -> list[Json]:
        """The same from a page on."""
        told: list[Json] = [one.to_map() for one in page.events or []]
        while page.next_token is not None:
            assert page.sync_token is None
            page = self.app.list_events(user=self.user, calendar=self.calendar, next_token=page.next_token)
            told += [one.to_map() for one in page.events or []]
        self.token = page.sync_token
        for one in told:
            if one["status"] == "cancelled":
                self.copy.pop(one["id"], None)
            else:
                self.copy[one["id"]] = one
        return told

    def sync(self, **query: Any) -> list[Json]:
        return self.read(sync_token=self.token, **query)

    def check(self) -> None:
        """The copy is what a new reader reads."""
        assert self.copy == Reader(self.app, self.user, calendar=self.calendar, **self.filters).copy


class Calendar:
    """What the changes below change: a single event and a series of ten days, of which two have come due."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.colleague, self.other = ({"id": one.union_id} for one in (app.colleague, app.other))
        people = {"attendees": [self.colleague]}
        self.single: str = app.create(at("03-10T14:00") | people)["id"]
        rule = {"pattern": {"type": "daily"}, "range": {"type": "numbered", "numberOfOccurrences": 10}}
        self.series, self.days = app.make_series(people | {"recurrence": rule})
        app.update(self.days[1], {"summary": "Own title"})
        app.update(self.days[6], at("03-07T15:00"))


def weekly(days: str) -> Json:
    return {
        "recurrence": {"pattern": {"type": "weekly", "daysOfWeek": days}, "range": {"numberOfOccurrences": 4}}
    }


CHANGES: dict[str, Callable[[Calendar], object]] = {
    "nothing": lambda it: None,
    "new event": lambda it: it.app.create(at("03-11T10:00") | {"attendees": [it.colleague]}),
    "new series": lambda it: it.app.create(at("02-27T10:00") | weekly("monday,friday") | {"attendees": [it.colleague]}),
    "renamed": lambda it: it.app.update(it.single, {"summary": "New"}),
    "moved": lambda it: it.app.update(it.single, at("04-01T10:00")),
    "deleted": lambda it: it.app.delete(it.single),
    "left by an attendee": lambda it: it.app.delete(it.single, user=it.app.colleague.union_id),
    "an attendee less": lambda it: it.app.update(it.single, {"attendees": []}),
    "an attendee more": lambda it: it.app.update(it.single, {"attendees": [it.colleague, it.other]}),
    "event becomes a series": lambda it: it.app.update(it.single, at("03-01T14:00") | weekly("sunday,monday")),
    "series renamed": lambda it: it.app.update(it.series, {"summary": "New"}),
    "series at another hour": lambda it: it.app.update(it.series, at("03-01T08:00")),
    "series on other days": lambda it: it.app.update(it.series, weekly("monday,thursday")),
    "series to come": lambda it: it.app.update(it.series, at("05-01T10:00")),
    "series ends earlier": lambda it: it.app.update(
        it.series, {"recurrence": {"pattern": {"type": "daily"}, "range": {"numberOfOccurrences": 1}}}
    ),
    "series in New York": lambda it: it.app.update(
        it.series, timed("2026-03-01T10:00:00-05:00", "2026-03-01T11:00:00-05:00", "America/New_York")
    ),
    "series all day": lambda it: it.app.update(
        it.series, {"isAllDay": True, "start": {"date": "2026-03-01"}, "end": {"date": "2026-03-02"}}
    ),
    "series deleted": lambda it: it.app.delete(it.series),
    "series left by an attendee": lambda it: it.app.delete(it.series, user=it.app.colleague.union_id),
    "series with an attendee less": lambda it: it.app.update(it.series, {"attendees": []}),
    "occurrence renamed": lambda it: it.app.update(it.days[0], {"summary": "New"}),
    "occurrence moved": lambda it: it.app.update(it.days[0], at("03-20T10:00")),
    "occurrence to come moved": lambda it: it.app.update(it.days[8], at("03-20T10:00")),
    "occurrence removed": lambda it: it.app.delete(it.days[0]),
    "exception removed": lambda it: it.app.delete(it.days[6]),
    "occurrence left by an attendee": lambda it: it.app.delete(it.days[0], user=it.app.colleague.union_id),
    "exception left by an attendee": lambda it: it.app.delete(it.days[6], user=it.app.colleague.union_id),
    "occurrence with an attendee less": lambda it: it.app.update(it.days[0], {"attendees": []}),
    "occurrence with an attendee more": lambda it: it.app.update(
        it.days[0], {"attendees": [it.colleague, it.other]}
    ),
    "following changed": lambda it: it.app.update(it.days[1], {"summary": "New"}, query="?scope=following"),
    "following moved": lambda it: it.app.update(it.days[4], at("03-06T08:00"), query="?scope=following"),
    "following deleted": lambda it: it.app.delete(it.days[1], query="?scope=following"),
    "all through an occurrence": lambda it: it.app.update(it.days[4], at("03-06T08:00"), query="?scope=all"),
    "three days later": lambda it: wait(it.app),
    "several": lambda it: [
        it.app.delete(it.days[0]),
        it.app.update(it.series, {"summary": "New"}),
        wait(it.app),
        it.app.update(it.days[2], at("03-01T07:00")),
        it.app.update(it.days[5], {"attendees": []}, query="?scope=following"),
        it.app.delete(it.single),
    ],
}  # fmt: skip


def wait(app: App) -> None:
    app.server.clock.advance(days=3)
    app.token = app.sign_in()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_copies_are_kept(own_app: App, change: Callable[[Calendar], object]) -> None:
    """Of everybody's calendar; page by page, and of a calendar from some instant on; also by one more sync."""
    calendar = Calendar(own_app)
    readers = [
        Reader(own_app),
        Reader(own_app, own_app.colleague.union_id),
        Reader(own_app, own_app.other.union_id),
        Reader(own_app, time_min="2026-03-02T00:00:00Z"),
    ]

    change(calendar)

    for reader in readers:
        reader.sync(max_results=2)
        reader.check()
    wait(own_app)
    readers[1].sync()
    readers[1].check()


def test_first_token(own_app: App) -> None:
    """On the last page, unless timeMax was given."""
    for day in range(3):
        own_app.create(at(f"03-1{day}T10:00"))

    assert own_app.list_events(time_max="2026-04-01T00:00:00Z").sync_token is None
    assert own_app.list_events(max_results=1).sync_token is None
    assert own_app.list_events(max_results=3).sync_token
    reply = own_app.call("GET", own_app.path() + "?timeMax=2026-04-01T00:00:00Z")
    assert set(reply.json) == {"nextToken", "events"}
    assert reply.json["nextToken"] is None


def test_nothing_changed(own_app: App) -> None:
    Calendar(own_app)
    reader = Reader(own_app)

    assert reader.sync() == []
    assert reader.token


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            lambda it: it.app.delete(it.single),
            lambda it: [{"id": it.single, "status": "cancelled"}],
            id="event",
        ),
        pytest.param(
            lambda it: it.app.delete(it.days[4]),
            lambda it: [
                {
                    "id": it.days[4],
                    "status": "cancelled",
                    "seriesMasterId": it.series,
                    "originStart": {"dateTime": "2026-03-05T02:00:00Z"},
                }
            ],
            id="occurrence",
        ),
        pytest.param(
            lambda it: it.app.update(it.days[0], {"summary": "New"}),
            lambda it: [it.app.get(it.days[0]).json],
            id="occurrence alone, in full",
        ),
        pytest.param(
            lambda it: it.app.update(it.single, {"summary": "New"}),
            lambda it: [it.app.get(it.single).json],
            id="event, in full",
        ),
    ],
)
def test_what_is_told(
    own_app: App, change: Callable[[Calendar], object], expected: Callable[[Calendar], list[Json]]
) -> None:
    """What is gone is named, and no more; what is there is whole."""
    calendar = Calendar(own_app)
    own_app.server.deliver()  # as above
    token = own_app.list_events().sync_token

    change(calendar)

    assert own_app.call("GET", own_app.path() + f"?syncToken={token}").json["events"] == expected(calendar)


def test_what_came_due(own_app: App) -> None:
    """Decision 20: nothing was written, and yet there is something new."""
    calendar = Calendar(own_app)
    reader = Reader(own_app)

    wait(own_app)

    assert [one["id"] for one in reader.sync()] == calendar.days[2:5]


def test_what_a_rule_took_away(own_app: App) -> None:
    calendar = Calendar(own_app)
    reader = Reader(own_app)

    own_app.update(calendar.series, weekly("wednesday"))

    gone = {one["id"] for one in reader.sync() if one["status"] == "cancelled"}
    assert {*calendar.days[:2], calendar.days[6]} <= gone


def test_filters_are_kept(own_app: App) -> None:
    """A sync of one series, or from an instant on, tells of nothing else that is there."""
    calendar = Calendar(own_app)
    of_series = Reader(own_app, series_master_id=calendar.series)
    of_april = Reader(own_app, time_min="2026-04-01T00:00:00Z")

    own_app.create(at("03-12T10:00"))
    april = own_app.create(at("04-12T10:00"))["id"]
    own_app.update(calendar.days[0], {"summary": "New"})

    assert [one["id"] for one in of_series.sync() if one["status"] != "cancelled"] == [calendar.days[0]]
    assert [one["id"] for one in of_april.sync() if one["status"] != "cancelled"] == [april]
    of_series.check()
    of_april.check()


def test_moved_over_the_edge(own_app: App) -> None:
    """What left the window is gone for its reader, what came into it is there."""
    leaving, coming = own_app.create(at("04-10T10:00"))["id"], own_app.create(at("03-10T10:00"))["id"]
    reader = Reader(own_app, time_min="2026-04-01T00:00:00Z")

    own_app.update(leaving, at("03-20T10:00"))
    own_app.update(coming, at("04-20T10:00"))

    told = {one["id"]: one["status"] for one in reader.sync()}
    assert told == {leaving: "cancelled", coming: "confirmed"}
    reader.check()


def test_pages_of_a_sync(own_app: App) -> None:
    """Each change once, the token on the last page."""
    calendar = Calendar(own_app)
    reader = Reader(own_app)
    own_app.update(calendar.series, {"summary": "New"})
    own_app.update(calendar.single, {"summary": "New"})
    new = own_app.create(at("03-12T10:00"))["id"]
    token = reader.token

    paged = reader.sync(max_results=1)

    assert {calendar.days[0], calendar.days[1], calendar.single, new} <= {one["id"] for one in paged}
    assert len({one["id"] for one in paged}) == len(paged)
    reader.token = token
    assert reader.sync() == paged


def test_changes_between_pages(own_app: App) -> None:
    """What changes while a sync is read is told by it or by the next one."""
    calendar = Calendar(own_app)
    reader = Reader(own_app)
    for number in (0, 6, 8):
        own_app.update(calendar.days[number], {"summary": f"New {number}"})
    page = own_app.list_events(sync_token=reader.token, max_results=1)

    own_app.update(calendar.days[0], {"summary": "Newer"})
    own_app.delete(calendar.days[6])
    own_app.delete(calendar.single)
    reader.read_on(page)
    reader.sync()

    reader.check()


def test_a_token_may_be_used_again(own_app: App) -> None:
    """An answer that was lost on the way is asked for once more."""
    reader = Reader(own_app)
    token, made = reader.token, own_app.create()["id"]

    for _ in range(2):
        reader.token = token
        assert [one["id"] for one in reader.sync()] == [made]


@pytest.mark.parametrize(
    ("late", "good"), [pytest.param(0, True, id="30 days"), pytest.param(1, False, id="more")]
)
def test_age(own_app: App, late: int, good: bool) -> None:
    reader = Reader(own_app)
    own_app.server.clock.advance(days=30, seconds=late)
    own_app.token = own_app.sign_in()
    made = own_app.create()["id"]

    if good:
        assert [one["id"] for one in reader.sync()] == [made]
    else:
        with refused(400, INVALID, "syncToken: it is older than 30 days; begin again without it"):
            reader.sync()


def test_deleted_are_told_without_asking(own_app: App) -> None:
    """showDeleted or not: a sync that left them out would be of no use."""
    calendar = Calendar(own_app)
    plain, asking = Reader(own_app), Reader(own_app, show_deleted=True)

    own_app.delete(calendar.single)

    for reader in (plain, asking):
        assert [(one["id"], one["status"]) for one in reader.sync()] == [(calendar.single, "cancelled")]
