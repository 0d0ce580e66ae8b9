"""Guessing is slowed down, for one account and from one address."""

from __future__ import annotations

import asyncio
import os

import pytest

from rili.actions import password_tries
from rili.actions.password_tries import account_key, address_key, wait_s
from rili.errors.access import TooManyTries
from tests.people import NOW_MS, SharedDatabase


@pytest.mark.parametrize(
    ("wrong", "seconds"), [(0, 0), (4, 0), (5, 1), (6, 2), (7, 4), (14, 512), (15, 900), (10**9, 900)]
)
def test_the_wait_doubles(wrong: int, seconds: int) -> None:
    assert wait_s(wrong, 5) == seconds


class Guesser:
    def __init__(self, db: SharedDatabase) -> None:
        self.db = db
        self.account, self.address = (os.urandom(8).hex() for _ in range(2))

    def guess(self, now_ms: int, account: str | None = None, address: str | None = None) -> None:
        self.db.write(
            lambda tx: password_tries.begin(
                tx, account or self.account, address or self.address, now_ms=now_ms
            )
        )


@pytest.fixture
def guesser(shared_database: SharedDatabase) -> Guesser:
    return Guesser(shared_database)


@pytest.mark.parametrize("other", ["account", "address"])
def test_either_waits(guesser: Guesser, other: str) -> None:
    """Another account from the same address, and the same account from another address."""
    accounts = [guesser.account] * 5 if other == "address" else [os.urandom(8).hex() for _ in range(50)]
    for account in accounts:
        guesser.guess(NOW_MS, account=account)
    changed = {other: os.urandom(8).hex()}

    with pytest.raises(TooManyTries) as refused:
        guesser.guess(NOW_MS + 1, **changed)
    assert (refused.value.status, refused.value.headers) == (429, {"retry-after": "1"})
    guesser.guess(NOW_MS + 1, account=os.urandom(8).hex(), address=os.urandom(8).hex())

    guesser.guess(NOW_MS + 1000, **changed)
    with pytest.raises(TooManyTries) as refused:
        guesser.guess(NOW_MS + 1001, **changed)
    assert refused.value.seconds == 2, "a refused try costs nothing more"


def test_all_is_forgotten_after_an_hour(guesser: Guesser) -> None:
    for _ in range(5):
        guesser.guess(NOW_MS)

    for _ in range(5):
        guesser.guess(NOW_MS + password_tries.FORGOTTEN_MS)


def test_a_right_one_frees_the_account_and_gives_the_address_its_try_back(guesser: Guesser) -> None:
    for number in range(49):
        guesser.guess(NOW_MS, account=None if number < 5 else os.urandom(8).hex())
    guesser.guess(NOW_MS + 1000)  # the fiftieth of the address, and right
    guesser.db.write(lambda tx: password_tries.succeeded(tx, guesser.account, guesser.address, now_ms=NOW_MS))

    guesser.guess(NOW_MS + 1000)
    with pytest.raises(TooManyTries):
        guesser.guess(NOW_MS + 1000)


def test_many_at_once_are_counted(guesser: Guesser) -> None:
    async def all_at_once() -> list[object]:
        tries = (
            guesser.db.db.write(
                lambda tx: password_tries.begin(tx, guesser.account, guesser.address, now_ms=NOW_MS)
            )
            for _ in range(12)
        )
        return await asyncio.gather(*tries, return_exceptions=True)

    outcomes = guesser.db.run(all_at_once())

    assert sum(outcome is None for outcome in outcomes) == 5
    assert sum(isinstance(outcome, TooManyTries) for outcome in outcomes) == 7


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("192.0.2.1", "192.0.2.2", False, id="two of IPv4"),
        pytest.param("2001:db8::1", "2001:db8::ffff:1", True, id="one /64"),
        pytest.param("2001:db8::1", "2001:db8:0:1::1", False, id="two of /64"),
        pytest.param("", "unix", True, id="none"),
    ],
)
def test_what_an_address_is(one: str, other: str, same: bool) -> None:
    assert (address_key(one) == address_key(other)) is same


def test_an_account_has_no_case() -> None:
    assert account_key("ding1", " Ann@example.com") == account_key("ding1", "ann@EXAMPLE.com")
    assert account_key("ding1", "ann") != account_key("ding2", "ann")
