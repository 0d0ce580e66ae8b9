"""Delivers events over the streams that apps have open here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from rili.delivery.sending import Away, Undelivered
from rili.delivery.streams import Lost, Streams
from rili.store.deliveries import Channel, Delivery
from rili.wire.stream import event_frame

LEASE_MARGIN_MS = 10_000


class StreamTransport:
    """One attempt is one frame on one connection, and the answer to it."""

    channel: Channel = "stream"
    at_once = 32
    delays_ms: tuple[int, ...] = (10_000, 30_000)

    def __init__(self, streams: Streams, clock: Callable[[], int], *, ack_s: float) -> None:
        """*ack_s*: how long an answer may take."""
        self._streams = streams
        self._clock = clock
        self._ack_s = ack_s
        self.lease_ms = round(ack_s * 1000) + LEASE_MARGIN_MS

    def receivers(self) -> list[str]:
        """A stream is an app's, and brings what happens in every organisation that it is told of."""
        return self._streams.apps()

    async def send(self, delivery: Delivery) -> None:
        stream = self._streams.pick(delivery.receiver)
        if stream is None:
            raise Away
        message_id = stream.new_message_id()
        frame = event_frame(
            message_id=message_id,
            connection_id=stream.id,
            now_ms=self._clock(),
            app_key=delivery.receiver,
            corp_id=delivery.corp_id,
            event_type=delivery.event_type,
            event_id=delivery.id,
            born_ms=delivery.born_ms,
            data=delivery.body,
        )
        try:
            async with asyncio.timeout(self._ack_s):
                answer = await stream.ask(message_id, frame)
        except TimeoutError:
            raise Undelivered(f"no answer within {self._ack_s:g} seconds") from None
        except Lost:
            raise Away from None
        if answer.refusal is not None:
            raise Undelivered(answer.refusal)
