"""Making and changing an event: decisions 1, 2, 11, 12 and the limits of events.md 3.5."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import UNSET
from msgspec.structs import replace

from rili.errors import InvalidParameter, PermissionDenied
from rili.model.event import (
    ALL_DAY_REMINDERS,
    TIMED_REMINDERS,
    AttendeeRights,
    Card,
    Category,
    Event,
    EventChange,
    Origin,
    Reminder,
    UiConfig,
    change_event,
    new_event,
)
from rili.model.recurrence import GivenPattern, GivenRange, GivenRecurrence, Pattern, Range, Recurrence
from rili.model.rules import Rules
from rili.model.when import GivenWhen
from tests.model.make import CHANGED_MS, ORGANIZER, all_day, given_time, series, single, timed

BOTH: tuple[Rules, Rules] = ("documented", "lenient")
both_rules = pytest.mark.parametrize("rules", BOTH)

TIMED = GivenWhen(
    given_time("2026-03-10T14:00", "Asia/Shanghai"), given_time("2026-03-10T15:00", "Asia/Shanghai")
)
DAYS = GivenWhen(given_time(day="2026-03-10"), given_time(day="2026-03-11"), all_day=True)
DAILY = GivenRecurrence(GivenPattern(type="daily"))

FULL = single(
    description="Bring the Q3 figures",
    recurrence=series(end_date="2026-12-31"),
    location="Building A",
    reminders=(Reminder(15), Reminder(60)),
    conference_id="first-meeting",
    rich_text="<p>Bring the <b>Q3</b> figures</p>",
    ui_configs=(UiConfig("comment", "hide"),),
    categories=(Category("1", "weekly"),),
    cards=(Card("track", "scene"),),
    free_busy="free",
    attendee_rights=AttendeeRights(create_comment=False),
)


def made(rules: Rules = "documented", **sent: Any) -> Event:
    draft = EventChange(**{"when": TIMED, "summary": "Budget review", **sent})
    return new_event(
        Origin("corp", "calendar", ORGANIZER),
        draft,
        rules=rules,
        event_id="e1",
        conference_id="made-meeting",
        now_ms=CHANGED_MS,
    )


def changed(event: Event = FULL, rules: Rules = "documented", by: str = ORGANIZER, **sent: Any) -> Event:
    return change_event(
        event, EventChange(**sent), by=by, rules=rules, conference_id="next-meeting", now_ms=CHANGED_MS
    )


@both_rules
def test_the_least_that_makes_an_event(rules: Rules) -> None:
    assert made(rules) == Event(
        corp_id="corp",
        id="e1",
        calendar_id="calendar",
        organizer_id=ORGANIZER,
        summary="Budget review",
        when=timed("2026-03-10T14:00", "2026-03-10T15:00"),
        created_ms=CHANGED_MS,
        updated_ms=CHANGED_MS,
        version=1,
        reminders=(Reminder(15, "dingtalk"),),
    )


@pytest.mark.parametrize(
    ("sent", "reminders"),
    [
        pytest.param({}, TIMED_REMINDERS, id="timed: 15 minutes before"),
        pytest.param({"when": DAYS}, ALL_DAY_REMINDERS, id="all-day: 09:00 the day before"),
        pytest.param({"reminders": ()}, (), id="empty: none"),
        pytest.param({"when": DAYS, "reminders": (Reminder(0),)}, (Reminder(0),), id="as sent"),
    ],
)
def test_reminders_of_a_new_event(sent: dict[str, Any], reminders: tuple[Reminder, ...]) -> None:
    assert made(**sent).reminders == reminders


@pytest.mark.parametrize(
    ("online_meeting", "conference_id"),
    [
        pytest.param(UNSET, None, id="not sent"),
        pytest.param(None, None, id="empty object"),
        pytest.param("dingtalk", "made-meeting", id="sent"),
    ],
)
def test_meeting_of_a_new_event(online_meeting: Any, conference_id: str | None) -> None:
    assert made(online_meeting=online_meeting).conference_id == conference_id


@both_rules
def test_create_takes_an_end_and_a_number_in_both_modes(rules: Rules) -> None:
    rule = GivenRecurrence(GivenPattern(type="daily"), GivenRange("numbered", None, 5))

    assert made(rules, recurrence=rule).recurrence == Recurrence(
        Pattern("daily"), Range("numbered", number_of_occurrences=5)
    )


@both_rules
def test_decision_1_update_with_end_and_number(rules: Rules) -> None:
    rule = GivenRecurrence(GivenPattern(type="daily"), GivenRange("numbered", None, 5))

    if rules == "documented":
        with pytest.raises(InvalidParameter, match='rules = "lenient"'):
            changed(rules=rules, when=TIMED, recurrence=rule)
    else:
        assert changed(rules=rules, when=TIMED, recurrence=rule).recurrence == series(number=5)


@both_rules
@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"when": GivenWhen(start=TIMED.start)}, id="start alone"),
        pytest.param({"when": GivenWhen(all_day=False)}, id="isAllDay"),
        pytest.param({}, id="neither"),
    ],
)
def test_update_with_a_number_and_no_end(sent: dict[str, Any], rules: Rules) -> None:
    rule = GivenRecurrence(GivenPattern(type="daily"), GivenRange("numbered", None, 5))

    assert changed(rules=rules, recurrence=rule, **sent).recurrence == series(number=5)


@both_rules
def test_update_with_an_end_and_an_end_date(rules: Rules) -> None:
    rule = GivenRecurrence(GivenPattern(type="daily"), GivenRange("endDate", "2026-04-01"))

    assert changed(rules=rules, when=TIMED, recurrence=rule).recurrence == series(end_date="2026-04-01")


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        pytest.param({}, {}, id="nothing sent, nothing changed"),
        pytest.param({"summary": "New"}, {"summary": "New"}, id="summary"),
        pytest.param({"summary": " padded "}, {"summary": " padded "}, id="summary is kept as sent"),
        pytest.param({"description": ""}, {"description": ""}, id="description, emptied"),
        pytest.param({"location": None}, {"location": None}, id="location {} clears"),
        pytest.param({"location": "B"}, {"location": "B"}, id="location"),
        pytest.param({"rich_text": None}, {"rich_text": None}, id="richTextDescription {} clears"),
        pytest.param({"reminders": ()}, {"reminders": ()}, id="reminders [] empties"),
        pytest.param({"reminders": (Reminder(5),)}, {"reminders": (Reminder(5),)}, id="reminders are replaced"),
        pytest.param({"ui_configs": ()}, {"ui_configs": ()}, id="uiConfigs [] empties"),
        pytest.param({"categories": ()}, {"categories": ()}, id="categories [] empties"),
        pytest.param({"cards": ()}, {"cards": ()}, id="cardInstances [] empties"),
        pytest.param({"free_busy": "busy"}, {"free_busy": "busy"}, id="freeBusyStatus"),
        pytest.param({"attendee_rights": None}, {"attendee_rights": None}, id="eventConfig {} clears"),
        pytest.param(
            {"attendee_rights": AttendeeRights(add_participants=True)},
            {"attendee_rights": AttendeeRights(add_participants=True)},
            id="eventConfig is replaced whole",
        ),
        pytest.param({"online_meeting": "dingtalk"}, {"conference_id": "next-meeting"}, id="a new meeting"),
        pytest.param({"online_meeting": None}, {"conference_id": None}, id="onlineMeetingInfo {} ends the meeting"),
        pytest.param({"recurrence": DAILY}, {"recurrence": series()}, id="recurrence is replaced whole"),
        pytest.param(
            {"when": GivenWhen(end=given_time("2026-03-10T16:00"))},
            {"when": timed("2026-03-10T14:00", "2026-03-10T16:00")},
            id="end",
        ),
        pytest.param({"when": DAYS}, {"when": all_day("2026-03-10", "2026-03-11")}, id="all-day: the reminders stay"),
    ],
)  # fmt: skip
@both_rules
def test_decision_2_what_is_not_sent_stays(
    sent: dict[str, Any], expected: dict[str, Any], rules: Rules
) -> None:
    assert changed(rules=rules, **sent) == replace(FULL, version=4, updated_ms=CHANGED_MS, **expected)


@both_rules
def test_decision_2_an_empty_recurrence(rules: Rules) -> None:
    with pytest.raises(InvalidParameter, match=r"recurrence\.pattern\.type"):
        changed(rules=rules, recurrence=GivenRecurrence())


def test_a_single_event_becomes_a_series() -> None:
    assert changed(single(), recurrence=DAILY).recurrence == series()


def test_a_rule_is_read_against_the_new_start() -> None:
    moved = GivenWhen(
        given_time("2026-03-12T14:00", "Asia/Shanghai"), given_time("2026-03-12T15:00", "Asia/Shanghai")
    )

    rule = changed(when=moved, recurrence=GivenRecurrence(GivenPattern(type="absoluteMonthly"))).recurrence

    assert rule is not None
    assert rule.pattern == Pattern("absoluteMonthly", day_of_month=12)


def test_a_series_is_not_moved_past_its_end() -> None:
    late = GivenWhen(
        given_time("2027-01-01T14:00", "Asia/Shanghai"), given_time("2027-01-01T15:00", "Asia/Shanghai")
    )

    with pytest.raises(InvalidParameter, match=r"recurrence\.range\.endDate"):
        changed(when=late)
    assert changed(when=late, recurrence=DAILY).when == timed("2027-01-01T14:00", "2027-01-01T15:00")


@pytest.mark.parametrize(
    "summary",
    [
        pytest.param("x", id="short"),
        pytest.param("x" * 2048, id="2048"),
        pytest.param("日" * 2048, id="2048 Chinese characters"),
        pytest.param("\U0001f4c5" * 2048, id="2048 characters beyond the basic plane count once"),
        pytest.param("\u200b", id="a zero-width space is no white space"),
    ],
)
def test_summary(summary: str) -> None:
    assert made(summary=summary).summary == summary
    assert changed(summary=summary).summary == summary


@pytest.mark.parametrize(
    "summary",
    [
        pytest.param("", id="empty"),
        pytest.param(" ", id="space"),
        pytest.param("\t\r\n", id="tab and line breaks"),
        pytest.param("\u3000\u00a0\u2003", id="wide spaces"),
    ],
)
def test_a_blank_summary_has_its_own_text(summary: str) -> None:
    for act in (made, changed):
        with pytest.raises(InvalidParameter) as refused:
            act(summary=summary)
        assert refused.value.message == "Event summary cannot be blank"


def test_a_new_event_needs_a_summary() -> None:
    with pytest.raises(InvalidParameter) as refused:
        made(summary=UNSET)
    assert refused.value.message == "Event summary cannot be blank"


@pytest.mark.parametrize("act", [made, changed])
@pytest.mark.parametrize(
    ("field", "text", "fits"),
    [
        pytest.param("summary", "x" * 2049, False, id="summary of 2049"),
        pytest.param("summary", "x" + " " * 2048, False, id="summary of 2049, most of it spaces"),
        pytest.param("summary", "\U0001f4c5" * 2049, False, id="summary of 2049 astral characters"),
        pytest.param("description", "x" * 5000, True, id="description of 5000"),
        pytest.param("description", "\U0001f4c5" * 5000, True, id="description of 5000 astral characters"),
        pytest.param("description", "x" * 5001, False, id="description of 5001"),
        pytest.param("rich_text", "x" * 50_000, True, id="rich text has no documented limit"),
    ],
)
def test_lengths(act: Any, field: str, text: str, fits: bool) -> None:
    if fits:
        assert getattr(act(**{field: text}), field) == text
        return
    with pytest.raises(InvalidParameter) as refused:
        act(**{field: text})
    assert (refused.value.description or "").startswith(f"{field}: {len(text)} characters")


@pytest.mark.parametrize("act", [made, changed])
@pytest.mark.parametrize(
    "reminders",
    [
        pytest.param((Reminder(0),), id="at the start"),
        pytest.param((Reminder(2**31 - 1),), id="as early as can be kept"),
        pytest.param(tuple(Reminder(minutes) for minutes in range(5)), id="five"),
        pytest.param((Reminder(15), Reminder(15)), id="the same twice"),
    ],
)
def test_reminders(act: Any, reminders: tuple[Reminder, ...]) -> None:
    assert act(reminders=reminders).reminders == reminders


@pytest.mark.parametrize("act", [made, changed])
@pytest.mark.parametrize(
    ("reminders", "field"),
    [
        pytest.param((Reminder(15), Reminder(-1)), "reminders[1].minutes:", id="after the start"),
        pytest.param((Reminder(2**31),), "reminders[0].minutes:", id="too early to be kept"),
        pytest.param((Reminder(-(2**63)),), "reminders[0].minutes:", id="the smallest number"),
        pytest.param(tuple(Reminder(minutes) for minutes in range(6)), "reminders:", id="six"),
    ],
)
def test_reminders_are_refused(act: Any, reminders: tuple[Reminder, ...], field: str) -> None:
    with pytest.raises(InvalidParameter) as refused:
        act(reminders=reminders)
    assert (refused.value.description or "").startswith(field)


def test_decision_12_only_the_organizer_changes_an_event() -> None:
    with pytest.raises(PermissionDenied) as refused:
        changed(by="someone", summary="")

    assert (refused.value.status, refused.value.code, refused.value.message) == (
        403, "permissionDenied", "permission denied",
    )  # fmt: skip
    assert ORGANIZER in (refused.value.description or "")


def test_version_and_time_move_with_every_change_and_nothing_else_of_the_origin_does() -> None:
    once = changed()
    twice = changed(once)

    assert (FULL.version, once.version, twice.version) == (3, 4, 5)
    assert once.updated_ms == CHANGED_MS
    assert (once.created_ms, once.id, once.organizer_id) == (FULL.created_ms, FULL.id, FULL.organizer_id)


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(single(), id="little"),
        pytest.param(FULL, id="everything"),
        pytest.param(single(when=all_day("2026-03-10", "2026-03-11")), id="all-day"),
        pytest.param(
            single(when=timed("2026-11-01T01:30-04:00", "2026-11-01T01:30-05:00", "America/New_York")),
            id="the second pass of an hour",
        ),
        pytest.param(
            single(when=timed("1000-01-01T00:00", "9000-12-31T23:59:59", "UTC")), id="as long as can be"
        ),
    ],
)
def test_an_event_survives_its_storage_as_json(event: Event) -> None:
    assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event


def test_until_is_the_end_of_a_single_event_and_unknown_for_an_open_series() -> None:
    assert single().until_ms == single().when.ends_ms
    assert single(recurrence=series()).until_ms is None
    assert (FULL.until_ms or 0) > FULL.when.ends_ms
