from __future__ import annotations

from datetime import date, datetime

import icalendar
import pytest
from msgspec.structs import replace

from rili.ical.write import Naming, event_text, occurrence_text
from rili.model.event import Category, Reminder
from rili.model.moment import Moment
from rili.model.people import Attendee
from rili.model.recurrence import Pattern
from rili.model.rrule import from_rrule
from rili.model.series import Override, Slot, find_instance
from rili.model.when import Timed
from tests.ical.events import ALICE, BOB, CHAIR, GUEST
from tests.model.make import all_day, single, timed
from tests.model.repeating import MON, NEW_YORK, WED, forever, times, until, weekly

WEEKLY = single(
    recurrence=until(weekly(MON, WED), "2026-04-30"), when=timed("2026-03-10T14:00", "2026-03-10T15:00")
)
NAMING = Naming({"aliceId": "alice@corp.example"}, "https://meet.example/{}".format)


def slot(day: str) -> Slot:
    return Slot(date.fromisoformat(day).toordinal())


def vevents(text: bytes) -> list[list[str]]:
    """The lines of each VEVENT, unfolded."""
    parts = text.decode().replace("\r\n ", "").split("BEGIN:VEVENT\r\n")[1:]
    return [part.split("\r\nEND:VEVENT")[0].split("\r\n") for part in parts]


def test_a_plain_event():
    assert event_text(single(), [CHAIR]).decode().split("\r\n") == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Rili//Rili 0.1.0//EN",
        "CALSCALE:GREGORIAN",
        "BEGIN:VTIMEZONE",
        "TZID:Asia/Shanghai",
        "X-LIC-LOCATION:Asia/Shanghai",
        "BEGIN:STANDARD",
        "DTSTART:20250101T000000",
        "TZOFFSETFROM:+0800",
        "TZOFFSETTO:+0800",
        "TZNAME:CST",
        "END:STANDARD",
        "END:VTIMEZONE",
        "BEGIN:VEVENT",
        "UID:M1Z3SEEyOHBkZjlMemxhTFpSSFR2QT09",
        "DTSTAMP:20260302T011504Z",
        "CREATED:20260302T011504Z",
        "LAST-MODIFIED:20260302T011504Z",
        "SEQUENCE:3",
        "DTSTART;TZID=Asia/Shanghai:20260310T140000",
        "DTEND;TZID=Asia/Shanghai:20260310T150000",
        "SUMMARY:Budget review",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param(
            {"when": all_day("2026-03-10", "2026-03-12")},
            ["DTSTART;VALUE=DATE:20260310", "DTEND;VALUE=DATE:20260312"], id="whole days",
        ),
        pytest.param(
            {"when": timed("2026-03-10T14:00", "2026-03-10T15:00", "UTC")},
            ["DTSTART:20260310T140000Z", "DTEND:20260310T150000Z"], id="UTC",
        ),
        pytest.param(
            {"when": timed("2026-03-10T14:00", "2026-03-10T15:00", "Etc/UTC")},
            ["DTSTART;X-RILI-TZID=Etc/UTC:20260310T140000Z"], id="UTC by another name",
        ),
        pytest.param(
            {"when": Timed(*(Moment(datetime(2026, 11, 1, 1, minute), NEW_YORK, 1) for minute in (0, 30)))},
            ["DTSTART;X-RILI-TZID=America/New_York:20261101T060000Z",
             "DTEND;X-RILI-TZID=America/New_York:20261101T063000Z"], id="a second pass",
        ),
        pytest.param(
            {"when": timed("2026-03-08T02:30", "2026-03-08T04:00", NEW_YORK)},
            ["DTSTART;TZID=America/New_York:20260308T033000"], id="a skipped hour, alone",
        ),
        pytest.param(
            {"when": timed("2026-03-08T02:30", "2026-03-08T04:00", NEW_YORK), "recurrence": forever(Pattern("daily"))},
            ["DTSTART;TZID=America/New_York:20260308T023000", "RRULE:FREQ=DAILY"], id="a skipped hour, every day",
        ),
        pytest.param({"free_busy": "free"}, ["TRANSP:TRANSPARENT"], id="free"),
        pytest.param({"private": True}, ["CLASS:PRIVATE"], id="private"),
        pytest.param(
            {"description": "a,b;c\\N\r\nd", "location": "Haus 3, oben", "rich_text": "<b>x;y</b>"},
            ["DESCRIPTION:a\\,b\\;c\\\\N\\nd", "LOCATION:Haus 3\\, oben", "X-ALT-DESC;FMTTYPE=text/html:<b>x\\;y</b>"],
            id="texts",
        ),
        pytest.param(
            {"categories": (Category("1", "Review"), Category(name="A,B"), Category("2"))},
            ["CATEGORIES:Review", "CATEGORIES:A\\,B"], id="categories",
        ),
        pytest.param(
            {"conference_id": "c-1"},
            ["CONFERENCE;VALUE=URI;FEATURE=VIDEO;LABEL=\"Online meeting\":https://meet.example/c-1",
             "URL;VALUE=URI:https://meet.example/c-1"], id="an online meeting",
        ),
        pytest.param(
            {"reminders": (Reminder(15), Reminder(0))},
            ["BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-PT15M", "TRIGGER:-PT0M", "END:VALARM"], id="reminders",
        ),
        pytest.param(
            {"recurrence": times(weekly(MON, WED), 4)},
            ["DTSTART;TZID=Asia/Shanghai:20260311T140000", "DTEND;TZID=Asia/Shanghai:20260311T150000",
             "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;WKST=SU;COUNT=4"], id="a start off the pattern",
        ),
        pytest.param(
            {"recurrence": from_rrule("FREQ=DAILY;BYHOUR=9,11", timed("2026-03-10T10:00", "2026-03-10T10:20"))},
            ["DTSTART;TZID=Asia/Shanghai:20260311T090000", "RRULE:FREQ=DAILY;BYHOUR=9,11"], id="several a day",
        ),
    ],
)  # fmt: skip
def test_lines(changes, expected):
    lines = vevents(event_text(single(**changes), naming=NAMING))[0]

    assert [line for line in expected if line not in lines] == []


