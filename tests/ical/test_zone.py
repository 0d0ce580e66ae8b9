from __future__ import annotations

from datetime import datetime
from io import StringIO

import pytest
from dateutil.tz import tzical
from hypothesis import given, settings
from hypothesis import strategies as st

from rili.ical.zone import vtimezone
from rili.model.zones import zone
from tests.properties import everyday
from tests.soak.scale import scaled

ZONES = [
    "Asia/Shanghai", "America/New_York", "Europe/London", "Europe/Dublin", "Australia/Lord_Howe", "Pacific/Apia",
    "America/St_Johns", "Africa/Casablanca", "Asia/Gaza", "Asia/Jerusalem", "America/Santiago", "America/Nuuk",
    "Africa/Cairo", "Antarctica/Troll", "Europe/Moscow", "Asia/Tehran",
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "year", "expected"),
    [
        pytest.param(
            "America/New_York", 2026,
            ["DTSTART:20250309T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
             "DTSTART:20251102T020000", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"],
            id="a rule for ever",
        ),
        pytest.param(
            "Europe/London", 2026,
            ["RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"],
            id="the last Sunday",
        ),
        pytest.param(
            "America/Santiago", 2026,
            ["RRULE:FREQ=YEARLY;BYMONTH=9;BYMONTHDAY=2,3,4,5,6,7,8;BYDAY=SU"],
            id="the Sunday on or after a day",
        ),
        pytest.param(
            "America/New_York", 2001,
            ["RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU;UNTIL=20060403T070000Z",
             "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20061030T060000Z"],
            id="a rule that ended",
        ),
        pytest.param("Asia/Shanghai", 2026, ["TZOFFSETFROM:+0800", "TZOFFSETTO:+0800"], id="no change"),
        pytest.param("Asia/Shanghai", 1900, ["TZOFFSETFROM:+080543", "TZNAME:LMT"], id="long ago"),
    ],
)  # fmt: skip
def test_lines(name, year, expected):
    lines = vtimezone(name, year)

    assert [line for line in expected if line not in lines] == []
    assert lines[:3] == ("BEGIN:VTIMEZONE", f"TZID:{name}", f"X-LIC-LOCATION:{name}")


@pytest.mark.parametrize("name", ZONES)
def test_every_part_is_whole(name):
    for year in (1500, 1950, 2026, 8999):
        lines = vtimezone(name, year)
        parts = "\n".join(lines).split("BEGIN:")[2:]

        assert all(part.count("DTSTART:") == part.count("TZOFFSETTO:") == 1 for part in parts)
        assert lines[-1] == "END:VTIMEZONE"


@given(st.sampled_from(ZONES), st.integers(1930, 2060), st.data())
@settings(everyday, max_examples=scaled(40, 1_000))
def test_as_dateutil_reads_it(name, year, data):
    """dateutil's own reader of VTIMEZONE finds the offset of the tz database, from the year on and past every table."""
    lines = (line for line in vtimezone(name, year) if not line.startswith("X-"))  # it knows none
    text = "\r\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""])
    there = tzical(StringIO(text)).get()
    for wall in data.draw(
        st.lists(st.datetimes(datetime(year, 1, 1), datetime(2120, 1, 1)), min_size=8, max_size=8)
    ):
        expected = {wall.replace(tzinfo=zone(name), fold=fold).utcoffset() for fold in (0, 1)}
        if len(expected) == 1:  # readers differ about times that are skipped or come twice
            assert there.utcoffset(wall) in expected, (name, year, wall)
