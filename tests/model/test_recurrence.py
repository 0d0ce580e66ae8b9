"""Decision 7, and events.md 4.1 and 4.2."""

from __future__ import annotations

from typing import Any

import pytest

from rili.errors import InvalidParameter, ParsedTimestampError
from rili.model.recurrence import (
    GivenPattern,
    GivenRange,
    GivenRecurrence,
    Pattern,
    Range,
    Recurrence,
    check_start,
    settle,
)
from rili.model.rules import Rules
from rili.model.when import When
from tests.model.make import all_day, timed

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)

TUESDAY_10 = timed("2026-03-10T14:00", "2026-03-10T15:00")
TUESDAY_ALL_DAY = all_day("2026-03-10", "2026-03-11")
LEAP_DAY = all_day("2024-02-29", "2024-03-01")
BOTH: tuple[Rules, Rules] = ("documented", "lenient")
both_rules = pytest.mark.parametrize("rules", BOTH)


def pattern_of(when: When = TUESDAY_10, rules: Rules = "documented", **members: Any) -> Pattern:
    return settle(GivenRecurrence(GivenPattern(**members)), when, rules).pattern


def range_of(given: GivenRange | None, when: When = TUESDAY_10, rules: Rules = "documented") -> Range:
    return settle(GivenRecurrence(GivenPattern(type="daily"), given), when, rules).range


@both_rules
@pytest.mark.parametrize(
    ("members", "settled"),
    [
        pytest.param({"type": "daily"}, Pattern("daily"), id="daily: interval is 1"),
        pytest.param({"type": "daily", "interval": 365}, Pattern("daily", 365), id="the longest interval"),
        pytest.param(
            {"type": "weekly"},
            Pattern("weekly", days_of_week=(TUE,), first_day_of_week=SUN),
            id="weekly: the day of start, weeks from sunday",
        ),
        pytest.param(
            {"type": "weekly", "days_of_week": "monday,thursday", "first_day_of_week": "monday", "interval": 2},
            Pattern("weekly", 2, days_of_week=(MON, THU), first_day_of_week=MON),
            id="weekly, off the day of start",
        ),
        pytest.param(
            {"type": "weekly", "days_of_week": " Friday , MONDAY,friday,, "},
            Pattern("weekly", days_of_week=(MON, FRI), first_day_of_week=SUN),
            id="days in any case and order, spaced, twice",
        ),
        pytest.param(
            {"type": "weekly", "days_of_week": " , ,", "first_day_of_week": "SATURDAY"},
            Pattern("weekly", days_of_week=(TUE,), first_day_of_week=SAT),
            id="no day between the commas",
        ),
        pytest.param({"type": "absoluteMonthly"}, Pattern("absoluteMonthly", day_of_month=10), id="day of start"),
        pytest.param(
            {"type": "absoluteMonthly", "day_of_month": 31}, Pattern("absoluteMonthly", day_of_month=31), id="the 31st"
        ),
        pytest.param(
            {"type": "relativeMonthly"},
            Pattern("relativeMonthly", days_of_week=(TUE,), index="first"),
            id="relativeMonthly: first, as in Graph",
        ),
        pytest.param(
            {"type": "relativeMonthly", "index": "last", "days_of_week": "monday,tuesday,wednesday,thursday,friday"},
            Pattern("relativeMonthly", days_of_week=(MON, TUE, WED, THU, FRI), index="last"),
            id="the last working day",
        ),
        pytest.param({"type": "absoluteYearly"}, Pattern("absoluteYearly"), id="yearly: the day is the start's"),
        pytest.param(
            {"type": "absoluteYearly", "day_of_month": 10}, Pattern("absoluteYearly"), id="yearly, on the day of start"
        ),
        pytest.param(
            {"type": "daily", "day_of_month": 14, "days_of_week": "sunday,monday", "index": "first",
             "first_day_of_week": "monday", "interval": 7},
            Pattern("daily", 7),
            id="members that daily does not use, as in the vendor's sample",
        ),
        pytest.param(
            {"type": "daily", "day_of_month": 99, "days_of_week": "x", "index": "x", "first_day_of_week": "x"},
            Pattern("daily"),
            id="and they may be anything",
        ),
        pytest.param(
            {"type": "weekly", "day_of_month": 0, "index": "fifth"},
            Pattern("weekly", days_of_week=(TUE,), first_day_of_week=SUN),
            id="members that weekly does not use",
        ),
        pytest.param(
            {"type": "absoluteMonthly", "days_of_week": "someday", "index": "fifth", "first_day_of_week": "x"},
            Pattern("absoluteMonthly", day_of_month=10),
            id="members that absoluteMonthly does not use",
        ),
    ],
)  # fmt: skip
def test_pattern(members: dict[str, Any], settled: Pattern, rules: Rules) -> None:
    assert pattern_of(rules=rules, **members) == settled


