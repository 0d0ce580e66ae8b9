"""How strictly the reference page is taken (decision 1)."""

from __future__ import annotations

from typing import Literal

from rili.errors import InvalidParameter

Rules = Literal["documented", "lenient"]
"""*documented* refuses what the page forbids; *lenient* accepts the vendor's own samples, which break it."""


def lenient_accepts(rules: Rules, description: str) -> None:
    """Refuse here, unless *rules* are lenient: then the caller goes on without the offending part."""
    if rules == "documented":
        raise InvalidParameter(description=f'{description} (the setting rules = "lenient" accepts it)')
