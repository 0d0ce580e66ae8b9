"""What a notification says, in one line, in English or Chinese, at the times of its reader's zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from rili.model.moment import Moment
from rili.model.notice import Notice, SharedCalendar, Told
from rili.model.when import AllDay, When

TITLE_CHARACTERS = 80

Names = Callable[[str | None], str]
"""What the person of that id is called; of nobody known, somebody."""

_SOMEBODY = {"zh": "有人", "en": "Somebody"}

_DAYS = {
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_FIELDS = {
    "summary": ("标题", "title"),
    "when": ("时间", "time"),
    "recurrence": ("重复规则", "repetition"),
    "location": ("地点", "place"),
    "rooms": ("会议室", "rooms"),
    "description": ("描述", "description"),
    "rich_text": ("描述", "description"),
    "conference_id": ("线上会议", "online meeting"),
    "attendees": ("参与人", "people"),
    "organizer": ("组织者", "organizer"),
}

_SAID = {
    "invitation": ("{who}邀请你参加“{title}”，{when}", "{who} invited you to “{title}”, {when}"),
    "change": ("{who}修改了“{title}”，{when}（{fields}）", "{who} changed “{title}”, {when} ({fields})"),
    "handed over": ("{who}将“{title}”转让给你，{when}", "{who} handed “{title}” over to you, {when}"),
    "more people": (
        "{who}邀请了更多人参加“{title}”，{when}",
        "{who} invited more people to “{title}”, {when}",
    ),
    "room accepted": (
        "{who}同意了“{title}”使用会议室{rooms}，{when}",
        "{who} approved of {rooms} for “{title}”, {when}",
    ),
    "room declined": (
        "{who}拒绝了“{title}”使用会议室{rooms}，{when}",
        "{who} refused {rooms} for “{title}”, {when}",
    ),
    "cancellation": ("{who}取消了“{title}”，{when}", "{who} called off “{title}”, {when}"),
    "removed": ("{who}将你移出了“{title}”，{when}", "{who} took you off “{title}”, {when}"),
    "answer accepted": ("{who}接受了“{title}”，{when}", "{who} accepted “{title}”, {when}"),
    "answer declined": ("{who}拒绝了“{title}”，{when}", "{who} declined “{title}”, {when}"),
    "answer tentative": ("{who}暂定参加“{title}”，{when}", "{who} may come to “{title}”, {when}"),
    "answer needsAction": (
        "{who}尚未决定是否参加“{title}”，{when}",
        "{who} has not decided about “{title}” any more, {when}",
    ),
    "reminder": ("提醒：“{title}”，{when}", "Reminder: “{title}”, {when}"),
    "late reminder": ("提醒（迟到）：“{title}”，{when}", "Late reminder: “{title}”, {when}"),
    "calendar": ("{who}与你共享了日历", "{who} shared a calendar with you"),
}


def text_of(told: Told, *, reader_id: str, names: dict[str, str], language: str, zone: str) -> str:
    """*told* as its reader is told it. *language* is one of `directory.LANGUAGES`."""
    spoken = "zh" if language.startswith("zh") else "en"

    def said(kind: str, **values: str) -> str:
        return _SAID[kind][spoken == "en"].format(**values)

    def name(person_id: str | None) -> str:
        return names.get(person_id or "") or _SOMEBODY[spoken]

    if isinstance(told, SharedCalendar):
        return said("calendar", who=name(told.owner_id))
    fields = dict.fromkeys(_FIELDS[one][spoken == "en"] for one in told.changed)
    separator = "、" if spoken == "zh" else ", "
    return said(
        _kind(told, reader_id),
        who=name(told.operator_id),
        title=_short(told.event.summary),
        when=_when(told, spoken, zone),
        fields=separator.join(fields),
        rooms=separator.join(one.name for one in told.rooms),
    )


def _kind(notice: Notice, reader_id: str) -> str:
    if notice.kind == "answer":
        return f"answer {notice.response or 'needsAction'}"
    if notice.kind == "cancellation" and notice.removed:
        return "removed"
    if notice.kind == "reminder" and notice.late:
        return "late reminder"
    if notice.kind == "change":
        if notice.rooms:
            refused = any(one.status == "declined" for one in notice.rooms)
            return "room declined" if refused else "room accepted"
        if "organizer" in notice.changed and notice.event.organizer_id == reader_id:
            return "handed over"
        if notice.changed == ("attendees",):
            return "more people"
    return notice.kind


def _when(notice: Notice, spoken: str, zone: str) -> str:
    text = when_text(notice.event.when, spoken, zone)
    if notice.event.recurrence is None:
        return text
    return f"{text} 起重复" if spoken == "zh" else f"repeating from {text}"


def when_text(when: When, spoken: str, zone: str) -> str:
    """When something is, for people: of whole days the days, otherwise the times in *zone*."""
    if isinstance(when, AllDay):
        last = max(when.start, when.end - timedelta(days=1))
        first = _day(when.start, spoken)
        return first if last == when.start else f"{first} – {_day(last, spoken)}"
    start, end = (Moment.at(one, zone).wall for one in (when.starts_ms, when.ends_ms))
    begin = f"{_day(start, spoken)} {start:%H:%M}"
    if start == end:
        return begin
    return (
        f"{begin}–{end:%H:%M}" if start.date() == end.date() else f"{begin} – {_day(end, spoken)} {end:%H:%M}"
    )


def _day(day: date | datetime, spoken: str) -> str:
    name = _DAYS[spoken][day.weekday()]
    if spoken == "zh":
        return f"{day.year}年{day.month}月{day.day}日 {name}"
    return f"{name} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def _short(title: str) -> str:
    return title if len(title) <= TITLE_CHARACTERS else title[: TITLE_CHARACTERS - 1] + "…"
