"""What an administrator does about deliveries: looks at them, has failed ones sent again, drops them."""

from __future__ import annotations

from collections.abc import Iterable

from rili.actions.register import get_organisation
from rili.errors import InvalidParameter, ItemNotFound
from rili.store import delivery_list
from rili.store.db import Tx
from rili.store.deliveries import Delivery
from rili.store.delivery_list import Which

AT_ONCE = 200
"""Sent again, or dropped, in one transaction."""


def list_deliveries(tx: Tx, corp_id: str, which: Which, limit: int) -> list[Delivery]:
    """The first of them, in the order in which they wait. Raises ItemNotFound for an organisation that is not there."""
    get_organisation(tx, corp_id)
    return delivery_list.find(tx, corp_id, which, limit)


def get_delivery(tx: Tx, corp_id: str, number: int) -> Delivery:
    """Raises ItemNotFound."""
    found = delivery_list.get(tx, corp_id, number)
    if found is None:
        raise ItemNotFound(
            f"No delivery {number}: it was delivered, dropped, or sent again under a new number"
        )
    return found


def last_number(tx: Tx, corp_id: str) -> int:
    """Of all that wait or failed now, none has a higher one."""
    return delivery_list.last_number(tx, corp_id)


def retry_named(tx: Tx, corp_id: str, numbers: Iterable[int], *, now_ms: int) -> int:
    """Have these sent again, or none. Raises ItemNotFound, and InvalidParameter for one that still waits."""
    named = [get_delivery(tx, corp_id, number) for number in sorted(set(numbers))]
    for one in named:
        if one.failed_ms is None:
            raise InvalidParameter(f"Delivery {one.number} still waits: it is tried again by itself")
    return delivery_list.queue_again(tx, corp_id, named, now_ms=now_ms)


def retry(tx: Tx, some: list[Delivery], *, now_ms: int) -> int:
    """Have *some* of one organisation sent again, as far as they are failed still."""
    return delivery_list.queue_again(tx, some[0].corp_id, some, now_ms=now_ms)


def drop_named(tx: Tx, corp_id: str, numbers: Iterable[int], *, now_ms: int) -> int:
    """Drop these, or none. Raises ItemNotFound."""
    named = [get_delivery(tx, corp_id, number) for number in sorted(set(numbers))]
    return delivery_list.drop(tx, corp_id, named, now_ms=now_ms)


def drop(tx: Tx, some: list[Delivery], *, now_ms: int) -> int:
    """Drop *some* of one organisation, as far as they are there still."""
    return delivery_list.drop(tx, some[0].corp_id, some, now_ms=now_ms)
