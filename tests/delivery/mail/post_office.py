"""A mail server that keeps what it is given, as the standard library reads it."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


class PostOffice:
    """What was delivered, and how the next ones are received."""

    def __init__(self, port: int) -> None:
        self.url = f"smtp://127.0.0.1:{port}"
        self.envelopes: list[Envelope] = []
        self.sessions: set[int] = set()
        self._refusals: dict[str, list[str]] = {}

    def refuse(self, answers: dict[str, list[str]]) -> None:
        """By the command (MAIL, RCPT, DATA) or the address: what is answered instead, one after another."""
        self._refusals = {of: list(said) for of, said in answers.items()}

    @property
    def mails(self) -> list[EmailMessage]:
        return [parsed(one.original_content or b"") for one in self.envelopes]

    def take(self) -> list[EmailMessage]:
        """What came since the last time."""
        mails = self.mails
        self.envelopes.clear()
        return mails

    # What aiosmtpd calls

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if said := self._refusal("MAIL"):
            return said
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if said := self._refusal("RCPT") or self._refusal(address):
            return said
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        said = self._refusal("DATA")
        if said == "drop":  # it has it, and dies before it says so
            self.envelopes.append(envelope)
            server.transport.abort()
            return "250 OK"
        if said == "hang":
            await asyncio.Event().wait()
        if said:
            return said
        self.sessions.add(id(session))
        self.envelopes.append(envelope)
        return "250 OK"

    def _refusal(self, of: str) -> str | None:
        waiting = self._refusals.get(of)
        return waiting.pop(0) if waiting else None


def parsed(content: bytes) -> EmailMessage:
    mail = message_from_bytes(content, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert mail.defects == []
    return mail


def part_of(mail: EmailMessage, content_type: str) -> Any:
    """The only part of that type, decoded."""
    (part,) = [one for one in mail.walk() if one.get_content_type() == content_type]
    return part.get_content()


@contextmanager
def in_thread(start: Any) -> Generator[Any]:
    """What the coroutine *start* returns, on a loop of its own while the block lasts."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="post office", daemon=True)
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(start, loop).result()
    finally:
        asyncio.run_coroutine_threadsafe(_end_all(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _end_all() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@contextmanager
def post_office(
    *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None, password: str | None = None
) -> Generator[PostOffice]:
    """A server on a free port."""
    office = PostOffice(0)

    def authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password.decode() == password, handled=False)

    def protocol() -> SMTP:
        return SMTP(
            office,
            enable_SMTPUTF8=True,
            tls_context=starttls,
            require_starttls=starttls is not None,
            auth_required=password is not None,
            auth_require_tls=False,
            authenticator=authenticate,
        )

    async def listen() -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=tls)

    with in_thread(listen()) as server:
        port = server.sockets[0].getsockname()[1]
        office.url = f"{'smtps' if tls else 'smtp'}://127.0.0.1:{port}"
        yield office
        server.get_loop().call_soon_threadsafe(server.close)