@both_rules
@pytest.mark.parametrize(
    ("members", "message"),
    [
        pytest.param({}, "recurrence.pattern.type", id="no type"),
        pytest.param({"type": "relativeYearly"}, "recurrence.pattern.type", id="relativeYearly"),
        pytest.param({"type": "DAILY"}, "recurrence.pattern.type", id="upper case"),
        pytest.param(
            {"type": "daily", "interval": 0}, "Recurrence interval must between [1, 365]", id="interval 0"
        ),
        pytest.param(
            {"type": "daily", "interval": -1}, "Recurrence interval must between [1, 365]", id="interval -1"
        ),
        pytest.param(
            {"type": "weekly", "interval": 366},
            "Recurrence interval must between [1, 365]",
            id="interval 366",
        ),
        pytest.param(
            {"type": "absoluteYearly", "interval": 2**63 - 1},
            "Recurrence interval must between [1, 365]",
            id="huge",
        ),
        pytest.param(
            {"type": "weekly", "days_of_week": "someday"}, "recurrence.pattern.daysOfWeek", id="no weekday"
        ),
        pytest.param(
            {"type": "weekly", "days_of_week": "mon"}, "recurrence.pattern.daysOfWeek", id="short weekday"
        ),
        pytest.param(
            {"type": "weekly", "days_of_week": "monday;friday"},
            "recurrence.pattern.daysOfWeek",
            id="semicolon",
        ),
        pytest.param(
            {"type": "weekly", "first_day_of_week": "someday"},
            "recurrence.pattern.firstDayOfWeek",
            id="no first day",
        ),
        pytest.param({"type": "relativeMonthly", "index": "fifth"}, "recurrence.pattern.index", id="fifth"),
        pytest.param(
            {"type": "relativeMonthly", "index": "First"}, "recurrence.pattern.index", id="index, upper case"
        ),
        pytest.param(
            {"type": "absoluteMonthly", "day_of_month": 0}, "recurrence.pattern.dayOfMonth", id="day 0"
        ),
        pytest.param(
            {"type": "absoluteMonthly", "day_of_month": 32}, "recurrence.pattern.dayOfMonth", id="day 32"
        ),
        pytest.param(
            {"type": "absoluteMonthly", "day_of_month": -1}, "recurrence.pattern.dayOfMonth", id="day -1"
        ),
        pytest.param(
            {"type": "absoluteYearly", "day_of_month": 11},
            "recurrence.pattern.dayOfMonth",
            id="decision 7: yearly, on another day than the start's",
        ),
    ],
)
def test_pattern_is_refused(members: dict[str, Any], message: str, rules: Rules) -> None:
    with pytest.raises(InvalidParameter) as refused:
        pattern_of(rules=rules, **members)

    assert refused.value.code == "invalidParameter"
    assert refused.value.message == message or refused.value.message.startswith(message + ":")
    assert (refused.value.description or "").startswith("recurrence.pattern.")


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(GivenRecurrence(), id="decision 2: an empty object"),
        pytest.param(GivenRecurrence(range=GivenRange(type="noEnd")), id="a range alone"),
        pytest.param(GivenRecurrence(GivenPattern(), GivenRange()), id="both empty"),
    ],
)
def test_a_rule_needs_a_pattern(given: GivenRecurrence) -> None:
    with pytest.raises(InvalidParameter, match=r"recurrence\.pattern\.type"):
        settle(given, TUESDAY_10, "lenient")


