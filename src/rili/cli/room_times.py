"""Times as the commands on rooms read and print them."""

from __future__ import annotations

from rili.actions import register
from rili.model.moment import Moment, parse_date_time
from rili.store.db import Tx


def time_ms(tx: Tx, corp_id: str, option: str, text: str) -> int:
    """The instant of `2026-05-01T08:00`, in the organisation's zone unless it names an offset.

    Raises InvalidParameter, which names *option*.
    """
    zone = register.get_organisation(tx, corp_id).zone
    return parse_date_time(text, option).within(zone).epoch_ms()


def time_text(epoch_ms: int, zone: str) -> str:
    """As answers write it: 2026-05-01T08:00:00+08:00."""
    return Moment.at(epoch_ms, zone).text()
