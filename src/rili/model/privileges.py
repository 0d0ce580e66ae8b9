"""What people may do with a calendar that is not their own, and what they see of its events (decision 84). Pure."""

from __future__ import annotations

from typing import Literal

Privilege = Literal["free_busy_reader", "title_reader", "reader", "writer", "owner"]
PRIVILEGES: tuple[Privilege, ...] = ("free_busy_reader", "title_reader", "reader", "writer", "owner")
"""Each has what those before it have."""

GRANTED: tuple[Privilege, ...] = PRIVILEGES[:-1]
"""What may be given: a calendar has one owner."""

Disclosure = Literal["time", "title", "all"]


def suffices(privilege: Privilege, needed: Privilege) -> bool:
    """Whether who has *privilege* may do what needs *needed*."""
    return PRIVILEGES.index(privilege) >= PRIVILEGES.index(needed)


def disclosure(privilege: Privilege, *, private: bool) -> Disclosure:
    """What of an event is told to who has *privilege*: a private one is a time to all but writer and owner."""
    if suffices(privilege, "writer"):
        return "all"
    if private or privilege == "free_busy_reader":
        return "time"
    return "title" if privilege == "title_reader" else "all"
