"""Reminders, from the change of an event to the notification, minute by minute."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec
import pytest

from rili.actions import derived, reminder_rows
from rili.actions.cancel import cancel_event
from rili.actions.events import Place
from rili.delivery import reminders as duty
from rili.model.event import EventChange, Reminder
from rili.model.series import Slot
from rili.store import reminders
from tests.delivery.conftest import CORP
from tests.delivery.zones_office import Office, before, daily, draft, timed, whole_day
from tests.model.repeating import ms

TEN = timed("2027-03-10T10:00", "2027-03-10T11:00")
"""02:00 in UTC; the reminder without a word is due at 01:45."""


@pytest.fixture
def office(db: Any, run: Callable[..., Any]) -> Office:
    return Office(db, run, "2027-03-01T00:00", mail=True)


def told(office: Office) -> list[str]:
    """When and who, and the minutes where they are not the usual ones."""
    assert office.mailed_once() == office.mail
    return [
        f"{one.at[5:]} {one.who}"
        + ("" if one.minutes in (15, 900) else f" -{one.minutes}")
        + (" late" if one.late else "")
        for one in office.told()
    ]


def occurrence(event_id: str, day: str) -> str:
    return Slot(date.fromisoformat(day).toordinal()).id_in(event_id)


def test_everybody_who_has_not_declined_is_reminded_once(office):
    event_id = office.create("ann", draft(TEN, attendees=office.given("bob", "cat", "dan")))
    office.respond("cat", event_id, "declined")
    office.respond("dan", event_id, "tentative")
    office.work("2027-03-10T01:44")
    assert told(office) == []
    office.work("2027-03-10T01:45")
    office.restart()
    office.work("2027-03-10T01:46")
    assert told(office) == ["03-10T01:45 ann", "03-10T01:45 bob", "03-10T01:45 dan"]
    assert office.rows() == 0


def test_a_mail_has_one_id_whatever_happens(office):
    event_id = office.create("ann", draft(TEN))
    office.work("2027-03-10T01:45")
    rows = office.read(
        lambda tx: tx.all("SELECT id, subject, event_type, body FROM deliveries WHERE channel = 'mail'")
    )
    ((id_, subject, event_type, body),) = rows
    ((known,),) = office.read(lambda tx: tx.all("SELECT id FROM notifications"))
    assert (id_, subject, event_type) == (known, f"{event_id} {office.people['ann']}", "reminder")
    mail = msgspec.json.decode(body)
    assert (mail["email"], mail["notice"]["minutes"]) == ("ann@example.com", 15)
    assert id_.isalnum()


def test_no_mail_where_none_is_configured(db, run):
    office = Office(db, run, "2027-03-01T00:00")
    office.create("ann", draft(TEN))
    office.work("2027-03-10T01:45")
    assert told(office) == ["03-10T01:45 ann"]
    assert office.read(lambda tx: tx.all("SELECT 1 FROM deliveries")) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(EventChange(summary="Other"), ["03-10T01:45 ann"], id="another title"),
        pytest.param(
            EventChange(when=timed("2027-03-10T12:00", "2027-03-10T13:00")), ["03-10T03:45 ann"], id="moved to later"
        ),
        pytest.param(
            EventChange(when=timed("2027-03-10T09:40", "2027-03-10T10:40")), [], id="moved to where its time has passed"
        ),
        pytest.param(EventChange(reminders=()), [], id="no reminder any more"),
        pytest.param(
            EventChange(reminders=before(15, 0, 5)), ["03-10T01:45 ann", "03-10T01:55 ann -5", "03-10T02:00 ann -0"],
            id="more reminders",
        ),
        pytest.param(EventChange(reminders=before(31)), [], id="a reminder whose time has passed"),
        pytest.param(
            EventChange(reminders=(Reminder(5), Reminder(5, "sms"), Reminder(5))), ["03-10T01:55 ann -5"],
            id="reminders that coincide, whatever their method",
        ),
        pytest.param(EventChange(reminders=before(2**31 - 1)), [], id="thousands of years"),
        pytest.param(
            EventChange(when=whole_day("2027-03-12"), reminders=before(900)), ["03-11T01:00 ann"], id="whole day"
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("fires_first", [False, True])
def test_an_edit_counts(office, change, expected, fires_first):
    """Also when the worker comes to what was due before it has read that the event changed."""
    event_id = office.create("ann", draft(TEN))
    office.work("2027-03-10T01:30")
    office.update("ann", event_id, change)
    if fires_first:
        office.now_ms = ms("2027-03-10T01:45")
        office.run(office.reminding.step())
    for minute in range(45, 70):
        office.work(f"2027-03-10T{1 + minute // 60:02}:{minute % 60:02}")
    office.work("2027-03-10T03:45")
    office.work("2027-03-11T01:00")
    office.work("2027-03-12T01:45")
    assert told(office) == expected


def test_cancelled_and_deleted_events_remind_nobody(office):
    deleted, cancelled, stays = (
        office.create("ann", draft(TEN, attendees=office.given("bob"))) for _ in range(3)
    )
    office.work("2027-03-10T01:40")
    office.delete("ann", deleted)
    place = Place(office.people["ann"], "primary")
    office.write(
        lambda tx: cancel_event(tx, office._by(), place, cancelled, rules="lenient", new_bytes=bytes)
    )
    office.delete("bob", stays)  # leaves it
    office.work("2027-03-10T01:45")
    assert [(one.who, one.event_id) for one in office.told()] == [("ann", stays)]
    assert office.rows() == 0


def test_created_too_late_for_its_reminder(office):
    office.now_ms = ms("2027-03-10T01:55")
    office.create("ann", draft(TEN))
    office.work("2027-03-10T01:56")
    assert told(office) == []


def test_people_added_meanwhile(office):
    event_id = office.create("ann", draft(TEN))
    office.work("2027-03-10T01:30")
    office.invite("ann", event_id, "bob")
    office.work("2027-03-10T01:45")
    office.invite("ann", event_id, "cat")
    office.work("2027-03-10T01:46")
    assert told(office) == ["03-10T01:45 ann", "03-10T01:45 bob"]


def test_occurrences_with_something_of_their_own(office):
    event_id = office.create("ann", draft(TEN, attendees=office.given("bob"), recurrence=daily(5)))
    others = office.given("bob", "cat")
    office.update(
        "ann", occurrence(event_id, "2027-03-11"), EventChange(attendees=others, reminders=before(60))
    )
    office.delete("ann", occurrence(event_id, "2027-03-12"), "this")
    office.update(
        "ann",
        occurrence(event_id, "2027-03-13"),
        EventChange(when=timed("2027-03-13T20:00", "2027-03-13T21:00")),
    )
    office.respond("bob", occurrence(event_id, "2027-03-14"), "declined")
    for day in range(10, 16):
        for hour in range(24):
            for minute in (0, 45):
                office.work(f"2027-03-{day}T{hour:02}:{minute:02}")
    assert told(office) == [
        "03-10T01:45 ann", "03-10T01:45 bob",
        "03-11T01:00 ann -60", "03-11T01:00 bob -60", "03-11T01:00 cat -60",
        "03-13T11:45 ann", "03-13T11:45 bob",
        "03-14T01:45 ann",
    ]  # fmt: skip
    assert office.rows() == 0


def test_whole_days_in_the_zone_of_each(office):
    event_id = office.create("ann", draft(whole_day("2027-03-10"), attendees=office.given("bob", "cat")))
    office.follow()
    assert office.rows() == 3
    office.invite("ann", event_id, "dan")
    for hour in range(48):
        office.work(f"2027-03-{8 + hour // 24:02}T{hour % 24:02}:00")
    assert told(office) == ["03-08T22:00 dan", "03-09T01:00 ann", "03-09T08:00 bob", "03-09T14:00 cat"]
    assert office.rows() == 0


def test_who_moves_east_is_reminded_at_once_and_who_moves_west_not_twice(office):
    office.create("ann", draft(whole_day("2027-03-10"), attendees=office.given("bob", "cat", "dan")))
    office.work("2027-03-09T02:00")
    assert told(office) == ["03-09T02:00 ann late", "03-09T02:00 dan late"]
    office.move_person("bob", "Asia/Tokyo")
    office.move_person("ann", "America/New_York")
    office.work("2027-03-09T03:00")
    office.work("2027-03-09T14:00")
    office.work("2027-03-10T14:00")
    assert told(office)[2:] == ["03-09T03:00 bob late", "03-09T14:00 cat"]
    assert office.rows() == 0


def test_the_organisation_moves(office):
    office.create("ann", draft(whole_day("2027-03-10"), attendees=office.given("bob")))
    office.work("2027-03-09T00:00")
    office.move_organisation("America/New_York")
    office.work("2027-03-09T01:00")
    office.work("2027-03-09T08:00")
    office.work("2027-03-09T14:00")
    assert told(office) == ["03-09T08:00 bob", "03-09T14:00 ann"]


def test_back_after_a_year(office):
    """What has not ended is told, late; what has ended is not looked at one by one."""
    office.create("ann", draft(TEN, recurrence=daily()))
    office.create("ann", draft(timed("2027-03-10T10:00", "2028-06-01T10:00")))
    office.create("ann", draft(TEN))
    office.work("2028-03-10T02:30")
    assert told(office) == ["03-10T02:30 ann late", "03-10T02:30 ann late"]
    office.work("2028-03-11T01:45")
    assert told(office)[2:] == ["03-11T01:45 ann"]


def test_many_people_in_several_transactions(office, monkeypatch):
    monkeypatch.setattr(duty, "PEOPLE", 2)
    office.create("ann", draft(TEN, attendees=office.given("bob", "cat", "dan")))
    office.follow()
    office.now_ms = ms("2027-03-10T01:45")
    first = office.write(lambda tx: office.reminding.work(tx, CORP))
    assert (first, len(told(office)), office.rows()) == (1, 2, 1)
    office.restart()
    office.work()
    assert told(office) == [f"03-10T01:45 {who}" for who in ("ann", "bob", "cat", "dan")]
    assert office.rows() == 0


def test_events_older_than_the_table(office):
    office.create("ann", draft(TEN, recurrence=daily()))
    ids = [office.create("ann", draft(TEN)) for _ in range(reminder_rows.EVENTS)]
    office.follow()
    office.write(lambda tx: tx.run("DELETE FROM reminders WHERE corp_id = :corp_id", corp_id=CORP))
    office.write(
        lambda tx: tx.run(
            "INSERT INTO reminder_backlogs (corp_id, event_id) VALUES (:corp_id, '')", corp_id=CORP
        )
    )
    assert office.read(lambda tx: reminder_rows.check(tx, office.now_ms)) == []
    office.work()
    assert office.rows() == len(ids) + 1
    assert office.read(reminders.unfinished) == []
    assert office.read(lambda tx: reminder_rows.check(tx, office.now_ms)) == []


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        pytest.param(
            "DELETE FROM reminders WHERE zone = ''", "the reminder 15 minutes before will not fire", id="none"
        ),
        pytest.param(
            "DELETE FROM reminders WHERE zone = 'Europe/Berlin'",
            "the reminder 900 minutes before in Europe/Berlin will not fire", id="none in a zone",
        ),
        pytest.param(
            "UPDATE reminders SET due_ms = due_ms + 1 WHERE zone = ''",
            "the reminder 15 minutes before would fire when it is not to", id="another time",
        ),
        pytest.param(
            "UPDATE reminders SET due_ms = due_ms + 86400000, slot = '2027031100' WHERE zone = ''",
            "the reminder 15 minutes before would miss an occurrence", id="a later occurrence",
        ),
        pytest.param(
            "UPDATE reminders SET minutes = 14 WHERE zone = ''",
            "the reminder 14 minutes before is none of its reminders", id="of nothing",
        ),
        pytest.param("UPDATE events SET deleted_ms = 1", "nobody is reminded of it, and reminders wait", id="deleted"),
    ],
)  # fmt: skip
def test_the_doctor_sees(office, damage, finding):
    office.create("ann", draft(TEN, recurrence=daily(), attendees=office.given("bob")))
    office.create("ann", draft(whole_day("2027-03-10"), attendees=office.given("bob")))
    assert (
        office.read(lambda tx: reminder_rows.check(tx, office.now_ms)) == []
    )  # what nobody has read is no finding
    office.work()
    assert office.read(lambda tx: reminder_rows.check(tx, office.now_ms)) == []
    assert office.write(lambda tx: tx.run(damage))
    assert finding in [
        one.split(": ", 1)[1] for one in office.read(lambda tx: reminder_rows.check(tx, office.now_ms))
    ]


def test_a_zone_is_redefined(office, monkeypatch):
    """Berlin's offset changes: what waits moves, and nobody is told twice."""
    office.create(
        "bob", draft(timed("2027-03-10T10:00", "2027-03-10T11:00", "Europe/Berlin"), recurrence=daily())
    )
    office.create("bob", draft(whole_day("2027-03-12")))
    office.work("2027-03-10T08:45")
    assert told(office) == ["03-10T08:45 bob"]
    monkeypatch.setattr("rili.model.reminding.offset_at", lambda zone, wall_s: (7_200, wall_s + 1))
    monkeypatch.setattr(
        "rili.model.expansion.offset_at", lambda zone, wall_s: (7_200, wall_s + 86_400 * 9_000)
    )
    assert office.read(lambda tx: reminder_rows.check(tx, office.now_ms)) != []
    office.write(derived.derive)
    assert office.read(lambda tx: reminder_rows.check(tx, office.now_ms)) == []
    office.work("2027-03-11T07:00")
    office.work("2027-03-11T07:45")
    assert told(office)[1:] == ["03-11T07:00 bob", "03-11T07:45 bob"]