@both_rules
@pytest.mark.parametrize(
    ("given", "settled"),
    [
        pytest.param(None, Range("noEnd"), id="absent"),
        pytest.param(GivenRange(), Range("noEnd"), id="empty"),
        pytest.param(GivenRange("noEnd"), Range("noEnd"), id="noEnd"),
        pytest.param(GivenRange("noEnd", end_date="2026-12-31"), Range("noEnd"), id="noEnd leaves out endDate"),
        pytest.param(
            GivenRange("noEnd", number_of_occurrences=5), Range("noEnd"), id="noEnd leaves out numberOfOccurrences"
        ),
        pytest.param(
            GivenRange("numbered", number_of_occurrences=1), Range("numbered", None, 1), id="numbered, the fewest"
        ),
        pytest.param(
            GivenRange("numbered", number_of_occurrences=99), Range("numbered", None, 99), id="numbered, the most"
        ),
        pytest.param(GivenRange(number_of_occurrences=9), Range("numbered", None, 9), id="numbered by its member"),
        pytest.param(
            GivenRange(end_date="2026-12-31"), Range("endDate", "2026-12-31"), id="endDate by its member"
        ),
        *(
            pytest.param(GivenRange("endDate", text), Range("endDate", text), id=f"endDate {text}, echoed as sent")
            for text in (
                "2026-03-10", "2026-03-10T14:00", "2026-12-31T10:15Z", "2026-12-31T10:15:30.000Z",
                "2026-12-31T10:15:30+08:00", "2026-12-31T10:15:30-0330", "2026-03-10T06:00Z",
            )
        ),
    ],
)  # fmt: skip
def test_range(given: GivenRange | None, settled: Range, rules: Rules) -> None:
    assert range_of(given, rules=rules) == settled


TIMESTAMP = "InvalidParameter.ParsedISO8601TimestampError"
NUMBER = "Recurrence range numberOfOccurrences must between [1, 99]"


@both_rules
@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        pytest.param(GivenRange("forever"), "invalidParameter", "recurrence.range.type", id="unknown type"),
        pytest.param(GivenRange("numbered"), "invalidParameter", NUMBER, id="no number"),
        pytest.param(
            GivenRange("numbered", "2026-12-31"), "invalidParameter", NUMBER, id="numbered by a date"
        ),
        pytest.param(GivenRange("numbered", None, 0), "invalidParameter", NUMBER, id="0"),
        pytest.param(GivenRange("numbered", None, 100), "invalidParameter", NUMBER, id="100"),
        pytest.param(GivenRange(None, None, 0), "invalidParameter", NUMBER, id="0, without a type"),
        pytest.param(GivenRange("noEnd", None, -1), "invalidParameter", NUMBER, id="-1, although noEnd"),
        pytest.param(GivenRange("endDate"), "invalidParameter", "recurrence.range.endDate", id="no date"),
        pytest.param(
            GivenRange("endDate", None, 5), "invalidParameter", "recurrence.range.endDate", id="only a number"
        ),
        pytest.param(
            GivenRange("endDate", "2026-03-09"),
            "invalidParameter",
            "recurrence.range.endDate",
            id="day before",
        ),
        pytest.param(
            GivenRange("endDate", "2026-03-10T13:59:59"),
            "invalidParameter",
            "recurrence.range.endDate",
            id="a second before",
        ),
        pytest.param(
            GivenRange("endDate", "2026-03-10T14:00+09:00"),
            "invalidParameter",
            "recurrence.range.endDate",
            id="an hour before",
        ),
        pytest.param(
            GivenRange("endDate", "31.12.2026"), TIMESTAMP, "recurrence.range.endDate", id="no date at all"
        ),
        pytest.param(
            GivenRange("endDate", "2026-12-31T"), TIMESTAMP, "recurrence.range.endDate", id="no time after T"
        ),
        pytest.param(
            GivenRange("endDate", "2026-02-30"), TIMESTAMP, "recurrence.range.endDate", id="30 February"
        ),
        pytest.param(GivenRange("endDate", " "), TIMESTAMP, "recurrence.range.endDate", id="white space"),
        pytest.param(
            GivenRange("endDate", "9999-12-31"), TIMESTAMP, "recurrence.range.endDate", id="year 9999"
        ),
    ],
)
def test_range_is_refused(given: GivenRange, code: str, message: str, rules: Rules) -> None:
    with pytest.raises(InvalidParameter) as refused:
        range_of(given, rules=rules)

    assert refused.value.code == code
    assert refused.value.status == 400
    assert refused.value.message == message or refused.value.message.startswith(f"{message}:")


