"""Tells people: by a notification here, which is written at once, and by mail, which is queued."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from rili.model.notice import MailNotice, Notice
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


def tell(tx: Tx, corp_id: str, tellings: Sequence[Telling], *, now_ms: int) -> None:
    """Write the notifications and queue the mails; call it once for each id."""
    notifications.add(
        tx,
        corp_id,
        [NewNotification(one.person_id, one.id, one.notice) for one in tellings if one.here],
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
            body=_encode(MailNotice(one.person_id, one.email, one.notice, one.guest)).decode(),
        )
        for one in tellings
        if one.email is not None
    ]
    deliveries.add(tx, corp_id, mails, now_ms=now_ms)
