"""Hands mails to an SMTP server: over a few connections, which are kept, each used by one thread at a time."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import ssl
from contextlib import suppress

from rili.delivery.aside import run_aside
from rili.delivery.sending import Undelivered
from rili.model.mail_server import MailServer

CONNECTIONS = 4
SILENCE_S = 20.0
"""How long the server may say nothing."""
ATTEMPT_S = 60.0
"""How long one mail may take."""
_UTF8 = "SMTPUTF8"


class Unreachable(Undelivered):
    """No mail can be sent now: it is not this one's fault."""


class _Attempt:
    """One mail on its way, which may be given up."""

    def __init__(self, sender: str, recipient: str, message: bytes) -> None:
        self.sender = sender
        self.recipient = recipient
        self.message = message
        self.connection: smtplib.SMTP | None = None
        self.given_up = False

    def abort(self) -> None:
        """End what its thread waits for; where it has not begun to hand the mail over, it does not."""
        self.given_up = True
        found = self.connection and self.connection.sock
        if found:
            with suppress(OSError):
                found.shutdown(socket.SHUT_RDWR)


class Smtp:
    """One server. *name*: what this machine calls itself there."""

    def __init__(self, server: MailServer, name: str, *, attempt_s: float = ATTEMPT_S) -> None:
        self._server = server
        self._name = name
        self._attempt_s = attempt_s
        self._free = asyncio.Semaphore(CONNECTIONS)
        self._idle: list[smtplib.SMTP] = []

    async def send(self, sender: str, recipient: str, message: bytes) -> None:
        """Return when the server has taken *message*. Raises Undelivered, of one that cannot be asked Unreachable."""
        attempt = _Attempt(sender, recipient, message)
        async with self._free:
            try:
                async with asyncio.timeout(self._attempt_s):
                    await run_aside(lambda: self._send(attempt))
            except TimeoutError:
                attempt.abort()
                raise Unreachable("the mail server took too long") from None

    def _send(self, attempt: _Attempt) -> None:
        connection = self._idle_one()
        if connection is None:
            connection = self._connect()
        attempt.connection = connection
        if attempt.given_up:
            self._keep(connection, ended=True)
            raise Unreachable("the mail server took too long")
        try:
            self._hand_over(connection, attempt)
        except smtplib.SMTPServerDisconnected as lost:
            connection.close()
            raise Unreachable(f"the mail server ended the connection: {lost}") from None
        except OSError as failure:
            connection.close()
            raise Unreachable(f"the mail server cannot be reached: {_said(failure)}") from None
        except Undelivered:
            self._keep(connection, ended=True)
            raise
        self._keep(connection, ended=False)

    def _hand_over(self, connection: smtplib.SMTP, attempt: _Attempt) -> None:
        options: list[str] = []
        if not attempt.recipient.isascii():
            if not connection.has_extn(_UTF8.lower()):
                raise Undelivered(
                    "the mail server takes no addresses with other letters (SMTPUTF8)", final=True
                )
            options.append(_UTF8)
        code, said = connection.mail(attempt.sender, options)
        if code != 250:
            raise Unreachable(
                f"the mail server does not take {attempt.sender} as a sender: {_line(code, said)}"
            )
        code, said = connection.rcpt(attempt.recipient)
        if code not in (250, 251):
            raise Undelivered(f"the address was refused: {_line(code, said)}", final=code >= 500)
        try:
            code, said = connection.data(attempt.message)
        except smtplib.SMTPDataError as refused:
            code, said = refused.smtp_code, _bytes(refused.smtp_error)
        if code != 250:
            raise Undelivered(f"the mail was refused: {_line(code, said)}", final=code >= 500)

    def _idle_one(self) -> smtplib.SMTP | None:
        """A connection that is still good. The server may have ended it, or gone, since the last mail."""
        while self._idle:
            connection = self._idle.pop()
            with suppress(OSError, smtplib.SMTPException):
                if connection.noop()[0] == 250:
                    return connection
            connection.close()
        return None

    def _keep(self, connection: smtplib.SMTP, *, ended: bool) -> None:
        """For the next mail. *ended*: in the middle of one, which is forgotten."""
        try:
            if not ended or connection.rset()[0] == 250:
                self._idle.append(connection)
                return
        except (OSError, smtplib.SMTPException):
            pass
        connection.close()

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        connection: smtplib.SMTP | None = None
        try:
            if server.tls == "at_once":
                connection = smtplib.SMTP_SSL(
                    server.host,
                    server.port,
                    self._name,
                    timeout=SILENCE_S,
                    context=ssl.create_default_context(),
                )
            else:
                connection = smtplib.SMTP(server.host, server.port, self._name, timeout=SILENCE_S)
            connection.ehlo_or_helo_if_needed()
            if server.tls == "starttls":
                connection.starttls(context=ssl.create_default_context())
                connection.ehlo_or_helo_if_needed()
            if server.user:
                connection.login(server.user, server.password)
        except (OSError, smtplib.SMTPException) as failure:  # an SMTPException is an OSError too, of today
            if connection is not None:
                connection.close()
            raise Unreachable(f"the mail server cannot be used: {_said(failure)}") from None
        return connection


def _said(failure: Exception) -> str:
    if isinstance(failure, smtplib.SMTPResponseException):
        return _line(failure.smtp_code, _bytes(failure.smtp_error))
    return " ".join(str(failure).split())[:200] or type(failure).__name__


def _line(code: int, said: bytes) -> str:
    return " ".join(f"{code} {said.decode('utf-8', 'replace')}".split())[:200]


def _bytes(said: bytes | str) -> bytes:
    return said.encode() if isinstance(said, str) else said
