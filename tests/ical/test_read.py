from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rili.errors import InvalidParameter
from rili.ical.lines import TEXT_BYTES
from rili.ical.read import Content, read_event
from rili.ical.times import zone_named
from rili.model.event import Category
from rili.model.moment import Moment
from rili.model.series import Slot
from rili.model.slots import SlotFinder
from rili.model.when import AllDay, Timed
from tests.ical.samples import ALL, APPLE, GOOGLE, OUTLOOK, THUNDERBIRD, calendar, vevent
from tests.model.make import all_day, timed
from tests.model.repeating import NEW_YORK, SHANGHAI
from tests.properties import everyday
from tests.soak.scale import scaled


def content_of(text: bytes) -> Content:
    content = read_event(text).content
    assert content is not None
    return content


def slot(day: str) -> Slot:
    return Slot(date.fromisoformat(day).toordinal())


def test_google():
    text = read_event(GOOGLE.encode())
    content = text.content

    assert text.uid == "4k2q8m1t9v@google.com"
    assert content.when == timed("2026-03-02T09:30", "2026-03-02T09:45", "Europe/Berlin")
    assert content.description == "Agenda:\n- one; two, three"
    assert content.location == "Berlin, Haus 3"
    assert [one.minutes for one in content.reminders] == [10]
    assert content.meeting_url == "https://meet.google.com/abc-defg-hij"
    assert text.recurrence.pattern.days_of_week == (0, 2)
    assert text.recurrence.range.end_date == "2026-04-30T21:59:59Z"
    assert text.removed == {slot("2026-03-09")}
    assert [(one.slot, one.content.summary) for one in text.exceptions] == [
        (slot("2026-03-11"), "Stand-up, later")
    ]
    assert [(one.email, one.name, one.response, one.is_optional, one.kind) for one in content.people] == [
        ("ada@example.org", "Ada Example", "accepted", False, "INDIVIDUAL"),
        ("bob@example.net", "bob@example.net", "needsAction", True, "INDIVIDUAL"),
        ("room4@resource.example.org", "Room 4", "tentative", False, "RESOURCE"),
    ]


def test_apple():
    with pytest.raises(InvalidParameter, match="iCalendar: expected NAME"):
        read_event(APPLE.encode())  # a quote within a quoted parameter
    text = read_event(APPLE.replace(' \\"K\\""', '"').encode())
    content = text.content

    assert content.when == all_day("2026-07-01", "2026-07-04")
    assert content.summary == "Summer trip 🏖"
    assert content.free_busy == "free"
    assert [one.minutes for one in content.reminders] == [900]
    assert content.url == "https://trip.example/plan"
    assert text.recurrence.pattern.type == "absoluteYearly"
    assert text.removed == {slot("2027-07-01")}
    assert content.organizer.email == "me@example.org"
    assert [(one.email, one.response) for one in content.people] == [
        ("me@example.org", "accepted"),
        ("kim@example.org", "declined"),
    ]


def test_outlook():
    text = read_event(OUTLOOK.replace("\n", "\r\n").encode())
    content = text.content

    assert text.method == "REQUEST"
    assert content.when == timed("2026-03-10T14:00", "2026-03-10T15:00", SHANGHAI)
    assert content.rich_text == "<html><body>Please <b>join</b>., Thanks</body></html>"
    assert content.meeting_url == "https://teams.example/l/1"
    assert (text.recurrence.pattern.type, text.recurrence.pattern.index) == ("relativeMonthly", "second")
    assert text.recurrence.range.number_of_occurrences == 6
    assert [(one.email, one.name) for one in content.people] == [("jo.lee@example.com", "Lee, Jo")]


