"""An event as iCalendar text, read by another library."""

from __future__ import annotations

from datetime import date

import pytest
import recurring_ical_events
from icalendar import Calendar

from tests.conformance.clients import HOUR, App, Reply, assert_refused

WEEKLY = {
    "recurrence": {
        "pattern": {"type": "weekly", "daysOfWeek": "tuesday"},
        "range": {"numberOfOccurrences": 5},
    }
}


def text_of(app: App, event_id: str, accept: str = "text/calendar", user: str | None = None) -> Reply:
    return app.call("GET", app.path(event_id, user=user), accept=accept)


def titles(reply: Reply) -> list[tuple[str, str]]:
    """Title and start of every occurrence, as another client expands them."""
    found = recurring_ical_events.of(Calendar.from_ical(reply.body)).between(
        date(2026, 1, 1), date(2027, 1, 1)
    )
    return sorted((f"{one['DTSTART'].dt:%m-%d}", str(one["SUMMARY"])) for one in found)


def test_a_series_with_exceptions(app: App) -> None:
    series = app.create(WEEKLY | {"attendees": [{"id": app.colleague.union_id}]})["id"]
    days = [one["id"] for one in app.call("GET", app.path(series) + "/instances").json["events"]]
    app.update(days[1], {"summary": "Own"})
    app.delete(days[2])
    app.delete(days[3], user=app.colleague.union_id)

    reply = text_of(app, series)

    assert (reply.status, reply.headers["content-type"]) == (200, "text/calendar;charset=utf-8")
    assert reply.headers["etag"] == app.get(series).headers["etag"]
    title = HOUR["summary"]
    assert titles(reply) == [("03-10", title), ("03-17", "Own"), ("03-31", title), ("04-07", title)]
    assert f"mailto:{app.colleague.email}" in reply.body.replace(b"\r\n ", b"").decode()
    seen = text_of(app, series, user=app.colleague.union_id)
    assert titles(seen) == [("03-10", title), ("03-17", "Own"), ("04-07", title)]


def test_one_occurrence(app: App) -> None:
    series = app.create(WEEKLY)["id"]
    day = app.call("GET", app.path(series) + "/instances").json["events"][1]["id"]

    (event,) = Calendar.from_ical(text_of(app, day).body).walk("VEVENT")

    assert (str(event["UID"]), f"{event['RECURRENCE-ID'].dt:%m-%d}") == (series, "03-17")
    assert "RRULE" not in event


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        pytest.param("text/calendar", "text/calendar", id="asked for"),
        pytest.param("TEXT/CALENDAR;q=0.5", "text/calendar", id="nothing else"),
        pytest.param("text/calendar, application/json;q=0.9", "text/calendar", id="preferred"),
        pytest.param("application/json, text/calendar", "application/json", id="named second"),
        pytest.param("text/calendar;q=0.3, application/json", "application/json", id="less wanted"),
        pytest.param("text/calendar;q=0", "application/json", id="refused"),
        pytest.param("*/*", "application/json", id="anything"),
    ],
)
def test_what_is_preferred(app: App, accept: str, kind: str) -> None:
    reply = text_of(app, app.create()["id"], accept)

    assert reply.headers["content-type"].startswith(kind)


def test_unknown(app: App) -> None:
    """Errors are JSON."""
    assert_refused(text_of(app, "x"), 404, "itemNotFound", "Event does not exist.")
