"""How mails speak of events: in English and Chinese, by the clock of whoever reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from rili.model.event import Event
from rili.model.expansion import expand_days
from rili.model.moment import Moment
from rili.model.people import Response
from rili.model.recurrence import Pattern, Recurrence
from rili.model.series import instance
from rili.model.when import AllDay, When

Language = Literal["en", "zh"]

_DAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UNITS = {
    "daily": ("day", "天"), "weekly": ("week", "周"), "absoluteMonthly": ("month", "个月"),
    "relativeMonthly": ("month", "个月"), "absoluteYearly": ("year", "年"),
}  # fmt: skip
_EACH = {"天": "每天", "周": "每周", "个月": "每月", "年": "每年"}
_INDEX = {"first": "第一个", "second": "第二个", "third": "第三个", "fourth": "第四个", "last": "最后一个"}
FIELDS = {
    "summary": ("title", "主题"), "when": ("time", "时间"), "recurrence": ("repetition", "重复规则"),
    "location": ("place", "地点"), "rooms": ("meeting rooms", "会议室"), "description": ("description", "描述"),
    "rich_text": ("description", "描述"), "conference_id": ("online meeting", "线上会议"),
    "organizer": ("organizer", "组织者"), "attendees": ("people", "参与人"),
}  # fmt: skip
"""What a notice says of a change, in words."""
ANSWERS: dict[Response, tuple[str, str]] = {
    "accepted": ("Accepted", "已接受"), "declined": ("Declined", "已拒绝"), "tentative": ("Maybe", "暂定"),
    "needsAction": ("Not answered", "未答复"),
}  # fmt: skip


def language_of(code: str) -> Language:
    """What we write for a language of the directory."""
    return "zh" if code.lower().startswith("zh") else "en"


def first_time(event: Event) -> When:
    """When *event* is; of a series, the first time."""
    if event.recurrence is None:
        return event.when
    first = next(expand_days(event.recurrence, event.when), None)
    return event.when if first is None else instance(event, first).inherited


def when_text(when: When, zone: str, language: Language) -> str:
    """From when to when, by the clock of *zone*, which is named; whole days are nobody's."""
    if isinstance(when, AllDay):
        last = when.end - timedelta(days=1)
        return _day(when.start, language) + (f" – {_day(last, language)}" if last > when.start else "")
    starts, ends = (Moment.at(ms, zone).wall for ms in (when.starts_ms, when.ends_ms))
    until = "" if ends == starts else f" – {_clock(ends)}"
    if ends.date() != starts.date():
        until = f" – {_day(ends.date(), language)} {_clock(ends)}"
    return f"{_day(starts.date(), language)} {_clock(starts)}{until} ({zone})"


def repeats_text(rule: Recurrence, language: Language) -> str:
    """How it repeats."""
    zh = language == "zh"
    text = ("按自定义规则重复" if zh else "By a rule of its own") if rule.pattern is None else ""
    if rule.pattern is not None:
        text = _pattern_zh(rule.pattern) if zh else _pattern_en(rule.pattern)
    if rule.range.type == "numbered" and rule.range.number_of_occurrences is not None:
        count = rule.range.number_of_occurrences
        return text + (f"，共 {count} 次" if zh else f", {count} times")
    if rule.range.type == "endDate" and rule.range.end_date is not None:
        day = rule.range.end_date[:10]
        return text + (f"，至 {day}" if zh else f", until {day}")
    return text


def changed_text(fields: Sequence[str], language: Language) -> str:
    """What changed."""
    place = language == "zh"
    names = dict.fromkeys(FIELDS[name][place] for name in fields if name in FIELDS)
    return ("、" if place else ", ").join(names)


def ahead_text(minutes: int, language: Language) -> str:
    """How long before the start a reminder is."""
    zh = language == "zh"
    if minutes == 0:
        return "现在开始" if zh else "Begins now"
    for size, en, unit in ((1440, "day", "天"), (60, "hour", "小时"), (1, "minute", "分钟")):
        if minutes % size == 0:
            count = minutes // size
            return f"{count} {unit}后开始" if zh else f"Begins in {count} {en}{'s' if count > 1 else ''}"
    raise AssertionError(minutes)


def _pattern_en(pattern: Pattern) -> str:
    unit, count = _UNITS[pattern.type][0], pattern.interval
    text = f"Every {unit}" if count == 1 else f"Every {count} {unit}s"
    days = ", ".join(_DAYS["en"][day] for day in sorted(pattern.days_of_week))
    match pattern.type:
        case "weekly":
            return f"{text} on {days}"
        case "relativeMonthly":
            return f"{text} on the {pattern.index} {days}"
        case "absoluteMonthly":
            return f"{text} on day {pattern.day_of_month}"
        case _:
            return text


def _pattern_zh(pattern: Pattern) -> str:
    unit, count = _UNITS[pattern.type][1], pattern.interval
    text = _EACH[unit] if count == 1 else f"每 {count} {unit}"
    days = "、".join(_DAYS["zh"][day] for day in sorted(pattern.days_of_week))
    match pattern.type:
        case "weekly":
            return f"{text}的{days}"
        case "relativeMonthly":
            return f"{text}的{_INDEX[pattern.index or 'first']}{days}"
        case "absoluteMonthly":
            return f"{text} {pattern.day_of_month} 日"
        case _:
            return text


def _day(day: date, language: Language) -> str:
    name = _DAYS[language][day.weekday()]
    if language == "zh":
        return f"{day.year}年{day.month}月{day.day}日 {name}"
    return f"{name} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def _clock(wall: datetime) -> str:
    return f"{wall:%H:%M}"
