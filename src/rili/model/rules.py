"""How strictly the reference page is taken (decision 1), and what a text may be."""

from __future__ import annotations

from typing import Literal, TypeVar

from rili.errors import InvalidParameter

Rules = Literal["documented", "lenient"]
"""*documented* refuses what the page forbids; *lenient* accepts the vendor's own samples, which break it."""

T = TypeVar("T", bound=str)


def lenient_accepts(rules: Rules, description: str) -> None:
    """Refuse here, unless *rules* are lenient: then the caller goes on without the offending part."""
    if rules == "documented":
        raise InvalidParameter(description=f'{description} (the setting rules = "lenient" accepts it)')


def one_of(text: str, allowed: tuple[T, ...], field: str) -> T:
    """*text* as one of *allowed*. Raises InvalidParameter, which names *field* and lists them."""
    for one in allowed:
        if text == one:
            return one
    raise InvalidParameter(description=f"{field}: expected one of " + ", ".join(allowed))
