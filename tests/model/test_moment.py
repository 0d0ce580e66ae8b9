"""Decision 6, and the forms of events.md 3.2."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rili.errors import InvalidParameter
from rili.model.moment import Instant, Moment, check_zone, midnight_ms, parse_date, parse_date_time, utc_text
from tests.properties import everyday

SHANGHAI, NEW_YORK, LONDON = "Asia/Shanghai", "America/New_York", "Europe/London"
LORD_HOWE, APIA = "Australia/Lord_Howe", "Pacific/Apia"

ZONES = (
    SHANGHAI, NEW_YORK, LONDON, LORD_HOWE, APIA, "UTC", "Asia/Kathmandu", "Africa/Casablanca", "Europe/Dublin",
    "America/St_Johns", "Pacific/Chatham", "Antarctica/Troll", "Africa/Monrovia", "Pacific/Kwajalein",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "wall", "offset_minutes"),
    [
        pytest.param("2026-01-31T10:15", "2026-01-31 10:15:00", None, id="minutes"),
        pytest.param("2026-01-31T10:15:30", "2026-01-31 10:15:30", None, id="seconds"),
        pytest.param("2026-01-31T10:15:30.999", "2026-01-31 10:15:30", None, id="milliseconds are dropped"),
        pytest.param("2026-01-31T10:15:30,5", "2026-01-31 10:15:30", None, id="comma, as ISO 8601 prefers"),
        pytest.param("2026-01-31T10:15:30.123456789", "2026-01-31 10:15:30", None, id="nanoseconds"),
        pytest.param("2026-01-31T10:15Z", "2026-01-31 10:15:00", 0, id="minutes, Z"),
        pytest.param("2026-01-31T10:15:30Z", "2026-01-31 10:15:30", 0, id="seconds, Z"),
        pytest.param("2026-03-25T02:00:00.000Z", "2026-03-25 02:00:00", 0, id="milliseconds, Z"),
        pytest.param("2026-01-31T10:15+08:00", "2026-01-31 10:15:00", 480, id="minutes, +hh:mm"),
        pytest.param("2021-09-20T10:15:30+08:00", "2021-09-20 10:15:30", 480, id="the reference's sample"),
        pytest.param("2026-01-31T10:15:30.000-03:30", "2026-01-31 10:15:30", -210, id="milliseconds, -hh:mm"),
        pytest.param("2026-01-31T10:15+0800", "2026-01-31 10:15:00", 480, id="minutes, +hhmm"),
        pytest.param("2026-01-31T10:15:30-0330", "2026-01-31 10:15:30", -210, id="seconds, -hhmm"),
        pytest.param("2026-01-31T10:15:30-00:00", "2026-01-31 10:15:30", 0, id="minus zero"),
        pytest.param("2026-01-31T10:15:30+14:00", "2026-01-31 10:15:30", 840, id="furthest east"),
        pytest.param("2026-01-31T10:15:30+23:59", "2026-01-31 10:15:30", 1439, id="widest offset"),
        pytest.param("2024-02-29T00:00:00", "2024-02-29 00:00:00", None, id="leap day"),
        pytest.param("1000-01-01T00:00:00Z", "1000-01-01 00:00:00", 0, id="first year"),
        pytest.param("9000-12-31T23:59:59Z", "9000-12-31 23:59:59", 0, id="last year"),
    ],
)
def test_reads_every_form_of_a_date_time(text: str, wall: str, offset_minutes: int | None) -> None:
    assert parse_date_time(text, "start.dateTime") == Instant(datetime.fromisoformat(wall), offset_minutes)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("2026-01-31", id="only a date"),
        pytest.param("10:15", id="only a time"),
        pytest.param("2026-01-31 10:15:30", id="space for T"),
        pytest.param("2026-01-31t10:15:30z", id="lower case"),
        pytest.param(" 2026-01-31T10:15:30", id="leading space"),
        pytest.param("2026-01-31T10:15:30\n", id="trailing line break"),
        pytest.param("2026-01-31T10:15:30 08:00", id="plus read as a space"),
        pytest.param("2026-1-31T10:15:30", id="short month"),
        pytest.param("20260131T101530Z", id="basic form"),
        pytest.param("2026-W05-6T10:15", id="week date"),
        pytest.param("2026-031T10:15", id="ordinal date"),
        pytest.param("+12026-01-31T10:15:30", id="long year"),
        pytest.param("-2026-01-31T10:15:30", id="negative year"),
        pytest.param("2026-01-31T10", id="no minutes"),
        pytest.param("2026-01-31T10:15:", id="no seconds after the colon"),
        pytest.param("2026-01-31T10:15.5", id="fraction of a minute"),
        pytest.param("2026-01-31T10:15:30.", id="no digits after the point"),
        pytest.param("2026-01-31T10:15:30.1234567890", id="ten digits"),
        pytest.param("2026-01-31T10:15:30+08", id="offset without minutes"),
        pytest.param("2026-01-31T10:15:30+8:00", id="short offset"),
        pytest.param("2026-01-31T10:15:30+08:00:00", id="offset with seconds"),
        pytest.param("2026-01-31T10:15:30+08:60", id="offset of 60 minutes"),
        pytest.param("2026-01-31T10:15:30+24:00", id="offset of a day"),
        pytest.param("2026-01-31T10:15:30\u221208:00", id="typographic minus"),
        pytest.param("2026-01-31T10:15:30Z+08:00", id="Z and an offset"),
        pytest.param("2026-01-31T10:15:30[Asia/Shanghai]", id="zone in brackets"),
        pytest.param("2026-02-29T10:15:30", id="no leap year"),
        pytest.param("2026-04-31T10:15:30", id="no 31 April"),
        pytest.param("2026-00-10T10:15:30", id="month zero"),
        pytest.param("2026-13-10T10:15:30", id="month 13"),
        pytest.param("2026-01-00T10:15:30", id="day zero"),
        pytest.param("2026-01-31T24:00:00", id="24 hours"),
        pytest.param("2026-01-31T10:60:00", id="60 minutes"),
        pytest.param("2026-12-31T23:59:60Z", id="leap second"),
        pytest.param("0000-01-01T00:00:00", id="year zero"),
        pytest.param("0001-01-01T00:00:00+14:00", id="before Python's calendar"),
        pytest.param("0999-12-31T23:59:59", id="before the first year"),
        pytest.param("9001-01-01T00:00:00", id="after the last year"),
        pytest.param("9999-12-31T23:59:59-14:00", id="after Python's calendar"),
        pytest.param("٢٠٢٦-٠١-٣١T١٠:١٥:٣٠", id="Arabic digits"),
        pytest.param("２０２６-01-31T10:15:30", id="full-width digits"),
        pytest.param("1769825730000", id="epoch milliseconds"),
        pytest.param("2026-01-31T10:15:30" + "0" * 100_000, id="long"),
    ],
)
def test_refuses_what_is_no_date_time_and_names_the_member(text: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        parse_date_time(text, "start.dateTime")

    assert (refused.value.description or "").startswith("start.dateTime: ")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("2026-1-31", id="short month"),
        pytest.param("20260131", id="basic form"),
        pytest.param("2026-W05-6", id="week date"),
        pytest.param("2026-02-30", id="no such day"),
        pytest.param("2026-01-31T00:00", id="a date-time"),
        pytest.param("2026-01-31\n", id="trailing line break"),
        pytest.param("0999-12-31", id="before the first year"),
        pytest.param("9001-01-01", id="after the last year"),
        pytest.param("٢٠٢٦-٠١-٣١", id="Arabic digits"),
    ],
)
def test_refuses_what_is_no_date(text: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        parse_date(text, "end.date")

    assert (refused.value.description or "").startswith("end.date: ")


def test_reads_a_date() -> None:
    assert parse_date("2024-02-29", "start.date") == date(2024, 2, 29)


def test_an_unknown_zone_is_refused_by_name_of_its_member() -> None:
    assert check_zone(SHANGHAI, "start.timeZone") == SHANGHAI
    with pytest.raises(InvalidParameter) as refused:
        check_zone("asia/shanghai", "start.timeZone")
    assert "start.timeZone" in (refused.value.description or "")


@pytest.mark.parametrize(
    ("text", "zone", "printed", "instant"),
    [
        pytest.param(
            "2026-01-31T10:15", SHANGHAI, "2026-01-31T10:15:00+08:00", "2026-01-31T02:15Z", id="wall"
        ),
        pytest.param("2026-01-31T10:15Z", "UTC", "2026-01-31T10:15:00Z", "2026-01-31T10:15Z", id="UTC is Z"),
        pytest.param(
            "2026-01-31T10:15Z", "Etc/UTC", "2026-01-31T10:15:00Z", "2026-01-31T10:15Z", id="Etc/UTC is Z"
        ),
        pytest.param(
            "2026-01-31T10:15",
            LONDON,
            "2026-01-31T10:15:00+00:00",
            "2026-01-31T10:15Z",
            id="London is not UTC",
        ),
        pytest.param(
            "2026-01-31T10:15+01:00",
            SHANGHAI,
            "2026-01-31T17:15:00+08:00",
            "2026-01-31T09:15Z",
            id="the offset wins, the zone displays",
        ),
        pytest.param(
            "2026-01-31T23:30-0500",
            SHANGHAI,
            "2026-02-01T12:30:00+08:00",
            "2026-02-01T04:30Z",
            id="the offset wins, and the date moves",
        ),
        pytest.param(
            "2026-03-08T02:30",
            NEW_YORK,
            "2026-03-08T03:30:00-04:00",
            "2026-03-08T07:30Z",
            id="gap: the offset before it",
        ),
        pytest.param(
            "2026-03-29T01:30",
            LONDON,
            "2026-03-29T02:30:00+01:00",
            "2026-03-29T01:30Z",
            id="gap in London",
        ),
        pytest.param(
            "2026-10-04T02:15",
            LORD_HOWE,
            "2026-10-04T02:45:00+11:00",
            "2026-10-03T15:45Z",
            id="gap of half an hour",
        ),
        pytest.param(
            "1986-05-04T02:30",
            SHANGHAI,
            "1986-05-04T03:30:00+09:00",
            "1986-05-03T18:30Z",
            id="gap of China's first summer time",
        ),
        pytest.param(
            "1991-09-15T01:30",
            SHANGHAI,
            "1991-09-15T01:30:00+09:00",
            "1991-09-14T16:30Z",
            id="fold of China's last summer time",
        ),
        pytest.param(
            "1991-09-15T01:30+08:00",
            SHANGHAI,
            "1991-09-15T01:30:00+08:00",
            "1991-09-14T17:30Z",
            id="and its second pass",
        ),
        pytest.param(
            "2011-12-30T10:00",
            APIA,
            "2011-12-31T10:00:00+14:00",
            "2011-12-30T20:00Z",
            id="the day that Samoa skipped",
        ),
        pytest.param(
            "2026-11-01T01:30",
            NEW_YORK,
            "2026-11-01T01:30:00-04:00",
            "2026-11-01T05:30Z",
            id="fold: the first pass",
        ),
        pytest.param(
            "2026-11-01T01:30-05:00",
            NEW_YORK,
            "2026-11-01T01:30:00-05:00",
            "2026-11-01T06:30Z",
            id="fold: the second pass, by its offset",
        ),
        pytest.param(
            "2026-11-01T06:30Z",
            NEW_YORK,
            "2026-11-01T01:30:00-05:00",
            "2026-11-01T06:30Z",
            id="fold: the second pass, as an instant",
        ),
        pytest.param(
            "2026-10-25T01:30+00:00",
            LONDON,
            "2026-10-25T01:30:00+00:00",
            "2026-10-25T01:30Z",
            id="fold in London",
        ),
        pytest.param(
            "2026-04-05T01:45+10:30",
            LORD_HOWE,
            "2026-04-05T01:45:00+10:30",
            "2026-04-04T15:15Z",
            id="fold of half an hour",
        ),
        pytest.param(
            "1800-01-01T00:00",
            SHANGHAI,
            "1800-01-01T00:00:17+08:06",
            "1799-12-31T15:54:17Z",
            id="an offset with seconds: the nearest that can be written (RFC 3339 5.8)",
        ),
    ],
)
def test_from_text_to_moment_to_text(text: str, zone: str, printed: str, instant: str) -> None:
    moment = parse_date_time(text, "start.dateTime").within(zone)

    assert moment.text() == printed
    assert moment.epoch_ms() == datetime.fromisoformat(instant).timestamp() * 1000


WALLS = st.datetimes(datetime(1850, 1, 1), datetime(2100, 1, 1)).map(lambda wall: wall.replace(microsecond=0))
NEAR_A_CHANGE = st.sampled_from(
    [
        (datetime(2026, 3, 8, 2), NEW_YORK), (datetime(2026, 11, 1, 1), NEW_YORK),
        (datetime(2026, 3, 29, 1), LONDON), (datetime(2026, 10, 25, 1), LONDON),
        (datetime(2026, 10, 4, 2), LORD_HOWE), (datetime(2026, 4, 5, 1, 30), LORD_HOWE),
        (datetime(1986, 5, 4, 2), SHANGHAI), (datetime(1991, 9, 15, 1), SHANGHAI),
        (datetime(2011, 12, 30, 12), APIA), (datetime(1972, 1, 7), "Africa/Monrovia"),
        (datetime(2027, 2, 7, 2), "Africa/Casablanca"),
    ]
)  # fmt: skip
MOMENTS = st.one_of(
    st.builds(Moment, WALLS, st.sampled_from(ZONES), st.sampled_from((0, 1))),
    st.builds(
        lambda near, delta, fold: Moment((near[0] + delta).replace(microsecond=0), near[1], fold),
        NEAR_A_CHANGE,
        st.timedeltas(timedelta(days=-1), timedelta(days=1)),
        st.sampled_from((0, 1)),
    ),
)


@everyday
@given(MOMENTS)
def test_what_is_printed_is_read_back_as_the_same_instant(moment: Moment) -> None:
    again = parse_date_time(moment.text(), "start.dateTime").within(moment.zone)

    assert again.epoch_ms() == moment.epoch_ms()
    assert again.text() == moment.text()


@everyday
@given(
    st.datetimes(datetime(1850, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)), st.sampled_from(ZONES)
)
def test_an_instant_is_the_same_in_every_zone(instant: datetime, zone: str) -> None:
    moment = parse_date_time(f"{instant:%Y-%m-%dT%H:%M:%SZ}", "start.dateTime").within(zone)

    assert moment.epoch_ms() == instant.replace(microsecond=0).timestamp() * 1000


@pytest.mark.parametrize(
    ("epoch_ms", "text"),
    [
        pytest.param(0, "1970-01-01T00:00:00Z", id="epoch"),
        pytest.param(1_772_414_104_999, "2026-03-02T01:15:04Z", id="milliseconds are dropped"),
        pytest.param(-1, "1969-12-31T23:59:59Z", id="before the epoch"),
    ],
)
def test_utc_text(epoch_ms: int, text: str) -> None:
    assert utc_text(epoch_ms) == text


def test_midnight_of_a_date_is_that_of_utc() -> None:
    assert midnight_ms(date(1970, 1, 2)) == 86_400_000
    assert midnight_ms(date(1969, 12, 31)) == -86_400_000
