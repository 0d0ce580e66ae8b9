"""Guests answer without signing in: by a link that speaks of one guest and one event, and dies with their removal."""

from __future__ import annotations

from msgspec import Struct

from rili.actions.access import no_event, slot_of, target_of
from rili.actions.attendees import answer, standing_on
from rili.auth.callers import Caller
from rili.errors import InvalidParameter, ItemNotFound
from rili.model.directory import email_key
from rili.model.event import Event
from rili.model.ids import NewBytes, opaque_id
from rili.model.people import Attendee, Response
from rili.model.secrets import hash_secret
from rili.model.series import Instance
from rili.store import answer_links, events, guests
from rili.store.answer_links import AnswerLink
from rili.store.db import Tx

CODE_CHARACTERS = 32
BY_LINK = ""
"""The app of what is answered through a link: none."""


class Invitation(Struct, frozen=True, gc=False):
    """What a link shows: an event or one occurrence, the guest as they stand on it, and who organizes it."""

    event: Event
    guest: Attendee
    organizer: Attendee


def mint_link(tx: Tx, corp_id: str, event_id: str, email: str, *, new_bytes: NewBytes, now_ms: int) -> str:
    """The code of a new link for the guest with that address: it is shown here, and never again.

    Raises ItemNotFound for an event that is not there, InvalidParameter for who is no guest on it.
    """
    target = target_of(event_id)
    stored = events.find(tx, corp_id, target.event_id)
    if stored is None or stored.deleted:
        raise no_event(event_id)
    slot = slot_of(stored.event, target) if target != target_of(stored.event.id) else None
    if slot is None and target != target_of(stored.event.id):
        raise no_event(event_id)
    person_id = guests.by_keys(tx, corp_id, [email_key(email)]).get(email_key(email))
    link = AnswerLink(corp_id, target.event_id, slot, person_id or "")
    if person_id is None or standing_on(tx, stored.event, slot, person_id) is None:
        raise InvalidParameter(description=f"{email} is no guest of this event")
    code = opaque_id(new_bytes, CODE_CHARACTERS)
    answer_links.add(tx, hash_secret(code), link, now_ms)
    return code


def find_invitation(tx: Tx, code: str) -> Invitation:
    """What the link with that *code* shows. Raises ItemNotFound."""
    link = _link(tx, code)
    stored = events.find(tx, link.corp_id, link.event_id, lock=False)
    if stored is None or stored.deleted:
        raise _dead()
    one, guest = _standing(tx, stored.event, link)
    if (one.event if one else stored.event).cancelled:
        raise _dead()
    _, organizer = _standing(tx, stored.event, link, stored.event.organizer_id)
    return Invitation(one.event if one else stored.event, guest, organizer)


def answer_invitation(tx: Tx, code: str, response: Response, *, now_ms: int) -> Invitation:
    """Write what the guest answers; what the link shows then. Raises ItemNotFound for a link that is dead."""
    link = _link(tx, code)
    stored = events.find(tx, link.corp_id, link.event_id)
    if stored is None or stored.deleted:
        raise _dead()
    one, guest = _standing(tx, stored.event, link)
    if (one.event if one else stored.event).cancelled:
        raise _dead()
    by = Caller(corp_id=link.corp_id, app_key=BY_LINK, kind="link", scopes=frozenset(), now_ms=now_ms)
    answer(tx, by, stored, one, guest, response)
    return find_invitation(tx, code)


def _link(tx: Tx, code: str) -> AnswerLink:
    link = answer_links.get(tx, hash_secret(code)) if len(code) == CODE_CHARACTERS else None
    if link is None:
        raise _dead()
    return link


def _standing(
    tx: Tx, event: Event, link: AnswerLink, person_id: str | None = None
) -> tuple[Instance | None, Attendee]:
    found = standing_on(tx, event, link.slot, person_id or link.person_id)
    if found is None:
        raise _dead()
    return found


def _dead() -> ItemNotFound:
    return ItemNotFound(description="the link is not, or no longer, good")
