"""An organisation with some events, in which things happen; and what its people are told of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from rili.actions import (
    acls,
    attendees,
    cancel,
    directory,
    events,
    meeting_rooms,
    rooms,
    subscribed,
    subscriptions,
    transfer,
)
from rili.actions.access import Place
from rili.actions.guest_answers import answer_invitation, mint_link
from rili.auth.callers import Caller
from rili.delivery.people import People
from rili.delivery.reading import Reading
from rili.model.directory import User
from rili.model.event_rooms import RoomStatus
from rili.model.ids import occurrence_id
from rili.model.notice import MailNotice, Notice, SharedCalendar, Told
from rili.model.people import GivenAttendee, Response
from rili.model.privileges import Privilege
from rili.model.room import Approval
from rili.model.room_change import RoomChange
from rili.model.subscribed import CalendarChange, GivenScope
from rili.store import organisations
from rili.store.db import Database, Tx
from rili.wire.attendees import AddAttendees
from rili.wire.event import CreateEvent, PatchEvent
from tests.delivery.conftest import NOW_MS
from tests.people import add_organisation, add_user

GUEST = "guest@example.net"
NAMES = ("ann", "bob", "cid", "dora", "eve", "fay", "adi")
"""Ann organizes; bob, cid and the guest are invited; dora declined, eve took it off her calendar; fay is not on it. Adi
is an administrator. All have addresses but cid.
"""


def at(day: int, hour: int = 10) -> dict[str, Any]:
    """An hour of January 2027, in which the clock stands on the 15th at 16:00."""
    moment = f"2027-01-{day:02d}T{{:02d}}:00:00"
    return {
        "start": {"dateTime": moment.format(hour), "timeZone": "Asia/Shanghai"},
        "end": {"dateTime": moment.format(hour + 1), "timeZone": "Asia/Shanghai"},
    }


DAILY = {
    "recurrence": {"pattern": {"type": "daily"}, "range": {"type": "numbered", "numberOfOccurrences": 5}}
}


class Office:
    """*run* runs coroutines; what is told is read from both tables, and each time what is new."""

    def __init__(self, db: Database, run: Callable[..., Any], *, mail: bool = True) -> None:
        self.db, self._run = db, run
        self.now_ms = NOW_MS
        self.reading = Reading(db, People(lambda: self.now_ms, os.urandom, mail=mail))
        self._seen: set[tuple[str, str]] = set()
        self.corp_id: str = run(db.write(add_organisation))
        self.people: dict[str, User] = run(db.write(self._hire))
        self.names = {one.union_id: name for name, one in self.people.items()}

    def _hire(self, tx: Tx) -> dict[str, User]:
        return {
            name: add_user(
                tx,
                self.corp_id,
                name,
                email=None if name == "cid" else f"{name}@example.com",
                admin=name == "adi",
            )
            for name in NAMES
        }

    def close(self) -> None:
        self.write(lambda tx: organisations.erase(tx, self.corp_id))

    def write(self, action: Callable[[Tx], Any]) -> Any:
        return self._run(self.db.write(action))

    def id(self, name: str) -> str:
        return self.people[name].union_id

    def by(self) -> Caller:
        return Caller(
            corp_id=self.corp_id, app_key="app", kind="internal", scopes=frozenset(), now_ms=self.now_ms
        )

    def place(self, name: str, calendar_id: str = "primary") -> Place:
        return Place(self.id(name), calendar_id)

    # What happens

    def make(self, *invited: str, who: str = "ann", calendar_id: str = "primary", **draft: Any) -> str:
        """An event of *who*'s; its id."""
        people = [{"email": GUEST} if one == "guest" else {"id": self.id(one)} for one in invited]
        body = {"summary": "Plan", "attendees": people} | at(20) | draft
        change = msgspec.convert(body, CreateEvent).to_change("lenient")
        seen = self.write(
            lambda tx: events.create_event(
                tx, self.by(), self.place(who, calendar_id), change, rules="lenient", new_bytes=os.urandom
            )
        )
        id_: str = seen.event.id
        self.names |= {one.person_id: "guest" for one in seen.people if one.email}
        return id_

    def staffed(self, **draft: Any) -> str:
        """An event as NAMES says, of which nothing is new."""
        id_ = self.make("bob", "cid", "dora", "eve", "guest", **draft)
        self.answer("dora", id_, "declined")
        self.delete(id_, who="eve")
        self.told()
        return id_

    def slots(self, series_id: str, first_day: int = 20) -> list[str]:
        """The ids of the five occurrences of a daily series, from that day of January on."""
        first = date(2027, 1, first_day).toordinal()
        return [occurrence_id(series_id, first + n, 0) for n in range(5)]

    def update(
        self,
        event_id: str,
        scope: events.Scope | None = None,
        *,
        who: str = "ann",
        calendar_id: str = "primary",
        **change: Any,
    ) -> Any:
        given = msgspec.convert({"id": event_id} | change, PatchEvent).to_change("lenient")
        return self.write(
            lambda tx: events.update_event(
                tx, self.by(), self.place(who, calendar_id), event_id, given,
                scope=scope, rules="lenient", new_bytes=os.urandom,
            )
        )  # fmt: skip

    def delete(
        self, event_id: str, scope: events.Scope | None = None, *, who: str = "ann", push: bool | None = None
    ) -> None:
        switches = {} if push is None else {"pushNotification": "true" if push else "false"}
        self.write(
            lambda tx: events.delete_event(
                tx, self.by(), self.place(who), event_id, scope=scope, switches=switches
            )
        )

    def cancel(self, event_id: str, scope: events.Scope | None = None) -> None:
        self.write(
            lambda tx: cancel.cancel_event(
                tx, self.by(), self.place("ann"), event_id, scope=scope, rules="lenient", new_bytes=os.urandom
            )
        )

    def add(self, event_id: str, name: str, *, who: str = "ann", **switches: bool) -> None:
        body = msgspec.convert(
            {"attendeesToAdd": [{"email": GUEST} if name == "guest" else {"id": self.id(name)}]} | switches,
            AddAttendees,
        )
        self.write(
            lambda tx: attendees.add_attendees(
                tx, self.by(), self.place(who), event_id, body.given(), new_bytes=os.urandom,
                switches=body.switches(),
            )
        )  # fmt: skip

    def remove(self, event_id: str, *names: str) -> None:
        given = [
            GivenAttendee(email=GUEST) if one == "guest" else GivenAttendee(self.id(one)) for one in names
        ]
        self.write(lambda tx: attendees.remove_attendees(tx, self.by(), self.place("ann"), event_id, given))

    def answer(self, name: str, event_id: str, response: Response, *, calendar_id: str = "primary") -> None:
        self.write(
            lambda tx: attendees.respond_event(
                tx, self.by(), self.place(name, calendar_id), event_id, response
            )
        )

    def answer_as_guest(self, event_id: str, response: Response) -> None:
        def answer(tx: Tx) -> None:
            code = mint_link(tx, self.corp_id, event_id, GUEST, new_bytes=os.urandom, now_ms=self.now_ms)
            answer_invitation(tx, code, response, now_ms=self.now_ms)

        self.write(answer)

    def hand_over(self, event_id: str, to: str, *, leaves: bool = False, by_chat: bool = False) -> None:
        handover = transfer.Handover(self.id(to), leaves, by_chat)
        self.write(lambda tx: transfer.transfer_event(tx, self.by(), self.place("ann"), event_id, handover))

    def fire(self, name: str) -> None:
        self.write(lambda tx: directory.remove_user(tx, self.corp_id, name, now_ms=self.now_ms))

    def share(self, privilege: Privilege, *, tells: bool = True, to: str = "fay") -> str:
        """Ann's calendar; the id by which the other reaches it."""
        self.write(
            lambda tx: acls.create_acl(
                tx, self.by(), self.place("ann"), self.id(to), privilege, tells=tells, new_bytes=os.urandom
            )
        )
        row = self.write(
            lambda tx: tx.one(
                "SELECT calendar_id FROM calendars WHERE corp_id = :c AND owner_id = :o AND kind = 'primary'",
                c=self.corp_id,
                o=self.id("ann"),
            )
        )
        calendar_id: str = row[0]
        return calendar_id

    def publish(self) -> str:
        """A calendar of Ann's that the others may subscribe, and Bob manages; Fay does subscribe it."""
        given = CalendarChange(
            name="Menu",
            scope=GivenScope(union_ids=(self.id("fay"),)),
            managers=(self.id("bob"),),
        )
        made = self.write(
            lambda tx: subscribed.create_subscribed_calendar(
                tx, self.by(), self.id("ann"), given, new_bytes=os.urandom
            )
        )
        id_: str = made.calendar_id
        self.write(lambda tx: subscriptions.subscribe_calendar(tx, self.by(), self.id("fay"), id_))
        return id_

    def room(self, approval: Approval = "none") -> str:
        change = RoomChange(name="Blue", status=0, approval=approval)
        made = self.write(
            lambda tx: rooms.add_room(tx, self.corp_id, change, new_bytes=os.urandom, now_ms=self.now_ms)
        )
        id_: str = made.room_id
        return id_

    def book(self, event_id: str, room_id: str) -> None:
        self.write(
            lambda tx: meeting_rooms.add_meeting_rooms(tx, self.by(), self.place("ann"), event_id, [room_id])
        )

    def answer_for_room(self, event_id: str, room_id: str, status: RoomStatus) -> None:
        self.write(
            lambda tx: meeting_rooms.respond_for_room(
                tx, self.by(), self.place("adi"), event_id, room_id, status
            )
        )

    def remove_room(self, room_id: str) -> None:
        self.write(lambda tx: rooms.remove_room(tx, self.by(), self.id("adi"), room_id))

    # What is told

    def read(self) -> None:
        """All that happened."""

        async def steps() -> None:
            while await self.reading.step():
                pass

        self._run(steps())

    def notices(self) -> list[tuple[str, str, Told]]:
        """Who is told what now: by `here` and by `mail`."""
        self.read()

        def rows(tx: Tx) -> list[tuple[str, str, str, Told]]:
            here = tx.all(
                "SELECT person_id, id, body FROM notifications WHERE corp_id = :c ORDER BY number",
                c=self.corp_id,
            )
            mails = tx.all(
                "SELECT id, body FROM deliveries WHERE corp_id = :c AND channel = 'mail' ORDER BY number",
                c=self.corp_id,
            )
            told = [(id_, "here", person, msgspec.json.decode(body, type=Told)) for person, id_, body in here]
            for id_, body in mails:
                mail = msgspec.json.decode(body, type=MailNotice)
                assert mail.guest == (mail.email == GUEST)
                told.append((id_, "mail", mail.person_id, mail.notice))
            return told

        found = self._run(self.db.read(rows))
        new = [one for one in found if one[:2] not in self._seen]
        self._seen |= {one[:2] for one in new}
        return [(self.names.get(person, person), channel, notice) for _, channel, person, notice in new]

    def told(self) -> dict[str, str]:
        """The same, as `{"bob": "here mail change summary"}`; several of one person's are joined by ` + `."""
        by_person: dict[str, dict[str, list[str]]] = {}
        for person, channel, notice in self.notices():
            by_person.setdefault(person, {}).setdefault(spoken(notice), []).append(channel)
        return {
            person: " + ".join(f"{' '.join(channels)} {text}" for text, channels in found.items())
            for person, found in by_person.items()
        }


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


def spoken(told: Told) -> str:
    """What a notice is about, in few words."""
    if isinstance(told, SharedCalendar):
        return "share"
    return " ".join([told.kind, *_details(told)])


def _details(notice: Notice) -> list[str]:
    details = list(notice.changed)
    if notice.removed:
        details.append("removed")
    if notice.response:
        details.append(notice.response)
    details += [f"{one.name}={one.status}" for one in notice.rooms]
    if notice.occurrence:
        details.append(f"on {notice.occurrence[4:8]}")
    return details
