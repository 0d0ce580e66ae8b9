"""The transport of mails against SMTP servers that do wrong."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rili.delivery.mail.codes import Codes
from rili.delivery.mail.message import Sender
from rili.delivery.mail.smtp import CONNECTIONS, Smtp
from rili.delivery.mail.transport import AWAY_MS, MailTransport
from rili.delivery.sending import Sending
from rili.delivery.telling import Telling, tell
from rili.model.event import Event
from rili.model.mail_server import MailServer, smtp_server
from rili.model.moment import Moment
from rili.model.notice import Notice
from rili.model.when import Timed
from rili.store import delivery_list
from rili.store.db import Database
from rili.store.delivery_list import Which
from tests.certificates import make_certificate
from tests.delivery.conftest import CORP, NOW_MS
from tests.delivery.mail.post_office import PostOffice, post_office
from tests.delivery.test_sending import Clock, left, work
from tests.model.make import single

DAY_MS = 24 * 3_600_000
EVENT: Event = single(
    corp_id=CORP,
    when=Timed(Moment.at(NOW_MS + DAY_MS, "UTC"), Moment.at(NOW_MS + DAY_MS + 3_600_000, "UTC")),
)


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


class Sandbox:
    """Mails are queued in *db*, and go to a server."""

    def __init__(self, db: Database, run: Callable[..., Any]) -> None:
        self.db = db
        self.run = run
        self.clock = Clock()

    def queue(self, *guests: str, event: Event = EVENT) -> None:
        tellings = [
            Telling(name.partition("@")[0], f"id{number}", Notice("invitation", event), here=False,
                    email=name, guest=True)
            for number, name in enumerate(guests)
        ]  # fmt: skip
        self.run(self.db.write(lambda tx: tell(tx, CORP, tellings, now_ms=NOW_MS)))

    def sending(self, server: MailServer | str, **smtp: Any) -> Sending:
        server = smtp_server(server) if isinstance(server, str) else server
        sender = Sender(
            "calendar@example.com",
            "answers@example.com",
            "https://rili.example",
            "https://meet.example/{}".format,
            Codes("0" * 64),
        )
        transport = MailTransport(self.db, Smtp(server, "example.com", **smtp), sender, self.clock)
        return Sending(self.db, transport, self.clock)

    def work(self, sending: Sending) -> None:
        work(self.run, sending)

    def given_up(self) -> list[tuple[str, str | None]]:
        found = self.run(self.db.read(lambda tx: delivery_list.find(tx, CORP, Which(state="failed"), 99)))
        return [(one.id, one.error) for one in found]

    def left(self) -> tuple[int, int]:
        return self.run(self.db.read(left))


@pytest.fixture
def sandbox(db: Database, run: Callable[..., Any]) -> Sandbox:
    return Sandbox(db, run)


def test_connections_are_few_and_kept(sandbox: Sandbox, office: PostOffice) -> None:
    guests = [f"g{number}@example.org" for number in range(20)]
    sandbox.queue(*guests)
    sandbox.work(sandbox.sending(office.url))

    assert sorted(one.rcpt_tos[0] for one in office.envelopes) == sorted(guests)
    assert {one.mail_from for one in office.envelopes} == {"calendar@example.com"}
    assert len(office.sessions) <= CONNECTIONS
    assert sandbox.left() == (0, 0)


@pytest.mark.parametrize(
    ("refusals", "error"),
    [
        pytest.param({"g0@example.org": ["550 5.1.1 no such user"]}, "the address was refused: 550 5.1.1 no such user",
                     id="address"),
        pytest.param({"DATA": ["554 5.7.1 no"]}, "the mail was refused: 554 5.7.1 no", id="content"),
    ],
)  # fmt: skip
def test_refused_for_good(sandbox: Sandbox, office: PostOffice, refusals: Any, error: str) -> None:
    """Is given up at once; others of the same connection are sent."""
    sending = sandbox.sending(office.url)
    office.refuse(refusals)
    sandbox.queue("g0@example.org")
    sandbox.work(sending)
    assert sandbox.given_up() == [("id0", error)]
    sandbox.queue("g1@example.org")
    sandbox.work(sending)
    assert [one.rcpt_tos for one in office.envelopes] == [["g1@example.org"]]


@pytest.mark.parametrize(
    "refusals",
    [
        pytest.param({"RCPT": ["450 4.2.0 greylisted, try again"]}, id="greylisting"),
        pytest.param({"DATA": ["451 4.3.0 later"]}, id="data"),
        pytest.param({"MAIL": ["421 4.3.2 busy"]}, id="busy"),
        pytest.param({"MAIL": ["550 5.7.1 relaying denied"]}, id="set up wrongly, which may be mended"),
    ],
)
def test_refused_for_now(sandbox: Sandbox, office: PostOffice, refusals: Any) -> None:
    office.refuse(refusals)
    sandbox.queue("g0@example.org")
    sending = sandbox.sending(office.url)
    sandbox.work(sending)
    assert office.envelopes == []
    sandbox.clock.now_ms += AWAY_MS - 1
    sandbox.work(sending)
    assert office.envelopes == []
    sandbox.clock.now_ms += 1
    sandbox.work(sending)
    assert [one.rcpt_tos for one in office.envelopes] == [["g0@example.org"]]


def test_a_server_that_dies_gets_it_again_under_the_same_id(sandbox: Sandbox, office: PostOffice) -> None:
    office.refuse({"DATA": ["drop"]})
    sandbox.queue("g0@example.org")
    sending = sandbox.sending(office.url)
    sandbox.work(sending)
    sandbox.clock.now_ms += AWAY_MS
    sandbox.work(sending)

    first, second = office.mails
    assert first["message-id"] == second["message-id"]
    assert sandbox.left() == (0, 0)


def test_a_server_that_hangs_is_given_up(sandbox: Sandbox, office: PostOffice) -> None:
    office.refuse({"DATA": ["hang"]})
    sandbox.queue("g0@example.org")
    sandbox.work(sandbox.sending(office.url, attempt_s=0.2))
    assert sandbox.left() == (1, 1)
    sandbox.clock.now_ms += AWAY_MS
    sandbox.work(sandbox.sending(office.url))
    assert sandbox.left() == (0, 0)


def test_a_server_that_is_away_is_asked_for_one_mail_at_a_time(
    sandbox: Sandbox, office: PostOffice, db: Database, run: Callable[..., Any]
) -> None:
    """The others wait without spending their attempts."""
    sandbox.queue(*[f"g{number}@example.org" for number in range(9)])
    sending = sandbox.sending(MailServer("127.0.0.1", 1, "none"))
    for _ in range(3):
        sandbox.work(sending)
        sandbox.clock.now_ms += AWAY_MS
    attempts = run(
        db.read(lambda tx: tx.all("SELECT attempts FROM deliveries WHERE corp_id = :corp_id", corp_id=CORP))
    )
    assert sum(count for (count,) in attempts) <= 3 * MailTransport.at_once
    sandbox.clock.now_ms += AWAY_MS * 60
    sandbox.work(sandbox.sending(office.url))
    assert len(office.envelopes) == 9


def test_two_days(sandbox: Sandbox) -> None:
    """It is tried for so long, and then kept as failed."""
    assert 40 * 3_600_000 < sum(MailTransport.delays_ms) <= 2 * DAY_MS
    sandbox.queue("g0@example.org")
    sending = sandbox.sending(MailServer("127.0.0.1", 1, "none"))
    for delay_ms in (0, *MailTransport.delays_ms):
        assert sandbox.given_up() == []
        sandbox.clock.now_ms += delay_ms
        sandbox.work(sending)
    ((_, error),) = sandbox.given_up()
    assert error is not None
    assert error.startswith("the mail server cannot be used: ")


@pytest.mark.parametrize(
    ("address", "sent_to"),
    [
        pytest.param("Guest+1@Mail.Example", "Guest+1@Mail.Example", id="plain"),
        pytest.param("guest@bücher.example", "guest@xn--bcher-kva.example", id="a domain of other letters"),
        pytest.param("用户@example.org", "用户@example.org", id="a name of other letters"),
        pytest.param('"a b"@example.org', None, id="a space"),
        pytest.param("a<b>@example.org", '"a<b>"@example.org', id="brackets"),
        pytest.param("a,b@example.org", '"a,b"@example.org', id="a comma"),
        pytest.param("a@example.org,b@example.net", '"a@example.org,b"@example.net', id="two"),
        pytest.param("a@exa mple", None, id="no domain"),
        pytest.param("a@-", "a@-", id="a domain that nobody has"),
        pytest.param("a@b@c", '"a@b"@c', id="two signs"),
        pytest.param("\r\nRCPT TO:<x@y>@z", None, id="a command"),
    ],
)
def test_addresses(sandbox: Sandbox, office: PostOffice, address: str, sent_to: str | None) -> None:
    sandbox.queue(address)
    sandbox.work(sandbox.sending(office.url))

    assert [one.rcpt_tos for one in office.envelopes] == ([[sent_to]] if sent_to else [])
    assert sandbox.given_up() == ([] if sent_to else [("id0", "no mail can go to an address like this one")])


@pytest.mark.parametrize(
    ("listens", "sends", "trusted", "sent"),
    [
        pytest.param("tls", "at_once", True, True, id="TLS"),
        pytest.param("tls", "at_once", False, False, id="TLS, not trusted"),
        pytest.param("starttls", "starttls", True, True, id="STARTTLS"),
        pytest.param("starttls", "starttls", False, False, id="STARTTLS, not trusted"),
        pytest.param("plain", "starttls", True, False, id="STARTTLS is not offered"),
    ],
)
def test_tls(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listens: str, sends: Any, trusted: bool,
    sent: bool,
) -> None:  # fmt: skip
    certificate, key = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with post_office(
        tls=context if listens == "tls" else None, starttls=context if listens == "starttls" else None
    ) as office:
        server = MailServer("127.0.0.1", int(office.url.rpartition(":")[2]), sends)
        sandbox.queue("g0@example.org")
        sandbox.work(sandbox.sending(server))
    assert bool(office.envelopes) == sent
    assert sandbox.left() == ((0, 0) if sent else (1, 1))


@pytest.mark.parametrize(("password", "sent"), [("right", True), ("wrong", False)])
def test_signing_in(sandbox: Sandbox, run: Any, password: str, sent: bool) -> None:
    with post_office(password="right") as office:
        port = int(office.url.rpartition(":")[2])
        sandbox.queue("g0@example.org")
        sandbox.work(sandbox.sending(MailServer("127.0.0.1", port, "none", "rili", password)))
    assert bool(office.envelopes) == sent
    if not sent:
        ((error,),) = run(
            sandbox.db.read(
                lambda tx: tx.all("SELECT error FROM deliveries WHERE corp_id = :corp_id", corp_id=CORP)
            )
        )
        assert "535" in error
        assert password not in error


def test_the_loop_goes_on_meanwhile(sandbox: Sandbox, office: PostOffice) -> None:
    office.refuse({"DATA": ["hang"]})
    sandbox.queue("g0@example.org")

    async def both() -> int:
        sending, turns = sandbox.sending(office.url, attempt_s=0.3), 0
        await sending.step()
        resting = asyncio.create_task(sending.rest())
        while not resting.done():
            turns += 1
            await asyncio.sleep(0)
        return turns

    assert sandbox.run(both()) > 100