def test_thunderbird():
    content = content_of(THUNDERBIRD.encode())

    assert content.when == timed("2026-04-02T12:00", "2026-04-02T12:45", NEW_YORK)
    assert content.cancelled
    assert content.categories == (Category(name="Food"), Category(name="Fun, and more"))
    assert content.rich_text == "<body>Bring <b>cake</b></body>"
    assert content.description == "Bring cake"
    assert [one.minutes for one in content.reminders] == [15]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["DTSTART:20260310T060000Z"], timed("2026-03-10T06:00", "2026-03-10T06:00", "UTC"), id="no end"),
        pytest.param(["DTSTART;VALUE=DATE:20260310"], all_day("2026-03-10", "2026-03-11"), id="no end of a day"),
        pytest.param(["DTSTART:20260310"], all_day("2026-03-10", "2026-03-11"), id="a date that does not say so"),
        pytest.param(
            ["DTSTART;VALUE=DATE:20260310", "DTEND;VALUE=DATE:20260310"], all_day("2026-03-10", "2026-03-11"),
            id="a day that ends as it begins",
        ),
        pytest.param(
            ["DTSTART;VALUE=DATE:20260310", "DURATION:P2D"], all_day("2026-03-10", "2026-03-12"), id="two days",
        ),
        pytest.param(
            ["DTSTART;TZID=America/New_York:20260307T120000", "DURATION:P1D"],
            timed("2026-03-07T12:00", "2026-03-08T12:00", NEW_YORK), id="a day by the calendar",
        ),
        pytest.param(
            ["DTSTART;TZID=America/New_York:20260307T120000", "DURATION:PT24H"],
            timed("2026-03-07T12:00", "2026-03-08T13:00", NEW_YORK), id="24 hours over a change",
        ),
        pytest.param(
            ["DTSTART;TZID=Asia/Shanghai:20260310T140000", "DTEND:20260310T070000Z"],
            timed("2026-03-10T14:00", "2026-03-10T15:00"), id="an end in UTC",
        ),
        pytest.param(
            ["DTSTART;TZID=Asia/Shanghai:20260310T140060"],
            timed("2026-03-10T14:00:59", "2026-03-10T14:00:59"), id="a leap second",
        ),
        pytest.param(
            ["DTSTART;X-RILI-TZID=America/New_York:20261101T063000Z"],
            Timed(*[Moment(datetime(2026, 11, 1, 1, 30), NEW_YORK, 1)] * 2), id="our second pass",
        ),
    ],
)  # fmt: skip
def test_when(lines, expected):
    assert content_of(calendar(*lines)).when == expected


@pytest.mark.parametrize(
    ("lines", "private"),
    [
        pytest.param([], False, id="not said"),
        pytest.param(["CLASS:Public"], False, id="public"),
        pytest.param(["CLASS:PRIVATE"], True, id="private"),
        pytest.param(["CLASS:CONFIDENTIAL"], True, id="confidential"),
        pytest.param(["CLASS:X-SECRET"], True, id="a class of somebody's own"),
    ],
)
def test_class(lines, private):
    assert content_of(calendar("DTSTART:20260310T060000Z", *lines)).private is private


@pytest.mark.parametrize(
    ("tzid", "locations", "expected"),
    [
        ("Asia/Shanghai", {}, "Asia/Shanghai"),
        ("China Standard Time", {}, "Asia/Shanghai"),
        ("/mozilla.org/20050126_1/Europe/Berlin", {}, "Europe/Berlin"),
        ("/citadel.org/America/Argentina/Ushuaia", {}, "America/Argentina/Ushuaia"),
        ("tzone://Microsoft/Utc", {}, "UTC"),
        ("My Zone", {"My Zone": "Asia/Tokyo"}, "Asia/Tokyo"),
        ("My Zone", {"My Zone": "Tokyo Standard Time"}, "Asia/Tokyo"),
        ("My Zone", {"Another": "Asia/Tokyo"}, None),
        ("../../etc/passwd", {}, None),
        ("", {}, None),
    ],
)
def test_zone_named(tzid, locations, expected):
    assert zone_named(tzid, locations) == expected


