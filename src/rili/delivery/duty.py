"""What a worker does, in steps that a test can take one by one."""

from __future__ import annotations

from typing import Protocol

AFTER_FAILURE_S = 5.0
"""How long what failed is left alone."""


class Duty(Protocol):
    """Something to be done again and again. Any number of workers may do it at once."""

    name: str
    pause_s: float
    """How long to wait, at most, when there was nothing to do: for what other processes commit, and for the clock."""

    async def step(self) -> int:
        """Do some of what is to be done now; how much that was. What it raises is logged, and tried again later."""
        ...

    async def rest(self) -> None:
        """Return when nothing that `step` has begun is still going on."""
        ...
