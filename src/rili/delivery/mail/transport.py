"""The transport of mails: each notice becomes a mail when it is sent, in the words of then."""

from __future__ import annotations

import logging
from collections.abc import Callable

import msgspec

from rili.delivery.aside import run_aside
from rili.delivery.mail.facts import Facts, addressed, read_facts
from rili.delivery.mail.message import Mail, NoAddress, Sender, write_mail
from rili.delivery.mail.smtp import Smtp, Unreachable
from rili.delivery.sending import Undelivered
from rili.model.notice import MailNotice
from rili.model.secrets import hash_secret
from rili.store import answer_links
from rili.store.db import Database, Tx
from rili.store.deliveries import Channel, Delivery

AWAY_MS = 60_000
"""How long a server that could not be reached is left alone."""

_MINUTE_MS = 60_000
_HOUR_MS = 60 * _MINUTE_MS
_log = logging.getLogger("rili.delivery")
_decode = msgspec.json.Decoder(MailNotice).decode


class MailTransport:
    """By one SMTP server, for everybody."""

    channel: Channel = "mail"
    at_once = 4
    lease_ms = 300_000
    # A mail server tries for about two days before it gives up (RFC 5321 4.5.4.1 asks for four or five).
    delays_ms = (
        _MINUTE_MS, 5 * _MINUTE_MS, 15 * _MINUTE_MS, 30 * _MINUTE_MS, _HOUR_MS, 2 * _HOUR_MS, 4 * _HOUR_MS,
        *(5 * [8 * _HOUR_MS]),
    )  # fmt: skip

    def __init__(self, db: Database, smtp: Smtp, sender: Sender, clock: Callable[[], int]) -> None:
        self._db = db
        self._smtp = smtp
        self._sender = sender
        self._clock = clock
        self._away_until_ms = 0

    def receivers(self) -> list[str] | None:
        return None if self._clock() >= self._away_until_ms else []

    async def send(self, delivery: Delivery) -> None:
        mail = await self._written(delivery)
        if mail is None:
            return
        await self._know(mail)
        try:
            await self._smtp.send(self._sender.address, mail.recipient, mail.content)
        except Unreachable:
            self._away_until_ms = self._clock() + AWAY_MS
            raise

    async def _written(self, delivery: Delivery) -> Mail | None:
        """The mail; None where nobody is left to read it."""
        queued, now_ms = _decode(delivery.body), self._clock()

        def read(tx: Tx) -> tuple[MailNotice, Facts] | None:
            notice = addressed(tx, delivery.corp_id, queued)
            facts = None if notice is None else read_facts(tx, delivery.corp_id, notice)
            return None if notice is None or facts is None else (notice, facts)

        found = await self._db.read(read)
        if found is None:
            return None
        try:
            return await run_aside(lambda: write_mail(delivery, *found, self._sender, now_ms=now_ms))
        except NoAddress:
            raise Undelivered("no mail can go to an address like this one", final=True) from None
        except Exception as defect:  # noqa: BLE001 - one that cannot be written must not be tried for ever
            _log.exception("a mail could not be written")
            raise Undelivered(f"the mail could not be written: {type(defect).__name__}") from None

    async def _know(self, mail: Mail) -> None:
        """Keep the hashes of the codes in it, before it can come back."""
        hashes = {hash_secret(code): link for code, link in mail.links.items()}
        if not hashes:
            return
        known = await self._db.read(lambda tx: answer_links.known(tx, hashes))
        if known != hashes.keys():
            now_ms = self._clock()

            def add(tx: Tx) -> None:
                for code_hash, link in hashes.items():
                    answer_links.add(tx, code_hash, link, now_ms)

            await self._db.write(add)
