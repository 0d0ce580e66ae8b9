"""How much is done: little on every day, the whole in `make soak`."""

from __future__ import annotations

import os
from typing import TypeVar

T = TypeVar("T")

SOAK = bool(os.environ.get("RILI_SOAK"))


def scaled(everyday: T, soak: T) -> T:
    """The count, or whatever it is, for this run."""
    return soak if SOAK else everyday
