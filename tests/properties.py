"""How properties run: the same examples every time, more of them in `make soak`."""

from __future__ import annotations

import os

from hypothesis import settings

everyday = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=5_000 if os.environ.get("RILI_SOAK") else 100,
)
"""Decorates a property, or a function whose settings differ in a part: `settings(everyday, max_examples=20)`."""
