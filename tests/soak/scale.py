"""How much is done: little on every day, the whole in `make soak`."""

from __future__ import annotations

import os

SOAK = bool(os.environ.get("RILI_SOAK"))


def scaled(everyday: int, soak: int) -> int:
    """The count for this run."""
    return soak if SOAK else everyday
