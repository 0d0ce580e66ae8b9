"""The addresses of the servers that mail goes out by and comes in by, as settings spell them. Pure."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from msgspec import Struct

Tls = Literal["at_once", "starttls", "none"]

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")


class MailServer(Struct, frozen=True):
    """A server, and who we are there."""

    host: str
    port: int
    tls: Tls
    """`starttls`: it must offer it."""
    user: str = ""
    password: str = ""
    mailbox: str = "INBOX"
    """Of IMAP."""


def smtp_server(url: str) -> MailServer:
    """What `smtps://USER:PASSWORD@HOST:PORT`, `smtp://...` or `smtp://...?tls=no` says. Raises ValueError.

    With `smtp` the server must offer STARTTLS, unless `tls=no` says otherwise, or it is on this machine.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or parts.path not in ("", "/"):
        raise ValueError(url)
    tls = _tls(parts, "smtps")
    port = 465 if tls == "at_once" else 587 if parts.username else 25
    return _server(parts, tls, port)


def imap_server(url: str) -> MailServer:
    """What `imaps://USER:PASSWORD@HOST:PORT/MAILBOX`, or the same with `imap`, says. Raises ValueError."""
    parts = urlsplit(url)
    mailbox = unquote(parts.path.removeprefix("/"))
    if parts.scheme not in ("imap", "imaps") or not parts.username or _has_controls(mailbox):
        raise ValueError(url)
    tls = _tls(parts, "imaps")
    server = _server(parts, tls, 993 if tls == "at_once" else 143)
    return MailServer(server.host, server.port, tls, server.user, server.password, mailbox or server.mailbox)


def is_mail_address(text: str) -> bool:
    """Whether *text* is an address that mail can come from."""
    return _ADDRESS.fullmatch(text) is not None and ".." not in text and len(text) <= 200


def _server(parts: SplitResult, tls: Tls, port: int) -> MailServer:
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not parts.hostname or parts.fragment or _has_controls(user + password) or bool(user) != bool(password):
        raise ValueError(parts.scheme)
    return MailServer(parts.hostname, parts.port or port, tls, user, password)


def _tls(parts: SplitResult, at_once: str) -> Tls:
    asked = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
    if parts.scheme == at_once:
        if asked:
            raise ValueError(parts.query)
        return "at_once"
    if asked not in ({}, {"tls": "no"}):
        raise ValueError(parts.query)
    return "none" if asked or _is_this_machine(parts.hostname or "") else "starttls"


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _has_controls(text: str) -> bool:
    return any(ord(char) < 32 or ord(char) == 127 for char in text)
