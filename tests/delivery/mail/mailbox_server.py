"""A mailbox that is read by IMAP: pymap, with everything in memory."""

from __future__ import annotations

import asyncio
import imaplib
import os
from argparse import Namespace
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from proxyprotocol.sock import SocketInfoLocal
from pymap.backend.dict import Config, DictBackend
from pymap.imap import IMAPServer

from tests.delivery.mail.post_office import in_thread

USER = "answers@example.com"


class MailboxServer:
    """One mailbox, looked into over IMAP too."""

    def __init__(self, port: int, password: str) -> None:
        self.port = port
        self.password = password
        self.url = f"imap://{USER.replace('@', '%40')}:{password}@127.0.0.1:{port}/INBOX"

    def put(self, *messages: bytes) -> None:
        """New mail."""
        with self._open() as connection:
            for message in messages:
                assert connection.append("INBOX", "", "", message)[0] == "OK"

    def flags(self) -> list[set[str]]:
        """Of each message."""
        with self._open() as connection:
            _, found = connection.uid("FETCH", "1:*", "(FLAGS)")
            texts = [one.decode() for one in found if isinstance(one, bytes)]
            return [{flag for flag in ("\\Seen", "\\Flagged") if flag in text} for text in texts]

    def empty(self) -> None:
        with self._open() as connection:
            connection.uid("STORE", "1:*", "+FLAGS", r"(\Deleted)")
            connection.expunge()

    @contextmanager
    def _open(self) -> Generator[imaplib.IMAP4]:
        connection = imaplib.IMAP4("127.0.0.1", self.port, timeout=20)
        try:
            connection.login(USER, self.password)
            connection.select()
            yield connection
        finally:
            connection.logout()


@contextmanager
def mailbox_server() -> Generator[MailboxServer]:
    """A server on a free port."""
    password = os.urandom(12).hex()

    async def listen() -> asyncio.Server:
        args = Namespace(host=["127.0.0.1"], port="0", debug=False, cert=None, key=None, tls=False,
                         passlib_cfg=None, proxy_protocol=None, demo_data=False, demo_user=USER,
                         demo_password=password)  # fmt: skip
        backend, config = await DictBackend.init(args)
        assert isinstance(config, Config)
        config.apply_context()
        server = IMAPServer(backend.login, config)

        async def serve(reader: Any, writer: Any) -> None:
            await server(reader, writer, SocketInfoLocal(writer))

        return await asyncio.start_server(serve, "127.0.0.1", 0)

    with in_thread(listen()) as server:
        yield MailboxServer(server.sockets[0].getsockname()[1], password)
        server.get_loop().call_soon_threadsafe(server.close)