@pytest.mark.parametrize(
    ("given", "settled"),
    [
        pytest.param(
            GivenRange("endDate", "2026-12-31", 1),
            Range("endDate", "2026-12-31"),
            id="endDate, the number is ignored",
        ),
        pytest.param(
            GivenRange("endDate", "2026-12-31", 100),
            Range("endDate", "2026-12-31"),
            id="even if out of bounds",
        ),
        pytest.param(
            GivenRange("numbered", "2026-12-31", 7), Range("numbered", None, 7), id="numbered, the date is"
        ),
        pytest.param(GivenRange("numbered", "x", 7), Range("numbered", None, 7), id="even if it is none"),
        pytest.param(GivenRange("noEnd", "2026-12-31", 7), Range("noEnd"), id="noEnd, both are"),
    ],
)
def test_decision_1_the_type_decides_between_end_date_and_number(given: GivenRange, settled: Range) -> None:
    assert range_of(given, rules="lenient") == settled
    with pytest.raises(InvalidParameter, match='rules = "lenient"'):
        range_of(given, rules="documented")


@both_rules
def test_end_date_and_number_without_a_type_to_decide(rules: Rules) -> None:
    with pytest.raises(InvalidParameter):
        range_of(GivenRange(None, "2026-12-31", 7), rules=rules)


@pytest.mark.parametrize(
    ("end_date", "when", "fits"),
    [
        pytest.param("2026-03-10", TUESDAY_10, True, id="a bare date is the whole day"),
        pytest.param("2026-03-10T14:00", TUESDAY_10, True, id="an instant is inclusive"),
        pytest.param("2026-03-10T06:00Z", TUESDAY_10, True, id="an instant by its offset"),
        pytest.param(
            "2026-03-09T23:00-08:00", TUESDAY_10, True, id="an instant, though of the day before there"
        ),
        pytest.param(
            "2026-03-09",
            timed("2026-03-09T23:59:59", "2026-03-10T00:00"),
            True,
            id="to the last second of a day",
        ),
        pytest.param(
            "2026-03-09", timed("2026-03-10T00:00", "2026-03-10T00:00"), False, id="and not beyond it"
        ),
        pytest.param("2026-03-10", TUESDAY_ALL_DAY, True, id="the day itself"),
        pytest.param("2026-03-10T00:00:00Z", TUESDAY_ALL_DAY, True, id="its midnight"),
        pytest.param("2026-03-09T23:59:59Z", TUESDAY_ALL_DAY, False, id="the day before"),
        pytest.param("2026-03-09", TUESDAY_ALL_DAY, False, id="the date before"),
    ],
)
def test_a_series_does_not_start_after_its_end(end_date: str, when: When, fits: bool) -> None:
    if fits:
        check_start(Recurrence(Pattern("daily"), Range("endDate", end_date)), when)
        return
    with pytest.raises(InvalidParameter, match="before start"):
        check_start(Recurrence(Pattern("daily"), Range("endDate", end_date)), when)


def test_a_bad_timestamp_is_its_own_documented_failure() -> None:
    with pytest.raises(ParsedTimestampError):
        range_of(GivenRange("endDate", "soon"))
