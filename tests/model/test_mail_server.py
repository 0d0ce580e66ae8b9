from __future__ import annotations

import pytest

from rili.model.mail_server import MailServer, imap_server, is_mail_address, smtp_server


@pytest.mark.parametrize(
    ("url", "server"),
    [
        pytest.param(
            "smtps://u%40x:p%2Fw@mail.example", MailServer("mail.example", 465, "at_once", "u@x", "p/w"), id="TLS"
        ),
        pytest.param("smtp://u:p@mail.example", MailServer("mail.example", 587, "starttls", "u", "p"), id="STARTTLS"),
        pytest.param("smtp://mail.example", MailServer("mail.example", 25, "starttls"), id="nobody"),
        pytest.param("smtp://mailhog:1025?tls=no", MailServer("mailhog", 1025, "none"), id="in clear"),
        pytest.param("smtp://127.0.0.1:1025", MailServer("127.0.0.1", 1025, "none"), id="this machine"),
        pytest.param("smtp://[::1]:1025", MailServer("::1", 1025, "none"), id="this machine, IPv6"),
    ],
)  # fmt: skip
def test_smtp(url, server):
    assert smtp_server(url) == server


@pytest.mark.parametrize(
    ("url", "server"),
    [
        pytest.param("imaps://u:p@mail.example", MailServer("mail.example", 993, "at_once", "u", "p"), id="TLS"),
        pytest.param(
            "imap://u:p@mail.example/Archive%20%26%20x",
            MailServer("mail.example", 143, "starttls", "u", "p", "Archive & x"), id="a folder",
        ),
    ],
)  # fmt: skip
def test_imap(url, server):
    assert imap_server(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "", "mail.example", "http://mail.example", "smtp://", "smtp://:25", "smtp://h:99999", "smtp://u@h",
        "smtp://:p@h", "smtp://h/path", "smtp://h#x", "smtp://h?tls=yes", "smtp://h?x", "smtps://h?tls=no",
        "smtp://u%0a:p@h", "imap://h",
    ],
)  # fmt: skip
def test_no_server(url):
    with pytest.raises(ValueError):
        smtp_server(url) if not url.startswith("imap") else imap_server(url)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("calendar@example.com", True),
        ("a.b+c@x-y.example", True),
        ("calendar", False),
        ("a@b@c", False),
        ("a b@example.com", False),
        ("Rili <a@example.com>", False),
        ("日历@example.com", False),
        ("a..b@example.com", False),
    ],
)
def test_addresses(text, is_one):
    assert is_mail_address(text) == is_one
