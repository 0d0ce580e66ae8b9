"""The transport of HTTP callbacks."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from rili.actions.push_settings import Push, opened
from rili.auth.sealing import SecretKey
from rili.delivery.callback import receiver_of, tell
from rili.delivery.outgoing import Outgoing, Unanswered
from rili.delivery.sending import Undelivered
from rili.model.ids import NewBytes
from rili.store import push_settings
from rili.store.db import Database
from rili.store.deliveries import Channel, Delivery
from rili.wire.callback import plaintext

RETRY_MS: tuple[int, ...] = (10_000, 30_000)
"""Source: DingTalk "obtain-the-event-list-of-failed-push-messages"."""


class HttpCallbacks:
    """Tells apps at the addresses of their settings."""

    channel: Channel = "http"
    at_once = 8
    delays_ms: tuple[int, ...] = RETRY_MS

    def __init__(
        self,
        db: Database,
        outgoing: Outgoing,
        key: SecretKey | None,
        clock: Callable[[], int],
        new_bytes: NewBytes,
        *,
        timeout_ms: int,
    ) -> None:
        self._db = db
        self._outgoing = outgoing
        self._key = key
        self._clock = clock
        self._new_bytes = new_bytes
        self._timeout_ms = timeout_ms
        self.lease_ms = timeout_ms + 30_000

    def receivers(self) -> None:
        return None

    async def send(self, delivery: Delivery) -> None:
        """Raises Undelivered; NoSecretKey, WrongSecretKey where this process cannot read the settings."""
        push = await self._settings(delivery.receiver)
        told = plaintext(
            delivery.event_type,
            delivery.id,
            delivery.born_ms,
            delivery.corp_id,
            delivery.body,
        )
        try:
            await tell(
                self._outgoing,
                receiver_of(push, delivery.corp_id),
                msgspec.json.encode(told).decode(),
                new_bytes=self._new_bytes,
                now_ms=self._clock(),
                timeout_ms=self._timeout_ms,
            )
        except Unanswered as unanswered:
            raise Undelivered(f"{unanswered.fault}: {unanswered}") from None

    async def _settings(self, app_key: str) -> Push:
        settings = await self._db.read(lambda tx: push_settings.get(tx, app_key))
        if settings is None or settings.channel != self.channel:
            raise Undelivered("the app is told by HTTP callback no more", final=True)
        return opened(settings, self._key)
