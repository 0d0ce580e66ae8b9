"""Answers that come back by mail, to an address that holds the code of one person and one event (decision 107)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from msgspec import Struct

from rili.actions.attendees import answer, standing_on
from rili.auth.callers import Caller
from rili.model.directory import email_key
from rili.model.event import Event
from rili.model.moment import Moment
from rili.model.people import Response
from rili.model.secrets import hash_secret
from rili.model.series import Slot
from rili.model.slots import SlotFinder
from rili.store import answer_links, attendee_rows, events, guests, users
from rili.store.answer_links import AnswerLink
from rili.store.db import Tx

BY_MAIL = ""
"""The app of what is answered by mail: none."""

Outcome = Literal["answered", "nothing_new", "nobodys", "not_theirs", "not_this_event"]
"""`nothing_new`: it is older than what is known, or says the same. `nobodys`: the code is of nobody who is invited.
`not_theirs`: it comes from another address. `not_this_event`: it speaks of another event, or of no occurrence.
"""


class MailAnswer(Struct, frozen=True, gc=False):
    """What somebody's calendar answers."""

    event_id: str
    at: Moment | date | None
    """Where the rule has the occurrence that it is about; None: the whole."""
    sequence: int
    """Of the message that it answers."""
    stamp_ms: int
    email: str
    """Whose answer it is, as it says."""
    response: Response


def answer_by_mail(
    tx: Tx, code: str, sent_from: str, answers: Sequence[MailAnswer], *, now_ms: int
) -> list[Outcome]:
    """Write what the person of that *code* answers; what became of each.

    Who it is from can be forged, a code cannot be guessed, but is forwarded with the mail that it stands in: so both
    must be of one person.
    """
    link = answer_links.get(tx, hash_secret(code), kind="mail")
    if link is None:
        return ["nobodys" for _ in answers]
    keys = _keys(tx, link)
    return [
        _answer(tx, link, one, now_ms)
        if {email_key(sent_from), email_key(one.email)} <= keys
        else "not_theirs"
        for one in answers
    ]


def _keys(tx: Tx, link: AnswerLink) -> set[str]:
    """The addresses of the person, as they are compared."""
    colleague = users.by_union_id(tx, link.corp_id, link.person_id)
    if colleague is not None:
        found = [colleague.email, colleague.org_email]
    else:
        found = [guests.emails(tx, link.corp_id, [link.person_id]).get(link.person_id)]
    return {email_key(email) for email in found if email}


def _answer(tx: Tx, link: AnswerLink, one: MailAnswer, now_ms: int) -> Outcome:
    stored = events.find(tx, link.corp_id, link.event_id)
    if stored is None or stored.deleted or stored.event.cancelled:
        return "nobodys"
    event = stored.event
    if one.event_id != event.id:
        return "not_this_event"
    slot = None
    if one.at is not None:
        slot = _slot(event, one.at)
        if slot is None:
            return "not_this_event"
    found = standing_on(tx, event, slot, link.person_id)
    if found is None:
        return "nobodys"
    there, me = found
    if there is not None and there.event.cancelled:
        return "nobodys"
    asked_version = (there.event if there else event).asked_version
    answered_ms = attendee_rows.answered_ms(tx, event, link.person_id, slot)
    stamp_ms = min(one.stamp_ms, now_ms)  # by a clock that is fast, later answers would be none
    if one.sequence < asked_version or (answered_ms is not None and stamp_ms < answered_ms // 1000 * 1000):
        return "nothing_new"
    if one.response == me.response:  # who left has declined, and is not brought back by saying so
        attendee_rows.stamp_answer(tx, event, me.person_id, slot, stamp_ms)
        return "nothing_new"
    by = Caller(corp_id=link.corp_id, app_key=BY_MAIL, kind="mail", scopes=frozenset(), now_ms=now_ms)
    answer(tx, by, stored, there, me, one.response, answered_ms=stamp_ms)
    return "answered"


def _slot(event: Event, at: Moment | date) -> Slot | None:
    return next(iter(SlotFinder(event.recurrence, event.when).find(at)), None)
