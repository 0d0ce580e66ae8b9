"""Which kinds of app can be told how, and what addresses and secrets of callbacks must be like.

Source: DingTalk "configure-stream-push", "http-callback-overview", "register_call_back".
"""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

from rili.errors import CallbackRefused
from rili.model.app_kinds import ENTERPRISE, INTERNAL, PERSONAL
from rili.model.event_types import KNOWN
from rili.model.ids import NewBytes, opaque_id

Mode = Literal["http", "stream", "sync_http"]

MODES: dict[str, tuple[Mode, ...]] = {
    INTERNAL: ("stream", "http"),
    ENTERPRISE: ("stream", "sync_http"),
    PERSONAL: (),
}
"""By kind of app."""

LONGEST_URL = 2048

_TOKEN = re.compile(r"[A-Za-z0-9]{3,32}")
_OLD_TOKEN = re.compile(r"[!-~]{6,63}")
_AES_KEY = re.compile(r"[A-Za-z0-9]{43}")
_NOT_IN_AN_ADDRESS = re.compile(r"""[^\x21-\x7e]|[\\"'<>{}|^`#]""")
_LAST_LETTERS = "AEIMQUYcgkosw048"
"""Which leave no bits over: some decoders of Base64 insist."""


def check_url(url: str, *, tls: bool = False) -> None:
    """Raises CallbackRefused for what is no address, or for one that does not use TLS where it must."""
    fault = _fault(url)
    if fault is None and tls and not url.startswith("https:"):
        fault = "it must be https://"
    if fault is not None:
        raise CallbackRefused("url", f"url: {fault}")


def check_token(token: str, *, old: bool = False) -> None:
    """*old*: of the old API. Raises CallbackRefused."""
    if old and not _OLD_TOKEN.fullmatch(token):
        raise CallbackRefused("parameter", "token: expected 6 to 63 characters of ASCII, without spaces")
    if not old and not _TOKEN.fullmatch(token):
        raise CallbackRefused("parameter", "token: expected 3 to 32 letters and digits")


def check_aes_key(aes_key: str) -> None:
    """Raises CallbackRefused."""
    if not _AES_KEY.fullmatch(aes_key):
        raise CallbackRefused("parameter", "aes_key: expected 43 letters and digits")


def check_event_types(names: frozenset[str]) -> None:
    """Raises CallbackRefused for one that the reference does not know."""
    if unknown := sorted(names - KNOWN):
        raise CallbackRefused(
            "tag", f"no such event: {', '.join(unknown)[:200]}; there are {', '.join(sorted(KNOWN))}"
        )


def new_token(new_bytes: NewBytes) -> str:
    return opaque_id(new_bytes, 32)


def new_aes_key(new_bytes: NewBytes) -> str:
    return opaque_id(new_bytes, 42) + _LAST_LETTERS[new_bytes(1)[0] & 15]


def _fault(url: str) -> str | None:
    if len(url) > LONGEST_URL:
        return f"it is longer than {LONGEST_URL} characters"
    if _NOT_IN_AN_ADDRESS.search(url):
        return "it holds a character that must be percent-encoded, or a fragment"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "it is no address"
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        return "expected http:// or https:// and a host"
    return "it must hold no user" if "@" in parts.netloc else None
