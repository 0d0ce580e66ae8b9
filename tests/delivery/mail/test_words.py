from __future__ import annotations

import pytest

from rili.delivery.mail.words import ahead_text, changed_text, language_of, repeats_text, when_text
from rili.model.recurrence import Pattern, Range, Recurrence
from rili.model.rrule import from_rrule
from tests.model.make import all_day, timed
from tests.model.repeating import MON, NEW_YORK, TUE, WED, weekly


@pytest.mark.parametrize(
    ("when", "zone", "en", "zh"),
    [
        pytest.param(
            timed("2026-03-10T14:00", "2026-03-10T15:00"), "Asia/Shanghai",
            "Tue 10 Mar 2026 14:00 – 15:00 (Asia/Shanghai)", "2026年3月10日 周二 14:00 – 15:00 (Asia/Shanghai)",
            id="an hour",
        ),
        pytest.param(
            timed("2026-03-10T09:00", "2026-03-10T10:00"), NEW_YORK,
            "Mon 9 Mar 2026 21:00 – 22:00 (America/New_York)", "2026年3月9日 周一 21:00 – 22:00 (America/New_York)",
            id="by another clock",
        ),
        pytest.param(
            timed("2026-03-10T23:00", "2026-03-11T01:00"), "Asia/Shanghai",
            "Tue 10 Mar 2026 23:00 – Wed 11 Mar 2026 01:00 (Asia/Shanghai)",
            "2026年3月10日 周二 23:00 – 2026年3月11日 周三 01:00 (Asia/Shanghai)", id="over midnight",
        ),
        pytest.param(
            timed("2026-03-10T14:00", "2026-03-10T14:00"), "Asia/Shanghai", "Tue 10 Mar 2026 14:00 (Asia/Shanghai)",
            "2026年3月10日 周二 14:00 (Asia/Shanghai)", id="no time at all",
        ),
        pytest.param(
            all_day("2026-03-10", "2026-03-11"), NEW_YORK, "Tue 10 Mar 2026", "2026年3月10日 周二", id="a day"
        ),
        pytest.param(
            all_day("2026-03-10", "2026-03-12"), NEW_YORK, "Tue 10 Mar 2026 – Wed 11 Mar 2026",
            "2026年3月10日 周二 – 2026年3月11日 周三", id="two days",
        ),
    ],
)  # fmt: skip
def test_when(when, zone, en, zh):
    assert (when_text(when, zone, "en"), when_text(when, zone, "zh")) == (en, zh)


RULE = from_rrule("FREQ=YEARLY;BYYEARDAY=100", timed("2026-03-10T14:00", "2026-03-10T15:00"))


@pytest.mark.parametrize(
    ("rule", "en", "zh"),
    [
        pytest.param(Recurrence(Pattern("daily"), Range()), "Every day", "每天", id="daily"),
        pytest.param(
            Recurrence(weekly(WED, MON, interval=2), Range("numbered", number_of_occurrences=4)),
            "Every 2 weeks on Mon, Wed, 4 times", "每 2 周的周一、周三，共 4 次", id="weekly",
        ),
        pytest.param(
            Recurrence(Pattern("absoluteMonthly", day_of_month=31), Range("endDate", end_date="2026-12-31T00:00:00Z")),
            "Every month on day 31, until 2026-12-31", "每月 31 日，至 2026-12-31", id="a day of the month",
        ),
        pytest.param(
            Recurrence(Pattern("relativeMonthly", 3, days_of_week=(TUE,), index="last"), Range()),
            "Every 3 months on the last Tue", "每 3 个月的最后一个周二", id="a weekday of the month",
        ),
        pytest.param(Recurrence(Pattern("absoluteYearly"), Range()), "Every year", "每年", id="yearly"),
        pytest.param(RULE, "By a rule of its own", "按自定义规则重复", id="a rule of RFC 5545"),
    ],
)  # fmt: skip
def test_repeats(rule, en, zh):
    assert (repeats_text(rule, "en"), repeats_text(rule, "zh")) == (en, zh)


@pytest.mark.parametrize(
    ("minutes", "en", "zh"),
    [
        (0, "Begins now", "现在开始"),
        (1, "Begins in 1 minute", "1 分钟后开始"),
        (90, "Begins in 90 minutes", "90 分钟后开始"),
        (120, "Begins in 2 hours", "2 小时后开始"),
        (1440, "Begins in 1 day", "1 天后开始"),
    ],
)
def test_ahead(minutes, en, zh):
    assert (ahead_text(minutes, "en"), ahead_text(minutes, "zh")) == (en, zh)


def test_changed():
    fields = ("when", "rich_text", "description", "unheard_of")
    assert changed_text(fields, "en") == "time, description"
    assert changed_text(fields, "zh") == "时间、描述"


@pytest.mark.parametrize(("code", "language"), [("zh_CN", "zh"), ("ZH", "zh"), ("en_US", "en"), ("fr", "en")])
def test_language(code, language):
    assert language_of(code) == language
