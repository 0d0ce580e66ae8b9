"""What an organizer does with an event as a whole, as DingTalk's JSON spells it."""

from __future__ import annotations

from msgspec import Struct


class ResultView(Struct, frozen=True):
    """It was done."""

    result: bool = True
