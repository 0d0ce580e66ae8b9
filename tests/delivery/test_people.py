"""A change, and who is told what of it: through the actions, on both databases."""

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
from tests.delivery.office import DAILY, Office, at

decode_mail = msgspec.json.Decoder(MailNotice).decode


@pytest.fixture
def it(db, run) -> Iterator[Office]:
    office = Office(db, run)
    yield office
    office.close()


def told(what: str, *also: str, here: bool = True, mail: bool = True) -> dict[str, str]:
    """*what* is told to who neither declined nor left it, and to *also*, by what reaches them.

    Cid has no address, the guest no account.
    """
    channels = {"bob": (here, mail), "cid": (here, False), "guest": (False, mail)}
    channels |= dict.fromkeys(also, (here, mail))
    return {
        name: " ".join([*["here"] * by[0], *["mail"] * by[1], what])
        for name, by in channels.items()
        if any(by)
    }


Act = Callable[[Office, str], Any]

ON_AN_EVENT: dict[str, tuple[Act, dict[str, str]]] = {
    "title": (lambda it, id_: it.update(id_, summary="New"), told("change summary")),
    "the same title": (lambda it, id_: it.update(id_, summary="Plan"), {}),
    "place and description": (
        lambda it, id_: it.update(id_, location={"displayName": "Roof"}, description="Bring tea"),
        told("change location description"),
    ),
    "text and online meeting": (
        lambda it, id_: it.update(
            id_, richTextDescription={"text": "<p>x</p>"}, onlineMeetingInfo={"type": "dingtalk"}
        ),
        told("change rich_text conference_id"),
    ),
    "time: who declined is asked again": (
        lambda it, id_: it.update(id_, **at(21)),
        told("change when", "dora"),
    ),
    "into the past": (lambda it, id_: it.update(id_, **at(2)), told("change when", "dora")),
    "it repeats now": (lambda it, id_: it.update(id_, **DAILY), told("change recurrence", "dora")),
    "what nobody needs to know": (
        lambda it, id_: it.update(
            id_,
            reminders=[{"method": "dingtalk", "minutes": 5}],
            categories=[{"displayName": "x"}],
            uiConfigs=[{"uiName": "transferEventButton", "uiStatus": "hide"}],
            cardInstances=[{"outTrackId": "c"}],
            freeBusyStatus="free",
            eventConfig={"allowAttendeeAddParticipants": True},
            visibility="private",
        ),
        {},
    ),
    "another list of people": (
        lambda it, id_: it.update(
            id_, attendees=[{"id": it.id("bob")}, {"id": it.id("dora")}, {"id": it.id("fay")}]
        ),
        {
            "fay": "here mail invitation",
            "cid": "here cancellation removed",
            "guest": "mail cancellation removed",
        },
    ),
    "another title and another list": (
        lambda it, id_: it.update(id_, summary="New", attendees=[{"id": it.id("fay")}, {"id": it.id("cid")}]),
        {
            "fay": "here mail invitation",
            "cid": "here change summary",
            "bob": "here mail cancellation removed",
            "dora": "here mail cancellation removed",
            "guest": "mail cancellation removed",
        },
    ),
    "somebody more": (lambda it, id_: it.add(id_, "fay"), {"fay": "here mail invitation"}),
    "who is there already": (lambda it, id_: it.add(id_, "bob"), {}),
    "who had left": (lambda it, id_: it.add(id_, "eve"), {"eve": "here mail invitation"}),
    "taken off": (
        lambda it, id_: it.remove(id_, "bob", "guest", "eve"),
        {"bob": "here mail cancellation removed", "guest": "mail cancellation removed"},
    ),
    "accepted": (lambda it, id_: it.answer("bob", id_, "accepted"), {"ann": "here mail answer accepted"}),
    "back": (lambda it, id_: it.answer("eve", id_, "tentative"), {"ann": "here mail answer tentative"}),
    "a guest": (
        lambda it, id_: it.answer_as_guest(id_, "declined"),
        {"ann": "here mail answer declined"},
    ),
    "the organizer answers": (lambda it, id_: it.answer("ann", id_, "declined"), {}),
    "left": (lambda it, id_: it.delete(id_, who="bob"), {"ann": "here mail answer declined"}),
    "deleted": (
        lambda it, id_: it.delete(id_),
        told("cancellation", here=False) | {"dora": "mail cancellation"},
    ),
    "deleted, with a pop-up": (
        lambda it, id_: it.delete(id_, push=True),
        told("cancellation") | {"dora": "mail cancellation"},
    ),
    "called off": (lambda it, id_: it.cancel(id_), told("cancellation") | {"dora": "mail cancellation"}),
    "handed over to somebody on it": (
        lambda it, id_: it.hand_over(id_, "bob", by_chat=True),
        told("change organizer"),
    ),
    "handed over, silently": (
        lambda it, id_: it.hand_over(id_, "fay", leaves=True),
        told("change organizer", "fay", mail=False),
    ),
    "who organizes leaves the organisation": (lambda it, id_: it.fire("ann"), told("change organizer")),
    "a room": (lambda it, id_: it.book(id_, it.room()), told("change rooms")),
}


@pytest.mark.parametrize("row", ON_AN_EVENT)
def test_of_an_event(it: Office, row: str) -> None:
    act, expected = ON_AN_EVENT[row]
    event_id = it.staffed()
    act(it, event_id)
    assert it.told() == expected


def test_of_a_new_event(it: Office) -> None:
    it.make("bob", "cid", "guest")
    assert it.told() == told("invitation")
    it.make()
    assert it.told() == {}


