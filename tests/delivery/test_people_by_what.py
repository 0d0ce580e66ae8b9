"""By which way people are told, when they are not, in whose name, how many at a time, and what is kept of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from rili.actions import directory
from rili.delivery.people import PEOPLE
from rili.model.directory import UserChange
from rili.model.notice import MailNotice, SharedCalendar
from rili.model.people import PEOPLE_PER_EVENT, Attendee
from rili.store import attendees, events, notifications
from rili.store.db import Tx
from rili.store.notifications import NewNotification
from tests.delivery.conftest import NOW_MS
from tests.delivery.office import DAILY, Office, at, told

decode_mail = msgspec.json.Decoder(MailNotice).decode


@pytest.fixture
def it(db, run) -> Iterator[Office]:
    office = Office(db, run)
    yield office
    office.close()


# By what

Act = Callable[[Office, str], Any]
OFF = {"noPushNotification": "true", "noChatNotification": "true"}

SWITCHES: dict[str, tuple[Act, dict[str, str]]] = {
    "update, no push": (
        lambda it, id_: it.update(id_, summary="New", extra={"noPushNotification": "true"}),
        told("change summary", here=False),
    ),
    "update, no chat": (
        lambda it, id_: it.update(id_, summary="New", extra={"noChatNotification": "true"}),
        told("change summary", mail=False),
    ),
    "update, neither": (lambda it, id_: it.update(id_, summary="New", extra=OFF), {}),
    "update, both": (
        lambda it, id_: it.update(
            id_, summary="New", extra={"noPushNotification": "false", "noChatNotification": "FALSE", "x": "y"}
        ),
        told("change summary"),
    ),
    "update, who joins and who is taken off": (
        lambda it, id_: it.update(
            id_, attendees=[{"id": it.id("fay")}], extra={"noPushNotification": "True"}
        ),
        {
            "fay": "mail invitation",
            **dict.fromkeys(("bob", "dora", "guest"), "mail cancellation removed"),
        },
    ),
    "add, no push": (
        lambda it, id_: it.add(id_, "fay", pushNotification=False),
        {"fay": "mail invitation"},
    ),
    "add, no chat": (
        lambda it, id_: it.add(id_, "fay", chatNotification=False),
        {"fay": "here invitation"},
    ),
    "add, both": (
        lambda it, id_: it.add(id_, "fay", pushNotification=True, chatNotification=True),
        {"fay": "here mail invitation"},
    ),
    "delete, no push": (
        lambda it, id_: it.delete(id_, push=False),
        told("cancellation", here=False) | {"dora": "mail cancellation"},
    ),
    "leave, no push": (
        lambda it, id_: it.delete(id_, who="bob", push=False),
        {"ann": "here mail answer declined"},
    ),
}


@pytest.mark.parametrize("row", SWITCHES)
def test_switches(it: Office, row: str) -> None:
    act, expected = SWITCHES[row]
    act(it, it.staffed())
    assert it.told() == expected


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        pytest.param({}, told("invitation"), id="said nothing"),
        pytest.param({"noPushNotification": "true"}, told("invitation", here=False), id="no push"),
        pytest.param({"noChatNotification": "true"}, told("invitation", mail=False), id="no chat"),
        pytest.param(OFF, {}, id="neither"),
    ],
)
def test_switches_of_a_new_event(it: Office, extra: dict[str, str], expected: dict[str, str]) -> None:
    it.make("bob", "cid", "guest", extra=extra)
    assert it.told() == expected


def test_without_a_mail_server(db, run) -> None:
    office = Office(db, run, mail=False)
    event_id = office.make("bob", "guest")
    office.update(event_id, summary="New")
    office.answer_as_guest(event_id, "accepted")
    assert office.told() == {"bob": "here invitation + here change summary", "ann": "here answer accepted"}
    office.close()


# When not


def test_what_is_over(it: Office) -> None:
    """The clock stands on the 15th at 16:00 in Shanghai; a whole day lasts until it ends in the last zone."""
    past = it.make("bob", **at(15, 14))
    now = it.make("bob", **at(15, 15))
    running = it.make("bob", **at(15, 16))
    day = {"isAllDay": True, "start": {"date": "2027-01-14"}, "end": {"date": "2027-01-15"}}
    yesterday = it.make("cid", **day)
    it.make("cid", **day | {"start": {"date": "2027-01-13"}, "end": {"date": "2027-01-14"}})
    assert it.told() == {"bob": "here mail invitation", "cid": "here invitation"}

    for event_id in (past, now):
        it.answer("bob", event_id, "accepted")
        it.add(event_id, "fay")
        it.update(event_id, summary="New")
        it.cancel(event_id)
    assert it.told() == {}
    it.update(yesterday, summary="New")
    it.now_ms += 13 * 3_600_000
    it.cancel(running)
    it.cancel(yesterday)
    assert it.told() == {}  # also what happened in time is not told too late


def test_back_from_the_past(it: Office) -> None:
    event_id = it.make("bob", **at(2))
    it.update(event_id, **at(20))
    assert it.told() == {"bob": "here mail change when"}


# Who does it in whose name


def test_a_shared_calendar(it: Office) -> None:
    """Neither who does it is told, nor in whose name it is done."""
    calendar_id = it.share("writer")
    assert it.told() == {"fay": "here share"}
    event_id = it.make("bob", "fay", who="fay", calendar_id=calendar_id)
    assert it.told() == {"bob": "here mail invitation"}
    it.update(event_id, who="fay", calendar_id=calendar_id, summary="New")
    assert it.told() == {"bob": "here mail change summary"}
    theirs = it.make("ann", who="bob")
    it.told()
    it.answer("fay", theirs, "accepted", calendar_id=calendar_id)
    (here, mail) = it.notices()
    assert (here[0], here[1], mail[1]) == ("bob", "here", "mail")
    assert here[2].operator_id == mail[2].operator_id == it.id("ann")  # whose answer it is
    it.share("reader", tells=False)
    assert it.told() == {}


def test_a_subscribed_calendar(it: Office) -> None:
    """Nobody attends its events."""
    calendar_id = it.publish()
    event_id = it.make(who="bob", calendar_id=calendar_id)
    it.update(event_id, who="ann", calendar_id=calendar_id, **at(22))
    it.fire("ann")
    assert it.told() == {}


def test_an_attendee_invites_more(it: Office) -> None:
    event_id = it.staffed(eventConfig={"allowAttendeeAddParticipants": True})
    it.add(event_id, "fay", who="bob")
    assert it.told() == {"fay": "here mail invitation", "ann": "here mail change attendees"}


def test_who_left_the_organisation(it: Office) -> None:
    event_id = it.staffed()
    it.fire("bob")
    it.update(event_id, summary="New")
    assert it.told() == {"cid": "here change summary", "guest": "mail change summary"}


def test_who_has_another_address_now(it: Office) -> None:
    event_id = it.staffed()
    change = UserChange(email="robert@example.com")
    it.write(lambda tx: directory.set_user(tx, it.corp_id, "bob", change, None, now_ms=it.now_ms))
    it.update(event_id, summary="New")
    it.read()
    rows = it.write(lambda tx: tx.all("SELECT body FROM deliveries WHERE channel = 'mail' ORDER BY number"))
    assert "robert@example.com" in [decode_mail(body).email for (body,) in rows]


# Rooms


def test_a_room_that_must_be_approved(it: Office) -> None:
    event_id = it.staffed()
    room_id = it.room("standard")
    it.book(event_id, room_id)
    assert it.told() == told("change rooms")
    it.answer_for_room(event_id, room_id, "accepted")
    assert it.told() == {"ann": "here mail change rooms Blue=accepted"}
    it.answer_for_room(event_id, room_id, "declined")
    assert it.told() == told("change rooms") | {"ann": "here mail change rooms Blue=declined"}


def test_a_room_that_is_removed(it: Office) -> None:
    event_id = it.staffed()
    room_id = it.room()
    it.book(event_id, room_id)
    it.told()
    it.remove_room(room_id)
    assert it.told() == told("change rooms", "ann")


# Many


def test_five_thousand_people(it: Office, run) -> None:
    """In transactions of some hundreds, each person once."""
    event_id = it.make("bob")
    it.told()
    many = [f"p{number:04}" for number in range(PEOPLE_PER_EVENT - 2)]
    it.write(lambda tx: add_many(tx, it.corp_id, event_id, many))
    it.update(event_id, summary="New")
    it.update(event_id, **at(22))
    steps = []

    async def all_steps() -> None:
        while await it.reading.step():
            steps.append(await it.db.read(count))

    def count(tx: Tx) -> int:
        row = tx.one("SELECT COUNT(*) FROM notifications WHERE corp_id = :c", c=it.corp_id)
        assert row is not None
        return int(row[0])

    run(all_steps())
    told_in_one = [after - before for before, after in pairwise([1, *steps])]
    assert max(told_in_one) <= PEOPLE
    assert len(steps) >= 2 * PEOPLE_PER_EVENT / PEOPLE
    per_person = it.write(
        lambda tx: tx.all(
            "SELECT person_id, COUNT(*) FROM notifications WHERE corp_id = :c GROUP BY person_id",
            c=it.corp_id,
        )
    )
    assert dict(per_person) == {it.id("bob"): 3} | dict.fromkeys(many, 2)
    it.answer("bob", event_id, "accepted")
    assert it.told()["ann"] == "here answer accepted"  # thousands of mails would be no help


def add_many(tx: Tx, corp_id: str, event_id: str, names: list[str]) -> None:
    """Colleagues with nothing but a name, on the event."""
    stored = events.find(tx, corp_id, event_id)
    assert stored is not None
    for name in names:
        tx.queue(
            """
            INSERT INTO users (corp_id, userid, union_id, name, admin, active, created_ms, flags, modified_no)
            VALUES (:corp_id, :name, :name, :name, 0, 1, 0, '', 0)
            """,
            corp_id=corp_id,
            name=name,
        )
    people = [Attendee(name, name, place=10 + number) for number, name in enumerate(names)]
    attendees.add(tx, stored.event, people)


def test_two_tell_one_person_at_a_time(db, run, it: Office) -> None:
    """Numbers are in the order of commits, and none is lost."""

    def tell(number: int) -> Callable[[Tx], None]:
        told = SharedCalendar("c", it.id("bob"))
        new = [NewNotification(it.id("ann"), f"{number}{place}", told) for place in "ab"]
        return lambda tx: notifications.add(tx, it.corp_id, [new[0], *new], now_ms=NOW_MS)

    async def both() -> None:
        await asyncio.gather(*(db.write(tell(number)) for number in range(20)))

    run(both())
    run(db.write(tell(3)))  # again, and it changes nothing
    found = run(db.read(lambda tx: notifications.after(tx, it.corp_id, it.id("ann"), 0, 99)))
    assert len(found) == 40
    assert [one.number for one in found] == sorted({one.number for one in found})


# What is kept


def test_what_is_kept_is_short(it: Office) -> None:
    text = "<p>" + "x" * 20_000
    it.make("bob", description="Bring tea", richTextDescription={"text": text})
    here, mail = (one[2] for one in it.notices())
    assert (here.event.summary, here.event.description, here.event.rich_text) == ("Plan", None, None)
    assert (mail.event.description, mail.event.rich_text) == ("Bring tea", None)


def test_an_occurrence_stands_alone(it: Office) -> None:
    series_id = it.staffed(**DAILY)
    it.update(it.slots(series_id)[1], **at(21, 15))
    for _, _, notice in it.notices():
        assert (notice.event.id, notice.occurrence, notice.event.recurrence) == (
            series_id,
            "2027012100",
            None,
        )
        assert notice.event.when.start.text() == "2027-01-21T15:00:00+08:00"
        assert notice.operator_id == it.id("ann")


def test_a_cancellation_says_what_it_was(it: Office) -> None:
    event_id = it.staffed()
    it.cancel(event_id)
    assert {(one.event.summary, one.event.cancelled) for _, _, one in it.notices()} == {("Plan", False)}
