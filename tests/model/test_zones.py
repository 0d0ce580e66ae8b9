from __future__ import annotations

import re
from datetime import datetime, timedelta
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rili.model.zones import DAY_S, VERSION, known, offset_at, zone
from tests.properties import everyday
from tests.soak.scale import SOAK, scaled

# In CPython's own C version the transitions are not seen.
from zoneinfo._zoneinfo import ZoneInfo as ReadableZone  # isort: skip

NAMES = resources.files("tzdata").joinpath("zones").read_text("ascii").split()
EPOCH = datetime(1970, 1, 1)
EPOCH_S = EPOCH.toordinal() * DAY_S


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Asia/Shanghai", id="area and place"),
        pytest.param("America/Argentina/Buenos_Aires", id="two levels"),
        pytest.param("UTC", id="utc"),
        pytest.param("Etc/GMT+5", id="fixed offset"),
        pytest.param("Asia/Calcutta", id="old name kept as a link"),
        pytest.param("PRC", id="old name of China"),
    ],
)
def test_known(name: str) -> None:
    assert known(name)
    assert zone(name).key == name


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("", id="empty"),
        pytest.param("asia/shanghai", id="lower case"),
        pytest.param("Asia/Shanghai ", id="trailing space"),
        pytest.param("Asia/Shanghai\n", id="trailing line break"),
        pytest.param("Asia/Shanghai\0", id="NUL"),
        pytest.param("Asia", id="a folder"),
        pytest.param("Asia/", id="a folder with its slash"),
        pytest.param("/Asia/Shanghai", id="absolute"),
        pytest.param("../../etc/passwd", id="out of the folder"),
        pytest.param("../zones", id="a file beside the zones"),
        pytest.param("Asia/../Asia/Shanghai", id="around a corner"),
        pytest.param("tzdata.zi", id="a file that is no zone"),
        pytest.param("posix/Asia/Shanghai", id="posix copy"),
        pytest.param("right/Asia/Shanghai", id="copy with leap seconds"),
        pytest.param("posixrules", id="posixrules"),
        pytest.param("localtime", id="the machine's own"),
        pytest.param("UTC+8", id="offset"),
        pytest.param("+08:00", id="bare offset"),
        pytest.param("China Standard Time", id="Windows name"),
        pytest.param("Asia/\ud800", id="lone surrogate"),
        pytest.param("Asia/Shanghai" * 1000, id="long"),
    ],
)
def test_unknown(name: str) -> None:
    assert not known(name)
    with pytest.raises(KeyError):
        zone(name)


def test_the_version_of_the_data_is_known() -> None:
    assert re.fullmatch(r"20\d\d[a-z]+", VERSION)


def fold_0_offset(name: str, wall_s: int) -> int:
    """What `zoneinfo` says of a wall time, in seconds; *wall_s* as `offset_at` has it."""
    offset = zone(name).utcoffset(EPOCH + timedelta(seconds=wall_s - EPOCH_S))
    assert offset is not None
    return int(offset.total_seconds())


def changes(name: str) -> list[int]:
    """Wall times at which the offset may change: all that the file lists, and the rule's of a few years to come."""
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as file:
        there = ReadableZone.from_file(file)
    listed: list[int] = list(there._trans_local[0])
    if hasattr(there._tz_after, "transitions"):
        for year in (2038, 2044, 2100, 2437):
            listed += there._tz_after.transitions(year)
    return [int(second) + EPOCH_S for second in listed]


NEAR = (-2 * DAY_S, -DAY_S, -3600, -1800, -1, 0, 1, 1799, 1800, 3599, 3600, 7200, DAY_S, 2 * DAY_S)


NUUK_JOINS_THE_EU = (datetime(2023, 10, 28, 23) - EPOCH) // timedelta(seconds=1) + EPOCH_S
"""Nuuk kept UTC-2 over it. `zoneinfo` sees UTC-1 end there, in the first pass of an hour that never came twice."""


def test_no_day_of_any_zone_sees_two_changes() -> None:
    """As `offset_at` relies on: it agrees around every change. Every sixth zone everyday, each in `make soak`."""
    for name in NAMES[:: 1 if SOAK else 6]:
        for change in changes(name):
            for wall_s in [change + moved for moved in NEAR]:
                if name in ("America/Nuuk", "America/Godthab") and 0 <= wall_s - NUUK_JOINS_THE_EU < 3600:
                    assert offset_at(name, wall_s)[0] == -2 * 3600
                else:
                    assert offset_at(name, wall_s)[0] == fold_0_offset(name, wall_s), (name, wall_s - EPOCH_S)


@settings(everyday, max_examples=scaled(300, 5_000))
@given(
    st.sampled_from(NAMES),
    st.integers(datetime(1000, 1, 1).toordinal() * DAY_S, datetime(9999, 1, 1).toordinal() * DAY_S),
    st.floats(0, 1, exclude_max=True),
)
def test_an_offset_stays_as_long_as_is_said(name: str, wall_s: int, part: float) -> None:
    offset, until = offset_at(name, wall_s)

    assert wall_s < until
    for later in (wall_s, wall_s + int((until - wall_s) * part), until - 1):
        assert fold_0_offset(name, later) == offset


@pytest.mark.parametrize(
    ("name", "wall", "hours", "until"),
    [
        pytest.param("America/New_York", "2026-03-08T01:59:59", -5, "2026-03-08T03:00", id="before a gap"),
        pytest.param("America/New_York", "2026-03-08T02:30", -5, "2026-03-08T03:00", id="in it: the offset before"),
        pytest.param("America/New_York", "2026-03-08T03:00", -4, "2026-11-01T02:00", id="after it"),
        pytest.param("America/New_York", "2026-11-01T01:30", -4, "2026-11-01T02:00", id="twice: the first pass"),
        pytest.param("Australia/Lord_Howe", "2026-10-04T02:15", 10.5, "2026-10-04T02:30", id="half an hour"),
        pytest.param("Pacific/Apia", "2011-12-30T12:00", -10, "2011-12-31T00:00", id="a day that was skipped"),
        pytest.param("Pacific/Kwajalein", "1969-09-30T12:00", 11, "1969-10-01T00:00", id="a day that came twice"),
    ],
)  # fmt: skip
def test_offset(name: str, wall: str, hours: float, until: str) -> None:
    wall_s, until_s = (
        (datetime.fromisoformat(text) - EPOCH) // timedelta(seconds=1) + EPOCH_S for text in (wall, until)
    )

    assert offset_at(name, wall_s) == (hours * 3600, until_s)


@pytest.mark.parametrize("day", ["9999-12-31", "9999-07-01", "9700-03-14"])
def test_after_the_calendar_it_repeats(day: str) -> None:
    noon_s = datetime.fromisoformat(day).toordinal() * DAY_S + DAY_S // 2

    for centuries in (4, 40):
        assert offset_at("America/New_York", noon_s + centuries // 4 * 146_097 * DAY_S)[0] == fold_0_offset(
            "America/New_York", noon_s
        )
