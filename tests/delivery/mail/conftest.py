from __future__ import annotations

import os
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
import typer
from typer.testing import CliRunner

from rili.cli.admin import register
from rili.testing import Rili, running
from tests.conformance.clients import App
from tests.delivery.mail.mailbox_server import MailboxServer, mailbox_server
from tests.delivery.mail.post_office import PostOffice, post_office

cli = typer.Typer()
register(cli)


class Post:
    """A server that sends its mails to *office*, and finds answers in *mailbox*."""

    def __init__(self, server: Rili, office: PostOffice, mailbox: MailboxServer) -> None:
        self.server = server
        self.office = office
        self.mailbox = mailbox
        self.app = App(server)
        self.colleague = server.users[3]
        """Who reads English."""
        self.rili("user", "set", self.colleague.userid, "--language", "en_US")

    def rili(self, *arguments: str, message: bytes | None = None) -> int:
        """How the command ends."""
        return (
            CliRunner()
            .invoke(cli, arguments, input=message, env={"RILI_DATABASE": self.server.database})
            .exit_code
        )

    def new_guest(self) -> str:
        return f"guest-{os.urandom(6).hex()}@elsewhere.example"

    def mails_to(self, *addresses: str) -> list[EmailMessage]:
        """What they got since the last time anybody asked."""
        self.server.deliver()
        return [mail for mail in self.office.take() if mail["to"].addresses[0].addr_spec in addresses]

    def mail_to(self, address: str) -> EmailMessage:
        (mail,) = self.mails_to(address)
        return mail

    def collect(self) -> None:
        """A minute later: answers that lie in the mailbox."""
        self.server.clock.advance(minutes=1)
        self.server.deliver()

    def response_of(self, event_id: str, address: str) -> str:
        people = self.app.get(event_id).json["attendees"]
        (found,) = [one["responseStatus"] for one in people if address in (one.get("email"), one.get("id"))]
        return found


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def post_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    if request.param == "sqlite":
        url = f"sqlite:{tmp_path_factory.mktemp('mail') / 'rili.db'}"
    else:
        url = request.getfixturevalue("postgres_server").create_database()
    with (
        post_office() as office,
        mailbox_server() as mailbox,
        running(database=url, smtp_url=office.url, imap_url=mailbox.url) as server,
    ):
        yield Post(server, office, mailbox)


@pytest.fixture
def post(post_server: Post) -> Post:
    post_server.server.deliver()
    post_server.office.take()
    return post_server
