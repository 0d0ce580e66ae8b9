"""Hands out to apps what was announced: each organisation's in order, and each announcement exactly once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec
from msgspec import Struct

from rili.delivery.audience import PUSHES, hears, push
from rili.delivery.turns import InTurns
from rili.model import announced
from rili.model.announced import (
    DepartmentNews,
    OrganisationNews,
    PersonNews,
    RoleHolderNews,
    RoleNews,
    RoomNews,
    Seen,
)
from rili.model.app_kinds import INTERNAL
from rili.model.ids import NewBytes
from rili.store import announcements, deliveries, organisations, push_settings
from rili.store.announcements import Announcement
from rili.store.db import Database, Tx
from rili.store.deliveries import NewDelivery
from rili.store.push_settings import Subscriber
from rili.wire import contact_pushes, pushes
from rili.wire.contact_pushes import To
from rili.wire.topapi_users import Rights

ANNOUNCEMENTS = 64
"""Of one transaction, at most."""


class HandingOut(InTurns):
    """The duty that reads announcements. One that nobody is told of goes all the same."""

    name = "announcements for apps"

    def __init__(
        self,
        db: Database,
        clock: Callable[[], int],
        new_bytes: NewBytes,
        rung: Callable[[], None] = lambda: None,
    ) -> None:
        super().__init__(db, rung)
        self._clock = clock
        self._new_bytes = new_bytes

    def waiting(self, tx: Tx) -> list[str]:
        return announcements.waiting_in(tx)

    def work(self, tx: Tx, corp_id: str) -> int:
        if not tx.claim(f"{corp_id} announcements"):
            return 0
        found = announcements.first(tx, corp_id, ANNOUNCEMENTS)
        organisation = organisations.get(tx, corp_id)
        if not found or organisation is None:
            return 0
        apps = push_settings.hold_subscribers(tx, corp_id)
        new: list[NewDelivery] = []
        done = 0
        for one in found:
            new += self._pushes(one.announcement, apps, organisation.zone)
            announcements.remove(tx, corp_id, one)
            done += 1
            if len(new) >= PUSHES:
                break
        deliveries.add(tx, corp_id, new, now_ms=self._clock())
        return done

    def _pushes(self, one: Announcement, apps: Iterable[Subscriber], zone: str) -> Iterable[NewDelivery]:
        news = _DECODERS[one.event_type](one.body)
        for app in apps:
            for event_type, body in _told(news, app, one.created_ms, zone):
                if hears(app, event_type):
                    yield push(app, event_type, one.subject, one.created_ms, body, self._new_bytes)


def _told(news: Struct, app: Subscriber, at_ms: int, zone: str) -> Iterable[tuple[str, str]]:
    if isinstance(news, RoomNews):
        body = pushes.room_info(news.before, news.after)
        return [] if body is None else [(pushes.MEETINGROOM_ROOM_INFO, body)]
    seen = news.seen if isinstance(news, PersonNews | RoleHolderNews | DepartmentNews) else Seen()
    to = To(
        internal=app.kind == INTERNAL,
        rights=Rights.granted(app.kind, app.scopes),
        saw=not app.ranged or app.app_key in seen.before,
        sees=not app.ranged or app.app_key in seen.after,
        at_ms=at_ms,
        zone=zone,
    )
    match news:
        case PersonNews():
            told = contact_pushes.of_person(news, to)
        case RoleHolderNews():
            told = contact_pushes.of_role_holder(news, to)
        case DepartmentNews():
            told = contact_pushes.of_department(news, to)
        case RoleNews():
            told = contact_pushes.of_role(news, to)
        case OrganisationNews():
            told = contact_pushes.of_organisation(news, to)
        case _:
            raise TypeError(type(news))
    return [(one.event_type, pushes.encode(one.body)) for one in told]


_DECODERS: dict[str, Callable[[str], Struct]] = {
    announced.PERSON: msgspec.json.Decoder(PersonNews).decode,
    announced.ROLE_HOLDER: msgspec.json.Decoder(RoleHolderNews).decode,
    announced.DEPARTMENT: msgspec.json.Decoder(DepartmentNews).decode,
    announced.ROLE: msgspec.json.Decoder(RoleNews).decode,
    announced.ORGANISATION: msgspec.json.Decoder(OrganisationNews).decode,
    announced.ROOM: msgspec.json.Decoder(RoomNews).decode,
}
