"""Guessing passwords is slowed down, by the account that is tried and by the address that tries.

    begin(tx, account_key(corp_id, name), address_key(address), now_ms=...)   raises TooManyTries
    ... the password is checked, outside of any transaction ...
    succeeded(tx, account_key(corp_id, name), address_key(address), now_ms=...)

A try counts as wrong until it was right, so that many at once are counted too. What nobody has is counted as what
somebody has: the answer does not tell which accounts exist (decision 64).
"""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

from rili.errors.access import TooManyTries
from rili.model.secrets import hash_secret
from rili.store import password_tries
from rili.store.db import Tx

FREE = 5
"""Wrong ones of an account that cost no wait."""
FREE_OF_ADDRESS = 50
"""The same of an address, which a whole office may share."""
LONGEST_S = 900
FORGOTTEN_MS = 3_600_000
"""How long after the last one all is forgotten."""


def account_key(corp_id: str, name: str) -> str:
    """*name* as it was typed. A person who is known by three names has three counts."""
    return hash_secret(f"account {corp_id} {name.strip().casefold()}")


def address_key(address: str) -> str:
    """A network address; of IPv6 the /64, which one machine has whole."""
    try:
        known = ip_address(address)
    except ValueError:
        return hash_secret("address")
    if isinstance(known, IPv6Address):
        return hash_secret(f"address {ip_network((known, 64), strict=False)}")
    return hash_secret(f"address {known}")


def begin(tx: Tx, account: str, address: str, *, now_ms: int) -> None:
    """Count a try. Raises TooManyTries, and counts nothing, while either has to wait."""
    password_tries.lock(tx, [account, address])
    known = {key: _recent(*password_tries.get(tx, key), now_ms) for key in (account, address)}
    wait_ms = max(
        last_ms + 1000 * wait_s(wrong, FREE if key == account else FREE_OF_ADDRESS) - now_ms
        for key, (wrong, last_ms) in known.items()
    )
    if wait_ms > 0:
        raise TooManyTries(-(-wait_ms // 1000))
    for key, (wrong, _) in known.items():
        password_tries.put(tx, key, wrong + 1, now_ms)
    password_tries.remove_older(tx, now_ms - FORGOTTEN_MS)


def succeeded(tx: Tx, account: str, address: str, *, now_ms: int) -> None:
    """The password was right: the account starts anew, and the address has this try back."""
    password_tries.lock(tx, [account, address])
    wrong, last_ms = password_tries.get(tx, address)
    password_tries.put(tx, address, max(wrong - 1, 0), last_ms)
    password_tries.remove(tx, account)


def wait_s(wrong: int, free: int) -> int:
    """How long to wait after so many wrong ones: 0 while they are fewer than *free*, then 1, 2, 4 and so on."""
    return 0 if wrong < free else min(1 << min(wrong - free, 20), LONGEST_S)


def _recent(wrong: int, last_ms: int, now_ms: int) -> tuple[int, int]:
    return (wrong, last_ms) if now_ms - last_ms < FORGOTTEN_MS else (0, 0)
