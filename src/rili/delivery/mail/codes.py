"""The codes with which people answer: of the page that a link opens, and of the address that mail goes back to.

They are derived, so that each mail about an event has the same ones, and what is stored of them is a hash.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from rili.model.secrets import derive_code
from rili.store.answer_links import AnswerLink

_TAGGED = re.compile(r"[^@+\s]+\+([a-z2-7]{32})@[^@\s]+", re.IGNORECASE)


class Codes:
    """Those of one server, under its `secret_key` (hexadecimal digits)."""

    def __init__(self, secret_key: str) -> None:
        self._key = bytes.fromhex(secret_key)

    def of(self, link: AnswerLink) -> str:
        """32 letters and digits, of one case."""
        slot = link.slot.key if link.slot else ""
        return derive_code(self._key, "answer", link.kind, link.corp_id, link.event_id, slot, link.person_id)


def tagged(address: str, code: str) -> str:
    """*address* with *code* behind a `+`: mail to it reaches the same mailbox."""
    name, _, domain = address.rpartition("@")
    return f"{name}+{code}@{domain}"


def codes_in(addresses: Iterable[str]) -> list[str]:
    """What may be codes in *addresses*, each once."""
    found = (_TAGGED.fullmatch(address.strip()) for address in addresses)
    return list(dict.fromkeys(match[1].lower() for match in found if match))