RULE = "RRULE:FREQ=DAILY;COUNT=5"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param(b"", "VCALENDAR: expected one", id="nothing"),
        pytest.param(b"\xff\xfe", "iCalendar: it is not UTF-8", id="not UTF-8"),
        pytest.param(b"x" * (TEXT_BYTES + 1), "iCalendar: it is longer", id="too long"),
        pytest.param(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n" * 2, "VCALENDAR: expected one", id="two calendars"),
        pytest.param(b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "VEVENT: there is none", id="no event"),
        pytest.param(b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nEND:VCALENDAR\r\n", "END: it does not end", id="crossed"),
        pytest.param(b"BEGIN:VCALENDAR\r\n", "END: VCALENDAR is not ended", id="not ended"),
        pytest.param(b"BEGIN:VEVENT\r\n" * 9, "BEGIN: more than", id="too deep"),
        pytest.param(calendar(more="BEGIN:X\r\nEND:X\r\n" * 2000), "BEGIN: more than", id="too many"),
        pytest.param(calendar(more="BEGIN:VTODO\r\nEND:VTODO\r\n"), "VTODO: only events", id="a task"),  # RFC 5545
        pytest.param(calendar("UID:"), "UID: every VEVENT", id="blank UID"),
        pytest.param(calendar(more="BEGIN:VEVENT\r\nUID:u2\r\nEND:VEVENT\r\n"), "UID: one text", id="two events"),
        pytest.param(calendar(more="BEGIN:VEVENT\r\nUID:u1\r\nEND:VEVENT\r\n"), "RECURRENCE-ID: only", id="twice"),
        pytest.param(calendar("SUMMARY"), "iCalendar: expected NAME", id="no colon"),
        pytest.param(calendar("DTSTART:20260310T060000"), "DTSTART: a time needs a zone", id="floating"),
        pytest.param(calendar("DTSTART;TZID=Nowhere:20260310T060000"), "DTSTART: TZID 'Nowhere'", id="unknown zone"),
        pytest.param(calendar("DTSTART:20260230T060000Z"), "DTSTART: no such date", id="no such day"),
        pytest.param(calendar("DTSTART:09990310T060000Z"), "DTSTART: the year", id="long ago"),
        pytest.param(calendar("DTSTART:tomorrow"), "DTSTART: expected a date or a time", id="words"),
        pytest.param(calendar("DTSTART;VALUE=PERIOD:20260310T060000Z/PT1H"), "DTSTART: expected", id="a period"),
        pytest.param(calendar("DTSTART;VALUE=DATE:20260310T060000Z"), "DTSTART: expected a date", id="not as VALUE"),
        pytest.param(calendar("DTSTART:20260310", "DTSTART:20260310"), "DTSTART: it must be", id="twice DTSTART"),
        pytest.param(calendar("DTEND:20260309T060000Z"), "DTEND: the event must not end", id="ends before"),
        pytest.param(calendar("DTEND;VALUE=DATE:20260311"), "DTEND: it must be a date where", id="mixed"),
        pytest.param(calendar("DTEND:20260311T000000Z", "DURATION:PT1H"), "DURATION: DTEND and", id="two ends"),
        pytest.param(calendar("DURATION:-PT1H"), "DURATION: the event must not end", id="negative"),
        pytest.param(calendar("DURATION:P9999999D"), "DURATION: ", id="very long"),
        pytest.param(calendar("DURATION:PT999999999999H"), "DURATION: ", id="too long for a timedelta"),
        pytest.param(calendar("DURATION:PT"), "DURATION: expected", id="empty duration"),
        pytest.param(calendar("DTSTART:20260310", "DURATION:PT1H"), "DURATION: an event on whole days", id="an hour"),
        pytest.param(calendar("RRULE:FREQ=HOURLY"), "RRULE: ", id="hourly"),
        pytest.param(calendar(RULE, RULE), "RRULE: it must be there once", id="two rules"),
        pytest.param(calendar(RULE, "RDATE:20260401T060000Z"), "RDATE: single dates", id="RDATE"),
        pytest.param(calendar(RULE, "EXRULE:FREQ=DAILY"), "EXRULE: ", id="EXRULE"),
        pytest.param(calendar(RULE, "EXDATE:20260311T060000"), "EXDATE: a time needs a zone", id="floating EXDATE"),
        pytest.param(calendar(RULE, "EXDATE:" + "20260311T060000Z," * 1500), "EXDATE: expected at most", id="EXDATEs"),
        pytest.param(calendar("RECURRENCE-ID;RANGE=THISANDFUTURE:20260310T060000Z"), "RECURRENCE-ID: RAN", id="RANGE"),
        pytest.param(calendar("RECURRENCE-ID:20260310T060000Z", RULE), "RRULE: a single", id="a rule of one"),
        pytest.param(
            calendar(RULE, more=vevent("RECURRENCE-ID:20260310T070000Z")),
            "RECURRENCE-ID: the series has no occurrence", id="no such occurrence",
        ),
        pytest.param(
            calendar(RULE, more=vevent("RECURRENCE-ID:20260311T060000Z") * 2),
            "RECURRENCE-ID: '20260311T060000Z' is there twice", id="an occurrence twice",
        ),
        pytest.param(calendar("SEQUENCE:one"), "SEQUENCE: expected a number", id="SEQUENCE"),
        pytest.param(calendar("ATTENDEE:"), "ATTENDEE: it names nobody", id="nobody"),
        pytest.param(calendar(*["ATTENDEE:mailto:a@b.c"] * 5001), "ATTENDEE: more than", id="a crowd"),
    ],
)  # fmt: skip
def test_refused(text, why):
    with pytest.raises(InvalidParameter) as refused:
        read_event(text)

    assert (refused.value.description or "").startswith(why)


@pytest.mark.parametrize(
    ("line", "minutes"),
    [
        ("TRIGGER:-PT15M", [15]),
        ("TRIGGER:-P1DT2H", [1560]),
        ("TRIGGER:-PT90S", [2]),
        ("TRIGGER:PT0S", [0]),
        ("TRIGGER:PT5M", []),
        ("TRIGGER;RELATED=END:-PT2H", [60]),
        ("TRIGGER;VALUE=DATE-TIME:20260310T054500Z", [15]),
        ("TRIGGER;VALUE=DATE-TIME:20260310T064500Z", []),
        ("TRIGGER:-PT99999999999M", []),
    ],
)
def test_alarms(line, minutes):
    alarm = calendar("DTEND:20260310T070000Z", "BEGIN:VALARM", "ACTION:DISPLAY", line, "END:VALARM")

    assert [one.minutes for one in content_of(alarm).reminders] == minutes