def test_no_time_has_no_end():
    text = event_text(single(when=timed("2026-03-10T14:00", "2026-03-10T14:00")))

    assert b"DTEND" not in text


def test_people():
    lines = vevents(event_text(single(), [CHAIR, ALICE, GUEST, BOB], naming=NAMING))[0]

    assert [line for line in lines if line.startswith(("ORGANIZER", "ATTENDEE"))] == [
        "ORGANIZER;CN=Chair:urn:x-rili:iiiP35sJadba8aBSgjrwPRKgiEiF",
        "ATTENDEE;CN=Chair;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED:urn:x-rili:iiiP35sJadba8aBSgjrwPRKgiEiF",
        "ATTENDEE;CN=\"Alice, the ^'first^'; ^^'x^^\";ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED:mailto:alice@corp.example",
        'ATTENDEE;CN="林 Guest";ROLE=OPT-PARTICIPANT;PARTSTAT=TENTATIVE:mailto:Guest+1@mail.example',
        "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=DECLINED:urn:x-rili:bobId",
    ]


def test_no_line_can_be_smuggled_in():
    evil = Attendee("e\r\nX-EVIL:1", 'a"\r\nX-EVIL:2', email="e@x\u2028\x01y.example")
    text = event_text(
        single(summary="a\r\nX-EVIL:3\rX-EVIL:4", conference_id="\r\nX-EVIL:5"), [CHAIR, evil], naming=NAMING
    )

    lines = text.replace(b"\r\n ", b"").split(b"\r\n")
    names = {line.split(b":")[0].split(b";")[0] for line in lines}
    assert not [name for name in names if b"EVIL" in name]
    assert b"\r" not in text.replace(b"\r\n", b"")


def test_exceptions():
    overrides = {
        slot("2026-03-16"): Override(edited=True, removed=True),
        slot("2026-03-18"): Override(
            edited=True,
            summary="Moved",
            when=timed("2026-03-19T09:00", "2026-03-19T10:00", NEW_YORK),
            updated_ms=1_772_500_000_000,
        ),
        slot("2026-03-23"): Override(),
        slot("2026-03-24"): Override(edited=True, summary="not a day of the rule"),
    }
    people_on = {slot("2026-03-25"): [CHAIR, BOB], slot("2026-03-30"): [CHAIR, ALICE]}
    text = event_text(WEEKLY, [CHAIR, ALICE], overrides=overrides, people_on=people_on, naming=NAMING)
    series, moved, other_people = vevents(text)

    assert "RRULE:FREQ=WEEKLY;BYDAY=MO,WE;WKST=SU;UNTIL=20260430T155959Z" in series
    assert [line for line in series if line.startswith("EXDATE")] == [
        "EXDATE;TZID=Asia/Shanghai:20260316T140000"
    ]
    assert {
        "UID:M1Z3SEEyOHBkZjlMemxhTFpSSFR2QT09",
        "RECURRENCE-ID;TZID=Asia/Shanghai:20260318T140000",
        "DTSTART;TZID=America/New_York:20260319T090000",
        "SUMMARY:Moved",
        "LAST-MODIFIED:20260303T010640Z",
    } <= set(moved)
    assert not [line for line in moved if line.startswith("RRULE")]
    assert "RECURRENCE-ID;TZID=Asia/Shanghai:20260325T140000" in other_people
    assert "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=DECLINED:urn:x-rili:bobId" in other_people
    assert text.count(b"BEGIN:VTIMEZONE") == 2


def test_a_series_that_begins_in_a_second_pass():
    when = Timed(*(Moment(datetime(2026, 11, 1, 1, minute), NEW_YORK, 1) for minute in (0, 30)))
    series, first = vevents(event_text(single(when=when, recurrence=forever(Pattern("daily")))))

    assert "DTSTART;TZID=America/New_York:20261101T010000" in series
    assert "RECURRENCE-ID;TZID=America/New_York:20261101T010000" in first
    assert "DTSTART;X-RILI-TZID=America/New_York:20261101T060000Z" in first


def test_one_occurrence_alone():
    one = find_instance(WEEKLY, slot("2026-03-16"))
    text = occurrence_text(one, [CHAIR, GUEST])

    (lines,) = vevents(text)
    assert {"UID:" + WEEKLY.id, "RECURRENCE-ID;TZID=Asia/Shanghai:20260316T140000"} <= set(lines)
    assert not [line for line in lines if line.startswith(("RRULE", "EXDATE"))]


def test_folding():
    event = single(summary="会" * 60, description="\\" * 200)
    text = event_text(event)

    assert max(map(len, text.split(b"\r\n"))) <= 75
    assert all(line.decode() is not None for line in text.split(b"\r\n"))
    there = icalendar.Calendar.from_ical(text).walk("VEVENT")[0]
    assert (str(there["SUMMARY"]), str(there["DESCRIPTION"])) == (event.summary, event.description)


def test_the_text_depends_on_the_event_alone():
    assert event_text(WEEKLY) == event_text(replace(WEEKLY))
