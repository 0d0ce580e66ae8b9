"""Looks for answers in a mailbox, by IMAP (RFC 9051), once a minute.

Unread messages are looked at, each once: what was understood is marked as read, what was not is flagged besides, for
people to look at. Nothing is deleted or moved.
"""

from __future__ import annotations

import asyncio
import imaplib
import logging
import re
import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress

from rili.delivery.aside import leave_aside, run_aside
from rili.delivery.mail.inbound import MESSAGE_BYTES, Verdict
from rili.errors import Unavailable
from rili.model.mail_server import MailServer

EVERY_MS = 60_000
MESSAGES = 50
"""Looked at in one go."""
SILENCE_S = 20.0

_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_log = logging.getLogger("rili.mail")

Receive = Callable[[bytes], Awaitable[Verdict]]
"""Raises Unavailable when it should be given the message again."""


class Mailbox:
    """The duty of one mailbox. Several workers may look into it: an answer that is written twice is written once."""

    name = "answers by mail"
    pause_s = 5.0

    def __init__(self, server: MailServer, receive: Receive, clock: Callable[[], int]) -> None:
        self._server = server
        self._receive = receive
        self._clock = clock
        self._next_ms = 0
        self._looking = asyncio.Lock()

    async def step(self) -> int:
        async with self._looking:
            now_ms = self._clock()
            if now_ms < self._next_ms:
                return 0
            self._next_ms = now_ms + EVERY_MS
            try:
                done = await self._look()
            except (OSError, imaplib.IMAP4.error, TimeoutError) as failure:
                _log.warning("%s: the mailbox cannot be read: %s", self.name, type(failure).__name__)
                return 0
            if done == MESSAGES:  # there may be more
                self._next_ms = 0
            return done

    async def rest(self) -> None:
        async with self._looking:
            return

    async def _look(self) -> int:
        connection = await run_aside(self._open)
        try:
            uids = await run_aside(lambda: _unread(connection))
            for uid in uids:
                await self._take(connection, uid)
            return len(uids)
        finally:
            leave_aside(lambda: _close(connection))  # also when the process ends

    async def _take(self, connection: imaplib.IMAP4, uid: bytes) -> None:
        message = await run_aside(lambda: _fetch(connection, uid))
        verdict: Verdict = "not_understood"
        if message is not None:
            try:
                verdict = await self._receive(message)
            except Unavailable:
                raise
            except Exception:  # noqa: BLE001 - one message must not keep the others from being read
                _log.exception("%s: a message was left", self.name)
        left = verdict in ("not_understood", "remark")
        flags = r"(\Seen \Flagged)" if left else r"(\Seen)"
        await run_aside(lambda: connection.uid("STORE", uid.decode(), "+FLAGS.SILENT", flags))

    def _open(self) -> imaplib.IMAP4:
        server = self._server
        connection: imaplib.IMAP4
        if server.tls == "at_once":
            context = ssl.create_default_context()
            connection = imaplib.IMAP4_SSL(server.host, server.port, ssl_context=context, timeout=SILENCE_S)
        else:
            connection = imaplib.IMAP4(server.host, server.port, timeout=SILENCE_S)
        try:
            if server.tls == "starttls":
                connection.starttls(ssl.create_default_context())
            connection.login(server.user, server.password)
            quoted = server.mailbox.replace("\\", "\\\\").replace('"', '\\"')
            if connection.select(f'"{quoted}"')[0] != "OK":
                raise imaplib.IMAP4.error("no such mailbox")
        except BaseException:
            _close(connection)
            raise
        return connection


def _unread(connection: imaplib.IMAP4) -> list[bytes]:
    _, found = connection.uid("SEARCH", "UNSEEN")
    return (found[0] or b"").split()[:MESSAGES] if found else []


def _fetch(connection: imaplib.IMAP4, uid: bytes) -> bytes | None:
    """The message, still unread; None when it is too long to be an answer, or gone."""
    _, sizes = connection.uid("FETCH", uid.decode(), "(UID RFC822.SIZE)")
    size = _SIZE.search(b" ".join(one for one in sizes if isinstance(one, bytes)))
    if size is None or int(size[1]) > MESSAGE_BYTES:
        return None
    _, parts = connection.uid("FETCH", uid.decode(), "(UID BODY.PEEK[])")
    found: list[tuple[bytes, bytes]] = [part for part in parts if isinstance(part, tuple)]
    return found[0][1] if found else None


def _close(connection: imaplib.IMAP4) -> None:
    with suppress(OSError, imaplib.IMAP4.error):
        connection.logout()
