"""What a mail needs to know besides its notice, as it is when the mail is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from rili.actions.attendees import standing_on
from rili.actions.occurrences import people_of
from rili.delivery.mail.words import Language, language_of
from rili.model.directory import Organisation
from rili.model.event import Event
from rili.model.expansion import occurrence_at
from rili.model.notice import MailNotice, Notice
from rili.model.people import Attendee, OwnPlace, people_on
from rili.model.series import PLAIN, Instance, Override, Slot, instance
from rili.store import attendee_rows, attendees, events, guests, organisations, overrides, users
from rili.store.db import Tx
from rili.store.events import Stored

NAMES = 2_000
"""Of people in one mail, at most, those of exceptions included."""
PEOPLE_NAMED = 200
"""On an event, at most, that a mail about it names them all."""


class Subject(Struct, frozen=True):
    """What the calendar part of a mail is written from."""

    event: Event
    people: Sequence[Attendee]
    """The organizer among them."""
    instance: Instance | None = None
    overrides: Mapping[Slot, Override] = {}
    people_on: Mapping[Slot, Sequence[Attendee]] = {}

    def everybody(self) -> dict[str, Attendee]:
        """All whom it names, by their ids."""
        return {one.person_id: one for people in (self.people, *self.people_on.values()) for one in people}


class Facts(Struct, frozen=True, kw_only=True):
    """Of one mail."""

    organisation: Organisation
    language: Language
    zone: str
    organizer: Attendee
    operator: Attendee | None
    emails: Mapping[str, str]
    """Of colleagues whom it names, by id."""
    subject: Subject
    invited: bool
    """Whether its reader is on the event now, and it is not called off: so they can answer."""
    called_off: bool
    """Whether the event is deleted or cancelled, and not its reader taken off it alone."""
    version: int
    """Of the event or series, now."""


class _Place(Struct, frozen=True):
    """Where the reader of a mail is."""

    stored: Stored | None
    slot: Slot | None
    instance: Instance | None = None
    me: Attendee | None = None


def read_facts(tx: Tx, corp_id: str, mail: MailNotice) -> Facts | None:
    """What is known of *mail* now; None when the organisation, or the colleague whom it is for, is gone."""
    notice = mail.notice
    organisation = organisations.get(tx, corp_id)
    reader = None if mail.guest else users.by_union_id(tx, corp_id, mail.person_id)
    if organisation is None or (reader is None and not mail.guest):
        return None
    place = _place(tx, corp_id, mail)
    invited = place.me is not None and not place.me.left
    live = (
        place.stored.event if invited and place.stored and notice.kind in ("invitation", "change") else None
    )
    organizer, operator = _named(tx, corp_id, notice, live or notice.event)
    me = place.me or Attendee(mail.person_id, reader.name if reader else mail.email)
    if mail.guest:
        me = replace(me, email=mail.email, name=mail.email)
    if live is not None:
        subject = _live(tx, place, organizer, me, guest=mail.guest)
    else:
        other = operator if notice.kind == "answer" and operator is not None else me
        subject = _told(notice, place, [organizer, other])
    colleagues = [id_ for id_, one in subject.everybody().items() if one.email is None]
    emails = {id_: email for id_, email in users.present_emails(tx, corp_id, colleagues).items() if email}
    return Facts(
        organisation=organisation,
        language=language_of((reader and reader.language) or organisation.language),
        zone=(reader and reader.zone) or organisation.zone,
        organizer=organizer,
        operator=operator,
        emails=emails if mail.guest else emails | {mail.person_id: mail.email},
        subject=subject,
        invited=invited,
        called_off=_is_called_off(tx, place),
        version=max(notice.event.version, place.stored.event.version if place.stored else 0),
    )


def addressed(tx: Tx, corp_id: str, mail: MailNotice) -> MailNotice | None:
    """*mail* to the address that its reader has now; None for a colleague who is gone, or has none any more."""
    if mail.guest:
        return mail
    email = users.present_emails(tx, corp_id, [mail.person_id]).get(mail.person_id)
    return None if email is None else replace(mail, email=email)


def _place(tx: Tx, corp_id: str, mail: MailNotice) -> _Place:
    slot = Slot.of_key(mail.notice.occurrence) if mail.notice.occurrence else None
    stored = events.find(tx, corp_id, mail.notice.event.id, lock=False)
    if stored is None or stored.deleted:
        return _Place(stored, slot)
    found = standing_on(tx, stored.event, slot, mail.person_id)
    one, me = found or (None, None)
    if (one.event if one else stored.event).cancelled:
        return _Place(stored, slot)
    return _Place(stored, slot, one, me)


def _named(tx: Tx, corp_id: str, notice: Notice, event: Event) -> tuple[Attendee, Attendee | None]:
    """Who organizes *event*, and who did what is told."""
    ids = [event.organizer_id, *([notice.operator_id] if notice.operator_id else [])]
    names, addresses = users.names(tx, corp_id, ids), guests.emails(tx, corp_id, ids)
    organizer = Attendee(ids[0], names.get(ids[0], ""), response="accepted")
    if notice.operator_id is None:
        return organizer, None
    email = addresses.get(notice.operator_id)
    name = names.get(notice.operator_id) or email or ""
    return organizer, Attendee(
        notice.operator_id, name, response=notice.response or "needsAction", email=email
    )


def _is_called_off(tx: Tx, place: _Place) -> bool:
    stored, slot = place.stored, place.slot
    if stored is None or stored.deleted or stored.event.cancelled:
        return True
    if slot is None:
        return False
    override = overrides.get(tx, stored.event.corp_id, stored.event.id, slot) or PLAIN
    return override.removed or override.cancelled


def _told(notice: Notice, place: _Place, people: Sequence[Attendee]) -> Subject:
    """By the notice alone: of what is over for its reader, of an answer, of a reminder."""
    stored, slot = place.stored, place.slot
    if slot is None:
        return Subject(notice.event, people)
    occurrence = None
    if stored is not None and stored.event.recurrence is not None:
        occurrence = occurrence_at(stored.event.recurrence, stored.event.when, slot.day, slot.number)
    if stored is None or occurrence is None:  # the rule that had it is gone
        when = notice.event.when
        one = Instance(notice.event, slot, when.starts_ms, when, PLAIN, notice.event)
    else:
        one = replace(instance(stored.event, occurrence), event=notice.event)
    return Subject(notice.event, people, one)


def _live(tx: Tx, place: _Place, organizer: Attendee, me: Attendee, *, guest: bool) -> Subject:
    """As it is now, which is what its reader's calendar should hold."""
    assert place.stored is not None
    event, one = place.stored.event, place.instance
    there = {} if one or event.recurrence is None else overrides.of_event(tx, event.corp_id, event.id)
    named = min(PEOPLE_NAMED, NAMES // (1 + len(there)))  # each exception names all people again
    few = guest or attendee_rows.has_more_than(tx, event.corp_id, event.id, named)
    if one is not None:
        return Subject(one.event, [organizer, me] if few else people_of(tx, one), one)
    people = [organizer, me] if few else attendees.of_event(tx, event.corp_id, event.id)
    if event.recurrence is None:
        return Subject(event, people)
    mine = attendee_rows.own_places_of(tx, event, me.person_id)
    own = {slot: [_as(there, me)] for slot, there in mine.items()}
    if not few:
        own = attendees.own_places(tx, event.corp_id, [event.id]).get(event.id, {})
    people_there = {
        slot: people_on(
            people, own.get(slot, []), event.organizer_id, asked_again=there.get(slot, PLAIN).asked_again
        )
        for slot in own.keys() | there.keys()
    }
    for slot, mine_there in mine.items():
        if mine_there.removed or mine_there.attendee.left:
            there[slot] = replace(there.get(slot, PLAIN), removed=True)
    return Subject(event, people, None, there, people_there)


def _as(own: OwnPlace, me: Attendee) -> OwnPlace:
    return replace(own, attendee=replace(own.attendee, name=me.name, email=me.email))
