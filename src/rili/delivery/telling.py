"""Tells people: by a notification here, which is written at once, and by mail, which is queued."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Raw, Struct

from rili.model.notice import Notice, Told, for_mail, in_brief
from rili.store import deliveries, notifications
from rili.store.db import Tx
from rili.store.deliveries import NewDelivery
from rili.store.notifications import NewNotification

_encode = msgspec.json.Encoder().encode


class Telling(Struct, frozen=True, gc=False):
    """What one person is told, and how."""

    person_id: str
    id: str
    """The same for the same person and thing, however often it is worked out; letters and digits, unique in the
    organisation. A mail's Message-ID is made of it."""
    notice: Notice
    here: bool
    """By a notification; nobody but a colleague has any."""
    email: str | None = None
    """By mail to this address."""
    guest: bool = False


class _Mail(Struct, frozen=True, gc=False, omit_defaults=True):
    """A `MailNotice` whose notice is text already."""

    person_id: str
    email: str
    notice: Raw
    guest: bool = False


def tell(tx: Tx, corp_id: str, tellings: Sequence[Telling], *, now_ms: int) -> None:
    """Write the notifications and queue the mails; call it once for each id."""
    brief: dict[int, Told] = {}  # many are told the same
    mailed: dict[int, Raw] = {}
    for one in tellings:
        key = id(one.notice)
        if one.here and key not in brief:
            brief[key] = in_brief(one.notice)
        if one.email is not None and key not in mailed:
            mailed[key] = Raw(_encode(for_mail(one.notice)))
    notifications.add(
        tx,
        corp_id,
        [NewNotification(one.person_id, one.id, brief[id(one.notice)]) for one in tellings if one.here],
        now_ms=now_ms,
    )
    mails = [
        NewDelivery(
            channel="mail",
            receiver="",
            subject=f"{one.notice.event.id} {one.person_id}",
            id=one.id,
            event_type=one.notice.kind,
            born_ms=now_ms,
            body=_encode(_Mail(one.person_id, one.email, mailed[id(one.notice)], one.guest)).decode(),
        )
        for one in tellings
        if one.email is not None
    ]
    deliveries.add(tx, corp_id, mails, now_ms=now_ms)