def test_once(it: Office) -> None:
    """What was cancelled is not cancelled again by being deleted."""
    event_id = it.staffed()
    it.cancel(event_id)
    it.told()
    it.delete(event_id, push=True)
    assert it.told() == {}


SERIES: dict[str, tuple[Act, dict[str, str]]] = {
    "all of it": (lambda it, id_: it.update(id_, summary="New"), told("change summary")),
    "one": (
        lambda it, id_: it.update(it.slots(id_)[1], summary="New"),
        told("change summary on 0121"),
    ),
    "one moves": (
        lambda it, id_: it.update(it.slots(id_)[1], **at(21, 15)),
        told("change when on 0121", "dora"),
    ),
    "one has other people": (
        lambda it, id_: it.update(
            it.slots(id_)[1], attendees=[{"id": it.id("bob")}, {"id": it.id("cid")}, {"id": it.id("fay")}]
        ),
        {
            "fay": "here mail invitation on 0121",
            "dora": "here mail cancellation removed on 0121",
            "guest": "mail cancellation removed on 0121",
        },
    ),
    "added to one": (
        lambda it, id_: it.add(it.slots(id_)[2], "fay"),
        {"fay": "here mail invitation on 0122"},
    ),
    "taken off one": (
        lambda it, id_: it.remove(it.slots(id_)[2], "bob"),
        {"bob": "here mail cancellation removed on 0122"},
    ),
    "one is called off": (
        lambda it, id_: it.cancel(it.slots(id_)[1]),
        told("cancellation on 0121") | {"dora": "mail cancellation on 0121"},
    ),
    "one is deleted": (
        lambda it, id_: it.delete(it.slots(id_)[1], push=True),
        told("cancellation on 0121") | {"dora": "mail cancellation on 0121"},
    ),
    "one is answered": (
        lambda it, id_: it.answer("bob", it.slots(id_)[3], "tentative"),
        {"ann": "here mail answer tentative on 0123"},
    ),
    "one is left": (
        lambda it, id_: it.delete(it.slots(id_)[3], who="bob"),
        {"ann": "here mail answer declined on 0123"},
    ),
    "one is over": (
        lambda it, id_: (
            it.update(id_, **at(13)) and it.told() and it.update(it.slots(id_, 13)[0], summary="x")
        ),
        {},
    ),
    "from one on": (
        lambda it, id_: it.update(it.slots(id_)[2], "following", summary="New"),
        # Calendars elsewhere need both halves; people are told once.
        {
            "bob": "mail change recurrence + here mail change summary",
            "cid": "here change summary",
            "guest": "mail change recurrence + mail change summary",
        },
    ),
    "from one on with somebody more": (
        lambda it, id_: it.update(
            it.slots(id_)[2], "following", attendees=[{"id": it.id("bob")}, {"id": it.id("fay")}]
        ),
        {
            "fay": "here mail invitation",
            "bob": "mail change recurrence + mail change",
            "cid": "here cancellation removed",
            "dora": "here cancellation removed",
            "guest": "mail change recurrence",
        },
    ),
    "called off from one on": (
        lambda it, id_: it.cancel(it.slots(id_)[2], "following"),
        {
            "bob": "mail change recurrence + here cancellation",
            "cid": "here cancellation",
            "guest": "mail change recurrence",
        },
    ),
    "deleted from one on": (
        lambda it, id_: it.delete(it.slots(id_)[2], "following"),
        told("change recurrence", here=False),
    ),
    "deleted from one on, with a pop-up": (
        lambda it, id_: it.delete(it.slots(id_)[2], "following", push=True),
        told("change recurrence"),
    ),
    "deleted": (
        lambda it, id_: it.delete(id_, push=True),
        told("cancellation") | {"dora": "mail cancellation"},
    ),
}


@pytest.mark.parametrize("row", SERIES)
def test_of_a_series(it: Office, row: str) -> None:
    act, expected = SERIES[row]
    series_id = it.staffed(**DAILY)
    act(it, series_id)
    found = it.told()
    assert {name: sorted(what.split(" + ")) for name, what in found.items()} == {
        name: sorted(what.split(" + ")) for name, what in expected.items()
    }


ALONE: dict[str, tuple[Act, dict[str, str]]] = {
    "deleted": (lambda it, id_: it.delete(id_, push=True), {"fay": "here mail cancellation on 0122"}),
    "called off": (lambda it, id_: it.cancel(id_), {"fay": "here mail cancellation on 0122"}),
    "another title": (
        lambda it, id_: it.update(id_, summary="New"),
        {"fay": "here mail change summary on 0122"},
    ),
    "another title, silently": (
        lambda it, id_: it.update(id_, summary="New", extra={"noChatNotification": "true"}),
        {"fay": "here change summary on 0122"},
    ),
    "another hour": (
        lambda it, id_: it.update(id_, **at(20, 12)),
        {"fay": "here mail change when on 0122"},
    ),
    "other days": (
        lambda it, id_: it.update(it.slots(id_)[0], "all", **at(21)),
        {"fay": "here mail change when on 0123"},
    ),
    "what their occurrence has of its own": (lambda it, id_: it.update(id_, location={}), {}),
}


@pytest.mark.parametrize("row", ALONE)
def test_who_is_on_one_occurrence_alone(it: Office, row: str) -> None:
    """Told of that one what becomes of the series; also where nobody else is on it."""
    act, expected = ALONE[row]
    series_id = it.make(**DAILY, location={"displayName": "Roof"})
    it.update(it.slots(series_id)[2], location={"displayName": "Garden"})
    it.add(it.slots(series_id)[2], "fay")
    it.add(it.slots(series_id)[3], "bob")
    it.remove(it.slots(series_id)[3], "bob")
    it.told()
    act(it, series_id)
    assert it.told() == expected


# By what

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