def test_what_is_not_in_the_rule_takes_nothing_out():
    text = read_event(
        calendar(RULE, "EXDATE:20260401T060000Z,20260312T060000Z", "EXDATE;VALUE=DATE:20260311")
    )

    assert text.removed == {slot("2026-03-12"), slot("2026-03-11")}


def test_occurrences_without_their_series():
    text = read_event(calendar("RECURRENCE-ID;TZID=Asia/Shanghai:20260312T140000"))
    series = read_event(calendar(RULE))

    assert (text.content, text.recurrence) == (None, None)
    assert [one.slot for one in text.exceptions] == [None]
    assert SlotFinder(series.recurrence, series.content.when).find(text.exceptions[0].at) == [
        slot("2026-03-12")
    ]


def test_what_is_taken_out_and_described_is_there():
    more = vevent("RECURRENCE-ID:20260311T060000Z")
    text = read_event(calendar(RULE, "EXDATE:20260311T060000Z", more=more))

    assert text.removed == frozenset()
    assert [one.slot for one in text.exceptions] == [slot("2026-03-11")]


def test_whole_days_have_no_times():
    text = read_event(calendar("DTSTART;VALUE=DATE:20260310", RULE, "EXDATE:20260311T000000Z"))

    assert isinstance(text.content.when, AllDay)
    assert text.removed == frozenset()


TEXTS = [one.encode() for one in ALL]
PIECES = st.sampled_from([
    b"\r\n", b"\n ", b":", b";", b'"', b"\\", b",", b"=", b"\0", b"\xff", b"Z", b"T", b"-", b"9" * 40,
    b"RRULE:FREQ=YEARLY;",
    b"BYSETPOS=-366;", b"COUNT=9999", b"BEGIN:VEVENT\n", b"END:VEVENT\n", b"TZID=UTC", b"DTSTART:90000101\n",
    b"VALUE=DATE", b"UNTIL=99991231",
    b"DTEND:89991231T235959Z\n", b"RECURRENCE-ID:20260302T083000Z\n", b"DURATION:P9999999D\n", b"\xe2\x80\xa8",
])  # fmt: skip


@given(st.sampled_from(TEXTS), st.data())
@settings(everyday, max_examples=scaled(400, 20_000))
def test_mutated_text_is_read_or_refused(text, data):
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        until = at + data.draw(st.sampled_from([0, 0, 1, 3, 40]))
        source = data.draw(st.integers(0, len(text)))
        piece = data.draw(PIECES | st.binary(max_size=4) | st.just(text[source : source + 60]))
        text = text[:at] + piece + text[until:]
    _read_or_refused(text)


_NAMES = sorted({line.split(":")[0].split(";")[0] for text in ALL for line in text.splitlines()})
_LINES = st.builds(
    "{}{}:{}".format,
    st.sampled_from([*_NAMES, "RECURRENCE-ID", "RDATE", "DURATION"]),
    st.sampled_from(["", ";VALUE=DATE", ";TZID=Asia/Tokyo", ";TZID=X", ";X=^^", ";RELATED=END", ";FMTTYPE=text/html"]),
    st.sampled_from([
        "20260310T060000Z", "20260310", "10000101T000000Z", "89991231T235959Z", "-P1D", "P9999999D", "PT0S", "-PT1M",
        "FREQ=DAILY;UNTIL=89991231", "FREQ=YEARLY;BYWEEKNO=53;COUNT=9999", "FREQ=MONTHLY;BYDAY=5FR",
        "mailto:", "\\", "a\\,b,",
    ]) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
)  # fmt: skip


@given(st.lists(_LINES, max_size=6), st.lists(_LINES, max_size=4))
@settings(everyday, max_examples=scaled(400, 20_000))
def test_hostile_lines_are_read_or_refused(lines, exception):
    more = vevent("RECURRENCE-ID:20260310T060000Z", *exception)
    _read_or_refused(calendar(*lines, more=more))


@given(st.binary(max_size=200))
@everyday
def test_bytes_are_read_or_refused(text):
    _read_or_refused(text)


def _read_or_refused(text: bytes) -> None:
    description = "property: read"
    try:
        read_event(text)
    except InvalidParameter as refused:
        description = refused.description or ""
    assert ": " in description
