"""A change, and who is told what of it: through the actions, on both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from rili.model.notice import MailNotice
from tests.delivery.office import DAILY, Office, at, told

decode_mail = msgspec.json.Decoder(MailNotice).decode


@pytest.fixture
def it(db, run) -> Iterator[Office]:
    office = Office(db, run)
    yield office
    office.close()


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
